"""The learning curve of a training as a table: `curve.py WORK [NAME]`.

Macro-F1 on up to 1,200 kept texts of a kind, with the best biases of each kind: for comparing moments of one training.
"""
import json
import sys
from pathlib import Path

from train import WATCHED


def main():
    work, name = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "checkpoint"
    print("| million pieces | sentiment, nats | topics, nats |", " | ".join(WATCHED), "|")
    print("|---" * (len(WATCHED) + 3) + "|")
    with open(work / f"{name}.jsonl", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            if "macro_f1" in row:
                figures = " | ".join(f"{row['macro_f1'][kind][1]:.3f}" for kind in WATCHED)
                print(f"| {row['tokens'] / 1e6:.1f} | {row['sentiment']:.3f} | {row['topics']:.3f} | {figures} |")


if __name__ == "__main__":
    main()
