"""What a trial's design does: power and errors under each truth, the largest error, and the sensitivity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from leadline.casebook.prose import listed
from leadline.report.figures import style
from leadline.report.figures.bars import (
    EDGE,
    Bar,
    Column,
    Grid,
    draw_grid,
    full_bar,
    legend_entry,
    limit_key,
    line_key,
    mistake_key,
    right_key,
)
from leadline.report.figures.layout import line_height
from leadline.report.figures.page import LegendEntry, Page
from leadline.report.figures.plotted import Plotted
from leadline.report.figures.words import counted
from leadline.trial.words import rounded_up

if TYPE_CHECKING:
    from leadline.trial.describe import DesignReport
    from leadline.trial.error_rates import WorstError

MOST_ACROSS = 6
"""Baskets that have a column each; of more, the errors of the whole trial are shown, and the tables have the rest."""

_KEY = (
    legend_entry("declared a success, rightly", right_key),
    legend_entry("declared a success by mistake", mistake_key),
)


def plot_operating(report: DesignReport, *, width_mm: float = style.TWO_COLUMNS_MM) -> Plotted:
    """A row a true state, a column a basket: how often it is declared a success; and any false success."""
    limit = max((one.at_most for one in report.worst), default=None)
    errors = [one.family_wise_error for one in report.scenarios]
    columns = (*_columns(report), Column("Any false success", full_bar([*errors, limit or 0]), limit))
    rows = tuple(
        (
            one.scenario.name,
            (*_bars(report, one.success, one.scenario.rates), Bar(one.family_wise_error, True, digits=2)),
        )
        for one in report.scenarios
    )
    proved = () if limit is None else (legend_entry("no true rates give more (proved)", line_key),)
    return _plotted(
        (Grid("True state", columns, rows),),
        (*_KEY, *proved),
        width_mm,
        alt=_operating_alt(report),
        caption="How often each basket is declared a success, in percent. A basket that responds has its target rate, "
        "another its null rate.",
    )


def plot_errors(report: DesignReport, *, width_mm: float = style.TWO_COLUMNS_MM) -> Plotted:
    """A row a number of baskets without effect: the largest family-wise error, beside that at the global null."""
    null = report.scenarios[0].family_wise_error
    limits = [one.at_most for one in report.worst]
    column = Column("Any false success, at its largest", full_bar([null, *limits]), null)
    rows = tuple(
        (without_effect(report, one), (Bar(one.error, True, one.at_most, 2),))
        for one in _worst_by_number(report)
    )
    key = (
        legend_entry("largest error found", mistake_key),
        legend_entry("no true rates give more (proved)", limit_key),
        legend_entry(f"error when no basket responds, {100 * null:.2f} %", line_key),
    )
    return _plotted(
        (Grid("Baskets without effect", (column,), rows),),
        key,
        width_mm,
        alt=_errors_alt(report),
        caption="The probability of any false success in percent, at its largest over all true rates; of each number "
        "of baskets without effect the worst set. Calibrating where no basket responds looks at the dashed line alone.",
    )


def _worst_by_number(report: DesignReport) -> list[WorstError]:
    """For each number of baskets without effect, the set of them with the largest error; all baskets first."""
    found: dict[int, WorstError] = {}
    for one in report.worst:
        before = found.setdefault(len(one.null_baskets), one)
        found[len(one.null_baskets)] = one if one.error > before.error else before
    return list(found.values())


def plot_sensitivity(report: DesignReport, *, width_mm: float = style.TWO_COLUMNS_MM) -> Plotted:
    """Null rates that are wrong; and, of several looks, the baskets filling one after the other."""
    grids = (_misjudged(report), _orders(report)) if report.orders else (_misjudged(report),)
    alt, caption = _sensitivity_words(report)
    return _plotted(grids, _KEY if report.orders else _KEY[1:], width_mm, alt=alt, caption=caption)


def _plotted(
    grids: Sequence[Grid], key: Sequence[LegendEntry], width_mm: float, *, alt: str, caption: str
) -> Plotted:
    page = Page(width_mm * style.POINTS_PER_MM)
    y = 0.0
    for grid in grids:
        y = draw_grid(page, grid, y) + line_height(style.SMALL)
    y = page.legend(EDGE, y - 4, page.width - 2 * EDGE, key, gap=14)
    data = tuple(row for grid in grids for row in grid.data())
    return Plotted(page.finish(y + 2), alt=alt, caption=caption, data=data)


def _columns(report: DesignReport, *, full: float = 1.0, words: str = "{}") -> tuple[Column, ...]:
    baskets = report.design.baskets
    return tuple(Column(words.format(b.label), full) for b in baskets) if len(baskets) <= MOST_ACROSS else ()


def _bars(report: DesignReport, success: Sequence[float], rates: Sequence[float]) -> tuple[Bar, ...]:
    null = (rate <= limit for rate, limit in zip(rates, report.design.null_rates, strict=True))
    bars = (Bar(chance, mistake) for chance, mistake in zip(success, null, strict=True))
    return tuple(bars) if len(success) <= MOST_ACROSS else ()


def _misjudged(report: DesignReport) -> Grid:
    """Every success is a mistake here, whatever the rates."""
    shifts = by_shift(report)
    full = full_bar([anything for _, _, anything in shifts])
    columns = (*_columns(report, full=full), Column("Any false success", full))
    few = len(columns) > 1
    rows = tuple(
        (shift_words(shift), (*(Bar(p, True) for p in success if few), Bar(anything, True)))
        for shift, success, anything in shifts
    )
    return Grid("True rates, if nothing works", columns, rows)


def by_shift(report: DesignReport) -> list[tuple[float, tuple[float, ...], float]]:
    """Shift of the null rates, success of each basket, any success; the design's own rates among them."""
    null = report.scenarios[0]
    shifts = [(one.shift, one.success, one.any_success) for one in report.misjudged_null]
    return sorted([*shifts, (0.0, null.success, null.any_success)])


