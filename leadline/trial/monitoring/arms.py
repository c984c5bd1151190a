"""Which arm each child of a trial is in, and the day from which its days count.

The arm is the casebook's `assigned_arm` and nothing else: a child is never put in an arm by what it was given. A
treated child's days count from its first infusion, a control's from the day of its enrolment, as there is no other day
that its chart must hold. A child that fits no arm, or whose days contradict each other, is left out and named.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from leadline.casebook.days import parse_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.casebook import Casebook
    from leadline.casebook.case import Case
    from leadline.casebook.days import RecordedDay
    from leadline.trial.design import Basket
    from leadline.trial.monitoring.plan import Plan


class Arm(StrEnum):
    """What `assigned_arm` holds for a child of a trial."""

    TREATED = "msc"
    CONTROL = "control"


NO_ARM = "no arm is recorded (assigned_arm), and its basket has two"
UNKNOWN_ARM = "the arm recorded (assigned_arm) is none of the design: it takes msc or control"
NO_SUCH_ARM = (
    "the arm recorded (assigned_arm) is none of its basket, which has no controls: it takes msc or nothing"
)
NOT_ENROLLED = "a control without a day of enrolment (enrolled_date), from which its days count"
ENROLLED_LATER = "enrolled after the day of the look"
INFUSED_BEFORE = "infused before it was enrolled"
NOT_INFUSED = "no infusion is recorded as given"
OTHER_DISEASE = "no basket takes this diagnosis"
ARM_PROBLEMS = frozenset({NO_ARM, UNKNOWN_ARM, NO_SUCH_ARM, NOT_ENROLLED, INFUSED_BEFORE})
"""What has to be corrected before a child can be counted."""


def arm_of(case: Case, basket: Basket) -> Arm | str:
    """The arm, or why there is none."""
    recorded = str(case.patient.get("assigned_arm") or "")
    if basket.control is None:
        return Arm.TREATED if recorded in ("", Arm.TREATED) else NO_SUCH_ARM
    if not recorded:
        return NO_ARM
    return Arm(recorded) if recorded in tuple(Arm) else UNKNOWN_ARM


def enrolled(case: Case) -> RecordedDay | None:
    """The day of enrolment as recorded."""
    text = case.patient.get("enrolled_date")
    return parse_day(text) if isinstance(text, str) and text else None


def controls_from_enrolment(plan: Plan, casebook: Casebook, cases: Sequence[Case]) -> dict[str, Case]:
    """The records of the controls, their days counted from enrolment; none of a control without such a day."""
    day_zero = {}
    for case in cases:
        basket = plan.basket_of(case.diagnosis)
        day = enrolled(case)
        if (
            basket is not None
            and day is not None
            and arm_of(case, plan.design.baskets[basket]) is Arm.CONTROL
        ):
            day_zero[case.patient_id] = day
    if not day_zero:
        return {}
    return {
        case.patient_id: case for case in casebook.cases(day_zero=day_zero) if case.patient_id in day_zero
    }


def infused_before_enrolment(case: Case) -> bool | None:
    """Of a treated child, whether its infusion was before its enrolment; None where the days leave it open.

    Without a day of either nothing contradicts: False.
    """
    day = enrolled(case)
    if day is None or case.index is None or day.calendar != case.index.calendar:
        return False
    if case.index.last < day.first:
        return True
    return None if case.index.first < day.last else False
