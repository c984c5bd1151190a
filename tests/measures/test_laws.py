"""What holds for every measure, asked of each without naming any: a new one is tested on its first day."""

import json
from contextlib import suppress
from math import inf, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.errors import ItemOutOfRange, LeadlineError
from leadline.measures import MEASURES
from leadline.measures.definition import Calculation, Grading, Score
from tests.measures.strategies import complete_visits, visit_and_its_gaps

QUICK = settings(max_examples=15)
BY_THEIR_OWN = ("unit_convert", "doses_report")
"""The first takes words that go with each other, and in the second what is missing is its result."""

OF_TREES = [measure for measure in MEASURES.values() if measure.id not in BY_THEIR_OWN]
SCORES = [measure for measure in OF_TREES if isinstance(measure, Score)]
WITH_ITEMS = [measure for measure in MEASURES.values() if measure.items]
UNDECIDED = (None, "indeterminate")


def every(measures):
    return pytest.mark.parametrize("measure", measures, ids=[measure.id for measure in measures])


def outputs(measure, row):
    """What the measure says of a row, without what only explains it."""
    explaining = {"status", "missing", "lower_bound", "upper_bound"}
    with_parameters = {**measure.parameters, **row}
    result = measure.judge(with_parameters)
    if result.get("status") == "not_applicable":
        return {}
    return {key: value for key, value in result.items() if key not in explaining}


def missing_of(measure, row):
    """What it names as missing; the one without a status leaves out what it was given nothing of."""
    named = measure.evaluate_row(row).get("missing")
    return (
        [key for key, value in outputs(measure, row).items() if value in UNDECIDED]
        if named is None
        else named
    )


@every(OF_TREES)
@given(data=st.data())
@QUICK
def test_filling_a_gap_never_overturns_what_is_decided(measure, data):
    full, partial = data.draw(visit_and_its_gaps(measure))
    after, before = outputs(measure, full), outputs(measure, partial)
    for key, decided in before.items():
        if decided in UNDECIDED or key not in after:
            continue
        if isinstance(measure, Grading) and measure.stands_alone:
            grades = [grade for grade, _ in measure.grades] + [measure.otherwise]
            assert grades.index(after[key]) <= grades.index(decided), (
                "a grade stands, or a graver one takes its place"
            )
        else:
            assert after[key] == decided


@every(OF_TREES)
@given(data=st.data())
@QUICK
def test_what_is_undecided_names_items_that_are_missing_and_nothing_else_does(measure, data):
    full, partial = data.draw(visit_and_its_gaps(measure))
    missing = missing_of(measure, partial)
    open_outputs = [key for key, value in outputs(measure, partial).items() if value in UNDECIDED]
    assert bool(missing) == bool(open_outputs)
    gaps = {name for name in full if partial.get(name) is None or isinstance(partial[name], tuple)}
    assert set(missing) <= gaps or "missing" not in measure.evaluate_row(partial)


@every(OF_TREES)
@given(data=st.data())
@QUICK
def test_a_complete_visit_is_always_decided(measure, data):
    row = data.draw(complete_visits(measure.id))
    assert missing_of(measure, row) == []
    assert not [value for value in outputs(measure, row).values() if value in UNDECIDED]


@every(SCORES)
@given(data=st.data())
@QUICK
def test_a_score_lies_within_its_range_and_within_the_bounds_given_when_it_is_not_known(measure, data):
    full, partial = data.draw(visit_and_its_gaps(measure))
    value, result = measure.evaluate_row(full)[measure.output], measure.evaluate_row(partial)
    if value is None:  # the score does not apply
        return
    assert measure.low <= value <= measure.high
    assert result.get("lower_bound", -inf) <= value <= result.get("upper_bound", inf)
    assert (result[measure.output] is None) == (result["status"] == "not_computable")


@every(SCORES)
@given(data=st.data())
@QUICK
def test_a_worse_item_never_betters_a_score(measure, data):
    row = data.draw(complete_visits(measure.id))
    directed = [item for item in measure.items if item.better and item.id not in measure.parameters]
    if not directed:
        return
    item = data.draw(st.sampled_from(directed))
    other = data.draw(complete_visits(measure.id))[item.id]
    worse, better = sorted((row[item.id], other), reverse=item.better == "lower")
    at_worse = measure.evaluate_row({**row, item.id: worse})[measure.output]
    at_better = measure.evaluate_row({**row, item.id: better})[measure.output]
    if None in (at_worse, at_better):  # the score does not apply
        return
    assert at_worse >= at_better if measure.better == "lower" else at_worse <= at_better


