"""The rules that the values of a design have to keep among themselves."""

from __future__ import annotations

from collections import Counter
from difflib import get_close_matches
from itertools import pairwise
from typing import TYPE_CHECKING

from leadline.casebook.keyed_files import KeyProblem
from leadline.trial.borrowing.beta import UNIFORM
from leadline.trial.borrowing.bhm import Hierarchical
from leadline.trial.borrowing.exnex import ExNex
from leadline.trial.borrowing.hierarchical import Centre
from leadline.trial.borrowing.independent import Independent
from leadline.trial.borrowing.power_prior import PowerPrior
from leadline.trial.borrowing.weights import CalibratedPowerPrior
from leadline.trial.criteria import known_criteria
from leadline.trial.design import Basis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadline.casebook.keyed_files import KeyPath
    from leadline.trial.borrowing.beta import Prior
    from leadline.trial.borrowing.hierarchical import Study
    from leadline.trial.design import Accrual, Basket, Design, Harm

MOST_BASKETS = {"mem": 7, "local_mem": 10}  # 2.1 million matrices; 115,975 groupings


def design_problems(design: Design) -> list[KeyProblem]:
    """Everything that is wrong with a design, in the order of its keys; an empty list if nothing is."""
    return [
        *_identity_problems(design),
        *(problem for at, basket in enumerate(design.baskets) for problem in _basket_problems(basket, at)),
        *_borrowing_problems(design),
        *_threshold_problems(design),
        *_early_problems(design),
        *(_harm_problems(design.harm) if design.harm else ()),
        *_order_problems(design),
        *(_accrual_problems(design, design.accrual) if design.accrual else ()),
    ]


def _identity_problems(design: Design) -> Iterator[KeyProblem]:
    for at, basket in enumerate(design.baskets):
        if basket.id in [earlier.id for earlier in design.baskets[:at]]:
            yield KeyProblem(
                ("baskets", at, "id"), f"'{basket.id}' again", "an id of its own for each basket"
            )


def _basket_problems(basket: Basket, at: int) -> Iterator[KeyProblem]:
    where: KeyPath = ("baskets", at)
    if basket.responder not in known_criteria():
        yield KeyProblem((*where, "responder"), f"'{basket.responder}'", _criteria_taken(basket.responder))
    if basket.null_rate >= basket.target_rate:
        yield KeyProblem(
            (*where, "null_rate"),
            f"{basket.null_rate:g}",
            f"a rate below the target_rate, {basket.target_rate:g}",
        )
    if any(later <= earlier for earlier, later in pairwise(basket.looks)):
        yield KeyProblem(
            (*where, "looks"), f"{list(basket.looks)}", "numbers of children that rise from look to look"
        )
    yield from _prior_problems(basket.prior, (*where, "prior"))
    yield from _control_problems(basket, (*where, "control"))


def _control_problems(basket: Basket, where: KeyPath) -> Iterator[KeyProblem]:
    control = basket.control
    if control is None:
        return
    yield from _prior_problems(control.prior, (*where, "prior"))
    if len(control.looks) != len(basket.looks):
        found, taken = (
            f"{len(control.looks)} looks",
            f"as many as the basket's own looks, {len(basket.looks)}",
        )
        yield KeyProblem((*where, "looks"), found, taken)
    if any(later < earlier for earlier, later in pairwise(control.looks)):
        taken = "numbers of control children that do not fall from look to look"
        yield KeyProblem((*where, "looks"), f"{list(control.looks)}", taken)
    if not control.rates[0] <= basket.null_rate <= control.rates[1] or control.rates[0] == control.rates[1]:
        taken = f"two rates, the null_rate, {basket.null_rate:g}, between them"
        yield KeyProblem((*where, "rates"), f"{list(control.rates)}", taken)
    if basket.null_limit >= basket.target_rate:
        taken = f"a margin that leaves the target_rate, {basket.target_rate:g}, above null_rate + margin"
        yield KeyProblem((*where, "margin"), f"{control.margin:g}", taken)


