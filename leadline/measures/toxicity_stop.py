"""Bayesian stopping for toxicity: is the true rate of an event above what is acceptable?

Items     prior Beta(a, b), children treated, events among them, acceptable rate p0, certainty gamma that stops
Result    the posterior probability that the rate is above p0; stop if it is above gamma
Missing   any missing: no probability, no advice to stop or go on
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadline.casebook.items import Item
from leadline.errors import ItemOutOfRange
from leadline.measures.expression import DECIMALS
from leadline.measures.definition import Calculation, Source, exact

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


def posterior_probability_above(p0: float, *, prior_a: float, prior_b: float, n: int, events: int) -> float:
    """P(rate > p0) under Beta(prior_a + events, prior_b + n - events)."""
    from scipy.special import betaincc

    return float(betaincc(prior_a + events, prior_b + n - events, p0))


def _calculate(row: Mapping[str, Any]) -> dict[str, Any]:
    values = {item.id: exact(row, item.id) for item in ITEMS}
    missing = [name for name, value in values.items() if value is None]
    if missing:
        return {"posterior_prob_gt_p0": None, "stop": None, "status": "not_computable", "missing": missing}
    gamma = values.pop("gamma")
    if values["events"] > values["n"]:
        raise ItemOutOfRange(f"events is {values['events']:g}; it takes 0 to n, which is {values['n']:g}.")
    probability = posterior_probability_above(values.pop("p0"), **values)
    stop = round(probability, DECIMALS) > round(gamma, DECIMALS)
    return {"posterior_prob_gt_p0": round(probability, 12), "stop": stop, "status": "ok", "missing": []}


BAYES_TOX_STOP = Calculation(
    id="bayes_tox_stop",
    title="Bayesian stopping rule for toxicity",
    items=ITEMS,
    calculate=_calculate,
    in_words=(
        "posterior_prob_gt_p0 = the probability that a Beta(a + events, b + patients - events) exceeds p0",
        "stop: that probability is above gamma",
    ),
    sources=(BETA_BINOMIAL,),
    notes=("an early look with few children moves with the prior: print it",),
)
