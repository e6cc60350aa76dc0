"""Writes labelled tables for `winnow eval`: `gold_tables.py DATA WORK`.

WORK/gold/sentiment-GROUP.csv and topics-GROUP.csv contain the texts of gold/gold.tsv that are for reporting, for each group of kinds
(readings.GROUPS), each language, and all. summary-fewsum.csv contains the validation items of FewSum. If WORK/kept.jsonl exists
(prepare.py), topics-annotated-LANGUAGE.csv contain held-out sentences about restaurants and hotels with the labels of their sets.
None of these texts is used in training.
"""
import argparse
import csv
import json
from collections import defaultdict
from pathlib import Path

import readings
import sources

ANNOTATED = {
    "en": ("mabsa_hotel", "mabsa_restaurant", "mams", "acos", "oats_hotels_sentence", "memd_hotel", "memd_restaurant"),
    "ko": ("mabsa_hotel", "mabsa_restaurant"),
}
MAX_ANNOTATED = 3000  # rows of a table


def cell_of(mentions):
    return "; ".join(f"{topic}:{polarity}" for topic, polarity in mentions) or "none"


def pairs(target):
    """Turns `price negative delivery positive` into `price:negative; delivery:positive`."""
    words = target.split()
    return cell_of(zip(words[::2], words[1::2])) if target != "none" else "none"


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


def annotated_tables(work, gold):
    with open(work / "kept.jsonl", encoding="utf-8") as file:
        kept = [json.loads(line) for line in file]
    for language, wanted in ANNOTATED.items():
        rows = [(at, row["text"], pairs(row["asked"]["topics"])) for at, row in enumerate(kept)
                if row["language"] == language and row["source"] in wanted and row["asked"].get("topics", "none") != "none"]
        write(gold / f"topics-annotated-{language}.csv", ("id", "text", "topics"), rows[:MAX_ANNOTATED])


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
    if (options.work / "kept.jsonl").exists():
        annotated_tables(options.work, gold)
    summary_table(options.data, gold)


if __name__ == "__main__":
    main()
