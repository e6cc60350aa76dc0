"""What single words tell: `words.py WORK` writes WORK/words.npz, from which training starts.

The neighbours of each piece (positive pointwise mutual information, truncated SVD), then a bag of
pieces that predicts sentiment and topics from their mean: a pass over a million texts in two minutes,
after which the transformer starts from what a linear classifier knows.
"""
import sys
import time
from pathlib import Path

import numpy as np
import sentencepiece
import torch
from sklearn.metrics import f1_score
from torch.nn import functional as F

from model import EMBEDDING, Shape
from train import LABELS, Draw, Examples

ANSWER = 14  # pieces of an answer that are looked at: all topics and polarities of six items


def neighbours(examples, size, width, window=4):
    """Positive pointwise mutual information, then a randomised SVD."""
    ids = examples.ids.astype(np.int64)[:8_000_000]
    counts = np.zeros(size * size, np.float32)
    for distance in range(1, window + 1):
        for start in range(0, len(ids) - distance, 4_000_000):
            left = ids[start:start + 4_000_000]
            right = ids[start + distance:start + distance + 4_000_000]
            where, times = np.unique(left[:len(right)] * size + right, return_counts=True)
            counts[where] += times / distance
    counts = counts.reshape(size, size)
    counts += counts.T.copy()
    each = counts.sum(1)
    context = each ** 0.75 / (each ** 0.75).sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        counts /= np.maximum(each, 1)[:, None]
        counts /= np.maximum(context, 1e-9)[None, :]
        np.log(counts, out=counts)
    counts[~np.isfinite(counts)] = 0
    np.maximum(counts - 0.5, 0, out=counts)
    matrix = torch.from_numpy(counts)
    probe = torch.linalg.qr(matrix @ torch.randn(size, width + 32))[0]
    probe = torch.linalg.qr(matrix @ (matrix.T @ probe))[0]
    u, s, _ = torch.linalg.svd(probe.T @ matrix, full_matrices=False)
    vectors = (probe @ u)[:, :width] * s[:width] ** 0.5
    # Spread the leading directions over all columns, then one scale for every piece.
    vectors = vectors @ torch.linalg.qr(torch.randn(width, width))[0]
    norm = vectors.norm(dim=1, keepdim=True)
    random = torch.randn(size, width) / width ** 0.5
    return torch.where(norm > 1e-3, vectors / norm.clamp(min=1e-3), random) * EMBEDDING * width ** 0.5


def bags(examples, rows):
    texts = [examples.text(at)[:128].astype(np.int64) for at in rows]
    offsets = np.cumsum([0] + [len(text) for text in texts[:-1]])
    return torch.from_numpy(np.concatenate(texts)), torch.from_numpy(offsets)


def train(examples, kept, vectors, steps, answers, rate, whole):
    """A linear classifier of the mean of a text's pieces; `whole`: the embeddings learn too.

    `answers`: ids of the topics' pieces; each is predicted as present or not.
    """
    size, width = vectors.shape
    bag = torch.nn.EmbeddingBag.from_pretrained(vectors, freeze=not whole, mode="mean", sparse=True)
    head = torch.nn.Linear(width, 3 + len(answers))
    optimizers = [torch.optim.Adam(head.parameters(), lr=rate)]
    if whole:
        optimizers.append(torch.optim.SparseAdam(bag.parameters(), lr=2 * rate))
    first = [optimizer.param_groups[0]["lr"] for optimizer in optimizers]
    column = {piece: at for at, piece in enumerate(answers)}
    draw = Draw(examples, 77)
    began = time.time()
    for step in range(steps):
        rows = [at for at in draw.take(768) if len(examples.text(at))]
        out = head(bag(*bags(examples, rows)))
        label = torch.from_numpy(examples.label[rows].astype(np.int64))
        loss = F.cross_entropy(out[:, :3], label, ignore_index=-1)
        asked = [(i, examples.answer(at, 1)) for i, at in enumerate(rows) if len(examples.answer(at, 1))]
        truth = torch.zeros(len(asked), len(answers))
        for i, (_, answer) in enumerate(asked):
            for piece in answer[:ANSWER]:
                if int(piece) in column:
                    truth[i, column[int(piece)]] = 1
        chosen = out[[i for i, _ in asked], 3:]
        loss = loss + 4 * F.binary_cross_entropy_with_logits(chosen, truth)
        for optimizer, rate in zip(optimizers, first):
            optimizer.param_groups[0]["lr"] = rate * (1 - step / steps)
            optimizer.zero_grad()
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
        if (step + 1) % 100 == 0:
            figures = {}
            with torch.no_grad():
                for name in ("shop_en", "film_ko"):
                    some = [at for at in np.flatnonzero((kept.stream == name) & (kept.label >= 0))
                            if len(kept.text(at))][:1500]
                    got = head(bag(*bags(kept, some)))[:, :3].argmax(1).numpy()
                    figures[name] = round(f1_score(kept.label[some], got, average="macro"), 4)
            print(step + 1, round(loss.item(), 3), figures, round(time.time() - began), flush=True)
    return bag.weight.detach(), head


def main():
    work = Path(sys.argv[1])
    torch.manual_seed(1)
    torch.set_num_threads(int(sys.argv[2]) if len(sys.argv) > 2 else 2)
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(work / "spiece.model"))
    examples, kept = Examples(work / "examples.jsonl", pieces), Examples(work / "kept.jsonl", pieces)
    shape = Shape(vocab_size=pieces.get_piece_size())
    answers = sorted({int(i) for at in np.flatnonzero(examples.stream == "aspect_en")[:20000]
                      for i in examples.answer(at, 1)} - {pieces.encode(w)[0] for w in LABELS})
    known = work / "embeddings.npy"
    if known.exists():
        vectors = torch.from_numpy(np.load(known))
    else:
        vectors = neighbours(examples, shape.vocab_size, shape.d_model)
        vectors, _ = train(examples, kept, vectors, 2400, answers, 4e-3, whole=True)
        vectors = vectors / vectors.pow(2).mean().sqrt() * EMBEDDING
        np.save(known, vectors.numpy())
    # The encoder hands on normed states, so the classifier is fitted again to such.
    normed = F.rms_norm(vectors, (shape.d_model,))
    _, head = train(examples, kept, normed, 400, answers, 6e-3, whole=False)
    np.savez(work / "words.npz", embeddings=vectors.numpy(), weight=head.weight.detach().numpy(),
             bias=head.bias.detach().numpy(), answers=np.array(answers))


if __name__ == "__main__":
    main()
