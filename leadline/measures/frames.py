"""Measures on whole tables: a frame in, the same kind of frame out, with the measure's columns beside its own.

One row is one visit. A row is read as `Measure.evaluate_row` reads it: the same rule, the same three values. pandas
goes through polars, because its own types take null for false; DuckDB and Spark stay lazy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import and_, or_
from typing import Any, Literal

import narwhals as nw
from narwhals.typing import IntoFrameT

from leadline.errors import ColumnAbsent, ItemOutOfRange, NotForTables
from leadline.measures.engines import Compiler, Ends, is_known
from leadline.measures.expression import DECIMALS, Node
from leadline.measures.frame_checks import Options, check_columns, check_ranges, fault_of
from leadline.measures.instruments import measure
from leadline.measures.mctd import ComponentChanges
from leadline.measures.definition import NO_GRADE, Criterion, Cutoffs, Grading, Measure, Score
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
    key           columns that name a row in an error; patient and day if they are given
    patient, day  columns that say whose visit a row is, and on which study day: whole numbers, day 0 is the infusion
    window        first and last day of the baseline window, (-90, 0) unless told: the last visit in it is what every
                  later visit of the patient is compared with. Or "previous": each visit against the one before it,
                  which is what a flare index is taken against unless told

    returns       the same kind of frame and rows, with further columns: a score gives <id>, <id>_state where it has
                  cut-offs, <id>_grade where it has grades, and <id>_status (ok, not_computable, not_applicable,
                  out_of_range); a criterion gives <id>, or <id>_<output> where it has several, with met, not_met,
                  indeterminate, not_applicable; a grading gives <id>. With `patient` and `day` also <id>_baseline_day
                  or <id>_previous_day, the day compared with; a visit that is not after the window is not_applicable,
                  one without an earlier visit has every item of that visit missing. A missing item does here what it
                  does for one visit. The rows of a lazy frame come in the order that its engine gives them
    raises        UnknownMeasure, NotForTables, ColumnAbsent, ItemOutOfRange
    """
    found = measure(measure_id)
    options = Options(
        course,
        cutoff_set,
        absent == "missing",
        out_of_range == "null",
        tuple(key),
        _visits(found, patient, day, window),
    )
    scored: IntoFrameT = _scored(frame, found, options)
    return scored


def _visits(
    found: Measure, patient: str | None, day: str | None, window: WindowRule | None
) -> TwoVisits | None:
    """Which two visits are compared; None for a measure of one visit, and where each row holds both."""
    if patient is None and day is None and window is None:
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
    return TwoVisits(patient, day, window or usual_window(found)) if compares_visits(found) else None


def _scored(frame: Any, found: Measure, options: Options) -> Any:
    native: Any = nw.from_native(frame)
    if isinstance(native, nw.DataFrame) and native.implementation.is_pandas_like():
        return _through_polars(frame, native, found, options)
    roots, before = _roots(found), native.collect_schema().names()
    if options.visits is not None:
        native = paired(native, found, options.visits)
    made = [name for name in native.collect_schema().names() if name not in before and name in found.by_id]
    absent = check_columns(native, found, options)
    items = [item for item in found.items if item.id not in absent]
    if not options.wrong_is_null:
        check_ranges(native, found, items, options.key)
    compiler = Compiler(defaults=found.parameters, absent=frozenset(absent), roots=roots)
    columns = dict(_columns(found, compiler, options, native.collect_schema().names()))
    if options.visits is not None:
        columns = {name: _if_due(name, column, found) for name, column in columns.items()}
    faults = [fault for item in items if (fault := fault_of(item)) is not None]
    if options.wrong_is_null and faults:
        columns = {name: _guarded(name, column, reduce(or_, faults)) for name, column in columns.items()}
    for stage in compiler.stages:
        native = native.with_columns(**stage)
    temporary = [name for stage in compiler.stages for name in stage]
    return (
        native.with_columns(**columns)
        .drop([*temporary, *made, *([DUE] if options.visits else ())])
        .to_native()
    )


def _roots(found: Measure) -> tuple[Node, ...]:
    match found:
        case Score():
            return (found.formula,)
        case Criterion():
            return (*(() if found.applies is None else (found.applies,)), *found.rules.values())
        case Grading():
            return tuple(rule for _, rule in found.grades)
        case ComponentChanges():
            return tuple(rule for each in found.components for rule in (each.improved, each.worse))
        case _:
            raise NotForTables(
                f"{found.title} is not a rule over the columns of one row.",
                hint="evaluate it one visit at a time",
            )


def _through_polars(frame: Any, native: Any, found: Measure, options: Options) -> Any:
    """To polars and back with the columns needed alone, so that the others keep their types."""
    import polars as pl

    visits = options.visits
    used = {*found.by_id, *options.key, options.course}
    if visits is not None:
        used |= {visits.patient, visits.day, *(name for item in found.items for name in visit_columns(item))}
    needed = [name for name in native.columns if name in used]
    scored = _scored(pl.from_pandas(frame[needed].reset_index(drop=True)), found, options)
    added = [name for name in scored.columns if name not in needed]
    return frame.assign(**{name: scored[name].to_pandas().to_numpy() for name in added})


# ---- what is added -----------------------------------------------------------------------------------------------


