"""Plain words for every id that a person would otherwise read, and for days, numbers and proportions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

from leadline.casebook.case import RowRef
from leadline.casebook.days import FAR, DaySpan
from leadline.casebook.items import ITEMS, SLEDAI_FINDINGS
from leadline.casebook.prose import capital, listed
from leadline.report.figures.words import (
    BASES,
    CLAIMS,
    CUTOFF_SETS,
    DIAGNOSES,
    FINDINGS,
    FREQUENCIES,
    ILAR_CATEGORIES,
    SPEAKERS,
    counted,
    plain,
)
from leadline.verdicts.findings import Proportion

__all__ = [
    "CLAIMS", "CUTOFF_SETS", "DIAGNOSES", "FINDINGS", "SPEAKERS", "counted", "listed", "plain",
]  # fmt: skip

NOT_RECORDED = "not recorded"
WITHHELD = "withheld"

RESULTS: Mapping[str, str] = MappingProxyType(
    {
        "met": "met",
        "not_met": "not met",
        "indeterminate": "indeterminate",
        "not_applicable": "does not apply",
    }
)

ATTRIBUTIONS: Mapping[str, str] = MappingProxyType(
    {
        "unconfounded": "nothing that could explain it",
        "confounded": "confounded",
        "unknown": "unknown",
    }
)

JUDGEMENTS: Mapping[str, str] = MappingProxyType(
    {
        "adequate_failure": "failed in an adequate trial",
        "inadequate": "trial not adequate",
        "intolerance": "not tolerated",
        "not_a_failure": "not a failure",
        "indeterminate": "indeterminate",
    }
)

DRUG_CLASSES: Mapping[str, str] = MappingProxyType(
    {
        "nsaid": "NSAID",
        "glucocorticoid": "glucocorticoid",
        "csdmard": "conventional DMARD",
        "antimalarial": "antimalarial",
        "cytotoxic": "cytotoxic",
        "bdmard_tnf": "TNF inhibitor",
        "bdmard_il1": "IL-1 inhibitor",
        "bdmard_il6": "IL-6 inhibitor",
        "bdmard_il17_il23": "IL-17 or IL-23 inhibitor",
        "bdmard_tcell": "T-cell costimulation blocker",
        "bdmard_bcell": "B-cell agent",
        "bdmard_ifn": "interferon blocker",
        "bdmard_complement": "complement inhibitor",
        "tsdmard_jak": "JAK inhibitor",
        "tsdmard_other": "other targeted synthetic drug",
        "ivig": "immunoglobulin",
        "vasoactive": "vasoactive",
        "renal_protective": "kidney-protective",
        "supportive": "supportive",
        "cell_product": "cell product",
        "": "not in the catalogue",
    }
)

CODES: Mapping[str, str] = MappingProxyType(
    {
        **ILAR_CATEGORIES,
        # routes
        "po": "by mouth",
        "sc": "subcutaneous",
        "iv": "intravenous",
        "im": "intramuscular",
        "ia": "into a joint",
        "it": "intrathecal",
        # dosing
        **FREQUENCIES,
        "fixed": "",
        **BASES,
        # donors
        "allogeneic_related": "allogeneic, related",
        "allogeneic_unrelated": "allogeneic, unrelated",
        # relation
        "who_umc": "WHO-UMC",
        "none": "none",
        # reasons for stopping
        "ineffective": "ineffective",
        "lost_effect": "lost effect",
        "adverse_event": "adverse event",
        "family_choice": "family's choice",
        "yes": "yes",
        "no": "no",
        # casebook tables
        "adverse_events": "adverse events",
        "joint_counts": "joint counts",
        "medications": "medicines",
        "reports": "statements",
        "patients": "children",
    }
)

WINDOWS: Mapping[str, str] = MappingProxyType(
    {
        "baseline": "baseline",
        "week_8": "week 8",
        "week_12": "week 12",
        "week_24": "week 24",
        "week_52": "week 52",
        "last": "last",
    }
)

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "published": "Published data.",
        "invented": "INVENTED DATA: no child in this report exists.",
        "clinical": "Clinical data.",
    }
)
"""What the casebook's kind is called on every page."""

NO_ADVICE = "Leadline gives no advice on treating a patient."
INTERNAL = "Internal, not for publication."


def code_words(value: object) -> str:
    """A cell of the casebook as words; `not recorded` for nothing."""
    if value is None or value == "":
        return NOT_RECORDED
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:g}"
    text = str(value)
    return CODES.get(text, plain(text))


