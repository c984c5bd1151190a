"""What the values of a protocol have to keep among themselves for it to be read at all: figures that are whole, units
that fit, windows that run forward, ids that exist. What is well-formed and still contradicts itself is told by
`contradictions`."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from leadline.casebook.keyed_files import KeyProblem
from leadline.protocol.figures import (
    CALENDAR_MONTHS,
    DAYS,
    MILLION_CELLS,
    MILLION_CELLS_PER_KG,
    MINUTES,
    Figure,
    Window,
)
from leadline.protocol.references import reference_problems
from leadline.protocol.rules import PresenceRule, RangeRule
from leadline.protocol.schedule import Visit
from leadline.protocol.subjects import MEDICATIONS, subject_choices, subject_unit
from leadline.protocol.treatment import Dose, Rescue
from leadline.protocol.values import parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leadline.casebook.keyed_files import KeyPath
    from leadline.protocol.protocol import Protocol


def protocol_problems(protocol: Protocol) -> list[KeyProblem]:
    """Everything that is wrong with the values, in the order of the keys; an empty list if nothing is."""
    values = tuple(parts(protocol))
    own = [problem for path, value in values for problem in _own_problems(path, value)]
    return [*own, *reference_problems(protocol, values)]


def _own_problems(path: KeyPath, value: Any) -> Iterator[KeyProblem]:
    match value:
        case Figure():
            yield from _figure_problems(path, value)
        case Window():
            yield from _window_problems(path, value)
        case Visit():
            yield from _visit_problems(path, value)
        case Dose():
            yield from _dose_problems(path, value)
        case Rescue():
            yield from _rescue_problems(path, value)
        case RangeRule():
            yield from _range_problems(path, value)
        case PresenceRule():
            yield from _presence_problems(path, value)
    yield from _unit_problems(path, value)
    yield from _days_without_source(path, value)


# ---- figures and windows ---------------------------------------------------------------------------------------------


def _figure_problems(path: KeyPath, figure: Figure) -> Iterator[KeyProblem]:
    ends = (figure.low, figure.high, figure.above, figure.below)
    given = (figure.value is not None, any(end is not None for end in ends), figure.open)
    if sum(given) != 1:
        found = "no figure" if not any(given) else "more than one of `value`, limits and `centre`"
        yield KeyProblem(path, found, "a `value`, limits (`low`, `high`, `above`, `below`), or `centre`")
    if figure.low is not None and figure.above is not None:
        yield KeyProblem((*path, "above"), "a second lower limit", "one of `low` and `above`")
    if figure.high is not None and figure.below is not None:
        yield KeyProblem((*path, "below"), "a second upper limit", "one of `high` and `below`")
    yield from _part_of_a_month(path, figure)
    low, high = figure.limits
    if low is not None and high is not None and low > high:
        yield KeyProblem(
            path, f"limits from {low:g} to {high:g}", "a lower limit that is not above the upper one"
        )
    if not figure.open and not figure.source:
        yield KeyProblem(path, "a figure without its source", "`source`, or `centre` in place of the figure")


def _part_of_a_month(path: KeyPath, figure: Figure) -> Iterator[KeyProblem]:
    """Months are counted in the calendar, which has no part of one."""
    months = CALENDAR_MONTHS.get(figure.unit)
    for end in figure.limits if months is not None else ():
        if end is not None and months is not None and end * months != round(end * months):
            yield KeyProblem(path, f"{end:g} '{figure.unit}'", "a whole number of months, or days")


def _window_problems(path: KeyPath, window: Window) -> Iterator[KeyProblem]:
    if window.first is not None and window.last is not None and window.first > window.last:
        yield _backwards(path, window.first, window.last)
    if (window.first, window.last) != (None, None) and not window.source and path[-1] != "during":
        yield KeyProblem(path, "days without their source", "`source`")


def _days_without_source(path: KeyPath, value: Any) -> Iterator[KeyProblem]:
    """The days of a rule may rest on the source of the rule or of its figure."""
    window = getattr(value, "during", Window())
    if window == Window() or window.source or getattr(value, "source", ()):
        return
    if not getattr(getattr(value, "limit", None), "source", ()):
        yield KeyProblem((*path, "during"), "days without their source", "`source`, here or of the rule")


def _visit_problems(path: KeyPath, visit: Visit) -> Iterator[KeyProblem]:
    if visit.first > visit.last:
        yield _backwards(path, visit.first, visit.last)
    elif not visit.first <= visit.day <= visit.last:
        taken = f"a day within the visit's window, {visit.first} to {visit.last}"
        yield KeyProblem((*path, "day"), str(visit.day), taken)
    if not visit.source:
        yield KeyProblem(path, "a visit without the source of its days", "`source`")


def _backwards(path: KeyPath, first: int, last: int) -> KeyProblem:
    return KeyProblem(
        (*path, "last"), f"{last}, before `first`, {first}", "a window whose end is not before its start"
    )


# ---- units -----------------------------------------------------------------------------------------------------------

TIME = (*DAYS, *CALENDAR_MONTHS)
DRUG_DOSE = (
    "mg", "mg/kg", "mg/m2", "mg/d", "mg/kg/d", "mg/m2/d", "g", "g/kg", "ug", "ug/kg", "[iU]", "[iU]/kg", "mL", "mL/kg",
)  # fmt: skip

UNITS: dict[tuple[str, str], tuple[str, ...]] = {
    ("WashoutRule", "time"): TIME,
    ("Product", "dose_limits"): tuple(MILLION_CELLS_PER_KG),
    ("Dose", "per_kg"): tuple(MILLION_CELLS_PER_KG),
    ("Dose", "total"): tuple(MILLION_CELLS),
    ("Dose", "tolerance"): ("%",),
    ("Dose", "weight_max_age"): TIME,
    ("DrugUse", "dose"): DRUG_DOSE,
    ("RepeatDosing", "most"): ("{infusions}",),
    ("Rescue", "glucocorticoid_rise"): ("mg/kg/d",),
    ("Taper", "step"): ("%", "mg/d", "mg/kg/d"),
    ("Taper", "every"): TIME,
    ("Taper", "least"): ("mg/d", "mg/kg/d"),
    ("TaperTarget", "dose"): ("mg/d", "mg/kg/d"),
    ("StoppingRule", "children"): ("{children}",),
    ("Safety", "stagger"): (*TIME, *MINUTES),
    ("Watch", "stop_before"): TIME,
    ("Watch", "longest_break"): ("{dosing_intervals}",),
    ("Watch", "every"): TIME,
    ("Watch", "lasting"): TIME,
    ("Reporting", "within"): (*TIME, *MINUTES),
    ("Data", "retention"): TIME,
}
"""Where a figure stands to the units that it may have there."""


def _unit_problems(path: KeyPath, value: Any) -> Iterator[KeyProblem]:
    for field in fields(value):
        figure = getattr(value, field.name)
        taken = UNITS.get((type(value).__name__, field.name))
        if taken is not None and isinstance(figure, Figure) and figure.unit not in taken:
            yield _unit_problem((*path, field.name), figure.unit, taken)


def _unit_problem(path: KeyPath, unit: str, taken: Iterable[str]) -> KeyProblem:
    found = f"the unit '{unit}'" if unit else "no unit"
    return KeyProblem((*path, "unit"), found, " or ".join(taken) or "no unit")


# ---- dose and rules --------------------------------------------------------------------------------------------------


def _dose_problems(path: KeyPath, dose: Dose) -> Iterator[KeyProblem]:
    if (dose.per_kg is None) == (dose.total is None):
        found = "neither `per_kg` nor `total`" if dose.total is None else "both `per_kg` and `total`"
        yield KeyProblem(path, found, "one of the two")


def _rescue_problems(path: KeyPath, rescue: Rescue) -> Iterator[KeyProblem]:
    """A rise is judged in one way everywhere: as more than a figure."""
    rise = rescue.glucocorticoid_rise
    if not rise.open and rise.above is None:
        taken = "`above`: a rise that is more than the figure counts"
        yield KeyProblem((*path, "glucocorticoid_rise"), "no `above`", taken)


def _range_problems(path: KeyPath, rule: RangeRule) -> Iterator[KeyProblem]:
    unit = subject_unit(rule.of)
    if unit is None:
        yield KeyProblem((*path, "of"), f"'{rule.of}'", "the name of something that is a number")
    elif rule.limit.unit != unit and not (unit == "" and rule.limit.unit == "1"):
        yield _unit_problem((*path, "limit"), rule.limit.unit, (unit,) if unit else ())


def _presence_problems(path: KeyPath, rule: PresenceRule) -> Iterator[KeyProblem]:
    if (rule.of == MEDICATIONS) != bool(rule.drugs):
        found = "no `drugs`" if rule.of == MEDICATIONS else f"`drugs` of '{rule.of}'"
        yield KeyProblem(path, found, f"`drugs` where the rule is of '{MEDICATIONS}', and there only")
    choices = subject_choices(rule.of)
    for at, value in enumerate(rule.values):
        if value not in choices:
            taken = (
                f"one of {', '.join(choices)}"
                if choices
                else "no `values`, as it is not one of several choices"
            )
            yield KeyProblem((*path, "values", at), f"'{value}'", taken)
    if choices and not rule.values:
        yield KeyProblem(path, "no `values`", f"`values` of {', '.join(choices)}")
