"""Bryant and Day's two-stage designs: response and toxicity judged together, in one basket.

After n1 children the trial goes on with more than r1 responders and at most t1 children with the toxicity; in the end
the therapy is recommended with more than r responders and at most t children with the toxicity among n. The design is
searched with response and toxicity independent within a child, and can then be looked at for any association.

Sources   [B95] Bryant J, Day R. Biometrics 1995;51:1372-1383
          [P65] Plackett RL. J Am Stat Assoc 1965;60:516-522 (a table with given margins and odds ratio)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leadline.errors import DesignInvalid
from leadline.trial.comparators.simon import success_table
from leadline.trial.posterior import binomial

if TYPE_CHECKING:
    from leadline.trial.borrowing.beta import Counts, Floats


@dataclass(frozen=True, slots=True)
class Rates:
    """What sets a therapy apart that is worth recommending.

    response_null, response_target       response rates: too low, and worth finding
    toxicity_limit, toxicity_target      toxicity rates: too high, and acceptable
    """

    response_null: float
    response_target: float
    toxicity_limit: float
    toxicity_target: float


@dataclass(frozen=True, slots=True)
class BryantDay:
    """One design and its errors, response and toxicity being independent.

    response_error, toxicity_error   probability of recommending a therapy that responds too seldom (toxicity at its
                                     target), or is too toxic (response at its target)
    power                            probability of recommending one with both rates at their targets
    expected_children                the larger of the expectations in the two cases of error
    """

    r1: int
    t1: int
    n1: int
    r: int
    t: int
    n: int
    response_error: float
    toxicity_error: float
    power: float
    expected_children: float


@dataclass(frozen=True, slots=True)
class BryantDayDesigns:
    """The design with the fewest expected children [B95], and that with the fewest children at most."""

    optimal: BryantDay
    minimax: BryantDay


def bryant_day(
    rates: Rates,
    *,
    response_alpha: float,
    toxicity_alpha: float,
    beta: float,
    most_children: int = 60,
) -> BryantDayDesigns:
    """Search all designs of up to `most_children`.

    response_alpha, toxicity_alpha   the two errors, at most
    beta     probability of not recommending, at most, with both rates at their targets
    raises   DesignInvalid for rates in the wrong order, levels outside 0 to 1, or when no design is small enough
    """
    _check(rates, (response_alpha, toxicity_alpha, beta))
    optimal: BryantDay | None = None
    minimax: BryantDay | None = None
    for n in range(2, most_children + 1):
        for n1 in range(1, n):
            if (
                optimal is not None
                and minimax is not None
                and n > minimax.n
                and n1 >= optimal.expected_children
            ):
                break  # neither the fewest at most nor, from here on, the fewest expected
            best = _best(
                rates, n1, n, response_alpha=response_alpha, toxicity_alpha=toxicity_alpha, beta=beta
            )
            if best is None:
                continue
            optimal = min(optimal or best, best, key=lambda d: (d.expected_children, d.n))
            minimax = min(minimax or best, best, key=lambda d: (d.n, d.expected_children))
    if optimal is None or minimax is None:
        raise DesignInvalid(
            f"no two-stage design of at most {most_children} children holds these errors",
            hint="Raise `most_children`, or allow larger errors.",
        )
    return BryantDayDesigns(optimal, minimax)


def _check(rates: Rates, levels: tuple[float, ...]) -> None:
    rising = 0 < rates.response_null < rates.response_target < 1
    falling = 1 > rates.toxicity_limit > rates.toxicity_target > 0
    if not (rising and falling and all(0 < level < 1 for level in levels)):
        raise DesignInvalid(
            "rates and levels: takes numbers between 0 and 1, the response target above the null rate and the toxicity "
            "target below the limit"
        )


def _best(
    rates: Rates, n1: int, n: int, *, response_alpha: float, toxicity_alpha: float, beta: float
) -> BryantDay | None:
    """Of the designs of these sizes that hold all errors, the one with the fewest expected children.

    The absence of toxicity is counted, so that both endpoints are passed by more than a number of children, and a
    probability of passing both is the product of two.
    """
    responds = _Passing.of(n1, n, rates.response_null, rates.response_target, response_alpha, beta)
    spared = _Passing.of(n1, n, 1 - rates.toxicity_limit, 1 - rates.toxicity_target, toxicity_alpha, beta)
    response_error = np.outer(responds.null, spared.target)
    toxicity_error = np.outer(responds.target, spared.null)
    power = np.outer(responds.target, spared.target)
    more = np.maximum(
        np.outer(responds.on_null, spared.on_target), np.outer(responds.on_target, spared.on_null)
    )
    holds = (response_error <= response_alpha) & (toxicity_error <= toxicity_alpha) & (power >= 1 - beta)
    if not holds.any():
        return None
    # Of designs that expect as many children, the one with the most power.
    order = np.lexsort((-power.ravel(), np.where(holds, more, np.inf).ravel()))
    i, j = np.unravel_index(order[0], more.shape)
    return BryantDay(
        int(responds.first[i]),
        n1 - 1 - int(spared.first[j]),
        n1,
        int(responds.last[i]),
        n - 1 - int(spared.last[j]),
        n,
        float(response_error[i, j]),
        float(toxicity_error[i, j]),
        float(power[i, j]),
        float(n1 + (n - n1) * more[i, j]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Passing:
    """Limits of one endpoint that can be part of a design: more than `first` of n1, and more than `last` of n.

    null, target        probability of passing both, at the two rates
    on_null, on_target  of passing the first
    """

    first: Counts
    last: Counts
    null: Floats
    target: Floats
    on_null: Floats
    on_target: Floats

    @classmethod
    def of(cls, n1: int, n: int, null_rate: float, target_rate: float, alpha: float, beta: float) -> _Passing:
        null, target = success_table(n1, n, null_rate), success_table(n1, n, target_rate)
        # The other endpoint is passed with at least 1 - beta where both are at their targets.
        first, last = (
            limits.astype(np.int64)
            for limits in np.nonzero((target >= 1 - beta) & (null <= alpha / (1 - beta)))
        )
        on = [1 - np.cumsum(binomial(n1, rate))[first] for rate in (null_rate, target_rate)]
        return cls(first, last, null[first, last], target[first, last], on[0], on[1])


@dataclass(frozen=True, slots=True)
class BryantDayLaw:
    """What a design does at one pair of rates."""

    recommended: float
    stopped_early: float
    expected_children: float


def bryant_day_law(
    design: BryantDay, *, response: float, toxicity: float, odds_ratio: float = 1.0
) -> BryantDayLaw:
    """Exact, by convolution of the four outcomes that a child can have.

    odds_ratio   of response and toxicity within a child; 1 where they are independent, above 1 where the child that
                 responds is more often harmed
    """
    cells = _cells(response, toxicity, odds_ratio)
    law = _grown(np.ones((1, 1)), cells, design.n1)
    law[: design.r1 + 1] = 0.0
    law[:, design.t1 + 1 :] = 0.0
    goes_on = float(law.sum())
    law = _grown(law, cells, design.n - design.n1)
    recommended = float(law[design.r + 1 :, : design.t + 1].sum())
    return BryantDayLaw(recommended, 1 - goes_on, design.n1 + goes_on * (design.n - design.n1))


def _cells(response: float, toxicity: float, odds_ratio: float) -> Floats:
    """(2, 2): probability of (no response, response) by (no toxicity, toxicity) within a child. [P65]"""
    both = response * toxicity
    if odds_ratio != 1:
        s = 1 + (response + toxicity) * (odds_ratio - 1)
        root = math.sqrt(s * s - 4 * odds_ratio * (odds_ratio - 1) * response * toxicity)
        both = (s - root) / (2 * (odds_ratio - 1))
    return np.array([[1 - response - toxicity + both, toxicity - both], [response - both, both]])


def _grown(law: Floats, cells: Floats, children: int) -> Floats:
    """(responders + 1, toxicities + 1) after so many children more."""
    for _ in range(children):
        grown = np.zeros((law.shape[0] + 1, law.shape[1] + 1))
        for responds in (0, 1):
            for toxic in (0, 1):
                grown[responds : responds + law.shape[0], toxic : toxic + law.shape[1]] += (
                    cells[responds, toxic] * law
                )
        law = grown
    return law
