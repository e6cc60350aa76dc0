"""Prints how far two readers of the same texts agree: `agreement.py [GOLD]`. It is the ceiling for a model's figures.

Cohen's kappa compares the agreement with that of readers who label at random with the same shares. F1 of the topics takes the
first reading as the truth; exchanging the readings gives the same figure.
"""
import sys
from collections import Counter

import readings


def kappa(pairs):
    observed = sum(first == second for first, second in pairs) / len(pairs)
    shares = [Counter(labels) for labels in zip(*pairs)]
    expected = sum(shares[0][label] * shares[1][label] for label in shares[0]) / len(pairs) ** 2
    return observed, (observed - expected) / (1 - expected)


def topics(cell, with_polarity):
    return {(topic, polarity) if with_polarity else topic for topic, polarity in readings.topics(cell)}


def f1(pairs, with_polarity):
    sets = [(topics(first, with_polarity), topics(second, with_polarity)) for first, second in pairs]
    return 2 * sum(len(a & b) for a, b in sets) / sum(len(a) + len(b) for a, b in sets)


def report(name, rows):
    sentiments = [(row["sentiment"], row["second_sentiment"]) for row in rows]
    pairs = [(row["topics"], row["second_topics"]) for row in rows]
    agreement, coefficient = kappa(sentiments)
    opposite = sum(set(pair) == {"positive", "negative"} for pair in sentiments)
    print(f"{name}: {len(rows)} texts, same sentiment {agreement:.3f}, kappa {coefficient:.3f}, opposite {opposite}, "
          f"topics F1 {f1(pairs, False):.3f}, with polarity {f1(pairs, True):.3f}")


if __name__ == "__main__":
    path = sys.argv[1] if len(sys.argv) > 1 else readings.GOLD
    read_twice = [row for row in readings.labels(path) if row["second_sentiment"]]
    report("all", read_twice)
    for language in sorted({row["lang"] for row in read_twice}):
        report(language, [row for row in read_twice if row["lang"] == language])
