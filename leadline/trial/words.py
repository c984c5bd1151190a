"""A design in sentences that a board can read, and the warnings that belong to it."""

from __future__ import annotations

from itertools import groupby
from math import ceil
from typing import TYPE_CHECKING

from leadline.trial.borrowing import borrows_effect
from leadline.trial.borrowing.bhm import Hierarchical
from leadline.trial.borrowing.exnex import ExNex
from leadline.trial.borrowing.fujikawa import Fujikawa
from leadline.trial.borrowing.hierarchical import QUADRATURE_ERROR
from leadline.trial.borrowing.independent import Independent
from leadline.trial.borrowing.power_prior import PowerPrior
from leadline.trial.boundaries import Action, BoundaryRow
from leadline.trial.criteria import criterion_label
from leadline.trial.design import Basis, HarmCheck, HarmScope, LateResponses, Reference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.borrowing import Model
    from leadline.trial.borrowing.beta import SelfAdapting
    from leadline.trial.borrowing.hierarchical import Study
    from leadline.trial.design import Accrual, Basket, ControlArm, Design, EarlyRule, Harm
    from leadline.trial.error_rates import WorstError
    from leadline.trial.safety import Boundary
    from leadline.trial.scenarios import Operating

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
    """`20 %`, `8.3 %`: digits only where they say something; what is neither never nor always is not rounded to it."""
    smallest = 10.0**-digits
    if 0 < value < 1 and not smallest / 2 <= 100 * value < 100 - smallest / 2:
        return f"below {smallest:g} %" if value < 0.5 else f"above {100 - smallest:g} %"
    return _short(f"{100 * value:.{digits}f}")


def stated_percent(value: float) -> str:
    """A parameter of the design, with every digit that the file gives: `17.75 %`."""
    return f"{100 * value:.10g} %"


def percent_at_most(value: float, digits: int = 1) -> str:
    """A limit that is proved, never rounded below itself: 0.09425 is `9.43 %` to two digits and `9.5 %` to one."""
    return _short(rounded_up(value, digits))


def rounded_up(value: float, digits: int) -> str:
    """A limit in percent without the sign, rounded up."""
    return f"{ceil(100 * value * 10**digits - ROUNDING) / 10**digits:.{digits}f}"


ROUNDING = 1e-9  # of a last digit: by so much a number may lie above a round one through floating point


def _short(digits: str) -> str:
    return (digits.rstrip("0").rstrip(".") if "." in digits else digits) + " %"


def design_in_words(design: Design, *, boundaries: Sequence[Boundary]) -> tuple[str, ...]:
    """One paragraph each for the plan, every basket, borrowing, success, stopping early, harm, and random accrual.

    boundaries   of the harm rule, that of all baskets or one a basket; empty where it is not to be told
    """
    return (
        _plan_in_words(design),
        *(_basket_in_words(basket) for basket in design.baskets),
        _borrowing_in_words(design),
        _success_in_words(design),
        *_early_in_words(design),
        *_harm_in_words(design, boundaries),
        *(_accrual_in_words(design, design.accrual) if design.accrual else ()),
    )


def _borrowing_in_words(design: Design) -> str:
    model = design.borrowing
    said = BORROWING[model.model] + _global_weight_in_words(model) + _studies_in_words(model)
    if not design.randomised or isinstance(design.borrowing, Independent):
        return said
    if borrows_effect(design.borrowing):
        return f"{said} What is shared is the effect: how far the treated respond beyond the disease's own controls."
    return f"{said} What is shared is the treated children; each disease keeps its own controls."


def _global_weight_in_words(model: Model) -> str:
    """What a global weight adds."""
    if not isinstance(model, PowerPrior | Fujikawa) or model.global_weight is None:
        return ""
    said = ""
    if model.global_weight.power:
        said += " The further apart the results of all diseases lie, the less each counts for the others."
    if model.global_weight.most < 1:
        said += f" Another disease counts to {stated_percent(model.global_weight.most)} at most."
    return said


