"""Tables against what is no table and shares nothing with it: the slow second route, and values typed from papers."""

import random
from datetime import date
from typing import Any

import polars as pl
import pytest

from leadline.errors import ColumnAbsent, ItemOutOfRange
from leadline.measures import evaluate, score
from tests.measures import second_route as slow
from tests.measures.engine_frames import ENGINES, KEEP_ORDER
from tests.measures.test_second_route import every_state

every_engine = pytest.mark.parametrize("engine", ENGINES)


def scored(engine, table, measure, **options):
    into, back = ENGINES[engine]
    numbered = table.with_columns(row_number=pl.int_range(len(table)))
    found = back(score(into(numbered), measure, **options))
    return found if engine in KEEP_ORDER else found.sort("row_number")


# --- remission: a run over the visits of a patient

DAYS = ("2023-08-30", "2023-08-31", "2023-09-15", "2024-02-28", "2024-02-29", "2024-03-14", "2024-03-15", "2024-03-31",
        "2024-09-14", "2024-09-15", "2024-09-30", "2025-02-28", "2025-03-14", "2025-03-15", "2025-03-31")  # fmt: skip


def visits_of_many():
    """Many children with up to five visits, days on each side of six and twelve months, and gaps."""
    rng = random.Random(20_30)
    rows = [
        {
            "patient": f"C{child}",
            "date": day,
            "cid": rng.choice(["met"] * 20 + ["not_met", "indeterminate", None]),
            "on_medication": rng.choice([usual] * 16 + [not usual, None]),
        }
        for child in range(120)
        for usual in [child % 2 == 0]
        for day in rng.sample(DAYS, rng.randint(1, 5))
    ]
    rng.shuffle(rows)
    return rows


def dated(rows):
    return pl.DataFrame(rows, schema_overrides={"on_medication": pl.Boolean}).with_columns(
        pl.col("date").str.to_date()
    )


def last_of(rows, row):
    """The visits up to this one, as the slow route takes them."""
    visits = [each for each in rows if each["patient"] == row["patient"] and each["date"] <= row["date"]]
    return {"visits": [{**each, "cid": each["cid"] or "indeterminate"} for each in visits]}


@every_engine
def test_each_visit_has_the_remission_that_going_through_its_visits_finds(engine):
    rows = visits_of_many()
    table = dated(rows)
    found = scored(engine, table, "jia_remission_wallace", patient="patient", day="date")
    expected = [slow.jia_remission_wallace(last_of(rows, row))["state"] for row in rows]
    assert found["jia_remission_wallace"].to_list() == expected
    assert set(expected) == {"active", "cid", "crm", "cr", "indeterminate"}
    undecided = ["not_computable" if state == "indeterminate" else "ok" for state in expected]
    assert found["jia_remission_wallace_status"].to_list() == undecided


@every_engine
def test_the_run_of_a_remission_is_told(engine):
    table = pl.DataFrame(
        {
            "patient": ["C1"] * 4,
            "date": [date(2023, 1, 1), date(2024, 2, 29), date(2024, 3, 31), date(2024, 9, 30)],
            "cid": ["not_met", "met", "met", "met"],
            "on_medication": [True, False, True, True],
        }
    )
    found = scored(engine, table, "jia_remission_wallace", patient="patient", day="date")
    assert found["jia_remission_wallace"].to_list() == [
        "active",
        "cid",
        "cid",
        "crm",
    ]  # 31 March and six months: 30 September
    since = found["jia_remission_wallace_since"].cast(pl.Date).to_list()
    assert since == [None, date(2024, 2, 29), date(2024, 3, 31), date(2024, 3, 31)]
    assert found["jia_remission_wallace_run_visits"].to_list() == [0, 1, 1, 2]
    assert found["jia_remission_wallace_largest_gap_days"].to_list() == [None, None, None, 183]


@every_engine
def test_the_clock_off_medication_starts_at_a_documented_stop(engine):
    # Inactive on medication on 15 January, stopped on 1 March: twelve months later it is 1 March, not 1 June.
    table = pl.DataFrame(
        {
            "patient": ["C1"] * 3 + ["C2"] * 3,
            "date": [date(2023, 1, 15), date(2023, 6, 1), date(2024, 3, 1)] * 2,
            "cid": ["met"] * 6,
            "on_medication": [True, False, False] * 2,
            "medication_stop_date": [date(2023, 3, 1)] * 3 + [None] * 3,
        }
    )
    found = scored(engine, table, "jia_remission_wallace", patient="patient", day="date")
    assert found["jia_remission_wallace"].to_list() == ["cid", "cid", "cr", "cid", "cid", "cid"]


