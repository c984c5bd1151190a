"""The invented casebook: twelve children who do not exist, so that every finding, attribution and claim occurs.

INV-01 to INV-07 are the worked examples 9.1 to 9.7 of the verdict rules, with the measurements printed there and what
a chart needs around them. INV-08 to INV-12 are ours. Each row says that it is invented.
"""

from leadline.casebook.items import SLEDAI_FINDINGS
from leadline.casebook.joints import JOINTS_67, JOINTS_71
from tools.rows import Casebook, Row, about

OWN = "invented"

CORE_SET = (  # of ACR Pedi, in the order of the worked examples
    "physician_global_0_10",
    "parent_global_0_10",
    "chaq_di",
    "active_joint_count",
    "limited_joint_count",
    "esr_mm_h",
)

NO_ORGAN_INVOLVED = {
    "systemic_features_present": "absent",
    "active_uveitis": "absent",
    "morning_stiffness_min": 0,
}


def invented_casebook() -> Casebook:
    """Every table of the casebook; a table's rows stand in the order of the children."""
    casebook: Casebook = {"about": _about()}
    for child in (
        _a_cure_that_is_an_improvement(),
        _lupus_without_bilag(),
        _mixed_connective_tissue_disease(),
        _no_serious_event_not_asked(),
        _partial_dates(),
        _off_medication(),
        _remission_with_a_gap(),
        _macrophage_activation(),
        _two_organs_better(),
        _lupus_in_lasting_remission(),
        _arthritis_in_lasting_remission(),
        _still_in_follow_up(),
    ):
        for table, rows in child.items():
            casebook.setdefault(table, []).extend(rows)
    return casebook


def _about() -> list[Row]:
    return about(
        {
            "title": "Twelve invented children",
            "kind": "invented",
            "study_design": "retrospective",
            "consecutive": "yes",
            "centres": "none",
            "notice": "Invented children: no row of this casebook is of a real child.",
        },
        note=OWN,
    )


# ---- rows -------------------------------------------------------------------------------------------------------


class _Child:
    """The rows of one child as they are added, each with its code and where it comes from."""

    def __init__(self, number: int, diagnosis: str, /, *, source: str = OWN, **patient: object) -> None:
        self.code = f"INV-{number:02}"
        self.source = source
        self.rows: Casebook = {}
        self._add(
            "patients", diagnosis=diagnosis, publication_permission="yes", consent_kind="parent", **patient
        )

    def _add(self, table: str, **row: object) -> None:
        given: Row = {"source_kind": "chart", "source_ref": self.source, **row}
        self.rows.setdefault(table, []).append({"patient_id": self.code, **given})

    def infused(self, day: str, **infusion: object) -> None:
        number = len(self.rows.get("infusions", [])) + 1
        product = {"cell_type": "MSC", "tissue_source": "umbilical_cord", "donor": "allogeneic_unrelated"}
        row = {"infusion_no": number, "infusion_start": day, "route": "iv", "status": "completed"}
        self._add("infusions", **{**row, **product, **infusion})

    def seen(self, day: str, **items: object) -> str:
        """A visit with its items; gives its code."""
        code = f"{self.code}-V{len(self.rows.get('visits', [])) + 1}"
        self._add("visits", **{"visit_uid": code, "visit_date": day, "visit_kind": "scheduled", **items})
        return code

    def core_set(self, day: str, *values: float, **items: object) -> str:
        return self.seen(day, list_used="71", **dict(zip(CORE_SET, values, strict=True)), **items)

    def measured(self, visit: str, measure: str, value: object, unit: str, **row: object) -> None:
        """A laboratory result of a visit, as its own observation."""
        result = {
            "visit_uid": visit,
            "measure": measure,
            "value_num": value,
            "unit": unit,
            "rater": "laboratory",
        }
        self._add("observations", **{**result, "source_kind": "laboratory", **row})

    def took(self, drug: str, start: str, end: str = "", *, as_of: str = "", **row: object) -> None:
        """A course: with its stop, or still taken on the day `as_of`."""
        going_on = {"ongoing": "yes", "as_of": as_of} if as_of else {"ongoing": "no"} if end else {}
        self._add(
            "medications", **{"drug_text": drug, "start_date": start, "end_date": end, **going_on, **row}
        )

    def said(self, day: str, speaker: str, claim: str, statement: str = "", **row: object) -> None:
        source_kind = {"patient": "patient_statement", "outside_clinic": "outside_record"}.get(
            speaker, "parent_statement"
        )
        report = {
            "report_date": day,
            "speaker": speaker,
            "channel": "visit",
            "statement": statement,
            "claim": claim,
        }
        self._add("reports", **{**report, "source_kind": source_kind, **row})

    def suffered(self, day: str, event: str, **row: object) -> None:
        self._add("adverse_events", term_text=event, start_date=day, **row)

    def examined(self, visit: str, *, swollen: tuple[str, ...], limited: tuple[str, ...]) -> None:
        """Every one of the 71 joints."""
        for joint in JOINTS_71:
            moved = {"limited": _found(joint in limited)} if joint in JOINTS_67 else {}
            state = {"swollen": _found(joint in swollen), "tender": _found(joint in swollen), **moved}
            self._add("joint_counts", visit_uid=visit, joint=joint, assessed="yes", **state)


