#!/usr/bin/env python3
"""Draws the demo's report as a terminal window, docs/report.svg, for the README.

    script/demo
    build/winnow report samples/job.ini --print | script/report_picture.py >docs/report.svg

The picture shows the first headlines of each section and marks the others with "...". Wide
characters (Hangul) take two columns.
"""
import sys
import unicodedata
from xml.sax.saxutils import escape

COMMAND = "$ winnow report samples/job.ini --print"
COLUMNS = 104
COLUMN_WIDTH, LINE_HEIGHT, MARGIN, TITLE_BAR = 7.83, 19, 18, 30
MAX_HEADLINES = 4  # of a section
SECTIONS = 2       # after the line of totals

STYLE = """
    text { font: 13px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #c9d1d9; white-space: pre }
    .command { fill: #7ee787 } .title { fill: #79c0ff; font-weight: bold }
    .headline { fill: #f0f6fc } .detail { fill: #8b949e }
"""


def width(text):
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def wrap(line):
    """Lines of at most COLUMNS columns; continuations keep the indent."""
    indent = " " * (len(line) - len(line.lstrip()))
    lines, current = [], indent
    for word in line.split():
        candidate = f"{current}{word}" if current.strip() == "" else f"{current} {word}"
        if width(candidate) > COLUMNS and current.strip():
            lines.append(current)
            candidate = f"{indent}{word}"
        current = candidate
    return lines + [current]


def shorten(report):
    """(class, line) of the lines to draw."""
    paragraphs = [paragraph.splitlines() for paragraph in report.strip().split("\n\n")]
    yield from (("headline", part) for line in paragraphs[0] for part in wrap(line))
    for title, *lines in paragraphs[1:1 + SECTIONS]:
        yield "blank", ""
        yield "title", title
        headlines = 0
        for line in lines:
            is_detail = line.startswith("    ")
            headlines += not is_detail
            if headlines > MAX_HEADLINES:
                yield "detail", "  ..."
                break
            yield from (("detail" if is_detail else "headline", part) for part in wrap(line))
    if len(paragraphs) > 1 + SECTIONS:
        yield "blank", ""
        yield "detail", "..."


def draw(lines):
    picture_width = round(2 * MARGIN + COLUMNS * COLUMN_WIDTH)
    height = TITLE_BAR + MARGIN + len(lines) * LINE_HEIGHT
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {picture_width} {height}">')
    print("  <title>The demo's report: what changed, where it differs, what is criticised and praised</title>")
    print(f"  <style>{STYLE}  </style>")
    print(f'  <rect width="{picture_width}" height="{height}" rx="8" fill="#0d1117"/>')
    for i, color in enumerate(("#ff5f56", "#ffbd2e", "#27c93f")):
        print(f'  <circle cx="{MARGIN + 4 + 18 * i}" cy="17" r="5.5" fill="{color}"/>')
    for row, (kind, line) in enumerate(lines):
        if line:
            y = TITLE_BAR + MARGIN + row * LINE_HEIGHT
            print(f'  <text x="{MARGIN}" y="{y}" class="{kind}" xml:space="preserve">{escape(line)}</text>')
    print("</svg>")


draw([("command", COMMAND), *shorten(sys.stdin.read())])
