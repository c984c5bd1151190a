"""Contradictions: each is made by a small edit of the shipped protocol, which has none."""

# ruff: noqa: E501 - the edits are in the words of the file, whose lines are long

import pytest

from tests.protocol.edits import contradictions, edited, line_of

WEEK_24 = "last: 182, source: [practice, project], items: *every_time, measures: *full"
DAY_0 = "measures: &full [acr_pedi, jia_cid_wallace2011, jadas10_esr, sri4, sledai_2k, mctd_remission_hetlevik2017, mctd_components]"  # fmt: skip
WEEK_4 = "last: 33, source: [practice, project], items: *every_time, measures: *full"
PLANNED = "  per_kg: {value: 2, unit: 10*6/kg, source: [swart2019], why: The only dose read of a trial in children with rheumatic disease.}\n"  # fmt: skip
WEIGHT = "limit: {low: 10, high: 100, unit: kg,"


def week_24_records(*measures: str) -> tuple[str, str]:
    return WEEK_24, WEEK_24.replace("*full", f"[{', '.join(measures)}]")


def day_0_records(*measures: str) -> tuple[tuple[str, str], ...]:
    """The measures of day 0 alone: the later visits keep theirs."""
    return (DAY_0, f"measures: [{', '.join(measures)}]"), (
        WEEK_4,
        WEEK_4.replace("*full", DAY_0.removeprefix("measures: ")),
    )


def fixed(millions: int) -> tuple[str, str]:
    return PLANNED, f"  total: {{value: {millions}, unit: 10*6, source: [project]}}\n"


def asked(visit: str, asks: str) -> tuple[str, str]:
    """The later visits that ask for adverse events, one by one, are edited in the file's own words."""
    return visit, visit.replace("asks: [all]", f"asks: [{asks}]")


def test_the_shipped_protocol_contradicts_nothing():
    assert contradictions() == []


