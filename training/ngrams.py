"""Runs of letters and words as evidence for praise or complaint beside the T5: `ngrams.py WORK`.

A linear model over hashed n-grams (Weinberger et al. 2009, "Feature hashing"; beside a network: Cheng et al. 2016, "Wide &
deep"): how Korean words are inflected and misspelt shows in runs of letters, which 32,768 pieces do not tell. Writes WORK/ngrams.s8, a
signed byte b for each of 2^21 hashes, which weighs b * |b| units, and WORK/ngrams.npz: the unit, what it says of the kept
texts, for evaluate.py, which finds how much that counts, and of each text to train with what the half says to which it does not
belong (even numbers, odd ones), in nats. `ngrams.py --show TEXT...` prints the hashes of texts, for tests/unit/data/ngrams.tsv:
stages/tasks/ngrams.c reads texts in the same way:

* folded (NFKC, case), then cut at blanks;
* of a token with a letter of a dense script (Hangul, Han, kana, Thai): each run of one to five characters, where the
  blanks around the token are characters, too, but not alone;
* of other tokens: each word (letters, marks, digits, apostrophes) and each ! or ?, and each two that follow each other.
"""
import sys
import time
import unicodedata
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import roc_auc_score

from baseline import read

BITS, RUN = 21, 5
LONGEST = 40            # letters of a word that are looked at here; the engine looks at all
BASE, WORD, PRIME, PAIR = (np.uint32(x) for x in (2166136261, 0x9747B28C, 16777619, 0x85EBCA6B))
PART = 20_000           # texts at a time
MOST = 2500             # characters of a text
BLANK, LETTER, DENSE, MARK = 1, 2, 3, 4
DENSE_RANGES = ((0xE00, 0xE80), (0x1100, 0x1200), (0x3040, 0x3100), (0x3130, 0x3190), (0x3400, 0x4DC0), (0x4E00, 0xA000),
                (0xA960, 0xA980), (0xAC00, 0xD800), (0xF900, 0xFB00))


def kinds():
    table = np.zeros(0x110000, np.uint8)
    for code in range(0x110000):
        if code <= 32:
            table[code] = BLANK
        elif unicodedata.category(chr(code))[0] in "LM" or unicodedata.category(chr(code)) == "Nd" or chr(code) in "'’":
            table[code] = DENSE if any(low <= code < high for low, high in DENSE_RANGES) else LETTER
        elif chr(code) in "!?":
            table[code] = MARK
    return table


KINDS = kinds()


def fold(text):
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).replace("’", "'")


def mixed(hashes):
    hashes = (hashes ^ hashes >> np.uint32(15)) * np.uint32(0x2C1B3C6D)
    hashes = (hashes ^ hashes >> np.uint32(12)) * np.uint32(0x297A2D39)
    return (hashes ^ hashes >> np.uint32(15)) >> np.uint32(32 - BITS)


def hashes_of(texts):
    """(number of the text, hash) of every n-gram."""
    padded = "".join(f" {' '.join(fold(t).split())} \n" for t in texts) + " " * RUN
    codes = np.frombuffer(padded.encode("utf-32-le"), np.uint32)
    kind, text = KINDS[codes], np.cumsum(codes == 10)
    blank = kind == BLANK
    token = np.cumsum(~blank & np.concatenate([[True], blank[:-1]]))   # a blank has the number of the token before it
    dense = np.bincount(token[kind == DENSE], minlength=token[-1] + 2) > 0
    found = []
    # Runs: what stands between the first and the last character is no blank.
    run, inside = np.full(len(codes), BASE), np.ones(len(codes), bool)
    for length in range(1, RUN + 1):
        count = len(codes) - length + 1
        run = (run[:count] ^ codes[length - 1:]) * PRIME
        if length > 2:
            inside = inside[:count] & ~blank[length - 2:length - 2 + count]
        first, last = blank[:count], blank[length - 1:]
        alone = first & last & (length <= 2)
        some = inside[:count] & ~alone & dense[token[:count] + first]
        found.append((text[:count][some], mixed(run[some] + np.uint32(length))))
    letter = ((kind == LETTER) | (kind == MARK)) & ~dense[token]
    begins = letter & (np.concatenate([[True], ~letter[:-1]]) | (kind == MARK) | np.concatenate([[False], kind[:-1] == MARK]))
    places = np.flatnonzero(begins)
    words, alive = np.full(len(places), WORD), np.ones(len(places), bool)
    for at in range(LONGEST):
        where = np.minimum(places + at, len(codes) - 1)
        if at:
            alive &= letter[where] & ~begins[where]
        words[alive] = (words[alive] ^ codes[where[alive]]) * PRIME
    found.append((text[places], mixed(words)))
    together = text[places[:-1]] == text[places[1:]]
    found.append((text[places[:-1]][together], mixed(words[:-1] * PAIR ^ words[1:])[together]))
    return (np.concatenate(parts) for parts in zip(*found))


