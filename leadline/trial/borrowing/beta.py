"""Beta posteriors of a response rate: mixtures, marginal likelihoods, and what is asked of them.

Arrays run over trial outcomes. Counts may be fractional, as a borrowed child counts for less than one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Protocol

import numpy as np
from annotated_types import Gt, Le
from pydantic import ConfigDict
from pydantic.dataclasses import dataclass as design_value
from scipy.special import betainc, betaln, gammaln, logsumexp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]


CLOSED = ConfigDict(extra="forbid", allow_inf_nan=False)  # a design's values take no key they do not know


@design_value(frozen=True, slots=True, config=CLOSED)
class Beta:
    """One component of a prior: a beta distribution and its weight in the mixture."""

    a: Annotated[float, Gt(0)]
    b: Annotated[float, Gt(0)]
    weight: Annotated[float, Gt(0), Le(1)] = 1.0


Prior = tuple[Beta, ...]
UNIFORM: Prior = (Beta(1.0, 1.0),)


class Against(Protocol):
    """What a borrowing model may know of a basket's control arm."""

    @property
    def prior(self) -> Prior: ...


class Beforehand(Protocol):
    """What a borrowing model may know of a basket before its children: a basket of a design, seen from here."""

    def __hash__(self) -> int: ...
    @property
    def prior(self) -> Prior: ...
    @property
    def null_rate(self) -> float: ...
    @property
    def target_rate(self) -> float: ...
    @property
    def size(self) -> int: ...
    @property
    def control(self) -> Against | None: ...


# The rate that a quantity is about is adjusted in a randomised basket: the rate as if the controls were at the null
# rate, that is null_rate + treated rate - control rate (or, where the effect is borrowed, by the odds ratio). In a
# basket without controls it is the rate itself.


@dataclass(frozen=True, slots=True)
class Above:
    """The probability that the (adjusted) rate of basket j is above `rates[j]`.

    fineness   of a hierarchical model's integrals: 1 or 2 take more nodes, where a decision is close
    """

    rates: tuple[float, ...]
    fineness: int = 0


@dataclass(frozen=True, slots=True)
class Mean:
    """The expected (adjusted) rate."""


@dataclass(frozen=True, slots=True)
class Reaches:
    """The predictive probability of at least `responders[j]` among all `sizes[j]` children of basket j.

    The children already seen count; only those still to come are uncertain.
    """

    responders: tuple[int, ...]
    sizes: tuple[int, ...]


Quantity = Above | Mean | Reaches


def expect_beta(quantity: Quantity, basket: int, a: Floats, b: Floats, seen: Seen) -> Floats:
    """The expectation of a quantity of one basket under Beta(a, b), an array over outcomes."""
    match quantity:
        case Above(rates):
            # The same as scipy's betaincc(a, b, rate), which takes ten times as long.
            return np.asarray(betainc(b, a, 1 - rates[basket]))
        case Mean():
            return a / (a + b)
        case Reaches(responders, sizes):
            return _reaches(responders[basket] - seen.responders, sizes[basket] - seen.size, a, b)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one basket has shown so far: responders (an array over outcomes) among `size` children."""

    responders: Counts
    size: int


def _reaches(needed: Counts, to_come: int, a: Floats, b: Floats) -> Floats:
    """P(at least `needed` of `to_come` further children respond): a beta-binomial tail."""
    total = np.zeros(np.broadcast_shapes(needed.shape, a.shape))
    for count in range(to_come + 1):
        log_term = log_choose(to_come, count) + betaln(a + count, b + to_come - count) - betaln(a, b)
        total += np.where(count >= needed, np.exp(log_term), 0.0)
    return np.minimum(total, 1.0)


def log_choose(n: int, k: int) -> float:
    """Logarithm of the binomial coefficient."""
    return float(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


def log_marginal(prior: Prior, responders: Floats, others: Floats) -> Floats:
    """Log of the integral of p^responders (1-p)^others over the prior."""
    return np.asarray(logsumexp(_log_component_weights(prior, responders, others), axis=0))


def expect_mixture(
    quantity: Quantity, basket: int, prior: Prior, responders: Floats, others: Floats, *, seen: Seen
) -> Floats:
    """The same expectation under a beta mixture updated by (possibly fractional) counts.

    Component weights follow the marginal likelihood of those counts: for whole counts Bayes' rule, for
    borrowed fractions the convention of the power prior.
    """
    if len(prior) == 1:
        return expect_beta(quantity, basket, prior[0].a + responders, prior[0].b + others, seen)
    log_weights = _log_component_weights(prior, responders, others)
    weights = np.exp(log_weights - logsumexp(log_weights, axis=0))
    terms = (
        weight * expect_beta(quantity, basket, part.a + responders, part.b + others, seen)
        for weight, part in zip(weights, prior, strict=True)
    )
    return _total(terms)


def _log_component_weights(prior: Prior, responders: Floats, others: Floats) -> Floats:
    return np.stack(
        [
            np.log(part.weight) + betaln(part.a + responders, part.b + others) - betaln(part.a, part.b)
            for part in prior
        ]
    )


def _total(terms: Iterator[Floats]) -> Floats:
    total = next(terms)
    for term in terms:
        total = total + term
    return total
