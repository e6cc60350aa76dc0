"""Trains the model for a given wall time: `train.py WORK --minutes 85`.

Batches hold a fixed number of encoder tokens of texts of like length; each text is encoded once and
all of its questions are asked on the decoder's side. What is seen is drawn by stream (STREAMS) and,
within a stream with sentiment, evenly by class. Run again it goes on from WORK/checkpoint.pt.
"""
import argparse
import json
import math
import time
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path

import numpy as np
import sentencepiece
import torch
from sklearn.metrics import f1_score
from torch.nn import functional as F

from model import Model, Shape

# Share of the texts drawn from each stream.
STREAMS = {"shop_en": 0.29, "place_en": 0.04, "film_ko": 0.32, "place_ko": 0.06, "post_en": 0.04,
           "snippet_en": 0.04, "long_en": 0.01, "survey_en": 0.03, "aspect_en": 0.08,
           "aspect_ko": 0.03, "request_en": 0.01, "request_ko": 0.005, "title": 0.01,
           "pack_en": 0.012, "pack_ko": 0.012, "written": 0.003}
QUESTIONS = ("sentiment", "topics", "summary")
LABELS = ("positive", "neutral", "negative")
MAX_INPUT, MAX_OUTPUT = 384, 50


class Examples:
    """Token ids of one side of the data, kept flat."""

    def __init__(self, path, pieces):
        cache = path.with_suffix(".npz")
        if not cache.exists():
            self.tokenize(path, pieces, cache)
        with np.load(cache, allow_pickle=True) as stored:
            self.ids, self.ends = stored["ids"], stored["ends"]
            self.answers, self.answer_ends = stored["answers"], stored["answer_ends"]
            self.stream, self.label = stored["stream"], stored["label"]
            self.language, self.source = stored["language"], stored["source"]

    @staticmethod
    def tokenize(path, pieces, cache):
        rows = [json.loads(line) for line in open(path, encoding="utf-8")]
        texts = pieces.encode([row["text"] for row in rows], num_threads=2)
        answers = [pieces.encode(row["asked"].get(q, "")) if row["asked"].get(q) else []
                   for row in rows for q in QUESTIONS]
        np.savez(
            cache, ids=np.concatenate([np.array(t, np.int32) for t in texts]),
            ends=np.cumsum([len(t) for t in texts]),
            answers=np.concatenate([np.array(a, np.int32) for a in answers]),
            answer_ends=np.cumsum([len(a) for a in answers]),
            stream=np.array([row["stream"] for row in rows]),
            label=np.array([LABELS.index(row["asked"]["sentiment"])
                            if "sentiment" in row["asked"] else -1 for row in rows], np.int8),
            language=np.array([row["language"] for row in rows]),
            source=np.array([row["source"] for row in rows]))

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


def batches(examples, draw, symbols, tokens):
    """Endless batches of about `tokens` encoder tokens, texts of like length together."""
    chance = draw.chance
    while True:
        pool = []
        for at in draw.take(4096):
            ids = examples.text(at)
            summary = len(examples.answer(at, 2)) > 0
            if not summary:
                # Most long texts are cut short here: more texts in the same time.
                ids = clip(ids, 96 if chance.random() < 0.93 else MAX_INPUT - 1, chance)
                if len(ids) > 6 and chance.random() < 0.5:
                    ids = ids[chance.random(len(ids)) > 0.1]
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
            yield pack(examples, groups[at], symbols)


def pad_to(length):
    return (length + 7) // 8 * 8