MADE = {
    "an endpoint whose items the assessment does not record": (
        [week_24_records("sri4", "sledai_2k", "mctd_remission_hetlevik2017")],
        "objectives[0].estimand.variable",
        "variable: acr_pedi.acr70",
        ["CHAQ disability index", "Joints with limited motion", "'Week 24' does not record"],
        "chaq_di",
    ),
    "lupus without its global and BILAG": (
        [week_24_records("acr_pedi", "sledai_2k", "mctd_remission_hetlevik2017")],
        "objectives[1].estimand.variable",
        "variable: sri4",
        ["newly BILAG A", "newly BILAG B", "Physician's global assessment of lupus (0-3)"],
        "pga_0_3",
    ),
    "an endpoint that looks back to a baseline that is not recorded": (
        day_0_records(
            "jadas10_esr", "jia_cid_wallace2011", "sri4", "sledai_2k", "mctd_remission_hetlevik2017"
        ),
        "objectives[0].estimand.variable",
        "variable: acr_pedi.acr70",
        ["CHAQ disability index", "'Day 0' does not record"],
        "'Day 0'",
    ),
    "an assessment outside every window of follow-up": (
        [
            ("day: 168, first: 154, last: 182", "day: 200, first: 190, last: 220"),
            ("&to_week_24 {first: 0, last: 182", "&to_week_24 {first: 0, last: 220"),
        ],
        "objectives[0].estimand.visit",
        "visit: week_24",
        ["day 190 to 220", "no follow-up window"],
        "week 24 (day 140 to 210)",
    ),
    "windows that overlap": (
        [("day: 56, first: 49, last: 63", "day: 56, first: 33, last: 63")],
        "schedule.visits[5].first",
        "day: 56, first: 33",
        ["'Week 8' begins on day 33", "'Week 4' ends on day 33"],
        "begin it on day 34",
    ),
    "visits out of order": (
        [("day: 7, first: 5, last: 9", "day: 18, first: 18, last: 19")],
        "schedule.visits[3].day",
        "day: 14, first: 11",
        ["'Week 2' (day 14) stands after 'Day 7' (day 18)"],
        "in the order of their days",
    ),
    "no strategy for a second infusion that is permitted before the assessment": (
        [
            (
                '        second_infusion: {strategy: composite, why: "A further infusion is given where the first response was lost, so the first infusion has failed."}\n',
                "",
            )
        ],
        "objectives[0].estimand.intercurrent_events",
        "intercurrent_events: &response_events",
        ["no strategy for 'second_infusion'", "`repeat_dosing` permits it"],
        "second_infusion",
    ),
    "a fixed dose that is too much for the lightest child": (
        [fixed(50)],
        "dose.total",
        "total: {value: 50",
        [
            "50 million cells in a child of 100 or 10 kg is 0.5 million cells per kg",
            "1 to 4 million cells per kg",
        ],
        "within the product's limits",
    ),
    "a fixed dose whose tolerance reaches beyond the limits": (
        [fixed(50), (WEIGHT, "limit: {low: 12.5, high: 50, unit: kg,")],  # 4 and 1 million per kg
        "dose.tolerance",
        "tolerance: {value: 20",
        ["0.8 million cells per kg", "outside the product's limits"],
        "narrow the tolerance",
    ),
    "a fixed dose for children of any weight": (
        [
            fixed(50),
            ("of: items.weight_kg", "of: items.height_cm"),
            ("unit: kg, source: [project]", "unit: cm, source: [project]"),
        ],
        "dose.total",
        "total: {value: 50",
        ["no rule of inclusion limits the weight"],
        "items.weight_kg",
    ),
    "a dose per kg above the product's limits": (
        [("per_kg: {value: 2,", "per_kg: {value: 5,")],
        "dose.per_kg",
        "per_kg: {value: 5",
        ["5 million cells per kg", "outside the product's limits, 1 to 4 million cells per kg"],
        "plan a dose within",
    ),
    "a dose in single cells above the product's limits": (
        [("per_kg: {value: 2, unit: 10*6/kg", 'per_kg: {value: 4100000, unit: "{cells}/kg"')],
        "dose.per_kg",
        "per_kg: {value: 4100000",
        ["4.1 million cells per kg"],
        "plan a dose within",
    ),
    "a dose whose tolerance reaches beyond the limits": (
        [("per_kg: {value: 2,", "per_kg: {value: 4,")],
        "dose.tolerance",
        "tolerance: {value: 20",
        ["tolerance of 20 %", "4.8 million cells per kg"],
        "narrow the tolerance",
    ),
    "a tolerance that takes in no cells at all": (
        [("tolerance: {value: 20", "tolerance: {value: 120")],
        "dose.tolerance",
        "tolerance: {value: 120",
        ["the tolerance is 120 %", "no cells at all counts as given the planned dose"],
        "narrow the tolerance",
    ),
    "a tolerance below none": (
        [("tolerance: {value: 20", "tolerance: {value: -5")],
        "dose.tolerance",
        "tolerance: {value: -5",
        ["the tolerance is -5 %: less than none"],
        "from 0 on",
    ),
    "viable cells without a test of viability": (
        [
            (
                "    - {kind: range, id: viability, title: Viability, of: infusions.viability_pct, limit: {low: 70",
                "    - {kind: range, id: viability, title: Viability, of: infusions.cd105_pct, limit: {low: 70",
            )
        ],
        "dose.basis",
        "basis: viable",
        ["no rule asks for the viability"],
        "infusions.viability_pct",
    ),
    "a thawed product counted fresh": (
        [("counted: after_thaw", "counted: fresh")],
        "dose.counted",
        "counted: fresh",
        ["the product is thawed"],
        "counted",
    ),
    "a route that its own rule does not take": (
        [("values: [iv], source: [swart2019]", "values: [ia], source: [swart2019]")],
        "dose.rules[0].values",
        "values: [ia]",
        ["by the route 'iv'"],
        "agree",
    ),
    "a weight that is too old": (
        [
            ("weight_max_age: {high: 28, unit: d", "weight_max_age: {high: 0.5, unit: d"),
            ("items: &every_time [weight_kg, ", "items: &every_time ["),
        ],
        "dose.weight_max_age",
        "weight_max_age: {high: 0.5",
        ["no visit records one"],
        "weight_kg",
    ),
    "a child let go before its last vital signs": (
        [("limit: {low: 24, unit: h", "limit: {low: 4, unit: h")],
        "observation.rules[0].limit",
        "limit: {low: 4, unit: h",
        ["let go after at least 4 hours", "1440 minutes"],
        "observe until",
    ),
    "no infusion at all": (
        [("most: {high: 3,", "most: {high: 0,")],
        "repeat_dosing.most",
        "most: {high: 0",
        ["at most 0 infusions", "the infusion of day 0 is one"],
        "let it be 1 where no child is given a further infusion",
    ),
    "a number of infusions without an end": (
        [("most: {high: 3,", "most: {low: 1,")],
        "repeat_dosing.most",
        "most: {low: 1",
        ["nothing says how many at most"],
        "as `high`",
    ),
    "a further infusion on the day of the one before": (
        [("interval: {first: 91", "interval: {first: 0")],
        "repeat_dosing.interval",
        "interval: {first: 0",
        ["on the very day of the infusion before it"],
        "the least number of days",
    ),
    "a further infusion before the one that it follows": (
        [("interval: {first: 91", "interval: {first: -7")],
        "repeat_dosing.interval",
        "interval: {first: -7",
        ["7 days before the infusion that it follows"],
        "the least number of days",
    ),
    "a further infusion before anybody can know that the response was lost": (
        [("interval: {first: 91", "interval: {first: 48")],  # week 8 is from day 49 on
        "repeat_dosing.interval",
        "interval: {first: 48",
        [
            "48 days after the first",
            "'Response lost' (repeat_dosing.rules[1])",
            "cannot be known before day 49",
        ],
        "49 days or later",
    ),
    "a prohibited drug in the taper": (
        [
            (
                "drugs: [csdmard, antimalarial], present: false, change: raised",
                "drugs: [glucocorticoid], present: false, change: lowered",
            )
        ],
        "taper.drug",
        "drug: prednisolone",
        ["prednisolone is given from day 28 on", "prohibits that it is lowered from day 0 to day 182"],
        "make way",
    ),
    "a prohibited drug as rescue": (
        [
            (
                "drugs: [bdmard_tnf, bdmard_il17_il23, bdmard_tcell, bdmard_bcell",
                "drugs: [bdmard_tnf, bdmard_il1, bdmard_tcell, bdmard_bcell",
            )
        ],
        "rescue.drugs[1].drug",
        "{drug: bdmard_il1",
        ["IL-1 inhibitor", "'No new biologic or targeted drug' (concomitant.rules[0]) prohibits"],
        "another drug",
    ),
    "a prohibited drug as premedication, by its class": (
        [("{drug: chlorphenamine,", "{drug: hydrocortisone,")],
        "premedication.drugs[0].drug",
        "{drug: hydrocortisone",
        ["hydrocortisone is given on day 0", "premedication.rules[1]"],
        "another drug",
    ),
    "rescue that is no longer looked for when the endpoint is assessed": (
        [
            (
                "rescue:\n  decided_by: paediatric_rheumatologist\n  during: *to_week_24",
                "rescue:\n  decided_by: paediatric_rheumatologist\n  during: {first: 0, last: 168, source: [project]}",
            )
        ],
        "rescue.during",
        "during: {first: 0, last: 168, source: [project]}",
        ["rescue counts up to day 168", "as late as day 182"],
        "until day 182",
    ),
    "a taper that is due before it may begin": (
        [("by_day: 140", "by_day: 21")],
        "taper.targets[0].by_day",
        "by_day: 21",
        ["by day 21", "on day 28"],
        "start earlier",
    ),
    "a taper that ends above its target": (
        [
            (
                '{unit: mg/d, centre: "the dose at which the taper ends, by weight and by the state of the adrenals"}',
                "{value: 15, unit: mg/d, source: [project]}",
            )
        ],
        "taper.targets[0].dose",
        "dose: {high: 10, unit: mg/d",
        ["at most 10 mg/d is to be reached", "ends at 15 mg/d"],
        "raise the target",
    ),
    "a taper in one step": (
        [
            (
                'step: {unit: "%", centre: the greatest fall of the daily dose in one step}',
                'step: {high: 100, unit: "%", source: [project]}',
            )
        ],
        "taper.step",
        "step: {high: 100",
        ["no taper but a stop"],
        "less than the whole dose",
    ),
    "an eligibility rule on what no visit records": (
        [("egfr_ml_min_173, haemoglobin", "haemoglobin")],
        "eligibility.inclusion[8].of",
        "id: kidney_function",
        ["Estimated GFR", "no visit up to day 0"],
        "egfr_ml_min_173",
    ),
    "an exclusion that nobody can rule out": (
        [("tuberculosis, malignancy, pregnancy,", "tuberculosis, malignancy,")],
        "eligibility.exclusion[4].of",
        "id: pregnancy",
        ["Pregnancy decides whether a child is eligible"],
        "add 'pregnancy'",
    ),
    "a child excluded by what is asked of every child": (
        [
            (
                "{kind: presence, id: pregnancy, title: Pregnancy, of: items.pregnancy, during: *screened",
                "{kind: presence, id: pregnancy, title: Consent, of: patients.consent_kind, values: [parent, self, both]",
            )
        ],
        "eligibility.exclusion[4]",
        "id: pregnancy",
        ["excluded by what is asked of every child", "Consent by"],
        "not both",
    ),
    "a wash-out longer than the screening": (
        [
            (
                "drugs: [ivig], time: {value: 3, unit: mo",
                "drugs: [ivig], after_screening: true, time: {value: 5, unit: wk",
            )
        ],
        "eligibility.washout[2].time",
        "time: {value: 5, unit: wk",
        ["at most 28 days before the infusion", "takes 5 weeks"],
        "after_screening: false",
    ),
    "a wash-out of what must not be stopped, and that nobody watches": (
        [
            (
                "drugs: [ivig], time: {value: 3, unit: mo",
                "drugs: [tocilizumab], after_screening: true, time: {value: 2, unit: wk",
            )
        ],
        "eligibility.washout[2].drugs",
        "drugs: [tocilizumab]",
        ["tocilizumab is to be stopped", "'IL-1 or IL-6 blocker kept in systemic JIA'"],
        "take it out",
    ),
    "a wash-out of an IL-6 blocker without the watch": (
        [
            ("drugs: [ivig], time: {value: 3, unit: mo", "drugs: [tocilizumab], time: {value: 3, unit: mo"),
            ("stopped: [bdmard_il1, bdmard_il6]", "stopped: [bdmard_il1]"),
        ],
        "eligibility.washout[2]",
        "drugs: [tocilizumab]",
        ["macrophage activation syndrome", "no watch begins"],
        "add a watch",
    ),
    "a value that is wanted from after a death": (
        [("        death: {strategy: composite", "        death: {strategy: treatment_policy")],
        "objectives[0].estimand.intercurrent_events.death",
        "death: {strategy: treatment_policy",
        ["after death there is none"],
        "composite",
    ),
    "premedication that is asked for and not given": (
        [("drugs: [chlorphenamine, cetirizine]", "drugs: [diphenhydramine]")],
        "premedication.rules[0].drugs",
        "id: antihistamine",
        ["asks for diphenhydramine", "gives none of it"],
        "name the drug",
    ),
    "a drug that is asked of every child and prohibited": (
        [
            (
                "{kind: presence, id: drug_history, title: Drug history, of: patients.drug_history_complete,",
                "{kind: presence, id: drug_history, title: On methotrexate, of: medications, drugs: [methotrexate], change: started, during: {first: 0, last: 0},",
            )
        ],
        "eligibility.inclusion[3]",
        "id: drug_history",
        ["methotrexate is given on day 0", "'No new conventional drug' (concomitant.rules[1]) prohibits"],
        "make way",
    ),
    "ranges that no child can be within": (
        [
            (
                'of: items.egfr_ml_min_173, limit: {low: 40, unit: "mL/min/{1.73_m2}"',
                "of: items.weight_kg, limit: {low: 101, unit: kg",
            )
        ],
        "eligibility.inclusion[8].limit",
        "id: kidney_function",
        ["'Weight' asks for 10 to 100 kg", "at least 101 kg", "no child can meet both"],
        "overlap",
    ),
    "a stopping rule that acts on nothing": (
        [("children: {value: 2,", "children: {value: 0,")],
        "safety.stopping[3].children",
        "children: {value: 0",
        ["before anything has happened"],
        "1 child or more",
    ),
    "a trial that is stopped by those who treat its children": (
        [
            (
                'id: stop_mas, event: mas, children: {value: 1, unit: "{children}", source: [practice]}, action: pause_enrolment, decided_by: monitoring_board',
                'id: stop_mas, event: mas, children: {value: 1, unit: "{children}", source: [practice]}, action: pause_enrolment, decided_by: paediatric_rheumatologist',
            )
        ],
        "safety.stopping[2].decided_by",
        "id: stop_mas",
        ["treats the children and decides whether the trial goes on"],
        "a board",
    ),
    "results that those who treat see accumulate": (
        [("board: monitoring_board", "board: paediatric_rheumatologist")],
        "data.board",
        "board: paediatric_rheumatologist",
        ["sees the accumulating results"],
        "treats none of them",
    ),
    "an infusion that is not day 0": (
        [("index: day_0", "index: day_7")],
        "schedule.index",
        "index: day_7",
        ["the infusion is at 'Day 7', day 5 to 9"],
        "day 0 and no other",
    ),
    "vital signs whose times do not rise": (
        [("vital_signs_min: [0, 15, 30,", "vital_signs_min: [0, 30, 15,")],
        "observation.vital_signs_min",
        "vital_signs_min: [0, 30, 15",
        ["do not rise"],
        "the earliest first",
    ),
    "a criterion that excludes whom it includes": (
        [
            (
                "{kind: presence, id: malignancy, title: Malignancy, of: items.malignancy, during: *screened",
                "{kind: criterion, id: malignancy, title: Active MCTD, criterion: mctd_remission_hetlevik2017, result: not_met, diagnoses: [mctd], during: *screened",
            )
        ],
        "eligibility.exclusion[3]",
        "id: malignancy",
        ["excluded by what is asked of every child", "Inactive MCTD"],
        "not both",
    ),
    "a range that excludes whom another includes": (
        [
            (
                "{kind: presence, id: malignancy, title: Malignancy, of: items.malignancy, during: *screened",
                "{kind: range, id: malignancy, title: Weight, of: items.weight_kg, limit: {low: 5, unit: kg, source: [project]}, during: *screened",
            )
        ],
        "eligibility.exclusion[3]",
        "id: malignancy",
        ["excluded by what is asked of every child", "10 to 100 kg"],
        "not both",
    ),
    "a rule on drugs that holds longer than anybody records them": (
        [
            (
                "change: stopped, diagnoses: [jia], categories: [systemic], during: {first: -28, last: 84,",
                "change: stopped, diagnoses: [jia], categories: [systemic], during: {first: -28, last: 2000,",
            )
        ],
        "concomitant.rules[3]",
        "id: biologic_kept_systemic",
        ["holds up to day 2000", "no visit at or after that day records medicines"],
        "medications",
    ),
    "a watch that never looks": (
        [("every: {value: 2, unit: wk", "every: {value: 13, unit: wk")],
        "safety.watches[0].every",
        "every: {value: 13",
        ["lasts 12 weeks", "every 13 weeks"],
        "more often",
    ),
    "no paediatric rheumatologist": (
        [
            ("id: paediatric_rheumatologist, title", "id: rheumatologist, title"),
            *[("decided_by: paediatric_rheumatologist", "decided_by: rheumatologist")] * 4,
        ],
        "roles",
        "roles:",
        ["no role has the id 'paediatric_rheumatologist'"],
        "name the paediatric rheumatologist",
    ),
    "approved with figures that are not filled in": (
        [("status: template", "status: approved")],
        "status",
        "status: approved",
        ["14 figures are still to be filled in"],
        "fill them in",
    ),
    "a disease without a primary objective": (
        [
            ("diagnosis: sle\n      treatment", "diagnosis: sle\n      treatment"),
            ("id: sle_response\n    level: primary", "id: sle_response\n    level: secondary"),
        ],
        "objectives",
        "objectives:",
        ["0 primary objectives for SLE"],
        "one primary objective for each disease",
    ),
    "a screening that may come after the infusion": (
        [("screening: screening", "screening: day_7"), ("baseline: day_0\n", "baseline: day_0\n")],
        "schedule.screening",
        "screening: day_7",
        ["as late as day 9"],
        "ends on day 0",
    ),
}
"""What is wrong: the edits, the key that is told, the text whose line is told, what is said, and what to do."""


