"""A trial: can the model write the texts of key points? No step of all.sh uses it; its result is in inference/models/README.md.

    writer.py train DATA WORK --minutes 42 --mix denoise=6000,title=2500,korean=5000,fewsum=270,weak=9000,written=9000 \\
        --leave rail-station,app-ridehailing,insurance,theme-park,food-delivery,app-banking
    writer.py write DATA WORK WORK/writer.pt PACKS > TEXTS

WORK contains unpacked.pt and spiece.model (unpack.py). A pack is the clauses that state one point, joined by " | ", as
stages/tasks/point_writer.c sends them to the encoder. WORK/weak.tsv has packs with the customer's clause that Winnow prints,
WORK/written.tsv packs with a point that was written after reading them: `pack TAB point`. Packs contain customers' text, so they
are not in the repository. Only the decoder learns, so each pack is encoded once.

`write` reads packs, one a line, and prints `pack TAB text...`, the best of four first. Decoding is constrained as in the
engine to words of the pack and function words, and may also use other forms of the pack's words.
"""
import argparse
import csv
import itertools
import random
import re
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import sentencepiece
import torch
from torch.nn import functional as F

import sources
from model import Shape
from muon import HAS_BFLOAT16, Muon
from student import deepen
from train import set_rates

ADAM_RATE = 0.25               # learning rate of AdamW relative to that of Muon
MAX_INPUT, MAX_CLAUSES, MAX_WORDS = 160, 10, 8   # pieces and clauses of a pack; words of a point
OTHERS = 2000                  # random pieces against which each batch is trained, besides its own
FUNCTION_WORDS = Path(__file__).parent.parent / "stages/tasks/data/function_words.tsv"
# Endings that may replace each other in a word of the pack.
ENGLISH = ("", "s", "es", "ed", "d", "ing", "ly")
KOREAN = [("은", "는", "이", "가", "을", "를", "도", "의", "에", "만", "로", "으로", "과", "와", ""),
          ("합니다", "해요", "하고", "하네요", "하다", "해서", "했어요", "한", "함", "하지만", "하게"),
          ("습니다", "아요", "어요", "네요", "다", "고", "음", "지만", "은데", "는데", "았어요", "었어요", "았습니다", "었습니다")]
MARKS = " .,!?;:'\"()[]~^*-…“”‘’"


def trim(word):
    return word.strip(MARKS)


def words_of(text):
    return [word for word in map(trim, text.lower().split()) if word]


