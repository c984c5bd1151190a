"""From joints to counts: which joints are active, and whether so many were examined that they can be counted.

A joint is active if it is swollen or, without swelling, limited in motion together with pain on motion or tenderness
(measures dossier 1.1). Only a joint that was examined counts, and a list is counted only if all of it was examined:
joints that nobody looked at make the count a lower bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from leadline.casebook.case import Fact, RowRef
from leadline.casebook.joints import JOINTS_27, JOINTS_67, JOINTS_71

Row = Mapping[str, Any]


def is_active(row: Row) -> bool | None:
    """Whether the joint of the row is active; None if what is recorded cannot tell, or it was not examined."""
    if row["assessed"] is False:
        return None
    swollen, limited_and_tender = row["swollen"], _both(row["limited"], row["tender"])
    if swollen or limited_and_tender:
        return True
    return None if swollen is None or limited_and_tender is None else False


def _is_limited(row: Row) -> bool | None:
    return None if row["assessed"] is False else row["limited"]


def _both(one: bool | None, other: bool | None) -> bool | None:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def joint_facts(
    rows: Sequence[Row], recorded: dict[str, Fact]
) -> tuple[dict[str, Fact], tuple[str, ...] | None]:
    """The facts with the counts that follow from the rows of one assessment, and the names of the active joints.

    rows      of joint_counts: joints, or totals (a row without a joint)
    returns   counts from joints come before totals of the chart; the names are None unless every joint of the 71, or
              of the 27, was examined
    """
    if not rows:
        return recorded, None
    facts = dict(recorded)
    for row in rows:
        if row["joint"] is None:
            _add_totals(facts, row)
    joints = [row for row in rows if row["joint"] is not None]
    if not joints:
        return facts, None
    active = {row["joint"]: is_active(row) for row in joints}
    limited = {row["joint"]: _is_limited(row) for row in joints}
    ref = RowRef("joint_counts", joints[0]["uid"])
    _add_count(facts, "active_joint_count", active, ((JOINTS_71, "71"), (JOINTS_27, "27")), ref, joints[0])
    _add_count(facts, "limited_joint_count", limited, ((JOINTS_67, "67"), (JOINTS_27, "27")), ref, joints[0])
    known = any(
        all(active.get(joint) is not None for joint in joint_list) for joint_list in (JOINTS_71, JOINTS_27)
    )
    return facts, tuple(joint for joint in JOINTS_71 if active.get(joint)) if known else None


def _add_totals(facts: dict[str, Fact], row: Row) -> None:
    for item in ("active_joint_count", "limited_joint_count"):
        if row[item] is not None and (item not in facts or facts[item].value is None):
            facts[item] = Fact(item, float(row[item]), RowRef("joint_counts", row["uid"]),
                               version=row["list_used"] or "",
                               source_kind=row["source_kind"])  # fmt: skip


def _add_count(
    facts: dict[str, Fact], item: str, states: Mapping[str, bool | None], lists: Iterable[tuple[tuple[str, ...], str]],
    ref: RowRef, row: Row,
) -> None:  # fmt: skip
    for joints, version in lists:
        if all(states.get(joint) is not None for joint in joints):
            number = sum(bool(states[joint]) for joint in joints)
            facts[item] = Fact(item, float(number), ref, version=version, source_kind=row["source_kind"])
            return
    at_least = sum(state is True for state in states.values())
    if item not in facts or facts[item].value is None:
        facts[item] = (
            Fact(item, float(at_least), ref, comparator=">=", source_kind=row["source_kind"])
            if at_least
            else Fact(item, None, ref, missing="not_done", source_kind=row["source_kind"])
        )
