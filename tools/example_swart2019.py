"""The casebook of Swart 2019: six children with JIA, from the rows of tools/published/.

What is a day, a week or a three-month episode in the paper stays one: no day is chosen within an episode. Doses that
differ from one episode to the next changed on some day of the later one. What was not published stays empty.
"""

import re

from tools.rows import Casebook, Row, about, published

PAPER = "Swart 2019, doi:10.1093/rheumatology/kez157"
TABLE_2 = f"{PAPER}, Table 2"
ABSTRACT = f"{PAPER}, abstract"

PERIODS = {"-3-0": "M-3..D-1", "0-3": "D0..M3", "3-6": "M3..M6", "6-9": "M6..M9", "9-12": "M9..M12"}
"""Episodes of the table, in order, as days counted from the first infusion."""

LAST_PERIOD = "9-12"

FIRST_DAY, LAST_DAY = "D-91", "D365"
"""The ends of the months that the table covers: 3 before and 12 after infusion. A bare M12 would be a rounding."""

FREQUENCIES = {"mg/day": "daily", "mg/week": "weekly", "mg per 10 days": "q10d"}


def swart2019_casebook() -> Casebook:
    """Every table of the casebook, each row with its source."""
    children = [f"{number}" for number in range(1, 7)]
    return {
        "about": _about(),
        "patients": [_patient(child) for child in children],
        "visits": [visit for child in children for visit in _periods_asked(child)],
        "medications": [course for child in children for course in _courses(child)],
        "infusions": [infusion for child in children for infusion in _infusions(child)],
        "adverse_events": [_adverse_event(row) for row in published("paed_swart2019_events")],
        "reports": _reports(),
    }


def _about() -> list[Row]:
    facts = about(
        {
            "title": "Six children with refractory JIA given bone-marrow MSC",
            "kind": "published",
            "source": "Swart JF et al. Rheumatology (Oxford) 2019;58(10):1812-1817",
            "doi": "10.1093/rheumatology/kez157",
            "data_cutoff": "12 months after the first infusion",
            "study_design": "prospective, open label, one arm (phase Ib, NTR4146)",
            "centres": "one",
            "setting": "clinic in the Netherlands",
            "inclusion": "JIA with active arthritis after failure of methotrexate, corticosteroids and all biologics"
            " registered for the diagnosis",
            "notice": "Published data, copied from the abstract and Table 2 of the paper. Scores of single children"
            " were not published; what is empty here was not read there.",
        },
        note=ABSTRACT,
    )
    return [*facts, *(_group_result(*result) for result in _group_results())]


def _group_results() -> list[tuple[str, str]]:
    """What was printed for all six together, and where."""
    scores = [
        (
            f"{row['measure']} {row['baseline']} before, {row['week_8']} at week 8 ({row['unit']}, n = {row['n']})",
            f"{ABSTRACT}; which average is not stated",
        )
        for row in published("paed_swart2019_outcomes")
        if row["baseline"]
    ]
    rates = [(_rate(row), TABLE_2) for row in published("paed_swart2019_incidence")]
    return [
        *scores,
        ("Fewer clinically active joints at week 8 in 4 of 6", f"{PAPER}, as quoted in a news summary"),
        *rates,
        ("Median disease duration 9.2 years", ABSTRACT),
        ("All six had failed methotrexate, corticosteroids and a median of five biologics", ABSTRACT),
        ("No acute infusion reaction", ABSTRACT),
    ]


def _rate(row: dict[str, str]) -> str:
    events = {"SAE": "Serious adverse events", "AE": "Other adverse events"}[row["event_class"]]
    period = {"pre": "before", "post": "after"}[row["period"]]
    return (
        f"{events} {period} infusion: {row['n_events']} in {row['person_months']} person-months"
        f" ({row['printed_incidence_per_person_month']} a month, p = {row['printed_p_value']})"
    )


