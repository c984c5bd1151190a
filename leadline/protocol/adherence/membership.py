"""Whether the children of a casebook are treated by this protocol, and by this version of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from leadline.casebook import Casebook
from leadline.casebook.case import Case
from leadline.errors import OtherProtocol
from leadline.protocol.adherence.findings import Result
from leadline.protocol.protocol import Protocol

MOST_NAMED = 8


def names_another(case: Case, protocol: Protocol) -> bool:
    """Whether the child's row names another protocol, or another version. A version other than this one excludes this
    protocol even where the row names none: it is another version of it, or a version of another."""
    its_id, version = case.patient.get("protocol_id"), case.patient.get("protocol_version")
    return its_id not in (None, protocol.id) or version not in (None, protocol.version)


def check_membership(protocol: Protocol, cases: Iterable[Case], *, casebook: str = "") -> None:
    """Raises OtherProtocol if a child's row names another protocol, or another version of this one.

    casebook  its name, for the message
    """
    others = [case for case in cases if names_another(case, protocol)]
    if not others:
        return
    named = [f"{case.patient_id} is treated by {_treated_by(case)}" for case in others[:MOST_NAMED]]
    more = [f"... and {len(others) - MOST_NAMED} more"] if len(others) > MOST_NAMED else []
    where = f"Casebook {casebook}, table patients" if casebook else "Table patients"
    whom = f"{len(others)} {'child is' if len(others) == 1 else 'children are'}"
    said = f"{where}: {whom} treated by another protocol than {protocol.id} {protocol.version}:"
    raise OtherProtocol(
        "\n".join([said, *named, *more]),
        hint="hold these children against their own version, or correct protocol_id and protocol_version",
    )


def _treated_by(case: Case) -> str:
    its_id, version = case.patient.get("protocol_id"), case.patient.get("protocol_version")
    return f"{its_id or '(protocol not recorded)'} {version or '(version not recorded)'}"


def under_protocol(case: Case, protocol: Protocol) -> Result:
    """Met if the child's row names this protocol and this version; indeterminate if it does not say."""
    named = case.patient.get("protocol_id"), case.patient.get("protocol_version")
    return "met" if named == (protocol.id, protocol.version) else "indeterminate"


def membership_notices(protocol: Protocol, casebook: Casebook) -> Iterator[str]:
    """What the reader should know of children whose row does not name the protocol, or its version."""
    patients = casebook.tables["patients"]
    no_protocol = pl.col("protocol_id").is_null()
    no_version = pl.col("protocol_version").is_null() & ~no_protocol
    for where, what in ((no_protocol, "a protocol"), (no_version, "a version of the protocol")):
        silent = patients.filter(where)["patient_id"].to_list()
        if silent:
            shown = ", ".join(silent[:MOST_NAMED]) + (", ..." if len(silent) > MOST_NAMED else "")
            yield (
                f"The rows of {len(silent)} of {patients.height} children do not name {what} ({shown}): whether they "
                f"were treated by {protocol.id} {protocol.version} is not known. What follows holds them against it "
                "all the same."
            )
