"""Fits the decisions of the model on one half of gold.tsv and reports on the other: `decide.py DATA WORK [--name student] [--leave GROUPS]`.

Writes WORK/decisions.json, which export.py turns into prompts: biases and temperature of the sentiment, a bias for each topic, the
bonus of a topic's phrases, and the errors of shares between kinds of text, which come from both halves. Prints the figures of
`winnow eval` for each group of kinds. With --leave, as student.py was told, decisions are fitted on the other groups, figures are
of the groups left out, of both halves, and nothing is written.
"""
import argparse
import json
import re
from collections import defaultdict
from pathlib import Path

import numpy as np
import sentencepiece
import torch

import corpus
import student
from corpus import SENTIMENTS, TOPICS
from model import Model, Shape
from prepare import topic_phrases

NEGATIVE, NEUTRAL, POSITIVE, MIXED = (SENTIMENTS.index(name) for name in ("negative", "neutral", "positive", "mixed"))
MAX_TOPICS = 6
PRIOR_TEXTS = 12        # a topic's own bias counts as much as the common one if the topic has so many texts
BONUSES = np.arange(0, 2.6, 0.25)
EXCLUDE_PENALTY = 1.0
MIN_KIND_TEXTS = 20     # of a kind of text whose error of shares is measured


def load(work, name, pieces):
    state = torch.load(work / f"{name}.pt")
    model = Model(Shape(**state["shape"]))
    model.load_state_dict(state["model"])
    return model.eval()


def truth_of(examples):
    topics = np.zeros((len(examples), len(TOPICS)), bool)
    polarity = np.full((len(examples), len(TOPICS)), -1)
    for row, item in enumerate(examples):
        for topic, side in item.topics.items():
            topics[row, topic], polarity[row, topic] = True, side
    return np.array([item.sentiment for item in examples]), topics, polarity


def sentiment_figures(truth, got, scores=None):
    """The figures of `winnow eval`, as a dict."""
    sides = (truth == NEGATIVE) | (truth == POSITIVE)
    opposite = ((truth == NEGATIVE) & (got == POSITIVE)) | ((truth == POSITIVE) & (got == NEGATIVE))

    def f1(label):
        hits = ((truth == label) & (got == label)).sum()
        return 2 * hits / max(1, (truth == label).sum() + (got == label).sum())
    figures = {"n": len(truth), "right": (got == truth)[sides].mean(), "opposite": opposite[sides].mean(),
               "missed": (got == NEUTRAL)[sides].mean(), "neutral": f1(NEUTRAL), "mixed": f1(MIXED),
               "macro": np.mean([f1(label) for label in range(4) if (truth == label).any()]),
               "share+": ((got == POSITIVE).mean() - (truth == POSITIVE).mean()) * 100,
               "share-": ((got == NEGATIVE).mean() - (truth == NEGATIVE).mean()) * 100}
    if scores is not None:
        figures["sign"] = ((scores[:, POSITIVE] > scores[:, NEGATIVE]) == (truth == POSITIVE))[sides].mean()
    return figures


def fit_sentiment(scores, truth):
    """Biases with the best sum of right label, neutral F1 and mixed F1, less the errors of the shares; then the temperature."""
    def value(bias):
        figures = sentiment_figures(truth, (scores + bias).argmax(1))
        return (2 * figures["right"] + 0.5 * figures["neutral"] + 0.5 * figures["mixed"]
                - 0.02 * (abs(figures["share+"]) + abs(figures["share-"])))
    bias = np.zeros(4)
    for step in (0.4, 0.2, 0.1):
        for _ in range(4):
            for label in (NEUTRAL, NEGATIVE, MIXED):
                candidates = [bias + delta * step * np.eye(4)[label] for delta in range(-4, 5)]
                bias = max(candidates, key=value)

    def loss(temperature):
        logits = (scores + bias) / temperature
        return -(logits[np.arange(len(truth)), truth] - np.log(np.exp(logits - logits.max(1, keepdims=True)).sum(1)) - logits.max(1)).mean()
    return bias, min(np.arange(0.6, 2.01, 0.02), key=loss)


