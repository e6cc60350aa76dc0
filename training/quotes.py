"""Learns which sentences can be quoted alone (stages/tasks/quote_classifier.h): `quotes.py DATA WORK WINNOW MODEL`.

WORK has spiece.model and ngrams.s8 of the model (unpack.py).

Writes WORK/quotes.s8, and prints figures for KINDS_LEFT_OUT from a classifier that has not seen them. The model is not changed: the
classifier is a logistic regression over the states of its decoder after `<sentiment>` and after `<topics>`.

quotes/labels.tsv has the labels by reading: `record` and `sentence` are keys (readings.key_of). A reader saw the whole record.

    P  praise of something definite, understood alone       p  praise, but general, unclear alone, a fragment or a story
    C  a complaint about something definite, likewise       c  likewise
    N  neither, or not meant as it looks                    X  both
"""
import csv
import shutil
import sqlite3
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import sentencepiece
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler

import ngrams
import readings
import unpack
from model import Model
from sources import squeeze
from student import NGRAMS_WEIGHT

LABELS = readings.HERE / "quotes/labels.tsv"
CLASSES = "PCpcNX"       # enum quote_class
KINDS_LEFT_OUT = {"app-health_ko", "employee_ko", "app-social_ko", "gym_en", "short-let_en", "hospital_en"}
OPEN_RECORD_SHARE, WEAK_SHARE = 0.7, 0.3   # as in stages/evidence/quote_worth.c
WORTHS = (0.28, 0.5)     # QUOTE_LAST_RESORT, QUOTE_MIN_WORTH
STRENGTH = 0.003         # C of LogisticRegression
LONGEST = 380            # pieces of a sentence
TOKENS = 6000            # of a batch
JOB = "[source s]\npath = in.csv\n[group]\nby = source\nperiod = all\n[output]\npath = out\n"


