#!/usr/bin/env python3
"""pollution.py - grades from 0 to 10 how well `winnow read` loads tables with one fault each.

    bench/pollution.py [--winnow build/winnow] [--worst N] [--keep FOLDER] [--min-grade GRADE]

Writes about two thousand variants of a clean table with one fault each (after the Pollock benchmark,
VLDB 2023), reads each without options, and compares header, records and cells with the contents of
the file. A file's grade is the sum of ten scores from 0 to 1: whether it was loaded at all, and
precision, recall and F1 of its header, its records and its cells. The expected result is what a
person would read: an extra cell of a row is a cell; an extra quote is an ordinary character.
"""
import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile

HEADER = ["ID", "Date", "Product", "Stars", "Price", "Comment"]
ROWS = 84  # faults in every row make about two thousand files


def clean_table():
    """The table without faults: rows of cells."""
    products = ["kettle", "vacuum", "desk lamp", "toaster"]
    comments = ["It boils fast, and is quiet", "The lid broke after two weeks",
                'My son says "best lamp ever"', "Arrived late but well packed",
                "Would buy it again\\nfor my mother", "Too loud, too heavy", "포장이 꼼꼼해요",
                "Support answered on the same day", "Battery lasts three hours; fine for us"]
    rows = [HEADER]
    for i in range(ROWS - 1):
        rows.append([str(1001 + i), f"2026-{1 + i % 12:02d}-{1 + i % 28:02d}", products[i % 4],
                     str(1 + i * 7 % 5), f"{9 + i % 40}.{10 + i * 13 % 90}",
                     comments[i % 9].replace("\\n", "\n") + f" ({i + 1})"])
    return rows


class Style:
    """The syntax in which a table is written."""
    delimiter, quote, escape, end = ",", '"', '"', "\r\n"

    def __init__(self, **changes):
        self.__dict__.update(changes)

    def cell(self, text, force=False):
        special = (self.delimiter, self.quote, "\r", "\n")
        if not force and not any(mark and mark in text for mark in special):
            return text
        if not self.quote:
            return text
        body = text.replace(self.escape, self.escape * 2) if self.escape != self.quote else text
        return self.quote + body.replace(self.quote, self.escape + self.quote) + self.quote

    def row(self, cells):
        return self.delimiter.join(self.cell(cell) for cell in cells)

    def table(self, rows):
        return "".join(self.row(row) + self.end for row in rows)


class Case:
    """A polluted file and its expected contents."""

    def __init__(self, name, content, header, records, encoding="utf-8"):
        self.name = name
        self.bytes = content if isinstance(content, bytes) else content.encode(encoding)
        self.header, self.records = header, records


def with_line(rows, index, line, style=Style()):
    """The table with one row written as `line`."""
    lines = [style.row(row) for row in rows]
    lines[index] = line
    return "".join(line + style.end for line in lines)


def replaced(rows, index, row):
    return rows[:index] + [row] + rows[index + 1:]


def whole_file_cases(rows):
    """Faults of the file: other delimiters, quotes and line ends, encodings, lines around the table."""
    head, data = rows[0], rows[1:]
    for delimiter, name in ((";", "semicolon"), ("\t", "tab"), ("|", "bar"), (" ", "space"),
                            (", ", "comma and blank"), ("::", "two colons"), ("^", "caret"),
                            ("~", "tilde")):
        yield Case(f"file: delimiter {name}", Style(delimiter=delimiter).table(rows), head, data)
    for quote, name in (("'", "apostrophe"), ("\u2018", "typographic")):
        style = Style(quote=quote, escape=quote)
        yield Case(f"file: quote {name}", style.table(rows), head, data)
    yield Case("file: escape backslash", Style(escape="\\").table(rows), head, data)
    quoted = Style()
    quoted.row = lambda cells: ",".join(quoted.cell(cell, True) for cell in cells)
    yield Case("file: all quoted", quoted.table(rows), head, data)
    for end, name in (("\n", "LF"), ("\r", "CR"), ("\r\n", "CRLF"), ("\n\r", "LFCR")):
        yield Case(f"file: line end {name}", Style(end=end).table(rows), head, data)
    yield Case("file: no line end at its end", Style().table(rows).rstrip("\r\n"), head, data)
    yield Case("file: blank line at its end", Style().table(rows) + "\r\n", head, data)
    yield Case("file: a blank line between rows", Style(end="\r\n\r\n").table(rows), head, data)
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp949"):
        yield Case(f"file: {encoding}", Style().table(rows), head, data, encoding)
    latin = [[cell.replace("포장이 꼼꼼해요", "Très bien emballé, à refaire") for cell in row]
             for row in rows]
    for encoding in ("latin-1", "cp1252"):
        yield Case(f"file: {encoding}", Style().table(latin), head, latin[1:], encoding)
    yield Case("file: empty", b"", [], [])
    yield Case("file: header only", Style().table(rows[:1]), head, [])
    yield Case("file: one record", Style().table(rows[:2]), head, data[:1])
    yield Case("file: two records", Style().table(rows[:3]), head, data[:2])
    nameless = [f"column_{i + 1}" for i in range(len(head))]
    yield Case("file: no header", Style().table(data), nameless, data)
    two = ["", "", "", "of 5", "EUR", ""]
    yield Case("file: a second header row of units", Style().table([head, two] + data), head,
               [two] + data)
    yield Case("file: header repeated", Style().table([head, head] + data), head, [head] + data)
    for count in range(1, 11):
        preamble = "".join(f"Line {i + 1} of a preamble\r\n" for i in range(count))
        yield Case(f"file: preamble of {count}", preamble + Style().table(rows), head, data)
        yield Case(f"file: preamble of {count} and a blank line",
                   preamble + "\r\n" + Style().table(rows), head, data)
        comment = "".join(f"# exported by the shop {i + 1}\r\n" for i in range(count))
        yield Case(f"file: comments above, {count}", comment + Style().table(rows), head, data)
        padded = "".join(f"Line {i + 1},,,,,\r\n" for i in range(count))
        yield Case(f"file: padded preamble of {count}", padded + Style().table(rows), head, data)
        foot = "".join(f"Line {i + 1} of a footnote\r\n" for i in range(count))
        yield Case(f"file: footnote of {count}", Style().table(rows) + "\r\n" + foot, head, data)
    other = [["Code", "Country"], ["de", "Germany"], ["kr", "Korea"], ["fr", "France"]]
    yield Case("file: a second table below", Style().table(rows) + "\r\n" + Style().table(other),
               head, data)
    yield Case("file: a second table above", Style().table(other) + "\r\n" + Style().table(rows),
               head, data)
    wide = [["a", "b", "c", "d", "e", "f", "g", "h"], list("12345678")]
    yield Case("file: a wider table below", Style().table(rows) + "\r\n" + Style().table(wide),
               head, data)


