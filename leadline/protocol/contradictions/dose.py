"""The dose, the product and the infusion against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.protocol.contradictions.contradiction import Contradiction
from leadline.protocol.figures import (
    MILLION_CELLS,
    MILLION_CELLS_PER_KG,
    MINUTES,
    Figure,
    amount,
    figure_words,
    shortest_days,
)
from leadline.protocol.rules import PresenceRule, RangeRule
from leadline.protocol.treatment import Basis, Counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadline.casebook.keyed_files import KeyPath
    from leadline.protocol.protocol import Protocol

Span = tuple[float | None, float | None]


def dose_contradictions(protocol: Protocol) -> Iterator[Contradiction]:
    """A planned dose outside the product's limits, a dose that cannot be known, an observation shorter than its own
    times."""
    yield from _no_tolerance(protocol)
    yield from _outside_limits(protocol)
    yield from _route(protocol)
    yield from _basis(protocol)
    yield from _weight(protocol)
    yield from _observation(protocol)


# ---- the amount ------------------------------------------------------------------------------------------------------


def _no_tolerance(protocol: Protocol) -> Iterator[Contradiction]:
    tolerance = protocol.dose.tolerance
    highest = tolerance.limits[1]
    if tolerance.open or highest is None or 0 <= highest < WHOLE_DOSE:
        return
    if highest < 0:
        found, todo = "less than none", "name by how many percent, from 0 on"
    else:
        found, todo = (
            "a child who is given no cells at all counts as given the planned dose",
            "narrow the tolerance",
        )
    yield Contradiction(("dose", "tolerance"), f"the tolerance is {figure_words(tolerance)}: {found}", todo)


WHOLE_DOSE = 100
"""Percent."""


def _outside_limits(protocol: Protocol) -> Iterator[Contradiction]:
    dose, limits = protocol.dose, protocol.product.dose_limits
    if limits.open:
        return
    if dose.per_kg is not None and not dose.per_kg.open:
        factor = MILLION_CELLS_PER_KG[dose.per_kg.unit]
        yield from _compared(protocol, _scaled(dose.per_kg, factor), ("dose", "per_kg"), "the planned dose")
    if dose.total is not None and not dose.total.open:
        yield from _fixed_dose(protocol, dose.total)


def _fixed_dose(protocol: Protocol, total: Figure) -> Iterator[Contradiction]:
    """The same cells in the lightest and the heaviest child who may be treated."""
    lightest, heaviest = _eligible_weights(protocol)
    if lightest is None or heaviest is None:
        yield Contradiction(
            ("dose", "total"),
            "the dose is the same for every child, and no rule of inclusion limits the weight from below and above:"
            " how many cells a child is given per kg is not known",
            "add a range of `items.weight_kg` to the inclusion, or plan the dose per kg",
        )
        return
    least, most = _scaled(total, MILLION_CELLS[total.unit])
    span = (None if least is None else least / heaviest, None if most is None else most / lightest)
    said = f"{figure_words(total)} in a child of {heaviest:g} or {lightest:g} kg"
    yield from _compared(protocol, span, ("dose", "total"), said)


def _compared(protocol: Protocol, span: Span, path: KeyPath, said: str) -> Iterator[Contradiction]:
    low, high = _scaled(protocol.product.dose_limits, MILLION_CELLS_PER_KG[protocol.product.dose_limits.unit])
    product = f"the product's limits, {figure_words(protocol.product.dose_limits)}"
    outside = _outside(span, (low, high))
    if outside:
        yield Contradiction(
            path,
            f"{said} is {outside}, outside {product}",
            "plan a dose within the product's limits, or name a product whose specification allows this one",
        )
        return
    tolerance = protocol.dose.tolerance
    if tolerance.open or tolerance.limits[1] is None or not 0 <= tolerance.limits[1] < WHOLE_DOSE:
        return
    by = tolerance.limits[1] / 100
    wider = (None if span[0] is None else span[0] * (1 - by), None if span[1] is None else span[1] * (1 + by))
    outside = _outside(wider, (low, high))
    if outside:
        yield Contradiction(
            ("dose", "tolerance"),
            f"within the tolerance of {figure_words(tolerance)} a child may be given {outside}, which counts as planned"
            f" and lies outside {product}",
            "narrow the tolerance, or plan a dose further from the limits",
        )


def _outside(span: Span, limits: Span) -> str:
    """The end of the span that the limits do not take, in words; empty if they take both."""
    low, high = limits
    if low is not None and span[0] is not None and round(span[0] - low, 6) < 0:
        return amount(round(span[0], 3), "10*6/kg")
    if high is not None and span[1] is not None and round(span[1] - high, 6) > 0:
        return amount(round(span[1], 3), "10*6/kg")
    return ""


def _scaled(figure: Figure, factor: float) -> Span:
    low, high = figure.limits
    return (None if low is None else low * factor, None if high is None else high * factor)


def _eligible_weights(protocol: Protocol) -> Span:
    """The least and the greatest weight with which a child may be included; None where no rule limits it."""
    limits = [
        rule.limit.limits
        for rule in protocol.eligibility.inclusion
        if isinstance(rule, RangeRule) and rule.of == "items.weight_kg" and not rule.diagnoses
    ]
    lows = [low for low, _ in limits if low]
    highs = [high for _, high in limits if high]
    return max(lows, default=None), min(highs, default=None)


# ---- how it is given and known ---------------------------------------------------------------------------------------


def _route(protocol: Protocol) -> Iterator[Contradiction]:
    for section in ("product", "release", "dose"):
        for at, rule in enumerate(getattr(protocol, section).rules):
            if (
                isinstance(rule, PresenceRule)
                and rule.of == "infusions.route"
                and (protocol.dose.route in rule.values) is not rule.present
            ):
                yield Contradiction(
                    (section, "rules", at, "values"),
                    f"the cells are given by the route '{protocol.dose.route}', and '{rule.title}' does not take it",
                    "let the route of the dose and the rule agree",
                )


def _basis(protocol: Protocol) -> Iterator[Contradiction]:
    rules = (*protocol.product.rules, *protocol.release.rules, *protocol.dose.rules)
    subjects = {rule.of for rule in rules if isinstance(rule, RangeRule | PresenceRule)}
    if protocol.dose.basis is Basis.VIABLE and "infusions.viability_pct" not in subjects:
        yield Contradiction(
            ("dose", "basis"),
            "the dose counts viable cells, and no rule asks for the viability of a batch",
            "add a release test of `infusions.viability_pct`, or count total nucleated cells",
        )
    for at, rule in enumerate(protocol.product.rules):
        if isinstance(rule, PresenceRule) and rule.of == "infusions.fresh_or_thawed" and rule.present:
            wanted = "fresh" if protocol.dose.counted is Counted.FRESH else "thawed"
            if wanted not in rule.values:
                yield Contradiction(
                    ("dose", "counted"),
                    f"the cells are counted '{protocol.dose.counted.replace('_', ' ')}', and the product is"
                    f" {' or '.join(rule.values)} ('{rule.title}')",
                    f"change `counted`, or the rule in product.rules[{at}]",
                )


def _weight(protocol: Protocol) -> Iterator[Contradiction]:
    """The weight from which the dose is made is taken at a visit, soon enough before the infusion."""
    if protocol.dose.per_kg is None or protocol.dose.weight_max_age.open:
        return
    oldest = shortest_days(protocol.dose.weight_max_age)
    if not any(
        "weight_kg" in visit.items and visit.last <= 0 and -visit.last <= oldest
        for visit in protocol.schedule.visits
    ):
        yield Contradiction(
            ("dose", "weight_max_age"),
            f"the dose is made from a weight of {figure_words(protocol.dose.weight_max_age)}, and no visit records one"
            " in that time before the infusion",
            "add 'weight_kg' to the items of the day 0 visit",
        )


def _observation(protocol: Protocol) -> Iterator[Contradiction]:
    times = protocol.observation.vital_signs_min
    if list(times) != sorted(set(times)):
        yield Contradiction(
            ("observation", "vital_signs_min"),
            "the times of the vital signs do not rise",
            "give each time once, the earliest first",
        )
    for at, rule in enumerate(protocol.observation.rules):
        if isinstance(rule, RangeRule) and rule.of == "infusions.hours_observed" and not rule.limit.open:
            low = rule.limit.limits[0]
            minutes = None if low is None else low * MINUTES[rule.limit.unit]
            if minutes is not None and minutes < max(times):
                yield Contradiction(
                    ("observation", "rules", at, "limit"),
                    f"a child may be let go after {figure_words(rule.limit)}, and vital signs are due at"
                    f" {max(times)} minutes",
                    "observe until the last vital signs, or leave out the later ones",
                )
