"""Response, flare, inactive disease, remission, CHAQ, MAS. Values typed from the measures dossier 1.6-1.12."""

import re

import pytest

from leadline.errors import ItemOutOfRange, ItemUnknown
from leadline.measures import MEASURES, Score, evaluate
from tests.measures.juvenile_arthritis import INACTIVE, two_visits

LEVELS = ("acr30", "acr50", "acr70", "acr90", "acr100")
BASELINE = (8, 6, 2.0, 12, 10, 60)


def responses(inputs, measure="acr_pedi"):
    result = evaluate(measure, inputs)
    return tuple(result[level] for level in LEVELS)


NONE_MET = ("not_met",) * 5


@pytest.mark.parametrize(
    ("baseline", "current", "expected"),
    [
        (BASELINE, (4, 4.2, 1.0, 6, 10, 60), ("met", "met", "not_met", "not_met", "not_met")),
        (BASELINE, (4, 4.2, 1.0, 6, 14, 80), NONE_MET),
        ((10, 10, 2.0, 10, 10, None), (4, 4, 0.8, 4, 10, 20), ("met", "met", "not_met", "not_met", "not_met")),
        (BASELINE, (0, 0, 0, 0, 0, 0), ("met",) * 5),
        # exactly 30 % improves, and exactly 30 % does not worsen
        ((10, 10, 2.0, 10, 10, 100), (7, 7, 1.4, 13, 13, 100), ("met", "not_met", "not_met", "not_met", "not_met")),
        ((10, 10, 2.0, 10, 10, 100), (7, 7, 1.4, 13, 14, 131), NONE_MET),
        ((10, 10, 2.0, 10, 10, 100), (7, 7, 1.4, 13, 13, 131), ("met", "not_met", "not_met", "not_met", "not_met")),
        ((10, 10, 2.0, 10, 10, 100), (7.1, 7, 1.4, 10, 10, 100), NONE_MET),
        # zero stays zero: neither better nor worse; zero rises: worse
        ((10, 10, 2.0, 0, 0, 20), (5, 5, 1.0, 0, 0, 20), ("met", "met", "not_met", "not_met", "not_met")),
        ((10, 10, 2.0, 0, 0, 20), (5, 5, 1.0, 1, 0, 20), ("met", "met", "not_met", "not_met", "not_met")),
        ((10, 10, 2.0, 0, 0, 20), (5, 5, 1.0, 1, 1, 20), NONE_MET),
        # two unknown: three improve, but both unknown ones may have worsened
        ((10, 10, 2.0, None, None, 20), (5, 5, 1.0, 1, 1, 20),
         ("indeterminate", "indeterminate", "not_met", "not_met", "not_met")),
        ((10, 10, 2.0, 10, 10, 20), (None,) * 6, ("indeterminate",) * 5),
        # two worsened already: no level can be met
        ((5, 5, None, None, None, None), (9, 9, None, None, None, None), NONE_MET),
    ],
)  # fmt: skip
def test_response_by_level(baseline, current, expected):
    assert responses(two_visits(baseline, current)) == expected


# Physician and parent improve by half, CHAQ just as much as the level asks; one joint count is worse beyond doubt.
@pytest.mark.parametrize(
    ("chaq", "esr", "acr30"),
    [(1.4, 130, "met"), (1.4, 130.01, "not_met"), (1.4001, 130, "not_met"), (1.4, 129.99, "met")],
)
def test_thirty_percent_to_the_hundredth(chaq, esr, acr30):
    inputs = two_visits((10, 10, 2.0, 10, 10, 100), (5, 5, chaq, 10, 20, esr))
    assert responses(inputs)[0] == acr30


@pytest.mark.parametrize(
    ("esr", "chaq", "brunner"),
    [(140, 1.0, "met"), (139.99, 1.0, "not_met"), (140, 0.7, "not_met"), (140, 0.7001, "met")],
)
def test_forty_and_thirty_percent_of_a_flare_to_the_hundredth(esr, chaq, brunner):
    inputs = two_visits((5, 5, 1.0, 10, 10, 100), (7, 5, chaq, 7, 10, esr))
    assert evaluate("jia_flare_brunner2002", inputs)["result"] == brunner