@cache
def item_words(item: str) -> str:
    """The plain name of an item, also of one at another time (`baseline_esr_mm_h`); words stay as they are."""
    for prefix, when in (("baseline_", " at baseline"), ("previous_", " before"), ("current_", "")):
        if item.startswith(prefix) and item not in ITEMS:
            return item_words(item.removeprefix(prefix)) + when
    known = ITEMS.get(item)
    return known.title if known else _titles_of_inputs().get(plain(item), plain(item))


@cache
def _titles_of_inputs() -> Mapping[str, str]:
    """Inputs of measures that no visit records as such, by their id as words, to their plain names."""
    from leadline.measures import MEASURES

    titles: dict[str, str] = {}
    for measure in MEASURES.values():
        for item in measure.items:
            titles.setdefault(plain(item.id), item.title)
    return titles


_SLEDAI = "SLEDAI: "


def window_words(name: str) -> str:
    return WINDOWS.get(name, plain(name))


def records_words(items: Iterable[str]) -> str:
    """Items in one line; those of the SLEDAI together: "ESR; of the SLEDAI-2K: seizure and rash"."""
    named = list(dict.fromkeys(map(item_words, items)))
    descriptors = [name.removeprefix(_SLEDAI) for name in named if name.startswith(_SLEDAI)]
    if len(descriptors) < 2:
        return "; ".join(named)
    whole = len(descriptors) == len(SLEDAI_FINDINGS)
    sledai = "every item of the SLEDAI-2K" if whole else f"of the SLEDAI-2K: {listed(descriptors)}"
    others = [name for name in named if not name.startswith(_SLEDAI)]
    return "; ".join([*others, sledai])


def day_words(span: DaySpan | None, unknown: str = "day not recorded") -> str:
    """ "day 65", "day 30 to 60", "before day -800"; the open ends of `before` and `after` are no days."""
    if span is None:
        return unknown
    if span.first <= -FAR / 2 and span.last >= FAR / 2:
        return unknown
    if span.first <= -FAR / 2:
        return f"day {span.last} or before"
    if span.last >= FAR / 2:
        return f"day {span.first} or after"
    return str(span)


def interval_words(low: float | None, high: float | None) -> str:
    """An interval of a share as percent: "9 to 91%"; empty if there is none."""
    if low is None or high is None:
        return ""
    return f"{_percent(low)} to {_percent(high)}%"


def _percent(share: float) -> str:
    """Whole percents, with one decimal near the ends, so that no bound is printed as 0 or 100 that is neither."""
    percent = 100 * share
    return f"{percent:.0f}" if percent in (0, 100) or 1 <= percent <= 99 else f"{percent:.1f}"


def proportion_words(share: Proportion) -> str:
    """ "2/3 (9 to 99%)"; "0/0" without an interval."""
    interval = interval_words(share.low, share.high)
    return f"{share.k}/{share.n}" + (f" ({interval})" if interval else "")


def number_words(value: float, digits: int = 3) -> str:
    """A computed figure at a stated number of significant digits, never in the scientific notation of programs."""
    if 0 < value < 0.0001:
        return "below 0.0001"
    text = f"{value:.{digits}g}"
    return f"{value:.0f}" if "e" in text else text


def sentence(text: str) -> str:
    """With a capital and a full stop."""
    text = text.strip()
    return capital(text) + ("" if text.endswith((".", "!", "?", ":")) else ".") if text else ""


def midway(title: str) -> str:
    """A title inside a sentence: "clinical remission ..."; abbreviations stay as they are."""
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def semicolons(parts: Iterable[str], empty: str = "") -> str:
    return "; ".join(dict.fromkeys(part for part in parts if part)) or empty


def ref_words(refs: Iterable[RowRef]) -> str:
    """Rows as "visits 12, 14; medicines 3": the table in words, the rows by their own identity."""
    by_table: dict[str, list[str]] = {}
    for ref in dict.fromkeys(refs):
        by_table.setdefault(ref.table, []).append(ref.uid)
    return "; ".join(
        f"{CODES.get(table, plain(table))}: {', '.join(uids)}" for table, uids in by_table.items()
    )


_MINUS = re.compile(r"(?<![\w.)\]-])-(?=\d)")


def typeset(text: str) -> str:
    """A true minus and true inequality signs, for pages; machine files keep plain ASCII."""
    return _MINUS.sub("−", text).replace("<=", "≤").replace(">=", "≥")
