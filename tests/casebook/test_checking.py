"""Every kind of bad input is a row: where it is, what was found, what is taken, what to do."""

import pickle

import pytest

from leadline.casebook import check_casebook, read_casebook
from leadline.casebook.casebook import CasebookProblems
from leadline.casebook.joints import JOINTS_27, JOINTS_71
from leadline.casebook.problems import MOST_LISTED, Problem
from leadline.errors import CasebookHasProblems
from tests.casebook.books import book, problems_of

VISITS = "patient_id,visit_uid,visit_date"


def visit(columns: str, cells: str, date: str = "2019-04-01") -> str:
    return f"{VISITS},{columns}\nCHILD-01,V1,{date},{cells}"


def test_a_sound_casebook_has_no_problem(tmp_path):
    assert problems_of(book(tmp_path, visits=visit("esr_mm_h", "20"))) == []


@pytest.mark.parametrize(
    ("tables", "problem"),
    [
        pytest.param(
            {"visits": visit("esr_mm_h", "high")},
            ("visits", 2, "esr_mm_h", "a text of 4 characters"),
            id="wrong type",
        ),
        pytest.param(
            {"visits": visit("esr_mm_h", "-3")}, ("visits", 2, "esr_mm_h", "-3"), id="below the scale"
        ),
        pytest.param(
            {"visits": visit("esr_mm_h", "nan")},
            ("visits", 2, "esr_mm_h", "a text of 3 characters"),
            id="nan",
        ),
        pytest.param(
            {"visits": visit("esr_mm_h", "inf")},
            ("visits", 2, "esr_mm_h", "a text of 3 characters"),
            id="infinity",
        ),
        pytest.param(
            {"visits": visit("esr_mm_h", "1_0")},
            ("visits", 2, "esr_mm_h", "a text of 3 characters"),
            id="underscore",
        ),
        pytest.param(
            {"visits": visit("chaq_di", "3.1")}, ("visits", 2, "chaq_di", "3.1"), id="above the scale"
        ),
        pytest.param(
            {"visits": visit("active_joint_count", "2.5")},
            ("visits", 2, "active_joint_count", "2.5"),
            id="half a joint",
        ),
        pytest.param(
            {"visits": visit("active_joint_count,list_used", "30,27")},
            ("visits", 2, "active_joint_count", "30"),
            id="more than the list",
        ),
        pytest.param(
            {"visits": visit("active_uveitis", "prsent")},
            ("visits", 2, "active_uveitis", "prsent"),
            id="a finding misspelt",
        ),
        pytest.param(
            {"visits": visit("physician_global_0_10", "60")},
            ("visits", 2, "physician_global_0_10", "60"),
            id="mm for 0-10",
        ),
        pytest.param({"visits": visit("crp", "12")}, ("visits", 2, "crp_unit", "no unit"), id="bare CRP"),
        pytest.param(
            {"visits": visit("crp,crp_unit", "12,stone")},
            ("visits", 2, "crp_unit", "a text of 5 characters"),
            id="odd unit",
        ),
        pytest.param(
            {"visits": visit("esr_mm_h", "=1+2")},
            ("visits", 2, "esr_mm_h", "=1+2"),
            id="a formula for a number",
        ),
        pytest.param(
            {"visits": visit("visit_kind", "=HYPERLINK(A1)")},
            ("visits", 2, "visit_kind", "a formula"),
            id="a formula for a choice",
        ),
        pytest.param(
            {"visits": visit("esr_mm", "20")},
            ("visits", 1, "esr_mm", "a column that the table does not have"),
            id="unknown column",
        ),
        pytest.param(
            {"visits": f"{VISITS}\nCHILD-01,@V1,2019-04-01"},
            ("visits", 2, "visit_uid", "a text of 3 characters"),
            id="a code that runs",
        ),
        pytest.param(
            {"visits": f"{VISITS}\nCHILD-01,V1,14/03/2019"},
            ("visits", 2, "visit_date", "14/03/2019"),
            id="a date of no order",
        ),
        pytest.param(
            {"visits": f"{VISITS}\nCHILD-01,V1,43538"},
            ("visits", 2, "visit_date", "43538"),
            id="Excel serial date",
        ),
        pytest.param(
            {"visits": f"{VISITS}\nCHILD-01,V1,2010-04"},
            ("visits", 2, "visit_date", "a day before the child was born"),
            id="before birth",
        ),
        pytest.param(
            {"visits": f"{VISITS}\nCHILD-01,V1,"},
            ("visits", 2, "visit_date", "nothing"),
            id="required and empty",
        ),
        pytest.param(
            {"visits": f"{VISITS}\nCHILD-01,V1,2019-04\nCHILD-01,V1,2019-05"},
            ("visits", 3, "visit_uid", "a row with the same key as one above"),
            id="visit twice",
        ),
        pytest.param(
            {"visits": f"{VISITS}\nCHILD-01,,2019-04\nCHILD-01,,2019-04"},
            ("visits", 3, "patient_id, visit_date", "a row with the same key as one above"),
            id="day twice",
        ),
        pytest.param(
            {
                "visits": f"{VISITS},esr_mm_h\nCHILD-01,V1,2019-04-01,30",
                "observations": "patient_id,visit_uid,measure,value_num\nCHILD-01,V1,esr_mm_h,50",
            },
            ("observations", 2, "value_num", "a second value of the item at this visit"),
            id="a value of the visit in two tables",
        ),
        pytest.param(
            {
                "visits": f"{VISITS},esr_mm_h\nCHILD-01,V1,2019-04-01,30",
                "observations": "patient_id,obs_date,measure,value_num\nCHILD-01,2019-04-01,esr_mm_h,50",
            },
            ("observations", 2, "value_num", "a second value of the item at this visit"),
            id="a value of the visit in two tables, by its day",
        ),
        pytest.param(
            {
                "visits": f"{VISITS},active_joint_count\nCHILD-01,V1,2019-04-01,6",
                "joint_counts": "patient_id,visit_uid,active_joint_count\nCHILD-01,V1,4",
            },
            ("joint_counts", 2, "active_joint_count", "a second value of the item at this visit"),
            id="a joint count in two tables",
        ),
        pytest.param(
            {"visits": f"{VISITS}\nCHILD-02,V1,2019-04"},
            ("visits", 2, "patient_id", "a child that the table patients does not have"),
            id="unknown child",
        ),
        pytest.param(
            {"patients": "patient_id,diagnosis\nCHILD-01,jia\nCHILD-01,jia"},
            ("patients", 3, "patient_id", "a row with the same key as one above"),
            id="child twice",
        ),
        pytest.param(
            {"patients": "patient_id,diagnosis\nCHILD-01,sl"},
            ("patients", 2, "diagnosis", "sl"),
            id="a choice misspelt",
        ),
        pytest.param(
            {"patients": "patient_id,death_date,birth_date\nCHILD-01,2009,2010"},
            ("patients", 2, "death_date", "2009, which is before birth_date 2010"),
            id="died before birth",
        ),
        pytest.param(
            {"medications": "patient_id,drug_text,start_date,end_date\nCHILD-01,methotrexate,2018-03,2017"},
            ("medications", 2, "end_date", "2017, which is before start_date 2018-03"),
            id="stop before start",
        ),
        pytest.param(
            {"medications": "patient_id,drug_text,dose\nCHILD-01,methotrexate,<5"},
            ("medications", 2, "dose", "<5"),
            id="a censored dose",
        ),
        pytest.param(
            {"adverse_events": "patient_id,term_text,start_date,ctcae_grade\nCHILD-01,fever,2019-03,6"},
            ("adverse_events", 2, "ctcae_grade", "6"),
            id="grade 6",
        ),
        pytest.param(
            {"adverse_events": "patient_id,term_text,serious_criteria\nCHILD-01,fever,death;hospitalization"},
            ("adverse_events", 2, "serious_criteria", "death;hospitalization"),
            id="one of several choices",
        ),
        pytest.param(
            {
                "infusions": "patient_id,infusion_no,infusion_start\nCHILD-01,1,2019-03-14\nCHILD-01,1,2019-06-14"
            },
            ("infusions", 3, "patient_id, infusion_no", "a row with the same key as one above"),
            id="infusion twice",
        ),
        pytest.param(
            {
                "infusions": "patient_id,infusion_no,infusion_start\nCHILD-01,1,2019-03-14\nCHILD-01,2,2019-02-14"
            },
            ("infusions", 3, "infusion_start", "a day before that of the infusion with the number before"),
            id="infusions out of order",
        ),
        pytest.param(
            {"infusions": "patient_id,infusion_no,infusion_start\nCHILD-01,1,D5"},
            ("infusions", 2, "infusion_start", "D5"),
            id="first infusion not day 0",
        ),
        pytest.param(
            {"reports": "patient_id,children,claim\n,,improved"},
            ("reports", 2, "patient_id", "neither or both"),
            id="a claim about nobody",
        ),
        pytest.param(
            {"reports": "patient_id,claim\nCHILD-01,heeled"},
            ("reports", 2, "claim", "a text of 6 characters"),
            id="an unknown claim",
        ),
        pytest.param(
            {"about": "key,value\nkind,fictitious"},
            ("about", 2, "value", "a kind that is not known"),
            id="an unknown kind",
        ),
        pytest.param(
            {"about": "key,value\ntitle,One\ntitle,Two"},
            ("about", 3, "key", "a row with the same key as one above"),
            id="two titles",
        ),
        pytest.param(
            {"visit": "a\n1"},
            ("visit.csv", None, "", "a table that a casebook does not have"),
            id="unknown table",
        ),
        pytest.param({"visits": " "}, ("visits", None, "", "an empty file"), id="empty file"),
        pytest.param(
            {"visits": f"{VISITS},esr_mm_h,esr_mm_h\nCHILD-01,V1,2019-04-01,1,2"},
            ("visits", 1, "esr_mm_h", "the same column twice"),
            id="column twice",
        ),
        pytest.param(
            {"visits": f"{VISITS}\nCHILD-01,V1,2019-04-01,1,2"},
            ("visits", 2, "", "more cells than the header has"),
            id="ragged row",
        ),
        pytest.param(
            {"visits": f"{VISITS},\nCHILD-01,V1,2019-04-01,7"},
            ("visits", None, "", "values without a name of a column (column 4)"),
            id="no name",
        ),
        pytest.param(
            {"visits": f"uid,{VISITS}\nA,CHILD-01,V1,2019-04-01\nA,CHILD-01,V2,2019-04-02"},
            ("visits", 2, "uid", "a uid used twice"),
            id="uid twice",
        ),
        pytest.param(
            {"visits": f"missing,{VISITS}\nweather=bad,CHILD-01,V1,2019-04-01"},
            ("visits", 2, "missing", "a reason that cannot be read"),
            id="an odd reason",
        ),
        pytest.param(
            {"visits": f"visit_week,{VISITS}\n8,CHILD-01,V1,2019-04-01"},
            ("visits", 2, "visit_week", "8"),
            id="week and date",
        ),
        pytest.param(
            {"visits": "patient_id,visit_week\nCHILD-01,7.5"},
            ("visits", 2, "visit_week", "7.5"),
            id="half a week",
        ),
        pytest.param(
            {
                "adverse_events": "patient_id,term_text,serious,serious_criteria\nCHILD-01,sepsis,no,hospitalisation"
            },
            ("adverse_events", 2, "serious", "no, of an event with a criterion of seriousness"),
            id="not serious, with a criterion",
        ),
        pytest.param(
            {"adverse_events": "patient_id,term_text,serious,outcome\nCHILD-01,sepsis,no,fatal"},
            ("adverse_events", 2, "serious", "no, of an event that was fatal"),
            id="not serious, and fatal",
        ),
        pytest.param(
            {"adverse_events": "patient_id,term_text,serious,ctcae_grade\nCHILD-01,sepsis,no,5"},
            ("adverse_events", 2, "serious", "no, of an event of grade 5"),
            id="not serious, and of the grade of death",
        ),
        pytest.param(
            {"patients": "", "visits": f"{VISITS}\nCHILD-01,V1,2019-04-01"},
            ("patients", None, "", "no such table"),
            id="no children",
        ),
    ],
)
def test_bad_input_is_named_with_its_place(tmp_path, tables, problem):
    assert problem in problems_of(book(tmp_path, **tables))


