"""Whether the children of a casebook are treated by this protocol, and by this version of it."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from leadline.casebook import Casebook
from leadline.casebook.case import Case
from leadline.casebook.reading import ROW
from leadline.errors import OtherProtocol
from leadline.protocol.adherence.findings import Result
from leadline.protocol.protocol import Protocol

MOST_NAMED = 8


def check_membership(protocol: Protocol, casebook: Casebook) -> None:
    """Raises OtherProtocol if a child's row names another protocol, or another version of this one."""
    rows = casebook.tables["patients"].select(ROW, "patient_id", "protocol_id", "protocol_version")
    others = rows.filter(
        (pl.col("protocol_id") != protocol.id)
        | ((pl.col("protocol_id") == protocol.id) & (pl.col("protocol_version") != protocol.version))
    )
    if others.is_empty():
        return
    named = [
        f"row {row}: {child} is treated by {its_id} {version or '(version not recorded)'}"
        for row, child, its_id, version in others.head(MOST_NAMED).iter_rows()
    ]
    more = [f"... and {others.height - MOST_NAMED} more"] if others.height > MOST_NAMED else []
    one = others.height == 1
    whom = f"{others.height} {'child is' if one else 'children are'}"
    said = f"Casebook {casebook.name}, table patients: {whom} treated by another protocol than {protocol.id} "
    raise OtherProtocol(
        "\n".join([f"{said}{protocol.version}:", *named, *more]),
        hint="check these children against their own version, or correct protocol_id and protocol_version",
    )


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
