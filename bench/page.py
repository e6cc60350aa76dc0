#!/usr/bin/env python3
"""page.py - how fast report.html opens and searches in Chromium.

    build/bench_documents FOLDER [RECORDS]
    bench/page.py FOLDER/report.html [ROUNDS]

Prints the milliseconds from the start of the navigation to the first paint and until the rows can be searched, the
longest task that blocked the page, and what a search takes: from the last key to the painted result. "CPU" is the
time that the page's main thread computed, which other programs on the machine change less. Each figure is the
minimum and the median of ROUNDS (default 5).
"""

import os
import statistics
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "tests", "browser"))
from chromium import Browser  # noqa: E402

PRELUDE = """
window.marks = {longest: 0};
new PerformanceObserver(list => list.getEntries().forEach(e => {
  marks.longest = Math.max(marks.longest, e.duration) })).observe({type: 'longtask', buffered: true});
new MutationObserver(() => { marks.ready = marks.ready || performance.now() })
  .observe(document, {subtree: true, attributes: true, attributeFilter: ['data-ready']});
"""

# Types a text and waits until the number of hits, which changes with every search here, is painted.
SEARCH = """(text => new Promise(done => {
  const input = document.querySelector('[name=q]'), count = document.getElementById('count');
  const begin = performance.now();
  new MutationObserver((_, observer) => {
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - begin)));
  }).observe(count, {childList: true, characterData: true, subtree: true});
  input.value = text;
  input.dispatchEvent(new Event('input', {bubbles: true}));
}))"""

SOME_WORDS = """(() => {
  const words = [...document.querySelectorAll('#all bdi')].map(e => e.textContent.split(/\\s+/)).flat();
  return [words[0], words[7].slice(0, 2), words[3] + ' ' + words[4], 'zzzz', words[words.length >> 1], ''];
})()"""


def cpu(page):
    metrics = {m["name"]: m["value"] for m in page.call("Performance.getMetrics")["metrics"]}
    return 1000 * metrics["TaskDuration"]


def show(name, values):
    print(f"{name:44} {min(values):6.0f} {statistics.median(values):6.0f}")


def main():
    path, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
    names = "first paint", "ready", "ready, CPU", "longest task until then", "search, to its paint", "search, CPU"
    figures = {name: [] for name in names}
    with Browser() as browser:
        for _ in range(rounds):
            page = browser.open(path, prelude=PRELUDE)
            page.wait("document.documentElement.dataset.ready", 60)
            figures["ready, CPU"].append(cpu(page))
            figures["first paint"].append(page.evaluate(
                "performance.getEntriesByName('first-contentful-paint')[0].startTime"))
            figures["ready"].append(page.evaluate("marks.ready"))
            figures["longest task until then"].append(page.evaluate("marks.longest"))
            rows = page.evaluate("document.documentElement.dataset.ready")
            for text in page.evaluate(SOME_WORDS):
                before = cpu(page)
                figures["search, to its paint"].append(page.evaluate(f"{SEARCH}({text!r})"))
                figures["search, CPU"].append(cpu(page) - before)
            page.close()
    print(f"{os.path.getsize(path) / 1e6:.2f} MB, {rows} rows; milliseconds: minimum, median")
    for name, values in figures.items():
        show(name, values)


if __name__ == "__main__":
    main()
