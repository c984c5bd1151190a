"""Numbers that a rule is about, as the record gives them: an interval where it gives bounds only.

The cells of a dose, endotoxin per kg and the rate are worked out from what is recorded, by the arithmetic of the
measures. Where two ways to a number disagree, the interval holds both: a rule is decided only if both decide it alike.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf

from leadline.casebook.case import Case, Infusion, RowRef
from leadline.casebook.days import RecordedDay, months_between
from leadline.errors import ItemOutOfRange
from leadline.measures import evaluate
from leadline.measures.cell_product import all_cells, endotoxin_eu_kg, rate_ml_min, viable_cells
from leadline.protocol.adherence.findings import Refs, Texts
from leadline.protocol.figures import (
    DAYS,
    MILLION_CELLS,
    MILLION_CELLS_PER_KG,
    MINUTES,
    Figure,
    shortest_days,
    worked_out,
)
from leadline.protocol.treatment import Basis, Dose

Span = tuple[float, float]

MILLION = 1e6
OLDEST_YEARS = 25  # as the table of children takes


@dataclass(frozen=True, slots=True)
class Reading:
    """A number as recorded: `span` None where nothing tells it, `missing` then says what would; `missing` beside a span
    is what would make it narrower. `words` says how it was come by."""

    span: Span | None
    evidence: Refs = ()
    missing: Texts = ()
    words: str = ""


def holds(limit: Figure, span: Span) -> bool | None:
    """Whether a number known to lie in the span lies within the limits; None if it may and may not."""
    low, high = span
    if low == high:
        return limit.holds(low)
    least, most = limit.limits
    if (least is not None and high < least) or (most is not None and low > most):
        return False
    ends = (end for end in span if abs(end) != inf)
    inside = all(limit.holds(end) for end in ends)
    bounded = (low != -inf or least is None) and (high != inf or most is None)
    return True if inside and bounded else None


def in_unit_of(limit: Figure, span: Span, unit: str) -> Span:
    """A span given in the subject's unit, in that of the limit."""
    for factors in (MILLION_CELLS_PER_KG, MILLION_CELLS, MINUTES, DAYS):
        if unit != limit.unit and unit in factors and limit.unit in factors:
            factor = factors[unit] / factors[limit.unit]
            return span[0] * factor, span[1] * factor
    return span


# ---- children ------------------------------------------------------------------------------------------------------


def age_years(case: Case) -> Reading:
    """Completed years on day 0, from the day of birth or else from the age that the chart gives."""
    recorded = case.patient.get("age_years_at_infusion")
    zero = _day_zero(case)
    if case.birth is None or zero is None:
        if isinstance(recorded, float | int):
            return Reading((float(int(recorded)),) * 2, (case.ref,), (), f"{recorded:g} years")
        return Reading(None, (case.ref,), ("day of birth, or age at the infusion",))
    known = [months_between(case.birth, zero, 12 * years) for years in range(1, OLDEST_YEARS + 1)]
    low, high = float(sum(each is True for each in known)), float(sum(each is not False for each in known))
    missing = () if low == high else ("day of birth",)
    return Reading((low, high), (case.ref,), missing, f"{numbers((low, high))} completed years")


def _day_zero(case: Case) -> RecordedDay | None:
    """The index infusion, in the form in which the birth is given: a calendar day or a number."""
    if case.birth is None or case.index is None or case.index.calendar == case.birth.calendar:
        return case.index
    return None if case.birth.calendar else RecordedDay("0", False, 0, 0)


# ---- infusions -----------------------------------------------------------------------------------------------------


def infusion_number(name: str, case: Case, infusion: Infusion, dose: Dose) -> Reading:
    """A number of one infusion by the name of its column, or one of those that follow from several columns."""
    match name:
        case "dose_cells_per_kg":
            return _as_basis(_per_kg(case, infusion, dose), infusion, dose.basis)
        case "dose_cells_total":
            return _as_basis(_total(case, infusion, dose), infusion, dose.basis)
        case "endotoxin_eu_kg":
            return _endotoxin(case, infusion, dose)
        case "rate_ml_min":
            return _rate(infusion)
        case _:
            value = _number(infusion, name)
            return Reading(None if value is None else (value, value), (infusion.ref,))


