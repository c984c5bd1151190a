"""Charts look like charts, hold what is asked of them, and are cut on the day on which they are written."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from leadline.casebook import read_casebook
from leadline.protocol import read_protocol
from leadline.protocol.estimands import IntercurrentEvent, Strategy
from leadline.trial.design import HarmCount
from leadline.trial.monitoring.harm import child_harm
from leadline.trial.rehearsal.charts import draw_chart
from leadline.trial.rehearsal.responders import responder
from leadline.trial.rehearsal.writing import Followed, write_casebook
from tests.trial.rehearsal.test_responders import INDEX, LATER, SETTING, read_rows

PROTOCOL = read_protocol("msc_iv_paediatric")


def followed(number, *, responds=True, harm_day=None, setting=SETTING, criterion="acr_pedi.acr70"):
    rng = np.random.default_rng([11, number])
    code = f"CHILD-{number:03}"
    chart = draw_chart(rng, code, responder(criterion), setting, responds=responds, harm_day=harm_day)
    return Followed(chart, INDEX)


def written(folder, children, on=LATER):
    return write_casebook(folder, children, on=on, protocol=PROTOCOL, title="charts")


def test_the_same_children_and_day_give_the_same_bytes(tmp_path):
    one = written(tmp_path / "one", [followed(number) for number in range(4)])
    other = written(tmp_path / "other", [followed(number) for number in range(4)])
    for file in sorted(one.iterdir()):
        assert file.read_bytes() == (other / file.name).read_bytes()


@pytest.mark.parametrize("days", [0, 30, 100])
def test_nothing_is_written_that_lies_after_the_day_of_writing(days, tmp_path):
    today = INDEX + days
    children = [
        followed(number, responds=False, harm_day=12, setting=replace(SETTING, missing=0.3))
        for number in range(20)
    ]
    folder = written(tmp_path, children, on=today)
    for name, column in (("visits", "visit_date"), ("infusions", "infusion_start"), ("adverse_events", "start_date"),
                         ("medications", "start_date"), ("medications", "end_date"), ("medications", "as_of"),
                         ("patients", "last_contact_date")):  # fmt: skip
        for row in read_rows(folder, name) if (folder / f"{name}.csv").exists() else ():
            cell = row[column]
            assert not cell or cell <= date.fromordinal(today).isoformat(), (name, column, cell)
    assert list(read_casebook(folder).cases())  # what is left is a casebook without a problem


def test_with_many_gaps_the_casebook_still_has_no_problem(tmp_path):
    setting = replace(SETTING, missing=0.9)
    folder = written(tmp_path, [followed(n, responds=bool(n % 2), setting=setting) for n in range(60)])
    cases = list(read_casebook(folder).cases())
    assert len(cases) == 60
    visits = sum(len(case.assessments) for case in cases)
    assert visits < 60 * len(SETTING.visits)


def test_visits_lie_anywhere_in_their_windows_and_never_outside_while_nothing_goes_wrong():
    days = [
        [row.known for row in followed(number).chart.rows if row.table == "visits"] for number in range(60)
    ]
    for place, planned in enumerate(SETTING.visits):
        found = {of_child[place] for of_child in days}
        assert all(planned.first <= day <= planned.last for day in found)
        assert planned.first == planned.last or len(found) > 4


@pytest.mark.parametrize("counts", list(HarmCount))
@pytest.mark.parametrize("harm_day", [None, 9])
def test_harm_is_counted_in_those_children_who_have_it_and_in_no_other(counts, harm_day, tmp_path):
    setting = replace(SETTING, counts=counts)
    folder = written(tmp_path, [followed(n, harm_day=harm_day, setting=setting) for n in range(25)])
    had = {child_harm(case, counts).had for case in read_casebook(folder).cases()}
    assert had == {harm_day is not None}


def test_what_would_change_a_response_happens_only_to_those_who_do_not_respond():
    setting = replace(SETTING, second_from=40)
    for number in range(60):
        chart = followed(number, responds=True, setting=setting).chart
        assert all(given.drug != "anakinra" for given in chart.drugs)
        assert sum(row.table == "infusions" for row in chart.rows) == 1
        doses = [given.cells["dose"] for given in chart.drugs if given.drug == "prednisone"]
        assert doses == sorted(doses, reverse=True)
    others = [followed(number, responds=False, setting=setting).chart for number in range(60)]
    assert any(given.drug == "anakinra" for chart in others for given in chart.drugs)
    assert any(sum(row.table == "infusions" for row in chart.rows) == 2 for chart in others)


def test_an_event_whose_strategy_would_leave_the_response_open_does_not_happen():
    setting = replace(SETTING, strategies={IntercurrentEvent.RESCUE_DRUG: Strategy.HYPOTHETICAL})
    assert not setting.may_happen(IntercurrentEvent.RESCUE_DRUG, counted=False)
    assert not setting.may_happen(IntercurrentEvent.SECOND_INFUSION, counted=False)  # no strategy at all


def test_the_share_of_visits_that_go_wrong_is_the_one_asked_for():
    # Of the visits after infusion 40 % of the share are not held; besides, a quarter of the share of the children is
    # lost on a day of the first year, which takes the later ones of this half year from few.
    setting = replace(SETTING, missing=0.5)
    planned = held = 0
    for number in range(400):
        chart = followed(number, setting=setting).chart
        days = [row.known for row in chart.rows if row.table == "visits"]
        planned += 1
        held += any(20 <= day <= 50 for day in days)  # the visit of week 4, in time or late
    lost_by_week_4 = 0.5 * 0.25 * 28 / 365
    expected = (1 - 0.5 * 0.4) * (1 - lost_by_week_4)
    assert held / planned == pytest.approx(expected, abs=3 * (0.2 * 0.8 / 400) ** 0.5)


def test_a_late_chart_says_what_is_still_taken_as_of_its_own_day(tmp_path):
    folder = written(tmp_path, [followed(3)], on=INDEX + 50)
    rows = read_rows(folder, "medications")
    ongoing = {row["as_of"] for row in rows if row["ongoing"] == "yes"}
    assert ongoing == {(date.fromordinal(INDEX) + timedelta(days=50)).isoformat()}


@pytest.mark.parametrize("criterion", ["acr_pedi.acr70", "sri4", "mctd_remission_hetlevik2017"])
def test_a_casebook_of_many_children_has_no_problem(criterion, tmp_path):
    # One drug in some ten thousand began before its child was born; a rehearsal of hundreds found it.
    children = [
        followed(
            number, responds=bool(number % 2), criterion=criterion, setting=replace(SETTING, missing=0.2)
        )
        for number in range(1000)
    ]
    assert len(read_casebook(written(tmp_path, children)).patient_ids) == 1000


def test_a_child_of_whom_no_visit_was_held_has_a_chart(tmp_path):
    gone = next(
        one
        for one in (followed(number, setting=replace(SETTING, missing=0.98)) for number in range(5000))
        if all(row.table != "visits" for row in one.chart.rows)
    )
    assert gone.chart.last == 0
    folder = written(tmp_path, [gone, followed(1)])
    assert [len(case.assessments) > 0 for case in read_casebook(folder).cases()] == [False, True]


def test_no_drug_begins_before_the_youngest_child_is_born():
    begun = [min(given.start.number for given in followed(number).chart.drugs) for number in range(300)]
    assert min(begun) > -4 * 365 + 31  # the youngest is four; of its birth only the month is known
