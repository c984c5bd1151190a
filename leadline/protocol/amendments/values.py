"""What changes between two figures, two windows and two lists, in words."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from leadline.casebook.prose import capital, listed
from leadline.protocol.figures import (
    CALENDAR_MONTHS,
    DAYS,
    MG,
    MG_PER_KG,
    MILLION_CELLS,
    MILLION_CELLS_PER_KG,
    MINUTES,
    Figure,
    Window,
    amount,
    figure_words,
    window_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

CONVERTIBLE: tuple[Mapping[str, float], ...] = (
    MILLION_CELLS_PER_KG, MILLION_CELLS, DAYS, CALENDAR_MONTHS, MINUTES, MG, MG_PER_KG,
)  # fmt: skip
"""Units of one kind, each with its factor: a figure in another of them is the same figure. A day is not 24 hours here,
nor a month so many days."""

ENDS = ("value", "low", "high", "above", "below")


def same_figure(old: Figure, new: Figure) -> bool:
    """Whether both hold the same numbers, in whatever unit, or leave the same to the centre."""
    before = _in_unit(old, new.unit)
    if old.open or new.open:
        return (old.centre, old.unit) == (new.centre, new.unit)
    return before is not None and all(getattr(before, end) == getattr(new, end) for end in ENDS)


def figure_rewording(old: Figure, new: Figure, name: str) -> Iterator[str]:
    """How a figure that stays the same is worded otherwise."""
    if old.unit != new.unit:
        yield f"{capital(name)} is worded otherwise: {figure_words(old)} is the same as {figure_words(new)}"


def same_window(old: Window, new: Window) -> bool:
    """Whether both hold the same days."""
    return (old.first, old.last) == (new.first, new.last)


def figure_changes(old: Figure, new: Figure, name: str) -> Iterator[str]:
    """Every change of a figure's number. `name` is what the figure is of, as `the planned dose`."""
    before = _in_unit(old, new.unit)
    if old.open or new.open:
        yield from _opened_or_filled(old, new, name)
        return
    if before is None:
        yield f"{capital(name)} changes from {figure_words(old)} to {figure_words(new)}"
        return
    if before.value is not None and new.value is not None:
        yield from _moved(name, before.value, new.value, new.unit)
    elif before.value is None and new.value is None:
        for title, ends in (("lower", ("low", "above")), ("upper", ("high", "below"))):
            yield from _end_changes(before, new, f"the {title} limit of {name}", ends)
    else:
        yield f"{capital(name)} changes from {figure_words(old)} to {figure_words(new)}"


def window_changes(old: Window, new: Window, name: str) -> Iterator[str]:
    """Every change of a window's days."""
    if not same_window(old, new):
        yield f"The days of {name} change: {window_words(old)} becomes {window_words(new)}"


def list_changes(old: Sequence[str], new: Sequence[str], name: str) -> Iterator[str]:
    """What is added to a list and what is taken out; its order means nothing."""
    added = [one for one in new if one not in old]
    removed = [one for one in old if one not in new]
    if added:
        yield f"{capital(name)} gain {listed(added)}"
    if removed:
        yield f"{capital(name)} lose {listed(removed)}"


# ---- numbers ---------------------------------------------------------------------------------------------------------


def _in_unit(figure: Figure, unit: str) -> Figure | None:
    """The figure in another unit; None where the two cannot be converted into each other."""
    if figure.unit == unit:
        return figure
    factors = next((each for each in CONVERTIBLE if figure.unit in each and unit in each), None)
    if factors is None:
        return None
    factor = _exact(factors[figure.unit]) / _exact(factors[unit])

    def scaled(number: float | None) -> float | None:
        return None if number is None else float(_exact(number) * factor)

    return replace(
        figure, unit=unit, value=scaled(figure.value), low=scaled(figure.low), high=scaled(figure.high),
        above=scaled(figure.above), below=scaled(figure.below),
    )  # fmt: skip


def _exact(number: float) -> Fraction:
    """The number as it is written: 0.005 is 5/1000, and so 5 mg is 0.005 g to the last digit."""
    return Fraction(repr(number))


def _opened_or_filled(old: Figure, new: Figure, name: str) -> Iterator[str]:
    if old.open and new.open:
        if (old.centre, old.unit) != (new.centre, new.unit):
            yield f"What the centre fills in for {name} changes from '{old.centre}' to '{new.centre}'"
    elif old.open:
        yield f"{capital(name)}, which the centre had to fill in, is now {figure_words(new)}"
    else:
        yield f"{capital(name)} was {figure_words(old)} and is now left to the centre: {new.centre}"


def _end_changes(old: Figure, new: Figure, name: str, ends: tuple[str, str]) -> Iterator[str]:
    """One end of a figure with limits: `ends` are the field that is still within and the one that is not."""
    before, after = _end(old, ends), _end(new, ends)
    if before is None and after is not None:
        yield f"{capital(name)} is new: {amount(after, new.unit)}"
    elif before is not None and after is None:
        yield f"{capital(name)}, {amount(before, old.unit)}, falls away"
    elif before is not None and after is not None:
        yield from _moved(name, before, after, new.unit)
        if _within(old, ends) is not _within(new, ends):
            said = "now counts as within" if _within(new, ends) else "no longer counts as within"
            yield f"{capital(name)} itself {said}"


def _end(figure: Figure, ends: tuple[str, str]) -> float | None:
    inner, outer = getattr(figure, ends[0]), getattr(figure, ends[1])
    found: float | None = outer if inner is None else inner
    return found


def _within(figure: Figure, ends: tuple[str, str]) -> bool:
    return getattr(figure, ends[0]) is not None


def _moved(name: str, before: float, after: float, unit: str) -> Iterator[str]:
    if before != after:
        verb = "rises" if after > before else "falls"
        yield f"{capital(name)} {verb} from {before:.10g} to {amount(after, unit)}"
