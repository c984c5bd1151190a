"""Operating characteristics by simulation, for designs with more outcomes than can be added up.

The children's responses are drawn. Posteriors and decisions are those of the design, as exact as elsewhere, and each is
computed once. A harm rule for the whole trial is not drawn: what it leaves of a drawn trial is its exact law given the
children. With a rule for each basket there are too many ways in which harm can close some of them, so that the look at
which it would close each is drawn from its exact law. Every scenario sees the same draws (one uniform number a child, a
responder where it is below the true rate), so that scenarios differ by their rates and not by luck. Each figure comes
with its Monte Carlo standard error.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from leadline.errors import DesignInvalid
from leadline.trial.borrowing import Above
from leadline.trial.borrowing.outcomes import outcomes_from
from leadline.trial.design import HarmCheck
from leadline.trial.drawn_tally import Moments, PerTrial
from leadline.trial.endings import Closed, Ending, Reason, closed_for_harm, planned, verdicts_at
from leadline.trial.operating import Trial
from leadline.trial.scenarios import Decisions, Operating

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from leadline.trial.borrowing import Outcomes
    from leadline.trial.borrowing.beta import Counts
    from leadline.trial.design import Design
    from leadline.trial.endings import Pattern
    from leadline.trial.posterior import Posterior
    from leadline.trial.scenarios import Scenario

    Key = tuple[Pattern, tuple[int, ...]]  # trials alike so far: baskets closed, and children at each step

FEWEST_TRIALS = 100  # below which a standard error says little
AT_ONCE = 10_000  # trials that are held in memory together


@dataclass(frozen=True, slots=True)
class Draws:
    """How many trials are drawn, and from which seed: the same two give the same figures."""

    trials: int = 10_000
    seed: int = 1

    @property
    def largest_error(self) -> float:
        """No probability has a larger Monte Carlo standard error."""
        return float(0.5 / np.sqrt(self.trials))


DRAWS = Draws()


def simulation_in_words(draws: Draws, design: Design) -> str:
    """What a reader of simulated figures has to know."""
    harm = (
        "is exact; when harm stops a disease is drawn from its exact law"
        if design.harm_by_basket
        else "is exact, and so is what the harm rule does"
    )
    return (
        f"The probabilities are simulated: {draws.trials:,} trials were drawn (seed {draws.seed}), so that each has a "
        f"Monte Carlo standard error, at most {100 * draws.largest_error:.2f} percentage points. What each outcome "
        f"leads to {harm}."
    )


@dataclass(frozen=True, slots=True)
class Simulated:
    """What a design does under one scenario: an estimate of every field, and its Monte Carlo standard error."""

    operating: Operating
    standard_error: Operating


class Simulation:
    """The counterpart of `Trial` for designs beyond its range: drawn children in place of all outcomes."""

    def __init__(self, design: Design, *, draws: Draws = DRAWS, posterior: Posterior | None = None) -> None:
        """Raises DesignInvalid for fewer than 100 trials."""
        if draws.trials < FEWEST_TRIALS:
            raise DesignInvalid(
                f"trials: found {draws.trials}; takes {FEWEST_TRIALS} or more",
                hint="10,000 trials give a standard error of 0.002 at an error of 0.05.",
            )
        self.draws, self.trial = draws, Trial(design, posterior=posterior)
        self.nearest_decision = 1.0  # distance of the closest posterior probability met to its threshold

    def simulate(self, scenario: Scenario) -> Simulated:
        """All fields, each with its standard error."""
        moments = self._moments(scenario, with_estimates=True)
        return Simulated(
            moments.operating(scenario, moments.means), moments.operating(scenario, moments.errors)
        )

    def decisions(self, scenario: Scenario) -> Decisions:
        """The decisions alone, without what is estimated: the quicker part."""
        moments = self._moments(scenario, with_estimates=False)
        found = moments.operating(scenario, moments.means)
        return Decisions(found.success, found.family_wise_error, found.any_success)

    def _moments(self, scenario: Scenario, *, with_estimates: bool) -> Moments:
        moments = Moments(self.trial.design)
        for children in self._batches:
            values = PerTrial(self.trial, scenario, len(children), with_estimates=with_estimates)
            drawn = _Drawn(self._entries(children, scenario), self._looks_harmed(children, scenario))
            for rows, ending in _endings(self.trial, drawn):
                values.add(rows, ending)
                self._keep_nearest(ending)
            moments.add(values.columns())
        return moments

    @cached_property
    def _batches(self) -> list[NDArray[np.float32]]:
        """Uniform numbers (trials, children of all baskets, treated and controls), one a child; then, where each basket
        has a harm rule of its own, one a basket."""
        design = self.trial.design
        children = sum(design.sizes) + sum(design.control_sizes)
        children += len(design.baskets) if design.harm_by_basket else 0
        starts = range(0, self.draws.trials, AT_ONCE)
        seeds = np.random.SeedSequence(self.draws.seed).spawn(len(starts))
        return [
            np.random.default_rng(seed).random(
                (min(AT_ONCE, self.draws.trials - start), children), np.float32
            )
            for seed, start in zip(seeds, starts, strict=True)
        ]

    def _entries(self, children: NDArray[np.float32], scenario: Scenario) -> list[Counts]:
        """For each basket (trials, looks): where in its table its children of each look are."""
        entries, start = [], 0
        for basket, (rate, control_rate) in zip(
            self.trial.design.baskets, scenario.truths(self.trial.design), strict=True
        ):
            ends = basket.looks
            treated = _responders(children[:, start : start + basket.size], rate, ends)
            start += basket.size
            if basket.control is not None:
                ends = basket.control.looks
                controls = _responders(children[:, start : start + ends[-1]], control_rate, ends)
                start += ends[-1]
                treated = treated * (np.array(ends) + 1) + controls
            entries.append(treated)
        return entries

    def _looks_harmed(self, children: NDArray[np.float32], scenario: Scenario) -> Counts:
        """(trials, baskets): the look, from 0, at which its own harm rule closes a basket; -1 where none does."""
        rules, baskets = self.trial.basket_harm, len(self.trial.design.baskets)
        if rules is None:
            return np.full((len(children), baskets), -1)
        looks = rules.looks_drawn(children[:, -baskets:].astype(float), self.trial.harm_rates(scenario))
        return np.where(looks < [len(basket.looks) for basket in self.trial.design.baskets], looks, -1)

    def _keep_nearest(self, ending: Ending) -> None:
        gaps = abs(ending.posterior - np.array(self.trial.design.thresholds))[:, list(ending.by_threshold)]
        self.nearest_decision = min(self.nearest_decision, float(gaps.min(initial=1.0)))


def _responders(children: NDArray[np.float32], rate: float, looks: tuple[int, ...]) -> Counts:
    """(trials, looks)."""
    responds = children < np.float32(rate)
    return np.asarray(responds.cumsum(axis=1, dtype=np.int64)[:, np.array(looks) - 1])


class _Drawn(NamedTuple):
    """Drawn trials.

    entries   for each basket (trials, looks): where in its table its children of each look are
    harmed    (trials, baskets), the look, from 0, at which its own harm rule closes a basket that is open; -1 for none
    """

    entries: list[Counts]
    harmed: Counts


def _endings(trial: Trial, drawn: _Drawn) -> Iterator[tuple[Counts, Ending]]:
    """How the drawn trials end: their positions, and an ending with one row each.

    With a harm rule for the whole trial a drawn one also has an ending by harm in each of its steps; how likely each
    is, `Trial.chance` says.
    """
    design, baskets = trial.design, len(drawn.entries)
    now = np.zeros((len(drawn.harmed), baskets), dtype=np.int64)
    alike: dict[Key, Counts] = {((None,) * baskets, ()): np.arange(len(now))}
    looks, steps = [0] * baskets, design.steps()
    harm_at_looks = design.harm is not None and design.harm.check is HarmCheck.LOOK
    for step, moved in enumerate(steps):
        for j in moved:
            looks[j] += 1
        later: defaultdict[Key, list[Counts]] = defaultdict(list)
        for (before, path), together in alike.items():
            looked_at = [j for j in moved if before[j] is None]
            for pattern, rows in _after_harm(design, before, together, drawn.harmed, looked_at, looks, step):
                seen = [j for j in looked_at if pattern[j] is None]
                for j in looked_at if harm_at_looks else seen:
                    now[rows, j] = drawn.entries[j][rows, looks[j] - 1]
                look = _Look(trial, step, looks, pattern, path, now[rows])
                if all(pattern):  # the last open ones closed for harm
                    yield rows, look.settled(pattern, slice(None))
                    continue
                if not seen:  # nobody to look at: these trials wait for another basket
                    later[pattern, path].append(rows)
                    continue
                if design.harm is not None and not design.harm_by_basket:
                    yield rows, look.harmed()
                if step == len(steps) - 1:
                    yield rows, look.final()
                    continue
                for then, part in look.decided(seen):
                    if all(then):
                        yield rows[part], look.settled(then, part)
                    else:
                        later[then, look.path].append(rows[part])
        alike = {key: np.concatenate(parts) for key, parts in later.items()}


def _after_harm(
    design: Design,
    pattern: Pattern,
    rows: Counts,
    harmed: Counts,
    looked_at: list[int],
    looks: list[int],
    step: int,
) -> Iterator[tuple[Pattern, Counts]]:
    """Trials alike so far, by which of the baskets looked at are closed by a harm rule of their own."""
    closes = harmed[rows][:, looked_at] == [looks[j] - 1 for j in looked_at]
    if not closes.any():
        yield pattern, rows
        return
    for wanted in np.unique(closes, axis=0):
        chosen = tuple(compress(looked_at, wanted))
        part = (closes == wanted).all(axis=1)
        yield closed_for_harm(design, planned(design), pattern, chosen, step), rows[part]


class _Look:
    """Drawn trials that have come to the same look in the same way."""

    def __init__(
        self,
        trial: Trial,
        step: int,
        looks: list[int],
        pattern: Pattern,
        path: tuple[int, ...],
        entries: Counts,
    ) -> None:
        self.trial, self.design, self.step, self.looks, self.pattern = (
            trial,
            trial.design,
            step,
            looks,
            pattern,
        )
        self.sizes = tuple(
            closed.size if closed else (basket.looks[look - 1] if look else 0)
            for closed, basket, look in zip(pattern, trial.design.baskets, looks, strict=True)
        )
        self.path = (*path, sum(self.sizes))
        self.entries = entries

    def outcomes(self, part: NDArray[np.bool_] | slice = slice(None)) -> Outcomes:
        return outcomes_from(self.entries[part], self.sizes, self.design.controls(self.sizes))

    def decided(self, seen: list[int]) -> Iterator[tuple[Pattern, NDArray[np.bool_]]]:
        """What is decided for the baskets looked at, and for which trials."""
        outcomes = self.outcomes()
        verdicts = np.column_stack(
            [
                verdicts_at(self.design, self.trial.posterior, outcomes, basket=j, look=self.looks[j])
                for j in seen
            ]
        )
        for wanted in np.unique(verdicts, axis=0).tolist():
            then = list(self.pattern)
            for j, verdict in zip(seen, wanted, strict=True):
                if verdict:
                    last = self.looks[j] == len(self.design.baskets[j].looks)
                    reason = Reason.COMPLETE if last else Reason(verdict)
                    then[j] = Closed(self.step, self.sizes[j], reason, success=verdict == 1)
            yield tuple(then), (verdicts == wanted).all(axis=1)

    def final(self) -> Ending:
        """All open baskets are judged."""
        outcomes = self.outcomes()
        above = self.trial.posterior.expect(outcomes, Above(self.design.null_limits))
        by_threshold = tuple(closed is None for closed in self.pattern)
        earlier = np.array([closed is not None and closed.success for closed in self.pattern])
        success = np.where(by_threshold, above >= np.array(self.design.thresholds), earlier)
        closed = self._closed(Reason.COMPLETE)
        return Ending(outcomes, np.ones(len(above)), success, above, closed, by_threshold, self.path)

    def harmed(self) -> Ending:
        """Harm comes before efficacy: a basket open at this step is not declared a success."""
        return self.settled(self._closed(Reason.HARM), slice(None))

    def settled(self, closed: Pattern, part: NDArray[np.bool_] | slice) -> Ending:
        """Nothing is left to judge."""
        every = tuple(end for end in closed if end is not None)
        outcomes = self.outcomes(part)
        success = np.tile([end.success for end in every], (len(outcomes.responders), 1))
        unknown = np.full(success.shape, np.nan)  # no threshold is held against it
        nothing = (False,) * len(every)
        return Ending(outcomes, np.ones(len(success)), success, unknown, every, nothing, self.path)

    def _closed(self, reason: Reason) -> tuple[Closed, ...]:
        return tuple(
            end or Closed(self.step, size, reason, success=False)
            for end, size in zip(self.pattern, self.sizes, strict=True)
        )