@pytest.mark.parametrize(("edits", "key", "at", "said", "todo"), MADE.values(), ids=MADE)
def test_a_contradiction_is_found_at_its_line_with_what_to_do(edits, key, at, said, todo):
    found = [each for each in contradictions(*edits) if each[1] == key]
    assert found, contradictions(*edits)
    line, _, what, to_do = found[0]
    assert line == line_of(edited(*edits), at)
    assert [part for part in said if part not in what] == [], what
    assert todo in to_do


ALSO = {
    "an endpoint that looks back to a baseline that is not recorded": {
        "repeat_dosing.rules[0].criterion",
        "repeat_dosing.rules[1].criterion",
        "taper.condition[0].criterion",
    },
    "an assessment outside every window of follow-up": {
        "objectives[1].estimand.visit",
        "objectives[2].estimand.visit",
    },
    "a value that is wanted from after a death": {
        "objectives[1].estimand.intercurrent_events.death",
        "objectives[2].estimand.intercurrent_events.death",
    },
}
"""What follows from the same edit: the other rules that need the baseline, the other endpoints of that visit."""


@pytest.mark.parametrize("name", MADE)
def test_a_contradiction_is_told_once_and_alone(name):
    edits, key, *_ = MADE[name]
    assert sorted(each[1] for each in contradictions(*edits)) == sorted({key, *ALSO.get(name, ())})


