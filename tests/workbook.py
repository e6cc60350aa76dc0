#!/usr/bin/env python3
"""workbook.py - checks report.xlsx with other programs. Run by hand; its last result is in docs/WORKBOOK.md.

    tests/workbook.py FOLDER     a folder with report.xlsx and feedback.csv (made with [output] ids = yes)

openpyxl (pip install openpyxl) reads sheets, tables, types and formulas. If LibreOffice is installed, it converts the
Feedback sheet to CSV, and the cells are compared with feedback.csv.
"""

import csv
import datetime
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import warnings

import openpyxl

csv.field_size_limit(1 << 30)
SHEETS = ["Summary", "Changes", "Topics", "Topics by period", "Segments", "Key points", "Quotes", "Feedback", "Rejects", "About"]


def check(condition, fault):
    if not condition:
        print("workbook:", fault, file=sys.stderr)
        sys.exit(1)


def read(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def check_types(book):
    check(book.sheetnames == SHEETS, f"sheets: {book.sheetnames}")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    formulas = [cell.coordinate for cell in cells if cell.data_type == "f"]
    check(not formulas, f"formulas: {formulas}")
    feedback = book["Feedback"]
    heads = [cell.value for cell in feedback[1]]
    for row in feedback.iter_rows(min_row=2):
        for head, cell in zip(heads, row):
            if cell.value is None:
                continue
            wanted = {"created_at": datetime.datetime, "rating": (int, float), "confidence": (int, float),
                      "feedback_id": str, "external_id": str, "text": str}.get(head, (str, int, float))
            check(isinstance(cell.value, wanted), f"{head} {cell.coordinate}: {cell.value!r}")
    tables = [name for sheet in book for name in sheet.tables]
    check("Feedback" in tables and "Topics" in tables, f"tables: {tables}")
    return len(cells), tables


def time(cell):
    return re.sub(r"^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)Z?$", r"\1 \2", cell)


def same(ours, theirs):
    if time(ours) == time(theirs) or ours.replace("\r\n", "\n") == theirs:
        return True
    if len(ours) > 32000 and len(theirs) > 32000 and ours.startswith(theirs):
        return True
    try:
        return abs(float(ours) - float(theirs)) < 1e-9
    except ValueError:
        return False


def compare_cells(folder):
    with tempfile.TemporaryDirectory() as work:
        filters = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
        subprocess.run(["soffice", "--headless", "--convert-to", filters, "--outdir", work,
                        os.path.join(folder, "report.xlsx")], check=True, stdout=subprocess.DEVNULL)
        rows = read(glob.glob(os.path.join(work, "*Feedback.csv"))[0])
    wanted = read(os.path.join(folder, "feedback.csv"))
    check(len(rows) == len(wanted), f"{len(rows)} rows, feedback.csv has {len(wanted)}")
    for number, (row, other) in enumerate(zip(rows, wanted), 1):
        other += [""] * (len(row) - len(other))
        for cell, original in zip(row, other):
            check(same(original, cell), f"row {number}: {cell[:80]!r} instead of {original[:80]!r}")
    return sum(map(len, wanted))


warnings.filterwarnings("ignore", module="openpyxl")
folder = sys.argv[1]
count, tables = check_types(openpyxl.load_workbook(os.path.join(folder, "report.xlsx")))
print(f"openpyxl {openpyxl.__version__}: {count} cells, no formula, tables {', '.join(tables)}")
if shutil.which("soffice"):
    version = subprocess.run(["soffice", "--version"], capture_output=True, text=True).stdout.split()[1]
    print(f"LibreOffice {version}: {compare_cells(folder)} cells equal feedback.csv")
