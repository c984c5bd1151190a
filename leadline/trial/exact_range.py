"""How many outcomes a design has, and whether they are few enough to be visited one by one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from leadline.errors import BeyondExactRange
from leadline.trial.borrowing.independent import Independent
from leadline.trial.borrowing.outcomes import table_shape
from leadline.trial.design import HarmCheck

if TYPE_CHECKING:
    from leadline.trial.design import Basket, Design

MOST_OUTCOMES = 8_000_000  # outcomes of all baskets together that are walked through: some 2 GB


def check_exact_range(design: Design) -> None:
    """Refuse a design whose outcomes are too many to visit one by one."""
    check_count(design, outcome_count(design))


def check_count(design: Design, count: int) -> None:
    """The same of so many outcomes. Raises BeyondExactRange."""
    if count > MOST_OUTCOMES:
        raise BeyondExactRange(
            f"{design.title}: {count:,} outcomes; up to {MOST_OUTCOMES:,} are computed exactly",
            hint="Take fewer looks, baskets or children; baskets that are alike cost least.",
        )


def outcome_count(design: Design) -> int:
    """Outcomes to visit; those of baskets that do not borrow are visited basket by basket."""
    if isinstance(design.borrowing, Independent):
        return sum(_states(design, basket) for basket in design.baskets)
    return outcomes_together(design)


def outcomes_together(design: Design) -> int:
    """Outcomes of all baskets: multisets for one look at exchangeable baskets, otherwise all final states."""
    if in_multisets(design):
        (entries,), baskets = set(table_shape(design.sizes, design.control_sizes)), len(design.baskets)
        return math.comb(entries + baskets - 1, baskets)
    return math.prod(_states(design, basket) for basket in design.baskets)


def in_multisets(design: Design) -> bool:
    """Whether one row can stand for all orders of like baskets: no basket closes before another."""
    return len(design.steps()) == 1 and design.exchangeable and not design.harm_by_basket


def _states(design: Design, basket: Basket) -> int:
    return with_harm(design, [(look + 1) * (basket.controls(look) + 1) for look in basket.looks])


def with_harm(design: Design, at_looks: list[int]) -> int:
    """Counts that a basket can end with, of so many at each look, closed for harm or not."""
    if design.harm is None or not design.harm_by_basket:
        return sum(at_looks)
    closed_for_harm = at_looks if design.harm.check is HarmCheck.LOOK else [1, *at_looks[:-1]]
    return sum(at_looks) + sum(closed_for_harm)
