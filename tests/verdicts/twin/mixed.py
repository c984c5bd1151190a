"""Mixed connective tissue disease: measures dossier 3.2 and 3.3."""

from __future__ import annotations

from fractions import Fraction

from leadline.casebook.case import Assessment, Case
from tests.verdicts.twin.arthritis import inactive_items
from tests.verdicts.twin.basics import Truth, all_of, any_of, baseline, no, number, opposite


def mctd_components(case: Case, now: Assessment) -> list[tuple[Truth, Truth]]:
    """For each component recorded at either time: whether it improves, whether it worsens, by its important change."""
    found: list[tuple[Truth, Truth]] = []
    before = baseline(case, ["cmas", "raynaud_condition_score", "fvc_pct_predicted", "dlco_pct_predicted"])
    for item, important, upward in (("cmas", "3.0", True), ("raynaud_condition_score", "1.5", False)):
        old, new = number(before, item), number(now, item)
        if old is None and new is None:
            continue
        if old is None or new is None:
            found.append((None, None))
            continue
        gain = new - old if upward else old - new
        found.append((gain >= Fraction(important), -gain >= Fraction(important)))
    old, new = (number(one, "fvc_pct_predicted") for one in (before, now))
    if old is not None and new is not None:
        worse = lung_worsens(before, now, old, new)
        found.append((None if worse is None else (new - old) * 10 >= old, worse))
    elif old is not None or new is not None:
        found.append((None, None))
    return found


def lung_worsens(before: Assessment | None, now: Assessment, old: Fraction, new: Fraction) -> Truth:
    fall = (old - new) / old
    if fall >= Fraction(10, 100):
        return True
    if fall < Fraction(5, 100):
        return False
    first, last = number(before, "dlco_pct_predicted"), number(now, "dlco_pct_predicted")
    return None if first is None or last is None else (first - last) / first >= Fraction(15, 100)


def mctd_improved(case: Case, now: Assessment, organs: int) -> Truth:
    parts = mctd_components(case, now)
    better = [one for one, _ in parts]
    if len(parts) < organs:
        enough: Truth = None  # of an organ never measured nothing is known
    elif better.count(True) >= organs:
        enough = True
    else:
        enough = False if better.count(True) + better.count(None) < organs else None
    return all_of(enough, opposite(any_of(False, *(worse for _, worse in parts))))


def mctd_worse(case: Case, now: Assessment) -> Truth:
    parts = mctd_components(case, now)
    return any_of(*(worse for _, worse in parts)) if parts else None


def mctd_inactive(case: Case, visit: Assessment) -> Truth:
    extra = (
        "cytopenia",
        "myositis",
        "progressive_sclerodactyly",
        "progressive_lung",
        "oesophageal_manifestation",
    )
    return all_of(inactive_items(visit), *(no(visit, item) for item in extra))