def _found(present: bool) -> str:
    return "present" if present else "absent"


def _sledai(*present: str) -> Row:
    """All 24 findings: those named present, every other one looked for and absent."""
    return {item.id: _found(item.id.removeprefix("sledai_") in present) for item in SLEDAI_FINDINGS}


def _example(number: str) -> str:
    return f"{OWN} (worked example {number} of the verdict rules)"


# ---- the worked examples ----------------------------------------------------------------------------------------
# A visit and a course are read as rows: they keep their lines.
# fmt: off


def _a_cure_that_is_an_improvement() -> Casebook:
    child = _Child(
        1, "jia", source=_example("9.1"), sex="female", birth_date="D-3400", onset_date="D-1500",
        ilar_category="poly_rf_neg", last_contact_date="D65",
    )
    child.infused("D0", dose_cells_per_kg=1)
    child.core_set("D-12", 6, 7, 1.5, 9, 7, 42, weight_kg=30)
    child.core_set("D60", 3, 3, 0.75, 3, 6, 20, weight_kg=30)
    child.took(
        "adalimumab", "D-400", "D-40", route="sc", dose=40, dose_unit="mg", frequency="q2w",
        stop_reason="lost_effect",
    )
    child.took("prednisone", "D-300", as_of="D65", route="po", dose=5, dose_unit="mg", frequency="daily")
    child.took(
        "abatacept", "D21", as_of="D65", route="iv", dose=10, dose_unit="mg/kg", dose_basis="per_kg",
        frequency="q4w",
    )
    child.said("D65", "parent", "cured", "She is cured")
    return child.rows


def _lupus_without_bilag() -> Casebook:
    child = _Child(
        2, "sle", source=_example("9.2"), sex="female", birth_date="D-5100", onset_date="D-1100",
        last_contact_date="D90",
    )
    child.infused("D0", dose_cells_per_kg=1)
    child.seen(
        "D-20", pga_0_3=2, weight_kg=40,
        **_sledai("arthritis", "rash", "low_complement", "increased_dna_binding", "proteinuria"),
    )
    child.seen("D84", pga_0_3=1, weight_kg=40, **_sledai("proteinuria", "low_complement"))
    child.took(
        "prednisone", "D-200", "D30", route="po", dose=15, dose_unit="mg", frequency="daily",
        stop_reason="planned",
    )
    child.took("prednisone", "D30", as_of="D90", route="po", dose=7.5, dose_unit="mg", frequency="daily")
    child.took("Plaquenil", "D-900", as_of="D90", route="po", dose=200, dose_unit="mg", frequency="daily")
    child.took(
        "mycophenolate mofetil", "D-700", as_of="D90", route="po", dose=750, dose_unit="mg",
        frequency="twice_daily",
    )
    child.said("D90", "mother", "improved", "She is better")
    child.said("D90", "mother", "reduced_medication", "She needs less cortisone")
    return child.rows


