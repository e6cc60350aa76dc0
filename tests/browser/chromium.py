"""chromium.py - drives Chromium without a network: its DevTools protocol over a pipe.

    with Browser() as browser:
        page = browser.open("/path/report.html", width=1100, dark=True)
        page.evaluate("document.title")
"""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time


class Browser:
    def __init__(self):
        self.profile = tempfile.mkdtemp()
        to_browser, self.write_end = os.pipe()
        self.read_end, from_browser = os.pipe()
        program = shutil.which("chromium") or shutil.which("chromium-browser")

        def set_descriptors():  # the protocol uses descriptors 3 and 4
            read, write = os.dup(to_browser), os.dup(from_browser)
            os.dup2(read, 3)
            os.dup2(write, 4)

        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
             "--disable-extensions", "--disable-background-networking", "--disable-component-update",
             "--remote-debugging-pipe", "--user-data-dir=" + self.profile, "about:blank"],
            preexec_fn=set_descriptors, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.buffer = b""
        self.number = 0
        self.events = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.send("Browser.close")
            self.process.wait(10)
        except Exception:
            self.process.kill()
            self.process.wait()
        os.close(self.write_end)
        os.close(self.read_end)
        shutil.rmtree(self.profile, ignore_errors=True)

    def send(self, method, params=None, session=None):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params or {}}
        if session:
            message["sessionId"] = session
        os.write(self.write_end, json.dumps(message).encode() + b"\0")
        return self.number

    def receive(self):
        while b"\0" not in self.buffer:
            data = os.read(self.read_end, 1 << 20)
            if not data:
                raise EOFError("Chromium ended")
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(line)

    def call(self, method, params=None, session=None):
        number = self.send(method, params, session)
        while True:
            message = self.receive()
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def open(self, path, **settings):
        return Page(self, path, **settings)


class Page:
    """A page that is loaded. `messages`: what it wrote to the console, violations of its policy among them;
    `requests`: the addresses that it asked for, beside its own. `prelude`: a script that runs before the page's own."""

    def __init__(self, browser, path, width=1100, height=900, dark=False, script=True, prelude=None):
        self.browser = browser
        self.url = "file://" + os.path.abspath(path)
        self.target = browser.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        self.session = browser.call("Target.attachToTarget", {"targetId": self.target, "flatten": True})["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")
        self.call("Emulation.setDeviceMetricsOverride",
                  {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
        self.call("Emulation.setEmulatedMedia",
                  {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
        if not script:
            self.call("Emulation.setScriptExecutionDisabled", {"value": True})
        self.call("Performance.enable", {"timeDomain": "threadTicks"})
        if prelude:
            self.call("Page.addScriptToEvaluateOnNewDocument", {"source": prelude})
        browser.events.clear()
        begin = time.monotonic()
        self.call("Page.navigate", {"url": self.url})
        while not any(e.get("method") == "Page.loadEventFired" and e.get("sessionId") == self.session
                      for e in browser.events):
            browser.events.append(browser.receive())
        self.load_seconds = time.monotonic() - begin

    def close(self):
        self.browser.call("Target.closeTarget", {"targetId": self.target})

    def call(self, method, params=None):
        return self.browser.call(method, params, self.session)

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", {"expression": expression, "returnByValue": True, "awaitPromise": True})
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def wait(self, expression, seconds=60):  # a busy machine is slow
        end = time.monotonic() + seconds
        while not self.evaluate(f"!!({expression})"):
            if time.monotonic() > end:
                raise TimeoutError(expression)
            time.sleep(0.01)

    def _events(self, *methods):
        return [e["params"] for e in self.browser.events
                if e.get("sessionId") == self.session and e.get("method") in methods]

    def messages(self):
        return self._events("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")

    def requests(self):
        return [e["request"]["url"] for e in self._events("Network.requestWillBeSent")
                if e["request"]["url"].split("#")[0] != self.url]

    def press(self, key, code=None):
        code = code or {"Tab": 9, "Enter": 13}[key]
        event = {"key": key, "code": key, "windowsVirtualKeyCode": code, "nativeVirtualKeyCode": code}
        if key == "Enter":
            event["text"] = "\r"
        self.call("Input.dispatchKeyEvent", {"type": "keyDown", **event})
        self.call("Input.dispatchKeyEvent", {"type": "keyUp", **event})

    def screenshot(self, path, clip=None):
        """A PNG of the whole page, or of `clip`: (x, y, width, height, scale)."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        x, y, width, height, scale = clip or (0, 0, size["width"], size["height"], 1)
        data = self.call("Page.captureScreenshot", {
            "format": "png", "captureBeyondViewport": True,
            "clip": {"x": x, "y": y, "width": width, "height": height, "scale": scale}})["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def pdf(self, path):
        data = self.call("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": False})["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
