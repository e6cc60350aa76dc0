#!/usr/bin/env python3
"""Measures the difference between int8 and float32 in Winnow and CTranslate2, on the same weights.

    python3 tests/parity/accuracy.py --texts FILE [--winnow build/winnow] [--model DIR ...]
        [--random] [--spiece FILE] [--prefix TEXT] [--prompt 'Review: {text}'] [--count 1000]
        [--targets 200] [--max-tokens 32]

FILE has one text a line; `-` is standard input. A model is a Hugging Face directory with safetensors
and spiece.model. --random adds a random model in the shape of flan-t5-small (v1.1) with the
vocabulary of --spiece or a made-up one. Winnow's float32, which parity.py compares with transformers,
is the reference. Its greedy outputs, of at most --max-tokens tokens, are the targets that all engines
score. README.md in this folder explains the columns.
"""
import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile

import sentencepiece

import parity

try:
    import ctranslate2
    from ctranslate2 import converters
except ImportError:
    ctranslate2 = None

START, END = "<pad>", "</s>"


def read_texts(path, count, prompt):
    with open(0 if path == "-" else path, encoding="utf-8", errors="replace") as file:
        lines = (" ".join(line.split()) for line in file)
        texts = [prompt.replace("{text}", line) for line in lines if line]
    return texts[:count]


class Winnow:
    def __init__(self, program, model, precision, prefix):
        self.common = ["--model", model, "--precision", precision, "--prefix", prefix]
        self.program, self.name = program, f"winnow {precision}"

    def generate(self, texts, most):
        return parity.winnow([self.program, "generate", "--max-tokens", str(most)] + self.common,
                             texts)

    def score(self, texts, targets):
        lines = [f"{text}\t{target}" for text, target in zip(texts, targets)]
        rows = parity.winnow([self.program, "score", "--each"] + self.common, lines)
        return [[float(x) for x in row.split()] for row in rows]


class CTranslate2:
    def __init__(self, source, folder, compute_type, prefix):
        self.name = f"ctranslate2 {compute_type}"
        self.spiece = sentencepiece.SentencePieceProcessor(
            model_file=os.path.join(source, "spiece.model"))
        self.prefix = self.pieces(prefix)
        if self.prefix and self.spiece.id_to_piece(self.spiece.piece_to_id(prefix)) == prefix:
            self.prefix = [prefix]  # a symbol of the vocabulary has no preceding space
        self.translator = ctranslate2.Translator(convert(source, folder), device="cpu",
                                                 compute_type=compute_type, intra_threads=2)

    def pieces(self, text):
        return self.spiece.encode(text, out_type=str) if text else []

    def generate(self, texts, most):
        inputs = [self.pieces(text) + [END] for text in texts]
        results = self.translator.translate_batch(
            inputs, [self.prefix] * len(inputs), beam_size=1, max_batch_size=2048,
            batch_type="tokens", max_decoding_length=len(self.prefix) + most,
            max_input_length=0)
        return [self.text(result.hypotheses[0][len(self.prefix):]) for result in results]

    def text(self, pieces):
        ids = [self.spiece.piece_to_id(piece) for piece in pieces]
        return self.spiece.decode(ids).replace("\n", " ").replace("\r", " ")

    def score(self, texts, targets):
        rows = self.translator.score_batch(
            [self.pieces(text) + [END] for text in texts],
            [self.prefix + self.pieces(target) for target in targets],  # the engine adds the end mark
            max_batch_size=2048, batch_type="tokens", max_input_length=0)
        return [row.log_probs[len(self.prefix):] for row in rows]


def convert(source, folder):
    """Converts the directory for CTranslate2, in float32; CTranslate2 quantizes when it loads the model."""

    class Converter(converters.TransformersConverter):
        def load_model(self, *arguments, **settings):
            model = super().load_model(*arguments, **settings)
            # transformers 5 treats every T5 as tied, and the converter scales the output of tied models.
            model.config.tie_word_embeddings = getattr(model.config, "scale_decoder_outputs",
                                                       model.config.tie_word_embeddings)
            return model

        def load_tokenizer(self, tokenizer_class, path, **settings):
            # Adds no names for rows without a piece, because the converter does.
            return super().load_tokenizer(tokenizer_class, path, extra_ids=0, **settings)

    output = os.path.join(folder, "ctranslate2")
    if not os.path.isdir(output):
        Converter(source).convert(output, quantization="float32")
    return output


