"""Writes a T5 of transformers as GGUF, with the names and settings of llama.cpp's converter."""
import re

import gguf
import numpy
from sentencepiece import sentencepiece_model_pb2

PARTS = {"SelfAttention.q": "attn_q", "SelfAttention.k": "attn_k", "SelfAttention.v": "attn_v",
         "SelfAttention.o": "attn_o", "EncDecAttention.q": "cross_attn_q",
         "EncDecAttention.k": "cross_attn_k", "EncDecAttention.v": "cross_attn_v",
         "EncDecAttention.o": "cross_attn_o", "DenseReluDense.wi_0": "ffn_gate",
         "DenseReluDense.wi_1": "ffn_up", "DenseReluDense.wi": "ffn_up",
         "DenseReluDense.wo": "ffn_down", "SelfAttention.relative_attention_bias": "attn_rel_b"}
NORMS = {"encoder": ["attn_norm", "ffn_norm"],
         "decoder": ["attn_norm", "cross_attn_norm", "ffn_norm"]}
LAYER = re.compile(r"(encoder|decoder)\.block\.(\d+)\.layer\.(\d+)\.(.+)\.weight")


def name_of(name):
    """The converter's name of a tensor; None for copies of the embedding."""
    if name in ("shared.weight", "lm_head.weight"):
        return {"s": "token_embd.weight", "l": "output.weight"}[name[0]]
    if name.endswith("final_layer_norm.weight"):
        return f"{name[:3]}.output_norm.weight"
    match = LAYER.fullmatch(name)
    if not match:
        return None
    stack, layer, sublayer, part = match.groups()
    part = NORMS[stack][int(sublayer)] if part == "layer_norm" else PARTS[part]
    return f"{stack[:3]}.blk.{layer}.{part}.weight"


def is_quantized(name, values):
    return values.ndim == 2 and "attn_rel_b" not in name


def add_tokenizer(writer, spiece, rows):
    with open(spiece, "rb") as file:
        model = sentencepiece_model_pb2.ModelProto.FromString(file.read())
    fillers = range(len(model.pieces), rows)
    writer.add_tokenizer_model("t5")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([piece.piece for piece in model.pieces]
                          + [f"[PAD{i}]" for i in fillers])
    writer.add_token_scores([piece.score for piece in model.pieces] + [-1000.0] * len(fillers))
    writer.add_token_types([piece.type for piece in model.pieces]
                           + [gguf.TokenType.UNUSED] * len(fillers))
    writer.add_add_space_prefix(model.normalizer_spec.add_dummy_prefix)
    writer.add_remove_extra_whitespaces(model.normalizer_spec.remove_extra_whitespaces)
    if model.normalizer_spec.precompiled_charsmap:
        writer.add_precompiled_charsmap(model.normalizer_spec.precompiled_charsmap)
    writer.add_pad_token_id(0)
    writer.add_eos_token_id(1)


def write(model, spiece, path, kind=gguf.GGMLQuantizationType.F32, tied=False):
    """Writes `model` with matrices of type `kind`; returns the dequantized tensors as float32."""
    config, stored = model.config, {}
    writer = gguf.GGUFWriter(path, "t5")
    writer.add_embedding_length(config.d_model)
    writer.add_feed_forward_length(config.d_ff)
    writer.add_block_count(config.num_layers)
    if config.num_decoder_layers != config.num_layers:
        writer.add_decoder_block_count(config.num_decoder_layers)
    writer.add_head_count(config.num_heads)
    writer.add_key_length(config.d_kv)
    writer.add_value_length(config.d_kv)
    writer.add_layer_norm_eps(config.layer_norm_epsilon)
    writer.add_layer_norm_rms_eps(config.layer_norm_epsilon)
    writer.add_relative_attn_buckets_count(config.relative_attention_num_buckets)
    writer.add_decoder_start_token_id(config.decoder_start_token_id)
    add_tokenizer(writer, spiece, config.vocab_size)
    for name, tensor in model.state_dict().items():
        other = name_of(name)
        if not other or (tied and name == "lm_head.weight"):
            continue
        values = numpy.ascontiguousarray(tensor.float().numpy())
        raw = gguf.GGMLQuantizationType.F32
        if is_quantized(other, values):
            raw = kind
        data = gguf.quantize(values, raw)
        stored[name] = gguf.dequantize(data, raw)
        writer.add_tensor(other, data, raw_dtype=raw)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return stored
