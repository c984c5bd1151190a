"""What random accrual changes, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.trial.words import percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.accrual.arrivals import Courses
    from leadline.trial.accrual.averaged import RandomAccrual
    from leadline.trial.operating import Operating

MANY_ERRORS = 3  # Monte Carlo standard errors beyond which a difference is not put down to luck
WORTH_SAYING = 0.0005  # of a probability: less is not shown


def drawn_in_words(found: RandomAccrual) -> str:
    """How the figures were found, and how exact they are."""
    error = max(one.family_wise_error for one in found.standard_errors)
    success = max(value for one in found.standard_errors for value in one.success)
    return (
        f"{found.courses:,} courses of accrual were drawn (seed {found.seed}), {found.distinct:,} of them unlike. What "
        "the design does in each is exact, so that the accrual alone is left to chance; the figures are means over the "
        f"courses. Their Monte Carlo standard error is at most {100 * error:.2f} percentage points for the family-wise "
        f"error and {100 * success:.2f} for a probability of success."
    )


def compared_in_words(found: RandomAccrual, planned: Sequence[Operating]) -> str:
    """Error and power beside those with the planned numbers.

    planned   operating characteristics of the same scenarios: the first is the global null, in the last all respond
    """
    null, target = found.scenarios[0], found.scenarios[-1]
    before, after = (
        max(one.family_wise_error for one in scenarios) for scenarios in (planned, found.scenarios)
    )
    return (
        "If accrual is random and no basket responds, some basket is declared a success by mistake with a probability "
        f"of {percent(null.family_wise_error)}; with the planned numbers it is "
        f"{percent(planned[0].family_wise_error)}. The largest family-wise error in the listed true states is "
        f"{percent(after)}; planned, {percent(before)}. "
        f"If every basket responds, each is found with a probability of {_between(target.success)}; planned, "
        f"{_between(planned[-1].success)}. A limit that is proved is proved for the planned numbers, not for these."
    )


def accrual_warnings(found: RandomAccrual, planned: Sequence[Operating]) -> tuple[str, ...]:
    """One where random accrual raises the family-wise error by more than luck explains."""
    raised = [
        (one, now)
        for one, now, error in zip(planned, found.scenarios, found.standard_errors, strict=True)
        if now.family_wise_error
        > one.family_wise_error + max(MANY_ERRORS * error.family_wise_error, WORTH_SAYING)
    ]
    if not raised:
        return ()
    one, now = max(raised, key=lambda pair: pair[1].family_wise_error)
    said = (
        "If children come at random, the probability of declaring a success by mistake is larger than with the planned "
        f"numbers: {_state(one.scenario.name)} {percent(now.family_wise_error)} instead of "
        f"{percent(one.family_wise_error)}. The threshold was chosen for the planned numbers, and a limit that is "
        "proved is proved for them."
    )
    return (said,)


def too_large_in_words(courses: Courses) -> str:
    """Why nothing is said of random accrual."""
    return (
        "What random accrual changes is not said: the design is too large to be computed for "
        f"{courses.number:,} courses of it. Fewer courses may do."
    )


def _state(name: str) -> str:
    """ "No basket responds" as "if no basket responds,"."""
    return f"if {name[0].lower()}{name[1:]},"


def _between(probabilities: Sequence[float]) -> str:
    low, high = percent(min(probabilities)), percent(max(probabilities))
    return low if low == high else f"{low} to {high}"
