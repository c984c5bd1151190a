"""The forest and the tipping plot: at print width, and no text on another."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from leadline.evidence import Conclusion, pool, tipping_for_children
from leadline.evidence.studies import Studies, Study, StudyKind
from leadline.report.figures.forest import draw_forest
from leadline.report.figures.tipping import draw_tipping

CASES = {
    StudyKind.ONE_ARM: ((0, 12), (3, 20), (17, 17)),
    StudyKind.TWO_ARM: ((14, 61, 15, 20), (0, 50, 3, 34), (0, 9, 0, 8)),
    StudyKind.RATE: ((0, 2.5), (11, 1.99), (8, 1.46)),
    StudyKind.EFFECT: ((-0.69, 0.13), (0.2, 0.7)),
}


def studies(kind: StudyKind, names: str = "Study {}") -> Studies:
    rows = enumerate(CASES[kind], start=1)
    unit = "log odds ratio" if kind is StudyKind.EFFECT else ""
    return Studies(
        kind,
        tuple(Study(names.format(place), place + 1, tuple(map(float, row)), unit) for place, row in rows),
    )


def overlapping_texts(figure):
    renderer = figure.canvas.get_renderer()
    texts = [text for axes in figure.axes for text in axes.texts if text.get_text()]
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in texts]
    return [(a, b) for (a, one), (b, other) in combinations(boxes, 2) if one.overlaps(other)]


@pytest.mark.parametrize("kind", list(CASES))
@pytest.mark.parametrize(
    "names", ["Study {}", "A centre with a name that no column of a page was ever made to hold {}"]
)
def test_no_text_of_a_forest_lies_on_another_or_beyond_the_page(kind, names):
    figure: Any = draw_forest(pool(studies(kind, names)))
    figure.set_dpi(150)  # letters are hinted to pixels, and wider than their metrics
    assert overlapping_texts(figure) == []
    assert figure.get_figwidth() * 25.4 == pytest.approx(170)
    renderer = figure.canvas.get_renderer()
    for text in figure.axes[0].texts:
        box = text.get_window_extent(renderer)
        assert box.x0 >= 0
        assert box.x1 <= figure.bbox.x1


def test_a_study_without_a_finite_effect_says_so_in_the_forest():
    figure = draw_forest(pool(studies(StudyKind.TWO_ARM)))
    assert [text.get_text() for text in figure.axes[0].texts].count("not finite") == 2


@pytest.mark.parametrize(("limit", "words"), [(0.2, "tipping weight"), (0.001, "no tipping point")])
def test_the_tipping_plot_says_where_the_conclusion_turns_or_that_it_does_not(limit, words):
    adults = Studies(StudyKind.ONE_ARM, (Study("Adults", 2, (30.0, 100.0)), Study("More", 3, (12.0, 60.0))))
    found = tipping_for_children(adults, children=(4, 9), conclusion=Conclusion(limit, 0.96))
    figure = draw_tipping(found)
    assert any(text.get_text().startswith(words) for text in figure.axes[0].texts)
    assert overlapping_texts(figure) == []
    assert figure.get_figwidth() * 25.4 == pytest.approx(170)