def _mixed_connective_tissue_disease() -> Casebook:
    child = _Child(
        3, "mctd", source=_example("9.3"), sex="male", birth_date="D-4500", last_contact_date="D170"
    )
    child.infused("D0")
    child.seen(
        "D-10", cmas=40, fvc_pct_predicted=78, raynaud_condition_score=5, dlco_pct_predicted="not_done"
    )
    child.seen(
        "D168", cmas=44, fvc_pct_predicted=77, raynaud_condition_score=4.8, dlco_pct_predicted="not_done"
    )
    child.said("D170", "father", "improved")
    return child.rows


def _no_serious_event_not_asked() -> Casebook:
    child = _Child(
        4, "jia", source=_example("9.4"), sex="female", ilar_category="oligo_extended",
        last_contact_date="D100",
    )
    child.infused(
        "D0", provider="private clinic", regulatory_basis="commercial_unlicensed", decided_by="family"
    )
    for day in ("D30", "D60", "D90"):
        child.seen(day)
    child.said("D100", "outside_clinic", "no_serious_adverse_event", channel="letter")
    return child.rows


def _partial_dates() -> Casebook:
    child = _Child(
        5, "jia", source=_example("9.5"), sex="male", birth_date="2008", onset_date="2016",
        ilar_category="oligo_extended", last_contact_date="2019-07-12",
    )
    child.infused("2019-05-14")
    child.core_set("2019-02", 5, 5, 1.25, 7, 5, 36)
    child.core_set("2019-04", 5, 4, 1, 6, 5, 32)
    child.core_set("2019-07-09", 3, 2.5, 0.5, 3, 4, 20)
    child.took(
        "MTX 15 mg/wk sc", "2018-03", as_of="2019-07-12", route="sc", dose=15, dose_unit="mg",
        frequency="weekly",
    )
    child.said("2019-07-12", "father", "improved")
    return child.rows


def _off_medication() -> Casebook:
    child = _Child(
        6, "jia", source=_example("9.6"), sex="female", ilar_category="poly_rf_neg", last_contact_date="D120"
    )
    child.infused("D0")
    child.core_set("D-6", 5, 6, 1.375, 8, 6, 30)
    child.took(
        "prednisone", "D-300", "D90", route="po", dose=5, dose_unit="mg", frequency="daily",
        stop_reason="planned", source_ref=f"{_example('9.6')}: letter",
    )
    child.took(
        "methotrexate", "D-400", ongoing="unknown", route="sc", dose=12.5, dose_unit="mg", frequency="weekly"
    )
    child.said("D120", "mother", "off_medication", "She takes nothing any more")
    return child.rows


def _remission_with_a_gap() -> Casebook:
    child = _Child(
        7, "jia", source=_example("9.7"), sex="female", birth_date="2009-03", onset_date="2014-10",
        ilar_category="oligo_extended", last_contact_date="2020-09-10",
    )
    child.infused("2020-01-01")
    child.core_set("2019-12-20", 4, 4.5, 0.875, 5, 4, 34, esr_mm_h_ref_high=20, **NO_ORGAN_INVOLVED)
    for day, esr in (("2020-03-01", 9), ("2020-09-07", 11)):
        child.core_set(day, 0, 0.5, 0, 0, 1, esr, esr_mm_h_ref_high=20, **NO_ORGAN_INVOLVED)
    child.took(
        "Metoject", "2019-03-01", as_of="2020-09-10", route="sc", dose=15, dose_unit="mg", frequency="weekly"
    )
    child.said("2020-09-10", "mother", "in_remission")
    return child.rows


# ---- further children -------------------------------------------------------------------------------------------


