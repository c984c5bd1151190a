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


class BasketHarm:
    """The harm rules of a design's baskets. Raises DesignInvalid where a basket's every boundary stops too often."""

    def __init__(self, design: Design, harm: Harm) -> None:
        self.design, self.harm = design, harm
        self.boundaries = tuple(_boundary(harm, basket) for basket in design.baskets)
        self._laws: dict[tuple[int, float], Stopping] = {}

    def law(self, basket: int, rate: float) -> Stopping:
        """When harm closes a basket that nothing else closes: an entry for each of its looks."""
        if (basket, rate) not in self._laws:
            looks = self.design.baskets[basket].looks
            self._laws[basket, rate] = stopping_on_path(
                self.boundaries[basket], self.harm, rate=rate, path=looks
            )
        return self._laws[basket, rate]

    def chance(self, ends: Sequence[Closed], rates: Sequence[float]) -> float:
        """Probability that harm closes the baskets where it does in these ends, and no other before its end.

        rates   of the event, one a basket
        """
        baskets = enumerate(zip(ends, rates, strict=True))
        return prod(self._chance(j, closed, rate) for j, (closed, rate) in baskets)

    def _chance(self, basket: int, closed: Closed, rate: float) -> float:
        stops, look = self.law(basket, rate).at_check, self._look(basket, closed)
        if closed.reason is Reason.HARM:
            return stops[look]
        # What is left is summed, not taken from one: after the last look nothing is lost by rounding.
        return self.law(basket, rate).never + sum(stops[look + 1 :])

    def looks_drawn(self, uniform: Floats, rates: Sequence[float]) -> Counts:
        """(trials, baskets): the look, from 0, at or before which harm closes a basket that nothing else closes.

        uniform   (trials, baskets), numbers between 0 and 1
        returns   the number of the basket's looks where harm never closes it
        """
        laws = [self.law(j, rate).at_check for j, rate in enumerate(rates)]
        columns = zip(uniform.T, laws, strict=True)
        return np.column_stack([np.searchsorted(np.cumsum(law), column, "right") for column, law in columns])

    def children(self, ends: Sequence[Closed], rates: Sequence[float]) -> Floats:
        """(baskets,): mean number of children in these ends, treated and controls.

        Looked at after every child, harm may stop a basket between looks; its controls then came in step.
        """
        baskets = enumerate(zip(ends, rates, strict=True))
        return np.array([self._children(j, closed, rate) for j, (closed, rate) in baskets])

    def _children(self, j: int, closed: Closed, rate: float) -> float:
        basket, look = self.design.baskets[j], self._look(j, closed)
        after = basket.looks[look] + basket.controls(basket.looks[look])
        if closed.reason is not Reason.HARM:
            return float(after)
        earlier = basket.looks[look - 1] if look else 0
        before = earlier + basket.controls(earlier)
        part = (self.law(j, rate).children[look] - earlier) / (basket.looks[look] - earlier)
        return before + part * (after - before)

    def _look(self, basket: int, closed: Closed) -> int:
        """The look of the basket, from 0, at or before which it closed."""
        return sum(basket in moved for moved in self.design.steps()[: closed.step + 1]) - 1


def _boundary(harm: Harm, basket: Basket) -> Boundary:
    try:
        return harm_boundary(harm, checks=basket.looks)
    except DesignInvalid as error:
        raise DesignInvalid(f"{basket.label}: {error.message}", hint=error.hint) from None


def pooled_harm_only(design: Design, *, where: str) -> None:
    """Refuse a design in which each basket has a harm rule of its own, where that is not reckoned with."""
    if design.harm_by_basket:
        raise DesignInvalid(
            f"harm.scope: found basket; {where} takes pooled, one count over all baskets",
            hint="Leave `scope` out to count all baskets together; `leadline trial describe` takes both.",
        )
