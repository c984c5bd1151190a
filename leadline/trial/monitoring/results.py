"""What monitoring gives: where each basket, harm and the conduct of the trial stand, as plain frozen values."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from leadline.trial.monitoring.children import Child, LeftOut
from leadline.trial.monitoring.harm import HarmStanding
from leadline.trial.monitoring.looks import Decision, Step
from leadline.trial.monitoring.standing import NextResult, Posterior


@dataclass(frozen=True, slots=True)
class Counts:
    """Children of one arm of one basket by where their response stands. `taken` is all of them, the infused or the
    controls; `known` are counted: responders and non-responders, with those that are missing and count as no response.
    """

    taken: int
    known: int
    responders: int
    non_responders: int
    pending: int
    missing_not_met: int
    missing_left_out: int
    needs_model: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """Predictive probability of success with all children, and of success by all rules including the looks to come.
    `coherent`: all baskets are foretold together by the design's model; else each by itself (a plug-in)."""

    success: float
    success_not_stopped: float
    coherent: bool


@dataclass(frozen=True, slots=True)
class NextLook:
    """The next planned look of a basket: its treated children, of whom the response is known, and of whom it is to
    come; its controls likewise."""

    look: int
    children: int
    known: int
    to_come: int
    controls: int = 0
    controls_known: int = 0
    controls_to_come: int = 0


@dataclass(frozen=True, slots=True)
class BasketStanding:
    """One basket.

    null_limit   the null rate, in a basket with controls with their margin
    planned      treated children; `planned_controls` likewise
    counts       of the treated; `control_counts` of the controls, None in a basket without
    closed       the decision that closed it, on response or for harm; None while it is open
    next_look    number and children of the next planned look, and how many of those children are known; None if none
    overrun      children whose response is known and who came after those of the last look that was reached, of both
                 arms
    on_plan      whether the counts are those of a planned look
    rule_now     what the frozen rule says; `if_looked_now` what that of the next look would say at these counts, which
                 the plan does not ask
    harm         its own children against the harm rule that is its own, or, where one rule counts all baskets together,
                 against the same rule made for it alone, which warns; None without a harm rule
    needed       fewest responders among the children up to the next look with which it would be a success there,
                 whatever the controls to come show; None where none suffice or there is no further look
    """

    id: str
    label: str
    criterion: str
    visit: str
    null_rate: float
    null_limit: float
    target_rate: float
    threshold: float
    planned: int
    planned_controls: int
    counts: Counts
    control_counts: Counts | None
    posterior: Posterior
    closed: Decision | None
    next_look: NextLook | None
    overrun: int
    on_plan: bool
    rule_now: str
    if_looked_now: str
    next_results: tuple[NextResult, ...]
    needed: int | None
    forecast: Forecast | None
    harm: HarmStanding | None
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conduct:
    """How the trial is run, for the open part: nothing here shows how well anybody did.

    planned, taken  children of both arms
    visits_over     children whose response is not pending any more; `visits_judged` of them the chart could tell
    asked           children who were asked about adverse events after day 0, over `person_days` in all
    events          recorded after day 0, `serious` of them surely so, in `with_serious` children
    """

    planned: int
    taken: int
    taken_by_basket: tuple[int, ...]
    visits_over: int
    visits_judged: int
    asked: int
    person_days: int
    events: int
    serious: int
    with_serious: int
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Monitoring:
    """Where the trial stands.

    casebook_kind  published, invented or clinical; empty if not stated
    lock       hash of the lock that was checked; empty without one
    on         day of the look, as ISO date; empty where the last day of the record was taken
    steps      planned steps that were reached
    baskets    one a basket, in the design's order
    harm       of all baskets together, where one rule counts them so; else None
    randomised whether some basket has controls
    children   every child that is counted, in the order of day 0
    words, notices   for the board: what the rules say, and what a reader must know of how it was reached
    """

    version: str
    title: str
    protocol: str
    casebook: str
    casebook_kind: str
    casebook_hash: str
    lock: str
    on: str
    steps: tuple[Step, ...]
    baskets: tuple[BasketStanding, ...]
    any_success: float | None
    randomised: bool
    harm: HarmStanding | None
    harm_event: str
    conduct: Conduct
    children: tuple[Child, ...]
    words: tuple[str, ...]
    notices: tuple[str, ...]

    @property
    def harm_rules(self) -> tuple[tuple[str, HarmStanding], ...]:
        """Each harm rule of the design with the name of its basket; of one for all baskets the name is empty."""
        if self.harm is not None:
            return (("", self.harm),)
        return tuple((one.label, one.harm) for one in self.baskets if one.harm is not None)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)
