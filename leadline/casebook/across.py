"""What can be wrong between rows and tables: keys, children, visits, the order of days, and what day 0 is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import polars as pl

from leadline.casebook.case import FATAL_GRADE
from leadline.casebook.casebook import IndexInfusion
from leadline.casebook.cells import Days
from leadline.casebook.problems import Problem, Problems
from leadline.casebook.reading import ROW
from leadline.casebook.schema import REPEATABLE_KEYS, TABLES, Kind

Tables = Mapping[str, pl.DataFrame]
"""Table name to its typed frame; observations are one row a row of the file, without their values."""

IN_ORDER = (
    ("patients", "onset_date", "diagnosis_date"), ("patients", "birth_date", "death_date"),
    ("visits", "ae_asked_since", "visit_date"), ("medications", "start_date", "end_date"),
    ("medications", "start_date", "as_of"), ("infusions", "infusion_start", "infusion_end"),
    ("adverse_events", "start_date", "end_date"), ("reports", "period_from", "period_to"),
)  # fmt: skip
"""Table, a day, and the day that cannot be earlier."""

NOT_IN_LIFE = frozenset({"birth_date", "consent_date", "recorded_date", "death_date"})
"""Days that may lie before birth or after death, or that are checked elsewhere."""

NOT_AFTER_DEATH = frozenset({"visit_date", "obs_date", "infusion_start"})

VISIT_REACH_DAYS = 30
"""A value that names a visit counts there; one taken longer before or after it than this names the wrong visit."""

COUNTED = (
    ("visits", "visit_date"), ("observations", "obs_date"), ("joint_counts", "visit_date"),
    ("medications", "start_date"), ("medications", "end_date"), ("adverse_events", "start_date"),
    ("reports", "report_date"),
)  # fmt: skip
"""Days that the verdicts count from the index infusion."""


def check_across(
    tables: Tables, values: pl.DataFrame, problems: Problems, days: Days, index: IndexInfusion
) -> None:
    spans = _spans(days)
    _check_keys(tables, values, problems)
    _check_children(tables, problems)
    if (
        tables["visits"].height or not problems.counted["visits"]
    ):  # else the visits are there and could not be read
        for name, date in (("observations", "obs_date"), ("joint_counts", "visit_date")):
            _check_visits(tables, name, date, problems)
    _check_reach(tables, problems, spans)
    for table, earlier, later in IN_ORDER:
        _check_order(tables[table], table, earlier, later, problems, spans)
    _check_lifetime(tables, problems, spans)
    _check_seriousness(tables["adverse_events"], problems)
    _check_day_zero(tables, problems, days)
    _check_index_chosen(tables["infusions"], problems, index)
    _check_infusion_order(tables["infusions"], problems, days)


# ---- keys --------------------------------------------------------------------------------------------------------


def _check_keys(tables: Tables, values: pl.DataFrame, problems: Problems) -> None:
    """Rows that say the same thing twice."""
    for name in ("patients", "infusions", "joint_counts"):
        _add_duplicates(tables[name], TABLES[name].key, name, problems)
    named = pl.col("visit_uid").is_not_null()
    visits = tables["visits"].filter(named | pl.col("visit_date").is_not_null())
    _add_duplicates(visits.filter(named), ("visit_uid",), "visits", problems)
    _add_duplicates(visits.filter(~named), ("patient_id", "visit_date"), "visits", problems)
    keys = tables["about"].filter(~pl.col("key").is_in(list(REPEATABLE_KEYS)))
    _add_duplicates(keys, ("key",), "about", problems)
    measured = values.filter(pl.col("missing").is_null())
    key = ("patient_id", "visit_uid", "date", "item", "rater")
    _add_duplicates(measured, key, "observations", problems)
    once = measured.filter(~pl.struct(key).is_duplicated()).select(
        pl.col("table").cast(pl.String), *_OF_A_VALUE
    )
    totals = [frame.cast(once.schema) for frame in _joint_totals(tables["joint_counts"])]
    _check_measured_twice(visits, pl.concat([once, *totals]), problems)


_OF_A_VALUE = (
    ROW, "column", "patient_id", "visit_uid", "visit_row", "date", "item", "rater", "value", "code", "comparator",
)  # fmt: skip


def _joint_totals(joints: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Totals of joint_counts as values of a visit, so that they are held against those of the other tables."""
    for item in ("active_joint_count", "limited_joint_count"):
        yield joints.filter(pl.col("joint").is_null() & pl.col(item).is_not_null()).select(
            pl.lit("joint_counts").alias("table"), ROW, pl.lit(item).alias("column"), "patient_id", "visit_uid",
            pl.lit(None, pl.Int64).alias("visit_row"), pl.col("visit_date").alias("date"), pl.lit(item).alias("item"),
            pl.lit(None, pl.String).alias("rater"), pl.col(item).cast(pl.Float64).alias("value"),
            pl.lit(None, pl.String).alias("code"), pl.lit(None, pl.String).alias("comparator"),
        )  # fmt: skip


