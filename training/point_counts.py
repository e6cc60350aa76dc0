"""Fits the probability that a record says a point (stages/evidence/point_evidence.c): `point_counts.py`.

From points/counts.tsv: whether the words of a record state the point, the probability of the network (points.py), and how many such
records say it, to strict readers. Prints the constants of a logistic regression, and what thresholds of the network's probability for
stated records would count. Takes a second.
"""
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

TABLE = Path(__file__).parent / "points/counts.tsv"
LIMIT = 1e-4             # of certainty
THRESHOLDS = 0.5, 0.6, 0.7, 0.8, 0.85, 0.9


def main():
    lines = [line.split() for line in open(TABLE, encoding="utf-8") if not line.startswith("#")]
    stated, probability, records, say = np.array(lines[1:], float).T
    logit = np.log((probability + LIMIT) / (1 - probability + LIMIT))
    features = np.stack([stated, logit], 1)
    model = LogisticRegression(C=100)
    model.fit(np.tile(features, (2, 1)), np.repeat([1, 0], len(features)), sample_weight=np.concatenate([say, records - say]))
    print(f"says_bias = {model.intercept_[0]:.2f}, says_stated = {model.coef_[0][0]:.2f}, says_logit = {model.coef_[0][1]:.2f}")
    for threshold in THRESHOLDS:
        counted = (stated == 1) & (probability >= threshold)
        print(f"from {threshold:.2f}: of counted records {say[counted].sum() / records[counted].sum():.3f} say it; "
              f"of those that say it {say[counted].sum() / say.sum():.3f} are counted")


main()
