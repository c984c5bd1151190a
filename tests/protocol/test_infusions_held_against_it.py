"""One infusion against product, release, dose, premedication and observation; further ones against repeat dosing."""

from dataclasses import replace
from typing import Any

import pytest

from leadline.protocol.adherence.infusions import check_infusions, check_repeat_dosing
from leadline.protocol.rules import Grade, RangeRule
from tests.protocol.charts import chart, context, days, drug, infusion, limit, shipped, visit

WEIGHED = {"weight_kg_at_infusion": 20.0}


def protocol(**dose):
    """2 million viable cells per kg, 20 % either way; the product allows 1 to 4; an endotoxin of 5 EU/kg."""
    own = {
        "per_kg": limit(value=2, unit="10*6/kg"),
        "total": None,
        "tolerance": limit(value=20, unit="%"),
        "weight_max_age": limit(high=28, unit="d"),
        "basis": "viable",
    }
    return replace(
        shipped(),
        dose=replace(shipped().dose, **{**own, **dose}),
        product=replace(shipped().product, dose_limits=limit(low=1, high=4, unit="10*6/kg")),
    )


def checks_of(*infusions, visits=(), drugs=(), number=0, by=None, **patient):
    child = chart(infusions=infusions, visits=visits, drugs=drugs, patient=patient)
    found = check_infusions(context(child, by or protocol()))
    return {check.rule: check for check in found[number].checks}


def dose(*, by=None, visits=(), **fields):
    checks = checks_of(infusion(**fields), visits=visits, by=by)
    return checks["dose_within_tolerance"].outcome.value, checks["dose_within_limits"].outcome.value


KEPT, MINOR, MAJOR, UNKNOWN = "as_written", "minor_deviation", "major_deviation", "not_documented"


@pytest.mark.parametrize(
    ("per_kg", "outcomes"),
    [
        (1.6, (KEPT, KEPT)),
        (2.4, (KEPT, KEPT)),
        (1.59, (MINOR, KEPT)),
        (2.41, (MINOR, KEPT)),
        (4.0, (MINOR, KEPT)),
        (4.01, (MINOR, MAJOR)),
        (0.99, (MINOR, MAJOR)),
        (None, (UNKNOWN, UNKNOWN)),
    ],
)
def test_the_dose_per_kg_is_held_against_the_tolerance_and_the_product(per_kg, outcomes):
    assert dose(dose_cells_per_kg=per_kg, dose_basis="viable") == outcomes


@pytest.mark.parametrize(("percent", "asked"), [(20, "1.6 to 2.4"), (100, "0 to 4"), (120, "0 to 4.4")])
def test_a_tolerance_is_never_worded_as_fewer_cells_than_none(percent, asked):
    by = protocol(tolerance=limit(value=percent, unit="%"))
    found = checks_of(infusion(dose_cells_per_kg=2, dose_basis="viable"), by=by)["dose_within_tolerance"]
    assert f"{asked} million cells per kg" in found.asked


def test_a_total_is_divided_by_the_weight_of_the_day():
    assert dose(dose_cells_total=40, dose_basis="viable", weight_kg_at_infusion=20) == (KEPT, KEPT)  # 2 a kg
    assert dose(dose_cells_total=40, dose_basis="viable", weight_kg_at_infusion=60) == (MINOR, MAJOR)  # 0.67
    assert dose(dose_cells_total=40, dose_basis="viable") == (UNKNOWN, UNKNOWN)


def test_a_dose_that_was_divided_is_said_with_four_digits_and_a_recorded_one_as_it_is():
    divided = checks_of(infusion(dose_cells_total=40, dose_basis="viable", weight_kg_at_infusion=36))
    assert divided["dose_within_tolerance"].found.startswith(
        "1.111 million per kg, from 40 million cells in 36 kg"
    )
    recorded = checks_of(infusion(dose_cells_per_kg=1.11111, dose_basis="viable"))
    assert recorded["dose_within_tolerance"].found.startswith("1.11111 million per kg")


@pytest.mark.parametrize(
    ("day", "outcome"), [(-28, KEPT), (-29, UNKNOWN), (0, KEPT), ((-30, -20), UNKNOWN), (1, UNKNOWN)]
)
def test_a_weight_of_a_visit_serves_until_it_is_four_weeks_old(day, outcome):
    weighed = [visit(day, {"weight_kg": 20})]
    assert dose(dose_cells_total=40, dose_basis="viable", visits=weighed)[0] == outcome


