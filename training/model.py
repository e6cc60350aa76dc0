"""A T5 v1.1 encoder-decoder with the parameter names of transformers.

It has only what training needs: no cache, no generation. One encoder row can serve several decoder rows; `owner` is the encoder
row of each decoder row.
"""
import math
from dataclasses import asdict, dataclass

import torch
from torch import nn
from torch.nn import functional as F

# Initial scales: the output of a layer must be small compared with the embedding. With embeddings of 0.1 and layers at full scale,
# random mixtures mask the words, and the model hardly learns.
EMBEDDING, BRANCH = 0.5, 0.1
# Initially, the encoder's heads attend to the previous piece, the next piece, both, and all pieces.
INITIAL_BIAS = 3.0


@dataclass
class Shape:
    vocab_size: int = 32768
    d_model: int = 256
    d_kv: int = 64
    num_heads: int = 4
    d_ff: int = 768
    num_layers: int = 2
    num_decoder_layers: int = 1
    relative_attention_num_buckets: int = 32
    relative_attention_max_distance: int = 128

    def config(self):
        """The contents of config.json for transformers."""
        return {
            "architectures": ["T5ForConditionalGeneration"], "model_type": "t5", **asdict(self),
            "feed_forward_proj": "gated-gelu", "dense_act_fn": "gelu_new", "is_gated_act": True,
            "is_encoder_decoder": True, "tie_word_embeddings": True, "layer_norm_epsilon": 1e-6,
            "dropout_rate": 0.0, "initializer_factor": 1.0, "use_cache": True,
            "pad_token_id": 0, "eos_token_id": 1, "decoder_start_token_id": 0,
            "torch_dtype": "float32",
        }


class Norm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return F.rms_norm(x, (x.shape[-1],), self.weight, 1e-6)


def buckets(query_length, key_length, shape, bidirectional):
    """Relative position buckets of T5."""
    count, limit = shape.relative_attention_num_buckets, shape.relative_attention_max_distance
    distance = torch.arange(key_length)[None, :] - torch.arange(query_length)[:, None]
    result = torch.zeros_like(distance)
    if bidirectional:
        count //= 2
        result += (distance > 0).long() * count
        distance = distance.abs()
    else:
        distance = -distance.clamp(max=0)
    exact = count // 2
    large = exact + (torch.log(distance.clamp(min=1).float() / exact) / math.log(limit / exact)
                     * (count - exact)).long()
    return result + torch.where(distance < exact, distance, large.clamp(max=count - 1))


class Attention(nn.Module):
    def __init__(self, shape, has_bias=False):
        super().__init__()
        self.heads, self.width = shape.num_heads, shape.d_kv
        inner = shape.num_heads * shape.d_kv
        self.q = nn.Linear(shape.d_model, inner, bias=False)
        self.k = nn.Linear(shape.d_model, inner, bias=False)
        self.v = nn.Linear(shape.d_model, inner, bias=False)
        self.o = nn.Linear(inner, shape.d_model, bias=False)
        nn.init.normal_(self.q.weight, std=0.5 * (shape.d_model * shape.d_kv) ** -0.5)
        nn.init.normal_(self.k.weight, std=shape.d_model ** -0.5)
        nn.init.normal_(self.v.weight, std=shape.d_model ** -0.5)
        nn.init.normal_(self.o.weight, std=BRANCH * inner ** -0.5)
        if has_bias:
            self.relative_attention_bias = nn.Embedding(
                shape.relative_attention_num_buckets, shape.num_heads)
            nn.init.normal_(self.relative_attention_bias.weight, std=shape.d_model ** -0.5)

    def split(self, x):
        return x.view(x.shape[0], x.shape[1], self.heads, self.width).transpose(1, 2)

    def forward(self, x, memory, mask):
        q, k, v = self.split(self.q(x)), self.split(self.k(memory)), self.split(self.v(memory))
        # Written out, because scaled_dot_product_attention with a mask that needs a gradient takes twice the time on a CPU.
        out = (q @ k.transpose(-1, -2) + mask.to(q.dtype)).softmax(-1).to(v.dtype) @ v
        return self.o(out.transpose(1, 2).reshape(x.shape[0], x.shape[1], -1))


