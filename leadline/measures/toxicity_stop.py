"""Bayesian stopping for toxicity: is the true rate of an event above what is acceptable?

Items     prior Beta(a, b), children treated, events among them, acceptable rate p0, certainty gamma that stops
Result    the posterior probability that the rate is above p0; stop if it is above gamma
Missing   any missing: no probability, no advice to stop or go on
"""

from __future__ import annotations

from leadline.casebook.items import Item
from leadline.measures.definition import Calculation, Constraint, Source
from leadline.measures.expression import Computed, Reading, WhenRecorded, above, at_most

BETA_BINOMIAL = Source(
    "BB", "Beta-binomial posterior; closed form checked by arithmetic (measures dossier 6.7)"
)

ITEMS = (
    Item("prior_a", "Prior events", low=1e-6, high=1e6),
    Item("prior_b", "Prior children without event", low=1e-6, high=1e6),
    Item("n", "Children treated", "count", low=0, high=1_000_000),
    Item("events", "Children with the event", "count", low=0, high=1_000_000, better="lower"),
    Item("p0", "Acceptable rate", low=0, high=1),
    Item("gamma", "Posterior probability above which to stop", low=0, high=1),
)


PRIOR_A, PRIOR_B, TREATED, EVENTS, ACCEPTABLE, CERTAINTY = ITEMS


def _posterior_probability_above(
    p0: float, prior_a: float, prior_b: float, n: float, events: float
) -> float | None:
    """P(rate > p0) under Beta(prior_a + events, prior_b + n - events); None for more events than children."""
    from scipy.special import betaincc

    return float(betaincc(prior_a + events, prior_b + n - events, p0)) if events <= n else None


POSTERIOR = Computed(
    "the posterior probability of a higher rate than is acceptable",
    _posterior_probability_above,
    tuple(Reading(item) for item in (ACCEPTABLE, PRIOR_A, PRIOR_B, TREATED, EVENTS)),
    low=0,
    high=1,
)
STOP = WhenRecorded(ITEMS, above(POSTERIOR, Reading(CERTAINTY)), exactly=True)

BAYES_TOX_STOP = Calculation(
    id="bayes_tox_stop",
    title="Bayesian stopping rule for toxicity",
    items=ITEMS,
    constraints=(
        Constraint(at_most(Reading(EVENTS), Reading(TREATED)), "events is more than n; it takes 0 to n"),
    ),
    results={"posterior_prob_gt_p0": POSTERIOR, "stop": STOP},
    needed=("posterior_prob_gt_p0", "stop"),
    decimals=12,
    in_words=(
        "posterior_prob_gt_p0 = the probability that a Beta(a + events, b + patients - events) exceeds p0",
        "stop: that probability is above gamma",
    ),
    sources=(BETA_BINOMIAL,),
    notes=("an early look with few children moves with the prior: print it",),
)