def _macrophage_activation() -> Casebook:
    """A flare, and a serious event that a clinic denied; a biologic stopped before, a mixture that no list knows."""
    child = _Child(
        8, "jia", sex="male", birth_date="D-2900", onset_date="D-1400", ilar_category="systemic",
        last_contact_date="D100",
    )
    child.infused(
        "D0", dose_cells_total=50, weight_kg_at_infusion=24, provider="private clinic", decided_by="family"
    )
    before = child.seen(
        "D-5", physician_global_0_10=4, parent_global_0_10=4, chaq_di=1, esr_mm_h=40, weight_kg=24,
        max_temp_c_7d=37.0, systemic_features_present="absent", adverse_events_assessed="yes",
        ae_asked_since="D-90",
    )
    child.examined(
        before, swollen=("knee_l", "knee_r", "wrist_l", "wrist_r", "ankle_l"),
        limited=("knee_l", "knee_r", "wrist_l", "wrist_r"),
    )
    ill = child.core_set(
        "D56", 7, 7, 1.75, 9, 6, 85, weight_kg=24, max_temp_c_7d=39.2, systemic_features_present="present",
        adverse_events_assessed="yes",
    )
    child.measured(ill, "ferritin_ng_ml", 4200, "ng/mL", ref_high=150)
    child.measured(ill, "platelets_10e9_l", 160000, "/uL", ref_low=150000, ref_high=450000)
    child.measured(ill, "crp_mg_l", 11.2, "mg/dL", ref_high=0.5)
    child.took(
        "Actemra", "D-500", "D-14", route="iv", dose=8, dose_unit="mg/kg", dose_basis="per_kg",
        frequency="q2w", stop_reason="family_choice",
    )
    child.took("herbal mixture of the clinic", "D14", ongoing="unknown", route="po")
    child.suffered(
        "D49", "macrophage activation syndrome", serious="yes", serious_criteria="hospitalisation",
        ctcae_grade=3, relation_msc="possible", method="investigator", outcome="recovered",
        action_taken="drug_given;hospitalised", end_date="D61",
    )
    child.said("D60", "mother", "worse", "Worse than before")
    child.said("D60", "outside_clinic", "improved", channel="letter")
    child.said("D100", "outside_clinic", "no_serious_adverse_event", channel="letter")
    return child.rows


def _two_organs_better() -> Casebook:
    """Muscle and Raynaud better, lung as before; adverse events asked for in each window, none found."""
    child = _Child(
        9, "mctd", sex="female", birth_date="2005-11", onset_date="2015", last_contact_date="2019-03-20"
    )
    child.infused("2018-03-12", dose_cells_per_kg=2)
    findings = {
        "cytopenia": "absent",
        "progressive_sclerodactyly": "absent",
        "progressive_lung": "absent",
        "oesophageal_manifestation": "absent",
        **NO_ORGAN_INVOLVED,
        "esr_mm_h_ref_high": 20,
    }
    asked = {"adverse_events_assessed": "yes"}
    child.core_set(
        "2018-02-25", 5, 5, 1, 3, 2, 38, cmas=36, mmt8=128, fvc_pct_predicted=70, dlco_pct_predicted=62,
        raynaud_condition_score=6.5, myositis="present", weight_kg=44, **_sledai("arthritis", "myositis"),
        **findings,
    )
    child.seen("2018-05-11", ae_asked_since="2018-03-12", **asked)
    child.seen("2018-06-04", **asked)
    child.core_set(
        "2018-08-29", 2, 2.5, 0.5, 1, 1, 21, cmas=45, mmt8=142, fvc_pct_predicted=72, dlco_pct_predicted=63,
        raynaud_condition_score=3.5, myositis="absent", weight_kg=45, **_sledai(), **asked, **findings,
    )
    child.core_set(
        "2019-03-11", 1.5, 2, 0.375, 1, 1, 18, cmas=46, mmt8=143, fvc_pct_predicted=73, dlco_pct_predicted=64,
        raynaud_condition_score=3, myositis="absent", weight_kg=47, **_sledai(), **asked, **findings,
    )
    for drug, dose in (("prednisolone", 7.5), ("hydroxychloroquine", 200), ("nifedipine", 20)):
        child.took(
            drug, "2016-09", as_of="2019-03-20", route="po", dose=dose, dose_unit="mg", frequency="daily"
        )
    child.said("2018-06-20", "outside_clinic", "no_serious_adverse_event", channel="letter")
    child.said("2018-06-20", "mother", "no_side_effect")
    child.said("2018-09-02", "patient", "much_improved", "I can climb stairs again")
    child.said("2019-03-20", "outside_clinic", "in_remission", channel="letter")
    return child.rows


