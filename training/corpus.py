"""The texts that the student learns from, as token ids with targets.

Three kinds of targets: labels by reading (read.tsv, written/*.tsv), and stars, which teach polarity only: a text with 4 or 5
stars is rather positive than negative, but it may be neutral or mixed, and stars say nothing of topics.
"""
import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np

import readings

HERE = Path(__file__).parent
SENTIMENTS = ("positive", "neutral", "negative", "mixed")
POLARITIES = ("positive", "neutral", "negative")
with open(HERE.parent / "inference/models/topics.csv", encoding="utf-8", newline="") as file:
    TOPICS = [row["topic"] for row in csv.DictReader(file)]
# The decoder's word for a topic whose name is more than one piece.
LABEL_WORDS = {"order_accuracy": "order", "workload": "hours"}
QUESTION = "{question} :"
LONGEST = 160            # pieces of a text in training; of a longer one, the beginning and the end are kept
UNCLEAR_WEIGHT = 0.5     # of a text about which readers may disagree
STAR_LABELS = {"1": 2, "2": 2, "4": 0, "5": 0, "positive": 0, "negative": 2}


class Example(NamedTuple):
    key: str
    group: str       # readings.kind_group
    language: str
    text: str        # with its question
    sentiment: int   # index of SENTIMENTS; -1: not known
    topics: dict     # index of TOPICS: index of POLARITIES; None: not known
    polarity: int    # of the stars: 0 positive, 2 negative; -1: not known
    weight: float


def with_question(question, text):
    return f"{QUESTION.format(question=question)} {text}" if question else text


def example(row, text):
    found = {TOPICS.index(topic): POLARITIES.index(polarity) for topic, polarity in readings.topics(row["topics"])}
    return Example(row["key"], readings.kind_group(row["kind"]), text.language, with_question(text.question, text.text),
                   SENTIMENTS.index(row["sentiment"]), found, -1, UNCLEAR_WEIGHT if row["unclear"] else 1.0)


def read_labels(data):
    """The examples with labels by reading: {"train": [...], "fit": [...], "report": [...]}; the last two are the halves of gold.tsv."""
    rows = {"gold": readings.labels(readings.GOLD), "train": readings.labels(readings.READ)}
    texts = readings.texts_by_key(data, {row["key"] for part in rows.values() for row in part})
    parts = {"train": [example(row, texts[row["key"]]) for row in rows["train"]], "fit": [], "report": []}
    for row in rows["gold"]:
        parts["fit" if readings.is_for_fitting(row["key"]) else "report"].append(
            example(row | {"kind": texts[row["key"]].kind}, texts[row["key"]]))
    for path in readings.WRITTEN:
        for row in readings.labels(path):
            text = readings.Text(row["key"], row["kind"], row["lang"], row["question"], row["text"], "")
            parts["train"].append(example(row, text))
    return parts


def read_stars(data, without, most, seed):
    """Up to `most` texts of each kind with stars or a human label of polarity; none with a key of `without`."""
    chance, kinds, seen = np.random.default_rng(seed), {}, set(without)
    for text in readings.texts(data):
        if text.key in seen or text.label not in STAR_LABELS or not 8 <= len(text.text) <= 1200:
            continue
        if text.kind.startswith("sst_phrase"):
            continue
        seen.add(text.key)
        kinds.setdefault((text.kind, STAR_LABELS[text.label]), []).append(text)
    found = []
    for (kind, polarity), texts in sorted(kinds.items(), key=lambda item: item[0]):
        try:
            group = readings.kind_group(kind)
        except KeyError:
            continue
        for at in chance.permutation(len(texts))[:most]:
            text = texts[at]
            found.append(Example(text.key, group, text.language, with_question(text.question, text.text), -1, None, polarity, 1.0))
    return found


def shorten(ids, longest=LONGEST):
    return ids if len(ids) <= longest else ids[:longest // 2] + ids[-(longest - longest // 2):]
