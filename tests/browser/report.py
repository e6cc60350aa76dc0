"""report.py - checks report.html in Chromium: nothing is requested, the policy blocks nothing, it can be read without
a script, by keyboard, in the dark, on a telephone and on paper.

    python3 tests/browser/report.py --looks days.html report.html hostile.html

Prints a line for each fault; exits with 1 if there is one.
"""

import argparse
import os
import re
import sys
import tempfile

from chromium import Browser

faults = 0


CUT_LABELS = """[...document.querySelectorAll('svg text')].filter(text => {
    const chart = text.ownerSVGElement.getBoundingClientRect(), label = text.getBoundingClientRect();
    return label.left < chart.left - 1 || label.right > chart.right + 1;
}).length"""


def check(condition, fault):
    global faults
    if not condition:
        faults += 1
        print("browser:", fault, file=sys.stderr)


# The lowest contrast of texts (WCAG 2.1), by the first opaque background behind them.
CONTRAST = """(() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = c => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = c; canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data; };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  let worst = [99, ''];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; node = walker.nextNode();) {
    const e = node.parentElement;
    if (!node.data.trim() || e.closest('svg,script,[hidden],option') || !e.getClientRects().length) continue;
    let back = e;
    while (back && rgb(getComputedStyle(back).backgroundColor)[3] < 255) back = back.parentElement;
    const a = light(rgb(getComputedStyle(e).color)),
      b = light(rgb(getComputedStyle(back || document.body).backgroundColor));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < worst[0]) worst = [ratio, e.tagName + '.' + e.className + ': ' + node.data.slice(0, 40)];
  }
  return worst;
})()"""

STRUCTURE = """(() => {
  const all = s => [...document.querySelectorAll(s)], faults = [];
  let level = 0;
  for (const h of all('h1,h2,h3,h4')) {
    if (+h.tagName[1] > level + 1) faults.push('heading skips a level: ' + h.textContent);
    level = +h.tagName[1];
  }
  if (all('h1').length !== 1) faults.push('not one h1');
  for (const name of ['header', 'nav', 'main', 'footer']) if (all(name).length !== 1) faults.push('not one ' + name);
  if (all('th:not([scope])').length) faults.push('th without scope');
  if (all('svg:not([role=img])').length) faults.push('svg without role');
  for (const s of all('svg')) if (!s.getAttribute('aria-label') && !(s.querySelector('title') && s.querySelector('desc')))
    faults.push('svg without text');
  for (const l of all('a')) if (!document.getElementById(l.hash.slice(1))) faults.push('dead link ' + l.hash);
  if (!document.documentElement.lang) faults.push('no lang');
  return faults;
})()"""

# The text of what is read without a script.
STATIC_TEXT = """[...document.querySelectorAll('header,main>section:not(#rows),main>div,main>ul')]
  .map(e => e.textContent).join('\\n')"""


def check_quiet(page, name):
    check(not page.messages(), f"{name}: the console has {page.messages()}")
    check(not page.requests(), f"{name}: asks for {page.requests()}")


def check_looks(browser, path):
    for name, settings in {"light": {}, "dark": {"dark": True}, "360 px": {"width": 360},
                           "360 px, dark": {"width": 360, "dark": True}}.items():
        page = browser.open(path, **settings)
        page.wait("document.documentElement.dataset.ready")
        width = settings.get("width", 1100)
        check(page.evaluate("document.documentElement.scrollWidth") <= width, f"{name}: wider than the window")
        check(page.evaluate(CUT_LABELS) == 0, f"{name}: a chart's edge cuts its labels")
        ratio, where = page.evaluate(CONTRAST)
        check(ratio >= 4.5, f"{name}: contrast {ratio:.2f} of {where}")
        for fault in page.evaluate(STRUCTURE):
            check(False, f"{name}: {fault}")
        check_quiet(page, name)
        page.close()


def check_without_script(browser, path):
    with_script, without = browser.open(path), browser.open(path, script=False)
    with_script.wait("document.documentElement.dataset.ready")
    check(with_script.evaluate(STATIC_TEXT) == without.evaluate(STATIC_TEXT), "without a script, texts differ")
    check(without.evaluate("!document.documentElement.dataset.ready"), "the script ran although it is blocked")
    visible = without.evaluate("[...document.querySelectorAll('button,input,select')].filter(e => e.getClientRects().length).length")
    check(visible == 0, f"without a script, {visible} dead controls are visible")
    with_script.close()
    without.close()


