"""Everything that is checked before a casebook is used; all problems are found together, and nothing is read in part."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import polars as pl

from leadline.casebook.casebook import Casebook, Checked, IndexInfusion
from leadline.casebook.cells import Days, add_bad_cells, read_days, typed
from leadline.casebook.drugs import recognise
from leadline.casebook.headers import DayColumn, ItemColumn, columns_of
from leadline.casebook.items import RECORDED_TOTALS
from leadline.casebook.problems import Problem, Problems, nearest
from leadline.casebook.reading import ROW, Found, read_sheets
from leadline.casebook.schema import CASEBOOK_KINDS, MISSING, REPEATABLE_KEYS, TABLES, Column, Kind, Table
from leadline.casebook.values import values_of

READ_BY_VALUES = frozenset(
    {"measure", "value_num", "value_code", "comparator", "unit", "ref_low", "ref_high"}
)
"""Columns of observations that `values.py` reads, because they depend on each other."""

IN_ORDER = (
    ("patients", "onset_date", "diagnosis_date"), ("patients", "birth_date", "death_date"),
    ("medications", "start_date", "end_date"), ("medications", "start_date", "as_of"),
    ("infusions", "infusion_start", "infusion_end"), ("adverse_events", "start_date", "end_date"),
    ("reports", "period_from", "period_to"), ("visits", "ae_asked_since", "visit_date"),
)  # fmt: skip
"""Table, a day, and the day that cannot be earlier."""

VISIT_REACH_DAYS = 30
"""A value that names a visit counts there; one taken longer before or after it than this names the wrong visit."""


Tables = Mapping[str, pl.DataFrame]
"""Table name to its typed frame; in checking, observations are still one row a row of the file."""


def check(path: Path, index_infusion: IndexInfusion = None) -> Checked:
    """Read, check and type; the casebook is there only if there is no problem."""
    found = read_sheets(path)
    problems, days = found.problems, Days()
    recorded = {
        name: _known_columns(sheet.frame, TABLES[name], problems) for name, sheet in found.sheets.items()
    }
    _check_required(found, problems)
    in_error = {name: _count_in_error(frame) for name, frame in recorded.items()}
    used = {
        name: _with_identity(_without_errors(frame), name, found.sheets[name].file, problems)
        for name, frame in recorded.items()
    }
    tables = {name: typed(used[name], _own_columns(table), problems, days) if name in used else _no_rows(table, days)
              for name, table in TABLES.items()}  # fmt: skip
    tables = {name: _with_provenance(frame, used.get(name)) for name, frame in tables.items()}
    values = values_of(used.get("visits"), used.get("observations"), problems)
    _check_across(tables, values, problems, days, index_infusion)
    tables["observations"] = values
    about, group_results = _about(tables["about"], problems)
    counts = {name: recorded[name].height - in_error[name] for name in TABLES if name in recorded}
    notices = (*found.notices, *_notices(tables, in_error))
    listed = problems.in_order(TABLES)
    if problems.total:
        return Checked(found.name, listed, problems.total, notices, counts)
    casebook = Casebook(
        name=found.name, hash=_hash(recorded), tables=tables, recorded=recorded, about=about,
        group_results=group_results, notices=notices, days=days, index_infusion=index_infusion,
        entered_in_error={name: number for name, number in in_error.items() if number},
    )  # fmt: skip
    return Checked(found.name, (), 0, notices, counts, casebook)


def _own_columns(table: Table) -> Table:
    if table.name != "observations":
        return table
    return Table(
        table.name,
        table.title,
        table.meaning,
        tuple(c for c in table.columns if c.id not in READ_BY_VALUES),
        table.key,
    )


def _no_rows(table: Table, days: Days) -> pl.DataFrame:
    empty = pl.DataFrame(schema={ROW: pl.Int64, **{column.id: pl.String for column in table.columns}})
    return typed(empty, _own_columns(table), Problems(), days)


def _check_required(found: Found, problems: Problems) -> None:
    for table in TABLES.values():
        if table.required and table.name not in found.sheets and not problems.counted[table.name]:
            problems.add(
                Problem(
                    table.name,
                    None,
                    "",
                    "no such table",
                    f"a table {table.name}",
                    "Add it: " + table.meaning + ".",
                )
            )


# ---- columns and identity ----------------------------------------------------------------------------------------


def _known_columns(frame: pl.DataFrame, table: Table, problems: Problems) -> pl.DataFrame:
    """The columns that the table may have, days given as numbers turned into dates, reasons of `missing` in their cells."""
    meanings = columns_of(table)
    for name in frame.columns:
        if name != ROW and name not in meanings:
            meant = nearest(name, meanings)
            problems.add(Problem(table.name, 1, name, "a column that the table does not have", "the columns of the template",
                                 f"Is it {meant}?" if meant else "Rename or remove it."))  # fmt: skip
    frame = frame.select(name for name in frame.columns if name == ROW or name in meanings)
    for name in frame.columns:
        meaning = meanings.get(name)
        if isinstance(meaning, DayColumn):
            frame = _with_offset(frame, name, meaning, table.name, problems)
    if "missing" in frame.columns and table.name != "about":
        frame = _with_missing_codes(frame, table.name, problems)
    return frame


def _with_offset(
    frame: pl.DataFrame, name: str, meaning: DayColumn, table: str, problems: Problems
) -> pl.DataFrame:
    """`visit_week` 8 becomes visit_date W8."""
    column = meaning.column.id
    cell = pl.col(name)
    whole = cell.str.contains(r"^[+-]?\d{1,5}(\.0)?$")
    bad = frame.filter(cell.is_not_null() & ~whole & ~cell.is_in(list(MISSING))).select(
        ROW, cell.alias("cell")
    )
    add_bad_cells(
        bad, name, problems, table=table, taken="a whole number", todo=f"Write a range or a date in {column}."
    )
    day = pl.when(whole).then(pl.lit(meaning.letter) + cell.str.replace(r"\.0$", "")).otherwise(cell)
    if column not in frame.columns:
        return frame.with_columns(day.alias(column)).drop(name)
    both = frame.filter(cell.is_not_null() & pl.col(column).is_not_null()).select(ROW, cell.alias("cell"))
    add_bad_cells(
        both, name, problems, table=table, taken=f"either {name} or {column}", todo="Keep one of them."
    )
    return frame.with_columns(pl.coalesce(column, day).alias(column)).drop(name)


def _with_missing_codes(frame: pl.DataFrame, table: str, problems: Problems) -> pl.DataFrame:
    """Reasons given in the column `missing` as column=code go to the empty cells that they speak of."""
    wanted: dict[str, dict[int, str]] = {}
    for row, text in frame.filter(pl.col("missing").is_not_null()).select(ROW, "missing").iter_rows():
        for part in filter(None, (part.strip() for part in text.split(";"))):
            column, _, code = (piece.strip() for piece in part.partition("="))
            if column in frame.columns and code in MISSING:
                wanted.setdefault(column, {})[row] = code
            else:
                problems.add(Problem(table, row, "missing", "a reason that cannot be read", "column=code, separated by ;",
                                     "The codes are " + ", ".join(MISSING) + "."))  # fmt: skip
    return frame.with_columns(
        pl.coalesce(column, pl.col(ROW).replace_strict(codes, default=None, return_dtype=pl.String)).alias(
            column
        )
        for column, codes in wanted.items()
    ).drop("missing")


def _count_in_error(frame: pl.DataFrame) -> int:
    return int((frame["row_status"] == "entered_in_error").sum()) if "row_status" in frame.columns else 0


def _without_errors(frame: pl.DataFrame) -> pl.DataFrame:
    return (
        frame.filter(pl.col("row_status").ne_missing("entered_in_error"))
        if "row_status" in frame.columns
        else frame
    )


def _with_identity(frame: pl.DataFrame, table: str, file: str, problems: Problems) -> pl.DataFrame:
    """uid, source_kind and source_ref in every row: from the table and the row, `imported`, and the file's name."""
    made = pl.lit(f"{table}-") + pl.col(ROW).cast(pl.String)
    if "uid" in frame.columns:
        given = frame.filter(pl.col("uid").is_not_null())
        twice = given.filter(pl.col("uid").is_duplicated()).select(ROW, pl.col("uid").alias("cell"))
        add_bad_cells(
            twice,
            "uid",
            problems,
            table=table,
            taken="each uid once",
            todo="Give each row its own.",
            found="a uid used twice",
        )
        made = pl.coalesce("uid", made)

    def filled(name: str, value: str) -> pl.Expr:
        return (pl.col(name).fill_null(value) if name in frame.columns else pl.lit(value)).alias(name)

    if "patient_id" not in frame.columns:
        frame = frame.with_columns(pl.lit(None, pl.String).alias("patient_id"))
    return frame.with_columns(
        made.alias("uid"), filled("source_kind", "imported"), filled("source_ref", file)
    )


