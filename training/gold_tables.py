"""Writes labelled tables for `winnow eval`: `gold_tables.py DATA WORK`.

WORK/gold/sentiment-GROUP.csv and topics-GROUP.csv contain the texts of gold/gold.tsv that are for reporting, for each group of kinds
(readings.GROUPS), each language, and all. summary-fewsum.csv contains the validation items of FewSum. None of
these texts is used in training.
"""
import argparse
import csv
from collections import defaultdict
from pathlib import Path

import readings
import sources

def cell_of(mentions):
    return "; ".join(f"{topic}:{polarity}" for topic, polarity in mentions) or "none"


def write(path, names, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(names)
        out.writerows(rows)
    print(path.name, len(rows))


def reading_tables(data, gold):
    labelled = [row for row in readings.labels(readings.GOLD) if not readings.is_for_fitting(row["key"])]
    texts = readings.texts_by_key(data, {row["key"] for row in labelled})
    tables = defaultdict(list)
    for row in labelled:
        text = texts[row["key"]]
        for name in ("all", f"all-{text.language}", readings.kind_group(text.kind)):
            tables[name].append((row, text))
    for name, rows in sorted(tables.items()):
        write(gold / f"sentiment-{name}.csv", ("id", "question", "text", "sentiment"),
              [(row["key"], text.question, text.text, row["sentiment"]) for row, text in rows])
        write(gold / f"topics-{name}.csv", ("id", "question", "text", "topics"),
              [(row["key"], text.question, text.text, cell_of(readings.topics(row["topics"]))) for row, text in rows])


def summary_table(data, gold):
    rows = []
    for number, (part, texts, summaries) in enumerate(sources.written_packs(data, "val")):
        for at, text in enumerate(texts):
            rows.append((f"{part} {number}", text, summaries[at] if at < len(summaries) else ""))
    write(gold / "summary-fewsum.csv", ("product", "text", "summary"), rows)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    options = parser.parse_args()
    gold = options.work / "gold"
    gold.mkdir(parents=True, exist_ok=True)
    reading_tables(options.data, gold)
    summary_table(options.data, gold)


if __name__ == "__main__":
    main()
