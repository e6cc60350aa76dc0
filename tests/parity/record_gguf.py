#!/usr/bin/env python3
"""Records how llama.cpp's Python package `gguf` reads GGUF data, for tests without Python.

    python3 tests/parity/record_gguf.py

tests/unit/data/blocks.tsv has a line for each type of ggml: its name, two blocks of made-up bytes, and
their values as float32 bits. tests/fuzz/corpus/gguf/ gets a T5 of a few kilobytes with matrices in
Q8_0.
"""
import os
import random

import gguf
import numpy

TESTS = os.path.join(os.path.dirname(__file__), "..")
TYPES = ["F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K",
         "Q6_K"]
# Offsets of half-precision numbers in the blocks of a type; these numbers are kept small and finite.
HALVES = {"F16": [0], "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0],
          "Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208]}


def make_block(generator, name):
    size = gguf.GGML_QUANT_SIZES[gguf.GGMLQuantizationType[name]][1]
    block = bytearray(generator.randrange(256) for _ in range(size))
    for place in HALVES.get(name, []):
        block[place:place + 2] = numpy.float16(generator.uniform(-0.1, 0.1)).tobytes()
    return bytes(block)


def record_blocks():
    generator = random.Random(1)
    with open(os.path.join(TESTS, "unit", "data", "blocks.tsv"), "w", encoding="ascii") as file:
        for name in TYPES:
            count = 8 if name in ("F16", "BF16") else 2
            blocks = b"".join(make_block(generator, name) for _ in range(count))
            if name == "BF16":
                blocks = numpy.float32([1, -2.5, 3e-9, 0, -7e20, 0.1, 1e-40, -0.0]).view(
                    numpy.uint16)[1::2].tobytes()
            array = numpy.frombuffer(blocks, numpy.uint8)
            values = gguf.dequantize(array, gguf.GGMLQuantizationType[name])
            bits = values.astype(numpy.float32).view(numpy.uint32).flatten()
            file.write(f"{name}\t{blocks.hex()}\t{' '.join(f'{b:08x}' for b in bits)}\n")


def write_tiny(path):
    """Writes a model with one encoder and one decoder layer, with the names and settings of llama.cpp's converter."""
    numbers = numpy.random.default_rng(7)
    width, hidden, heads, head, pieces = 32, 32, 2, 16, 40
    writer = gguf.GGUFWriter(path, "t5")
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(hidden)
    writer.add_block_count(1)
    writer.add_head_count(heads)
    writer.add_key_length(head)
    writer.add_value_length(head)
    writer.add_layer_norm_eps(1e-6)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_relative_attn_buckets_count(8)
    writer.add_decoder_start_token_id(0)
    tokens = ["<pad>", "</s>", "<unk>", "\u2581"] + [chr(97 + i) for i in range(26)]
    tokens += [f"[PAD{i}]" for i in range(len(tokens), pieces)]
    types = [gguf.TokenType.CONTROL, gguf.TokenType.CONTROL, gguf.TokenType.UNKNOWN]
    types += [gguf.TokenType.NORMAL] * 27 + [gguf.TokenType.UNUSED] * 10
    writer.add_tokenizer_model("t5")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_scores([-float(i) for i in range(pieces)])
    writer.add_token_types(types)
    writer.add_add_space_prefix(True)
    writer.add_remove_extra_whitespaces(True)
    writer.add_pad_token_id(0)
    writer.add_eos_token_id(1)

    def matrix(name, rows, columns):
        values = numbers.normal(0, 0.2, (rows, columns)).astype(numpy.float32)
        kind = gguf.GGMLQuantizationType.Q8_0
        writer.add_tensor(name, gguf.quantize(values, kind), raw_dtype=kind)

    def norm(name):
        writer.add_tensor(name, numpy.ones(width, numpy.float32))

    matrix("token_embd.weight", pieces, width)
    for stack, parts in (("enc", ["attn"]), ("dec", ["attn", "cross_attn"])):
        writer.add_tensor(f"{stack}.blk.0.attn_rel_b.weight",
                          numbers.normal(0, 1, (8, heads)).astype(numpy.float32))
        for part in parts:
            norm(f"{stack}.blk.0.{part}_norm.weight")
            for name in "qkvo":
                matrix(f"{stack}.blk.0.{part}_{name}.weight", width, width)
        norm(f"{stack}.blk.0.ffn_norm.weight")
        for name in ("gate", "up", "down"):
            matrix(f"{stack}.blk.0.ffn_{name}.weight", width, width)
        norm(f"{stack}.output_norm.weight")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main():
    record_blocks()
    corpus = os.path.join(TESTS, "fuzz", "corpus", "gguf")
    os.makedirs(corpus, exist_ok=True)
    write_tiny(os.path.join(corpus, "tiny_q8_0"))


if __name__ == "__main__":
    main()
