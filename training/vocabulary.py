"""Trains the SentencePiece vocabulary: `vocabulary.py DATA WORK` writes WORK/spiece.model.

Unigram, English and Korean in equal parts, byte fallback, nmt_nfkc. The questions `<sentiment>`,
`<topics>` and `<summary>` are user-defined symbols, so one piece each. The words of the answers are
ordinary pieces; they are put in often enough to be kept whole.
"""
import csv
import json
import random
import sys
from pathlib import Path

import sentencepiece

import sources
from prepare import TAXONOMY, is_kept

SIZE = 16384
PER_LANGUAGE = 220_000
PLAIN = 40_000


def main():
    data, work = Path(sys.argv[1]), Path(sys.argv[2])
    chance = random.Random(3)
    texts = {"en": [], "ko": []}
    with open(work / "examples.jsonl", encoding="utf-8") as file:
        for line in file:
            example = json.loads(line)
            if not example["stream"].startswith("pack"):
                texts[example["language"]].append(example["text"][:1000])
    corpus = []
    for name in sorted(texts):
        plain = list(sources.lines(data / f"more/plain_{name}.txt.zst"))
        plain = [text[:400] for text in chance.sample(plain, PLAIN) if not is_kept(text)]
        corpus += chance.sample(texts[name], min(PER_LANGUAGE, len(texts[name]))) + plain
    with open(TAXONOMY, encoding="utf-8") as file:
        words = [row["topic"] for row in csv.DictReader(file)]
    words += ["positive", "negative", "neutral", "none"]
    corpus += [f"{word} {chance.choice(words)}" for word in words for _ in range(400)]
    chance.shuffle(corpus)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus), model_prefix=str(work / "spiece"), vocab_size=SIZE,
        model_type="unigram", byte_fallback=True, character_coverage=0.9995,
        normalization_rule_name="nmt_nfkc", pad_id=0, eos_id=1, unk_id=2, bos_id=-1,
        user_defined_symbols=["<sentiment>", "<topics>", "<summary>"],
        max_sentence_length=8000, num_threads=2, minloglevel=1)
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(work / "spiece.model"))
    split = [word for word in words if len(pieces.encode(word)) > 1]
    print(pieces.get_piece_size(), "pieces; answers of more than one piece:", split)


if __name__ == "__main__":
    main()