def _check_measured_twice(visits: pl.DataFrame, values: pl.DataFrame, problems: Problems) -> None:
    """Different values of one item at one visit, which they name by its code or its day: nothing says which holds."""
    named = visits.filter(pl.col("visit_uid").is_not_null()).unique("visit_uid", keep="first")
    alone = visits.filter(~pl.struct("patient_id", "visit_date").is_duplicated())
    placed = (
        values.join(named.select("visit_uid", by_uid=ROW), on="visit_uid", how="left", maintain_order="left")
        .join(
            alone.select("patient_id", date="visit_date", by_day=ROW), on=["patient_id", "date"], how="left",
            maintain_order="left",
        )
        .with_columns(visit=pl.coalesce("visit_row", "by_uid", pl.when(pl.col("visit_uid").is_null()).then("by_day")))
        .filter(pl.col("visit").is_not_null())
    )  # fmt: skip
    place = ("visit", "item", "rater")
    differ = pl.struct("value", "code", "comparator").n_unique().over(place) > 1
    for (table, column), rows in (
        placed.filter(pl.struct(place).is_duplicated())
        .filter(differ & ~pl.struct(place).is_first_distinct())
        .partition_by("table", "column", as_dict=True, maintain_order=True)
        .items()
    ):
        problems.add_rows(
            str(table), rows[ROW], str(column), "a second value of the item at this visit",
            "one value of an item a visit", "Remove the wrong one, or mark its row entered_in_error.",
        )  # fmt: skip


def _add_duplicates(frame: pl.DataFrame, key: tuple[str, ...], table: str, problems: Problems) -> None:
    """All but the first of the rows with one key. Values come from two tables, and say from which."""
    again = frame.filter(pl.struct(key).is_duplicated() & ~pl.struct(key).is_first_distinct())
    parts = again.partition_by("table", as_dict=True) if "table" in again.columns else {(table,): again}
    for (name,), rows in parts.items():
        problems.add_rows(
            str(name), rows[ROW], ", ".join(key), "a row with the same key as one above", "each key once",
            "Remove one, or mark it entered_in_error.",
        )  # fmt: skip


# ---- children and visits -----------------------------------------------------------------------------------------


def _check_children(tables: Tables, problems: Problems) -> None:
    known = tables["patients"]["patient_id"].drop_nulls().unique()
    child = pl.col("patient_id")
    for name, frame in tables.items():
        if "patient_id" in frame.columns and name != "patients" and not known.is_empty():
            problems.add_rows(
                name, frame.filter(child.is_not_null() & ~child.is_in(known.implode()))[ROW], "patient_id",
                "a child that the table patients does not have", "a patient_id of the table patients",
                "Correct it, or add the child.",
            )  # fmt: skip
    unsaid = tables["reports"].filter(child.is_null() == pl.col("children").is_null())
    problems.add_rows(
        "reports", unsaid[ROW], "patient_id", "neither or both",
        "patient_id, or children where it is not said of which", "Fill in one of them.",
    )  # fmt: skip


def _visits_by_uid(tables: Tables) -> pl.DataFrame:
    visits = tables["visits"].filter(pl.col("visit_uid").is_not_null()).unique("visit_uid", keep="first")
    return visits.select(
        "visit_uid", pl.col("patient_id").alias("visit_of"), pl.col("visit_date").alias("day_of_visit")
    )


