"""The command line: `leadline --help` is the table of contents; every other module here is one group of commands.

Adding a group is one line in GROUPS. A command's body imports what it needs, so that --help imports no library.
"""

from __future__ import annotations

import errno
import gc
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Annotated, NoReturn, Protocol

import typer
from typer.core import TyperGroup

from leadline import __version__
from leadline.cli import casebook, evidence, measure, protocol, report, score, trial
from leadline.errors import INTERRUPTED, UNREAD, LeadlineError

GROUPS: tuple[tuple[str, str | None, typer.Typer], ...] = (
    # panel of the help text, name of the sub-command (None: the commands stand by themselves), commands
    ("From a chart to a report", None, report.app),
    ("The casebook", None, casebook.app),
    ("Scores and criteria", None, measure.app),
    ("Scores and criteria", None, score.app),
    ("What others found", "evidence", evidence.app),
    ("How it is to be given", "protocol", protocol.app),
    ("How to find out", "trial", trial.app),
)


class HelpText(Protocol):
    """What is used here of typer's formatter, which has no public name."""

    def section(self, name: str) -> AbstractContextManager[None]: ...
    def write_dl(self, rows: Sequence[tuple[str, str]]) -> None: ...


class GroupedHelp(TyperGroup):
    """Commands in the help text under the heading of their group, in plain text; rich would take 0.3 s to import."""

    def format_commands(self, ctx: object, formatter: HelpText) -> None:
        rows: dict[str, list[tuple[str, str]]] = {}
        for name, command in self.commands.items():
            panel = getattr(command, "rich_help_panel", None) or "Commands"
            rows.setdefault(str(panel), []).append((name, command.get_short_help_str(limit=90)))
        width = max(len(name) for entries in rows.values() for name, _ in entries)
        for panel, entries in rows.items():
            with formatter.section(panel):
                formatter.write_dl([(name.ljust(width), text) for name, text in entries])


app = typer.Typer(
    name="leadline",
    cls=GroupedHelp,
    help="What is reported of children given stem cells, against what is documented.",
    epilog="Every command has --json. Exit codes: docs/exit-codes.md. Leadline gives no advice on treating a patient.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"leadline {__version__}")
        raise typer.Exit


@app.callback()
def leadline(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Every option that stands before a command."""


for panel, name, group in GROUPS:
    for command in group.registered_commands if name is None else ():
        command.rich_help_panel = panel
    app.add_typer(group, name=name, rich_help_panel=panel)

# New objects after which Python looks for unused ones that refer to each other: what is imported stays, and its 700
# would have it look a hundred times, a tenth of a short command's time.
OBJECTS_BETWEEN_SEARCHES = 100_000


def run() -> None:
    """Run the command line. An error that Leadline explains is printed without a traceback, and gives its exit code;
    nothing is printed where nobody reads the output any more."""
    signal.signal(
        signal.SIGTERM, signal.default_int_handler
    )  # asked to end, it ends its processes as by Ctrl-C
    gc.set_threshold(OBJECTS_BETWEEN_SEARCHES)
    # Matrices here are many and small: threads wait for one another, 6 s for a design's 1.5 where others are at work.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        _run_app()
    except LeadlineError as error:
        _end(error)
    except BrokenPipeError:
        _end_unread()
    except OSError as error:
        if error.errno not in REFUSED:
            raise
        name = Path(str(error.filename)).name if error.filename else "the disk"
        hint = "is it yours to read or write, is there room, is it open in another program?"
        _end(LeadlineError(f"{name}: {error.strerror}.", hint=hint))
    except SystemExit as ended:
        if isinstance(ended.__context__, BrokenPipeError):  # typer and rich make a plain exit of it
            _end_unread()
        if ended.code == INTERRUPTED:
            _say("\nleadline: interrupted; what was finished is kept.")
        raise


def _run_app() -> None:
    """Run, and write out what is left in the buffer while a closed pipe can still be told from a fault."""
    try:
        app()
    finally:
        sys.stdout.flush()


def _end_unread() -> NoReturn:
    _send_nowhere()
    sys.exit(UNREAD)


def _send_nowhere() -> None:
    """Let the rest of the output go nowhere, so that closing it is no second fault."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # a stream without a file, as in a notebook
            os.dup2(nowhere, stream.fileno())


REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT)
"""What the place that a user named can answer; any other error of the system is our fault."""


def _end(error: LeadlineError) -> NoReturn:
    _say(f"leadline: {error}")
    sys.exit(error.exit_code)


def _say(words: str) -> None:
    try:
        print(words, file=sys.stderr, flush=True)
    except BrokenPipeError:
        _send_nowhere()