def _studies_in_words(model: Model) -> str:
    """What results from outside a hierarchical model counts."""
    if not isinstance(model, Hierarchical | ExNex):
        return ""
    parts = [model] if isinstance(model, Hierarchical) else model.common
    said = [_study_in_words(study) for part in parts for study in part.studies]
    return f" Evidence from outside counts as of one more disease each: {' '.join(said)}" if said else ""


def _study_in_words(study: Study) -> str:
    counted = "" if study.weight == 1 else f", each counted as {study.weight:g} of a child"
    reason = f" {study.reason}" if study.reason else ""
    return f"{study.name}, {study.responders} of {study.patients} responded{counted}.{reason}"


def _plan_in_words(design: Design) -> str:
    diseases = _number(len(design.baskets), "disease")
    children = f"{sum(design.sizes)} children"
    if design.randomised:
        children = (
            f"{sum(design.sizes)} treated children and {sum(design.control_sizes)} controls, drawn by lot"
        )
    baskets = " (baskets)" if len(design.baskets) > 1 else ""
    return f"{design.title}: one therapy in {diseases}{baskets}, up to {children}."


def _success_in_words(design: Design) -> str:
    return (
        "At its last look a basket is a success when the probability that its response rate "
        f"{beyond(design, Reference.NULL_RATE)} is {_at_least(design)}."
    )


def beyond(design: Design, reference: Reference) -> str:
    """What a response rate has to be above: "is above its null rate"; with controls, above theirs."""
    known = f"is above its {'null' if reference is Reference.NULL_RATE else 'target'} rate"
    if not design.randomised:
        return known
    against = _beyond_controls(design, reference)
    everywhere = all(basket.control for basket in design.baskets)
    return against if everywhere else f"{known} (of a basket with controls: {against})"


def _beyond_controls(design: Design, reference: Reference) -> str:
    if reference is Reference.TARGET_RATE:
        how = "odds ratio" if borrows_effect(design.borrowing) else "difference"
        return f"exceeds that of its controls by more than planned (the {how} of target rate and null rate)"
    if any(basket.control and basket.control.margin for basket in design.baskets):
        return "exceeds that of its controls by more than the margin"
    return "is above that of its controls"


def _at_least(design: Design) -> str:
    if len(set(design.thresholds)) == 1:
        return f"at least {stated_percent(design.thresholds[0])}"
    each = ", ".join(
        f"{basket.label} {stated_percent(threshold)}"
        for basket, threshold in zip(design.baskets, design.thresholds, strict=True)
    )
    return f"at least: {each}"


def _basket_in_words(basket: Basket) -> str:
    looks = " and ".join(str(look) for look in basket.looks[:-1])
    early = f", with a look after {looks}" if looks else ""
    treated, nulls = "children", "Without the therapy"
    if basket.control:
        treated = f"treated children and {basket.control.looks[-1]} controls"
        early = early and f"{early} treated children"
        nulls = "Of the controls"
    said = [
        f"{basket.label}: up to {basket.size} {treated}{early}.",
        f"A child responds when this is met: {criterion_label(basket.responder)}.",
        f"{nulls} {stated_percent(basket.null_rate)} are expected to respond;",
        f"the trial should not miss {stated_percent(basket.target_rate)}.",
        *(_control_in_words(basket.control) if basket.control else ()),
    ]
    if basket.null_reason:
        said.append(f"Why this null rate: {basket.null_reason}")
    if basket.prior_reason:
        said.append(f"Evidence from outside: {basket.prior_reason}")
    if basket.self_adapting:
        said.append(_adapting_in_words(basket.self_adapting, "the children's own results"))
    return " ".join(said)


def _control_in_words(control: ControlArm) -> list[str]:
    said = []
    if control.margin:
        said.append(f"The therapy has to be better by more than {100 * control.margin:g} percentage points.")
    if control.rates != (0.0, 1.0):
        low, high = map(stated_percent, control.rates)
        said.append(f"Control rates from {low} to {high} are thought possible.")
    if control.prior_reason:
        said.append(f"Controls from outside: {control.prior_reason}")
    if control.self_adapting:
        said.append(_adapting_in_words(control.self_adapting, "the controls' own results"))
    return said


