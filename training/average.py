"""Weights between those of two pieces of training: `average.py WORK FIRST SECOND SHARE` writes WORK/checkpoint.pt.

SHARE of the second, the rest of the first, which it began from (Wortsman et al. 2022, "Model soups"): what each
piece got used to counts less.
"""
import sys
from pathlib import Path

import torch


def main():
    work, first, second, share = Path(sys.argv[1]), *sys.argv[2:4], float(sys.argv[4])
    begun, ended = (torch.load(work / f"{name}.pt") for name in (first, second))
    weights = {name: (1 - share) * begun["model"][name] + share * t for name, t in ended["model"].items()}
    torch.save({"shape": ended["shape"], "model": weights}, work / "checkpoint.pt")


if __name__ == "__main__":
    main()
