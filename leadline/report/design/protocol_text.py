"""The statistical section of a protocol: what the design fixes, ready to be put in, and what it leaves to be said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.report.blocks import Block, Heading, Prose
from leadline.report.design.models import model_in_words, prior_in_words
from leadline.report.design.words import between, percents
from leadline.report.figures.words import counted, listed
from leadline.trial.criteria import criterion_label
from leadline.trial.design import Basis, HarmCheck, HarmFamily, Reference
from leadline.trial.simulation import Draws, simulation_in_words

if TYPE_CHECKING:
    from leadline.trial.describe import DesignReport
    from leadline.trial.design import Basket, Design, EarlyRule

HARM_FAMILIES = {
    HarmFamily.POCOCK: "of Pocock's shape (one p-value at every look)",
    HarmFamily.OBRIEN_FLEMING: "of O'Brien and Fleming's shape (strict early, lenient late)",
    HarmFamily.BETA_BINOMIAL: "by the posterior probability that the rate of the event exceeds the limit, under a beta "
    "prior with the limit as its mean and the weight of three children",
    HarmFamily.SPRT: "by the likelihood ratio of the observed rate to the limit",
}

LEFT_OPEN = (
    "Not part of a design file: how a child is counted whose response cannot be judged; who is analysed, all who were "
    "treated or all who were enrolled; by when a response must be reached; what happens to children whose basket "
    "closes while they are followed; and who decides at the looks."
)


def protocol_text(report: DesignReport) -> tuple[Block, ...]:
    """Headings and paragraphs."""
    blocks: list[Block] = []
    for title, paragraphs in (*protocol_parts(report), ("What the protocol still has to say", [LEFT_OPEN])):
        if paragraphs:
            blocks += [Heading(title), *map(Prose, paragraphs)]
    return tuple(blocks)


def protocol_parts(report: DesignReport) -> tuple[tuple[str, list[str]], ...]:
    """What the design fixes: titles with their paragraphs, of which there may be none."""
    design = report.design
    return (
        ("Design and hypotheses", _hypotheses(design)),
        ("Analysis", _analysis(design)),
        ("Decisions", _decisions(design)),
        ("Interim looks", _looks(design)),
        ("Harm", _harm(report)),
        ("Error rates, power and sample size", _operating(report)),
    )


def _hypotheses(design: Design) -> list[str]:
    several = len(design.baskets) > 1
    opening = (
        f"This is a single-arm basket trial of one therapy in {counted(len(design.baskets), 'disease')} (baskets) with "
        f"up to {counted(sum(design.sizes), 'child', 'children')}."
        if several
        else f"This is a single-arm trial with up to {counted(sum(design.sizes), 'child', 'children')}."
    )
    tested = "In each basket the null hypothesis is that the response rate is at most the null rate."
    return [f"{opening} {tested}", *map(_basket, design.baskets)]


def _basket(basket: Basket) -> str:
    said = (
        f"{basket.label}: n = {basket.size}. A child responds when this is met: {criterion_label(basket.responder)}. "
        f"Null rate {percents(basket.null_rate)}, target rate {percents(basket.target_rate)}. "
        f"Prior of the response rate: {prior_in_words(basket.prior)}."
    )
    reasons = [f"Null rate: {basket.null_reason}"] if basket.null_reason else []
    reasons += [f"Prior: {basket.prior_reason}"] if basket.prior_reason else []
    return " ".join([said, *reasons])


def _analysis(design: Design) -> list[str]:
    given = "Responders of a basket are binomial given its response rate, independent between children."
    return [f"{given} {model_in_words(design.borrowing)}"]


def _decisions(design: Design) -> list[str]:
    threshold = f"{design.efficacy.posterior:g}"
    said = [
        (
            "At its last look a basket is declared a success when the posterior probability that its response rate is "
            f"above its null rate is at least {threshold}."
        )
    ]
    if design.efficacy.early is not None:
        said.append(
            f"At an earlier look it is declared a success when {_rule(design.efficacy.early, success=True)}."
        )
    if design.futility is not None:
        said.append(
            f"At an earlier look it is closed for futility when {_rule(design.futility, success=False)}."
        )
    return [" ".join(said)]


def _rule(rule: EarlyRule, *, success: bool) -> str:
    if rule.by is Basis.PREDICTIVE:
        side = "above" if success else "below"
        return (
            "the predictive probability that, with all its children, it reaches the number of responders that suffices "
            f"without borrowing is {side} {rule.cutoff:g}"
        )
    reference = "null rate" if rule.above is Reference.NULL_RATE else "target rate"
    side = "at least" if success else "below"
    return (
        f"the posterior probability that its response rate is above its {reference} is {side} {rule.cutoff:g}"
    )


def _looks(design: Design) -> list[str]:
    if all(len(basket.looks) == 1 for basket in design.baskets):
        return ["There is one analysis, when all children can be judged."]
    looks = [
        f"{basket.label} after {listed(list(map(str, basket.looks)))} children" for basket in design.baskets
    ]
    said = f"Analyses: {'; '.join(looks)}."
    if not design.order:
        return [f"{said} All baskets reach a look together."]
    label = {basket.id: basket.label for basket in design.baskets}
    steps = "; then ".join(listed([label[name] for name in step]) for step in design.order)
    return [f"{said} The baskets reach their looks in this order: {steps}."]


def _harm(report: DesignReport) -> list[str]:
    harm, boundary = report.design.harm, report.harm_boundary
    if harm is None or boundary is None:
        return []
    when = "after every child" if harm.check is HarmCheck.CHILD else "at each look"
    return [
        (
            f"Event: {harm.event}. The children of all baskets are counted together, {when}. The boundary is made "
            f"{HARM_FAMILIES[harm.boundary]}, with the smallest critical value at which the probability of stopping is "
            f"at most {percents(harm.level)} if the rate of the event is {percents(harm.limit_rate)}; it is then "
            f"{percents(boundary.stop_at_limit, 2)}. The counts that stop the trial stand in the table of stopping for "
            "harm. Response and harm are taken to be independent within a child."
        )
    ]


def _operating(report: DesignReport) -> list[str]:
    null, target = report.scenarios[0], report.scenarios[-1]
    said = [
        (
            f"If no basket responds, a basket is declared a success with a probability of {between(null.success)}, and "
            f"any with {percents(null.family_wise_error, 2)} (family-wise error at the global null)."
        )
    ]
    if report.worst:
        largest = max(report.worst, key=lambda one: one.error)
        limit = max(one.at_most for one in report.worst)
        said.append(
            f"Over all sets of baskets without effect and all true rates, the largest family-wise error found is "
            f"{percents(largest.error, 2)}, and none exceeds {percents(limit, 2)} (proved)."
        )
    said.append(
        f"If every basket has its target rate, the probability of success is {between(target.success)}, and "
        f"{sum(target.children):.1f} children are expected; if none responds, {sum(null.children):.1f}."
    )
    return [" ".join(said), _how(report)]


def _how(report: DesignReport) -> str:
    if report.simulation is None:
        how = "All probabilities are sums over every possible outcome of the trial; nothing is simulated"
        return f"{how} (Leadline {report.version})."
    draws = Draws(report.simulation.trials, report.simulation.seed)
    return f"{simulation_in_words(draws)} (Leadline {report.version}.)"
