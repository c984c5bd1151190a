"""Placing things so that nothing overlaps: measured text, greedy lanes, wrapped rows. All lengths are points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from leadline.report.figures import style


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the page; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@lru_cache(maxsize=8192)
def text_width(text: str, size: float = style.BODY, bold: bool = False) -> float:
    """Width of one line of text, from the font's own metrics: the same on every machine and at every resolution."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=style.FONT, size=size, weight="bold" if bold else "normal")
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(width)


def line_height(size: float = style.BODY) -> float:
    """From one baseline to the next, as a quiet page sets it."""
    return size * 1.35


def shortened(text: str, width: float, size: float = style.BODY, *, bold: bool = False) -> str:
    """The text, cut with an ellipsis where it is wider than allowed."""
    if text_width(text, size, bold) <= width:
        return text
    kept = text
    while kept and text_width(kept.rstrip() + "…", size, bold) > width:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def wrapped(text: str, width: float, size: float = style.BODY) -> list[str]:
    """The text broken at spaces into lines that fit; a word wider than a line is cut with an ellipsis."""
    lines: list[str] = []
    for word in text.split(" "):  # not at a no-break space
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(joined, size) <= width:
            lines[-1] = joined
        else:
            lines.append(shortened(word, width, size))
    return lines


def lanes(spans: Iterable[tuple[float, float]], *, gap: float = 1.0) -> list[int]:
    """A lane for each span, in the order given: the lowest in which it touches none before it."""
    taken: list[list[tuple[float, float]]] = []
    placed = []
    for left, right in spans:
        free = (
            number
            for number, lane in enumerate(taken)
            if all(right + gap <= other[0] or other[1] + gap <= left for other in lane)
        )
        lane = next(free, len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].append((left, right))
        placed.append(lane)
    return placed


def rows(widths: Sequence[float], available: float, *, gap: float = 12.0) -> list[list[int]]:
    """Indices of things set one after the other and wrapped, as words are; a thing too wide has a row of its own."""
    set_rows: list[list[int]] = []
    used = 0.0
    for index, width in enumerate(widths):
        if set_rows and used + gap + width <= available:
            set_rows[-1].append(index)
            used += gap + width
        else:
            set_rows.append([index])
            used = width
    return set_rows


def thinned(positions: Sequence[float], widths: Sequence[float], *, gap: float = 3.0) -> list[int]:
    """Indices of labels that fit beside each other when set centred on their positions, first come first kept."""
    kept: list[int] = []
    end = float("-inf")
    for index, (position, width) in enumerate(zip(positions, widths, strict=True)):
        if position - width / 2 >= end + gap:
            kept.append(index)
            end = position + width / 2
    return kept
