"""A whole casebook against a protocol: whose children they are, the day asked about, the shipped casebooks, JSON."""

import json
from datetime import date
from time import perf_counter

import pytest

import leadline as ll
from leadline.casebook import read_casebook
from leadline.casebook.days import DaySpan
from leadline.casebook.examples import path
from leadline.casebook.examples.generate import generate_casebook
from leadline.errors import OtherProtocol
from leadline.protocol.adherence import Outcome, check_casebook
from tests.casebook.books import book
from tests.protocol.charts import shipped

VERSION = shipped().version
PATIENTS = "patient_id,birth_date,diagnosis,protocol_id,protocol_version,last_contact_date"
INFUSIONS = "patient_id,infusion_no,infusion_start"


def casebook(folder, *rows, about="", **tables):
    children = "\n".join((PATIENTS, *rows))
    infusions = "\n".join((INFUSIONS, *(f"{row.split(',')[0]},1,2019-03-14" for row in rows)))
    more = {"about": f"key,value\n{about}\n"} if about else {}
    return read_casebook(book(folder, patients=children, infusions=infusions, **more, **tables))


OURS = f"CHILD-01,2010-05,jia,msc_iv_paediatric,{VERSION},2019-06-01"


def test_children_of_another_protocol_are_refused_with_their_rows(tmp_path):
    other = "CHILD-02,2010-05,jia,another,1.0,2019-06-01"
    older = "CHILD-03,2010-05,jia,msc_iv_paediatric,0.9,2019-06-01"
    with pytest.raises(OtherProtocol) as refused:
        check_casebook(shipped(), casebook(tmp_path, OURS, other, older))
    said = str(refused.value)
    assert "2 children are treated by another protocol than msc_iv_paediatric" in said
    assert "CHILD-02 is treated by another 1.0" in said
    assert "CHILD-03 is treated by msc_iv_paediatric 0.9" in said
    assert "CHILD-01" not in said


def test_children_who_name_no_protocol_or_no_version_are_checked_with_a_notice(tmp_path):
    none, no_version = (
        "CHILD-02,2010-05,jia,,,2019-06-01",
        "CHILD-03,2010-05,jia,msc_iv_paediatric,,2019-06-01",
    )
    adherence = check_casebook(shipped(), casebook(tmp_path, OURS, none, no_version))
    assert [child.under_protocol for child in adherence.children] == ["met", "indeterminate", "indeterminate"]
    notices = "\n".join(adherence.notices)
    assert "do not name a protocol (CHILD-02)" in notices
    assert "do not name a version of the protocol (CHILD-03)" in notices


def today(found):
    return found.children[0].today


def test_the_day_asked_about_is_the_one_given_or_the_cut_off_or_the_last_of_the_record(tmp_path):
    plain = casebook(tmp_path, OURS)
    assert today(check_casebook(shipped(), plain)) == DaySpan(79, 79)  # 2019-06-01, 79 days after 2019-03-14
    assert today(check_casebook(shipped(), plain, on=date(2019, 3, 24))) == DaySpan(10, 10)
    assert today(check_casebook(shipped(), plain, on=120)) == DaySpan(120, 120)
    (tmp_path / "cut").mkdir()
    cut_off = casebook(tmp_path / "cut", OURS, about="data_cutoff,2019-04-13")
    assert today(check_casebook(shipped(), cut_off)) == DaySpan(30, 30)


def test_what_is_to_come_is_ordered_by_the_day_on_which_it_ends(tmp_path):
    second = f"CHILD-02,2010-05,sle,msc_iv_paediatric,{VERSION},2019-06-01"
    adherence = check_casebook(shipped(), casebook(tmp_path, OURS, second), on=date(2019, 6, 1))
    ends = [row.dates[1] for row in adherence.upcoming]
    assert ends == sorted(ends)
    assert {row.patient_id for row in adherence.upcoming} == {"CHILD-01", "CHILD-02"}
    assert [row.id for row in adherence.upcoming if row.due_now] == ["week_12", "week_12"]  # day 74 to 94


def test_a_child_without_an_infusion_is_told_and_not_dropped(tmp_path):
    folder = book(tmp_path, patients=f"{PATIENTS}\n{OURS}\n", infusions="")
    child = check_casebook(shipped(), read_casebook(folder)).children[0]
    assert (child.infusions, child.visits, child.upcoming) == ((), (), ())
    assert child.notices == (
        "No infusion is recorded: eligibility can be judged for a day that is asked about.",
    )


