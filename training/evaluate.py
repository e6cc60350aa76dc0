"""Figures of the model card, on the kept split: `evaluate.py WORK [--fit] [--limit N]`.

Sentiment: macro-F1 with bootstrap interval, confusion, expected calibration error, by language and
source; --fit fits the temperature, the class biases and the threshold of `undetected` on the first
half of the kept split, writes WORK/calibration.json, and reports on the second half. Topics:
micro-F1 of topic with polarity. Summaries: ROUGE-1 and ROUGE-L against the kept headlines.
Texts longer than the window are left out (the pipeline cuts them). With --winnow BINARY --model FILE
the sentiment scores come from the int8 engine instead, and only sentiment is reported.
"""
import argparse
import csv
import json
import subprocess
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import confusion_matrix, f1_score

from export import load
from prepare import TAXONOMY
from train import LABELS, MAX_INPUT

REPORTED = {"english reviews": ("en", ("shop_en", "place_en")),
            "english short posts": ("en", ("post_en",)),
            "english film reviews, long": ("en", ("long_en",)),
            "english snippets": ("en", ("snippet_en",)),
            "english patient surveys": ("en", ("nhs",)),
            "korean film reviews": ("ko", ("film_ko",)),
            "korean shops and places": ("ko", ("place_ko",)),
            "korean, all": ("ko", ("film_ko", "place_ko"))}


def batches_of(rows, pieces, size=6000):
    """(numbers, padded ids) of texts of like length."""
    ids = [pieces.encode(row["text"])[:MAX_INPUT - 1] + [1] for row in rows]
    order = sorted(range(len(ids)), key=lambda at: len(ids[at]))
    start = 0
    while start < len(order):
        end = start + 1
        while end < len(order) and (end - start + 1) * len(ids[order[end]]) <= size:
            end += 1
        group = order[start:end]
        text = torch.zeros(len(group), len(ids[group[-1]]), dtype=torch.long)
        for row, at in enumerate(group):
            text[row, :len(ids[at])] = torch.tensor(ids[at])
        yield group, text
        start = end


@torch.no_grad()
def sentiment_scores(model, pieces, rows):
    """Log-probability of each label, `</s>` included, as the engine scores it."""
    targets = [pieces.encode(label) + [1] for label in LABELS]
    scores = np.zeros((len(rows), len(LABELS)))
    for group, text in batches_of(rows, pieces):
        memory = model.encode(text)
        for at, target in enumerate(targets):
            prefix = torch.tensor([[0, pieces.piece_to_id("<sentiment>")] + target[:-1]])
            prefix = prefix.expand(len(group), -1)
            hidden = model.decode(prefix, torch.full((len(group),), prefix.shape[1]),
                                  torch.arange(len(group)), memory, text)
            logits = model.lm_head(hidden[:, 1:]).float().log_softmax(-1)
            scores[group, at] = logits[:, range(len(target)), target].sum(1).numpy()
    return scores


def engine_scores(binary, model, rows):
    """The same from `winnow score`, which reads lines of text, tab, target."""
    lines = [f"{row['text']}\t{label}\n" for row in rows for label in LABELS]
    done = subprocess.run([binary, "score", "--model", model, "--prefix", "<sentiment>"], check=True,
                          input="".join(lines), stdout=subprocess.PIPE, encoding="utf-8")
    return np.array([float(line) for line in done.stdout.split()]).reshape(-1, len(LABELS))


@torch.no_grad()
def generate(model, pieces, rows, question, limit):
    """Greedy answers of the whole batch at once."""
    out = [None] * len(rows)
    for group, text in batches_of(rows, pieces):
        memory, owner = model.encode(text), torch.arange(len(group))
        prefix = torch.tensor([[0, pieces.piece_to_id(f"<{question}>")]]).expand(len(group), 2)
        ended = torch.zeros(len(group), dtype=torch.bool)
        for _ in range(limit):
            hidden = model.decode(prefix, torch.full((len(group),), prefix.shape[1]), owner, memory, text)
            best = model.lm_head(hidden[:, -1]).argmax(-1)
            best[ended] = 0
            ended |= best == 1
            prefix = torch.cat([prefix, best[:, None]], 1)
            if ended.all():
                break
        for row, at in enumerate(group):
            out[at] = pieces.decode([i for i in prefix[row, 2:].tolist() if i > 1])
    return out


