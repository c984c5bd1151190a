"""Joint lists of juvenile arthritis: the 27, the 71 and the 67, by name.

Names end in `_l` or `_r`; `cspine` has no side. `pip1` is the thumb's interphalangeal joint, `toe_ip1` the big
toe's. The 27: Bazso 2009, doi:10.3899/jrheum.080432, names as in PubMed 19208532. The further names of the 71 and
the four left out of the 67 were not read in a source (measures dossier 1.2): provisional.
"""

from __future__ import annotations

from collections.abc import Iterable

from leadline.errors import ItemUnknown


def _both_sides(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}_{side}" for name in names for side in ("l", "r"))


def _numbered(name: str, first: int, last: int) -> tuple[str, ...]:
    return tuple(f"{name}{number}" for number in range(first, last + 1))


JOINTS_27 = (
    "cspine",
    *_both_sides("elbow", "wrist", *_numbered("mcp", 1, 3), *_numbered("pip", 1, 5), "hip", "knee", "ankle"),
)

JOINTS_71 = (
    *JOINTS_27,
    *_both_sides("tmj", "sternoclavicular", "acromioclavicular", "shoulder", *_numbered("mcp", 4, 5)),
    *_both_sides(*_numbered("dip", 2, 5), "subtalar", "midtarsal", *_numbered("mtp", 1, 5)),
    *_both_sides(*_numbered("toe_ip", 1, 5)),
)

NOT_MOVED = _both_sides("sternoclavicular", "acromioclavicular")
"""Joints whose range of motion is not examined: not counted among joints with limited motion."""

JOINTS_67 = tuple(joint for joint in JOINTS_71 if joint not in NOT_MOVED)


def count_on(joints: tuple[str, ...], active: Iterable[str]) -> int:
    """How many of the `active` joints stand on the list. Raises ItemUnknown for a name that is not one of the 71."""
    named = set(active)
    unknown = sorted(named.difference(JOINTS_71))
    if unknown:
        raise ItemUnknown(
            f"No joint is called {', '.join(unknown)}.", hint=f"the names are {', '.join(JOINTS_71)}"
        )
    return len(named.intersection(joints))
