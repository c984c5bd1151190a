"""What many rehearsals add up to: rates with their Monte Carlo error, beside the exact operating characteristics.

Two comparisons are made. The trial decided from charts against the exact numbers says how far gaps in the charts, and
what is made of them, move the decisions; with nothing missing it must agree within Monte Carlo error. The same trial
decided by the truth has the same children, so that the difference between the two has a much smaller error.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import bdtr, bdtrc

import leadline
from leadline.errors import BeyondExactRange
from leadline.protocol.estimands import EVENT_WORDS
from leadline.trial.monitoring.responses import Status
from leadline.trial.rehearsal.asked import prepared
from leadline.trial.rehearsal.course import Why
from leadline.trial.rehearsal.gaps import MECHANISM

if TYPE_CHECKING:
    from leadline.protocol.estimands import IntercurrentEvent
    from leadline.trial.borrowing.beta import Floats
    from leadline.trial.rehearsal.asked import Asked, Prepared
    from leadline.trial.rehearsal.playing import Row
    from leadline.trial.scenarios import Operating


@dataclass(frozen=True, slots=True)
class Compared:
    """One number of the trial.

    of           the basket's id, or empty for the whole trial
    what         id of the number; `title` in words
    charts       mean over the rehearsals as decided from charts, with `se`, its Monte Carlo standard error
    exact        the exact value, None where the design is too large for one
    z            (charts - exact) in standard errors of the exact law; None where that is zero or unknown
    chance       of a rate: the probability, by the exact binomial law, of so large a difference on either side
    drift        charts minus the same children decided by the truth, with `drift_se`
    """

    of: str
    what: str
    title: str
    charts: float
    se: float
    exact: float | None
    z: float | None
    chance: float | None
    drift: float
    drift_se: float


@dataclass(frozen=True, slots=True)
class ResponsesSeen:
    """Of one basket's children at the last look of each rehearsal: the share whose response the chart tells, could not
    tell, or does not tell yet."""

    basket: str
    children: int
    response: float
    no_response: float
    pending: float
    missing: float
    needs_a_model: float


@dataclass(frozen=True, slots=True)
class EventsSeen:
    """One intercurrent event that was asked for, in the children at the last look of each rehearsal.

    event       its id; `title` in words
    rate        share of children in whom it happens
    strategies  of the estimands, one a basket; empty where an estimand has none
    happened    children in whom it had happened by that look; of these `found` by monitoring
    found_otherwise  children in whom monitoring found it though it had not happened
    """

    event: str
    title: str
    rate: float
    strategies: tuple[str, ...]
    happened: int
    found: int
    found_otherwise: int


@dataclass(frozen=True, slots=True)
class Intercurrent:
    """The intercurrent events that were asked for, and what is true with them by the strategies of the estimands.

    rates, control_rates  of response in the children who are counted; the latter empty in a design without controls
    harm_rates            one a basket, with the deaths that the harm rule counts
    """

    events: tuple[EventsSeen, ...]
    rates: tuple[float, ...]
    control_rates: tuple[float, ...]
    harm_rates: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """The result of a rehearsal.

    rehearsals    how many; `seed` the seed of all
    baskets       ids; `labels` their names to show
    rates         of the treated; `control_rates` of the controls, empty in a design without
    harm_rates    of the event of the harm rule, one a basket
    same          share of rehearsals in which charts and truth led to the same end of every basket
    misjudged     children whose chart was judged, and otherwise than is true; among `judged`
    days          mean length of the trial
    intercurrent  events that were asked for; None where none were
    """

    version: str
    title: str
    protocol: str
    truth: str
    rates: tuple[float, ...]
    control_rates: tuple[float, ...]
    harm_rates: tuple[float, ...]
    missing: float
    mechanism: str
    seed: int
    rehearsals: int
    baskets: tuple[str, ...]
    labels: tuple[str, ...]
    numbers: tuple[Compared, ...]
    responses: tuple[ResponsesSeen, ...]
    same: float
    misjudged: int
    judged: int
    days: float
    intercurrent: Intercurrent | None

    def label(self, basket: str) -> str:
        """The name to show of a basket's id."""
        return dict(zip(self.baskets, self.labels, strict=True))[basket]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; without `intercurrent` where no such event was asked for."""
        values = asdict(self)
        if self.intercurrent is None:
            del values["intercurrent"]
        return values


def agree(asked: Asked, rows: Sequence[Row]) -> Agreement:
    """Add up rehearsals, at least one. In the order of their numbers, as the last digit of a sum rests on the order."""
    rows = sorted(rows, key=lambda row: row["number"])
    ready = prepared(asked)
    design = ready.design
    judged = Counter[str]()
    for row in rows:
        for statuses in row["responses"]:
            judged.update(statuses)
    return Agreement(
        version=leadline.__version__,
        title=design.title,
        protocol=f"{ready.plan.protocol.id} {ready.plan.protocol.version}",
        truth=ready.truth.name,
        rates=ready.truth.rates,
        control_rates=ready.truth.control_rates,
        harm_rates=ready.truth.harm_rates,
        missing=asked.missing,
        mechanism=MECHANISM,
        seed=asked.seed,
        rehearsals=len(rows),
        baskets=tuple(basket.id for basket in design.baskets),
        labels=tuple(basket.label for basket in design.baskets),
        numbers=tuple(_numbers(ready, rows)),
        responses=tuple(_seen(basket.id, at, rows) for at, basket in enumerate(design.baskets)),
        same=float(np.mean([row["charts"]["ends"] == row["truth"]["ends"] for row in rows])),
        misjudged=sum(row["misjudged"] for row in rows),
        judged=judged["response"] + judged["no_response"],
        days=float(np.mean([row["charts"]["days"] for row in rows])),
        intercurrent=_intercurrent(ready, rows) if ready.happening.rates else None,
    )


def _intercurrent(ready: Prepared, rows: Sequence[Row]) -> Intercurrent:
    return Intercurrent(
        events=tuple(_events_seen(ready, event, rows) for event in ready.happening.rates),
        rates=ready.scenario.rates,
        control_rates=ready.scenario.control_rates or (),
        harm_rates=tuple(map(ready.happening.harm_rate, ready.truth.harm_rates)),
    )


def _events_seen(ready: Prepared, event: IntercurrentEvent, rows: Sequence[Row]) -> EventsSeen:
    happened, found, found_otherwise = (
        sum(row["intercurrent"][event][at] for row in rows) for at in range(3)
    )
    strategies = tuple(str(setting.strategies.get(event, "")) for setting in ready.settings)
    return EventsSeen(
        event=event.value,
        title=EVENT_WORDS[event],
        rate=ready.happening.rates[event],
        strategies=strategies,
        happened=happened,
        found=found,
        found_otherwise=found_otherwise,
    )


# ---- the numbers -------------------------------------------------------------------------------------------------

OF_A_BASKET = {
    "success": "declared a success",
    "futility": "closed early for futility",
    "efficacy": "closed early for success",
    "harm": "stopped for harm",
    "children": "children",
}
OF_THE_TRIAL = {
    "any_success": "any basket declared a success",
    "family_wise_error": "a basket without effect declared a success",
    "harm": "any basket stopped for harm",
    "children": "children in all",
}
MEANS = ("children",)
"""Numbers that are no probabilities: their spread is taken from the rehearsals."""


def _numbers(ready: Prepared, rows: Sequence[Row]) -> Iterator[Compared]:
    exact, design = _exact(ready), ready.design
    rules = {
        "futility": design.futility is not None,
        "efficacy": design.efficacy.early is not None,
        "harm": design.harm is not None,
    }
    for at, basket in enumerate(design.baskets):
        charts, truth = ([_of_basket(row[by], at) for row in rows] for by in ("charts", "truth"))
        known = {} if exact is None else _exact_of_basket(exact, at)
        for what in (what for what in OF_A_BASKET if rules.get(what, True)):
            yield _compare(basket.id, what, OF_A_BASKET[what], charts, truth, known.get(what))
    null = tuple(bool(one) for one in ready.scenario.null(design))
    charts, truth = ([_of_trial(row[by], null) for row in rows] for by in ("charts", "truth"))
    known = {} if exact is None else _exact_of_trial(exact)
    for what in (what for what in OF_THE_TRIAL if rules.get(what, True)):
        yield _compare("", what, OF_THE_TRIAL[what], charts, truth, known.get(what))


def _of_basket(trial: Row, at: int) -> dict[str, float]:
    _, children, why, success = trial["ends"][at]
    return {
        "success": float(success),
        "futility": float(why == Why.FUTILITY),
        "efficacy": float(why == Why.EFFICACY),
        "harm": float(why == Why.HARM),
        "children": float(children),
    }


def _of_trial(trial: Row, null: tuple[bool, ...]) -> dict[str, float]:
    successes = [success for _, _, _, success in trial["ends"]]
    return {
        "any_success": float(any(successes)),
        "family_wise_error": float(any(one and none for one, none in zip(successes, null, strict=True))),
        "harm": float(trial["harm_step"] is not None),
        "children": float(sum(children for _, children, _, _ in trial["ends"])),
    }


def _exact(ready: Prepared) -> Operating | None:
    """The exact operating characteristics; None where the design is too large, too few children come for it, or some
    may be left out of the count, so that it is not known how many come."""
    if ready.happening.leaves_out():
        return None
    if any(come < size for come, size in zip(ready.supply, ready.design.sizes, strict=True)):
        return None
    try:
        return ready.trial.operating(ready.scenario)
    except BeyondExactRange:
        return None


def _exact_of_basket(exact: Operating, at: int) -> dict[str, float]:
    return {
        "success": exact.success[at],
        "futility": sum(step[at] for step in exact.stopped_futility),
        "efficacy": sum(step[at] for step in exact.stopped_efficacy),
        "harm": sum(step[at] for step in exact.stopped_harm),
        "children": exact.children[at],
    }


def _exact_of_trial(exact: Operating) -> dict[str, float]:
    return {
        "any_success": exact.any_success,
        "family_wise_error": exact.family_wise_error,
        "harm": sum(exact.harm),
        "children": sum(exact.children),
    }


def _compare(
    of: str,
    what: str,
    title: str,
    charts: Sequence[Mapping[str, float]],
    truth: Sequence[Mapping[str, float]],
    exact: float | None,
) -> Compared:
    seen, true = (np.array([trial[what] for trial in trials]) for trials in (charts, truth))
    number = len(seen)
    se = _standard_error(seen)
    law_se = se if exact is None or what in MEANS else math.sqrt(max(exact * (1 - exact), 0.0) / number)
    mean, drift = float(seen.mean()), seen - true
    # An impossible event that happened, or a certain one that did not, has no z; its chance is 0.
    z = None if exact is None or law_se < TOO_SMALL else (mean - exact) / law_se
    chance = None if exact is None or what in MEANS else _chance(int(seen.sum()), number, exact)
    return Compared(of, what, title, mean, se, exact, z, chance, float(drift.mean()), _standard_error(drift))


TOO_SMALL = 1e-9


def _chance(count: int, number: int, rate: float) -> float:
    """Twice the smaller tail of the binomial law, at most 1. A rate may leave 0 to 1 by rounding alone."""
    rate = min(max(rate, 0.0), 1.0)
    below, above = bdtr(count, number, rate), bdtrc(count - 1, number, rate) if count else 1.0
    return float(min(1.0, 2 * min(below, above)))


def _standard_error(values: Floats) -> float:
    """Of the mean; with one rehearsal there is none, and zero is given."""
    return float(values.std(ddof=1) / math.sqrt(len(values))) if len(values) > 1 else 0.0


def _seen(basket: str, at: int, rows: Sequence[Row]) -> ResponsesSeen:
    statuses = Counter[str]()
    for row in rows:
        statuses.update(row["responses"][at])
    children = statuses.total()
    shares = {str(status): statuses[status] / children if children else 0.0 for status in Status}
    return ResponsesSeen(basket, children, *(shares[status] for status in Status))