@every_engine
def test_between_study_days_six_months_are_181_to_184_days(engine):
    table = pl.DataFrame(
        {
            "patient": ["A", "A", "B", "B", "C", "C", "D", "D"],
            "day": [0, 180, 0, 181, 0, 184, 0, None],
            "cid": ["met"] * 8,
            "on_medication": [True] * 8,
        }
    )
    found = scored(engine, table, "jia_remission_wallace", patient="patient", day="day")
    states = found["jia_remission_wallace"].to_list()
    assert states[:6] == ["cid", "cid", "cid", "indeterminate", "cid", "crm"]
    assert states[6:] == ["indeterminate", "indeterminate"], "a visit without a day may lie anywhere"


def test_remission_refuses_two_visits_on_one_day_and_a_table_without_patients():
    table = pl.DataFrame(
        {"patient": ["C1", "C1"], "day": [0, 0], "cid": ["met", "met"], "on_medication": [True, True]}
    )
    with pytest.raises(ItemOutOfRange, match="patient C1, day 0"):
        score(table, "jia_remission_wallace", patient="patient", day="day")
    with pytest.raises(ColumnAbsent, match="patient and day"):
        score(table, "jia_remission_wallace")


# --- the others


@every_engine
def test_states_at_every_limit_of_both_sets(engine):
    rows = [row for row in every_state() if row["value"] <= 30]
    found = scored(engine, pl.DataFrame(rows), "jadas_state")
    slowly = [slow.jadas_state(row) for row in rows]
    assert found["jadas_state"].to_list() == [one["state"] for one in slowly]
    assert found["jadas_state_status"].to_list() == [one["status"] for one in slowly]


@every_engine
def test_results_that_the_dossier_prints_come_out_of_tables(engine):
    # measures dossier 5.1, 5.3, 5.4, 6.4, 6.7
    answers = {**{f"physical_{n}": 1 for n in range(1, 9)}, **{f"emotional_{n}": 0 for n in range(1, 5)},
               "emotional_5": 4, **{f"social_{n}": 2 for n in range(1, 6)}, "school_1": 1, "school_2": 1, "school_3": 1,
               "school_4": None, "school_5": None}  # fmt: skip
    wide = pl.DataFrame([answers], schema=dict.fromkeys(answers, pl.Int64))
    quality = scored(engine, wide, "pedsql_generic").row(0, named=True)
    assert quality["pedsql_generic_psychosocial"] == pytest.approx(67.31, abs=0.005)
    assert quality["pedsql_generic_total"] == pytest.approx(70.24, abs=0.005)

    doses = pl.DataFrame(
        {"drug": ["methylprednisolone", "dexamethasone"], "dose_mg": [16.0, 6.0], "weight_kg": [25.0, None]}
    )
    found = scored(engine, doses, "prednisone_equivalent")
    assert found["prednisone_equivalent"].to_list() == [20, 40]
    assert found["prednisone_equivalent_mg_kg_day"].to_list() == [0.8, None]

    kidney = pl.DataFrame({"height_cm": [150.0, 100.0], "creatinine_mg_dl": [0.59, 0.5]})
    found = scored(engine, kidney, "egfr_bedside_schwartz", absent="missing")
    assert found["egfr_bedside_schwartz"].to_list() == pytest.approx([105.0, 82.6], abs=0.05)

    cells = pl.DataFrame({"cells_per_kg": [None, None], "weight_kg": [20.0, 60.0], "total_cells": [5e7, 5e7]},
                         schema_overrides={"cells_per_kg": pl.Float64})  # fmt: skip
    found = scored(engine, cells, "msc_dose")
    assert found["msc_dose_cells_per_kg"].to_list() == pytest.approx([2.5e6, 0.83e6], rel=0.005)

    looks = pl.DataFrame({"prior_a": [1, 1], "prior_b": [1, 1], "n": [3, 3], "events": [1, None], "p0": [0.2, 0.2],
                          "gamma": [0.9, 0.9]})  # fmt: skip
    found = scored(engine, looks, "bayes_tox_stop")
    assert found["bayes_tox_stop_posterior_prob_gt_p0"].to_list() == pytest.approx([0.8192, None], abs=1e-12)
    assert found["bayes_tox_stop_stop"].to_list() == [False, None]


