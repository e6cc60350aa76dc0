"""Turns the data folder into examples.jsonl and kept.jsonl: `prepare.py DATA WORK`.

A text is held out (kept.jsonl) if the hash of its letters and digits, in lower case, is 0 modulo 20. The rule depends only on the
text, so duplicates are in the same file. Each file has packs of several reviews, made only from its own texts.
"""
import csv
import hashlib
import json
import random
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

import sources

MAX_TOPICS = 6
TAXONOMY = Path(__file__).parent.parent / "inference/models/topics.csv"


def fold(text):
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).lower())


def is_kept(text):
    return int.from_bytes(hashlib.blake2b(fold(text).encode(), digest_size=8).digest()) % 20 == 0


class Taxonomy:
    """The topics in order and their phrases."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.names = [row["topic"] for row in rows]
        self.order = {name: at for at, name in enumerate(self.names)}
        self.tables = {language: [(row["topic"], *self.patterns(row[f"phrases_{language}"], form)) for row in rows]
                       for language, form in (("en", r"\b(?:{})\b"), ("ko", r"(?:^|[^가-힣a-z])(?:{})"))}

    @staticmethod
    def patterns(phrases, form):
        """The patterns of a topic's phrases and of its exclusions; None if there are none."""
        phrases = phrases.split(";")
        included = [re.escape(phrase) for phrase in phrases if not phrase.startswith("!")]
        excluded = [re.escape(phrase[1:]) for phrase in phrases if phrase.startswith("!")]
        return [re.compile(form.format("|".join(some))) if some else None for some in (included, excluded)]

    def found(self, text, language):
        text = text.lower()
        return [topic for topic, included, excluded in self.tables[language]
                if included.search(excluded.sub(" ", text) if excluded else text)]

    def target(self, pairs):
        """The target text `price negative delivery positive`: one polarity for each topic, in taxonomy order."""
        votes = defaultdict(Counter)
        for topic, polarity in pairs:
            votes[topic][polarity] += 1
        items = []
        for topic in sorted(votes, key=self.order.__getitem__)[:MAX_TOPICS]:
            (best, count), *rest = votes[topic].most_common()
            tied = rest and rest[0][1] == count
            items.append(f"{topic} {'neutral' if tied else best}")
        return " ".join(items) or "none"


def certain_topics(example, taxonomy):
    """The topics and polarities that are certain enough to combine two texts in mixed(); None if there are none."""
    if example.get("aspects"):
        return example["aspects"]
    if example.get("stars") in (1, 5) and example["source"] != "film_ko":
        polarity = sources.of_stars(example["stars"])
        found = taxonomy.found(example["text"], example["language"])
        return [(topic, polarity) for topic in found] if len(found) <= 2 else None
    return None


def answer(example, taxonomy):
    """The tasks for which the example has an answer, and the answers."""
    asked = {}
    if example.get("sentiment"):
        asked["sentiment"] = example["sentiment"]
    if example.get("aspects") is not None:
        asked["topics"] = taxonomy.target(example["aspects"])
    elif example.get("stars") in (1, 5) and example["source"] != "film_ko":
        # Weak labels: the topics of the phrases found, with the polarity of a short text with 1 or 5 stars.
        length = len(example["text"])
        if length <= (300 if example["language"] == "en" else 120):
            polarity = sources.of_stars(example["stars"])
            found = taxonomy.found(example["text"], example["language"])
            asked["topics"] = taxonomy.target([(topic, polarity) for topic in found])
    elif example["source"] == "film_ko" and example["stars"] in (1, 5):
        found = taxonomy.found(example["text"], "ko")
        if found:
            asked["topics"] = taxonomy.target([(t, sources.of_stars(example["stars"])) for t in found])
    if example.get("summary"):
        asked["summary"] = example["summary"]
    return asked


def sentences(text, language):
    parts = re.split(r"(?<=[.!?。])\s+", text)
    low, high = (4, 28) if language == "en" else (3, 18)
    return [part.strip() for part in parts if low <= len(part.split()) <= high]


def units(text, language):
    """The units by which texts are compared: words in English, letter pairs in Korean."""
    if language == "en":
        return {w for w in re.findall(r"[a-z']+", text.lower()) if len(w) > 2}
    letters = re.sub(r"[^가-힣]+", " ", text)
    return {w[i:i + 2] for w in letters.split() for i in range(len(w) - 1)}


def find_central_sentence(texts, language):
    """The sentence with the highest mean overlap (F1) with the other texts."""
    bags = [units(text, language) for text in texts]
    best, best_score = None, 0.0
    for at, text in enumerate(texts):
        for sentence in sentences(text, language):
            bag = units(sentence, language)
            if len(bag) < 3:
                continue
            score = 0.0
            for other, theirs in enumerate(bags):
                if other != at and theirs:
                    score += 2 * len(bag & theirs) / (len(bag) + len(theirs))
            score /= len(texts) - 1
            if score > best_score:
                best, best_score = sentence, score
    return best


