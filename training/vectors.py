"""Learns the vectors of tokens and pairs of tokens whose sum is the vector of a sentence (stages/search/sentence_vectors.h).

    vectors.py teach WORK DATA WINNOW MODEL    writes WORK/vectors/*.npy: what the teacher makes of sentences (hours)
    vectors.py learn WORK                      writes WORK/vectors.s8

The teacher is multilingual-e5-small (e5.py); no weight of it becomes part of the table. The table learns to give words, sentences
of reviews and surveys, and questions the directions of the teacher's vectors. Questions are sentences that end with a question mark, and
templates around words of sentences. Both steps can be repeated: `teach` goes on where it was stopped, `learn` uses what is there.
"""
import os
import random
import re
import struct
import subprocess
import sys
import warnings
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

DIMENSIONS, PAIRS = 128, 1 << 15
PART = 20000               # texts of a file of the teacher's vectors
MAX_WORDS, MAX_LETTERS = 28, 170
EPOCHS, BATCH, RATE, CLIPPED = 5, 4096, 0.01, 0.9999
# Kinds of text that are left out: bench/ask measures on them.
LEFT_OUT = set("""app-campus app-social app-travel attraction gym rail short-let hotel food-delivery beauty airline app-ridehailing hospital
fashion restaurant-map app-delivery-food course app-family app-payment app-camera app-jobs app-streaming""".split())
ENDS = re.compile(r"(?<=[.!?…~])\s+|\n+|\\n|<br ?/?>| / ")
PARTS = re.compile(r"(?<=[,;:])\s+|\s+(?=but |because |그리고 |하지만 )")
WORD = re.compile(r"[a-z][a-z']+[a-z]|[가-힣]{2,8}")
KOREAN = re.compile("[가-힣]")
ENGLISH_QUESTIONS = """What do people say about {}?|Are there complaints about {}?|Is there a problem with {}?|{}?|how is the {}
Do customers like the {}?|why {}|Does anyone mention {}?|What do customers think of the {}?|is it {}|{} too|Can you {}?"""
KOREAN_QUESTIONS = """{} 어떤가요?|{}에 대한 불만이 있나요?|{} 불편하다는 말이 있나요?|{} 이야기가 있나요?|{}|{} 때문에 불편한가요?
{} 괜찮나요?|{} 만족하나요?"""


# ---- Texts ----

def sentences(text):
    for sentence in ENDS.split(text):
        sentence = " ".join(sentence.split()).strip(" \"'-*•")
        if len(sentence) < 6 or "http" in sentence or "@" in sentence:
            continue
        if len(sentence.split()) <= MAX_WORDS and len(sentence) <= MAX_LETTERS:
            yield sentence
            continue
        yield from (part for part in PARTS.split(sentence)
                    if 2 <= len(part.split()) <= MAX_WORDS and len(part) <= MAX_LETTERS)


def rows(path):
    reader = subprocess.Popen(["zstd", "-dc", path], stdout=subprocess.PIPE)
    for line in reader.stdout:
        yield line.decode("utf-8", "replace").rstrip("\n").split("\t")


def texts(data):
    """(group, text, the number of sentences of the group to keep)."""
    for row in rows(data / "wide.tsv.zst"):
        if len(row) >= 7 and row[1] not in LEFT_OUT:
            yield f"wide {row[1]} {row[2]}", row[6], 14000
    for row in rows(data / "reviews_en.tsv.zst"):
        if len(row) > 4 and row[0] != "cahotels":
            yield f"review {row[0]}", row[4], 14000
    for at, row in enumerate(rows(data / "reviews_ko.tsv.zst")):
        if at % 4 == 0:
            yield "film", row[-1], 30000
    for row in rows(data / "more/sentiment.tsv.zst"):
        yield f"sentiment {row[0]}", row[-1], 9000
    for row in rows(data / "more/topics.tsv.zst"):
        yield f"topics {row[0]}", row[1], 9000
    for row in rows(data / "more/summary.tsv.zst"):
        yield f"summary {row[0]}", row[1], 4000
        yield f"title {row[0]}", row[-1], 8000
    for language in ("en", "ko"):
        for at, row in enumerate(rows(data / f"more/plain_{language}.txt.zst")):
            if at % 3 == 0:
                yield f"plain {language}", row[0], 35000


