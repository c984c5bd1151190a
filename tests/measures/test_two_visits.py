"""Tables with a row a visit, for measures that compare two: against the baseline, or against the visit before.

The expected values come from a plain search through each patient's visits, which shares nothing with the joins, and
from values typed from the measures dossier.
"""

import random
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from leadline.errors import ColumnAbsent, ItemOutOfRange
from leadline.measures import MEASURES, score
from leadline.measures.definition import Criterion, Score
from leadline.measures.mctd import ComponentChanges
from tests.measures.engine_frames import ENGINES, KEEP_ORDER
from tests.measures.limits_table import OF_ONE_ROW, TYPES
from tests.measures.strategies import limits, values

REFERENCES = ("baseline", "previous")
COMPARING = [each for each in OF_ONE_ROW
             if any(item.id.startswith(("baseline", "previous", "delta_")) for item in each.items)]  # fmt: skip
OTHER_NAMES = {"baseline": "jadas10", "current": "jadas10"}


def column_of(item_id):
    """The column of a visit that an item of two visits comes from."""
    if item_id in OTHER_NAMES:
        return OTHER_NAMES[item_id]
    first, _, rest = item_id.partition("_")
    return rest if first in (*REFERENCES, "current", "delta") else item_id


def table_of_visits(measure):
    """Nine patients with up to seven visits each, in no order, with gaps, some without a day or a baseline."""
    rng, around = random.Random(20_27), limits(measure)
    candidates: dict[str, Any] = {}
    types: dict[str, Any] = {}
    for item in measure.items:
        name = column_of(item.id)
        if item.id.startswith("delta_"):
            candidates[name] = [0.0, 1.0, 4.0, 8.0] if item.kind == "count" else [0.0, 0.5, 1.0, 4.0, 8.0]
        else:
            candidates[name] = values(item, around)
        types[name] = TYPES[item.kind]
    rows = []
    for patient in range(9):
        days = rng.sample([-120, -91, -90, -40, -7, 0, 1, 2, 60, 84, 170, 300], rng.randint(1, 7))
        for day in [*days, *([None] if patient == 4 else [])]:
            gap = rng.choice((0, 0, 0.3))
            row = {
                name: None if rng.random() < gap else rng.choice(each) for name, each in candidates.items()
            }
            rows.append({"patient": f"C{patient}", "day": day, **row})
    rng.shuffle(rows)
    return rows, pl.DataFrame(rows, schema={"patient": pl.String, "day": pl.Int64, **types}, orient="row")


def earlier_of(row, rows, window):
    """The visit that this one is compared with, by looking at every visit of the patient; None where there is none."""
    found = None
    for other in rows:
        if other["patient"] != row["patient"] or other["day"] is None or row["day"] is None:
            continue
        if window == "previous":
            fits = other["day"] < row["day"]
        else:
            fits = window[0] <= other["day"] <= window[1] < row["day"]
        if fits and (found is None or other["day"] > found["day"]):
            found = other
    return found


def items_of(measure, row, earlier):
    units = [item.id for item in measure.items if item.kind == "choice" and item.id not in measure.parameters]
    if earlier is not None and any(earlier[name] is None or earlier[name] != row[name] for name in units):
        earlier = None
    items = {}
    for item in measure.items:
        now = row[column_of(item.id)]
        before = None if earlier is None else earlier[column_of(item.id)]
        if item.id.startswith(REFERENCES):
            items[item.id] = before
        elif item.id.startswith("delta_"):
            items[item.id] = None if now is None or before is None else now - before
        else:
            items[item.id] = now
    return items


def said_of(measure, row, rows, window):
    """Output of the measure for one visit, as a row of the columns that a frame gets."""
    if window != "previous" and row["day"] is not None and row["day"] <= window[1]:
        return "not_applicable"
    result = measure.evaluate_row(items_of(measure, row, earlier_of(row, rows, window)))
    if isinstance(measure, Criterion):
        return [result[output] for output in measure.rules]
    if isinstance(measure, ComponentChanges):
        return [result[each.id] for each in measure.components]
    return [result[measure.output]]


