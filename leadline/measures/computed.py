"""A column that no engine computes: a function called once for each combination of values that a table holds.

The combinations are collected, the function is called here, and its answers are joined on: few rows, whatever the
length of the table. It is for functions such as the tail of a beta distribution, whose arguments are few.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw

from leadline.errors import NotForTables

AnyFrame = Any
"""A narwhals frame, eager or lazy: the type checker has no type for a step that asks which of the two it holds."""

_ROW = "__leadline_row_computed"


@dataclass(frozen=True, slots=True)
class ComputedColumn:
    """The function of the columns `arguments` where `known` holds, under the name `name`; null elsewhere."""

    name: str
    function: Callable[..., float | None]
    arguments: tuple[str, ...]
    known: str

    def added_to(self, native: AnyFrame) -> AnyFrame:
        """The same rows, in their order where there is one, with the column. A lazy table is run once."""
        asked = native.filter(nw.col(self.known)).select(*self.arguments).unique()
        combinations = asked.collect() if isinstance(asked, nw.LazyFrame) else asked
        rows = sorted(combinations.rows())
        if not rows:
            return native.with_columns(**{self.name: nw.lit(None, dtype=nw.Float64)})
        answers = [(*row, self.function(*row)) for row in rows]
        small = _frame_beside(native, [*self.arguments, self.name], answers)
        if isinstance(native, nw.LazyFrame):
            return native.join(small, on=list(self.arguments), how="left")
        joined = native.with_row_index(_ROW).join(small, on=list(self.arguments), how="left")
        return joined.sort(_ROW).drop(_ROW)


def _frame_beside(
    native: AnyFrame, names: Sequence[str], rows: Sequence[tuple[float | None, ...]]
) -> AnyFrame:
    """A few rows of numbers as a frame that the other can be joined with. Raises NotForTables."""
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    if isinstance(native, nw.DataFrame):
        schema = dict.fromkeys(names, nw.Float64())
        return nw.from_dict(columns, schema=schema, backend=native.implementation)
    kind, frame = native.implementation, native.to_native()
    if kind.is_polars():
        import polars as pl

        return nw.from_native(pl.LazyFrame(columns, schema=dict.fromkeys(names, pl.Float64)))
    if kind.is_duckdb():
        values = ", ".join(f"({', '.join(_as_sql(value) for value in row)})" for row in rows)
        named = ", ".join(f'"{name}"' for name in names)
        # Nothing but numbers and the names of items stands in the query.
        return nw.from_native(frame.query("beside", f"select * from (values {values}) as few({named})"))  # nosec B608
    if kind.is_pyspark():
        doubles = ", ".join(f"`{name}` double" for name in names)
        return nw.from_native(frame.sparkSession.createDataFrame([tuple(row) for row in rows], doubles))
    raise NotForTables(
        f"This measure is not computed on {kind}.", hint="use polars, pandas, pyarrow, DuckDB or Spark"
    )


def _as_sql(value: float | None) -> str:
    return "null::double" if value is None else f"{float(value)!r}::double"
