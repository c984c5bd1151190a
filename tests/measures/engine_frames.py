"""The engines that every measure is run on: how a table goes in, how it comes back, and what kind it is there."""

from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa

ENGINES: dict[str, tuple[Any, Any]] = {
    "polars": (lambda table: table, lambda scored: scored),
    "polars, lazily": (lambda table: table.lazy(), lambda scored: scored.collect()),
    "pandas": (lambda table: table.to_pandas(), pl.from_pandas),
    "pyarrow": (lambda table: table.to_arrow(), pl.from_arrow),
    "duckdb": (lambda table: duckdb.from_arrow(table.to_arrow()), lambda scored: scored.pl()),
}
KINDS = {"polars": pl.DataFrame, "polars, lazily": pl.LazyFrame, "pandas": pd.DataFrame, "pyarrow": pa.Table,
         "duckdb": duckdb.DuckDBPyRelation}  # fmt: skip
KEEP_ORDER = ("polars", "pandas", "pyarrow")