def rows_of(texts):
    """How often each n-gram stands in each text, over the square root of how many there are in all."""
    parts = []
    for start in range(0, len(texts), PART):
        some = [text[:MOST] for text in texts[start:start + PART]]
        number, hashes = hashes_of(some)
        share = np.maximum(np.bincount(number, minlength=len(some)), 1)
        parts.append(sparse.coo_matrix(((share ** -0.5).astype(np.float32)[number], (number, hashes.astype(np.int32))),
                                       shape=(len(some), 1 << BITS)).tocsr())
    return sparse.vstack(parts, format="csr")


def fit(rows, labels, streams):
    """Weights of praise against the rest less those of complaint against the rest, halved."""
    # Rare n-grams count more (inverse document frequency); every stream and class does, rare ones less than evenly.
    rarity = np.log((1 + rows.shape[0]) / (1 + rows.getnnz(0))) + 1
    rarity = (2.5 * rarity / rarity.mean()).astype(np.float32)
    korean = np.array([stream.endswith("_ko") for stream in streams])
    weights = np.ones(len(labels))
    for stream in set(streams):
        for label in range(3):
            inside = (streams == stream) & (labels == label)
            weights[inside] = max(1, inside.sum()) ** -0.5
    for language in (korean, ~korean):
        weights[language] /= weights[language].mean()
    rows = rows @ sparse.diags(rarity)
    poles = [SGDClassifier(loss="log_loss", alpha=1.5e-6, max_iter=12, tol=None, average=True, random_state=1)
             .fit(rows, labels == label, sample_weight=weights).coef_[0] for label in (0, 2)]
    return (poles[0] - poles[1]) / 2 * rarity


def side(work, name):
    """Numbers, texts, labels and streams of the rated examples of both languages, and how many examples there are."""
    parts = [read(work / f"{name}.jsonl", language) for language in ("en", "ko")]
    numbers, labels, streams = (np.concatenate([part[at] for part in parts]) for at in (0, 2, 3))
    return numbers, parts[0][1] + parts[1][1], labels, streams, parts[0][4]


def main():
    if sys.argv[1] == "--show":
        for text in sys.argv[2:]:
            print(text, " ".join(map(str, sorted(list(hashes_of([text]))[1].tolist()))), sep="\t")
        return
    work, began = Path(sys.argv[1]), time.time()
    numbers, texts, labels, streams, count = side(work, "examples")
    rows = rows_of(texts)
    print(rows.shape, rows.nnz, round(time.time() - began), "s", flush=True)
    exact = fit(rows, labels, streams)
    unit = np.abs(exact).max() / 127 ** 2
    roots = (np.sign(exact) * np.rint(np.sqrt(np.abs(exact) / unit))).astype(np.int8)
    (work / "ngrams.s8").write_bytes(roots.tobytes())
    learned, even = np.zeros(count, np.float16), numbers % 2 == 0
    for half in (even, ~even):
        learned[numbers[~half]] = rows[~half] @ fit(rows[half], labels[half], streams[half])
    numbers, texts, labels, streams, count = side(work, "kept")
    rows, kept = rows_of(texts), np.zeros(count)
    kept[numbers] = rows @ (roots * np.abs(roots.astype(np.float32)) * unit)
    np.savez(work / "ngrams.npz", unit=unit, learned=learned, kept=kept)
    for stream in sorted(set(streams)):
        some = (streams == stream) & (labels != 1)
        if 0 < (labels[some] == 0).mean() < 1:
            areas = [roc_auc_score(labels[some] == 0, said) for said in (rows[some] @ exact, kept[numbers][some])]
            print(f"{stream:12} area {areas[0]:.4f}, as bytes {areas[1]:.4f}")
    print("unit", unit, "in use", round((roots != 0).mean(), 3), round(time.time() - began), "s")


if __name__ == "__main__":
    main()
