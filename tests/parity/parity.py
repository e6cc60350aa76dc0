#!/usr/bin/env python3
"""Compares Winnow's engine with transformers on randomly initialised T5 models of several shapes.

    python3 tests/parity/parity.py --winnow build/winnow [--work DIR] [--shape NAME] [--quick]

Float32 log-probabilities must agree within 1e-4 for each target. Greedy and beam outputs must be
equal if the reference's margin is larger than that. int8 differences are printed. Exits with 1 if
something differs. See README.md in this folder.
"""
import argparse
import dataclasses
import json
import os
import random
import subprocess
import sys
import tempfile

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import sentencepiece
import torch
import transformers

try:
    import gguf

    import to_gguf
except ImportError:
    gguf = None

TOLERANCE = 1e-4


@dataclasses.dataclass
class Shape:
    name: str
    seed: int
    gated: bool
    d_model: int
    d_kv: int
    heads: int
    d_ff: int
    encoder: int
    decoder: int
    vocabulary: int = 600
    tied: bool = False
    buckets: int = 32
    distance: int = 128
    family: str = "t5"
    sharded: bool = False


SHAPES = [
    Shape("v1.0-tied-relu", 1, False, 64, 16, 4, 128, 2, 2, tied=True),
    Shape("v1.1-gated", 2, True, 64, 16, 4, 160, 2, 2),
    Shape("unequal-depths", 3, True, 96, 32, 3, 128, 5, 1),
    Shape("odd-heads", 4, True, 80, 16, 7, 96, 2, 3),
    Shape("narrow-keys", 5, True, 128, 8, 5, 192, 3, 2, buckets=16, distance=40),
    Shape("odd-widths", 6, False, 52, 10, 3, 77, 2, 2, vocabulary=513),
    Shape("gated-tied", 7, True, 64, 64, 2, 128, 2, 4, tied=True),
    Shape("larger", 8, True, 512, 64, 6, 1024, 8, 8, vocabulary=4096),
    Shape("mt5-sharded", 9, True, 96, 32, 6, 160, 3, 3, vocabulary=9000, family="mt5",
          sharded=True),
    Shape("tied-sharded", 10, False, 64, 32, 2, 96, 3, 2, tied=True, sharded=True),
]

WORDS = """the a this that battery screen charger sound delivery parcel box price value quality
colour size strap zip pocket sleeve handle lid blade motor filter app update login password invoice
refund return staff waiter room bed shower view breakfast soup bread coffee tea arrived broke works
stopped fits shrank leaks hums glows cracked opened closed asked answered waited paid ordered loved
liked hated enjoyed returned replaced repaired cleaned charged twice again never always often very
too quite not only after before within without two three ten weeks days minutes and but because so
friendly slow fast warm cold loud quiet bright dark heavy light cheap dear sturdy flimsy soft rough
배송 빠르다 느리다 좋아요 별로 가격 품질 포장 색상 사이즈 추천 환불 직원 친절 음식 맛있다 방 깨끗 소리 크다
""".split()


def sentences(seed, count, longest):
    """Made-up feedback: words in random order, so that no real text is needed."""
    generator = random.Random(seed)
    return [
        " ".join(generator.choice(WORDS) for _ in range(generator.randint(1, longest)))
        + generator.choice(["", ".", "!", "?"])
        for _ in range(count)
    ]


def make_vocabulary(folder):
    text = os.path.join(folder, "text.txt")
    with open(text, "w", encoding="utf-8") as file:
        file.write("\n".join(sentences(0, 4000, 12)))
    sentencepiece.SentencePieceTrainer.train(
        input=text, model_prefix=os.path.join(folder, "spiece"), vocab_size=500,
        model_type="unigram", character_coverage=1.0, byte_fallback=True, pad_id=0, eos_id=1,
        unk_id=2, bos_id=-1, hard_vocab_limit=False, minloglevel=2)
    return os.path.join(folder, "spiece.model")


