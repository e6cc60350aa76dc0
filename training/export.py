"""Writes the Hugging Face directory that `winnow model import` reads: `export.py WORK OUT`.

config.json, model.safetensors, spiece.model, ngrams.s8, prompts.ini. With --check, transformers loads the
directory and must give the same log-probabilities as our model.
"""
import argparse
import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path

import sentencepiece
import torch
from safetensors.torch import save_file

from examples import MAX_INPUT
from model import Model, Shape
from prepare import MAX_TOPICS, TAXONOMY

PROMPTS = """\
; How the pipeline prompts this model. The decoder starts with <pad> and the piece named here, so one
; encoder pass answers all questions about a text.

[window]
input = {input}
output = 64

[sentiment]
input = {{text}}
decoder = <sentiment>
positive = positive
neutral = neutral
negative = negative
temperature = {temperature}
bias_positive = {bias_positive}
bias_neutral = {bias_neutral}
bias_negative = {bias_negative}
undetected_below = {undetected_below}
ngrams_weight = {ngrams_weight}

[topics]
by = {by}
input = {{text}}
decoder = <topics>
sure_at = {sure_at}
none = none
item = {{topic}} {{polarity}}
polarities = positive,neutral,negative
topics = {topics}
max_items = {max_items}

[summary]
by = customers
input = {{text}}
separator = |
decoder = <summary>
max_tokens = 48
no_repeat_ngram = 3

[phrases]
{phrases}
"""
# A topic with a lower probability counts only if the text contains one of its phrases. On kinds of text without topic labels in
# the training data (applications, films), the decoder also names topics that are not there.
MIN_TOPIC_PROBABILITY = 0.35
UNFITTED = {"temperature": 1.0, "bias_positive": 0.0, "bias_neutral": 0.0, "bias_negative": 0.0,
            "undetected_below": 0.45, "ngrams_weight": 0.0}


def load(work, checkpoint="checkpoint"):
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(work / "spiece.model"))
    state = torch.load(work / f"{checkpoint}.pt", map_location="cpu")
    model = Model(Shape(**state["shape"]))
    model.load_state_dict(state["model"])
    return with_layer(model).eval(), pieces


def with_layer(model):
    """transformers requires an encoder layer: adds one that changes nothing if there is none."""
    if model.shape_of.num_layers:
        return model
    deeper = Model(replace(model.shape_of, num_layers=1))
    deeper.load_state_dict(model.state_dict(), strict=False)
    with torch.no_grad():
        attention, last = deeper.encoder.block[0].layer
        attention.SelfAttention.o.weight.zero_()
        last.DenseReluDense.wo.weight.zero_()
    return deeper


def check(out, model, pieces):
    from transformers import T5ForConditionalGeneration
    reference = T5ForConditionalGeneration.from_pretrained(out).eval()
    max_difference = 0.0
    for text in ("The strap broke after two days, but support was kind.", "배송은 빠른데 포장이 엉망이에요"):
        ids = torch.tensor([pieces.encode(text) + [1]])
        prefix = torch.tensor([[0, pieces.piece_to_id("<sentiment>"), 40]])
        with torch.no_grad():
            hidden = model.decode(prefix, torch.tensor([3]), model.encode(ids), ids)
            ours = model.logits(hidden).log_softmax(-1)
            other = reference(input_ids=ids, decoder_input_ids=prefix).logits.log_softmax(-1)
        max_difference = max(max_difference, (ours - other).abs().max().item())
    print("largest difference from the log-probabilities of transformers:", max_difference)
    assert max_difference < 1e-3


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("work", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--checkpoint", default="checkpoint")
    parser.add_argument("--topics-by", default="both", help="how topics are found: model, phrases, both")
    options = parser.parse_args()
    model, pieces = load(options.work, options.checkpoint)
    options.out.mkdir(parents=True, exist_ok=True)
    state = {name: t.float().contiguous() for name, t in model.state_dict().items()}
    save_file(state, options.out / "model.safetensors", metadata={"format": "pt"})
    config = model.shape_of.config()
    (options.out / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    for name in ("spiece.model", "ngrams.s8"):
        shutil.copyfile(options.work / name, options.out / name)
    fitted = dict(UNFITTED)
    if (options.work / "calibration.json").exists():
        fitted |= json.loads((options.work / "calibration.json").read_text(encoding="utf-8"))
    with open(TAXONOMY, encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    phrases = "\n".join(f"{row['topic']} = {row['phrases_en']};{row['phrases_ko']}" for row in rows)
    prompts = PROMPTS.format(input=MAX_INPUT, topics=",".join(row["topic"] for row in rows), by=options.topics_by,
                             sure_at=MIN_TOPIC_PROBABILITY, max_items=MAX_TOPICS, phrases=phrases, **fitted)
    (options.out / "prompts.ini").write_text(prompts, encoding="utf-8")
    if options.check:
        check(options.out, model, pieces)


if __name__ == "__main__":
    main()
