"""Trains the model for a given wall time: `train.py WORK --minutes 100`.

A batch has a fixed number of encoder tokens and texts of similar length. Each text is encoded once for all of its tasks.
Texts are sampled by stream (examples.STREAMS) and, in streams with sentiment, evenly by class. If WORK/NAME.pt exists, training
resumes from it.
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

from examples import LABELS, MAX_INPUT, QUESTIONS, Examples, Sampler, Teacher, batches, pad_to
from model import Block, Model, Shape
from muon import MIN_SIZE, Muon

# Initial scale of the label directions in the decoder's state; the final norm is divided by it.
LABEL_SCALE = 4.0
ADAM_RATE = 0.25            # learning rate of AdamW relative to that of Muon
processes = multiprocessing.get_context("fork")   # the workers share the data
MONITORED = ("shop_en", "place_en", "film_ko", "place_ko", "post_en", "survey_en")
FULL_VOCABULARY_TEXTS = 4   # texts of a batch that learn the label over the whole vocabulary
WEIGHTS = (1.0, 0.4, 0.0, 1.0)   # of sentiment, topics, summary and span corruption in the loss; 0: not trained
TASK_WARMUP = 300           # steps until the other tasks have their full weight; sentiment is known from the start


def whole_answer_loss(model, memory, text, owner, prefix, target, label_ids):
    """The loss of some texts over the whole vocabulary, including the end mark after the label, as `winnow score` needs it."""
    some = torch.randperm(len(owner))[:FULL_VOCABULARY_TEXTS]
    label = label_ids[target[some].argmax(-1)]
    longer = torch.cat([prefix[some], label[:, None]], 1)
    states = model.decode(longer, torch.full((len(some),), 3), memory[owner[some]], text[owner[some]])
    answer = torch.stack([label, torch.ones_like(label)], 1)
    return F.cross_entropy(model.logits(states[:, 1:]).float().flatten(0, 1), answer.flatten(), reduction="sum") / 2


def loss_of(model, batch, choices, others=1.0, ngrams_weight=0.0):
    """The sum of the losses of the tasks (all but sentiment times `others`) per text, and the mean loss of each task for the log.

    Like the engine, the loss of sentiment compares only the three labels, and that of topics only the words of topics.
    `choices`: ids of the labels; ids of the words of topics and the end mark. `ngrams_weight`: weight of the n-grams' scores,
    which are added to the logits so that the model learns what the n-grams do not know.
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
            scores = scores + ngrams_weight * ngrams[:, None] * torch.tensor([1.0, 0.0, -1.0])
            each = -(target * scores.log_softmax(-1)).sum(-1)
            if FULL_VOCABULARY_TEXTS:
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
def initialize(model, words, symbols, label_ids):
    """Initial weights that give the sentiment of the linear classifier of words.py.

    One head of the decoder's first cross-attention attends to all states equally. Its values are the classifier's outputs; each
    output is written in a direction that only the piece of its label has.
    """
    model.shared.weight.copy_(torch.from_numpy(words["embeddings"]))
    weight, bias = torch.from_numpy(words["weight"][:3]), torch.from_numpy(words["bias"][:3])
    width = weight.shape[1]
    labels = model.shared.weight[torch.tensor(label_ids)]
    directions = torch.linalg.pinv(labels) * LABEL_SCALE
    cross = model.decoder.block[0].layer[1].EncDecAttention
    cross.q.weight[:cross.width] = 0
    cross.v.weight *= 0.3
    cross.v.weight[:cross.width] = 0
    cross.v.weight[:3] = weight
    cross.o.weight[:, :cross.width] = 0
    cross.o.weight[:, :3] = directions
    # The prompts favour no label, and set the norm of the sum.
    plane = torch.linalg.qr(labels.T)[0]
    for symbol in symbols:
        row = model.shared.weight[symbol]
        row -= plane @ (plane.T @ row)
        row *= width ** 0.5 / row.norm()
    model.shared.weight[symbols[0]] += directions @ bias
    model.decoder.final_layer_norm.weight.fill_(width ** 0.5 / LABEL_SCALE)


def best_f1(scores, truth):
    """Macro-F1 without biases, and with the best class biases."""
    best = max(f1_score(truth, (scores + [0, n, m]).argmax(1), average="macro")
               for n in np.arange(-1.5, 0.6, 0.25) for m in np.arange(-0.75, 0.8, 0.25))
    return round(f1_score(truth, scores.argmax(1), average="macro"), 3), round(best, 3)


