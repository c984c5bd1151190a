"""Three invented children, one a disease, with everything that a figure has to draw; built by hand from plain values.

Nothing here is computed by Leadline: scores, states and findings are typed, so that a figure is tested against what
it was given and against nothing else. INVENTED: no such child exists.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from leadline.casebook.case import (
    AdverseEvent,
    Assessment,
    Case,
    DrugCourse,
    Fact,
    Infusion,
    Report,
    RowRef,
)
from leadline.casebook.days import FAR, DaySpan, RecordedDay
from leadline.verdicts.findings import (
    Attribution,
    AttributionResult,
    CaseFindings,
    ClaimCount,
    ClaimVerdict,
    CompletenessCell,
    Confounder,
    Finding,
    Findings,
    GroupClaim,
    Proportion,
    Safety,
    ScoreAt,
    Series,
)

SECRET = "Emilia went back to the Lindenhof school"  # a verbatim statement: no figure may show it
INDEX = RecordedDay("2021-03-09", True, date(2021, 3, 9).toordinal(), date(2021, 3, 9).toordinal())


def span(first: int, last: int | None = None) -> DaySpan:
    return DaySpan(first, first if last is None else last)


def ref(table: str, number: int) -> RowRef:
    return RowRef(table, f"{table}-{number}")


def recorded(day: DaySpan) -> RecordedDay:
    return RecordedDay("", False, day.first, day.last)


def visit(day: DaySpan, number: int, **values: float | bool | str | tuple[str, float]) -> Assessment:
    """A value as ("<", 5.0) lies below detection."""
    facts = {
        item: Fact(item, value[1], ref("observations", number), comparator=value[0])
        if isinstance(value, tuple)
        else Fact(item, value, ref("observations", number))
        for item, value in values.items()
    }
    return Assessment(recorded(day), day, facts, ref("visits", number), adverse_events_assessed=True)


def course(
    number: int, drug: str, class_id: str, start: DaySpan | None, stop: DaySpan | None, **more
) -> DrugCourse:
    return DrugCourse(
        ref("medications", number), drug, substance=drug, class_id=class_id, start=start, stop=stop, **more
    )


def infusion(number: int, day: DaySpan | None, **fields: str | float | bool | None) -> Infusion:
    return Infusion(ref("infusions", number), number, day, recorded(day) if day else None, fields)


def event(
    number: int, start: DaySpan | None, stop: DaySpan | None, grade, serious, *criteria
) -> AdverseEvent:
    return AdverseEvent(ref("adverse_events", number), "term", start, stop, grade, serious, criteria)


def said(number: int, claim: str, speaker: str, day: DaySpan | None) -> Report:
    return Report(
        ref("reports", number), claim, speaker, "visit", day, recorded(day) if day else None, SECRET
    )


def verdict(patient_id: str, report: Report, finding: Finding, *confounders: Confounder) -> ClaimVerdict:
    result = AttributionResult.CONFOUNDED if confounders else AttributionResult.UNCONFOUNDED
    return ClaimVerdict(
        patient_id, report.claim, report.speaker, report.channel, report.day, finding, "", (),
        Attribution(result, confounders, ()), None, (), (), (), report.ref, report.statement,
    )  # fmt: skip


def score(measure: str, title: str, day: DaySpan, value: float | None, *states: tuple[str, str],
          bounds: tuple[float, float] | None = None) -> ScoreAt:  # fmt: skip
    low, high = bounds or (None, None)
    return ScoreAt(measure, title, day, value, low, high, () if value is not None else ("esr_mm_h",), states,
                   False, (ref("observations", day.first),))  # fmt: skip


def jadas(day: int | DaySpan, value: float | None, state: str = "", **more) -> ScoreAt:
    day = span(day) if isinstance(day, int) else day
    states = (("trincianti2021", state), ("consolaro", state)) if state else ()
    return score("jadas10_esr", "JADAS10-ESR", day, value, *states, **more)


def cell(
    criterion: str, title: str, window: str, first: int, last: int, have: int, want: int, *, is_open=False
):
    return CompletenessCell(
        criterion, title, window, first, last,
        tuple(f"item_{n}" for n in range(have)), tuple(f"item_{n}" for n in range(have, want)),
        "indeterminate" if have < want else "met", is_open,
    )  # fmt: skip


WINDOWS = (
    ("baseline", -90, 0),
    ("week_8", 42, 70),
    ("week_12", 71, 112),
    ("week_24", 140, 210),
    ("week_52", 309, 427),
)


def cells(criterion: str, title: str, have: tuple[int, ...], want: int, open_from: int = 9):
    return tuple(
        cell(criterion, title, name, first, last, n, want, is_open=number >= open_from)
        for number, ((name, first, last), n) in enumerate(zip(WINDOWS, have, strict=True))
    )


def child_jia() -> CaseFindings:
    """Polyarticular JIA: a long drug history, dose steps, a confounder, partial dates, a gap of nine months."""
    reports = (
        said(1, "improved", "mother", span(65)),
        said(2, "cured", "father", span(70)),
        said(3, "improved", "patient", span(90)),
        said(4, "worse", "mother", span(210, 239)),
        said(5, "in_remission", "mother", span(560)),
        said(6, "no_side_effect", "mother", span(66)),
        said(7, "reduced_medication", "father", None),
    )
    added = Confounder("abatacept", "bdmard_tcell", span(120), "started", ref("medications", 6))
    findings = (
        Finding.DOCUMENTED, Finding.CONTRADICTED, Finding.PARTLY_DOCUMENTED, Finding.REPORTED_ONLY,
        Finding.REPORTED_ONLY, Finding.CONTRADICTED, Finding.REPORTED_ONLY,
    )  # fmt: skip
    case = Case(
        patient_id="INV-01",
        diagnosis="jia",
        patient={"sex": "female", "ilar_category": "poly_rf_neg"},
        index=INDEX,
        birth=RecordedDay("2011-10", True, date(2011, 10, 1).toordinal(), date(2011, 10, 31).toordinal()),
        onset=span(-1500, -1471),
        last_contact=span(600),
        assessments=(
            visit(span(-120), 1, physician_global_0_10=7.0, parent_global_0_10=8.0, esr_mm_h=48.0, crp_mg_l=31.0),
            visit(span(-12), 2, physician_global_0_10=6.0, parent_global_0_10=7.0, esr_mm_h=42.0, crp_mg_l=24.0),
            visit(span(28), 3, parent_global_0_10=5.0, crp_mg_l=9.0),
            visit(span(60), 4, physician_global_0_10=3.0, parent_global_0_10=3.0, esr_mm_h=20.0,
                  crp_mg_l=("<", 5.0)),
            visit(span(84), 5, physician_global_0_10=2.5, parent_global_0_10=2.0, esr_mm_h=18.0,
                  crp_mg_l=("<", 5.0)),
            visit(span(168, 197), 6, physician_global_0_10=2.0, esr_mm_h=15.0),
            visit(span(240), 7, physician_global_0_10=4.5, parent_global_0_10=5.0, esr_mm_h=33.0, crp_mg_l=18.0),
            visit(span(548), 8, physician_global_0_10=0.5, parent_global_0_10=1.0, esr_mm_h=9.0,
                  crp_mg_l=("<", 5.0)),
            visit(span(600), 9, physician_global_0_10=0.0, parent_global_0_10=0.5, esr_mm_h=8.0,
                  crp_mg_l=("<", 5.0)),
        ),
        undated=(),
        courses=(
            course(1, "ibuprofen", "nsaid", None, None),
            course(2, "prednisone", "glucocorticoid", span(-60), span(14), dose=20, dose_unit="mg",
                   frequency="daily"),
            course(3, "prednisone", "glucocorticoid", span(14), span(60), dose=10, dose_unit="mg",
                   frequency="daily"),
            course(4, "prednisone", "glucocorticoid", span(60), span(180, 209), dose=5, dose_unit="mg",
                   frequency="daily", stop_reason="remission"),
            course(5, "methotrexate", "csdmard", span(-1400, -1371), None, dose=15, dose_unit="mg",
                   frequency="weekly", ongoing=True, ongoing_as_of=span(600)),
            course(6, "abatacept", "bdmard_tcell", span(120), None, ongoing=True, ongoing_as_of=span(548)),
            course(7, "etanercept", "bdmard_tnf", span(-1300, -936), span(-700), stop_reason="lost_effect"),
            course(8, "adalimumab", "bdmard_tnf", span(-690), span(-40), stop_reason="ineffective"),
            course(9, "tocilizumab", "bdmard_il6", None, span(-200), stop_reason="adverse_event"),
            course(10, "tofacitinib", "tsdmard_jak", DaySpan(-FAR, -800), span(-650), stop_reason="family_choice"),
            course(11, "leflunomide", "csdmard", span(-500), None),
        ),
        infusions=(
            infusion(1, span(0), tissue_source="bone_marrow", donor="allogeneic_unrelated", dose_cells_per_kg=2.0),
            infusion(2, span(3), tissue_source="bone_marrow", donor="allogeneic_unrelated", dose_cells_per_kg=2.0),
            infusion(3, span(77), tissue_source="umbilical_cord", donor="unknown"),
        ),
        adverse_events=(
            event(1, span(1), span(3), 1, False),
            event(2, span(2), span(9), 2, False),
            event(3, span(3), None, 2, None),
            event(4, span(49), span(63), 3, True, "hospitalisation"),
            event(5, span(210, 239), None, None, False),
        ),
        reports=reports,
        ref=ref("patients", 1),
        invented=True,
    )  # fmt: skip
    return CaseFindings(
        case=case,
        claims=tuple(
            verdict("INV-01", report, finding, *([added] if number == 4 else []))
            for number, (report, finding) in enumerate(zip(reports, findings, strict=True))
        ),
        completeness=(
            *cells("acr_pedi_30", "ACR Pedi 30", (6, 6, 5, 3, 0), 6),
            *cells("jia_cid_wallace2011", "clinical inactive disease (Wallace 2011)", (4, 6, 0, 2, 8), 8),
            *cells("jadas10_improvement_horneff", "JADAS10 improvement (Horneff)", (4, 4, 4, 2, 0), 4, 4),
        ),
        drug_trials=(),
        refractory=(),
        scores=(
            jadas(-120, 27.8, "high"), jadas(-12, 24.2, "high"), jadas(28, None, bounds=(9.0, 27.0)),
            jadas(60, 9.0, "moderate"), jadas(84, 7.5, "moderate"), jadas(span(168, 197), 5.5, "minimal"),
            jadas(240, 16.8, "moderate"), jadas(548, 2.0, "inactive"), jadas(600, 0.5, "inactive"),
        ),
        asked_spans=(span(0, 70), span(84), span(540, 600)),
    )  # fmt: skip


def child_sle() -> CaseFindings:
    """Childhood SLE: serology, a score without serology (bounds), an antimalarial, a lost child."""
    reports = (said(11, "improved", "mother", span(90)), said(12, "reduced_medication", "mother", span(92)))
    case = Case(
        patient_id="INV-02",
        diagnosis="sle",
        patient={"sex": "male"},
        index=INDEX,
        birth=RecordedDay("2006", True, date(2006, 1, 1).toordinal(), date(2006, 12, 31).toordinal()),
        onset=span(-700),
        last_contact=span(130),
        assessments=(
            visit(span(-20), 11, pga_0_3=2.0, c3_mg_dl=55.0, c4_mg_dl=6.0, anti_dsdna=210.0, upcr_g_g=1.8,
                  crp_mg_l=4.0),
            visit(span(40), 12, pga_0_3=1.5, c3_mg_dl=70.0, upcr_g_g=1.1),
            visit(span(84), 13, pga_0_3=1.0, c3_mg_dl=82.0, c4_mg_dl=("<", 8.0), anti_dsdna=95.0, upcr_g_g=0.6),
        ),
        undated=(),
        courses=(
            course(21, "prednisone", "glucocorticoid", span(-600), span(30), dose=15, dose_unit="mg",
                   frequency="daily"),
            course(22, "prednisone", "glucocorticoid", span(30), None, dose=7.5, dose_unit="mg", frequency="daily",
                   ongoing=True, ongoing_as_of=span(130)),
            course(23, "hydroxychloroquine", "antimalarial", span(-650), None, ongoing=True,
                   ongoing_as_of=span(130)),
            course(24, "mycophenolic acid", "csdmard", span(-400), None, ongoing=True, ongoing_as_of=span(130)),
            course(25, "belimumab", "bdmard_bcell", span(-300), span(-100), stop_reason="ineffective"),
        ),
        infusions=(infusion(1, span(0), tissue_source="unknown", donor="unknown"),),
        adverse_events=(),
        reports=reports,
        ref=ref("patients", 2),
        invented=True,
    )  # fmt: skip
    return CaseFindings(
        case=case,
        claims=(
            verdict("INV-02", reports[0], Finding.PARTLY_DOCUMENTED),
            verdict("INV-02", reports[1], Finding.DOCUMENTED),
        ),
        completeness=(
            *cells("sri_4", "SRI-4", (2, 2, 2, 0, 0), 3),
            *cells("doris_2021", "DORIS 2021 remission", (3, 3, 4, 0, 0), 4, 3),
        ),
        drug_trials=(),
        refractory=(),
        scores=(
            score("sledai_2k", "SLEDAI-2K", span(-20), 14.0),
            score("sledai_2k", "SLEDAI-2K", span(40), None, bounds=(4.0, 20.0)),
            score("sledai_2k", "SLEDAI-2K", span(84), 6.0),
        ),
        asked_spans=(span(-20, 84),),
    )


def child_mctd() -> CaseFindings:
    """MCTD with almost nothing: no date of any kind but the words of the family; as a published abstract leaves it."""
    reports = (said(31, "improved", "father", None), said(32, "cured", "father", None))
    case = Case(
        patient_id="INV-03",
        diagnosis="mctd",
        patient={"sex": "female"},
        index=None,
        birth=None,
        onset=None,
        last_contact=None,
        assessments=(),
        undated=(),
        courses=(
            course(31, "prednisone", "glucocorticoid", None, None),
            replace(course(32, "a herbal mixture", "", None, None), substance=""),
        ),
        infusions=(infusion(1, None),),
        adverse_events=(),
        reports=reports,
        ref=ref("patients", 3),
        invented=True,
    )
    return CaseFindings(
        case=case,
        claims=tuple(verdict("INV-03", report, Finding.REPORTED_ONLY) for report in reports),
        completeness=cells("mctd_components", "MCTD organ components", (0, 0, 0, 0, 0), 5),
        drug_trials=(),
        refractory=(),
        scores=(),
        asked_spans=(),
    )


def proportion(k: int, n: int) -> Proportion:
    return Proportion(k, n, None, None, None)


def count(
    claim: str, children: int, documented: int, partly: int, contradicted: int, only: int
) -> ClaimCount:
    reported = documented + partly + contradicted + only
    numbers = (reported, documented, partly, contradicted, only, 0)
    return ClaimCount(claim, children, *(proportion(number, children) for number in numbers))


def findings(
    cases: tuple[CaseFindings, ...] = (), counts: tuple[ClaimCount, ...] = (), groups: tuple[GroupClaim, ...] = (),
    children: int = 0,
) -> Findings:  # fmt: skip
    series = Series(children or len(cases), counts, (), (), ())
    safety = Safety(len(cases), proportion(1, 3), proportion(1, 3), (), (), (), ())
    return Findings("invented sample", "0" * 64, (), cases, groups, series, safety, (), ())


def three_children() -> Findings:
    return findings(
        (child_jia(), child_sle(), child_mctd()),
        (
            count("improved", 3, 1, 1, 0, 1),
            count("in_remission", 3, 0, 0, 0, 1),
            count("cured", 3, 0, 0, 1, 1),
            count("worse", 3, 0, 0, 0, 1),
            count("reduced_medication", 3, 1, 0, 0, 1),
            count("off_medication", 3, 0, 0, 0, 2),
            count("no_side_effect", 3, 0, 0, 1, 0),
        ),
        (GroupClaim("off_medication", "mother", 2, 3, Finding.REPORTED_ONLY, ref("reports", 99), SECRET),),
    )


def ten_thousand() -> Findings:
    """Counts as a registry of ten thousand children would have them; no child is drawn."""
    return findings(
        (),
        (
            count("improved", 10_000, 3120, 1467, 980, 1033),
            count("much_improved", 10_000, 812, 44, 391, 702),
            count("cured", 10_000, 21, 3, 1204, 655),
            count("no_serious_adverse_event", 10_000, 2044, 0, 310, 4801),
        ),
        children=10_000,
    )
