"""Figures: nothing overlaps, nothing is said that was not given, and two runs write the same bytes.

Expected values are typed from `sample.py`, whose scores, states and findings are typed too.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from importlib.resources import files
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba

from leadline.casebook import read_casebook
from leadline.casebook.days import DaySpan
from leadline.report.figures import style
from leadline.report.figures.activity import Stretch, stretches, without_glucocorticoid
from leadline.report.figures.answer import plot_answer
from leadline.report.figures.axis import time_axis
from leadline.report.figures.completeness import plot_completeness
from leadline.report.figures.layout import lanes, rows, shortened, text_width, thinned, wrapped
from leadline.report.figures.measure_panels import round_up
from leadline.report.figures.paired import plot_paired
from leadline.report.figures.panels import Point, joined, main_score
from leadline.report.figures.plotted import Plotted, save
from leadline.report.figures.swimmer import plot_swimmer
from leadline.report.figures.timeline import plot_timeline
from leadline.verdicts import judge
from leadline.verdicts.parameters import FOLLOW_UP
from tests.report.sample import (
    SECRET,
    child_jia,
    child_mctd,
    child_sle,
    findings,
    span,
    ten_thousand,
    three_children,
)

WEEK_8 = FOLLOW_UP[0]

Plot = Callable[[float], Plotted]

FIGURES: dict[str, Plot] = {
    "answer": lambda width: plot_answer(three_children(), width_mm=width),
    "answer of ten thousand": lambda width: plot_answer(ten_thousand(), width_mm=width),
    "answer of nobody": lambda width: plot_answer(findings(), width_mm=width),
    "timeline, JIA": lambda width: plot_timeline(child_jia(), width_mm=width),
    "timeline, SLE": lambda width: plot_timeline(child_sle(), width_mm=width),
    "timeline, nothing dated": lambda width: plot_timeline(child_mctd(), width_mm=width),
    "swimmer": lambda width: plot_swimmer(three_children(), width_mm=width),
    "swimmer, nothing dated": lambda width: plot_swimmer(findings((child_mctd(),)), width_mm=width),
    "swimmer of many": lambda width: plot_swimmer(findings((child_sle(),) * 61), width_mm=width),
    "paired score": lambda width: plot_paired(three_children(), "jadas10_esr", WEEK_8, width_mm=width),
    "paired item": lambda width: plot_paired(three_children(), "esr_mm_h", WEEK_8, width_mm=width),
    "paired, nobody": lambda width: plot_paired(three_children(), "ferritin_ng_ml", WEEK_8, width_mm=width),
    "paired, many alike": lambda width: plot_paired(findings((child_jia(),) * 12), "esr_mm_h", WEEK_8, width_mm=width),
    "completeness": lambda width: plot_completeness(three_children(), width_mm=width),
    "completeness of many": lambda width: plot_completeness(findings((child_jia(),) * 13), width_mm=width),
}  # fmt: skip
WIDTHS = (style.ONE_COLUMN_MM, style.TWO_COLUMNS_MM)


@cache
def drawn(name: str, width: float) -> Plotted:
    """Each figure once: the tests that look at it change nothing of it."""
    return FIGURES[name](width)


every_figure = pytest.mark.parametrize("name", FIGURES)
both_widths = pytest.mark.parametrize("width", WIDTHS)


def texts(plotted: Plotted):
    return [text for text in plotted.figure.axes[0].texts if text.get_text()]


def assert_nothing_overlaps(plotted: Plotted) -> None:
    """By the boxes that matplotlib's own renderer measures, not by the ones that the layout worked with."""
    figure = plotted.figure
    figure.set_dpi(288)
    assert isinstance(figure.canvas, FigureCanvasAgg)
    renderer = figure.canvas.get_renderer()
    page = figure.bbox
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in texts(plotted)]
    for name, box in boxes:
        inside = page.x0 <= box.x0 < box.x1 <= page.x1 + 2 and page.y0 <= box.y0 < box.y1 <= page.y1 + 2
        assert inside, f"{name!r} leaves the page"
    for (name, box), (other, other_box) in combinations(boxes, 2):
        beside = min(box.x1, other_box.x1) - max(box.x0, other_box.x0)
        above = min(box.y1, other_box.y1) - max(box.y0, other_box.y0)
        touching = beside > 1 and above > 2  # pixels of a quarter point
        assert not touching, f"{name!r} overlaps {other!r}"


