"""Every measured value of a casebook as one long frame, from wide visits and from observations alike.

One row per value: `item`, `value` in the item's stored unit (1 and 0 for present and absent), `code` of a choice,
`comparator`, `missing` (a code of schema.MISSING in place of a value), `ref_low`, `ref_high` in the stored unit,
`rater`, `version`, `source_kind`, the row that it came from (`table`, `uid`, ROW, `column`), and what places it in time
(`patient_id`, `visit_uid`, `date`, and, for visits, `visit_row`).
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from leadline.casebook.cells import NO, YES, add_bad_cells, booleans, is_missing_code, numbers
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

_RAW = {
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
        units = rows.select(_text(rows, column.unit_column).alias("unit"))["unit"]
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
        add_bad_cells(both.select(ROW, pl.lit("").alias("cell")), "value_code", problems, table="observations",
                      found="a number and a finding", taken="one of them", todo="Keep one.")  # fmt: skip
    empty = rows.filter(pl.col("cell").is_null())
    add_bad_cells(empty.select(ROW, "cell"), "value_num", problems, table="observations", found="no value",
                  taken="a value, or why there is none (not_done, ...)", todo="Fill it in or remove the row.")  # fmt: skip
    frame = rows.filter(pl.col("cell").is_not_null()).select(
        pl.lit("observations").alias("table"), ROW,
        pl.when(_text(rows, "value_num").is_not_null()).then(pl.lit("value_num")).otherwise(pl.lit("value_code")).alias("column"),
        "uid", "patient_id", _text(rows, "visit_uid"), pl.lit(None, pl.Int64).alias("visit_row"),
        _text(rows, "obs_date").alias("date"), "item", "cell",
        pl.lit(1.0).alias("factor"), pl.lit(0.0).alias("offset"), _text(rows, "comparator").alias("given_comparator"),
        _text(rows, "ref_low").alias("low_cell"), _text(rows, "ref_high").alias("high_cell"),
        _text(rows, "rater").str.to_lowercase().alias("rater"), _text(rows, "instrument_version").alias("version"),
        "source_kind", _text(rows, "unit").alias("unit"), (measure == pl.col("item")).alias("named_by_id"),
    )  # fmt: skip
    return _as_raw(_converted(frame, problems, unit_column="unit"))


def _add_unknown_items(rows: pl.DataFrame, problems: Problems) -> None:
    for row, measure in rows.select(ROW, "measure").head(problems.room("observations")).iter_rows():
        meant = nearest(measure, items_by_name())
        problems.add(Problem("observations", row, "measure", shown(measure, items_by_name()), "the id of an item",
                             f"Is it {meant}?" if meant else "The items are listed in the template."))  # fmt: skip
    problems.count_unlisted(
        "observations", max(0, rows.height - problems.room("observations")) if rows.height > 1000 else 0
    )


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
    for table, row, item_id, unit in unusable.select("table", ROW, "item", "unit").head(1000).iter_rows():
        problems.add(_unit_problem(table, row, unit_column, ITEMS[item_id], unit))
    usable = joined.filter(pl.col("factor").is_not_null() | is_missing_code(pl.col("cell")))
    return usable.with_columns(pl.col("factor").fill_null(1.0), pl.col("offset").fill_null(0.0))


def _rule(item: Item, unit: str | None, named_by_id: bool) -> Linear | None:
    if unit is None:
        return Linear(1.0) if named_by_id or not needs_unit(item) else None
    return to_stored(item, unit) if item.kind in ("number", "count") else Linear(1.0)


def _unit_problem(table: str, row: int, column: str, item: Item, unit: str | None) -> Problem:
    units = ", ".join(dict.fromkeys(u for u in (item.unit, *item.other_units) if u)) or "no unit"
    if unit is None:
        return Problem(
            table, row, column, "no unit", units, f"{item.title} is printed in several units: write which."
        )
    todo = NO_CONVERSION.get(item.id, f"Write {item.title} in one of these.")
    return Problem(table, row, column, shown(unit, units_of(item)), units, todo)


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
    for table in faults["table"].unique(maintain_order=True).to_list():
        of_table = faults.filter(pl.col("table") == table)
        room = problems.room(table)
        rows = of_table.select(ROW, "column", "item", "cell", "value", "fault", "version", "given_comparator")
        for row in rows.head(room).iter_rows(named=True):
            problems.add(_value_problem(table, row))
        problems.count_unlisted(table, max(0, of_table.height - room))


def _value_problem(table: str, row: Mapping[str, object]) -> Problem:
    item, cell, number = ITEMS[str(row["item"])], str(row["cell"]), row[ROW]
    where = (table, int(str(number)), str(row["column"]))
    named = "" if row["column"] == item.id else f"{item.id}: "
    scale = f"{named}{item.low:g} to {item.high:g} {item.unit if '{' not in item.unit else ''}".strip()
    match row["fault"]:
        case "range":
            return Problem(*where, shown(cell), scale, _range_advice(item, row["value"]))
        case "whole":
            return Problem(*where, shown(cell), f"{named}a whole number", "Correct it or leave it empty.")
        case "comparator":
            return Problem(
                table,
                where[1],
                "comparator",
                shown(str(row["given_comparator"])),
                "<, <=, >, >= or nothing",
                "Correct it.",
            )
        case "list":
            return Problem(
                *where,
                shown(cell),
                f"at most {row['version']}, the joints of the list",
                "Correct the count or the list.",
            )
    if item.kind == "yes_no":
        return Problem(
            *where,
            shown(cell, (*YES, *NO)),
            f"{named}present or absent",
            "Absent means: looked for, not there.",
        )
    taken = ", ".join(item.choices) if item.kind == "choice" else f"{scale}; <5 where it is below detection"
    todo = (
        "Write the value, not a formula."
        if cell.startswith("=")
        else "Correct it, leave it empty, or say why it is missing."
    )
    return Problem(*where, shown(cell, item.choices), taken, todo)


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
        unread = read.filter(
            pl.col(cell).is_not_null() & pl.col(side).is_null() & ~is_missing_code(pl.col(cell))
        )
        for table, row, text in unread.select("table", ROW, cell).head(1000).iter_rows():
            problems.add(
                Problem(
                    table, row, side, shown(text), "a number", "Write the laboratory's limit as a number."
                )
            )
    crossed = read.filter(pl.col("ref_low") > pl.col("ref_high"))
    for table, row, low, high in crossed.select("table", ROW, "low_cell", "high_cell").head(1000).iter_rows():
        problems.add(
            Problem(
                table,
                row,
                "ref_low",
                f"{low} above {high}",
                "a lower limit not above the upper",
                "Exchange or correct them.",
            )
        )
