#!/usr/bin/env python3
"""read.py - how fast `winnow read` is beside the programs that people read the same files with.

    bench/read.py [--winnow build/winnow] [--size MEGABYTES] [--rounds N] [FORMAT...]

Makes one file a format (made-up feedback, the same on every run), then runs Winnow and each peer
in turn, N rounds, on one thread, output thrown away, and prints the best time of each and how many
times faster Winnow is. A peer that is not installed is left out.
"""
import argparse
import csv
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

WORDS = ("the kettle arrived late but works well and my family is happy with quality price service "
         "delivery box was broken support answered quickly 배송 빨라요 품질이 좋아요 would not buy again "
         "because it leaks after two weeks").split()


def reviews(size):
    """Made-up reviews, `size` bytes of text: id, date, product, rating, title, text."""
    choose = random.Random(1)
    written = number = 0
    while written < size:
        number += 1
        text = " ".join(choose.choices(WORDS, k=choose.randint(5, 80)))
        if number % 5 == 0:
            text = f'I asked "{text[:20]}", and then:\n{text}'
        elif number % 3 == 0:
            text = text.replace(" and", ", and")
        title = " ".join(choose.choices(WORDS, k=4))
        date = f"2026-{1 + number % 12:02d}-{1 + number % 28:02d}T10:00:00Z"
        yield (f"r{number}", date, choose.choice(("kettle", "vacuum", "lamp")),
               str(1 + number % 5), title, text)
        written += len(text.encode())


COLUMNS = ("id", "date", "product", "rating", "title", "review text")


def make_csv(path, size):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(reviews(size))


# How a file of each format is made.
MAKERS = {
    "csv": make_csv,
}

PYTHON_CSV_ROWS = """
import csv, sys
for row in csv.reader(open(sys.argv[1], newline="", encoding="utf-8")):
    pass
"""
PYTHON_CSV_JSON = """
import csv, json, sys
for row in csv.DictReader(open(sys.argv[1], newline="", encoding="utf-8")):
    print(json.dumps(row, ensure_ascii=False))
"""

# Format, what Winnow is asked for, the peer, its command, how many times faster we want to be.
# `--fields all` prints every column, as the peers do.
COMPARISONS = (
    ("csv", [], "Python csv, rows only, no output", [sys.executable, "-c", PYTHON_CSV_ROWS], 1),
    ("csv", ["--fields", "all"], "Python csv and json, JSON lines",
     [sys.executable, "-c", PYTHON_CSV_JSON], 2),
    ("csv", ["--fields", "all"], "Miller, CSV to JSON", ["mlr", "--icsv", "--ojson", "cat"], 1),
)


def seconds(command):
    began = time.perf_counter()
    environment = dict(os.environ, GOMAXPROCS="1")
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=environment)
    return time.perf_counter() - began


def compare(winnow, path, ours, peer, rounds):
    """Best seconds of both, in turn, so that a slow moment of the machine hits both."""
    best_ours = best_peer = float("inf")
    for _ in range(rounds):
        best_ours = min(best_ours, seconds([winnow, "read", *ours, path]))
        best_peer = min(best_peer, seconds([*peer, path]))
    return best_ours, best_peer


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--winnow", default="build/winnow")
    arguments.add_argument("--size", type=int, default=60, help="megabytes of text a file")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("formats", nargs="*", choices=[[], *MAKERS])
    given = arguments.parse_args()
    print(f"{'format':8}{'peer':36}{'MB':>6}{'winnow s':>10}{'peer s':>8}{'ratio':>7}{'wanted':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for format_name, ours, name, peer, wanted in COMPARISONS:
            if given.formats and format_name not in given.formats:
                continue
            if not shutil.which(peer[0]):
                print(f"{format_name:8}{name:36}  not installed: {peer[0]}")
                continue
            path = os.path.join(folder, "reviews." + format_name)
            if not os.path.exists(path):
                MAKERS[format_name](path, given.size * 1000000)
            size = os.path.getsize(path) / 1e6
            our_time, peer_time = compare(given.winnow, path, ours, peer, given.rounds)
            print(f"{format_name:8}{name:36}{size:6.0f}{our_time:10.2f}{peer_time:8.2f}"
                  f"{peer_time / our_time:7.2f}{wanted:8}")


if __name__ == "__main__":
    main()
