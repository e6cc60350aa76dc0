"""Trains the decoder for sentiment on bags of pieces, without encoder layers: `pool.py WORK` writes WORK/pool.pt.

Without encoder layers, the key and value of a piece depend only on the piece, and the query is constant. Attention is
computed once a step for the whole vocabulary, and a text is a weighted bag. Training reads hundreds of thousands of texts a
minute: embeddings, cross-attention and feed-forward of the decoder learn from most of the data before the encoder layers
are added.
"""
import sys
import time
from pathlib import Path

import numpy as np
import sentencepiece
import torch
from torch.nn import functional as F

from examples import LABELS, QUESTIONS, Sampler, Examples, Teacher
from model import Model, Shape
from train import MONITORED, best_f1, initialize, set_rates

LONGEST, TEXTS, PIECE_DROPOUT = 128, 2048, 0.15
RATE = 8e-3     # learning rate, relative to the size of the tensor


def bags(examples, rows, random=None):
    """The pieces of all texts, including end marks, and the text number of each."""
    texts = []
    for at in rows:
        ids = examples.text(at)
        ids = ids[:LONGEST - 1] if random is None or random.random() < 0.6 else ids[-LONGEST + 1:]
        if random is not None and len(ids) > 4:
            ids = ids[random.random(len(ids)) > PIECE_DROPOUT]
        texts.append(np.append(ids, 1).astype(np.int64))
    owner = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    return torch.from_numpy(np.concatenate(texts)), torch.from_numpy(owner)


def scores_of(model, symbol, label_ids, ids, owner, count):
    """The logits that decode() gives for the sentiment prompt if the encoder has no layers."""
    block = model.decoder.block[0]
    own, cross, last = block.layer
    # Position 0 is the pad token, position 1 the prompt; they are the same for all texts.
    start = model.shared(torch.tensor([[0, symbol]]))
    mask = model.decoder.position_bias(2) + torch.full((2, 2), -1e4).triu(1)
    normed = own.layer_norm(start)
    state = (start + own.SelfAttention(normed, normed, mask))[0, 1]
    attention = cross.EncDecAttention
    heads, width = attention.heads, attention.width
    query = attention.q(cross.layer_norm(state)).view(heads, width)
    memory = F.rms_norm(model.shared.weight, (model.shape_of.d_model,)) * model.encoder.final_layer_norm.weight
    asked = torch.einsum("hw,hwd->dh", query, attention.k.weight.view(heads, width, -1))
    weight = (memory @ asked).clamp(-12, 12).exp()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        value = attention.v(memory)
    value = value.float().view(-1, heads, width)
    starts = torch.searchsorted(owner, torch.arange(count))
    pooled = []
    for head in range(heads):
        mine = weight[:, head][ids]
        total = torch.zeros(count).index_add(0, owner, mine)
        pooled.append(F.embedding_bag(ids, value[:, head].contiguous(), starts, mode="sum",
                                      per_sample_weights=mine / total[owner]))
    states = state + attention.o(torch.cat(pooled, 1))
    states = states + last.DenseReluDense(last.layer_norm(states))
    return model.logits(model.decoder.final_layer_norm(states), label_ids)


@torch.no_grad()
def evaluate(model, kept, symbol, label_ids):
    result = {}
    for name in MONITORED:
        rows = np.flatnonzero((kept.stream == name) & (kept.label >= 0))[:2500]
        ids, owner = bags(kept, rows)
        scores = scores_of(model, symbol, label_ids, ids, owner, len(rows)).numpy()
        result[name] = best_f1(scores, kept.label[rows])
    return result


def main():
    work, steps = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 500
    torch.manual_seed(5)
    torch.set_num_threads(1)
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(work / "spiece.model"))
    examples, kept = Examples(work / "examples.jsonl", pieces), Examples(work / "kept.jsonl", pieces)
    symbols = [pieces.piece_to_id(f"<{question}>") for question in QUESTIONS]
    label_ids = torch.tensor([pieces.encode(label)[0] for label in LABELS])
    teacher = Teacher(work, 0.7, 0.5)
    model = Model(Shape(vocab_size=pieces.get_piece_size()))
    with np.load(work / "words.npz") as words:
        initialize(model, words, symbols, label_ids.tolist())
    learned = [model.shared.weight, model.encoder.final_layer_norm.weight, *model.decoder.parameters()]
    optimizer = torch.optim.AdamW([{"params": [p]} for p in learned], lr=0.0, betas=(0.9, 0.99), fused=True,
                                  weight_decay=0.0)
    sampler, start_time, losses = Sampler(examples, 99), time.time(), []
    print(evaluate(model, kept, symbols[0], label_ids), flush=True)
    for step in range(steps):
        rows = np.array([at for at in sampler.take(2 * TEXTS) if examples.label[at] >= 0][:TEXTS])
        target = torch.from_numpy(teacher.targets(examples, rows))
        ids, owner = bags(examples, rows, sampler.chance)
        scores = scores_of(model, symbols[0], label_ids, ids, owner, len(rows))
        loss = -(target * scores.log_softmax(-1)).sum(-1).mean()
        if step % 10 == 0:
            set_rates(optimizer, RATE * min(1, (step + 1) / 40) * (1 - step / steps))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimizer.step()
        losses.append(loss.item())
        if (step + 1) % 50 == 0:
            print(step + 1, round(float(np.mean(losses[-50:])), 4), evaluate(model, kept, symbols[0], label_ids),
                  round(time.time() - start_time), flush=True)
    torch.save(model.state_dict(), work / "pool.pt")


if __name__ == "__main__":
    main()
