"""What a protocol's closed sets are called where a person reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from leadline.casebook.prose import listed
from leadline.casebook.schema import DISEASE_NAMES
from leadline.casebook.schema import DISEASES as SHORT_DISEASES
from leadline.protocol.estimands import Missing, Strategy
from leadline.protocol.oversight import Action
from leadline.protocol.protocol import Status
from leadline.protocol.rules import Grade
from leadline.protocol.schedule import Record
from leadline.protocol.treatment import Basis, Counted, Route
from leadline.report.figures.words import ILAR_CATEGORIES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from leadline.protocol.protocol import Protocol

TO_WRITE = "[The centre writes this section.]"
TO_FILL = "[The centre fills this in.]"

STATUSES: Mapping[Status, str] = {
    Status.TEMPLATE: "Template for local ethical and regulatory review: not approved.",
    Status.APPROVED: "Marked as approved by the local ethics committee and authority.",
}

DISEASES: Mapping[str, str] = {
    disease: f"{name} ({SHORT_DISEASES[disease]})" for disease, name in DISEASE_NAMES.items()
}

STRATEGIES: Mapping[Strategy, str] = {
    Strategy.TREATMENT_POLICY: "treatment policy: the value is used, whatever happened",
    Strategy.COMPOSITE: "composite: the event itself counts as no response",
    Strategy.HYPOTHETICAL: "hypothetical: the value had the event not happened",
    Strategy.WHILE_ON_TREATMENT: "while on treatment: the value before the event",
    Strategy.PRINCIPAL_STRATUM: "principal stratum: children in whom the event would not happen",
}

MISSING: Mapping[Missing, str] = {
    Missing.NOT_MET: "counted as no response",
    Missing.LEFT_OUT: "left out of the analysis",
}

BASES: Mapping[Basis, str] = {Basis.VIABLE: "viable cells", Basis.TOTAL_NUCLEATED: "all nucleated cells"}

TIMES_COUNTED: Mapping[Counted, str] = {
    Counted.BEFORE_FREEZING: "before freezing",
    Counted.AFTER_THAW: "after thawing",
    Counted.FRESH: "in the fresh product",
}

ROUTES: Mapping[Route, str] = {
    Route.IV: "into a vein",
    Route.IA: "into a joint",
    Route.IT: "intrathecal",
    Route.IM: "into a muscle",
    Route.LOCAL: "local",
}

DRUG_ROUTES: Mapping[str, str] = {
    "po": "by mouth",
    "sc": "under the skin",
    "iv": "into a vein",
    "im": "into a muscle",
    "ia": "into a joint",
    "": "",
}

GRADES: Mapping[Grade, str] = {Grade.MINOR: "minor", Grade.MAJOR: "major"}

ACTIONS: Mapping[Action, str] = {
    Action.PAUSE_ENROLMENT: "enrolment is paused",
    Action.STOP_TRIAL: "the trial is stopped",
    Action.STOP_CHILD: "the child is given no further infusion",
}

RECORDS: Mapping[Record, str] = {
    Record.MEDICATIONS: "Medicines: started, stopped, dose changed",
    Record.INFUSIONS: "The infusion: product, release, dose, how it was given",
    Record.JOINT_COUNTS: "Joint count, joint by joint",
    Record.REPORTS: "What child and family say",
}


def role_words(protocol: Protocol, role_id: str) -> str:
    """The title of a role."""
    role = protocol.role(role_id)
    return role.title if role is not None else role_id


def whom(diagnoses: Iterable[str], categories: Iterable[str] = ()) -> str:
    """ "systemic JIA", "JIA and SLE", "every child"."""
    kinds = [ILAR_CATEGORIES.get(each, each) for each in categories]
    diseases = [SHORT_DISEASES.get(each, each) for each in diagnoses]
    return " ".join(part for part in (listed(kinds), listed(diseases)) if part) or "every child"