def read_labels():
    with open(LABELS, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def run(folder, texts, winnow):
    """`winnow run` over the texts by key, from the start; the keys are the records' ids."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "job.ini").write_text(JOB, encoding="utf-8")
    with open(folder / "in.csv", "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "text"])
        rows.writerows((key, text.text) for key, text in texts.items())
    subprocess.run([Path(winnow).resolve(), "run", "-q", "job.ini"], cwd=folder, check=True)


def split_sentences(folder, texts, winnow):
    """{record key: [(sentence, sentiment of the record)]}, as `winnow run` splits and reads the redacted texts."""
    run(folder, texts, winnow)
    found = {}
    with sqlite3.connect(folder / "out/winnow.db") as database:
        query = ('SELECT f.external_id, f.text, p."begin", p."end", a.sentiment FROM feedback f JOIN passage p ON p.feedback_id = f.id '
                 'JOIN analysis a ON a.text_hash = f.text_hash ORDER BY f.id, p."begin"')
        for key, text, begin, end, sentiment in database.execute(query):
            found.setdefault(key, []).append((text.encode()[begin:end].decode(), sentiment))
    return found


def labelled_sentences(data, work, winnow):
    """[(kind, sentence without a full stop at its end, index of CLASSES, sentiment of the record)]."""
    rows = read_labels()
    texts = readings.texts_by_key(data, {row["record"] for row in rows})
    sentences, found = split_sentences(work / "quotes", texts, winnow), []
    by_key = {key: {readings.key_of(squeeze(text)): (text, sentiment) for text, sentiment in some} for key, some in sentences.items()}
    for row in rows:
        text, sentiment = by_key.get(row["record"], {}).get(row["sentence"], ("", ""))
        if text:
            found.append((texts[row["record"]].kind, text.strip().rstrip("."), CLASSES.index(row["label"]), sentiment))
    print(f"{len(found)} of {len(rows)} sentences found")
    return found


@torch.no_grad()
def features_of(raw, work, texts):
    """[text][the states after both questions, polarity of the n-grams, logarithm of the length, is a question]."""
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(work / "spiece.model"))
    state, shape = unpack.weights(raw)
    model = Model(shape).eval()
    model.load_state_dict(state)
    ids = [some[:LONGEST] + [1] for some in pieces.encode(texts)]
    order, at = sorted(range(len(ids)), key=lambda row: len(ids[row])), 0
    found = np.zeros((len(texts), 2 * shape.d_model + 3), np.float32)
    while at < len(order):
        some = order[at:at + max(1, TOKENS // len(ids[order[min(len(order) - 1, at + 200)]]))]
        at += len(some)
        text = torch.zeros(len(some), len(ids[some[-1]]), dtype=torch.long)
        for row, number in enumerate(some):
            text[row, :len(ids[number])] = torch.tensor(ids[number])
        memory = model.encode(text)
        for part, name in enumerate(("<sentiment>", "<topics>")):
            prefix = torch.tensor([[0, pieces.piece_to_id(name)]]).expand(len(some), 2)
            states = model.decode(prefix, torch.full((len(some),), 2), memory, text)[:, 1]
            found[some, part * shape.d_model:(part + 1) * shape.d_model] = states.numpy() * shape.d_model ** -0.5
    weights = np.fromfile(work / "ngrams.s8", np.int8)
    found[:, -3] = ngrams.rows_of(texts) @ (weights * np.abs(weights.astype(np.float32)) * NGRAMS_WEIGHT)
    found[:, -2] = [np.log1p(len(text)) for text in texts]
    found[:, -1] = [text.endswith("?") for text in texts]
    return found


def fit(features, labels, strength=STRENGTH):
    """(weights [class][feature], bias [class]) for the features as they are."""
    scaler = StandardScaler().fit(features)
    model = LogisticRegression(C=strength, max_iter=500).fit(scaler.transform(features), labels)
    weights = model.coef_ / scaler.scale_
    return weights, model.intercept_ - weights @ scaler.mean_


def predict(fitted, features):
    logits = features @ fitted[0].T + fitted[1]
    logits = np.exp(logits - logits.max(1, keepdims=True))
    return logits / logits.sum(1, keepdims=True)


def report(probabilities, labels, sentiments):
    """How good are sentences of the worth that summaries ask for (quote_worth.c)?"""
    for name, own, wrong, side, other in (("praise", 0, (1, 3), "positive", "negative"), ("complaint", 1, (0, 2), "negative", "positive")):
        share = np.where(sentiments == side, 1, np.where(sentiments == other, 0, OPEN_RECORD_SHARE))
        worth = share * (probabilities[:, own] + WEAK_SHARE * probabilities[:, own + 2])
        print(f"{name}: AUC of the probability {roc_auc_score(labels == own, probabilities[:, own]):.3f}")
        for minimum in WORTHS:
            kept = labels[worth >= minimum]
            print(f"  worth {minimum}: {len(kept)}, of {(labels == own).sum()} good ones; {(kept == own).mean():.3f} good, "
                  f"{(kept == own + 2).mean():.3f} weak, {np.isin(kept, wrong).mean():.3f} of the other side, {(kept == 4).mean():.3f} neither")


def write(fitted, path):
    weights, bias = fitted
    states, others = weights[:, :-3], weights[:, -3:]
    scale = np.abs(states).max(1) / 127
    header = struct.pack("<I", states.shape[1] // 2)
    for row in range(len(bias)):
        header += struct.pack("<5f", scale[row], bias[row], *others[row])
    path.write_bytes(header + np.round(states / scale[:, None]).astype(np.int8).tobytes())


def main():
    data, work, winnow, model = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4])
    kinds, texts, labels, sentiments = zip(*labelled_sentences(data, work, winnow))
    labels, sentiments, left_out = np.array(labels), np.array(sentiments), np.array([kind in KINDS_LEFT_OUT for kind in kinds])
    features = features_of(model.read_bytes(), work, list(texts))
    report(predict(fit(features[~left_out], labels[~left_out]), features[left_out]), labels[left_out], sentiments[left_out])
    write(fit(features, labels), work / "quotes.s8")


if __name__ == "__main__":
    main()
