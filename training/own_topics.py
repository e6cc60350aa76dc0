"""Writes labelled tables for `winnow eval --taxonomy`: `own_topics.py DATA WORK`.

own_topics/KIND.csv are registries as a new user would write them: a name, a description and mostly three or four phrases a topic, written before
the texts were read. own_topics/labels.tsv has the topics of some texts of each kind, by reading. WORK/gold/own-topics-KIND.csv contains
these texts.
"""
import argparse
from collections import defaultdict
from pathlib import Path

import gold_tables
import readings

FOLDER = Path(__file__).parent / "own_topics"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    options = parser.parse_args()
    gold = options.work / "gold"
    gold.mkdir(parents=True, exist_ok=True)
    labelled = readings.labels(FOLDER / "labels.tsv")
    texts = readings.texts_by_key(options.data, {row["key"] for row in labelled})
    tables = defaultdict(list)
    for row in labelled:
        tables[row["kind"]].append(
            (row["key"], texts[row["key"]].text, gold_tables.cell_of(readings.topics(row["topics"]))))
    for kind, rows in sorted(tables.items()):
        gold_tables.write(gold / f"own-topics-{kind}.csv", ("id", "text", "topics"), rows)


if __name__ == "__main__":
    main()
