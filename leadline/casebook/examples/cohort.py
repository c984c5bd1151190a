"""Invented children before anything is written of them: age, day of infusion, visits, and the hidden activity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Days = NDArray[np.int64]
Flags = NDArray[np.bool_]
Rng = np.random.Generator

PLANNED_DAYS = np.array([-56, -14, 14, 28, 56, 84, 126, 168, 252, 364])
SPREAD_DAYS = 4
"""By how much a visit may lie before or after its planned day."""

FOLLOWED_UNTIL = 380
FIRST_INFUSION, LAST_INFUSION = np.datetime64("2012-01-01"), np.datetime64("2023-12-31")


@dataclass(frozen=True, slots=True)
class Cohort:
    """One entry a child; `days` and `activity` are children by visits."""

    code: pl.Series
    diagnosis: pl.Series
    calendar: Flags
    index: NDArray[np.datetime64]
    age_days: Days
    ill_days: Days  # from the first symptoms to infusion
    weight_kg: Numbers
    better: Numbers  # the share of activity that goes, 0 to 1
    days: Days
    activity: Numbers

    @property
    def size(self) -> int:
        return len(self.weight_kg)

    def day(self, child: Days, day: Days) -> pl.Series:
        """The day as that child's chart writes it: a date, or a number counted from the first infusion."""
        dates = np.datetime_as_string(self.index[child] + day)
        numbers = np.char.add("D", day.astype(str))
        return pl.Series(np.where(self.calendar[child], dates, numbers))

    def of(self, diagnosis: str) -> Days:
        return np.flatnonzero((self.diagnosis == diagnosis).to_numpy())


def draw_cohort(rng: Rng, size: int, diagnoses: Sequence[str]) -> Cohort:
    """Children with the diagnoses in turn; 45 of 100 respond, the others little or not."""
    age_days = rng.integers(4 * 365, 17 * 365, size)
    responds = rng.random(size) < 0.45
    better = np.where(responds, rng.beta(6, 2, size), rng.beta(1.5, 6, size))
    days = PLANNED_DAYS + rng.integers(-SPREAD_DAYS, SPREAD_DAYS + 1, (size, len(PLANNED_DAYS)))
    span = int((LAST_INFUSION - FIRST_INFUSION).astype(int))
    return Cohort(
        code=pl.Series([f"GEN-{number:06}" for number in range(1, size + 1)]),
        diagnosis=pl.Series([diagnoses[number % len(diagnoses)] for number in range(size)], dtype=pl.String),
        calendar=rng.random(size) < 0.5,
        index=FIRST_INFUSION + rng.integers(0, span, size),
        age_days=age_days,
        ill_days=rng.integers(300, age_days - 365),
        weight_kg=np.round(10 + age_days / 365 * 2.8 + rng.normal(0, 3, size), 1),
        better=better,
        days=days,
        activity=_activity(rng, days, better),
    )


def _activity(rng: Rng, days: Days, better: Numbers) -> Numbers:
    """High before day 0; falls with a time constant of 60 days; comes back after half a year in one of six."""
    size = len(better)
    before = rng.uniform(0.4, 0.95, size)[:, None]
    fallen = better[:, None] * (1 - np.exp(-np.maximum(days, 0) / 60))
    relapses = (rng.random(size) < 1 / 6)[:, None]
    come_back = np.where(relapses & (days > 180), 0.7, 0.0)
    activity: Numbers = before * (1 - fallen * (1 - come_back)) + rng.normal(0, 0.04, days.shape)
    return activity.clip(0, 1)
