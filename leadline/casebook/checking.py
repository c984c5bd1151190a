"""Everything that is checked before a casebook is used: problems are found together, nothing is read in part."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import polars as pl

from leadline.casebook.across import check_across
from leadline.casebook.casebook import Casebook, Checked, IndexInfusion
from leadline.casebook.cells import Days, typed
from leadline.casebook.dosing import FREQUENCIES, UNITS, frequency_code, unit_code
from leadline.casebook.drugs import recognise, suggest
from leadline.casebook.identity import count_in_error, known_columns, with_identity, without_errors
from leadline.casebook.items import RECORDED_TOTALS
from leadline.casebook.joints import JOINTS_27
from leadline.casebook.problems import Problem, Problems
from leadline.casebook.reading import ROW, Found, read_sheets
from leadline.casebook.schema import CASEBOOK_KINDS, HOUSEKEEPING, TABLES, Table
from leadline.casebook.values import values_of

READ_BY_VALUES = frozenset(
    {"measure", "value_num", "value_code", "comparator", "unit", "ref_low", "ref_high"}
)
"""Columns of observations that `values.py` reads, because they depend on each other."""

Frames = Mapping[str, pl.DataFrame]


def check(path: Path, index_infusion: IndexInfusion = None) -> Checked:
    """Read, check and type; the casebook is there only if there is no problem."""
    found = read_sheets(path)
    problems, days = found.problems, Days()
    _check_tables_are_there(found)
    recorded = {
        name: known_columns(sheet.frame, TABLES[name], problems) for name, sheet in found.sheets.items()
    }
    in_error = {name: count_in_error(frame) for name, frame in recorded.items()}
    used = {
        name: with_identity(without_errors(frame), name, found.sheets[name].file, problems)
        for name, frame in recorded.items()
    }
    tables = {name: _typed_or_empty(used.get(name), table, problems, days) for name, table in TABLES.items()}
    values = values_of(used.get("visits"), used.get("observations"), problems)
    check_across(tables, values, problems, days, index_infusion)
    about, group_results = _about(tables["about"], problems)
    counts = {name: recorded[name].height - in_error[name] for name in TABLES if name in recorded}
    notices = (*found.notices, *_notices(tables, values, in_error))
    if problems.total:
        return Checked(found.name, problems.in_order(TABLES), problems.total, notices, counts)
    casebook = Casebook(
        name=found.name, hash=_hash(recorded), tables=tables | {"observations": values}, recorded=recorded,
        about=about, group_results=group_results, notices=notices, days=days, index_infusion=index_infusion,
        entered_in_error={name: number for name, number in in_error.items() if number},
    )  # fmt: skip
    return Checked(found.name, (), 0, notices, counts, casebook)


def _check_tables_are_there(found: Found) -> None:
    for table in TABLES.values():
        if table.required and table.name not in found.sheets and not found.problems.counted[table.name]:
            todo = f"Add it: {table.meaning}."
            found.problems.add(Problem(table.name, None, "", "no such table", f"a table {table.name}", todo))


def _typed_or_empty(frame: pl.DataFrame | None, table: Table, problems: Problems, days: Days) -> pl.DataFrame:
    """The table typed, with its housekeeping; without rows, and without a problem, where there is no such table."""
    columns = tuple(column for column in table.columns if column.id not in READ_BY_VALUES)
    wanted = replace(table, columns=(*columns, *(c for c in HOUSEKEEPING if c.id != "missing")))
    if frame is not None:
        return typed(frame, wanted, problems, days)
    schema = {ROW: pl.Int64, **{column.id: pl.String for column in wanted.columns}}
    return typed(pl.DataFrame(schema=schema), wanted, Problems(), days)


def _about(frame: pl.DataFrame, problems: Problems) -> tuple[dict[str, str], tuple[str, ...]]:
    """Key to text, and the results printed for all children together."""
    about: dict[str, str] = {}
    results: list[str] = []
    for row, key, value in frame.select(ROW, "key", "value").drop_nulls().iter_rows():
        if key == "group_result":
            results.append(value)
            continue
        about[key] = value
        if key == "kind" and value not in CASEBOOK_KINDS:
            taken = ", ".join(CASEBOOK_KINDS)
            problems.add(Problem("about", row, "value", "a kind that is not known", taken, "Choose one."))
    return about, tuple(results)


# ---- notices -----------------------------------------------------------------------------------------------------


def _notices(tables: Frames, values: pl.DataFrame, in_error: Mapping[str, int]) -> list[str]:
    """What a reader should know of a casebook that has no problem, in plain sentences without any free text."""
    notices = [
        f"{name}: {_rows(number)} entered in error, kept and used for nothing."
        for name, number in in_error.items()
        if number
    ]
    notices += _unknown_drugs(tables["medications"])
    notices += _unknown_doses(tables["medications"])
    notices += _joints_in_part(tables["joint_counts"])
    for item in RECORDED_TOTALS:
        number = values.filter(pl.col("item") == item.id).height
        if number:
            notices.append(f"{item.title}: {number} recorded; used only where its own items are not.")
    children = tables["patients"]["patient_id"].drop_nulls()
    if children.is_empty():
        notices.append("patients: no child is entered, so that there is nothing to judge or to report.")
    given = tables["infusions"].filter(pl.col("status").ne_missing("not_given"))["patient_id"].drop_nulls()
    without = children.filter(~children.is_in(given.unique().implode())).len()
    if without:
        notices.append(
            f"infusions: {without} of {children.len()} children have none; nothing says which of their dates is day 0."
        )
    return notices


def _unknown_drugs(medications: pl.DataFrame) -> list[str]:
    named = medications.select(ROW, "drug_text", "atc", "substance").filter(pl.col("drug_text").is_not_null())
    unknown = [
        (row, text)
        for row, text, atc, substance in named.iter_rows()
        if recognise(text, atc or "") is None and (substance is None or recognise(substance) is None)
    ]
    if not unknown:
        return []
    nearest = [(row, suggest(text[:LONGEST_NAME])) for row, text in unknown[:8]]
    shown = ", ".join(f"{row}: {near}?" if near else str(row) for row, near in nearest)
    more = ", ..." if len(unknown) > 8 else ""
    many = f"{_rows(len(unknown))} with a drug that is not in the catalogue (row {shown}{more})"
    return [
        f"medications: {many}; kept, but counted in no class. Write its substance or ATC code, if it has one."
    ]


def _unknown_doses(medications: pl.DataFrame) -> list[str]:
    """Doses that no rule can reckon with, for the words of their unit or frequency."""
    dosed = medications.filter(pl.col("dose").is_not_null())
    notices = []
    for column, code_of, known in (
        ("dose_unit", unit_code, UNITS),
        ("frequency", frequency_code, FREQUENCIES),
    ):
        words = dosed.select(ROW, column).drop_nulls()
        rows = [row for row, text in words.iter_rows() if not code_of(text)]
        if rows:
            notices.append(
                f"medications: {_rows(len(rows))} with a {column} that is not known ({_row_numbers(rows)}); kept, but"
                f" no dose on a day comes of it. Known: {', '.join(known)}."
            )
    return notices


def _joints_in_part(joints: pl.DataFrame) -> list[str]:
    """Visits of which some joints stand, but not all of the shortest list: mostly the active ones alone."""
    named = joints.filter(pl.col("joint").is_not_null())
    visits = named.group_by("patient_id", "visit_uid", "visit_date").agg(
        pl.col("joint").filter(pl.col("joint").is_in(JOINTS_27)).n_unique().alias("of_list")
    )
    number = visits.filter(pl.col("of_list") < len(JOINTS_27)).height
    if not number:
        return []
    many = "1 visit names" if number == 1 else f"{number} visits name"
    return [f"joint_counts: {many} only some of the joints. {NAME_THEM_ALL}"]


NAME_THEM_ALL = (
    "One that is not named was not examined: without a total the count is only a least number. Name every joint of a"
    " list, or write the total."
)


def _row_numbers(rows: Sequence[int], most: int = 8) -> str:
    return f"row {', '.join(map(str, rows[:most]))}{', ...' if len(rows) > most else ''}"


LONGEST_NAME = 80  # of what is compared with the catalogue: a drug's name, not a story


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number} rows"


def _hash(recorded: Frames) -> str:
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