def function_words():
    rows = [line.split("\t") for line in FUNCTION_WORDS.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    # Korean particles are parts of words here (KOREAN).
    return {language: {row[1] for row in rows if row[0] == language and not re.fullmatch("[가-힣]", row[1])} for language in ("en", "ko")}


def function_words_for(text):
    return function_words_of["ko" if re.search("[가-힣]", text) else "en"]


def forms(word):
    """The word, and words that differ from it in the ending only."""
    found = {word}
    if re.fullmatch("[a-z]{3,}", word):
        for ending in ENGLISH:
            stem = word.removesuffix(ending) if ending else word
            if len(stem) >= 4 and stem + ending == word:
                found |= {stem + other for other in ENGLISH}
    for group in KOREAN:
        for ending in group:
            stem = word.removesuffix(ending) if ending else word
            if re.search("[가-힣]", word) and stem and stem + ending == word and len(stem) >= 2:
                found |= {stem + other for other in group}
    return found


def known_words(root):
    """Words that customers use: a form of a word counts only if it is one. Of every fourth text."""
    counts = Counter(word for line in itertools.islice(sources.lines(root / "wide.tsv.zst"), 1, None, 4)
                     for word in words_of(line.split("\t")[-1]))
    return {word for word, count in counts.items() if count >= 3}


# ---- Examples: pairs (pack, point) ----

def copied_share(text, point):
    """The share of the point's words that decoding could take from the text."""
    words = set(itertools.chain.from_iterable(map(forms, words_of(text)))) | function_words_for(text)
    wanted = words_of(point)
    return sum(word in words for word in wanted) / max(1, len(wanted))


def titles(root):
    for example in sources.english_reviews(root):
        title = example.get("summary")
        if title and len(title.split()) <= 10 and len(example["text"]) < 900 and copied_share(example["text"], title) >= 0.7:
            yield example["text"], title


def korean_phrases(root):
    for line in sources.lines(root / "more/summary.tsv.zst"):
        row = line.split("\t")
        if len(row) == 3 and row[0] == "ko_sae4k" and len(row[2].split()) <= 8 and copied_share(row[1], row[2]) >= 0.6:
            yield row[1], row[2]


def fewsum(root):
    """Sentences of the written summaries, and the sentences of the reviews that share most words with each."""
    for path in sorted((root / "summaries/fewsum").glob("*-train.csv")):
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                parts = [part.strip() for n in range(1, 9) for part in re.split(r"[.!?;]", row.get(f"rev{n}") or "")
                         if 2 <= len(part.split()) <= 16]
                for point in (part.strip() for n in (1, 2, 3) for part in re.split(r"[.!?;,]", row.get(f"summ{n}") or "")):
                    own = set(words_of(point)) - function_words_of["en"]
                    near = sorted(parts, key=lambda part: -len(own & set(words_of(part))))[:5]
                    near = [part for part in near if own & set(words_of(part))]
                    if 2 <= len(point.split()) <= 10 and near and copied_share(" ".join(near), point) >= 0.7:
                        yield " | ".join(near), point


def clauses(root, leave):
    for line in sources.lines(root / "wide.tsv.zst"):
        row = line.split("\t")
        if len(row) == 7 and row[1] not in leave:
            for part in re.split(r"[.!?,;~]+|\s(?:and|but|so)\s", row[6]):
                if 3 <= len(part.split()) <= 8 and not re.search(r"[\d@<\[/]", part):
                    yield part.strip()


def noised(clause, other, chance):
    words = [word for word in clause.split() if chance.random() > 0.12]
    for at in range(len(words) - 1):
        if chance.random() < 0.15:
            words[at], words[at + 1] = words[at + 1], words[at]
    extra = other.split()[:chance.randint(0, 4)]
    return " ".join(extra + words if chance.random() < 0.5 else words + extra)


def denoising(root, leave, chance):
    """Packs of two or three damaged copies of a clause."""
    found = list(clauses(root, leave))
    chance.shuffle(found)
    for clause, other, third in zip(found, found[1:], found[2:]):
        yield " | ".join(noised(clause, some, chance) for some in (other, third, "")[:chance.randint(2, 3)]), clause


def packs(path):
    return [tuple(line.split("\t")[:2]) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def subset(pack, point, without_point, chance):
    """Some clauses of the pack, so that the same pack is different each time; without the point itself if that is a clause."""
    parts = pack.split(" | ")
    if without_point:
        own = "".join(words_of(point))
        parts = [part for part in parts if own not in "".join(words_of(part))] or parts
    count = min(len(parts), chance.choice((2, 3, 4, 5, 6, 8, MAX_CLAUSES)))
    return " | ".join(chance.sample(parts, count))


# ---- Training ----

def encoded_point(pieces, point):
    """Word by word, as decoding composes it: no phrase of the vocabulary."""
    return [id for word in map(trim, point.split()) if word for id in pieces.encode(word)]


def padded(rows):
    result = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.long)
    for at, row in enumerate(rows):
        result[at, :len(row)] = torch.tensor(row)
    return result


@torch.no_grad()
def encoded(model, pieces, pairs, tokens):
    """(pieces of the pack, its states, pieces of the point) of each pair. The encoder does not learn, so once is enough."""
    end, rows, start = pieces.eos_id(), [], 0
    found = sorted(((pieces.encode(pack)[:MAX_INPUT] + [end], encoded_point(pieces, point) + [end]) for pack, point in pairs),
                   key=lambda row: len(row[0]))
    found = [row for row in found if 2 <= len(row[1]) <= 25]
    for at in range(1, len(found) + 1):
        if at == len(found) or (at - start + 1) * len(found[at][0]) > tokens:
            text = padded([row[0] for row in found[start:at]])
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=HAS_BFLOAT16):
                states = model.encode(text).to(torch.bfloat16)
            rows += [(row[0], states[n, :len(row[0])].clone(), row[1]) for n, row in enumerate(found[start:at])]
            start = at
    return rows


