"""Every measure on Spark, run on this machine. Slow; needs pyspark and Java.

One test, because tests are shared out among workers and each worker would start a session of its own: 20 s and 1.7 GB.
"""

import os
import shutil
import sys
import warnings
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from leadline.errors import ItemOutOfRange
from leadline.measures import MEASURES, score
from leadline.measures.table_files import score_table
from tests.measures import second_route as slow
from tests.measures import test_tables_second_route as tables
from tests.measures import test_two_visits as visits
from tests.measures.limits_table import OF_ONE_ROW, answers, limits_table

SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.codegen.wholeStage": "false",  # compiling a plan takes longer than running it on sixty rows
}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # pyspark's own, about its sockets and about pandas 3
def test_spark_says_of_each_row_what_a_visit_says(tmp_path):
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("no Java on this machine: Spark cannot run")
    pytest.importorskip("pyspark", reason="pyspark is not installed: make spark")
    with session() as spark:
        for measure in OF_ONE_ROW:
            says_the_same_at_every_limit(spark, measure)
        for window in ((-90, 0), "previous"):
            for measure_id in ("jadas10_improvement_horneff", "csle_flare_2018", "renal_response_kdigo2024"):
                compares_the_same_visits(spark, MEASURES[measure_id], window)
        follows_the_runs_of_remission(spark)
        takes_values_beyond_detection_as_intervals(spark)
        names_the_row_that_is_out_of_range(spark)
        for suffix in (".csv", ".parquet"):
            scores_a_file(tmp_path, suffix)


@contextmanager
def session():
    """Spark on two threads of this machine; what listens does so on this machine alone."""
    from pyspark.sql import SparkSession

    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local[2]")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        spark = builder.getOrCreate()
        spark.sparkContext.setLogLevel("ERROR")
        try:
            yield spark
        finally:
            spark.stop()


def frame_of(scored, *order):
    return pl.DataFrame(pl.from_arrow(scored.toArrow())).sort(*order)


def says_the_same_at_every_limit(spark, measure):
    rows, table = limits_table(measure)
    numbered = table.with_columns(row__number=pl.int_range(len(table)))
    scored = score(spark.createDataFrame(numbered.to_arrow()), measure.id)
    assert type(scored).__module__.startswith("pyspark"), "a lazy frame stays one"
    expected = answers(measure, rows)
    found = frame_of(scored, "row__number").select(expected.columns)
    assert_frame_equal(found, expected, check_dtypes=False, abs_tol=1e-6)


def compares_the_same_visits(spark, measure, window):
    rows, table = visits.table_of_visits(measure)
    frame = spark.createDataFrame(table.to_arrow())
    scored = score(frame, measure.id, patient="patient", day="day", window=window)
    expected = visits.expected_of(measure, rows, table, window).sort("patient", "day")
    found = frame_of(scored, "patient", "day").select(expected.columns)
    assert_frame_equal(found, expected, check_dtypes=False, abs_tol=1e-6)


def follows_the_runs_of_remission(spark):
    rows = tables.visits_of_many()
    table = tables.dated(rows).with_columns(row_number=pl.int_range(len(rows)))
    scored = score(
        spark.createDataFrame(table.to_arrow()), "jia_remission_wallace", patient="patient", day="date"
    )
    expected = [slow.jia_remission_wallace(tables.last_of(rows, row))["state"] for row in rows]
    assert frame_of(scored, "row_number")["jia_remission_wallace"].to_list() == expected


def takes_values_beyond_detection_as_intervals(spark):
    table = pl.DataFrame({**tables.BELOW, "crp_mg_l": ["<5", " <= 15", "30", ">110"], "row_number": range(4)})
    scored = score(spark.createDataFrame(table.to_arrow()), "jadas10_crp", censored="interval")
    assert frame_of(scored, "row_number")["jadas10_crp"].to_list() == [4, None, 6, 14]


def names_the_row_that_is_out_of_range(spark):
    table = visits.CORE.with_columns(physician_global_0_10=pl.Series([1.0, 8.0, 40.0, 4.0]))
    with pytest.raises(ItemOutOfRange, match="patient C1, day 56"):
        score(spark.createDataFrame(table.to_arrow()), "acr_pedi", patient="patient", day="day")


def scores_a_file(folder: Path, suffix: str):
    """By the address of a master; Spark writes a folder of that name."""
    table, out = folder / f"visits{suffix}", folder / f"scored{suffix}"
    named = visits.CORE.with_columns(visit=pl.Series(["007", "a", "b", "c"]))
    if suffix == ".csv":
        named.write_csv(table)
    else:
        named.write_parquet(table)
    statuses = score_table(
        table,
        ["jadas10_esr", "acr_pedi"],
        out,
        engine="local[2]",
        course="poly",
        patient="patient",
        day="day",
    )
    assert statuses == {"jadas10_esr": {"ok": 4}, "acr_pedi": {"not_computable": 1, "ok": 3}}
    pattern = str(out / f"*{suffix}")
    scored = pl.read_csv(pattern, infer_schema=False) if suffix == ".csv" else pl.read_parquet(pattern)
    scored = scored.sort("visit")
    assert scored["visit"].to_list() == ["007", "a", "b", "c"]
    assert scored["jadas10_esr"].cast(pl.Float64).to_list() == [3.0, 28.0, 18.2, 18.2]
    assert scored["acr_pedi_acr50"].to_list() == ["not_applicable", "not_applicable", "met", "indeterminate"]