def _lupus_in_lasting_remission() -> Casebook:
    """Every drug stopped with a date, remission at each visit for more than a year after it; a fever on day 1."""
    child = _Child(
        10, "sle", sex="female", birth_date="2007-06-18", onset_date="2017-04", diagnosis_date="2017-09",
        last_contact_date="2023-02-17",
    )
    child.infused("2021-02-10", dose_cells_per_kg=1)
    quiet = {
        "haemolytic_anaemia": "absent",
        "gi_activity": "absent",
        "new_activity_since_last": "absent",
        "standard_treatment_stable": "present",
        "treatment_stable": "present",
        "adverse_events_assessed": "yes",
        "new_bilag_a": 0,
        "new_bilag_b": 0,
    }
    first = child.seen(
        "2021-01-28", pga_0_3=2.2, physician_global_0_10=6, parent_global_0_10=6.5, weight_kg=46,
        hrql_higher_better=38, proteinuria_g_24h=0.2, esr_mm_h=44, adverse_events_assessed="yes",
        ae_asked_since="2020-11-12",
        **_sledai("arthritis", "rash", "alopecia", "low_complement", "increased_dna_binding"),
    )
    child.measured(first, "c3_mg_dl", 0.58, "g/L", ref_low=0.9, ref_high=1.8)
    child.seen(
        "2021-04-07", pga_0_3=1, physician_global_0_10=3, parent_global_0_10=3, weight_kg=47, esr_mm_h=26,
        hrql_higher_better=55, proteinuria_g_24h=0.2, **_sledai("arthritis", "low_complement"), **quiet,
    )
    for day, pga, weight, serology in (
        ("2021-07-28", 0.4, 48, ("low_complement",)),
        ("2022-02-09", 0.2, 50, ("low_complement",)),
        ("2022-08-10", 0.2, 51, ()),
        ("2023-02-15", 0.1, 52, ()),
    ):
        later = child.seen(
            day, pga_0_3=pga, physician_global_0_10=0.5, parent_global_0_10=0.5, weight_kg=weight,
            hrql_higher_better=74, proteinuria_g_24h=0.1, esr_mm_h=12, **_sledai(*serology), **quiet,
        )
        child.measured(later, "c3_mg_dl", 0.85 if serology else 1.1, "g/L", ref_low=0.9, ref_high=1.8)
    child.took(
        "prednisolone", "2020-06-01", "2021-03-01", route="po", dose=7.5, dose_unit="mg", frequency="daily",
        stop_reason="planned",
    )
    child.took(
        "prednisolone", "2021-03-01", "2021-06-30", route="po", dose=2.5, dose_unit="mg", frequency="daily",
        stop_reason="remission",
    )
    child.took(
        "CellCept", "2018-02", "2021-09-30", route="po", dose=750, dose_unit="mg", frequency="twice_daily",
        stop_reason="remission",
    )
    child.took(
        "hydroxychloroquine", "2017-10", "2021-12-15", route="po", dose=200, dose_unit="mg",
        frequency="daily", stop_reason="family_choice",
    )
    child.took(
        "cyclophosphamide", "2018-01-10", "2018-06-20", route="iv", dose=500, dose_unit="mg", frequency="q2w",
        stop_reason="ineffective", response="partial", response_basis="documented",
    )
    child.suffered(
        "2021-02-11", "fever", serious="no", ctcae_grade=1, relation_msc="probable", method="investigator",
        outcome="recovered", end_date="2021-02-12", action_taken="none",
    )
    child.said("2021-04-12", "mother", "no_side_effect")
    child.said("2021-08-01", "mother", "much_improved")
    child.said("2022-02-12", "patient", "in_remission", channel="phone")
    child.said("2023-02-17", "father", "cured", "The lupus is gone")
    child.said("2023-02-17", "father", "off_medication")
    return child.rows


