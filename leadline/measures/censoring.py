"""Values beyond detection in tables: "<5" as text, or a number with a comparator in a column beside it.

Such a value is an interval, as it is for one visit: from the lower end of the scale to 5. It is never taken as 5. The
column beside an item is called after it, `crp_mg_l_comparator`, and holds <, <=, > or >=; nothing, or =, is an exact
value.
"""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw
from narwhals.typing import Frame

from leadline.casebook.items import Item
from leadline.measures.definition import Measure
from leadline.measures.engines import COMPARATORS, TEMPORARY, comparator_of
from leadline.measures.visits import visit_columns

NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$"
_COMPARATOR = r"^\s*(<=|>=|<|>)\s*"
_AS_TEXT = f"{TEMPORARY}as_text_"


def comparators_of(item: Item) -> tuple[str, ...]:
    """The columns of comparators that can belong to an item, of the row itself or of a visit."""
    return tuple(comparator_of(name) for name in (item.id, *visit_columns(item)))


def censored_items(native: Frame, items: Sequence[Item]) -> frozenset[str]:
    """The items of which the frame has a column of comparators."""
    names = native.collect_schema().names()
    numbers = (item for item in items if item.kind in ("number", "count"))
    return frozenset(item.id for item in numbers if comparator_of(item.id) in names)


def number_in(text: nw.Expr) -> nw.Expr:
    """The number that a text is; not a number where it is none, which the ranges then refuse; null for none."""
    number = nw.when(text.str.contains(NUMBER)).then(text).cast(nw.Float64)
    return nw.when(~text.is_null() & number.is_null()).then(nw.lit(float("nan"))).otherwise(number)


def with_numbers(native: Frame, found: Measure) -> Frame:
    """The frame in which every item that is text is a number, with its comparator in a column beside it. `restored`
    brings the text back."""
    schema = native.collect_schema()
    columns: dict[str, nw.Expr] = {}
    for item in found.items:
        if item.kind not in ("number", "count"):
            continue
        for name in (item.id, *visit_columns(item)):
            if name in schema and schema[name] == nw.String:
                columns |= _split(name)
    kept = {f"{_AS_TEXT}{name}": nw.col(name) for name in columns if name in schema}
    return native.with_columns(**kept).with_columns(**columns) if columns else native


def _split(name: str) -> dict[str, nw.Expr]:
    text = nw.col(name).str.strip_chars()
    rest = text.str.replace_all(_COMPARATOR, "")
    comparator = nw.lit(None, dtype=nw.String)
    for each in sorted(COMPARATORS, key=len):  # the longer last: it decides
        comparator = (
            nw.when(text.str.starts_with(each).fill_null(False)).then(nw.lit(each)).otherwise(comparator)
        )
    return {name: number_in(nw.when(rest != "").then(rest)), comparator_of(name): comparator}


def restored(native: Frame, before: Sequence[str]) -> Frame:
    """The frame with the text that `with_numbers` made into numbers."""
    names = native.collect_schema().names()
    kept = [name for name in names if name.startswith(_AS_TEXT)]
    texts = {name.removeprefix(_AS_TEXT): nw.col(name) for name in kept}
    made = [comparator_of(name) for name in texts if comparator_of(name) not in before]
    return (
        native.with_columns(**texts).drop([*kept, *(name for name in made if name in names)])
        if kept
        else native
    )