def make_model(shape, spiece, folder):
    torch.manual_seed(shape.seed)
    configure, make = {
        "t5": (transformers.T5Config, transformers.T5ForConditionalGeneration),
        "mt5": (transformers.MT5Config, transformers.MT5ForConditionalGeneration)}[shape.family]
    config = configure(
        vocab_size=shape.vocabulary, d_model=shape.d_model, d_kv=shape.d_kv, d_ff=shape.d_ff,
        num_layers=shape.encoder, num_decoder_layers=shape.decoder, num_heads=shape.heads,
        relative_attention_num_buckets=shape.buckets,
        relative_attention_max_distance=shape.distance,
        feed_forward_proj="gated-gelu" if shape.gated else "relu", dropout_rate=0.0,
        tie_word_embeddings=shape.tied, decoder_start_token_id=0, pad_token_id=0, eos_token_id=1)
    model = make(config).eval()
    if not shape.tied:  # newer versions tie the weights in spite of the configuration
        model.lm_head.weight = torch.nn.Parameter(torch.empty_like(model.shared.weight))
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "layer_norm" in name:
                weight.uniform_(0.5, 1.5)
            elif "relative_attention_bias" in name:
                weight.normal_(0, 1.0)
        # Logits with a spread of a few units: neither uniform nor a single certain token.
        if shape.tied:
            model.shared.weight.mul_(0.2)
            model.decoder.final_layer_norm.weight.mul_(10.0)
        else:
            model.lm_head.weight.normal_(0, 2.5 / shape.d_model**0.5)
        # The end mark's logit varies more than others, so that outputs end.
        (model.shared if shape.tied else model.lm_head).weight[1].mul_(3.0)
    source = os.path.join(folder, shape.name)
    model.save_pretrained(source, max_shard_size="100KB" if shape.sharded else "5GB")
    index = os.path.join(source, "model.safetensors.index.json")
    assert shape.sharded == os.path.exists(index)
    with open(os.path.join(source, "config.json"), "r+", encoding="utf-8") as file:
        written = json.load(file)
        written.pop("scale_decoder_outputs", None)
        written["tie_word_embeddings"] = shape.tied
        file.seek(0)
        json.dump(written, file, indent=2)
        file.truncate()
    with open(spiece, "rb") as original, open(os.path.join(source, "spiece.model"), "wb") as copy:
        copy.write(original.read())
    return model, source


def winnow(arguments, lines):
    result = subprocess.run(arguments, input="".join(line + "\n" for line in lines).encode(),
                            capture_output=True, check=False)
    if result.returncode != 0:
        sys.exit(f"{' '.join(arguments)}: exit {result.returncode}: {result.stderr.decode()}")
    return result.stdout.decode().split("\n")[:-1]


class Reference:
    def __init__(self, model, spiece):
        self.model = model
        self.spiece = sentencepiece.SentencePieceProcessor(model_file=spiece)

    def input(self, text):
        return torch.tensor([self.spiece.encode(text) + [1]])

    def log_probabilities(self, text, ids):
        """The log-probability of each of `ids` as decoder output, and the whole rows."""
        with torch.no_grad():
            decoder = torch.tensor([[0] + ids[:-1]])
            logits = self.model(input_ids=self.input(text), decoder_input_ids=decoder).logits[0]
        rows = torch.log_softmax(logits.float(), dim=-1)
        return rows[torch.arange(len(ids)), torch.tensor(ids)], rows

    def score(self, text, target):
        return self.log_probabilities(text, self.spiece.encode(target) + [1])[0].sum().item()

    def generate(self, text, **wishes):
        with torch.no_grad():
            ids = self.model.generate(self.input(text), do_sample=False, use_cache=False,
                                      **wishes)[0].tolist()
        return ids[1:]

    def text(self, ids):
        size = self.spiece.get_piece_size()
        text = self.spiece.decode([i if i < size else 0 for i in ids])  # 0: a control symbol, which is skipped
        return text.replace("\n", " ").replace("\r", " ")  # as `winnow generate` prints one line

    def margin(self, text, ids, banned_sizes=0):
        """The smallest margin of a greedy choice."""
        _, rows = self.log_probabilities(text, ids)
        best = torch.topk(rows, 2).values
        return (best[:, 0] - best[:, 1]).min().item()


def until_end(ids):
    return ids[: ids.index(1)] if 1 in ids else ids


class Check:
    def __init__(self, shape):
        self.shape, self.failures = shape, 0

    def report(self, what, ok, detail):
        self.failures += not ok
        print(f"  {'ok  ' if ok else 'FAIL'} {what}: {detail}", flush=True)