@every_engine
def test_what_does_not_go_together_is_an_error_with_its_row_or_null_with_a_status(engine):
    table = pl.DataFrame(
        {
            "patient": ["C1", "C2"],
            "score": ["cjadas10", "cjadas10"],
            "value": [8.6, 31.0],
            "course": ["poly", "poly"],
        }
    )
    into, back = ENGINES[engine]
    with pytest.raises(ItemOutOfRange, match=r"cjadas10 takes 0 to 30.*patient C2"):
        score(into(table), "jadas_state", key=["patient"])
    found = back(score(into(table), "jadas_state", out_of_range="null")).sort("patient")
    assert found["jadas_state"].to_list() == ["moderate", None]
    assert found["jadas_state_consolaro"].to_list() == ["high", None]
    assert found["jadas_state_status"].to_list() == ["ok", "out_of_range"]


# --- values beyond detection

BELOW: dict[str, list[Any]] = {"active_joint_count": [2, 2, 2, 2], "physician_global_0_10": [1.0, 1.0, 1.0, 1.0],
         "parent_global_0_10": [1.0, 1.0, 1.0, 1.0]}  # fmt: skip


@every_engine
def test_a_value_below_detection_counts_where_its_limit_already_decides(engine):
    # CRP below 5 mg/L gives 0 points, of one below 15 it is not known (measures dossier 0.2)
    table = pl.DataFrame({**BELOW, "crp_mg_l": ["<5", " <= 15", "30", ">110"]})
    into, _ = ENGINES[engine]
    with pytest.raises(ColumnAbsent, match=r"crp_mg_l is .*it takes numbers") as refused:
        score(into(table), "jadas10_crp")
    assert "censored='interval'" in refused.value.hint
    found = scored(engine, table, "jadas10_crp", censored="interval")
    assert found["jadas10_crp"].to_list() == [4, None, 6, 14]
    assert found["jadas10_crp_status"].to_list() == ["ok", "not_computable", "ok", "ok"]
    assert found["crp_mg_l"].to_list() == table["crp_mg_l"].to_list(), "the user's column is as it was"
    assert [name for name in found.columns if "comparator" in name or name.startswith("__")] == []


@every_engine
def test_a_comparator_beside_a_number_makes_it_a_limit_and_is_never_overlooked(engine):
    table = pl.DataFrame(
        {**BELOW, "crp_mg_l": [5.0, 15.0, 30.0, 110.0], "crp_mg_l_comparator": ["<", "<=", None, ">"]}
    )
    into, _ = ENGINES[engine]
    with pytest.raises(ItemOutOfRange, match="crp_mg_l has values beyond detection"):
        score(into(table), "jadas10_crp")
    found = scored(engine, table, "jadas10_crp", censored="interval")
    assert found["jadas10_crp"].to_list() == [4, None, 6, 14]
    wrong = table.with_columns(crp_mg_l_comparator=pl.lit("about"))
    with pytest.raises(ItemOutOfRange):
        score(into(wrong), "jadas10_crp", censored="interval")


@every_engine
def test_of_two_visits_each_keeps_its_comparator(engine):
    # UPCR below 0.4 is below 0.5 g/g: complete. A fall from "<5" is by an unknown share (measures dossier 2.10)
    table = pl.DataFrame(
        {
            "patient": ["A", "A", "B", "B"],
            "day": [0, 180, 0, 180],
            "upcr": ["2.0", "<0.4", "<5", "2.2"],
            "unit": ["g/g"] * 4,
            "egfr": [100.0, 96.0, 100.0, 100.0],
        }
    )
    found = scored(
        engine, table, "renal_response_kdigo2024", patient="patient", day="day", censored="interval"
    )
    states = dict(
        zip(zip(table["patient"], table["day"], strict=True), found["renal_response_kdigo2024"], strict=True)
    )
    assert states["A", 180] == "complete"
    assert states["B", 180] == "indeterminate"


def test_a_row_of_a_table_is_explained_with_its_comparator():
    from leadline.measures import explain_row

    row = {**{name: values[0] for name, values in BELOW.items()}, "crp_mg_l": 5.0, "crp_mg_l_comparator": "<"}
    explained = explain_row("jadas10_crp", row)
    assert explained["result"]["value"] == 4
    assert explained["words"][-1].endswith("(0 to 5; limited by the rule)") or explained["words"][
        -1
    ].endswith("(0 to 5)")


@pytest.mark.parametrize("text", [">200", "<1"])
def test_a_limit_is_never_one_value_because_our_own_limits_end_there(text):
    """200 mm/h is where a wrong unit is suspected, not the highest ESR that a child can have."""
    result = evaluate("csle_flare_2018", {"delta_sledai": 1, "delta_upcr_g_g": 0, "delta_md_global_0_10": 0,
                                          "delta_esr_mm_h": text})  # fmt: skip
    assert result["value"] is None
