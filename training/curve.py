"""Prints the learning curve of a training run as a table: `curve.py WORK [RUN]`.

Macro-F1 on up to 1,200 held-out texts of each kind, with the best biases for each kind. Use it to compare points of one run.
"""
import json
import sys
from pathlib import Path

from train import MONITORED


def main():
    work, name = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "checkpoint"
    print("| million pieces | sentiment, nats | topics, nats |", " | ".join(MONITORED), "|")
    print("|---" * (len(MONITORED) + 3) + "|")
    with open(work / f"{name}.jsonl", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            if "macro_f1" in row:
                figures = " | ".join(f"{row['macro_f1'][kind][1]:.3f}" for kind in MONITORED)
                print(f"| {row['tokens'] / 1e6:.1f} | {row['sentiment']:.3f} | {row['topics']:.3f} | {figures} |")


if __name__ == "__main__":
    main()
