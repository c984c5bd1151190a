"""Chapters 6 and 7: the cells and how they are given, the other treatment, and when they are no longer given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.casebook.prose import capital
from leadline.protocol.figures import figure_words
from leadline.protocol.oversight import Action
from leadline.protocol.protocol import dose_rules
from leadline.protocol.rules import PresenceRule, words
from leadline.protocol.subjects import drug_words
from leadline.report.blocks import Block, Bullets, Column, Heading, Prose, Table, Terms
from leadline.report.protocol.citations import reasons
from leadline.report.protocol.rule_tables import criteria_table, rules_table
from leadline.report.protocol.words import BASES, DRUG_ROUTES, GRADES, ROUTES, TIMES_COUNTED, role_words, whom
from leadline.report.words import sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leadline.protocol.protocol import Protocol
    from leadline.protocol.rules import AnyRule
    from leadline.protocol.treatment import DrugUse
    from leadline.report.protocol.citations import Citations
    from leadline.report.protocol.outline import Content


def intervention(protocol: Protocol, cite: Citations) -> Content:
    """What the protocol says for chapters 6 and 7."""
    prohibited = [rule for rule in protocol.concomitant.rules if _prohibits(rule)]
    other = [rule for rule in protocol.concomitant.rules if not _prohibits(rule)]
    return {
        "6.1": _product(protocol, cite),
        "6.2": _rationale(protocol),
        "6.3": (
            *_dose(protocol, cite),
            *_premedication(protocol, cite),
            *_observation(protocol, cite),
            *_repeat(protocol, cite),
        ),
        "6.8": (
            Prose(
                "Each infusion is held against the rules of 6.1 and 6.3; section 11.10 says what is a deviation."
            ),
        ),
        "6.9.2": _rescue(protocol, cite),
        "6.9.3": (Prose("Premedication: see section 6.3."),),
        "6.10": tuple(map(Prose, protocol.concomitant.text)),
        "6.10.1": (rules_table("prohibited", "What is not given or changed", prohibited, cite),),
        "6.10.2": (
            *((rules_table("permitted", "What is asked of other treatment", other, cite),) if other else ()),
            *_taper(protocol, cite),
        ),
        "7.1": _no_further_infusion(protocol),
        "7.3": (
            Prose(
                "How a child who is lost to follow-up is counted stands with each estimand in section 3. How such a "
                "child is sought again: [the centre writes this]."
            ),
        ),
    }


def _prohibits(rule: AnyRule) -> bool:
    return isinstance(rule, PresenceRule) and not rule.present


# ---- 6.1 to 6.3 ------------------------------------------------------------------------------------------------------


def _product(protocol: Protocol, cite: Citations) -> tuple[Block, ...]:
    product, release = protocol.product, protocol.release
    limits = f"{cite.figure(product.dose_limits)}. {product.dose_limits.why}"
    return (
        Terms((("Product", product.name), ("Dose within which it may be given at all", limits))),
        *map(Prose, product.text),
        rules_table("product", "What the product must be", product.rules, cite),
        Heading("Release limits", 3),
        Bullets((f"Released by: {role_words(protocol, release.released_by)}.", *release.text)),
        rules_table("release", "What a batch must pass before it is given", release.rules, cite),
    )


def _rationale(protocol: Protocol) -> tuple[Block, ...]:
    planned = protocol.dose.per_kg or protocol.dose.total
    said = reasons(planned, protocol.product.dose_limits) if planned else ""
    return (Prose(said),) if said else ()


def _dose(protocol: Protocol, cite: Citations) -> tuple[Block, ...]:
    dose = protocol.dose
    planned = dose.per_kg or dose.total
    said = f"{cite.figure(planned)}. {planned.why}" if planned else ""
    return (
        Heading("Dose and infusion", 3),
        Terms(
            (
                ("Route", capital(ROUTES[dose.route])),
                ("Planned dose of one infusion", said.strip()),
                ("Counted as", f"{BASES[dose.basis]}, {TIMES_COUNTED[dose.counted]}"),
                (
                    "May differ from the planned dose by",
                    f"{cite.figure(dose.tolerance)}. {dose.tolerance.why}".strip(),
                ),
                (
                    "Age of the weight",
                    f"{cite.figure(dose.weight_max_age)}. {dose.weight_max_age.why}".strip(),
                ),
            )
        ),
        *map(Prose, dose.text),
        rules_table("dose", "What an infusion is held against", (*dose.rules, *dose_rules(protocol)), cite),
    )


def _premedication(protocol: Protocol, cite: Citations) -> tuple[Block, ...]:
    given = protocol.premedication
    return (
        Heading("Premedication", 3),
        *map(Prose, given.text),
        *_drugs_table("premedication", "What may be given before the infusion", given.drugs, cite),
        rules_table("premedication-rules", "What premedication is held against", given.rules, cite),
    )


def _observation(protocol: Protocol, cite: Citations) -> tuple[Block, ...]:
    return (
        Heading("Observation", 3),
        vital_signs(protocol, cite),
        *map(Prose, protocol.observation.text),
        rules_table("observation", "What observation is held against", protocol.observation.rules, cite),
    )


def vital_signs(protocol: Protocol, cite: Citations) -> Terms:
    """What is measured, when, and how grave a missing time is."""
    watched = protocol.observation
    times = ", ".join(map(_time, watched.vital_signs_min))
    return Terms(
        (
            ("Vital signs", ", ".join(watched.vital_signs)),
            ("Measured from the start of the infusion", cite.said(times, watched)),
            ("A time that is missed", f"is a {GRADES[watched.deviation]} deviation"),
        )
    )


def _time(minutes: int) -> str:
    if minutes == 0:
        return "just before"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h" if hours and not rest else f"{minutes} min"


def _repeat(protocol: Protocol, cite: Citations) -> tuple[Block, ...]:
    again = protocol.repeat_dosing
    return (
        Heading("Repeat dosing", 3),
        *map(Prose, again.text),
        Terms(
            (
                (
                    "Infusions of one child, all counted",
                    f"{cite.figure(again.most)}. {again.most.why}".strip(),
                ),
                ("From one infusion to the next", _interval(protocol, cite)),
                ("In whom", whom(again.diagnoses)),
                ("Decided by", role_words(protocol, again.decided_by)),
            )
        ),
        criteria_table(
            "repeat-dosing", "Before a further infusion each of these must hold", again.rules, cite
        ),
    )


def _interval(protocol: Protocol, cite: Citations) -> str:
    interval = protocol.repeat_dosing.interval
    ends = [
        *([f"at least {interval.first} days"] if interval.first is not None else []),
        *([f"at most {interval.last} days"] if interval.last is not None else []),
    ]
    said = cite.said(" and ".join(ends) or "any time", interval)
    return f"{said}. {interval.why}".strip()


# ---- 6.9, 6.10 and 7 -------------------------------------------------------------------------------------------------


def _drugs_table(name: str, title: str, drugs: Iterable[DrugUse], cite: Citations) -> tuple[Block, ...]:
    rows = tuple(
        (
            capital(drug_words(drug.drug)),
            drug.purpose,
            DRUG_ROUTES.get(drug.route, drug.route),
            figure_words(drug.dose) if drug.dose is not None else "",
            reasons(drug),
            cite.of(drug),
        )
        for drug in drugs
    )
    columns = (
        Column("Drug", width=1.2),
        Column("For", width=1.6),
        Column("Route", width=0.8),
        Column("Dose", width=1.8),
        Column("Note", width=1.4),
        Column("Source", "code", 0.6),
    )
    return (Table(name, title, columns, rows),) if rows else ()


def _rescue(protocol: Protocol, cite: Citations) -> tuple[Block, ...]:
    rescue = protocol.rescue
    over = "over the dose of the day before the infusion, in prednisone equivalents"
    rise = f"{cite.figure(rescue.glucocorticoid_rise)} {over}. "
    return (
        *map(Prose, rescue.text),
        *_drugs_table("rescue", "What counts as rescue when it is started or raised", rescue.drugs, cite),
        Terms(
            (
                ("Counted", f"{cite.window(rescue.during)}. {rescue.during.why}".strip()),
                ("A rise of the glucocorticoid", f"{rise}{rescue.glucocorticoid_rise.why}".strip()),
                ("Decided by", role_words(protocol, rescue.decided_by)),
            )
        ),
    )


def _taper(protocol: Protocol, cite: Citations) -> tuple[Block, ...]:
    taper = protocol.taper
    steps = [
        ("Drug", drug_words(taper.drug)),
        ("First step", f"{cite.window(taper.starts)}. {taper.starts.why}".strip()),
        ("Greatest step", cite.figure(taper.step)),
        ("From one step to the next", cite.figure(taper.every)),
        ("Ends at", cite.figure(taper.least)),
        *(
            (
                f"To be reached by day {target.by_day}, {whom(target.diagnoses)}",
                f"{cite.figure(target.dose)}, in prednisone equivalents. {target.dose.why}".strip(),
            )
            for target in taper.targets
        ),
        ("Decided by", role_words(protocol, taper.decided_by)),
    ]
    return (
        Heading("Taper of the glucocorticoid", 3),
        *map(Prose, taper.text),
        Terms(tuple(steps)),
        criteria_table("taper", "Before each step each of these must hold", taper.condition, cite),
    )


def _no_further_infusion(protocol: Protocol) -> tuple[Block, ...]:
    """Rules that end the infusions of one child, and what bars a further one."""
    stops = [
        f"{event.title}: the child is given no further infusion ({role_words(protocol, rule.decided_by)} decides)."
        for rule in protocol.safety.stopping
        if rule.action is Action.STOP_CHILD and (event := protocol.safety.event(rule.event)) is not None
    ]
    bars = [f"No further infusion unless: {sentence(words(rule))}" for rule in protocol.repeat_dosing.rules]
    return (Bullets((*stops, *bars)),) if stops or bars else ()
