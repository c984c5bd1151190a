"""Plain words and symbols for the casebook's codes, as figures print them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from leadline.casebook.case import Case, DrugCourse, Infusion
from leadline.casebook.dosing import only_dose_words
from leadline.report.figures import style
from leadline.verdicts.findings import Finding

CLAIMS: Mapping[str, str] = MappingProxyType(
    {
        "improved": "improved",
        "much_improved": "much improved",
        "in_remission": "in remission",
        "cured": "cured",
        "unchanged": "unchanged",
        "worse": "worse",
        "reduced_medication": "less medication",
        "off_medication": "off medication",
        "no_side_effect": "no side effect",
        "no_serious_adverse_event": "no serious adverse event",
        "other": "other statement",
    }
)
"""Claims in the order in which figures show them."""

CLAIM_MARKS: Mapping[str, tuple[style.Mark, str]] = MappingProxyType(
    {
        "improved": (style.UP, "better"),
        "much_improved": (style.UP, "better"),
        "in_remission": (style.DIAMOND, "in remission"),
        "cured": (style.STAR, "cured"),
        "unchanged": (style.LEVEL, "unchanged"),
        "worse": (style.DOWN, "worse"),
        "reduced_medication": (style.SQUARE, "less or no medication"),
        "off_medication": (style.SQUARE, "less or no medication"),
        "no_side_effect": (style.PENTAGON, "no side effect or no serious event"),
        "no_serious_adverse_event": (style.PENTAGON, "no side effect or no serious event"),
        "other": (style.CIRCLE, "other statement"),
    }
)
"""The symbol of each claim and what it stands for in a legend."""

FINDINGS: Mapping[Finding, str] = MappingProxyType(
    {
        Finding.DOCUMENTED: "documented",
        Finding.PARTLY_DOCUMENTED: "partly documented",
        Finding.CONTRADICTED: "contradicted",
        Finding.REPORTED_ONLY: "reported only",
    }
)

SPEAKERS: Mapping[str, str] = MappingProxyType(
    {
        "patient": "patient",
        "mother": "mother",
        "father": "father",
        "other_carer": "other carer",
        "outside_clinic": "outside clinic",
    }
)

DIAGNOSES: Mapping[str, str] = MappingProxyType({"jia": "JIA", "sle": "childhood SLE", "mctd": "MCTD"})

ILAR_CATEGORIES: Mapping[str, str] = MappingProxyType(
    {
        "systemic": "systemic",
        "oligo_persistent": "persistent oligoarticular",
        "oligo_extended": "extended oligoarticular",
        "poly_rf_neg": "polyarticular, RF-negative",
        "poly_rf_pos": "polyarticular, RF-positive",
        "psoriatic": "psoriatic",
        "enthesitis": "enthesitis-related",
        "undifferentiated": "undifferentiated",
    }
)

END_REASONS = frozenset(("still followed", "transferred", "adult care", "lost", "died"))
"""Reasons for the end of follow-up that a figure prints; any other text stays in the casebook."""

STOP_CODES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "ineffective": ("I", "ineffective"),
        "lost_effect": ("L", "lost effect"),
        "adverse_event": ("A", "adverse event"),
        "remission": ("R", "remission"),
        "family_choice": ("F", "family's choice"),
        "supply": ("S", "supply"),
        "planned": ("P", "planned"),
        "unknown": ("U", "reason unknown"),
    }
)
"""Letter and meaning of each reason for stopping; a reason not recorded counts as unknown."""

DRUG_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("NSAID", ("nsaid",)),
    ("Glucocorticoid", ("glucocorticoid",)),
    ("Conventional", ("csdmard", "antimalarial", "cytotoxic")),
    (
        "Biologic",
        (
            "bdmard_tnf",
            "bdmard_il1",
            "bdmard_il6",
            "bdmard_il17_il23",
            "bdmard_tcell",
            "bdmard_bcell",
            "bdmard_ifn",
            "bdmard_complement",
        ),
    ),
    ("JAK and other targeted", ("tsdmard_jak", "tsdmard_other")),
    ("Cell product", ("cell_product",)),
    ("Other", ()),
)
"""Lanes of treatment, top to bottom; whatever no group names is in the last."""

GROUP_LETTERS: Mapping[str, str] = MappingProxyType(
    {
        "NSAID": "N",
        "Glucocorticoid": "G",
        "Conventional": "C",
        "Biologic": "B",
        "JAK and other targeted": "J",
        "Cell product": "M",
        "Other": "O",
    }
)

STATE_RANKS: Mapping[str, int] = MappingProxyType(
    {"inactive": 0, "none": 0, "minimal": 1, "low": 1, "moderate": 2, "high": 3}
)
"""Activity states, best first, as the swimmer figure shades them: those of JADAS and those of SLEDAI-2K."""

BASES: Mapping[str, str] = MappingProxyType({"per_kg": "per kg", "per_m2": "per m²"})
"""By what a dose counts; a fixed one by nothing."""

FREQUENCIES: Mapping[str, str] = MappingProxyType(
    {
        "twice_daily": "twice daily",
        "three_times_daily": "three times daily",
        "q2d": "every 2 days",
        "q10d": "every 10 days",
        "q2w": "every 2 weeks",
        "q4w": "every 4 weeks",
    }
)
"""How often a dose is given, where its code is no plain word."""

CUTOFF_SETS: Mapping[str, str] = MappingProxyType(
    {
        "trincianti2021": "Trincianti 2021",
        "consolaro": "Consolaro 2012 and 2014",
        "common": "the bands in common use for SLEDAI-2K",
    }
)


def claim_words(claim: str) -> str:
    return CLAIMS.get(claim, plain(claim))


def plain(code: str) -> str:
    """A code of the casebook as words: an id never stands where a person reads."""
    return code.replace("_", " ")


def drug_group(course: DrugCourse) -> str:
    return next((title for title, classes in DRUG_GROUPS if course.class_id in classes), DRUG_GROUPS[-1][0])


def dose_words(course: DrugCourse) -> str:
    """The dose as recorded: "10 mg daily"; empty if not recorded."""
    if course.dose is None:
        return ""
    unit = unit_of_dose(course.dose_unit, course.dose_basis, course.frequency)
    return f"{course.dose:g} {unit}".rstrip()


def unit_of_dose(unit: str, basis: str, frequency: str) -> str:
    """What a number of a dose counts: "mg per m² weekly". A unit such as mg/kg says its basis itself.

    A chart's words for unit and frequency that may tell more than a dose are not shown."""
    by_size = "" if "/" in unit else BASES.get(basis, "")
    counted_in = unit if only_dose_words(unit) else "(unit not recognised)"
    how_often = FREQUENCIES.get(frequency, frequency)
    shown = how_often if only_dose_words(how_often) else "(how often: not recognised)"
    return " ".join(part for part in (counted_in, by_size, shown) if part)


