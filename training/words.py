"""Initial embeddings and a linear classifier of pieces: `words.py WORK` writes WORK/words.npz, from which training starts.

Embeddings come from the neighbours of each piece (positive pointwise mutual information, truncated SVD). A classifier of the mean
of a text's normed embeddings then learns sentiment and topics, and adapts the embeddings. It reads a million texts in minutes;
the transformer starts from its result. If WORK/words.npz exists, training continues from it.
"""
import sys
import time
from pathlib import Path

import numpy as np
import sentencepiece
import torch
from scipy import sparse
from sklearn.metrics import f1_score
from torch.nn import functional as F

from examples import LABELS, Sampler, Examples
from model import EMBEDDING, Shape

ANSWER = 14  # maximum number of pieces of an answer: topics and polarities of six items
LONGEST = 128


def neighbours(examples, size, width, window=3):
    """Positive pointwise mutual information, then a randomized SVD."""
    ids = examples.ids[:12_000_000].astype(np.int64)
    counts = sparse.csr_matrix((size, size), dtype=np.float32)
    for distance in range(1, window + 1):
        pairs = ids[:-distance] * size + ids[distance:]
        where, times = np.unique(pairs, return_counts=True)
        some = times > 1
        counts = counts + sparse.csr_matrix((times[some].astype(np.float32) / distance,
                                             (where[some] // size, where[some] % size)), (size, size))
    counts = (counts + counts.T).tocoo()
    each = np.maximum(np.bincount(counts.row, counts.data, size), 1)
    context = each ** 0.75 / (each ** 0.75).sum()
    value = np.log(counts.data / each[counts.row] / context[counts.col]) - 0.5
    matrix = sparse.csr_matrix((np.maximum(value, 0).astype(np.float32), (counts.row, counts.col)), (size, size))
    matrix.eliminate_zeros()
    chance = np.random.default_rng(4)
    probe = np.linalg.qr(matrix @ chance.standard_normal((size, width + 32), np.float32))[0]
    probe = np.linalg.qr(matrix @ (matrix.T @ probe))[0]
    u, s, _ = np.linalg.svd((matrix.T @ probe).T, full_matrices=False)
    vectors = (probe @ u)[:, :width] * s[:width] ** 0.5
    # Rotates the leading directions over all columns, then gives every piece the same norm.
    vectors = torch.from_numpy((vectors @ np.linalg.qr(chance.standard_normal((width, width)))[0]).astype(np.float32))
    norm = vectors.norm(dim=1, keepdim=True)
    random = torch.randn(size, width) / width ** 0.5
    return torch.where(norm > 1e-3, vectors / norm.clamp(min=1e-3), random) * EMBEDDING * width ** 0.5


def bags(examples, rows):
    texts = [examples.text(at)[:LONGEST].astype(np.int64) for at in rows]
    offsets = np.cumsum([0] + [len(text) for text in texts[:-1]])
    return torch.from_numpy(np.concatenate(texts)), torch.from_numpy(offsets)


def truths(examples, rows, column):
    """The rows that have a topics answer, and for each of them 0 or 1 for each piece of `column`."""
    asked = [(i, examples.answer(at, 1)) for i, at in enumerate(rows) if len(examples.answer(at, 1))]
    truth = torch.zeros(len(asked), len(column))
    for i, (_, answer) in enumerate(asked):
        for piece in answer[:ANSWER].tolist():
            if piece in column:
                truth[i, column[piece]] = 1
    return [i for i, _ in asked], truth


def train(examples, kept, vectors, steps, answers, rate):
    """Trains the linear classifier and the embeddings."""
    table = torch.nn.Parameter(vectors)
    head = torch.nn.Linear(vectors.shape[1], 3 + len(answers))
    optimizer = torch.optim.Adam([{"params": [table], "lr": rate}, {"params": head.parameters(), "lr": rate}],
                                 betas=(0.9, 0.99), fused=True)
    column = {piece: at for at, piece in enumerate(answers)}
    sampler, start_time = Sampler(examples, 77), time.time()
    for step in range(steps):
        rows = [at for at in sampler.take(2048) if len(examples.text(at))]
        normed = F.rms_norm(table, table.shape[1:])
        ids, offsets = bags(examples, rows)
        out = head(F.embedding_bag(ids, normed, offsets, mode="mean"))
        label = torch.from_numpy(examples.label[rows].astype(np.int64))
        loss = F.cross_entropy(out[:, :3], label, ignore_index=-1)
        places, truth = truths(examples, rows, column)
        loss = loss + 4 * F.binary_cross_entropy_with_logits(out[places, 3:], truth)
        for group in optimizer.param_groups:
            group["lr"] = rate * (1 - step / steps)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if (step + 1) % 50 == 0:
            print(step + 1, round(loss.item(), 3), figures(kept, table, head), round(time.time() - start_time), flush=True)
    return table.detach(), head


@torch.no_grad()
def figures(kept, table, head):
    result = {}
    for name in ("shop_en", "film_ko", "post_en"):
        some = [at for at in np.flatnonzero((kept.stream == name) & (kept.label >= 0))[:1500] if len(kept.text(at))]
        ids, offsets = bags(kept, some)
        scores = head(F.embedding_bag(ids, F.rms_norm(table, table.shape[1:]), offsets, mode="mean"))[:, :3].numpy()
        result[name] = round(max(f1_score(kept.label[some], (scores + [0, n, m]).argmax(1), average="macro")
                                 for n in np.arange(-1.5, 0.6, 0.25) for m in np.arange(-0.75, 0.8, 0.25)), 4)
    return result


def main():
    work, steps = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 300
    torch.manual_seed(1)
    torch.set_num_threads(1)
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(work / "spiece.model"))
    examples, kept = Examples(work / "examples.jsonl", pieces), Examples(work / "kept.jsonl", pieces)
    shape = Shape(vocab_size=pieces.get_piece_size())
    answers = sorted({int(i) for at in np.flatnonzero(examples.stream == "aspect_en")[:20000]
                      for i in examples.answer(at, 1)} - {pieces.encode(w)[0] for w in LABELS})
    start_time = time.time()
    known = work / "words.npz"
    if known.exists():
        with np.load(known) as words:
            vectors = torch.from_numpy(words["embeddings"])
    else:
        vectors = neighbours(examples, shape.vocab_size, shape.d_model)
    print("first vectors", round(time.time() - start_time), "s", flush=True)
    vectors, head = train(examples, kept, vectors, steps, answers, 1.5e-2)
    vectors = F.rms_norm(vectors, (shape.d_model,)) * EMBEDDING
    np.savez(known, embeddings=vectors.numpy(), weight=head.weight.detach().numpy(),
             bias=head.bias.detach().numpy(), answers=np.array(answers))


if __name__ == "__main__":
    main()