# ---- intercurrent events that the rules foresee ----------------------------------------------------------------------

ALL = ["jia", "sle", "mctd"]


@pytest.mark.parametrize(
    ("event", "diseases"),
    [
        ("rescue_drug", ALL),
        ("prohibited_drug", ALL),
        ("second_infusion", ["jia"]),  # repeat dosing is for JIA alone
        ("stopped_biologic", ALL),
        ("glucocorticoid_rise", ALL),
        ("loss_to_follow_up", ALL),
        ("death", ALL),
    ],
)
def test_an_event_that_the_rules_foresee_needs_a_strategy_in_each_disease(event, diseases):
    (line,) = [each for each in edited().splitlines() if each.startswith(f"        {event}: {{strategy")]
    found = contradictions((f"{line}\n", ""))
    assert [key for _, key, _, _ in found] == [
        f"objectives[{ALL.index(disease)}].estimand.intercurrent_events" for disease in diseases
    ]
    assert all(f"no strategy for '{event}'" in what for _, _, what, _ in found)


def test_no_strategy_is_needed_for_a_second_infusion_that_comes_after_the_assessment():
    (line,) = [
        each for each in edited().splitlines() if each.startswith("        second_infusion: {strategy")
    ]
    without = (f"{line}\n", "")
    late, soon = (("interval: {first: 91", f"interval: {{first: {day}") for day in (183, 182))
    assert contradictions(without, late) == []
    assert len(contradictions(without, soon)) == 1  # the week 24 visit ends on day 182
    assert contradictions(without, ("most: {high: 3,", "most: {high: 1,")) == []