@pytest.mark.parametrize(("esr", "withdrawal"), [(130, "met"), (129.99, "not_met")])
def test_thirty_percent_of_a_flare_in_withdrawal_to_the_hundredth(esr, withdrawal):
    inputs = two_visits((5, 5, 1.0, 10, 10, 100), (7, 7, 1.0, 10, 10, esr))
    assert evaluate("jia_flare_withdrawal", inputs)["result"] == withdrawal


def test_what_is_missing_is_named_as_the_calculator_names_it():
    result = evaluate("acr_pedi", two_visits((10, 10, 2.0, None, 10, 20), (5, 5, 1.0, 1, None, 20)))
    assert result["missing"] == ["baseline.active_joint_count", "current.limited_joint_count"]


def test_the_same_reactant_is_used_at_both_visits():
    inputs = two_visits((10, 10, 2.0, 10, 10, 100), (5, 5, 2.0, 10, 10, None))
    inputs["current"]["crp_mg_l"] = 1
    assert responses(inputs)[0] == "indeterminate", "an ESR before and a CRP after are no pair"
    inputs["baseline"]["crp_mg_l"] = 50
    assert responses(inputs)[0] == "met"
    assert evaluate("acr_pedi", inputs)["reactant"] == "crp_mg_l"


def test_a_rise_from_zero_is_listed():
    result = evaluate("acr_pedi", two_visits((10, 10, 2.0, 0, 0, 20), (5, 5, 1.0, 1, 0, 20)))
    assert result["baseline_zero_components"] == ["active_joint_count"]


def test_a_rise_within_normal_limits_counts_and_is_flagged_unless_chosen_otherwise():
    inputs = two_visits((10, 10, 2.0, 10, 10, 4), (5, 5, 1.0, 14, 10, 6))
    assert responses(inputs) == NONE_MET
    assert evaluate("acr_pedi", inputs)["small_number_components"] == ["esr_mm_h"]
    chosen = {**inputs, "ignore_worsening_within_normal": True, "esr_uln": 15}
    assert responses(chosen)[:2] == ("met", "met")
    assert responses({**chosen, "esr_uln": 5}) == NONE_MET
    assert responses({**chosen, "esr_uln": None})[0] == "indeterminate", (
        "without the laboratory's limit: unknown"
    )


@pytest.mark.parametrize(
    ("temperature", "rule", "acr30"),
    [
        (38.0, "gt_38_0", "met"), (38.1, "gt_38_0", "not_met"), (37.8, "gt_38_0", "met"), (37.8, "ge_37_5", "not_met"),
        (37.5, "ge_37_5", "not_met"), (37.4, "ge_37_5", "met"), (None, "gt_38_0", "indeterminate"),
    ],
)  # fmt: skip
def test_fever_undoes_a_response_in_systemic_arthritis(temperature, rule, acr30):
    inputs = two_visits(BASELINE, (4, 4.2, 1.0, 6, 10, 60), max_temp_c_7d=temperature, fever_rule=rule)
    levels = responses(inputs, "acr_pedi_sjia")
    assert levels[0] == acr30
    assert levels[2] == "not_met", "a level that is not met needs no temperature"
    assert evaluate("acr_pedi_sjia", inputs)["fever_rule"] == rule


def test_the_temperature_may_stand_with_the_current_visit():
    inputs = two_visits(BASELINE, (4, 4.2, 1.0, 6, 10, 60))
    inputs["current"]["max_temp_c_7d"] = 39
    assert responses(inputs, "acr_pedi_sjia") == NONE_MET


