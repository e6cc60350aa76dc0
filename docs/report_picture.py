#!/usr/bin/env python3
"""report_picture.py - makes docs/report.png for the README: the top of the demo's report.html in Chromium.

    script/demo
    docs/report_picture.py demo-out/report.html
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "tests", "browser"))
from chromium import Browser  # noqa: E402

WIDTH, HEIGHT, SCALE = 1000, 1440, 0.8

with Browser() as browser:
    page = browser.open(sys.argv[1], width=WIDTH)
    page.wait("document.documentElement.dataset.ready")
    page.screenshot(os.path.join(os.path.dirname(__file__), "report.png"), (0, 0, WIDTH, HEIGHT, SCALE))