# ---- events that are asked about -------------------------------------------------------------------------------------


def asking(**asks: str) -> list[tuple[str, str]]:
    """What the visits after day 0 ask for: each visit's line is edited as a whole."""
    lines = [line for line in edited().splitlines() if "- {id: " in line and "asks: [all]}" in line]
    return [
        (
            line,
            line.replace(
                "asks: [all]", f"asks: [{asks.get(line.split('id: ')[1].split(',')[0], asks['others'])}]"
            ),
        )
        for line in lines
    ]


def test_a_stopping_rule_needs_somebody_who_asks_about_its_event():
    found = contradictions(*asking(others="fever"))
    told = {what.split("'")[1] for _, _, what, _ in found}
    assert all(key.startswith("safety.stopping[") for _, key, _, _ in found)
    assert told == {
        "Death",
        "Life-threatening event at least possibly related to the cells",
        "Macrophage activation syndrome",
        "Reaction to the infusion of grade 3 or more",
        "Thrombosis or embolism",
        "Infection by a contaminated product",
    }


def test_a_rule_that_stops_needs_to_be_asked_from_the_first_visit_at_which_the_event_may_have_come():
    """Thrombosis counts from day 0 on; the first visit after the cells is that of day 7."""
    others = "death, grade_4_related, infusion_reaction, mas, contamination"
    late = asking(others=others, year_5=f"{others}, thromboembolism")
    ((_, key, what, todo),) = contradictions(*late)
    assert key == "safety.stopping[4].event"
    assert "counts from day 0 on" in what
    assert "'Safety follow-up at 5 years', day 1766" in what
    assert "from 'Day 7' on" in todo
    from_year_5 = (
        "stroke], source: [practice]}",
        "stroke], source: [practice], during: {first: 1766, source: [project]}}",
    )
    assert contradictions(*late, from_year_5) == []