@pytest.mark.parametrize(
    ("baseline", "current", "brunner", "withdrawal"),
    [
        ((2, 2, 0.5, 5, 5, 20), (3, 2, 0.5, 7, 5, 20), "met", "not_met"),
        ((2, 2, 0.5, 5, 5, 20), (2.7, 2, 0.5, 7, 5, 20), "not_met", "not_met"),
        # exactly 40 % worsens; exactly 30 % improves; one may improve, two may not
        ((5, 5, 1.0, 10, 10, 100), (7, 7, 1.0, 10, 10, 70), "met", "not_met"),
        ((5, 5, 1.0, 10, 10, 100), (7, 7, 0.7, 10, 10, 70), "not_met", "not_met"),
        ((5, 5, 1.0, 10, 10, 100), (6.9, 7, 1.0, 10, 10, 100), "not_met", "not_met"),
        # three worsen by at least 30 %: globals and joints by at least 2 as well
        ((5, 5, 1.0, 10, 10, 100), (7, 7, 1.0, 10, 10, 130), "met", "met"),
        ((5, 5, 1.0, 10, 10, 100), (7, 6.9, 1.0, 10, 10, 130), "not_met", "not_met"),
        ((5, 5, 1.0, 4, 10, 100), (7, 5, 1.0, 6, 10, 130), "met", "met"),
        ((5, 5, 1.0, 3, 10, 100), (7, 5, 1.0, 4, 10, 130), "not_met", "not_met"),
        ((5, 5, 1.0, 10, 10, 100), (7, 5, 1.3, 10, 10, 130), "not_met", "met"),
        # from zero any rise is worse
        ((5, 5, 0, 0, 10, 100), (5, 5, 0.125, 1, 10, 100), "met", "not_met"),
        ((5, 5, 1.0, 10, None, None), (7, 7, 1.0, 10, None, None), "indeterminate", "indeterminate"),
        ((5, 5, 1.0, 10, 10, None), (7, 7, 1.0, 10, 10, 20), "met", "indeterminate"),
    ],
)
def test_flare_under_both_rules(baseline, current, brunner, withdrawal):
    inputs = two_visits(baseline, current)
    assert evaluate("jia_flare_brunner2002", inputs)["result"] == brunner
    assert evaluate("jia_flare_withdrawal", inputs)["result"] == withdrawal


def without(*names):
    return {name: value for name, value in INACTIVE.items() if name not in names}


@pytest.mark.parametrize(
    ("inputs", "result"),
    [
        (INACTIVE, "met"),
        (
            {
                **without("esr_mm_h", "esr_uln"),
                "crp_mg_l": 14,
                "crp_uln": 5,
                "elevation_attributable_to_jia": False,
            },
            "met",
        ),
        ({**without("esr_mm_h", "esr_uln"), "crp_mg_l": 14, "crp_uln": 5}, "not_met"),
        ({**INACTIVE, "crp_mg_l": 5, "crp_uln": 5}, "met"),
        ({**INACTIVE, "crp_mg_l": 5.01, "crp_uln": 5}, "not_met"),
        ({**INACTIVE, "crp_mg_l": 5.1, "crp_uln": 5, "elevation_attributable_to_jia": True}, "not_met"),
        ({**INACTIVE, "crp_mg_l": "<5", "crp_uln": 5}, "met"),
        ({**INACTIVE, "crp_mg_l": "<5", "crp_uln": 3}, "indeterminate"),
        ({**INACTIVE, "active_joint_count": None}, "indeterminate"),
        ({**INACTIVE, "active_joint_count": None, "active_uveitis": True}, "not_met"),
        ({**INACTIVE, "active_joint_count": 1}, "not_met"),
        ({**INACTIVE, "systemic_features_present": True}, "not_met"),
        ({**INACTIVE, "physician_global": 0.5}, "not_met"),
        ({**INACTIVE, "physician_global": 1, "physician_global_best": 1}, "met"),
        ({**INACTIVE, "morning_stiffness_min": 15}, "met"),
        ({**INACTIVE, "morning_stiffness_min": 15.01}, "not_met"),
        ({**INACTIVE, "esr_uln": None}, "indeterminate"),
        (without("esr_mm_h"), "indeterminate"),
        # an explanation of a rise that nobody measured explains nothing
        ({**without("esr_mm_h"), "elevation_attributable_to_jia": False}, "indeterminate"),
        ({**INACTIVE, "ilar_category": "systemic"}, "met"),
        ({**INACTIVE, "ilar_category": "psoriatic"}, "not_applicable"),
        ({**INACTIVE, "ilar_category": "enthesitis"}, "not_applicable"),  # the casebook's code
        ({**INACTIVE, "ilar_category": "enthesitis_related"}, "not_applicable"),
        ({**INACTIVE, "ilar_category": "undifferentiated"}, "not_applicable"),
        ({**INACTIVE, "ilar_category": None}, "indeterminate"),
    ],
)
def test_inactive_disease(inputs, result):
    assert evaluate("jia_cid_wallace2011", inputs)["result"] == result


