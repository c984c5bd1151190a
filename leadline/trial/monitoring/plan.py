"""What a trial is monitored by: its design, its protocol, and the one estimand that each basket is joined to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from leadline.errors import DesignInvalid
from leadline.protocol.estimands import Level
from leadline.protocol.reading import read_protocol, shipped_protocols
from leadline.trial.reading import read_design
from leadline.verdicts.criteria import criterion_diagnosis
from leadline.verdicts.parameters import Parameters, Window

if TYPE_CHECKING:
    from leadline.protocol.estimands import Estimand
    from leadline.protocol.protocol import Protocol
    from leadline.trial.design import Basket, Design

HINT = "A basket is joined to the one primary estimand of the protocol whose variable is its responder."


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that was fixed before the first child.

    estimands   one a basket, in the design's order
    windows     one a basket: the days in which the estimand's visit lies
    parameters  of the verdicts
    """

    design: Design
    protocol: Protocol
    estimands: tuple[Estimand, ...]
    windows: tuple[Window, ...]
    parameters: Parameters

    def basket_of(self, diagnosis: str) -> int | None:
        """The position of the basket that takes children of a diagnosis."""
        return next((at for at, one in enumerate(self.estimands) if one.diagnosis == diagnosis), None)


def read_plan(path: str | Path) -> Plan:
    """The design of a file with its protocol: a shipped one by its id, or a file beside the design.

    raises DesignInvalid, ProtocolInvalid
    """
    design = read_design(path)
    return join(design, named_protocol(design, path))


def named_protocol(design: Design, path: str | Path) -> Protocol:
    """The protocol that a design names: a shipped one by its id, or a file beside the design's, which is at the path.

    raises DesignInvalid, ProtocolInvalid
    """
    if not design.protocol:
        raise DesignInvalid(
            f"{Path(path).name}: no key 'protocol'; a design that is frozen or monitored names its protocol",
            hint=f"Add `protocol:` with a path beside the design, or one of {', '.join(shipped_protocols())}.",
        )
    beside = Path(path).parent / design.protocol
    return read_protocol(beside if beside.is_file() else design.protocol)


def join(design: Design, protocol: Protocol) -> Plan:
    """Each basket with its estimand.

    raises DesignInvalid, which names every basket that has none or shares one
    """
    problems: list[str] = []
    estimands = []
    for at, basket in enumerate(design.baskets):
        found = _estimands_for(basket, protocol)
        if len(found) == 1:
            estimands.append(found[0])
        else:
            problems.append(_unjoined(at, basket, protocol, len(found)))
    diagnoses = [estimand.diagnosis for estimand in estimands]
    problems += [
        f"baskets: {diagnoses.count(name)} for children with {name}; takes one basket for each diagnosis"
        for name in dict.fromkeys(diagnoses)
        if diagnoses.count(name) > 1
    ]
    if problems:
        raise DesignInvalid("\n".join([f"{design.title}:", *problems]), hint=HINT)
    windows = tuple(_window(estimand, protocol) for estimand in estimands)
    return Plan(design, protocol, tuple(estimands), windows, _parameters(protocol))


def _estimands_for(basket: Basket, protocol: Protocol) -> list[Estimand]:
    diagnosis = criterion_diagnosis(basket.responder)
    return [
        objective.estimand
        for objective in protocol.objectives
        if objective.level is Level.PRIMARY
        and objective.estimand.variable == basket.responder
        and objective.estimand.diagnosis == diagnosis
    ]


def _unjoined(at: int, basket: Basket, protocol: Protocol, found: int) -> str:
    primary = [each.estimand for each in protocol.objectives if each.level is Level.PRIMARY]
    has = ", ".join(f"{one.variable} ({one.diagnosis})" for one in primary)
    many = f"{found} primary estimands" if found else "no primary estimand"
    return (
        f"baskets[{at}].responder: found '{basket.responder}', for which the protocol {protocol.id} "
        f"{protocol.version} has {many}; takes one of {has}"
    )


def _window(estimand: Estimand, protocol: Protocol) -> Window:
    visit = protocol.schedule.visit(estimand.visit)
    if visit is None:
        raise DesignInvalid(
            f"{protocol.id} {protocol.version}: the estimand of {estimand.variable} is assessed at the visit "
            f"'{estimand.visit}', which the schedule does not have",
            hint="`leadline protocol check` names every contradiction of a protocol.",
        )
    return Window(visit.id, visit.title, visit.day, visit.first, visit.last)


def _parameters(protocol: Protocol) -> Parameters:
    """Those of the verdicts, with the protocol's own limit for a rise of the glucocorticoid where it states one."""
    limit = protocol.rescue.glucocorticoid_rise.above
    return Parameters() if limit is None else Parameters(glucocorticoid_rise_mg_kg_day=limit)