def check_keyboard(browser, path):
    """From the top: a finding, its quote, its row, by Tab and Enter."""
    page = browser.open(path)
    page.wait("document.documentElement.dataset.ready")
    for target in ("#short a, #topics a", "article:target .quotes a, .topic:target .quotes a"):
        for _ in range(60):
            page.press("Tab")
            if page.evaluate(f"document.activeElement.matches('{target.split(', ')[0]}')"
                             f" || document.activeElement.matches('{target.split(', ')[1]}')"):
                break
        before = page.evaluate("location.hash")
        page.press("Enter")
        page.wait(f"location.hash !== {before!r} && document.querySelector(':target')")  # the browser may follow a link later
    row = page.evaluate("location.hash")
    check(re.fullmatch("#r[0-9a-f]{16}", row or ""), f"the keyboard leads to '{row}', not to a row")
    page.wait("document.querySelector('tr:target')")
    check(page.evaluate("document.querySelector('tr:target').getBoundingClientRect().top < innerHeight"),
          "the row is not on the screen")
    page.close()


def check_search(browser, path):
    page = browser.open(path)
    page.wait("document.documentElement.dataset.ready")
    total = page.evaluate("+document.documentElement.dataset.ready")
    check(total > 0, "no rows are packed")
    word = page.evaluate("(document.querySelector('#all bdi').textContent.match(/[\\p{L}]{3,}/u) || ['a'])[0]")
    page.evaluate(f"(i => {{ i.value = {word!r}; i.dispatchEvent(new Event('input', {{bubbles: true}})) }})"
                  "(document.querySelector('[name=q]'))")
    page.wait("document.querySelector('#all mark')")
    check(page.evaluate("[...document.querySelectorAll('#all tbody tr')].every(r => r.querySelector('mark'))"),
          "a row that was found does not have the word")
    check("find?q=" in page.evaluate("location.hash"), "the address does not keep the view")
    page.evaluate("(i => { i.value = ''; i.dispatchEvent(new Event('input', {bubbles: true})) })"
                  "(document.querySelector('[name=q]'))")
    page.wait("!location.hash.includes('q=')")
    page.evaluate("document.querySelector('th[data-key=rating] button').click()")
    check(page.evaluate("document.querySelector('th[data-key=rating]').getAttribute('aria-sort')") == "descending",
          "a click on a head does not sort")
    ratings = page.evaluate("[...document.querySelectorAll('#all .n')].map(e => parseFloat(e.textContent || '-1'))")
    check(len(set(ratings)) > 1, "all rows have the same rating: sorting is not tested")
    check(ratings == sorted(ratings, reverse=True), f"rows are not sorted by rating: {ratings}")
    page.evaluate("""(() => { const form = document.getElementById('find');
      form.elements.q.value = ''; form.elements.sentiment.value = 'negative';
      form.elements.sentiment.dispatchEvent(new Event('input', {bubbles: true})); })()""")
    page.wait("location.hash.includes('sentiment=negative')")
    check(page.evaluate("[...document.querySelectorAll('#all td:nth-child(3) span')].every(e => e.className == 'neg')"),
          "a filter lets other rows through")
    check(page.evaluate("document.querySelectorAll('#all tbody tr').length") > 0, "the filter finds no row")
    wanted = page.evaluate("document.querySelector('#all tbody tr').id.slice(-16)")
    page.evaluate(f"document.getElementById('r{wanted}')?.remove(); location.hash = '#r{wanted}'")
    page.wait(f"document.querySelector('#all tbody').children.length == 1 && document.getElementById('r{wanted}')")
    check_quiet(page, "search")
    page.close()


def check_print(browser, path):
    page = browser.open(path)
    page.wait("document.documentElement.dataset.ready")
    with tempfile.TemporaryDirectory() as folder:
        pdf = os.path.join(folder, "report.pdf")
        page.pdf(pdf)
        with open(pdf, "rb") as file:
            pages = len(re.findall(rb"/Type\s*/Page\b", file.read()))
    check(1 <= pages <= 40, f"{pages} printed pages")
    page.call("Emulation.setEmulatedMedia", {"media": "print"})
    check(page.evaluate("getComputedStyle(document.querySelector('#rows')).display") == "none", "rows are printed")
    check(page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)", "paper is not white")
    page.close()


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--looks", metavar="PAGE", required=True, help="only how it looks is checked")
    arguments.add_argument("pages", metavar="PAGE", nargs="+", help="all is checked")
    arguments = arguments.parse_args()
    with Browser() as browser:
        check_looks(browser, arguments.looks)
        for path in arguments.pages:
            check_looks(browser, path)
            check_without_script(browser, path)
            check_keyboard(browser, path)
            check_search(browser, path)
            check_print(browser, path)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