@torch.no_grad()
def evaluate(model, kept, symbols, label_ids, limit=1200):
    """Macro-F1 on held-out texts of each monitored stream, without biases and with the best class biases."""
    result = {}
    model.eval()
    for name in MONITORED:
        rows = np.flatnonzero((kept.stream == name) & (kept.label >= 0))[:limit]
        rows = sorted(rows, key=lambda at: len(kept.text(at)))
        scores = []
        for start in range(0, len(rows), 50):
            group = rows[start:start + 50]
            ids = [np.append(kept.text(at)[:MAX_INPUT - 1], 1).astype(np.int64) for at in group]
            text = torch.zeros(len(group), pad_to(max(map(len, ids))), dtype=torch.long)
            for row, text_ids in enumerate(ids):
                text[row, :len(text_ids)] = torch.from_numpy(text_ids)
            prefix = torch.tensor([[0, symbols[0]]]).expand(len(group), 2)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                hidden = model.decode(prefix, torch.full((len(group),), 2), model.encode(text), text)
                scores.append(model.logits(hidden[:, 1], label_ids).float())
        result[name] = best_f1(torch.cat(scores).numpy(), kept.label[rows])
    model.train()
    return result


def rate_at(spent, total, step, rate, warmup):
    """The learning rate: warm-up, then linear decay to zero."""
    return rate * min(1, (step + 1) / warmup) * (1 - spent / total)


class Progress:
    """The progress of training, shared by the workers."""

    def __init__(self, state):
        self.step = processes.Value("q", state.get("step", 0))
        self.tokens = processes.Value("q", state.get("tokens", 0))
        self.spent = state.get("spent", 0.0)


def work(worker, options, pieces, examples, kept, model, optimizer, muon, progress, symbols, choices):
    """Trains on batches of its own, in one thread. Workers share weights and moments without locks (Recht et al. 2011, "Hogwild"),
    so a busy core slows down only its own worker."""
    torch.set_num_threads(1)
    torch.manual_seed(options.seed + worker)
    sentencepiece.set_random_generator_seed(options.seed + worker)
    os.sched_setaffinity(0, {(options.core + worker) % os.cpu_count()})
    compiled = torch.compile(model.encoder, dynamic=True)
    model.encode = lambda text: compiled(model.shared(text), text != 0)
    total, spent = options.minutes * 60, progress.spent
    previous_time, shown, losses = time.time(), time.time(), defaultdict(list)
    last_save, last_evaluation, tokens_before = spent, spent, progress.tokens.value
    log = open(options.work / f"{options.name}.jsonl", "a", encoding="utf-8")
    sampler = Sampler(examples, [options.seed, worker, progress.step.value])
    worker_steps = 0
    teacher = Teacher(options.work, *options.label_weight)
    for batch in batches(examples, sampler, pieces, symbols, options.tokens, teacher, options.piece_dropout, options.span_share):
        now = time.time()
        spent, previous_time = spent + now - previous_time, now
        if spent >= total:
            break
        step = progress.step.value
        rate = rate_at(spent, total, step, options.rate, options.warmup)
        if worker_steps % 10 == 0:
            set_rates(optimizer, rate * ADAM_RATE)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss, each = loss_of(model, batch, choices, min(1.0, step / TASK_WARMUP), options.ngrams_weight)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        muon.step(rate)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        worker_steps += 1
        with progress.step.get_lock():
            progress.step.value += 1
        with progress.tokens.get_lock():
            progress.tokens.value += int((batch[0] != 0).sum())
        for name, value in zip((*QUESTIONS, "spans"), each):
            if value is not None:
                losses[name].append(value)
        if worker:
            continue
        if worker_steps % 50 == 0:
            tokens = progress.tokens.value
            report = {"step": progress.step.value, "minutes": round(spent / 60, 1), "rate": round(rate, 6),
                      "tokens": tokens,
                      "tokens_a_second": round((tokens - tokens_before) / (time.time() - shown))}
            report |= {name: round(float(np.mean(values)), 4) for name, values in losses.items()}
            losses.clear()
            shown, tokens_before = time.time(), tokens
            if spent - last_evaluation > options.evaluate_every:
                report["macro_f1"] = evaluate(model, kept, symbols, choices[0])
                last_evaluation = spent
            print(json.dumps(report), file=log, flush=True)
            print(report, flush=True)
        if spent - last_save > 300:
            last_save = spent
            save(options.work / f"{options.name}.pt", model, optimizer, muon, progress, spent)


