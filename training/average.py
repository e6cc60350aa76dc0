"""The mean of the weights of several pieces of training: `average.py WORK OUT PIECE=SHARE...` writes WORK/OUT.pt.

Pieces that began from the same weights lie in one valley, and their mean is better than each (Wortsman et al. 2022,
"Model soups"): what each piece got used to counts less.
"""
import sys
from pathlib import Path

import torch


def main():
    work, out = Path(sys.argv[1]), sys.argv[2]
    shares = {name: float(share) for name, share in (piece.split("=") for piece in sys.argv[3:])}
    total, weights, shape = sum(shares.values()), {}, None
    for name, share in shares.items():
        piece = torch.load(work / f"{name}.pt")
        shape = piece["shape"]
        for tensor, values in piece["model"].items():
            weights[tensor] = weights.get(tensor, 0) + share / total * values
    torch.save({"shape": shape, "model": weights}, work / f"{out}.pt")


if __name__ == "__main__":
    main()
