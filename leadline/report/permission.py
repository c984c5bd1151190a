"""Whether there is anything to report, and whether it may leave the house: publication needs each child's permission,
or data that are public anyway."""

from __future__ import annotations

from leadline.errors import CasebookWithoutChildren, PublicationNotPermitted
from leadline.verdicts.findings import CaseFindings, Findings

PUBLIC_KINDS = ("published", "invented")
NAMED_AT_MOST = 10


def check_children(findings: Findings) -> None:
    """Raises CasebookWithoutChildren if there is none: shown of none, a report looks as if nothing were found."""
    if not findings.cases:
        raise CasebookWithoutChildren(
            f"Casebook {findings.casebook_name} holds no child: its table patients has no row.",
            hint="enter each child in patients (patient_id, diagnosis), then its visits, medications and infusions, and"
            " in reports what was said of it; `leadline check` counts the rows.",
        )


def check_publication(findings: Findings) -> None:
    """Raises PublicationNotPermitted unless the casebook is published or invented, or every child's record says yes."""
    if dict(findings.about).get("kind") in PUBLIC_KINDS:
        return
    without = [case.case.patient_id for case in findings.cases if not _permitted(case)]
    if not without:
        return
    named = ", ".join(without[:NAMED_AT_MOST]) + (", ..." if len(without) > NAMED_AT_MOST else "")
    raise PublicationNotPermitted(
        f"Table patients, column publication_permission: not `yes` for {len(without)} of {len(findings.cases)} children"
        f" ({named}).",
        hint="record the permission, or make a report for the team alone: --internal.",
    )


def words_as_written(findings: Findings) -> int:
    """How many adverse events a report for others calls as the chart does: whoever sends it must see that no name is
    among those words. None where the data are public or invented."""
    if dict(findings.about).get("kind") in PUBLIC_KINDS:
        return 0
    return sum(len(case.case.adverse_events) for case in findings.cases if not case.case.invented)


def _permitted(case: CaseFindings) -> bool:
    return case.case.invented or case.case.patient.get("publication_permission") == "yes"