@both_widths
@every_figure
def test_no_two_texts_overlap_and_none_leaves_the_page(name, width):
    assert_nothing_overlaps(drawn(name, width))


@pytest.mark.parametrize("casebook", ["swart2019", "wong2021", "invented"])
def test_nothing_overlaps_in_any_figure_of_a_shipped_casebook(casebook):
    folder = files("leadline.casebook.examples").joinpath(casebook)
    judged = judge(read_casebook(Path(str(folder))))
    for width in WIDTHS:
        for plotted in (
            plot_answer(judged, width_mm=width),
            plot_swimmer(judged, width_mm=width),
            plot_completeness(judged, width_mm=width),
            plot_paired(judged, "jadas10_esr", WEEK_8, width_mm=width),
            *(plot_timeline(one, width_mm=width) for one in judged.cases),
        ):
            assert_nothing_overlaps(plotted)


def test_the_check_for_overlap_can_fail():
    plotted = plot_answer(three_children())
    known = texts(plotted)[3]
    x, y = known.get_position()
    plotted.figure.axes[0].text(x + 3, y + 3, "on top", fontsize=6.5)
    with pytest.raises(AssertionError, match="on top"):
        assert_nothing_overlaps(plotted)


@both_widths
@every_figure
def test_the_figure_has_the_width_it_was_asked_for(name, width):
    assert drawn(name, width).figure.get_size_inches()[0] * 25.4 == pytest.approx(width)


@every_figure
def test_text_is_at_least_six_and_a_half_points_and_lines_half_a_point(name):
    axes = drawn(name, style.ONE_COLUMN_MM).figure.axes[0]
    assert min(float(text.get_fontsize()) for text in axes.texts) >= 6.5
    lines = [line for line in axes.lines if line.get_linestyle() != "None"]
    assert all(line.get_linewidth() >= 0.5 for line in lines)
    assert all(patch.get_linewidth() >= 0.5 for patch in axes.patches if to_rgba(patch.get_edgecolor())[3])


@every_figure
def test_no_words_of_a_family_and_no_calendar_date_come_out(name):
    plotted = drawn(name, style.TWO_COLUMNS_MM)
    told = [text.get_text() for text in texts(plotted)] + [plotted.alt, plotted.caption]
    told += [str(value) for row in plotted.data for value in row.values()]
    for text in told:
        assert SECRET not in text
        assert not re.search(r"\b(19|20)\d\d-\d\d", text)
        assert (
            "_" not in text
            or text in ("jadas10_esr", "esr_mm_h", "ferritin_ng_ml", "week_8")
            or text.islower()
        )


@every_figure
def test_a_figure_comes_with_a_caption_and_three_to_five_sentences_of_alternative(name):
    plotted = drawn(name, style.TWO_COLUMNS_MM)
    sentences = re.findall(r"[.!?](?=\s|$)", plotted.alt)
    assert 3 <= len(sentences) <= 5, plotted.alt
    assert len(plotted.caption) > 80


@pytest.mark.parametrize("name", ["timeline, JIA", "completeness"])
def test_two_runs_write_the_same_bytes(name, tmp_path):
    for run in ("first", "second"):
        (tmp_path / run).mkdir()
        save(FIGURES[name](85), tmp_path / run, "figure")
    for kind in ("svg", "pdf", "png", "csv"):
        first, second = ((tmp_path / run / f"figure.{kind}").read_bytes() for run in ("first", "second"))
        assert first == second, kind


def test_the_files_are_named_and_hold_no_day_of_the_run(tmp_path):
    paths = save(plot_answer(three_children()), tmp_path, "answer")
    assert [path.name for path in paths] == ["answer.svg", "answer.pdf", "answer.png", "answer.csv"]
    svg = paths[0].read_text(encoding="utf-8")
    assert "<dc:date>" not in svg
    assert "CreationDate" not in paths[1].read_bytes().decode("latin-1")


