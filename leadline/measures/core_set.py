"""The six components of juvenile arthritis that the ACR Pediatric response and the flare rules compare.

Each is compared between two visits, `baseline` and `current`; all six are lower is better. The sixth is one
acute-phase reactant, the same at both visits: the ESR if it was measured at both, else the CRP if that was, else the
ESR is named as missing. A component with either value missing is unknown, whatever its scale allows to conclude.

A baseline of zero has no percent change (measures dossier 1.6): 0 to 0 is neither better nor worse, 0 to above 0 is
worse. That convention was not read in a source.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from leadline.casebook.items import ITEMS, Item
from leadline.measures.definition import Source
from leadline.measures.expression import (
    IsRecorded,
    Not,
    Reading,
    Recorded,
    Row,
    Truth,
    WhenRecorded,
    above,
    all_of,
    at_least,
    at_most,
    choose,
)
from leadline.measures.inputs import Inputs, not_shaped

GIANNINI_1997 = Source(
    "G97", "Giannini EH et al. Arthritis Rheum 1997;40:1202-9", url="pubmed.ncbi.nlm.nih.gov/9214419"
)

GLOBALS = ("physician_global_0_10", "parent_global_0_10")
JOINT_COUNTS = ("active_joint_count", "limited_joint_count")
REACTANTS = ("esr_mm_h", "crp_mg_l")
COMPONENTS = (*GLOBALS, "chaq_di", *JOINT_COUNTS)  # [G97]; the sixth is one of REACTANTS

UPPER_LIMITS = {
    "esr_mm_h": Item(
        "esr_uln", "The laboratory's upper limit of ESR", unit="mm/h", low=0, high=200, limits_are_ours=True
    ),
    "crp_mg_l": Item(
        "crp_uln", "The laboratory's upper limit of CRP", unit="mg/L", low=0, high=1000, limits_are_ours=True
    ),
}
"""Reactant to the item that holds the laboratory's own upper limit; no adult limit ever stands in for it."""

BASELINE_ZERO = "the rule for a component that is 0 at baseline is a convention not read in a source"


@dataclass(frozen=True, slots=True)
class Pair:
    """One component at the two visits."""

    component: str
    baseline: Item
    current: Item

    @property
    def both_recorded(self) -> Truth:
        return all_of(IsRecorded(self.baseline), IsRecorded(self.current))

    def once_recorded(self, rule: Truth) -> Truth:
        return WhenRecorded((self.baseline, self.current), rule)

    def falls_by_percent(self, percent: float) -> Truth:
        """By at least so many percent; never from 0."""
        limit = Reading(self.baseline) * (100 - percent) / 100
        return self.once_recorded(
            all_of(above(Reading(self.baseline), 0), at_most(Reading(self.current), limit))
        )

    def rises_by_percent(self, percent: float) -> Truth:
        """By at least so many percent; from 0, any rise."""
        limit = Reading(self.baseline) * (100 + percent) / 100
        rises = above(Reading(self.current), Reading(self.baseline))
        return self.once_recorded(all_of(rises, at_least(Reading(self.current), limit)))

    def rises_by_more_than_percent(self, percent: float) -> Truth:
        return self.once_recorded(
            above(Reading(self.current), Reading(self.baseline) * (100 + percent) / 100)
        )

    def rises_by(self, points: float) -> Truth:
        return self.once_recorded(at_least(Reading(self.current) - Reading(self.baseline), points))

    def rises_from_zero(self, row: Row) -> bool:
        """Whether this row has the case that the criteria leave open: 0 at baseline, above 0 now."""
        return row.get(self.baseline.id) == 0 and bool(row.get(self.current.id))


def _pair(component: str) -> Pair:
    item = ITEMS[component]
    return Pair(component, item.at("baseline"), item.at("current"))


PAIRS = tuple(_pair(component) for component in COMPONENTS)
ESR, CRP = (_pair(component) for component in REACTANTS)
ITEMS_OF_BOTH_VISITS = tuple(
    item
    for when in ("baseline", "current")
    for item in (ITEMS[name].at(when) for name in (*COMPONENTS, *REACTANTS))
)

CALCULATOR_NAMES = {item.id: item.id.replace("_", ".", 1) for item in ITEMS_OF_BOTH_VISITS}
"""`baseline_esr_mm_h` is `baseline.esr_mm_h` in a calculator, where the two visits are two objects."""

USES_CRP = all_of(Not(ESR.both_recorded), CRP.both_recorded)
"""The CRP stands in only where it has both values and the ESR has not."""


def each_component(rule: Callable[[Pair], Truth]) -> tuple[Truth, ...]:
    """The rule applied to each of the six components."""
    return (*(rule(pair) for pair in PAIRS), choose(USES_CRP, rule(CRP), rule(ESR)))


def components_of(row: Row) -> tuple[Pair, ...]:
    """The six components that this row is compared on."""
    return (*PAIRS, CRP if USES_CRP.evaluate(row) else ESR)


def rises_from_zero(row: Row) -> list[str]:
    """The components that were 0 at baseline and are above 0 now: counted as worse, and listed."""
    return [pair.component for pair in components_of(row) if pair.rises_from_zero(row)]


def without_zero_baselines(row: Row) -> Row:
    """The row without the components that may be 0 at baseline: whether they are better or worse, no source says."""
    zero = [pair for pair in components_of(row) if _may_be_zero(row.get(pair.baseline.id))]
    left_out = {item.id for pair in zero for item in (pair.baseline, pair.current)}
    if any(pair.component in REACTANTS for pair in zero):  # and the other reactant does not stand in for it
        left_out |= {item.id for pair in (ESR, CRP) for item in (pair.baseline, pair.current)}
    return {name: value for name, value in row.items() if name not in left_out}


def _may_be_zero(value: Recorded) -> bool:
    low = value[0] if isinstance(value, tuple) else value
    return low is not None and low == 0


def two_visits(inputs: Inputs) -> Inputs:
    """`{"baseline": {...}, "current": {...}}` as flat items; what is flat already is kept."""
    flat = {name: value for name, value in inputs.items() if name not in ("baseline", "current")}
    for when in ("baseline", "current"):
        visit = inputs.get(when)
        if visit is None:
            continue
        if not isinstance(visit, Mapping):
            raise not_shaped(when, visit, "an object of items")
        flat |= {f"{when}_{name}": value for name, value in visit.items()}
    return flat
