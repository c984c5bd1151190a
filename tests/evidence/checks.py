"""The published answers: entries of tests/references/evidence_checks.json by their id."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

_FILE = Path(__file__).parent.parent / "references" / "evidence_checks.json"
_ENTRIES: dict[str, dict[str, Any]] = {
    entry["id"]: entry for entry in json.loads(_FILE.read_text(encoding="utf-8"))["entries"]
}


def inputs(name: str) -> dict[str, Any]:
    found: dict[str, Any] = _ENTRIES[name]["inputs"]
    return found


def printed(name: str) -> dict[str, Any]:
    found: dict[str, Any] = _ENTRIES[name]["printed"]
    return found


def ids() -> set[str]:
    return set(_ENTRIES)


def column(name: str, key: str) -> np.ndarray:
    return np.array(inputs(name)[key], dtype=float)


def two_arms(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """events_t, n_t, events_c, n_c"""
    treated, control = (
        (column(name, f"{arm}_events"), column(name, f"{arm}_n")) for arm in ("treated", "control")
    )
    return *treated, *control


def bcg() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The thirteen BCG trials as a, b, c, d."""
    vaccinated, control = (
        (column("pool-bcg-mh-peto", f"{arm}_cases"), column("pool-bcg-mh-peto", f"{arm}_noncases"))
        for arm in ("vaccinated", "control")
    )
    return *vaccinated, *control