def probabilities(scores, fitted):
    bias = np.array([fitted[f"bias_{label}"] for label in LABELS])
    logits = (scores + bias) / fitted["temperature"]
    logits -= logits.max(1, keepdims=True)
    exp = np.exp(logits)
    return exp / exp.sum(1, keepdims=True)


def calibration_error(chances, truth, bins=15):
    confidence, right = chances.max(1), chances.argmax(1) == truth
    error = 0.0
    for low in np.arange(bins) / bins:
        inside = (confidence > low) & (confidence <= low + 1 / bins)
        if inside.any():
            error += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    return error


def fit(parts):
    """One temperature and the class biases for English and Korean reviews alike.

    The biases are those with the best mean macro-F1 of the parts; the temperature is then the one
    of least negative log-likelihood, and `undetected` starts where a label is right in half of the
    cases.
    """
    best = (-1.0, 0.0, 0.0)
    for neutral in np.arange(-1.6, 0.81, 0.1):
        for negative in np.arange(-0.8, 0.81, 0.1):
            bias = np.array([0.0, neutral, negative])
            value = np.mean([f1_score(truth, (scores + bias).argmax(1), average="macro")
                             for scores, truth in parts])
            best = max(best, (value, neutral, negative))
    _, neutral, negative = best
    bias = np.array([0.0, neutral, negative])

    def loss(temperature):
        total = 0.0
        for scores, truth in parts:
            logits = (scores + bias) / temperature
            logits -= logits.max(1, keepdims=True)
            total += (np.log(np.exp(logits).sum(1)) - logits[np.arange(len(truth)), truth]).mean()
        return total
    temperature = min(np.arange(0.5, 2.51, 0.02), key=loss)
    fitted = {"temperature": temperature, "bias_positive": 0.0,
              "bias_neutral": neutral, "bias_negative": negative}
    chances = np.concatenate([probabilities(scores, fitted) for scores, _ in parts])
    truth = np.concatenate([truth for _, truth in parts])
    right = chances.argmax(1) == truth
    threshold = 0.34
    for low in np.arange(0.36, 0.7, 0.02):
        inside = (chances.max(1) >= low) & (chances.max(1) < low + 0.04)
        if inside.sum() > 50 and right[inside].mean() < 0.5:
            threshold = low + 0.02
    fitted["undetected_below"] = threshold
    return {name: round(float(value), 3) for name, value in fitted.items()}


def bootstrap(truth, got, rounds=300):
    chance = np.random.default_rng(5)
    values = []
    for _ in range(rounds):
        some = chance.integers(0, len(truth), len(truth))
        values.append(f1_score(truth[some], got[some], average="macro"))
    return np.percentile(values, [2.5, 97.5])


def report_sentiment(name, scores, truth, fitted):
    chances = probabilities(scores, fitted)
    got = chances.argmax(1)
    low, high = bootstrap(truth, got)
    polar = truth != 1
    right_pole = (scores[:, 0] > scores[:, 2]) == (truth == 0)
    sure = chances.max(1) >= fitted["undetected_below"]
    chance = np.random.default_rng(9)
    count = np.bincount(truth, minlength=3).min()
    even = np.concatenate([chance.permutation(np.flatnonzero(truth == k))[:count] for k in range(3)])
    print(f"{name:32} n {len(truth):6}  macro-F1 {f1_score(truth, got, average='macro'):.3f} "
          f"[{low:.3f}, {high:.3f}]  even classes {f1_score(truth[even], got[even], average='macro'):.3f}  "
          f"accuracy {(got == truth).mean():.3f}  polar {right_pole[polar].mean():.3f}  "
          f"ECE {calibration_error(chances, truth):.3f}  "
          f"sure {sure.mean():.3f} of them right {(got == truth)[sure].mean():.3f}")
    return confusion_matrix(truth, got, labels=[0, 1, 2])


def rouge(summary, reference):
    """F1 of ROUGE-1 and ROUGE-L over lower-case words."""
    a, b = summary.lower().split(), reference.lower().split()
    if not a or not b:
        return 0.0, 0.0
    common = sum(min(a.count(w), b.count(w)) for w in set(a))
    row = [0] * (len(b) + 1)
    for x in a:
        diagonal = 0
        for j, y in enumerate(b, 1):
            diagonal, row[j] = row[j], diagonal + 1 if x == y else max(row[j], row[j - 1])
    return tuple(2 * n / (len(a) + len(b)) for n in (common, row[-1]))


