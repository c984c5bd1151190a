"""An invented trial of a few children whose standing can be worked out by hand."""

from __future__ import annotations

import csv
from datetime import date, timedelta

DESIGN = """\
title: Two small baskets
protocol: msc_iv_paediatric
baskets:
  - {id: jia, name: Arthritis, responder: acr_pedi.acr70, null_rate: 0.2, target_rate: 0.6, looks: [2, 4]}
  - {id: csle, name: Lupus, responder: sri4, null_rate: 0.4, target_rate: 0.8, looks: [1, 2]}
borrowing: {model: none}
efficacy: {posterior: 0.9}
harm: {event: a serious event, counts: serious, limit_rate: 0.3, level: 0.2, expected_rate: 0.05, check: child}
"""

ITEMS = (
    "physician_global_0_10", "parent_global_0_10", "chaq_di", "active_joint_count", "limited_joint_count", "esr_mm_h",
)  # fmt: skip
BEFORE, BETTER, WORSE = (6, 7, 1.5, 9, 7, 42), (1, 1, 0.25, 1, 1, 8), (5, 6, 1.25, 8, 6, 40)

CHILDREN = (
    # child, diagnosis, infused, at week 24, asked about adverse events there, further rows
    ("JIA-1", "jia", "2024-01-10", BETTER, True),
    ("JIA-2", "jia", "2024-02-01", BETTER, True),  # with a rescue drug: no response
    ("JIA-3", "jia", "2024-03-01", BETTER, True),  # known after the first two: overrun
    ("JIA-4", "jia", "2024-09-01", None, False),  # its visit is not over on the day of the look
    ("SLE-1", "sle", "2024-01-15", None, False),  # its visit is over and nothing is recorded
    ("MCTD-1", "mctd", "2024-01-20", None, False),  # no basket takes it
    ("JIA-5", "jia", "", None, False),  # not infused
)
ON = date(2024, 12, 31)


def write_trial(folder, *, version="1.0", order=1):
    """The casebook of the children, in their order or turned round."""
    children = CHILDREN[::order]
    tables: dict[str, list[tuple[object, ...]]] = {
        "about": [("key", "value"), ("title", "A small trial"), ("kind", "invented")],
        "patients": [
            ("patient_id", "diagnosis", "ilar_category", "protocol_id", "protocol_version"),
            *((code, disease, "poly_rf_neg" if disease == "jia" else "", "msc_iv_paediatric", version)
              for code, disease, *_ in children),
        ],
        "infusions": [
            ("patient_id", "infusion_no", "infusion_start", "route", "status"),
            *((code, 1, infused, "iv", "completed") for code, _, infused, *_ in children if infused),
        ],
        "medications": [
            ("patient_id", "drug_text", "route", "dose", "dose_unit", "frequency", "start_date", "ongoing", "as_of"),
            *((code, "methotrexate", "po", 15, "mg", "weekly", "2022-01-01", "yes", "2024-12-31")
              for code, *_ in children),
            ("JIA-2", "anakinra", "sc", 100, "mg", "daily", "2024-04-01", "yes", "2024-12-31"),
        ],
        "visits": [
            ("patient_id", "visit_uid", "visit_date", "adverse_events_assessed", "ae_asked_since", "list_used", *ITEMS),
            *(row for child in children for row in _visits(*child)),
        ],
        "adverse_events": [
            ("patient_id", "term_text", "start_date", "serious", "relation_msc"),
            ("JIA-2", "macrophage activation syndrome", "2024-03-30", "yes", "possible"),
            ("JIA-3", "fever", "2024-03-02", "no", "probable"),
        ],
    }  # fmt: skip
    folder.mkdir()
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
    return folder


def _visits(code, disease, infused, at_week_24, asked):
    if not infused or disease != "jia":
        return
    day_0 = date.fromisoformat(infused)
    yield code, f"{code}-0", (day_0 - timedelta(days=5)).isoformat(), "", "", "71", *BEFORE
    if at_week_24:
        on = (day_0 + timedelta(days=168)).isoformat()
        yield code, f"{code}-24", on, "yes" if asked else "", infused, "71", *at_week_24
