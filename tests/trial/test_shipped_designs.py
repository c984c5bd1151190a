"""The numbers of the shipped designs against the rows that they rest on."""

import re
from fractions import Fraction

import pytest
from scipy.stats import beta

from leadline.protocol import read_protocol
from leadline.trial import read_design, shipped_design
from leadline.trial.operating import Trial
from leadline.trial.scenarios import Scenario
from leadline.verdicts.null_rates import published
from tests.trial.published import CHECKS

DESIGNS = {name: read_design(shipped_design(name)) for name in ("msc_basket", "msc_basket_randomised")}
JIA = {"JIA", "polyarticular JIA", "systemic JIA"}


def basket(name, disease):
    return next(one for one in DESIGNS[name].baskets if one.id == disease)


def counts_of(reason):
    """(events, children, id of the row) of each rate that a reason counts."""
    return [(r, n, row) for r, n, row in re.findall(r"(\d+)/(\d+) \((N\d+)\)", reason)]


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize(("disease", "many"), [("jia", 5), ("csle", 1), ("mctd", 0)])
def test_every_count_of_a_reason_is_that_of_its_row(name, disease, many):
    counted = counts_of(basket(name, disease).null_reason)
    assert len(counted) == many
    for events, children, row in counted:
        source = published()[row]
        assert (source["n_events"], source["n_total"]) == (events, children)
        assert source["arm_kind"] == "placebo"
        assert source["population"].startswith("paediatric")


@pytest.mark.parametrize("name", DESIGNS)
def test_no_placebo_arm_of_a_trial_in_jia_with_acr_70_is_left_out(name):
    """Trials that withdraw a drug from those who responded to it show something else, and are left out."""
    read = {
        row["id"]
        for row in published().values()
        if row["disease"] in JIA
        and row["design"] == "RCT"
        and row["arm_kind"] == "placebo"
        and re.fullmatch(r"ACR( Pedi )?70", row["endpoint"])
    }
    reason = basket(name, "jia").null_reason
    assert {row for *_, row in counts_of(reason)} == read
    weeks = {int(published()[row]["timepoint_weeks"]) for row in read}
    assert f"at week {min(weeks)} to {max(weeks)};" in reason
    assert {published()[row]["disease"] for row in read} == {"systemic JIA"}  # none in polyarticular JIA
    assert (published()["N52"]["percent_printed"], published()["N52"]["arm_kind"]) == ("49.2", "placebo")


@pytest.mark.parametrize("name", DESIGNS)
def test_the_null_rate_of_lupus_is_that_of_its_row_and_its_week_is_told(name):
    lupus, row = basket(name, "csle"), published()["N01"]
    assert (row["endpoint"], row["timepoint_weeks"]) == ("SRI-4", "52")
    assert (lupus.responder, lupus.null_rate) == ("sri4", 0.44)
    assert abs(Fraction(17, 39) - Fraction("0.44")) < Fraction("0.005")
    assert "at week 52; the estimand asks at week 24" in lupus.null_reason


def test_the_estimands_ask_in_the_week_that_the_reasons_say():
    estimands = [objective.estimand for objective in read_protocol("msc_iv_paediatric").objectives]
    asked = {one.variable: one.visit for one in estimands}
    for one in DESIGNS["msc_basket"].baskets:
        assert asked[one.responder] == "week_24"


def test_adults_count_a_quarter():
    """Wang 2014: major response 13 of 40, partial 11 of 40."""
    adults, vague = basket("msc_basket", "csle").prior
    assert (adults.a, adults.b) == (1 + (13 + 11) / 4, 1 + (40 - 13 - 11) / 4)
    assert (vague.a, vague.b) == (1, 1)


def test_earlier_controls_count_half_and_their_interval_limits_the_rates():
    """PLUTO, placebo: 17 of 39 (N01)."""
    control = basket("msc_basket_randomised", "csle").control
    earlier, _ = control.prior
    assert (earlier.a, earlier.b) == (1 + 17 / 2, 1 + (39 - 17) / 2)
    exact = beta.ppf(0.025, 17, 23), beta.ppf(0.975, 18, 22)
    assert control.rates == pytest.approx(exact, abs=0.005)


def test_the_rate_of_jia_lies_above_all_that_was_read():
    assert sum(int(events) for events, *_ in counts_of(basket("msc_basket", "jia").null_reason)) == 9
    assert sum(int(children) for _, children, _ in counts_of(basket("msc_basket", "jia").null_reason)) == 130
    assert basket("msc_basket", "jia").null_rate > 9 / 130


@pytest.mark.slow
@pytest.mark.parametrize("name", ["s1", "s3", "s4"])
def test_the_design_of_four_baskets_errs_as_printed(name):
    """Neuenschwander 2016: bias and mean square error of each basket. Its go rule asks for more than the file says."""
    check, trial = CHECKS["exnex-oc"], Trial(read_design(shipped_design("exnex_four_baskets")))
    found = trial.operating(Scenario(name, tuple(check["inputs"]["scenarios"][name])))
    assert found.bias == pytest.approx(check["printed"][f"exact_bias_{name}"], abs=5e-4)
    assert [100 * one for one in found.bias] == pytest.approx(
        check["printed"][f"bias_percent_{name}"], abs=0.2
    )
    if name == "s1":
        assert [100 * one for one in found.mse] == pytest.approx(check["printed"]["mse_percent_s1"], abs=0.02)