def _group_result(value: str, note: str) -> Row:
    return {"key": "group_result", "value": value, "note": note}


def _sourced(child: str, source_ref: str = TABLE_2) -> Row:
    return {"patient_id": f"SWART-{child}", "source_kind": "outside_record", "source_ref": source_ref}


def _patient(child: str) -> Row:
    [row] = published("paed_msc_patients", study="Swart2019", patient_id=child)
    category: Row = {"ilar_category": "systemic"} if row["subtype"] == "systemic-onset" else {}
    source = f"{ABSTRACT}, matched by the MAS event" if category else TABLE_2
    return {
        **_sourced(child, source),
        "diagnosis": "jia",
        **category,
        "last_contact_date": LAST_DAY,
    }


def _periods_asked(child: str) -> list[Row]:
    """The two periods that the paper compares. Adverse events were its primary outcome, counted throughout: these
    rows stand for the periods, not for single contacts, whose days were not published."""
    periods = (("before", "D0", FIRST_DAY), ("after", LAST_DAY, "D0"))
    return [
        {
            **_sourced(child, f"{TABLE_2}: months covered {name} infusion"),
            "visit_uid": f"SWART-{child}-{name.upper()}",
            "visit_date": day,
            "adverse_events_assessed": "yes",
            "ae_asked_since": since,
        }
        for name, day, since in periods
    ]


def _infusions(child: str) -> list[Row]:
    [row] = published("paed_msc_patients", study="Swart2019", patient_id=child)
    source = (
        f"{TABLE_2}; one infusion inferred from three children having two (D04)" if child == "6" else TABLE_2
    )
    return [
        {
            **_sourced(child, source),
            "infusion_no": number,
            "infusion_start": "D0" if week == "0" else f"W{week}",
            "route": "iv",
            "product_name": "allogeneic bone-marrow MSC",
            "cell_type": "MSC",
            "tissue_source": "bone_marrow",
            "donor": "unknown",  # allogeneic; whether related is not stated, and the codes ask that
            "dose_cells_per_kg": row["msc_dose_million_per_kg"],
            "country": "NLD",
            "regulatory_basis": "trial",
            "decided_by": "trial",
            "status": "completed",
        }
        for number, week in enumerate(row["infusion_weeks"].split(";"), start=1)
    ]


def _adverse_event(row: dict[str, str]) -> Row:
    source = f"{TABLE_2}; {row['note']}" if row["note"] else TABLE_2
    return {
        **_sourced(row["patient_id"], source.replace("see discrepancies.csv D01", "disagreement D01")),
        "uid": row["event_id"],
        "term_text": row["event_term"],
        "start_date": PERIODS[row["episode"]],
        "serious": "yes" if row["event_class"] == "SAE" else "no",
    }


def _courses(child: str) -> list[Row]:
    rows = published("paed_swart2019_therapy", patient_id=child)
    background = [row for row in rows if row["event_kind"] == "background"]
    drugs = dict.fromkeys(row["drug"] for row in background)
    courses = [
        *_stopped_biologic(child),
        *(course for drug in drugs for course in _steps([row for row in background if row["drug"] == drug])),
        *(
            course
            for row in rows
            if row["event_kind"] == "new immunosuppressant"
            for course in _new_drug(row)
        ),
        *(_injection(row) for row in rows if row["event_kind"] == "rescue"),
    ]
    return [{**_sourced(child), **course} for course in courses]


def _stopped_biologic(child: str) -> list[Row]:
    """The biologic given up before infusion: its stop by week, its start not published. The row of the sixth child is
    cut in the copy read; the abstract and the list of children give it."""
    [row] = published("paed_msc_patients", study="Swart2019", patient_id=child)
    if not row["last_biologic"]:
        return []
    source = ABSTRACT if child == "6" else f"{TABLE_2}, read as last dose or stop"
    return [
        {
            "source_ref": source,
            "drug_text": row["last_biologic"],
            "end_date": f"W{row['last_biologic_stopped_week']}",
            "ongoing": "no",
        }
    ]


