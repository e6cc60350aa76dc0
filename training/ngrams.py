"""A linear sentiment model of hashed n-grams, used in addition to the T5: `ngrams.py WORK`.

See Weinberger et al. 2009, "Feature hashing", and, for the combination with a network, Cheng et al. 2016, "Wide & deep". Runs of
letters show inflected and misspelt Korean words, which the 32,768 pieces do not distinguish.

Writes WORK/ngrams.s8, a signed byte b for each of 2^21 hashes, with the weight b * |b| * unit, and WORK/ngrams.npz: `unit`;
`held_out`, the scores of the held-out texts, with which evaluate.py chooses the weight of this model; `training`, the score of each
training text by a model of the other half of the texts (even or odd numbers). Scores are in nats.

`ngrams.py --show TEXT...` prints the hashes of texts for tests/unit/data/ngrams.tsv. stages/tasks/ngrams.c extracts the same n-grams:

* The text is folded (NFKC, case) and split at blanks.
* A token with a letter of a dense script (Hangul, Han, kana, Thai) gives each run of one to five characters. The blanks
  around the token count as characters, but are not a run by themselves.
* Other tokens give each word (letters, marks, digits, apostrophes), each ! or ?, and each pair of successive ones.
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
MAX_LETTERS = 40        # of a word; the engine has no limit
BASE, WORD, PRIME, PAIR = (np.uint32(x) for x in (2166136261, 0x9747B28C, 16777619, 0x85EBCA6B))
TEXTS_AT_ONCE = 20_000
MAX_CHARACTERS = 2500   # of a text
BLANK, LETTER, DENSE, MARK = 1, 2, 3, 4
DENSE_RANGES = ((0xE00, 0xE80), (0x1100, 0x1200), (0x3040, 0x3100), (0x3130, 0x3190), (0x3400, 0x4DC0), (0x4E00, 0xA000),
                (0xA960, 0xA980), (0xAC00, 0xD800), (0xF900, 0xFB00))


def classify_characters():
    table = np.zeros(0x110000, np.uint8)
    for code in range(0x110000):
        if code <= 32:
            table[code] = BLANK
        elif unicodedata.category(chr(code))[0] in "LM" or unicodedata.category(chr(code)) == "Nd" or chr(code) in "'’":
            table[code] = DENSE if any(low <= code < high for low, high in DENSE_RANGES) else LETTER
        elif chr(code) in "!?":
            table[code] = MARK
    return table


KINDS = classify_characters()


def fold(text):
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).replace("’", "'")


def mix_hashes(hashes):
    hashes = (hashes ^ hashes >> np.uint32(15)) * np.uint32(0x2C1B3C6D)
    hashes = (hashes ^ hashes >> np.uint32(12)) * np.uint32(0x297A2D39)
    return (hashes ^ hashes >> np.uint32(15)) >> np.uint32(32 - BITS)


def hashes_of(texts):
    """The text number and the hash of every n-gram."""
    padded = "".join(f" {' '.join(fold(t).split())} \n" for t in texts) + " " * RUN
    codes = np.frombuffer(padded.encode("utf-32-le"), np.uint32)
    kind, text = KINDS[codes], np.cumsum(codes == 10)
    blank = kind == BLANK
    token = np.cumsum(~blank & np.concatenate([[True], blank[:-1]]))   # a blank has the number of the preceding token
    dense = np.bincount(token[kind == DENSE], minlength=token[-1] + 2) > 0
    found = []
    # Runs: only the first and the last character may be blanks.
    run, inside = np.full(len(codes), BASE), np.ones(len(codes), bool)
    for length in range(1, RUN + 1):
        count = len(codes) - length + 1
        run = (run[:count] ^ codes[length - 1:]) * PRIME
        if length > 2:
            inside = inside[:count] & ~blank[length - 2:length - 2 + count]
        first, last = blank[:count], blank[length - 1:]
        alone = first & last & (length <= 2)
        some = inside[:count] & ~alone & dense[token[:count] + first]
        found.append((text[:count][some], mix_hashes(run[some] + np.uint32(length))))
    letter = ((kind == LETTER) | (kind == MARK)) & ~dense[token]
    begins = letter & (np.concatenate([[True], ~letter[:-1]]) | (kind == MARK) | np.concatenate([[False], kind[:-1] == MARK]))
    places = np.flatnonzero(begins)
    words, alive = np.full(len(places), WORD), np.ones(len(places), bool)
    for at in range(MAX_LETTERS):
        where = np.minimum(places + at, len(codes) - 1)
        if at:
            alive &= letter[where] & ~begins[where]
        words[alive] = (words[alive] ^ codes[where[alive]]) * PRIME
    found.append((text[places], mix_hashes(words)))
    together = text[places[:-1]] == text[places[1:]]
    found.append((text[places[:-1]][together], mix_hashes(words[:-1] * PAIR ^ words[1:])[together]))
    return (np.concatenate(parts) for parts in zip(*found))


def rows_of(texts):
    """The count of each n-gram in each text, divided by the square root of the number of n-grams in the text."""
    parts = []
    for start in range(0, len(texts), TEXTS_AT_ONCE):
        some = [text[:MAX_CHARACTERS] for text in texts[start:start + TEXTS_AT_ONCE]]
        number, hashes = hashes_of(some)
        share = np.maximum(np.bincount(number, minlength=len(some)), 1)
        parts.append(sparse.coo_matrix(((share ** -0.5).astype(np.float32)[number], (number, hashes.astype(np.int32))),
                                       shape=(len(some), 1 << BITS)).tocsr())
    return sparse.vstack(parts, format="csr")


def fit(rows, labels, streams):
    """Half the difference of two weight vectors: positive against the rest and negative against the rest."""
    # Rare n-grams get a larger weight (inverse document frequency), and so do rare streams and classes, but less than balanced.
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
    by_label = [SGDClassifier(loss="log_loss", alpha=1.5e-6, max_iter=12, tol=None, average=True, random_state=1)
             .fit(rows, labels == label, sample_weight=weights).coef_[0] for label in (0, 2)]
    return (by_label[0] - by_label[1]) / 2 * rarity


def read_examples(work, name):
    """Line numbers, texts, labels and streams of the labelled examples of both languages, and the number of all examples."""
    parts = [read(work / f"{name}.jsonl", language) for language in ("en", "ko")]
    numbers, labels, streams = (np.concatenate([part[at] for part in parts]) for at in (0, 2, 3))
    return numbers, parts[0][1] + parts[1][1], labels, streams, parts[0][4]


def main():
    if sys.argv[1] == "--show":
        for text in sys.argv[2:]:
            print(text, " ".join(map(str, sorted(list(hashes_of([text]))[1].tolist()))), sep="\t")
        return
    work, start_time = Path(sys.argv[1]), time.time()
    numbers, texts, labels, streams, count = read_examples(work, "examples")
    rows = rows_of(texts)
    print(rows.shape, rows.nnz, round(time.time() - start_time), "s", flush=True)
    exact = fit(rows, labels, streams)
    unit = np.abs(exact).max() / 127 ** 2
    quantized = (np.sign(exact) * np.rint(np.sqrt(np.abs(exact) / unit))).astype(np.int8)
    (work / "ngrams.s8").write_bytes(quantized.tobytes())
    training, is_even = np.zeros(count, np.float16), numbers % 2 == 0
    for half in (is_even, ~is_even):
        training[numbers[~half]] = rows[~half] @ fit(rows[half], labels[half], streams[half])
    numbers, texts, labels, streams, count = read_examples(work, "kept")
    rows, held_out = rows_of(texts), np.zeros(count)
    held_out[numbers] = rows @ (quantized * np.abs(quantized.astype(np.float32)) * unit)
    np.savez(work / "ngrams.npz", unit=unit, training=training, held_out=held_out)
    for stream in sorted(set(streams)):
        some = (streams == stream) & (labels != 1)
        if 0 < (labels[some] == 0).mean() < 1:
            areas = [roc_auc_score(labels[some] == 0, said) for said in (rows[some] @ exact, held_out[numbers][some])]
            print(f"{stream:12} area {areas[0]:.4f}, as bytes {areas[1]:.4f}")
    print("unit", unit, "nonzero", round((quantized != 0).mean(), 3), round(time.time() - start_time), "s")


if __name__ == "__main__":
    main()