def cut(rows, ended):
    return [row if keep else row[:-1] for row, keep in zip(rows, ended)]


def compare(name, reference, outputs, others, expected, texts):
    """Prints a line of the table: `outputs` and `others` compared with those of the reference."""
    differences = [abs(a - b) for row, wanted in zip(others, reference)
                   for a, b in zip(row, wanted, strict=True)]
    sums = [abs(sum(row) - sum(wanted)) / len(wanted) for row, wanted in zip(others, reference)]
    equal = sum(a == b for a, b in zip(outputs, expected))
    differences.sort()
    print(f"  {name:20} {statistics.mean(differences):11.4f} {statistics.median(differences):9.4f} "
          f"{differences[len(differences) * 99 // 100]:9.4f} {statistics.mean(sums):11.4f} "
          f"{100 * equal / len(texts):9.1f} %", flush=True)


def measure(options, name, source, folder):
    texts = options.lines
    program = os.path.abspath(options.winnow)
    model = os.path.join(folder, "model.winnow")
    parity.winnow([program, "model", "import", source, model], [])
    exact = Winnow(program, model, "f32", options.prefix)
    expected = exact.generate(texts, options.max_tokens)
    scored = [(text, target) for text, target in zip(texts, expected) if target][:options.targets]
    inputs, targets = [text for text, _ in scored], [target for _, target in scored]
    reference = exact.score(inputs, targets)
    # A truncated output has no end mark, so the end mark that scoring adds is ignored.
    ended = [len(row) <= options.max_tokens for row in reference]
    reference = cut(reference, ended)
    tokens = [value for row in reference for value in row]
    print(f"{name}: {len(texts)} texts, {len(set(expected))} different outputs; {len(targets)} "
          f"targets scored, {len(tokens)} tokens, mean log-probability "
          f"{statistics.mean(tokens):.3f}")
    print(f"  {'':20} {'mean |d|':>11} {'median':>9} {'99 in 100':>9} {'of targets':>11} "
          f"{'greedy equal':>11}")
    engines = [Winnow(program, model, "int8", options.prefix)]
    if ctranslate2:
        engines += [CTranslate2(source, folder, kind, options.prefix)
                    for kind in ("float32", "int8")]
    for engine in engines:
        compare(engine.name, reference, engine.generate(texts, options.max_tokens),
                cut(engine.score(inputs, targets), ended), expected, texts)


def make_random(folder, spiece):
    """Writes a random model in the shape of flan-t5-small, with logits as spread as in parity.py."""
    if spiece:
        shutil.copy(spiece, os.path.join(folder, "spiece.model"))
        size = 32128
    else:
        parity.make_vocabulary(folder)
        size = 512
    shape = parity.Shape("random", 11, True, 512, 64, 6, 1024, 8, 8, vocabulary=size)
    _, source = parity.make_model(shape, os.path.join(folder, "spiece.model"), folder)
    with open(os.path.join(source, "tokenizer_config.json"), "w", encoding="utf-8") as file:
        json.dump({"tokenizer_class": "T5Tokenizer", "extra_ids": 0, "pad_token": START,
                   "eos_token": END, "unk_token": "<unk>"}, file)
    return source


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--winnow", default="build/winnow")
    parser.add_argument("--texts", required=True)
    parser.add_argument("--model", action="append", default=[])
    parser.add_argument("--random", action="store_true")
    parser.add_argument("--spiece")
    parser.add_argument("--prefix", default="")
    parser.add_argument("--prompt", default="{text}")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--targets", type=int, default=200)
    parser.add_argument("--max-tokens", type=int, default=32)
    options = parser.parse_args()
    options.lines = read_texts(options.texts, options.count, options.prompt)
    if not options.lines:
        sys.exit(f"{options.texts}: no texts")
    if not ctranslate2:
        print("ctranslate2 is not installed: only Winnow is measured")
    if options.random:
        with tempfile.TemporaryDirectory() as folder:
            measure(options, "random, flan-t5-small's shape", make_random(folder, options.spiece),
                    folder)
    for source in options.model:
        with tempfile.TemporaryDirectory() as folder:
            measure(options, source, source, folder)


if __name__ == "__main__":
    main()
