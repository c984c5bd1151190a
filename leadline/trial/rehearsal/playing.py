"""One rehearsal from its number to its result: a whole trial on invented children, and the same one by the truth."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from leadline.trial.rehearsal.asked import prepared
from leadline.trial.rehearsal.charted import Charted
from leadline.trial.rehearsal.course import Course, draw_children, play
from leadline.trial.rehearsal.intercurrent import give_events
from leadline.trial.rehearsal.known import decide_by_truth

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadline.protocol.estimands import IntercurrentEvent
    from leadline.trial.rehearsal.asked import Asked

Row = dict[str, Any]


def rehearse_once(asked: Asked, number: int, keep: str = "") -> Row:
    """One rehearsal as plain values.

    number   with the seed it decides everything
    keep     a folder in which its casebooks are kept, in one of its own; empty: they are removed
    returns  number, asked (fingerprint), charts and truth (how the trial went by either: `ends`, `harm_step`,
             `looks`, `days`), and of the children of the last look: their responses by basket, and how many were judged
             otherwise than is true; where intercurrent events were asked for, each with the number of children in whom
             it had happened, of these in whom monitoring found it, and in whom it found it though it had not happened
    """
    ready = prepared(asked)
    rng = np.random.default_rng([asked.seed, number])
    children = draw_children(rng, ready.design, ready.truth, ready.supply)
    if ready.happening.rates:  # drawn last, so that the children are the same without
        children = give_events(rng, children, ready.happening)
    course = partial(play, ready.design, children, closes=ready.closes, fewest_to_stop=ready.fewest_to_stop)
    with _folder(keep, number) as folder:
        charted = Charted(ready, number, folder)
        by_charts = course(charted.decide)
    by_truth = course(partial(decide_by_truth, ready.trial))
    return {
        "number": number,
        "asked": asked.fingerprint(),
        "charts": _as_row(by_charts),
        "truth": _as_row(by_truth),
        **_responses(charted),
    }


@contextmanager
def _folder(keep: str, number: int) -> Iterator[Path]:
    """Where the casebooks are written. They are kept only once they are whole."""
    with tempfile.TemporaryDirectory(prefix="leadline-rehearsal-") as folder:
        written = Path(folder) / f"rehearsal-{number:05}"
        yield written
        if keep:
            kept = Path(keep) / written.name
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(written, kept.with_suffix(".part"), dirs_exist_ok=True).rename(kept)


def _as_row(course: Course) -> Row:
    return {
        "ends": [[end.step, end.children, str(end.why), end.success] for end in course.ends],
        "harm_step": course.harmed,
        "looks": course.looks,
        "days": course.days,
    }


def _responses(charted: Charted) -> Row:
    """Of each basket, the children of the last look by where their response stands; and the misjudged in all."""
    assert charted.last is not None  # every trial has a look
    statuses = [Counter[str]() for _ in charted.ready.design.baskets]
    misjudged = 0
    for child in charted.last.found.taken:
        statuses[child.basket][str(child.response.status)] += 1
        judged = child.response.status in ("response", "no_response")
        misjudged += judged and child.response.counted is not charted.children[child.patient_id].counted
    responses = {"responses": [dict(sorted(one.items())) for one in statuses], "misjudged": misjudged}
    events = {event: _found(charted, event) for event in charted.ready.happening.rates}
    return {**responses, "intercurrent": events} if events else responses


def _found(charted: Charted, event: IntercurrentEvent) -> list[int]:
    """Children in whom an event had happened by the last look, those of them in whom monitoring found it, and others in
    whom it found it."""
    assert charted.last is not None
    happened = found = found_otherwise = 0
    for child in charted.last.found.taken:
        events = charted.children[child.patient_id].events
        assert events is not None
        assert child.day is not None  # every day of a rehearsal is dated
        truly = event in events.days and events.days[event] <= child.day
        seen = any(one.event == event for one in child.response.applied)
        happened, found, found_otherwise = (
            happened + truly, found + (truly and seen), found_otherwise + (seen and not truly),
        )  # fmt: skip
    return [happened, found, found_otherwise]
