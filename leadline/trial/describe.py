"""A design report: everything that a protocol, a board and a statistician ask of a design, as one value.

It holds numbers and plain words; `leadline.report` turns it into documents.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from itertools import combinations, permutations
from typing import TYPE_CHECKING, Any

import leadline
from leadline.casebook.prose import listed
from leadline.errors import BeyondExactRange
from leadline.trial.accrual.arrivals import COURSES, Courses
from leadline.trial.accrual.averaged import RandomAccrual, random_accrual
from leadline.trial.accrual.words import accrual_warnings, too_large_in_words
from leadline.trial.borrowing.independent import Independent
from leadline.trial.boundaries import BoundaryRow, boundary_rows
from leadline.trial.design import Design
from leadline.trial.error_rates import SEARCH, Search, WorstError, worst_errors
from leadline.trial.exact_range import check_exact_range
from leadline.trial.operating import Trial, planned_children
from leadline.trial.reading import design_adapter
from leadline.trial.safety import Boundary, stopping_on_path
from leadline.trial.scenarios import Operating, Scenario
from leadline.trial.simulation import DRAWS, Draws, Simulated, Simulation, simulation_in_words
from leadline.trial.words import below_null_in_words, design_in_words, warnings_in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.design import Harm

NULL_SHIFTS = (-0.10, -0.05, 0.05, 0.10)  # how far the null rates are taken to be misjudged
HARM_MULTIPLES = (0.5, 1.0, 1.5, 2.0)  # of the limit rate, at which the harm rule is described


@dataclass(frozen=True, slots=True)
class HarmAtRate:
    """The harm rule in a trial in which no basket closes early: probability of stopping, and treated children by then.

    basket   whose rule it is; empty for one of all baskets together
    """

    rate: float
    stop: float
    expected_children: float
    basket: str = ""


@dataclass(frozen=True, slots=True)
class MisjudgedNull:
    """All null rates are wrong by `shift` and nothing works: the probability of calling each basket a success."""

    shift: float
    success: tuple[float, ...]
    any_success: float


@dataclass(frozen=True, slots=True)
class OrderOfAccrual:
    """The baskets reach their looks one after the other, in this order, instead of together."""

    order: tuple[str, ...]
    family_wise_error: float
    power: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SimulatedReport:
    """How a design beyond the exact range was simulated.

    standard_errors   one a scenario: each field holds the Monte Carlo standard error of that field
    """

    trials: int
    seed: int
    standard_errors: tuple[Operating, ...]


@dataclass(frozen=True, slots=True)
class DesignReport:
    """What a design does. Tuples of rates and probabilities have one entry a basket, in the design's order.

    version         of Leadline
    words           the design in sentences for a board, one paragraph each
    warnings        what should not be overlooked
    scenarios       operating characteristics; the first is the global null
    worst           the largest family-wise error for every set of null baskets, with a proved limit; empty when the
                    design is too large for the search (a warning says so)
    boundaries      what each count leads to
    harm_boundaries   events that stop, for each harm rule: of the trial, or of each basket; empty without one
    misjudged_null, orders   sensitivity to the null rates and to the order of accrual
    simulation      how the scenarios were simulated, None where they are exact
    accrual         the same scenarios if children come at random, None where the design does not say how, or is too
                    large (a warning says so)
    nearest_decision   distance of the closest posterior probability to the threshold: a smaller error of computation
                    cannot change a decision
    """

    version: str
    design: Design
    words: tuple[str, ...]
    warnings: tuple[str, ...]
    scenarios: tuple[Operating, ...]
    worst: tuple[WorstError, ...]
    boundaries: tuple[BoundaryRow, ...]
    harm_boundaries: tuple[Boundary, ...]
    harm_at_rates: tuple[HarmAtRate, ...]
    misjudged_null: tuple[MisjudgedNull, ...]
    orders: tuple[OrderOfAccrual, ...]
    nearest_decision: float
    simulation: SimulatedReport | None = None
    accrual: RandomAccrual | None = None

    @property
    def harm_rules(self) -> tuple[tuple[str, Boundary], ...]:
        """Each harm rule's basket and boundary; of one for all baskets together the basket is empty."""
        return tuple(zip(_whose_harm(self.design), self.harm_boundaries, strict=True))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; the design with the keys of its file."""
        plain = {key: value for key, value in asdict(self).items() if key != "design"}
        return {**plain, "design": design_adapter().dump_python(self.design, mode="json")}


def describe(
    design: Design,
    *,
    search: Search = SEARCH,
    draws: Draws = DRAWS,
    simulate: bool = False,
    courses: Courses = COURSES,
) -> DesignReport:
    """Operating characteristics, boundaries, sensitivity and words: exact, or simulated where outcomes are too many.

    draws      of the simulation of a design beyond the exact range; the first warning then says so
    simulate   simulate a design within that range too
    courses    of random accrual, where the design says how children come
    """
    trial = Trial(design)
    simulation = _simulation(trial, draws, always=simulate)
    if simulation is None:
        scenarios = tuple(trial.operating(scenario) for scenario in standard_scenarios(design))
        simulated, nearest = None, trial.nearest_decision
    else:
        found = [simulation.simulate(scenario) for scenario in standard_scenarios(design)]
        scenarios = tuple(one.operating for one in found)
        simulated, nearest = _simulated(simulation.draws, found), simulation.nearest_decision
    worst = _worst(trial, search)
    boundaries = boundary_rows(trial)
    warnings = warnings_in_words(design, scenarios=scenarios, worst=worst, nearest_decision=nearest)
    warnings += below_null_in_words(design, boundaries)
    if simulation is not None:
        warnings = (simulation_in_words(simulation.draws, design), *warnings)
    accrual = _accrual(trial, scenarios, worst, courses)
    if accrual is not None:
        warnings += accrual_warnings(accrual, scenarios, worst)
    elif design.accrual is not None:
        warnings += (too_large_in_words(courses),)
    return DesignReport(
        version=leadline.__version__,
        design=design,
        words=design_in_words(design, boundaries=trial.harm_boundaries),
        warnings=warnings,
        scenarios=scenarios,
        worst=worst,
        boundaries=boundaries,
        harm_boundaries=trial.harm_boundaries,
        harm_at_rates=_harm_at_rates(trial),
        misjudged_null=_misjudged_null(design, simulation or trial),
        orders=_orders(trial) if simulation is None else (),
        nearest_decision=nearest,
        simulation=simulated,
        accrual=accrual,
    )


def _accrual(
    trial: Trial, planned: Sequence[Operating], worst: Sequence[WorstError], courses: Courses
) -> RandomAccrual | None:
    if trial.design.accrual is None:
        return None
    scenarios, at_worst = [one.scenario for one in planned], [one.scenario for one in worst]
    try:
        return random_accrual(trial, scenarios, worst=at_worst, courses=courses)
    except BeyondExactRange:
        return None


def _simulation(trial: Trial, draws: Draws, *, always: bool) -> Simulation | None:
    """None for a design that is described exactly."""
    try:
        check_exact_range(trial.design)
    except BeyondExactRange:
        always = True
    return Simulation(trial.design, draws=draws, posterior=trial.posterior) if always else None


def _simulated(draws: Draws, found: Sequence[Simulated]) -> SimulatedReport:
    return SimulatedReport(draws.trials, draws.seed, tuple(one.standard_error for one in found))


MOST_COMBINED = 4  # baskets up to which every combination of responding ones is a scenario


def standard_scenarios(design: Design) -> tuple[Scenario, ...]:
    """Sets of responding baskets, at their target rates, the smallest first: all, or of many baskets 0, 1 and all."""
    positions = range(len(design.baskets))
    sizes = range(len(positions) + 1) if len(positions) <= MOST_COMBINED else (0, 1, len(positions))
    return tuple(_scenario(design, chosen) for size in sizes for chosen in combinations(positions, size))


def _scenario(design: Design, responding: tuple[int, ...]) -> Scenario:
    name = _scenario_name([design.baskets[j].label for j in responding], len(design.baskets))
    rates = (b.target_rate if j in responding else b.null_rate for j, b in enumerate(design.baskets))
    return Scenario(name, tuple(rates))


def _scenario_name(responding: list[str], baskets: int) -> str:
    if not responding:
        return "No basket responds"
    if len(responding) == baskets:
        return "Every basket responds"
    verb = "responds" if len(responding) == 1 else "respond"
    return f"Only {listed(responding)} {verb}"


def _worst(trial: Trial, search: Search) -> tuple[WorstError, ...]:
    try:
        return tuple(worst_errors(trial, search=search))
    except BeyondExactRange:
        return ()


def _whose_harm(design: Design) -> tuple[str, ...]:
    """The basket of each harm rule; empty of one for all baskets together."""
    names = [basket.label for basket in design.baskets]
    return tuple(names[group[0]] if design.harm_by_basket else "" for group in design.harm_groups)


def _harm_at_rates(trial: Trial) -> tuple[HarmAtRate, ...]:
    design, harm = trial.design, trial.design.harm
    if harm is None:
        return ()
    rates = sorted(
        {harm.expected_rate, *(m * harm.limit_rate for m in HARM_MULTIPLES if m * harm.limit_rate < 1)}
    )
    paths = [basket.looks for basket in design.baskets] if trial.basket_harm else [planned_children(design)]
    return tuple(
        _harm_at_rate(harm, boundary, rate, path, label)
        for boundary, path, label in zip(trial.harm_boundaries, paths, _whose_harm(design), strict=True)
        for rate in rates
    )


def _harm_at_rate(
    harm: Harm, boundary: Boundary, rate: float, planned: tuple[int, ...], basket: str
) -> HarmAtRate:
    law = stopping_on_path(boundary, harm, rate=rate, path=planned)
    children = sum(p * n for p, n in zip(law.at_check, law.children, strict=True)) + law.never * planned[-1]
    return HarmAtRate(rate, 1 - law.never, children, basket)


def _misjudged_null(design: Design, trial: Trial | Simulation) -> tuple[MisjudgedNull, ...]:
    found = []
    for shift in NULL_SHIFTS:
        rates = tuple(rate + shift for rate in design.null_rates)
        if all(0 < rate < 1 for rate in rates):
            scenario = Scenario(f"Null rates misjudged by {shift:+.2f}", rates, control_rates=rates)
            result = trial.decisions(scenario)
            found.append(MisjudgedNull(shift, result.success, result.any_success))
    return tuple(found)


def _orders(trial: Trial) -> tuple[OrderOfAccrual, ...]:
    """Each basket in turn reaches a look, in every order of up to three baskets, when there are several looks.

    None without borrowing, as then the order changes nothing but how soon harm is seen.
    """
    design = trial.design
    if isinstance(design.borrowing, Independent):
        return ()
    looks = {len(basket.looks) for basket in design.baskets}
    if design.order or looks == {1} or len(looks) > 1 or len(design.baskets) > 3:
        return ()
    alike, labels = design.alike, [basket.label for basket in design.baskets]
    found: dict[tuple[int, ...], tuple[float, tuple[float, ...]]] = {}
    orders = []
    for turns in permutations(range(len(alike))):
        kinds = tuple(alike[j] for j in turns)  # orders that swap like baskets have the same numbers
        if kinds not in found:
            found[kinds] = _in_turn(trial, turns)
        error, power = found[kinds]
        of_baskets = tuple(power[turns.index(j)] for j in range(len(turns)))
        orders.append(OrderOfAccrual(tuple(labels[j] for j in turns), error, of_baskets))
    return tuple(orders)


def _in_turn(trial: Trial, turns: tuple[int, ...]) -> tuple[float, tuple[float, ...]]:
    """The family-wise error where no basket responds, and power where all do, in the order of their turns."""
    design = trial.design
    looks = len(design.baskets[0].looks)
    order = tuple((design.baskets[j].id,) for _ in range(looks) for j in turns)
    ordered = Trial(replace(design, order=order), posterior=trial.posterior)
    error = ordered.decisions(Scenario("No basket responds", design.null_rates)).family_wise_error
    power = ordered.decisions(Scenario("Every basket responds", design.target_rates)).success
    return error, tuple(power[j] for j in turns)