def packs(examples, chance, wanted_count):
    """Several reviews of one product, and their most central sentence as the summary."""
    groups = defaultdict(list)
    for example in examples:
        limit = 400 if example["language"] == "en" else 100
        if example.get("group") and 15 <= len(example["text"]) <= limit:
            groups[example["group"]].append(example)
    usable = {"en": [], "ko": []}
    for name in sorted(groups):
        if len(groups[name]) >= 3:
            usable[groups[name][0]["language"]].append(groups[name])
    for language, per_language in usable.items():
        weights = [min(len(group), 60) for group in per_language]
        for _ in range(wanted_count if per_language else 0):
            group = chance.choices(per_language, weights)[0]
            # Two thirds of the packs have one polarity, because most groups of a report agree.
            if chance.random() < 0.67:
                label = chance.choice(group)["sentiment"]
                group = [e for e in group if e["sentiment"] == label]
            count = min(len(group), chance.choice((2, 3, 4, 4, 5, 6, 8, 10, 12)))
            if count < 2:
                continue
            texts, length = [], 0
            for example in chance.sample(group, count):
                length += len(example["text"])
                if length <= (1100 if language == "en" else 500):
                    texts.append(example["text"])
            if len(texts) < 2:
                continue
            summary = find_central_sentence(texts, language)
            if summary:
                yield {"text": " | ".join(texts), "language": language, "source": "pack",
                       "stream": f"pack_{language}", "asked": {"summary": summary}}


def mixed(examples, chance, wanted_count):
    """Joins a positive and a negative short text with topics, so that the model learns to read the polarity of a topic from its
    context and not from the whole text."""
    pool = {"en": ([], []), "ko": ([], [])}
    for example in examples:
        pairs = example.get("certain_topics")
        polarities = {polarity for _, polarity in pairs or []}
        limit = 160 if example["language"] == "en" else 70
        if len(polarities) == 1 and len(example["text"]) <= limit and "neutral" not in polarities:
            pool[example["language"]]["negative" in polarities].append(example)
    for language, sides in pool.items():
        for _ in range(wanted_count if all(sides) else 0):
            both = [chance.choice(side) for side in sides]
            chance.shuffle(both)
            names = [{topic for topic, _ in example["certain_topics"]} for example in both]
            if names[0] & names[1]:
                continue
            first, second = (example["text"] for example in both)
            joint = chance.choice((" ", ". ", ", ", " but " if language == "en" else " 근데 "))
            yield {"text": first.rstrip(" .,") + joint + second, "language": language, "source": "mixed",
                   "stream": f"mixed_{language}", "pairs": both[0]["certain_topics"] + both[1]["certain_topics"]}


def main():
    data, work = Path(sys.argv[1]), Path(sys.argv[2])
    work.mkdir(parents=True, exist_ok=True)
    taxonomy = Taxonomy(TAXONOMY)
    sides = {False: [], True: []}
    seen, skipped = {}, Counter()
    for read in sources.ALL:
        for example in read(data):
            key = fold(example["text"])
            if len(key) < 2 or len(example["text"]) > 20000:
                skipped["empty"] += 1
                continue
            example["asked"] = answer(example, taxonomy)
            if not example["asked"]:
                skipped["no task"] += 1
                continue
            # A text counts once with the same answer, and at most twice with different answers.
            key = hash((key, example["stream"]))
            answers_seen = seen.setdefault(key, [])
            if example["asked"] in answers_seen or len(answers_seen) >= 2:
                skipped["duplicate"] += 1
                continue
            answers_seen.append(example["asked"])
            sides[is_kept(example.get("twin") or example["text"])].append(example)
    for kept, name in ((False, "examples.jsonl"), (True, "kept.jsonl")):
        chance = random.Random(20)
        examples = sides[kept]
        for example in examples:
            example["certain_topics"] = certain_topics(example, taxonomy)
        joined = list(mixed(examples, chance, 1000 if kept else 30000))
        for example in joined:
            example["asked"] = {"topics": taxonomy.target(example["pairs"])}
        examples += joined
        examples += list(packs(examples, chance, 600 if kept else 16000))
        chance.shuffle(examples)
        with open(work / name, "w", encoding="utf-8") as out:
            for example in examples:
                fields = ("text", "language", "source", "stream", "asked", "stars")
                row = {f: example[f] for f in fields if f in example}
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
        print(name, len(examples), dict(Counter(e["stream"] for e in examples)))
    print("skipped", dict(skipped))


if __name__ == "__main__":
    main()