@torch.no_grad()
def set_rates(optimizer, rate):
    """Makes steps proportional to the size of a tensor, as in Adafactor (Shazeer and Stern 2018). T5 does not divide attention
    by sqrt(head), so its query weights are very small, and equal steps would destroy them."""
    for group in optimizer.param_groups:
        size = group["params"][0].square().mean().sqrt().item()
        group["lr"] = rate * min(1.0, max(MIN_SIZE, size))


def shared_optimizer(model, state, without):
    """AdamW for all parameters except `without`, which Muon updates; the workers share its moments."""
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
    parser = argparse.ArgumentParser()
    parser.add_argument("work", type=Path)
    parser.add_argument("--minutes", type=float, default=100)
    parser.add_argument("--tokens", type=int, default=16384, help="maximum number of encoder tokens of a batch")
    parser.add_argument("--rate", type=float, default=6e-3, help="learning rate, relative to the size of each tensor")
    parser.add_argument("--warmup", type=int, default=100, help="steps until the full learning rate")
    parser.add_argument("--workers", type=int, default=2, help="number of single-threaded processes")
    parser.add_argument("--core", type=int, default=0, help="CPU of the first worker; the others use the following ones")
    parser.add_argument("--seed", type=int, default=11, help="use different seeds for runs that will be averaged")
    parser.add_argument("--dropout", type=float, default=0.0, help="dropout of the output of each sublayer")
    parser.add_argument("--label-weight", type=float, nargs=2, default=[0.7, 0.5], metavar=("EN", "KO"),
                         help="weight of the label in the target; the rest is the prediction of the teacher")
    parser.add_argument("--piece-dropout", type=float, default=0.08, help="share of the pieces of a text to remove")
    parser.add_argument("--ngrams-weight", type=float, default=0.0, help="weight of the n-grams' scores, added to the logits")
    parser.add_argument("--span-share", type=float, default=0.0, help="share of the batches for span corruption")
    parser.add_argument("--layers", type=int, default=Shape.num_layers)
    parser.add_argument("--name", default="checkpoint", help="name of the run and of its files")
    parser.add_argument("--initial", type=Path, help="initial weights; may have fewer layers than --layers")
    parser.add_argument("--evaluate-every", type=float, default=480, help="seconds between evaluations on held-out texts")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    Block.dropout = options.dropout
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(options.work / "spiece.model"))
    examples, kept = Examples(options.work / "examples.jsonl", pieces), Examples(options.work / "kept.jsonl", pieces)
    symbols = [pieces.piece_to_id(f"<{question}>") for question in QUESTIONS]
    label_ids = [pieces.encode(label)[0] for label in LABELS]
    print(len(examples), "examples,", len(examples.ids), "pieces; kept", len(kept), flush=True)

    saved = options.work / f"{options.name}.pt"
    state = torch.load(saved) if saved.exists() else {}
    with np.load(options.work / "words.npz") as words:
        choices = [torch.tensor(label_ids), torch.tensor(sorted({*words["answers"].tolist(), *label_ids, 1}))]
        model = Model(Shape(vocab_size=pieces.get_piece_size(), num_layers=options.layers))
        if state:
            model.load_state_dict(state["model"])
        else:
            initial = torch.load(options.initial or options.work / "pool.pt")
            initial = initial.get("model", initial)
            parameters = model.state_dict()
            model.load_state_dict({name: t for name, t in initial.items() if name in parameters}, strict=False)
    model.share_memory()
    matrices = [p for name, p in model.named_parameters() if p.dim() == 2 and "block" in name and "bias" not in name]
    muon = Muon(matrices, state.get("muon"))
    optimizer = shared_optimizer(model, state.get("optimizer"), matrices)
    progress = Progress(state)
    print(sum(p.numel() for p in model.parameters()), "parameters; from step", progress.step.value, flush=True)
    workers = [processes.Process(target=work, args=(worker, options, pieces, examples, kept, model, optimizer, muon,
                                                progress, symbols, choices)) for worker in range(options.workers)]
    for process in workers:
        process.start()
    for process in workers:
        process.join()
        if process.exitcode:
            raise SystemExit(f"a worker exited with {process.exitcode}")
    save(saved, model, optimizer, muon, progress, options.minutes * 60)
    print("done", progress.step.value, "steps", progress.tokens.value, "tokens",
          evaluate(model, kept, symbols, choices[0], 4000))


def save(path, model, optimizer, muon, progress, spent):
    state = {"shape": asdict(model.shape_of), "model": model.state_dict(), "optimizer": optimizer.state_dict(),
             "muon": muon.moments,
             "step": progress.step.value, "spent": spent, "tokens": progress.tokens.value}
    torch.save(state, path.with_suffix(".new"))
    path.with_suffix(".new").rename(path)


if __name__ == "__main__":
    main()