def shift_words(shift: float) -> str:
    """ "5 percentage points above", "as the design says"."""
    if shift == 0:
        return "as the design says"
    points = counted(round(100 * abs(shift)), "percentage point")
    return f"{points} {'above' if shift > 0 else 'below'}"


def _orders(report: DesignReport) -> Grid:
    orders = by_order(report)
    errors = full_bar([error for _, error, _ in orders])
    words = "{}, if every basket responds"
    columns = (*_columns(report, words=words), Column("Any false success, if none responds", errors))
    targets = report.design.target_rates
    rows = tuple(
        (name, (*_bars(report, power, targets), Bar(error, True, digits=2))) for name, error, power in orders
    )
    return Grid("Order of the looks", columns, rows)


def by_order(report: DesignReport) -> list[tuple[str, float, tuple[float, ...]]]:
    """Order in words, family-wise error at the global null, power; first all baskets together, as in the design."""
    together = (
        "all together",
        report.scenarios[0].family_wise_error,
        report.scenarios[-1].success,
    )
    return [
        together,
        *((", then ".join(one.order), one.family_wise_error, one.power) for one in report.orders),
    ]


def without_effect(report: DesignReport, one: WorstError) -> str:
    """The baskets that are null: "Every basket", or their names; any so many of like ones."""
    baskets, count = report.design.baskets, len(one.null_baskets)
    if count == len(baskets):
        return "every basket"
    if report.design.exchangeable:
        return f"any {('one', 'two', 'three', 'four', 'five')[count - 1] if count < 6 else count}"
    return listed([baskets[j].label for j in one.null_baskets])


def _operating_alt(report: DesignReport) -> str:
    null, target = report.scenarios[0], report.scenarios[-1]
    most = max(report.scenarios, key=lambda one: one.family_wise_error)
    return (
        f"Bars for {counted(len(report.scenarios), 'true state')} and "
        f"{counted(len(report.design.baskets), 'basket')}. If no basket responds, any is declared a success with a "
        f"probability of {_percent(null.family_wise_error)}. If every basket responds, each is found with "
        f"{_percent(min(target.success))} to {_percent(max(target.success))}. Of the states shown, a false success "
        f"is likeliest, {_percent(most.family_wise_error)}, in this one: {most.scenario.name}."
    )


def _errors_alt(report: DesignReport) -> str:
    worst = max(report.worst, key=lambda one: one.error)
    return (
        "Bars of the probability of any false success, a row for each number of baskets without effect. When no basket "
        f"responds it is {_percent(report.scenarios[0].family_wise_error)}. The largest found is "
        f"{_percent(worst.error)}, without effect being {without_effect(report, worst)}. No true rates give more "
        f"than {rounded_up(max(one.at_most for one in report.worst), 1)} percent."
    )


def _sensitivity_words(report: DesignReport) -> tuple[str, str]:
    shifts = by_shift(report)
    (low, _, least), (high, _, most) = shifts[0], shifts[-1]
    alt = (
        "Bars of the probability of a false success if the null rates are wrong and nothing works. "
        f"With true rates {shift_words(low)} it is {_percent(least)}; with true rates {shift_words(high)}, "
        f"{_percent(most)}."
    )
    caption = "What the design decides, in percent, if nothing works and the null rates are wrong"
    if not report.orders:
        return alt, f"{caption}."
    errors = [error for _, error, _ in by_order(report)]
    alt += (
        f" Over {counted(len(report.orders), 'order')} in which the baskets may reach their looks, the error when no "
        f"basket responds is {_percent(min(errors))} to {_percent(max(errors))}."
    )
    return alt, f"{caption}; and if the baskets reach each look one after the other."


def _percent(value: float) -> str:
    return f"{100 * value:.1f} percent"
