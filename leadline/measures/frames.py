"""Measures on whole tables: a frame in, the same kind of frame out, with the measure's columns beside its own.

One row is one visit. A row is read as `Measure.evaluate_row` reads it: the same rule, the same three values. pandas
goes through polars, because its own types take null for false; DuckDB and Spark stay lazy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_
from typing import Any, Literal

import narwhals as nw
from narwhals.typing import IntoFrameT

from leadline.casebook.items import Item
from leadline.errors import ColumnAbsent, ItemOutOfRange
from leadline.measures.censoring import censored_items, comparators_of, restored, with_numbers
from leadline.measures.columns import columns_of
from leadline.measures.computed import AnyFrame
from leadline.measures.definition import Calculation, Criterion, Grading, Measure, Score
from leadline.measures.engines import Compiler
from leadline.measures.expression import Computed, Node
from leadline.measures.frame_checks import (
    Options,
    check_columns,
    check_comparators,
    check_constraints,
    check_ranges,
    fault_of,
    fault_of_comparator,
)
from leadline.measures.instruments import measure
from leadline.measures.mctd import ComponentChanges
from leadline.measures.remission import STOPPED, Remission
from leadline.measures.runs import with_runs
from leadline.measures.visits import (
    DUE,
    TwoVisits,
    WindowRule,
    compares_visits,
    paired,
    usual_window,
    visit_columns,
)


def score(
    frame: IntoFrameT,
    measure_id: str,
    *,
    course: str | None = None,
    cutoff_set: str | None = None,
    absent: Literal["error", "missing"] = "error",
    out_of_range: Literal["error", "null"] = "error",
    key: Sequence[str] = (),
    patient: str | None = None,
    day: str | None = None,
    window: WindowRule | None = None,
    censored: Literal["error", "interval"] = "error",
) -> IntoFrameT:
    """Evaluate a measure on every row.

    frame         one row a visit, with a column for each item of the measure (its flat name, in its unit). A criterion
                  that compares two visits takes its items as they are named (baseline_esr_mm_h, current_esr_mm_h), or,
                  with `patient` and `day`, the columns of a visit (esr_mm_h)
    course        of the disease, for cut-offs: "oligo" or "poly", or the name of a column that holds it
    cutoff_set    which published set names the state; the measure's first by default
    absent        what to do about items that have no column: an error, or take them as missing in every row
    out_of_range  what to do about values that a scale does not have: an error naming rows, or null with the status
                  out_of_range. To find them a lazy frame is run once
    censored      what to do about values beyond detection, as text such as "<5" or with a comparator in a column
                  <item>_comparator: an error, or take each as the interval that it stands for, as for one visit
    key           columns that name a row in an error; patient and day if they are given
    patient, day  columns that say whose visit a row is, and on which study day: whole numbers, day 0 is the infusion;
                  for jia_remission_wallace, which needs them, also dates
    window        first and last day of the baseline window, (-90, 0) unless told: the last visit in it is what every
                  later visit of the patient is compared with. Or "previous": each visit against the one before it,
                  which is what a flare index is taken against unless told

    returns       the same kind of frame and rows, with further columns: a score gives <id>, <id>_state where it has
                  cut-offs, <id>_grade where it has grades, and <id>_status (ok, partly_computable, not_computable,
                  not_applicable, out_of_range); a criterion gives <id>, or <id>_<output> where it has several: met,
                  not_met, indeterminate, not_applicable; a grading gives <id>; of several numbers, findings and states
                  each has <id>_<result>, or <id> where one of them is what the measure is for. With `patient` and `day`
                  also <id>_baseline_day or <id>_previous_day, the day compared with; a visit that is not after the
                  window is not_applicable, one without an earlier visit has every item of that visit missing. A missing
                  item does here what it does for one visit. The rows of a lazy frame come in the order that its engine
                  gives them
    raises        UnknownMeasure, ColumnAbsent, ItemOutOfRange, and NotForTables on an engine not named above
    """
    found = measure(measure_id)
    options = Options(
        course,
        cutoff_set,
        absent == "missing",
        out_of_range == "null",
        tuple(key),
        _visits(found, patient, day, window),
        censored == "interval",
    )
    scored: IntoFrameT = _scored(frame, found, options)
    return scored


def joins_rows(found: Measure, *, visits: bool) -> bool:
    """Whether scoring joins the table with another, after which a lazy one has no order. `visits`: patient and day are
    given."""
    computed = any(isinstance(node, Computed) for root in _roots(found) for node in _nodes(root))
    return computed or (visits and (compares_visits(found) or isinstance(found, Remission)))


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children():
        yield from _nodes(child)


def _visits(
    found: Measure, patient: str | None, day: str | None, window: WindowRule | None
) -> TwoVisits | None:
    """Which two visits are compared; None for a measure of one visit, and where each row holds both."""
    if patient is None and day is None and window is None and not isinstance(found, Remission):
        return None
    if patient is None or day is None:
        raise ColumnAbsent(
            f"{found.title}: patient and day are columns that are needed together.",
            hint="name the column that says whose visit a row is, and the one with its study day",
        )
    if isinstance(window, tuple) and window[0] > window[1]:
        raise ItemOutOfRange(
            f"The window runs from day {window[0]} to day {window[1]}; it takes the first day first."
        )
    about_visits = compares_visits(found) or isinstance(found, Remission)
    return TwoVisits(patient, day, window or usual_window(found)) if about_visits else None


def _scored(frame: Any, found: Measure, options: Options) -> Any:
    native: AnyFrame = nw.from_native(frame)
    if isinstance(native, nw.DataFrame) and native.implementation.is_pandas_like():
        return _through_polars(frame, native, found, options)
    given, before = native, native.collect_schema().names()
    native = _with_visits(with_numbers(native, found) if options.as_intervals else native, found, options)
    absent = check_columns(native, found, options)
    items = [item for item in found.items if item.id not in absent]
    censored = censored_items(native, items)
    if not options.wrong_is_null:
        kept = [item for item in items if item.id in before] if isinstance(found, Remission) else items
        check_ranges(given if isinstance(found, Remission) else native, found, kept, options.key)
        check_constraints(native, found, _compiler(found, absent, censored), options.key)
    check_comparators(native, found, censored, options)
    compiler = _compiler(found, absent, censored)
    columns = dict(columns_of(found, compiler, options, native.collect_schema().names()))
    if DUE in native.collect_schema().names():
        columns = {name: _if_due(name, column, found) for name, column in columns.items()}
    if options.wrong_is_null and (wrong := _faults(found, items, censored, compiler)):
        columns = {name: _guarded(name, column, reduce(or_, wrong)) for name, column in columns.items()}
    scored = compiler.with_stages(native).with_columns(**columns)
    made = [
        name for name in native.collect_schema().names() if name not in before and name in _made_for(found)
    ]
    return restored(scored.drop([*compiler.temporary, *made]), before).to_native()


def _compiler(found: Measure, absent: set[str], censored: frozenset[str]) -> Compiler:
    return Compiler(
        defaults=found.parameters, absent=frozenset(absent), roots=_roots(found), censored=censored
    )


def _made_for(found: Measure) -> set[str]:
    """The columns that may be made for the rule alone."""
    return {DUE, *found.by_id, *(name for item in found.items for name in comparators_of(item))}


def _faults(
    found: Measure, items: Sequence[Item], censored: frozenset[str], compiler: Compiler
) -> list[nw.Expr]:
    """Whether a row holds what its scales, or its items together, do not have."""
    of_items = [fault for item in items if (fault := fault_of(item)) is not None]
    of_comparators = [fault_of_comparator(name) for name in sorted(censored)]
    return [*of_items, *of_comparators, *(compiler.truth(each.rule)[1] for each in found.constraints)]


def _with_visits(native: AnyFrame, found: Measure, options: Options) -> AnyFrame:
    """The frame with the items that come from other visits of the patient."""
    if options.visits is None:
        return native
    if isinstance(found, Remission):
        return with_runs(native, measure_id=found.id, patient=options.visits.patient, day=options.visits.day)
    return paired(native, found, options.visits)


def _roots(found: Measure) -> tuple[Node, ...]:
    """Every rule of the measure."""
    constraints = tuple(each.rule for each in found.constraints)
    applies = getattr(found, "applies", None)
    before = constraints if applies is None else (*constraints, applies)
    match found:
        case Score():
            return *before, found.formula
        case Criterion():
            return *before, *found.rules.values()
        case Grading():
            return *before, *(rule for _, rule in found.grades)
        case ComponentChanges():
            return *before, *(rule for each in found.components for rule in (each.improved, each.worse))
        case Calculation():
            return *before, *found.results.values()
        case _:
            raise TypeError(f"no table of {type(found).__name__}")


def _through_polars(frame: Any, native: AnyFrame, found: Measure, options: Options) -> Any:
    """To polars and back with the columns needed alone, so that the others keep their types."""
    import polars as pl

    visits = options.visits
    used = {*found.by_id, *options.key, options.course}
    if visits is not None:
        used |= {
            visits.patient,
            visits.day,
            STOPPED,
            *(name for item in found.items for name in visit_columns(item)),
        }
    used |= {name for item in found.items for name in comparators_of(item)}
    needed = [name for name in native.columns if name in used]
    scored = _scored(pl.from_pandas(frame[needed].reset_index(drop=True)), found, options)
    added = [name for name in scored.columns if name not in needed]
    return frame.assign(**{name: scored[name].to_pandas().to_numpy() for name in added})


# ---- what is added -----------------------------------------------------------------------------------------------


def _if_due(name: str, column: nw.Expr, found: Measure) -> nw.Expr:
    """The column where there is an earlier visit to compare with; where there can be none, not applicable."""
    status = name.endswith("_status")
    if isinstance(found, Score):
        otherwise = nw.lit("not_applicable") if status else nw.lit(None)
    else:
        otherwise = nw.lit("ok") if status else nw.lit("not_applicable")
    return nw.when(nw.col(DUE)).then(column).otherwise(otherwise)


def _guarded(name: str, column: nw.Expr, wrong: nw.Expr) -> nw.Expr:
    """Null, and the status out_of_range, in rows with a value that its scale does not have."""
    if name.endswith("_status"):
        return nw.when(wrong).then(nw.lit("out_of_range")).otherwise(column)
    return nw.when(~wrong).then(column)
