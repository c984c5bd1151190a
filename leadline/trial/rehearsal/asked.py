"""What a rehearsal is asked for, as values that go to every worker, and what is made of them there, once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import leadline
from leadline.errors import RehearsalInvalid
from leadline.protocol.reading import find_protocol, parse_protocol
from leadline.trial.monitoring.plan import Plan, join
from leadline.trial.operating import Trial
from leadline.trial.reading import find_design, parse_design, read_text
from leadline.trial.rehearsal.intercurrent import Happening, death_harms, parse_rates
from leadline.trial.rehearsal.responders import responder
from leadline.trial.rehearsal.setting import Setting, setting_of
from leadline.trial.rehearsal.truth import Truth, parse_supply, parse_truth, read_rate
from leadline.trial.scenarios import Scenario

if TYPE_CHECKING:
    from leadline.trial.design import Design


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything that the result of a rehearsal depends on, with its number.

    design, protocol  texts of the two files; `design_name` and `protocol_name` are used in messages
    truth             as given: `null`, `target`, or a rate for every basket
    harm_rate         of every basket, or as given: one for each; None for the design's expected rate
    children          as given: how many come; empty for as many as the design takes
    missing           share of visits with which something goes wrong
    intercurrent      as given: rates of intercurrent events; empty for none
    """

    design: str
    design_name: str
    protocol: str
    protocol_name: str
    truth: str
    harm_rate: float | str | None
    children: str
    missing: float
    seed: int
    intercurrent: str = ""

    def fingerprint(self) -> str:
        """Of all of it and of this version: rehearsals of another one are other rehearsals."""
        values = asdict(self)
        if (
            not self.intercurrent
        ):  # as it was before these events could be asked for: such rehearsals can be gone on with
            del values["intercurrent"]
        text = json.dumps([leadline.__version__, values], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def ask(
    path: str | Path,
    *,
    truth: str,
    children: str = "",
    missing: float = 0.0,
    seed: int = 1,
    harm_rate: float | str | None = None,
    intercurrent: str = "",
) -> Asked:
    """Read the design and its protocol, and refuse before any work what cannot be played.

    raises DesignInvalid, ProtocolInvalid, RehearsalInvalid
    """
    place = find_design(str(path))
    text = read_text(place)
    design = parse_design(text, name=place.name)
    if not design.protocol:
        raise RehearsalInvalid(
            f"{place.name}: no key 'protocol'; charts are made after the visits that a protocol plans",
            hint="Add `protocol: msc_iv_paediatric`, or a path beside the design.",
        )
    if not 0 <= missing < 1:
        raise RehearsalInvalid(f"--missing: found {missing:g}; takes a share from 0 to below 1")
    beside = place.parent / design.protocol
    file = find_protocol(beside if beside.is_file() else design.protocol)
    asked = Asked(
        text,
        place.name,
        file.read_text("utf-8"),
        file.name,
        truth,
        _plain(harm_rate),
        children,
        missing,
        seed,
        intercurrent,
    )
    prepared(asked)
    return asked


def _plain(harm_rate: float | str | None) -> float | str | None:
    """A text that is one rate as that rate: the same rehearsals, whoever asks."""
    one = read_rate(harm_rate) if isinstance(harm_rate, str) else None
    return harm_rate if one is None else one


class Prepared:
    """The design, its protocol and its decisions, ready to play; made once in each process."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        design = parse_design(asked.design, name=asked.design_name)
        self.plan: Plan = join(design, parse_protocol(asked.protocol, name=asked.protocol_name)[0])
        self.trial = Trial(design)
        self.truth: Truth = parse_truth(asked.truth, design, harm_rate=asked.harm_rate)
        self.supply = parse_supply(asked.children, design)
        self.responders = tuple(responder(basket.responder) for basket in design.baskets)
        rates = parse_rates(asked.intercurrent)
        self.settings: tuple[Setting, ...] = tuple(
            setting_of(self.plan, estimand, missing=asked.missing, rates=rates)
            for estimand in self.plan.estimands
        )
        harms = design.harm is not None and death_harms(design.harm.counts)
        self.happening = Happening(rates, self.settings, self.plan.estimands, harms)

    @property
    def design(self) -> Design:
        """The design itself."""
        return self.plan.design

    @property
    def closes(self) -> tuple[int, ...]:
        """The last day of each basket's deciding window."""
        return tuple(window.last for window in self.plan.windows)

    @cached_property
    def scenario(self) -> Scenario:
        """What is true of the children counted, by the estimands: what the exact operating characteristics take."""
        told, happening = self.truth.scenario(), self.happening
        if not happening.rates:
            return told
        controls = told.control_rates
        return Scenario(
            told.name,
            tuple(happening.response_rate(at, rate) for at, rate in enumerate(told.rates)),
            tuple(map(happening.harm_rate, self.truth.harm_rates)),
            None if controls is None else tuple(map(happening.response_rate, count(), controls)),
        )

    @cached_property
    def fewest_to_stop(self) -> tuple[int, ...]:
        """Events with which each harm rule can stop at all."""
        return tuple(
            min((x for n, x in enumerate(rule.events, start=1) if x <= n), default=len(rule.events) + 1)
            for rule in self.trial.harm_boundaries
        )


@lru_cache(maxsize=4)
def prepared(asked: Asked) -> Prepared:
    """The same for the same values, so that a process reads a design and builds its tables once."""
    return Prepared(asked)
