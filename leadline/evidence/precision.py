"""Integrals made finer until what is printed of them no longer moves, or refused.

The rules of `posterior` are fine enough for studies of a usual size. Very small ones (0 of 1, 1 of 1) leave a
posterior so wide, beside the bend of its likelihood, that they need more nodes of mu.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from leadline.errors import StudiesInvalid
from leadline.evidence.posterior import COARSE, FINE, FINER, FINEST, Fineness

LADDER = (COARSE, FINE, FINER, FINEST)
ENOUGH = 1e-6  # a change that ends the climb
BEARABLE = 2e-5  # a change that four printed digits can bear

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Precise(Generic[Found]):
    """A result, and the largest change of its numbers from the rule before; of a number above one, as a share."""

    result: Found
    error: float


def made_precise(
    compute: Callable[[Fineness], Found], numbers: Callable[[Found], Sequence[float | None]]
) -> Precise[Found]:
    """What `compute` gives at the first rule of the ladder that changes little of its numbers.

    numbers   of a result, always as many: all that is printed of it
    raises    StudiesInvalid when the last rule still changes what is printed
    """
    before, error = compute(LADDER[0]), 1.0
    for rule in LADDER[1:]:
        after = compute(rule)
        error, before = _largest_change(numbers(after), numbers(before)), after
        if error < ENOUGH:
            break
    if not error < BEARABLE:
        raise StudiesInvalid(
            f"these studies with this prior cannot be computed to four digits: the last change was {error:.1g}",
            hint="state a narrower prior of the average effect or of tau (--mu-sd, --tau-scale)",
        )
    return Precise(before, error)


def _largest_change(fine: Sequence[float | None], coarse: Sequence[float | None]) -> float:
    """A number that one rule has and the other lacks is a change of one; no number at all an endless one."""
    changes = [
        abs(a - b) / max(1.0, abs(a)) if a is not None and b is not None else float(a is not b)
        for a, b in zip(fine, coarse, strict=True)
    ]
    return math.inf if any(math.isnan(change) for change in changes) else max(changes)