def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless(tmp_path):
    plotted = plot_answer(three_children())
    dangerous = Plotted(
        plotted.figure, plotted.alt, plotted.caption, ({"child": "=1+1", "value": None, "day": -3},)
    )
    path = save(dangerous, tmp_path, "x")[3]
    assert list(csv.reader(path.read_text(encoding="utf-8").splitlines())) == [
        ["child", "value", "day"],
        ["'=1+1", "", "-3"],
    ]


# ---- figure 0: the answer ----------------------------------------------------------------------------------------


def answer_rows(plotted: Plotted) -> dict[object, tuple[object, ...]]:
    return {row["claim"]: tuple(row.values())[1:] for row in plotted.data}


def test_the_answer_gives_for_each_claim_the_counts_that_came_in():
    assert answer_rows(plot_answer(three_children())) == {
        # children, reported, not said of which, documented, partly, contradicted, reported only
        "improved": (3, 3, 0, 1, 1, 0, 1),
        "in_remission": (3, 1, 0, 0, 0, 0, 1),
        "cured": (3, 2, 0, 0, 0, 1, 1),
        "worse": (3, 1, 0, 0, 0, 0, 1),
        "reduced_medication": (3, 2, 0, 1, 0, 0, 1),
        "off_medication": (3, 2, 2, 0, 0, 0, 2),
        "no_side_effect": (3, 1, 0, 0, 0, 1, 0),
    }


def test_a_claim_about_two_of_three_without_saying_which_is_drawn_as_marks_of_no_child():
    words = [text.get_text() for text in texts(plot_answer(three_children()))]
    assert words.count("which children: not stated") == 2  # beside its block, and in the legend


def test_ten_thousand_children_are_bars_with_their_counts():
    plotted = plot_answer(ten_thousand())
    words = [text.get_text() for text in texts(plotted)]
    assert "of 10,000 children" in words
    assert {"6,600", "3,120", "1,467", "980", "1,033"} <= set(words)
    assert len(plotted.figure.axes[0].lines) < 100  # no mark a child


# ---- figure A: the timeline --------------------------------------------------------------------------------------


def rows_of(plotted: Plotted, panel: str, row: str = "") -> list[tuple[object, ...]]:
    return [
        (one["first_day"], one["last_day"], one["what"], one["value"], one["detail"])
        for one in plotted.data
        if str(one["panel"]).startswith(panel) and one["row"] in (row or one["row"],)
    ]


def test_the_timeline_draws_each_score_at_its_visit_and_one_that_cannot_be_computed_with_its_bounds():
    assert rows_of(plot_timeline(child_jia()), "measures", "JADAS10-ESR") == [
        (-120, -120, "value", 27.8, "high"),
        (-12, -12, "value", 24.2, "high"),
        (28, 28, "not computable", None, "between 9 and 27"),
        (60, 60, "value", 9.0, "moderate"),
        (84, 84, "value", 7.5, "moderate"),
        (168, 197, "value", 5.5, "minimal"),
        (240, 240, "value", 16.8, "moderate"),
        (548, 548, "value", 2.0, "inactive"),
        (600, 600, "value", 0.5, "inactive"),
    ]


def test_a_value_below_detection_keeps_its_sign():
    crp = rows_of(plot_timeline(child_jia()), "measures", "CRP")
    assert (60, 60, "value", 5.0, "<") in crp
    assert (28, 28, "value", 9.0, "") in crp


def test_a_drug_without_a_date_is_listed_and_has_no_place_in_time():
    plotted = plot_timeline(child_jia())
    assert rows_of(plotted, "treatment: NSAID") == [(None, None, "start", None, "")]
    assert "taken" in [text.get_text() for text in texts(plotted)]


