"""The prepared texts as token ids: packed on disk, drawn and batched for training.

WORK/examples.pack and kept.pack are made from the .jsonl files beside them when they are not there: an npz under
zstd, one byte for what has few values, two for a piece or a length, texts no longer than LONGEST pieces (of a longer
one its beginning and its end), so that all that training needs travels in less than 60 MiB.
"""
import io
import json

import numpy as np
import torch
import zstandard

# Share of the texts drawn from each stream.
STREAMS = {"shop_en": 0.19, "title_en": 0.02, "place_en": 0.05, "film_ko": 0.37, "place_ko": 0.05,
           "post_en": 0.11, "snippet_en": 0.02, "long_en": 0.02, "survey_en": 0.02, "pros_en": 0.005,
           "aspect_en": 0.07, "aspect_ko": 0.03, "mixed_en": 0.02, "mixed_ko": 0.02, "request_en": 0.005}
QUESTIONS = ("sentiment", "topics", "summary")
LABELS = ("positive", "neutral", "negative")
MAX_INPUT, MAX_OUTPUT = 384, 50
LONGEST = 160
# Most texts are cut short: what is felt shows in few words, and more texts are seen in the same time.
CUTS, CUT_SHARES = (40, 96, LONGEST), (0.66, 0.25, 0.09)
# Half of the texts are cut into pieces anew each time, as likely as those are (Kudo 2018, "Subword regularization"):
# what a phrase or a whole word tells, its parts learn too, and misspelt words are made of those.
SAMPLED, ALPHA = 0.5, 0.35
# Span corruption (Raffel et al. 2020, 3.1.4): how much of a text is hidden, in runs of how many pieces on average, and how
# many of these at most.
HIDDEN, RUN, MOST_RUNS = 0.15, 2, 12


def compressed(arrays):
    raw = io.BytesIO()
    np.savez(raw, **arrays)
    return zstandard.ZstdCompressor(level=17, threads=2).compress(raw.getvalue())


def codes(values):
    """The different values, and for each place which of them stands there."""
    names, code = np.unique(values, return_inverse=True)
    return names, code.astype(np.uint8)