def _columns(
    found: Measure, compiler: Compiler, options: Options, taken: Sequence[str]
) -> Iterator[tuple[str, nw.Expr]]:
    match found:
        case Score():
            value = _value(found, compiler)
            known = ~value.is_null()
            yield found.id, value
            if found.cutoffs:
                yield f"{found.id}_state", nw.when(known).then(_state(found, value, options, taken))
            if found.grades:
                yield f"{found.id}_grade", nw.when(known).then(_grade(found, value))
            yield f"{found.id}_status", _text(known, "ok", "not_computable")
        case Criterion():
            yield from _criterion(found, compiler)
        case Grading():
            yield from _grading(found, compiler)
        case ComponentChanges():
            yield from _components(found, compiler)


def _value(found: Score, compiler: Compiler) -> nw.Expr:
    """The score, rounded once for all that is compared with it; null where it is not known."""
    value = compiler.value(found.formula)
    if value is None:
        low, high = compiler.once(*compiler.number(found.formula))
        value = nw.when(is_known(low, high)).then(low)
    (rounded,) = compiler.once(value.round(DECIMALS))
    return rounded


def _text(condition: nw.Expr, then: str, otherwise: str) -> nw.Expr:
    return nw.when(condition).then(nw.lit(then)).otherwise(nw.lit(otherwise))


def _state(found: Score, value: nw.Expr, options: Options, taken: Sequence[str]) -> nw.Expr:
    """The state by the set and course; null where the course is not known."""
    set_id = options.cutoff_set or found.cutoffs[0].set_id
    of_set = [each for each in found.cutoffs if each.set_id == set_id]
    if not of_set:
        sets = ", ".join(dict.fromkeys(each.set_id for each in found.cutoffs))
        raise ItemOutOfRange(f"{found.title} has no cut-offs called {set_id}.", hint=f"it has {sets}")
    if len(of_set) == 1:
        return _band(of_set[0], value)
    if options.course is not None and options.course not in (*taken, *(each.course for each in of_set)):
        courses = " or ".join(each.course for each in of_set)
        raise ItemOutOfRange(
            f"course is {options.course[:40]!r}; it takes {courses}, or the name of a column."
        )
    state = nw.lit(None, dtype=nw.String)
    for each in of_set:
        if options.course in taken:
            has_it = (nw.col(str(options.course)) == each.course).fill_null(False)
            state = nw.when(has_it).then(_band(each, value)).otherwise(state)
        elif options.course == each.course:
            return _band(each, value)
    return state


def _band(cutoffs: Cutoffs, value: nw.Expr) -> nw.Expr:
    *bounded, last = cutoffs.bands
    state = nw.lit(last.state)
    for band in reversed(bounded):
        state = nw.when(value <= band.up_to).then(nw.lit(band.state)).otherwise(state)
    return state


def _grade(found: Score, value: nw.Expr) -> nw.Expr:
    grade = nw.lit(NO_GRADE)
    for name, lowest in reversed(found.grades):
        grade = nw.when(value >= lowest).then(nw.lit(name)).otherwise(grade)
    return grade


def _components(found: ComponentChanges, compiler: Compiler) -> Iterator[tuple[str, nw.Expr]]:
    """A column a component; the status says whether all could be told."""
    decided = []
    for each in found.components:
        (improved, not_improved), (worse, not_worse) = (
            compiler.truth(each.improved),
            compiler.truth(each.worse),
        )
        unchanged = not_improved & not_worse
        result = (
            nw.when(worse).then(nw.lit("worse")).otherwise(_text(unchanged, "unchanged", "indeterminate"))
        )
        yield f"{found.id}_{each.id}", nw.when(improved).then(nw.lit("improved")).otherwise(result)
        decided.append(improved | worse | unchanged)
    yield f"{found.id}_status", _text(reduce(and_, decided), "ok", "not_computable")


def _criterion(found: Criterion, compiler: Compiler) -> Iterator[tuple[str, nw.Expr]]:
    applies = None if found.applies is None else compiler.truth(found.applies)
    decided = []
    for output, rule in found.rules.items():
        true, false = compiler.truth(rule)
        result = nw.when(true).then(nw.lit("met")).otherwise(_text(false, "not_met", "indeterminate"))
        known = true | false
        if applies is not None:
            result = (
                nw.when(applies[0])
                .then(result)
                .otherwise(_text(applies[1], "not_applicable", "indeterminate"))
            )
            known = (applies[0] & known) | applies[1]
        decided.append(known)
        yield (found.id if len(found.rules) == 1 else f"{found.id}_{output}"), result
    yield f"{found.id}_status", _text(reduce(and_, decided), "ok", "not_computable")


def _grading(found: Grading, compiler: Compiler) -> Iterator[tuple[str, nw.Expr]]:
    """The first grade that holds with nothing unknown before it; from the last backwards."""
    rules: list[tuple[str, Ends]] = [(grade, compiler.truth(rule)) for grade, rule in found.grades]
    unknown = [~(true | false) for _, (true, false) in rules]
    result = _text(reduce(or_, unknown), "indeterminate", found.otherwise)
    for place in reversed(range(len(rules))):
        grade, (true, _) = rules[place]
        before = unknown[:place]
        holds = true if found.stands_alone or not before else true & ~reduce(or_, before)
        result = nw.when(holds).then(nw.lit(grade)).otherwise(result)
    yield found.id, result
    yield f"{found.id}_status", _text(result == "indeterminate", "not_computable", "ok")


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
