"""The verdict on one claim: verdicts 3.

Where the rules leave a choice, it is the one that the criterion of each rung is judged at the nearest assessment at
which it can be; that a score of which some is missing decides by its bounds; and that remission begins after the
infusion.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from leadline.casebook.case import AdverseEvent, Assessment, Case, Report
from tests.verdicts.twin.arthritis import (
    WALLACE,
    acr_pedi,
    brunner_flare,
    cjadas10_state_falls,
    horneff,
    jadas10_state_falls,
    jia_inactive,
)
from tests.verdicts.twin.basics import (
    WINDOWS,
    Truth,
    after_infusion,
    all_of,
    any_of,
    candidates,
    day_of,
    months_have_passed,
    opposite,
)
from tests.verdicts.twin.drugs import attribution, off_medication, on_medication, reduced_medication
from tests.verdicts.twin.lupus import (
    flare_2018,
    low_disease_activity,
    lupus_remission,
    lupus_remission_off,
    printo,
    selena_flare,
    sledai_pga_part,
    sri4,
)
from tests.verdicts.twin.mixed import mctd_improved, mctd_inactive, mctd_worse


@dataclass(frozen=True)
class Said:
    finding: str
    criterion: str
    attribution: str
    durability: tuple[int, int, int | None] | None
    """Assessments, days, largest gap."""


@dataclass(frozen=True)
class Judgement:
    criterion: str
    truth: Truth
    day: int | None = None
    partial: bool = False
    held: tuple[int, ...] = ()


# ---- adverse events --------------------------------------------------------------------------------------------------


def no_event(case: Case, day: int, *, serious_only: bool) -> Truth:
    against = [counts(event, day, serious_only=serious_only) for event in case.adverse_events]
    asked = [
        day_of(one) for one in case.assessments if one.adverse_events_assessed and 0 < day_of(one) <= day
    ]
    windows = [(first, last) for target, first, last in WINDOWS if target <= day] or [(1, day)]
    all_asked = all(any(first <= one <= last for one in asked) for first, last in windows)
    return all_of(opposite(any_of(False, *against)), True if all_asked else None)


def counts(event: AdverseEvent, day: int, *, serious_only: bool) -> Truth:
    inside = None if event.start is None else 0 <= event.start.first <= day
    return all_of(inside, event.serious) if serious_only else inside


# ---- held for how long -----------------------------------------------------------------------------------------------


def held_run(day: int, holds: Mapping[int, Truth]) -> tuple[int, ...]:
    """The days around this one on which it held, without a day on which it did not or could not be told."""
    days = sorted(holds)
    first = last = days.index(day)
    while first > 0 and holds[days[first - 1]] is True:
        first -= 1
    while last + 1 < len(days) and holds[days[last + 1]] is True:
        last += 1
    return tuple(days[first : last + 1])


def stays(case: Case, name: str, day: int, holds: dict[int, Truth], months: int) -> Judgement:
    """Whether it has held for so many calendar months, up to this day."""
    if holds[day] is False:
        return Judgement(name, False, day)
    if holds[day] is True:
        run = held_run(day, {one: truth for one, truth in holds.items() if 0 < one <= day})
        if months_have_passed(case, run[0], day, months):
            return Judgement(name, True, day, held=run)
    broken = [one for one, truth in holds.items() if one < day and truth is False]
    impossible = bool(broken) and not months_have_passed(case, max(broken), day, months)
    return Judgement(name, False if impossible else None, day)


def remission(case: Case, now: Assessment, *, off_only: bool) -> Judgement:
    inactive = jia_inactive if case.diagnosis == "jia" else mctd_inactive
    day = day_of(now)
    if case.diagnosis == "jia" and case.patient.get("ilar_category") not in (*WALLACE, None):
        return Judgement("", None)
    quiet = {day_of(one): inactive(case, one) for one in case.assessments}
    on = {day_of(one): on_medication(case, day_of(one)) for one in case.assessments}
    off_year = stays(
        case, "remission", day, {one: all_of(quiet[one], opposite(on[one])) for one in quiet}, 12
    )
    on_half = stays(case, "remission", day, {one: all_of(quiet[one], on[one]) for one in quiet}, 6)
    if off_only or off_year.truth is True:
        return off_year
    return (
        on_half
        if on_half.truth is True
        else Judgement("remission", any_of(off_year.truth, on_half.truth), day)
    )


# ---- the claim -------------------------------------------------------------------------------------------------------


def rungs(case: Case, claim: str) -> list[tuple[str, bool, Callable[[Case, Assessment], Truth]]]:
    """Name, whether it documents in part only, and the function of case and assessment."""
    ladders: dict[tuple[str, str], list[tuple[str, bool, Callable[[Case, Assessment], Truth]]]] = {
        ("jia", "improved"): [
            ("acr_pedi", False, lambda c, a: acr_pedi(c, a, 30)),
            ("horneff", False, horneff),
            ("jadas10_state", False, jadas10_state_falls),
            ("cjadas10_state", False, cjadas10_state_falls),
        ],
        ("jia", "much_improved"): [("acr_pedi", False, lambda c, a: acr_pedi(c, a, 70))],
        ("jia", "worse"): [("flare", False, brunner_flare)],
        ("sle", "improved"): [
            ("sri4", False, sri4),
            ("printo", False, printo),
            ("sledai_pga_part", True, sledai_pga_part),
        ],
        ("sle", "much_improved"): [
            ("sri4_and_lldas", False, lambda c, a: all_of(
                sri4(c, a),
                any_of(low_disease_activity(c, a, childhood=False), low_disease_activity(c, a, childhood=True)),
            )),
        ],
        ("sle", "in_remission"): [("lupus_remission", False, lupus_remission)],
        ("sle", "worse"): [("selena", False, selena_flare), ("flare_2018", False, flare_2018)],
        ("mctd", "improved"): [("mctd", True, lambda c, a: mctd_improved(c, a, 1))],
        ("mctd", "much_improved"): [("mctd", True, lambda c, a: mctd_improved(c, a, 2))],
        ("mctd", "worse"): [("mctd", False, mctd_worse)],
    }  # fmt: skip
    return ladders[case.diagnosis, claim]


def climb(case: Case, claim: str, visits: list[Assessment]) -> Judgement:
    for name, partial, criterion in rungs(case, claim):
        for visit in visits:
            truth = criterion(case, visit)
            if truth is not None:
                after = {day_of(one): criterion(case, one) for one in after_infusion(case)}
                everywhere = all(after[day_of(one)] is not False for one in visits)
                judged = {day: held for day, held in after.items() if held is not None}
                held = held_run(day_of(visit), judged) if truth else ()
                return Judgement(name, truth, day_of(visit), partial or not everywhere, held)
    return Judgement("", None)


def unchanged(case: Case, visits: list[Assessment]) -> Judgement:
    better, worse = climb(case, "improved", visits), climb(case, "worse", visits)
    truth = all_of(opposite(better.truth), opposite(worse.truth))
    if truth is None:
        return Judgement("", None)
    return Judgement("unchanged", truth, worse.day if better.truth is None else better.day)


def still(case: Case, visits: list[Assessment], judge: Callable[[Assessment], Judgement]) -> Judgement:
    for visit in visits:
        judged: Judgement = judge(visit)
        if judged.truth is not None:
            return judged
    return Judgement("", None)


def judge(case: Case, report: Report) -> Judgement:
    assert report.day is not None
    day, visits = report.day.first, candidates(case, report.day.first)
    match report.claim:
        case "off_medication":
            return Judgement("off_medication", off_medication(case, day), day)
        case "reduced_medication":
            return Judgement("reduced_medication", reduced_medication(case, day), day)
        case "no_side_effect":
            return Judgement("events", no_event(case, day, serious_only=False), day)
        case "no_serious_adverse_event":
            return Judgement("events", no_event(case, day, serious_only=True), day)
        case "unchanged":
            return unchanged(case, visits)
        case "cured" if case.diagnosis == "sle":
            off = {day_of(one): lupus_remission_off(case, one) for one in case.assessments}
            return still(case, visits, lambda one: stays(case, "lupus_remission_off", day_of(one), off, 12))
        case "in_remission" | "cured" if case.diagnosis != "sle":
            return still(case, visits, lambda one: remission(case, one, off_only=report.claim == "cured"))
        case _:
            return climb(case, report.claim, visits)


LABORATORY = {"esr_mm_h", "crp_mg_l", "proteinuria_g_24h", "upcr_g_g"}


def with_laboratory(case: Case) -> Case:
    """Each assessment with the nearest laboratory values of the seven days around it, on its side of the infusion."""
    filled = []
    for visit in case.assessments:
        others = [one for one in case.assessments if (day_of(one) > 0) == (day_of(visit) > 0)]
        facts = dict(visit.facts)
        for other in sorted(others, key=lambda one: (abs(day_of(one) - day_of(visit)), day_of(one))):
            if abs(day_of(other) - day_of(visit)) <= 7:
                for item in LABORATORY & set(other.facts):
                    facts.setdefault(item, other.facts[item])
        filled.append(replace(visit, facts=facts))
    return replace(case, assessments=tuple(filled))


def twin_verdict(case: Case, report: Report) -> Said:
    case = with_laboratory(case)
    assert report.day is not None
    judged = judge(case, report)
    if judged.truth is None:
        finding = "reported_only"
    elif judged.truth is False:
        finding = "contradicted"
    else:
        finding = "partly_documented" if judged.partial else "documented"
    if report.claim in ("improved", "much_improved") and judged.truth and judged.day is not None:
        visits = candidates(case, report.day.first)
        nearest = visits[: [day_of(one) for one in visits].index(judged.day) + 1]
        if any(climb(case, "worse", [one]).truth is True for one in nearest):
            finding = "contradicted"
    held = judged.held
    gaps = [later - earlier for earlier, later in pairwise(held)]
    return Said(
        finding,
        "" if judged.truth is None else judged.criterion,
        attribution(case, report.day.first if judged.day is None else judged.day),
        (len(held), held[-1] - held[0], max(gaps, default=None)) if held else None,
    )