@pytest.mark.parametrize(
    ("unit", "basis", "printed"),
    [("mg", "per_kg", "mg per kg daily"), ("mg/kg", "per_kg", "mg/kg daily"), ("mg", "fixed", "mg daily")],
)
def test_a_dose_by_body_size_says_so(unit, basis, printed):
    child = child_sle()
    courses = tuple(
        replace(course, dose_unit=unit, dose_basis=basis, frequency="daily") for course in child.case.courses
        if course.substance == "prednisone"
    )  # fmt: skip
    plotted = plot_timeline(replace(child, case=replace(child.case, courses=courses)))
    assert printed in [text.get_text() for text in texts(plotted)]
    assert {row[3] for row in rows_of(plotted, "treatment") if row[2] == "start"} == {
        f"15 {printed}",
        f"7.5 {printed}",
    }


def test_a_start_before_some_day_has_an_open_end_in_the_data():
    rows = rows_of(plot_timeline(child_jia()), "treatment: JAK")
    assert rows == [(None, -800, "start", None, ""), (-650, -650, "stop", None, "family choice")]


def test_drugs_that_attribution_names_are_marked():
    plotted = plot_timeline(child_jia())
    assert "abatacept\u00a0†" in [text.get_text() for text in texts(plotted)]
    assert {row["row"] for row in plotted.data if "confounder" in str(row["detail"])} == {"abatacept"}


def test_statements_keep_their_finding():
    assert [row[2:] for row in rows_of(plot_timeline(child_jia()), "reported", "mother")] == [
        ("improved", None, "documented"),
        ("worse", None, "reported only"),
        ("in remission", None, "reported only"),
        ("no side effect", None, "contradicted"),
    ]


def test_a_child_of_whom_nothing_is_dated_has_no_axis_and_says_so():
    plotted = plot_timeline(child_mctd())
    words = [text.get_text() for text in texts(plotted)]
    assert "months from first infusion" not in words
    assert {"no measurement recorded", "never recorded as asked for", "no dated visit recorded"} <= set(words)
    assert all(row["first_day"] is None for row in plotted.data)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (Point(span(0), 5), Point(span(182), 4), True),
        (Point(span(0), 5), Point(span(183), 4), False),  # six months are 182.6 days
        (Point(span(0), None), Point(span(30), 4), False),
        (Point(span(0), 5, "<"), Point(span(30), 4), False),
        (Point(span(0), 5), Point(span(150, 180), 4), True),
        (Point(span(0), 5), Point(span(100, 180), 4), False),  # known to the season only
    ],
)
def test_a_line_is_broken_over_more_than_six_months_and_at_what_is_not_a_value(before, after, expected):
    assert joined(before, after) is expected


# ---- figure B: the swimmer ---------------------------------------------------------------------------------------


def test_a_state_is_held_until_the_next_visit_and_at_most_six_months():
    assert stretches(child_jia()) == [
        Stretch(-120, 28, "high"),
        Stretch(28, 60, ""),  # a visit whose score cannot be computed ends what was known
        Stretch(60, 197, "moderate"),
        Stretch(197, 240, "minimal"),
        Stretch(240, 422, "moderate"),
        Stretch(422, 548, ""),
        Stretch(548, 600, "inactive"),
    ]


def test_without_a_validated_score_a_lane_stays_white():
    assert stretches(child_mctd()) == []
    assert main_score(child_mctd()) is None


def test_without_steroids_means_after_a_recorded_stop():
    assert without_glucocorticoid(child_jia()) == [DaySpan(209, 600)]
    assert without_glucocorticoid(child_sle()) == []  # still taken
    assert without_glucocorticoid(child_mctd()) == []  # no day known


def test_lanes_are_grouped_by_diagnosis_and_the_longest_followed_stands_on_top():
    lanes_of = [row["row"] for row in plot_swimmer(three_children()).data if row["what"] == "observed"]
    assert lanes_of == ["INV-01", "INV-02", "INV-03"]


def test_every_child_is_in_the_data_also_where_not_every_lane_is_drawn():
    plotted = drawn("swimmer of many", style.TWO_COLUMNS_MM)
    assert sum(row["what"] == "observed" for row in plotted.data) == 61
    assert any("the first 60 drawn" in text.get_text() for text in texts(plotted))