def test_the_global_of_0_to_10_may_come_under_its_usual_name():
    inputs = {**without("physician_global"), "physician_global_0_10": 0}
    assert evaluate("jia_cid_wallace2011", inputs)["result"] == "met"


def visit(date, cid="met", on_medication=True):
    return {"date": date, "cid": cid, "on_medication": on_medication}


OFF = {"on_medication": False}


@pytest.mark.parametrize(
    ("visits", "state"),
    [
        ([visit("2024-03-15"), visit("2024-09-15")], "crm"),
        ([visit("2024-03-15"), visit("2024-09-14")], "cid"),
        ([visit("2024-03-31"), visit("2024-09-30")], "crm"),
        ([visit("2023-08-30"), visit("2024-02-29")], "crm"),
        ([visit("2024-02-29", **OFF), visit("2025-02-28", **OFF)], "cr"),
        ([visit("2024-02-29", **OFF), visit("2025-02-27", **OFF)], "cid"),
        ([visit("2024-03-15"), visit("2024-06-15", "indeterminate"), visit("2024-09-15")], "cid"),
        ([visit("2024-03-15"), visit("2024-06-15", "not_met"), visit("2024-09-15")], "cid"),
        ([visit("2024-03-15"), visit("2024-09-15", "not_met")], "active"),
        ([visit("2024-03-15"), visit("2024-09-15", "indeterminate")], "indeterminate"),
        # the clock off medication starts at the first visit off medication
        ([visit("2023-01-01"), visit("2024-01-01", **OFF), visit("2024-12-31", **OFF)], "cid"),
        ([visit("2023-01-01"), visit("2024-01-01", **OFF), visit("2025-01-01", **OFF)], "cr"),
        ([visit("2024-03-15")], "cid"),
        ([], "indeterminate"),
        # partial dates count where every day of them agrees
        ([visit("2024-02"), visit("2024-09-15")], "crm"),
        ([visit("2024-03"), visit("2024-09-15")], "indeterminate"),
        ([visit("2024-03"), visit("2024-08-31")], "cid"),
        # an unknown drug status counts where both possibilities agree
        ([visit("2024-03-15"), visit("2024-05-01", on_medication=None)], "cid"),
        ([visit("2024-03-15"), visit("2024-09-15", on_medication=None)], "indeterminate"),
        ([visit("2024-03-15"), visit("2024-06-15", on_medication=None), visit("2024-09-15")], "indeterminate"),
        # day numbers: six months are 181 to 184 days
        ([visit("D0"), visit("D184")], "crm"),
        ([visit("D0"), visit("D182")], "indeterminate"),
        ([visit("D0"), visit("D180")], "cid"),
        ([visit("D0"), visit("2024-09-15")], "indeterminate"),
    ],
)  # fmt: skip
def test_remission_is_counted_in_calendar_months(visits, state):
    assert evaluate("jia_remission_wallace", {"visits": visits})["state"] == state


def test_the_clock_off_medication_starts_at_a_documented_stop_if_the_disease_was_inactive_by_then():
    visits = [visit("2024-01-10"), visit("2024-03-10", **OFF), visit("2025-02-01", **OFF)]
    assert evaluate("jia_remission_wallace", {"visits": visits})["state"] == "cid"
    assert (
        evaluate("jia_remission_wallace", {"visits": visits, "medication_stop_date": "2024-02-01"})["state"]
        == "cr"
    )
    assert (
        evaluate("jia_remission_wallace", {"visits": visits, "medication_stop_date": "2024-02-02"})["state"]
        == "cid"
    )
    assert (
        evaluate("jia_remission_wallace", {"visits": visits[1:], "medication_stop_date": "2024-02-01"})[
            "state"
        ]
        == "cid"
    )