def loss_of(model, batch, start):
    text, target = padded([row[0] for row in batch]), padded([row[2] for row in batch])
    memory = torch.nn.utils.rnn.pad_sequence([row[1] for row in batch], batch_first=True).float()
    prefix = torch.cat([torch.tensor([[0, start]]).expand(len(batch), 2), target[:, :-1]], 1)
    length = torch.tensor([len(row[2]) + 1 for row in batch])
    states = model.decode(prefix, length, memory, text)[:, 1:]
    kept = target > 0
    own = torch.cat([text.flatten(), target.flatten(), torch.randint(3, model.shape_of.vocab_size, (OTHERS,))]).unique()
    logits = model.logits(states[kept], own).float()
    return F.cross_entropy(logits, torch.searchsorted(own, target[kept]), label_smoothing=0.05)


def load(path, decoder_layers, pieces):
    state = torch.load(path, map_location="cpu")["model"]
    depth = 1 + max(int(name.split(".")[2]) for name in state if name.startswith("encoder.block"))
    own = 1 + max(int(name.split(".")[2]) for name in state if name.startswith("decoder.block"))
    shape = Shape(vocab_size=pieces.get_piece_size(), num_layers=depth, num_decoder_layers=max(own, decoder_layers))
    return deepen(state, shape)


