"""An invented randomised trial of a few children whose standing can be worked out by hand."""

from __future__ import annotations

import csv
from datetime import date, timedelta

from tests.trial.monitoring.small_trial import BEFORE, BETTER, ITEMS, WORSE

DESIGN = """\
title: Two small baskets, one with controls
protocol: msc_iv_paediatric
baskets:
  - {id: jia, name: Arthritis, responder: acr_pedi.acr70, null_rate: 0.2, target_rate: 0.6, looks: [2, 3],
     control: {looks: [1, 2], rates: [0.1, 0.4]}}
  - {id: csle, name: Lupus, responder: sri4, null_rate: 0.4, target_rate: 0.8, looks: [1, 2]}
borrowing: {model: none}
efficacy: {posterior: 0.9}
harm: {event: a serious event, counts: serious, limit_rate: 0.3, level: 0.2, expected_rate: 0.05, check: child}
"""

CHILDREN = (
    # child, diagnosis, arm, enrolled, infused, at week 24
    ("T-1", "jia", "msc", "2024-01-01", "2024-01-10", BETTER),
    ("T-2", "jia", "msc", "2024-01-20", "2024-02-01", BETTER),
    ("C-1", "jia", "control", "2024-01-25", "", WORSE),  # its week 24 counts from enrolment
    ("C-2", "jia", "control", "2024-02-10", "", BETTER),
    ("T-3", "jia", "msc", "2024-08-20", "2024-09-01", None),  # its visit is not over on the day of the look
    ("L-1", "sle", "", "", "2024-01-15", None),  # a basket without controls needs no arm
    ("NO-ARM", "jia", "", "2024-01-02", "2024-01-12", BETTER),
    ("OTHER-ARM", "jia", "arm b", "2024-01-02", "2024-01-12", BETTER),
    ("NO-ENROLMENT", "jia", "control", "", "", WORSE),
    ("LATER", "jia", "control", "2025-02-01", "", None),
    ("CELLS-FIRST", "jia", "msc", "2024-03-10", "2024-03-01", BETTER),
    ("WAITING", "jia", "msc", "2024-12-20", "", None),
    ("CONTROL-IN-LUPUS", "sle", "control", "2024-01-02", "", None),
)
EVENTS = (
    ("C-1", "pneumonia", "2024-03-01", "yes", ""),
    ("NO-ARM", "sepsis", "2024-02-01", "yes", "possible"),
)
ON = date(2024, 12, 31)


def write_trial(folder, *, children=CHILDREN, events=EVENTS, infusions=()):
    """The casebook of the children; `infusions` are further ones, as (child, number, day)."""
    tables: dict[str, list[tuple[object, ...]]] = {
        "about": [("key", "value"), ("title", "A small randomised trial"), ("kind", "invented")],
        "patients": [
            ("patient_id", "diagnosis", "ilar_category", "protocol_id", "protocol_version", "enrolled_date",
             "assigned_arm"),
            *((code, disease, "poly_rf_neg" if disease == "jia" else "", "msc_iv_paediatric", "1.0", enrolled, arm)
              for code, disease, arm, enrolled, *_ in children),
        ],
        "infusions": [
            ("patient_id", "infusion_no", "infusion_start", "route", "status"),
            *((code, 1, infused, "iv", "completed") for code, _, _, _, infused, _ in children if infused),
            *((code, number, day, "iv", "completed") for code, number, day in infusions),
        ],
        "medications": [
            ("patient_id", "drug_text", "route", "dose", "dose_unit", "frequency", "start_date", "ongoing", "as_of"),
            *((code, "methotrexate", "po", 15, "mg", "weekly", "2022-01-01", "yes", "2024-12-31")
              for code, *_ in children),
        ],
        "visits": [
            ("patient_id", "visit_uid", "visit_date", "adverse_events_assessed", "ae_asked_since", "list_used", *ITEMS),
            *(row for child in children for row in _visits(*child)),
        ],
        "adverse_events": [("patient_id", "term_text", "start_date", "serious", "relation_msc"), *events],
    }  # fmt: skip
    folder.mkdir()
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
    return folder


def _visits(code, disease, arm, enrolled, infused, at_week_24):
    zero = infused if arm != "control" else enrolled
    if not zero or disease != "jia":
        return
    day_0 = date.fromisoformat(zero)
    yield code, f"{code}-0", (day_0 - timedelta(days=5)).isoformat(), "", "", "71", *BEFORE
    if at_week_24:
        on = (day_0 + timedelta(days=168)).isoformat()
        yield code, f"{code}-24", on, "yes", zero, "71", *at_week_24
