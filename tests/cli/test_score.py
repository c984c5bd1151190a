"""The command `leadline score`: files in and out, on every engine that streams, and what it refuses.

The visits are invented; the values are the worked examples of the measures dossier (1.3 and 1.6).
"""

import json

import polars as pl
import pytest
from typer.testing import CliRunner

from leadline.cli.main import app
from leadline.errors import (
    ColumnAbsent,
    EngineAbsent,
    ItemOutOfRange,
    OutputExists,
    TableUnreadable,
    UnknownMeasure,
)

VISITS = """\
patient,visit,day,active_joint_count,limited_joint_count,physician_global_0_10,parent_global_0_10,chaq_di,esr_mm_h,\
crp_mg_l,esr_uln,crp_uln,course
C1,007,-10,12,10,8,6,2.0,60,,,,poly
C2,a,-3,6,10,4,5.5,1.0,50,not_done,,,oligo
C1,b,56,6,10,4,4.2,1.0,60,,,,poly
C3,c,56,0,0,.1,1.3,0,10,,,,oligo
"""
ENGINES = ["polars", "duckdb"]
JADAS = ["--measure", "jadas10_esr", "--course", "course"]
TWO_VISITS = ["--measure", "acr_pedi", "--patient", "patient", "--day", "day"]


@pytest.fixture
def visits(tmp_path):
    table = tmp_path / "visits.csv"
    table.write_text(VISITS, encoding="utf-8")
    return table


def run(table, *arguments, out, engine="polars"):
    return CliRunner().invoke(app, ["score", str(table), *arguments, "--out", str(out), "--engine", engine])


def read(path):
    return pl.read_csv(path, infer_schema=False) if path.suffix == ".csv" else pl.read_parquet(path)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_each_row_gets_score_state_and_status(visits, tmp_path, engine, suffix):
    out = tmp_path / f"scored{suffix}"
    done = run(visits, *JADAS, *TWO_VISITS, out=out, engine=engine)
    assert done.exit_code == 0, done.exception
    assert "jadas10_esr: ok 4" in done.stdout
    scored = read(out)
    assert scored["jadas10_esr"].cast(pl.Float64).to_list() == [28.0, 18.5, 18.2, 1.4]
    assert scored["jadas10_esr_state"].to_list() == ["high", "high", "high", "inactive"]
    applies = ["not_applicable", "not_applicable", "met", "indeterminate"]
    assert scored["acr_pedi_acr50"].to_list() == applies


@pytest.mark.parametrize("engine", ENGINES)
def test_what_was_in_the_file_is_written_as_it_was(visits, tmp_path, engine):
    run(visits, *JADAS, *TWO_VISITS, out=tmp_path / "scored.csv", engine=engine)
    before, after = read(visits), read(tmp_path / "scored.csv")
    assert after.select(before.columns).equals(before)


def test_both_engines_write_the_same_bytes(visits, tmp_path):
    for engine in ENGINES:
        run(visits, *JADAS, *TWO_VISITS, out=tmp_path / f"{engine}.csv", engine=engine)
    assert (tmp_path / "polars.csv").read_bytes() == (tmp_path / "duckdb.csv").read_bytes()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_parquet_file_keeps_its_types(visits, tmp_path, engine):
    table = tmp_path / "visits.parquet"
    pl.read_csv(visits, null_values="not_done").with_columns(
        pl.col("crp_mg_l", "esr_uln", "crp_uln").cast(pl.Float64)
    ).write_parquet(table)
    out = tmp_path / "scored.parquet"
    assert run(table, *JADAS, *TWO_VISITS, out=out, engine=engine).exit_code == 0
    before, after = pl.read_parquet(table), pl.read_parquet(out)
    assert after.select(before.columns).equals(before)
    assert after["jadas10_esr"].to_list() == [28.0, 18.5, 18.2, 1.4]


def test_findings_are_read_as_the_casebook_reads_them(tmp_path):
    from leadline.measures import MEASURES

    items = [item.id for item in MEASURES["sledai_2k"].items if item.kind == "yes_no"]
    words = ["present", "absent", "yes", "no", "TRUE", "false", "1", "0", "not_done"]
    rows = [[word, *["no"] * (len(items) - 1)] for word in words]
    table = tmp_path / "findings.csv"
    table.write_text("\n".join(",".join(row) for row in [items, *rows]), encoding="utf-8")
    run(table, "--measure", "sledai_2k", out=tmp_path / "out.csv")
    scored = read(tmp_path / "out.csv")["sledai_2k"].to_list()
    assert scored == ["8.0", "0.0"] * 4 + [None]
    table.write_text("\n".join(",".join(row) for row in [items, ["perhaps", *rows[0][1:]]]), encoding="utf-8")
    refused = run(table, "--measure", "sledai_2k", out=tmp_path / "other.csv")
    assert isinstance(refused.exception, ItemOutOfRange)
    assert "takes yes or no" in str(refused.exception)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("written", ["<5", "mild", "1000", "12,5"])