def _with_provenance(frame: pl.DataFrame, source: pl.DataFrame | None) -> pl.DataFrame:
    if source is None:
        return frame.with_columns(
            pl.lit(None, pl.String).alias(name) for name in ("uid", "source_kind", "source_ref")
        )
    return frame.with_columns(source.select("uid", "source_kind", "source_ref"))


# ---- across rows and tables --------------------------------------------------------------------------------------


def _check_across(
    tables: Tables, values: pl.DataFrame, problems: Problems, days: Days, index: IndexInfusion
) -> None:
    spans = _spans(days)
    _check_keys(tables, values, problems)
    _check_children(tables, problems)
    _check_visits(tables, problems, spans)
    for table, earlier, later in IN_ORDER:
        _check_order(tables[table], table, earlier, later, problems, spans)
    _check_lifetime(tables, problems, spans)
    _check_day_zero(tables, problems, days, index)


def _spans(days: Days) -> pl.DataFrame:
    rows = [(text, day.calendar, day.first, day.last) for text, day in days.items()]
    schema = {"text": pl.String, "calendar": pl.Boolean, "first": pl.Int64, "last": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _with_span(frame: pl.DataFrame, column: str, spans: pl.DataFrame, prefix: str) -> pl.DataFrame:
    named = spans.rename(
        {"calendar": f"{prefix}_calendar", "first": f"{prefix}_first", "last": f"{prefix}_last"}
    )
    return frame.join(named, left_on=column, right_on="text", how="left", maintain_order="left")


def _check_keys(tables: Tables, values: pl.DataFrame, problems: Problems) -> None:
    """Rows that say the same thing twice."""
    for name in ("patients", "infusions"):
        _add_duplicates(tables[name], list(TABLES[name].key), name, problems)
    visits = tables["visits"]
    _add_duplicates(visits.filter(pl.col("visit_uid").is_not_null()), ["visit_uid"], "visits", problems)
    _add_duplicates(
        visits.filter(pl.col("visit_uid").is_null() & pl.col("visit_date").is_not_null()),
        ["patient_id", "visit_date"],
        "visits",
        problems,
    )
    _add_duplicates(tables["joint_counts"], list(TABLES["joint_counts"].key), "joint_counts", problems)
    _add_duplicates(
        values.filter(pl.col("missing").is_null()),
        ["patient_id", "visit_uid", "date", "item", "rater"],
        "observations",
        problems,
    )
    _add_duplicates(
        tables["about"].filter(~pl.col("key").is_in(list(REPEATABLE_KEYS))), ["key"], "about", problems
    )


def _add_duplicates(frame: pl.DataFrame, key: list[str], table: str, problems: Problems) -> None:
    if frame.height < 2:
        return
    first = frame.select(
        ROW,
        *(["table"] if "table" in frame.columns else []),
        duplicate=pl.struct(key).is_duplicated() & ~pl.struct(key).is_first_distinct(),
    )
    rows = first.filter("duplicate")
    for row in rows.head(problems.room(table)).iter_rows(named=True):
        problems.add(Problem(row.get("table", table), row[ROW], ", ".join(key), "a row with the same key as one above",
                             "each key once", "Remove one, or mark it entered_in_error."))  # fmt: skip
    problems.count_unlisted(table, max(0, rows.height - problems.room(table)) if rows.height > 1000 else 0)


def _check_children(tables: Tables, problems: Problems) -> None:
    known = tables["patients"]["patient_id"].drop_nulls().unique()
    if known.is_empty():
        return
    for name, frame in tables.items():
        if "patient_id" in frame.columns and name != "patients":
            unknown = frame.filter(
                pl.col("patient_id").is_not_null() & ~pl.col("patient_id").is_in(known.implode())
            )
            add_bad_cells(unknown.select(ROW, pl.lit("").alias("cell")), "patient_id", problems, table=name, taken="a patient_id of the table patients",
                          todo="Correct it, or add the child.", found="a child that the table patients does not have")  # fmt: skip
    reports = tables["reports"]
    unsaid = reports.filter(pl.col("patient_id").is_null() == pl.col("children").is_null()).select(
        ROW, pl.lit("").alias("cell")
    )
    add_bad_cells(unsaid, "patient_id", problems, table="reports", taken="patient_id, or children where it is not said of which",
                  todo="Fill in one of them.", found="neither or both")  # fmt: skip


def _check_visits(tables: Tables, problems: Problems, spans: pl.DataFrame) -> None:
    visits = tables["visits"].filter(pl.col("visit_uid").is_not_null()).select(
        "visit_uid", pl.col("patient_id").alias("visit_of"), "visit_date")  # fmt: skip
    visits = visits.unique("visit_uid", keep="first")
    for name, date in (("observations", "obs_date"), ("joint_counts", "visit_date")):
        frame = tables[name]
        placeless = frame.filter(pl.col("visit_uid").is_null() & pl.col(date).is_null())
        add_bad_cells(placeless.select(ROW, pl.lit("").alias("cell")), "visit_uid", problems, table=name, found="no visit and no day",
                      taken="visit_uid, or the day", todo="Fill in one of them.")  # fmt: skip
        rows = frame.rename({date: "own_date"}).filter(pl.col("visit_uid").is_not_null())
        rows = rows.join(visits, on="visit_uid", how="left", maintain_order="left")
        astray = rows.filter(pl.col("visit_of").ne_missing(pl.col("patient_id")))
        add_bad_cells(astray.select(ROW, pl.lit("").alias("cell")), "visit_uid", problems, table=name,
                      taken="a visit_uid of the same child in the table visits", todo="Correct it, or add the visit.",
                      found="a visit that the child does not have")  # fmt: skip
        if name == "observations":
            _check_reach(rows, problems, spans)


def _check_reach(rows: pl.DataFrame, problems: Problems, spans: pl.DataFrame) -> None:
    dated = _with_span(
        _with_span(rows.filter(pl.col("own_date").is_not_null()), "own_date", spans, "own"),
        "visit_date",
        spans,
        "visit",
    )
    far = dated.filter(
        (pl.col("own_calendar") == pl.col("visit_calendar"))
        & (
            (pl.col("own_first") - pl.col("visit_last") > VISIT_REACH_DAYS)
            | (pl.col("visit_first") - pl.col("own_last") > VISIT_REACH_DAYS)
        )
    )
    add_bad_cells(far.select(ROW, pl.col("own_date").alias("cell")), "obs_date", problems, table="observations",
                  taken=f"a day within {VISIT_REACH_DAYS} days of the visit", todo="Correct the day, or leave visit_uid empty.")  # fmt: skip


def _check_order(
    frame: pl.DataFrame, table: str, earlier: str, later: str, problems: Problems, spans: pl.DataFrame
) -> None:
    both = frame.select(ROW, earlier, later).drop_nulls()
    both = _with_span(_with_span(both, earlier, spans, "a"), later, spans, "b")
    wrong = both.filter(
        (pl.col("a_calendar") == pl.col("b_calendar")) & (pl.col("b_last") < pl.col("a_first"))
    )
    for row, first, second in wrong.select(ROW, earlier, later).head(problems.room(table)).iter_rows():
        problems.add(Problem(table, row, later, f"{second}, which is before {earlier} {first}", f"a day not before {earlier}",
                             "Correct one of the two."))  # fmt: skip
    problems.count_unlisted(table, max(0, wrong.height - problems.room(table)) if wrong.height > 1000 else 0)


NOT_LIFE = frozenset({"birth_date", "consent_date", "recorded_date", "death_date"})


def _check_lifetime(tables: Tables, problems: Problems, spans: pl.DataFrame) -> None:
    """Nothing happens to a child before its birth, and no visit or infusion after its death."""
    lives = tables["patients"].select("patient_id", "birth_date", "death_date").unique("patient_id")
    lives = _with_span(_with_span(lives, "birth_date", spans, "birth"), "death_date", spans, "death")
    for name, frame in tables.items():
        for column in _day_columns(name):
            rows = (
                frame.select(ROW, "patient_id", column)
                .drop_nulls()
                .join(lives.drop("birth_date", "death_date"), on="patient_id", maintain_order="left")
            )
            rows = _with_span(rows, column, spans, "day").with_columns(pl.col(column).alias("cell"))
            before = rows.filter(
                (pl.col("day_calendar") == pl.col("birth_calendar"))
                & (pl.col("day_last") < pl.col("birth_first"))
            )
            add_bad_cells(before, column, problems, table=name, taken="a day not before the child's birth", todo="Correct it, or the birth date.",
                          found="a day before the child was born")  # fmt: skip
            if column in ("visit_date", "infusion_start", "obs_date"):
                after = rows.filter(
                    (pl.col("day_calendar") == pl.col("death_calendar"))
                    & (pl.col("day_first") > pl.col("death_last"))
                )
                add_bad_cells(after, column, problems, table=name, taken="a day not after the child's death", todo="Correct it, or the day of death.",
                              found="a day after the child died")  # fmt: skip


def _day_columns(table: str) -> list[str]:
    return [
        column.id
        for column in TABLES[table].columns
        if column.kind is Kind.DATE and column.id not in NOT_LIFE
    ]


# ---- day 0 -------------------------------------------------------------------------------------------------------

FACT_DAYS = (
    ("visits", "visit_date"), ("observations", "obs_date"), ("joint_counts", "visit_date"), ("medications", "start_date"),
    ("medications", "end_date"), ("adverse_events", "start_date"), ("reports", "report_date"),
)  # fmt: skip
"""Days that the verdicts count from the index infusion."""


def index_rows(infusions: pl.DataFrame, index: IndexInfusion) -> dict[str, dict[str, object]]:
    """Patient id to the row of the index infusion: the first one given, or the one that the user names."""
    chosen: dict[str, dict[str, object]] = {}
    given = infusions.filter(
        pl.col("status").ne_missing("not_given") & pl.col("patient_id").is_not_null()
    ).sort("infusion_no")
    for row in given.iter_rows(named=True):
        patient = row["patient_id"]
        wanted = index.get(patient) if isinstance(index, Mapping) else index
        if wanted is None:
            chosen.setdefault(patient, row)
        elif row["infusion_no"] == wanted:
            chosen[patient] = row
    return chosen


def _check_day_zero(tables: Tables, problems: Problems, days: Days, index: IndexInfusion) -> None:
    """Calendar days can be counted only from an infusion with a calendar day; day numbers count from the first."""
    calendar = pl.col("text").replace_strict(
        {text: day.calendar for text, day in days.items()}, default=None, return_dtype=pl.Boolean
    )
    facts = pl.concat(
        [tables[name].select("patient_id", pl.col(column).alias("text")) for name, column in FACT_DAYS]
    )
    with_calendar = set(facts.drop_nulls().unique().filter(calendar)["patient_id"].to_list())
    for patient, row in index_rows(tables["infusions"], None).items():
        day = days.get(str(row["infusion_start"]))
        if day is None and patient in with_calendar and "infusion_start=" not in str(row["_missing"]):
            problems.add(Problem("infusions", _row(row), "infusion_start", "no day, while other rows of this child have calendar dates",
                                 "the date, or the part that is known", "Write it (2019, about 2019-05), or not_recorded."))  # fmt: skip
        elif day is not None and not day.calendar and patient in with_calendar:
            problems.add(Problem("infusions", _row(row), "infusion_start", f"{row['infusion_start']}, while other rows of this child have"
                                 " calendar dates", "calendar dates throughout, or days from the infusion throughout",
                                 "No day can be counted from a mixture: write all of this child's days in one form."))  # fmt: skip
        elif day is not None and not day.calendar and not day.first <= 0 <= day.last:
            problems.add(Problem("infusions", _row(row), "infusion_start", str(row["infusion_start"]), "D0 for the first infusion given",
                                 "Days count from the first infusion: shift all of this child's days."))  # fmt: skip
    if index is not None:
        _check_index_chosen(tables["infusions"], problems, index)
    _check_infusion_order(tables["infusions"], problems, days)


def _row(row: Mapping[str, object]) -> int:
    return int(str(row[ROW]))


def _check_index_chosen(infusions: pl.DataFrame, problems: Problems, index: IndexInfusion) -> None:
    chosen = index_rows(infusions, index)
    for patient, row in index_rows(infusions, None).items():
        if patient not in chosen and not (isinstance(index, Mapping) and patient not in index):
            problems.add(Problem("infusions", _row(row), "infusion_no", "no infusion of the number named as the index was given to this"
                                 " child", "a number of an infusion given", "Name another index infusion."))  # fmt: skip


def _check_infusion_order(infusions: pl.DataFrame, problems: Problems, days: Days) -> None:
    rows = infusions.filter(pl.col("infusion_start").is_not_null() & pl.col("patient_id").is_not_null()).sort(
        "patient_id", "infusion_no"
    )
    for earlier, later in pairwise(rows.iter_rows(named=True)):
        first, second = days.get(earlier["infusion_start"]), days.get(later["infusion_start"])
        if first is None or second is None or earlier["patient_id"] != later["patient_id"]:
            continue
        if first.calendar == second.calendar and second.last < first.first:
            problems.add(Problem("infusions", later[ROW], "infusion_start", "a day before that of the infusion with the number before",
                                 "infusions numbered in the order given", "Correct the day or the number."))  # fmt: skip


# ---- the casebook as a whole -------------------------------------------------------------------------------------


def _about(frame: pl.DataFrame, problems: Problems) -> tuple[dict[str, str], tuple[str, ...]]:
    about: dict[str, str] = {}
    results: list[str] = []
    for row, key, value in frame.select(ROW, "key", "value").drop_nulls().iter_rows():
        if key == "group_result":
            results.append(value)
            continue
        about[key] = value
        if key == "kind" and value not in CASEBOOK_KINDS:
            problems.add(
                Problem(
                    "about",
                    row,
                    "value",
                    "a kind that is not known",
                    ", ".join(CASEBOOK_KINDS),
                    "Choose one.",
                )
            )
    return about, tuple(results)


def _notices(tables: Tables, in_error: Mapping[str, int]) -> list[str]:
    notices = [
        f"{name}: {_rows(number)} entered in error, kept and used for nothing."
        for name, number in in_error.items()
        if number
    ]
    unknown = [
        row
        for row, text, atc in tables["medications"].select(ROW, "drug_text", "atc").iter_rows()
        if text is not None and recognise(text, atc or "") is None
    ]
    if unknown:
        notices.append(f"medications: {_rows(len(unknown))} with a drug that is not in the catalogue (row {_numbers(unknown)});"
                       " kept as written, of no class.")  # fmt: skip
    values = tables["observations"]
    for item in RECORDED_TOTALS:
        number = values.filter(pl.col("item") == item.id).height
        if number:
            notices.append(f"{item.title}: {number} recorded; used only where its own items are not.")
    children = tables["patients"]["patient_id"].drop_nulls()
    infused = tables["infusions"].filter(pl.col("status").ne_missing("not_given"))["patient_id"]
    without = children.filter(~children.is_in(infused.drop_nulls().unique().implode())).len()
    if without:
        notices.append(
            f"infusions: {without} of {children.len()} children have none; their calendar dates are counted from nothing."
        )
    return notices


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number} rows"


def _numbers(rows: list[int], most: int = 8) -> str:
    return ", ".join(map(str, rows[:most])) + (", ..." if len(rows) > most else "")


def _hash(recorded: Tables) -> str:
    """Of the cells themselves: column order, empty columns and the form of the file do not count."""
    digest = hashlib.sha256()
    for name in sorted(recorded):
        frame = recorded[name].drop(ROW)
        columns = sorted(column for column in frame.columns if frame[column].is_not_null().any())
        if columns:
            text = BytesIO()
            frame.select(columns).write_csv(text, quote_style="always")
            digest.update(f"{name}\n".encode() + text.getvalue())
    return digest.hexdigest()