class Examples:
    """Token ids of one side of the data, kept flat; two bytes a piece."""

    def __init__(self, path, pieces):
        pack = path.with_suffix(".pack")
        if not pack.exists():
            self.tokenize(path, pieces, pack)
        with np.load(io.BytesIO(zstandard.ZstdDecompressor().decompress(pack.read_bytes()))) as stored:
            self.ids, self.answers, self.label = stored["ids"], stored["answers"], stored["label"]
            self.ends = np.cumsum(stored["lengths"], dtype=np.int64)
            self.answer_ends = np.cumsum(stored["answer_lengths"], dtype=np.int64)
            self.stream, self.language, self.source = (
                stored[f"{column}_names"][stored[column]] for column in ("stream", "language", "source"))

    @staticmethod
    def tokenize(path, pieces, pack):
        with open(path, encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        texts = []
        for start in range(0, len(rows), 100_000):
            some = pieces.encode([row["text"] for row in rows[start:start + 100_000]], num_threads=2)
            texts += [np.array(ids if len(ids) <= LONGEST else ids[:LONGEST // 2] + ids[-LONGEST // 2:], np.uint16)
                      for ids in some]
        answers = [np.array(pieces.encode(row["asked"].get(q, "")), np.uint16) for row in rows for q in QUESTIONS]
        arrays = {
            "ids": np.concatenate(texts), "lengths": np.array([len(t) for t in texts], np.uint16),
            "answers": np.concatenate(answers), "answer_lengths": np.array([len(a) for a in answers], np.uint16),
            "label": np.array([LABELS.index(row["asked"]["sentiment"])
                               if "sentiment" in row["asked"] else -1 for row in rows], np.int8)}
        for column in ("stream", "language", "source"):
            arrays[f"{column}_names"], arrays[column] = codes([row[column] for row in rows])
        pack.write_bytes(compressed(arrays))

    def __len__(self):
        return len(self.ends)

    def text(self, at):
        return self.ids[self.ends[at - 1] if at else 0:self.ends[at]]

    def answer(self, at, question):
        at = at * len(QUESTIONS) + question
        return self.answers[self.answer_ends[at - 1] if at else 0:self.answer_ends[at]]


class Draw:
    """Endless draws of example numbers, each bucket in turn through its own shuffles."""

    def __init__(self, examples, seed):
        self.chance = np.random.default_rng(seed)
        self.buckets, self.weights = [], []
        for stream, share in STREAMS.items():
            inside = examples.stream == stream
            labels = [label for label in (-1, 0, 1, 2) if (inside & (examples.label == label)).any()]
            # A class with few texts is not drawn more than about as often as it can bear.
            sizes = {k: np.flatnonzero(inside & (examples.label == k)) for k in labels}
            weights = {k: min(1.0, len(v) / (0.12 * inside.sum())) for k, v in sizes.items()}
            for label, members in sizes.items():
                self.buckets.append(self.cycle(members))
                self.weights.append(share * weights[label] / sum(weights.values()))
        self.weights = np.array(self.weights) / sum(self.weights)

    def cycle(self, members):
        while True:
            yield from self.chance.permutation(members)

    def take(self, count):
        which = self.chance.choice(len(self.buckets), count, p=self.weights)
        return [int(next(self.buckets[at])) for at in which]


def clip(ids, limit, chance):
    """At most `limit` pieces: now the beginning, now the end."""
    if len(ids) <= limit:
        return ids
    return ids[:limit] if chance.random() < 0.6 else ids[-limit:]


class Teacher:
    """What baseline.py says of the texts, and how much of a target is the label all the same; and what ngrams.py says."""

    def __init__(self, work, trust_en, trust_ko):
        self.said, self.trust = np.load(work / "teacher.npy"), {"en": trust_en, "ko": trust_ko}
        with np.load(work / "ngrams.npz") as ngrams:
            self.ngrams = ngrams["learned"]

    def targets(self, examples, rows):
        """[rows, labels], of rows that have a label."""
        target = np.zeros((len(rows), len(LABELS)), np.float32)
        target[np.arange(len(rows)), examples.label[rows]] = 1
        said = self.said[rows].astype(np.float32)
        known = said.sum(1) > 0
        trust = np.array([[self.trust[language]] for language in examples.language[rows[known]]], np.float32)
        target[known] = trust * target[known] + (1 - trust) * said[known]
        return target


def marks(pieces):
    """What stands for a hidden run: the pieces of control characters, which no text has. The last one asks for the runs."""
    return [pieces.piece_to_id(f"<0x{code:02X}>") for code in range(1, MOST_RUNS + 2)]


def hide_runs(ids, signs, chance):
    """The text with runs of pieces hidden behind signs, and what stood there: sign, run, sign, run ..., end."""
    hidden = max(1, round(HIDDEN * len(ids)))
    runs = min(max(1, round(hidden / RUN)), MOST_RUNS)

    def parts(total):
        return np.diff(np.concatenate([[0], np.sort(chance.choice(total - 1, runs - 1, replace=False)) + 1, [total]]))
    shown, answer, at = [], [], 0
    for sign, kept, gone in zip(signs, parts(len(ids) - hidden), parts(hidden)):
        shown += [ids[at:at + kept], [sign]]
        answer += [[sign], ids[at + kept:at + kept + gone]]
        at += kept + gone
    return np.concatenate(shown), np.concatenate([*answer, [1]])


def batches(examples, draw, pieces, symbols, tokens, teacher, dropped, spans):
    """Endless batches of about `tokens` encoder tokens, texts of like length together. Of a text's pieces `dropped` are
    left out: the others must do. Of `spans` of the batches hidden runs are asked."""
    chance, signs = draw.chance, marks(pieces)
    while True:
        pool = []
        for at in draw.take(8192):
            ids = examples.text(at)
            if chance.random() < SAMPLED:
                ids = np.array(pieces.encode(pieces.decode(ids.tolist()), enable_sampling=True, alpha=ALPHA,
                                             nbest_size=-1))
            if not len(examples.answer(at, 2)):
                ids = clip(ids, chance.choice(CUTS, p=CUT_SHARES), chance)
                if len(ids) > 6:
                    ids = ids[chance.random(len(ids)) > dropped]
            pool.append((np.append(ids[:MAX_INPUT - 1], 1), at))
        pool.sort(key=lambda item: len(item[0]))
        groups, start = [], 0
        while start < len(pool):
            end = start + 1
            while end < len(pool) and (end - start + 1) * pad_to(len(pool[end][0])) <= tokens:
                end += 1
            groups.append(pool[start:end])
            start = end
        for at in chance.permutation(len(groups)):
            if chance.random() < spans:
                # Half as many texts: what is asked are tokens among all pieces.
                yield pack_runs(groups[at][::2], signs, chance)
            else:
                yield pack(examples, groups[at], symbols, teacher)


def pad_to(length):
    return (length + 7) // 8 * 8


def side_by_side(texts):
    width = pad_to(max(map(len, texts)))
    text = np.zeros((len(texts), width), np.int64)
    for row, ids in enumerate(texts):
        text[row, :len(ids)] = ids
    return text


def answers_of(rows, symbol):
    """(owner, prefix, target, length, nothing) of (row of the text, answer)."""
    longest = max((len(answer) for _, answer in rows), default=0)
    prefix = np.zeros((len(rows), longest + 1), np.int64)
    target = np.full((len(rows), longest + 1), -100, np.int64)
    for at, (_, answer) in enumerate(rows):
        prefix[at, 1] = symbol
        prefix[at, 2:len(answer) + 1] = answer[:-1]
        target[at, 1:len(answer) + 1] = answer
    return [np.array([row for row, _ in rows], np.int64), prefix, target,
            np.array([len(answer) + 1 for _, answer in rows], np.int64), np.zeros(0, np.float32)]


def to_torch(text, asked):
    return torch.from_numpy(text), [[torch.from_numpy(a) for a in rows] for rows in asked]


def pack_runs(group, signs, chance):
    """As pack(), with no question but for what is hidden."""
    texts, answers = [], []
    for ids, _ in group:
        if len(ids) >= 6:
            shown, answer = hide_runs(ids[:-1], signs, chance)
            texts.append(np.append(shown, 1))
            answers.append((len(texts) - 1, answer))
    if not texts:
        texts = [group[0][0]]
    none = [np.zeros(0, np.int64)] * 5
    return to_torch(side_by_side(texts), [none, none, none, answers_of(answers, signs[-1])])


def pack(examples, group, symbols, teacher):
    """text, then for each question its rows: (owner, prefix, target, length, what n-grams say)."""
    text = side_by_side([ids for ids, _ in group])
    numbers = np.array([at for _, at in group])
    owner = np.flatnonzero(examples.label[numbers] >= 0)
    target = teacher.targets(examples, numbers[owner])
    prefix = np.tile(np.array([0, symbols[0]]), (len(owner), 1))
    packed = [[owner, prefix, target, np.full(len(owner), 2), teacher.ngrams[numbers[owner]].astype(np.float32)]]
    for question in (1, 2):
        rows = [(row, np.append(examples.answer(at, question)[:MAX_OUTPUT - 1], 1))
                for row, (_, at) in enumerate(group) if len(examples.answer(at, question))]
        packed.append(answers_of(rows, symbols[question]))
    return to_torch(text, packed)
