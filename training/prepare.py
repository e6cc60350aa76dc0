"""Turns the data folder into examples.jsonl and kept.jsonl: `prepare.py DATA WORK`.

The kept split is a fixed rule: a text (normalised: letters and digits only, lower case) whose hash
falls on 0 modulo 20 is kept aside and never trained on, so duplicates fall on one side. Packs of
several reviews are made on each side from texts and products of that side only.
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
TOPIC_PHRASES = TAXONOMY.with_name("topic_phrases.csv")


def fold(text):
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).lower())


def is_kept(text):
    return int.from_bytes(hashlib.blake2b(fold(text).encode(), digest_size=8).digest()) % 20 == 0


def topic_phrases():
    """Rows of topic_phrases.csv by (topic, language), in the order of the file."""
    rows = defaultdict(list)
    with open(TOPIC_PHRASES, encoding="utf-8") as file:
        for row in csv.DictReader(file):
            rows[row["topic"], row["language"]].append(row)
    return rows


class Taxonomy:
    """Topics in order, and the phrases that point to them, but for those with an exclamation mark."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.names = [row["topic"] for row in csv.DictReader(file)]
        self.order = {name: at for at, name in enumerate(self.names)}
        phrases = topic_phrases()
        self.tables = {language: [(name, *self.patterns(phrases[name, language], form)) for name in self.names]
                       for language, form in (("en", r"\b(?:{})\b"), ("ko", r"(?:^|[^가-힣a-z])(?:{})"))}

    @staticmethod
    def patterns(rows, form):
        """Patterns of the phrases that mean a topic, and of those that exclude it; None without phrases."""
        meant = [re.escape(row["phrase"]) for row in rows if row["exclude"] != "yes"]
        excluded = [re.escape(row["phrase"]) for row in rows if row["exclude"] == "yes"]
        return [re.compile(form.format("|".join(some))) if some else None for some in (meant, excluded)]

    def found(self, text, language):
        text = text.lower()
        return [topic for topic, meant, excepted in self.tables[language]
                if meant.search(excepted.sub(" ", text) if excepted else text)]

    def target(self, pairs):
        """`price negative delivery positive`: one polarity a topic, taxonomy order."""
        votes = defaultdict(Counter)
        for topic, polarity in pairs:
            votes[topic][polarity] += 1
        items = []
        for topic in sorted(votes, key=self.order.__getitem__)[:MAX_TOPICS]:
            (best, count), *rest = votes[topic].most_common()
            tied = rest and rest[0][1] == count
            items.append(f"{topic} {'neutral' if tied else best}")
        return " ".join(items) or "none"


def told_topics(example, taxonomy):
    """Topics with polarity that are certain enough to be joined with others, see mixed()."""
    if example.get("aspects"):
        return example["aspects"]
    if example.get("stars") in (1, 5) and example["source"] != "film_ko":
        polarity = sources.of_stars(example["stars"])
        found = taxonomy.found(example["text"], example["language"])
        return [(topic, polarity) for topic in found] if len(found) <= 2 else None
    return None


def answer(example, taxonomy):
    """The questions that this example can teach."""
    asked = {}
    if example.get("sentiment"):
        asked["sentiment"] = example["sentiment"]
    if example.get("aspects") is not None:
        asked["topics"] = taxonomy.target(example["aspects"])
    elif example.get("stars") in (1, 5) and example["source"] != "film_ko":
        # Weak labels: what the phrases name, with the polarity of a short one-sided text.
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
    """What overlaps when two texts say the same: words in English, letter pairs in Korean."""
    if language == "en":
        return {w for w in re.findall(r"[a-z']+", text.lower()) if len(w) > 2}
    letters = re.sub(r"[^가-힣]+", " ", text)
    return {w[i:i + 2] for w in letters.split() for i in range(len(w) - 1)}


def central(texts, language):
    """The sentence that most of the texts would sign: highest mean overlap (F1) with the others."""
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


def packs(examples, chance, want):
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
        for _ in range(want if per_language else 0):
            group = chance.choices(per_language, weights)[0]
            # One polarity in two packs of three: reports ask mostly about groups that agree.
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
            summary = central(texts, language)
            if summary:
                yield {"text": " | ".join(texts), "language": language, "source": "pack",
                       "stream": f"pack_{language}", "asked": {"summary": summary}}


def mixed(examples, chance, want):
    """Two short texts with topics in one, praise beside complaint: the polarity of a topic must be
    read where the topic stands, not from the tone of the whole."""
    pool = {"en": ([], []), "ko": ([], [])}
    for example in examples:
        pairs = example.get("told")
        polarities = {polarity for _, polarity in pairs or []}
        limit = 160 if example["language"] == "en" else 70
        if len(polarities) == 1 and len(example["text"]) <= limit and "neutral" not in polarities:
            pool[example["language"]]["negative" in polarities].append(example)
    for language, sides in pool.items():
        for _ in range(want if all(sides) else 0):
            both = [chance.choice(side) for side in sides]
            chance.shuffle(both)
            names = [{topic for topic, _ in example["told"]} for example in both]
            if names[0] & names[1]:
                continue
            first, second = (example["text"] for example in both)
            joint = chance.choice((" ", ". ", ", ", " but " if language == "en" else " 근데 "))
            yield {"text": first.rstrip(" .,") + joint + second, "language": language, "source": "mixed",
                   "stream": f"mixed_{language}", "pairs": both[0]["told"] + both[1]["told"]}


def main():
    data, work = Path(sys.argv[1]), Path(sys.argv[2])
    work.mkdir(parents=True, exist_ok=True)
    taxonomy = Taxonomy(TAXONOMY)
    sides = {False: [], True: []}
    seen, dropped = {}, Counter()
    for read in sources.ALL:
        for example in read(data):
            key = fold(example["text"])
            if len(key) < 2 or len(example["text"]) > 20000:
                dropped["empty"] += 1
                continue
            example["asked"] = answer(example, taxonomy)
            if not example["asked"]:
                dropped["nothing asked"] += 1
                continue
            # The same words with the same answer count once, with another answer at most twice.
            key = hash((key, example["stream"]))
            told = seen.setdefault(key, [])
            if example["asked"] in told or len(told) >= 2:
                dropped["duplicate"] += 1
                continue
            told.append(example["asked"])
            sides[is_kept(example.get("twin") or example["text"])].append(example)
    for kept, name in ((False, "examples.jsonl"), (True, "kept.jsonl")):
        chance = random.Random(20)
        examples = sides[kept]
        for example in examples:
            example["told"] = told_topics(example, taxonomy)
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
    print("left out", dict(dropped))


if __name__ == "__main__":
    main()
