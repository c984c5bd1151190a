"""What a criterion needs of the visits, and what a visit collects by naming a measure."""

from dataclasses import replace

import pytest

from leadline.measures import MEASURES
from leadline.protocol.needs import collected, missing_for
from leadline.verdicts import judgeable_criteria
from tests.protocol.edits import read

CRITERIA = [each for each in judgeable_criteria() if each.partition(".")[0] in MEASURES]


def with_visits(**changes):
    """The shipped protocol with day 0 and week 24 recording this and nothing else, and no other visit anything."""
    protocol = read()
    nothing = {"items": (), "measures": ()}
    visits = tuple(
        replace(visit, **nothing | (changes if visit.id in ("day_0", "week_24") else {"records": ()}))
        for visit in protocol.schedule.visits
    )
    return replace(protocol, schedule=replace(protocol.schedule, visits=visits))


def lacking(criterion, **changes):
    protocol = with_visits(**changes)
    week_24 = protocol.schedule.visit("week_24")
    needs = missing_for(criterion, protocol, week_24)
    return sorted(needs.baseline), sorted(needs.visit)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_a_visit_that_names_a_measure_collects_all_that_its_criterion_needs(criterion):
    assert lacking(criterion, measures=(criterion.partition(".")[0],)) == ([], [])


@pytest.mark.parametrize("criterion", CRITERIA)
def test_a_schedule_that_records_nothing_lacks_something_of_every_criterion(criterion):
    assert lacking(criterion)[1] != []


def test_the_core_set_of_acr_pedi_is_that_of_giannini_1997():
    """Two globals, CHAQ, active joints, joints with limited motion, and one reactant: Arthritis Rheum 1997;40:1202."""
    core = ["active_joint_count", "chaq_di", "esr_mm_h", "limited_joint_count", "parent_global_0_10",
            "physician_global_0_10"]  # fmt: skip
    assert lacking("acr_pedi.acr70") == (core, core)
    assert lacking("acr_pedi.acr70", items=tuple(core)) == ([], [])
    assert lacking("acr_pedi.acr70", items=tuple(core[:2] + core[3:])) == (["esr_mm_h"], ["esr_mm_h"])


def test_sri4_needs_the_sledai_the_global_of_lupus_and_bilag():
    """Furie 2009, doi:10.1002/art.24698."""
    assert lacking("sri4") == (
        ["pga_0_3", "sledai_2k"],
        ["new_bilag_a", "new_bilag_b", "pga_0_3", "sledai_2k"],
    )
    listed = ("new_bilag_a", "new_bilag_b", "pga_0_3")
    assert lacking("sri4", items=listed) == (["sledai_2k"], ["sledai_2k"])
    assert lacking("sri4", items=listed, measures=("sledai_2k",)) == ([], [])
    assert lacking("sri4", items=("sledai_2k", *listed)) == ([], [])  # the total as the chart prints it


def test_one_finding_short_is_no_sledai():
    findings = tuple(item.id for item in MEASURES["sledai_2k"].items if item.kind == "yes_no")
    assert len(findings) == 24
    rest = ("new_bilag_a", "new_bilag_b", "pga_0_3")
    assert lacking("sri4", items=(*findings, *rest)) == ([], [])
    assert lacking("sri4", items=(*findings[1:], *rest)) == (["sledai_2k"], ["sledai_2k"])


def test_a_measure_of_another_disease_is_not_recorded_in_a_child():
    visit = read().schedule.visit("week_24")
    assert "pga_0_3" in collected(visit, "sle")
    assert "pga_0_3" not in collected(visit, "jia")
    assert "chaq_di" in collected(visit, "jia")
    assert "chaq_di" not in collected(visit, "sle")
