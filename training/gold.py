"""Writes the held-out texts as labelled tables for `winnow eval`: `gold.py DATA WORK [--limit N]`.

WORK/gold/sentiment-*.csv approximate the kinds of text on which the model is evaluated, topics-*.csv hold sentences about
restaurants and hotels, and summary-fewsum.csv holds the validation items of FewSum. None of them was used in training, and
none of the texts with a sentiment in calibration.
"""
import argparse
import csv
import json
from pathlib import Path

import sources

# Approximations of the evaluation sets: streams or sources of the held-out texts.
SENTIMENT = {
    "reviews-en": ("shop_en", "place_en"),
    "reviews-ko": ("film_ko", "place_ko"),
    "films-ko": ("film_ko",),
    "shops-ko": ("place_ko",),
    "long-en": ("yelp", "cahotels", "india"),
    "posts-en": ("post_en",),
    "survey-en": ("nhs",),
    "brand-en": ("iphonese", "musical", "womens"),
}
TOPICS = {
    "topics-en": ("en", ("mabsa_hotel", "mabsa_restaurant", "mams", "acos", "oats_hotels_sentence",
                         "memd_hotel", "memd_restaurant")),
    "topics-ko": ("ko", ("mabsa_hotel", "mabsa_restaurant")),
}


def is_for_fitting(at):
    """Whether calibration uses this held-out text; the reported figures use the others."""
    return at % 2 == 0


def pairs(target):
    """Turns `price negative delivery positive` into `price:negative; delivery:positive`."""
    words = target.split()
    return "; ".join(f"{topic}:{polarity}" for topic, polarity in zip(words[::2], words[1::2])) or "none"


def write(path, names, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(names)
        out.writerows(rows)
    print(path.name, len(rows))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--limit", type=int, default=3000, help="maximum number of rows of a table")
    options = parser.parse_args()
    kept = [json.loads(line) for line in open(options.work / "kept.jsonl", encoding="utf-8")]
    gold = options.work / "gold"
    gold.mkdir(exist_ok=True)
    for name, wanted in SENTIMENT.items():
        rows = [(at, row["text"], row["asked"]["sentiment"]) for at, row in enumerate(kept)
                if "sentiment" in row["asked"] and not is_for_fitting(at) and (row["stream"] in wanted or row["source"] in wanted)]
        write(gold / f"sentiment-{name}.csv", ("id", "text", "sentiment"), rows[:options.limit])
    for name, (language, wanted) in TOPICS.items():
        rows = [(at, row["text"], pairs(row["asked"]["topics"])) for at, row in enumerate(kept)
                if row["language"] == language and row["source"] in wanted and "topics" in row["asked"]
                and row["asked"]["topics"] != "none"]
        write(gold / f"{name}.csv", ("id", "text", "topics"), rows[:options.limit])
    rows = []
    for number, (part, texts, summaries) in enumerate(sources.written_packs(options.data, "val")):
        for at, text in enumerate(texts):
            rows.append((f"{part} {number}", text, summaries[at] if at < len(summaries) else ""))
    write(gold / "summary-fewsum.csv", ("product", "text", "summary"), rows)


if __name__ == "__main__":
    main()
