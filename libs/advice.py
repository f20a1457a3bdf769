"""What was found painted -> sentences for the person who painted it."""

from libs.lookalike import Seen
from libs.paint import ALMOST, Painted
from libs.settings import PaintSettings

# Pixels around what is found in a lossy file beyond which next to none is tinted.
TINTED = 8


def refuse(found: Painted, settings: PaintSettings) -> str:
    """Why a picture is not filled although something in it seems painted; empty if nothing stands against it."""
    almost = found.almost_count
    if not almost or found.hole.any():
        return ""
    nearest = f"within {settings.tolerance} levels of it" if settings.tolerance else "exactly"
    return (
        f"{almost} pixels are almost {settings.color} but none {nearest}{_most_of_them(found.seen)}; "
        f"paint with a hard pencil and save as PNG, or accept them with --tolerance {ALMOST}"
    )


def tell(found: Painted, settings: PaintSettings) -> list[str]:
    """What the picture's line has to say about its paint, beside the number of holes."""
    notes = []
    if found.close:
        within = f"within {settings.tolerance} levels of {settings.color}"
        notes.append(f"{found.close} pixels that are not exactly but {within} count as painted")
    if found.soft:
        notes.append(f"{found.soft} softly painted pixels at their rims taken too")
    if found.soft and found.close > found.exact:  # a JPEG or WebP file, or what was one
        notes.append(f"if a green rim is left, paint and save as PNG, or add --grow {TINTED}")
    if found.almost_count:
        stay = f"{found.almost_count} more pixels are almost {settings.color} and stay{_most_of_them(found.seen)}"
        notes.append(f"{stay}; to have them redrawn paint them exactly, or use --tolerance {ALMOST}")
    elif found.seen is not None:
        notes.append(_ask_for_color(found.seen))
    return notes


def _most_of_them(seen: Seen | None) -> str:
    return f", most of them {seen.color}, the largest place around x {seen.x}, y {seen.y}" if seen else ""


def _ask_for_color(seen: Seen) -> str:
    numbers = ",".join(map(str, seen.color))
    return (
        f"{seen.count} pixels around x {seen.x}, y {seen.y} are {seen.color}; "
        f"if that is your paint, start again with --mask_color {numbers}"
    )
