"""How long, and at what dose, a drug must have been taken before it can be said to have failed (measures dossier 4.2).

A project table over published and customary durations: most were not read in a source and are provisional. A trial
may replace it with its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from leadline.casebook.case import DrugCourse


@dataclass(frozen=True, slots=True)
class AdequateTrial:
    """`days` on the drug, known by its substance or its class; the least dose in mg/m2 a week where one is known."""

    names: tuple[str, ...]
    days: int
    source: str
    status: Literal["verified", "provisional"]
    least_mg_m2_week: float | None = None


MONTHS_3 = 91
MONTHS_6 = 182

ADEQUATE_TRIALS = (
    AdequateTrial(
        ("methotrexate",), MONTHS_3, "ACR 2019 guideline: 3 months; the dose of 10 mg/m2/week was not read",
        "provisional", least_mg_m2_week=10,
    ),
    AdequateTrial(("bdmard_tnf",), MONTHS_3, "payers' rule: a 3-month trial before a JAK inhibitor", "verified"),
    AdequateTrial(("abatacept", "tocilizumab", "sarilumab"), MONTHS_3, "3 to 4 months, not read", "provisional"),
    AdequateTrial(("anakinra", "canakinumab"), 30, "about 1 month, not read; a payer asks for 3 months", "provisional"),
    AdequateTrial(("tsdmard_jak",), MONTHS_3, "3 to 4 months, not read", "provisional"),
    AdequateTrial(("antimalarial",), MONTHS_3, "3 to 6 months, not read in a source", "provisional"),
    AdequateTrial(
        ("mycophenolic acid", "cyclophosphamide"), MONTHS_6, "ACR 2024: at least a partial response by 6 to 12 months",
        "verified",
    ),
    AdequateTrial(("rituximab",), MONTHS_6, "6 months from the first infusion, not read in a source", "provisional"),
    AdequateTrial(("belimumab",), 168, "NICE TA752: judged at 24 weeks (adults)", "verified"),
    AdequateTrial(("anifrolumab",), MONTHS_6, "6 months, not read in a source", "provisional"),
    AdequateTrial(("nsaid",), 30, "1 to 2 months, not read; ACR 2021 could not agree", "provisional"),
)  # fmt: skip


def adequate_trial_of(course: DrugCourse) -> AdequateTrial | None:
    """The trial that a drug is held against, by its substance or else by its class; None where none is known."""
    by_substance = (trial for trial in ADEQUATE_TRIALS if course.substance in trial.names)
    by_class = (trial for trial in ADEQUATE_TRIALS if course.class_id in trial.names)
    return next(by_substance, None) or next(by_class, None)
