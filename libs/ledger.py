"""What is finished already: a file among the results remembers what each of them was made from.

One JSON object a line, each after a line break, the last one of a result counts. Appending keeps the cost of a
large batch low, and what a stop or a full disk leaves of a line is skipped when it is read again. Nothing depends
on the file: without it, or with a broken one, everything is done once more.
"""

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

NAME = ".decensor.jsonl"

logger = logging.getLogger("decensor")


@dataclass(frozen=True)
class Made:
    """Digests of all that a result depends on, and of the result's own bytes.

    original, hole_picture: empty without one.
    """

    settings: str
    painted: str
    original: str
    hole_picture: str = ""
    result: str = ""


class Ledger:
    """The file's contents for one way of filling; `settings` is that way's digest."""

    def __init__(self, folder: Path, settings: str) -> None:
        self._folder = folder
        self._settings = settings
        self._made = _read(folder / NAME)

    def look_at(self, painted: Path, original: Path | None = None, hole_picture: Path | None = None) -> Made | None:
        """What a result of these files would be made from; None if one cannot be read."""
        try:
            beside = [digest_file(path) if path else "" for path in (original, hole_picture)]
            return Made(self._settings, digest_file(painted), *beside)
        except OSError:  # whoever needs the file will tell
            return None

    def is_finished(self, result: Path, sources: Made) -> bool:
        """Whether the result is there, unchanged, and made from just this."""
        made = self._made.get(self._key(result))
        try:
            return made is not None and made == replace(sources, result=digest_file(result))
        except OSError:
            return False

    def remember(self, result: Path, sources: Made) -> None:
        """Write down that a result is finished; where that fails it will be made again, and nothing is lost."""
        try:
            made = replace(sources, result=digest_file(result))
            line = json.dumps({"name": self._key(result), **asdict(made)})
            with open(self._folder / NAME, "a", encoding="ascii") as file:
                file.write(f"\n{line}")
        except OSError as error:
            logger.info("cannot remember that %s is finished", result.name, exc_info=error)

    def _key(self, result: Path) -> str:
        return result.relative_to(self._folder).as_posix()


def _read(path: Path) -> dict[str, Made]:
    """The readable lines of a ledger by the result's name; none if there is no such file."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return {}
    made = {}
    for line in lines:
        try:
            fields = json.loads(line)
            name = str(fields.pop("name"))
            made[name] = Made(**fields)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            continue
    return made


def digest_file(path: Path) -> str:
    """A file's contents in 32 hexadecimal digits, about a second for each gigabyte; OSError if unreadable."""
    if not path.is_file():  # a pipe would keep us waiting
        raise FileNotFoundError(path)
    with open(path, "rb") as file:
        return hashlib.file_digest(file, _new_digest).hexdigest()


def digest_settings(settings: Mapping[str, object], *weights: Path) -> str:
    """All that changes results besides the pictures: settings by their names, and the weights files' bytes."""
    digests = " ".join(map(_digest_weights, weights))
    words = json.dumps({name: repr(value) for name, value in settings.items()}, sort_keys=True)
    digest = _new_digest()
    digest.update(f"{words} {digests}".encode(errors="backslashreplace"))
    return digest.hexdigest()


def _digest_weights(path: Path) -> str:
    try:
        return digest_file(path)
    except OSError:  # whoever needs the weights will tell
        return "missing"


def _new_digest() -> "hashlib._Hash":
    return hashlib.blake2b(digest_size=16)