def _adapting_in_words(self_adapting: SelfAdapting, results: str) -> str:
    return (
        f"What is known from outside counts the less, the more {results} speak for a response rate "
        f"{100 * self_adapting.difference:g} percentage points away from it."
    )


def _early_in_words(design: Design) -> list[str]:
    said = []
    if design.futility is not None:
        said.append(
            f"At an earlier look a basket stops for futility when {_rule(design, design.futility, 'below')}."
        )
    if design.efficacy.early is not None:
        said.append(
            f"At an earlier look a basket stops for success when {_rule(design, design.efficacy.early, 'above')}."
        )
    return said


def _rule(design: Design, rule: EarlyRule, side: str) -> str:
    if rule.by is Basis.PREDICTIVE:
        return f"the predicted probability of success with all its children is {side} {stated_percent(rule.cutoff)}"
    reached = "below" if side == "below" else "at least"
    cutoff = stated_percent(rule.cutoff)
    return f"the probability that its response rate {beyond(design, rule.above)} is {reached} {cutoff}"


INDEPENDENT_HARM = "Response and harm are taken to be independent within a child."


def _harm_in_words(design: Design, boundaries: Sequence[Boundary]) -> list[str]:
    harm = design.harm
    if harm is None or not boundaries:
        return []
    when = "after every child" if harm.check is HarmCheck.CHILD else "at each look"
    if harm.scope is HarmScope.BASKET:
        return _harm_of_baskets_in_words(design, harm, when, boundaries)
    (boundary,) = boundaries
    said = (
        f"The whole trial stops for harm when too many {_treated(design)} of all diseases together have had: "
        f"{harm.event}. "
        f"The rule is applied {when}. If {stated_percent(harm.limit_rate)} of children have the event, the trial stops "
        f"with a probability of {percent(boundary.stop_at_limit)}; at most {stated_percent(harm.level)} was asked for. "
        f"Children with the event that stop it: {_runs_in_words(boundary)}."
    )
    return [said, INDEPENDENT_HARM]


def _harm_of_baskets_in_words(
    design: Design, harm: Harm, when: str, boundaries: Sequence[Boundary]
) -> list[str]:
    stops = "; ".join(
        f"{basket.label} {_runs_in_words(boundary)} (with a probability of {percent(boundary.stop_at_limit)} if "
        f"{stated_percent(harm.limit_rate)} of children have the event)"
        for basket, boundary in zip(design.baskets, boundaries, strict=True)
    )
    said = (
        f"A disease stops for harm, without success, when too many of its own {_treated(design)} have had: "
        f"{harm.event}. The others go on. The rule is applied {when}; at a look it comes before success and futility. "
        f"Children with the event that stop a disease: {stops}. "
        f"For each at most {stated_percent(harm.level)} was asked for."
    )
    return [said, f"{harm_lends_in_words(design)} {INDEPENDENT_HARM}".strip()]


def harm_lends_in_words(design: Design) -> str:
    """What a basket that its own harm rule stopped still counts, where others borrow from it."""
    if design.harm is None or isinstance(design.borrowing, Independent):
        return ""
    if design.harm.check is HarmCheck.LOOK:
        return "Where others borrow from a disease that has stopped for harm, its children up to that look count."
    return (
        "Where others borrow from a disease that has stopped for harm, its children up to the look before count, and "
        "those treated since then do not."
    )


def _runs_in_words(boundary: Boundary) -> str:
    """The events that stop: "2 among the first 2 to 5, 3 among the first 6"; "none" where nothing stops."""
    runs = ", ".join(
        f"{events} among the first {low}" + ("" if low == high else f" to {high}")
        for low, high, events in boundary.table()
    )
    return runs or "none"


