"""`leadline measure`: one score or criterion from items typed on the command line, or one a line from a file.

Parses, asks the measure, writes. Measures are imported when the command runs, so that `leadline --help` stays quick.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from leadline.errors import ItemOutOfRange, ItemUnknown, LeadlineError

if TYPE_CHECKING:
    from leadline.measures import Measure
    from leadline.measures.definition import Source

YES_NO = {"yes": True, "no": False}


app = typer.Typer()


@app.command("measure", help="One score or criterion: from items, or one a line from a file.")
def run(
    measure_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="which measure; --list shows them")
    ] = None,
    items: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ITEM=VALUE ...]",
            help="a number, true, false, '<5', a list or object as JSON; a.b=1 for nested",
        ),
    ] = None,
    batch: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help='{"measure": id, "inputs": {...}} a line, one answer a line; - is standard input',
        ),
    ] = None,
    list_all: Annotated[bool, typer.Option("--list", help="every measure")] = False,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help="items, rule, cut-offs and sources of the measure; with items, why this result"
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
) -> None:
    if batch is not None:
        raise typer.Exit(_answer_file(batch))
    if list_all or measure_id is None:
        _show_list(as_json=as_json)
    elif explain and items:
        _show_reasons(measure_id, items, as_json=as_json)
    elif explain:
        _show_explanation(measure_id, as_json=as_json)
    else:
        raise typer.Exit(_show_answer(measure_id, items or [], as_json=as_json))


# ---- reading -----------------------------------------------------------------------------------------------------


def read_items(items: list[str]) -> dict[str, Any]:
    """`a=1 b.c=true` as `{"a": 1, "b": {"c": True}}`. Raises ItemUnknown for what is no ITEM=VALUE."""
    inputs: dict[str, Any] = {}
    for text in items:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise ItemUnknown(
                f"{text[:40]!r} is no item with a value.", hint="write ITEM=VALUE, as in esr_mm_h=35"
            )
        *outer, last = name.split(".")
        place = inputs
        for key in outer:
            place = place.setdefault(key, {})
            if not isinstance(place, dict):
                raise ItemUnknown(f"{key} is given as a value and as an object.", hint="write each item once")
        if last in place:
            raise ItemUnknown(f"{name} is given twice.", hint="write each item once")
        place[last] = _read_value(value)
    return inputs


def _read_value(text: str) -> Any:
    """A value as JSON, yes or no, else as text. An empty value is a missing one."""
    if not text.strip():
        return None
    if text.lower() in YES_NO:
        return YES_NO[text.lower()]
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


# ---- one answer --------------------------------------------------------------------------------------------------


def _show_answer(measure_id: str, items: list[str], *, as_json: bool) -> int:
    """Print the result of one measure; the exit code."""
    from leadline.measures import measure

    try:
        found = measure(measure_id)
        inputs = read_items(items)
        course = _course(found, inputs)
        result = found.evaluate(inputs)
    except LeadlineError as error:
        if not as_json:
            raise
        _print_json({"measure": measure_id, "error": _as_object(error)})
        return error.exit_code
    states = _states(found, result, course)
    if as_json:
        _print_json({**_as_answer(found, inputs, result), **({"states": states} if states else {})})
    else:
        _print_lines(_answer_lines(found, inputs, result, states))
    return 0


def _course(measure: Measure, inputs: dict[str, Any]) -> str | None:
    """`course=` beside the items of a score chooses its cut-offs; it is taken out of the inputs."""
    from leadline.measures import Score

    if not isinstance(measure, Score) or not measure.cutoffs or "course" in measure.takes:
        return None
    courses = sorted({cutoffs.course for cutoffs in measure.cutoffs})
    course = inputs.pop("course", None)
    if course is not None and course not in courses:
        raise ItemOutOfRange(f"course is {str(course)[:40]!r}; it takes {' or '.join(courses)}.")
    return courses[0] if len(courses) == 1 else course


def _states(measure: Measure, result: Mapping[str, Any], course: str | None) -> dict[str, str]:
    """State by each set of cut-offs for the course."""
    from leadline.measures import Score

    if course is None or not isinstance(measure, Score):
        return {}
    value = result[measure.output]
    cutoffs = [each for each in measure.cutoffs if each.course == course]
    return {} if value is None else {each.set_id: each.state(value) for each in cutoffs}


def _as_answer(measure: Measure, inputs: Mapping[str, Any], result: Mapping[str, Any]) -> dict[str, Any]:
    why = _why_provisional(measure, inputs)
    return {"measure": measure.id, **result, **({"provisional": why} if why else {})}


def _why_provisional(measure: Measure, inputs: Mapping[str, Any]) -> str:
    """What of the result was not read in a source; empty if all of it was."""
    if measure.status == "verified":
        return ""
    return measure.provisional if measure.result_status(measure.row(inputs)) == "provisional" else ""


def _as_object(error: LeadlineError) -> dict[str, str]:
    return {"kind": type(error).__name__, "message": error.message, "hint": error.hint}


def _answer_lines(
    measure: Measure, inputs: Mapping[str, Any], result: Mapping[str, Any], states: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    yield measure.title, ""
    for key, value in result.items():
        if value not in ([], "", {}) and (key, value) != ("status", "ok"):
            yield key.replace("_", " "), _shown(value)
    for set_id, state in states.items():
        yield f"state ({set_id})", state
    if why := _why_provisional(measure, inputs):
        yield "provisional", why
    for source in measure.sources:
        yield "source", _source(source)


def _shown(value: object) -> str:
    match value:
        case None:
            return "not known"
        case bool():
            return "yes" if value else "no"
        case float() | int():
            return f"{value:.10g}"
        case str():
            return (
                value.replace("_", " ")
                if value in ("not_met", "not_applicable", "not_computable", "mild_moderate")
                else value
            )
        case dict():
            return ", ".join(f"{key}: {_shown(part)}" for key, part in value.items())
        case list() | tuple():
            return ", ".join(_shown(part) for part in value)
        case _:
            return str(value)


def _source(source: Source) -> str:
    place = f"doi:{source.doi}" if source.doi else source.url
    return f"{source.citation}{', ' if place else ''}{place}"


# ---- many answers ------------------------------------------------------------------------------------------------


def _answer_file(path: str) -> int:
    """One JSON object out for each line in, in order. The exit code of the first line with an error, else 0."""
    if path != "-" and not Path(path).is_file():
        raise typer.BadParameter(f"there is no file {path}", param_hint="--batch")
    if path == "-":
        return _answer_lines_of(sys.stdin.buffer)
    with Path(path).open("rb") as lines:
        return _answer_lines_of(lines)


def _answer_lines_of(lines: BinaryIO) -> int:
    exit_code = 0
    for line in lines:
        answer, code = _answer_line(line)
        _print_json(answer)
        exit_code = exit_code or code
    return exit_code


def _answer_line(line: bytes) -> tuple[dict[str, Any], int]:
    """The answer to one line `{"measure": id, "inputs": {...}}`, and 0 or the exit code of its error."""
    from leadline.measures import measure

    measure_id = None
    try:
        measure_id, inputs = _read_line(line)
        found = measure(measure_id)
        return _as_answer(found, inputs, found.evaluate(inputs)), 0
    except LeadlineError as error:
        return {"measure": measure_id, "error": _as_object(error)}, error.exit_code


def _read_line(line: bytes) -> tuple[str, dict[str, Any]]:
    taken = 'a line takes {"measure": "jadas10_esr", "inputs": {"active_joint_count": 6}}'
    try:
        asked = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise ItemUnknown("The line is no JSON.", hint=taken) from None
    if not isinstance(asked, dict) or not isinstance(asked.get("measure"), str):
        raise ItemUnknown("The line names no measure.", hint=taken)
    inputs = asked.get("inputs", {})
    if not isinstance(inputs, dict):
        raise ItemUnknown(f"The inputs of {asked['measure'][:40]!r} are no object.", hint=taken)
    return asked["measure"], inputs


# ---- the catalogue -----------------------------------------------------------------------------------------------


def _show_list(*, as_json: bool) -> None:
    from leadline.measures import MEASURES
    from leadline.measures.instruments import NOT_BUILT
    from leadline.measures.listing import catalogue_rows

    if as_json:
        for row in catalogue_rows():
            _print_json(row)
        return
    width = max(len(measure_id) for measure_id in MEASURES)
    for heading, group in _by_disease(MEASURES.values()).items():
        typer.echo(f"\n{heading}")
        for measure in group:
            mark = " (provisional)" if measure.status == "provisional" else ""
            typer.echo(f"  {measure.id:<{width}}  {measure.title}{mark}")
    typer.echo("\nNot built")
    for absent in NOT_BUILT.values():
        typer.echo(f"  {absent.id:<{width}}  {absent.title}")


def _by_disease(measures: Iterable[Measure]) -> dict[str, list[Measure]]:
    from leadline.measures.explanation import heading_of

    groups: dict[str, list[Measure]] = {}
    for measure in measures:
        heading = heading_of(measure)
        groups.setdefault(heading, []).append(measure)
    return groups


def _show_explanation(measure_id: str, *, as_json: bool) -> None:
    from leadline.measures import measure
    from leadline.measures.explanation import explain

    explained = explain(measure(measure_id))
    if as_json:
        _print_json(explained)
        return
    typer.echo(f"{explained.pop('title')} ({explained.pop('id')})")
    for heading, lines in explained.items():
        typer.echo(f"\n{heading.replace('_', ' ')}")
        for line in [lines] if isinstance(lines, str) else lines:
            typer.echo(f"  {line}")


def _show_reasons(measure_id: str, items: list[str], *, as_json: bool) -> None:
    """Print why these items give the result that they give."""
    from leadline.measures import measure
    from leadline.measures.reasons import explain_row

    found = measure(measure_id)
    inputs = read_items(items)
    _course(found, inputs)
    found.evaluate(inputs)  # an item that is none is refused here, not left aside
    explained = explain_row(measure_id, inputs)
    if as_json:
        _print_json(explained)
        return
    _print_lines(_answer_lines(found, inputs, explained["result"], {}))
    typer.echo("\nwhy")
    for line in explained["words"]:
        typer.echo(f"  {line}")


def _print_json(value: Mapping[str, Any]) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, allow_nan=False))


def _print_lines(lines: Iterator[tuple[str, str]]) -> None:
    typer.echo(next(lines)[0])
    shown = list(lines)
    width = max(len(key) for key, _ in shown)
    for key, value in shown:
        typer.echo(f"  {key:<{width}}  {value}")