def share_errors(halves, bias, temperature):
    """Of each label, the standard deviation between kinds of text of (mean probability - share of readers), without sampling error.

    Halves are pairs of examples and scores; a kind of text counts once in each.
    """
    excess = []
    for examples, scores in halves:
        logits = (scores + bias) / temperature
        probabilities = np.exp(logits - logits.max(1, keepdims=True))
        probabilities /= probabilities.sum(1, keepdims=True)
        differences = probabilities - np.eye(4)[truth_of(examples)[0]]
        kinds = defaultdict(list)
        for row, item in enumerate(examples):
            kinds[item.group].append(row)
        excess += [differences[rows].mean(0) ** 2 - (probabilities[rows] * (1 - probabilities[rows])).sum(0) / len(rows) ** 2
                   for rows in kinds.values() if len(rows) >= MIN_KIND_TEXTS]
    return np.sqrt(np.maximum(0, np.mean(excess, 0)))


def fit_topics(scores, truth):
    """A bias for each topic with the best F1, drawn towards the common best bias if few texts have the topic."""
    candidates = np.arange(-3, 3.01, 0.1)

    def f1(hits, got, wanted):
        return 2 * hits / np.maximum(1, got + wanted)
    kept = scores[None] + candidates[:, None, None] > 0
    hits, got = (kept & truth[None]).sum(1), kept.sum(1)
    common = f1(hits.sum(1), got.sum(1), truth.sum()).argmax()
    # The common counts stand in for texts that a topic lacks.
    weight = PRIOR_TEXTS * len(TOPICS) / truth.sum()
    blended = f1(hits + weight * hits.sum(1, keepdims=True) / len(TOPICS), got + weight * got.sum(1, keepdims=True) / len(TOPICS),
                 truth.sum(0) + weight * truth.sum() / len(TOPICS))
    best = blended.argmax(0)
    return np.array([candidates[at] for at in best]), candidates[common]


def phrase_flags(examples):
    """Whether a text contains a phrase of each topic, and whether only exceptions. Close to stages/tasks/topic_matcher.c."""
    listed = topic_phrases()
    found = np.zeros((2, len(examples), len(TOPICS)), bool)
    for at, topic in enumerate(TOPICS):
        patterns = [[], []]
        for language in ("en", "ko"):
            for row in listed[topic, language]:
                end = r"(?!\w)" if language == "en" else ""
                patterns[row["exclude"] == "yes"].append(rf"(?<!\w){re.escape(row['phrase'].casefold())}{end}")
        wanted, excepted = (re.compile("|".join(some)) if some else None for some in patterns)
        for row, item in enumerate(examples):
            text = item.text.casefold()
            has_exception = bool(excepted and excepted.search(text))
            rest = excepted.sub(" ", text) if has_exception else text
            found[0, row, at] = bool(wanted and wanted.search(rest))
            found[1, row, at] = has_exception and not found[0, row, at]
    return found


def choose_topics(scores):
    """The topics above 0, at most MAX_TOPICS, highest first."""
    limit = np.sort(scores, 1)[:, -MAX_TOPICS][:, None]
    return (scores > 0) & (scores >= limit)


def topic_figures(kept, polarities, truth, truth_polarity):
    hits = kept & truth
    both = (hits & (polarities.argmax(2) == truth_polarity)).sum()
    total = kept.sum() + truth.sum()
    return {"precision": hits.sum() / max(1, kept.sum()), "recall": hits.sum() / max(1, truth.sum()),
            "f1": 2 * hits.sum() / max(1, total), "polar": 2 * both / max(1, total)}


