"""peer_onnx_model.py - exports a T5 as two ONNX graphs of the fast operators of ONNX Runtime.

encoder.onnx: tokens to the cross-attention keys and values of every decoder layer.
decoder.onnx: one greedy step: a token and the self-attention cache to the next token and cache.
Linear layers are int8 with one scale for each column, DynamicQuantizeMatMul: the result of quantize_dynamic
(per channel) after ONNX Runtime has fused it. Products of the same input are joined. Attention is
the fused MultiHeadAttention; the relative bias is an input, computed once for each length.
"""
import os

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = [helper.make_opsetid("", 18), helper.make_opsetid("com.microsoft", 1)]


class Graph:
    def __init__(self, config):
        self.config = config
        self.nodes, self.weights, self.inputs, self.outputs = [], [], [], []
        self.count = 0

    def node(self, operator, inputs, outputs=1, domain="", **attributes):
        self.count += 1
        names = [f"v{self.count}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(operator, inputs, names, domain=domain, **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, array):
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def input(self, name, kind, shape):
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, value, name, kind, shape):
        self.nodes.append(helper.make_node("Identity", [value], [name]))
        self.outputs.append(helper.make_tensor_value_info(name, kind, shape))

    def linear(self, x, *layers):
        """One int8 product for all layers; a list if there are several results."""
        weight = np.concatenate([layer.weight.detach().numpy() for layer in layers]).T
        scale = np.abs(weight).max(axis=0) / 127
        values = np.round(weight / scale).astype(np.int8)
        y = self.node("DynamicQuantizeMatMul",
                      [x, self.constant(values), self.constant(scale.astype(np.float32))],
                      domain="com.microsoft")
        if len(layers) == 1:
            return y
        sizes = self.constant(np.array([layer.out_features for layer in layers], np.int64))
        return self.node("Split", [y, sizes], len(layers), axis=-1)

    def norm(self, x, layer):
        return self.node("SimplifiedLayerNormalization",
                         [x, self.constant(layer.weight.detach().numpy())], axis=-1,
                         epsilon=layer.variance_epsilon)

    def add_norm(self, x, y, layer):
        """x + y and its norm."""
        normed, _, _, total = self.node(
            "SkipSimplifiedLayerNormalization",
            [x, y, self.constant(layer.weight.detach().numpy())], 4, domain="com.microsoft",
            epsilon=layer.variance_epsilon)
        return total, normed

    def attention(self, inputs, outputs=1):
        return self.node("MultiHeadAttention", inputs, outputs, domain="com.microsoft",
                         num_heads=self.config.num_heads, scale=1.0)

    def feed_forward(self, x, layer):
        gate, up = self.linear(x, layer.wi_0, layer.wi_1)
        gate = self.node("FastGelu", [gate], domain="com.microsoft")
        return self.linear(self.node("Mul", [gate, up]), layer.wo)

    def heads_first(self, x):
        """[batch][length][heads * 64] to [batch][heads][length][64]."""
        shape = self.constant(np.array([0, 0, self.config.num_heads, self.config.d_kv], np.int64))
        return self.node("Transpose", [self.node("Reshape", [x, shape])], perm=[0, 2, 1, 3])

    def save(self, path):
        graph = helper.make_graph(self.nodes, "t5", self.inputs, self.outputs, self.weights)
        onnx.save(helper.make_model(graph, opset_imports=OPSET, ir_version=9), path)


def make_encoder(model, path):
    config = model.config
    graph = Graph(config)
    heads, size = config.num_heads, config.d_kv
    tokens = graph.input("tokens", TensorProto.INT64, ["batch", "length"])
    bias = graph.input("bias", TensorProto.FLOAT, [1, heads, "length", "length"])
    blocks = [block.layer for block in model.encoder.block]
    x = graph.node("Gather", [graph.constant(model.shared.weight.detach().numpy()), tokens])
    normed = graph.norm(x, blocks[0][0].layer_norm)
    following = [block[0].layer_norm for block in blocks[1:]] + [model.encoder.final_layer_norm]
    for (attention, feed_forward), next_norm in zip(blocks, following):
        own = attention.SelfAttention
        query, key, value = graph.linear(normed, own.q, own.k, own.v)
        context = graph.attention([query, key, value, "", "", bias])
        x, normed = graph.add_norm(x, graph.linear(context, own.o), feed_forward.layer_norm)
        x, normed = graph.add_norm(
            x, graph.feed_forward(normed, feed_forward.DenseReluDense), next_norm)
    graph.output(normed, "states", TensorProto.FLOAT, ["batch", "length", config.d_model])
    for i, block in enumerate(model.decoder.block):
        cross = block.layer[1].EncDecAttention
        for kind, value in zip("kv", graph.linear(normed, cross.k, cross.v)):
            graph.output(graph.heads_first(value), f"cross_{kind}{i}", TensorProto.FLOAT,
                         ["batch", heads, "length", size])
    graph.save(path)


