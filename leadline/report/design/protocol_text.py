"""The statistical section of a protocol: what the design fixes, ready to be put in, and what it leaves to be said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.casebook.prose import listed
from leadline.report.blocks import Block, Heading, Prose
from leadline.report.design.accrual import accrual_paragraphs
from leadline.report.design.models import model_in_words, prior_in_words
from leadline.report.design.words import at_most, between, percents, stated, unbroken
from leadline.report.figures.words import counted
from leadline.trial.borrowing import borrows_effect
from leadline.trial.borrowing.independent import Independent
from leadline.trial.criteria import criterion_label
from leadline.trial.design import Basis, HarmCheck, HarmFamily, Reference
from leadline.trial.simulation import Draws, simulation_in_words
from leadline.trial.words import beyond, harm_lends_in_words, within_limits

if TYPE_CHECKING:
    from leadline.trial.describe import DesignReport
    from leadline.trial.design import Basket, Design, EarlyRule, Harm

HARM_FAMILIES = {
    HarmFamily.POCOCK: "of Pocock's shape (one p-value at every look)",
    HarmFamily.OBRIEN_FLEMING: "of O'Brien and Fleming's shape (strict early, lenient late)",
    HarmFamily.WANG_TSIATIS: "of Wang and Tsiatis' shape 1/4 (O'Brien and Fleming's has 0)",
    HarmFamily.BETA_BINOMIAL: "by the posterior probability that the rate of the event exceeds the limit, under a beta "
    "prior with the limit as its mean and the weight of three children",
    HarmFamily.SPRT: "by the likelihood ratio of the observed rate to the limit",
}


def _limits(design: Design) -> str:
    limited = within_limits(design)
    return f" ({limited.strip(' ,')})" if limited else ""


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
            blocks += [Heading(title), *map(Prose, map(unbroken, paragraphs))]
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
    arms = "randomised" if design.randomised else "single-arm"
    children = counted(sum(design.sizes), "child", "children")
    if design.randomised:
        treated = counted(sum(design.sizes), "treated child", "treated children")
        children = f"{treated} and {counted(sum(design.control_sizes), 'control')}"
    opening = (
        f"This is a {arms} basket trial of one therapy in {counted(len(design.baskets), 'disease')} (baskets) with "
        f"up to {children}."
        if several
        else f"This is a {arms} trial with up to {children}."
    )
    return [f"{opening} {_tested(design)}", *map(_basket, design.baskets)]


def _tested(design: Design) -> str:
    if not design.randomised:
        where = "In each basket the" if len(design.baskets) > 1 else "The"
        return f"{where} null hypothesis is that the response rate is at most the null rate."
    margin = any(basket.control and basket.control.margin for basket in design.baskets)
    said = (
        "In each basket with controls the null hypothesis is that the response rate of the treated is at most that of "
        f"the controls{' plus the margin' if margin else ''}, whatever that is; children are allotted by lot within "
        "the basket."
    )
    if all(basket.control for basket in design.baskets):
        return said
    return f"{said} In a basket without controls it is that the response rate is at most the null rate."


def _basket(basket: Basket) -> str:
    said = (
        f"{basket.label}: n = {_size(basket)}. A child responds when this is met: {criterion_label(basket.responder)}. "
        f"{'Control rate expected' if basket.control else 'Null rate'} {stated(basket.null_rate)}, target rate "
        f"{stated(basket.target_rate)}. Prior of the response rate: "
        f"{prior_in_words(basket.prior, basket.self_adapting)}."
    )
    if basket.control:
        prior = prior_in_words(basket.control.prior, basket.control.self_adapting)
        said += f" Prior of the control rate: {prior}."
        margin = 100 * basket.control.margin
        said += f" Margin: {margin:g} percentage points." if margin else ""
    reasons = [f"Null rate: {basket.null_reason}"] if basket.null_reason else []
    reasons += [f"Prior: {basket.prior_reason}"] if basket.prior_reason else []
    if basket.control and basket.control.prior_reason:
        reasons += [f"Prior of the control rate: {basket.control.prior_reason}"]
    return " ".join([said, *reasons])


def _size(basket: Basket) -> str:
    if basket.control:
        return f"{basket.size} treated and {basket.controls(basket.size)} controls"
    return str(basket.size)


def _analysis(design: Design) -> list[str]:
    given = "Responders of a basket are binomial given its response rate, independent between children."
    if design.randomised:
        given += f" {_against_controls(design)}"
    return [f"{given} {model_in_words(design.borrowing)}"]


def _against_controls(design: Design) -> str:
    if borrows_effect(design.borrowing):
        return "Controls likewise, with a rate and a prior of their own in each basket; the baskets share the effect."
    return (
        "Controls likewise, with a rate and a prior of their own in each basket. The probability that the treated rate "
        "exceeds the control rate is the integral of the one's posterior tail over the other's posterior, by Gauss "
        "quadrature. Of the treated:"
    )


def _decisions(design: Design) -> list[str]:
    said = [
        (
            "At its last look a basket is declared a success when the posterior probability that its response rate "
            f"{beyond(design, Reference.NULL_RATE)} is at least {_threshold(design)}."
        )
    ]
    if design.efficacy.early is not None:
        said.append(
            f"At an earlier look it is declared a success when {_rule(design, design.efficacy.early, success=True)}."
        )
    if design.futility is not None:
        said.append(
            f"At an earlier look it is closed for futility when {_rule(design, design.futility, success=False)}."
        )
    return [" ".join(said)]


def _threshold(design: Design) -> str:
    if len(set(design.thresholds)) == 1:
        return f"{design.thresholds[0]:g}"
    each = zip(design.baskets, design.thresholds, strict=True)
    return listed([f"{threshold:g} in {basket.label}" for basket, threshold in each])


def _rule(design: Design, rule: EarlyRule, *, success: bool) -> str:
    if rule.by is Basis.PREDICTIVE:
        side = "above" if success else "below"
        said = (
            "the predictive probability that, with all its children, it reaches the number of responders that suffices "
            f"without borrowing is {side} {rule.cutoff:g}"
        )
        if len(design.baskets) == 1 or isinstance(design.borrowing, Independent):
            return said
        return f"{said}, where the children to come are foretold by its posterior as it stands, borrowing included"
    side = "at least" if success else "below"
    return f"the posterior probability that its response rate {beyond(design, rule.above)} is {side} {rule.cutoff:g}"


def _looks(design: Design) -> list[str]:
    if all(len(basket.looks) == 1 for basket in design.baskets):
        return ["There is one analysis, when all children can be judged."]
    looks = [
        f"{basket.label} after {listed(list(map(str, basket.looks)))} {'treated ' if basket.control else ''}children"
        for basket in design.baskets
    ]
    said = f"Analyses: {'; '.join(looks)}."
    together = f"{said} {_order(design)}" if len(design.baskets) > 1 else said
    return [together, f"{_closed(design)}{_planned_numbers(design)}"]


def _order(design: Design) -> str:
    if not design.order:
        return "All baskets reach a look together."
    label = {basket.id: basket.label for basket in design.baskets}
    steps = "; then ".join(listed([label[name] for name in step]) for step in design.order)
    return f"The baskets reach their looks in this order: {steps}."


def _planned_numbers(design: Design) -> str:
    of = "All numbers but those for random accrual" if design.accrual else "All numbers"
    return (
        f"{of} take it that a look finds the planned children and knows the response of each, so that a basket takes "
        "no child while its look is awaited."
    )


def _closed(design: Design) -> str:
    """What a basket that closed early still does for the others."""
    if len(design.baskets) == 1 or isinstance(design.borrowing, Independent):
        return ""
    return "Where others borrow from a basket that was closed at an earlier look, its children up to that look count. "


def _harm(report: DesignReport) -> list[str]:
    harm = report.design.harm
    if harm is None:
        return []
    when = "after every child" if harm.check is HarmCheck.CHILD else "at each look"
    children = "treated children" if report.design.randomised else "children"
    if report.design.harm_by_basket:
        return [_harm_of_baskets(report, harm, when, children)]
    (boundary,) = report.harm_boundaries
    return [
        (
            f"Event: {harm.event}. The {children} of all baskets are counted together, {when}. The boundary is made "
            f"{HARM_FAMILIES[harm.boundary]}, with the smallest critical value at which the probability of stopping is "
            f"at most {stated(harm.level)} if the rate of the event is {stated(harm.limit_rate)}; it is then "
            f"{percents(boundary.stop_at_limit, 2)}. The counts that stop the trial stand in the table of stopping for "
            "harm. Response and harm are taken to be independent within a child."
        )
    ]


def _harm_of_baskets(report: DesignReport, harm: Harm, when: str, children: str) -> str:
    at_limit = [boundary.stop_at_limit for _, boundary in report.harm_rules]
    lends = harm_lends_in_words(report.design)
    return (
        f"Event: {harm.event}. Each basket has a boundary of its own, against which its {children} are counted {when}. "
        "A basket that reaches it is closed without success, and the others go on; at a look harm comes before success "
        f"and futility. {lends + ' ' if lends else ''}"
        f"The boundaries are made {HARM_FAMILIES[harm.boundary]}, each with the smallest critical value at which the "
        f"probability of stopping is at most {stated(harm.level)} if the rate of the event is "
        f"{stated(harm.limit_rate)}; it is then {between(at_limit)}. The counts that stop a basket stand in the "
        "table of stopping for harm. Response and harm are taken to be independent within a child."
    )


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
            f"Over all sets of baskets without effect and all true response rates{_limits(report.design)}, the largest "
            f"family-wise error found is {percents(largest.error, 2)}, and none exceeds {at_most(limit, 2)} (proved)."
        )
        if report.design.harm:
            rate = stated(report.design.harm.expected_rate)
            said.append(f"In all this the event of the harm rule occurs in {rate} of children.")
    said.append(
        f"If every basket has its target rate, the probability of success is {between(target.success)}, and "
        f"{sum(target.children):.1f} children are expected; if none responds, {sum(null.children):.1f}."
    )
    return [" ".join(said), *map(unbroken, accrual_paragraphs(report)), _how(report)]


def _how(report: DesignReport) -> str:
    if report.simulation is None:
        how = "All probabilities are sums over every possible outcome of the trial; "
        drawn = (
            "nothing but the courses of accrual is simulated" if report.accrual else "nothing is simulated"
        )
        return f"{how}{drawn} (Leadline {report.version})."
    draws = Draws(report.simulation.trials, report.simulation.seed)
    return f"{simulation_in_words(draws, report.design)} (Leadline {report.version}.)"
