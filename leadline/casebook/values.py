"""Every measured value of a casebook as one long frame, from wide visits and from observations alike.

One row per value: `item`, `value` in the item's stored unit (1 and 0 for present and absent), `code` of a choice,
`comparator`, `missing` (a code of schema.MISSING in place of a value), `ref_low`, `ref_high` in the stored unit,
`rater`, `version`, `source_kind`, the row that it came from (`table`, `uid`, ROW, `column`), and what places it in time
(`patient_id`, `visit_uid`, `date`, and, for visits, `visit_row`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from leadline.casebook.cells import NO, YES, add_each, booleans, is_missing_code, numbers
from leadline.casebook.headers import ItemColumn, columns_of
from leadline.casebook.items import ITEMS, Item
from leadline.casebook.problems import Problem, Problems, nearest, shown
from leadline.casebook.reading import ROW
from leadline.casebook.schema import COMPARATORS, MISSING, SOURCE_KINDS, TABLES
from leadline.casebook.units import NO_CONVERSION, Linear, items_by_name, needs_unit, to_stored, units_of

RATERS = ("physician", "parent", "patient", "nurse", "device", "laboratory")
"""Where several people rated one item at one assessment, the first of these is taken; the others stay in the table."""

# A closed set takes a byte a row where text would take sixteen: casebooks have millions of values.
_TABLE = pl.Enum(["visits", "observations"])
_COLUMN = pl.Enum(["value_num", "value_code", *columns_of(TABLES["visits"])])
_ITEM, _KIND = pl.Enum(list(ITEMS)), pl.Enum(["number", "count", "yes_no", "choice"])
_MISSING, _RATER, _SOURCE = pl.Enum(list(MISSING)), pl.Enum(RATERS), pl.Enum(SOURCE_KINDS)

_RAW: dict[str, pl.DataType | type[pl.DataType]] = {
    "table": _TABLE, ROW: pl.Int64, "column": _COLUMN, "uid": pl.String, "patient_id": pl.String,
    "visit_uid": pl.String, "visit_row": pl.Int64, "date": pl.String, "item": _ITEM, "cell": pl.String,
    "factor": pl.Float64, "offset": pl.Float64, "given_comparator": pl.String, "low_cell": pl.String,
    "high_cell": pl.String, "rater": _RATER, "version": pl.String, "source_kind": _SOURCE,
}  # fmt: skip

LIST_ITEMS = ("active_joint_count", "limited_joint_count")
"""Counts whose version is the joint list that they were made on."""


def values_of(
    visits: pl.DataFrame | None, observations: pl.DataFrame | None, problems: Problems
) -> pl.DataFrame:
    """The long frame. Both come as text, with uid, source_kind and ROW filled in; None where there is no such table."""
    parts = [pl.DataFrame(schema=_RAW)]
    if visits is not None:
        parts += _from_visits(visits, problems)
    if observations is not None:
        parts.append(_from_observations(observations, problems))
    return _read_values(pl.concat(parts), problems)


# ---- wide visits -------------------------------------------------------------------------------------------------


def _from_visits(visits: pl.DataFrame, problems: Problems) -> list[pl.DataFrame]:
    meanings = columns_of(TABLES["visits"])
    item_columns = {
        name: meaning
        for name in visits.columns
        if isinstance(meaning := meanings.get(name), ItemColumn) and meaning.role == "value"
    }
    return [_melted(visits, name, column, problems) for name, column in item_columns.items()]


def _melted(visits: pl.DataFrame, name: str, column: ItemColumn, problems: Problems) -> pl.DataFrame:
    rows = visits.filter(pl.col(name).is_not_null())
    stored = column.to_stored or Linear(1.0)
    frame = rows.select(
        pl.lit("visits").alias("table"), ROW, pl.lit(name).alias("column"), "uid", "patient_id",
        _text(rows, "visit_uid"), pl.col(ROW).alias("visit_row"), _text(rows, "visit_date").alias("date"),
        pl.lit(column.item.id).alias("item"), pl.col(name).alias("cell"),
        pl.lit(stored.factor).alias("factor"), pl.lit(stored.offset).alias("offset"),
        pl.lit(None, pl.String).alias("given_comparator"),
        _text(rows, f"{name}_ref_low").alias("low_cell"), _text(rows, f"{name}_ref_high").alias("high_cell"),
        pl.lit(None, pl.String).alias("rater"),
        _text(rows, "list_used" if column.item.id in LIST_ITEMS else "").alias("version"), "source_kind",
    )  # fmt: skip
    if column.to_stored is None:
        units = rows.with_columns(_text(rows, column.unit_column).alias("unit"))["unit"]
        frame = _converted(frame.with_columns(units), problems, unit_column=column.unit_column)
    return _as_raw(frame)


def _as_raw(frame: pl.DataFrame) -> pl.DataFrame:
    """In the types of _RAW. A word that is in no closed set is null here; `cells.typed` has said so already."""
    return frame.select(pl.col(name).cast(dtype, strict=False) for name, dtype in _RAW.items())


def _text(frame: pl.DataFrame, name: str) -> pl.Expr:
    """The column, or nothing where the file does not have it."""
    return pl.col(name) if name in frame.columns else pl.lit(None, pl.String).alias(name or "none")


# ---- long observations -------------------------------------------------------------------------------------------


def _from_observations(rows: pl.DataFrame, problems: Problems) -> pl.DataFrame:
    measure = pl.col("measure").str.to_lowercase()
    items = items_by_name()
    rows = rows.filter(pl.col("measure").is_not_null()).with_columns(
        measure.replace_strict({name: item.id for name, item in items.items()}, default=None).alias("item"),
        pl.coalesce(_text(rows, "value_num"), _text(rows, "value_code")).alias("cell"),
    )
    _add_unknown_items(rows.filter(pl.col("item").is_null()), problems)
    rows = rows.filter(pl.col("item").is_not_null())
    if "value_num" in rows.columns and "value_code" in rows.columns:
        both = rows.filter(pl.col("value_num").is_not_null() & pl.col("value_code").is_not_null())
        problems.add_rows(
            "observations", both[ROW], "value_code", "a number and a finding", "one of them", "Keep one."
        )
    empty = rows.filter(pl.col("cell").is_null())
    problems.add_rows(
        "observations", empty[ROW], "value_num", "no value", "a value, or why there is none (not_done, ...)",
        "Fill it in or remove the row.",
    )  # fmt: skip
    frame = rows.filter(pl.col("cell").is_not_null()).select(
        pl.lit("observations").alias("table"), ROW,
        pl.when(_text(rows, "value_num").is_not_null()).then(pl.lit("value_num"))
        .otherwise(pl.lit("value_code")).alias("column"),
        "uid", "patient_id", _text(rows, "visit_uid"), pl.lit(None, pl.Int64).alias("visit_row"),
        _text(rows, "obs_date").alias("date"), "item", "cell",
        pl.lit(1.0).alias("factor"), pl.lit(0.0).alias("offset"), _text(rows, "comparator").alias("given_comparator"),
        _text(rows, "ref_low").alias("low_cell"), _text(rows, "ref_high").alias("high_cell"),
        _text(rows, "rater").str.to_lowercase().alias("rater"), _text(rows, "instrument_version").alias("version"),
        "source_kind", _text(rows, "unit").alias("unit"), (measure == pl.col("item")).alias("named_by_id"),
    )  # fmt: skip
    return _as_raw(_converted(frame, problems, unit_column="unit"))


def _add_unknown_items(rows: pl.DataFrame, problems: Problems) -> None:
    known = items_by_name()

    def problem(row: Mapping[str, Any]) -> Problem:
        meant = nearest(row["measure"], known)
        todo = f"Is it {meant}?" if meant else "The items are listed in the template."
        return Problem(
            "observations", row[ROW], "measure", shown(row["measure"], known), "the id of an item", todo
        )

    add_each(rows.select(ROW, "measure"), "observations", problems, problem)


# ---- units -------------------------------------------------------------------------------------------------------


def _converted(frame: pl.DataFrame, problems: Problems, *, unit_column: str) -> pl.DataFrame:
    """`factor` and `offset` from the column `unit`; a unit that is missing or unknown is a problem, row by row."""
    if "named_by_id" not in frame.columns:
        frame = frame.with_columns(pl.lit(False).alias("named_by_id"))
    pairs = frame.select("item", "unit", "named_by_id").unique()
    rules = [_rule(ITEMS[item], unit, by_id) for item, unit, by_id in pairs.iter_rows()]
    known = pairs.with_columns(
        pl.Series("factor", [rule.factor if rule else None for rule in rules], pl.Float64),
        pl.Series("offset", [rule.offset if rule else None for rule in rules], pl.Float64),
    )
    joined = frame.drop("factor", "offset").join(
        known, on=["item", "unit", "named_by_id"], how="left", nulls_equal=True, maintain_order="left"
    )
    unusable = joined.filter(pl.col("factor").is_null() & ~is_missing_code(pl.col("cell")))
    for (table,), rows in unusable.partition_by("table", as_dict=True, include_key=True).items():
        add_each(rows, str(table), problems, lambda row: _unit_problem(row, unit_column))
    usable = joined.filter(pl.col("factor").is_not_null() | is_missing_code(pl.col("cell")))
    return usable.with_columns(pl.col("factor").fill_null(1.0), pl.col("offset").fill_null(0.0))


def _rule(item: Item, unit: str | None, named_by_id: bool) -> Linear | None:
    if unit is None:
        return Linear(1.0) if named_by_id or not needs_unit(item) else None
    return to_stored(item, unit) if item.kind in ("number", "count") else Linear(1.0)


def _unit_problem(row: Mapping[str, Any], column: str) -> Problem:
    item, unit, where = ITEMS[row["item"]], row["unit"], (row["table"], row[ROW], column)
    units = ", ".join(dict.fromkeys(u for u in (item.unit, *item.other_units) if u)) or "no unit"
    if unit is None:
        return Problem(*where, "no unit", units, f"{item.title} is printed in several units: write which.")
    todo = NO_CONVERSION.get(item.id, f"Write {item.title} in one of these.")
    return Problem(*where, shown(unit, units_of(item)), units, todo)


# ---- values ------------------------------------------------------------------------------------------------------


def _read_values(raw: pl.DataFrame, problems: Problems) -> pl.DataFrame:
    scales = pl.DataFrame(
        [(i.id, i.kind, i.low, i.high) for i in ITEMS.values()],
        schema={"item": _ITEM, "kind": _KIND, "low": pl.Float64, "high": pl.Float64},
        orient="row",
    )
    value, comparator = numbers(pl.col("cell"))
    low, high = numbers(pl.col("low_cell"))[0], numbers(pl.col("high_cell"))[0]
    numeric = pl.col("kind").is_in(["number", "count"])
    read = (
        raw.join(scales, on="item", how="left", maintain_order="left")
        .with_columns(
            pl.when(is_missing_code(pl.col("cell"))).then(pl.col("cell")).cast(_MISSING).alias("missing"),
            pl.when(numeric).then(((value - pl.col("offset")) * pl.col("factor")).round(9))
            .when(pl.col("kind") == "yes_no").then(booleans(pl.col("cell")).cast(pl.Float64)).alias("value"),
            pl.when(numeric).then(pl.coalesce(pl.col("given_comparator"), comparator)).alias("comparator"),
            pl.when(pl.col("kind") == "choice").then(pl.col("cell").str.to_lowercase()).alias("code"),
            ((low - pl.col("offset")) * pl.col("factor")).round(9).alias("ref_low"),
            ((high - pl.col("offset")) * pl.col("factor")).round(9).alias("ref_high"),
        )
        .with_columns(_fault(numeric).alias("fault"))
    )  # fmt: skip
    _add_faults(read.filter(pl.col("fault").is_not_null()), problems)
    _add_limit_faults(read, problems)
    return read.select(
        "table", ROW, "column", "uid", "patient_id", "visit_uid", "visit_row", "date", "item", "kind", "value",
        "code", "comparator", "missing", "ref_low", "ref_high", "rater", "version", "source_kind",
    )  # fmt: skip


def _fault(numeric: pl.Expr) -> pl.Expr:
    """What is wrong with a value: `form`, `range`, `whole`, `twice` (two comparators); null if nothing is."""
    value = pl.col("value")
    return (
        pl.when(pl.col("missing").is_not_null()).then(None)
        .when(value.is_null() & pl.col("code").is_null()).then(pl.lit("form"))
        .when(numeric & ((value < pl.col("low")) | (value > pl.col("high")))).then(pl.lit("range"))
        .when((pl.col("kind") == "count") & (value != value.floor())).then(pl.lit("whole"))
        .when(~pl.col("given_comparator").is_in(list(COMPARATORS))).then(pl.lit("comparator"))
        .when((pl.col("version").is_in(["27", "28", "67", "71"])) & pl.col("item").is_in(list(LIST_ITEMS))
              & (value > pl.col("version").cast(pl.Float64, strict=False))).then(pl.lit("list"))
    )  # fmt: skip


def _add_faults(faults: pl.DataFrame, problems: Problems) -> None:
    for (table,), rows in faults.partition_by("table", as_dict=True, include_key=True).items():
        add_each(rows, str(table), problems, _value_problem)


def _value_problem(row: Mapping[str, Any]) -> Problem:
    item, cell, where = ITEMS[row["item"]], row["cell"], (row["table"], row[ROW], row["column"])
    named = "" if row["column"] == item.id else f"{item.id}: "
    unit = "" if "{" in item.unit else item.unit
    scale = f"{named}{item.low:g} to {item.high:g} {unit}".strip()
    match row["fault"]:
        case "range":
            return Problem(*where, shown(cell), scale, _range_advice(item, row["value"]))
        case "whole":
            return Problem(*where, shown(cell), f"{named}a whole number", "Correct it or leave it empty.")
        case "comparator":
            found = shown(row["given_comparator"])
            return Problem(
                row["table"], row[ROW], "comparator", found, "<, <=, >, >= or nothing", "Correct it."
            )
        case "list":
            taken = f"at most {row['version']}, the joints of the list"
            return Problem(*where, shown(cell), taken, "Correct the count or the list.")
        case _:
            return Problem(
                *where, shown(cell, (*YES, *NO, *item.choices)), *_form_advice(item, cell, named, scale)
            )


def _form_advice(item: Item, cell: str, named: str, scale: str) -> tuple[str, str]:
    """What is taken, and what to do, where a cell could not be read at all."""
    if cell.startswith("="):
        return scale, "Write the value, not a formula."
    if item.kind == "yes_no":
        return f"{named}present or absent", "Absent means: looked for, not there."
    if item.kind == "choice":
        return ", ".join(item.choices), "Choose one, or leave it empty."
    return f"{scale}; <5 where it is below detection", "Correct it, leave it empty, or say why it is missing."


def _range_advice(item: Item, value: object) -> str:
    if item.high == 10 and isinstance(value, float) and 10 < value <= 100:
        return "Was the form in mm (0-100)? Then divide by 10, and say so in value_text or the source."
    if item.limits_are_ours:
        return (
            "Such a value is nearly always a wrong unit. The limits are ours: tell us if the value is right."
        )
    return "Correct it or leave it empty."


def _add_limit_faults(read: pl.DataFrame, problems: Problems) -> None:
    """Limits of normal that are no number, or the lower above the upper."""
    for side, cell in (("ref_low", "low_cell"), ("ref_high", "high_cell")):
        given = pl.col(cell).is_not_null() & ~is_missing_code(pl.col(cell))
        for table, row, text in (
            read.filter(given & pl.col(side).is_null()).select("table", ROW, cell).iter_rows()
        ):
            problems.add(Problem(table, row, side, shown(text), "a number", "Write the laboratory's limit."))
    crossed = read.filter(pl.col("ref_low") > pl.col("ref_high"))
    for table, row, low, high in crossed.select("table", ROW, "low_cell", "high_cell").iter_rows():
        taken, todo = "a lower limit not above the upper", "Exchange or correct them."
        problems.add(Problem(table, row, "ref_low", f"{low} above {high}", taken, todo))