def pack(examples, group, symbols):
    width = pad_to(max(len(ids) for ids, _ in group))
    text = np.zeros((len(group), width), np.int64)
    rows = []
    for row, (ids, at) in enumerate(group):
        text[row, :len(ids)] = ids
        for question in range(len(QUESTIONS)):
            target = examples.answer(at, question)[:MAX_OUTPUT - 1]
            if len(target):
                rows.append((row, question, np.append(target, 1)))
    longest = max(len(target) for _, _, target in rows)
    prefix = np.zeros((len(rows), longest + 1), np.int64)
    target = np.full((len(rows), longest + 1), -100, np.int64)
    length = np.zeros(len(rows), np.int64)
    for at, (_, question, answer) in enumerate(rows):
        prefix[at, 1] = symbols[question]
        prefix[at, 2:len(answer) + 1] = answer[:-1]
        target[at, 1:len(answer) + 1] = answer
        length[at] = len(answer) + 1
    owner = np.array([row for row, _, _ in rows])
    question = np.array([q for _, q, _ in rows])
    return [torch.from_numpy(a) for a in (text, prefix, target, length, owner, question)]


def loss_of(model, batch):
    """Mean over decoder rows, so that a long summary does not outweigh a hundred labels."""
    text, prefix, target, length, owner, question = batch
    hidden = model.decode(prefix, length, owner, model.encode(text), text)
    places = target != -100
    logits = model.lm_head(hidden[places]).float()
    each = F.cross_entropy(logits, target[places], reduction="none", label_smoothing=0.02)
    row = torch.arange(len(prefix))[:, None].expand_as(target)[places]
    count = torch.bincount(row, minlength=len(prefix)).float()
    share = torch.tensor([2.0, 1.0, 1.0])[question] * count.clamp(max=12) / count
    weight = share[row]
    loss = (each * weight).sum() / weight.sum()
    return loss, each.detach(), question[row]


@torch.no_grad()
def begin(model, words, symbols, label_ids):
    """First weights that already answer like the linear classifier of words.py.

    One head of the decoder's first cross-attention looks at all states alike; its values are the
    classifier's outputs, which go to places of their own and from there to the pieces of the answers.
    """
    model.shared.weight.copy_(torch.from_numpy(words["embeddings"]))
    weight, bias = torch.from_numpy(words["weight"]), torch.from_numpy(words["bias"])
    count = len(weight)
    targets = label_ids + words["answers"].tolist()
    cross = model.decoder.block[0].layer[1].EncDecAttention
    assert count <= cross.width
    cross.q.weight[:cross.width] = 0
    cross.v.weight[:count] = weight
    cross.o.weight[:, :count] = 0
    cross.o.weight[torch.arange(count), torch.arange(count)] = 1
    model.shared.weight[symbols, :count] = 0
    for at, piece in enumerate(targets):
        question = model.shared.weight[symbols[0 if at < 3 else 1]]
        model.lm_head.weight[piece] = question / question.norm() * (12 + bias[at]) / len(question) ** 0.5
        model.lm_head.weight[piece, at] += 0.6


@torch.no_grad()
def watch(model, examples, symbols, label_ids, per_language=800):
    """Macro-F1 of sentiment on the first kept reviews of each language."""
    result = {}
    for name, streams in (("en", ("shop_en", "place_en")), ("ko", ("film_ko", "place_ko"))):
        rows = [at for at in np.flatnonzero(np.isin(examples.stream, streams))
                if examples.label[at] >= 0][:per_language]
        rows.sort(key=lambda at: len(examples.text(at)))
        got = []
        for start in range(0, len(rows), 100):
            group = [(np.append(examples.text(at)[:255], 1), at) for at in rows[start:start + 100]]
            text = np.zeros((len(group), max(len(ids) for ids, _ in group)), np.int64)
            for row, (ids, _) in enumerate(group):
                text[row, :len(ids)] = ids
            text = torch.from_numpy(text)
            prefix = torch.tensor([[0, symbols[0]]]).expand(len(group), 2)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                memory = model.encode(text)
                hidden = model.decode(prefix, torch.full((len(group),), 2), torch.arange(len(group)),
                                      memory, text)
                got += model.lm_head(hidden[:, 1])[:, label_ids].argmax(1).tolist()
        result[name] = round(f1_score([examples.label[at] for at in rows], got, average="macro"), 4)
    return result


