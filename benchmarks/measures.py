"""Five million visits: JADAS10 with its state, and SLEDAI-2K from 24 findings, beside the same written by hand.

    python benchmarks/measures.py [VISITS]

By hand means as one who knows polars, or SQL, would write it for these two scores alone: the same columns, the same
rounding before a cut-off, missing as missing, values out of range refused. Each part runs in a process of its own, so
that its peak of memory is its own, and reads the same Parquet file first, which is counted in the peak and not in the
times. Last stands a calculator such as people write, a function called for each row, on a hundredth of the visits and
scaled. Must hold: at most 1.5 times the processor time and the memory of what is written by hand.

`least` and `greatest` of SQL are not used: in DuckDB they pass over a null, and a missing joint count would be ten.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from measured import Laps, heading

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

VISITS = 5_000_000
ROWS_BY_ROW = 100  # a hundredth of them
LIMITS = {"active_joint_count": 71, "physician_global_0_10": 10, "parent_global_0_10": 10, "esr_mm_h": 200}
STATES = {"oligo": (1.4, 4, 13), "poly": (2.7, 6, 17)}  # Trincianti 2021


def weights() -> dict[str, int]:
    from leadline.measures.sledai import WEIGHTS

    return {f"sledai_{key}": weight for key, weight in WEIGHTS.items()}


def make(folder: Path, visits: int) -> None:
    """Invented visits: globals in steps of 0.1, one value in fifty missing."""
    import numpy as np
    import polars as pl

    rng = np.random.default_rng(20_26)

    def gaps(column: pl.Series) -> pl.Series:
        return column.set(pl.Series(rng.random(visits) < 0.02), None)

    columns = {
        "active_joint_count": gaps(pl.Series(rng.poisson(4, visits)).cast(pl.Int64)),
        "physician_global_0_10": gaps(pl.Series(rng.integers(0, 101, visits) / 10)),
        "parent_global_0_10": gaps(pl.Series(rng.integers(0, 101, visits) / 10)),
        "esr_mm_h": gaps(pl.Series(rng.integers(1, 150, visits)).cast(pl.Float64)),
        "course": pl.Series(np.where(rng.random(visits) < 0.5, "oligo", "poly")),
        **{name: pl.Series(rng.random(visits) < 0.1) for name in weights()},
    }
    columns["sledai_low_complement"] = gaps(columns["sledai_low_complement"])
    pl.DataFrame(columns).write_parquet(folder / "visits.parquet")


def polars_leadline(folder: Path) -> None:
    import polars as pl

    from leadline import measures

    visits = pl.read_parquet(folder / "visits.parquet")
    laps = Laps()
    scored = measures.score(measures.score(visits, "jadas10_esr", course="course"), "sledai_2k")
    laps.lap("polars, leadline")
    tell(scored["jadas10_esr_state"].value_counts().rows(), scored["sledai_2k"].sum())


def polars_by_hand(folder: Path) -> None:
    import polars as pl

    visits = pl.read_parquet(folder / "visits.parquet")
    laps = Laps()
    outside = [(pl.col(name) < 0) | (pl.col(name) > high) for name, high in LIMITS.items()]
    if visits.select(pl.any_horizontal(outside).any()).item():
        raise ValueError("out of range")
    joints, esr = pl.col("active_joint_count").clip(0, 10), (pl.col("esr_mm_h").clip(20, 120) - 20) / 10
    total = joints + pl.col("physician_global_0_10") + pl.col("parent_global_0_10") + esr
    points = pl.sum_horizontal(
        (pl.col(name).cast(pl.Float64) * weight for name, weight in weights().items()), ignore_nulls=False
    )
    scored = visits.with_columns(jadas10_esr=total.round(6), sledai_2k=points.round(6))
    value, of_course = pl.col("jadas10_esr"), {}
    for course, (inactive, minimal, moderate) in STATES.items():
        of_course[course] = (
            pl.when(value <= inactive).then(pl.lit("inactive")).when(value <= minimal).then(pl.lit("minimal"))
            .when(value <= moderate).then(pl.lit("moderate")).otherwise(pl.lit("high"))
        )  # fmt: skip
    state = pl.when(pl.col("course") == "oligo").then(of_course["oligo"]).when(pl.col("course") == "poly")
    sledai = pl.col("sledai_2k")
    bands = (
        pl.when(sledai <= 0).then(pl.lit("none")).when(sledai <= 4).then(pl.lit("low"))
        .when(sledai <= 10).then(pl.lit("moderate")).otherwise(pl.lit("high"))
    )  # fmt: skip
    scored = scored.with_columns(
        jadas10_esr_state=pl.when(value.is_not_null()).then(state.then(of_course["poly"])),
        jadas10_esr_status=pl.when(value.is_null()).then(pl.lit("not_computable")).otherwise(pl.lit("ok")),
        sledai_2k_state=pl.when(sledai.is_not_null()).then(bands),
        sledai_2k_status=pl.when(sledai.is_null()).then(pl.lit("not_computable")).otherwise(pl.lit("ok")),
    )
    laps.lap("polars, by hand")
    tell(scored["jadas10_esr_state"].value_counts().rows(), scored["sledai_2k"].sum())


def duckdb_leadline(folder: Path) -> None:
    import duckdb

    from leadline import measures

    connection = duckdb.connect()
    connection.read_parquet(str(folder / "visits.parquet")).create("visits")
    laps = Laps()
    scored = measures.score(connection.table("visits"), "jadas10_esr", course="course")
    measures.score(scored, "sledai_2k").create("scored")
    laps.lap("DuckDB, leadline")
    tell_duckdb(connection)


def duckdb_by_hand(folder: Path) -> None:
    import duckdb

    connection = duckdb.connect()
    connection.read_parquet(str(folder / "visits.parquet")).create("visits")
    laps = Laps()
    outside = " or ".join(f"{name} < 0 or {name} > {high}" for name, high in LIMITS.items())
    if connection.sql(f"select 1 from visits where {outside} limit 1").fetchall():
        raise ValueError("out of range")
    points = " + ".join(f"{name}::int * {weight}" for name, weight in weights().items())
    state = " ".join(
        f"when course = '{course}' then case when jadas10_esr <= {inactive} then 'inactive'"
        f" when jadas10_esr <= {minimal} then 'minimal' when jadas10_esr <= {moderate} then 'moderate' else 'high' end"
        for course, (inactive, minimal, moderate) in STATES.items()
    )
    connection.execute(f"""
        create table scored as
        with totals as (
            select *,
                round(case when active_joint_count > 10 then 10 else active_joint_count end
                      + physician_global_0_10 + parent_global_0_10
                      + (case when esr_mm_h < 20 then 20 when esr_mm_h > 120 then 120 else esr_mm_h end - 20) / 10,
                      6) as jadas10_esr,
                ({points})::double as sledai_2k
            from visits
        )
        select *,
            case when jadas10_esr is not null then case {state} end end as jadas10_esr_state,
            case when jadas10_esr is null then 'not_computable' else 'ok' end as jadas10_esr_status,
            case when sledai_2k <= 0 then 'none' when sledai_2k <= 4 then 'low' when sledai_2k <= 10 then 'moderate'
                 when sledai_2k is not null then 'high' end as sledai_2k_state,
            case when sledai_2k is null then 'not_computable' else 'ok' end as sledai_2k_status
        from totals
    """)
    laps.lap("DuckDB, by hand")
    tell_duckdb(connection)


def row_by_row(folder: Path) -> None:
    """A function for each row, with pandas, on a hundredth of the visits."""
    import pandas as pd
    import polars as pl

    weight = weights()

    def jadas(row: pd.Series) -> float | None:
        parts = [row[name] for name in LIMITS]
        if any(pd.isna(part) for part in parts):
            return None
        joints, physician, parent, esr = parts
        return float(round(min(joints, 10) + physician + parent + (min(max(esr, 20), 120) - 20) / 10, 6))

    def state(row: pd.Series) -> str | None:
        if pd.isna(row["jadas10_esr"]):
            return None
        inactive, minimal, moderate = STATES[row["course"]]
        value = row["jadas10_esr"]
        names = (("inactive", inactive), ("minimal", minimal), ("moderate", moderate))
        return next((name for name, limit in names if value <= limit), "high")

    def sledai(row: pd.Series) -> int | None:
        if any(row[name] is None for name in weight):
            return None
        return sum(points for name, points in weight.items() if row[name])

    visits = pl.scan_parquet(folder / "visits.parquet")
    few = visits.head(visits.select(pl.len()).collect().item() // ROWS_BY_ROW).collect().to_pandas()
    laps = Laps()
    few["jadas10_esr"] = few.apply(jadas, axis=1)
    few["jadas10_esr_state"] = few.apply(state, axis=1)
    few["sledai_2k"] = few.apply(sledai, axis=1)
    laps.lap(f"a function a row, 1/{ROWS_BY_ROW} of them")


def tell(states: list[tuple[str, int]], points: float) -> None:
    """What came out, to be compared: the parts of one engine must agree."""
    sys.stderr.write(f"{sorted(states, key=str)} {points:g}\n")


def tell_duckdb(connection: DuckDBPyConnection) -> None:
    states = connection.sql("select jadas10_esr_state, count(*) from scored group by 1").fetchall()
    ((points,),) = connection.sql("select sum(sledai_2k) from scored").fetchall()
    tell(states, points)


PARTS = {
    part.__name__: part
    for part in (polars_leadline, polars_by_hand, duckdb_leadline, duckdb_by_hand, row_by_row)
}


def main(visits: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        run_part("make", folder, str(visits))
        heading(f"{visits:,} visits, JADAS10 with state and SLEDAI-2K".replace(",", " "))
        took, told = {}, {}
        for name in PARTS:
            shown, told[name] = run_part(name, folder)
            took[name] = [float(number) for number in re.findall(r"([\d.]+) (?:s|MB)", shown)]
            sys.stdout.write(shown)
        assert len({told[name] for name in PARTS if name != "row_by_row"}) == 1, told
        for engine in ("polars", "duckdb"):
            ours, theirs = took[f"{engine}_leadline"][-3:], took[f"{engine}_by_hand"][-3:]
            wall, cpu, peak = (one / other for one, other in zip(ours, theirs, strict=True))
            sys.stdout.write(
                f"  {engine}: clock {wall:.2f}, processor {cpu:.2f}, memory {peak:.2f} times by hand\n"
            )
        scaled = took["row_by_row"][-2] * ROWS_BY_ROW
        ratio = scaled / took["polars_leadline"][-2]
        sys.stdout.write(
            f"  a function a row, scaled: {scaled:.0f} s of processor, {ratio:.0f} times leadline on polars\n"
        )


def run_part(*arguments: str) -> tuple[str, str]:
    done = subprocess.run([sys.executable, __file__, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout, done.stderr.partition("\n")[0]  # DuckDB has words of its own at the end


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["make", folder, visits]:
            make(Path(folder), int(visits))
        case [part, folder]:
            PARTS[part](Path(folder))
        case arguments:
            main(int(arguments[0]) if arguments else VISITS)