OBSERVATIONS = "patient_id,visit_uid,obs_date,measure,value_num,comparator,unit,value_code,ref_low,ref_high"


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("CHILD-01,,2019-04,crp,12,,,,,", ("observations", 2, "unit", "no unit")),
        ("CHILD-01,,2019-04,creatinine,40,,stone,,,", ("observations", 2, "unit", "a text of 5 characters")),
        ("CHILD-01,,2019-04,esrr,40,,mm/h,,,", ("observations", 2, "measure", "esrr")),
        ("CHILD-01,,2019-04,esr,,,mm/h,,,", ("observations", 2, "value_num", "no value")),
        (
            "CHILD-01,,2019-04,esr,20,about,mm/h,,,",
            ("observations", 2, "comparator", "a text of 5 characters"),
        ),
        ("CHILD-01,,2019-04,esr,400,,mm/h,,,", ("observations", 2, "value_num", "400")),
        (
            "CHILD-01,,2019-04,esr,20,,mm/h,present,,",
            ("observations", 2, "value_code", "a number and a finding"),
        ),
        ("CHILD-01,,2019-04,c3,0.9,,g/L,,1.8,0.9", ("observations", 2, "ref_low", "1.8 above 0.9")),
        ("CHILD-01,,2019-04,c3,0.9,,g/L,,low,1.8", ("observations", 2, "ref_low", "a text of 3 characters")),
        (
            "CHILD-01,V9,2019-04,esr,20,,mm/h,,,",
            ("observations", 2, "visit_uid", "a visit that the child does not have"),
        ),
        (
            "CHILD-01,V1,2019-08-01,esr,20,,mm/h,,,",
            ("observations", 2, "obs_date", "a day more than 30 days from that of the visit named"),
        ),
        ("CHILD-01,,,esr,20,,mm/h,,,", ("observations", 2, "visit_uid", "no visit and no day")),
    ],
)
def test_a_bad_observation_is_named_with_its_place(tmp_path, row, problem):
    tables = {"visits": visit("esr_mm_h", ""), "observations": f"{OBSERVATIONS}\n{row}"}
    assert problems_of(book(tmp_path, **tables)) == [problem]


