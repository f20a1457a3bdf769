"""A headless Chromium, where there is one, led by its own protocol through two pipes: no package is needed."""

import base64
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 60  # seconds
KEYS = {"ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Tab": 9, "Enter": 13, "Escape": 27}


def find_chromium() -> str | None:
    """Where it is; None where there is none, or where its pipes cannot be used (Windows)."""
    found = [place for place in map(shutil.which, NAMES) if place]
    return found[0] if found and os.name == "posix" else None


class Browser:
    """One open page; `complaints` are the console's errors and all that was asked for beside the file itself."""

    def __init__(self, home: Path) -> None:
        self.complaints: list[str] = []
        self._number = 0
        self._left_over = b""
        self._home = home
        commands, self._to = os.pipe()
        self._from, answers = os.pipe()
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
        line = [find_chromium(), *options, f"--user-data-dir={home}", "--remote-debugging-pipe", "about:blank"]
        # The protocol's two files have the fixed numbers 3 and 4, which a shell can give them.
        pipes = f'exec "$@" 3<&{commands} 4>&{answers}'
        self._process = subprocess.Popen(
            ["bash", "-c", pipes, "bash", *line], pass_fds=(commands, answers), stderr=subprocess.DEVNULL
        )
        os.close(commands)
        os.close(answers)
        self._session = None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def close(self) -> None:
        """End the browser."""
        self._process.terminate()
        self._process.wait(PATIENCE)
        os.close(self._to)
        os.close(self._from)
        shutil.rmtree(self._home, ignore_errors=True)

    def ask(self, method: str, **parameters: object) -> dict:
        """The answer to one command of the protocol."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                return answer["result"]

    def _receive(self) -> dict:
        end = time.monotonic() + PATIENCE
        while b"\0" not in self._left_over:
            assert select.select([self._from], [], [], max(end - time.monotonic(), 0))[0], "the browser is silent"
            self._left_over += os.read(self._from, 1 << 20)
        message, self._left_over = self._left_over.split(b"\0", 1)
        event = json.loads(message)
        self._listen(event.get("method"), event.get("params", {}))
        return event

    def _listen(self, method: str | None, told: dict) -> None:
        if method == "Runtime.exceptionThrown" or (method == "Runtime.consoleAPICalled" and told["type"] == "error"):
            self.complaints.append(json.dumps(told))
        if method == "Log.entryAdded" and told["entry"]["level"] in ("error", "warning"):
            self.complaints.append(told["entry"]["text"])
        if method == "Network.requestWillBeSent":
            address = told["request"]["url"]
            if not address.startswith(("data:", "file:", "about:")):
                self.complaints.append(f"asked for {address}")

    def open(self, path: Path, width: int = 1200, height: int = 900, scheme: str = "light") -> None:
        """Show a file, and wait until all of it is there."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.ask("Page.navigate", url=path.as_uri())
        end = time.monotonic() + PATIENCE
        while self.run("document.readyState") != "complete" or self.run("location.href") == "about:blank":
            assert time.monotonic() < end, "the page does not load"
            time.sleep(0.02)

    def run(self, script: str) -> object:
        """The value of a JavaScript expression."""
        answer = self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, key: str, times: int = 1) -> None:
        """A real key, as a person presses it."""
        text = {"text": "\r"} if key == "Enter" else {}
        for _ in range(times):
            code = {"key": key, "code": key, "windowsVirtualKeyCode": KEYS[key]}
            self.ask("Input.dispatchKeyEvent", type="keyDown", **code, **text)
            self.ask("Input.dispatchKeyEvent", type="keyUp", **code)

    def settle(self) -> None:
        """Wait until the page has drawn itself anew, and so has done what a key or a click began."""
        frames = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
        self.ask("Runtime.evaluate", expression=frames, awaitPromise=True)

    def click(self, left: float, top: float) -> None:
        """The left mouse button, in pixels of the window."""
        place = {"x": left, "y": top, "button": "left", "clickCount": 1}
        self.ask("Input.dispatchMouseEvent", type="mousePressed", **place)
        self.ask("Input.dispatchMouseEvent", type="mouseReleased", **place)

    def photograph(self, path: Path) -> None:
        """Write what the window shows as a PNG."""
        path.write_bytes(base64.b64decode(self.ask("Page.captureScreenshot")["data"]))