def test_a_gap_of_more_than_six_months_is_warned_of():
    # The example of the verdicts dossier 9.7: days 60 and 250 from 1 January 2020.
    result = evaluate("jia_remission_wallace", {"visits": [visit("2020-03-01"), visit("2020-09-07")]})
    assert (result["state"], result["run_visits"], result["largest_gap_days"]) == ("crm", 2, 190)
    assert result["warning"]
    exactly = evaluate("jia_remission_wallace", {"visits": [visit("2020-03-01"), visit("2020-09-01")]})
    assert (exactly["state"], exactly["warning"]) == ("crm", "")


def test_visits_whose_order_is_not_certain_make_no_run():
    # In 2024, and in June 2024: which came first is open, and they differ in the drug.
    result = evaluate(
        "jia_remission_wallace", {"visits": [visit("2024"), visit("2024-06", on_medication=False)]}
    )
    assert (result["state"], result["missing"]) == ("indeterminate", ["date"])
    assert (result["run_visits"], result["since"], result["largest_gap_days"]) == (0, None, None)


def test_a_state_that_is_known_asks_for_nothing():
    result = evaluate("jia_remission_wallace", {"visits": [visit("2024-03-15"), visit("2024-09-15")]})
    assert (result["state"], result["missing"], result["since"]) == ("crm", [], "2024-03-15")


DOMAINS = ("dressing_grooming", "arising", "eating", "walking", "hygiene", "reach", "grip", "activities")


def chaq(maxima, aids=None):
    items = {domain: [highest] for domain, highest in zip(DOMAINS, maxima, strict=False)}
    return evaluate("chaq_di", {"items": items} if aids is None else {"items": items, "aids_or_help": aids})


@pytest.mark.parametrize(
    ("measure", "improvement", "worsening"),
    [
        ("chaq_di", 0.188, 0.125),
        ("jadas27_esr", 5.5, 1.7),
        ("jadas27_crp", 5.5, 1.7),
        ("jadas10_esr", None, None),
    ],
)
def test_important_changes_are_those_of_brunner_2005_and_bulatovic_2014(measure, improvement, worsening):
    score = MEASURES[measure]
    assert isinstance(score, Score)
    assert (score.important_improvement, score.important_worsening) == (improvement, worsening)


@pytest.mark.parametrize(
    ("maxima", "aids", "value", "domains"),
    [
        ((2, 1, 0, 3, 0, 0, 1, 1), None, 1.0, 8),
        ((2, 1, 0, 3, 0, 0, 1, 1), ["eating"], 1.25, 8),
        ((2, 1, 1, 3, 0, 0, 1, 1), ["eating"], 1.25, 8),
        ((2, 1, 0, 3, 0, 0, 1, 1), ["walking"], 1.0, 8),
        # the adult questionnaire's rule as a public program tests it (clay-good/sophiewell.com, haq-di.test.js)
        ((1, 2, 2, 2, 2, 2), ["dressing_grooming"], 2.0, 6),
        ((2, 2, 2, 2, 2), None, None, 5),
        ((0,) * 8, None, 0, 8),
        ((3,) * 8, DOMAINS, 3, 8),
    ],
)
def test_chaq(maxima, aids, value, domains):
    result = chaq(maxima, aids)
    assert (result["value"], result["domains_used"]) == (value, domains)
    assert result["status"] == ("not_computable" if value is None else "ok")


def test_a_domain_counts_by_its_highest_answer_and_unanswered_items_are_left_out():
    items = {domain: [0, 1] for domain in DOMAINS} | {"eating": [None, "NA", 3], "grip": [None, None, "NA"]}
    result = evaluate("chaq_di", {"items": items})
    assert (result["value"], result["domains_used"]) == (pytest.approx(9 / 7, abs=1e-6), 7)


def test_domains_that_are_missing_are_named():
    assert chaq((2, 2, 2, 2, 2))["missing"] == ["reach", "grip", "activities"]


