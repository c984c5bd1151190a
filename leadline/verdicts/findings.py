"""What `judge` gives: for each child and each claim what the chart says, and for the series what that adds up to.

Plain frozen values, without any arithmetic; the report, the JSON and later the registry are made from these alone.
Days count from the index infusion. Every outcome carries the rows (`evidence`) that it rests on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from leadline.casebook.case import Case, RowRef
from leadline.casebook.days import DaySpan
from leadline.measures.definition import Result as Result  # verdicts have the results of measures

Judgement = Literal["adequate_failure", "inadequate", "intolerance", "not_a_failure", "indeterminate"]
"""Of an earlier drug. A failure counts only after an adequate trial."""


class Finding(StrEnum):
    DOCUMENTED = "documented"
    PARTLY_DOCUMENTED = "partly_documented"
    CONTRADICTED = "contradicted"
    REPORTED_ONLY = "reported_only"


class AttributionResult(StrEnum):
    UNCONFOUNDED = "unconfounded"
    CONFOUNDED = "confounded"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SettlingItem:
    """A record which, had it been taken, would let a criterion be judged.

    what       plain words: "ESR", "BILAG-2004", "stop date of methotrexate"
    item       item id, or empty for a record that is no item
    criterion  id of the criterion that wants it
    when       plain words: "at baseline (day -90 to 0)"
    first,last the window in days, None where it is not a window
    """

    what: str
    item: str
    criterion: str
    when: str
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class CriterionOutcome:
    """One rung of the ladder. `days` are the assessments that it compared, earliest first; `details` are plain
    figures for the reader ("physician global 6 to 3: 50 % better")."""

    criterion: str
    title: str
    result: Result
    partial: bool
    missing: tuple[str, ...]
    days: tuple[DaySpan, ...]
    details: tuple[str, ...]
    evidence: tuple[RowRef, ...]
    settling_items: tuple[SettlingItem, ...]
    status: str = "verified"
    values: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Confounder:
    drug: str
    class_id: str
    day: DaySpan | None
    change: str
    ref: RowRef


@dataclass(frozen=True, slots=True)
class Attribution:
    result: AttributionResult
    confounders: tuple[Confounder, ...]
    unknown_because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Durability:
    """On how many dated assessments the deciding criterion held without a break, over how many days, and the largest
    gap between two of them. None where a partial date leaves it open."""

    assessments: int
    days: int | None
    largest_gap_days: int | None
    warning: str = ""


@dataclass(frozen=True, slots=True)
class ClaimVerdict:
    patient_id: str
    claim: str
    speaker: str
    channel: str
    day: DaySpan | None
    finding: Finding
    deciding_criterion: str
    criteria: tuple[CriterionOutcome, ...]
    attribution: Attribution
    durability: Durability | None
    settling_items: tuple[SettlingItem, ...]
    evidence: tuple[RowRef, ...]
    sentences: tuple[str, ...]
    ref: RowRef
    statement: str = ""


@dataclass(frozen=True, slots=True)
class GroupClaim:
    """A claim for `children` of the series without saying which: no chart can be held against it."""

    claim: str
    speaker: str
    children: int
    of: int
    finding: Finding
    ref: RowRef
    statement: str = ""


@dataclass(frozen=True, slots=True)
class CompletenessCell:
    """For one criterion and window: what is recorded, what is missing. `open` while the window is not over yet."""

    criterion: str
    criterion_title: str
    window: str
    first: int
    last: int
    recorded: tuple[str, ...]
    missing: tuple[str, ...]
    result: Result
    open: bool
    calendar_first: str = ""
    calendar_last: str = ""


@dataclass(frozen=True, slots=True)
class DrugTrial:
    """One earlier drug against its adequate trial."""

    drug: str
    class_id: str
    judgement: Judgement
    why: str
    start: DaySpan | None
    stop: DaySpan | None
    ref: RowRef
    status: str = "verified"


@dataclass(frozen=True, slots=True)
class RefractoryOutcome:
    definition: str
    title: str
    result: Result
    why: str
    missing: tuple[str, ...]
    source: str
    status: str = "verified"


@dataclass(frozen=True, slots=True)
class Proportion:
    """k of n with the exact (Clopper-Pearson) 95% interval and the one-sided 95% upper bound; None for n = 0."""

    k: int
    n: int
    low: float | None
    high: float | None
    upper_one_sided: float | None


@dataclass(frozen=True, slots=True)
class EventRate:
    """Events over person-time in one period, with the exact Poisson interval, per child-month."""

    period: str
    events: int
    person_months: float
    per_month: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PeriodComparison:
    """Events of one kind per month before the index infusion and after it, with the p-values of two exact tests."""

    event_class: str
    before: EventRate
    after: EventRate
    p_conditional: float
    p_fisher: float


@dataclass(frozen=True, slots=True)
class Safety:
    """Events of the series, of the children for whom events were asked or recorded. `with_serious_event` leaves out
    those of whom it is not known whether an event was serious, whether it came after the infusion, or of which event
    they died; `not_assessed` names those for whom silence is not safety."""

    children: int
    with_event: Proportion
    with_serious_event: Proportion
    not_assessed: tuple[str, ...]
    comparisons: tuple[PeriodComparison, ...]
    children_needed: tuple[tuple[float, int], ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClaimCount:
    """For one kind of claim: of n children, for how many it was reported, and what the charts say."""

    claim: str
    children: int
    reported: Proportion
    documented: Proportion
    partly_documented: Proportion
    contradicted: Proportion
    reported_only: Proportion
    documented_unconfounded: Proportion


@dataclass(frozen=True, slots=True)
class CriterionCount:
    """For one criterion at one window: of n children to whom it applies, how many met it."""

    criterion: str
    title: str
    window: str
    met: Proportion
    not_met: int
    indeterminate: int


@dataclass(frozen=True, slots=True)
class NullRate:
    """A response rate without the therapy: chosen for a disease, with its source and what makes it a poor match.
    `row` is the id in the table of published null rates; empty for a rate that the user chose."""

    row: str
    disease: str
    rate: float
    events: int | None
    n: int | None
    endpoint: str
    source: str
    doi: str
    weeks: float | None
    mismatch: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NullComparison:
    """Would it have been seen if the therapy did nothing: P(at least `responders` of `children`) under the nulls,
    for what was reported and for what is documented; and, disease by disease, P(rate above the null) under the prior
    printed. `without_null` names diseases for which no null rate was chosen: then no probability is given."""

    basis: Literal["reported", "documented"]
    responders: int
    children: int
    nulls: tuple[NullRate, ...]
    without_null: tuple[str, ...]
    probability_at_least: float | None
    posterior_above_null: tuple[tuple[str, float], ...]
    prior: str


@dataclass(frozen=True, slots=True)
class Series:
    children: int
    counts: tuple[ClaimCount, ...]
    criteria: tuple[CriterionCount, ...]
    null_comparisons: tuple[NullComparison, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScoreAt:
    """One score at one assessment, for figures and tables. `value` None: not computable, with bounds if known.
    `recorded_total`: the chart's own total, its items not recorded."""

    measure: str
    title: str
    day: DaySpan
    value: float | None
    low: float | None
    high: float | None
    missing: tuple[str, ...]
    states: tuple[tuple[str, str], ...]
    recorded_total: bool
    evidence: tuple[RowRef, ...]
    status: str = "verified"


@dataclass(frozen=True, slots=True)
class DoseAt:
    """The daily dose of one glucocorticoid course as prednisone, per kilogram of the weight nearest to its start. Only
    of courses for which dose, frequency and weight are recorded."""

    course: RowRef
    mg_kg_day: float


@dataclass(frozen=True, slots=True)
class CaseFindings:
    case: Case
    claims: tuple[ClaimVerdict, ...]
    completeness: tuple[CompletenessCell, ...]
    drug_trials: tuple[DrugTrial, ...]
    refractory: tuple[RefractoryOutcome, ...]
    scores: tuple[ScoreAt, ...]
    asked_spans: tuple[DaySpan, ...]
    glucocorticoid_doses: tuple[DoseAt, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that follows from one casebook under one set of parameters."""

    casebook_name: str
    casebook_hash: str
    about: tuple[tuple[str, str], ...]
    cases: tuple[CaseFindings, ...]
    group_claims: tuple[GroupClaim, ...]
    series: Series
    safety: Safety
    parameters: tuple[tuple[str, Any], ...]
    rule_sets: tuple[tuple[str, str], ...]
    notices: tuple[str, ...] = ()