def expected_of(measure, rows, table, window):
    """Patient, day and the measure's columns, a row for each visit in the order of the table."""
    said = [said_of(measure, row, rows, window) for row in rows]
    blank, dtype = (None, pl.Float64) if isinstance(measure, Score) else ("not_applicable", pl.String)
    return table.select("patient", "day").with_columns(
        pl.Series(name, [blank if one == "not_applicable" else one[place] for one in said], dtype=dtype)
        for place, name in enumerate(columns_of(measure))
    )


def columns_of(measure):
    if isinstance(measure, Criterion) and len(measure.rules) > 1:
        return [f"{measure.id}_{output}" for output in measure.rules]
    if isinstance(measure, ComponentChanges):
        return [f"{measure.id}_{each.id}" for each in measure.components]
    return [measure.id]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("window", [(-90, 0), "previous"], ids=str)
@pytest.mark.parametrize("measure", COMPARING, ids=[each.id for each in COMPARING])
def test_each_visit_is_compared_with_the_visit_that_a_search_finds(measure, window, engine):
    rows, table = table_of_visits(measure)
    into, back = ENGINES[engine]
    scored = back(score(into(table), measure.id, patient="patient", day="day", window=window))
    names = columns_of(measure)
    other_day = f"{measure.id}_{'previous' if window == 'previous' else 'baseline'}_day"
    grades = [f"{measure.id}_grade"] if getattr(measure, "grades", ()) and isinstance(measure, Score) else []
    added = {*names, *grades, f"{measure.id}_status", other_day}
    assert set(scored.columns) - set(table.columns) == added
    expected = expected_of(measure, rows, table, window)
    found = scored.select(expected.columns)
    if engine not in KEEP_ORDER:
        found, expected = found.sort("patient", "day"), expected.sort("patient", "day")
    assert_frame_equal(found, expected, check_dtypes=False, abs_tol=1e-6)
    assert expected.n_unique(subset=names) > 1, "a table on which every visit says the same tests nothing"


# The dossier's first example of 1.6: improvements of 50, 30, 50, 50, 0 and 0 per cent.
CORE = pl.DataFrame(
    {
        "patient": ["C1", "C1", "C1", "C2"],
        "day": [-60, -5, 56, 56],
        "physician_global_0_10": [1.0, 8.0, 4.0, 4.0],
        "parent_global_0_10": [1.0, 6.0, 4.2, 4.2],
        "chaq_di": [0.5, 2.0, 1.0, 1.0],
        "active_joint_count": [1, 12, 6, 6],
        "limited_joint_count": [1, 10, 10, 10],
        "esr_mm_h": [5.0, 60.0, 60.0, 60.0],
        "crp_mg_l": [None, None, None, None],
        "esr_uln": [None, None, None, None],
        "crp_uln": [None, None, None, None],
    },
    schema_overrides={"crp_mg_l": pl.Float64, "esr_uln": pl.Float64, "crp_uln": pl.Float64},
)
VISITS: dict[str, Any] = {"patient": "patient", "day": "day"}


@pytest.mark.parametrize("engine", ENGINES)
def test_the_last_visit_of_the_window_is_the_baseline(engine):
    into, back = ENGINES[engine]
    scored = back(score(into(CORE), "acr_pedi", **VISITS)).sort("patient", "day")
    assert scored["acr_pedi_baseline_day"].to_list() == [None, None, -5, None]
    assert scored["acr_pedi_acr50"].to_list() == ["not_applicable", "not_applicable", "met", "indeterminate"]
    assert scored["acr_pedi_acr70"].to_list() == [
        "not_applicable",
        "not_applicable",
        "not_met",
        "indeterminate",
    ]
    assert scored["acr_pedi_status"].to_list() == ["ok", "ok", "ok", "not_computable"]


def test_a_wider_or_earlier_window_takes_another_baseline():
    scored = score(CORE, "acr_pedi", **VISITS, window=(-90, -30))
    assert scored["acr_pedi_baseline_day"].to_list() == [None, -60, -60, None]
    assert scored["acr_pedi_acr30"].to_list() == ["not_applicable", "not_met", "not_met", "indeterminate"]


def test_nothing_of_the_table_changes_but_what_is_added():
    scored = score(CORE, "acr_pedi", **VISITS)
    assert_frame_equal(scored.select(CORE.columns), CORE)


