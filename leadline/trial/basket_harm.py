"""A harm rule that each basket has for itself: its own children against its own boundary, which closes it alone.

Response and harm are taken to be independent within a child, and the boundary sees the basket's own treated children
only. So a basket that goes on to some look is stopped for harm between two looks with a chance that depends on nothing
else, and how a trial goes on is found once, whatever the rate of harm: the chance of an ending is what its responses
give, times a factor for each basket.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

from leadline.errors import DesignInvalid
from leadline.trial.endings import Reason
from leadline.trial.safety import harm_boundary, stopping_on_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.borrowing.beta import Counts, Floats
    from leadline.trial.design import Basket, Design, Harm
    from leadline.trial.endings import Closed
    from leadline.trial.safety import Boundary, Stopping


Paths = tuple[tuple[int, ...], ...]
"""Treated children of each basket at each of its looks."""


class BasketHarm:
    """The harm rules of a design's baskets. Raises DesignInvalid where a basket's every boundary stops too often."""

    def __init__(self, design: Design, harm: Harm) -> None:
        self.design, self.harm = design, harm
        self.boundaries = tuple(_boundary(harm, basket) for basket in design.baskets)
        self.planned: Paths = tuple(basket.looks for basket in design.baskets)
        self._laws: dict[tuple[int, float, tuple[int, ...]], Stopping] = {}

    def law(self, basket: int, rate: float, path: tuple[int, ...]) -> Stopping:
        """When harm closes a basket that nothing else closes: an entry for each of its looks.

        path   its treated children at each
        """
        key = basket, rate, path
        if key not in self._laws:
            self._laws[key] = stopping_on_path(self.boundaries[basket], self.harm, rate=rate, path=path)
        return self._laws[key]

    def chance(self, ends: Sequence[Closed], rates: Sequence[float], paths: Paths) -> float:
        """Probability that harm closes the baskets where it does in these ends, and no other before its end.

        rates   of the event, one a basket
        """
        return prod(
            self._chance(closed, self._look(j, closed), self.law(j, rate, path))
            for j, (closed, rate, path) in enumerate(zip(ends, rates, paths, strict=True))
        )

    def _chance(self, closed: Closed, look: int, law: Stopping) -> float:
        if closed.reason is Reason.HARM:
            return law.at_check[look]
        # What is left is summed, not taken from one: after the last look nothing is lost by rounding.
        return law.never + sum(law.at_check[look + 1 :])

    def looks_drawn(self, uniform: Floats, rates: Sequence[float]) -> Counts:
        """(trials, baskets): the look, from 0, at or before which harm closes a basket that nothing else closes.

        uniform   (trials, baskets), numbers between 0 and 1
        returns   the number of the basket's looks where harm never closes it
        """
        laws = [
            self.law(j, rate, path).at_check
            for j, (rate, path) in enumerate(zip(rates, self.planned, strict=True))
        ]
        columns = zip(uniform.T, laws, strict=True)
        return np.column_stack([np.searchsorted(np.cumsum(law), column, "right") for column, law in columns])

    def children(self, ends: Sequence[Closed], rates: Sequence[float], paths: Paths) -> Floats:
        """(baskets,): mean number of children in these ends, treated and controls.

        Looked at after every child, harm may stop a basket between looks; its controls then came in step.
        """
        return np.array(
            [
                self._children(j, closed, self.law(j, rate, path), path)
                for j, (closed, rate, path) in enumerate(zip(ends, rates, paths, strict=True))
            ]
        )

    def _children(self, j: int, closed: Closed, law: Stopping, path: tuple[int, ...]) -> float:
        look, control = self._look(j, closed), self.design.baskets[j].control
        arms = [path, *([control.looks] if control else [])]
        after = sum(arm[look] for arm in arms)
        if closed.reason is not Reason.HARM or not law.at_check[look]:
            return float(after)
        before = sum(arm[look - 1] for arm in arms) if look else 0
        earlier = path[look - 1] if look else 0
        part = (law.children[look] - earlier) / (path[look] - earlier)
        return before + part * (after - before)

    def _look(self, basket: int, closed: Closed) -> int:
        """The look of the basket, from 0, at or before which it closed."""
        return sum(basket in moved for moved in self.design.steps()[: closed.step + 1]) - 1


def _boundary(harm: Harm, basket: Basket) -> Boundary:
    try:
        return harm_boundary(harm, checks=basket.looks)
    except DesignInvalid as error:
        raise DesignInvalid(f"{basket.label}: {error.message}", hint=error.hint) from None