def check_scores(check, program, file, reference, texts, targets):
    lines = [f"{a}\t{b}" for a, b in zip(texts, targets)]
    expected = [reference.score(a, b) for a, b in zip(texts, targets)]
    tokens = sum(len(reference.spiece.encode(target)) + 1 for target in targets)
    common = [program, "score", "--model", file]
    got = [float(x) for x in winnow(common + ["--precision", "f32"], lines)]
    worst = max(abs(a - b) for a, b in zip(expected, got))
    check.report("score f32", worst <= TOLERANCE,
                 f"largest difference {worst:.2e} over {len(lines)} targets, "
                 f"scores {min(expected):.1f} to {max(expected):.1f}")
    int8 = [float(x) for x in winnow(common, lines)]
    difference = sum(abs(a - b) for a, b in zip(expected, int8)) / tokens
    check.report("score int8", difference < 0.5,
                 f"mean absolute difference a token {difference:.4f}")


def check_greedy(check, program, file, reference, texts, most, ngram):
    common = [program, "generate", "--model", file, "--max-tokens", str(most),
              "--no-repeat-ngram", str(ngram)]
    got = winnow(common + ["--precision", "f32"], texts)
    int8 = winnow(common, texts)
    equal = ties = wrong = equal_int8 = 0
    for text, mine, mine_int8 in zip(texts, got, int8):
        ids = reference.generate(text, num_beams=1, max_new_tokens=most,
                                 no_repeat_ngram_size=ngram)
        expected = reference.text(until_end(ids))
        equal_int8 += expected == mine_int8
        if expected == mine:
            equal += 1
        elif ngram == 0 and reference.margin(text, ids) < TOLERANCE:
            ties += 1
        else:
            wrong += 1
            print(f"       expected {expected!r}\n       got      {mine!r}")
    name = f"greedy{f', no {ngram}-gram twice' if ngram else ''}"
    check.report(name, wrong == 0, f"{equal} equal, {ties} near ties, {wrong} wrong; int8: "
                 f"{equal_int8} of {len(texts)} equal")


def check_beam(check, program, file, reference, texts, most, beam, penalty):
    got = winnow([program, "generate", "--model", file, "--max-tokens", str(most), "--beam",
                  str(beam), "--length-penalty", str(penalty), "--precision", "f32"], texts)
    equal = wrong = 0
    for text, mine in zip(texts, got):
        ids = reference.generate(text, num_beams=beam, max_new_tokens=most,
                                 length_penalty=penalty, early_stopping=False)
        expected = reference.text(until_end(ids))
        if expected == mine:
            equal += 1
        else:
            wrong += 1
            print(f"       expected {expected!r}\n       got      {mine!r}")
    # A tie within the error may differ; more than one in twenty is a fault.
    check.report(f"beam {beam}, length penalty {penalty}", wrong * 20 <= len(texts),
                 f"{equal} equal, {wrong} different")


def check_same_bits(check, program, file, texts, targets):
    """Requires the same output for all batch sizes, thread counts and kernels."""
    lines = [f"{a}\t{b}" for a, b in zip(texts, targets)]
    for precision in ("int8", "f32"):
        answers = set()
        for batch, threads, kernels in [("1", "1", ""), ("32", "2", ""), ("7", "3", "scalar"),
                                        ("32", "1", "avx2")]:
            options = ["--model", file, "--precision", precision, "--batch", batch, "--threads",
                       threads] + (["--kernels", kernels] if kernels else [])
            answers.add("\n".join(winnow([program, "score"] + options, lines)
                                  + winnow([program, "generate", "--max-tokens", "12"] + options,
                                           texts)))
        check.report(f"same answers {precision}", len(answers) == 1,
                     f"{len(answers)} over 4 mixes of batch, threads and kernels")


