"""report.html: one page to look at all results, before and after, without anything beside it."""

import base64
import html
import os
import shutil
import tempfile
import urllib.parse
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from libs.errors import DecensorError
from libs.pictures_write import part_of
from libs.report import printable
from libs.results import make_folder
from libs.tidy import remove_parts
from libs.views import Pair, Place, Views

NAME = "report.html"
TEMPLATE = Path(__file__).with_name("gallery.html")
# The kinds of outcome, and how the report calls them.
KINDS = {"filled": "filled", "done": "done before", "unpainted": "not painted", "failed": "failed"}


@dataclass(frozen=True, eq=False)
class Entry:
    """What became of one picture: its name, one of KINDS, its sentence; the result and views of it if there are any.

    result: the file relative to the report's folder.
    """

    name: str
    kind: str
    sentence: str
    result: Path | None = None
    views: Views | None = None


class Gallery:
    """Collects entries in a nameless file, so that memory does not grow with the batch, and then writes the report."""

    def __init__(self, path: Path) -> None:
        """Path: the report; its folder is made when the first entry comes."""
        self.path = path
        self._entries: BinaryIO | None = None
        self._listed: list[Entry] = []
        self._error: OSError | None = None

    def add(self, entry: Entry) -> None:
        """One more picture, below the others. What the system refuses is told by `close`: the batch goes on."""
        if self._error is not None:
            return
        try:
            if self._entries is None:
                make_folder(self.path.parent, parents=True)
                self._entries = tempfile.TemporaryFile(dir=self.path.parent)  # noqa: SIM115 (`close` does)
            self._listed.append(Entry(entry.name, entry.kind, entry.sentence))
            self._entries.write(_render_entry(len(self._listed), entry).encode())
        except OSError as error:
            self._error = error
            self._discard()  # the room is better used for results

    def close(self, summary: str) -> None:
        """Write the report whole or not at all; DecensorError if that cannot be. Without entries there is none."""
        part = part_of(self.path)
        try:
            if self._error is not None:
                raise self._error
            if self._entries is not None:
                self._write(part, self._entries, summary)
                os.replace(part, self.path)
        except OSError as error:
            raise DecensorError(
                f"cannot write {self.path} ({error.strerror}); the results are not touched by that, "
                "make room or allow writing there and start again"
            ) from error
        finally:
            remove_parts([self.path])
            self._discard()

    def _write(self, part: Path, entries: BinaryIO, summary: str) -> None:
        head, foot = TEMPLATE.read_text("utf-8").split("<!-- entries -->")
        parts = {"<!-- summary -->": _escape(summary), "<!-- filters -->": _render_filters(self._listed)}
        for mark, text in {**parts, "<!-- list -->": _render_list(self._listed)}.items():
            head = head.replace(mark, text)
        with open(part, "wb") as file:
            file.write(head.encode())
            entries.seek(0)
            shutil.copyfileobj(entries, file)
            file.write(foot.encode())
            file.flush()
            os.fsync(file.fileno())

    def _discard(self) -> None:
        """Let go of the collected entries."""
        if self._entries is not None:
            with suppress(OSError):
                self._entries.close()
            self._entries = None


def _escape(text: str) -> str:
    return html.escape(printable(text, "utf-8"))


def _render_list(entries: list[Entry]) -> str:
    return "".join(
        f'<li class="{entry.kind}"><a href="#p{number}"><bdi>{_escape(entry.name)}</bdi></a></li>\n'
        for number, entry in enumerate(entries, 1)
    )


def _render_filters(entries: list[Entry]) -> str:
    """A button for each kind that there is, if there are several."""
    counts = Counter(entry.kind for entry in entries)
    if len(counts) < 2:
        return ""
    words = {"all": f"all {len(entries)}", **{kind: f"{counts[kind]} {KINDS[kind]}" for kind in KINDS if counts[kind]}}
    return "".join(
        f'<button type="button" data-filter="{kind}" aria-pressed="{str(kind == "all").lower()}">{said}</button>\n'
        for kind, said in words.items()
    )


def _render_entry(number: int, entry: Entry) -> str:
    name = _escape(entry.name)
    link = ""
    if entry.result is not None:
        address = urllib.parse.quote(os.fsencode(entry.result.as_posix()))
        link = f' <a class="full" href="{address}">open the result</a>'
    shown = "" if entry.views is None else _render_views(entry.name, entry.views)
    return (
        f'<article id="p{number}" class="{entry.kind}" data-name="{name}">\n<header><h2><bdi>{name}</bdi></h2>\n'
        f"<p>{_escape(entry.sentence)}{link}</p></header>\n{shown}</article>\n"
    )


def _render_views(name: str, views: Views) -> str:
    places = "".join(_render_place(number, place) for number, place in enumerate(views.places, 1))
    more = f"<p>{views.left_out} more places are not shown one by one.</p>\n" if views.left_out else ""
    return (
        f'<div class="slider" style="--w:{views.page.width};--h:{views.page.height}">{_render_images(views.page)}'
        f'<input type="range" min="0" max="100" value="50" step="0.5" aria-label="{_escape(name)}: how far from '
        'the left it is shown as before"><span class="rule"></span></div>\n'
        f'<div class="places" role="toolbar" aria-label="{_escape(name)}: places from near">\n{places}</div>\n{more}'
    )


def _render_place(number: int, place: Place) -> str:
    box = place.box
    size = "" if place.exact else ", shown smaller than it is"
    told = f"place {number}: {box.width} × {box.height} pixels at {box.left}, {box.top}{size}"
    return (
        f'<button type="button" data-told="{told}" data-w="{place.pair.width}" data-h="{place.pair.height}" '
        f'aria-label="look at {told}" title="{told}">{_render_images(place.pair)}<span>{number}</span></button>\n'
    )


def _render_images(pair: Pair) -> str:
    """Two images without words of their own: what they lie in has them."""
    return "".join(
        f'<img class="{kind}" alt="" decoding="async" src="data:image/webp;base64,{base64.b64encode(image).decode()}">'
        for kind, image in (("before", pair.before), ("after", pair.after))
    )