def test_a_value_recorded_wide_and_long_is_recorded_twice(tmp_path):
    observations = f"{OBSERVATIONS}\nCHILD-01,V1,2019-04-01,esr_mm_h,21,,mm/h,,,"
    found = problems_of(book(tmp_path, visits=visit("esr_mm_h", "20"), observations=observations))
    assert [(table, row) for table, row, _, _ in found] == [("observations", 2)]


def test_a_visit_of_another_child_is_not_this_childs(tmp_path):
    patients = "patient_id,diagnosis\nCHILD-01,jia\nCHILD-02,jia"
    observations = f"{OBSERVATIONS}\nCHILD-02,V1,,esr,20,,mm/h,,,"
    assert problems_of(
        book(tmp_path, patients=patients, visits=visit("esr_mm_h", "20"), observations=observations)
    ) == [("observations", 2, "visit_uid", "a visit that the child does not have")]


def test_all_problems_are_found_together_in_the_order_of_tables_and_rows(tmp_path):
    bad = book(
        tmp_path,
        reports="patient_id,claim\nCHILD-01,heeled",
        visits=f"{VISITS},esr_mm_h,chaq_di\nCHILD-01,V1,2019-04-01,500,\nCHILD-01,V2,2019-05-01,,9",
        patients="patient_id,sex\nCHILD-01,boy",
    )
    assert [(table, row) for table, row, _, _ in problems_of(bad)] == [
        ("patients", 2),
        ("visits", 2),
        ("visits", 3),
        ("reports", 2),
    ]


