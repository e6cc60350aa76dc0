"""TF-IDF with logistic regression on the same texts: the baseline, and the teacher that gives soft labels.

`baseline.py WORK` writes WORK/teacher.npy, the probabilities of every labelled training text by a model that was trained on the
other half of the data (two-fold), and WORK/baseline.npy, the probabilities of the held-out texts by a model that was trained
on all training texts. Features are words and word pairs in English, and runs of one to four letters in Korean.
"""
import json
import sys
import time
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.linear_model import SGDClassifier

from examples import LABELS

WIDTH = 2 ** 21
VECTORS = {"en": HashingVectorizer(n_features=WIDTH, ngram_range=(1, 2), alternate_sign=False, norm=None,
                                   token_pattern=r"(?u)\b\w[\w']*\b|[!?]", dtype=np.float32),
           "ko": HashingVectorizer(n_features=WIDTH, analyzer="char_wb", ngram_range=(1, 4),
                                   alternate_sign=False, norm=None, dtype=np.float32)}


def read(path, language):
    """Line numbers, texts, labels and streams of the labelled examples of one language, and the number of all lines."""
    numbers, texts, labels, streams = [], [], [], []
    with open(path, encoding="utf-8") as file:
        for at, line in enumerate(file):
            row = json.loads(line)
            if row["language"] == language and "sentiment" in row["asked"]:
                numbers.append(at)
                texts.append(row["text"][:2500])
                labels.append(LABELS.index(row["asked"]["sentiment"]))
                streams.append(row["stream"])
    return np.array(numbers), texts, np.array(labels), np.array(streams), at + 1


def fit(rows, labels, streams):
    # Rare streams and classes get a larger weight, but less than balanced.
    weights = np.ones(len(labels))
    for stream in set(streams):
        for label in range(3):
            inside = (streams == stream) & (labels == label)
            if inside.any():
                weights[inside] = (len(labels) / inside.sum()) ** 0.5
    weights /= weights.mean()
    model = SGDClassifier(loss="log_loss", alpha=1.5e-6, max_iter=6, tol=None, average=True, random_state=1)
    return model.fit(rows, labels, sample_weight=weights)


def probabilities(model, rows):
    """The softmax of the three one-against-rest scores."""
    scores = model.decision_function(rows)
    scores -= scores.max(1, keepdims=True)
    exponentials = np.exp(scores)
    return exponentials / exponentials.sum(1, keepdims=True)


def main():
    work = Path(sys.argv[1])
    start_time = time.time()
    teacher = baseline = None
    for language in ("en", "ko"):
        numbers, texts, labels, streams, count = read(work / "examples.jsonl", language)
        kept_numbers, kept_texts, kept_labels, kept_streams, kept_count = read(work / "kept.jsonl", language)
        if teacher is None:
            teacher = np.zeros((count, 3), np.float16)
            baseline = np.zeros((kept_count, 3), np.float32)
        counts = VECTORS[language].transform(texts)
        counts.data = 1 + np.log(counts.data)
        tfidf = TfidfTransformer().fit(counts)
        rows = tfidf.transform(counts, copy=False)
        kept = VECTORS[language].transform(kept_texts)
        kept.data = 1 + np.log(kept.data)
        kept = tfidf.transform(kept)
        print(language, rows.shape, rows.nnz, round(time.time() - start_time), "s", flush=True)
        is_even = numbers % 2 == 0
        for half in (is_even, ~is_even):
            teacher[numbers[~half]] = probabilities(fit(rows[half], labels[half], streams[half]), rows[~half])
            print(language, "half", round(time.time() - start_time), "s", flush=True)
        agree = (teacher[numbers].argmax(1) == labels).mean()
        baseline[kept_numbers] = probabilities(fit(rows, labels, streams), kept)
        right = baseline[kept_numbers].argmax(1) == kept_labels
        for stream in sorted(set(kept_streams)):
            print("   ", stream, "accuracy", round(right[kept_streams == stream].mean(), 3))
        print(language, "two-fold accuracy", round(agree, 3), round(time.time() - start_time), "s", flush=True)
    np.save(work / "baseline.npy", baseline)
    np.save(work / "teacher.new.npy", teacher)
    (work / "teacher.new.npy").rename(work / "teacher.npy")


if __name__ == "__main__":
    main()
