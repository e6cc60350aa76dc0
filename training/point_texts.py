"""Learns which clauses, cut by rule, are good texts of points (stages/tasks/clause_reader.h): `point_texts.py DATA WORK MODEL`.

WORK has spiece.model and ngrams.s8 of the model (unpack.py). Writes WORK/point_texts.s8, and prints figures for kinds of text that
each of five classifiers has not seen. The model is not changed: the classifier is a logistic regression over the states of its
decoder, as in quotes.py.

point_texts/labels.tsv has the grades by reading: the record (readings.key_of), and first byte and end of the text in it. The reader
knew the kind, the side, some of the clauses that the point counts, and the other texts that the point could have.

    0  poor: cut so that something is missing or odd, a detail of one customer, no opinion, the wrong side
    1  fair: understood, but vague, clumsy, or a mere verdict
    2  good: complete and definite, understood alone, says what the clauses say
"""
import csv
import sys
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

import quotes
import readings

LABELS = readings.HERE / "point_texts/labels.tsv"
CLASSES = 3              # fields of struct point_text_grades
STRENGTH = 0.01          # C of LogisticRegression
PARTS = 5


def labelled_texts(data):
    """[(kind, text, grade)]."""
    with open(LABELS, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    records, found = readings.texts_by_key(data, {row["record"] for row in rows}), []
    for row in rows:
        if row["record"] in records:
            text = records[row["record"]].text.encode()[int(row["begin"]):int(row["end"])].decode()
            found.append((row["kind"], text, int(row["grade"])))
    print(f"{len(found)} of {len(rows)} texts found")
    return found


def report(kinds, features, grades):
    """Each part of the kinds is judged by a classifier that was trained on the others."""
    names, found = sorted(set(kinds)), np.zeros((len(grades), CLASSES))
    parts = dict(zip(names, np.random.default_rng(0).permutation(len(names)) % PARTS))
    for part in range(PARTS):
        rows = np.array([parts[kind] == part for kind in kinds])
        found[rows] = quotes.predict(quotes.fit(features[~rows], grades[~rows], STRENGTH), features[rows])
    print(f"grades {np.bincount(grades)}; AUC of poor {roc_auc_score(grades == 0, found[:, 0]):.3f}, "
          f"of good {roc_auc_score(grades == 2, found[:, 2]):.3f}")


def main():
    data, work, model = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    kinds, texts, grades = zip(*labelled_texts(data))
    features, grades = quotes.features_of(model.read_bytes(), work, list(texts)), np.array(grades)
    report(kinds, features, grades)
    quotes.write(quotes.fit(features, grades, STRENGTH), work / "point_texts.s8")


if __name__ == "__main__":
    main()