def test_a_weight_may_be_as_old_as_so_many_months_surely_are():
    three_months = protocol(weight_max_age=limit(high=3, unit="mo"))  # at least 89 days
    for day, outcome in ((-89, KEPT), (-90, UNKNOWN)):
        weighed = [visit(day, {"weight_kg": 20})]
        assert dose(dose_cells_total=40, dose_basis="viable", visits=weighed, by=three_months)[0] == outcome


def test_a_stated_dose_that_its_total_contradicts_is_decided_only_where_both_agree():
    fields = {"dose_basis": "viable", **WEIGHED}
    assert dose(dose_cells_per_kg=2, dose_cells_total=60, **fields) == (
        UNKNOWN,
        KEPT,
    )  # 2 stated, 3 worked out
    assert dose(dose_cells_per_kg=2, dose_cells_total=41, **fields) == (KEPT, KEPT)  # 2.05: the same, rounded
    assert dose(dose_cells_per_kg=5, dose_cells_total=200, **fields) == (MINOR, MAJOR)  # 5 and 10


@pytest.mark.parametrize(
    ("fields", "outcomes"),
    [
        (
            {"dose_cells_per_kg": 2.5, "dose_basis": "total_nucleated", "viability_pct": 80},
            (KEPT, KEPT),
        ),  # 2.0
        (
            {"dose_cells_per_kg": 2.0, "dose_basis": "total_nucleated", "viability_pct": 70},
            (MINOR, KEPT),
        ),  # 1.4
        ({"dose_cells_per_kg": 2.0, "dose_basis": "total_nucleated"}, (UNKNOWN, UNKNOWN)),  # 0 to 2
        ({"dose_cells_per_kg": 2.0, "viability_pct": 90}, (KEPT, KEPT)),  # 1.8 to 2.0
        ({"dose_cells_per_kg": 2.0, "viability_pct": 70}, (UNKNOWN, KEPT)),  # 1.4 to 2.0
        ({"dose_cells_per_kg": 0.9}, (MINOR, MAJOR)),  # at most 0.9, whichever cells it counts
    ],
)
def test_viable_cells_are_worked_out_of_all_cells_where_their_share_is_known(fields, outcomes):
    assert dose(**fields) == outcomes


def test_all_cells_are_worked_out_of_viable_ones():
    by = protocol(basis="total_nucleated")
    assert dose(by=by, dose_cells_per_kg=1.6, dose_basis="viable", viability_pct=80) == (KEPT, KEPT)  # 2.0
    assert dose(by=by, dose_cells_per_kg=2, dose_basis="viable") == (UNKNOWN, UNKNOWN)  # 2 or more
    assert dose(by=by, dose_cells_per_kg=4.5, dose_basis="viable") == (MINOR, MAJOR)  # 4.5 or more


def test_a_dose_planned_in_cells_is_held_against_millions():
    by = protocol(per_kg=limit(value=2e6, unit="{cells}/kg"))
    assert dose(by=by, dose_cells_per_kg=2, dose_basis="viable") == (KEPT, KEPT)
    assert dose(by=by, dose_cells_per_kg=3, dose_basis="viable") == (MINOR, KEPT)


def test_a_dose_that_is_the_same_for_every_child_is_held_against_the_total():
    by = protocol(per_kg=None, total=limit(value=50, unit="10*6"))
    assert dose(by=by, dose_cells_total=50, dose_basis="viable", weight_kg_at_infusion=20) == (
        KEPT,
        KEPT,
    )  # 2.5 a kg
    assert dose(by=by, dose_cells_total=50, dose_basis="viable", weight_kg_at_infusion=60) == (
        KEPT,
        MAJOR,
    )  # 0.83


# ---- release ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"endotoxin_eu_ml": 0.4, "volume_ml": 100, **WEIGHED}, KEPT),  # 2 EU/kg (measures dossier 6.3)
        ({"endotoxin_eu_ml": 1.0, "volume_ml": 100, **WEIGHED}, KEPT),  # 5
        ({"endotoxin_eu_ml": 1.01, "volume_ml": 100, **WEIGHED}, MAJOR),  # 5.05
        ({"endotoxin_below_eu_ml": 0.5, "volume_ml": 100, **WEIGHED}, KEPT),  # below 2.5
        ({"endotoxin_below_eu_ml": 2.0, "volume_ml": 100, **WEIGHED}, UNKNOWN),  # below 10
        ({"endotoxin_eu_ml": 0.4, **WEIGHED}, UNKNOWN),
    ],
)
def test_endotoxin_is_reckoned_per_kg_of_the_child(fields, outcome):
    assert checks_of(infusion(**fields))["endotoxin"].outcome == outcome


