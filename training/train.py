"""Trains the model for a given wall time: `train.py WORK --minutes 100`.

Batches hold a fixed number of encoder tokens of texts of like length; each text is encoded once and
all of its questions are asked on the decoder's side. What is seen is drawn by stream (STREAMS) and,
within a stream with sentiment, evenly by class. Run again it goes on from WORK/checkpoint.pt.
"""
import argparse
import json
import multiprocessing
import os
import time
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path

import numpy as np
import sentencepiece
import torch
from sklearn.metrics import f1_score
from torch.nn import functional as F

from examples import LABELS, MAX_INPUT, QUESTIONS, Draw, Examples, Teacher, batches, pad_to
from model import Block, Model, Shape
from muon import SMALLEST, Muon

# How far an answer stands out in the decoder's state at first; the other pieces' logits are as much flatter.
LOUD = 4.0
PLAIN = 0.25    # of the rate: Adam's part, beside Muon's for the layers' matrices
processes = multiprocessing.get_context("fork")   # the data are read once
WATCHED = ("shop_en", "place_en", "film_ko", "place_ko", "post_en", "survey_en")
FEW = 4                     # texts of a batch whose label is learned among all pieces
WEIGHTS = (1.0, 0.4, 0.0, 1.0)   # of the questions and of hidden runs in the loss; 0: not asked
ALONE = 300                 # steps in which the other questions join sentiment, which is known already


def whole_answer_loss(model, memory, text, owner, prefix, target, label_ids):
    """A few texts learn the label among all pieces, and the end mark behind it, which `winnow score` asks for."""
    some = torch.randperm(len(owner))[:FEW]
    label = label_ids[target[some].argmax(-1)]
    longer = torch.cat([prefix[some], label[:, None]], 1)
    states = model.decode(longer, torch.full((len(some),), 3), memory[owner[some]], text[owner[some]])
    answer = torch.stack([label, torch.ones_like(label)], 1)
    return F.cross_entropy(model.logits(states[:, 1:]).float().flatten(0, 1), answer.flatten(), reduction="sum") / 2


def loss_of(model, batch, choices, others=1.0, beside=0.0):
    """Sum of the questions' losses over the texts (those after sentiment times `others`), and each question's mean for the log.

    Sentiment is told by the three labels alone and topics by their words alone: the engine compares
    nothing else. `choices`: ids of the labels, ids of the topics' words and the end mark. `beside`: how much of what
    n-grams say stands beside the answer, so that the model learns what they do not tell.
    """
    text, asked = batch
    memory = model.encode(text)
    losses, total = [], 0.0
    for question, (owner, prefix, target, length, ngrams) in enumerate(asked):
        if not len(owner) or not WEIGHTS[question] or (question and not others):
            losses.append(None)
            continue
        states = model.decode(prefix, length, memory[owner], text[owner])
        if question == 0:
            scores = model.logits(states[:, 1], choices[0]).float()
            scores = scores + beside * ngrams[:, None] * torch.tensor([1.0, 0.0, -1.0])
            each = -(target * scores.log_softmax(-1)).sum(-1)
            if FEW:
                total = total + whole_answer_loss(model, memory, text, owner, prefix, target, choices[0])
        else:
            places = target != -100
            truth = target[places]
            if question == 1:
                scores = model.logits(states[places], choices[1]).float()
                truth = torch.searchsorted(choices[1], truth)
            else:
                scores = model.logits(states[places]).float()
            piece = F.cross_entropy(scores, truth, reduction="none", label_smoothing=0.02)
            row = torch.arange(len(target))[:, None].expand_as(target)[places]
            count = torch.bincount(row, minlength=len(target)).float()
            weight = (count.clamp(max=8) / 3 if question == 1 else 1) / count
            each = torch.zeros(len(target)).index_add(0, row, piece) * weight
        losses.append(each.detach().mean().item())
        total = total + WEIGHTS[question] * (others if question else 1.0) * each.sum()
    return total / len(text), losses


@torch.no_grad()
def begin(model, words, symbols, label_ids):
    """First weights that already tell sentiment like the linear classifier of words.py.

    One head of the decoder's first cross-attention looks at all states alike; its values are the
    classifier's outputs, and each output is written in the direction that only its label's piece has.
    """
    model.shared.weight.copy_(torch.from_numpy(words["embeddings"]))
    weight, bias = torch.from_numpy(words["weight"][:3]), torch.from_numpy(words["bias"][:3])
    width = weight.shape[1]
    labels = model.shared.weight[torch.tensor(label_ids)]
    directions = torch.linalg.pinv(labels) * LOUD
    cross = model.decoder.block[0].layer[1].EncDecAttention
    cross.q.weight[:cross.width] = 0
    cross.v.weight *= 0.3
    cross.v.weight[:cross.width] = 0
    cross.v.weight[:3] = weight
    cross.o.weight[:, :cross.width] = 0
    cross.o.weight[:, :3] = directions
    # The questions say nothing about an answer by themselves, and give the sum its length.
    plane = torch.linalg.qr(labels.T)[0]
    for symbol in symbols:
        row = model.shared.weight[symbol]
        row -= plane @ (plane.T @ row)
        row *= width ** 0.5 / row.norm()
    model.shared.weight[symbols[0]] += directions @ bias
    model.decoder.final_layer_norm.weight.fill_(width ** 0.5 / LOUD)


