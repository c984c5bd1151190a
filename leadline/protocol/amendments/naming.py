"""What the parts of a protocol are called when an amendment speaks of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Any

from leadline.protocol.estimands import EVENT_WORDS, Estimand, Handling, IntercurrentEvent, Objective
from leadline.protocol.figures import Figure, Source, Window, figure_words, window_words
from leadline.protocol.oversight import Reporting, Role, SafetyEvent, StoppingRule, Watch
from leadline.protocol.rules import RULE_KINDS, words
from leadline.protocol.schedule import Visit
from leadline.protocol.subjects import drug_words, item_words
from leadline.protocol.treatment import DrugUse, TaperTarget

if TYPE_CHECKING:
    from collections.abc import Callable

    from leadline.casebook.keyed_files import KeyPath

NAMES: Mapping[tuple[str, str], str] = {
    ("Protocol", "title"): "the title of the protocol",
    ("Protocol", "id"): "the id of the protocol",
    ("Protocol", "version"): "the version",
    ("Protocol", "status"): "the status",
    ("Protocol", "diagnoses"): "the diseases of the protocol",
    ("Protocol", "objectives"): "the objectives",
    ("Protocol", "roles"): "the roles",
    ("Protocol", "sources"): "the sources",
    ("Eligibility", "inclusion"): "the rules of inclusion",
    ("Eligibility", "exclusion"): "the rules of exclusion",
    ("Eligibility", "washout"): "the wash-outs",
    ("Product", "rules"): "the rules for the product",
    ("Product", "dose_limits"): "the dose that the product allows",
    ("Release", "rules"): "the release tests",
    ("Dose", "rules"): "the rules for the infusion",
    ("Dose", "per_kg"): "the dose per kg",
    ("Dose", "total"): "the dose for every child",
    ("Dose", "tolerance"): "the tolerance of the dose",
    ("Dose", "weight_max_age"): "the age of the weight from which the dose is made",
    ("Dose", "basis"): "what the dose counts",
    ("Dose", "counted"): "when the cells are counted",
    ("Dose", "route"): "the route of the infusion",
    ("Premedication", "drugs"): "the premedication",
    ("Premedication", "rules"): "the rules for the premedication",
    ("Observation", "rules"): "the rules for the observation",
    ("Observation", "vital_signs"): "the vital signs",
    ("Observation", "vital_signs_min"): "the minutes at which vital signs are taken",
    ("Observation", "deviation"): "the gravity of a missed vital sign",
    ("RepeatDosing", "rules"): "the conditions of a further infusion",
    ("RepeatDosing", "most"): "the number of infusions of a child",
    ("RepeatDosing", "interval"): "the time between two infusions",
    ("RepeatDosing", "diagnoses"): "the diseases in which a further infusion is given",
    ("Concomitant", "rules"): "the rules for other treatment",
    ("Rescue", "drugs"): "the rescue drugs",
    ("Rescue", "during"): "rescue",
    ("Rescue", "glucocorticoid_rise"): "the rise of the glucocorticoid that counts as an event",
    ("Taper", "drug"): "the drug of the taper",
    ("Taper", "starts"): "the first step of the taper",
    ("Taper", "step"): "the step of the taper",
    ("Taper", "every"): "the time between two steps of the taper",
    ("Taper", "least"): "the dose at which the taper ends",
    ("Taper", "targets"): "the targets of the taper",
    ("Taper", "condition"): "the conditions of the taper",
    ("Schedule", "visits"): "the visits",
    ("Schedule", "screening"): "the screening visit",
    ("Schedule", "baseline"): "the baseline visit",
    ("Schedule", "index"): "the visit of the infusion",
    ("Safety", "events"): "the events that are counted",
    ("Safety", "stopping"): "the stopping rules",
    ("Safety", "watches"): "the watches",
    ("Safety", "reporting"): "what is reported",
    ("Safety", "stagger"): "the time between the first children",
    ("Data", "retention"): "the time for which records are kept",
    ("Data", "board"): "the board",
}
"""Class and field to what it is called. What is not here is called by its field and by whom it belongs to."""

FIELDS: Mapping[str, str] = {
    "day": "planned day",
    "first": "first day",
    "last": "last day",
    "asks": "events asked for",
    "children": "number of children",
    "of": "subject",
    "drugs": "drugs",
    "change": "change of the drug",
    "present": "finding asked for",
    "variable": "endpoint",
    "visit": "visit of the endpoint",
    "missing": "count of a missing response",
    "intercurrent_events": "intercurrent events",
    "decided_by": "person who decides",
    "decides": "decisions",
    "released_by": "person who releases the product",
    "deviation": "gravity",
    "after_screening": "stop after screening",
    "every": "interval",
    "lasting": "length",
    "longest_break": "longest break that is no stop",
    "within": "time",
    "to": "recipient",
    "why": "reason",
    "visit_why": "reason for the visit",
    "missing_why": "reason for the count of missing responses",
}
"""A field to what it is called where the class does not say."""


def name_of(owner: Any, field: str, owner_name: str) -> str:
    """What a field of a value is called: `the dose`, `the first day of the visit 'Week 24'`."""
    named = NAMES.get((type(owner).__name__, field))
    if named is not None:
        return named
    if field in ("limit", "during", "time"):
        return owner_name.removeprefix("the rule ")
    said = f"the {FIELDS.get(field, field.replace('_', ' '))}"
    return f"{said} of {owner_name}" if owner_name else said


SECTIONS = {
    "Eligibility": "eligibility", "Product": "the product", "Release": "the release", "Dose": "the dose",
    "Premedication": "the premedication", "Observation": "the observation", "RepeatDosing": "repeat dosing",
    "Concomitant": "other treatment", "Rescue": "rescue", "Taper": "the taper", "Schedule": "the schedule",
    "Safety": "safety", "Data": "the data",
}  # fmt: skip


def owner_of(value: Any, key: str = "") -> str:
    """What a part of the protocol is called: `the rule 'Viability'`, `the visit 'Week 24'`."""
    match value:
        case Visit():
            return f"the visit '{value.title}'"
        case SafetyEvent():
            return f"the event '{value.title}'"
        case StoppingRule():
            return f"the rule '{shown(value.id)}'"
        case Watch():
            return f"the watch '{value.title}'"
        case Role():
            return f"the role '{value.title}'"
        case Objective():
            return f"the objective '{shown(value.id)}'"
        case Source():
            return f"the source '{value.id}'"
        case Estimand():
            return f"the estimand for {value.diagnosis.upper()}"
        case DrugUse():
            return f"the use of {drug_words(value.drug)}"
        case Reporting():
            return f"the report of '{value.what}'"
        case TaperTarget():
            return f"the target of the taper by day {value.by_day}"
        case Handling():
            return f"the strategy for '{shown(key)}'"
        case _ if isinstance(value, RULE_KINDS):
            return f"the rule '{value.title}'"
        case _:
            return SECTIONS.get(type(value).__name__, f"'{shown(getattr(value, 'id', key))}'")


def one_in_words(value: Any, key: str) -> str:
    """A member of a list that is new or gone, in words."""
    match value:
        case Visit():
            return f"the visit '{value.title}' (day {value.day}, from day {value.first} to day {value.last})"
        case Handling():
            return f"'{shown(key)}' ({EVENT_WORDS[IntercurrentEvent(key)]}): {shown(value.strategy)}"
        case StoppingRule():
            return f"{figure_words(value.children)} with '{shown(value.event)}': {shown(value.action)}"
        case TaperTarget():
            return f"{figure_words(value.dose)} by day {value.by_day}"
        case _ if isinstance(value, RULE_KINDS):
            return f"'{value.title}': {words(value)}"
        case str() | int() | float():
            return f"{value}"
        case _:
            return owner_of(value, key)


def identity(value: Any, at: int) -> str:
    """What makes a member of a list the same in both versions: its id, else what it is about."""
    match value:
        case DrugUse():
            return f"{value.drug} {value.route}"
        case Reporting():
            return value.what
        case TaperTarget():
            return f"{value.by_day} {' '.join(value.diagnoses)}"
        case _ if is_dataclass(value):
            return str(getattr(value, "id", at))
        case _:
            return str(value)


def by_identity(members: Any) -> dict[str, tuple[str | int, Any]]:
    """Each member of a list or mapping by what makes it the one it is, with its place or key."""
    if isinstance(members, Mapping):
        return {str(key): (str(key), member) for key, member in members.items()}
    return {identity(member, at): (at, member) for at, member in enumerate(members)}


def shown(value: Any) -> str:
    """A value in words."""
    match value:
        case bool():
            return "yes" if value else "no"
        case Figure():
            return figure_words(value)
        case Window():
            return window_words(value)
        case str():
            return value.replace("_", " ")
        case _:
            return str(value)


# ---- lists whose order means nothing ---------------------------------------------------------------------------------


def _measure(name: str) -> str:
    from leadline.measures import MEASURES

    return MEASURES[name].title


LISTS: Mapping[str, Callable[[str], str]] = {
    "items": item_words,
    "measures": _measure,
    "records": shown,
    "asks": shown,
    "drugs": drug_words,
    "stopped": drug_words,
    "values": shown,
    "routes": shown,
    "terms": str,
    "diagnoses": str.upper,
    "categories": shown,
    "decides": str,
    "vital_signs": str,
    "vital_signs_min": str,
}
"""Key of a list to how a member of it is called."""


def known_list(path: KeyPath) -> bool:
    """Whether the key holds a list of names, and not of rules or drugs that are given."""
    return path[-1] in LISTS and path[:2] not in (("premedication", "drugs"), ("rescue", "drugs"))