def test_what_would_document_endotoxin_is_named():
    assert checks_of(infusion(endotoxin_eu_ml=0.4))["endotoxin"].missing == ("volume given", "weight")


@pytest.mark.parametrize(
    ("result", "outcome"),
    [("no_growth", KEPT), ("growth", MAJOR), ("pending", MAJOR), ("not_done", MAJOR), (None, UNKNOWN)],
)
def test_a_pending_test_has_not_been_passed_and_one_not_recorded_is_not_known(result, outcome):
    assert checks_of(infusion(sterility_test=result))["sterility"].outcome == outcome


def test_viability_passes_at_its_limit():
    for value, outcome in ((70, KEPT), (69.9, MAJOR), (None, UNKNOWN)):
        assert checks_of(infusion(viability_pct=value))["viability"].outcome == outcome


MARKERS: dict[str, Any] = {
    "cd105_pct": 98, "cd73_pct": 97, "cd90_pct": 99, "cd45_pct": 0.5, "cd34_pct": 0.5, "hla_dr_pct": 1, "cd14_pct": 1,
    "cd19_pct": 1, "plastic_adherent": True, "osteo": True, "adipo": True, "chondro": True,
}  # fmt: skip


def test_the_identity_of_the_cells_is_judged_by_their_markers():
    assert checks_of(infusion(**MARKERS))["identity"].outcome == KEPT
    assert checks_of(infusion(**{**MARKERS, "cd73_pct": 94.9}))["identity"].outcome == MAJOR
    lacking = checks_of(infusion(**{**MARKERS, "osteo": None}))["identity"]
    assert lacking.outcome == UNKNOWN
    assert lacking.missing == ("Differentiates to bone cells",)  # CD14 and CD19 spare CD11b and CD79a


def test_what_a_chart_says_is_not_known_is_not_known():
    assert checks_of(infusion(donor="unknown", route="unknown"))["donor"].outcome == UNKNOWN
    assert checks_of(infusion(route="im"))["route"].outcome == MAJOR


# ---- rate, premedication, observation --------------------------------------------------------------------------------


def test_the_rate_is_volume_by_minutes():
    rate = next(rule for rule in shipped().dose.rules if isinstance(rule, RangeRule) and rule.id == "rate")
    by = protocol(rules=(replace(rate, limit=limit(high=2, unit="mL/min"), deviation=Grade.MINOR),))
    for minutes, outcome in ((30, KEPT), (29, MINOR), (None, UNKNOWN)):  # 60 mL: 2, 2.07 mL/min
        assert checks_of(infusion(volume_ml=60, infusion_minutes=minutes), by=by)["rate"].outcome == outcome


@pytest.mark.parametrize(
    ("written", "outcome"),
    [("cetirizine", KEPT), ("chlorphenamine 2 mg iv; paracetamol", KEPT), ("none", MINOR), ("paracetamol", MINOR),
     ("something", UNKNOWN), (None, UNKNOWN)],
)  # fmt: skip
def test_premedication_is_read_from_the_row_of_the_infusion(written, outcome):
    assert checks_of(infusion(premedication=written))["antihistamine"].outcome == outcome


def test_premedication_is_found_among_the_medicines_of_that_day():
    given = [drug("cetirizine", 0, 0, frequency="once", indication="premedication")]
    assert checks_of(infusion(), drugs=given)["antihistamine"].outcome == KEPT
    hydrocortisone = [drug("hydrocortisone", 0, 0, frequency="once", indication="premedication")]
    assert checks_of(infusion(), drugs=hydrocortisone)["no_hydrocortisone"].outcome == MINOR


def test_the_days_of_a_rule_count_from_the_infusion_that_is_checked():
    drugs = [drug("cetirizine", 90, 90, frequency="once", indication="premedication")]
    both = (infusion(premedication="none"), infusion(90, 2))
    assert checks_of(*both, drugs=drugs, number=0)["antihistamine"].outcome == MINOR
    assert checks_of(*both, drugs=drugs, number=1)["antihistamine"].outcome == KEPT


def test_observation_lasts_as_long_as_the_protocol_asks():
    for hours, outcome in ((24, KEPT), (23.9, MAJOR), (None, UNKNOWN)):
        assert checks_of(infusion(hours_observed=hours))["observed"].outcome == outcome


