"""The parameters of the verdicts: project rules as data, printed in every report and replaceable by a trial's own.

Each is a choice of this project built on published criteria; where a published figure stands behind one it is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from leadline.casebook.days import BASELINE_WINDOW_DAYS


@dataclass(frozen=True, slots=True)
class Window:
    """A span of days after the index infusion in which a planned assessment counts. Nearest to `target` is taken,
    the later one if two are as near."""

    name: str
    title: str
    target: int
    first: int
    last: int


FOLLOW_UP = (
    Window("week_8", "week 8", 56, 42, 70),
    Window("week_12", "week 12", 84, 71, 112),
    Window("week_24", "week 24", 168, 140, 210),
    Window("week_52", "week 52", 364, 309, 427),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Everything that a judgement depends on beside the casebook.

    null_rates   disease to a row of the published null rates, or to a rate of the user's own. None is published for
                 MCTD, so none is chosen here
    prior_shape  shapes a and b of the Beta prior of a response rate
    """

    baseline_window_days: int = BASELINE_WINDOW_DAYS
    baseline_old_after_days: int = 30
    windows: tuple[Window, ...] = FOLLOW_UP
    claim_days_before: int = 60
    claim_days_after: int = 30
    laboratory_window_days: int = 7  # a laboratory value this near an assessment belongs to it
    weight_max_age_days: int = (
        91  # a growing child's weight is too old after three months (measures dossier 5.3)
    )
    gap_warning_days: int = 184  # no six calendar months are longer
    attribution_days: int = 90
    attribution_days_long: int = 180
    drug_break_days: int = (
        30  # after a longer break a drug is begun anew: a project choice, no source gives one
    )
    long_acting: tuple[str, ...] = ("rituximab", "cyclophosphamide")
    glucocorticoid_rise_mg_kg_day: float = 0.1
    effect_first_day: int = 28  # no wash-out of MSC is published (measures dossier 6.9)
    effect_last_day: int = 365
    cutoff_set: str = "trincianti2021"
    null_rates: tuple[tuple[str, str | float], ...] = (("jia", "N52"), ("sle", "N01"))
    prior_shape_a: float = 1.0
    prior_shape_b: float = 1.0

    @property
    def baseline(self) -> Window:
        return Window("baseline", "baseline", 0, -self.baseline_window_days, 0)

    def with_null_rates(self, chosen: Mapping[str, str | float]) -> Parameters:
        """The same parameters with other null rates for the diseases named. Raises LeadlineError for a rate outside 0
        to 1 or a row that is not published, when the series is judged."""
        return replace(self, null_rates=tuple({**dict(self.null_rates), **chosen}.items()))

    def shown(self) -> tuple[tuple[str, Any], ...]:
        """Name and plain value of each parameter, in order, for reports and JSON."""
        return tuple((field.name, _plain(getattr(self, field.name))) for field in fields(self))


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Window):
        return {"name": value.name, "target": value.target, "first": value.first, "last": value.last}
    return value
