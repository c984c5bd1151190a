"""The schedule against itself."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from leadline.protocol.contradictions.contradiction import Contradiction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadline.casebook.keyed_files import KeyPath
    from leadline.protocol.protocol import Protocol
    from leadline.protocol.schedule import Visit


def visit_contradictions(protocol: Protocol) -> Iterator[Contradiction]:
    """Windows that overlap, visits out of order, and visits that cannot be what the schedule says they are."""
    schedule = protocol.schedule
    for at, (earlier, later) in enumerate(pairwise(schedule.visits), start=1):
        yield from _overlap(earlier, later, ("schedule", "visits", at))
    index = schedule.visit(schedule.index)
    assert index is not None  # the reader has refused an id that does not exist
    if (index.first, index.last) != (0, 0):
        yield Contradiction(
            ("schedule", "index"),
            f"the infusion is at '{index.title}', day {index.first} to {index.last}, and days count from the infusion",
            "let the index visit be day 0 and no other day",
        )
    for name in ("screening", "baseline"):
        visit = schedule.visit(getattr(schedule, name))
        if visit is not None and visit.last > 0:
            yield Contradiction(
                ("schedule", name),
                f"'{visit.title}' may be as late as day {visit.last}, after the infusion",
                f"name a visit that ends on day 0 at the latest as the {name}",
            )


def _overlap(earlier: Visit, later: Visit, path: KeyPath) -> Iterator[Contradiction]:
    if later.day < earlier.day:
        yield Contradiction(
            (*path, "day"),
            f"'{later.title}' (day {later.day}) stands after '{earlier.title}' (day {earlier.day})",
            "put the visits in the order of their days",
        )
    elif later.first <= earlier.last:
        yield Contradiction(
            (*path, "first"),
            f"the window of '{later.title}' begins on day {later.first}, and that of '{earlier.title}' ends on day"
            f" {earlier.last}: a visit in both could count for either",
            f"begin it on day {earlier.last + 1} or later, or end the earlier one sooner",
        )