def test_an_event_that_is_asked_about_at_the_first_visit_and_again_later_is_asked_in_time():
    others = "death, grade_4_related, infusion_reaction, mas, contamination"
    now_and_then = dict.fromkeys(("day_7", "week_52", "year_5"), f"{others}, thromboembolism")
    assert contradictions(*asking(others=others, **now_and_then)) == []


def test_a_further_infusion_on_the_first_day_on_which_its_rules_can_be_known_is_in_time():
    """Week 8, from day 49 on, is the first visit in the days of 'Response lost', from day 42."""
    assert contradictions(("interval: {first: 91", "interval: {first: 49")) == []


def test_the_time_between_infusions_is_nothing_where_one_is_given():
    assert (
        contradictions(
            ("most: {high: 3,", "most: {high: 1,"), ("interval: {first: 91", "interval: {first: 0")
        )
        == []
    )


def test_an_event_is_asked_about_until_its_days_are_over():
    """Macrophage activation syndrome counts up to day 84; week 8 ends on day 63, week 12 on day 94."""
    others = "death, grade_4_related, infusion_reaction, thromboembolism, contamination"
    to_week_8 = {f"{visit}": f"mas, {others}" for visit in ("day_7", "week_2", "week_4", "week_8")}
    (found,) = contradictions(*asking(others=others, **to_week_8))
    assert "counts up to day 84" in found[2]
    assert "over on day 63" in found[2]
    assert contradictions(*asking(others=others, **to_week_8, week_12=f"mas, {others}")) == []


