"""Writes the Hugging Face directory that `winnow model import` reads: `export.py WORK OUT`.

config.json, model.safetensors, spiece.model, ngrams.s8, prompts.ini. With --check, transformers loads the
directory and must give the same log-probabilities as our model.
"""
import argparse
import json
import shutil
from dataclasses import replace
from pathlib import Path

import sentencepiece
import torch
from safetensors.torch import save_file

from corpus import LABEL_WORDS, QUESTION, TOPICS
from decide import MAX_TOPICS
from examples import MAX_INPUT
from model import Model, Shape
from prepare import topic_phrases
from student import NGRAMS_WEIGHT

PROMPTS = """\
; How the pipeline prompts this model. The decoder starts with <pad> and the piece named here, so one
; encoder pass answers all questions about a text.

[window]
input = {input}
output = 64

[sentiment]
input = {{text}}
question = {question}
decoder = <sentiment>
positive = positive
neutral = neutral
negative = negative
mixed = mixed
temperature = {temperature}
bias_positive = {bias_positive}
bias_neutral = {bias_neutral}
bias_negative = {bias_negative}
bias_mixed = {bias_mixed}
undetected_below = 0
ngrams_weight = {ngrams_weight}

[shares]
; The standard deviation, between kinds of text, of the error of a label's mean probability.
{share_errors}

[topics]
by = scores
input = {{text}}
decoder = <topics>
none = none
item = {{topic}} {{polarity}}
polarities = positive,neutral,negative
topics = {topics}
labels = {labels}
biases = {biases}
phrase_bonus = {phrase_bonus}
exclude_penalty = {exclude_penalty}
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


def load(work, checkpoint="student"):
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


def prompts(work):
    """prompts.ini with the decisions of decide.py."""
    decisions = json.loads((work / "decisions.json").read_text(encoding="utf-8"))
    listed = topic_phrases()
    phrases = "\n".join(f"{topic} = " + ";".join(("!" if row["exclude"] == "yes" else "") + row["phrase"] for language in ("en", "ko")
                                                for row in listed[topic, language]) for topic in TOPICS)
    return PROMPTS.format(
        input=MAX_INPUT, question=QUESTION, topics=",".join(TOPICS), labels=",".join(LABEL_WORDS.get(topic, topic) for topic in TOPICS),
        biases=",".join(f"{decisions['topic_biases'][topic]:g}" for topic in TOPICS), max_items=MAX_TOPICS, phrases=phrases,
        share_errors="\n".join(f"error_{name} = {error:g}" for name, error in decisions["share_errors"].items()),
        ngrams_weight=f"{NGRAMS_WEIGHT:g}", **{f"bias_{name}": bias for name, bias in decisions["bias"].items()},
        **{name: decisions[name] for name in ("temperature", "phrase_bonus", "exclude_penalty")})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("work", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--checkpoint", default="student")
    options = parser.parse_args()
    model, pieces = load(options.work, options.checkpoint)
    options.out.mkdir(parents=True, exist_ok=True)
    state = {name: t.float().contiguous() for name, t in model.state_dict().items()}
    save_file(state, options.out / "model.safetensors", metadata={"format": "pt"})
    config = model.shape_of.config()
    (options.out / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    for name in ("spiece.model", "ngrams.s8"):
        shutil.copyfile(options.work / name, options.out / name)
    (options.out / "prompts.ini").write_text(prompts(options.work), encoding="utf-8")
    if options.check:
        check(options.out, model, pieces)


if __name__ == "__main__":
    main()
