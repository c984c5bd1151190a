"""The second half of `leadline protocol check PROTOCOL CASEBOOK`: the children against the protocol, as tables."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from leadline.casebook.schema import DISEASES
from leadline.errors import ItemUnknown, OutputExists

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console

    from leadline.protocol.adherence import Adherence, ChildAdherence, Upcoming
    from leadline.protocol.protocol import Protocol

WIDTH_OF_A_FILE = 100
MOST_ROWS = 60


@dataclass(frozen=True, slots=True)
class ReportFolder:
    """Where a report is wanted, in which formats, and whether over what is there."""

    path: Path
    formats: str
    force: bool


def show_adherence(
    protocol: Protocol,
    casebook: Path,
    *,
    on: str,
    ics: Path | None,
    report: ReportFolder | None,
    as_json: bool,
) -> None:
    """Check the casebook, write the report and the calendar file if they are wanted, and print."""
    from leadline.casebook import read_casebook
    from leadline.protocol.adherence import calendar_of, check_casebook

    adherence = check_casebook(protocol, read_casebook(casebook), on=_day(on))
    if report is not None:
        _write_report(adherence, report)
    calendar = None if ics is None else calendar_of(adherence)
    if ics is not None and calendar is not None and calendar.events:
        _write_calendar(calendar.content, ics)
    if as_json:
        from leadline.report.adherence import adherence_json

        print(json.dumps(adherence_json(adherence), ensure_ascii=False, indent=1))
        return
    _print(adherence)
    if calendar is not None:
        print(
            f"\n{calendar.events} events written: {ics}"
            if calendar.events
            else "\nNo calendar file: nothing for it."
        )
        if calendar.left_out:
            print(
                f"{calendar.left_out} rows have no calendar day: the child's infusion is not known to the day."
            )


def _day(text: str) -> date | int | None:
    """A calendar day, or a day counted from each child's infusion: 2026-03-02, D120."""
    from leadline.casebook.days import NotADay, parse_day

    if not text:
        return None
    try:
        day = parse_day(text)
    except NotADay:
        day = None
    if day is None or not day.is_exact:
        hint = "write one day: 2026-03-02, or D120 for the 120th day after each child's infusion"
        raise ItemUnknown(f"--on is {text}.", hint=hint)
    return date.fromordinal(day.first) if day.calendar else day.first


def _write_report(adherence: Adherence, report: ReportFolder) -> None:
    from leadline.report.adherence import write_adherence

    formats = [name.strip() for name in report.formats.split(",") if name.strip()]
    written = write_adherence(adherence, report.path, formats=formats, replace=report.force)
    print(f"{len(written.paths)} files in {written.folder}", file=sys.stderr)


def _write_calendar(content: bytes, path: Path) -> None:
    """Whole or not at all; in place of nothing but a calendar that Leadline wrote."""
    from leadline.protocol.adherence.calendar_file import PRODUCT

    if path.exists() and PRODUCT.encode() not in path.read_bytes()[:200]:
        raise OutputExists(f"{path} is there, and no calendar of Leadline.", hint="name another file")
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(content)
    beside.replace(path)


# ---- in the terminal -------------------------------------------------------------------------------------------------


def _print(adherence: Adherence) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH_OF_A_FILE)
    console.print(
        f"{adherence.protocol_title} (version {adherence.protocol_version}), {adherence.casebook_name}",
        style="bold",
        markup=False,
    )
    if adherence.casebook_kind == "invented":
        console.print("Invented children: nobody here is real.", markup=False)
    for notice in adherence.notices:
        console.print(f"Note: {notice}", markup=False)
    _print_children(console, adherence)
    _print_deviations(console, adherence)
    _print_undocumented(console, adherence)
    _print_visits(console, adherence)
    _print_watches(console, adherence)
    _print_upcoming(console, adherence)
    console.print("\nEvery check, with the rows that it rests on: --json", markup=False)


def _print_children(console: Console, adherence: Adherence) -> None:
    from leadline.report.adherence.words import ELIGIBLE

    rows = []
    for child in adherence.children:
        number = [str(count) for count in child.count().values()]
        rows.append((child.patient_id, DISEASES.get(child.diagnosis, ""), ELIGIBLE[child.eligible], *number))
    headings = ("child", "", "eligible", "as written", "minor", "major", "not documented")
    _table(console, "Children: how many checks came out how", headings, rows, numbers=4)


def _print_deviations(console: Console, adherence: Adherence) -> None:
    rows = [row for child in adherence.children for row in _deviations(child)]
    _table(console, "Deviations", ("child", "what", "found", "asked", "grade"), rows)


def _deviations(child: ChildAdherence) -> Iterator[tuple[str, ...]]:
    from leadline.protocol.adherence import Outcome

    grades = {Outcome.MINOR_DEVIATION: "minor", Outcome.MAJOR_DEVIATION: "major"}
    for check, infusion in child.checks():
        if check.outcome in grades:
            what = check.title if infusion is None else f"{check.title} (infusion {infusion})"
            yield child.patient_id, what, check.found, check.asked, grades[check.outcome]
    for visit in child.visits:
        if visit.outcome in grades:
            asked = f"day {visit.first} to {visit.last}"
            yield child.patient_id, f"visit: {visit.title}", visit.found, asked, grades[visit.outcome]
    for change in child.changes:
        if change.outcome in grades:
            asked = ", ".join(change.rules)
            yield child.patient_id, change.drug, change.found, asked, grades[change.outcome]


