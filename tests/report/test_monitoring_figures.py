"""Figures for the board: nothing overlaps, and the rows behind them are the counts of the small invented trial."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leadline.casebook import read_casebook
from leadline.report.figures.monitoring import plot_harm, plot_standing
from leadline.report.monitoring.tables import closed_tables, open_tables
from leadline.trial.monitoring import monitor, read_plan
from tests.report.test_figures import assert_nothing_overlaps
from tests.trial.monitoring.small_trial import DESIGN, ON, write_trial


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("board")
    (folder / "small.yaml").write_text(DESIGN, encoding="utf-8")
    return monitor(read_plan(folder / "small.yaml"), read_casebook(write_trial(folder / "book")), on=ON)


@pytest.mark.parametrize("plot", [plot_standing, plot_harm])
@pytest.mark.parametrize("width_mm", [120.0, 175.0])
def test_nothing_overlaps(found, plot, width_mm):
    assert_nothing_overlaps(plot(found, width_mm=width_mm))


def test_the_rows_behind_the_figures_are_the_counts(found):
    assert [(row["known"], row["responders"]) for row in plot_standing(found).data] == [(3, 2), (1, 0)]
    harm = plot_harm(found).data
    assert [row["with_event"] for row in harm] == [0, 0, 1, 1, 1, None]
    assert [row["with_event_and_unknown"] for row in harm] == [0, 1, 2, 2, 3, None]


@pytest.fixture(scope="module")
def at_looks(tmp_path_factory):
    """The same trial with the harm rule looked at with the others: at 2 + 1 and at 4 + 2 children."""
    folder = tmp_path_factory.mktemp("looks")
    (folder / "small.yaml").write_text(DESIGN.replace("check: child", "check: look"), encoding="utf-8")
    return monitor(read_plan(folder / "small.yaml"), read_casebook(write_trial(folder / "book")), on=ON)


def test_a_boundary_is_drawn_only_where_the_rule_is_looked_at(found, at_looks):
    plotted = plot_harm(at_looks)
    assert [row["children"] for row in plotted.data if row["stops_at"] is not None] == [3, 6]
    assert "looked at with the planned looks, at 3 and 6 children, and not between" in plotted.caption
    assert "looked at after every child" in plot_harm(found).caption
    assert [row["children"] for row in plot_harm(found).data if row["stops_at"] is None] == [1]


@pytest.mark.parametrize("width_mm", [120.0, 175.0])
def test_nothing_overlaps_where_the_boundary_is_broken(at_looks, width_mm):
    assert_nothing_overlaps(plot_harm(at_looks, width_mm=width_mm))


@pytest.fixture(scope="module")
def of_each_basket(tmp_path_factory):
    """The same trial with a harm rule for each basket."""
    folder = tmp_path_factory.mktemp("own")
    text = DESIGN.replace("check: child", "check: child, scope: basket").replace("level: 0.2", "level: 0.35")
    (folder / "small.yaml").write_text(text, encoding="utf-8")
    return monitor(read_plan(folder / "small.yaml"), read_casebook(write_trial(folder / "book")), on=ON)


def test_each_basket_with_a_rule_of_its_own_has_a_panel_and_a_row(of_each_basket):
    rows = plot_harm(of_each_basket).data
    assert [(row["basket"], row["with_event"], row["stops_at"]) for row in rows] == [
        ("Arthritis", 0, None),
        ("Arthritis", 1, 2),
        ("Arthritis", 1, 2),
        ("Arthritis", 1, 3),
        ("Lupus", 0, 1),
        ("Lupus", None, 2),
    ]
    for tables, name in ((open_tables, "harm_rules"), (closed_tables, "harm")):
        table = next(table for table in tables(of_each_basket) if table.name == name)
        assert [row[:6] for row in table.rows] == [
            ("Arthritis", "4", "1", "1", "3", "go on"),
            ("Lupus", "1", "0", "1", "1", "cannot be told"),
        ]
        assert not any("warns" in note for note in table.footnotes)


@pytest.mark.parametrize("width_mm", [120.0, 175.0])
@pytest.mark.parametrize("baskets", [2, 7, 9, 12])
def test_nothing_overlaps_in_the_panels_of_all_baskets(of_each_basket, baskets, width_mm):
    several = replace(of_each_basket, baskets=(of_each_basket.baskets * 6)[:baskets])
    assert_nothing_overlaps(plot_harm(several, width_mm=width_mm))


@pytest.mark.parametrize("baskets", [8, 9, 12])
def test_the_panels_of_many_baskets_fit_a_page(of_each_basket, baskets):
    several = replace(of_each_basket, baskets=(of_each_basket.baskets * 6)[:baskets])
    assert plot_harm(several).figure.get_size_inches()[1] * 25.4 <= 210


def test_each_row_of_a_table_has_a_cell_for_each_column(found):
    for table in (*open_tables(found), *closed_tables(found)):
        assert all(len(row) == len(table.columns) for row in table.rows), table.name


def test_the_tables_of_the_open_part_name_no_child_that_is_counted(found):
    shown = " ".join(cell for table in open_tables(found) for row in table.rows for cell in row)
    assert not any(child.patient_id in shown for child in found.children)