def test_a_child_not_yet_treated_is_asked_about_as_if_the_cells_were_given_on_that_day(tmp_path):
    # weighed on 2019-03-01: day -13 of an infusion on 14 March, day -30 of one on 31 March
    folder = book(tmp_path, patients=f"{PATIENTS}\n{OURS}\n", infusions="",
                  visits="patient_id,visit_date,weight_kg\nCHILD-01,2019-03-01,31\n")  # fmt: skip
    for day, outcome in ((14, "as_written"), (31, "not_documented")):
        child = check_casebook(shipped(), read_casebook(folder), on=date(2019, 3, day)).children[0]
        weight = next(check for check in child.eligibility if check.rule == "weight")
        assert weight.outcome == outcome
        assert (child.treatment, child.changes, child.visits, child.upcoming) == ((), (), (), ())
        assert child.notices == (
            f"No infusion is recorded: eligibility is that of an infusion on 2019-03-{day}.",
        )


def test_the_families_of_wong_2021_left_nothing_that_decides():
    # Nothing is printed of product, dose, route, consent or visits: no rule about them can be judged either way.
    adherence = check_casebook(shipped(), read_casebook(path("wong2021")))
    for child in adherence.children:
        assert child.eligible == "indeterminate"
        decided = {check.rule for check in child.infusions[0].checks if check.outcome != "not_documented"}
        assert decided == {"cell_type"}
        assert child.upcoming == ()
        groups = {"non-biologic DMARDs, several, not named", "biologic DMARDs, several, not named"}
        assert {change.drug for change in child.changes} == groups
    assert any("published series" in notice for notice in adherence.notices)


def test_second_infusions_of_swart_2019_came_sooner_than_the_template_allows():
    # weeks 11, 10 and 8 (table 2), each known to three days, against three months
    adherence = check_casebook(shipped(), read_casebook(path("swart2019")))
    found = {
        child.patient_id: (check.found, check.outcome)
        for child in adherence.children
        for check in child.repeat_dosing
        if check.rule == "interval"
    }
    assert found == {
        "SWART-1": ("74 to 80 days", "major_deviation"),
        "SWART-4": ("67 to 73 days", "major_deviation"),
        "SWART-5": ("53 to 59 days", "major_deviation"),
    }


def test_the_invented_child_under_watch_has_the_syndrome_within_it():
    # INV-08: tocilizumab stopped on day -14, macrophage activation syndrome from day 49
    adherence = check_casebook(shipped(), read_casebook(path("invented")))
    child = next(child for child in adherence.children if child.patient_id == "INV-08")
    assert child.watches[0].events == ("Macrophage activation syndrome recorded on day 49, within the watch",)


def test_plain_values_are_the_same_twice_and_name_every_row():
    read = read_casebook(path("invented"))
    first, second = (json.dumps(check_casebook(shipped(), read).to_dict()) for _ in range(2))
    assert first == second
    child = json.loads(first)["children"][0]
    assert child["patient_id"] == "INV-01"
    assert all(check["evidence"] for check in child["eligibility"])
    assert child["outcomes"]["major_deviation"] >= 1


def test_every_check_that_cannot_tell_says_what_would(tmp_path):
    read = read_casebook(generate_casebook(tmp_path / "many", children=30, seed=3))
    children = check_casebook(shipped(), read).children
    assert sum(child.count()[Outcome.NOT_DOCUMENTED] for child in children) > 100, (
        "else nothing is asked here"
    )
    for child in children:
        checks = [*child.eligibility, *child.repeat_dosing, *child.treatment]
        checks += [check for infusion in child.infusions for check in infusion.checks]
        for check in checks:
            assert bool(check.missing) is (check.outcome == "not_documented"), check
            assert check.evidence, check
        for change in child.changes:
            assert bool(change.missing) is (change.outcome == "not_documented"), change


@pytest.mark.slow
def test_sixty_children_take_well_under_a_second(tmp_path):
    read = read_casebook(generate_casebook(tmp_path / "many", children=60, seed=1))
    check_casebook(shipped(), read)
    started = perf_counter()
    check_casebook(shipped(), read)
    assert perf_counter() - started < 3  # 0.5 s on two quiet cores; the rest is for a busy machine


def test_a_version_without_a_protocol_is_open_only_where_it_is_ours(tmp_path):
    ours, other = (f"CHILD-02,2010-05,jia,,{version},2019-06-01" for version in (VERSION, "0.9"))
    adherence = check_casebook(shipped(), casebook(tmp_path, ours))
    assert adherence.children[0].under_protocol == "indeterminate"
    with pytest.raises(OtherProtocol, match=r"CHILD-02 is treated by \(protocol not recorded\) 0\.9"):
        check_casebook(shipped(), casebook(tmp_path, other))


def test_it_is_called_from_the_public_interface():
    adherence = ll.protocol.check_casebook(shipped(), ll.read_casebook(path("wong2021")))
    assert [child.patient_id for child in adherence.children] == ["WONG-1", "WONG-2", "WONG-3"]