def _print_undocumented(console: Console, adherence: Adherence) -> None:
    """Rule by rule, in how many children, and what would document it."""
    from leadline.protocol.adherence import Outcome

    children: dict[str, set[str]] = {}
    wanted: dict[str, dict[str, None]] = {}
    for child in adherence.children:
        lacking = [(check.title, check.missing) for check, _ in child.checks()
                   if check.outcome is Outcome.NOT_DOCUMENTED]  # fmt: skip
        lacking += [(f"{change.drug} {change.change}", change.missing) for change in child.changes
                    if change.outcome is Outcome.NOT_DOCUMENTED]  # fmt: skip
        for title, missing in lacking:
            title = title.split(" (before infusion")[0]
            children.setdefault(title, set()).add(child.patient_id)
            wanted.setdefault(title, {}).update(dict.fromkeys(missing))
    rows = [(title, str(len(who)), _few(wanted[title])) for title, who in children.items()]
    _table(console, "Not documented", ("what", "children", "what would document it"), rows, numbers=(1,))


def _few(words: Iterable[str], most: int = 6) -> str:
    listed = list(words)
    return "; ".join(listed[:most]) + (f" and {len(listed) - most} more" if len(listed) > most else "")


def _print_visits(console: Console, adherence: Adherence) -> None:
    """Visit by visit, in how many children it was made, and how much of what was planned was recorded then."""
    from leadline.protocol.adherence.findings import VisitState

    counted: dict[str, Counter[str]] = {}
    held: dict[str, list[int]] = {}
    for visit in (visit for child in adherence.children for visit in child.visits):
        counted.setdefault(visit.title, Counter())[visit.state] += 1
        of_visit = held.setdefault(visit.title, [0, 0])
        if visit.state in (VisitState.MADE, VisitState.OUTSIDE):
            of_visit[0] += visit.recorded
            of_visit[1] += visit.planned_records
    states = {
        VisitState.MADE: "made", VisitState.OUTSIDE: "outside", VisitState.MISSED: "missed",
        VisitState.UNPLACED: "unclear", VisitState.NO_RECORD: "no record", VisitState.OPEN: "open",
    }  # fmt: skip
    rows = [
        (title, *(str(states_of[state] or "") for state in states), _share(*held[title]))
        for title, states_of in counted.items()
    ]
    headings = ("visit", *states.values(), "recorded")
    _table(console, "Visits: in how many children", headings, rows, numbers=len(headings) - 1)


def _share(recorded: int, planned: int) -> str:
    return f"{recorded} of {planned}" if planned else ""


def _print_watches(console: Console, adherence: Adherence) -> None:
    rows = [
        (child.patient_id, f"{watch.title}: {watch.found}", "; ".join(watch.events), _few(watch.missing))
        for child in adherence.children
        for watch in child.watches
    ]
    if rows:
        _table(console, "Watches", ("child", "watch", "events", "not recorded"), rows)


def _print_upcoming(console: Console, adherence: Adherence) -> None:
    """The next of each child, and all that are open now; below, what each visit must record."""
    rows = list(_next_ones(adherence))
    shown = [_upcoming_row(row) for row in rows]
    _table(console, "To come", ("child", "what", "days", "from", "to", "open"), shown)
    disease = {child.patient_id: DISEASES.get(child.diagnosis, "") for child in adherence.children}
    to_record: dict[tuple[str, tuple[str, ...]], None] = {}
    for row in rows:
        to_record[f"{row.title}, {disease[row.patient_id]}", row.record] = None
    for title, record in to_record:
        console.print(f"\nTo record at {title}: {'; '.join(record)}.", markup=False)


def _upcoming_row(row: Upcoming) -> tuple[str, ...]:
    first, last = row.dates[:2] or ("", "")
    return row.patient_id, row.title, f"{row.first} to {row.last}", first, last, "now" if row.due_now else ""


def _next_ones(adherence: Adherence) -> Iterator[Upcoming]:
    seen: set[str] = set()
    for row in adherence.upcoming:
        if row.due_now or row.patient_id not in seen:
            seen.add(row.patient_id)
            yield row


def _table(
    console: Console,
    title: str,
    headings: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    *,
    numbers: int | tuple[int, ...] = (),
) -> None:
    """Print a table; of a long one the first rows, and how many more there are. `numbers`: columns set to the right,
    the last so many or those named."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    right = range(len(headings) - numbers, len(headings)) if isinstance(numbers, int) else numbers
    grid = Table(
        box=SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        title=title,
        title_justify="left",
        title_style="bold",
    )
    for at, heading in enumerate(headings):
        grid.add_column(
            heading, justify="right" if at in right else "left", no_wrap=heading in ("child", "grade")
        )
    for row in rows[:MOST_ROWS]:
        grid.add_row(*(Text(cell) for cell in row))
    console.print()
    console.print(grid if rows else f"{title}: none.")
    if len(rows) > MOST_ROWS:
        console.print(f"... and {len(rows) - MOST_ROWS} more: --json")
