"""Priors for a proportion: mixtures of betas and the exact MAP density, robust and discounted for children.

The meta-analytic-predictive (MAP) prior is the predictive of a new study in the binomial-normal hierarchy. It is
held as a density of the log odds (`MapPrior`, exact) or as two or three betas fitted to it (`BetaMixture`, for
display, for other software, and where a conjugate form is wanted); the loss of the fit is stated as a
Kullback-Leibler divergence.

Sources   Neuenschwander B, Capkun-Niggli G, Branson M, Spiegelhalter DJ. Clinical Trials 2010;7:5-18 (MAP)
          Schmidli H, Gsteiger S, Roychoudhury S, O'Hagan A, et al. Biometrics 2014;70:1023-1032 (robust mixture)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadline.errors import StudiesInvalid
from leadline.evidence.hierarchy import HalfNormal, HyperPrior
from leadline.evidence.likelihoods import BinomialLikelihood, expit
from leadline.evidence.posterior import FINE, Fineness, fit_hierarchy
from leadline.evidence.quadrature import Array, PanelDensity, panel_nodes
from leadline.evidence.updating import log_foretold, updated


@dataclass(frozen=True, slots=True)
class BetaMixture:
    """A mixture of Beta(a, b) for a proportion; one weight, one a and one b per component.

    `posterior`, `log_marginal` and `tail` take counts that may be fractions, as a power prior borrows them.
    """

    weights: tuple[float, ...]
    a: tuple[float, ...]
    b: tuple[float, ...]

    def __post_init__(self) -> None:
        same_length = len(self.weights) == len(self.a) == len(self.b) > 0
        if not same_length or min(*self.a, *self.b, 1) <= 0 or min(self.weights) < 0:
            raise StudiesInvalid(
                f"a beta mixture of weights {self.weights}, a {self.a}, b {self.b} is not one; "
                "as many weights as shapes, weights not negative and shapes above zero are taken"
            )
        if not math.isclose(math.fsum(self.weights), 1, abs_tol=1e-6):
            raise StudiesInvalid(f"the weights {self.weights} of a beta mixture do not add up to one")

    def density(self, p: Array) -> Array:
        """The density at p, between 0 and 1."""
        p = np.asarray(p, dtype=float)
        with np.errstate(divide="ignore"):
            log_p, log_q = np.log(p), np.log1p(-p)
        return np.asarray(np.exp(self.log_components(log_p, log_q) - (log_p + log_q)[..., None]).sum(axis=-1))

    def logit_density(self, eta: Array) -> Array:
        """The density of the log odds at eta."""
        log_p, log_q = -np.logaddexp(0, -eta), -np.logaddexp(0, eta)
        return np.asarray(np.exp(self.log_components(log_p, log_q)).sum(axis=-1))

    def cdf(self, p: Array) -> Array:
        """P(proportion <= p)."""
        from scipy.special import betainc

        p = np.asarray(p, dtype=float)[..., None]
        return np.asarray(betainc(np.array(self.a), np.array(self.b), p) @ np.array(self.weights))

    def tail(self, cut: float) -> float:
        """P(proportion > cut)."""
        return float(self.tails(np.array([cut]))[0])

    def tails(self, cuts: Array) -> Array:
        """P(proportion > cut) for each cut."""
        from scipy.special import betaincc

        return np.asarray(
            betaincc(np.array(self.a), np.array(self.b), cuts[:, None]) @ np.array(self.weights)
        )

    def quantile(self, probability: float) -> float:
        """The proportion below which lies `probability`, by bisection to the last bits."""
        low, high = 0.0, 1.0
        while low < (middle := (low + high) / 2) < high:
            low, high = (middle, high) if float(self.cdf(np.array(middle))) < probability else (low, middle)
        return middle

    @property
    def mean(self) -> float:
        a, b = np.array(self.a), np.array(self.b)
        return float(np.array(self.weights) @ (a / (a + b)))

    @property
    def sd(self) -> float:
        a, b = np.array(self.a), np.array(self.b)
        square = np.array(self.weights) @ (a * (a + 1) / ((a + b) * (a + b + 1)))
        return math.sqrt(float(square) - self.mean**2)

    def posterior(self, events: float, n: float) -> BetaMixture:
        """The mixture after `events` of `n`: every component moves, and the weights follow what each foretold."""
        logs = self._log_component_marginals(events, n) + np.log(np.array(self.weights))
        weights = np.exp(logs - logs.max())
        return BetaMixture(
            tuple((weights / weights.sum()).tolist()),
            tuple(a + events for a in self.a),
            tuple(b + n - events for b in self.b),
        )

    def log_marginal(self, events: float, n: float) -> float:
        """The log of the integral of p^events (1 - p)^(n - events) against the prior."""
        logs = self._log_component_marginals(events, n)
        return float(logs.max() + np.log(np.exp(logs - logs.max()) @ np.array(self.weights)))

    def robustified(self, weight: float, *, a: float = 1.0, b: float = 1.0) -> BetaMixture:
        """The mixture with a further, vague component Beta(a, b) of this weight."""
        _check_weight(weight)
        kept = tuple((1 - weight) * w for w in self.weights)
        return BetaMixture((*kept, weight), (*self.a, a), (*self.b, b))

    def _log_component_marginals(self, events: float, n: float) -> Array:
        from scipy.special import betaln

        a, b = np.array(self.a), np.array(self.b)
        return np.asarray(betaln(a + events, b + n - events) - betaln(a, b))

    def log_components(self, log_p: Array, log_q: Array) -> Array:
        """(..., C), log of weight times p^a q^b / B(a, b): the density of the log odds."""
        from scipy.special import betaln

        a, b, weights = np.array(self.a), np.array(self.b), np.array(self.weights)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.log(weights) + a * log_p[..., None] + b * log_q[..., None] - betaln(a, b))


@dataclass(frozen=True, slots=True)
class MapPrior:
    """A prior for a proportion held as a density of its log odds: the exact MAP prior, robust or not.

    `eta` is the density of the log odds; `eta.nodes(splits=...)` integrates any function against it.
    """

    eta: PanelDensity

    def density(self, p: Array) -> Array:
        """The density at p, above 0 and below 1."""
        return self.eta(np.log(p) - np.log1p(-p)) / (p * (1 - p))

    @property
    def mean(self) -> float:
        return self.eta.mean(expit)

    @property
    def sd(self) -> float:
        return self.eta.sd(expit)

    def quantile(self, probability: float) -> float:
        """The proportion below which lies `probability`."""
        return float(expit(np.array(self.eta.quantile(probability))))

    def tail(self, cut: float) -> float:
        """P(proportion > cut)."""
        return float(self.tails(np.array([cut]))[0])

    def tails(self, cuts: Array) -> Array:
        """P(proportion > cut) for each cut, above 0 and below 1."""
        return 1 - self.eta.cdf(np.log(cuts) - np.log1p(-cuts))

    def log_marginal(self, events: float, n: float) -> float:
        """The log of the integral of p^events (1 - p)^(n - events) against the prior."""
        return log_foretold(self.eta, _one_study(events, n))

    def posterior(self, events: float, n: float) -> MapPrior:
        """The density after `events` of `n`."""
        return MapPrior(updated(self.eta, _one_study(events, n)))

    def robustified(self, weight: float, *, a: float = 1.0, b: float = 1.0) -> MapPrior:
        """The density with a share `weight` of a vague Beta(a, b)."""
        _check_weight(weight)
        vague = BetaMixture((1.0,), (a,), (b,))
        far = np.linspace(-40 / a, 40 / b, 81)  # where a beta's log odds have fallen by e^-40
        breaks = np.union1d(self.eta.breaks, far)

        def both(eta: Array) -> Array:
            return (1 - weight) * self.eta(eta) + weight * vague.logit_density(eta)

        return MapPrior(PanelDensity.tabulate(both, breaks=breaks, order=self.eta.order))

    def raised(self, power: float) -> MapPrior:
        """The density of the proportion raised to a power and scaled again: 0.5 halves its information.

        The studies themselves are not discounted: with less of each, the hierarchy sees less variation between
        them, and the prior would become sharper.
        """
        check_discount(power, 0.0)
        eta, _ = panel_nodes(self.eta.breaks, self.eta.order)
        jacobian = expit(eta) * expit(-eta)
        values = np.maximum(self.eta(eta), 0.0) ** power * jacobian ** (1 - power)
        return MapPrior(PanelDensity.from_values(values, breaks=self.eta.breaks, order=self.eta.order))


def map_prior(
    events: Sequence[float],
    n: Sequence[float],
    *,
    prior: HyperPrior | None = None,
    power: float = 1.0,
    widened_by: float = 0.0,
    fineness: Fineness = FINE,
) -> MapPrior:
    """The exact MAP prior for the proportion in a new study, from studies of the same event.

    events, n    one entry per study
    prior        of mu (log odds) and tau; HyperPrior(0, 2, HalfNormal(1)) unless given
    widened_by   discount for children: a further standard deviation of the log odds between adults and children
    power        discount for children: the prior raised to this power, above 0 to 1 (MapPrior.raised)
    fineness     of the quadrature: FINE does for studies of a usual size; `prior_for_children` takes what is needed
    """
    check_discount(power, widened_by)
    likelihood = BinomialLikelihood.of(events, n)
    hierarchy = fit_hierarchy(likelihood, prior or HyperPrior(0.0, 2.0, HalfNormal(1.0)), fineness=fineness)
    found = MapPrior(hierarchy.new_study_density(widened_by=widened_by))
    return found if power == 1 else found.raised(power)


@dataclass(frozen=True, slots=True)
class BetaFit:
    """Betas fitted to a density, and the Kullback-Leibler divergence (nats) of what the fit loses."""

    mixture: BetaMixture
    kl: float


def fit_betas(prior: MapPrior, *, components: int = 2, tolerance: float = 1e-9) -> BetaFit:
    """The mixture of betas nearest to the density, by EM on the density itself: no sample is drawn.

    The divergence can only fall from step to step; EM stops when it falls by less than `tolerance`.
    """
    eta, weight = prior.eta.nodes()
    eta, weight = eta[weight > 1e-20], weight[weight > 1e-20]
    log_p, log_q = -np.logaddexp(0, -eta), -np.logaddexp(0, eta)
    entropy = float(weight @ np.log(prior.eta(eta)))
    mixture, kl = _first_betas(prior, components), math.inf
    for _ in range(5000):
        logs = mixture.log_components(log_p, log_q)
        peak = logs.max(axis=1, keepdims=True)
        shares = np.exp(logs - peak)
        total = shares.sum(axis=1, keepdims=True)
        before, kl = kl, entropy - float(weight @ (np.log(total) + peak)[:, 0])
        if before - kl < tolerance:
            break
        mixture = _nearer_betas(mixture, weight[:, None] * shares / total, log_p, log_q)
    return BetaFit(mixture, kl)


def _first_betas(prior: MapPrior, components: int) -> BetaMixture:
    """Betas of the same mean, from narrow to wide."""
    m, v = prior.mean, prior.sd**2
    precision = (m * (1 - m) / v - 1) * np.geomspace(2.5, 0.4, components)
    return BetaMixture(
        (1 / components,) * components, tuple((m * precision).tolist()), tuple(((1 - m) * precision).tolist())
    )


def _nearer_betas(mixture: BetaMixture, shares: Array, log_p: Array, log_q: Array) -> BetaMixture:
    """The M step: for each component the beta of the same mean log p and mean log (1 - p)."""
    weights = shares.sum(axis=0)
    a, b = _beta_of_logs(
        np.array(mixture.a), np.array(mixture.b), log_p @ shares / weights, log_q @ shares / weights
    )
    return BetaMixture(tuple((weights / weights.sum()).tolist()), tuple(a.tolist()), tuple(b.tolist()))


def _beta_of_logs(a: Array, b: Array, log_p: Array, log_q: Array) -> tuple[Array, Array]:
    """The a and b for which E log p and E log (1 - p) are these, by Newton's method from near by."""
    from scipy.special import polygamma, psi

    for _ in range(8):
        first, second = psi(a) - psi(a + b) - log_p, psi(b) - psi(a + b) - log_q
        both = polygamma(1, a + b)
        at_a, at_b = polygamma(1, a) - both, polygamma(1, b) - both
        determinant = at_a * at_b - both**2
        step_a = (at_b * first + both * second) / determinant
        step_b = (both * first + at_a * second) / determinant
        a, b = np.maximum(a - step_a, a / 3), np.maximum(b - step_b, b / 3)
    return a, b


def check_discount(power: float, widened_by: float) -> None:
    """Refuse a discount for children that is not one."""
    if not 0 < power <= 1:
        raise StudiesInvalid(f"a power of {power} is no discount; above 0 and at most 1 is taken")
    if not 0 <= widened_by < math.inf:
        raise StudiesInvalid(f"a prior cannot be widened by {widened_by}; zero or more is taken")


def _check_weight(weight: float) -> None:
    if not 0 <= weight <= 1:
        raise StudiesInvalid(f"a robust weight of {weight} is no share; 0 to 1 is taken")


def logit(p: float) -> float:
    return math.log(p) - math.log1p(-p)


def _one_study(events: float, n: float) -> BinomialLikelihood:
    return BinomialLikelihood.of([events], [n])
