"""What random accrual costs, exact for each course of it, against drawing whole trials: `python benchmarks/accrual.py`.

The shipped trial in which children come at random, in every standard true state. For each state the Monte Carlo
standard error of the family-wise error with so many courses, and how many courses, and how many drawn trials, a
standard error of 0.001 takes: of a probability p a mean over n trials has the standard error sqrt(p (1 - p) / n).
"""

from __future__ import annotations

import sys
import time

from leadline.trial.accrual import Courses, random_accrual
from leadline.trial.describe import standard_scenarios
from leadline.trial.design import Accrual
from leadline.trial.operating import Trial
from leadline.trial.reading import read_design, shipped_design

ACCRUAL = Accrual((0.6, 0.5, 0.3), (18.0, 36.0), response_months=6.0, fewest_known=3)
COURSES = Courses(400, seed=1)
WANTED = 0.001


def main() -> None:
    """Run and print."""
    design = read_design(shipped_design("msc_basket"))
    scenarios, trial = standard_scenarios(design), Trial(design)
    start = time.process_time()
    planned = [trial.operating(scenario) for scenario in scenarios]
    middle = time.process_time()
    found = random_accrual(trial, scenarios, courses=COURSES, accrual=ACCRUAL)
    end = time.process_time()
    sys.stdout.write(
        f"planned numbers {middle - start:.1f} s of the processor; {COURSES.number} courses {end - middle:.1f} s, "
        f"{found.distinct} unlike\n\n{'family-wise error, %':<64}planned  random   error  courses   trials\n"
    )
    for one, now, its_error in zip(planned, found.scenarios, found.standard_errors, strict=True):
        p, error = now.family_wise_error, its_error.family_wise_error
        courses, trials = COURSES.number * (error / WANTED) ** 2, p * (1 - p) / WANTED**2
        sys.stdout.write(
            f"{one.scenario.name[:62]:<64}{100 * one.family_wise_error:7.2f} {100 * p:7.2f} {100 * error:7.3f} "
            f"{courses:8.0f} {trials:8.0f}\n"
        )


if __name__ == "__main__":
    main()
