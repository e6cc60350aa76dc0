#!/usr/bin/env python3
"""Writes tests/unit/data/: two tiny random T5 models and their outputs in transformers.

    python3 tests/parity/record.py

The C tests check the engine's arithmetic against these files, without Python. `vectors.tsv` has one
case a line: model, kind, input, target or requested output, expected number or text.
"""
import os
import shutil

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import sentencepiece
import torch

import parity

FOLDER = os.path.join(os.path.dirname(__file__), "..", "unit", "data")
SHAPES = [
    parity.Shape("tiny-gated", 11, True, 24, 8, 3, 40, 2, 3, buckets=8, distance=20),
    parity.Shape("tiny-tied", 15, False, 32, 6, 4, 48, 3, 1, tied=True),
]
MIN_MARGIN = 0.003  # choices with a smaller margin are not recorded


def make_vocabulary(folder):
    # The trainer writes its paths into the model; file names without a folder keep paths out of it.
    started_in = os.getcwd()
    os.chdir(folder)
    text = "text.txt"
    with open(text, "w", encoding="utf-8") as file:
        file.write("\n".join(parity.sentences(0, 4000, 12)))
    # The file is small without normalization; the tokenizer has its own tests.
    sentencepiece.SentencePieceTrainer.train(
        input=text, model_prefix="spiece", vocab_size=160,
        model_type="unigram", character_coverage=1.0, pad_id=0, eos_id=1, unk_id=2, bos_id=-1,
        hard_vocab_limit=False, normalization_rule_name="identity", minloglevel=2,
        user_defined_symbols=["<task>"])
    os.remove(text)
    os.remove("spiece.vocab")
    os.chdir(started_in)
    return os.path.join(folder, "spiece.model")


def margin(reference, text, ids):
    _, rows = reference.log_probabilities(text, ids)
    best = torch.topk(rows, 2).values
    return (best[:, 0] - best[:, 1]).min().item()


def record(shape, reference, file):
    def case(*cells):
        file.write("\t".join((shape.name,) + cells) + "\n")

    texts = parity.sentences(shape.seed, 8, 12) + parity.sentences(shape.seed + 1, 1, 90) + [""]
    targets = parity.sentences(shape.seed + 2, len(texts), 5)
    for text, target in zip(texts, targets):
        case("score", text, target, f"{reference.score(text, target):.6f}")
        task = [reference.spiece.piece_to_id("<task>")]
        ids = reference.spiece.encode(target) + [1]
        values, _ = reference.log_probabilities(text, task + ids)
        case("score-after-task", text, target, f"{values[1:].sum().item():.6f}")
        ids = reference.generate(text, num_beams=1, max_new_tokens=12)
        if margin(reference, text, ids) > MIN_MARGIN:
            case("greedy", text, "12", reference.text(parity.until_end(ids)))
        ids = reference.generate(text, num_beams=1, max_new_tokens=12, no_repeat_ngram_size=2)
        case("no-repeat-2", text, "12", reference.text(parity.until_end(ids)))
        ids = reference.generate(text, num_beams=1, max_new_tokens=12, min_new_tokens=6)
        case("least-6", text, "12", reference.text(parity.until_end(ids)))
        for beam, penalty in ((4, 1.0), (3, 0.4)):
            ids = reference.generate(text, num_beams=beam, max_new_tokens=10,
                                     length_penalty=penalty, early_stopping=False)
            case(f"beam-{beam}", text, f"{penalty}", reference.text(parity.until_end(ids)))


def main():
    torch.set_num_threads(1)
    os.makedirs(FOLDER, exist_ok=True)
    spiece = make_vocabulary(FOLDER)
    size = sentencepiece.SentencePieceProcessor(model_file=spiece).get_piece_size()
    with open(os.path.join(FOLDER, "vectors.tsv"), "w", encoding="utf-8") as file:
        for shape in SHAPES:
            shape.vocabulary = size
            shutil.rmtree(os.path.join(FOLDER, shape.name), ignore_errors=True)
            model, source = parity.make_model(shape, spiece, FOLDER)
            os.remove(os.path.join(source, "generation_config.json"))
            record(shape, parity.Reference(model, spiece), file)
    os.remove(spiece)


if __name__ == "__main__":
    main()
