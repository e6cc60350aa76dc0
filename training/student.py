"""Trains the default model on labels by reading: `student.py DATA WORK --epochs 3`. Writes WORK/NAME.pt.

Training starts from WORK/unpacked.pt (unpack.py), which knows polarity from millions of stars. Additional encoder layers start
close to the identity. Per text there are three questions to the decoder, as in the engine: sentiment (`<sentiment>`, four
labels), topics (`<topics>`: each topic against `none`, independently of the others), and the polarity of each topic that the text
has (`<topics> TOPIC`). Texts with stars (corpus.read_stars) teach only positive against negative.
"""
import argparse
import multiprocessing
import os
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import sentencepiece
import torch
from torch.nn import functional as F

import corpus
import ngrams
from corpus import LABEL_WORDS, POLARITIES, SENTIMENTS, TOPICS
from model import Block, Model, Shape
from muon import HAS_BFLOAT16, Muon
from train import set_rates, shared_optimizer

processes = multiprocessing.get_context("fork")   # the workers share the data
ADAM_RATE = 0.25          # learning rate of AdamW relative to that of Muon
NGRAMS_WEIGHT = 0.0001792  # of the n-grams' score, in the logits of positive and, with the opposite sign, of negative
SAMPLED, ALPHA = 0.5, 0.35   # share of the texts whose segmentation is sampled (Kudo 2018), and its smoothness
PIECE_DROPOUT = 0.06
TOPICS_WEIGHT, POLARITY_WEIGHT, STARS_WEIGHT = 1.0, 0.5, 0.5   # in the loss; sentiment: 1
LEAST_SCORE = -3.0        # of a topic whose polarity is computed in an evaluation
POOL = 4096               # texts that are sorted by length at once


class Words:
    """The ids of the decoder's prompts and answers."""

    def __init__(self, pieces):
        def one(word):
            ids = pieces.encode(word)
            assert len(ids) == 1, word
            return ids[0]
        self.sentiment, self.topics = (pieces.piece_to_id(f"<{name}>") for name in ("sentiment", "topics"))
        self.sentiments = torch.tensor([one(name) for name in SENTIMENTS])
        self.polarities = torch.tensor([one(name) for name in POLARITIES])
        self.labels = torch.tensor([one(LABEL_WORDS.get(topic, topic)) for topic in TOPICS])
        self.none = torch.tensor([one("none")])


def answers(model, words, memory, text, polarity_rows, polarity_topics):
    """Logits of the sentiments [rows, 4], of the topics against none [rows, topics], and of the polarities of the given topics of
    the given rows [pairs, 3]."""
    rows = len(text)
    states = model.decode(torch.tensor([[0, words.sentiment]]).expand(rows, 2), torch.full((rows,), 2), memory, text)
    sentiments = model.logits(states[:, 1], words.sentiments).float()
    states = model.decode(torch.tensor([[0, words.topics]]).expand(rows, 2), torch.full((rows,), 2), memory, text)
    topics = (model.logits(states[:, 1], words.labels) - model.logits(states[:, 1], words.none)).float()
    if not len(polarity_rows):
        return sentiments, topics, torch.zeros(0, len(POLARITIES))
    prefix = torch.stack([torch.zeros_like(polarity_topics), torch.full_like(polarity_topics, words.topics),
                          words.labels[polarity_topics]], 1)
    states = model.decode(prefix, torch.full((len(prefix),), 3), memory[polarity_rows], text[polarity_rows])
    return sentiments, topics, model.logits(states[:, 2], words.polarities).float()


