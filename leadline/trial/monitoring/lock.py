"""The lock: what was fixed before the first child, in one file that shows every later change.

It holds the design, the protocol and the rules as values, with a hash of each and one over all of them. The values
stand there so that a refusal can say what differs, and the hashes so that an edited lock is seen.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import leadline
from leadline.errors import LockDiffers, LockInvalid, OutputExists
from leadline.measures import MEASURES
from leadline.measures.explanation import explain
from leadline.protocol.reading import protocol_adapter
from leadline.trial.operating import Trial
from leadline.trial.posterior import sufficient_counts
from leadline.trial.reading import design_adapter
from leadline.verdicts.judging import RULE_SETS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from leadline.trial.monitoring.plan import Plan

FORMAT = 1
SECTIONS = ("design", "protocol", "rules", "decisions")
DEFINING = ("items", "rule", "missing", "cut_offs", "important_change")
"""What of a measure's explanation can change a result."""
MOST_DIFFERENCES = 10


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock as it was read. `sha256` is over all of it; `hashes` has one a section."""

    sha256: str
    leadline: str
    hashes: Mapping[str, str]
    sections: Mapping[str, Any]


def lock_values(plan: Plan) -> dict[str, Any]:
    """The lock of a plan, as plain values in their order."""
    sections = {
        "design": design_adapter().dump_python(plan.design, mode="json"),
        "protocol": protocol_adapter().dump_python(plan.protocol, mode="json"),
        "rules": _rules(plan),
        "decisions": _decisions(plan),
    }
    values = {
        "lock": "leadline trial",
        "format": FORMAT,
        "leadline": leadline.__version__,
        "title": plan.design.title,
        "protocol_id": plan.protocol.id,
        "protocol_version": plan.protocol.version,
        "hashes": {name: digest(section) for name, section in sections.items()},
        **sections,
    }
    return {**values, "sha256": digest(values)}


def write_lock(plan: Plan, path: Path, *, replace: bool = False) -> str:
    """Write the lock whole or not at all, and give its hash. Raises OutputExists unless it may replace a file."""
    values = lock_values(plan)
    text = json.dumps(values, indent=1, ensure_ascii=False) + "\n"
    part = path.with_name(path.name + ".part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        if replace:
            part.replace(path)
        else:
            _place(part, path)
    except OSError as error:
        raise OutputExists(
            f"{path.name}: cannot be written ({error.strerror})", hint="Name a folder that exists."
        ) from None
    finally:
        part.unlink(missing_ok=True)
    return str(values["sha256"])


def _place(part: Path, path: Path) -> None:
    """Put the written file in its place, unless there is one: a hard link is made or refused in one step."""
    try:
        path.hardlink_to(part)
    except FileExistsError:
        raise OutputExists(
            f"{path.name}: found a file; a lock is never written over in silence",
            hint="Name another file with --out, or say --force if no child has been treated by the old one.",
        ) from None


def read_lock(path: Path) -> Lock:
    """A lock file. Raises LockInvalid if it is none, or if it was edited: then it says which part."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise LockInvalid(
            f"{path.name}: no such file", hint="Make it with `leadline trial freeze`."
        ) from None
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        line = f", line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise LockInvalid(f"{path.name}{line}: not a lock (no JSON)", hint=HINT) from None
    if (
        not isinstance(values, dict)
        or values.get("lock") != "leadline trial"
        or values.get("format") != FORMAT
    ):
        raise LockInvalid(f"{path.name}: found no lock of format {FORMAT}", hint=HINT)
    if edited := list(_edited(values)):
        raise LockInvalid(f"{path.name}: edited after it was made: {', '.join(edited)}", hint=HINT)
    return Lock(
        values["sha256"],
        values["leadline"],
        values["hashes"],
        {name: values[name] for name in SECTIONS},
    )


HINT = "Take the file as `leadline trial freeze` wrote it; nothing was monitored."


def _edited(values: Mapping[str, Any]) -> Iterator[str]:
    """The parts that their hashes do not fit; the hash over all when every part fits its own."""
    hashes = values.get("hashes")
    if not isinstance(hashes, dict):
        yield "the hashes"
        return
    wrong = [name for name in SECTIONS if name not in values or hashes.get(name) != digest(values[name])]
    yield from (f"the {name}" for name in wrong)
    whole = {name: value for name, value in values.items() if name != "sha256"}
    if not wrong and values.get("sha256") != digest(whole):
        yield "the hashes, the version or the title"


def check_lock(lock: Lock, plan: Plan, *, name: str) -> None:
    """Refuse a design, protocol or rules other than those of the lock. Raises LockDiffers, which says what differs."""
    now = lock_values(plan)
    found = [
        f"{section}{line}"
        for section in SECTIONS
        if lock.hashes[section] != now["hashes"][section]
        for line in differences(lock.sections[section], now[section])
    ]
    if not found:
        return
    more = len(found) - MOST_DIFFERENCES
    lines = [*found[:MOST_DIFFERENCES], *([f"... and {more} more"] if more > 0 else [])]
    raise LockDiffers(
        "\n".join([f"{name}: not what was frozen:", *lines]),
        hint="Monitor with the frozen design and protocol; a change is an amendment, with a lock of its own.",
    )


def differences(frozen: Any, found: Any, path: str = "") -> Iterator[str]:
    """Each value that is not the same, as `.baskets[0].null_rate: frozen 0.2, found 0.25`."""
    if isinstance(frozen, dict) and isinstance(found, dict):
        for key in dict.fromkeys((*frozen, *found)):
            yield from differences(frozen.get(key), found.get(key), f"{path}.{key}")
    elif isinstance(frozen, list) and isinstance(found, list) and len(frozen) == len(found):
        for at, (one, other) in enumerate(zip(frozen, found, strict=True)):
            yield from differences(one, other, f"{path}[{at}]")
    elif frozen != found:
        yield f"{path}: frozen {_shown(frozen)}, found {_shown(found)}"


def _shown(value: Any) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


def digest(values: Any) -> str:
    """The sha256 of plain values, whatever the order of their keys and the spaces between them."""
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode("utf-8")).hexdigest()


def _rules(plan: Plan) -> dict[str, Any]:
    """What a chart is judged by: versions of the rule sets, parameters, definitions and the drugs' classes."""
    from leadline.casebook.drugs import catalogue

    return {
        "rule_sets": dict(RULE_SETS),
        "parameters": dict(plan.parameters.shown()),
        "criteria": [basket.responder for basket in plan.design.baskets],
        "measures": _definitions(plan),
        "drugs": digest([str(drug) for drug in catalogue()]),
    }


def _definitions(plan: Plan) -> dict[str, str]:
    """Each measure of the baskets' diseases, and the hash of what it takes and computes."""
    diseases = {estimand.diagnosis for estimand in plan.estimands}
    return {
        name: digest({key: lines for key, lines in explain(measure).items() if key in DEFINING})
        for name, measure in sorted(MEASURES.items())
        if diseases.intersection(measure.diseases)
    }


def _decisions(plan: Plan) -> dict[str, Any]:
    """What the engine makes of the rules: the events that stop for harm, a list for each harm rule, and responders that
    suffice alone; of a basket with controls none do, as it depends on theirs."""
    design = plan.design
    boundaries = Trial(design).harm_boundaries
    alone = zip(sufficient_counts(design), design.baskets, strict=True)
    return {
        "sufficient_without_borrowing": [None if basket.control else count for count, basket in alone],
        "harm_events": [list(boundary.events) for boundary in boundaries],
        "harm_checks": [list(boundary.checks) for boundary in boundaries],
    }