def test_what_is_no_number_of_the_scale_names_the_row_or_gives_no_score(visits, tmp_path, engine, written):
    cell = f'"{written}"' if "," in written else written
    visits.write_text(VISITS.replace("5.5,1.0,50", f"5.5,1.0,{cell}"), encoding="utf-8")
    out = tmp_path / "scored.csv"
    refused = run(visits, *JADAS, "--key", "patient", "--key", "visit", out=out, engine=engine)
    assert isinstance(refused.exception, ItemOutOfRange)
    assert "esr_mm_h takes 0 to 200" in str(refused.exception)
    assert "patient C2, visit a" in str(refused.exception)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["visits.csv"], "nothing half written is left"
    assert run(visits, *JADAS, "--out-of-range", "null", out=out, engine=engine).exit_code == 0
    scored = read(out)
    assert scored["jadas10_esr"].to_list()[1] is None
    assert scored["jadas10_esr_status"].to_list() == ["ok", "out_of_range", "ok", "ok"]
    assert scored["esr_mm_h"].to_list()[1] == written


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        (["--measure", "jadas10"], UnknownMeasure, "jadas10_esr"),
        (["--measure", "mas_2016"], ColumnAbsent, "no column febrile"),
        (["--measure", "jadas10_esr", "--course", "both"], ItemOutOfRange, "oligo or poly"),
        (["--measure", "jadas10_esr", "--cutoff-set", "mine"], ItemOutOfRange, "trincianti2021"),
        (["--measure", "acr_pedi", "--patient", "who", "--day", "day"], ColumnAbsent, "no column who"),
        (["--measure", "acr_pedi"], ColumnAbsent, "name the patient and day columns"),
    ],
)
def test_what_cannot_be_scored_says_why(visits, tmp_path, arguments, error, said):
    raised = run(visits, *arguments, out=tmp_path / "scored.csv").exception
    assert isinstance(raised, error)
    assert said in str(raised)


def test_a_file_that_is_there_is_written_over_only_if_told(visits, tmp_path):
    out = tmp_path / "scored.csv"
    out.write_text("mine", encoding="utf-8")
    assert isinstance(run(visits, *JADAS, out=out).exception, OutputExists)
    assert out.read_text(encoding="utf-8") == "mine"
    assert run(visits, *JADAS, "--force", out=out).exit_code == 0
    assert isinstance(run(visits, *JADAS, "--force", out=visits).exception, OutputExists)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", ["absent.csv", "table.xlsx", "broken.parquet"])
def test_a_table_that_cannot_be_opened_is_named(tmp_path, engine, name):
    (tmp_path / "broken.parquet").write_bytes(b"no parquet")
    (tmp_path / "table.xlsx").write_bytes(b"")
    raised = run(tmp_path / name, *JADAS, out=tmp_path / "scored.csv", engine=engine).exception
    assert isinstance(raised, TableUnreadable)
    assert name in str(raised)


def test_an_engine_that_is_not_known_is_refused(visits, tmp_path):
    raised = run(visits, *JADAS, out=tmp_path / "scored.csv", engine="excel").exception
    assert isinstance(raised, EngineAbsent)


def test_a_window_is_two_days_or_previous(visits, tmp_path):
    out = tmp_path / "scored.csv"
    assert run(visits, *TWO_VISITS, "--window", "-30..0", out=out).exit_code == 0
    assert run(visits, *TWO_VISITS, "--window", "previous", "--force", out=out).exit_code == 0
    assert "acr_pedi_previous_day" in read(out).columns
    assert run(visits, *TWO_VISITS, "--window", "soon", "--force", out=out).exit_code == 2


def test_json_counts_the_rows_of_each_status(visits, tmp_path):
    out = tmp_path / "scored.parquet"
    answer = json.loads(run(visits, *JADAS, *TWO_VISITS, "--json", out=out).stdout)
    assert answer == {
        "written": str(out),
        "measures": {"jadas10_esr": {"ok": 4}, "acr_pedi": {"not_computable": 1, "ok": 3}},
    }


REMISSION = """\
patient,seen,cid,on_medication,medication_stop_date
C1,2024-03-15,met,yes,
C2,2024-03-15,met,no,2024-03-01
C1,2024-09-15,met,yes,
C2,2024-09-14,met,,2024-03-01
C1,2024-10-01,not_met,yes,
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_remission_runs_over_the_visits_of_a_file(tmp_path, engine):
    table, out = tmp_path / "visits.csv", tmp_path / "scored.csv"
    table.write_text(REMISSION, encoding="utf-8")
    done = run(
        table,
        "--measure",
        "jia_remission_wallace",
        "--patient",
        "patient",
        "--day",
        "seen",
        out=out,
        engine=engine,
    )
    assert done.exit_code == 0, done.exception
    scored = read(out)
    assert scored["jia_remission_wallace"].to_list() == ["cid", "cid", "crm", "cid", "active"]
    assert scored["jia_remission_wallace_since"].to_list()[:3] == ["2024-03-15"] * 3
    assert scored["seen"].to_list() == pl.read_csv(table, infer_schema=False)["seen"].to_list()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_value_below_detection_in_a_file_is_refused_or_an_interval(visits, tmp_path, engine):
    table, out = tmp_path / "visits.csv", tmp_path / "scored.csv"
    table.write_text(VISITS.replace("1.0,60,,,,poly", "1.0,<5,,,,poly"), encoding="utf-8")
    refused = run(table, *JADAS, out=out, engine=engine)
    assert isinstance(refused.exception, ItemOutOfRange)
    done = run(table, *JADAS, "--censored", "interval", out=out, engine=engine)
    assert done.exit_code == 0, done.exception
    scored = read(out)
    assert scored["jadas10_esr"].cast(pl.Float64).to_list() == [28.0, 18.5, 14.2, 1.4]  # 6 + 4 + 4.2 + 0
    assert scored["esr_mm_h"].to_list()[2] == "<5"
