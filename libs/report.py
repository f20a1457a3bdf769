"""What the person sees: one finished line a picture, a bar on a terminal, a summary and the exit code."""

import logging
import threading
import time
from collections.abc import Iterable, Sequence
from typing import TextIO

BAR_WIDTH = 20

logger = logging.getLogger("decensor")


class Report:
    """Counts and prints what became of each picture, in the order in which it is told."""

    def __init__(self, total: int, color: tuple[int, int, int], stream: TextIO) -> None:
        """Total: number of pictures; color: RGB of the paint; stream: where the lines go."""
        self.total = total
        self.color = color
        self.filled = self.done_before = self.unpainted = self.failed = 0
        self._stream = stream
        self._lock = threading.Lock()
        self._bar = ""
        self._started = time.perf_counter()

    @property
    def exit_code(self) -> int:
        """0 if all went well, 1 if some picture failed."""
        return 1 if self.failed else 0

    def tell_filled(self, name: str, holes: int, seconds: float, notes: Sequence[str] = ()) -> str:
        """One picture is written; notes, if any, follow in the same line. What was said of it."""
        self.filled += 1
        holes_filled = f"{holes} {'hole' if holes == 1 else 'holes'} filled in {seconds:.1f} s"
        return self._tell(name, holes_filled, notes)

    def tell_done_before(self, name: str, notes: Sequence[str] = ()) -> str:
        """One picture has its result from an earlier run."""
        self.done_before += 1
        return self._tell(name, "done before", notes)

    def tell_unpainted(self, name: str, notes: Sequence[str] = ()) -> str:
        """One picture has nothing to fill, and nothing is written for it."""
        self.unpainted += 1
        return self._tell(name, f"nothing painted {self.color}", notes)

    def tell_failed(self, name: str, reason: str) -> str:
        """One picture could not be filled; the batch goes on."""
        self.failed += 1
        return self._tell(name, f"FAILED, {reason}")

    def show_bar(self) -> None:
        """On a terminal only: how far the batch is, and about how long it will take."""
        if not self._stream.isatty():
            return
        with self._lock:
            self._wipe_bar()
            self._draw_bar()

    def hide_bar(self) -> None:
        """Leave the terminal's line empty for whoever writes next."""
        with self._lock:
            self._wipe_bar()

    def summarize(self, where: str) -> str:
        """The last line: what became of all pictures and where the results are, or how to paint. Its first half."""
        self.hide_bar()
        told = f"{self._count()} in {time.perf_counter() - self._started:.1f} s"
        self._print(f"{told}; {self._advise(where)}")
        return told

    def _count(self) -> str:
        counts = {
            "filled": self.filled,
            "done before": self.done_before,
            "not painted": self.unpainted,
            "FAILED": self.failed,
        }
        return ", ".join(f"{count} {word}" for word, count in counts.items() if count)

    def _advise(self, where: str) -> str:
        if self.done_before:
            return f"--overwrite redoes what was done before; results are in {where}"
        if self.filled:
            return f"results are in {where}"
        if not self.unpainted:
            return "the lines above say why, and what to do"
        return f"paint in exactly {self.color} what is to be redrawn"

    @property
    def _done(self) -> int:
        return self.filled + self.done_before + self.unpainted + self.failed

    def _tell(self, name: str, outcome: str, notes: Sequence[str] = ()) -> str:
        sentence = "; ".join([outcome, *notes])
        with self._lock:
            bar = self._wipe_bar()
            self._print(f"[{self._done}/{self.total}] {name}: {sentence}")
            if bar and self._done < self.total:
                self._draw_bar()
        return sentence

    def _draw_bar(self) -> None:
        done = self._done * BAR_WIDTH // self.total
        self._bar = f"{'#' * done}{'-' * (BAR_WIDTH - done)} {self._done} of {self.total}{self._time_left()}"
        self._write(self._bar)

    def _time_left(self) -> str:
        if not self._done:
            return ""
        seconds = (time.perf_counter() - self._started) / self._done * (self.total - self._done)
        return f", about {seconds:.0f} s left"

    def _wipe_bar(self) -> str:
        """Blank the bar if there is one (by spaces, for consoles without control codes), and return it."""
        bar, self._bar = self._bar, ""
        if bar:
            self._write(f"\r{' ' * len(bar)}\r")
        return bar

    def _print(self, line: str) -> None:
        logger.debug("%s", line)
        self._write(printable(line, self._stream.encoding) + "\n")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def tell(lines: Iterable[str], stream: TextIO) -> None:
    """Print lines, as far as the stream can show them."""
    for line in lines:
        print(printable(line, stream.encoding), file=stream, flush=True)


def printable(line: str, encoding: str | None) -> str:
    """The line with "?" for every character that the encoding lacks or that would steer a terminal."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in line)
    return shown.encode(encoding or "utf-8", "replace").decode(encoding or "utf-8")
