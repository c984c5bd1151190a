"""Amendments in words, and the children that they touch. The words are typed here, as a reader would say them."""

# ruff: noqa: E501 - the edits are in the words of the file, whose lines are long

import pytest

from leadline.protocol.amendments import Meaning, compare_protocols
from tests.protocol.edits import edited, read


def changes(*edits: tuple[str, str]) -> list[tuple[str, str]]:
    """What changes from the shipped protocol to the edited one: kind, and words."""
    return [(each.meaning.value, each.what) for each in compare_protocols(read(), read(*edits))]


SAID = {
    "a dose": (
        [("per_kg: {value: 2,", "per_kg: {value: 3,")],
        ["The dose per kg rises from 2 to 3 million cells per kg"],
    ),
    "the upper limit of a dose": (
        [("dose_limits: {low: 1, high: 4,", "dose_limits: {low: 1, high: 3,")],
        ["The upper limit of the dose that the product allows falls from 4 to 3 million cells per kg"],
    ),
    "a release test": (
        [('{low: 70, unit: "%"', '{low: 80, unit: "%"')],
        ["The lower limit of 'Viability' rises from 70 to 80 %"],
    ),
    "a limit that comes to count as within": (
        [("below: 18, unit: a", "high: 18, unit: a")],
        ["The upper limit of 'Age' itself now counts as within"],
    ),
    "a limit that is new": (
        [("limit: {low: 6, source: [farge2025],", "limit: {low: 6, high: 40, source: [farge2025],")],
        ["The upper limit of 'Active lupus' is new: 40"],
    ),
    "a limit that falls away": (
        [("limit: {low: 10, high: 100, unit: kg", "limit: {low: 10, unit: kg")],
        ["The upper limit of 'Weight', 100 kg, falls away"],
    ),
    "a figure that is filled in": (
        [("limit: {unit: min, centre: least and greatest duration of one infusion}", "limit: {low: 20, high: 60, unit: min, source: [project]}")],
        ["'Duration', which the centre had to fill in, is now 20 to 60 minutes"],
    ),
    "a day of a visit": (
        [("day: 56, first: 49, last: 63", "day: 56, first: 49, last: 70")],
        ["The last day of the visit 'Week 8' moves from day 63 to day 70"],
    ),
    "what a visit records": (
        [("items: &every_time [weight_kg, height_cm, temp_c, crp_mg_l,", "items: &every_time [weight_kg, height_cm, temp_c,"),
         ("items: *every_time, measures: *full, records: [medications, joint_counts, reports], asks: [all]}\n    - {id: week_8", "items: [weight_kg, crp_mg_l, upcr_g_g], measures: *full, records: [medications, joint_counts, reports], asks: [all]}\n    - {id: week_8")],
        [f"The items of the visit '{visit}' lose CRP" for visit in ("Day 0", "Week 8", "Week 12", "Week 24", "Week 52")]
        + ["The items of the visit 'Week 4' gain Urine protein/creatinine ratio",
           "The items of the visit 'Week 4' lose Height, Temperature, Haemoglobin, Platelets, White blood cells, AST, Ferritin, Fibrinogen and Pain (0-10)"],
    ),
    "a wash-out": (
        [("drugs: [bdmard_bcell], time: {value: 12, unit: mo", "drugs: [bdmard_bcell], time: {value: 6, unit: mo")],
        ["'Wash-out of B-cell therapy' falls from 12 to 6 months"],
    ),
    "a wash-out in a unit that has no fixed length": (
        [("drugs: [ivig], time: {value: 3, unit: mo", "drugs: [ivig], time: {value: 12, unit: wk")],
        ["'Wash-out of immunoglobulin' changes from 3 months to 12 weeks"],
    ),
    "drugs that a rule names": (
        [("drugs: [csdmard, antimalarial, cytotoxic, ivig], present", "drugs: [csdmard, cytotoxic, ivig, nsaid], present")],
        ["The drugs of the rule 'No new conventional drug' gain NSAID", "The drugs of the rule 'No new conventional drug' lose antimalarial"],
    ),
    "days of a rule": (
        [("during: {first: -28, last: 84, source: [swart2019", "during: {first: -28, last: 168, source: [swart2019")],
        ["The days of 'IL-1 or IL-6 blocker kept in systemic JIA' change: from day -28 to day 84 becomes from day -28 to day 168"],
    ),
    "a rule that is new and one that is gone": (
        [("    - {kind: presence, id: karyotype, title: Karyotype, of: infusions.karyotype_test, values: [normal], source", "    - {kind: presence, id: gram, title: Gram stain, of: infusions.gram_stain, values: [negative], source")],
        ["New in the release tests: 'Gram stain': Gram stain: negative", "Taken out of the release tests: 'Karyotype': Karyotype: normal"],
    ),
    "a rule of another kind under the same id": (
        [("{kind: range, id: weight, title: Weight, of: items.weight_kg, limit: {low: 10, high: 100, unit: kg, source: [project], why: \"From 20 to 200 million cells at the planned dose; the centre may narrow it to what its product allows.\"}", "{kind: presence, id: weight, title: Weight, of: items.active_uveitis, present: false, source: [project]")],
        ["The rule 'Weight' asked: Weight: 10 to 100 kg, from day -28 to day 0. It now asks: Active uveitis: absent, from day -28 to day 0"],
    ),
    "the gravity of a deviation": (
        [("values: [passed], deviation: minor", "values: [passed], deviation: major")],
        ["The gravity of the rule 'Potency' changes from minor to major"],
    ),
    "how many infusions": (
        [("most: {high: 3,", "most: {high: 2,")],
        ["The upper limit of the number of infusions of a child falls from 3 to 2 infusions"],
    ),
    "how many children stop the trial": (
        [("children: {value: 2,", "children: {value: 3,")],
        ["The number of children of the rule 'stop reactions' rises from 2 to 3 children"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("edits", "said"), SAID.values(), ids=SAID)
def test_an_amendment_is_said_in_words(edits, said):
    found = changes(*edits)
    assert sorted(what for kind, what in found if kind == "treatment") == sorted(said)


def test_a_strategy_is_a_change_of_the_conclusion_and_says_in_which_disease():
    edit = ("        death: {strategy: composite", "        death: {strategy: hypothetical")
    assert changes(edit) == [
        (
            "conclusion",
            f"The strategy for 'death' in the estimand for {disease} changes from composite to hypothetical",
        )
        for disease in ("JIA", "SLE", "MCTD")
    ]


NAMED = {
    "an event": (
        [("title: Reaction to the infusion of grade 3 or more, terms: [infusion reaction,", "title: Reaction to the infusion of grade 3 or more, terms: [")],
        ["The terms of the event 'Reaction to the infusion of grade 3 or more' lose infusion reaction"],
    ),
    "a grade": (
        [("grade: 4, related: true", "grade: 3, related: true")],
        ["The grade of the event 'Life-threatening event at least possibly related to the cells' falls from 4 to 3"],
    ),
    "a watch": (
        [("every: {value: 2, unit: wk", "every: {value: 1, unit: wk")],
        ["The interval of the watch 'Watch for macrophage activation syndrome' falls from 2 to 1 week"],
    ),
    "a role": (
        [("decides: [whether a batch may be given]", "decides: [whether a batch may be given, whether it is kept]")],
        ["The decisions of the role 'Person who releases the product' gain whether it is kept"],
    ),
    "a rescue drug": (
        [("    - {drug: bdmard_il6, purpose: flare of systemic or polyarticular JIA, dose: {unit: mg/kg, centre: dose by the centre's own standard of care}}\n", "")],
        ["Taken out of the rescue drugs: the use of IL-6 inhibitor"],
    ),
    "a target of the taper": (
        [("by_day: 140, dose: {high: 10,", "by_day: 140, dose: {high: 7.5,")],
        ["The upper limit of the dose of the target of the taper by day 140 falls from 10 to 7.5 mg/d"],
    ),
    "another target": (
        [("by_day: 140, dose: {high: 10,", "by_day: 120, dose: {high: 10,")],
        ["New in the targets of the taper: at most 10 mg/d by day 120", "Taken out of the targets of the taper: at most 10 mg/d by day 140"],
    ),
    "a stopping rule": (
        [("id: stop_death, event: death", "id: stop_any, event: death")],
        ["New in the stopping rules: 1 child with 'death': pause enrolment", "Taken out of the stopping rules: 1 child with 'death': pause enrolment"],
    ),
    "a report": (
        [("within: {high: 7, unit: d", "within: {high: 3, unit: d")],
        ["The upper limit of the time of the report of 'Fatal or life-threatening suspected reaction that was not expected: first report' falls from 7 to 3 days"],
    ),
    "a source": (
        [("  - {id: ctcae5,", "  - {id: new2026, citation: A new paper}\n  - {id: ctcae5,")],
        ["New in the sources: the source 'new2026'"],
    ),
    "an unneeded strategy": (
        [('        stopped_biologic: {strategy: treatment_policy, why: "Stopping makes a response harder, not easier, to reach; the response counts as it is."}\n', "")],
        [f"Taken out of the intercurrent events of the estimand for {disease}: 'stopped biologic' (a biologic is stopped): treatment policy" for disease in ("JIA", "SLE", "MCTD")],
    ),
    "the stagger": (
        [("  stagger: {unit: d, centre: least time between the infusions of the first children}\n", "")],
        ["The time between the first children, [the centre fills in: least time between the infusions of the first children], falls away"],
    ),
    "a dose that comes to be the same for all": (
        [("  per_kg: {value: 2, unit: 10*6/kg, source: [swart2019], why: The only dose read of a trial in children with rheumatic disease.}", "  total: {value: 60, unit: 10*6, source: [project]}")],
        ["The dose per kg, 2 million cells per kg, falls away", "The dose for every child is new: 60 million cells"],
    ),
    "what a figure is left to": (
        [("{unit: a, centre: how long records and samples are kept by local law}", "{unit: a, centre: how long records are kept}")],
        ["What the centre fills in for the time for which records are kept changes from 'how long records and samples are kept by local law' to 'how long records are kept'"],
    ),
    "a figure that is given up": (
        [('limit: {high: 5, unit: "[EU]/kg", source: [release_a, release_b, release_c]}', 'limit: {unit: "[EU]/kg", centre: the limit of the product}')],
        ["'Endotoxin' was at most 5 EU/kg and is now left to the centre: the limit of the product"],
    ),
    "a value that becomes a range": (
        [("per_kg: {value: 2,", "per_kg: {low: 1.5, high: 2.5,")],
        ["The dose per kg changes from 2 million cells per kg to 1.5 to 2.5 million cells per kg"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("edits", "said"), NAMED.values(), ids=NAMED)
def test_every_part_of_a_protocol_is_called_by_its_name(edits, said):
    found = changes(*edits)
    assert sorted(what for kind, what in found if kind != "wording") == sorted(said)


def test_a_source_and_a_reason_are_words_and_change_nothing_else():
    edit = (
        "source: [swart2019], why: The only dose read of a trial in children",
        "source: [wang_d2014], why: The dose of a trial in adults and not in children",
    )
    assert changes(edit) == [
        ("wording", "The source of the dose per kg changes from swart2019 to wang_d2014"),
        ("wording", "The reason of the dose per kg is worded otherwise"),
    ]


MEANS_THE_SAME = {
    "items in another order": [("items: &every_time [weight_kg, height_cm,", "items: &every_time [height_cm, weight_kg,")],
    "a comment": [("dose:\n", "dose:  # as in Swart 2019\n")],
    "rules in another order": [
        ("    - {kind: presence, id: sterility, title: Sterility, of: infusions.sterility_test, values: [no_growth], source: [release_a, release_b, release_c]}\n", ""),
        ("    - {kind: presence, id: karyotype,", "    - {kind: presence, id: sterility, title: Sterility, of: infusions.sterility_test, values: [no_growth], source: [release_a, release_b, release_c]}\n    - {kind: presence, id: karyotype,"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("edits", MEANS_THE_SAME.values(), ids=MEANS_THE_SAME)
def test_what_means_the_same_is_no_amendment(edits):
    assert edited(*edits) != edited()
    assert changes(*edits) == []


WORDED_OTHERWISE = {
    "a dose in single cells": (
        [("per_kg: {value: 2, unit: 10*6/kg", 'per_kg: {value: 2000000, unit: "{cells}/kg"')],
        "The dose per kg is worded otherwise: 2 million cells per kg is the same as 2000000 cells per kg",
    ),
    "weeks as days": (
        [("lasting: {value: 12, unit: wk", "lasting: {value: 84, unit: d")],
        "The length of the watch 'Watch for macrophage activation syndrome' is worded otherwise: 12 weeks is the same as 84 days",
    ),
    "a year as months": (
        [("drugs: [bdmard_bcell], time: {value: 12, unit: mo", "drugs: [bdmard_bcell], time: {value: 1, unit: a")],
        "'Wash-out of B-cell therapy' is worded otherwise: 12 months is the same as 1 year",
    ),
    "a name": (
        [("id: viability, title: Viability,", "id: viability, title: Viable cells,")],
        "The title of the rule 'Viable cells' changes from Viability to Viable cells",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("edits", "said"), WORDED_OTHERWISE.values(), ids=WORDED_OTHERWISE)
def test_what_is_only_worded_otherwise_is_said_and_is_no_change(edits, said):
    assert changes(*edits) == [("wording", said)]


FIVE_MG = (
    "dose: {unit: mg/kg, centre: dose by weight and age}",
    "dose: {value: 5, unit: mg, source: [practice]}",
)


@pytest.mark.parametrize(
    ("dose", "said"),
    [
        ("value: 0.005, unit: g", [("wording", "The dose of the use of chlorphenamine is worded otherwise: 5 mg is the same as 0.005 g")]),
        ("value: 5000, unit: ug", [("wording", "The dose of the use of chlorphenamine is worded otherwise: 5 mg is the same as 5000 ug")]),
        ("value: 0.0050001, unit: g", [("treatment", "The dose of the use of chlorphenamine rises from 0.005 to 0.0050001 g")]),
    ],
)  # fmt: skip
def test_a_dose_in_another_unit_is_the_same_to_the_last_digit_or_another_one(dose, said):
    amended = (FIVE_MG[0], f"dose: {{{dose}, source: [practice]}}")
    found = compare_protocols(read(FIVE_MG), read(amended))
    assert [(each.meaning.value, each.what) for each in found] == said


def test_an_amendment_leads_to_the_key_of_the_new_protocol():
    (found,) = compare_protocols(read(), read(("per_kg: {value: 2,", "per_kg: {value: 3,")))
    assert (found.section, found.path, found.meaning) == ("dose", ("dose", "per_kg"), Meaning.TREATMENT)


def test_a_long_text_stands_in_quotes():
    edit = ("question: In how many children with refractory JIA does the disease respond to the cells by week 24?",
            "question: In how many children with refractory JIA does the disease respond to the cells by week 52?")  # fmt: skip
    (found,) = changes(edit)
    assert found[1] == (
        "The question of the objective 'jia response' changes. It was: \"In how many children with refractory JIA does the"
        ' disease respond to the cells by week 24?" It is now: "In how many children with refractory JIA does the disease'
        ' respond to the cells by week 52?"'
    )