def product_words(infusion: Infusion) -> str:
    """What was infused; `?` for each fact that is not recorded."""
    fields = infusion.fields
    dose = fields.get("dose_cells_per_kg")
    total = fields.get("dose_cells_total")
    if isinstance(dose, int | float):
        cells = f"{dose:g}\u00a0×\u00a010⁶\u00a0cells/kg"
    else:
        cells = (
            f"{total:g}\u00a0×\u00a010⁶\u00a0cells, per kg ?" if isinstance(total, int | float) else "dose ?"
        )
    return " · ".join(
        (_known(fields.get("tissue_source"), "tissue"), _known(fields.get("donor"), "donor"), cells)
    )


def _known(value: object, what: str) -> str:
    return f"{what} ?" if value in (None, "", "unknown") else plain(str(value))


def child_title(case: Case) -> str:
    """Code and diagnosis of a child: "Child A-01, JIA"."""
    return f"Child {case.patient_id}, {DIAGNOSES.get(case.diagnosis, plain(case.diagnosis))}"


def end_reason(case: Case) -> str:
    """Why the record ends, in the casebook's set words; empty if it does not say."""
    reason = str(case.patient.get("follow_up_end_reason") or "").strip().lower()
    if reason in END_REASONS:
        return reason
    return "died" if case.patient.get("vital_status") == "dead" else ""


def counted(number: int, one: str, many: str = "") -> str:
    """ "1 child", "3 children"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
