"""Learns which sentences say a point (stages/tasks/point_matcher.h): `points.py DATA WORK WINNOW MODEL`.

WORK has spiece.model of the model (unpack.py). Writes WORK/points.s8 and, for looking, the probabilities of all pairs to
WORK/points.npy. Prints figures from four parts of the kinds of text, each judged by a network that was trained on the other three.

points/labels.tsv has the labels by reading, in groups. `group KIND SENTENCE...` names the sentences: the key of the record
(readings.key_of) and the first 8 digits of that of the sentence. The rows below it are points: the side; record, first byte and end
of the text; the numbers of the sentences whose words state it, as Winnow counted before, or - if it was not counted; the numbers of
those that say it, to a reader.
"""
import sqlite3
import struct
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import sentencepiece
import torch
from sklearn.metrics import average_precision_score
from torch import nn
from torch.nn import functional as F

import quotes
import readings
import unpack
from sources import squeeze

LABELS = readings.HERE / "points/labels.tsv"
WIDTH, FACTS = 64, 3
WORD_SCALE = 1 / 14.7    # makes the numbers of the vectors about 1
DROPOUT, DECAY, RATE, EPOCHS, BATCH = 0.25, 0.02, 0.002, 10, 256
PARTS = 4
PLAIN_STEP = 3
LONGEST = 120            # pieces of a sentence


class Pair(NamedTuple):
    kind: str
    point: int           # numbers of texts
    sentence: int
    facts: tuple         # struct match_facts
    by_words: int        # 1, 0; -1: unknown
    says: int


# ---- Pairs ----

def read_labels():
    """[(kind, [(record, start of the key of a sentence)], [(side, record, first byte, last byte, by words or None, says)])]."""
    groups = []
    for line in open(LABELS, encoding="utf-8"):
        first, place, *rest = line.rstrip("\n").split("\t")
        if first == "group":
            groups.append((place, [(key[:16], key[16:]) for key in rest[0].split()], []))
            continue
        record, begin, end = place.split()
        words, says = (None if numbers == "-" else {int(number) for number in numbers.split()} for numbers in rest)
        groups[-1][2].append((1 if first == "+" else -1, record, int(begin), int(end), words, says))
    return groups


def read_records(folder, texts, winnow):
    """{key: (text, its sentences, sentiment)}, as `winnow run` saves them."""
    quotes.run(folder, texts, winnow)
    found = {}
    with sqlite3.connect(folder / "out/winnow.db") as database:
        for key, text, sentiment in database.execute(
                "SELECT f.external_id, f.text, a.sentiment FROM feedback f JOIN analysis a ON a.text_hash = f.text_hash"):
            found[key] = (text.encode(), [], sentiment)
        for key, begin, end in database.execute(
                'SELECT f.external_id, p."begin", p."end" FROM feedback f JOIN passage p ON p.feedback_id = f.id ORDER BY f.id, p."begin"'):
            found[key][1].append(found[key][0][begin:end].decode())
    return found


def collect_pairs(data, work, winnow):
    """(pairs, texts)."""
    groups = read_labels()
    keys = {key for _, sentences, points in groups for key in [key for key, _ in sentences] + [point[1] for point in points]}
    records = read_records(work / "points", readings.texts_by_key(data, keys), winnow)
    numbers, pairs, lost = {}, [], 0
    by_key = {(key, readings.key_of(squeeze(sentence))[:8]): sentence for key, record in records.items() for sentence in record[1]}
    for kind, sentences, points in groups:
        for side, record, begin, end, words, says in points:
            if record not in records:
                lost += 1
                continue
            point = records[record][0][begin:end].decode().strip().rstrip(".")
            polarity, opposite = ("positive", "negative") if side > 0 else ("negative", "positive")
            for at, place in enumerate(sentences):
                sentence = by_key.get(place, "").strip().rstrip(".")
                if not sentence or sentence == point:
                    lost += not sentence
                    continue
                sentiment = records[place[0]][2]
                pairs.append(Pair(kind, numbers.setdefault(point, len(numbers)), numbers.setdefault(sentence, len(numbers)),
                                  (side, sentiment == polarity, sentiment == opposite),
                                  -1 if words is None else int(at in words), int(at in says)))
    print(f"{len(pairs)} pairs of {len(numbers)} texts, {sum(pair.says for pair in pairs)} say the point; {lost} places not found")
    return pairs, list(numbers)