# ---- what is no contradiction ----------------------------------------------------------------------------------------


def test_the_crp_stands_in_for_the_esr_where_both_times_record_it():
    """The sixth component of ACR Pedi is one reactant, the same at both visits (Giannini 1997)."""
    core = "physician_global_0_10, parent_global_0_10, chaq_di, active_joint_count, limited_joint_count"
    without_esr = [("items: &every_time [weight_kg,", f"items: &every_time [{core}, weight_kg,"), *day_0_records("sri4", "sledai_2k"), week_24_records("sri4", "sledai_2k")]  # fmt: skip
    about_jia = [each for each in contradictions(*without_esr) if each[1].startswith("objectives[0]")]
    assert about_jia == []
    neither = [*without_esr, ("temp_c, crp_mg_l, haemoglobin_g_dl, platelets_10e9_l, wbc_10e9_l, ast_u_l, ferritin_ng_ml, fibrinogen_mg_dl, pain", "temp_c, ferritin_ng_ml, pain")]  # fmt: skip
    about_jia = [each for each in contradictions(*neither) if each[1].startswith("objectives[0]")]
    assert [("ESR" in what, "CRP" in what) for _, _, what, _ in about_jia] == [(True, False)] * 2


def test_a_dose_on_the_limit_is_within_it():
    tight = ("tolerance: {value: 20", "tolerance: {value: 0")
    assert contradictions(tight, ("per_kg: {value: 2,", "per_kg: {value: 4,")) == []
    assert contradictions(tight, ("per_kg: {value: 2,", "per_kg: {value: 1,")) == []
    assert contradictions(tight, ("per_kg: {value: 2,", "per_kg: {value: 4.000001,")) != []


