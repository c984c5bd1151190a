"""What goes missing from an invented chart, and how: stated here once, and printed with every rehearsal.

The share that is asked for (`--missing`) is the share of planned visits with which something goes wrong; what goes
wrong is drawn by the odds below. Besides, a quarter of that share of the children is lost to follow-up on some day of
the first year. Nothing of it depends on how the child does: the gaps are completely at random.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from math import inf

import numpy as np

from leadline.trial.words import percent

Rng = np.random.Generator


class Gap(StrEnum):
    """What can go wrong with a visit."""

    NOT_HELD = "not_held"
    LATE = "late"  # after its window
    FORM_LOST = (
        "form_lost"  # one of the forms was not filled in: examination, laboratory, questionnaire, BILAG
    )
    MONTH_ONLY = "month_only"  # the chart knows its month, not its day


FOLLOW_UP_GAPS = {Gap.NOT_HELD: 0.4, Gap.LATE: 0.2, Gap.FORM_LOST: 0.2, Gap.MONTH_ONLY: 0.2}
BASELINE_GAPS = {Gap.NOT_HELD: 0.3, Gap.FORM_LOST: 0.5, Gap.MONTH_ONLY: 0.2}
LOST_CHILDREN = 0.25  # of the share, lost to follow-up
LOST_WITHIN_DAYS = 365

MECHANISM = (
    f"What goes wrong with a visit is drawn at random. After the infusion {percent(FOLLOW_UP_GAPS[Gap.NOT_HELD])} of "
    f"such visits are not held, {percent(FOLLOW_UP_GAPS[Gap.LATE])} are held after their window, "
    f"{percent(FOLLOW_UP_GAPS[Gap.FORM_LOST])} lack one form, and of {percent(FOLLOW_UP_GAPS[Gap.MONTH_ONLY])} only "
    f"the month is known; up to the infusion {percent(BASELINE_GAPS[Gap.NOT_HELD])} are not held, "
    f"{percent(BASELINE_GAPS[Gap.FORM_LOST])} lack one form, and of {percent(BASELINE_GAPS[Gap.MONTH_ONLY])} only the "
    f"month is known. Besides, {percent(LOST_CHILDREN)} of that share of the children is lost to follow-up on some day "
    "of the first year."
)


def draw_gap(rng: Rng, missing: float, odds: Mapping[Gap, float]) -> Gap | None:
    """What goes wrong with one visit; None where nothing does."""
    if rng.random() >= missing:
        return None
    return Gap(str(rng.choice(list(odds), p=list(odds.values()))))


def lost_form(rng: Rng, forms: Sequence[str]) -> str:
    """Which form is lost."""
    return str(rng.choice(forms))


def lost_from(rng: Rng, missing: float) -> float:
    """The day from which the child is not seen any more; infinite for most."""
    return int(rng.integers(1, LOST_WITHIN_DAYS)) if rng.random() < LOST_CHILDREN * missing else inf
