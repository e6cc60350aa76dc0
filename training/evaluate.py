"""Evaluates sentiment on the held-out texts: `evaluate.py WORK [--checkpoint NAME] [--fit]`.

The scores of the n-grams (ngrams.py) are added to those of the model. --fit fits one temperature and the class biases for all
kinds of text, on one half of the texts (is_for_fitting), and writes WORK/calibration.json. The report covers the other texts: macro-F1
with its bootstrap interval, accuracy and area under the curve of positive against negative, calibration error and coverage,
compared with TF-IDF and logistic regression (baseline.py), which was trained on the same files and whose biases are fitted
in the same way.
"""
import argparse
import json
from pathlib import Path

import numpy as np
import torch
from scipy.ndimage import uniform_filter
from sklearn.metrics import f1_score, roc_auc_score

from examples import LABELS, MAX_INPUT
from export import load

EVEN_WEIGHT = 0.5     # of balanced class shares in the fit
STEP = 0.1            # between candidate biases
NGRAMS_SHARE = 0.25   # of the n-grams' score in nats; more helps polarity slightly and harms the neutral class
# Streams or sources of the held-out texts.
SENTIMENT = {
    "reviews-en": ("shop_en", "place_en"),
    "reviews-ko": ("film_ko", "place_ko"),
    "films-ko": ("film_ko",),
    "shops-ko": ("place_ko",),
    "long-en": ("yelp", "cahotels", "india"),
    "posts-en": ("post_en",),
    "survey-en": ("nhs",),
    "brand-en": ("iphonese", "musical", "womens"),
}
FITTED_ON = ("reviews-en", "reviews-ko", "long-en", "posts-en", "survey-en")


def is_for_fitting(at):
    """Whether the fit uses this held-out text; the report covers the others."""
    return at % 2 == 0


def batches_of(rows, pieces, size=8000):
    """(row numbers, padded ids) of texts of similar length; a text that exceeds the window is truncated."""
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
    """The logit of each label; the engine compares only these."""
    symbol, labels = pieces.piece_to_id("<sentiment>"), torch.tensor([pieces.encode(label)[0] for label in LABELS])
    scores = np.zeros((len(rows), len(LABELS)))
    for group, text in batches_of(rows, pieces):
        prefix = torch.tensor([[0, symbol]]).expand(len(group), 2)
        states = model.decode(prefix, torch.full((len(group),), 2), model.encode(text), text)
        scores[group] = model.logits(states[:, 1], labels).numpy()
    return scores


def probabilities(scores, fitted):
    logits = (scores + [fitted[f"bias_{label}"] for label in LABELS]) / fitted["temperature"]
    exp = np.exp(logits - logits.max(1, keepdims=True))
    return exp / exp.sum(1, keepdims=True)


def calibration_error(chances, truth, bins=10):
    confidence, right = chances.max(1), chances.argmax(1) == truth
    error = 0.0
    for low in np.arange(bins) / bins:
        inside = (confidence > low) & (confidence <= low + 1 / bins)
        if inside.any():
            error += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    return error


def macro_f1(truth, got, share):
    """Macro-F1 of three classes, with a weight for each text."""
    table = np.bincount(truth * 3 + got, share, 9).reshape(3, 3)
    return np.mean(2 * np.diag(table) / np.maximum(table.sum(0) + table.sum(1), 1e-9))


def polar_accuracy(scores, truth, weights=None):
    polar = truth != 1
    right = ((scores[:, 0] > scores[:, 2]) == (truth == 0))[polar]
    return np.average(right, weights=None if weights is None else weights[polar])


def poles_area(scores, truth):
    """Area under the curve of positive against negative; it does not depend on the biases."""
    polar = truth != 1
    return roc_auc_score(truth[polar] == 0, (scores[:, 0] - scores[:, 2])[polar])