# ---- The network ----

class Tokens:
    """The vectors of the tokens of all texts, as the network reads them."""

    def __init__(self, raw, work, texts):
        table = unpack.sections(raw)["vectors"][3]
        dimensions, _ = struct.unpack_from("<2I", table)
        rows = np.frombuffer(table[8:], np.int8).reshape(-1, dimensions)
        pieces = sentencepiece.SentencePieceProcessor(model_file=str(work / "spiece.model"))
        ids = [some[:LONGEST] or [2] for some in pieces.encode(texts)]
        self.lengths = np.array([len(some) for some in ids])
        self.ends = np.cumsum(self.lengths)
        self.rows = torch.tensor(rows[np.concatenate(ids)].astype(np.float32))

    def padded(self, numbers):
        """(vectors [text][token][dimension], which tokens are there)."""
        width = np.arange(self.lengths[numbers].max())
        there = width < self.lengths[numbers][:, None]
        places = np.where(there, (self.ends - self.lengths)[numbers][:, None] + width, 0)
        return self.rows[torch.tensor(places)], torch.tensor(there)


class Matcher(nn.Module):
    def __init__(self, dimensions):
        super().__init__()
        self.projection = nn.Linear(dimensions, WIDTH)
        self.direction = nn.Linear(WIDTH, WIDTH, bias=False)
        self.sharpness = nn.Parameter(torch.tensor(10.0))
        self.importance = nn.Linear(WIDTH, 1, bias=False)
        self.comparison, self.conclusion = nn.Linear(4 * WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.judgement, self.output = nn.Linear(2 * WIDTH + 1 + FACTS, WIDTH), nn.Linear(WIDTH, 1)
        self.drop = nn.Dropout(DROPOUT)

    def read(self, vectors):
        projected = self.drop(self.projection(vectors * WORD_SCALE))
        return projected, F.normalize(self.direction(projected), dim=-1)

    def forward(self, point, point_mask, sentence, sentence_mask, facts):
        """The logit of each pair."""
        (own, own_directions), (other, other_directions) = self.read(point), self.read(sentence)
        similarities = (own_directions @ other_directions.transpose(1, 2)).masked_fill(~sentence_mask[:, None], -1e4)
        found = (self.sharpness * similarities).softmax(-1) @ other
        compared = self.comparison(torch.cat([own, found, own * found, (own - found).abs()], -1))
        concluded = self.conclusion(self.drop(F.relu(compared)))
        weights = self.importance(own).masked_fill(~point_mask[..., None], -1e4).softmax(1)
        nearest = (similarities.max(-1)[0][..., None] * weights).sum(1)
        mean, largest = (concluded * weights).sum(1), concluded.masked_fill(~point_mask[..., None], -1e4).max(1)[0]
        judged = self.judgement(torch.cat([mean, largest, nearest, facts], -1))
        return self.output(self.drop(F.relu(judged)))[:, 0]


def arguments(tokens, pairs):
    facts = torch.tensor(np.array([pair.facts for pair in pairs], np.float32))
    return *tokens.padded(np.array([pair.point for pair in pairs])), *tokens.padded(np.array([pair.sentence for pair in pairs])), facts


def batches(tokens, pairs, random):
    """Pairs with sentences of similar length."""
    order = random.permutation(len(pairs))
    for part in np.array_split(order, max(1, len(order) // (20 * BATCH))):
        part = sorted(part, key=lambda at: tokens.lengths[pairs[at].sentence])
        yield from ([pairs[at] for at in part[first:first + BATCH]] for first in range(0, len(part), BATCH))


def is_plain(pair):
    """No reader found the point in the sentence, and no word states it: there are many of these."""
    return pair.says == 0 and pair.by_words != 1


def train(tokens, pairs):
    """Each pass takes one in PLAIN_STEP plain pairs, which count as so many."""
    torch.manual_seed(0)
    random, matcher = np.random.default_rng(0), Matcher(tokens.rows.shape[1])
    plain, others = [pair for pair in pairs if is_plain(pair)], [pair for pair in pairs if not is_plain(pair)]
    optimizer = torch.optim.AdamW(matcher.parameters(), lr=RATE, weight_decay=DECAY)
    count = len(plain) // PLAIN_STEP + len(others)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=EPOCHS * (count // BATCH + count // (20 * BATCH) + 2))
    for _ in range(EPOCHS):
        chosen = random.permutation(len(plain))[:len(plain) // PLAIN_STEP]
        some = list(batches(tokens, others + [plain[at] for at in chosen], random))
        for at in random.permutation(len(some)):
            says = torch.tensor([float(pair.says) for pair in some[at]])
            weights = torch.tensor([float(PLAIN_STEP) if is_plain(pair) else 1.0 for pair in some[at]])
            logits = matcher(*arguments(tokens, some[at]))
            loss = (weights * F.binary_cross_entropy_with_logits(logits, says, reduction="none")).sum() / weights.sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return matcher.eval()


@torch.no_grad()
def judge(matcher, tokens, pairs):
    """The probability of each pair."""
    found, order = np.zeros(len(pairs)), np.argsort([tokens.lengths[pair.sentence] for pair in pairs], kind="stable")
    for at in range(0, len(order), BATCH):
        some = order[at:at + BATCH]
        found[some] = torch.sigmoid(matcher(*arguments(tokens, [pairs[row] for row in some]))).numpy()
    return found


# ---- Figures and file ----

def report(pairs, probabilities):
    says, by_words = np.array([pair.says for pair in pairs]), np.array([pair.by_words for pair in pairs])
    for name, some in (("all pairs", by_words > -2), ("stated by words", by_words == 1), ("not stated", by_words == 0)):
        print(f"{name}: {some.sum()}, {says[some].sum()} say it, average precision {average_precision_score(says[some], probabilities[some]):.3f}")
        for minimum in (0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95):
            kept = some & (probabilities >= minimum)
            print(f"  probability {minimum}: {kept.sum()}, of which {says[kept].mean():.3f} say it; {says[kept].sum() / says[some].sum():.3f} of those that do")


def write(matcher, path):
    """As stages/tasks/point_matcher.c reads it: matrices are [input][output]."""
    state = {name: value.detach().numpy().astype(np.float32) for name, value in matcher.state_dict().items()}
    header = struct.pack("<2I2f", WIDTH, state["projection.weight"].shape[1], state["sharpness"], state["output.bias"][0])
    parts = [state["projection.weight"].T * np.float32(WORD_SCALE), state["projection.bias"], state["direction.weight"].T,
             state["importance.weight"], state["comparison.weight"].T, state["comparison.bias"], state["conclusion.weight"].T,
             state["conclusion.bias"], state["judgement.weight"].T, state["judgement.bias"], state["output.weight"]]
    path.write_bytes(header + b"".join(np.ascontiguousarray(part).tobytes() for part in parts))


def main():
    data, work, winnow, model = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4])
    pairs, texts = collect_pairs(data, work, winnow)
    tokens = Tokens(model.read_bytes(), work, texts)
    kinds = sorted({pair.kind for pair in pairs})
    parts = dict(zip(kinds, np.random.default_rng(1).permutation(len(kinds)) % PARTS))
    found = np.zeros(len(pairs))
    for part in range(PARTS):
        rows = [row for row, pair in enumerate(pairs) if parts[pair.kind] == part]
        matcher = train(tokens, [pair for pair in pairs if parts[pair.kind] != part])
        found[rows] = judge(matcher, tokens, [pairs[row] for row in rows])
    report(pairs, found)
    np.save(work / "points.npy", found)
    write(train(tokens, pairs), work / "points.s8")


if __name__ == "__main__":
    main()
