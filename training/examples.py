"""The prepared texts as token ids: packed on disk, sampled and batched for training.

WORK/examples.pack and WORK/kept.pack are created from the .jsonl files if they do not exist: an npz compressed with zstd, with one
byte for values of few kinds and two for a piece or a length. Texts have at most LONGEST pieces; of a longer one, the beginning
and the end are kept. Everything that training needs fits in 60 MiB.
"""
import io
import json

import numpy as np
import torch
import zstandard

# The share of each stream in the sampled texts.
STREAMS = {"shop_en": 0.19, "title_en": 0.02, "place_en": 0.05, "film_ko": 0.37, "place_ko": 0.05,
           "post_en": 0.11, "snippet_en": 0.02, "long_en": 0.02, "survey_en": 0.02, "pros_en": 0.005,
           "aspect_en": 0.07, "aspect_ko": 0.03, "mixed_en": 0.02, "mixed_ko": 0.02, "request_en": 0.005}
QUESTIONS = ("sentiment", "topics", "summary")
LABELS = ("positive", "neutral", "negative")
MAX_INPUT, MAX_OUTPUT = 384, 50
LONGEST = 160
# Most texts are truncated: few words show the sentiment, and training sees more texts in the same time.
CUTS, CUT_SHARES = (40, 96, LONGEST), (0.66, 0.25, 0.09)
# The segmentation of half of the texts is sampled each time (Kudo 2018, "Subword regularization"), so that the parts of phrases
# and words learn their meaning too. Misspelt words consist of such parts.
SAMPLED, ALPHA = 0.5, 0.35
# Span corruption (Raffel et al. 2020, 3.1.4): the masked share of a text, the mean length of a span in pieces, and the maximum
# number of spans.
MASKED_SHARE, SPAN_LENGTH, MAX_SPANS = 0.15, 2, 12


def compressed(arrays):
    raw = io.BytesIO()
    np.savez(raw, **arrays)
    return zstandard.ZstdCompressor(level=17, threads=2).compress(raw.getvalue())


def encode_values(values):
    """The distinct values, and for each element the index of its value."""
    names, code = np.unique(values, return_inverse=True)
    return names, code.astype(np.uint8)


class Examples:
    """Token ids of the training or the held-out texts in one flat array, two bytes a piece."""

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
            arrays[f"{column}_names"], arrays[column] = encode_values([row[column] for row in rows])
        pack.write_bytes(compressed(arrays))

    def __len__(self):
        return len(self.ends)

    def text(self, at):
        return self.ids[self.ends[at - 1] if at else 0:self.ends[at]]

    def answer(self, at, question):
        at = at * len(QUESTIONS) + question
        return self.answers[self.answer_ends[at - 1] if at else 0:self.answer_ends[at]]


class Sampler:
    """An endless sample of example numbers. Each bucket (stream and class) is shuffled again after each pass."""

    def __init__(self, examples, seed):
        self.chance = np.random.default_rng(seed)
        self.buckets, self.weights = [], []
        for stream, share in STREAMS.items():
            inside = examples.stream == stream
            labels = [label for label in (-1, 0, 1, 2) if (inside & (examples.label == label)).any()]
            # A class with few texts gets a smaller share, so that its texts are not repeated too often.
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
    """At most `limit` pieces: the beginning or, less often, the end."""
    if len(ids) <= limit:
        return ids
    return ids[:limit] if chance.random() < 0.6 else ids[-limit:]


class Teacher:
    """Soft targets: a mixture of the label, with a weight for each language, and the prediction of baseline.py. Also holds the scores of
    ngrams.py."""

    def __init__(self, work, label_weight_en, label_weight_ko):
        self.teacher_scores, self.label_weights = np.load(work / "teacher.npy"), {"en": label_weight_en, "ko": label_weight_ko}
        with np.load(work / "ngrams.npz") as ngrams:
            self.ngrams = ngrams["training"]

    def targets(self, examples, rows):
        """Targets [rows, labels] of rows that have a label."""
        target = np.zeros((len(rows), len(LABELS)), np.float32)
        target[np.arange(len(rows)), examples.label[rows]] = 1
        teacher_scores = self.teacher_scores[rows].astype(np.float32)
        known = teacher_scores.sum(1) > 0
        label_weight = np.array([[self.label_weights[language]] for language in examples.language[rows[known]]], np.float32)
        target[known] = label_weight * target[known] + (1 - label_weight) * teacher_scores[known]
        return target