def test_nothing_is_read_in_part(tmp_path):
    bad = book(tmp_path, visits=visit("esr_mm_h", "500"))
    with pytest.raises(CasebookProblems) as raised:
        read_casebook(bad)
    assert isinstance(raised.value, CasebookHasProblems)
    assert raised.value.exit_code == 21
    assert [(p.table, p.row, p.column) for p in raised.value.problems] == [("visits", 2, "esr_mm_h")]
    assert check_casebook(bad).casebook is None


def test_a_global_in_mm_is_told_to_be_divided_by_ten(tmp_path):
    (problem,) = check_casebook(book(tmp_path, visits=visit("physician_global_0_10", "60"))).problems
    assert "divide by 10" in problem.todo


def test_a_serial_date_is_named(tmp_path):
    (problem,) = check_casebook(book(tmp_path, visits=f"{VISITS}\nCHILD-01,V1,43538")).problems
    assert "2019-03-14" in problem.todo


def test_a_misspelt_status_or_source_is_no_status(tmp_path):
    bad = book(
        tmp_path, visits=f"row_status,source_kind,{VISITS}\nentered in eror,charts,CHILD-01,V1,2019-04-01"
    )
    found = [(table, row, column) for table, row, column, _ in problems_of(bad)]
    assert found == [("visits", 2, "row_status"), ("visits", 2, "source_kind")]