def test_the_legend_counts_symbols_and_children():
    words = " ".join(text.get_text() for text in texts(plot_swimmer(three_children())))
    assert "infusion (5 in 3 children)" in words
    assert "serious event (1 in 1 child)" in words
    assert "better (4 in 3 children)" in words


# ---- figures C and D ---------------------------------------------------------------------------------------------


def test_pairs_come_from_the_baseline_and_the_window_and_children_without_one_are_named():
    plotted = plot_paired(three_children(), "jadas10_esr", WEEK_8)
    assert [(row["child"], row["baseline"], row["value"], row["change"]) for row in plotted.data] == [
        ("INV-01", 24.2, 9.0, "better"),  # the last value before day 0, and that of day 60
        ("INV-02", None, None, None),
        ("INV-03", None, None, None),
    ]
    words = [text.get_text() for text in texts(plotted)]
    assert "no pair: INV-02, INV-03" in words
    assert "1 of 3 children with both values: 1 better, 0 same, 0 worse" in words


def test_completeness_shows_recorded_of_needed():
    plotted = plot_completeness(three_children())
    words = [text.get_text() for text in texts(plotted)]
    assert words.count("6/6") == 2
    assert "8/8" in words
    assert {row["window"] for row in plotted.data} == {"baseline", "week 8", "week 12", "week 24", "week 52"}


def test_many_children_are_counted_where_their_window_is_over():
    plotted = plot_completeness(findings((child_jia(),) * 13))
    counted = {(row["criterion"], row["window"]): tuple(row.values())[3:] for row in plotted.data}
    assert counted["ACR Pedi 30", "week 8"] == (13, 13)
    assert counted["ACR Pedi 30", "week 24"] == (0, 13)
    assert counted["JADAS10 improvement (Horneff)", "week 52"] == (0, 0)  # still open


# ---- layout ------------------------------------------------------------------------------------------------------


def test_spans_that_touch_stand_in_different_lanes_and_others_in_the_lowest():
    assert lanes([(0, 5), (3, 8), (6, 9), (20, 30), (4, 25)]) == [0, 1, 0, 0, 2]


def test_labels_that_would_touch_are_thinned_from_the_left():
    assert thinned([0, 10, 20, 40], [12, 12, 12, 12]) == [0, 2, 3]


def test_legend_rows_are_filled_before_they_wrap():
    assert rows([40, 40, 40, 100], 100, gap=10) == [[0, 1], [2], [3]]


def test_cut_and_wrapped_text_fits():
    assert text_width(shortened("hydroxychloroquine", 40), style.BODY) <= 40
    assert shortened("MTX", 40) == "MTX"
    lines = wrapped("one line that is much too long for its place", 60)
    assert " ".join(lines) == "one line that is much too long for its place"
    assert all(text_width(line) <= 60 for line in lines)


def test_a_wider_sheet_of_months_keeps_days_in_order_across_the_break():
    axis = time_axis(100, 400, measured=[span(-30), span(300)], history=[span(-2000)])
    assert axis is not None
    assert axis.has_break
    places = [axis.x(day) for day in range(-2100, 400, 10)]
    assert all(earlier <= later for earlier, later in pairwise(places))
    assert axis.left <= places[0] < places[-1] <= axis.right


def test_an_open_end_does_not_stretch_the_axis():
    axis = time_axis(0, 100, measured=[span(-30), span(300)], history=[DaySpan(-200_000, -60)])
    assert axis is not None
    assert axis.earliest > -200


def test_nothing_dated_gives_no_axis():
    assert time_axis(0, 100, measured=[], history=[]) is None


@pytest.mark.parametrize(("value", "top"), [(27.8, 30), (0.8, 0.8), (42, 50), (101, 150), (0.00123, 0.0015)])
def test_a_scale_ends_on_a_plain_number(value, top):
    assert round_up(value) == pytest.approx(top)


def test_states_stay_apart_in_grey():
    def grey(colour: str) -> float:
        red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
        return 0.299 * red + 0.587 * green + 0.114 * blue

    shades = [grey(style.PAPER), *map(grey, style.STATES)]
    assert all(lighter - darker >= 25 for lighter, darker in pairwise(shades))
