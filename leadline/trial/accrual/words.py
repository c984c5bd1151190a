"""What random accrual changes, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.trial.words import percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.accrual.arrivals import Courses
    from leadline.trial.accrual.averaged import RandomAccrual
    from leadline.trial.error_rates import WorstError
    from leadline.trial.scenarios import Operating

MANY_ERRORS = 3  # Monte Carlo standard errors beyond which a difference is not put down to luck
WORTH_SAYING = 0.0005  # of a probability: less is not shown


def drawn_in_words(found: RandomAccrual) -> str:
    """How the figures were found, and how exact they are."""
    errors = (*found.standard_errors, *found.worst_standard_errors)
    error = max(one.family_wise_error for one in errors)
    success = max(value for one in found.standard_errors for value in one.success)
    return (
        f"{found.courses:,} courses of accrual were drawn (seed {found.seed}), {found.distinct:,} of them unlike. What "
        "the design does in each is exact, so that the accrual alone is left to chance; the figures are means over the "
        f"courses. Their Monte Carlo standard error is at most {100 * error:.2f} percentage points for the family-wise "
        f"error and {100 * success:.2f} for a probability of success."
    )


def compared_in_words(found: RandomAccrual, planned: Sequence[Operating], worst: Sequence[WorstError]) -> str:
    """Error and power beside those with the planned numbers.

    planned   operating characteristics of the same scenarios: the first is the global null, in the last all respond
    worst     largest errors with the planned numbers, at the rates of `found.worst`
    """
    null, target = found.scenarios[0], found.scenarios[-1]
    before = max([one.family_wise_error for one in planned] + [one.error for one in worst])
    after = max(one.family_wise_error for one in (*found.scenarios, *found.worst))
    where = "in the listed true states"
    if worst:
        where += ", and wherever a set of baskets without effect errs most as planned,"
    return (
        "If accrual is random and no basket responds, some basket is declared a success by mistake with a probability "
        f"of {percent(null.family_wise_error)}; with the planned numbers it is "
        f"{percent(planned[0].family_wise_error)}. The largest family-wise error {where} is {percent(after)}; planned, "
        f"{percent(before)}. If every basket responds, each is found with a probability of {_between(target.success)}; "
        f"planned, {_between(planned[-1].success)}. A limit that is proved is proved for the planned numbers, not for "
        "these."
    )


def accrual_warnings(
    found: RandomAccrual, planned: Sequence[Operating], worst: Sequence[WorstError]
) -> tuple[str, ...]:
    """One where random accrual raises the family-wise error by more than luck explains."""
    before = [
        *((_state(one.scenario.name), one.family_wise_error) for one in planned),
        *(("where the planned error is largest,", one.error) for one in worst),
    ]
    now = (*found.scenarios, *found.worst)
    errors = (*found.standard_errors, *found.worst_standard_errors)
    raised = [
        (one.family_wise_error, where, was)
        for (where, was), one, error in zip(before, now, errors, strict=True)
        if one.family_wise_error > was + max(MANY_ERRORS * error.family_wise_error, WORTH_SAYING)
    ]
    if not raised:
        return ()
    error, where, was = max(raised)
    said = (
        "If children come at random, the probability of declaring a success by mistake is larger than with the planned "
        f"numbers: {where} {percent(error)} instead of {percent(was)}. The threshold was chosen for the planned "
        "numbers, and a limit that is proved is proved for them."
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
