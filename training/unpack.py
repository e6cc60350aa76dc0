"""Extracts a model file: `unpack.py MODEL.winnow WORK` writes WORK/unpacked.pt, WORK/spiece.model and WORK/ngrams.s8.

The repository has the model only as an int8 file. `train.py --initial WORK/unpacked.pt` and student.py continue training from
these weights. The layout is version 2 of docs/MODEL.md.
"""
import struct
import sys
from pathlib import Path

import numpy as np
import torch
from sentencepiece import sentencepiece_model_pb2

from model import Shape

HEADER, ROW, GROUP = 144, 88, 256
BLOCK, STEP = 16, 4      # rows of a block, inputs of a step
GROUPED = 4              # the kind of a section with grouped columns
# enum tokenizer_flag
ADD_PREFIX_SPACE, COLLAPSE_SPACES, ESCAPE_SPACES, BYTE_FALLBACK = 1, 2, 16, 32
PARTS = {"self": "SelfAttention", "cross": "EncDecAttention", "ff": "DenseReluDense"}
NAMES = {"query": "q", "key": "k", "value": "v", "output": "o", "wi": "wi_0", "linear": "wi_1", "wo": "wo"}


def sections(raw):
    """name: (kind, rows, columns, bytes)."""
    found = {}
    for at in range(struct.unpack_from("<I", raw, 48)[0]):
        name, kind, _, rows, columns, offset, size = struct.unpack_from("<48sIIQQQQ", raw, HEADER + ROW * at)
        found[name.split(b"\0")[0].decode()] = kind, rows, columns, raw[offset:offset + size]
    return found


def unpacked(raw, rows, columns):
    """int8 [rows][columns] from blocks of 16 rows: 16 int32, then for every 4 inputs the 4 values of each row."""
    steps = -(-columns // STEP)
    blocks = np.frombuffer(raw, np.int8).reshape(-1, 1 + steps, BLOCK, STEP)[:, 1:]
    return blocks.transpose(0, 2, 1, 3).reshape(-1, steps * STEP)[:rows, :columns]


def matrix(found, name):
    kind, rows, columns, raw = found[f"{name}.s8"]
    width = GROUP if kind == GROUPED else columns
    parts, at = [], 0
    for first in range(0, columns, width):
        some = min(width, columns - first)
        size = -(-rows // BLOCK) * BLOCK * STEP * (1 + -(-some // STEP))
        parts.append(unpacked(raw[at:at + size], rows, some))
        at += size
    scale = np.frombuffer(found[f"{name}.scale"][3], np.float32)
    return torch.from_numpy(np.concatenate(parts, 1) * scale[:, None])


def vector(found, name):
    _, rows, columns, raw = found[name]
    values = torch.from_numpy(np.frombuffer(raw, np.float32).copy())
    return values.view(rows, columns) if name.endswith("bias") else values


def weights(raw):
    """The parameters under the names of transformers, and the shape."""
    found = sections(raw)
    shape = Shape(*(struct.unpack_from("<11I", raw, 52)[at] for at in (6, 0, 1, 3, 2, 4, 5, 7, 8)))
    state = {"shared.weight": matrix(found, "embedding")}
    for stack, depth, parts in (("encoder", shape.num_layers, ("self", "ff")),
                                ("decoder", shape.num_decoder_layers, ("self", "cross", "ff"))):
        state[f"{stack}.final_layer_norm.weight"] = vector(found, f"{stack}.norm")
        state[f"{stack}.block.0.layer.0.SelfAttention.relative_attention_bias.weight"] = vector(
            found, f"{stack}.relative_bias")
        for layer in range(depth):
            for at, part in enumerate(parts):
                place = f"{stack}.block.{layer}.layer.{at}"
                state[f"{place}.layer_norm.weight"] = vector(found, f"{stack}.{layer}.{part}.norm")
                for name in ("wi", "linear", "wo") if part == "ff" else ("query", "key", "value", "output"):
                    state[f"{place}.{PARTS[part]}.{NAMES[name]}.weight"] = matrix(found, f"{stack}.{layer}.{part}.{name}")
    return state, shape


def vocabulary(raw):
    """The bytes of spiece.model from the tables of the tokenizer (inference/tokenizer/vocabulary.h)."""
    found = {name.removeprefix("tokenizer."): part[3] for name, part in sections(raw).items() if name.startswith("tokenizer.")}
    count, _, unknown, end = struct.unpack_from("<2I2i", found["settings"])
    flags, = struct.unpack_from("<I", found["settings"], 32)
    offsets, scores = np.frombuffer(found["offsets"], np.uint32), np.frombuffer(found["scores"], np.float64)
    proto = sentencepiece_model_pb2.ModelProto()
    for at in range(count):
        piece = proto.pieces.add()
        piece.piece = found["pieces"][offsets[at]:offsets[at + 1]].decode("utf-8")
        piece.score, piece.type = scores[at], found["kinds"][at]
    trained, normal = proto.trainer_spec, proto.normalizer_spec
    trained.model_type, trained.byte_fallback = trained.UNIGRAM, bool(flags & BYTE_FALLBACK)
    trained.vocab_size, trained.unk_id, trained.eos_id, trained.pad_id, trained.bos_id = count, unknown, end, 0, -1
    trained.pad_piece, trained.eos_piece = proto.pieces[0].piece, proto.pieces[end].piece
    trained.unk_piece = proto.pieces[unknown].piece
    normal.precompiled_charsmap = found["charsmap"]
    normal.add_dummy_prefix = bool(flags & ADD_PREFIX_SPACE)
    normal.remove_extra_whitespaces = bool(flags & COLLAPSE_SPACES)
    normal.escape_whitespaces = bool(flags & ESCAPE_SPACES)
    return proto.SerializeToString()


def main():
    raw, work = Path(sys.argv[1]).read_bytes(), Path(sys.argv[2])
    state, shape = weights(raw)
    print(shape, sum(t.numel() for t in state.values()), "parameters")
    (work / "spiece.model").write_bytes(vocabulary(raw))
    torch.save({"model": state}, work / "unpacked.pt")
    if "ngrams" in sections(raw):
        (work / "ngrams.s8").write_bytes(sections(raw)["ngrams"][3])


if __name__ == "__main__":
    main()