def read_examples(options, pieces, chance):
    readers = {"title": lambda: titles(options.data), "korean": lambda: korean_phrases(options.data),
               "fewsum": lambda: fewsum(options.data), "denoise": lambda: denoising(options.data, options.leave.split(","), chance),
               "weak": lambda: packs(options.work / "weak.tsv"), "written": lambda: packs(options.work / "written.tsv")}
    train, watched = {}, {}
    for name, wanted in options.mix.items():
        pairs = list(readers[name]())
        chance.shuffle(pairs)
        aside = min(150, len(pairs) // 10)
        watched[name], pairs = pairs[:aside], pairs[aside:]
        if name in ("weak", "written"):
            pairs = [(subset(pack, point, name == "weak", chance), point) for _ in range(-(-wanted // len(pairs)))
                     for pack, point in pairs]
            watched[name] = [(subset(pack, point, name == "weak", chance), point) for pack, point in watched[name]]
        train[name] = pairs[:wanted]
        print(name, len(pairs), "read,", len(train[name]), "used", flush=True)
    return train, watched


def train(options):
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    chance = random.Random(options.seed)
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(options.work / "spiece.model"))
    start = pieces.piece_to_id("<summary>")
    options.mix = {name: int(count) for name, count in (part.split("=") for part in options.mix.split(","))}
    examples, watched = read_examples(options, pieces, chance)
    model = load(options.work / "unpacked.pt", options.decoder_layers, pieces)
    for name, p in model.named_parameters():
        p.requires_grad = name.startswith("decoder")
    began = time.time()
    rows = encoded(model, pieces, [pair for some in examples.values() for pair in some], 8000)
    watched = {name: encoded(model, pieces, some, 8000) for name, some in watched.items() if some}
    print(len(rows), "packs encoded in", round(time.time() - began), "s", flush=True)
    matrices = [p for name, p in model.named_parameters() if p.requires_grad and p.dim() == 2 and "bias" not in name]
    others = [p for name, p in model.named_parameters() if p.requires_grad and (p.dim() != 2 or "bias" in name)]
    muon = Muon(matrices)
    optimizer = torch.optim.AdamW([{"params": [p]} for p in others], lr=0.0, betas=(0.9, 0.99), weight_decay=0.0)

    @torch.no_grad()
    def report():
        torch.manual_seed(1)
        return " ".join(f"{name} {loss_of(model, some, start).item():.3f}" for name, some in watched.items())

    print("before:", report(), flush=True)
    began, steps, seen, losses = time.time(), 0, 0, []
    while time.time() - began < 60 * options.minutes:
        pool = sorted(chance.sample(rows, min(len(rows), 16 * options.packs)), key=lambda row: len(row[0]))
        slices = [pool[at:at + options.packs] for at in range(0, len(pool), options.packs)]
        for batch in chance.sample(slices, len(slices)):
            done = min(1, (time.time() - began) / 60 / options.minutes)
            rate = options.rate * min(1, (steps + 1) / 50) * (1 - done)
            set_rates(optimizer, rate * ADAM_RATE)
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=HAS_BFLOAT16):
                loss = loss_of(model, batch, start)
            loss.backward()
            torch.nn.utils.clip_grad_norm_([*matrices, *others], 1.0)
            muon.step(rate)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            steps, seen = steps + 1, seen + len(batch)
            losses.append(loss.item())
            if steps % 50 == 0:
                print(f"{done:.2f} steps {steps} packs {seen} CPU {time.process_time():.0f} s loss {sum(losses) / len(losses):.3f};",
                      report() if steps % 200 == 0 else "", flush=True)
                losses = []
                save(options, model)
    print("after:", steps, "steps,", seen, "packs,", round(time.process_time()), "s CPU:", report())
    save(options, model)


def save(options, model):
    torch.save({"shape": asdict(model.shape_of), "model": model.state_dict()}, options.work / f"{options.name}.pt")


# ---- Writing ----

def allowed_words(pack, pieces, known):
    """A tree of pieces; its leaves, under None, are words. The words of the pack and their forms, and function words."""
    tree, own = {}, words_of(pack)
    others = set(itertools.chain.from_iterable(map(forms, own))) & known
    for word in sorted({*own, *others, *function_words_for(pack)}):
        node = tree
        for id in pieces.encode(word):
            node = node.setdefault(id, {})
        node[None] = word
    return tree


@torch.no_grad()
def write_points(model, pieces, pack, known, width=4):
    """The best texts of a beam search, by log-probability and length."""
    start, end = pieces.piece_to_id("<summary>"), pieces.eos_id()
    text = torch.tensor([pieces.encode(pack)[:MAX_INPUT] + [end]])
    memory, tree, little = model.encode(text), allowed_words(pack, pieces, known), function_words_for(pack)
    beams, finished = [((), 0.0, tree, ())], []   # pieces, log-probability, node, words
    for _ in range(24):
        prefix = torch.tensor([[0, start, *beam[0]] for beam in beams])
        rows = len(beams)
        states = model.decode(prefix, torch.full((rows,), prefix.shape[1]), memory.expand(rows, -1, -1), text.expand(rows, -1))
        scores = model.logits(states[:, -1]).float()
        following = []
        for (ids, total, node, words), row in zip(beams, scores):
            ways = {id: (child, words) for id, child in node.items() if id is not None and node is not tree}
            ended = words + (node[None],) if None in node else words if node is tree else None
            if ended is not None and len(set(ended)) == len(ended):
                if len(ended) < MAX_WORDS:
                    ways = {**{id: (child, ended) for id, child in tree.items()}, **ways}
                if ended and ended[-1] not in little:
                    ways[end] = None, ended
            kinds = list(ways)
            if not kinds:
                continue
            # Among the pieces that may follow, so that the words that no pack could have cost nothing.
            chances = row[kinds].log_softmax(0).tolist()
            for id, chance in zip(kinds, chances):
                following.append((ids + (id,), total + chance, *ways[id]))
        following.sort(key=lambda beam: -beam[1])
        beams = []
        for beam in following:
            if beam[2] is None:
                finished.append((beam[1] / (len(beam[0]) ** 0.8), beam[3]))
            elif len(beams) < width:
                beams.append(beam)
            if len(beams) == width:
                break
        if not beams or len(finished) >= 2 * width:
            break
    best = sorted(finished, reverse=True)[:width]
    return list(dict.fromkeys(" ".join(words) for _, words in best))


def write(options):
    torch.set_num_threads(1)
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(options.work / "spiece.model"))
    model = load(options.checkpoint, 0, pieces).eval()
    known = known_words(options.data)
    for pack in options.packs.read_text(encoding="utf-8").splitlines():
        short = " | ".join(pack.split(" | ")[:MAX_CLAUSES])
        print(pack, *write_points(model, pieces, short, known), sep="\t", flush=True)


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("train")
    command.set_defaults(run=train)
    command.add_argument("data", type=Path)
    command.add_argument("work", type=Path)
    command.add_argument("--mix", required=True, help="NAME=PACKS of denoise, title, korean, fewsum, weak, written")
    command.add_argument("--leave", default="", help="kinds of wide.tsv that denoising does not see, joined by commas")
    command.add_argument("--minutes", type=float, default=40)
    command.add_argument("--rate", type=float, default=0.02)
    command.add_argument("--packs", type=int, default=128, help="packs of a batch")
    command.add_argument("--decoder-layers", type=int, default=2)
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--name", default="writer")
    command = commands.add_parser("write")
    command.set_defaults(run=write)
    command.add_argument("data", type=Path)
    command.add_argument("work", type=Path)
    command.add_argument("checkpoint", type=Path)
    command.add_argument("packs", type=Path)
    options = parser.parse_args()
    options.run(options)


function_words_of = function_words()

if __name__ == "__main__":
    main()
