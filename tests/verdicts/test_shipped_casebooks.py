"""The shipped casebooks come to the findings that their papers and the verdict rules state."""

from collections import Counter
from functools import cache

import pytest

from leadline.casebook import Casebook, examples, read_casebook
from leadline.casebook.examples.generate import generate_casebook
from leadline.verdicts.claims import judge_claim
from leadline.verdicts.findings import AttributionResult, ClaimVerdict, Finding
from leadline.verdicts.parameters import Parameters
from leadline.verdicts.safety import judge_safety
from leadline.verdicts.view import CaseView


@cache
def shipped(name: str) -> Casebook:
    return read_casebook(examples.path(name))


def verdicts_of(casebook: Casebook) -> list[ClaimVerdict]:
    views = [CaseView(case, Parameters()) for case in casebook.cases()]
    return [judge_claim(view, report) for view in views for report in view.case.reports]


@cache
def verdicts(name: str) -> list[ClaimVerdict]:
    return verdicts_of(shipped(name))


WORKED_EXAMPLES = [  # verdicts 9.1 to 9.7
    ("INV-01", "cured", "contradicted", "confounded"),
    ("INV-02", "improved", "partly_documented", "unconfounded"),
    ("INV-02", "reduced_medication", "documented", "unconfounded"),
    ("INV-03", "improved", "partly_documented", "unknown"),
    ("INV-04", "no_serious_adverse_event", "reported_only", "unknown"),
    ("INV-05", "improved", "documented", "unconfounded"),
    ("INV-06", "off_medication", "reported_only", "unconfounded"),
    ("INV-07", "in_remission", "documented", "unconfounded"),
]
FURTHER = [
    ("INV-08", "worse", "documented", "confounded"),
    ("INV-08", "improved", "contradicted", "confounded"),
    ("INV-08", "no_serious_adverse_event", "contradicted", "confounded"),  # 9.4, with the event of day 49
    ("INV-09", "no_serious_adverse_event", "documented", "unconfounded"),  # 9.4, asked on days 60 and 84
    ("INV-09", "no_side_effect", "documented", "unconfounded"),
    ("INV-09", "much_improved", "partly_documented", "unconfounded"),
    ("INV-09", "in_remission", "contradicted", "unconfounded"),
    ("INV-10", "no_side_effect", "contradicted", "unconfounded"),
    ("INV-10", "much_improved", "documented", "unconfounded"),
    ("INV-10", "in_remission", "documented", "unconfounded"),
    ("INV-10", "cured", "documented", "unconfounded"),
    ("INV-10", "off_medication", "documented", "unconfounded"),
    ("INV-11", "much_improved", "documented", "unconfounded"),
    ("INV-11", "off_medication", "documented", "unconfounded"),
    ("INV-11", "cured", "documented", "unconfounded"),
    ("INV-11", "in_remission", "documented", "unconfounded"),
    ("INV-12", "unchanged", "documented", "unknown"),
    ("INV-12", "reduced_medication", "contradicted", "unknown"),
]


@pytest.mark.parametrize(("child", "claim", "finding", "attribution"), WORKED_EXAMPLES + FURTHER)
def test_an_invented_claim_has_the_finding_it_was_written_for(child, claim, finding, attribution):
    [said] = [
        verdict for verdict in verdicts("invented") if (verdict.patient_id, verdict.claim) == (child, claim)
    ]
    assert (said.finding, said.attribution.result) == (finding, attribution)


def test_the_invented_children_show_every_finding_and_every_attribution_and_no_claim_untested():
    said = verdicts("invented")
    assert {verdict.finding for verdict in said} == set(Finding)
    assert {verdict.attribution.result for verdict in said} == set(AttributionResult)
    assert len(said) == len(WORKED_EXAMPLES + FURTHER)


def test_wong_2021_is_benefit_reported_rather_than_documented():
    # the conclusion of the paper, doi:10.1186/s12969-021-00575-5
    said = verdicts("wong2021")
    assert Counter(verdict.finding for verdict in said) == {Finding.REPORTED_ONLY: 9}
    assert all(verdict.settling_items for verdict in said)
    assert {verdict.attribution.result for verdict in said} == {AttributionResult.UNKNOWN}


def test_swart_2019_has_the_person_time_and_the_fisher_p_values_of_table_2():
    # doi:10.1093/rheumatology/kez157. Printed 0.111, 0.055 (cut, not rounded), 0.60; 0.055, 0.014, 0.36.
    safety = judge_safety(list(shipped("swart2019").cases()))
    serious, other = safety.comparisons
    assert [(rate.events, rate.person_months) for rate in (serious.before, serious.after)] == [
        (2, 18),
        (4, 72),
    ]
    assert [(rate.events, rate.person_months) for rate in (other.before, other.after)] == [(1, 18), (1, 72)]
    assert serious.p_fisher == pytest.approx(0.60, abs=0.005)
    assert other.p_fisher == pytest.approx(0.36, abs=0.005)
    assert serious.before.per_month == pytest.approx(0.111, abs=0.0005)
    assert serious.after.per_month == pytest.approx(0.055, abs=0.001)
    assert other.after.per_month == pytest.approx(0.014, abs=0.0005)


def test_every_claim_of_a_generated_casebook_can_be_judged(tmp_path):
    said = verdicts_of(read_casebook(generate_casebook(tmp_path, children=30, seed=5, missing=0.3)))
    assert {verdict.finding for verdict in said} == set(Finding)
    assert {verdict.attribution.result for verdict in said} == set(AttributionResult)
