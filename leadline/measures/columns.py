"""The columns that each kind of measure gives a table, as expressions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import and_, or_

import narwhals as nw

from leadline.errors import ItemOutOfRange
from leadline.measures.definition import NO_GRADE, Calculation, Criterion, Cutoffs, Grading, Measure, Score
from leadline.measures.engines import Compiler, Ends, is_known
from leadline.measures.expression import DECIMALS, FirstThatHolds, Number, Truth
from leadline.measures.frame_checks import Options
from leadline.measures.mctd import ComponentChanges

NOT_APPLICABLE = "not_applicable"


def columns_of(
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
            status = _text(known, "ok", "not_computable")
            if found.applies is not None:
                _, does_not = compiler.truth(found.applies)
                status = nw.when(does_not).then(nw.lit(NOT_APPLICABLE)).otherwise(status)
            yield f"{found.id}_status", status
        case Criterion():
            yield from _criterion(found, compiler)
        case Grading():
            yield from _grading(found, compiler)
        case ComponentChanges():
            yield from _components(found, compiler)
        case Calculation():
            yield from _calculation(found, compiler)


def _value(found: Score, compiler: Compiler) -> nw.Expr:
    """The score, rounded once for all that is compared with it; null where it is not known."""
    value = compiler.value(found.formula)
    if value is None:
        low, high = compiler.once(*compiler.number(found.formula))
        value = nw.when(is_known(low, high)).then(low)
    if found.applies is not None:
        value = nw.when(compiler.truth(found.applies)[0]).then(value)
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
                nw.when(applies[0]).then(result).otherwise(_text(applies[1], NOT_APPLICABLE, "indeterminate"))
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


def _calculation(found: Calculation, compiler: Compiler) -> Iterator[tuple[str, nw.Expr]]:
    """A column a result: under the measure's own id where one result is the measure, else with its name after it."""
    applies = None if found.applies is None else compiler.truth(found.applies)
    columns = {}
    for key, rule in found.results.items():
        (column,) = compiler.once(_result(rule, found, compiler))
        if applies is not None:
            (column,) = compiler.once(nw.when(applies[0]).then(column))
        columns[key] = column
        yield (found.id if found.needed == (key,) else f"{found.id}_{key}"), column
    known = [~columns[key].is_null() for key in found.needed]
    none = _text(reduce(or_, known), "partly_computable", "not_computable")
    status = nw.when(reduce(and_, known)).then(nw.lit("ok")).otherwise(none)
    if applies is not None:
        status = nw.when(applies[1]).then(nw.lit(NOT_APPLICABLE)).otherwise(status)
    if NOT_APPLICABLE in _words_of(found):
        status = (
            nw.when(columns[found.needed[0]] == NOT_APPLICABLE).then(nw.lit(NOT_APPLICABLE)).otherwise(status)
        )
    yield f"{found.id}_status", status


def _words_of(found: Calculation) -> set[str]:
    """The words that the one result of which the status speaks can be."""
    rule = found.results[found.needed[0]]
    return {word for word, _ in rule.cases} if isinstance(rule, FirstThatHolds) else set()


def _result(rule: Number | Truth | FirstThatHolds, found: Calculation, compiler: Compiler) -> nw.Expr:
    """One result; null where it is not known."""
    if isinstance(rule, FirstThatHolds):
        return compiler.word(rule)
    if isinstance(rule, Truth):
        true, false = compiler.truth(rule)
        return nw.when(true).then(nw.lit(True)).otherwise(nw.when(false).then(nw.lit(False)))
    low, high = compiler.once(*compiler.number(rule))
    return nw.when(is_known(low, high)).then(low).round(found.decimals)