def _criteria_taken(found: str) -> str:
    taken = sorted(known_criteria())
    near = get_close_matches(found, taken, n=1) or ["sri4"]
    return f"a criterion that a chart can be judged by, as '{near[0]}'; there are {', '.join(taken)}"


def _prior_problems(prior: Prior, where: KeyPath) -> Iterator[KeyProblem]:
    total = sum(part.weight for part in prior)
    if abs(total - 1) > 1e-9:
        yield KeyProblem(where, f"weights that add up to {total:g}", "weights that add up to 1")


def _borrowing_problems(design: Design) -> Iterator[KeyProblem]:
    model = design.borrowing
    where: KeyPath = ("borrowing", "model")
    most = MOST_BASKETS.get(model.model)
    if most is not None and len(design.baskets) > most:
        yield KeyProblem(where, f"{model.model} for {len(design.baskets)} baskets", f"at most {most} baskets")
    yield from _study_problems(design)
    yield from _self_adapting_problems(design)
    if design.randomised:
        yield from _randomised_problems(design)
    if isinstance(model, Hierarchical) or (isinstance(model, ExNex) and model.alone is not None):
        for at, basket in enumerate(design.baskets):
            if basket.prior != UNIFORM:
                taken = f"none: this {model.model} does not use a basket's prior; outside evidence enters as studies"
                yield KeyProblem(("baskets", at, "prior"), "a prior", taken)


def _study_problems(design: Design) -> Iterator[KeyProblem]:
    """Results from outside have to be possible, and be counted from where the baskets are."""
    model = design.borrowing
    if isinstance(model, Hierarchical):
        places: list[tuple[KeyPath, tuple[Study, ...]]] = [(("borrowing", "bhm", "studies"), model.studies)]
    elif isinstance(model, ExNex):
        places = [
            (("borrowing", "exnex", "common", at, "studies"), common.studies)
            for at, common in enumerate(model.common)
        ]
    else:
        return
    for where, studies in places:
        if studies and model.centre is Centre.CONTROL:
            yield KeyProblem(where, "studies", "none where effects against controls are shared")
        for at, study in enumerate(studies):
            if study.responders > study.patients:
                taken = f"at most the study's patients, {study.patients}"
                yield KeyProblem((*where, at, "responders"), f"{study.responders}", taken)
            if (study.centre_rate is None) != (model.centre is Centre.NONE):
                given = "none" if study.centre_rate is None else f"{study.centre_rate:g}"
                taken = (
                    "none, as the baskets have no centre"
                    if model.centre is Centre.NONE
                    else f"the rate in the study that stands where each basket's {model.centre.value} does"
                )
                yield KeyProblem((*where, at, "centre_rate"), given, taken)


def _self_adapting_problems(design: Design) -> Iterator[KeyProblem]:
    """A prior that follows the basket's own responders has a meaning where its weight is asked count by count."""
    adapting = [at for at, basket in enumerate(design.baskets) if basket.self_adapting]
    of_controls = [
        at for at, basket in enumerate(design.baskets) if basket.control and basket.control.self_adapting
    ]
    model = design.borrowing
    by_rates = isinstance(model, PowerPrior) and isinstance(model.weights, CalibratedPowerPrior)
    for at in adapting:
        if not isinstance(model, Independent) and not by_rates:
            taken = "none with this model: the model none, or power_prior with weights of the kind cpp"
            yield KeyProblem(("baskets", at, "self_adapting"), "a self-adapting prior", taken)
    for at in of_controls if isinstance(model, Hierarchical | ExNex) else ():
        taken = f"none with {model.model}, which borrows odds ratios"
        yield KeyProblem(("baskets", at, "control", "self_adapting"), "a self-adapting prior", taken)
    for rule, key in (
        (design.efficacy.early, ("efficacy", "early", "by")),
        (design.futility, ("futility", "by")),
    ):
        if adapting and rule is not None and rule.by is Basis.PREDICTIVE:
            taken = "posterior with a self-adapting prior, under which more responders need not be more convincing"
            yield KeyProblem(key, "predictive", taken)