def test_a_column_without_its_unit_is_a_problem_in_every_row_that_has_a_value(tmp_path):
    visits = f"{VISITS},crp\nCHILD-01,V1,2019-04-01,12\nCHILD-01,V2,2019-05-01,\nCHILD-01,V3,2019-06-01,8"
    assert problems_of(book(tmp_path, visits=visits)) == [
        ("visits", 2, "crp_unit", "no unit"),
        ("visits", 4, "crp_unit", "no unit"),
    ]


def test_the_nearest_name_is_suggested(tmp_path):
    tables = {
        "visit": "a\n1",
        "visits": visit("esr_mm", "20"),
        "patients": "patient_id,diagnossis\nCHILD-01,jia",
    }
    todos = [problem.todo for problem in check_casebook(book(tmp_path, **tables)).problems]
    assert todos == ["Is it visits? Then name it so.", "Is it diagnosis?", "Is it esr_mm_h?"]


def test_problems_beyond_the_most_listed_are_counted(tmp_path):
    rows = "\n".join(f"CHILD-01,V{number},2019-04-01,500" for number in range(MOST_LISTED + 500))
    checked = check_casebook(book(tmp_path, visits=f"{VISITS},esr_mm_h\n{rows}"))
    assert len(checked.problems) == MOST_LISTED
    assert checked.total == MOST_LISTED + 500


# ---- no message shows a name or free text ------------------------------------------------------------------------

NAME = "Annabel"


@pytest.mark.parametrize(
    "tables",
    [
        {"patients": f"patient_id,diagnosis\n{NAME},jia"},
        {
            "patients": f"patient_id,birth_date,sex,diagnosis,country,age_years_at_infusion\n"
            f"CHILD-01,{NAME},{NAME},{NAME},={NAME},{NAME}"
        },
        {
            "visits": f"{VISITS},esr_mm_h,active_uveitis,crp,crp_unit\n"
            f"{NAME},={NAME},{NAME},{NAME},{NAME},{NAME},{NAME}"
        },
        {
            "observations": f"{OBSERVATIONS}\n{NAME},{NAME},{NAME},{NAME},{NAME},{NAME},{NAME},{NAME},{NAME},{NAME}"
        },
        {"observations": f"{OBSERVATIONS}\nCHILD-01,,2019-04,esr,{NAME},{NAME},{NAME},,{NAME},{NAME}"},
        {"reports": f"patient_id,claim,speaker,domain,statement\n{NAME},{NAME},{NAME},{NAME},{NAME}"},
        {"medications": f"patient_id,drug_text,start_date,dose\nCHILD-01,{NAME},{NAME},{NAME}"},
        {"about": f"key,value\n{NAME},{NAME}\nkind,{NAME}"},
    ],
)
def test_no_message_shows_a_name(tmp_path, tables):
    checked = check_casebook(book(tmp_path, **tables))
    assert checked.total
    said = " ".join(map(str, checked.problems)) + " ".join(checked.notices)
    assert NAME.lower() not in said.lower()


def test_a_notice_of_an_unknown_drug_names_its_row_and_not_its_text(tmp_path):
    checked = check_casebook(
        book(tmp_path, medications=f"patient_id,drug_text\nCHILD-01,methotrexate\nCHILD-01,{NAME} drops")
    )
    assert checked.total == 0
    assert len(checked.notices) == 1
    assert "row 3" in checked.notices[0]
    assert NAME not in checked.notices[0]