def _steps(rows: list[dict[str, str]]) -> list[Row]:
    """One course for each run of episodes with the same dose and route. An episode that prints no route has that of
    the one before. The order of episodes is the table's."""
    runs: list[list[dict[str, str]]] = []
    for row in sorted(rows, key=lambda row: list(PERIODS).index(row["period"])):
        if runs and _same_course(runs[-1][-1], row):
            runs[-1].append({**row, "route": row["route"] or runs[-1][-1]["route"]})
        else:
            runs.append([row])
    following = [run[0]["period"] for run in runs[1:]]
    return [_step(run, until) for run, until in zip(runs, [*following, ""], strict=True)]


def _same_course(one: dict[str, str], other: dict[str, str]) -> bool:
    return one["dose_value"] == other["dose_value"] and other["route"] in ("", one["route"])


def _step(run: list[dict[str, str]], until: str) -> Row:
    """A course that changed on some day of the episode `until`; one that ends with the table was still going on."""
    first, last = run[0], run[-1]["period"]
    end: Row
    if until:
        end = {"end_date": PERIODS[until], "ongoing": "no"}
    elif last == LAST_PERIOD:
        end = {"ongoing": "yes", "as_of": PERIODS[last]}
    else:
        end = {"ongoing": "unknown"}  # later episodes do not print it; that it was stopped is not said
    start = "before D0" if first["period"] == "-3-0" else PERIODS[first["period"]]
    notes = dict.fromkeys(row["note"] for row in run if row["note"])
    return {**_dose(first), "source_ref": "; ".join([TABLE_2, *notes]), "start_date": start, **end}


def _dose(row: dict[str, str]) -> Row:
    return {
        "drug_text": row["drug"],
        "route": row["route"],
        "dose": row["dose_value"],
        "dose_unit": "mg" if row["dose_value"] else "",
        "dose_basis": "fixed" if row["dose_value"] else "",
        "frequency": FREQUENCIES.get(row["dose_unit"], ""),
    }


def _new_drug(row: dict[str, str]) -> list[Row]:
    """A drug begun after infusion: by week; a higher dose on some later day within the months of the table."""
    week = f"W{row['start_week']}"
    source = f"{TABLE_2}; {row['note']}" if row["note"] else TABLE_2
    course: Row = {**_dose(row), "source_ref": source, "start_date": week}
    if row["drug"] == "rituximab":  # two infusions, printed as week 28 and week 30
        return [{**course, "frequency": "once", "end_date": week, "ongoing": "no"}]
    later = re.search(r"later (\d+)", row["dose_text"])
    if not later:
        return [{**course, "ongoing": "unknown"}]
    raised = f"{week}..M12"
    return [
        {**course, "end_date": raised, "ongoing": "no"},
        {**course, "dose": later[1], "start_date": raised, "ongoing": "unknown"},
    ]


def _injection(row: dict[str, str]) -> Row:
    week = f"W{row['start_week']}"
    return {
        "source_ref": f"{TABLE_2}; {row['note']}",
        "drug_text": row["drug"],
        "route": "ia",
        "frequency": "once",
        "start_date": week,
        "end_date": week,
        "ongoing": "no",
    }


def _reports() -> list[Row]:
    """No statement of a child or a parent was published. The investigators wrote that four of the six had fewer
    active joints at week 8, without saying which: a claim of improvement that no single chart can be held against,
    so a report about the group. Their scores for the group are in `about`: they are measured, not said, and belong to
    no child."""
    return [
        {
            "children": 4,
            "report_date": "W8",
            "speaker": "clinician",
            "channel": "publication",
            "statement": "in our words: fewer clinically active joints eight weeks after the first infusion",
            "claim": "improved",
            "source_kind": "clinician_statement",
            "source_ref": f"{PAPER}, as quoted in a news summary",
        }
    ]
