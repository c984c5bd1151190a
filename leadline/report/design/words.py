"""Numbers and names as the report of a design says them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from leadline.trial.words import percent, percent_at_most, stated_percent

if TYPE_CHECKING:
    from leadline.trial.design import Design

NO_BREAK = "\u00a0"


def share(probability: float, digits: int = 1) -> str:
    """A probability in percent for a column that says so: "82.1", and "<0.1" for what is small but not zero."""
    smallest = 10.0**-digits
    percents = 100 * probability
    return f"<{smallest:g}" if 0 < percents < smallest / 2 else f"{percents:.{digits}f}"


def percents(probability: float, digits: int = 1) -> str:
    """A probability in a sentence: "7.6 %", which no line breaks in two."""
    return unbroken(percent(probability, digits))


def stated(parameter: float) -> str:
    """A parameter of the design in a sentence, as the file gives it."""
    return unbroken(stated_percent(parameter))


def at_most(limit: float, digits: int = 1) -> str:
    """A limit that is proved, rounded up."""
    return unbroken(percent_at_most(limit, digits))


def unbroken(text: str) -> str:
    """The text with each percent sign held to its number."""
    return text.replace(" %", f"{NO_BREAK}%")


def between(probabilities: Sequence[float]) -> str:
    """ "72.3 % to 83.8 %", or the one value."""
    least, most = percents(min(probabilities)), percents(max(probabilities))
    return least if least == most else f"{least} to {most}"


def labels(design: Design) -> list[str]:
    """The baskets' names."""
    return [basket.label for basket in design.baskets]


def number(value: float) -> str:
    """Short, with a true minus."""
    return f"{value:g}".replace("-", "\u2212")