# ---- days that cannot be counted ---------------------------------------------------------------------------------

DATED_VISIT = f"{VISITS}\nCHILD-01,V1,2019-04-01"


@pytest.mark.parametrize(
    ("infusion", "found"),
    [
        ("", ["no day, while other rows of this child have calendar dates"]),
        ("D0", ["D0, while other rows of this child have calendar dates"]),
        ("not_recorded", []),  # said in so many words: the visits then have no day
        ("about 2019-03", []),
        ("2019", []),
    ],
)
def test_a_calendar_day_needs_an_infusion_to_count_from(tmp_path, infusion, found):
    infusions = f"patient_id,infusion_no,infusion_start\nCHILD-01,1,{infusion}"
    problems = problems_of(book(tmp_path, visits=DATED_VISIT, infusions=infusions))
    assert [(column, what) for _, _, column, what in problems] == [("infusion_start", what) for what in found]


def test_a_child_that_was_never_infused_is_no_problem_and_a_notice(tmp_path):
    checked = check_casebook(book(tmp_path, visits=DATED_VISIT, infusions=""))
    assert checked.total == 0
    assert any("1 of 1 children have none" in notice for notice in checked.notices)


def test_the_index_infusion_must_have_been_given(tmp_path):
    infusions = (
        "patient_id,infusion_no,infusion_start,status\n"
        "CHILD-01,1,2019-03-14,completed\nCHILD-01,2,2019-06-14,not_given"
    )
    good = book(tmp_path, infusions=infusions)
    assert check_casebook(good, index_infusion=1).total == 0
    assert [p.column for p in check_casebook(good, index_infusion=2).problems] == ["infusion_no"]
    assert check_casebook(good, index_infusion={"CHILD-02": 7}).total == 0


def test_a_drug_that_is_not_known_is_named_by_its_row_with_the_nearest_that_is(tmp_path):
    drugs = "patient_id,drug_text\nCHILD-01,adalimumb\nCHILD-01,Emma's own mixture\nCHILD-01,L04AX03"
    (notice,) = check_casebook(book(tmp_path, medications=drugs)).notices
    assert notice == (
        "medications: 2 rows with a drug that is not in the catalogue (row 2: adalimumab?, 3); kept, but counted in no "
        "class. Write its substance or ATC code, if it has one."
    )


def test_a_dose_that_no_rule_can_reckon_with_is_named_by_its_row_and_not_in_its_words(tmp_path):
    medications = """patient_id,drug_text,dose,dose_unit,frequency
    CHILD-01,prednisone,5,mg,Daily
    CHILD-01,prednisone,5,mg,as Anna wants
    CHILD-01,prednisone,5,mg/day,daily
    CHILD-01,prednisone,,,when needed"""
    notices = check_casebook(book(tmp_path, medications=medications)).notices
    about = [notice for notice in notices if notice.startswith("medications")]
    assert [notice.partition(";")[0] for notice in about] == [
        "medications: 1 row with a dose_unit that is not known (row 4)",
        "medications: 1 row with a frequency that is not known (row 3)",
    ]
    assert "Anna" not in " ".join(about)


@pytest.mark.parametrize(
    ("named", "noticed"), [(JOINTS_27[:2], True), (JOINTS_27, False), (JOINTS_71, False)]
)
def test_joints_that_stand_alone_are_noticed_as_some_of_a_list(tmp_path, named, noticed):
    rows = "\n".join(f"CHILD-01,V1,{joint},absent" for joint in named)
    joints = f"patient_id,visit_uid,joint,swollen\n{rows}"
    notices = check_casebook(book(tmp_path, visits=visit("esr_mm_h", "20"), joint_counts=joints)).notices
    assert any("1 visit names only some of the joints" in notice for notice in notices) is noticed


def test_problems_come_back_from_another_process_as_they_were():
    problem = Problem("visits", 3, "weight_kg", "found", "taken", "todo")
    error = CasebookProblems("book", (problem,), 1)
    back = pickle.loads(pickle.dumps(error))
    assert str(back) == str(error)
    assert back.problems == (problem,)