def items(answer, names):
    words = answer.split()
    return {(a, b) for a, b in zip(words[::2], words[1::2]) if a in names and b in LABELS}


def report_topics(model, pieces, kept, limit):
    with open(TAXONOMY, encoding="utf-8") as file:
        names = {row["topic"] for row in csv.DictReader(file)}
    for name, wanted in (("aspect sentences, english", ("aspect_en",)),
                         ("aspect sentences, korean", ("aspect_ko",)),
                         ("reviews, labelled by phrases", ("shop_en", "place_ko"))):
        rows = [row for row in kept if row["stream"] in wanted and row["asked"].get("topics")][:limit]
        if not rows:
            continue
        answers = generate(model, pieces, rows, "topics", 14)
        both = topics = got_all = true_all = 0
        for row, text in zip(rows, answers):
            got, true = items(text, names), items(row["asked"]["topics"], names)
            both += len(got & true)
            topics += len({t for t, _ in got} & {t for t, _ in true})
            got_all, true_all = got_all + len(got), true_all + len(true)
        print(f"topics, {name}: n {len(rows)}  micro-F1 {2 * both / max(1, got_all + true_all):.3f}  "
              f"topic alone {2 * topics / max(1, got_all + true_all):.3f}")


def report_summaries(model, pieces, kept, limit):
    for name, wanted in (("headlines of reviews", ("shop_en",)), ("packs, english", ("pack_en",)),
                         ("packs, korean", ("pack_ko",)), ("written (FewSum)", ("written",))):
        rows = [row for row in kept if row["stream"] in wanted and row["asked"].get("summary")][:limit]
        if not rows:
            continue
        answers = generate(model, pieces, rows, "summary", 48)
        values = np.mean([rouge(a, row["asked"]["summary"]) for a, row in zip(answers, rows)], axis=0)
        print(f"summaries, {name}: n {len(rows)}  ROUGE-1 {values[0]:.3f}  ROUGE-L {values[1]:.3f}")
        for answer, row in list(zip(answers, rows))[:3]:
            print("    ", answer, "<=", row["text"][:120])


def main():
    options = argparse.ArgumentParser()
    options.add_argument("work", type=Path)
    options.add_argument("--fit", action="store_true")
    options.add_argument("--limit", type=int, default=4000, help="texts of a source, at most")
    options.add_argument("--answers", type=int, default=1200, help="texts that topics are asked of")
    options.add_argument("--winnow")
    options.add_argument("--model")
    options.add_argument("--threads", type=int, default=2)
    given = options.parse_args()
    torch.set_num_threads(given.threads)
    model, pieces = load(given.work)
    seen, kept = defaultdict(int), []
    for line in open(given.work / "kept.jsonl", encoding="utf-8"):
        row = json.loads(line)
        seen[row["source"]] += 1
        if seen[row["source"]] <= given.limit:
            kept.append(row)
    rated = [row for row in kept if "sentiment" in row["asked"]
             and len(pieces.encode(row["text"])) < MAX_INPUT]
    scores = (engine_scores(given.winnow, given.model, rated) if given.winnow
              else sentiment_scores(model, pieces, rated))
    truth = np.array([LABELS.index(row["asked"]["sentiment"]) for row in rated])
    half = np.arange(len(rated)) % 2 == 1

    def part(streams, side):
        inside = np.array([row["stream"] in streams or row["source"] in streams for row in rated])
        return scores[inside & side], truth[inside & side]

    where = given.work / "calibration.json"
    if given.fit:
        fitted = fit([part(("shop_en", "place_en"), ~half), part(("film_ko", "place_ko"), ~half)])
        where.write_text(json.dumps(fitted, indent=2) + "\n", encoding="utf-8")
    fitted = json.loads(where.read_text(encoding="utf-8"))
    print(fitted)
    for name, (_, streams) in REPORTED.items():
        table = report_sentiment(name, *part(streams, half), fitted)
        if name in ("english reviews", "korean, all"):
            print("  confusion, rows truth, columns answer,", LABELS, "\n", table)
    for source in sorted({row["source"] for row in rated}):
        some = part((source,), half)
        if len(some[1]) >= 100 and len(set(some[1])) == 3:
            report_sentiment("  " + source, *some, fitted)
    if given.winnow:
        return
    report_topics(model, pieces, kept, given.answers)
    report_summaries(model, pieces, kept, given.answers // 4)


if __name__ == "__main__":
    main()
