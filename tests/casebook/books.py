"""Small casebooks written for one test."""

from pathlib import Path

PATIENTS = "patient_id,birth_date,diagnosis\nCHILD-01,2010-05,jia\n"
INFUSIONS = "patient_id,infusion_no,infusion_start\nCHILD-01,1,2019-03-14\n"


def book(folder: Path, **tables: str) -> Path:
    """One child, infused on 2019-03-14, with the tables given as CSV; a table given as "" is left out."""
    for name, text in ({"patients": PATIENTS, "infusions": INFUSIONS} | tables).items():
        if text:
            (folder / f"{name}.csv").write_text(text.replace("\n    ", "\n").strip() + "\n", encoding="utf-8")
    return folder


def problems_of(path: Path) -> list[tuple[str, int | None, str, str]]:
    """Where each problem is and what was found there."""
    from leadline.casebook import check_casebook

    return [(p.table, p.row, p.column, p.found) for p in check_casebook(path).problems]