def _check_visits(tables: Tables, name: str, date: str, problems: Problems) -> None:
    """A row that belongs to a visit names one of the same child, or else its day."""
    named = pl.col("visit_uid").is_not_null()
    placeless = tables[name].filter(~named & pl.col(date).is_null())[ROW]
    problems.add_rows(
        name, placeless, "visit_uid", "no visit and no day", "visit_uid, or the day", "Fill in one of them."
    )
    rows = (
        tables[name]
        .filter(named)
        .join(_visits_by_uid(tables), on="visit_uid", how="left", maintain_order="left")
    )
    problems.add_rows(
        name, rows.filter(pl.col("visit_of").ne_missing(pl.col("patient_id")))[ROW], "visit_uid",
        "a visit that the child does not have", "a visit_uid of the same child in the table visits",
        "Correct it, or add the visit.",
    )  # fmt: skip


def _check_reach(tables: Tables, problems: Problems, spans: pl.DataFrame) -> None:
    dated = tables["observations"].select(ROW, "visit_uid", "obs_date").drop_nulls()
    dated = dated.join(_visits_by_uid(tables), on="visit_uid", maintain_order="left")
    dated = _with_span(_with_span(dated, "obs_date", spans, "own"), "day_of_visit", spans, "visit")
    early = pl.col("visit_first") - pl.col("own_last") > VISIT_REACH_DAYS
    late = pl.col("own_first") - pl.col("visit_last") > VISIT_REACH_DAYS
    far = dated.filter((pl.col("own_calendar") == pl.col("visit_calendar")) & (early | late))
    problems.add_rows(
        "observations", far[ROW], "obs_date", f"a day more than {VISIT_REACH_DAYS} days from that of the visit named",
        "a day near the visit", "Correct the day, or leave visit_uid empty.",
    )  # fmt: skip


# ---- the order of days -------------------------------------------------------------------------------------------


