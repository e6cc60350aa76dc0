"""TF-IDF with one-against-rest logistic regression for topics with polarity: `topics_baseline.py WORK`.

It is trained on the training texts of the aspect sets, with one classifier for each pair of topic and polarity and thresholds from a
fifth of these texts, and evaluated on WORK/gold/topics-annotated-*.csv. With --phrases it prints the most typical n-grams of each
topic: candidates for the phrases of the taxonomy.
"""
import csv
import json
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.preprocessing import MultiLabelBinarizer

from gold_tables import pairs


def labels(value):
    return {tuple(item.strip().split(":")) for item in value.split(";")} if value != "none" else set()


def vectorizer(language):
    if language == "en":
        return TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    return TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), min_df=2, sublinear_tf=True)


def f1(got, truth):
    both = sum(len(a & b) for a, b in zip(got, truth))
    return 2 * both / max(1, sum(map(len, got)) + sum(map(len, truth)))


def main():
    work = Path(sys.argv[1])
    examples = defaultdict(list)
    for line in open(work / "examples.jsonl", encoding="utf-8"):
        row = json.loads(line)
        if row["stream"] in ("aspect_en", "aspect_ko"):
            examples[row["language"]].append((row["text"], labels(pairs(row["asked"]["topics"]))))
    for language, rows in examples.items():
        with open(work / f"gold/topics-annotated-{language}.csv", encoding="utf-8") as file:
            gold = [(row["text"], labels(row["topics"])) for row in csv.DictReader(file)]
        vectors, names = vectorizer(language), MultiLabelBinarizer()
        x = vectors.fit_transform([text for text, _ in rows])
        y = names.fit_transform([found for _, found in rows])
        test = vectors.transform([text for text, _ in gold])
        held = np.arange(len(rows)) % 5 == 0
        scores = np.zeros((len(gold), y.shape[1]))
        tuning = np.zeros((held.sum(), y.shape[1]))
        for column in range(y.shape[1]):
            if y[~held, column].sum() < 3:
                scores[:, column] = tuning[:, column] = -9
                continue
            model = SGDClassifier(loss="log_loss", alpha=1e-5, max_iter=12, tol=None, random_state=1)
            model.fit(x[~held], y[~held, column])
            tuning[:, column], scores[:, column] = model.decision_function(x[held]), model.decision_function(test)
        truth = [found for (_, found), is_held in zip(rows, held) if is_held]
        threshold = max(np.arange(-3, 1, 0.1), key=lambda low: f1(
            [{tuple(names.classes_[i]) for i in np.flatnonzero(row > low)} for row in tuning], truth))
        got = [{tuple(names.classes_[i]) for i in np.flatnonzero(row > threshold)} for row in scores]
        truth = [found for _, found in gold]
        alone = [[{topic for topic, _ in found} for found in side] for side in (got, truth)]
        print(f"{language}: n {len(gold)}  micro-F1 with polarity {f1(got, truth):.3f}  topic alone {f1(*alone):.3f}")
        if "--phrases" in sys.argv:
            candidates(rows, language)


def candidates(rows, language):
    total, by_topic = Counter(), defaultdict(Counter)
    for text, found in rows:
        words = re.findall(r"[a-z']+|[가-힣]+", text.lower())
        if language == "ko":
            words = [w[:n] for w in words for n in (2, 3)]
            grams = set(words)
        else:
            grams = set(words) | {" ".join(p) for p in zip(words, words[1:])}
        for gram in grams:
            total[gram] += 1
            for topic in {topic for topic, _ in found}:
                by_topic[topic][gram] += 1
    for topic in sorted(by_topic):
        good = [(n * (n / total[g] - 0.35), g, n, total[g]) for g, n in by_topic[topic].items() if n >= (12 if language == "en" else 5) and n / total[g] > 0.55]
        print(topic, "|", "; ".join(f"{g} {n}/{t}" for _, g, n, t in sorted(good, reverse=True)[:45]))


if __name__ == "__main__":
    main()
