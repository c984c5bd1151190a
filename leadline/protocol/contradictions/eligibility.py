"""Eligibility against the schedule: can every rule be settled before the infusion?"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from leadline.casebook.prose import listed
from leadline.protocol.contradictions.contradiction import Contradiction
from leadline.protocol.contradictions.drugs import prohibitions, shared_drug
from leadline.protocol.criteria import criterion_diagnoses, criterion_words, refractory_definitions
from leadline.protocol.figures import figure_words, shortest_days
from leadline.protocol.needs import collects, missing_for
from leadline.protocol.rules import Change, CriterionRule, PresenceRule, RangeRule, words
from leadline.protocol.schedule import Record
from leadline.protocol.subjects import MEDICATIONS, item_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadline.casebook.keyed_files import KeyPath
    from leadline.protocol.figures import Window
    from leadline.protocol.protocol import Protocol
    from leadline.protocol.rules import AnyRule, WashoutRule
    from leadline.protocol.schedule import Visit

    Limits = tuple[float | None, float | None]


def eligibility_contradictions(protocol: Protocol) -> Iterator[Contradiction]:
    """Rules that no visit can settle, rules that exclude whom others include, and wash-outs that do not fit."""
    for part in ("inclusion", "exclusion"):
        for at, rule in enumerate(getattr(protocol.eligibility, part)):
            yield from _not_settled(protocol, rule, ("eligibility", part, at))
    yield from _nobody_can_be_included(protocol)
    yield from _included_and_excluded(protocol)
    yield from _washouts(protocol)
    for section, rules in (
        ("repeat_dosing", protocol.repeat_dosing.rules),
        ("taper", protocol.taper.condition),
    ):
        key = "rules" if section == "repeat_dosing" else "condition"
        for at, rule in enumerate(rules):
            if isinstance(rule, CriterionRule):
                yield from _never_judged(protocol, rule, (section, key, at))


# ---- rules and the visits that settle them ---------------------------------------------------------------------------


def _not_settled(protocol: Protocol, rule: AnyRule, path: KeyPath) -> Iterator[Contradiction]:
    match rule:
        case RangeRule() | PresenceRule() if rule.of.split(".")[0] in ("items", "scores"):
            name = rule.of.partition(".")[2]
            yield from _item_not_recorded(protocol, rule, name, path)
        case PresenceRule() if rule.of == MEDICATIONS:
            yield from _no_drug_history(protocol, path)
        case CriterionRule() if rule.criterion not in refractory_definitions():
            yield from _never_judged(protocol, rule, path)
        case _:
            return


def _item_not_recorded(
    protocol: Protocol, rule: RangeRule | PresenceRule, name: str, path: KeyPath
) -> Iterator[Contradiction]:
    visits = [visit for visit in _before_infusion(protocol) if planned_in(visit, rule.during)]
    for disease in rule.diagnoses or protocol.diagnoses:
        if not any(collects(visit, name, disease) for visit in visits):
            yield Contradiction(
                (*path, "of"),
                f"{item_words(name)} decides whether a child is eligible, and no visit up to day 0 in the rule's days"
                f" records it in {disease.upper()}",
                f"add '{name}' to the screening visit, or widen the days of the rule",
            )
            return


def _never_judged(protocol: Protocol, rule: CriterionRule, path: KeyPath) -> Iterator[Contradiction]:
    if not criterion_diagnoses(rule.criterion):
        return
    visits = _before_infusion(protocol) if path[0] == "eligibility" else protocol.schedule.visits
    lacking = [
        needs.baseline | needs.visit
        for needs in (
            missing_for(rule.criterion, protocol, visit) for visit in visits if planned_in(visit, rule.during)
        )
    ]
    if frozenset() in lacking:
        return
    names = min(lacking, key=len, default=frozenset[str]())
    why = f"records {listed(sorted(item_words(name) for name in names))}" if names else "is planned"
    yield Contradiction(
        (*path, "criterion"),
        f"'{criterion_words(rule.criterion)}' has to be judged for this rule, and no visit in the rule's days {why}",
        "let a visit record what the criterion needs, or change the days of the rule",
    )


def _before_infusion(protocol: Protocol) -> list[Visit]:
    return [visit for visit in protocol.schedule.visits if visit.last <= 0]


def planned_in(visit: Visit, window: Window) -> bool:
    """Whether the planned day of a visit lies in the window."""
    return (window.first is None or visit.day >= window.first) and (
        window.last is None or visit.day <= window.last
    )


def _no_drug_history(protocol: Protocol, path: KeyPath) -> Iterator[Contradiction]:
    if not any(Record.MEDICATIONS in visit.records for visit in _before_infusion(protocol)):
        yield Contradiction(
            path,
            "the rule is about drugs, and no visit up to day 0 records them",
            "add `medications` to the records of the screening visit",
        )


# ---- rules against rules ---------------------------------------------------------------------------------------------


def _nobody_can_be_included(protocol: Protocol) -> Iterator[Contradiction]:
    """Two ranges of one thing that no number is within, asked of the same children."""
    ranges = [
        (at, rule)
        for at, rule in enumerate(protocol.eligibility.inclusion)
        if isinstance(rule, RangeRule) and not rule.limit.open
    ]
    for (_, one), (at, other) in combinations(ranges, 2):
        same = not one.diagnoses or not other.diagnoses or set(one.diagnoses) & set(other.diagnoses)
        if one.of == other.of and same and _apart(one.limit.limits, other.limit.limits):
            yield Contradiction(
                ("eligibility", "inclusion", at, "limit"),
                f"'{one.title}' asks for {figure_words(one.limit)}, and this rule for {figure_words(other.limit)}: no"
                " child can meet both",
                "let the two ranges overlap",
            )


def _apart(one: Limits, other: Limits) -> bool:
    (low, high), (other_low, other_high) = one, other
    return (high is not None and other_low is not None and high < other_low) or (
        other_high is not None and low is not None and other_high < low
    )


def _included_and_excluded(protocol: Protocol) -> Iterator[Contradiction]:
    for at, excluded in enumerate(protocol.eligibility.exclusion):
        for included in protocol.eligibility.inclusion:
            if _same_demand(included, excluded):
                yield Contradiction(
                    ("eligibility", "exclusion", at),
                    f"a child is excluded by what is asked of every child: {words(included)}",
                    f"keep '{included.id}' or '{excluded.id}', not both",
                )


def _same_demand(included: AnyRule, excluded: AnyRule) -> bool:
    """Whether both ask for the same thing, so that whoever meets the one meets the other."""
    match included, excluded:
        case PresenceRule(), PresenceRule():
            return (
                included.of == excluded.of
                and included.present == excluded.present
                and set(included.values) <= set(excluded.values)
                and set(included.drugs) == set(excluded.drugs)
                and included.change == excluded.change
            )
        case CriterionRule(), CriterionRule():
            return included.criterion == excluded.criterion and included.result == excluded.result
        case RangeRule(), RangeRule():
            return included.of == excluded.of and _within(included, excluded)
        case _:
            return False


def _within(included: RangeRule, excluded: RangeRule) -> bool:
    """Whether every number that the one takes is one that the other takes."""
    if included.limit.open or excluded.limit.open:
        return False
    low, high = included.limit.limits
    return (excluded.limit.limits[0] is None or (low is not None and bool(excluded.limit.holds(low)))) and (
        excluded.limit.limits[1] is None or (high is not None and bool(excluded.limit.holds(high)))
    )


def _washouts(protocol: Protocol) -> Iterator[Contradiction]:
    screening = protocol.schedule.visit(protocol.schedule.screening)
    assert screening is not None  # the reader has refused an id that does not exist
    for at, rule in enumerate(protocol.eligibility.washout):
        path: KeyPath = ("eligibility", "washout", at)
        yield from _no_drug_history(protocol, path)
        if rule.after_screening and not rule.time.open and shortest_days(rule.time) > -screening.first:
            yield Contradiction(
                (*path, "time"),
                f"the drug is stopped after screening, which is at most {-screening.first} days before the infusion,"
                f" and the wash-out takes {figure_words(rule.time)}",
                "let screening begin earlier, shorten the wash-out, or take only children who stopped before"
                " (`after_screening: false`)",
            )
        yield from _must_not_stop(protocol, rule, path)


def _must_not_stop(protocol: Protocol, rule: WashoutRule, path: KeyPath) -> Iterator[Contradiction]:
    if not rule.after_screening or rule.time.open:
        return
    for where, kept in prohibitions(protocol):
        drug = shared_drug(rule.drugs, kept.drugs)
        in_time = kept.during.first is None or kept.during.first <= 0
        if kept.change is Change.STOPPED and drug and in_time:
            yield Contradiction(
                (*path, "drugs"),
                f"{drug} is to be stopped before the infusion, and '{kept.title}' ({where}) forbids stopping it then",
                "take it out of the wash-out, or out of the rule that keeps it",
            )