def _accrual_in_words(design: Design, accrual: Accrual) -> list[str]:
    baskets = zip(design.baskets, accrual.children_per_month, strict=True)
    rates = ", ".join(f"{rate:g} in {basket.label}" for basket, rate in baskets)
    months = " and ".join(f"month {month:g}" for month in accrual.look_months)
    said = [
        f"If accrual is random: children come one by one, a month on average {rates}.",
        f"The looks are held at {months}, however many have come; no basket takes more than planned.",
    ]
    if accrual.waits and len(accrual.look_months) > 1:
        said.append("A basket that has the children of its next look waits until that look.")
    if accrual.response_months:
        said.append(_late_in_words(accrual))
    if accrual.fewest_known > 1:
        fewest = accrual.fewest_known
        said.append(f"Before its last look a basket is judged only with {fewest} known responses or more.")
    return [" ".join(said)]


def _late_in_words(accrual: Accrual) -> str:
    later = "counted later, where another basket borrows from it"
    return (
        f"A response is known {accrual.response_months:g} months after the treatment: a child treated later than that "
        "before a look is not counted at it, and if its basket closes there, is "
        f"{later if accrual.late_responses is LateResponses.COUNTED else 'never counted'}. "
        "No child is taken in whose response would not be known by the last look."
    )


def counts_in_words(first: int, last: int) -> str:
    """ "9", or "9 to 36"."""
    return str(first) if first == last else f"{first} to {last}"


def treated_in_words(rows: Sequence[BoundaryRow]) -> str:
    """What each number of treated responders leads to: "0 to 8: no success; 9 to 36: success"."""
    said = []
    for row in rows:
        follows = str(row.action)
        if row.others_null != row.action:
            follows += f" (at their null rates {row.others_null}, at their target rates {row.others_target})"
        said.append(f"{counts_in_words(row.responders_from, row.responders_to)}: {follows}")
    return "; ".join(said)


def by_control_responders(rows: Sequence[BoundaryRow]) -> list[tuple[BoundaryRow, ...]]:
    """The rows of one basket and look, in runs of control responders that lead to the same."""
    return [tuple(run) for _, run in groupby(rows, key=lambda row: row.control_responders_from)]


def _treated(design: Design) -> str:
    return "treated children" if design.randomised else "children"


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


def below_null_in_words(design: Design, rows: Sequence[BoundaryRow]) -> tuple[str, ...]:
    """Baskets that so few responders can make a success as the null rate lets expect, or fewer: what is borrowed may be
    response rates of diseases whose null rates are higher."""
    said = []
    for basket in design.baskets:
        enough = [
            row
            for row in rows
            if (row.basket, row.children, row.controls) == (basket.label, basket.size, 0)
            and (
                row.action is Action.DEPENDS
                or Action.SUCCESS in (row.action, row.others_null, row.others_target)
            )
        ]
        fewest = min(enough, key=lambda row: row.responders_from, default=None)
        if fewest is None or fewest.responders_from > basket.null_rate * basket.size + ROUNDING:
            continue
        others = " where the other baskets respond well" if fewest.action.open else ""
        said.append(
            f"{basket.label}: {fewest.responders_from} of {basket.size} responders can be enough for success{others}; "
            f"its null rate of {stated_percent(basket.null_rate)} lets expect no fewer."
        )
    return tuple(said)


def _worse(design: Design, at_null: float, one: WorstError) -> str:
    rates = ", ".join(
        f"{b.label} {percent(rate)}" + (f" (controls {percent(control)})" if b.control else "")
        for b, rate, control in zip(design.baskets, one.rates, one.control_rates, strict=True)
    )
    return (
        f"When no basket responds, the probability of declaring any a success by mistake is {percent(at_null, 2)}. "
        f"It is not the largest: with true response rates of {rates} it is {percent(one.error, 2)}. "
        f"No true rates{within_limits(design)} give more than {percent_at_most(one.at_most, 2)} for this set of "
        "baskets without effect (proved)."
    )


def within_limits(design: Design) -> str:
    """What limits the true rates: nothing, or the control rates that the design thinks possible."""
    limited = any(basket.control and basket.control.rates != (0.0, 1.0) for basket in design.baskets)
    return ", with the control rates that are thought possible," if limited else ""


def _number(count: int, noun: str) -> str:
    words = ("no", "one", "two", "three", "four", "five", "six")
    return f"{words[count] if count < len(words) else count} {noun}{'' if count == 1 else 's'}"