def test_a_range_that_excludes_some_of_those_included_is_none():
    heavy = (
        "{kind: presence, id: malignancy, title: Malignancy, of: items.malignancy, during: *screened",
        "{kind: range, id: malignancy, title: Weight, of: items.weight_kg, limit: {low: 90, unit: kg, source: [project]}, during: *screened",
    )
    assert contradictions(heavy) == []


def test_what_is_open_contradicts_nothing():
    open_limits = (
        'dose_limits: {low: 1, high: 4, unit: 10*6/kg, source: [wang_d2014, farge2025], why: "The doses of the studies read, from 1 to 4 million cells per kg; the highest was given to adults only."}',
        "dose_limits: {unit: 10*6/kg, centre: the product's limits}",
    )
    open_tolerance = (
        'tolerance: {value: 20, unit: "%", source: [practice], why: "Protocols allow 10 to 20 %."}',
        'tolerance: {unit: "%", centre: the tolerance}',
    )
    assert contradictions(open_limits, ("per_kg: {value: 2,", "per_kg: {value: 9,")) == []
    assert contradictions(open_tolerance, ("per_kg: {value: 2,", "per_kg: {value: 4,")) == []


def test_drugs_that_nobody_records_before_the_infusion_settle_no_rule():
    """Screening and day 0 alone stop recording medicines; five rules of eligibility are about drugs."""
    edits = [("records: [medications, joint_counts, reports]", "records: [joint_counts, reports]"),
             ("records: [medications, infusions, joint_counts, reports]", "records: [infusions, joint_counts, reports]")]  # fmt: skip
    keys = [key for _, key, what, _ in contradictions(*edits) if "no visit up to day 0 records them" in what]
    assert keys == ["eligibility.exclusion[9]", *(f"eligibility.washout[{at}]" for at in range(4))]


def test_a_wash_out_of_exactly_the_screening_fits():
    four_weeks = (
        "drugs: [ivig], time: {value: 3, unit: mo",
        "drugs: [ivig], after_screening: true, time: {value: 4, unit: wk",
    )
    assert contradictions(four_weeks) == []


def test_a_prohibition_that_is_over_when_the_drug_is_given_is_none():
    early = ("drugs: [csdmard, antimalarial], present: false, change: raised, during: *to_week_24",
             "drugs: [glucocorticoid], present: false, change: lowered, during: {first: 0, last: 27, source: [project]}")  # fmt: skip
    assert contradictions(early) == []
    touching = (early[0], early[1].replace("27", "28"))
    assert [key for _, key, _, _ in contradictions(touching)] == ["taper.drug"]
