"""Pooling as a user asks for it: what stands beside what, and what must hold for any studies."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.errors import StudiesInvalid
from leadline.evidence import glmm, pool, prior_for_children, tipping_for_children, to_dict
from leadline.evidence.adults import Discount
from leadline.evidence.hierarchy import HalfNormal, HyperPrior
from leadline.evidence.likelihoods import HypergeometricLikelihood
from leadline.evidence.normal import NormalMixture
from leadline.evidence.priors import BetaMixture
from leadline.evidence.studies import Studies, Study, StudyKind
from leadline.evidence.tipping import Conclusion
from tests.evidence import checks
from tests.evidence.checks import inputs, printed, two_arms


def studies_of(kind: StudyKind, *rows: tuple[float, ...]) -> Studies:
    return Studies(kind, tuple(Study(f"S{place}", place + 1, row) for place, row in enumerate(rows, start=1)))


def ankylosing_spondylitis() -> Studies:
    given_ = inputs("rbest-AS-map")
    return studies_of(StudyKind.ONE_ARM, *zip(given_["r"], given_["n"], strict=True))


def method(pooled, name):
    return next(row for row in pooled.classical if row.method == name)


def test_one_arm_stands_beside_the_classical_estimates():
    pooled = pool(ankylosing_spondylitis())
    assert pooled.new_study.mean == pytest.approx(0.258278, abs=6e-7)
    assert [pooled.new_study.low, pooled.new_study.high] == pytest.approx([0.110851, 0.471436], abs=2e-6)
    assert 0 < pooled.error < 1e-7
    assert pooled.studies[0].observed == pytest.approx(23 / 107)
    assert [pooled.studies[0].low, pooled.studies[0].high] == pytest.approx([0.14141, 0.30487], abs=6e-6)
    assert pooled.heterogeneity is not None
    assert pooled.heterogeneity.df == 7
    names = [row.method for row in pooled.classical]
    assert names == [
        "common effect", "DerSimonian-Laird", "Paule-Mandel", "REML", "REML with Hartung-Knapp",
        "common effect, maximum likelihood", "random effects, maximum likelihood",
        "Freeman-Tukey double arcsine, REML",
    ]  # fmt: skip
    assert method(pooled, "common effect, maximum likelihood").estimate == pytest.approx(127 / 513, abs=1e-12)
    assert len(pooled.leave_one_out) == 8


def test_a_study_without_an_event_takes_part_and_is_named_where_it_cannot():
    pooled = pool(studies_of(StudyKind.ONE_ARM, (0, 12), (3, 20), (5, 17)))
    assert pooled.without_effect == ("S1",)
    assert pooled.studies[0].observed == 0
    assert pooled.studies[0].high == pytest.approx(1 - 0.025 ** (1 / 12), abs=1e-12)
    assert 0 < pooled.studies[0].posterior.median < 0.2
    common = method(pooled, "common effect, maximum likelihood")
    assert common.estimate == pytest.approx(8 / 49, abs=1e-12)  # the empty study counts


def test_no_event_in_any_study_still_gives_a_posterior_and_no_estimate_that_needs_one():
    pooled = pool(studies_of(StudyKind.ONE_ARM, (0, 12), (0, 20), (0, 17)))
    assert pooled.heterogeneity is None
    assert [row.method for row in pooled.classical] == ["Freeman-Tukey double arcsine, REML"]
    assert 0 < pooled.mean.low < pooled.mean.high < 0.2


def test_two_arms_are_pooled_by_their_conditional_likelihood():
    # Six of the eighteen trials of Stijnen 2010, one of them without an event in either arm.
    kept = (0, 2, 6, 8, 11, 14)
    a, n_t, c, n_c = (column[list(kept)] for column in two_arms("pool-stijnen-or"))
    rows = list(zip(a.tolist(), n_t.tolist(), c.tolist(), n_c.tolist(), strict=True))
    pooled = pool(studies_of(StudyKind.TWO_ARM, *rows))
    likelihood = glmm.fit_random(HypergeometricLikelihood(a, n_t, c, n_c))
    assert likelihood is not None
    found = method(pooled, "random effects, maximum likelihood")
    assert found.estimate == pytest.approx(math.exp(likelihood.estimate), rel=1e-9)
    assert pooled.mean.low < found.estimate < pooled.mean.high
    assert pooled.mean.mean is None  # of a ratio
    assert pooled.without_effect == ("S1", "S5", "S6")
    assert pooled.studies[5].observed is None
    assert pooled.studies[5].posterior.median == pytest.approx(
        pooled.new_study.median, rel=1e-6
    )  # it says nothing


def test_rates_and_effects_are_pooled_on_their_own_scales():
    name = "pool-stijnen-rate-control"
    rows = zip(inputs(name)["events"], (day / 1000 for day in inputs(name)["days"]), strict=True)
    rates = pool(studies_of(StudyKind.RATE, *rows))
    exact = printed(name)["poisson_normal_ml"]
    assert method(rates, "random effects, maximum likelihood").estimate == pytest.approx(
        exact["rate"], abs=1e-3
    )
    assert rates.mean.median == pytest.approx(exact["rate"], rel=0.05)

    name = "map-tipmap-three-adult-trials"
    rows = zip(inputs(name)["estimate"], inputs(name)["se"], strict=True)
    effects = pool(studies_of(StudyKind.EFFECT, *rows), prior=HyperPrior(0.0, 5.42, HalfNormal(5.42 / 16)))
    exact = printed(name)["exact_mu"]
    assert [effects.mean.mean, effects.mean.sd] == pytest.approx([exact["mean"], exact["sd"]], abs=2e-5)
    assert effects.error < 1e-6


@pytest.mark.parametrize("odd", [(2.0, 9.0), (480.0, 500.0)])  # one like the others, and one unlike any
def test_leaving_one_out_is_pooling_the_others(odd):
    every = [odd, (4.0, 12.0), (9.0, 14.0)]
    pooled = pool(studies_of(StudyKind.ONE_ARM, *every))
    others = pool(studies_of(StudyKind.ONE_ARM, *every[1:]))
    assert pooled.leave_one_out[0].estimate == pytest.approx(others.mean.median, abs=2e-9)
    assert pooled.leave_one_out[0].high == pytest.approx(others.mean.high, abs=2e-9)


def test_effects_of_a_unit_that_is_no_logarithm_have_no_usual_prior():
    """Of changes of 2 to 18 points the scale of 0.5 that suits logs of ratios gave a tau of 2.1 (1.6 to 2.7), where
    REML finds 6.9."""
    rows = ((-12.0, 1.0), (-6.0, 1.0), (-18.0, 1.2), (-2.0, 1.1))
    of = {
        unit: Studies(StudyKind.EFFECT, tuple(Study(str(n), n + 2, row, unit) for n, row in enumerate(rows)))
        for unit in ("", "points", "logs", "log odds ratio", "Standardized mean difference")
    }
    for unit in ("", "points", "logs"):
        for made in (pool, prior_for_children):
            with pytest.raises(StudiesInvalid, match="have no usual prior"):
                made(of[unit])
    assert pool(of["points"], prior=HyperPrior(0.0, 20.0, HalfNormal(8.0))).tau.low > 3
    assert pool(of["log odds ratio"]).prior == pool(of["Standardized mean difference"]).prior
    taken_as_one = prior_for_children(of["points"], discount=Discount(as_one=True), patient_sd=5.0)
    assert taken_as_one.prior is None  # flat, whatever the unit


def test_one_study_has_no_variation_between_studies_to_estimate():
    """With one study metafor, too, fits the model of a common effect alone."""
    for kind, row in (
        (StudyKind.ONE_ARM, (24, 40)),
        (StudyKind.TWO_ARM, (4, 12, 6, 11)),
        (StudyKind.RATE, (3, 2.5)),
    ):
        rows = pool(studies_of(kind, row)).classical
        assert "common effect" in [one.method for one in rows]
        assert [
            one.method
            for one in rows
            if "andom" in one.method or "REML" in one.method or "Laird" in one.method
        ] == []


def test_a_study_that_weighs_far_more_than_the_others_does_not_swallow_them():
    """Of two studies DerSimonian and Laird's tau^2 is ((y1 - y2)^2 - v1 - v2) / 2: here (0.16 - 0.04) / 2 = 0.06."""
    precise = Studies(
        StudyKind.EFFECT,
        tuple(Study(str(n), n, row, "log odds ratio") for n, row in enumerate(((0.1, 0.2), (0.5, 1e-9)))),
    )
    found = next(one for one in pool(precise).classical if one.method == "DerSimonian-Laird")
    assert found.tau2 == pytest.approx(0.06, abs=1e-12)
    assert found.estimate == pytest.approx((0.1 / 0.1 + 0.5 / 0.06) / (1 / 0.1 + 1 / 0.06), abs=1e-9)


