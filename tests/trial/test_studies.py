"""Results from outside in the hierarchical models: they count as one more basket would whose children are all known."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import dblquad, quad

from leadline.errors import DesignInvalid
from leadline.evidence.priors import map_prior
from leadline.report.blocks import Table
from leadline.report.design.results import design_results
from leadline.trial import describe
from leadline.trial.borrowing.beta import Above, Mean
from leadline.trial.borrowing.bhm import Hierarchical
from leadline.trial.borrowing.exnex import Common, ExNex
from leadline.trial.borrowing.hierarchical import Centre, Study
from leadline.trial.borrowing.outcomes import Outcomes
from leadline.trial.design import Basket
from leadline.trial.reading import parse_design


def baskets_of(sizes, nulls):
    return tuple(
        Basket(f"b{j}", "sri4", null, 0.7, (size,))
        for j, (size, null) in enumerate(zip(sizes, nulls, strict=True))
    )


def ask(model, counts, sizes, nulls, quantity):
    outcomes = Outcomes(np.array([counts]), sizes)
    return model.expect(outcomes, baskets=baskets_of(sizes, nulls), quantities=[quantity])[0][0]


@pytest.mark.parametrize("centre", [Centre.NULL_RATE, Centre.NONE])
@pytest.mark.parametrize("quantity", [Above((0.2, 0.44)), Mean()])
def test_a_study_is_a_basket_whose_children_are_all_known(centre, quantity):
    counts, sizes, nulls = (4, 9), (9, 14), (0.2, 0.44)
    study = Study("adults", 12, 20, None if centre is Centre.NONE else 0.3)
    found = ask(Hierarchical("bhm", centre=centre, studies=(study,)), counts, sizes, nulls, quantity)
    more = Above((0.2, 0.44, 0.3)) if isinstance(quantity, Above) else quantity
    expected = ask(Hierarchical("bhm", centre=centre), (*counts, 12), (*sizes, 20), (*nulls, 0.3), more)
    assert found == pytest.approx(expected[:2], abs=2e-6)


def likelihood(eta, responders, patients):
    return math.exp(-responders * np.logaddexp(0, -eta) - (patients - responders) * np.logaddexp(0, eta))


def normal(x, mean, sd):
    return math.exp(-(((x - mean) / sd) ** 2) / 2) / sd


def test_a_study_at_a_weight_agrees_with_plain_integration():
    """One basket of 3 with 2 responders; 5 of 8 adults that count for a quarter. Integrals of integrals, no grid."""

    def marginal(mu, tau, responders, patients, *, above=-math.inf):
        edges = [max(mu - 9 * tau, above), mu + 9 * tau]
        if edges[0] >= edges[1]:
            return 0.0
        middle = [p for p in (mu,) if edges[0] < p < edges[1]]
        points = [edges[0], *middle, edges[1]]
        return sum(
            quad(lambda eta: likelihood(eta, responders, patients) * normal(eta, mu, tau), a, b, epsrel=1e-9)[
                0
            ]
            for a, b in pairwise(points)
        )

    def over_nodes(above):
        return dblquad(
            lambda mu, tau: marginal(mu, tau, 2, 3, above=above)
            * marginal(mu, tau, 5 / 4, 2)
            * normal(mu, 0.0, 1.0)
            * math.exp(-((tau / 0.5) ** 2) / 2),
            0.02, 3.0, -6, 6, epsrel=1e-5, epsabs=0,
        )[0]  # fmt: skip

    model = Hierarchical(
        "bhm", 0.0, 1.0, 0.5, 0.02, Centre.NONE, studies=(Study("adults", 5, 8, weight=0.25),)
    )
    found = ask(model, (2,), (3,), (0.4,), Above((0.4,)))[0]
    assert found == pytest.approx(over_nodes(math.log(0.4 / 0.6)) / over_nodes(-math.inf), abs=2e-5)


# Placebo responders in eight trials of ankylosing spondylitis: Baeten 2013, the example of the R package RBesT.
AS = ((23, 12, 19, 9, 39, 6, 9, 10), (107, 44, 51, 39, 139, 20, 78, 35))


@pytest.mark.parametrize("responders", [0, 4, 9])
def test_eight_studies_give_a_basket_the_posterior_of_their_map_prior(responders):
    """The prior is integrated on nodes of its own (`evidence.priors`), and its density is held to a printed one."""
    studies = tuple(Study(f"trial {r} of {n}", r, n) for r, n in zip(*AS, strict=True))
    model = Hierarchical("bhm", centre=Centre.NONE, studies=studies)
    found = ask(model, (responders,), (10,), (0.3,), Above((0.3,)))[0]
    assert found == pytest.approx(map_prior(*AS).posterior(responders, 10).tail(0.3), abs=5e-6)


def test_more_convincing_adults_make_a_basket_more_convincing():
    def above(responders):
        common = Common(0.0, 2.0, 0.5, 0.5, studies=(Study("adults", responders, 40, 0.3),))
        return ask(ExNex("exnex", (common,)), (4, 3), (9, 9), (0.3, 0.3), Above((0.3, 0.3)))

    low, high = above(8), above(28)
    assert (high - low > 0.02).all()


DESIGN = """
title: Adults as one more basket
baskets:
  - {id: a, responder: sri4, null_rate: 0.2, target_rate: 0.5, looks: [6]}
  - {id: b, responder: sri4, null_rate: 0.2, target_rate: 0.5, looks: [6]}
borrowing:
  model: bhm
  centre: CENTRE
  studies:
    - {name: "Adults, invented", responders: RESPONDERS, patients: 40, centre_rate: 0.4, weight: 0.25}
efficacy: {posterior: 0.9}
"""


STUDY = '    - {name: "Adults, invented", responders: 24, patients: 40, centre_rate: 0.4, weight: 0.25}\n'


def design_text(centre="null_rate", responders="24"):
    return DESIGN.replace("CENTRE", centre).replace("RESPONDERS", responders)


def test_a_design_with_studies_is_described():
    report = describe(parse_design(design_text(), name="adults.yaml"))
    assert "Adults, invented, 24 of 40 responded, each counted as 0.25 of a child." in " ".join(report.words)
    doubtful = describe(parse_design(design_text(responders="8"), name="adults.yaml"))
    assert report.scenarios[0].success[0] > 1.5 * doubtful.scenarios[0].success[0]


@pytest.mark.parametrize(
    ("centre", "responders", "said"),
    [
        ("null_rate", "41", r"studies.*responders.*found 41; takes at most the study's patients, 40"),
        ("none", "24", r"centre_rate.*found 0.4; takes none, as the baskets have no centre"),
        ("control", "24", r"studies.*takes none where effects against controls are shared"),
    ],
)
def test_impossible_studies_are_refused(centre, responders, said):
    with pytest.raises(DesignInvalid, match=said):
        parse_design(design_text(centre, responders), name="adults.yaml")


def parameters_of(text):
    report = describe(parse_design(text, name="adults.yaml"))
    (section,) = (one for one in design_results(report, ()).sections if one.id == "parameters")
    (table,) = (block for block in section.blocks if isinstance(block, Table))
    return {row[0]: row[1] for row in table.rows}


def test_the_parameters_of_a_report_name_each_study_and_no_empty_list():
    rows = parameters_of(design_text())
    assert rows["Borrowing study 1: responders"] == "24"
    assert rows["Borrowing study 1: weight"] == "0.25"
    assert rows["Order"] == "together"
    plain = parameters_of(design_text().replace("  studies:\n", "").replace(STUDY, ""))
    assert not [name for name in plain if "stud" in name]
