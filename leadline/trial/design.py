"""A basket trial's design: the values of a design file, and the rules they have to keep among themselves.

One drug, several diseases (baskets), each with its own responder definition, null rate and target rate. A basket
succeeds when the posterior probability that its response rate is above the null rate reaches the threshold. A
randomised basket has control children besides: its null rate is then not known, but what they show.

Sources   [F20] Fujikawa K, Teramukai S, Yokota I, Daimon T. Biom J 2020;62:330-338
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from annotated_types import Ge, Gt, Le, Len, Lt
from pydantic.dataclasses import dataclass

from leadline.trial.borrowing import Model
from leadline.trial.borrowing.beta import CLOSED, UNIFORM, Prior, SelfAdapting
from leadline.trial.borrowing.independent import Independent

Rate = Annotated[float, Gt(0), Lt(1)]
Share = Annotated[float, Ge(0), Le(1)]
Size = Annotated[int, Ge(1)]


@dataclass(frozen=True, slots=True, config=CLOSED)
class ControlArm:
    """Children of the same disease whom the lot does not give the therapy.

    looks          control children at each look of the basket
    prior          beta mixture for their response rate; children of earlier trials are borrowed through it
    margin         the therapy has to be better by more than this; 0 where odds ratios are borrowed (centre: control)
    rates          lowest and highest control rate that is thought possible: the largest error is searched between them
    self_adapting  gives the prior less weight the more the controls' own responders speak against it
    """

    looks: Annotated[tuple[Size, ...], Len(1)]
    prior: Annotated[Prior, Len(1)] = UNIFORM
    prior_reason: str = ""
    margin: Annotated[float, Ge(0), Lt(1)] = 0.0
    rates: tuple[Share, Share] = (0.0, 1.0)
    self_adapting: SelfAdapting | None = None


@dataclass(frozen=True, slots=True, config=CLOSED)
class Basket:
    """One disease.

    responder      id of a criterion that a chart can meet, as `sri4` or `acr_pedi.acr70`
    null_rate      response rate without the therapy, at the same time under the same definition; of a randomised
                   basket what its controls are expected to show, which decides nothing
    target_rate    response rate that the trial should not miss
    looks          treated children seen at each analysis, the last being the whole basket
    prior          beta mixture for the response rate
    null_reason    why this null rate: trial, endpoint, time, source; `prior_reason` likewise
    control        the control arm of a randomised basket; without it the control rate is the null rate, and known
    self_adapting  gives the prior less weight the more the basket's own responders speak against it
    """

    id: Annotated[str, Len(1)]
    responder: Annotated[str, Len(1)]
    null_rate: Rate
    target_rate: Rate
    looks: Annotated[tuple[Size, ...], Len(1)]
    name: str = ""
    prior: Annotated[Prior, Len(1)] = UNIFORM
    null_reason: str = ""
    prior_reason: str = ""
    control: ControlArm | None = None
    self_adapting: SelfAdapting | None = None

    @property
    def size(self) -> int:
        """Treated children in the basket if it is not stopped."""
        return self.looks[-1]

    @property
    def null_limit(self) -> float:
        """Up to this response rate the therapy does nothing, if the controls are as expected."""
        return self.null_rate + (self.control.margin if self.control else 0.0)

    def controls(self, treated: int) -> int:
        """Control children when so many treated children have been seen, at a look or before any."""
        if self.control is None or treated == 0:
            return 0
        return self.control.looks[self.looks.index(treated)]

    @property
    def label(self) -> str:
        """The name to show."""
        return self.name or self.id


class Reference(StrEnum):
    """The rate that a posterior probability is about."""

    NULL_RATE = "null_rate"
    TARGET_RATE = "target_rate"


class Basis(StrEnum):
    """What an early look is judged by."""

    POSTERIOR = "posterior"  # the probability that the rate is above a reference rate
    PREDICTIVE = "predictive"  # the probability of success at the basket's full size


@dataclass(frozen=True, slots=True, config=CLOSED)
class EarlyRule:
    """When a look before the last stops a basket.

    For futility the probability must be below `cutoff`; for efficacy a posterior at least, a predictive probability
    above it. Predicted success is reaching the number of responders that suffices without borrowing; the children to
    come are foretold by the basket's posterior as it is, what it borrows included. [F20]

    above   reference rate of the posterior; of a basket with controls the adjusted rate is held against it: the rate
            if the controls were at the null rate. A margin is part of the null limit, not of the target rate
    """

    by: Basis
    cutoff: Rate
    above: Reference = Reference.NULL_RATE  # used by the posterior


@dataclass(frozen=True, slots=True, config=CLOSED)
class Efficacy:
    """Success at the last look: P(rate > null_rate) at least `posterior`; one for all baskets, or one a basket."""

    posterior: Rate | Annotated[tuple[Rate, ...], Len(1)]
    early: EarlyRule | None = None


class HarmCheck(StrEnum):
    """When the harm rule is looked at."""

    CHILD = "child"  # after every child
    LOOK = "look"  # at the looks


class HarmFamily(StrEnum):
    """Shape of the harm boundary."""

    POCOCK = "pocock"
    OBRIEN_FLEMING = "obrien_fleming"
    WANG_TSIATIS = "wang_tsiatis"
    BETA_BINOMIAL = "beta_binomial"  # prior Beta(3 l, 3 (1 - l)), l the limit rate
    SPRT = "sprt"


class HarmCount(StrEnum):
    """Which adverse events after the infusion count for the harm rule."""

    SERIOUS_AND_POSSIBLY_RELATED = "serious_and_possibly_related"  # at least possibly, to the cells
    SERIOUS = "serious"
    ANY = "any"


class HarmScope(StrEnum):
    """Whose children the harm rule counts together, and what it stops."""

    POOLED = "pooled"  # those of all baskets; the whole trial
    BASKET = "basket"  # those of each basket, against a boundary of its own; that basket alone


@dataclass(frozen=True, slots=True, config=CLOSED)
class Harm:
    """Stop the whole trial when too many children of all baskets together have the event, or each basket for itself.

    A basket that its own rule stops is closed without success, and the others go on. At a look harm comes before
    efficacy and futility, and the basket's children up to that look are counted where others borrow. Where harm is
    looked at after every child, a basket stopped between two looks is counted as at the earlier one.

    event          the event in words; which events of a chart are counted as it is said by `counts`
    limit_rate     rate of the event that must not be exceeded
    level          probability of stopping, at most, when the true rate is the limit; of each basket with a rule of
                   its own
    expected_rate  rate of the event at which the operating characteristics are given; below the limit
    """

    event: Annotated[str, Len(1)]
    limit_rate: Rate
    level: Rate
    expected_rate: Rate
    boundary: HarmFamily = HarmFamily.BETA_BINOMIAL
    check: HarmCheck = HarmCheck.LOOK
    counts: HarmCount = HarmCount.SERIOUS_AND_POSSIBLY_RELATED
    scope: HarmScope = HarmScope.POOLED


class LateResponses(StrEnum):
    """What becomes of a response that is known only after its basket has closed."""

    COUNTED = "counted"  # at the looks after it is known, where other baskets borrow from this one
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True, config=CLOSED)
class Accrual:
    """Children come at random, and looks are held at calendar months on those whose response is known.

    Only asked when random accrual is described; everything else is about the planned numbers.

    children_per_month  mean of a Poisson process, one a basket
    look_months         when each look is held, counted from the first day of enrolment; one a step
    response_months     from the treatment of a child until its response is known; a basket takes no child whose
                        response would not be known by its last look
    waits               a basket that has the children of its next look takes no more until that look
    late_responses      of children who were treated before their basket closed
    fewest_known        responses with which a basket is judged before its last look, at least
    """

    children_per_month: Annotated[tuple[Annotated[float, Gt(0)], ...], Len(1)]
    look_months: Annotated[tuple[Annotated[float, Gt(0)], ...], Len(1)]
    response_months: Annotated[float, Ge(0)] = 0.0
    waits: bool = True
    late_responses: LateResponses = LateResponses.COUNTED
    fewest_known: Size = 1


@dataclass(frozen=True, slots=True, config=CLOSED)
class Design:
    """A whole design.

    order     step by step, the baskets that reach their next look; empty: all together, looks numbered from the end,
              so that all baskets share the last step and one with fewer looks joins later
    protocol  id of a shipped protocol, or the path of one beside the design file; needed to freeze and to monitor
    accrual   how children may come, if not in the planned numbers; None to leave that open
    """

    title: Annotated[str, Len(1)]
    baskets: Annotated[tuple[Basket, ...], Len(1)]
    efficacy: Efficacy
    borrowing: Model = Independent()
    futility: EarlyRule | None = None
    harm: Harm | None = None
    order: tuple[tuple[str, ...], ...] = ()
    protocol: str = ""
    accrual: Accrual | None = None

    @property
    def null_rates(self) -> tuple[float, ...]:
        """One a basket."""
        return tuple(basket.null_rate for basket in self.baskets)

    @property
    def null_limits(self) -> tuple[float, ...]:
        """One a basket."""
        return tuple(basket.null_limit for basket in self.baskets)

    @property
    def thresholds(self) -> tuple[float, ...]:
        """Posterior probability that success takes, one a basket."""
        posterior = self.efficacy.posterior
        return posterior if isinstance(posterior, tuple) else (posterior,) * len(self.baskets)

    @property
    def randomised(self) -> bool:
        """Whether some basket has a control arm."""
        return any(basket.control for basket in self.baskets)

    @property
    def harm_by_basket(self) -> bool:
        """Whether each basket has a harm rule of its own."""
        return self.harm is not None and self.harm.scope is HarmScope.BASKET

    @property
    def harm_groups(self) -> tuple[tuple[int, ...], ...]:
        """Positions of the baskets whose children each harm rule counts together and which it closes; empty without."""
        if self.harm is None:
            return ()
        every = tuple(range(len(self.baskets)))
        return tuple((j,) for j in every) if self.harm_by_basket else (every,)

    @property
    def target_rates(self) -> tuple[float, ...]:
        """One a basket."""
        return tuple(basket.target_rate for basket in self.baskets)

    def rates_at(self, reference: Reference) -> tuple[float, ...]:
        """The rates that a reference stands for, one a basket."""
        return self.null_limits if reference is Reference.NULL_RATE else self.target_rates

    @property
    def priors(self) -> tuple[Prior, ...]:
        """One a basket."""
        return tuple(basket.prior for basket in self.baskets)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Treated children in each basket if none is stopped."""
        return tuple(basket.size for basket in self.baskets)

    @property
    def control_sizes(self) -> tuple[int, ...]:
        """Control children in each basket if none is stopped."""
        return self.controls(self.sizes)

    def controls(self, treated: tuple[int, ...]) -> tuple[int, ...]:
        """Control children when so many treated children have been seen, one a basket."""
        return tuple(basket.controls(size) for basket, size in zip(self.baskets, treated, strict=True))

    @property
    def alike(self) -> tuple[int, ...]:
        """For each basket the first one that differs from it in name only."""
        kinds = [
            (
                basket.looks,
                basket.prior,
                basket.self_adapting,
                basket.null_rate,
                basket.target_rate,
                basket.control,
                threshold,
            )
            for basket, threshold in zip(self.baskets, self.thresholds, strict=True)
        ]
        return tuple(kinds.index(kind) for kind in kinds)

    @property
    def exchangeable(self) -> bool:
        """Whether swapping any two baskets changes nothing but their names."""
        return set(self.alike) == {0} and not self.order

    def steps(self) -> tuple[tuple[int, ...], ...]:
        """Positions of the baskets that are looked at, step by step."""
        if self.order:
            position = {basket.id: at for at, basket in enumerate(self.baskets)}
            return tuple(tuple(position[name] for name in step) for step in self.order)
        looks = max(len(basket.looks) for basket in self.baskets)
        # Looks are numbered from the end, so that all baskets share the final one.
        return tuple(
            tuple(at for at, basket in enumerate(self.baskets) if len(basket.looks) >= looks - step)
            for step in range(looks)
        )