def fit(parts):
    """The biases with the best mean of macro-F1 and polar accuracy, then the temperature with the lowest mean negative
    log-likelihood. Both the natural class shares and, with EVEN_WEIGHT, balanced ones count, because the shares differ
    between users and are not known in advance."""
    shares = [((np.ones(len(truth)), 1), (1 / np.bincount(truth, minlength=3)[truth], EVEN_WEIGHT)) for _, truth in parts]

    def value(neutral, negative):
        total = 0
        for (scores, truth), weightings in zip(parts, shares):
            biased = scores + [0, neutral, negative]
            for share, much in weightings:
                total += much * (macro_f1(truth, biased.argmax(1), share) + polar_accuracy(biased, truth, share))
        return total
    neutrals, negatives = np.arange(-1.5, 1.6, STEP), np.arange(-0.9, 0.95, STEP)
    values = np.array([[value(n, m) for m in negatives] for n in neutrals])
    # Averages each candidate with its neighbours, because an isolated peak is noise.
    best = np.unravel_index(uniform_filter(values, 3, mode="nearest").argmax(), values.shape)
    neutral, negative = neutrals[best[0]], negatives[best[1]]
    fitted = {"bias_positive": 0.0, "bias_neutral": neutral, "bias_negative": negative}

    def loss(temperature):
        return np.mean([-np.log(probabilities(scores, fitted | {"temperature": temperature})
                                [np.arange(len(truth)), truth] + 1e-12).mean() for scores, truth in parts])
    fitted["temperature"] = min(np.arange(0.5, 2.51, 0.02), key=loss)
    # Below this confidence, a label is more likely wrong than right.
    fitted["undetected_below"] = 0.5
    return {name: round(float(number), 3) + 0.0 for name, number in fitted.items()}   # no -0.0


def bootstrap(truth, got, rounds=300):
    chance = np.random.default_rng(5)
    values = []
    for _ in range(rounds):
        some = chance.integers(0, len(truth), len(truth))
        values.append(f1_score(truth[some], got[some], average="macro"))
    return np.percentile(values, [2.5, 97.5])


def row_of(name, scores, baseline_scores, truth, fitted, baseline_fitted):
    chances = probabilities(scores, fitted)
    baseline_scores = baseline_scores + [baseline_fitted[f"bias_{label}"] for label in LABELS]
    got, other = chances.argmax(1), baseline_scores.argmax(1)
    low, high = bootstrap(truth, got)
    poles = [polar_accuracy(z, truth) for z in (chances, baseline_scores)]
    areas = [poles_area(z, truth) for z in (scores, baseline_scores)]
    is_confident = chances.max(1) >= fitted["undetected_below"]
    print(f"| {name} | {len(truth):,} | {f1_score(truth, got, average='macro'):.3f} [{low:.3f}, {high:.3f}] "
          f"| {f1_score(truth, other, average='macro'):.3f} | {poles[0]:.3f} | {poles[1]:.3f} "
          f"| {areas[0]:.3f} | {areas[1]:.3f} | {calibration_error(chances, truth):.3f} "
          f"| {is_confident.mean():.2f} | {(got == truth)[is_confident].mean():.2f} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("work", type=Path)
    parser.add_argument("--checkpoint", default="checkpoint")
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--limit", type=int, default=4000, help="maximum number of texts of a stream")
    options = parser.parse_args()
    torch.set_num_threads(1)
    model, pieces = load(options.work, options.checkpoint)
    rows, seen = [], {}
    for at, line in enumerate(open(options.work / "kept.jsonl", encoding="utf-8")):
        row = json.loads(line) | {"at": at}
        seen[row["stream"]] = seen.get(row["stream"], 0) + 1
        if "sentiment" in row["asked"] and seen[row["stream"]] <= options.limit:
            rows.append(row)
    scores = sentiment_scores(model, pieces, rows)
    baseline_scores = np.log(np.load(options.work / "baseline.npy")[[row["at"] for row in rows]] + 1e-9)
    truth = np.array([LABELS.index(row["asked"]["sentiment"]) for row in rows])
    with np.load(options.work / "ngrams.npz") as ngrams:
        scores += NGRAMS_SHARE * ngrams["held_out"][[row["at"] for row in rows], None] * np.array([1, 0, -1])
        weight = float(f"{NGRAMS_SHARE * ngrams['unit']:.4g}")
    is_fitting = np.array([is_for_fitting(row["at"]) for row in rows])
    inside = {name: np.array([row["stream"] in wanted or row["source"] in wanted for row in rows])
              for name, wanted in SENTIMENT.items()}

    def parts(of):
        return [(of[inside[name] & is_fitting], truth[inside[name] & is_fitting]) for name in FITTED_ON]

    calibration_path = options.work / "calibration.json"
    if options.fit:
        calibration_path.write_text(json.dumps({"ngrams_weight": weight} | fit(parts(scores)), indent=2) + "\n", encoding="utf-8")
    fitted, baseline_fitted = json.loads(calibration_path.read_text(encoding="utf-8")), fit(parts(baseline_scores))
    print(fitted, baseline_fitted)
    print("| texts | n | macro-F1 of 3 | TF-IDF + LR | accuracy, polar | TF-IDF + LR "
          "| area, polar | TF-IDF + LR | calibration error | labelled | correct if labelled |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for name in SENTIMENT:
        some = inside[name] & ~is_fitting
        row_of(name, scores[some], baseline_scores[some], truth[some], fitted, baseline_fitted)


if __name__ == "__main__":
    main()
