"""Criteria that look at one assessment: inactive disease, low disease activity, remission on a day.

Their inputs come from the visit; what a visit does not hold as such (scores, the category, whether treatment was
stable) is put together here. A score that cannot be computed goes in as its bounds, so that a criterion is decided
where both bounds agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from leadline.casebook.case import Assessment, RowRef
from leadline.casebook.items import Item
from leadline.measures import MEASURES
from leadline.measures.definition import Criterion, Measure
from leadline.measures.expression import Recorded
from leadline.verdicts.findings import CriterionOutcome, Result
from leadline.verdicts.outcomes import Occasion, Rung, Visits, as_input, outcome, refs_of
from leadline.verdicts.treatment import CONVENTIONAL_CLASSES, courses_of, is_systemic, on_any, running
from leadline.verdicts.view import CaseView

IMMUNOSUPPRESSIVE_CLASSES = tuple(
    class_id for class_id in CONVENTIONAL_CLASSES if class_id not in ("glucocorticoid", "antimalarial")
)

CLASSES_BEHIND = {
    "prednisolone_mg_day": ("glucocorticoid",),
    "on_immunosuppressive_or_biologic": IMMUNOSUPPRESSIVE_CLASSES,
}
"""Inputs that come from the record of drugs, and the classes that they are about."""

SCORE_INPUTS = ("sledai_2k", "clinical_sledai_2k")


def _state_row(view: CaseView, assessment: Assessment | None, measure_id: str) -> dict[str, Recorded]:
    """What the measure takes, from one assessment; missing items are left out. Without an assessment the record of the
    child is left."""
    row: dict[str, Recorded] = {}
    for name in MEASURES[measure_id].by_id:
        value = state_item(view, assessment, name)
        if value is not None:
            row[name] = value
    return row


def state_item(view: CaseView, assessment: Assessment | None, name: str) -> Recorded:
    """One input of a measure at an assessment: as the visit has it, else as it can be put together; None if missing."""
    value = None if assessment is None else view.row(assessment).items.get(name)
    return _put_together(view, assessment, name) if value is None else value


def _put_together(view: CaseView, assessment: Assessment | None, name: str) -> Recorded:
    if name == "ilar_category":
        return view.case.patient.get(name)
    if assessment is None:
        return None
    if name == "physician_global":
        return view.row(assessment).items.get("physician_global_0_10")
    if name in SCORE_INPUTS:
        return as_input(view.score(assessment, name))
    if name == "on_immunosuppressive_or_biologic":
        return on_drugs(view, assessment, IMMUNOSUPPRESSIVE_CLASSES)
    return None


def on_drugs(view: CaseView, assessment: Assessment, classes: tuple[str, ...]) -> bool | None:
    """Whether any drug of the classes ran on the day; None without a drug record, or where none did but one that the
    catalogue does not know may have."""
    if not view.case.courses:
        return None
    on = on_any(courses_of(view.case, classes), assessment.day)
    unknown = on_any(courses_of(view.case, ("",)), assessment.day)
    return on if on or unknown is False else None


def _state_outcome(
    view: CaseView, occasion: Occasion, measure_id: str, title: str, output: str = "result"
) -> CriterionOutcome:
    """The criterion at the occasion's assessment."""
    measure = MEASURES[measure_id]
    assessment = occasion.assessment
    row = _state_row(view, assessment, measure_id)
    judged = measure.evaluate_row(row)
    return outcome(
        view,
        occasion,
        measure_id,
        title,
        judged[output],
        missing=_at_visit(view, assessment, judged["missing"]),
        visits=Visits(None, assessment),
        details=_figures(measure, output, row, judged[output]),
        evidence=(*refs_of(view, assessment, measure.by_id), *_drug_rows(view, assessment, measure)),
        status=measure.status,
    )


def _figures(measure: Measure, output: str, row: Mapping[str, Recorded], result: Result) -> tuple[str, ...]:
    """What decided, in words: the numbers of a criterion that is met; of one that is not met, whatever by itself is
    enough for that, and the numbers where only several together are."""
    if result not in ("met", "not_met"):
        return ()
    enough = [
        name
        for name, value in row.items()
        if result == "not_met" and _is_enough(measure.id, output, name, value)
    ]
    numbers = [name for name in row if measure.by_id[name].kind in ("number", "count")]
    return tuple(_in_words(measure.by_id[name], row[name]) for name in enough or numbers)


@lru_cache(maxsize=10_000)  # most inputs are findings, and a cohort asks the same of them at every visit
def _is_enough(measure_id: str, output: str, name: str, value: Recorded) -> bool:
    """Whether the criterion is not met whatever its other inputs are."""
    measure = MEASURES[measure_id]
    assert isinstance(measure, Criterion)
    return measure.rules[output].evaluate({**measure.parameters, name: value}) is False


def _in_words(item: Item, value: Recorded) -> str:
    if isinstance(value, bool):
        return f"{item.title}: {'yes' if value else 'no'}"
    unit = "" if item.unit.startswith("{") else UNITS.get(item.unit, item.unit)
    low, high = value if isinstance(value, tuple) else (value, value)
    number = f"{low:g}" if low == high else f"between {low:g} and {high:g}"
    return f"{item.title}: {number} {unit}".rstrip()


UNITS = {"mg/d": "mg/day"}
"""Units of which a person reads another form than UCUM's."""


def _drug_rows(view: CaseView, assessment: Assessment | None, measure: Measure) -> tuple[RowRef, ...]:
    """The rows of the drugs that the criterion asks about and that ran, or may have run, on the day."""
    if assessment is None:
        return ()
    wanted = [
        class_id for name, classes in CLASSES_BEHIND.items() if name in measure.by_id for class_id in classes
    ]
    return tuple(
        course.ref
        for course in courses_of(view.case, wanted)
        if is_systemic(course) and running(course, assessment.day) is not False
    )


def _at_visit(view: CaseView, assessment: Assessment | None, missing: list[str]) -> list[str]:
    """Missing inputs as what a person can record: a missing score is its missing items."""
    names: list[str] = []
    for name in missing:
        if name in SCORE_INPUTS and assessment is not None:
            names += view.score(assessment, name).missing
        else:
            names.append(name)
    return names


def state_rung(measure_id: str, title: str, output: str = "result") -> Rung:
    return Rung(
        measure_id, title, lambda view, occasion: _state_outcome(view, occasion, measure_id, title, output)
    )
