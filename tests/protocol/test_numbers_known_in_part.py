"""A number known to lie between two others, held against limits: the slow way asks every number between them."""

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from leadline.protocol.adherence.readings import holds, in_unit_of, numbers
from leadline.protocol.figures import Figure

TENTHS = st.integers(-20, 60)


@st.composite
def limits(draw):
    ends = sorted(draw(st.tuples(TENTHS, TENTHS)))
    low = draw(st.sampled_from(("low", "above", None)))
    high = draw(st.sampled_from(("high", "below", None)))
    given_ends = {low: ends[0] / 10, high: ends[1] / 10}
    given_ends.pop(None, None)
    return Figure(**given_ends)


def within(number, figure):
    """The words of a limit, one by one; a number is in tenths."""
    return (
        (figure.low is None or number >= round(10 * figure.low))
        and (figure.high is None or number <= round(10 * figure.high))
        and (figure.above is None or number > round(10 * figure.above))
        and (figure.below is None or number < round(10 * figure.below))
    )


@given(limits(), TENTHS, st.integers(0, 30))
def test_a_span_is_decided_where_every_number_of_it_is(figure, low, width):
    answers = {within(number, figure) for number in range(low, low + width + 1)}
    found = holds(figure, (low / 10, (low + width) / 10))
    if found is not None:
        assert answers == {found}
    elif width:  # between two tenths there are others, so that two ends outside may hold some within
        ends = {figure.low, figure.high, figure.above, figure.below} - {None}
        assert answers == {True, False} or any(low <= round(10 * end) <= low + width for end in ends)


def test_an_open_end_is_decided_only_by_a_limit_on_its_side():
    assert holds(Figure(low=2), (2, inf)) is True
    assert holds(Figure(low=2), (1.9, inf)) is None
    assert holds(Figure(high=2), (2, inf)) is None
    assert holds(Figure(high=2), (2.1, inf)) is False
    assert holds(Figure(high=2), (-inf, 2)) is True


def test_a_limit_of_the_centre_decides_nothing():
    assert holds(Figure(unit="mL", centre="the volume"), (1, 1)) is None


def test_a_number_is_turned_into_the_unit_of_the_limit():
    assert in_unit_of(Figure(unit="{cells}/kg", value=2e6), (2, 2), "10*6/kg") == (2e6, 2e6)
    assert in_unit_of(Figure(unit="min", low=60), (1.5, 1.5), "h") == (90, 90)
    assert in_unit_of(Figure(unit="kg", low=1), (5, 5), "kg") == (5, 5)


def test_numbers_known_in_part_in_words():
    assert [numbers(span) for span in ((4, 4), (3, 5), (-inf, 5), (5, inf))] == [
        "4",
        "3 to 5",
        "at most 5",
        "at least 5",
    ]
