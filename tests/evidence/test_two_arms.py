"""Priors and tipping points of two-arm studies by their exact likelihood, empty arms and all.

The slow twin sums over even grids of mu, tau and the effect, with the counts of tables from `math.comb`.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pytest
from typer.testing import CliRunner

from leadline.cli.evidence import app
from leadline.errors import StudiesInvalid
from leadline.evidence import Conclusion, pool, prior_for_children, tipping_for_children
from leadline.evidence.adults import Discount
from leadline.evidence.normal import NormalMixture
from leadline.evidence.studies import Studies, Study, StudyKind

Counts = tuple[int, int, int, int]

# Invented: the first without any event, the third without one in the treated arm.
EMPTY_CELLS: tuple[Counts, ...] = ((0, 10, 0, 10), (3, 12, 1, 12), (0, 9, 2, 9))
# Serious adverse events of cell therapy in six trials in cerebral palsy, treated and controls:
# Eggenberger S et al. World J Stem Cells 2019;11(10):891-903, Table 4 (the trials with controls).
CEREBRAL_PALSY = {
    "Chen 2013": (0, 30, 0, 30), "Huang 2018": (0, 27, 0, 27), "Kang 2015": (0, 18, 0, 18),
    "Liu 2017": (0, 68, 0, 34), "Luan 2012": (1, 45, 0, 49), "Min 2013": (3, 36, 6, 70),
}  # fmt: skip

STEP = 0.02
NEAR, FAR = np.arange(-700, 701) * STEP, np.arange(-3000, 3001) * STEP


def studies_of(*rows: Counts, names: tuple[str, ...] = ()) -> Studies:
    named = names or tuple(f"S{place}" for place in range(1, len(rows) + 1))
    return Studies(
        StudyKind.TWO_ARM,
        tuple(Study(name, place + 2, row) for place, (name, row) in enumerate(zip(named, rows, strict=True))),
    )


def slow_likelihood(row: Counts, eta: np.ndarray) -> np.ndarray:
    """The probability of the table, given its totals."""
    a, n_t, c, n_c = row
    logs = [
        math.log(math.comb(n_t, k) * math.comb(n_c, a + c - k)) + k * eta
        for k in range(max(0, a + c - n_c), min(n_t, a + c) + 1)
    ]
    seen = math.log(math.comb(n_t, a) * math.comb(n_c, c)) + a * eta
    return np.asarray(np.exp(seen - np.logaddexp.reduce(logs, axis=0)))


@dataclass(frozen=True)
class Slow:
    """A law of an effect on an even grid."""

    eta: np.ndarray
    weight: np.ndarray

    @property
    def mean(self) -> float:
        return float(self.weight @ self.eta)

    @property
    def sd(self) -> float:
        return math.sqrt(float(self.weight @ (self.eta - self.mean) ** 2))

    def below_zero(self) -> float:
        """By the trapezoid rule; zero is a point of the grid."""
        middle = self.eta.size // 2
        return float(self.weight[:middle].sum() + self.weight[middle] / 2)

    def after(self, row: Counts) -> tuple[Slow, float]:
        foretold = self.weight * slow_likelihood(row, self.eta)
        return Slow(self.eta, foretold / foretold.sum()), float(foretold.sum())


@lru_cache
def slow_map(rows: tuple[Counts, ...]) -> Slow:
    """The predictive of a new study: mu ~ N(0, 2), tau ~ half-normal(0.5)."""
    z = np.arange(-8.5, 8.51, 0.25)
    normal = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi) * 0.25
    nodes, steps = np.polynomial.legendre.leggauss(32)
    total = np.zeros(NEAR.size)
    for tau, step in zip((nodes + 1) * 2, steps, strict=True):
        mu = NEAR if tau < 5 * STEP else NEAR[::5]  # so narrow a law needs the fine grid
        apart = NEAR[:, None] - mu
        joint = np.exp(-(mu**2) / 8 - (tau / 0.5) ** 2 / 2) * step * (mu[1] - mu[0])
        for row in rows:
            joint = joint * (slow_likelihood(row, mu[:, None] + tau * z) @ normal)
        kernel = np.exp(-(apart**2) / (2 * tau**2))
        total += (kernel / kernel.sum(axis=0)) @ joint
    return Slow(NEAR, total / total.sum())


def test_a_prior_from_two_arms_counts_empty_cells_as_the_slow_twin_does():
    found = prior_for_children(studies_of(*EMPTY_CELLS))
    slow = slow_map(EMPTY_CELLS)
    # pooled by the same likelihood the prediction is an odds ratio of 0.956; study B alone would give exp(0.91)
    assert math.exp(found.exact.median) == pytest.approx(0.9564, abs=5e-5)
    assert (found.exact.mean, found.exact.sd) == pytest.approx((slow.mean, slow.sd), abs=1e-5)
    assert found.error < 2e-5
    assert found.studies == ("S2", "S3")
    assert found.without_information == ("S1",)
    assert [fit.kl < 1e-3 for fit in found.fits] == [True, True]


def test_pooling_and_the_prior_of_one_table_agree():
    studies = studies_of(*EMPTY_CELLS)
    pooled, prior = pool(studies), prior_for_children(studies)
    assert math.exp(prior.exact.median) == pytest.approx(pooled.new_study.median, rel=1e-6)
    assert math.exp(prior.exact.high) == pytest.approx(pooled.new_study.high, rel=1e-6)
    assert pooled.without_information == ("S1",)
    assert pooled.studies[0].posterior == pooled.new_study  # of a study that says nothing
    assert pooled.leave_one_out[0].estimate == pooled.mean.median


def test_the_spread_of_one_patient_is_that_of_the_conditional_information():
    # One study of 40 in 80 events: at no effect the variance of the treated events is 40 x 40 x 40 x 40 / (80^2 x 79),
    # and its square root of 80 over that one is 3.974. Robustified at one patient of it.
    found = prior_for_children(studies_of((20, 40, 20, 40)))
    assert isinstance(found.robust.mixture, NormalMixture)
    assert found.robust.mixture.sds[-1] == pytest.approx(3.9749, abs=1e-4)


def test_tipping_on_the_trials_in_cerebral_palsy_rests_on_two_of_six_and_says_so():
    studies = studies_of(*CEREBRAL_PALSY.values(), names=tuple(CEREBRAL_PALSY))
    robust = NormalMixture((1.0,), (0.0,), (3.0,))
    children, conclusion = (0, 10, 2, 10), Conclusion(0.0, 0.8, above=False)
    found = tipping_for_children(studies, children=children, conclusion=conclusion, robust=robust)
    assert found.studies == ("Luan 2012", "Min 2013")
    assert found.without_information == ("Chen 2013", "Huang 2018", "Kang 2015", "Liu 2017")
    adult, adult_credit = slow_map(tuple(CEREBRAL_PALSY.values())).after(children)
    normal = np.exp(-(FAR**2) / 18)
    vague, vague_credit = Slow(FAR, normal / normal.sum()).after(children)
    assert found.tipping.adults_alone == pytest.approx(adult.below_zero(), abs=2e-5)
    assert found.tipping.without_adults == pytest.approx(vague.below_zero(), abs=2e-5)
    short, spare = 0.8 - vague.below_zero(), adult.below_zero() - 0.8
    weight = short * vague_credit / (short * vague_credit + spare * adult_credit)
    assert found.tipping.weight == pytest.approx(weight, abs=1e-4)
    assert found.error < 2e-5


def test_two_arm_studies_taken_as_one_are_one_table_of_likelihoods():
    found = prior_for_children(studies_of(*EMPTY_CELLS), discount=Discount(as_one=True, power=0.5))
    joint = np.exp(-(FAR**2) / 8)
    for row in EMPTY_CELLS:
        joint = joint * slow_likelihood(row, FAR)
    slow = Slow(FAR, np.sqrt(joint) / np.sqrt(joint).sum())
    assert (found.exact.mean, found.exact.sd) == pytest.approx((slow.mean, slow.sd), abs=1e-5)


@pytest.mark.parametrize(
    ("children", "words"),
    [
        ((0, 10, 0, 10), "say nothing of an odds ratio: no child had the event"),
        ((10, 10, 9, 9), "every child had the event"),
        ((11, 10, 0, 10), "11 of 10 children is no count"),
    ],
)
def test_counts_of_children_that_say_nothing_are_refused(children, words):
    with pytest.raises(StudiesInvalid, match=words):
        tipping_for_children(studies_of(*EMPTY_CELLS), children=children, conclusion=Conclusion(0.0))


def test_studies_that_all_say_nothing_give_no_prior():
    with pytest.raises(StudiesInvalid, match="no study tells anything of the odds ratio"):
        prior_for_children(studies_of((0, 10, 0, 10), (8, 8, 9, 9)))


def test_the_command_line_counts_only_the_studies_that_tell_something(tmp_path):
    path = tmp_path / "empty.csv"
    rows = [f"{name},{a},{n},{c},{m}" for name, (a, n, c, m) in zip("ABC", EMPTY_CELLS, strict=True)]
    path.write_text("\n".join(["study,events_t,n_t,events_c,n_c", *rows]), encoding="utf-8")
    result = CliRunner().invoke(app, ["prior", str(path)])
    assert "From 2 studies." in result.stdout
    assert "nothing is said of the odds ratio by: A." in result.stdout
    answer = json.loads(CliRunner().invoke(app, ["prior", str(path), "--json"]).stdout)
    assert (answer["studies"], answer["without_information"]) == (["B", "C"], ["A"])