def print_groups(examples, found, decisions):
    truth, topics, polarity = truth_of(examples)
    scores = found[0] + decisions["bias"]
    kept = choose_topics(found[1] + decisions["topics"] + decisions["bonus"] * found[3][0] - EXCLUDE_PENALTY * found[3][1])
    groups = defaultdict(list)
    for row, item in enumerate(examples):
        for group in ("all", item.language, item.group):
            groups[group].append(row)
    print("| kind | texts | right | opposite | neutral instead | neutral F1 | mixed F1 | macro-F1 | positive share, error | negative "
          "| sign | topics precision | recall | F1 | with polarity |")
    print("|" + "---|" * 15)
    for group, rows in sorted(groups.items(), key=lambda item: -len(item[1])):
        s = sentiment_figures(truth[rows], scores[rows].argmax(1), scores[rows])
        t = topic_figures(kept[rows], found[2][rows], topics[rows], polarity[rows])
        print(f"| {group} | {s['n']} | {s['right']:.3f} | {s['opposite']:.3f} | {s['missed']:.3f} | {s['neutral']:.2f} | {s['mixed']:.2f} "
              f"| {s['macro']:.2f} | {s['share+']:+.1f} | {s['share-']:+.1f} | {s['sign']:.3f} | {t['precision']:.2f} | {t['recall']:.2f} "
              f"| {t['f1']:.3f} | {t['polar']:.3f} |")
    return scores, kept


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--name", default="student")
    parser.add_argument("--leave", default="", help="groups of kinds, joined by commas")
    options = parser.parse_args()
    torch.set_num_threads(1)
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(options.work / "spiece.model"))
    student.predict.weights = np.fromfile(options.work / "ngrams.s8", np.int8)
    model, words, parts = load(options.work, options.name, pieces), student.Words(pieces), corpus.read_labels(options.data)
    if options.leave:
        leave = options.leave.split(",")
        parts["report"] = [item for name in ("fit", "report") for item in parts[name] if item.group in leave]
        parts["fit"] = [item for item in parts["fit"] if item.group not in leave]
    found = {}
    for name in ("fit", "report"):
        found[name] = [*student.predict(model, words, pieces, parts[name]), phrase_flags(parts[name])]
    truth, topics, _ = truth_of(parts["fit"])
    scores, presence, _, flags = found["fit"]
    bias, temperature = fit_sentiment(scores, truth)
    best = None
    for bonus in BONUSES:
        adjusted = presence + bonus * flags[0] - EXCLUDE_PENALTY * flags[1]
        biases, _ = fit_topics(adjusted, topics)
        kept = choose_topics(adjusted + biases)
        f1 = 2 * (kept & topics).sum() / (kept.sum() + topics.sum())
        if best is None or f1 > best[0] + 0.001:
            best = f1, bonus, biases
    decisions = {"bias": bias, "topics": best[2], "bonus": best[1]}
    print("fitting half"), print_groups(parts["fit"], found["fit"], decisions)
    print("\nreporting half" if not options.leave else "\nleft out"), print_groups(parts["report"], found["report"], decisions)
    if options.leave:
        return
    errors = share_errors([(parts[name], found[name][0]) for name in found], bias, temperature)
    # Agreement with readers on texts that decided nothing: the reporting half.
    truth, topics, _ = truth_of(parts["report"])
    scores, presence, _, flags = found["report"]
    kept = choose_topics(presence + best[2] + best[1] * flags[0] - EXCLUDE_PENALTY * flags[1])
    card = {"right": round(float(((scores + bias).argmax(1) == truth).mean()), 3), "texts": len(truth),
            "topics_f1": round(float(2 * (kept & topics).sum() / (kept.sum() + topics.sum())), 3)}
    (options.work / "decisions.json").write_text(json.dumps({
        "temperature": round(float(temperature), 3), "bias": {name: round(float(b), 3) + 0.0 for name, b in zip(SENTIMENTS, bias)},
        "topic_biases": {name: round(float(b), 2) + 0.0 for name, b in zip(TOPICS, best[2])}, "phrase_bonus": float(best[1]),
        "exclude_penalty": EXCLUDE_PENALTY, "card": card,
        "share_errors": {name: round(float(error), 3) for name, error in zip(SENTIMENTS, errors)}}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