@pytest.mark.parametrize(
    ("inputs", "error", "says"),
    [
        ({"items": {"eating": [0, 4]}}, ItemOutOfRange, "items.eating is 4; it takes 0, 1, 2, 3"),
        ({"items": {"eating": [1.5]}}, ItemOutOfRange, "items.eating is 1.5; it takes 0, 1, 2, 3"),
        ({"items": {"eating": [True]}}, ItemOutOfRange, "items.eating is True; it takes 0, 1, 2, 3"),
        ({"items": {"eating": ["1"]}}, ItemOutOfRange, "items.eating is '1'; it takes 0, 1, 2, 3"),
        ({"items": {"eating": [0, 0, 0, 0]}}, ItemOutOfRange, "a list of at most 3 answers"),
        ({"items": {"eating": 2}}, ItemOutOfRange, "a list of at most 3 answers"),
        ({"items": {"cooking": [2]}}, ItemUnknown, "no item cooking"),
        ({"items": {}, "aids_or_help": ["cooking"]}, ItemUnknown, "no item cooking_aid"),
        ({"items": [1, 2]}, ItemOutOfRange, "an object of domains"),
    ],
)
def test_answers_that_are_none_are_refused(inputs, error, says):
    with pytest.raises(error, match=re.escape(says)):
        evaluate("chaq_di", inputs)


MAS = {"febrile": True, "sjia_known_or_suspected": True, "ferritin_ng_ml": 900, "platelets_10e9_l": 170, "ast_u_l": 90,
       "triglycerides_mg_dl": 100, "fibrinogen_mg_dl": 400}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "result"),
    [
        ({}, "met"),
        ({"ast_u_l": 40, "triglycerides_mg_dl": None}, "indeterminate"),
        ({"ferritin_ng_ml": 684}, "not_met"),
        ({"ferritin_ng_ml": 684.1}, "met"),
        ({"platelets_10e9_l": 181}, "met"),
        ({"platelets_10e9_l": 181.1}, "not_met"),
        ({"ast_u_l": 48}, "not_met"),
        ({"ast_u_l": 48.1}, "met"),
        ({"ast_u_l": 40, "triglycerides_mg_dl": 156}, "not_met"),
        ({"ast_u_l": 40, "triglycerides_mg_dl": 156.1}, "met"),
        ({"ast_u_l": 40, "fibrinogen_mg_dl": 360}, "met"),
        ({"ast_u_l": 40, "fibrinogen_mg_dl": 360.1}, "not_met"),
        ({"febrile": False}, "not_met"),
        ({"febrile": None}, "indeterminate"),
    ],
)
def test_macrophage_activation_syndrome(changed, result):
    assert evaluate("mas_2016", {**MAS, **changed})["result"] == result


CHAQ_MAXIMA = dict(zip(DOMAINS, ([2], [1], [0], [3], [0], [0], [1], [1]), strict=True))


@pytest.mark.parametrize(
    ("aids", "value", "recorded", "counted"),
    [  # measures dossier 1.10: 8/8, and 10/8 with an aid in eating
        ({}, 1.0, False, False),
        ({"aids_or_help": None}, 1.0, False, False),
        ({"aids_or_help": []}, 1.0, True, False),
        ({"aids_or_help": ["eating"]}, 1.25, True, True),
    ],
)
def test_a_chaq_says_whether_aids_were_recorded(aids, value, recorded, counted):
    result = evaluate("chaq_di", {"items": CHAQ_MAXIMA, **aids})
    assert (result["value"], result["aids_recorded"], result["aids_counted"]) == (value, recorded, counted)


def test_a_chaq_with_a_record_of_aids_for_some_domains_leaves_the_others_open():
    # Hygiene and reach at 0 could each be raised to 2, the six others cannot rise or are recorded: 8/8 to 12/8.
    known = {f"{name}_aid": False for name in DOMAINS if name not in ("hygiene", "reach")}
    result = evaluate("chaq_di", {"items": CHAQ_MAXIMA, **known})
    assert (result["value"], result["lower_bound"], result["upper_bound"]) == (None, 1.0, 1.5)
    assert result["missing"] == ["hygiene_aid", "reach_aid"]
