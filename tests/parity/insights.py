#!/usr/bin/env python3
"""Computes impacts and the decomposition of the mean rating of a database independently, with numpy
and scipy, and fails if a saved insight differs by more than 1e-9. Ratings on five, one record a
respondent; the changed rating must be one of weeks.

    tests/parity/insights.py out/winnow.db
"""
import datetime
import sqlite3
import sys

import numpy
from scipy import stats

MIN_UNITS = 10
database = sqlite3.connect(sys.argv[1])
faults = 0


def compare(name, found, expected):
    global faults
    if abs(found - expected) > 1e-9:
        print(f"insights: {name}: {found}, expected {expected}", file=sys.stderr)
        faults += 1


def load_rows():
    for rating, topics, created_at in database.execute(
            "SELECT rating, topics, created_at FROM v_feedback WHERE rating_scale = 5"):
        if rating is not None:
            yield rating, {item.split(":")[0] for item in (topics or "").split(";") if item}, created_at


def welch_interval(first, second):
    variances = [part.var(ddof=1) / len(part) for part in (first, second)]
    freedom = sum(variances)**2 / sum(v * v / (len(part) - 1)
                                      for v, part in zip(variances, (first, second)))
    half_width = stats.t.ppf(0.975, freedom) * sum(variances)**0.5
    difference = first.mean() - second.mean()
    return difference - half_width, difference + half_width


def check_impact(rows):
    count = 0
    for topic, value, low, high, n, baseline in database.execute(
            "SELECT topic, value, low, high, n, baseline FROM insight"
            " WHERE kind = 'impact' AND measure = 'rating' AND view = 0"):
        ratings = numpy.array([rating for rating, _, _ in rows], float)
        has_topic = numpy.array([topic in topics for _, topics, _ in rows])
        with_topic, rest = ratings[has_topic], ratings[~has_topic]
        interval_low, interval_high = welch_interval(with_topic, rest)
        share = len(with_topic) / len(ratings)
        compare(f"impact of {topic}", value, ratings.mean() - rest.mean())
        compare(f"{topic}, low", low, share * interval_low)
        compare(f"{topic}, high", high, share * interval_high)
        compare(f"{topic}, n", n, len(with_topic))
        compare(f"{topic}, baseline", baseline, rest.mean())
        count += 1
    return count


def week(created_at):
    year, number, _ = datetime.date.fromisoformat(created_at[:10]).isocalendar()
    return f"{year:04d}-W{number:02d}"


def weigh(rows):
    """Ratings with weights by topic."""
    units = {}
    for rating, topics, _ in rows:
        for topic in topics or {"other"}:
            units.setdefault(topic, []).append((rating, 1 / max(1, len(topics))))
    return units


def check_moved(rows):
    found = database.execute("SELECT since, until, value FROM insight WHERE kind = 'moved'"
                             " AND measure = 'rating' AND topic = '(all)' AND view = 0").fetchone()
    if not found:
        return 0
    since, until, change = found
    dated = [row for row in rows if row[2]]
    before = [row for row in dated if week(row[2]) < since]
    after = [row for row in dated if since <= week(row[2]) <= until]
    old, new = (numpy.mean([rating for rating, _, _ in part]) for part in (before, after))
    compare("the change", change, new - old)
    units = [weigh(before), weigh(after)]
    names = set(units[0]) | set(units[1])
    small = {name for name in names if all(len(part.get(name, [])) < MIN_UNITS for part in units)}
    for part in units:
        for name in small - {"other"}:
            part.setdefault("other", []).extend(part.pop(name, []))
    total = 0
    for topic, value in database.execute("SELECT topic, value FROM insight WHERE kind = 'moved'"
                                         " AND measure = 'rating' AND topic <> '(all)' AND view = 0"):
        shares, means = [], []
        for part, part_rows in zip(units, (before, after)):
            weights = [weight for _, weight in part.get(topic, [])]
            shares.append(sum(weights) / len(part_rows))
            means.append(sum(r * w for r, w in part.get(topic, [])) / sum(weights) if weights else None)
        means = [mean if mean is not None else means[1 - i] for i, mean in enumerate(means)]
        tone = sum(shares) / 2 * (means[1] - means[0])
        volume = (sum(means) / 2 - (old + new) / 2) * (shares[1] - shares[0])
        compare(f"part of {topic}", value, tone + volume)
        total += value
    compare("the sum of the parts", total, change)
    return 1


all_rows = list(load_rows())
checked = check_impact(all_rows), check_moved(all_rows)
print(f"insights: {checked[0]} impacts and {checked[1]} decompositions checked, {faults} faults")
sys.exit(faults > 0 or not all(checked))
