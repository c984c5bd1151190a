"""Whether a drug was taken between two days: the slow way tries every day on which it can have begun and ended."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from leadline.casebook.days import DaySpan
from leadline.protocol.adherence.drugs import taken_between
from tests.protocol.charts import drug

DAYS = st.integers(-8, 8)


@st.composite
def spans(draw):
    first = draw(DAYS)
    return DaySpan(first, first + draw(st.integers(0, 4)))


def possible(start, stop, first, last, *, stop_counts):
    """The answer on each pair of days; the drug cannot have ended before it began."""
    for begun in range(start.first, start.last + 1):
        for ended in range(stop.first, stop.last + 1):
            if ended < begun:
                continue
            on_that_day = stop_counts or begun == ended
            days_on = range(begun, ended + 1 if on_that_day else ended)
            yield any(first <= day <= last for day in days_on)


@given(spans(), spans(), spans(), st.booleans())
def test_an_answer_is_given_only_where_every_possible_course_gives_it(start, stop, window, stop_counts):
    course = replace(drug("adalimumab", 0), start=start, stop=stop)
    answers = set(possible(start, stop, window.first, window.last, stop_counts=stop_counts))
    found = taken_between(course, window.first, window.last, stop_counts=stop_counts)
    if answers and found is not None:
        assert answers == {found}


@given(DAYS, st.integers(0, 8), spans(), st.booleans())
def test_of_exact_days_the_answer_is_always_given(begun, lasted, window, stop_counts):
    start, stop = DaySpan(begun, begun), DaySpan(begun + lasted, begun + lasted)
    course = replace(drug("adalimumab", 0), start=start, stop=stop)
    (answer,) = set(possible(start, stop, window.first, window.last, stop_counts=stop_counts))
    assert taken_between(course, window.first, window.last, stop_counts=stop_counts) is answer


@given(spans(), spans())
def test_a_course_without_a_stop_that_goes_on_was_taken_up_to_the_day_on_which_that_was_known(start, window):
    course = replace(drug("adalimumab", 0, ongoing=True, as_of=20), start=start)
    taken = taken_between(course, window.first, window.last)
    expected = True if start.last <= window.last else False if start.first > window.last else None
    assert taken is expected
