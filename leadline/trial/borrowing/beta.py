"""Beta posteriors of a response rate: mixtures, marginal likelihoods, and what is asked of them.

Arrays run over trial outcomes. Counts may be fractional, as a borrowed child counts for less than one.

Sources   [Y23] Yang P, Zhao Y, Nie L, Vallejo J, Yuan Y. Biometrics 2023, doi:10.1111/biom.13927
                (SAM; R package SAMprior 1.1.1)
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Protocol

import numpy as np
from annotated_types import Gt, Le, Lt
from pydantic import ConfigDict
from pydantic.dataclasses import dataclass as design_value
from scipy.special import betainc, betaln, expit, gammaln, logsumexp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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


LOWEST_RATE, HIGHEST_RATE = (
    0.01,
    0.99,
)  # what a difference from the mean leads beyond is taken as [Y23, SAMprior]


@design_value(frozen=True, slots=True, config=CLOSED)
class SelfAdapting:
    """Lets a prior give way to a vague beta as the basket's own responders speak against it (SAM). [Y23]

    The prior's share of the mixture is R / (1 + R), where R is the likelihood at the prior's mean over the larger of
    those at rates `difference` above and below it. With no children it is a half.

    difference   between response rates, from which on nothing should be borrowed
    a, b         of the vague beta
    """

    difference: Annotated[float, Gt(0), Lt(1)]
    a: Annotated[float, Gt(0)] = 1.0
    b: Annotated[float, Gt(0)] = 1.0

    @property
    def vague(self) -> Prior:
        """The vague beta."""
        return (Beta(self.a, self.b),)

    def shares(self, prior: Prior, seen: Seen) -> Floats:
        """(outcomes,): the prior's share; what it leaves is the vague beta's."""
        return np.asarray(expit(self._log_ratio(prior, seen)))

    def log_shares(self, prior: Prior, seen: Seen) -> tuple[Floats, Floats]:
        """Logarithms of the prior's share and of the vague beta's."""
        log_ratio = self._log_ratio(prior, seen)
        return -np.logaddexp(0, -log_ratio), -np.logaddexp(0, log_ratio)

    def at(self, prior: Prior, seen: Seen) -> Prior:
        """The mixture that one outcome makes of the prior; parts that have no weight left are left out."""
        share = float(self.shares(prior, seen)[0])
        parts = [(part, share * part.weight) for part in prior] + [(part, 1 - share) for part in self.vague]
        return tuple(Beta(part.a, part.b, weight) for part, weight in parts if weight > 0)

    def _log_ratio(self, prior: Prior, seen: Seen) -> Floats:
        mean = sum(part.weight * part.a / (part.a + part.b) for part in prior)
        others = seen.size - seen.responders

        def log_likelihood(rate: float) -> Floats:
            return np.asarray(seen.responders * np.log(rate) + others * np.log1p(-rate))

        above = log_likelihood(min(mean + self.difference, HIGHEST_RATE))
        below = log_likelihood(max(mean - self.difference, LOWEST_RATE))
        return log_likelihood(mean) - np.maximum(above, below)


class Against(Protocol):
    """What a borrowing model may know of a basket's control arm."""

    @property
    def prior(self) -> Prior: ...
    @property
    def self_adapting(self) -> SelfAdapting | None: ...


class Beforehand(Protocol):
    """What a borrowing model may know of a basket before its children: a basket of a design, seen from here."""

    def __hash__(self) -> int: ...
    @property
    def prior(self) -> Prior: ...
    @property
    def self_adapting(self) -> SelfAdapting | None: ...
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


def average_prior(priors: Sequence[Prior]) -> Prior:
    """The prior of a rate that some baskets share: that of any of them, each as likely as the others."""
    weights: dict[tuple[float, float], float] = {}
    for part in chain(*priors):
        weights[part.a, part.b] = weights.get((part.a, part.b), 0.0) + part.weight
    total = sum(weights.values())
    return tuple(Beta(a, b, weight / total) for (a, b), weight in weights.items())


def log_choose(n: int, k: int) -> float:
    """Logarithm of the binomial coefficient."""
    return float(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


def log_marginal(prior: Prior, responders: Floats, others: Floats) -> Floats:
    """Log of the integral of p^responders (1-p)^others over the prior."""
    return np.asarray(logsumexp(log_component_weights(prior, responders, others), axis=0))


def expect_mixture(
    quantity: Quantity,
    basket: int,
    prior: Prior,
    responders: Floats,
    others: Floats,
    *,
    seen: Seen,
    self_adapting: SelfAdapting | None = None,
) -> Floats:
    """The same expectation under a beta mixture updated by (possibly fractional) counts.

    Component weights follow the marginal likelihood of those counts: for whole counts Bayes' rule, for
    borrowed fractions the convention of the power prior. A self-adapting prior's shares follow what the basket itself
    has shown (`seen`), whatever it borrows.
    """
    if len(prior) == 1 and self_adapting is None:
        return expect_beta(quantity, basket, prior[0].a + responders, prior[0].b + others, seen)
    log_weights = log_component_weights(prior, responders, others)
    if self_adapting is not None:
        log_vague = log_component_weights(self_adapting.vague, responders, others)
        log_share, log_rest = self_adapting.log_shares(prior, seen)
        log_weights = np.concatenate([log_weights + log_share, log_vague + log_rest])
        prior = (*prior, *self_adapting.vague)
    weights = np.exp(log_weights - logsumexp(log_weights, axis=0))
    terms = (
        weight * expect_beta(quantity, basket, part.a + responders, part.b + others, seen)
        for weight, part in zip(weights, prior, strict=True)
    )
    return _total(terms)


def log_component_weights(prior: Prior, responders: Floats, others: Floats) -> Floats:
    """(components, outcomes): log of each component's weight times its marginal likelihood."""
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
