"""LexRank (Erkan and Radev 2004) on the table of `winnow eval --task summary`: `lexrank.py TABLE.csv`.

The graph connects sentences of a group whose TF-IDF cosine exceeds 0.1; PageRank has a damping of 0.85. The summary takes the best
sentences whose cosine with those already taken is below 0.5, up to a number of words. ROUGE follows jobs/eval/rouge.c: folded
words, no stemming, mean F1 over the references of a group.
"""
import csv
import re
import sys
from collections import Counter, defaultdict

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

MIN_EDGE, DAMPING, MAX_SIMILARITY = 0.1, 0.85, 0.5


def words(text):
    return re.findall(r"[^\W_]+", text.lower())


def rouge(summary, reference):
    a, b = words(summary), words(reference)
    one = sum((Counter(a) & Counter(b)).values())
    row = [0] * (len(b) + 1)
    for word in a:
        diagonal = 0
        for at, other in enumerate(b):
            above = row[at + 1]
            row[at + 1] = diagonal + 1 if word == other else max(above, row[at])
            diagonal = above
    return 2 * one / (len(a) + len(b)), 2 * row[-1] / (len(a) + len(b))


def lexrank(texts, limit):
    sentences = [part.strip() for text in texts for part in re.split(r"(?<=[.!?])\s+", text) if len(words(part)) > 2]
    vectors = TfidfVectorizer(token_pattern=r"(?u)[^\W_]+", stop_words="english").fit_transform(sentences)
    similarity = (vectors @ vectors.T).toarray()
    edges = (similarity > MIN_EDGE).astype(float)
    np.fill_diagonal(edges, 1)
    transitions = edges / edges.sum(1, keepdims=True)
    rank = np.full(len(sentences), 1 / len(sentences))
    for _ in range(100):
        rank = (1 - DAMPING) / len(rank) + DAMPING * rank @ transitions
    taken, length = [], 0
    for at in np.argsort(-rank, kind="stable"):
        size = len(words(sentences[at]))
        if length + size <= limit and all(similarity[at, other] < MAX_SIMILARITY for other in taken):
            taken.append(at)
            length += size
    return " ".join(sentences[at] for at in taken)


def main():
    groups = defaultdict(lambda: ([], []))
    with open(sys.argv[1], encoding="utf-8") as file:
        for row in csv.DictReader(file):
            groups[row["product"]][0].append(row["text"])
            if row["summary"]:
                groups[row["product"]][1].append(row["summary"])
    for limit in (25, 35, 45, 55, 65):
        each = [np.mean([rouge(lexrank(texts, limit), reference) for reference in references], axis=0)
                for texts, references in groups.values()]
        one, longest = np.mean(each, axis=0)
        print(f"{limit} words: ROUGE-1 {one:.4f} ROUGE-L {longest:.4f}")


if __name__ == "__main__":
    main()