def best_f1(scores, truth):
    """Macro-F1 of the likeliest label, and with the best class biases."""
    best = max(f1_score(truth, (scores + [0, n, m]).argmax(1), average="macro")
               for n in np.arange(-1.5, 0.6, 0.25) for m in np.arange(-0.75, 0.8, 0.25))
    return round(f1_score(truth, scores.argmax(1), average="macro"), 3), round(best, 3)


@torch.no_grad()
def watch(model, kept, symbols, label_ids, limit=1200):
    """Macro-F1 on texts that are kept aside: of the likeliest label, and with the best class biases."""
    result = {}
    model.eval()
    for name in WATCHED:
        rows = np.flatnonzero((kept.stream == name) & (kept.label >= 0))[:limit]
        rows = sorted(rows, key=lambda at: len(kept.text(at)))
        scores = []
        for start in range(0, len(rows), 50):
            group = rows[start:start + 50]
            ids = [np.append(kept.text(at)[:MAX_INPUT - 1], 1).astype(np.int64) for at in group]
            text = torch.zeros(len(group), pad_to(max(map(len, ids))), dtype=torch.long)
            for row, one in enumerate(ids):
                text[row, :len(one)] = torch.from_numpy(one)
            prefix = torch.tensor([[0, symbols[0]]]).expand(len(group), 2)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                hidden = model.decode(prefix, torch.full((len(group),), 2), model.encode(text), text)
                scores.append(model.logits(hidden[:, 1], label_ids).float())
        result[name] = best_f1(torch.cat(scores).numpy(), kept.label[rows])
    model.train()
    return result


def rate_at(spent, total, step, rate, warmup):
    """Warm up, and from there down to zero in a straight line."""
    return rate * min(1, (step + 1) / warmup) * (1 - spent / total)


class Progress:
    """What the workers share besides the weights: how far training is."""

    def __init__(self, state):
        self.step = processes.Value("q", state.get("step", 0))
        self.tokens = processes.Value("q", state.get("tokens", 0))
        self.spent = state.get("spent", 0.0)


def work(worker, given, pieces, examples, kept, model, optimizer, muon, progress, symbols, choices):
    """One thread on its own batches. Workers share weights and moments and never wait for each other
    (Recht et al. 2011, "Hogwild"): a core that others need slows its worker and not the whole."""
    torch.set_num_threads(1)
    torch.manual_seed(given.seed + worker)
    sentencepiece.set_random_generator_seed(given.seed + worker)
    os.sched_setaffinity(0, {(given.core + worker) % os.cpu_count()})
    compiled = torch.compile(model.encoder, dynamic=True)
    model.encode = lambda text: compiled(model.shared(text), text != 0)
    total, spent = given.minutes * 60, progress.spent
    before, shown, losses = time.time(), time.time(), defaultdict(list)
    last_save, last_watch, tokens_before = spent, spent, progress.tokens.value
    log = open(given.work / f"{given.name}.jsonl", "a", encoding="utf-8")
    draw = Draw(examples, [given.seed, worker, progress.step.value])
    own = 0
    teacher = Teacher(given.work, *given.trust)
    for batch in batches(examples, draw, pieces, symbols, given.tokens, teacher, given.dropped, given.spans):
        now = time.time()
        spent, before = spent + now - before, now
        if spent >= total:
            break
        step = progress.step.value
        rate = rate_at(spent, total, step, given.rate, given.warmup)
        if own % 10 == 0:
            set_rates(optimizer, rate * PLAIN)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss, each = loss_of(model, batch, choices, min(1.0, step / ALONE), given.beside)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        muon.step(rate)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        own += 1
        with progress.step.get_lock():
            progress.step.value += 1
        with progress.tokens.get_lock():
            progress.tokens.value += int((batch[0] != 0).sum())
        for name, value in zip((*QUESTIONS, "spans"), each):
            if value is not None:
                losses[name].append(value)
        if worker:
            continue
        if own % 50 == 0:
            tokens = progress.tokens.value
            report = {"step": progress.step.value, "minutes": round(spent / 60, 1), "rate": round(rate, 6),
                      "tokens": tokens,
                      "tokens_a_second": round((tokens - tokens_before) / (time.time() - shown))}
            report |= {name: round(float(np.mean(values)), 4) for name, values in losses.items()}
            losses.clear()
            shown, tokens_before = time.time(), tokens
            if spent - last_watch > given.watch:
                report["macro_f1"] = watch(model, kept, symbols, choices[0])
                last_watch = spent
            print(json.dumps(report), file=log, flush=True)
            print(report, flush=True)
        if spent - last_save > 300:
            last_save = spent
            save(given.work / f"{given.name}.pt", model, optimizer, muon, progress, spent)


