"""A design in sentences that a board can read, and the warnings that belong to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.trial.borrowing.bhm import Hierarchical
from leadline.trial.borrowing.exnex import ExNex
from leadline.trial.borrowing.hierarchical import QUADRATURE_ERROR
from leadline.trial.criteria import criterion_label
from leadline.trial.design import Basis, HarmCheck, Reference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.design import Basket, Design, EarlyRule
    from leadline.trial.error_rates import WorstError
    from leadline.trial.operating import Operating
    from leadline.trial.safety import Boundary

BORROWING = {
    "none": "Each disease is judged on its own children alone.",
    "pooled": "All diseases are judged as one group with one response rate.",
    "power_prior": "A disease counts the children of another in part: the more alike their results, the more.",
    "fujikawa": "A disease shares the results and priors of others in part: the more alike their results, the more.",
    "mem": "Every pair of diseases may or may not share one response rate; each possibility is weighed by the data.",
    "local_mem": "The diseases may fall into groups that share one response rate; the data weigh each grouping.",
    "bhm": "The response rates of the diseases are taken to vary around a common mean, by an amount the data decide.",
    "exnex": "A disease may be like the others or stand alone; the data decide how far it borrows from them.",
}


def percent(value: float, digits: int = 1) -> str:
    """`20 %`, `8.3 %`: digits only where they say something."""
    return f"{100 * value:.{digits}f}".rstrip("0").rstrip(".") + " %"


def design_in_words(design: Design, *, boundary: Boundary | None) -> tuple[str, ...]:
    """One paragraph each for the plan, every basket, borrowing, success, stopping early, and harm."""
    return (
        _plan_in_words(design),
        *(_basket_in_words(basket) for basket in design.baskets),
        BORROWING[design.borrowing.model],
        _success_in_words(design),
        *_early_in_words(design),
        *_harm_in_words(design, boundary),
    )


def _plan_in_words(design: Design) -> str:
    diseases = _number(len(design.baskets), "disease")
    return f"{design.title}: one therapy in {diseases} (baskets), up to {sum(design.sizes)} children."


def _success_in_words(design: Design) -> str:
    above = "above that of its controls" if design.randomised else "above its null rate"
    return (
        f"At its last look a basket is a success when the probability that its response rate is {above} is "
        f"{_at_least(design)}."
    )


def _at_least(design: Design) -> str:
    if len(set(design.thresholds)) == 1:
        return f"at least {percent(design.thresholds[0], 3)}"
    each = ", ".join(
        f"{basket.label} {percent(threshold, 3)}"
        for basket, threshold in zip(design.baskets, design.thresholds, strict=True)
    )
    return f"at least: {each}"


def _basket_in_words(basket: Basket) -> str:
    looks = " and ".join(str(look) for look in basket.looks[:-1])
    early = f", with a look after {looks}" if looks else ""
    said = [
        f"{basket.label}: up to {basket.size} children{early}.",
        f"A child responds when this is met: {criterion_label(basket.responder)}.",
        f"Without the therapy {percent(basket.null_rate)} are expected to respond;",
        f"the trial should not miss {percent(basket.target_rate)}.",
    ]
    if basket.null_reason:
        said.append(f"Why this null rate: {basket.null_reason}")
    if basket.prior_reason:
        said.append(f"Evidence from outside: {basket.prior_reason}")
    return " ".join(said)


def _early_in_words(design: Design) -> list[str]:
    said = []
    if design.futility is not None:
        said.append(f"At an earlier look a basket stops for futility when {_rule(design.futility, 'below')}.")
    if design.efficacy.early is not None:
        said.append(
            f"At an earlier look a basket stops for success when {_rule(design.efficacy.early, 'above')}."
        )
    return said


def _rule(rule: EarlyRule, side: str) -> str:
    if rule.by is Basis.PREDICTIVE:
        return f"the predicted probability of success with all its children is {side} {percent(rule.cutoff)}"
    reference = "null rate" if rule.above is Reference.NULL_RATE else "target rate"
    reached = "below" if side == "below" else "at least"
    return (
        f"the probability that its response rate is above the {reference} is {reached} {percent(rule.cutoff)}"
    )


def _harm_in_words(design: Design, boundary: Boundary | None) -> list[str]:
    harm = design.harm
    if harm is None or boundary is None:
        return []
    when = "after every child" if harm.check is HarmCheck.CHILD else "at each look"
    runs = ", ".join(
        f"{events} among the first {low}" + ("" if low == high else f" to {high}")
        for low, high, events in boundary.table()
    )
    said = (
        f"The whole trial stops for harm when too many children of all diseases together have had: {harm.event}. "
        f"This is looked at {when}. If {percent(harm.limit_rate)} of children have the event, the trial stops with a "
        f"probability of {percent(boundary.stop_at_limit)}; at most {percent(harm.level)} was asked for. "
        f"Children with the event that stop it: {runs}."
    )
    return [said, "Response and harm are taken to be independent within a child."]


def warnings_in_words(
    design: Design, *, scenarios: Sequence[Operating], worst: Sequence[WorstError], nearest_decision: float
) -> tuple[str, ...]:
    """What a reader of the error at the global null alone would overlook."""
    said = []
    at_null = scenarios[0].family_wise_error
    if not worst:
        said.append(
            "The family-wise error is given under the listed scenarios only: the design is too large for the search "
            "over all true rates."
        )
    elif max(one.error for one in worst) > at_null + 0.0005:
        said.append(_worse(design, at_null, max(worst, key=lambda one: one.error)))
    if isinstance(design.borrowing, Hierarchical | ExNex) and nearest_decision < QUADRATURE_ERROR:
        said.append(
            f"One outcome's posterior probability lies {nearest_decision:.0e} from the threshold, nearer than the "
            f"integration is exact ({QUADRATURE_ERROR:.0e}): a threshold a little higher or lower leaves no doubt."
        )
    for basket, power in zip(design.baskets, scenarios[-1].success, strict=True):
        if power < 0.5:
            said.append(
                f"{basket.label}: if every basket responds at its target rate, this one is declared a success with a "
                f"probability of {percent(power)} only."
            )
    return tuple(said)


def _worse(design: Design, at_null: float, one: WorstError) -> str:
    rates = ", ".join(f"{b.label} {percent(r)}" for b, r in zip(design.baskets, one.rates, strict=True))
    return (
        f"When no basket responds, the probability of declaring any a success by mistake is {percent(at_null, 2)}. "
        f"It is not the largest: with true response rates of {rates} it is {percent(one.error, 2)}. "
        f"No true rates give more than {percent(one.at_most, 2)} for this set of baskets without effect (proved)."
    )


def _number(count: int, noun: str) -> str:
    words = ("no", "one", "two", "three", "four", "five", "six")
    return f"{words[count] if count < len(words) else count} {noun}{'' if count == 1 else 's'}"