def ask_about(sentence):
    """A question about some words of the sentence, or None."""
    words = re.findall(r"[A-Za-z0-9']+|[가-힣]+", sentence)
    if len(words) < 2:
        return None
    count = random.choice((1, 1, 2, 2, 3, 4))
    first = random.randrange(max(1, len(words) - count + 1))
    asked = " ".join(words[first:first + count]).lower()
    templates = KOREAN_QUESTIONS if KOREAN.search(asked) else ENGLISH_QUESTIONS
    return random.choice(re.split(r"[|\n]", templates)).format(asked)


def collect(data):
    """[(kind, text)], shuffled: p a sentence, q a question, w a word."""
    random.seed(5)
    groups, counts, words, seen = defaultdict(list), Counter(), Counter(), set()
    for group, text, most in texts(data):
        for sentence in sentences(text):
            words.update(WORD.findall(sentence.lower()))
            if sentence.lower() in seen:
                continue
            seen.add(sentence.lower())
            counts[group] += 1
            if len(groups[group]) < most:
                groups[group].append(sentence)
            elif (at := random.randrange(counts[group])) < most:
                groups[group][at] = sentence
    kept = [sentence for group in groups.values() for sentence in group]
    random.shuffle(kept)
    questions = [sentence for sentence in kept if sentence.endswith("?")][:40000]
    questions += [question for question in map(ask_about, kept[:110000]) if question][:90000]
    frequent = [word for word, count in words.most_common(90000) if count >= 6]
    found = [("p", text) for text in kept] + [("q", text) for text in questions] + [("w", text) for text in frequent]
    random.shuffle(found)
    return found


def prepare(work, data, winnow, model):
    """Writes texts.tsv and ids.txt unless they are there; returns the texts."""
    path = work / "texts.tsv"
    if not path.exists():
        found = collect(data)
        tokens = subprocess.run([winnow, "tokenize", "--model", model], input="".join(f"{text}\n" for _, text in found),
                                capture_output=True, text=True, check=True).stdout
        (work / "ids.txt").write_text(tokens, encoding="utf-8")
        path.write_text("".join(f"{kind}\t{text}\n" for kind, text in found), encoding="utf-8")
    return [line.rstrip("\n").split("\t") for line in open(path, encoding="utf-8")]


# ---- The teacher ----