def header_cases(rows):
    """Faults of the header."""
    head, data = rows[0], rows[1:]
    for i in range(len(head)):
        for name, cell in (("empty", ""), ("with a blank", "Two words"), ("with a comma", "a, b"),
                           ("with a line end", "two\nlines"), ("with a quote", 'the "name"'),
                           ("not ASCII", "평가 £"), ("long", "a name that goes on " * 20),
                           ("a number", "2026")):
            names = replaced(head, i, cell)
            expected = replaced(head, i, cell if cell else f"column_{i + 1}")
            yield Case(f"header: cell {i} {name}", Style().table([names] + data), expected, data)
        if i:
            twice = replaced(head, i, head[0])
            yield Case(f"header: cell {i} a second time", Style().table([twice] + data),
                       replaced(head, i, f"{head[0]}_2"), data)
    yield Case("header: one name missing", Style().table([head[:-1]] + data),
               head[:-1] + [f"column_{len(head)}"], data)
    yield Case("header: one name too many", Style().table([head + ["Extra"]] + data),
               head + ["Extra"], [row + [""] for row in data])
    yield Case("header: a delimiter at its end", Style().table([head + [""]] + data),
               head + [f"column_{len(head) + 1}"], [row + [""] for row in data])


def row_cases(rows):
    """Faults of one row, in every row and cell."""
    head, data, style = rows[0], rows[1:], Style()
    for i in range(1, len(rows)):
        row = rows[i]
        for j in range(len(row)):
            cells = [style.cell(cell) for cell in row]
            # the delimiter after cell j is missing or doubled
            if j + 1 < len(row):
                joined = ",".join(cells[:j] + [cells[j] + cells[j + 1]] + cells[j + 2:])
                short = row[:j] + [row[j] + row[j + 1]] + row[j + 2:] + [""]
                yield Case(f"row: delimiter missing at {i},{j}", with_line(rows, i, joined), head,
                           replaced(data, i - 1, short))
            doubled = ",".join(cells[:j + 1] + [""] + cells[j + 1:])
            longer = row[:j + 1] + [""] + row[j + 1:]
            yield Case(f"row: delimiter too many at {i},{j}", with_line(rows, i, doubled), head,
                       data if j + 1 == len(row) else replaced(data, i - 1, longer))
        for j in range(len(row)):
            if i % 3 != j % 3:
                continue
            cell, others = row[j], [style.cell(cell) for cell in row]
            # a quote that is never closed, one inside the cell, an extra one at its end
            simple = '"' not in others[j]
            if simple:
                yield Case(f"row: quote opens at {i},{j}",
                           with_line(rows, i, ",".join(replaced(others, j, '"' + cell))), head,
                           data)
                yield Case(f"row: quote at the end at {i},{j}",
                           with_line(rows, i, ",".join(replaced(others, j, cell + '"'))), head,
                           replaced(data, i - 1, replaced(row, j, cell + '"')))
            bare = style.cell(cell, True)
            inner = bare[:2] + '"' + bare[2:]
            yield Case(f"row: single quote within quotes at {i},{j}",
                       with_line(rows, i, ",".join(replaced(others, j, inner))), head,
                       replaced(data, i - 1, replaced(row, j, cell[:1] + '"' + cell[1:])))
    for i in range(1, len(rows)):
        row = rows[i]
        for size in (1, 3, 5):
            if i % 5 == size % 5:
                yield Case(f"row: {size} cells at {i}", with_line(rows, i, style.row(row[:size])),
                           head, replaced(data, i - 1, row[:size] + [""] * (len(row) - size)))
        if i % 4 == 0:
            yield Case(f"row: a blank line at {i}",
                       with_line(rows, i, style.row(row) + style.end), head, data)
            yield Case(f"row: ends with LF at {i}",
                       with_line(rows, i, style.row(row) + "\n").replace(
                           style.row(row) + "\n\r\n", style.row(row) + "\n"), head, data)
        if i % 4 == 1:
            yield Case(f"row: all empty at {i}", with_line(rows, i, "," * (len(row) - 1)), head,
                       replaced(data, i - 1, [""] * len(row)))
            yield Case(f"row: delimiters at its end at {i}", with_line(rows, i, style.row(row) + ",,"),
                       head, data)
        if i % 4 == 2:
            long = replaced(row, 5, "a long comment, " * 3000)
            yield Case(f"row: a long cell at {i}", style.table(replaced(rows, i, long)), head,
                       replaced(data, i - 1, long))
            other = Style(delimiter=";").row(row)
            yield Case(f"row: another delimiter at {i}", with_line(rows, i, other), head, data)
        if i % 4 == 3:
            lines = replaced(row, 5, "first\r\nsecond\n\nfourth, with a comma")
            yield Case(f"row: line ends in a cell at {i}", style.table(replaced(rows, i, lines)),
                       head, replaced(data, i - 1, lines))