class FeedForward(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.wi_0 = nn.Linear(shape.d_model, shape.d_ff, bias=False)
        self.wi_1 = nn.Linear(shape.d_model, shape.d_ff, bias=False)
        self.wo = nn.Linear(shape.d_ff, shape.d_model, bias=False)
        nn.init.normal_(self.wi_0.weight, std=shape.d_model ** -0.5)
        nn.init.normal_(self.wi_1.weight, std=shape.d_model ** -0.5)
        nn.init.normal_(self.wo.weight, std=BRANCH * shape.d_ff ** -0.5)

    def forward(self, x):
        return self.wo(F.gelu(self.wi_0(x), approximate="tanh") * self.wi_1(x))


def sublayer(name, module, shape):
    part = nn.Module()
    setattr(part, name, module)
    part.layer_norm = Norm(shape.d_model)
    return part


class Block(nn.Module):
    dropout = 0.0   # of the output of a sublayer, in training

    def __init__(self, shape, is_decoder, has_bias):
        super().__init__()
        layers = [sublayer("SelfAttention", Attention(shape, has_bias), shape)]
        if is_decoder:
            layers.append(sublayer("EncDecAttention", Attention(shape), shape))
        layers.append(sublayer("DenseReluDense", FeedForward(shape), shape))
        self.layer = nn.ModuleList(layers)

    def drop(self, x):
        return F.dropout(x, self.dropout, self.training)

    def forward(self, x, mask, memory=None, memory_mask=None):
        part = self.layer[0]
        normed = part.layer_norm(x)
        x = x + self.drop(part.SelfAttention(normed, normed, mask))
        if memory is not None:
            part = self.layer[1]
            x = x + self.drop(part.EncDecAttention(part.layer_norm(x), memory, memory_mask))
        part = self.layer[-1]
        return x + self.drop(part.DenseReluDense(part.layer_norm(x)))


class Stack(nn.Module):
    def __init__(self, shape, is_decoder):
        super().__init__()
        depth = shape.num_decoder_layers if is_decoder else shape.num_layers
        self.shape, self.is_decoder = shape, is_decoder
        self.block = nn.ModuleList(Block(shape, is_decoder, i == 0) for i in range(depth))
        self.final_layer_norm = Norm(shape.d_model)
        if depth and not is_decoder:
            self.look_around()

    @torch.no_grad()
    def look_around(self):
        table = self.block[0].layer[0].SelfAttention.relative_attention_bias.weight
        half = self.shape.relative_attention_num_buckets // 2
        table.zero_()
        table[1, 0] = table[half + 1, 1] = INITIAL_BIAS
        for distance in (1, 2, 3):
            table[distance, 2] = table[half + distance, 2] = INITIAL_BIAS / 2

    def position_bias(self, length):
        table = self.block[0].layer[0].SelfAttention.relative_attention_bias
        where = buckets(length, length, self.shape, not self.is_decoder).to(table.weight.device)
        return table(where).permute(2, 0, 1)[None]

    def forward(self, x, keep, memory=None, memory_keep=None):
        """`keep` is true at positions with text and false at padding."""
        if not self.block:
            return self.final_layer_norm(x)
        low = -1e4
        mask = self.position_bias(x.shape[1]) + (~keep)[:, None, None, :] * low
        if self.is_decoder:
            mask = mask + torch.full((x.shape[1],) * 2, low, device=x.device).triu(1)
        memory_mask = None if memory is None else (~memory_keep)[:, None, None, :] * low
        for block in self.block:
            x = block(x, mask, memory, memory_mask)
        return self.final_layer_norm(x)


class Model(nn.Module):
    """The output layer is the embedding, scaled by 1 / sqrt(width) as T5 v1.0 does."""

    def __init__(self, shape):
        super().__init__()
        self.shape_of = shape
        self.shared = nn.Embedding(shape.vocab_size, shape.d_model)
        self.encoder = Stack(shape, is_decoder=False)
        self.decoder = Stack(shape, is_decoder=True)
        nn.init.normal_(self.shared.weight, std=EMBEDDING)

    def encode(self, text):
        return self.encoder(self.shared(text), text != 0)

    def decode(self, prefix, length, memory, text):
        """The states at all positions of `prefix`, for logits(). Row i has length[i] positions; the rest is padding."""
        keep = torch.arange(prefix.shape[1], device=prefix.device)[None] < length[:, None]
        return self.decoder(self.shared(prefix), keep, memory, text != 0)

    def logits(self, states, pieces=None):
        """The logits of all pieces, or of the given ones."""
        rows = self.shared.weight if pieces is None else self.shared(pieces)
        return states @ rows.T * self.shape_of.d_model ** -0.5
