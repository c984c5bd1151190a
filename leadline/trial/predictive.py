"""What is to be expected of a trial: at an interim given the children seen so far, and before it begins (assurance).

The children to come are foretold for all baskets together. A model that is one distribution of all rates (no
borrowing, pooling, hierarchical, local MEM) foretells them coherently: every order of responders and others with the
same counts is equally likely, and its chance is the ratio of two expected likelihoods, a sum over the nodes of mean
and spread for the hierarchical models. The power prior, Fujikawa's model and MEM are no such distribution. For them
each basket's children to come follow its own posterior given the counts so far, and the baskets are taken to be
independent: a plug-in, which `Prediction.coherent` says. So is a self-adapting prior, taken as it is today.

Controls are foretold too. Where the effect is borrowed they are part of the model's one distribution; otherwise each
basket's controls follow their own prior and what they have shown, whatever the treated children do. Baskets that do not
borrow are foretold one by one, so that no such trial is too large.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from leadline.errors import BeyondExactRange, DesignInvalid
from leadline.trial.ahead import Ahead, Settled, control_sizes
from leadline.trial.borrowing import Coherent, Outcomes
from leadline.trial.borrowing.beta import Seen
from leadline.trial.borrowing.bhm import Hierarchical
from leadline.trial.borrowing.exnex import ExNex
from leadline.trial.borrowing.hierarchical import Centre
from leadline.trial.borrowing.independent import Independent
from leadline.trial.borrowing.outcomes import one_outcome
from leadline.trial.exact_range import MOST_OUTCOMES
from leadline.trial.operating import alone
from leadline.trial.posterior import Posterior

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.borrowing import Model, Prior
    from leadline.trial.design import Basket, ControlArm, Design


@dataclass(frozen=True, slots=True)
class Prediction:
    """What is to be expected of the end of the trial. Tuples have one entry a basket, in the design's order.

    success              probability of success at the basket's last look, if every open basket goes on to it: no look
                         before stops anything
    success_not_stopped  probability of being declared a success by all the design's rules: a look to come may stop
                         the basket for futility, or declare it a success early
    any_success          probability that some basket is declared a success by all rules
    coherent             whether the baskets' children are foretold together; else by the plug-in of this module

    The harm rule is not foretold.
    """

    success: tuple[float, ...]
    success_not_stopped: tuple[float, ...]
    any_success: float
    coherent: bool


def predict_success(
    design: Design,
    *,
    responders: Sequence[int],
    children: Sequence[int],
    control_responders: Sequence[int] = (),
    control_children: Sequence[int] = (),
    closed: Settled | None = None,
    posterior: Posterior | None = None,
) -> Prediction:
    """Predictive probability of success at an interim, under the design's own model and priors.

    responders   treated ones so far, one a basket; `control_responders` likewise, of a design with controls
    children     treated ones whose response is known so far, one a basket; `control_children` likewise. Looks at up to
                 so many children of both arms have been passed; at the next, an arm has at least its planned number
    closed       None for an open basket; True or False for one that takes no more children, by whether it was
                 declared a success; without it all are open
    posterior    that of the same design, where there is one, so that its tables are used again
    raises       DesignInvalid for counts that the design cannot have; BeyondExactRange
    """
    settled = closed or (None,) * len(design.baskets)
    _check_treated(design, responders, children, settled)
    _check_controls(design, control_responders, control_children, settled)
    controls = (control_responders, control_children) if design.randomised else ()
    now = one_outcome(responders, children, *controls)
    belief = _adapted(design, now)
    found = _predict(design, posterior or Posterior(design), now, settled, belief=belief)
    return found if belief == design else replace(found, coherent=False)


def assurance(
    design: Design,
    *,
    belief: Model,
    priors: Sequence[Prior],
    control_priors: Sequence[Prior] = (),
    posterior: Posterior | None = None,
) -> Prediction:
    """Probability of success before the trial begins: the average over what is believed of the response rates.

    belief          the model of what is believed, as `Independent()`; the decisions are those of the design, with its
                    own model and priors, which may be more sceptical
    priors          one a basket; used where the believed model uses the baskets' priors
    control_priors  what is believed of the controls, one a basket; without it the design's own priors. Of a basket
                    without controls it is not asked
    raises          BeyondExactRange; DesignInvalid for a belief that is no joint distribution of the rates
    """
    _check_belief(design, belief)
    controls = control_priors or [basket.control.prior if basket.control else () for basket in design.baskets]
    baskets = tuple(
        replace(
            basket,
            prior=prior,
            self_adapting=None,
            control=basket.control and replace(basket.control, prior=control, self_adapting=None),
        )
        for basket, prior, control in zip(design.baskets, priors, controls, strict=True)
    )
    nobody = (0,) * len(baskets)
    now = one_outcome(*(nobody,) * (4 if design.randomised else 2))
    believed = replace(design, borrowing=belief, baskets=baskets)
    return _predict(design, posterior or Posterior(design), now, (None,) * len(baskets), belief=believed)


def _adapted(design: Design, now: Outcomes) -> Design:
    """The design as what is believed today: self-adapting priors as they are after the children seen."""
    baskets = []
    for j, basket in enumerate(design.baskets):
        control = basket.control
        if control is not None and now.control_responders is not None:
            control = _settled(control, Seen(now.control_responders[:, j], now.control_sizes[j]))
        treated = _settled(basket, Seen(now.responders[:, j], now.sizes[j]))
        baskets.append(replace(treated, control=control))
    return replace(design, baskets=tuple(baskets))


Arm = TypeVar("Arm", "Basket", "ControlArm")


def _settled(arm: Arm, seen: Seen) -> Arm:
    if arm.self_adapting is None:
        return arm
    return replace(arm, prior=arm.self_adapting.at(arm.prior, seen), self_adapting=None)


def _check_belief(design: Design, belief: Model) -> None:
    if not isinstance(belief, Coherent):
        raise DesignInvalid(
            f"belief: found {belief.model}; takes a model that is one distribution of all rates",
            hint="Take none, pooled, bhm, exnex or local_mem.",
        )
    if design.randomised and isinstance(belief, Hierarchical | ExNex) and belief.centre is not Centre.CONTROL:
        raise DesignInvalid(
            f"belief.centre: found {belief.centre.value}; takes control in a design with controls",
            hint="The effect is then what the baskets have in common.",
        )


def _check_treated(
    design: Design, responders: Sequence[int], children: Sequence[int], settled: Settled
) -> None:
    for basket, r, n, end in zip(design.baskets, responders, children, settled, strict=True):
        _check_arm(basket.id, "children", r, n, basket.size if end is None else n)


def _check_controls(
    design: Design, responders: Sequence[int], controls: Sequence[int], settled: Settled
) -> None:
    if not design.randomised and not any(controls):
        return
    if len(responders) != len(design.baskets) or len(controls) != len(design.baskets):
        raise DesignInvalid(
            f"{design.title}: found {len(controls)} numbers of controls; takes one a basket",
            hint="Give control_responders and control_children, 0 for a basket without controls.",
        )
    for basket, r, n, end in zip(design.baskets, responders, controls, settled, strict=True):
        most = n if end is not None and basket.control else basket.controls(basket.size)
        _check_arm(basket.id, "controls", r, n, most)


def _check_arm(basket: str, noun: str, responders: int, children: int, most: int) -> None:
    if not 0 <= responders <= children:
        raise DesignInvalid(
            f"{basket}: found {responders} responders of {children} {noun}; takes 0 to {children}"
        )
    if children > most:
        raise DesignInvalid(f"{basket}: found {children} {noun}; the design takes up to {most}")


def _predict(
    design: Design, posterior: Posterior, now: Outcomes, settled: Settled, *, belief: Design
) -> Prediction:
    apart = isinstance(design.borrowing, Independent) and isinstance(belief.borrowing, Independent)
    if apart and len(settled) > 1:
        return _one_by_one(design, now, settled, belief=belief)
    _check_range(design, now, settled)
    unstopped = replace(design, futility=None, efficacy=replace(design.efficacy, early=None))
    ahead = Ahead(now, belief)
    success, _ = ahead.successes(unstopped, posterior, settled)
    by_rules, any_success = ahead.successes(design, posterior, settled)
    return Prediction(success, by_rules, any_success, isinstance(belief.borrowing, Coherent))


def _one_by_one(design: Design, now: Outcomes, settled: Settled, *, belief: Design) -> Prediction:
    """Baskets that do not borrow, where what is believed of one says nothing of another."""
    parts = []
    for j, end in enumerate(settled):
        part = alone(design, j)
        here = _of_basket(now, j, controls=part.randomised)
        parts.append(_predict(part, Posterior(part), here, (end,), belief=alone(belief, j)))
    return Prediction(
        tuple(part.success[0] for part in parts),
        tuple(part.success_not_stopped[0] for part in parts),
        1 - math.prod(1 - part.any_success for part in parts),
        coherent=True,
    )


def _of_basket(now: Outcomes, basket: int, *, controls: bool) -> Outcomes:
    """One basket of the outcome; without controls where it takes none."""
    one = slice(basket, basket + 1)
    treated = Outcomes(now.responders[:, one], now.sizes[one])
    if not controls or now.control_responders is None:
        return treated
    return replace(
        treated, control_responders=now.control_responders[:, one], control_sizes=now.control_sizes[one]
    )


def _check_range(design: Design, now: Outcomes, settled: Settled) -> None:
    left = (
        (basket.size - seen + 1.0) * (basket.controls(basket.size) - controls + 1.0)
        for basket, seen, controls, end in zip(
            design.baskets, now.sizes, control_sizes(now), settled, strict=True
        )
        if end is None
    )
    count = int(math.prod(left))
    if count > MOST_OUTCOMES:
        raise BeyondExactRange(
            f"{design.title}: {count:,} outcomes to come; up to {MOST_OUTCOMES:,} are computed exactly",
            hint="Ask again when more children have been seen.",
        )
