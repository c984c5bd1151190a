"""The five kinds of rule in words, typed here as a physician would read them."""

import pytest

from leadline.protocol.figures import Figure, Window, figure_words, shortest_days, window_words, worked_out
from leadline.protocol.rules import (
    Asked,
    Change,
    CriterionRule,
    PresenceRule,
    RangeRule,
    WashoutRule,
    WindowRule,
    words,
)

SAID = [
    (
        RangeRule(
            kind="range", id="r", title="R", of="infusions.viability_pct", limit=Figure(unit="%", low=70)
        ),
        "Viable cells: at least 70 %",
    ),
    (
        RangeRule(
            kind="range", id="r", title="R", of="patients.age_years", limit=Figure(unit="a", low=2, below=18)
        ),
        "Age on day 0: at least 2 years and below 18 years",
    ),
    (
        RangeRule(
            kind="range",
            id="r",
            title="R",
            of="items.egfr_ml_min_173",
            limit=Figure(unit="mL/min/{1.73_m2}", low=40),
            during=Window(first=-28, last=0),
        ),
        "Estimated GFR: at least 40 mL/min/1.73 m², from day -28 to day 0",
    ),
    (
        RangeRule(
            kind="range",
            id="r",
            title="R",
            of="infusions.volume_ml",
            limit=Figure(unit="mL", centre="the volume"),
        ),
        "Volume given: [the centre fills in: the volume]",
    ),
    (
        CriterionRule(kind="criterion", id="r", title="R", criterion="isct_2006"),
        "Minimal criteria of mesenchymal stromal cells (ISCT 2006): met",
    ),
    (
        CriterionRule(
            kind="criterion",
            id="r",
            title="R",
            criterion="acr_pedi.acr30",
            result=Asked.NOT_MET,
            diagnoses=("jia",),
            during=Window(first=42),
        ),
        "ACR Pedi 30 against baseline: not met, from day 42 on (for JIA)",
    ),
    (
        WindowRule(kind="window", id="r", title="R", of="patients.consent_date", during=Window(last=0)),
        "Consent given: up to day 0",
    ),
    (
        WashoutRule(
            kind="washout", id="r", title="R", drugs=("bdmard_bcell",), time=Figure(unit="mo", value=12)
        ),
        "no B-cell therapy in the 12 months before day 0",
    ),
    (
        WashoutRule(
            kind="washout",
            id="r",
            title="R",
            drugs=("methylprednisolone",),
            routes=("iv",),
            time=Figure(unit="wk", value=1),
        ),
        "no methylprednisolone by vein in the 1 week before day 0",
    ),
    (
        PresenceRule(kind="presence", id="r", title="R", of="items.malignancy"),
        "Malignancy, now or earlier: present",
    ),
    (
        PresenceRule(kind="presence", id="r", title="R", of="items.malignancy", present=False),
        "Malignancy, now or earlier: absent",
    ),
    (
        PresenceRule(kind="presence", id="r", title="R", of="patients.drug_history_complete"),
        "Drug history is complete: yes",
    ),
    (
        PresenceRule(kind="presence", id="r", title="R", of="infusions.route", values=("iv",)),
        "Route: by vein",
    ),
    (
        PresenceRule(
            kind="presence", id="r", title="R", of="infusions.sterility_test", values=("no_growth",)
        ),
        "Sterility: no growth",
    ),
    (
        PresenceRule(
            kind="presence",
            id="r",
            title="R",
            of="medications",
            drugs=("chlorphenamine", "cetirizine"),
            during=Window(first=0, last=0),
        ),
        "one of chlorphenamine or cetirizine taken, on day 0",
    ),
    (
        PresenceRule(
            kind="presence",
            id="r",
            title="R",
            of="medications",
            drugs=("bdmard_il1", "bdmard_il6"),
            present=False,
            change=Change.STOPPED,
            diagnoses=("jia",),
            categories=("systemic",),
            during=Window(first=-28, last=84),
        ),
        "no IL-1 inhibitor or IL-6 inhibitor stopped, from day -28 to day 84 (for systemic JIA)",
    ),
]


@pytest.mark.parametrize(("rule", "said"), SAID, ids=[said for _, said in SAID])
def test_a_rule_is_said_in_words(rule, said):
    assert words(rule) == said


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        (Figure(unit="10*6/kg", value=2), "2 million cells per kg"),
        (Figure(unit="10*6/kg", low=1, high=4), "1 to 4 million cells per kg"),
        (Figure(unit="{children}", value=1), "1 child"),
        (Figure(unit="{infusions}", high=3), "at most 3 infusions"),
        (Figure(unit="d", high=28), "at most 28 days"),
        (Figure(above=0.3), "above 0.3"),
    ],
)
def test_a_figure_is_said_in_words(figure, said):
    assert figure_words(figure) == said


def test_a_window_is_said_in_words():
    assert window_words(Window()) == "at any time"
    assert window_words(Window(first=0, last=182)) == "from day 0 to day 182"


@pytest.mark.parametrize(
    ("limit", "number", "holds"),
    [
        (Figure(low=70), 70, True),
        (Figure(low=70), 69.9, False),
        (Figure(below=18), 18, False),
        (Figure(below=18), 17.99, True),
        (Figure(above=5), 5, False),
        (Figure(high=5), 5, True),
        (Figure(low=0.3), 1.2 - 0.9, True),  # 0.29999999999999993 in binary floats
        (Figure(value=2), 2, True),
        (Figure(value=2), 2.1, False),
        (Figure(centre="the limit"), 5, None),
    ],
)
def test_a_number_on_a_limit_counts_as_the_limit_says(limit, number, holds):
    assert limit.holds(number) is holds


def test_the_shortest_that_a_time_can_be():
    """From 1 March to 1 September are 184 days, from 1 September to 1 March 181."""
    assert shortest_days(Figure(unit="mo", value=6)) == 181
    assert shortest_days(Figure(unit="wk", value=12)) == 84
    assert shortest_days(Figure(unit="a", value=1)) == 365


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (10 / 9, "1.111"),
        (20 / 3, "6.667"),
        (1 / 24, "0.04167"),
        (2.5, "2.5"),
        (999.96, "1000"),
        (12345.4, "12345"),
        (0, "0"),
    ],
)
def test_what_was_divided_is_said_with_four_digits_or_as_a_whole_number(number, said):
    assert worked_out(number) == said