def test_one_study_pooled_is_that_study():
    pooled = pool(studies_of(StudyKind.EFFECT, (0.7, 0.2)), prior=HyperPrior(0.0, 1e4, HalfNormal(1e-7)))
    for row in pooled.classical:
        assert (row.estimate, row.low, row.high) == pytest.approx(
            (0.7, 0.7 - 0.391993, 0.7 + 0.391993), abs=1e-6
        )
    assert (pooled.mean.median, pooled.mean.low) == pytest.approx((0.7, 0.7 - 0.391993), abs=1e-6)
    assert pooled.leave_one_out == ()


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(8, 20)), min_size=2, max_size=3))
@settings(max_examples=2, deadline=None)
def test_the_order_of_studies_changes_nothing(rows):
    one, other = (pool(studies_of(StudyKind.ONE_ARM, *order)) for order in (rows, rows[::-1]))
    assert one.mean.median == pytest.approx(other.mean.median, abs=1e-7)
    assert one.studies[0].posterior.median == pytest.approx(other.studies[-1].posterior.median, abs=1e-7)


def test_the_bcg_trials_are_pooled_by_their_exact_likelihood_beside_the_classical_estimates():
    """Thirteen trials of 262 to 176,782 people with 13 to 1,004 cases each."""
    a, b, c, d = checks.bcg()
    rows = list(zip(a.tolist(), (a + b).tolist(), c.tolist(), (c + d).tolist(), strict=True))
    pooled = pool(studies_of(StudyKind.TWO_ARM, *rows))
    expected = printed("pool-bcg-mh-peto")
    for row, wanted in (("Mantel-Haenszel odds ratio", "mh_or"), ("Peto odds ratio", "peto")):
        found = method(pooled, row)
        assert [found.estimate, found.low, found.high] == pytest.approx(
            [expected[wanted]["or"], *expected[wanted]["ci"]], abs=6e-5
        )
    exact = method(pooled, "random effects, maximum likelihood")
    assert pooled.mean.low < exact.estimate < pooled.mean.high
    assert pooled.mean.median == pytest.approx(exact.estimate, rel=0.02)
    assert pooled.error < 1e-6


