"""How each engine reads a table from a file without loading it, and writes one."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from narwhals.exceptions import ComputeError

from leadline.errors import EngineAbsent, TableUnreadable

FORMATS = (".csv", ".parquet")


@dataclass(frozen=True, slots=True)
class TableEngine:
    """read gives the engine's own lazy frame, a CSV file as text; write takes one. number adds a column with the number
    of each row, where the engine has an order of rows. readable turns the engine's complaint about a damaged file into
    ours."""

    read: Callable[[Path], Any]
    write: Callable[[Any, Path], None]
    number: Callable[[Any, str], Any] | None
    readable: Callable[[Path], AbstractContextManager[None]]


def table_engine(name: str) -> TableEngine:
    """The engine of this name or address. Raises EngineAbsent."""
    if name == "polars":
        return _polars()
    if name == "duckdb":
        _need("duckdb", "engines")
        _need("pyarrow", "engines")
        return _duckdb()
    if name.startswith(("spark://", "local", "yarn", "k8s://")):
        _need("pyspark", "spark")
        return _spark(name)
    raise EngineAbsent(
        f"No engine is called {name[:40]!r}.",
        hint="polars, duckdb, or a Spark master: spark://host:7077, local[2]",
    )


def _need(library: str, extra: str) -> None:
    if find_spec(library) is None:
        raise EngineAbsent(f"{library} is not installed.", hint=f"pip install 'leadline[{extra}]'")


def _readable(*errors: type[Exception]) -> Callable[[Path], AbstractContextManager[None]]:
    complaints: tuple[type[Exception], ...] = (*errors, ComputeError)

    @contextmanager
    def readable(table: Path) -> Iterator[None]:
        try:
            yield
        except complaints as error:  # its own words may quote a cell
            raise TableUnreadable(
                f"{table.name} cannot be read: it is damaged, or no {table.suffix.lstrip('.').upper()} file.",
                hint="a CSV file has a header, commas between cells, and as many cells in each row",
            ) from error

    return readable


def _polars() -> TableEngine:
    import polars as pl

    def read(path: Path) -> Any:
        if path.suffix.lower() == ".csv":
            return pl.scan_csv(path, infer_schema=False)
        return pl.scan_parquet(path)

    def write(frame: Any, path: Path) -> None:
        if path.suffix.lower() == ".csv":
            frame.sink_csv(path)
        else:
            frame.sink_parquet(path)

    def number(frame: Any, name: str) -> Any:
        return frame.with_row_index(name)

    return TableEngine(read, write, number, _readable(pl.exceptions.ComputeError, pl.exceptions.NoDataError))


def _duckdb() -> TableEngine:
    import duckdb

    connection = duckdb.connect()

    def read(path: Path) -> Any:
        if path.suffix.lower() == ".csv":
            return connection.read_csv(str(path), header=True, all_varchar=True, sep=",")
        return connection.read_parquet(str(path))

    def write(frame: Any, path: Path) -> None:
        if path.suffix.lower() == ".csv":
            frame.write_csv(str(path), header=True)
        else:
            frame.write_parquet(str(path))

    def number(frame: Any, name: str) -> Any:
        return frame.project(f'*, row_number() over () as "{name}"')

    return TableEngine(
        read, write, number, _readable(duckdb.InvalidInputException, duckdb.ConversionException)
    )


def _spark(address: str) -> TableEngine:
    from pyspark.errors import AnalysisException
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    session = SparkSession.builder.master(address).appName("leadline score").getOrCreate()

    def read(path: Path) -> Any:
        if path.suffix.lower() == ".csv":
            return session.read.csv(str(path), header=True, inferSchema=False)
        return session.read.parquet(str(path))

    def write(frame: Any, path: Path) -> None:
        if path.suffix.lower() == ".csv":
            frame.write.csv(str(path), header=True)
        else:
            frame.write.parquet(str(path))

    return TableEngine(read, write, None, _readable(AnalysisException))
