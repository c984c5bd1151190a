"""Table 1 and what was tried before: the children, their earlier drugs, and the definitions of refractory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from leadline.casebook.case import Case, DrugCourse
from leadline.casebook.days import DaySpan
from leadline.report.blocks import Column, Table
from leadline.report.figures.axis import DAYS_PER_YEAR, age_at_index
from leadline.report.figures.words import dose_words
from leadline.report.tables.parameters import baseline_first_day
from leadline.report.tables.rows import course_end, drug_words, fact_words
from leadline.report.tables.scores import score_at_baseline, shown_scores
from leadline.report.words import (
    CODES,
    DIAGNOSES,
    DRUG_CLASSES,
    JUDGEMENTS,
    NOT_RECORDED,
    RESULTS,
    code_words,
    counted,
    day_words,
    plain,
    semicolons,
)
from leadline.verdicts.findings import CaseFindings, DrugTrial, Findings, RefractoryOutcome, ScoreAt
from leadline.verdicts.treatment import drug_name, running

BASELINE_NOTE = (
    "Ages are given to one decimal. Scores are those of the last assessment before the first infusion within the"
    " baseline window; they are not filled in where an item is missing."
)
ABBREVIATIONS = (
    "DMARD: disease-modifying antirheumatic drug. JIA: juvenile idiopathic arthritis. MCTD: mixed connective tissue"
    " disease. NSAID: non-steroidal anti-inflammatory drug. RF: rheumatoid factor. SLE: systemic lupus erythematosus."
)
ONE_COLUMN_EACH = 6
"""Up to so many children, a table gives each child a column; beyond, a row."""

DAY_0 = DaySpan(0, 0)


def children_table(findings: Findings) -> Table:
    """Table 1 as one, a row a child."""
    facts = _facts_of_all(findings)
    columns = (Column("Child", "code"), *(Column(label) for label in (*WHO, *TREATED)))
    rows = tuple((child, *fact.values()) for child, fact in facts.items())
    return Table("table_1_children", TABLE_1, columns, rows, NOTES, NO_CHILD)


TABLE_1 = "Table 1. The children at the first infusion"
NO_CHILD = "The casebook has no child."
NOTES = (BASELINE_NOTE, ABBREVIATIONS)


def children_tables(findings: Findings) -> tuple[Table, ...]:
    """Table 1 for readers: one column a child up to six children; else one row a child, in two tables."""
    facts = _facts_of_all(findings)
    if len(facts) <= ONE_COLUMN_EACH:
        columns = (Column("", width=1.1), *(Column(child, width=1.4) for child in facts))
        labels = (*WHO, *TREATED) if facts else ()
        rows = tuple((label, *(fact[label] for fact in facts.values())) for label in labels)
        return (Table("table_1_children", TABLE_1, columns, rows, NOTES, NO_CHILD),)
    return (
        _rows_of(facts, WHO, "table_1a_children", "Table 1a. The children at the first infusion", NOTES),
        _rows_of(
            facts, TREATED, "table_1b_treatment", "Table 1b. Treatment before and at the first infusion", ()
        ),
    )


Facts = dict[str, str]


def _rows_of(
    facts: dict[str, Facts], labels: Sequence[str], name: str, title: str, notes: tuple[str, ...]
) -> Table:
    columns = (
        Column("Child", "code", 0.8),
        *(Column(label, width=_WIDE.get(label, 1.0)) for label in labels),
    )
    rows = tuple((child, *(fact[label] for label in labels)) for child, fact in facts.items())
    return Table(name, title, columns, rows, notes)


def _facts_of_all(findings: Findings) -> dict[str, Facts]:
    first_day = baseline_first_day(findings)
    return {case.case.patient_id: _child_facts(case, first_day) for case in findings.cases}


WHO = ("Age at first infusion", "Sex", "Diagnosis", "Ill before the infusion", "Autoantibodies", "Baseline score",
       "May be published")  # fmt: skip
TREATED = ("Drugs tried before", "Mechanisms tried", "Adequate trials that failed", "Glucocorticoid at infusion",
           "Other drugs at infusion")  # fmt: skip
_WIDE = {"Drugs tried before": 2.4, "Baseline score": 1.8, "Diagnosis": 1.5, "Other drugs at infusion": 1.6}


def _child_facts(case: CaseFindings, first_day: int) -> Facts:
    child = case.case
    disease = DIAGNOSES.get(child.diagnosis, plain(child.diagnosis))
    category = child.patient.get("ilar_category")
    who = (
        age_words(child),
        code_words(child.patient.get("sex")),
        f"{disease}, {code_words(category)}" if category else disease,
        _duration_words(child),
        _antibodies(child),
        _baseline_score(case, first_day),
        code_words(child.patient.get("publication_permission")),
    )
    treated = (
        semicolons(map(_tried, case.drug_trials), NOT_RECORDED),
        _mechanisms(case),
        _adequate(case.drug_trials),
        _at_infusion(child, glucocorticoid=True),
        _at_infusion(child, glucocorticoid=False),
    )
    return dict(zip((*WHO, *TREATED), (*who, *treated), strict=True))


def age_words(child: Case) -> str:
    """ "9.4 years", "8.9 to 9.4 years" from a partial birth date."""
    age = age_at_index(child)
    if age is None:
        stated = child.patient.get("age_years_at_infusion")
        return f"{stated:.1f} years" if isinstance(stated, int | float) else NOT_RECORDED
    low, high = age
    return f"{low:.1f} years" if high - low <= 0.1 else f"{low:.1f} to {high:.1f} years"


def _duration_words(child: Case) -> str:
    if child.onset is None:
        stated = child.patient.get("disease_duration_years_at_infusion")
        return f"{stated:.1f} years" if isinstance(stated, int | float) else NOT_RECORDED
    low, high = (round(-day / DAYS_PER_YEAR, 1) for day in (child.onset.last, child.onset.first))
    return f"{low:.1f} years" if low == high else f"{low:.1f} to {high:.1f} years"


def _antibodies(child: Case) -> str:
    """What the chart has of antibodies on or before the infusion; the casebook knows anti-dsDNA only."""
    found = [
        f"{fact_words(assessment.facts['anti_dsdna'])}, {day_words(assessment.day)}"
        for assessment in child.assessments
        if "anti_dsdna" in assessment.facts and assessment.day.last <= 0
    ]
    return found[-1] if found else NOT_RECORDED


def _tried(trial: DrugTrial) -> str:
    kind = DRUG_CLASSES.get(trial.class_id, plain(trial.class_id)) if trial.class_id else ""
    return f"{trial.drug} ({kind})" if kind else trial.drug


def _mechanisms(case: CaseFindings) -> str:
    """Different classes among the earlier drugs."""
    classes = {trial.class_id for trial in case.drug_trials if trial.class_id}
    return counted(len(classes), "class", "classes") if classes else NOT_RECORDED


def _adequate(trials: Sequence[DrugTrial]) -> str:
    if not trials:
        return NOT_RECORDED
    judged = Counter(trial.judgement for trial in trials)
    words = f"{judged['adequate_failure']}/{len(trials)}"
    return words + (f"; {judged['indeterminate']} indeterminate" if judged["indeterminate"] else "")


def _baseline_score(case: CaseFindings, first_day: int) -> str:
    """The last computed score of the baseline window, one version of each instrument; else what is missing for it."""
    found = [score_at_baseline(series, first_day) for series in shown_scores(case).values()]
    scores = [score for score in found if score is not None]
    computed = [score for score in scores if score.value is not None]
    if computed:
        return semicolons(map(score_words, computed))
    return semicolons((f"{score.title} not computable" for score in scores), NOT_RECORDED)


def score_words(score: ScoreAt) -> str:
    """ "JADAS10-ESR 24.2 (high), day -12"."""
    if score.value is None:
        bounds = (
            "" if score.low is None or score.high is None else f", between {score.low:g} and {score.high:g}"
        )
        return f"{score.title} not computable{bounds}"
    state = f" ({plain(score.states[0][1])})" if score.states else ""
    total = ", total as the chart prints it" if score.recorded_total else ""
    return f"{score.title} {score.value:.4g}{state}, {day_words(score.day)}{total}"


def _at_infusion(child: Case, *, glucocorticoid: bool) -> str:
    """Courses running on day 0; those whose dates leave it open are named as such."""
    if not child.courses:
        return NOT_RECORDED
    wanted = [course for course in child.courses if (course.class_id == "glucocorticoid") is glucocorticoid]
    states = [(course, running(course, DAY_0)) for course in wanted]
    sure = [f"{drug_name(course)} {dose_words(course)}".strip() for course, on in states if on]
    perhaps = [f"{drug_name(course)} (dates leave it open)" for course, on in states if on is None]
    return semicolons([*sure, *perhaps], "none recorded")


def drug_trial_table(cases: Sequence[CaseFindings], *, name: str = "earlier_drugs") -> Table:
    """One row an earlier drug, against its adequate trial."""
    rows = tuple(
        (case.case.patient_id, *_drug_trial_row(trial)) for case in cases for trial in case.drug_trials
    )
    columns = (Column("Child", "code", 0.9), *DRUG_TRIAL_COLUMNS)
    return Table(name, "Earlier drugs, each against its adequate trial", columns, rows, empty=NO_TRIAL)


NO_TRIAL = "No earlier drug is recorded."

DRUG_TRIAL_COLUMNS = (
    Column("Drug", width=1.2),
    Column("Class", width=1.2),
    Column("From", width=1.0),
    Column("To", width=1.0),
    Column("Judgement", width=1.3),
    Column("Why", width=2.6),
)


def _drug_trial_row(trial: DrugTrial) -> tuple[str, ...]:
    judged = JUDGEMENTS[trial.judgement] + (" (provisional)" if trial.status == "provisional" else "")
    return (
        trial.drug,
        DRUG_CLASSES.get(trial.class_id, plain(trial.class_id)),
        day_words(trial.start, NOT_RECORDED),
        day_words(trial.stop, NOT_RECORDED),
        judged,
        trial.why,
    )


def treatment_table(case: Case, *, name: str, internal: bool) -> Table:
    """One row a course, as recorded."""
    rows = tuple(_course_row(course, internal=internal) for course in case.courses)
    columns = (
        Column("Drug", width=1.3),
        Column("Class", width=1.2),
        Column("Dose and route", width=1.8),
        Column("Started", width=1.2),
        Column("Until", width=1.4),
        Column("Stopped for", width=1.1),
    )
    return Table(name, "Treatment as recorded", columns, rows, empty="No drug is recorded.")


def _course_row(course: DrugCourse, *, internal: bool) -> tuple[str, ...]:
    route = CODES.get(course.route, plain(course.route))
    return (
        drug_words(course, internal=internal),
        DRUG_CLASSES.get(course.class_id, plain(course.class_id)),
        ", ".join(part for part in (dose_words(course), route) if part) or NOT_RECORDED,
        day_words(course.start, NOT_RECORDED),
        course_end(course),
        code_words(course.stop_reason or None) if course.stop else "",
    )


def refractory_table(cases: Sequence[CaseFindings]) -> Table:
    """The definitions side by side: one row a definition, a column a child up to six children; else a row each."""
    outcomes = [(case.case.patient_id, outcome) for case in cases for outcome in case.refractory]
    title = "Refractory: every definition, side by side"
    if len(cases) <= ONE_COLUMN_EACH:
        return _refractory_side_by_side(cases, title)
    rows = tuple((child, each.title, _met(each), each.why, each.source) for child, each in outcomes)
    columns = (
        Column("Child", "code"), Column("Definition", width=1.6), Column("Result"), Column("Why", width=2.4),
        Column("Source", width=1.4),
    )  # fmt: skip
    return Table("refractory", title, columns, rows, (NO_SINGLE_DEFINITION,), "No definition was applied.")


NO_SINGLE_DEFINITION = (
    "There is no single agreed definition of refractory disease; none of these is called the one."
)


def _refractory_side_by_side(cases: Sequence[CaseFindings], title: str) -> Table:
    by_definition: dict[tuple[str, str, str], dict[str, RefractoryOutcome]] = {}
    for case in cases:
        for outcome in case.refractory:
            key = outcome.definition, outcome.title, outcome.source
            by_definition.setdefault(key, {})[case.case.patient_id] = outcome
    children = [case.case.patient_id for case in cases]
    rows = tuple(
        (name, *(_cell(outcomes.get(child)) for child in children))
        for (_, name, _), outcomes in by_definition.items()
    )
    columns = (Column("Definition", width=1.4), *(Column(child, width=1.5) for child in children))
    sources = tuple(f"{name}: {source}." for _, name, source in by_definition if source)
    return Table(
        "refractory", title, columns, rows, (NO_SINGLE_DEFINITION, *sources), "No definition was applied."
    )


def _met(outcome: RefractoryOutcome) -> str:
    return RESULTS[outcome.result] + (" (provisional)" if outcome.status == "provisional" else "")


def _cell(outcome: RefractoryOutcome | None) -> str:
    if outcome is None:
        return RESULTS["not_applicable"]
    return f"{_met(outcome)}: {outcome.why}" if outcome.why else _met(outcome)