def main():
    options = argparse.ArgumentParser()
    options.add_argument("work", type=Path)
    options.add_argument("--minutes", type=float, default=85)
    options.add_argument("--tokens", type=int, default=2048)
    options.add_argument("--rate", type=float, default=6e-4)
    options.add_argument("--warmup", type=int, default=60)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--plain", action="store_true", help="do not compile the encoder")
    given = options.parse_args()
    torch.set_num_threads(given.threads)
    torch.manual_seed(11)
    work = given.work
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(work / "spiece.model"))
    examples, kept = Examples(work / "examples.jsonl", pieces), Examples(work / "kept.jsonl", pieces)
    symbols = [pieces.piece_to_id(f"<{question}>") for question in QUESTIONS]
    label_ids = [pieces.encode(label)[0] for label in LABELS]
    print(len(examples), "examples,", len(examples.ids), "pieces; kept", len(kept), flush=True)

    shape = Shape(vocab_size=pieces.get_piece_size())
    model = Model(shape)
    # A piece is met seldom, so its embedding takes larger steps.
    optimizer = torch.optim.AdamW(model.parameters(), lr=given.rate, betas=(0.9, 0.99),
                                  weight_decay=0.01, fused=True)
    saved = work / "checkpoint.pt"
    step, spent, tokens = 0, 0.0, 0
    if saved.exists():
        state = torch.load(saved)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        step, spent, tokens = state["step"], state["spent"], state["tokens"]
    else:
        with np.load(work / "words.npz") as words:
            begin(model, words, symbols, label_ids)
    print(sum(p.numel() for p in model.parameters()), "parameters; from step", step, flush=True)
    whole = model.encoder
    compiled = whole if given.plain else torch.compile(whole, dynamic=True)
    model.encode = lambda text: compiled(model.shared(text), text != 0)

    total = given.minutes * 60
    before, shown, losses = time.time(), time.time(), defaultdict(list)
    last_save, last_watch, tokens_before = spent, spent, tokens
    log = open(work / "log.jsonl", "a", encoding="utf-8")
    for batch in batches(examples, Draw(examples, 1000 + step), symbols, given.tokens):
        now = time.time()
        spent, before = spent + now - before, now
        if spent >= total:
            break
        left = 1 - spent / total
        rate = given.rate * min(1, (step + 1) / given.warmup) * (0.5 - 0.5 * math.cos(math.pi * left))
        for group in optimizer.param_groups:
            group["lr"] = rate
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss, each, question = loss_of(model, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        tokens += int((batch[0] != 0).sum())
        for at, name in enumerate(QUESTIONS):
            if (question == at).any():
                losses[name].append(each[question == at].mean().item())
        if step % 50 == 0:
            report = {"step": step, "minutes": round(spent / 60, 1), "rate": round(rate, 6),
                      "tokens": tokens,
                      "tokens_a_second": round((tokens - tokens_before) / (time.time() - shown))}
            report |= {name: round(float(np.mean(values)), 4) for name, values in losses.items()}
            losses.clear()
            if spent - last_watch > 200:
                report["macro_f1"] = watch(model, kept, symbols, label_ids)
                last_watch = spent
            shown, tokens_before = time.time(), tokens
            print(json.dumps(report), file=log, flush=True)
            print(report, flush=True)
        if spent - last_save > 300:
            last_save = spent
            save(saved, model, optimizer, step, spent, tokens)
    save(saved, model, optimizer, step, spent, tokens)
    print("done", step, "steps", tokens, "tokens", watch(model, kept, symbols, label_ids, 10**9))


def save(path, model, optimizer, step, spent, tokens):
    state = {"shape": asdict(model.shape_of), "model": model.state_dict(), "optimizer": optimizer.state_dict(),
             "step": step, "spent": spent, "tokens": tokens}
    torch.save(state, path.with_suffix(".new"))
    path.with_suffix(".new").rename(path)


if __name__ == "__main__":
    main()
