"""Findings given as a list of those present, as calculators take them, made into one yes-or-no item each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches

from leadline.errors import ItemUnknown
from leadline.measures.inputs import Inputs, not_shaped

LISTS = ("present", "not_recorded")
"""The two lists of the calculator form. A finding named in neither was assessed and is absent."""


def from_list(
    listed: Collection[str] | None,
    not_recorded: Collection[str] | None = None,
    *,
    keys: Iterable[str],
    prefix: str = "",
) -> dict[str, bool | None]:
    """`prefix + key` to present, absent or missing, for every key.

    listed        keys of the findings that are present; None: nothing is known of any
    not_recorded  keys with no evidence either way; every other key was assessed and is absent
    raises        ItemUnknown for a name that is not a key, and for one that stands in both lists
    """
    allowed = tuple(keys)
    for names in (listed, not_recorded):
        if names is not None:
            _check_names(names, allowed)
    if listed is None:
        return {prefix + key: None for key in allowed}
    missing = set(not_recorded or ())
    both = sorted(missing.intersection(listed))
    if both:
        raise ItemUnknown(
            f"{', '.join(both)}: given as present and as not recorded.",
            hint="a finding stands in one list only",
        )
    return {prefix + key: None if key in missing else key in listed for key in allowed}


def unpack_present(
    inputs: Inputs, *, keys: Iterable[str], prefix: str = "", listed_as: str = "present"
) -> Inputs:
    """Flat items from inputs with the list `listed_as` and perhaps `not_recorded`; without either they are flat
    already. A flat item that is given beside the lists is left as it is."""
    flat = dict(inputs)
    if listed_as not in flat and "not_recorded" not in flat:
        return flat
    listed, not_recorded = flat.pop(listed_as, ()), flat.pop("not_recorded", None)
    return {**from_list(listed, not_recorded, keys=keys, prefix=prefix), **flat}


def names_in_lists(keys: Iterable[str], *, prefix: str) -> dict[str, str]:
    """Flat item to the name that a list has for it, for `calculator_names`."""
    return {prefix + key: key for key in keys}


def _check_names(names: Collection[str], allowed: tuple[str, ...]) -> None:
    if isinstance(names, str | Mapping) or not isinstance(names, Collection):
        raise not_shaped("a list of findings", names, f"a list of names from: {', '.join(allowed)}")
    unknown = sorted(str(name) for name in names if name not in allowed)
    if unknown:
        near = [match for name in unknown for match in get_close_matches(name, allowed, n=1)]
        meant = f"did you mean {', '.join(near)}? " if near else ""
        raise ItemUnknown(
            f"No finding is called {', '.join(unknown)}.", hint=f"{meant}The names are {', '.join(allowed)}"
        )
