"""Every measure on every engine says of each row what it says of a visit: at, just below and above each limit."""

import pandas as pd
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from leadline.errors import ColumnAbsent, ItemOutOfRange, UnknownMeasure
from leadline.measures import MEASURES, catalogue, score
from tests.measures.engine_frames import ENGINES, KEEP_ORDER, KINDS
from tests.measures.limits_table import OF_ONE_ROW, answers, limits_table


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("measure", OF_ONE_ROW, ids=[measure.id for measure in OF_ONE_ROW])
def test_a_table_says_what_each_visit_says(measure, engine):
    rows, table = limits_table(measure)
    into, back = ENGINES[engine]
    scored = score(into(table.with_columns(row_number=pl.int_range(len(table)))), measure.id)
    assert isinstance(scored, KINDS[engine])
    assert not [name for name in back(scored).columns if name.startswith("__")]
    expected = answers(measure, rows)
    found = back(scored) if engine in KEEP_ORDER else back(scored).sort("row_number")
    assert_frame_equal(found.select(expected.columns), expected, check_dtypes=False, abs_tol=1e-6)


JADAS = pl.DataFrame(
    {
        "patient": ["C1", "C2", "C3", "C4"],
        "active_joint_count": [6, 0, 0, None],
        "physician_global_0_10": [4.0, 0.1, 0.1, 1.0],
        "parent_global_0_10": [5.5, 1.3, 1.4, 1.0],
        "esr_mm_h": [50.0, 10.0, 10.0, 10.0],
        "course": ["poly", "oligo", "oligo", "oligo"],
    }
)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_state_goes_by_the_course_of_each_row(engine):
    into, back = ENGINES[engine]
    scored = back(score(into(JADAS), "jadas10_esr", course="course"))
    assert scored["jadas10_esr_state"].to_list() == ["high", "inactive", "minimal", None]
    older = back(score(into(JADAS), "jadas10_esr", course="oligo", cutoff_set="consolaro"))
    assert older["jadas10_esr_state"].to_list() == ["high", "minimal", "minimal", None]
    assert back(score(into(JADAS), "jadas10_esr"))["jadas10_esr_state"].to_list() == [None] * 4


def test_pandas_keeps_its_index_and_the_types_of_other_columns():
    frame = (
        JADAS.to_pandas().set_index(pd.Index([7, 8, 9, 3])).assign(note=pd.Categorical(["a", "b", "a", "b"]))
    )
    scored = score(frame, "jadas10_esr")
    assert list(scored.index) == [7, 8, 9, 3]
    assert scored["note"].dtype == frame["note"].dtype
    assert scored["jadas10_esr"].tolist()[:3] == [18.5, 1.4, 1.5]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_value_out_of_range_is_an_error_with_the_row_s_key_or_null_with_a_status(engine):
    into, back = ENGINES[engine]
    wrong = JADAS.with_columns(physician_global_0_10=pl.Series([4.0, 62.0, 0.1, 1.0]))
    with pytest.raises(ItemOutOfRange, match=r"physician_global_0_10 takes 0 to 10.*patient C2"):
        score(into(wrong), "jadas10_esr", key=["patient"])
    scored = back(score(into(wrong), "jadas10_esr", out_of_range="null"))
    assert scored["jadas10_esr"].to_list() == [18.5, None, 1.5, None]
    assert scored["jadas10_esr_status"].to_list() == ["ok", "out_of_range", "ok", "not_computable"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0])
def test_what_is_no_number_is_out_of_range(value):
    wrong = JADAS.with_columns(esr_mm_h=pl.lit(value))
    with pytest.raises(ItemOutOfRange):
        score(wrong, "jadas10_esr")


def test_half_a_joint_is_out_of_range():
    with pytest.raises(ItemOutOfRange, match="active_joint_count"):
        score(JADAS.with_columns(active_joint_count=pl.lit(1.5)), "jadas10_esr")


def test_a_missing_column_names_the_nearest_and_may_be_taken_as_missing():
    renamed = JADAS.rename({"esr_mm_h": "esr_mm"})
    with pytest.raises(ColumnAbsent) as raised:
        score(renamed, "jadas10_esr")
    assert "esr_mm_h" in raised.value.message
    assert "near to them: esr_mm;" in raised.value.hint
    scored = score(renamed, "jadas10_esr", absent="missing")
    assert scored["jadas10_esr_status"].to_list() == ["not_computable"] * 4


def test_text_in_place_of_numbers_is_refused():
    with pytest.raises(ColumnAbsent, match="esr_mm_h is String, it takes numbers"):
        score(JADAS.with_columns(esr_mm_h=pl.lit("35")), "jadas10_esr")
    with pytest.raises(ColumnAbsent, match="it takes numbers"):
        score(JADAS.with_columns(esr_mm_h=pl.lit(True)), "jadas10_esr")


@pytest.mark.parametrize(
    ("options", "said"), [({"course": "both"}, "oligo or poly"), ({"cutoff_set": "mine"}, "trincianti2021")]
)
def test_a_course_or_set_that_does_not_exist_is_refused(options, said):
    with pytest.raises(ItemOutOfRange) as raised:
        score(JADAS, "jadas10_esr", **options)
    assert said in str(raised.value)


def test_an_unknown_measure_is_refused():
    with pytest.raises(UnknownMeasure):
        score(JADAS, "jadas10")


def test_the_catalogue_is_a_frame_with_a_row_for_each_measure():
    frame = catalogue()
    assert frame["id"].to_list() == [*MEASURES, "chili"]
    chili = frame.row(by_predicate=pl.col("id") == "chili", named=True)
    assert (chili["status"], chili["doi"]) == ("not_built", ["10.1002/acr.23834"])
    assert "coefficients" in chili["why"]
    jadas = frame.row(by_predicate=pl.col("id") == "jadas10_esr", named=True)
    assert (jadas["low"], jadas["high"], jadas["better"]) == (0, 40, "lower")
    assert jadas["cutoff_sets"] == ["trincianti2021", "consolaro"]
    assert "10.1002/art.24516" in jadas["doi"]
