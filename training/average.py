"""Averages the weights of several training runs: `average.py WORK OUT RUN=SHARE...` writes WORK/OUT.pt.

Runs that start from the same weights end in the same basin of the loss, and their average is better than each of them
(Wortsman et al. 2022, "Model soups").
"""
import sys
from pathlib import Path

import torch


def main():
    work, out = Path(sys.argv[1]), sys.argv[2]
    shares = {name: float(share) for name, share in (operand.split("=") for operand in sys.argv[3:])}
    total, weights, shape = sum(shares.values()), {}, None
    for name, share in shares.items():
        run = torch.load(work / f"{name}.pt")
        shape = run["shape"]
        for tensor, values in run["model"].items():
            weights[tensor] = weights.get(tensor, 0) + share / total * values
    torch.save({"shape": shape, "model": weights}, work / f"{out}.pt")


if __name__ == "__main__":
    main()