def test_results_are_plain_json():
    pooled = pool(studies_of(StudyKind.ONE_ARM, (0, 12), (3, 20)))
    plain = json.loads(json.dumps(to_dict(pooled), allow_nan=False))
    assert plain["kind"] == "one_arm"
    assert plain["prior"] == {"mean": 0.0, "sd": 2.0, "tau": {"scale": 1.0}}
    assert plain["studies"][0]["values"] == [0, 12]
    assert math.isclose(plain["mean"]["median"], pooled.mean.median)


# --- a prior for children, and its tipping point


def test_the_classical_rows_are_those_of_pritz_1997_on_the_reader_s_scale():
    name = "pool-pritz-random"
    pooled = pool(studies_of(StudyKind.ONE_ARM, *zip(inputs(name)["x"], inputs(name)["n"], strict=True)))
    row, expected = method(pooled, "random effects, maximum likelihood"), printed(name)["logit_glmm_ml"]
    assert [row.estimate, row.low, row.high] == pytest.approx(
        [expected["estimate"], *expected["ci"]], abs=6e-5
    )
    assert row.prediction == pytest.approx(expected["prediction"], abs=6e-5)
    row, expected = (
        method(pooled, "Freeman-Tukey double arcsine, REML"),
        printed(name)["exact_double_arcsine_reml"],
    )
    assert [row.estimate, row.low, row.high] == pytest.approx(
        [expected["estimate"], *expected["ci"]], abs=6e-5
    )
    assert row.prediction is None


def test_a_prior_for_children_states_its_discount_its_loss_and_its_sizes():
    found = prior_for_children(ankylosing_spondylitis(), discount=Discount(widened_by=0.3))
    assert found.discount.widened_by == 0.3
    assert found.error < 1e-7
    assert [len(fit.mixture.weights) for fit in found.fits] == [2, 3]
    assert found.fits[1].kl < found.fits[0].kl
    assert found.robust.mixture.weights[-1] == 0.2
    assert found.robust.ess is not None
    assert found.fits[1].ess is not None
    assert found.robust.ess.moment < found.fits[1].ess.moment
    undiscounted = prior_for_children(ankylosing_spondylitis())
    # The prediction for a new study, which stands above.
    assert undiscounted.exact.mean == pytest.approx(0.258278, abs=6e-7)
    assert [undiscounted.exact.low, undiscounted.exact.high] == pytest.approx([0.110851, 0.471436], abs=2e-6)
    assert undiscounted.exact.sd is not None
    assert found.exact.sd is not None
    assert undiscounted.exact.sd < found.exact.sd


def test_the_prior_of_three_adult_trials_is_the_printed_one():
    name = "map-tipmap-three-adult-trials"
    studies = studies_of(StudyKind.EFFECT, *zip(inputs(name)["estimate"], inputs(name)["se"], strict=True))
    prior = HyperPrior(0.0, 5.42, HalfNormal(5.42 / 16))
    exact = prior_for_children(studies, prior=prior, patient_sd=5.42).exact
    expected = printed(name)["exact_map"]
    assert [exact.mean, exact.sd] == pytest.approx([expected["mean"], expected["sd"]], abs=2e-5)
    assert [exact.low, exact.median, exact.high] == pytest.approx(expected["q"], abs=2e-5)
    assert [exact.low, exact.median, exact.high] == pytest.approx(printed(name)["map"]["q"], abs=0.07)