def check_gguf(check, program, file, model, reference, spiece, folder, texts, targets):
    """Compares the model from a GGUF file; in Q8_0, with the dequantized weights."""
    shape, path = check.shape, os.path.join(folder, check.shape.name + ".gguf")
    if shape.distance != 128:  # GGUF has no setting for it
        return
    to_gguf.write(model, spiece, path, tied=shape.tied)
    winnow([program, "model", "import", path, path + ".winnow"], [])
    lines = [f"{a}\t{b}" for a, b in zip(texts, targets)]
    answers = [winnow([program, command, "--model", name, "--precision", precision], inputs)
               for precision in ("f32", "int8")
               for command, inputs in (("score", lines), ("generate", texts))
               for name in (file, path + ".winnow", path)]
    equal = all(answers[i] == answers[i + 1] == answers[i + 2] for i in range(0, 12, 3))
    check.report("GGUF F32", equal, "imported and opened: the answers of the directory"
                 if equal else "other answers than the directory")
    if any(size % 32 for size in (shape.d_model, shape.d_ff, shape.heads * shape.d_kv)):
        return
    stored = to_gguf.write(model, spiece, path, gguf.GGMLQuantizationType.Q8_0, tied=shape.tied)
    kept = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    model.load_state_dict({name: torch.from_numpy(values.copy())
                           for name, values in stored.items()}, strict=False)
    expected = [reference.score(a, b) for a, b in zip(texts, targets)]
    model.load_state_dict(kept)
    got = [float(x) for x in winnow([program, "score", "--model", path, "--precision", "f32"],
                                    lines)]
    worst = max(abs(a - b) for a, b in zip(expected, got))
    check.report("GGUF Q8_0, score f32", worst <= TOLERANCE, f"largest difference {worst:.2e}")


def check_pruned(check, program, file, model, reference, folder, texts, targets):
    """Compares the model without its first encoder and last decoder layer; the next layer gets the position table."""
    shape = check.shape
    if shape.decoder < 2:
        return
    path = os.path.join(folder, shape.name + ".pruned.winnow")
    winnow([program, "model", "prune", file, path, "--drop-encoder", "0", "--drop-decoder",
            str(shape.decoder - 1)], [])
    blocks, others = model.encoder.block, model.decoder.block
    table = blocks[0].layer[0].SelfAttention
    first = blocks[1].layer[0].SelfAttention
    first.relative_attention_bias = table.relative_attention_bias
    first.has_relative_attention_bias = True
    model.encoder.block, model.decoder.block = blocks[1:], others[:-1]
    expected = [reference.score(a, b) for a, b in zip(texts, targets)]
    model.encoder.block, model.decoder.block = blocks, others
    del first.relative_attention_bias
    first.has_relative_attention_bias = False
    lines = [f"{a}\t{b}" for a, b in zip(texts, targets)]
    got = [float(x) for x in winnow([program, "score", "--model", path, "--precision", "f32"],
                                    lines)]
    worst = max(abs(a - b) for a, b in zip(expected, got))
    check.report("pruned, score f32", worst <= TOLERANCE, f"largest difference {worst:.2e}")


def check_shape(program, shape, spiece, folder, quick):
    print(shape, flush=True)
    check = Check(shape)
    model, source = make_model(shape, spiece, folder)
    reference = Reference(model, spiece)
    file = os.path.join(folder, shape.name + ".winnow")
    winnow([program, "model", "import", source, file], [])
    count = 8 if quick or shape.d_model > 256 else 40
    texts = sentences(shape.seed, count - 2, 24) + sentences(shape.seed + 50, 2, 220)
    targets = sentences(shape.seed + 100, count, 10)
    check_scores(check, program, file, reference, texts, targets)
    check_greedy(check, program, file, reference, texts, 24, 0)
    check_greedy(check, program, file, reference, texts, 24, 2)
    check_beam(check, program, file, reference, texts, 16, 4, 1.0)
    check_beam(check, program, file, reference, texts, 16, 3, 0.4)
    check_same_bits(check, program, file, texts[:12], targets[:12])
    if gguf:
        check_gguf(check, program, file, model, reference, spiece, folder, texts[:8], targets[:8])
    check_pruned(check, program, file, model, reference, folder, texts[:8], targets[:8])
    return check.failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--winnow", default="build/winnow")
    parser.add_argument("--work", help="folder for the models; default: a temporary one")
    parser.add_argument("--shape", help="compare only the shape with this name")
    parser.add_argument("--quick", action="store_true", help="fewer texts")
    options = parser.parse_args()
    torch.set_num_threads(1)
    if not gguf:
        print("the package gguf is not installed: GGUF is skipped")
    failures = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.work or temporary
        os.makedirs(folder, exist_ok=True)
        spiece = make_vocabulary(folder)
        for shape in SHAPES:
            if not options.shape or options.shape == shape.name:
                failures += check_shape(os.path.abspath(options.winnow), shape, spiece, folder,
                                        options.quick)
    print("all agree" if not failures else f"{failures} disagreements")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
