#!/usr/bin/env python3
"""read.py - compares the speed of `winnow read` with that of other programs for the same files.

    bench/read.py [--winnow build/winnow] [--size MEGABYTES] [--rounds N] [FORMAT...]

Writes one file for each format (made-up feedback, the same on every run), runs Winnow and each peer
alternately for N rounds on one thread, discards their output, and prints the best time of each and
the ratio. Peers that are not installed are skipped.
"""
import argparse
import csv
import datetime
import email.message
import email.utils
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from xml.sax.saxutils import escape

WORDS = ("the kettle arrived late but works well and my family is happy with quality price service "
         "delivery box was broken support answered quickly 배송 빨라요 품질이 좋아요 would not buy again "
         "because it leaks after two weeks").split()


def reviews(size):
    """Made-up reviews with `size` bytes of text: id, date, product, rating, title, text."""
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


def make_message(number, date, title, text):
    """A typical mail: plain text, or text and HTML; some have an attachment."""
    message = email.message.EmailMessage()
    message["Message-ID"] = f"<{number}@post.example>"
    message["Date"] = email.utils.format_datetime(datetime.datetime.fromisoformat(date[:-1]))
    message["From"] = f"Kim Müller {number} <kim{number}@post.example>"
    message["To"] = "help@shop.example"
    message["Subject"] = "Re: " + title
    for hop in range(4):
        message["Received"] = f"from a{hop}.example by b{hop}.example with ESMTPS id x; {message['Date']}"
    lines = [text[i:i + 70] for i in range(0, len(text), 70)]
    quoted = "".join(f"> {line}\n" for line in lines[:5])
    message.set_content("\n".join(lines) + "\n\nOn Monday, Shop <help@shop.example> wrote:\n" + quoted)
    if number % 2:
        message.add_alternative("<html><body>" + "".join(f"<p>{line}</p>" for line in lines) +
                                "</body></html>", subtype="html")
    if number % 10 == 0:
        message.add_attachment(bytes(range(256)) * 100, maintype="image", subtype="png",
                               filename="photo.png")
    return message


def make_mbox(path, size):
    """Repeats the first thousand messages, because Python takes minutes to create more."""
    messages = []
    for number, (_, date, _, _, title, text) in enumerate(reviews(size), 1):
        messages.append(b"From kim@post.example Mon Sep  7 07:40:41 2026\n" +
                        make_message(number, date, title, text).as_bytes() + b"\n")
        if number == 1000:
            break
    written = 0
    with open(path, "wb") as file:
        while written < size:
            written += sum(file.write(message) for message in messages)


def make_json(path, size):
    with open(path, "w", encoding="utf-8") as file:
        for row in reviews(size):
            file.write(json.dumps(dict(zip(COLUMNS, row)), ensure_ascii=False) + "\n")


def make_xml(path, size):
    with open(path, "w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<reviews>\n')
        for number, date, product, rating, title, text in reviews(size):
            file.write(f'  <review id="{number}">\n    <date>{date}</date>\n'
                       f"    <product>{product}</product>\n    <rating>{rating}</rating>\n"
                       f"    <title>{escape(title)}</title>\n    <text>{escape(text)}</text>\n"
                       "  </review>\n")
        file.write("</reviews>\n")


# The function that writes a file of each format.
MAKERS = {
    "csv": make_csv,
    "mbox": make_mbox,
    "json": make_json,
    "xml": make_xml,
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
PYTHON_MBOX = """
import email, email.policy, mailbox, sys
def parse(file):
    return email.message_from_binary_file(file, policy=email.policy.default)
for message in mailbox.mbox(sys.argv[1], factory=parse):
    body = message.get_body(("plain", "html"))
    message["subject"], message["from"], message["date"], body and body.get_content()
"""
PYTHON_XML = """
import sys, xml.etree.ElementTree as tree
for event, element in tree.iterparse(sys.argv[1]):
    element.clear()
"""

# Format, options of `winnow read`, name of the peer, its command, target ratio.
# `--fields all` prints every column, as the peers do.
COMPARISONS = (
    ("csv", [], "Python csv, rows only, no output", [sys.executable, "-c", PYTHON_CSV_ROWS], 2),
    ("csv", ["--fields", "all"], "Python csv and json, JSON lines",
     [sys.executable, "-c", PYTHON_CSV_JSON], 2),
    ("csv", ["--fields", "all"], "Miller, CSV to JSON", ["mlr", "--icsv", "--ojson", "cat"], 1),
    ("mbox", [], "Python mailbox and email, no output", [sys.executable, "-c", PYTHON_MBOX], 10),
    ("json", [], "jq -c .", ["jq", "-c", "."], 1),
    ("json", ["--fields", "all"], "jq -c .", ["jq", "-c", "."], 1),
    ("xml", [], "Python iterparse, no output", [sys.executable, "-c", PYTHON_XML], 3),
)


def seconds(command):
    began = time.perf_counter()
    environment = dict(os.environ, GOMAXPROCS="1")
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=environment)
    return time.perf_counter() - began


def compare(winnow, path, ours, peer, rounds):
    """The best times of both in seconds. They alternate, so that load on the machine affects both."""
    best_ours = best_peer = float("inf")
    for _ in range(rounds):
        best_ours = min(best_ours, seconds([winnow, "read", *ours, path]))
        best_peer = min(best_peer, seconds([*peer, path]))
    return best_ours, best_peer


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--winnow", default="build/winnow")
    arguments.add_argument("--size", type=int, default=60, help="megabytes of text in each file")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("formats", nargs="*", choices=[[], *MAKERS])
    options = arguments.parse_args()
    print(f"{'format':8}{'peer':36}{'MB':>6}{'winnow s':>10}{'peer s':>8}{'ratio':>7}{'target':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for format_name, ours, name, peer, target in COMPARISONS:
            if options.formats and format_name not in options.formats:
                continue
            if not shutil.which(peer[0]):
                print(f"{format_name:8}{name:36}  not installed: {peer[0]}")
                continue
            path = os.path.join(folder, "reviews." + format_name)
            if not os.path.exists(path):
                MAKERS[format_name](path, options.size * 1000000)
            size = os.path.getsize(path) / 1e6
            our_time, peer_time = compare(options.winnow, path, ours, peer, options.rounds)
            print(f"{format_name:8}{name:36}{size:6.0f}{our_time:10.2f}{peer_time:8.2f}"
                  f"{peer_time / our_time:7.2f}{target:8}")


if __name__ == "__main__":
    main()
