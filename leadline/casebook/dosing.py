"""How often a dose is given, and in which unit: from the words of a chart to the code that a rule reckons with.

A chart's own words may hold anything (a name, a remark), so in a report for others only those are shown that can tell
nothing but a dose.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

FREQUENCIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "daily": ("once daily", "once a day", "once per day", "every day", "each day", "per day", "a day",
                  "1x/day", "1x daily", "1/day", "/day", "q1d", "q24h"),
        "twice_daily": ("twice a day", "twice per day", "two times a day", "2x/day", "2x daily", "2/day", "q12h",
                        "bid", "bd"),
        "three_times_daily": ("three times a day", "three times per day", "3x/day", "3x daily", "3/day", "q8h", "tid",
                              "tds"),
        "q2d": ("every other day", "every second day", "every 2 days", "every two days", "alternate days", "q48h"),
        "weekly": ("once weekly", "once a week", "once per week", "every week", "each week", "per week", "a week",
                   "1x/week", "1x weekly", "1/week", "/week", "q1w", "q7d", "qw"),
        "q10d": ("every 10 days", "every ten days"),
        "q2w": ("every 2 weeks", "every two weeks", "every other week", "every second week", "every 14 days",
                "fortnightly", "q14d", "eow"),
        "q4w": ("every 4 weeks", "every four weeks", "every 28 days", "q28d"),
        "once": ("one dose", "single dose", "once only"),
    }
)  # fmt: skip
"""Code to the ways in which charts write it. Not here: "monthly", which is no 28 days; "biweekly", which has two
meanings; "qd", "od" and "qod", which have been taken for "four times a day", "right eye" and "every day" [ISMP].

[ISMP] Institute for Safe Medication Practices, List of Error-Prone Abbreviations, Symbols, and Dose Designations
"""

UNITS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "mg": ("milligram", "milligrams"),
        "g": ("gram", "grams"),
        "ug": ("mcg", "µg", "microgram", "micrograms"),
        "mg/kg": ("mg per kg",),
        "mg/m2": ("mg/m²", "mg per m2", "mg per m²"),
    }
)
"""The same for the units in which a dose can be reckoned."""

_DOSE_WORDS = """
    mg g mcg ug µg kg m ml l iu u unit units mmol prednisone d day days daily w wk week weeks weekly month months
    monthly h hour hours minutes x q per a every each other second third alternate once twice three four times then
    and to on in the for morning noon evening night prn as needed dose doses pulse pulses cycle cycles
    tablet tablets capsule capsules drop drops puff puffs vial vials ampoule ampoules pen pens
    monday tuesday wednesday thursday friday saturday sunday
"""
DOSE_WORDS = frozenset(_DOSE_WORDS.casefold().split())
"""Of these and of numbers alone a text can tell a dose, and nothing else. "Max" and "Min" are names."""


def frequency_code(text: str) -> str:
    """A key of FREQUENCIES, or nothing where the words are not known: "b.i.d." is twice_daily."""
    return _codes("frequency").get(_tidy(text), "")


def unit_code(text: str) -> str:
    """A key of UNITS, or nothing where the unit is not known: "mcg" is ug."""
    return _codes("unit").get(_tidy(text), "")


def only_dose_words(text: str) -> bool:
    """Whether the text can tell nothing but a dose, and may stand in a report for others."""
    return DOSE_WORDS.issuperset(re.findall(r"[^\W\d_²]+", text.casefold()))


@cache
def _codes(what: str) -> Mapping[str, str]:
    known = FREQUENCIES if what == "frequency" else UNITS
    return {_tidy(words): code for code, several in known.items() for words in (code, *several)}


def _tidy(text: str) -> str:
    # "4-8" and "4 8" are no 48
    apart = re.sub(r"(?<=\d)[\s_-]+(?=\d)", "~", text.casefold().replace("×", "x"))
    return re.sub(r"[\s_-]+|(?<!\d)\.(?!\d)", "", apart)
