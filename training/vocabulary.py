"""Trains the SentencePiece vocabulary: `vocabulary.py WORK` writes WORK/spiece.model.

The first step trains a unigram vocabulary of single words (English and Korean in equal parts, byte fallback, case folded). The
second adds frequent pairs and triples of pieces with high mutual information ("not worth", "waste of money"). They make texts
shorter, and the layers need not learn the meaning of such phrases. The prompts `<sentiment>`, `<topics>` and `<summary>` are
user-defined symbols of one piece each.
"""
import csv
import json
import math
import random
import sys
from pathlib import Path

import numpy as np
import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as proto

from prepare import TAXONOMY

WORDS, PHRASES = 20_480, 12_288
PER_LANGUAGE = 160_000
MIN_COUNT = 60  # of a phrase
MARK = "▁"


def answers():
    """The words of answers: each is one piece, and part of no phrase."""
    with open(TAXONOMY, encoding="utf-8") as file:
        words = [row["topic"] for row in csv.DictReader(file)]
    return words + ["positive", "negative", "neutral", "none"]


def train(texts, path, chance):
    words = answers()
    corpus = []
    for name in sorted(texts):
        corpus += chance.sample(texts[name], min(PER_LANGUAGE, len(texts[name])))
    corpus += [f"{word} {chance.choice(words)}" for word in words for _ in range(400)]
    chance.shuffle(corpus)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus), model_prefix=str(path), vocab_size=WORDS,
        model_type="unigram", byte_fallback=True, character_coverage=0.9995,
        normalization_rule_name="nmt_nfkc_cf", pad_id=0, eos_id=1, unk_id=2, bos_id=-1,
        user_defined_symbols=["<sentiment>", "<topics>", "<summary>"],
        max_sentence_length=8000, num_threads=2, minloglevel=1)


def phrases(texts, pieces, count):
    """Runs of two or three pieces that start with a whole word and have high mutual information: {text: score}."""
    size = pieces.get_piece_size()
    whole = np.array([pieces.id_to_piece(i).startswith(MARK) and len(pieces.id_to_piece(i)) > 1
                      and pieces.id_to_piece(i)[1:].replace("'", "").isalpha()
                      for i in range(size)])
    tail = np.array([pieces.id_to_piece(i).replace(MARK, "").replace("'", "").isalpha() for i in range(size)])
    for word in answers():
        for i in pieces.encode(word):
            whole[i] = tail[i] = False
    found = []
    for name, some in texts.items():
        ids = pieces.encode(some, num_threads=2)
        flat = np.concatenate([np.array(t + [0], np.int64) for t in ids])
        total = len(flat)
        single = np.bincount(flat, minlength=size)
        for length in (2, 3):
            parts = [flat[k:len(flat) - length + 1 + k] for k in range(length)]
            good = whole[parts[0]]
            for part in parts[1:]:
                good = good & tail[part]
            key = np.zeros(good.sum(), np.int64)
            for part in parts:
                key = key * size + part[good]
            keys, times = np.unique(key, return_counts=True)
            for key, occurrences in zip(keys[times >= MIN_COUNT].tolist(), times[times >= MIN_COUNT].tolist()):
                run = []
                for _ in range(length):
                    run.append(key % size)
                    key //= size
                run.reverse()
                independent = sum(math.log(single[i] / total) for i in run)
                gain = math.log(occurrences / total) - independent
                if gain > 1.0:
                    text = "".join(pieces.id_to_piece(i) for i in run)
                    # The number of pieces saved, weighted by mutual information.
                    found.append((occurrences * (length - 1) * min(gain, 6.0) / total, text, math.log(occurrences / total)))
    found.sort(reverse=True)
    best = {}
    for _, text, score in found:
        if text not in best and len(best) < count:
            best[text] = score
    return best


def main():
    work = Path(sys.argv[1])
    chance = random.Random(3)
    texts = {"en": [], "ko": []}
    with open(work / "examples.jsonl", encoding="utf-8") as file:
        for line in file:
            example = json.loads(line)
            if not example["stream"].startswith(("pack", "mixed", "written")):
                texts[example["language"]].append(example["text"][:500])
    if not (work / "words.model").exists():
        train(texts, work / "words", chance)
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(work / "words.model"))
    some = {name: chance.sample(all_of, min(300_000, len(all_of))) for name, all_of in texts.items()}
    model = proto.ModelProto()
    model.ParseFromString((work / "words.model").read_bytes())
    known = {piece.piece for piece in model.pieces}
    for text, score in phrases(some, pieces, PHRASES).items():
        if text not in known:
            model.pieces.add(piece=text, score=score, type=1)
    model.trainer_spec.vocab_size = len(model.pieces)
    (work / "spiece.model").write_bytes(model.SerializeToString())
    longer = sentencepiece.SentencePieceProcessor(model_file=str(work / "spiece.model"))
    split = [word for word in answers() if len(longer.encode(word)) > 1]
    print(longer.get_piece_size(), "pieces; answers of more than one piece:", split)
    for name, all_of in some.items():
        before = sum(map(len, pieces.encode(all_of[:5000])))
        after = sum(map(len, longer.encode(all_of[:5000])))
        print(name, "pieces of 5,000 texts:", before, "words only,", after, "with phrases")
    print([p.piece for p in model.pieces[-PHRASES:]][::150])


if __name__ == "__main__":
    main()
