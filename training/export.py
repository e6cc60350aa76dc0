"""Writes the Hugging Face directory that `winnow model import` reads: `export.py WORK OUT`.

config.json, model.safetensors, spiece.model, ngrams.s8, prompts.ini. With --check, transformers loads the
directory and must give the same log-probabilities as our own model.
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
from prepare import MAX_TOPICS, TAXONOMY, topic_phrases

PROMPTS = """\
; How the pipeline asks this model. The question stands on the decoder's side: the decoder starts with
; <pad> and the piece named here, so one encoder pass answers all questions about a text.

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
# Topics of less likely answers need their phrases in the text: on texts of another kind than those it was taught
# topics on (applications, films), the decoder names some all the same.
SURE_AT = 0.35
UNFITTED = {"temperature": 1.0, "bias_positive": 0.0, "bias_neutral": 0.0, "bias_negative": 0.0,
            "undetected_below": 0.45, "ngrams_weight": 0.0}


def load(work, checkpoint="checkpoint"):
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(work / "spiece.model"))
    state = torch.load(work / f"{checkpoint}.pt", map_location="cpu")
    model = Model(Shape(**state["shape"]))
    model.load_state_dict(state["model"])
    return with_layer(model).eval(), pieces


def with_layer(model):
    """transformers wants an encoder layer: where there is none, one that adds nothing."""
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
    theirs = T5ForConditionalGeneration.from_pretrained(out).eval()
    worst = 0.0
    for text in ("The strap broke after two days, but support was kind.", "배송은 빠른데 포장이 엉망이에요"):
        ids = torch.tensor([pieces.encode(text) + [1]])
        prefix = torch.tensor([[0, pieces.piece_to_id("<sentiment>"), 40]])
        with torch.no_grad():
            hidden = model.decode(prefix, torch.tensor([3]), model.encode(ids), ids)
            ours = model.logits(hidden).log_softmax(-1)
            other = theirs(input_ids=ids, decoder_input_ids=prefix).logits.log_softmax(-1)
        worst = max(worst, (ours - other).abs().max().item())
    print("largest difference of a log-probability from transformers:", worst)
    assert worst < 1e-3


def main():
    options = argparse.ArgumentParser()
    options.add_argument("work", type=Path)
    options.add_argument("out", type=Path)
    options.add_argument("--check", action="store_true")
    options.add_argument("--checkpoint", default="checkpoint")
    options.add_argument("--by", default="both", help="how topics are told: model, phrases, both")
    given = options.parse_args()
    model, pieces = load(given.work, given.checkpoint)
    given.out.mkdir(parents=True, exist_ok=True)
    state = {name: t.float().contiguous() for name, t in model.state_dict().items()}
    save_file(state, given.out / "model.safetensors", metadata={"format": "pt"})
    config = model.shape_of.config()
    (given.out / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    for name in ("spiece.model", "ngrams.s8"):
        shutil.copyfile(given.work / name, given.out / name)
    fitted = dict(UNFITTED)
    if (given.work / "calibration.json").exists():
        fitted |= json.loads((given.work / "calibration.json").read_text(encoding="utf-8"))
    with open(TAXONOMY, encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    listed = topic_phrases()
    phrases = "\n".join(f"{row['topic']} = " + ";".join(
        ("!" if phrase["exclude"] == "yes" else "") + phrase["phrase"]
        for language in ("en", "ko") for phrase in listed[row["topic"], language]) for row in rows)
    prompts = PROMPTS.format(input=MAX_INPUT, topics=",".join(row["topic"] for row in rows), by=given.by,
                             sure_at=SURE_AT, max_items=MAX_TOPICS, phrases=phrases, **fitted)
    (given.out / "prompts.ini").write_text(prompts, encoding="utf-8")
    if given.check:
        check(given.out, model, pieces)


if __name__ == "__main__":
    main()