def test_the_vague_component_of_a_proportion_is_uniform_unless_another_is_given():
    studies = ankylosing_spondylitis()
    usual, other = (
        prior_for_children(studies, robust_weight=0.3, robust=robust).robust.mixture
        for robust in (None, BetaMixture((1.0,), (0.5,), (2.5,)))
    )
    assert isinstance(usual, BetaMixture)
    assert isinstance(other, BetaMixture)
    assert (usual.weights[-1], usual.a[-1], usual.b[-1]) == (0.3, 1.0, 1.0)
    assert (other.weights[-1], other.a[-1], other.b[-1]) == (0.3, 0.5, 2.5)


def test_the_vague_component_of_an_effect_is_one_patient_unless_another_is_given():
    studies = studies_of(StudyKind.EFFECT, (1.16, 0.46), (1.43, 0.35), (1.59, 0.28))
    of_points = HyperPrior(0.0, 5.42, HalfNormal(5.42 / 16))
    usual, other = (
        prior_for_children(
            studies, prior=of_points, robust_weight=0.3, robust=robust, patient_sd=5.42
        ).robust.mixture
        for robust in (None, NormalMixture((1.0,), (0.25,), (3.0,)))
    )
    assert isinstance(usual, NormalMixture)
    assert isinstance(other, NormalMixture)
    assert (usual.weights[-1], usual.means[-1], usual.sds[-1]) == (0.3, 0.0, 5.42)
    assert (other.weights[-1], other.means[-1], other.sds[-1]) == (0.3, 0.25, 3.0)


def test_adolescents_with_severe_asthma_tip_as_printed():
    name = "tip-mepolizumab-adolescents"
    adult = inputs(name)["adult"]
    studies = studies_of(StudyKind.EFFECT, (adult["mean"], math.sqrt(adult["variance"])))
    found = tipping_for_children(
        studies,
        children=(inputs(name)["adolescent"]["estimate"], inputs(name)["adolescent"]["se"]),
        conclusion=Conclusion(0.0, 0.975, above=False),
        children_n=(16, 9),
        discount=Discount(as_one=True),
        robust=NormalMixture((1.0,), (0.0,), (math.sqrt(12.4),)),
    )
    assert found.tipping.weight == pytest.approx(printed(name)["exact_tipping_weight"], abs=1e-5)
    marked = {choice.words: choice.tipping_weight for choice in found.by_robust}
    assert marked["one patient in total"] == pytest.approx(0.697, abs=1e-3)  # 12.4 is this one, rounded
    weights = [choice.tipping_weight or 0.0 for choice in found.by_robust]
    assert weights == sorted(weights, reverse=True)  # from sharp to vague


@pytest.mark.parametrize(
    "call",
    [
        lambda s: tipping_for_children(s, children=(9, 8), conclusion=Conclusion(0.3)),
        lambda s: tipping_for_children(s, children=(1.5, 8), conclusion=Conclusion(0.3)),
        lambda s: tipping_for_children(s, children=(3, 8), conclusion=Conclusion(0.3, 1.2)),
        lambda s: prior_for_children(s, discount=Discount(as_one=True)),
        lambda s: prior_for_children(s, discount=Discount(power=0)),
        lambda s: prior_for_children(s, robust_weight=1.2),
        lambda s: prior_for_children(s, robust=NormalMixture((1.0,), (0.0,), (1.0,))),
        lambda s: prior_for_children(studies_of(StudyKind.RATE, (3, 2.5))),
        lambda s: prior_for_children(studies_of(StudyKind.EFFECT, (0.3, 0.2))),
        lambda s: prior_for_children(
            studies_of(StudyKind.EFFECT, (0.3, 0.2)), patient_sd=2.0, discount=Discount(power=0.5)
        ),
        lambda s: pool(s, level=95),
    ],
)
def test_what_cannot_be_answered_is_refused(call):
    with pytest.raises(StudiesInvalid):
        call(ankylosing_spondylitis())


def test_every_published_entry_is_named_by_a_test():
    from pathlib import Path

    text = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    text += (Path(__file__).parents[1] / "verdicts" / "test_exact.py").read_text(encoding="utf-8")
    by_their_numbers = {"rate-lehmann-2-9": "17877, 16660"}
    assert [name for name in sorted(checks.ids()) if by_their_numbers.get(name, name) not in text] == []