def _number(infusion: Infusion, name: str) -> float | None:
    value = infusion.fields.get(name)
    return float(value) if isinstance(value, float | int) and not isinstance(value, bool) else None


def weight_kg(case: Case, infusion: Infusion, dose: Dose) -> tuple[float | None, Refs]:
    """The weight from which the dose is made: that of the day, else the last one that is surely not older than the
    protocol allows."""
    if (value := _number(infusion, "weight_kg_at_infusion")) is not None:
        return value, (infusion.ref,)
    if infusion.day is None or dose.weight_max_age.open or dose.weight_max_age.limits[1] is None:
        return None, ()
    oldest = infusion.day.last - int(shortest_days(dose.weight_max_age.as_most))
    for assessment in reversed(case.assessments):
        fact = assessment.facts.get("weight_kg")
        if fact is None or not isinstance(fact.value, float | int):
            continue
        if assessment.day.within(oldest, infusion.day.first):
            return float(fact.value), (fact.ref,)
    return None, ()


def _per_kg(case: Case, infusion: Infusion, dose: Dose) -> Reading:
    """Million cells per kg: as recorded, and from total and weight."""
    stated, total = _number(infusion, "dose_cells_per_kg"), _number(infusion, "dose_cells_total")
    weight, refs = weight_kg(case, infusion, dose)
    reckoned = None
    if total is not None and weight is not None:
        reckoned = _msc_dose("cells_per_kg", total_cells=total * MILLION, weight_kg=weight)
    evidence = tuple(dict.fromkeys((infusion.ref, *(refs if reckoned is not None else ()))))
    how = "" if reckoned is None else f"{total:g} million cells in {weight:g} kg"
    return _both(stated, reckoned, evidence, how, ("dose per kg, or total cells and weight",), "per kg")


def _total(case: Case, infusion: Infusion, dose: Dose) -> Reading:
    """Million cells in all: as recorded, and from the dose per kg and the weight."""
    stated, per_kg = _number(infusion, "dose_cells_total"), _number(infusion, "dose_cells_per_kg")
    weight, refs = weight_kg(case, infusion, dose)
    reckoned = None
    if stated is None and per_kg is not None and weight is not None:
        reckoned = _msc_dose("total_cells", cells_per_kg=per_kg * MILLION, weight_kg=weight)
    evidence = tuple(dict.fromkeys((infusion.ref, *(refs if reckoned is not None else ()))))
    how = "" if reckoned is None else f"{per_kg:g} million cells per kg in {weight:g} kg"
    return _both(stated, reckoned, evidence, how, ("total cells, or dose per kg and weight",))


def _both(
    stated: float | None,
    reckoned: float | None,
    evidence: Refs,
    how: str,
    missing: Texts,
    per: str = "in all",
) -> Reading:
    """The number as stated and as worked out: one number where they agree, else the interval that holds both."""
    as_stated = "" if stated is None else f"{stated:.6g} million {per}"
    as_reckoned = "" if reckoned is None else f"{worked_out(reckoned)} million {per}"
    values = [value for value in (stated, reckoned) if value is not None]
    if not values:
        return Reading(None, evidence, missing)
    if len(values) == 2 and abs(values[0] - values[1]) > NEARLY * max(values):
        words = f"{as_stated} as stated, {as_reckoned} from {how}"
        return Reading((min(values), max(values)), evidence, ("which of the two is right",), words)
    return Reading((values[0], values[0]), evidence, (), as_stated or f"{as_reckoned}, from {how}")


NEARLY = 0.05
"""A stated dose and one worked out that differ by no more than this are the same number, rounded: our choice."""


def _msc_dose(key: str, **inputs: float) -> float | None:
    """Million cells (per kg) by the measure's arithmetic; None for a number that is no dose."""
    try:
        value = evaluate("msc_dose", inputs)[key]
    except ItemOutOfRange:
        return None
    return None if value is None else round(float(value) / MILLION, 6)


