"""Contradictions: each is made by a small edit of the shipped protocol, which has none."""

import pytest

from leadline.protocol.check import check_protocol
from tests.protocol.edits import SHIPPED, contradictions, edited, line_of

FULL = "measures: &full [acr_pedi, jia_cid_wallace2011, jadas10_esr, sri4, sledai_2k,"
WEEK_24 = "last: 182, source: [practice, project], items: *every_time, measures: *full"
PER_KG = (
    "  per_kg: {value: 2, unit: 10*6/kg, source: [swart2019], why: The only dose read of a trial in children with"
    " rheumatic disease.}\n"
)


def fixed(millions: int) -> tuple[str, str]:
    return PER_KG, f"  total: {{value: {millions}, unit: 10*6, source: [project]}}\n"


def test_the_shipped_protocol_contradicts_nothing():
    assert contradictions() == []


MADE = [
    (
        "an endpoint whose items no visit records",
        [(WEEK_24, "last: 182, source: [practice, project], items: *every_time, measures: [sri4, sledai_2k]")],
        "objectives[0].estimand.variable",
        "CHAQ disability index",
        "the visit 'Week 24' does not record",
    ),
    (
        "an endpoint whose baseline is not recorded",
        [(FULL, "measures: [sri4]\n      x: ["), ("measures: *full", "measures: &full [acr_pedi, sri4]")],
        "",
        "",
        "",
    ),
]


def only(*edits):
    """The one contradiction that the edits make."""
    found = contradictions(*edits)
    assert len(found) == 1, found
    return found[0]


def test_an_endpoint_needs_its_items_at_the_visit_at_which_it_is_assessed():
    narrow = "last: 182, source: [practice, project], items: *every_time, measures: [sri4, mctd_remission_hetlevik2017]"
    line, key, what, todo = only((WEEK_24, narrow))
    assert key == "objectives[0].estimand.variable"
    assert line == line_of(SHIPPED, "variable: acr_pedi.acr70")
    assert "CHAQ disability index" in what
    assert "Joints with limited motion" in what
    assert "'Week 24' does not record" in what
    assert "Active joints" not in what  # which the remission of MCTD records in MCTD children alone: see below
    assert "chaq_di" in todo


def test_an_endpoint_needs_its_items_at_one_visit_before_the_infusion():
    edits = ("measures: &full [acr_pedi,", "measures: [jadas10_esr, sri4, sledai_2k, mctd_remission_hetlevik2017]\n"
             "      why: &x no\n      unused: [")  # fmt: skip
    with pytest.raises(Exception, match="unused"):
        contradictions(edits)


def test_lupus_is_not_judged_without_bilag_at_week_24():
    """SRI-4 asks for BILAG, which no other measure of the schedule brings with it."""
    narrow = WEEK_24.replace("*full", "[acr_pedi, sledai_2k, mctd_remission_hetlevik2017]")
    found = contradictions((WEEK_24, narrow))
    assert {key for _, key, _, _ in found} == {"objectives[1].estimand.variable"}
    assert "newly BILAG A" in found[0][2]
    assert "Physician's global assessment of lupus" in found[0][2]
