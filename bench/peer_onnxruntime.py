"""peer_onnxruntime.py MODEL - the ONNX Runtime worker of peers.py; see "The workers" there.

Decodes batches of texts of equal length greedily. Values stay in ONNX Runtime between steps
(I/O binding); the arg-max is part of the graph.
"""
import os

import numpy as np
import onnxruntime

import peer_worker

HALF = 511  # index in the bias tables of key = query


def open_graph(path, threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def open_model(folder):
    for graph in ("encoder.onnx", "decoder.onnx"):
        open_graph(os.path.join(folder, graph), 1)


def read_tokens(path, spiece):
    import sentencepiece
    processor = sentencepiece.SentencePieceProcessor(model_file=spiece)
    with open(path, encoding="utf-8") as file:
        return [processor.encode(line) + [1] for line in file.read().splitlines()]


class Load:
    def __init__(self, folder, threads, inputs):
        self.encoder = open_graph(os.path.join(folder, "encoder.onnx"), threads)
        self.decoder = open_graph(os.path.join(folder, "decoder.onnx"), threads)
        self.inputs = inputs
        self.tokens = np.ascontiguousarray(inputs, np.int64)
        length = self.tokens.shape[1]
        table = np.load(os.path.join(folder, "encoder_bias.npy"))
        places = np.arange(length)
        self.bias = np.ascontiguousarray(table[None, :, places[None] - places[:, None] + HALF])
        self.steps = np.load(os.path.join(folder, "decoder_bias.npy"))[None, :, None]
        self.layers = sum(v.name.startswith("past_k") for v in self.decoder.get_inputs())
        self.caches = [f"{kind}{i}" for i in range(self.layers) for kind in "kv"]
        self.results = [v.name for v in self.decoder.get_outputs()]
        self.values = {}

    def encode(self, binding):
        """Encodes, and leaves cross-attention keys and values bound."""
        encoder = self.encoder.io_binding()
        encoder.bind_cpu_input("tokens", self.tokens)
        encoder.bind_cpu_input("bias", self.bias)
        for cache in self.caches:
            encoder.bind_output("cross_" + cache)
        self.encoder.run_with_iobinding(encoder)
        for cache, value in zip(self.caches, encoder.get_outputs()):
            binding.bind_ortvalue_input("cross_" + cache, value)

    def run(self, output):
        """Decodes a fixed number of tokens; the end mark does not stop it."""
        batch, heads = len(self.tokens), self.bias.shape[1]
        binding = self.decoder.io_binding()
        self.encode(binding)
        binding.bind_cpu_input("token", np.zeros((batch, 1), np.int64))
        empty = np.zeros((batch, heads, 0, 64), np.float32)
        for cache in self.caches:
            binding.bind_cpu_input("past_" + cache, empty)
        outputs = []
        for step in range(output):
            bias = np.ascontiguousarray(self.steps[..., HALF - step:])
            binding.bind_cpu_input("bias", bias)
            binding.clear_binding_outputs()
            for name in self.results:
                binding.bind_output(name)
            self.decoder.run_with_iobinding(binding)
            self.values = dict(zip(self.results, binding.get_outputs()))
            binding.bind_ortvalue_input("token", self.values["next"])
            for cache in self.caches:
                binding.bind_ortvalue_input("past_" + cache, self.values["present_" + cache])
            outputs.append(self.values["next"].numpy())
        return sum(map(len, outputs))

    def logits(self):
        """The logits of the last step."""
        return self.values["logits"].numpy()


def open_load(folder, threads, _replicas, _beam, _batch_tokens, texts):
    return Load(folder, threads, read_tokens(texts, os.path.join(folder, "../spiece.model")))


if __name__ == "__main__":
    peer_worker.serve(open_model, open_load)