def loss_of(model, words, batch):
    """The mean loss of a batch, and the mean of each part for the log."""
    text, sentiment, topics, weight, stars, scores, pair_rows, pair_topics, pair_polarity = batch
    memory = model.encode(text)
    found, presence, polarity = answers(model, words, memory, text, pair_rows, pair_topics)
    found = found + scores[:, None] * torch.tensor([1.0, 0, -1, 0])
    read = sentiment >= 0
    parts = [(F.cross_entropy(found[read], sentiment[read], reduction="none", label_smoothing=0.02) * weight[read]).sum(),
             (F.binary_cross_entropy_with_logits(presence[read], topics[read], reduction="none").sum(1) * weight[read]).sum()
             * TOPICS_WEIGHT,
             F.cross_entropy(polarity, pair_polarity, reduction="sum") * POLARITY_WEIGHT]
    starred = stars >= 0
    sides = found[starred][:, [0, 2]]
    parts.append(F.cross_entropy(sides, stars[starred] // 2, reduction="sum", label_smoothing=0.1) * STARS_WEIGHT)
    return sum(parts) / len(text), [part.item() / max(1, count) for part, count in
                                    zip(parts, (read.sum(), read.sum(), len(pair_polarity), starred.sum()))]


def pack(examples, scores, ids):
    width = (max(map(len, ids)) + 7) // 8 * 8
    text = torch.zeros(len(ids), width, dtype=torch.long)
    for row, some in enumerate(ids):
        text[row, :len(some)] = torch.tensor(some)
    topics, pairs = torch.zeros(len(ids), len(TOPICS)), []
    for row, item in enumerate(examples):
        for topic, polarity in (item.topics or {}).items():
            topics[row, topic] = 1
            pairs.append((row, topic, polarity))
    pairs = torch.tensor(pairs, dtype=torch.long).reshape(-1, 3)
    return (text, torch.tensor([item.sentiment for item in examples]), topics, torch.tensor([item.weight for item in examples]),
            torch.tensor([item.polarity for item in examples]), torch.tensor(scores, dtype=torch.float32), *pairs.T)


def groups_of(lengths, tokens):
    """Slices of texts sorted by length, each of about `tokens` pieces with padding."""
    start = 0
    while start < len(lengths):
        end = start + 1
        while end < len(lengths) and (end - start + 1) * ((lengths[end] + 7) // 8 * 8) <= tokens:
            end += 1
        yield start, end
        start = end


def batches(read, stars, pieces, tokens, star_share, chance):
    """One pass over `read`: pairs (batch, number of texts of `read`). Each text with labels is accompanied by texts with stars."""
    order, star_count = chance.permutation(len(read)), 0
    size = int(POOL * (1 - star_share))
    for start in range(0, len(order), size):
        pool = [(*read[at], True) for at in order[start:start + size]]
        if stars:
            star_count = int(len(pool) * star_share / (1 - star_share))
            pool += [(*stars[at], False) for at in chance.integers(0, len(stars), star_count)]
        cut = []
        for item, score, ids, is_read in pool:
            if chance.random() < SAMPLED:
                ids = pieces.encode(item.text, enable_sampling=True, alpha=ALPHA, nbest_size=-1)
            ids = np.array(corpus.shorten(ids))
            if len(ids) > 6:
                ids = ids[chance.random(len(ids)) > PIECE_DROPOUT]
            cut.append((item, score, [*ids.tolist(), 1], is_read))
        cut.sort(key=lambda row: len(row[2]))
        slices = list(groups_of([len(row[2]) for row in cut], tokens))
        for at in chance.permutation(len(slices)):
            some = cut[slices[at][0]:slices[at][1]]
            items, scores, ids, are_read = zip(*some)
            yield pack(items, scores, ids), sum(are_read)


@torch.no_grad()
def predict(model, words, pieces, examples, tokens=8000, longest=383):
    """Logits of the sentiments (with n-grams), of the topics, and of the polarities [texts, topics, 3] of topics that the model or
    the reader may see; the other polarities are 0."""
    model.eval()
    scores = ngram_scores(examples, predict.weights)
    ids = [[*corpus.shorten(some, longest), 1] for some in pieces.encode([item.text for item in examples])]
    order = sorted(range(len(ids)), key=lambda at: len(ids[at]))
    found = np.zeros((len(ids), len(SENTIMENTS))), np.zeros((len(ids), len(TOPICS))), np.zeros((len(ids), len(TOPICS), 3), np.float32)
    for start, end in groups_of([len(ids[at]) for at in order], tokens):
        some = order[start:end]
        text = pack([examples[at] for at in some], scores[some], [ids[at] for at in some])[0]
        memory = model.encode(text)
        nothing = torch.zeros(0, dtype=torch.long)
        found[0][some], found[1][some] = (part.numpy() for part in answers(model, words, memory, text, nothing, nothing)[:2])
        pairs = torch.tensor([(row, topic) for row, at in enumerate(some) for topic in range(len(TOPICS))
                              if found[1][at, topic] > LEAST_SCORE or topic in examples[at].topics], dtype=torch.long).reshape(-1, 2)
        if len(pairs):
            polarity = answers(model, words, memory, text, *pairs.T)[2].numpy()
            found[2][np.array(some)[pairs[:, 0]], pairs[:, 1]] = polarity
    found[0][:, 0] += scores
    found[0][:, 2] -= scores
    model.train()
    return found


def ngram_scores(examples, weights):
    """The n-grams' score of each text, as stages/tasks/ngrams.c computes it, in nats."""
    rows = ngrams.rows_of([item.text for item in examples])
    return rows @ (weights * np.abs(weights.astype(np.float32)) * NGRAMS_WEIGHT)


def deepen(state, shape):
    """The weights for a model with more encoder layers. The output of a new layer is almost zero."""
    model = Model(shape)
    for layer, block in enumerate(model.encoder.block):
        if f"encoder.block.{layer}.layer.0.SelfAttention.q.weight" not in state:
            for matrix in (block.layer[0].SelfAttention.o.weight, block.layer[1].DenseReluDense.wo.weight):
                matrix.data.mul_(0.1)
    model.load_state_dict(state, strict=False)
    return model


def report(found, examples):
    """Plain figures without fitted biases, to watch training: right label of the texts with a side, macro-F1, F1 of topics."""
    truth, got = np.array([item.sentiment for item in examples]), found[0].argmax(1)
    sides = (truth == 0) | (truth == 2)
    f1 = [2 * ((got == k) & (truth == k)).sum() / max(1, (got == k).sum() + (truth == k).sum()) for k in range(4)]
    sign = ((found[0][:, 0] > found[0][:, 2]) == (truth == 0))[sides].mean()
    same = both = total = 0
    for row, item in enumerate(examples):
        kept = set(np.flatnonzero(found[1][row] > 0))
        total += len(kept) + len(item.topics)
        hits = kept & set(item.topics)
        same += len(hits)
        both += sum(found[2][row, topic].argmax() == item.topics[topic] for topic in hits)
    return (f"right {(got == truth)[sides].mean():.3f} sign {sign:.3f} macro-F1 {np.mean(f1):.3f} neutral {f1[1]:.3f} mixed {f1[3]:.3f} "
            f"topics {2 * same / total:.3f} with polarity {2 * both / total:.3f}")


def work(worker, options, pieces, words, parts, stars, model, optimizer, muon, progress):
    """Trains on a part of the texts in one thread; the workers share weights and moments without locks (Recht et al. 2011)."""
    torch.set_num_threads(1)
    torch.manual_seed(options.seed + worker)
    sentencepiece.set_random_generator_seed(options.seed + worker)
    os.sched_setaffinity(0, {(options.core + worker) % os.cpu_count()})
    chance = np.random.default_rng([options.seed, worker])
    compiled = torch.compile(model.encoder, dynamic=True)
    model.encode = lambda text: compiled(model.shared(text), text != 0)
    read, watched = parts["train"], [parts["fit"][at][0] for at in range(0, len(parts["fit"]), 2)]
    steps, seen, start, losses = 0, 0, time.time(), []
    total = options.epochs * len(read)
    for epoch in range(1000):
        if progress.value >= total:
            break
        mine = [read[at] for at in np.random.default_rng([options.seed, epoch]).permutation(len(read))[worker::options.workers]]
        for batch, count in batches(mine, stars, pieces, options.tokens, options.star_share, chance):
            done = progress.value / total
            if done >= 1:
                break
            rate = options.rate * min(1, (steps + 1) / 100) * (1 - done)
            if steps % 10 == 0:
                set_rates(optimizer, rate * ADAM_RATE)
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=HAS_BFLOAT16):
                loss, each = loss_of(model, words, batch)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            muon.step(rate)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            steps, seen = steps + 1, seen + int((batch[0] != 0).sum())
            losses.append(each)
            with progress.get_lock():
                progress.value += int(count)
            if worker == 0 and steps % 25 == 0:
                print(f"{done:.3f} loss {np.round(np.mean(losses, 0), 3)} {seen / (time.time() - start):.0f} tokens a second and worker",
                      flush=True)
                losses = []
            if worker == 0 and steps % options.watch == 0:
                print(report(predict(model, words, pieces, watched), watched), flush=True)
                save(options, model)


def save(options, model):
    path = options.work / f"{options.name}.pt"
    torch.save({"shape": asdict(model.shape_of), "model": model.state_dict()}, path.with_suffix(".new"))
    path.with_suffix(".new").rename(path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--epochs", type=float, default=1.6)
    parser.add_argument("--rate", type=float, default=0.004)
    parser.add_argument("--tokens", type=int, default=8000, help="encoder tokens of a batch")
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--core", type=int, default=0, help="CPU of the first worker; the others use the following ones")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--star-share", type=float, default=0.2, help="share of the texts that have only stars")
    parser.add_argument("--leave", default="", help="groups of kinds (readings.GROUPS), joined by commas, that training does not see")
    parser.add_argument("--limit", type=int, help="use only so many texts with labels, for the learning curve")
    parser.add_argument("--max-pieces", type=int, default=10**6, help="use only texts with at most so many pieces")
    parser.add_argument("--initial", type=Path, help="initial weights; default: WORK/unpacked.pt")
    parser.add_argument("--watch", type=int, default=400, help="steps between evaluations")
    parser.add_argument("--name", default="student")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    Block.dropout = options.dropout
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(options.work / "spiece.model"))
    words = Words(pieces)
    parts = corpus.read_labels(options.data)
    labelled = {item.key for part in parts.values() for item in part}
    stars = corpus.read_stars(options.data, labelled, 1500, options.seed) if options.star_share else []
    leave = options.leave.split(",")
    parts["train"] = [item for item in parts["train"] if item.group not in leave]
    stars = [item for item in stars if item.group not in leave]
    predict.weights = np.fromfile(options.work / "ngrams.s8", np.int8)
    parts = {name: list(zip(part, ngram_scores(part, predict.weights), pieces.encode([item.text for item in part])))
             for name, part in parts.items()}
    stars = list(zip(stars, ngram_scores(stars, predict.weights), pieces.encode([item.text for item in stars]))) if stars else []
    parts["train"] = [row for row in parts["train"] if len(row[2]) <= options.max_pieces][:options.limit]
    stars = [row for row in stars if len(row[2]) <= options.max_pieces]
    state = torch.load(options.initial or options.work / "unpacked.pt")["model"]
    model = deepen(state, Shape(vocab_size=pieces.get_piece_size(), num_layers=options.layers))
    print(len(parts["train"]), "texts with labels,", len(stars), "with stars,",
          sum(p.numel() for p in model.parameters()), "parameters", flush=True)
    model.share_memory()
    matrices = [p for name, p in model.named_parameters() if p.dim() == 2 and "block" in name and "bias" not in name]
    muon, optimizer, progress = Muon(matrices), shared_optimizer(model, None, matrices), processes.Value("q", 0)
    arguments = (options, pieces, words, parts, stars, model, optimizer, muon, progress)
    workers = [processes.Process(target=work, args=(worker, *arguments)) for worker in range(options.workers)]
    for process in workers:
        process.start()
    for process in workers:
        process.join()
        if process.exitcode:
            raise SystemExit(f"a worker exited with {process.exitcode}")
    save(options, model)
    gold = [row[0] for name in ("fit", "report") for row in parts[name]]
    for group in leave if options.leave else sorted({item.group for item in gold}):
        some = [item for item in gold if item.group == group]
        if some:   # some groups have no gold texts
            print("left out:" if options.leave else "seen:", group, len(some), report(predict(model, words, pieces, some), some), flush=True)


if __name__ == "__main__":
    main()
