"""What the options of `leadline evidence` take: a range each, and which of them belong to which studies."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from leadline.errors import StudiesInvalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leadline.evidence.studies import StudyKind

FIGURES = (".pdf", ".svg", ".png")


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers that an option takes; its ends are taken too unless `open_low` or `open_high`."""

    low: float
    high: float
    open_low: bool = False
    open_high: bool = False

    def holds(self, value: float) -> bool:
        """Whether the number is one, and lies within."""
        above = value > self.low if self.open_low else value >= self.low
        return above and (value < self.high if self.open_high else value <= self.high)

    def words(self) -> str:
        low = "above" if self.open_low else "from"
        high = "and below" if self.open_high else "to"
        return f"a number {low} {self.low:g} {high} {self.high:g}"


_SHARE = Range(0, 1, open_low=True, open_high=True)
_EFFECT = Range(-1e6, 1e6)
_SPREAD = Range(0, 1e6, open_low=True)
_CHILDREN = Range(1, 1e6)

RANGES: dict[str, Range] = {
    "--level": Range(0.5, 0.999),
    "--mu-mean": _EFFECT,
    "--mu-sd": _SPREAD,
    "--tau-scale": _SPREAD,
    "--power": Range(0, 1, open_low=True),
    "--widen": Range(0, 1e6),
    "--robust-weight": Range(0, 1),
    "--robust-mean": _EFFECT,
    "--robust-sd": _SPREAD,
    "--patient-sd": _SPREAD,
    "--limit": _EFFECT,
    "--probability": _SHARE,
    "--estimate": _EFFECT,
    "--se": _SPREAD,
    "--events": Range(0, 1e6),
    "--n": _CHILDREN,
    "--events-treated": Range(0, 1e6),
    "--events-control": Range(0, 1e6),
    "--n-treated": _CHILDREN,
    "--n-control": _CHILDREN,
}
# Where the scale is a logarithm: beyond these a proportion, a rate or a ratio is nothing that a study could show.
LOG_RANGES: dict[str, Range] = {
    "--mu-mean": Range(-20, 20),
    "--mu-sd": Range(0, 1000, open_low=True),
    "--tau-scale": Range(0, 20, open_low=True),
    "--widen": Range(0, 20),
}
PROPORTION_RANGES: dict[str, Range] = {"--limit": _SHARE}

# Options that say nothing of studies of a kind, and would be passed over.
_OF_EFFECTS = ("--estimate", "--se", "--robust-mean", "--robust-sd", "--patient-sd")
_OF_ARMS = ("--n-treated", "--n-control", "--events-treated", "--events-control")
_OF_ONE_ARM = ("--events", "--n")


def check_options(kind: StudyKind, options: Mapping[str, float | None]) -> None:
    """Refuse an option that these studies do not take, or a number outside its range.

    options   those that were given (others None), by their names
    raises    StudiesInvalid naming the option, what was found and what is taken
    """
    from leadline.evidence.studies import StudyKind

    foreign: dict[StudyKind, tuple[str, ...]] = {
        StudyKind.ONE_ARM: (*_OF_EFFECTS, *_OF_ARMS),
        StudyKind.TWO_ARM: _OF_ONE_ARM,
        StudyKind.EFFECT: (*_OF_ONE_ARM, "--events-treated", "--events-control"),
        StudyKind.RATE: (),
    }
    special = {**(LOG_RANGES if kind is not StudyKind.EFFECT else {})}
    special |= PROPORTION_RANGES if kind is StudyKind.ONE_ARM else {}
    for option, value in options.items():
        if value is None:
            continue
        if option in foreign[kind]:
            raise StudiesInvalid(f"{option} was given; {_KINDS[kind.value]} take no such option")
        taken = special.get(option, RANGES[option])
        if math.isnan(value) or not taken.holds(value):
            raise StudiesInvalid(f"{option} is {value:g}; {taken.words()} is taken")


_KINDS = {
    "one_arm": "studies of one arm (events, n)",
    "two_arm": "two-arm studies",
    "rate": "rates",
    "effect": "studies of effects (estimate, se)",
}


def check_figure(path: Path | None) -> None:
    """Refuse a figure in a form that is not drawn."""
    if path is not None and path.suffix.lower() not in FIGURES:
        raise StudiesInvalid(
            f'--figure is "{path.name}"; a name that ends in {", ".join(FIGURES[:-1])} or {FIGURES[-1]} is taken'
        )