def make_decoder(model, path):
    config = model.config
    graph = Graph(config)
    heads, size = config.num_heads, config.d_kv
    token = graph.input("token", TensorProto.INT64, ["batch", 1])
    bias = graph.input("bias", TensorProto.FLOAT, [1, heads, 1, "position"])
    past, cross = [], []
    for i in range(config.num_decoder_layers):
        past.append([graph.input(f"past_{kind}{i}", TensorProto.FLOAT,
                                 ["batch", heads, "past", size]) for kind in "kv"])
        cross.append([graph.input(f"cross_{kind}{i}", TensorProto.FLOAT,
                                  ["batch", heads, "length", size]) for kind in "kv"])
    blocks = [block.layer for block in model.decoder.block]
    x = graph.node("Gather", [graph.constant(model.shared.weight.detach().numpy()), token])
    normed = graph.norm(x, blocks[0][0].layer_norm)
    following = [block[0].layer_norm for block in blocks[1:]] + [model.decoder.final_layer_norm]
    for i, ((attention, looking, feed_forward), next_norm) in enumerate(zip(blocks, following)):
        own = attention.SelfAttention
        query, key, value = graph.linear(normed, own.q, own.k, own.v)
        context, *present = graph.attention([query, key, value, "", "", bias, *past[i]], 3)
        for kind, cache in zip("kv", present):
            graph.output(cache, f"present_{kind}{i}", TensorProto.FLOAT,
                         ["batch", heads, "position", size])
        x, normed = graph.add_norm(x, graph.linear(context, own.o), looking.layer_norm)
        query = graph.linear(normed, looking.EncDecAttention.q)
        context = graph.attention([query, *cross[i]])
        x, normed = graph.add_norm(x, graph.linear(context, looking.EncDecAttention.o),
                                   feed_forward.layer_norm)
        x, normed = graph.add_norm(
            x, graph.feed_forward(normed, feed_forward.DenseReluDense), next_norm)
    logits = graph.linear(normed, model.lm_head)
    graph.output(logits, "logits", TensorProto.FLOAT, ["batch", 1, config.vocab_size])
    graph.output(graph.node("ArgMax", [logits], axis=-1, keepdims=0), "next", TensorProto.INT64,
                 ["batch", 1])
    graph.save(path)


def save_biases(model, folder):
    """encoder [heads][1023] by key - query + 511, decoder [heads][512] by key - query + 511."""
    import torch
    distance = torch.arange(-511, 512)
    for name, stack in (("encoder", model.encoder), ("decoder", model.decoder)):
        own = stack.block[0].layer[0].SelfAttention
        bucket = own._relative_position_bucket(
            distance, bidirectional=name == "encoder",
            num_buckets=own.relative_attention_num_buckets,
            max_distance=own.relative_attention_max_distance)
        table = own.relative_attention_bias.weight.detach()[bucket].T.numpy()
        np.save(os.path.join(folder, name + "_bias.npy"), table if name == "encoder"
                else table[:, :512])


def check_export(model, folder):
    """Compares the graphs with `transformers`. The tolerance allows for int8 with one activation scale for each tensor on
    random weights, but detects a wrong operator."""
    import torch
    from peer_onnxruntime import Load
    pieces = np.random.default_rng(1).integers(5, 30000, (2, 24))
    load = Load(folder, threads=1, inputs=pieces)
    load.run(1)
    with torch.no_grad():
        expected = model(input_ids=torch.from_numpy(pieces),
                         decoder_input_ids=torch.zeros((2, 1), dtype=torch.long)).logits.numpy()
    alike = np.corrcoef(expected.ravel(), load.logits().ravel())[0, 1]
    if alike < 0.95:
        raise SystemExit(f"{folder}: logits and those of transformers correlate by {alike:.4f}")


def export_for_onnxruntime(model, folder):
    os.makedirs(folder, exist_ok=True)
    make_encoder(model, os.path.join(folder, "encoder.onnx"))
    make_decoder(model, os.path.join(folder, "decoder.onnx"))
    save_biases(model, folder)
    check_export(model, folder)
