#!/usr/bin/env python3
"""What several machines save: simulates `winnow run --until read`, N times `winnow analyse`, `winnow merge` and the
final `winnow run`, from the measured CPU time of each part.

    bench/shards.py [--rows N] [--cores N] [--read S --analyse S --merge S --report S]

Times are microseconds of one core per row. Reading, merging and reports use one core; analysing uses all cores of a node.
A node starts within a time drawn up to --start seconds, and is up to --spread slower than the fastest, so the slowest
node decides. The work of a shard is drawn from a normal distribution, because texts differ in length and shards
in their number of rows.
"""
import argparse
import random

# Measured as docs/OPERATIONS.md ("What it costs") says.
MEASURED = {"read": 120, "analyse": 1530, "merge": 36, "report": 930}


def analysis_seconds(options, nodes, draw):
    """The time until the slowest of `nodes` nodes has written its pack."""
    slowest = 0
    for _ in range(nodes):
        rows = options.rows / nodes
        # Variance per row: 0.81 from lengths (mean 1, standard deviation 0.9), 1 from the number of rows in the shard.
        work = max(0, draw.gauss(rows, (1.81 * rows) ** 0.5)) * options.analyse / 1e6 / options.cores
        slowest = max(slowest, draw.uniform(0, options.start) + work * (1 + draw.uniform(0, options.spread)))
    return slowest


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--cores", type=int, default=2, help="of a node")
    parser.add_argument("--start", type=float, default=5, help="seconds until a node has begun, at most")
    parser.add_argument("--spread", type=float, default=0.1, help="how much slower the slowest node is")
    for name, default in MEASURED.items():
        parser.add_argument("--" + name, type=float, default=default, help="microseconds per row")
    options = parser.parse_args()
    draw = random.Random(1)
    serial = options.rows * (options.read + options.report) / 1e6
    single = serial + options.rows * options.analyse / 1e6 / options.cores
    print(f"{options.rows:,} rows, nodes of {options.cores} cores; one node without shards: {single / 60:.1f} min")
    print("| nodes | read | analyse | merge | reports | total | faster | node-hours per million rows |")
    print("|---|---|---|---|---|---|---|---|")
    nodes = 1
    while nodes <= 64:
        analysis = sorted(analysis_seconds(options, nodes, draw) for _ in range(101))[50] if nodes > 1 else single - serial
        merge = options.rows * options.merge / 1e6 if nodes > 1 else 0
        total = serial + merge + analysis
        parts = [options.rows * options.read / 1e6, analysis, merge, options.rows * options.report / 1e6, total]
        hours = (serial + merge + nodes * analysis) / 3600 / (options.rows / 1e6)
        print("| " + " | ".join([str(nodes)] + [f"{part / 60:.1f} min" for part in parts]) +
              f" | {single / total:.1f} x | {hours:.2f} |")
        nodes *= 2


if __name__ == "__main__":
    main()