@every(WITH_ITEMS)
def test_what_an_item_does_not_take_is_an_error_and_never_a_number(measure):
    for item in measure.items:
        any_word = item.kind == "choice" and not item.choices
        wrong: list[object] = [
            [],
            {},
            *([] if any_word else ["text"]),
            *([] if item.kind == "yes_no" else [True]),
        ]
        if item.kind in ("number", "count"):
            wrong += [nan, inf, -inf, 10**400, item.low - 1, item.high + 1]
        if item.kind == "count":
            wrong.append(item.low + 0.5)
        for value in wrong:
            if item.kind in ("number", "count") and value in (inf, -inf) and abs(item.low) == inf:
                continue
            with pytest.raises(ItemOutOfRange):
                measure.checked({item.id: value})


@every(WITH_ITEMS)
@given(data=st.data())
@QUICK
def test_evaluating_changes_nothing_and_gives_the_same_again(measure, data):
    row = data.draw(complete_visits(measure.id))
    before = dict(row)
    try:
        first = measure.evaluate_row(row)
    except LeadlineError:
        assert isinstance(measure, Calculation), "values that do not fit together: more events than children"
        return
    assert measure.evaluate_row(dict(reversed(row.items()))) == first
    assert row == before
    assert json.loads(json.dumps(first, allow_nan=False)) == first


ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["", "x", "<5", ">1e9", "1:80", "2024-03-15", "NA"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "date", "cid", "eating"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@every(list(MEASURES.values()))
@given(data=st.data())
@settings(max_examples=20)
def test_whatever_is_asked_the_answer_is_a_result_or_an_explained_error(measure, data):
    names = st.sampled_from([*measure.takes, *measure.by_id])
    inputs = data.draw(st.dictionaries(names, ANY_JSON, max_size=4))
    with suppress(LeadlineError):
        json.dumps(measure.evaluate(inputs), allow_nan=False)


@every(list(MEASURES.values()))
def test_nothing_asked_is_answered_by_what_is_missing(measure):
    result = measure.evaluate({})
    decided = {"met", "not_met"}.intersection(value for value in result.values() if isinstance(value, str))
    assert not decided
    assert result.get("value") is None or measure.id in ("doses_report", "slicc_sdi")


VISITS = st.lists(
    st.fixed_dictionaries(
        {
            "date": st.sampled_from(
                ["2024-01-10", "2024-03", "2024-03-15", "2024-07-10", "2024-09-15", "2025-01-10", "2025"]
            ),
            "cid": st.sampled_from(["met", "met", "met", "not_met", "indeterminate"]),
            "on_medication": st.sampled_from([True, False, None]),
        }
    ),
    max_size=4,
)


@every([measure for measure in MEASURES.values() if "visits" in measure.takes])
@given(data=st.data())
@settings(max_examples=100)
def test_the_order_in_which_visits_are_given_changes_nothing(measure, data):
    visits = data.draw(VISITS)
    shuffled = data.draw(st.permutations(visits))
    assert measure.evaluate({"visits": shuffled}) == measure.evaluate({"visits": visits})


@every([measure for measure in MEASURES.values() if "visits" in measure.takes])
@given(data=st.data())
@settings(max_examples=100)
def test_learning_a_date_or_a_drug_status_never_overturns_a_state(measure, data):
    visits = data.draw(VISITS)
    known = {"2024-03": "2024-03-20", "2025": "2025-05-05"}
    learnt = [
        {
            **visit,
            "date": known.get(visit["date"], visit["date"]),
            "on_medication": visit["on_medication"] is not False,
        }
        for visit in visits
    ]
    state = measure.evaluate({"visits": visits})["state"]
    assert state in ("indeterminate", measure.evaluate({"visits": learnt})["state"])


@every(list(MEASURES.values()))
def test_every_measure_has_a_source_and_says_why_it_is_provisional(measure):
    assert measure.sources
    assert all(source.citation for source in measure.sources)
    assert (measure.status == "provisional") == bool(measure.provisional)
    assert set(measure.parameters) <= set(measure.by_id)