def test_a_gap_of_the_baseline_is_not_filled_from_an_earlier_visit():
    gap = CORE.with_columns(physician_global_0_10=pl.Series([8.0, None, 4.0, 4.0]))
    scored = score(gap, "acr_pedi", **VISITS)
    assert scored["acr_pedi_acr50"].to_list()[2] == "indeterminate"


# Dossier 2.2: SLEDAI 4 to 8 and nothing else is mild or moderate; 8 to 14 is severe.
def test_a_flare_index_is_taken_against_the_visit_before():
    items = [item for item in MEASURES["selena_flare_index"].items if not item.id.startswith(REFERENCES)]
    absent = {item.id: [False] * 3 for item in items if item.kind == "yes_no"}
    visits = pl.DataFrame(
        {"patient": ["C1"] * 3, "day": [200, 0, 100], "sledai": [14, 4, 8], "pga_0_3": [1.0] * 3,
         "prednisone_mg_kg_day": [0.1] * 3, **absent}
    )  # fmt: skip
    scored = score(visits, "selena_flare_index", **VISITS)
    assert scored["selena_flare_index"].to_list() == ["severe", "indeterminate", "mild_moderate"]
    assert scored["selena_flare_index_previous_day"].to_list() == [100, None, 0]


# Dossier 2.10: 2.0 to 0.4 g/g with a stable eGFR is complete. In mg/mmol 0.4 would be complete whatever the start.
@pytest.mark.parametrize(("unit", "response"), [("g/g", "complete"), ("mg/mmol", "indeterminate")])
def test_a_ratio_is_never_compared_with_one_in_another_unit(unit, response):
    visits = pl.DataFrame(
        {"patient": ["C1", "C1"], "day": [0, 180], "upcr": [2.0, 0.4], "egfr_ml_min_173": [100.0, 96.0],
         "unit": [unit, "g/g"]}
    )  # fmt: skip
    scored = score(visits, "renal_response_kdigo2024", **VISITS)
    assert scored["renal_response_kdigo2024"].to_list() == ["not_applicable", response]


@pytest.mark.parametrize("engine", ENGINES)
def test_two_rows_on_the_day_of_the_baseline_are_refused(engine):
    into, _ = ENGINES[engine]
    twice = pl.concat([CORE, CORE.filter(pl.col("day") == -5)])
    with pytest.raises(ItemOutOfRange, match="In: patient C1, day -5"):
        score(into(twice), "acr_pedi", **VISITS)


def test_days_are_whole_numbers_and_columns_that_are_there():
    with pytest.raises(ItemOutOfRange, match="day takes whole days"):
        score(CORE.with_columns(day=pl.lit(0.5)), "acr_pedi", **VISITS)
    with pytest.raises(ColumnAbsent, match="it takes whole numbers"):
        score(CORE.with_columns(day=pl.lit("2019-03-14")), "acr_pedi", **VISITS)
    with pytest.raises(ColumnAbsent, match="no column who"):
        score(CORE, "acr_pedi", patient="who", day="day")
    with pytest.raises(ColumnAbsent, match="needed together"):
        score(CORE, "acr_pedi", patient="patient")
    with pytest.raises(ItemOutOfRange, match="first day first"):
        score(CORE, "acr_pedi", **VISITS, window=(0, -90))


def test_a_missing_column_is_named_as_a_visit_names_it():
    with pytest.raises(ColumnAbsent) as raised:
        score(CORE.rename({"chaq_di": "chaq"}), "acr_pedi", **VISITS)
    assert raised.value.message.endswith("no column chaq_di.")
    assert "near to them: chaq;" in raised.value.hint
    with pytest.raises(ColumnAbsent) as raised:
        score(CORE, "acr_pedi")
    assert "name the patient and day columns" in raised.value.hint


def test_a_value_out_of_range_names_the_patient_and_the_day():
    wrong = CORE.with_columns(physician_global_0_10=pl.Series([1.0, 8.0, 40.0, 4.0]))
    with pytest.raises(ItemOutOfRange, match="patient C1, day 56"):
        score(wrong, "acr_pedi", **VISITS)


def test_a_measure_of_one_visit_does_not_mind_the_two_columns():
    visits = CORE.with_columns(course=pl.lit("poly"))
    scored = score(visits, "jadas10_esr", **VISITS, course="course")
    assert scored["jadas10_esr_state"].to_list() == ["minimal", "high", "high", "high"]
