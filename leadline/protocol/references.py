"""The ids that a protocol names: each must exist, in the protocol itself, in the casebook, in the measures or in the
drug catalogue, and none may stand for two things."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from leadline.casebook.items import ITEMS
from leadline.casebook.keyed_files import KeyProblem
from leadline.casebook.problems import nearest
from leadline.casebook.schema import MEDICATIONS as MEDICATIONS_TABLE
from leadline.casebook.schema import PATIENTS
from leadline.protocol.criteria import criterion_diagnoses, rule_criteria
from leadline.protocol.rules import CriterionRule
from leadline.protocol.schedule import ALL_EVENTS
from leadline.protocol.subjects import class_of, known_drugs, known_subjects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from leadline.casebook.keyed_files import KeyPath
    from leadline.protocol.protocol import Protocol

    Values = tuple[tuple[KeyPath, Any], ...]

RULES = ("CriterionRule", "RangeRule", "WindowRule", "WashoutRule", "PresenceRule")

NAMED: dict[tuple[str, str], str] = {
    ("Estimand", "visit"): "visit",
    ("Schedule", "screening"): "visit",
    ("Schedule", "baseline"): "visit",
    ("Schedule", "index"): "visit",
    ("Eligibility", "decided_by"): "role",
    ("Release", "released_by"): "role",
    ("RepeatDosing", "decided_by"): "role",
    ("Rescue", "decided_by"): "role",
    ("Taper", "decided_by"): "role",
    ("StoppingRule", "decided_by"): "role",
    ("Reporting", "to"): "role",
    ("Data", "board"): "role",
    ("StoppingRule", "event"): "event",
    ("Watch", "event"): "event",
    ("Visit", "asks"): "event to ask for",
    ("Visit", "items"): "item",
    ("Watch", "items"): "item",
    ("Visit", "measures"): "measure",
    ("Estimand", "variable"): "criterion",
    ("CriterionRule", "criterion"): "criterion",
    ("RangeRule", "of"): "subject",
    ("WindowRule", "of"): "subject",
    ("PresenceRule", "of"): "subject",
    ("WashoutRule", "drugs"): "drug",
    ("PresenceRule", "drugs"): "drug",
    ("DrugUse", "drug"): "drug",
    ("Taper", "drug"): "drug",
    ("Watch", "stopped"): "drug",
    ("WashoutRule", "routes"): "route",
    ("PresenceRule", "routes"): "route",
    ("Watch", "categories"): "ILAR category",
    **{(rule, "categories"): "ILAR category" for rule in RULES},
    **{(rule, "diagnoses"): "disease" for rule in RULES},
}
"""Where an id stands, and what it is the id of."""


def reference_problems(protocol: Protocol, values: Values) -> Iterator[KeyProblem]:
    """Ids that do not exist, ids that stand twice, and ids that exist and do not fit."""
    known = _known(protocol)
    for path, value in values:
        for field in fields(value):
            kind = "source" if field.name == "source" else NAMED.get((type(value).__name__, field.name), "")
            if kind:
                yield from _unknown(getattr(value, field.name), (*path, field.name), kind, known[kind])
    yield from _repeated(values)
    yield from _misfits(protocol, values)


def _known(protocol: Protocol) -> dict[str, frozenset[str]]:
    from leadline.measures import MEASURES

    events = frozenset(event.id for event in protocol.safety.events)
    return {
        "source": frozenset(source.id for source in protocol.sources),
        "visit": frozenset(visit.id for visit in protocol.schedule.visits),
        "role": frozenset(role.id for role in protocol.roles),
        "event": events | {""},  # a watch need not belong to one
        "event to ask for": events | {ALL_EVENTS},
        "item": frozenset(ITEMS),
        "measure": frozenset(MEASURES),
        "criterion": rule_criteria(),
        "subject": known_subjects(),
        "drug": known_drugs(),
        "route": frozenset(_choices(MEDICATIONS_TABLE, "route")),
        "ILAR category": frozenset(_choices(PATIENTS, "ilar_category")),
        "disease": frozenset(protocol.diagnoses),
    }


def _choices(table: Any, column_id: str) -> tuple[str, ...]:
    column = table.column(column_id)
    return column.choices if column is not None else ()


def _unknown(named: Any, path: KeyPath, kind: str, known: frozenset[str]) -> Iterator[KeyProblem]:
    listed = (
        [(path, named)] if isinstance(named, str) else [((*path, at), one) for at, one in enumerate(named)]
    )
    for where, name in listed:
        if name not in known:
            near = nearest(name, known)
            hint = f"; did you mean '{near}'?" if near else ""
            yield KeyProblem(where, f"'{name}'", f"the id of {_a(kind)} that exists{hint}")


def _a(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeioI' else 'a'} {kind}"


def _repeated(values: Values) -> Iterator[KeyProblem]:
    """An id that two sources, visits, roles, events, objectives or rules share: an amendment could not be told."""
    seen: dict[tuple[str, str], KeyPath] = {}
    for path, value in values:
        name = getattr(value, "id", None)
        if name is None or not path:
            continue
        kind = "rule" if type(value).__name__ in RULES else type(value).__name__
        if (kind, name) in seen:
            yield KeyProblem((*path, "id"), f"'{name}' again", "an id of its own")
        seen[kind, name] = path


def _misfits(protocol: Protocol, values: Values) -> Iterator[KeyProblem]:
    for at, objective in enumerate(protocol.objectives):
        path: KeyPath = ("objectives", at, "estimand")
        diagnosis, variable = objective.estimand.diagnosis, objective.estimand.variable
        if diagnosis not in protocol.diagnoses:
            yield KeyProblem((*path, "diagnosis"), f"'{diagnosis}'", "one of the protocol's `diagnoses`")
        about = criterion_diagnoses(variable)
        if about and diagnosis not in about:
            yield KeyProblem(
                (*path, "variable"), f"'{variable}' for {diagnosis}", "a criterion of that disease"
            )
    for path, rule in values:
        if isinstance(rule, CriterionRule):
            yield from _criterion_misfit(path, rule, protocol.diagnoses)
    if class_of(protocol.taper.drug) not in ("", "glucocorticoid"):
        yield KeyProblem(("taper", "drug"), f"'{protocol.taper.drug}'", "a glucocorticoid")


def _criterion_misfit(path: KeyPath, rule: CriterionRule, diagnoses: Iterable[str]) -> Iterator[KeyProblem]:
    about = criterion_diagnoses(rule.criterion)
    if about and not set(rule.diagnoses or diagnoses) <= set(about):
        found = f"'{rule.criterion}', which is about {' and '.join(about)}"
        yield KeyProblem((*path, "criterion"), found, f"`diagnoses` of these only: {', '.join(about)}")