@torch.no_grad()
def set_rates(optimizer, rate):
    """Steps in proportion to a tensor's own size, as in Adafactor (Shazeer and Stern 2018): T5's attention is
    not divided by sqrt(head), so its queries are tiny, and one plain step would overturn them."""
    for group in optimizer.param_groups:
        size = group["params"][0].square().mean().sqrt().item()
        group["lr"] = rate * min(1.0, max(SMALLEST, size))


def shared_optimizer(model, state, without):
    """AdamW for what Muon leaves; the workers share its moments."""
    apart = {id(p) for p in without}
    learned = [p for p in model.parameters() if id(p) not in apart]
    optimizer = torch.optim.AdamW([{"params": [p]} for p in learned], lr=0.0, betas=(0.9, 0.99),
                                  weight_decay=0.0, fused=True)
    if state:
        optimizer.load_state_dict(state)
    else:
        for p in learned:
            p.grad = torch.zeros_like(p)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    for moments in optimizer.state.values():
        for moment in moments.values():
            moment.share_memory_()
    return optimizer


def main():
    options = argparse.ArgumentParser()
    options.add_argument("work", type=Path)
    options.add_argument("--minutes", type=float, default=100)
    options.add_argument("--tokens", type=int, default=16384, help="of a batch, at most")
    options.add_argument("--rate", type=float, default=6e-3, help="of a step, in sizes of the tensor")
    options.add_argument("--warmup", type=int, default=100, help="steps")
    options.add_argument("--workers", type=int, default=2, help="processes of one thread")
    options.add_argument("--core", type=int, default=0, help="of the first worker; the others follow")
    options.add_argument("--seed", type=int, default=11, help="another one for a sister piece, to be averaged")
    options.add_argument("--dropout", type=float, default=0.0, help="of what each sublayer adds")
    options.add_argument("--trust", type=float, nargs=2, default=[0.7, 0.5], metavar=("EN", "KO"),
                         help="in the label; the rest of the target is what the teacher says")
    options.add_argument("--dropped", type=float, default=0.08, help="of the pieces of a text are left out")
    options.add_argument("--beside", type=float, default=0.0, help="of what n-grams say, beside the answer")
    options.add_argument("--spans", type=float, default=0.0, help="of the batches ask for hidden runs of the text")
    options.add_argument("--layers", type=int, default=Shape.num_layers)
    options.add_argument("--name", default="checkpoint", help="of the files that are written")
    options.add_argument("--begin", type=Path, help="weights to go on from, fewer layers than --layers allowed")
    options.add_argument("--watch", type=float, default=480, help="seconds between looks at kept texts")
    given = options.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(given.seed)
    Block.dropout = given.dropout
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(given.work / "spiece.model"))
    examples, kept = Examples(given.work / "examples.jsonl", pieces), Examples(given.work / "kept.jsonl", pieces)
    symbols = [pieces.piece_to_id(f"<{question}>") for question in QUESTIONS]
    label_ids = [pieces.encode(label)[0] for label in LABELS]
    print(len(examples), "examples,", len(examples.ids), "pieces; kept", len(kept), flush=True)

    saved = given.work / f"{given.name}.pt"
    state = torch.load(saved) if saved.exists() else {}
    with np.load(given.work / "words.npz") as words:
        choices = [torch.tensor(label_ids), torch.tensor(sorted({*words["answers"].tolist(), *label_ids, 1}))]
        model = Model(Shape(vocab_size=pieces.get_piece_size(), num_layers=given.layers))
        if state:
            model.load_state_dict(state["model"])
        else:
            known = torch.load(given.begin or given.work / "pool.pt")
            known = known.get("model", known)
            own = model.state_dict()
            model.load_state_dict({name: t for name, t in known.items() if name in own}, strict=False)
    model.share_memory()
    matrices = [p for name, p in model.named_parameters() if p.dim() == 2 and "block" in name and "bias" not in name]
    muon = Muon(matrices, state.get("muon"))
    optimizer = shared_optimizer(model, state.get("optimizer"), matrices)
    progress = Progress(state)
    print(sum(p.numel() for p in model.parameters()), "parameters; from step", progress.step.value, flush=True)
    team = [processes.Process(target=work, args=(worker, given, pieces, examples, kept, model, optimizer, muon,
                                                 progress, symbols, choices)) for worker in range(given.workers)]
    for one in team:
        one.start()
    for one in team:
        one.join()
        if one.exitcode:
            raise SystemExit(f"a worker ended with {one.exitcode}")
    save(saved, model, optimizer, muon, progress, given.minutes * 60)
    print("done", progress.step.value, "steps", progress.tokens.value, "tokens",
          watch(model, kept, symbols, choices[0], 4000))


def save(path, model, optimizer, muon, progress, spent):
    state = {"shape": asdict(model.shape_of), "model": model.state_dict(), "optimizer": optimizer.state_dict(),
             "muon": muon.moments,
             "step": progress.step.value, "spent": spent, "tokens": progress.tokens.value}
    torch.save(state, path.with_suffix(".new"))
    path.with_suffix(".new").rename(path)


if __name__ == "__main__":
    main()
