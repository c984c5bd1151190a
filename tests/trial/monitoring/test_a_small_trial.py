"""A whole monitoring from files, every count worked out by hand (see small_trial)."""

from __future__ import annotations

from datetime import date

import pytest

from leadline.casebook import read_casebook
from leadline.errors import OtherProtocol
from leadline.trial.monitoring import monitor, read_plan
from tests.trial.monitoring.small_trial import DESIGN, ON, write_trial


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    path = tmp_path_factory.mktemp("design") / "small.yaml"
    path.write_text(DESIGN, encoding="utf-8")
    return read_plan(path)


@pytest.fixture(scope="module")
def found(plan, tmp_path_factory):
    return monitor(plan, read_casebook(write_trial(tmp_path_factory.mktemp("trial") / "book")), on=ON)


def test_children_stand_where_their_charts_say(found):
    said = {child.patient_id: (child.response.status, child.response.counted) for child in found.children}
    assert said == {
        "JIA-1": ("response", True),
        "SLE-1": ("missing", False),
        "JIA-2": ("no_response", False),
        "JIA-3": ("response", True),
        "JIA-4": ("pending", None),
    }
    assert [child.patient_id for child in found.children] == ["JIA-1", "SLE-1", "JIA-2", "JIA-3", "JIA-4"]


def test_children_of_no_basket_and_without_an_infusion_are_named_and_not_counted(found):
    assert [(one.patient_id, one.why) for one in found.conduct.left_out] == [
        ("JIA-5", "no infusion is recorded as given"),
        ("MCTD-1", "no basket takes this diagnosis"),
    ]


def test_the_first_look_is_made_of_the_first_children_and_the_third_is_overrun(found):
    assert [(step.children, step.responders) for step in found.steps] == [((2, 1), (1, 0))]
    arthritis, lupus = found.baskets
    assert (arthritis.counts.taken, arthritis.counts.known, arthritis.counts.responders) == (4, 3, 2)
    assert (arthritis.counts.pending, arthritis.overrun, arthritis.on_plan) == (1, 1, False)
    assert (lupus.counts.known, lupus.counts.missing_not_met, lupus.overrun) == (1, 1, 0)
    # Beta(2, 2) above 0.2: 1 - (3 x 0.04 - 2 x 0.008); no early rule, so both go on.
    assert found.steps[0].decisions[0].above == pytest.approx(0.896)
    assert [one.action for one in found.steps[0].decisions] == ["go on", "go on"]


def test_the_posterior_is_that_of_all_who_are_known(found):
    arthritis, lupus = found.baskets
    assert arthritis.posterior.mean == pytest.approx(3 / 5)
    assert lupus.posterior.mean == pytest.approx(1 / 3)
    # Beta(3, 2) above 0.2: 1 - (4 x 0.2^3 - 3 x 0.2^4).
    assert arthritis.posterior.above_null == pytest.approx(1 - 4 * 0.008 + 3 * 0.0016)


def test_the_next_look_is_told_child_by_child(found):
    arthritis = found.baskets[0]
    assert (arthritis.next_look.children, arthritis.next_look.known, arthritis.next_look.to_come) == (4, 3, 1)
    # Two or three of four: Beta(3, 3) and Beta(4, 2) above 0.2 are binomial tails of 5 tosses at 0.2.
    two = sum(k * 0.2**n * 0.8 ** (5 - n) for n, k in ((0, 1), (1, 5), (2, 10)))
    assert [one.responders for one in arthritis.next_results] == [0, 1]
    assert arthritis.next_results[0].above_null == pytest.approx(two)
    assert [one.action for one in arthritis.next_results] == ["success", "success"]
    assert arthritis.needed == 0
    assert arthritis.forecast.success == pytest.approx(1.0)


def test_harm_is_a_range_while_children_were_not_asked(found):
    harm = found.harm
    # JIA-2 had a serious event; JIA-1 and JIA-3 were asked; SLE-1 and JIA-4 were not.
    assert (harm.children, harm.with_event, harm.unknown) == (5, 1, 2)
    assert harm.person_days == 3 * 168
    assert harm.path == ((0, 0, 0, 1, 1, 1), (0, 0, 1, 2, 2, 3))
    assert (found.conduct.events, found.conduct.serious, found.conduct.with_serious) == (2, 1, 1)


def test_no_basket_goes_on_without_a_word_while_harm_cannot_be_told(found):
    # JIA-2 had an event; if SLE-1 and JIA-4, whom nobody asked, had one too, three of five would stop the trial.
    assert found.harm.rule == "cannot be told"
    assert [one.rule_now for one in found.baskets] == ["go on; harm cannot be told"] * 2


def test_an_earlier_day_shows_what_was_known_then(plan, tmp_path):
    then = monitor(plan, read_casebook(write_trial(tmp_path / "book")), on=date(2024, 3, 15))
    said = {child.patient_id: child.response.status for child in then.children}
    assert said == dict.fromkeys(("JIA-1", "SLE-1", "JIA-2", "JIA-3"), "pending")
    assert then.harm is not None
    assert then.harm.with_event == 0  # the event began on 30 March
    assert then.harm.unknown == 4
    rescued = monitor(plan, read_casebook(tmp_path / "book"), on=date(2024, 4, 1))
    assert {child.patient_id: child.response.status for child in rescued.children}["JIA-2"] == "no_response"


def test_the_order_of_the_rows_changes_nothing(plan, found, tmp_path):
    turned = monitor(plan, read_casebook(write_trial(tmp_path / "book", order=-1)), on=ON)
    one, other = found.to_dict(), turned.to_dict()
    for values in (one, other):
        values.pop("casebook_hash")
    assert one == other


def test_children_of_another_version_of_the_protocol_are_refused(plan, tmp_path):
    book = read_casebook(write_trial(tmp_path / "book", version="0.9"))
    said = r"another protocol than msc_iv_paediatric 1\.0:\nJIA-1 is treated by msc_iv_paediatric 0\.9"
    with pytest.raises(OtherProtocol, match=said):
        monitor(plan, book, on=ON)