def find_sentinels(pieces):
    """The sentinels of masked spans: byte pieces of control characters, which no text contains. The last one is the prompt."""
    return [pieces.piece_to_id(f"<0x{code:02X}>") for code in range(1, MAX_SPANS + 2)]


def mask_spans(ids, sentinels, chance):
    """The text with spans replaced by sentinels, and the target: sentinel, span, sentinel, span ..., end."""
    masked = max(1, round(MASKED_SHARE * len(ids)))
    span_count = min(max(1, round(masked / SPAN_LENGTH)), MAX_SPANS)

    def parts(total):
        return np.diff(np.concatenate([[0], np.sort(chance.choice(total - 1, span_count - 1, replace=False)) + 1, [total]]))
    visible, answer, at = [], [], 0
    for sentinel, kept, masked_count in zip(sentinels, parts(len(ids) - masked), parts(masked)):
        visible += [ids[at:at + kept], [sentinel]]
        answer += [[sentinel], ids[at + kept:at + kept + masked_count]]
        at += kept + masked_count
    return np.concatenate(visible), np.concatenate([*answer, [1]])


def batches(examples, sampler, pieces, symbols, tokens, teacher, piece_dropout, span_share):
    """Endless batches of about `tokens` encoder tokens, with texts of similar length. The share `piece_dropout` of a text's
    pieces is removed. The share `span_share` of the batches trains span corruption instead of the tasks."""
    chance, sentinels = sampler.chance, find_sentinels(pieces)
    while True:
        pool = []
        for at in sampler.take(8192):
            ids = examples.text(at)
            if chance.random() < SAMPLED:
                ids = np.array(pieces.encode(pieces.decode(ids.tolist()), enable_sampling=True, alpha=ALPHA,
                                             nbest_size=-1))
            if not len(examples.answer(at, 2)):
                ids = clip(ids, chance.choice(CUTS, p=CUT_SHARES), chance)
                if len(ids) > 6:
                    ids = ids[chance.random(len(ids)) > piece_dropout]
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
            if chance.random() < span_share:
                # Half as many texts, because the loss covers the whole vocabulary.
                yield pack_spans(groups[at][::2], sentinels, chance)
            else:
                yield pack(examples, groups[at], symbols, teacher)


def pad_to(length):
    return (length + 7) // 8 * 8


def pad_texts(texts):
    width = pad_to(max(map(len, texts)))
    text = np.zeros((len(texts), width), np.int64)
    for row, ids in enumerate(texts):
        text[row, :len(ids)] = ids
    return text


def answers_of(rows, symbol):
    """(owner, prefix, target, length, empty array) for pairs (row of the text, answer)."""
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


def pack_spans(group, sentinels, chance):
    """Like pack(), with span corruption as the only task."""
    texts, answers = [], []
    for ids, _ in group:
        if len(ids) >= 6:
            visible, answer = mask_spans(ids[:-1], sentinels, chance)
            texts.append(np.append(visible, 1))
            answers.append((len(texts) - 1, answer))
    if not texts:
        texts = [group[0][0]]
    no_rows = [np.zeros(0, np.int64)] * 5
    return to_torch(pad_texts(texts), [no_rows, no_rows, no_rows, answers_of(answers, sentinels[-1])])


def pack(examples, group, symbols, teacher):
    """The texts, and for each task its rows: (owner, prefix, target, length, score of the n-grams)."""
    text = pad_texts([ids for ids, _ in group])
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