def _arthritis_in_lasting_remission() -> Casebook:
    """Inactive disease at each visit for more than a year after the last drug; CRP below detection."""
    child = _Child(
        11, "jia", sex="male", birth_date="2010-01-22", onset_date="2015-05", diagnosis_date="2015-08-14",
        ilar_category="poly_rf_neg", last_contact_date="2020-01-25",
    )
    child.infused("2018-06-05", dose_cells_per_kg=2)
    child.core_set(
        "2018-05-30", 7, 6.5, 1.75, 14, 10, 58, esr_mm_h_ref_high=15, pain_vas_0_10="not_asked", weight_kg=28,
        adverse_events_assessed="yes", ae_asked_since="2018-03-01", **{**NO_ORGAN_INVOLVED,
        "morning_stiffness_min": 90},
    )
    child.core_set(
        "2018-07-31", 1.5, 1.5, 0.375, 3, 3, 14, esr_mm_h_ref_high=15, weight_kg=29,
        adverse_events_assessed="yes", **NO_ORGAN_INVOLVED,
    )
    for number, day in enumerate(("2018-11-20", "2019-01-15", "2019-06-11", "2019-11-12", "2020-01-21")):
        visit = child.core_set(
            day, 0, 0, 0, 0, 1, 7, esr_mm_h_ref_high=15, weight_kg=30 + number, adverse_events_assessed="yes",
            **NO_ORGAN_INVOLVED,
        )
        child.measured(visit, "crp_mg_l", 5, "mg/L", comparator="<", value_text="<5", ref_high=5)
    child.took(
        "etanercept", "2016-03-01", "2017-01-15", route="sc", dose=20, dose_unit="mg", frequency="weekly",
        stop_reason="ineffective", response="none", response_basis="documented",
    )
    child.took(
        "Humira", "2017-02-01", "2017-10-30", route="sc", dose=20, dose_unit="mg", frequency="q2w",
        stop_reason="ineffective", response="none", response_basis="documented",
    )
    child.took(
        "RoActemra", "2017-11-15", "2018-02-20", route="iv", dose=10, dose_unit="mg/kg", dose_basis="per_kg",
        frequency="q4w", stop_reason="ineffective", response="none", response_basis="documented",
    )
    child.took(
        "methotrexate", "2015-09-01", "2018-12-31", route="sc", dose=15, dose_unit="mg", frequency="weekly",
        stop_reason="remission",
    )
    child.took(
        "naproxen", "2015-08-14", "2018-09-01", route="po", dose=250, dose_unit="mg", frequency="twice_daily",
        stop_reason="remission",
    )
    child.said("2018-08-02", "mother", "much_improved")
    child.said("2019-01-20", "mother", "off_medication")
    child.said("2020-01-25", "mother", "cured", "He is healthy")
    child.said("2020-01-25", "mother", "in_remission")
    return child.rows


def _still_in_follow_up() -> Casebook:
    """Two months after infusion, neither better nor worse; a biologic begun in a month that cannot be placed."""
    child = _Child(
        12, "jia", sex="female", birth_date="2013-08", onset_date="2019", ilar_category="poly_rf_pos",
        last_contact_date="2025-12-10", follow_up_end_reason="still followed",
    )
    child.infused("2025-10-13", dose_cells_per_kg=1)
    child.core_set("2025-10-06", 4, 4, 1, 5, 4, 30, pain_vas_0_10="refused", weight_kg=33)
    child.core_set("2025-12-08", 4, 3.5, 1, 5, 4, 28, pain_vas_0_10=4, weight_kg=33, timepoint="wk8")
    child.took(
        "methotrexate", "2021-02-15", as_of="2025-12-10", route="sc", dose=15, dose_unit="mg",
        frequency="weekly",
    )
    child.took(
        "Enbrel", "2025-07", as_of="2025-12-10", route="sc", dose=25, dose_unit="mg", frequency="weekly"
    )
    child.said("2025-12-10", "patient", "unchanged", "Same as before")
    child.said("2025-12-10", "mother", "reduced_medication")
    return child.rows
