"""The verdicts against their slow twin, on small cases drawn from a seed near every limit of the rules."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from leadline.verdicts.claims import judge_claim
from leadline.verdicts.findings import ClaimVerdict
from leadline.verdicts.parameters import Parameters
from leadline.verdicts.view import CaseView
from tests.verdicts.build import report
from tests.verdicts.generated import CLAIMS, a_case, a_claim_day
from tests.verdicts.twin import Said, twin_verdict

CASES = 300
IDS = {
    "": ("",),
    "acr_pedi": ("acr_pedi", "acr_pedi_sjia"),
    "horneff": ("jadas10_improvement_horneff",),
    "jadas10_state": ("jadas10_state_change",),
    "cjadas10_state": ("cjadas10_state_change",),
    "flare": ("jia_flare_brunner2002",),
    "remission": ("jia_remission_wallace", "mctd_remission_hetlevik2017"),
    "sri4": ("sri4",),
    "printo": ("printo_jsle_response",),
    "sledai_pga_part": ("sledai_pga_part",),
    "sri4_and_lldas": ("sri4_and_lldas",),
    "lupus_remission": ("doris_2021", "csle_ccr", "doris_2021_off", "csle_ccr0"),
    "lupus_remission_off": ("csle_ccr0_12_months",),
    "selena": ("selena_flare_index",),
    "flare_2018": ("csle_flare_2018",),
    "mctd": ("mctd_components",),
    "unchanged": ("no_important_change",),
    "off_medication": ("off_conventional_medication",),
    "reduced_medication": ("reduced_medication",),
    "events": ("no_adverse_event", "no_serious_adverse_event"),
}
"""What the twin calls a criterion, to the ids under which it is reported."""


def drawn(diagnosis: str, seed: int) -> list[tuple[str, ClaimVerdict, Said]]:
    rng = Random(f"{diagnosis} {seed}")
    child = a_case(rng, diagnosis)
    view = CaseView(child, Parameters())
    reports = [report(claim, a_claim_day(rng, child)) for claim in CLAIMS]
    return [(said.claim, judge_claim(view, said), twin_verdict(child, said)) for said in reports]


@pytest.fixture(scope="module", params=["jia", "sle", "mctd"])
def judged(request: pytest.FixtureRequest) -> list[tuple[str, ClaimVerdict, Said]]:
    return [one for seed in range(CASES) for one in drawn(request.param, seed)]


def test_both_come_to_the_same_finding_by_the_same_criterion(judged):
    for claim, fast, slow in judged:
        assert (claim, str(fast.finding)) == (claim, slow.finding)
        assert fast.deciding_criterion in IDS[slow.criterion]


def test_both_attribute_alike(judged):
    for claim, fast, slow in judged:
        assert (claim, str(fast.attribution.result)) == (claim, slow.attribution)


def test_both_count_as_many_assessments_days_and_gaps(judged):
    for claim, fast, slow in judged:
        held = fast.durability
        found = None if held is None else (held.assessments, held.days, held.largest_gap_days)
        assert (claim, found) == (claim, slow.durability)


def test_the_draw_reaches_every_finding(judged):
    """Else nothing would have been compared."""
    findings = Counter((claim, slow.finding) for claim, _, slow in judged)
    for claim in CLAIMS:
        assert findings[claim, "contradicted"] >= 3
        assert findings[claim, "reported_only"] >= 3
    assert sum(count for (_, finding), count in findings.items() if finding == "documented") >= 100