def _threshold_problems(design: Design) -> Iterator[KeyProblem]:
    posterior = design.efficacy.posterior
    if isinstance(posterior, tuple) and len(posterior) != len(design.baskets):
        found, taken = f"{len(posterior)} numbers", f"one number, or one a basket ({len(design.baskets)})"
        yield KeyProblem(("efficacy", "posterior"), found, taken)


def _randomised_problems(design: Design) -> Iterator[KeyProblem]:
    """What has no meaning against controls whose rate is not known."""
    model = design.borrowing
    if isinstance(model, Hierarchical | ExNex):
        if model.centre is not Centre.CONTROL:
            taken = "control in a design with controls, so that the effect is borrowed"
            yield KeyProblem(("borrowing", model.model, "centre"), model.centre.value, taken)
        for at, basket in enumerate(design.baskets):
            if basket.control and basket.control.margin:
                where: KeyPath = ("baskets", at, "control", "margin")
                yield KeyProblem(
                    where, f"{basket.control.margin:g}", f"0 with {model.model}, which borrows odds ratios"
                )
    for rule, key in (
        (design.efficacy.early, ("efficacy", "early", "by")),
        (design.futility, ("futility", "by")),
    ):
        if rule is not None and rule.by is Basis.PREDICTIVE:
            yield KeyProblem(
                key, "predictive", "posterior in a design with controls, whose own count decides too"
            )


def _early_problems(design: Design) -> Iterator[KeyProblem]:
    if any(len(basket.looks) > 1 for basket in design.baskets):
        return
    for rule, where in ((design.efficacy.early, ("efficacy", "early")), (design.futility, ("futility",))):
        if rule is not None:
            yield KeyProblem(
                where, "a rule for stopping early", "none, as no basket has a look before its last"
            )


def _harm_problems(harm: Harm) -> Iterator[KeyProblem]:
    if harm.expected_rate >= harm.limit_rate:
        yield KeyProblem(
            ("harm", "expected_rate"),
            f"{harm.expected_rate:g}",
            f"a rate below the limit_rate, {harm.limit_rate:g}",
        )


def _order_problems(design: Design) -> Iterator[KeyProblem]:
    if not design.order:
        return
    visits = Counter(name for step in design.order for name in step)
    for at, step in enumerate(design.order):
        for place, name in enumerate(step):
            if name not in {basket.id for basket in design.baskets}:
                yield KeyProblem(("order", at, place), f"'{name}'", "the id of a basket")
            elif name in step[:place]:
                yield KeyProblem(
                    ("order", at, place), f"'{name}' twice in one step", "each basket once a step"
                )
    for basket in design.baskets:
        if visits[basket.id] != len(basket.looks):
            yield KeyProblem(
                ("order",),
                f"{basket.id} {visits[basket.id]} times",
                f"each of its {len(basket.looks)} looks once",
            )


def _accrual_problems(design: Design, accrual: Accrual) -> Iterator[KeyProblem]:
    baskets, months = len(design.baskets), accrual.look_months
    if len(accrual.children_per_month) != baskets:
        found = f"{len(accrual.children_per_month)} numbers"
        yield KeyProblem(("accrual", "children_per_month"), found, f"one a basket ({baskets})")
    steps = len(design.order) or max(len(basket.looks) for basket in design.baskets)
    if len(months) != steps:
        taken = f"a month for each {'step of the order' if design.order else 'look'} ({steps})"
        yield KeyProblem(("accrual", "look_months"), f"{len(months)} months", taken)
    if any(later <= earlier for earlier, later in pairwise(months)):
        yield KeyProblem(("accrual", "look_months"), f"{list(months)}", "months that rise from look to look")
    if accrual.response_months >= months[0]:
        taken = f"fewer than the months until the first look, {months[0]:g}"
        yield KeyProblem(("accrual", "response_months"), f"{accrual.response_months:g}", taken)
    if design.randomised:
        yield KeyProblem(
            ("accrual",), "accrual of baskets with controls", "accrual in a design without controls"
        )