class Teacher:
    """Quantized to int8, which is 1.5 times as fast and turns a vector by 12 degrees."""

    def __init__(self):
        import e5
        self.e5, file = e5, e5.File()
        self.pieces, self.pad, self.width = e5.Pieces(file), file.pad, file.width
        self.encoder = torch.ao.quantization.quantize_dynamic(e5.Encoder(file).eval(), {nn.Linear}, dtype=torch.qint8)

    @torch.inference_mode()
    def encode(self, texts, prefix, tokens=512, longest=64):
        self.e5.PREFIX = prefix
        ids = self.pieces.encode(texts, longest)
        order = sorted(range(len(ids)), key=lambda at: -len(ids[at]))
        found = np.zeros((len(texts), self.width), np.float16)
        while order:
            length = len(ids[order[0]])
            part, order = order[:max(1, tokens // length)], order[max(1, tokens // length):]
            rows = torch.tensor([ids[at] + [self.pad] * (length - len(ids[at])) for at in part])
            keep = (rows != self.pad)[..., None].float()
            mean = (self.encoder(rows) * keep).sum(1) / keep.sum(1)
            found[part] = F.normalize(mean, dim=-1).numpy()
        return found


def teach(work, data, winnow, model):
    warnings.filterwarnings("ignore")
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    found, teacher = prepare(work, data, winnow, model), Teacher()
    for at in range(0, len(found), PART):
        path = work / f"{at // PART}.npy"
        if path.exists():
            continue
        part = found[at:at + PART]
        vectors = np.zeros((len(part), teacher.width), np.float16)
        for prefix, kinds in (("passage: ", "p"), ("query: ", "qw")):
            some = [row for row, (kind, _) in enumerate(part) if kind in kinds]
            vectors[some] = teacher.encode([part[row][1] for row in some], prefix)
        np.save(work / "new.npy", vectors)
        (work / "new.npy").rename(path)
        print(path, flush=True)


# ---- The table ----

def pair_rows(first, second, tokens):
    """The rows of pairs, as hash_pair of sentence_vectors.c."""
    value = (first.astype(np.uint32) * np.uint32(0x85EBCA6B)) ^ second.astype(np.uint32)
    value = (value ^ value >> np.uint32(15)) * np.uint32(0x2C1B3C6D)
    value = (value ^ value >> np.uint32(12)) * np.uint32(0x297A2D39)
    return tokens + (value >> np.uint32(32 - PAIRS.bit_length() + 1)).astype(np.int64)


def features(ids, tokens):
    return np.concatenate([ids, pair_rows(ids[:-1], ids[1:], tokens)]) if len(ids) > 1 else ids


def load(work):
    """(rows of the table of each text, what the teacher says in DIMENSIONS, the number of tokens)."""
    files = sorted(work.glob("[0-9]*.npy"), key=lambda path: int(path.stem))
    some = np.concatenate([np.arange(PART) + int(path.stem) * PART for path in files])
    vectors = np.concatenate([np.load(path) for path in files]).astype(np.float32)
    some = some[:len(vectors)]
    kinds = np.array([line[0] for line in open(work / "texts.tsv", encoding="utf-8")])[some]
    lines = open(work / "ids.txt", encoding="utf-8").read().split("\n")
    ids = [np.array(lines[at].split()[:-1] or [0], dtype=np.int64) for at in some]
    tokens = 1 << max(part.max() for part in ids).item().bit_length()   # the vocabulary is a power of two
    for is_sentence in (True, False):   # sentences and questions have different centres
        vectors[(kinds == "p") == is_sentence] -= vectors[(kinds == "p") == is_sentence].mean(0)
    _, axes = np.linalg.eigh(vectors[:100000].T @ vectors[:100000])
    vectors = vectors @ axes[:, ::-1][:, :DIMENSIONS]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-6
    return [features(part, tokens) for part in ids], torch.from_numpy(vectors), tokens


def learn(work):
    torch.manual_seed(1)
    found, vectors, tokens = load(work)
    lengths = np.array([len(part) for part in found])
    flat, starts = np.concatenate(found), np.concatenate([[0], np.cumsum(lengths)[:-1]])
    table = nn.EmbeddingBag(tokens + PAIRS, DIMENSIONS, mode="sum")
    nn.init.normal_(table.weight, std=0.02)
    optimizer = torch.optim.Adam(table.parameters(), lr=RATE, betas=(0.9, 0.99))
    steps = EPOCHS * (len(found) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / steps)
    for epoch in range(EPOCHS):
        order = np.random.RandomState(epoch).permutation(len(found))
        for at in range(len(found) // BATCH):
            some = order[at * BATCH:(at + 1) * BATCH]
            offsets = np.concatenate([[0], np.cumsum(lengths[some])[:-1]])
            places = np.repeat(starts[some] - offsets, lengths[some]) + np.arange(lengths[some].sum())
            sums = table(torch.from_numpy(flat[places]), torch.from_numpy(offsets))
            loss = 1 - F.cosine_similarity(sums, vectors[some]).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        print(epoch, round(loss.item(), 4), flush=True)
    weights = table.weight.detach().numpy()
    scale = 127 / np.sort(np.abs(weights).ravel())[int(weights.size * CLIPPED)]
    values = np.clip(np.round(weights * scale), -127, 127).astype(np.int8)
    (work.parent / "vectors.s8").write_bytes(struct.pack("<II", DIMENSIONS, PAIRS) + values.tobytes())


def main():
    step, work = sys.argv[1], Path(sys.argv[2]) / "vectors"
    work.mkdir(parents=True, exist_ok=True)
    if step == "teach":
        teach(work, Path(sys.argv[3]), *sys.argv[4:6])
    else:
        learn(work)


if __name__ == "__main__":
    main()