@pytest.mark.parametrize(
    ("minutes", "outcome", "found"),
    [
        ("0;15;30;60;120;240;1440", KEPT, "at every planned time"),
        ("0;14;33;58;125;250;1400", KEPT, "at every planned time"),
        ("0;15;30;60;120;240", MINOR, "none near minute 1440"),
        ("0;20;25;60;120;240;1440", KEPT, "at every planned time"),  # 25 is nearer to 30
        ("0;60;120;240;1440", MINOR, "none near minute 15, 30"),
        (None, UNKNOWN, "not recorded"),
    ],
)
def test_every_planned_time_needs_vital_signs_of_its_own(minutes, outcome, found):
    check = checks_of(infusion(vital_signs_minutes=minutes))["vital_signs"]
    assert (check.outcome, check.found) == (outcome, found)


def test_an_infusion_that_was_not_given_is_not_checked():
    child = chart(infusions=(infusion(), replace(infusion(84, 2), given=False)))
    assert [one.number for one in check_infusions(context(child, protocol()))] == [1]


# ---- repeat dosing ---------------------------------------------------------------------------------------------------

BEFORE = {
    "physician_global_0_10": 8, "parent_global_0_10": 8, "chaq_di": 2, "active_joint_count": 10,
    "limited_joint_count": 10, "esr_mm_h": 60,
}  # fmt: skip
BETTER = {item: value / 2 for item, value in BEFORE.items()}


def repeats(*infusions, visits=(), diagnosis="jia", **rules):
    by = replace(shipped(), repeat_dosing=replace(shipped().repeat_dosing, **rules))
    child = chart(diagnosis, visits=visits, infusions=infusions)
    return {check.rule: check for check in check_repeat_dosing(context(child, by))}


@pytest.mark.parametrize(
    ("day", "outcome", "found"),
    [
        (84, KEPT, "84 days"),
        (83, MAJOR, "83 days"),
        ((80, 90), UNKNOWN, "80 to 90 days"),
        (None, UNKNOWN, "not recorded"),
    ],
)
def test_infusions_are_so_far_apart(day, outcome, found):
    check = repeats(infusion(), infusion(day, 2), interval=days(first=84))["interval"]
    assert (check.outcome, check.found) == (outcome, found)


def test_no_more_infusions_are_given_than_the_protocol_allows():
    three = infusion(), infusion(90, 2), infusion(180, 3)
    assert repeats(*three, most=limit(high=3))["most_infusions"].outcome == KEPT
    assert repeats(*three, most=limit(high=2))["most_infusions"].outcome == MAJOR
    for most, outcome in ((2, MAJOR), (3, KEPT), (4, KEPT)):  # a most is a most, and not so many
        found = repeats(*three, most=limit(value=most))["most_infusions"]
        assert (found.outcome, found.asked[:7]) == (outcome, "at most")
    assert repeats(infusion()) == {}


def test_a_disease_without_repeats_is_given_one_infusion():
    assert (
        repeats(infusion(), infusion(90, 2), diagnosis="sle", diagnoses=("jia",))["repeat_dosing_for"].outcome
        == MAJOR
    )


def test_a_response_lost_was_there_at_one_visit_and_is_not_at_the_last():
    limits = {"esr_mm_h": 20}
    baseline, better, worse = (
        visit(day, facts, limits=limits) for day, facts in ((-5, BEFORE), (56, BETTER), (85, BEFORE))
    )
    lost = repeats(infusion(), infusion(90, 2), visits=[baseline, better, worse])
    assert (lost["had_responded"].outcome, lost["response_lost"].outcome) == (KEPT, KEPT)
    kept = repeats(infusion(), infusion(90, 2), visits=[baseline, better])
    assert (kept["had_responded"].outcome, kept["response_lost"].outcome) == (KEPT, MAJOR)
    never = repeats(infusion(), infusion(90, 2), visits=[baseline, worse])
    assert (never["had_responded"].outcome, never["response_lost"].outcome) == (MAJOR, KEPT)
    silent = repeats(infusion(), infusion(90, 2), visits=[baseline])
    assert (silent["had_responded"].outcome, silent["response_lost"].outcome) == (UNKNOWN, UNKNOWN)


def test_a_visit_after_the_infusion_says_nothing_of_the_time_before_it():
    limits = {"esr_mm_h": 20}
    late = [visit(-5, BEFORE, limits=limits), visit(95, BETTER, limits=limits)]
    assert repeats(infusion(), infusion(90, 2), visits=late)["had_responded"].outcome == UNKNOWN
