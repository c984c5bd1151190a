"""The ways in which a trial can end on one course of accrual, each with its chance; that of harm joins in later.

What harm leaves of an end depends on the numbers of treated children alone. So the ends are found without a rule for
the whole trial; where each basket has a rule of its own, which of them harm closes is a part of the end.
"""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from leadline.errors import BeyondExactRange
from leadline.trial.apart import Fate
from leadline.trial.endings import Seen, find_endings
from leadline.trial.operating import without_pooled_harm
from leadline.trial.tally import likelihood

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from leadline.trial.borrowing.beta import Floats
    from leadline.trial.endings import Closed
    from leadline.trial.operating import Trial
    from leadline.trial.scenarios import Scenario

MOST_ENDS = 2_000  # combinations of what can become of baskets that do not borrow


class Together(NamedTuple):
    """Baskets that borrow have closed so: which of them are successes (ways, baskets), and the chance of each way."""

    closed: tuple[Closed, ...]
    ways: NDArray[np.bool_]
    chances: Floats

    @property
    def chance(self) -> float:
        """Of closing so."""
        return float(self.chances.sum())

    @property
    def success(self) -> Floats:
        """(baskets,), probability of closing so and being a success."""
        return np.asarray(self.chances @ self.ways)

    def some(self, which: NDArray[np.bool_], left: Floats) -> float:
        """The probability of closing so with a success among these baskets, of which so much is left."""
        return float(self.chances @ ((self.ways & which) * left).max(axis=1))


class Apart(NamedTuple):
    """Baskets that do not borrow have closed so, each on its own: `given`, the chance of success given that."""

    closed: tuple[Closed, ...]
    chance: float
    given: Floats

    @property
    def success(self) -> Floats:
        """As of `Together`."""
        return self.chance * self.given

    def some(self, which: NDArray[np.bool_], left: Floats) -> float:
        """As of `Together`: the successes of which most is left come first."""
        found, none_before = 0.0, self.chance
        for j in np.argsort(-left, kind="stable"):
            if which[j]:
                found += none_before * self.given[j] * left[j]
                none_before *= 1 - self.given[j]
        return float(found)


class Ends:
    """The ends of one trial under some scenarios; courses with the same known children share them."""

    def __init__(self, trial: Trial, scenarios: Sequence[Scenario]) -> None:
        self.trial, self.scenarios = trial, scenarios
        self._found: dict[Seen, Sequence[Sequence[Together | Apart]]] = {}
        self._fates: dict[tuple[int, tuple[int, ...]], list[list[Fate]]] = {}

    def on(self, seen: Seen) -> Sequence[Sequence[Together | Apart]]:
        """One list a scenario. Raises BeyondExactRange."""
        if seen not in self._found:
            self._found[seen] = self._apart(seen) if self.trial.parts else self._together(seen)
        return self._found[seen]

    def _together(self, seen: Seen) -> list[list[Together]]:
        design, bits = without_pooled_harm(self.trial.design), np.arange(len(self.trial.design.baskets))
        found: list[list[Together]] = [[] for _ in self.scenarios]
        for ending in find_endings(design, self.trial.posterior, seen=seen).endings:
            codes = ending.success @ (1 << bits)
            ways = np.unique(codes)
            success, way = (ways[:, None] >> bits & 1).astype(bool), np.searchsorted(ways, codes)
            for scenario, ends in zip(self.scenarios, found, strict=True):
                law = ending.share * likelihood(ending.outcomes, scenario.truths(design))
                ends.append(Together(ending.closed, success, np.bincount(way, law).astype(np.float64)))
        return found

    def _apart(self, seen: Seen) -> list[list[Apart]]:
        by_basket = [self._fates_of(j, seen) for j in range(len(self.trial.parts))]
        count = math.prod(len(fates[0]) for fates in by_basket)
        if count > MOST_ENDS:
            raise BeyondExactRange(
                f"{self.trial.design.title}: {count:,} ways in which its baskets can close; under random accrual up to "
                f"{MOST_ENDS:,} are counted",
                hint="Take fewer looks or baskets.",
            )
        return [
            [
                Apart(
                    tuple(fate.closed for fate in fates),
                    math.prod(fate.chance for fate in fates),
                    np.array([fate.success for fate in fates]),
                )
                for fates in product(*(fates[at] for fates in by_basket))
            ]
            for at in range(len(self.scenarios))
        ]

    def _fates_of(self, basket: int, seen: Seen) -> list[list[Fate]]:
        """What can become of one basket, a list a scenario: without borrowing it is the same whoever else comes."""
        own = [step for step, moved in enumerate(self.trial.design.steps()) if basket in moved]
        sizes = tuple(seen.open[step][basket] for step in own)
        if (basket, sizes) not in self._fates:
            part = self.trial.parts[basket]
            alone = tuple((size,) for size in sizes)
            course = Seen(alone, tuple((size,) * len(own) for size in alone), seen.fewest)
            found: list[list[Fate]] = [[] for _ in self.scenarios]
            for ending in find_endings(part.design, part.posterior, seen=course).endings:
                (closed,) = ending.closed
                closed = closed._replace(step=own[closed.step])
                for scenario, fates in zip(self.scenarios, found, strict=True):
                    truth = scenario.truths(self.trial.design)[basket]
                    law = ending.share * likelihood(ending.outcomes, [truth])
                    chance = float(law.sum())
                    success = float(law @ ending.success[:, 0]) / chance if chance else 0.0
                    fates.append(Fate(closed, chance, success))
            self._fates[basket, sizes] = found
        return self._fates[basket, sizes]