def _as_basis(reading: Reading, infusion: Infusion, wanted: Basis) -> Reading:
    """The number of cells of the kind that the protocol counts. Of a dose whose kind or whose viability is not
    recorded only bounds are known: viable cells are no more than all cells."""
    if reading.span is None:
        return reading
    basis, viability = infusion.fields.get("dose_basis"), _number(infusion, "viability_pct")
    if basis == wanted:
        return replace(reading, words=f"{reading.words} ({_BASIS_WORDS[wanted]} cells)")
    known = basis in tuple(Basis)
    low, high = _bounds(reading.span, viability, wanted, known=known)
    missing = [*reading.missing, *(() if known else ("whether the dose counts viable or all cells",))]
    if not viability:
        missing.append("viable cells (%)")
    said = (
        f"counted as {_BASIS_WORDS[Basis(str(basis))]} cells"
        if known
        else "which cells it counts is not recorded"
    )
    viable = f", {viability:g} % viable" if viability else ""
    return Reading((low, high), reading.evidence, tuple(missing), f"{reading.words}, {said}{viable}")


def _bounds(dose: Span, viability: float | None, wanted: Basis, *, known: bool) -> Span:
    """The cells wanted in a dose that counts the others, or, where that is not `known`, either of the two."""
    low, high = dose
    if wanted is Basis.VIABLE:
        fewest = viable_cells(low, viability_pct=viability) if viability else 0.0
        return fewest, viable_cells(high, viability_pct=viability) if viability and known else high
    fewest = all_cells(low, viability_pct=viability) if viability and known else low
    return fewest, all_cells(high, viability_pct=viability) if viability else inf


_BASIS_WORDS = {Basis.VIABLE: "viable", Basis.TOTAL_NUCLEATED: "all nucleated"}


def _endotoxin(case: Case, infusion: Infusion, dose: Dose) -> Reading:
    """EU per kg of the child; of a concentration below detection, the interval up to what it is below."""
    measured, below = _number(infusion, "endotoxin_eu_ml"), _number(infusion, "endotoxin_below_eu_ml")
    concentration = measured if measured is not None else below
    volume = _number(infusion, "volume_ml")
    weight, refs = weight_kg(case, infusion, dose)
    parts = (("endotoxin of the product", concentration), ("volume given", volume), ("weight", weight))
    missing = tuple(what for what, value in parts if value is None)
    if concentration is None or volume is None or weight is None:
        return Reading(None, (infusion.ref,), missing)
    highest = endotoxin_eu_kg(concentration, volume_ml=volume, weight_kg=weight)
    sign = "" if measured is not None else "below "
    words = (
        f"{sign}{worked_out(highest)} EU/kg, from {sign}{concentration:g} EU/mL, {volume:g} mL, {weight:g} kg"
    )
    span = (highest, highest) if measured is not None else (0.0, highest)
    return Reading(span, tuple(dict.fromkeys((infusion.ref, *refs))), (), words)


def _rate(infusion: Infusion) -> Reading:
    volume, minutes = _number(infusion, "volume_ml"), _number(infusion, "infusion_minutes")
    parts = (("volume given", volume), ("how long the infusion lasted", minutes))
    missing = tuple(what for what, value in parts if value is None)
    if volume is None or not minutes:
        return Reading(None, (infusion.ref,), missing)
    rate = rate_ml_min(volume, minutes=minutes)
    words = f"{worked_out(rate)} mL/min, from {volume:g} mL in {minutes:g} minutes"
    return Reading((rate, rate), (infusion.ref,), (), words)


def numbers(span: Span) -> str:
    """`4`, `3 to 5`, `at most 5`, `at least 5`."""
    low, high = span
    if low == high:
        return f"{low:.6g}"
    if high == inf:
        return f"at least {low:.6g}"
    return f"at most {high:.6g}" if low == -inf else f"{low:.6g} to {high:.6g}"


def refs_of(*groups: Refs) -> Refs:
    """Rows of several groups, each once, in order."""
    seen: dict[RowRef, None] = {}
    for group in groups:
        seen.update(dict.fromkeys(group))
    return tuple(seen)
