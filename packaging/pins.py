"""Pinned versions, and which of them the running Python lacks."""

from importlib import metadata
from pathlib import Path


def read_pins(path: Path, system: str) -> dict[str, str]:
    """Package -> version, of those that a requirements file asks for on a system (as in `sys.platform`).

    Only exact versions and the markers `sys_platform == "..."` and `!= "..."` are understood; ValueError for others.
    """
    pins = {}
    for line in path.read_text("utf-8").splitlines():
        requirement, _, marker = line.partition("#")[0].partition(";")
        if not requirement.strip() or not _holds(marker.split(), system):
            continue
        name, equals, version = requirement.strip().partition("==")
        if not equals:
            raise ValueError(f"{path}: {line!r} is not NAME==VERSION")
        pins[name] = version
    return pins


def _holds(marker: list[str], system: str) -> bool:
    if not marker:
        return True
    if len(marker) != 3 or marker[0] != "sys_platform" or marker[1] not in ("==", "!="):
        raise ValueError(f"{' '.join(marker)!r} is not a marker of this file")
    return (marker[2].strip("\"'") == system) == (marker[1] == "==")


def find_lacking(pins: dict[str, str]) -> list[str]:
    """Those that are not installed in exactly that version, as NAME==VERSION."""
    return [f"{name}=={version}" for name, version in pins.items() if _find_version(name) != version]


def _find_version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