def _spans(days: Days) -> pl.DataFrame:
    rows = [(text, day.calendar, day.first, day.last) for text, day in days.items()]
    schema = {"text": pl.String, "calendar": pl.Boolean, "first": pl.Int64, "last": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _with_span(frame: pl.DataFrame, column: str, spans: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """The frame with what the column's texts mean: <prefix>_calendar, <prefix>_first, <prefix>_last."""
    named = spans.rename({name: f"{prefix}_{name}" for name in ("calendar", "first", "last")})
    return frame.join(named, left_on=column, right_on="text", how="left", maintain_order="left")


def _check_order(
    frame: pl.DataFrame, table: str, earlier: str, later: str, problems: Problems, spans: pl.DataFrame
) -> None:
    both = frame.select(ROW, earlier, later).drop_nulls()
    both = _with_span(_with_span(both, earlier, spans, "a"), later, spans, "b")
    wrong = both.filter(
        (pl.col("a_calendar") == pl.col("b_calendar")) & (pl.col("b_last") < pl.col("a_first"))
    )
    for row, first, second in wrong.select(ROW, earlier, later).iter_rows():
        found = f"{second}, which is before {earlier} {first}"
        problems.add(
            Problem(table, row, later, found, f"a day not before {earlier}", "Correct one of the two.")
        )


def _check_lifetime(tables: Tables, problems: Problems, spans: pl.DataFrame) -> None:
    """Nothing happens to a child before its birth, and no visit, value or infusion after its death."""
    lives = tables["patients"].select("patient_id", "birth_date", "death_date").unique("patient_id")
    lives = _with_span(_with_span(lives, "birth_date", spans, "birth"), "death_date", spans, "death")
    for name, table in TABLES.items():
        dates = [c.id for c in table.columns if c.kind is Kind.DATE and c.id not in NOT_IN_LIFE]
        for date in dates:
            rows = tables[name].select(ROW, "patient_id", pl.col(date).alias("text")).drop_nulls()
            rows = _with_span(rows.join(lives, on="patient_id", maintain_order="left"), "text", spans, "day")
            _check_life(rows, name, date, problems)


def _check_life(rows: pl.DataFrame, table: str, date: str, problems: Problems) -> None:
    born, died = (pl.col("day_calendar") == pl.col(f"{end}_calendar") for end in ("birth", "death"))
    before = rows.filter(born & (pl.col("day_last") < pl.col("birth_first")))[ROW]
    problems.add_rows(
        table, before, date, "a day before the child was born", "a day not before the child's birth",
        "Correct it, or the birth date.",
    )  # fmt: skip
    if date in NOT_AFTER_DEATH:
        after = rows.filter(died & (pl.col("day_first") > pl.col("death_last")))[ROW]
        problems.add_rows(
            table, after, date, "a day after the child died", "a day not after the child's death",
            "Correct it, or the day of death.",
        )  # fmt: skip


def _check_seriousness(events: pl.DataFrame, problems: Problems) -> None:
    """An event that has a criterion of seriousness, or was fatal, is serious (ICH E2A)."""
    denied = events.filter(pl.col("serious").eq(False))
    contradictions = (
        (pl.col("outcome").eq("fatal"), "that was fatal"),
        (pl.col("ctcae_grade").eq(FATAL_GRADE), f"of grade {FATAL_GRADE}"),
        (pl.col("serious_criteria").is_not_null(), "with a criterion of seriousness"),
    )
    for contradicted, why in contradictions:
        problems.add_rows(
            "adverse_events", denied.filter(contradicted)[ROW], "serious", f"no, of an event {why}",
            "yes, of such an event", "Correct one of the two.",
        )  # fmt: skip


# ---- day 0 -------------------------------------------------------------------------------------------------------


def index_rows(infusions: pl.DataFrame, index: IndexInfusion) -> dict[str, dict[str, Any]]:
    """Patient id to the row of the index infusion: the first one given, or the one that the user names."""
    chosen: dict[str, dict[str, Any]] = {}
    given = infusions.filter(pl.col("status").ne_missing("not_given") & pl.col("patient_id").is_not_null())
    for row in given.sort("infusion_no").iter_rows(named=True):
        patient = row["patient_id"]
        wanted = index.get(patient) if isinstance(index, Mapping) else index
        if wanted is None:
            chosen.setdefault(patient, row)
        elif row["infusion_no"] == wanted:
            chosen[patient] = row
    return chosen


def _check_day_zero(tables: Tables, problems: Problems, days: Days) -> None:
    """Calendar days can be counted only from an infusion with a calendar day; day numbers count from the first."""
    facts = pl.concat(
        [tables[name].select("patient_id", pl.col(column).alias("text")) for name, column in COUNTED]
    )
    pairs = facts.drop_nulls().unique().iter_rows()
    dated = {patient for patient, text in pairs if text in days and days[text].calendar}
    for patient, row in index_rows(tables["infusions"], None).items():
        for found, taken, todo in _faults_of_day_zero(row, patient in dated, days):
            problems.add(Problem("infusions", row[ROW], "infusion_start", found, taken, todo))


def _faults_of_day_zero(
    row: Mapping[str, Any], others_are_dated: bool, days: Days
) -> list[tuple[str, str, str]]:
    text = row["infusion_start"]
    day = days.get(text)
    reason_given = "infusion_start=" in (row["_missing"] or "")
    if text is None and others_are_dated and not reason_given:
        return [("no day, while other rows of this child have calendar dates", "the date, or the part that is known",
                 "Write it (2019, about 2019-05), or not_recorded.")]  # fmt: skip
    if day is None or day.calendar:
        return []
    if others_are_dated:
        return [(f"{text}, while other rows of this child have calendar dates", "one form for all days of a child",
                 "No day can be counted from a mixture: write dates throughout, or days throughout.")]  # fmt: skip
    if not day.first <= 0 <= day.last:
        return [
            (text, "D0 for the first infusion given", "Days count from it: shift all of this child's days.")
        ]
    return []


def _check_index_chosen(infusions: pl.DataFrame, problems: Problems, index: IndexInfusion) -> None:
    chosen = index_rows(infusions, index)
    for patient, row in index_rows(infusions, None).items():
        if patient not in chosen:
            found = "no infusion of the number named as the index was given to this child"
            taken = "the number of an infusion that was given"
            problems.add(
                Problem("infusions", row[ROW], "infusion_no", found, taken, "Name another index infusion.")
            )


def _check_infusion_order(infusions: pl.DataFrame, problems: Problems, days: Days) -> None:
    rows = infusions.select(ROW, "patient_id", "infusion_no", "infusion_start").drop_nulls()
    wrong = []
    for (_, patient, _, before), (row, same, _, after) in pairwise(
        rows.sort("patient_id", "infusion_no").iter_rows()
    ):
        first, second = days.get(before), days.get(after)
        if (
            patient == same
            and first
            and second
            and first.calendar == second.calendar
            and second.last < first.first
        ):
            wrong.append(row)
    problems.add_rows(
        "infusions", wrong, "infusion_start", "a day before that of the infusion with the number before",
        "infusions numbered in the order given", "Correct the day or the number.",
    )  # fmt: skip
