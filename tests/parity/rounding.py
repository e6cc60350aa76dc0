#!/usr/bin/env python3
"""Measures the cost of rounding to int8: a T5 in transformers with rounded weights, inputs, or both.

    python3 tests/parity/rounding.py MODEL [--count N]

MODEL is a Hugging Face directory. Encoder inputs and decoder prefixes are random tokens. Prints the mean
absolute difference of the log-probability of the float32 model's best next token, and how often
that token stays the best. The rounding follows docs/MODEL.md, "int8", without attention; accuracy.py
measures the engine itself.
"""
import argparse
import json
import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import safetensors.torch
import torch
import transformers


def open_model(folder):
    config = transformers.T5Config.from_pretrained(folder)
    model = transformers.T5ForConditionalGeneration(config).eval()
    weights = safetensors.torch.load_file(os.path.join(folder, "model.safetensors"))
    if "lm_head.weight" in weights:  # newer versions tie the weights in spite of the configuration
        model.lm_head.weight = torch.nn.Parameter(torch.empty_like(model.shared.weight))
    model.load_state_dict(weights, strict=False)
    with open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
        model.config.scale_decoder_outputs = json.load(file).get("tie_word_embeddings", True)
    return model


def rounded(numbers, group):
    """Rounds to symmetric int8 with one scale for every `group` numbers of a row."""
    parts = numbers.reshape(*numbers.shape[:-1], numbers.shape[-1] // group, group)
    scale = parts.abs().amax(-1, keepdim=True).clamp_min(1e-30) / 127
    return (torch.round(parts / scale) * scale).reshape(numbers.shape)


def log_probabilities(model, inputs, decoded, weights, activations, wo_group):
    """Log-probabilities with rounding in every linear layer. `wo_group` is the group size of wo's input:
    0 for a whole row, None for no rounding."""
    layers = {name: module for name, module in model.named_modules()
              if isinstance(module, torch.nn.Linear)}
    kept = {name: module.weight.data for name, module in layers.items()}
    hooks = []
    for name, module in layers.items():
        group = wo_group if name.endswith("wo") else 0
        if weights:
            module.weight.data = rounded(module.weight.data, module.in_features)
        if activations and group is not None:
            size = group or module.in_features
            hooks.append(module.register_forward_pre_hook(
                lambda _, arguments, size=size: (rounded(arguments[0], size),)))
    with torch.no_grad():
        logits = model(input_ids=inputs, decoder_input_ids=decoded).logits
    for hook in hooks:
        hook.remove()
    for name, module in layers.items():
        module.weight.data = kept[name]
    return torch.log_softmax(logits, -1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("model")
    parser.add_argument("--count", type=int, default=24)
    options = parser.parse_args()
    model = open_model(options.model)
    torch.manual_seed(5)
    vocabulary = model.config.vocab_size
    inputs = torch.randint(100, vocabulary - 100, (options.count, 60))
    inputs[:, -1] = model.config.eos_token_id
    decoded = torch.randint(100, vocabulary - 100, (options.count, 24))
    decoded[:, 0] = model.config.decoder_start_token_id
    exact = log_probabilities(model, inputs, decoded, False, False, 0)
    best = exact.argmax(-1, keepdim=True)
    cases = [("weights and activations", True, True, 0)]
    cases += [(f"  wo's input in groups of {group}", True, True, group)
              for group in (256, 128, 64, 32) if model.config.d_ff % group == 0]
    cases += [("  wo's input exact", True, True, None), ("weights", True, False, 0),
              ("activations", False, True, 0)]
    for name, *rounding in cases:
        result = log_probabilities(model, inputs, decoded, *rounding)
        difference = (result - exact).gather(-1, best).abs().mean().item()
        same = (result.argmax(-1, keepdim=True) == best).float().mean().item()
        print(f"{name:32}{difference:8.4f}{same * 100:8.1f} %")


if __name__ == "__main__":
    main()