def all_cases():
    rows = clean_table()
    yield Case("clean", Style().table(rows), rows[0], rows[1:])
    yield from whole_file_cases(rows)
    yield from header_cases(rows)
    yield from row_cases(rows)


def load(winnow, path):
    """Whether Winnow can read the file, its header and its records."""
    run = subprocess.run([winnow, "read", "--fields", "all", "--format", "csv", path],
                         capture_output=True, check=False)
    header, records = [], []
    for line in run.stdout.splitlines():
        fields = json.loads(line)["fields"]
        header = header or list(fields)
        records.append(list(fields.values()))
    if not records:  # reads the header of a file without records as a record
        header_run = subprocess.run([winnow, "read", "--fields", "all", "--explain", "--format", "csv",
                               "--header", "no", path], capture_output=True, check=False)
        for line in header_run.stdout.splitlines():
            header = header or list(json.loads(line)["fields"].values())
    return run.returncode == 0, header, records


# ---- Grades ----

def overlap(expected, found):
    """Precision, recall and F1 of two multisets."""
    expected, found = collections.Counter(expected), collections.Counter(found)
    common = sum((expected & found).values())
    size_expected, size_found = sum(expected.values()), sum(found.values())
    precision = common / size_found if size_found else float(size_expected == 0)
    recall = common / size_expected if size_expected else float(size_found == 0)
    both = precision + recall
    return [precision, recall, 2 * precision * recall / both if both else 0.0]


def plain(cell):
    """The cell with LF as line end."""
    return cell.replace("\r\n", "\n").replace("\r", "\n")


def grade(case, loaded, header, records):
    if not loaded:
        return 0.0
    expected_rows = [tuple(map(plain, row)) for row in case.records]
    found_rows = [tuple(map(plain, row)) for row in records]
    scores = [1.0]
    scores += overlap(map(plain, case.header), map(plain, header))
    scores += overlap(expected_rows, found_rows)
    scores += overlap([cell for row in expected_rows for cell in row],
                      [cell for row in found_rows for cell in row])
    return sum(scores)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--winnow", default="build/winnow")
    arguments.add_argument("--worst", type=int, default=0, help="print the N files with the lowest grades")
    arguments.add_argument("--keep", help="folder in which to keep the polluted files")
    arguments.add_argument("--min-grade", type=float, default=0, help="exit with 1 below this mean grade")
    options = arguments.parse_args()
    folder = options.keep or tempfile.mkdtemp()
    os.makedirs(folder, exist_ok=True)
    grades, kinds = [], collections.defaultdict(list)
    for number, case in enumerate(all_cases()):
        path = os.path.join(folder, f"{number:04d}.csv")
        with open(path, "wb") as file:
            file.write(case.bytes)
        value = grade(case, *load(options.winnow, path))
        grades.append((value, case.name, path))
        kinds[case.name.split(" at ")[0]].append(value)
        if not options.keep:
            os.remove(path)
    if not options.keep:
        os.rmdir(folder)
    for value, name, path in sorted(grades)[:options.worst]:
        print(f"{value:5.2f}  {name}  {os.path.basename(path)}")
    mean = sum(value for value, _, _ in grades) / len(grades)
    by_kind = sum(sum(values) / len(values) for values in kinds.values()) / len(kinds)
    print(f"{len(grades)} files, {mean:.2f} of 10; {len(kinds)} kinds of fault, "
          f"{by_kind:.2f} if each kind counts once")
    return int(mean < options.min_grade)


if __name__ == "__main__":
    sys.exit(main())
