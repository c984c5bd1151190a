"""The five kinds of rule that a protocol may state, and each in plain words.

A rule says what is asked of a child, an infusion or a treatment; it is judged, three-valued, in `adherence`, from the
same values that `words` prints. What a rule is about is named by a subject: `items.crp_mg_l`, `infusions.route`,
`patients.age_years` (see `subjects`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from annotated_types import Len
from pydantic import Field
from pydantic.dataclasses import dataclass

from leadline.casebook.schema import DISEASES
from leadline.protocol.criteria import criterion_words
from leadline.protocol.figures import CLOSED, Figure, Text, Window, figure_words, window_words
from leadline.protocol.subjects import drug_words, subject_words


class Grade(StrEnum):
    """How grave it is when the rule is not kept."""

    MINOR = "minor"
    MAJOR = "major"


class Change(StrEnum):
    """What happens to a drug in the window of a rule."""

    RUNNING = "running"
    STARTED = "started"
    STOPPED = "stopped"
    RAISED = "raised"
    LOWERED = "lowered"


class Asked(StrEnum):
    """The result that a criterion must have."""

    MET = "met"
    NOT_MET = "not_met"


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class _Shared:
    """What every rule has.

    id          never changes from one version of the protocol to the next: an amendment is told by it
    title       what it is about, in a few words
    diagnoses   of jia, sle, mctd: for whom the rule is; empty: for all
    categories  ILAR categories, for a rule of JIA that is not for all
    deviation   how grave it is when the rule is not kept; an eligibility rule that is not kept is always major
    source      ids of sources, of a rule that has no figure; why: the reason
    """

    id: Text
    title: Text
    diagnoses: tuple[Text, ...] = ()
    categories: tuple[Text, ...] = ()
    deviation: Grade = Grade.MAJOR
    source: tuple[Text, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class CriterionRule(_Shared):
    """A criterion has this result: at an assessment of the window, or, of a definition that no visit decides
    (refractory disease), on the whole record before it."""

    kind: Literal["criterion"]
    criterion: Text
    result: Asked = Asked.MET
    during: Window = Window()


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class RangeRule(_Shared):
    """A number lies within limits: an item or a score at an assessment of the window, a field of an infusion, a
    patient's fact."""

    kind: Literal["range"]
    of: Text
    limit: Figure
    during: Window = Window()


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class WindowRule(_Shared):
    """A dated event lies within days: consent, a visit, an infusion."""

    kind: Literal["window"]
    of: Text
    during: Window


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class WashoutRule(_Shared):
    """No drug of the list was taken in the time before day 0.

    drugs            substances or classes of the catalogue
    routes           by these routes only, as the table of medicines names them; empty: any
    after_screening  the drug is stopped for the infusion, after the screening visit, and not before it
    """

    kind: Literal["washout"]
    drugs: Annotated[tuple[Text, ...], Len(1)]
    time: Figure
    routes: tuple[Text, ...] = ()
    after_screening: bool = False


@dataclass(frozen=True, slots=True, config=CLOSED, kw_only=True)
class PresenceRule(_Shared):
    """A finding or a record is there, or is not (`present: false`).

    values   the record holds one of these codes, where it is one of several choices
    drugs    of `medications`: substances or classes, any of them, by any of the `routes`, with what happens to them
             in the window (`change`)
    """

    kind: Literal["presence"]
    of: Text
    present: bool = True
    values: tuple[Text, ...] = ()
    drugs: tuple[Text, ...] = ()
    routes: tuple[Text, ...] = ()
    change: Change = Change.RUNNING
    during: Window = Window()


AnyRule = CriterionRule | RangeRule | WindowRule | WashoutRule | PresenceRule
RULE_KINDS = (CriterionRule, RangeRule, WindowRule, WashoutRule, PresenceRule)
Rule = Annotated[AnyRule, Field(discriminator="kind")]
"""A rule as a protocol file holds it: its `kind` says which of the five it is."""
Rules = tuple[Rule, ...]


# ---- in words --------------------------------------------------------------------------------------------------------


def words(rule: AnyRule) -> str:
    """What the rule asks, as a sentence without its full stop."""
    return f"{_asked(rule)}{_for_whom(rule)}"


def _asked(rule: AnyRule) -> str:
    match rule:
        case CriterionRule():
            said = "met" if rule.result is Asked.MET else "not met"
            return f"{criterion_words(rule.criterion)}: {said}{_when(rule.during)}"
        case RangeRule():
            return f"{subject_words(rule.of)}: {figure_words(rule.limit)}{_when(rule.during)}"
        case WindowRule():
            return f"{subject_words(rule.of)}: {window_words(rule.during)}"
        case WashoutRule():
            drugs = f"{_any_of(rule.drugs, 'no')}{_by(rule.routes)}"
            return f"{drugs} in the {figure_words(rule.time)} before day 0"
        case PresenceRule() if rule.drugs:
            return f"{_drugs_asked(rule)}{_when(rule.during)}"
        case PresenceRule():
            return f"{subject_words(rule.of)}: {_recorded(rule)}{_when(rule.during)}"


_HAPPENS = {
    Change.RUNNING: "taken",
    Change.STARTED: "started",
    Change.STOPPED: "stopped",
    Change.RAISED: "raised in dose",
    Change.LOWERED: "lowered in dose",
}


def _drugs_asked(rule: PresenceRule) -> str:
    return (
        f"{_any_of(rule.drugs, 'one of' if rule.present else 'no')}{_by(rule.routes)} {_HAPPENS[rule.change]}"
    )


def _any_of(drugs: tuple[str, ...], before: str) -> str:
    named = [drug_words(drug) for drug in drugs]
    joined = f"{', '.join(named[:-1])} or {named[-1]}" if len(named) > 1 else named[0]
    return f"{before} {joined}" if len(named) > 1 or before == "no" else joined


def _by(routes: tuple[str, ...]) -> str:
    return f" {' or '.join(_CODES.get(route, route) for route in routes)}" if routes else ""


def _recorded(rule: PresenceRule) -> str:
    if rule.values:
        listed = " or ".join(_CODES.get(value, value.replace("_", " ")) for value in rule.values)
        return listed if rule.present else f"not {listed}"
    yes, no = ("present", "absent") if rule.of.startswith("items.") else ("yes", "no")
    return yes if rule.present else no


_CODES = {
    "iv": "by vein",
    "ia": "into a joint",
    "it": "into the spinal fluid",
    "im": "into a muscle",
    "po": "by mouth",
}
"""Codes that are no words."""


def _when(window: Window) -> str:
    return "" if window == Window() else f", {window_words(window)}"


def _for_whom(rule: _Shared) -> str:
    diseases = " and ".join(DISEASES.get(each, each) for each in rule.diagnoses)
    categories = " or ".join(each.replace("_", " ") for each in rule.categories)
    whom = " ".join(part for part in (categories, diseases) if part)
    return f" (for {whom})" if whom else ""
