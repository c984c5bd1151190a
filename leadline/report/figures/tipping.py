"""The tipping plot: the posterior for children over every weight of the adult evidence, and where a conclusion turns.

Above, the median and interval of the effect; below, the probability of the conclusion against what is enough. The
tipping weight is one line through both. Shades are apart enough for grey print.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.casebook.prose import capital
from leadline.evidence.children_tipping import TippingForChildren
from leadline.report.figures import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.typing import LineStyleType

WIDTH_MM, HEIGHT_MM = 170.0, 105.0


def draw_tipping(found: TippingForChildren) -> Figure:
    """The tipping plot, 170 mm wide."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH_MM / 25.4, HEIGHT_MM / 25.4), facecolor=style.PAPER)
    FigureCanvasAgg(figure)
    upper = figure.add_axes((0.085, 0.50, 0.895, 0.43))
    lower = figure.add_axes((0.085, 0.11, 0.895, 0.29), sharex=upper)
    _draw_effect(upper, found)
    _draw_probability(lower, found)
    for axes in (upper, lower):
        _draw_tipping_line(axes, found)
        _quiet(axes)
    upper.tick_params(labelbottom=False)
    _label_tipping(upper, found)
    return figure


def _draw_effect(axes: Axes, found: TippingForChildren) -> None:
    curve, conclusion = found.curve, found.tipping.conclusion
    axes.fill_between(curve.weight, curve.low, curve.high, color=style.FAINT, linewidth=0)
    axes.plot(curve.weight, curve.low, color=style.QUIET, linewidth=style.HAIRLINE)
    axes.plot(curve.weight, curve.high, color=style.QUIET, linewidth=style.HAIRLINE)
    axes.plot(curve.weight, curve.median, color=style.DOCUMENTED, linewidth=1.4)
    axes.axhline(conclusion.limit, color=style.INK, linewidth=style.LINE, linestyle=(0, (4, 3)))
    axes.set_xlim(0, 1)
    low, high = min(curve.low), max(curve.high)
    margin = 0.08 * (high - low)
    axes.set_ylim(min(low, conclusion.limit) - margin, max(high, conclusion.limit) + margin)
    axes.set_ylabel(capital(found.scale))


def _draw_probability(axes: Axes, found: TippingForChildren) -> None:
    curve, conclusion = found.curve, found.tipping.conclusion
    side = "above" if conclusion.above else "below"
    axes.plot(curve.weight, curve.probability, color=style.DOCUMENTED, linewidth=1.4)
    axes.plot(
        curve.weight, curve.posterior_weight, color=style.QUIET, linewidth=style.LINE, linestyle=(0, (1, 2))
    )
    axes.axhline(conclusion.probability, color=style.INK, linewidth=style.LINE, linestyle=(0, (4, 3)))
    axes.set_ylim(0, 1.06)
    axes.set_xlabel("Weight of the adult evidence in the prior")
    axes.set_ylabel("Probability")
    keys: tuple[tuple[str, LineStyleType, str], ...] = (
        (f"that the effect is {side} {conclusion.limit:g}", "solid", style.DOCUMENTED),
        ("weight of the adults in the posterior", (0, (1, 2)), style.QUIET),
        (f"enough to conclude: {conclusion.probability:g}", (0, (4, 3)), style.INK),
    )
    _key(axes, keys)


def _key(axes: Axes, keys: tuple[tuple[str, LineStyleType, str], ...]) -> None:
    """Named lines below the plot, outside it, where they can cover nothing."""
    from matplotlib.lines import Line2D

    lines = [Line2D([], [], color=color, linestyle=dashes, linewidth=1.2) for _, dashes, color in keys]
    axes.legend(
        lines,
        [words for words, _, _ in keys],
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=3,
        frameon=False,
        prop={"family": style.FONT, "size": style.BODY},
        handlelength=2.4,
        columnspacing=1.6,
    )


def _draw_tipping_line(axes: Axes, found: TippingForChildren) -> None:
    if found.tipping.weight is not None:
        axes.axvline(found.tipping.weight, color=style.CONTRADICTED, linewidth=style.LINE)


def _label_tipping(axes: Axes, found: TippingForChildren) -> None:
    """Above the plot: the tipping weight at its line, or that there is none."""
    weight = found.tipping.weight
    words = "no tipping point: the conclusion is the same at every weight"
    if weight is not None:
        words = (
            f"tipping weight {weight:.3f} in the prior, {found.tipping.posterior_weight:.3f} in the posterior"
        )
    place = 0.5 if weight is None else min(max(weight, 0.26), 0.74)
    axes.text(
        place, 1.03, words, transform=axes.transAxes, ha="center", va="bottom",
        family=style.FONT, size=style.HEADING, color=style.INK,
    )  # fmt: skip


def _quiet(axes: Axes) -> None:
    """Thin ticks, no box, the package's font."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_linewidth(style.HAIRLINE)
        axes.spines[side].set_color(style.QUIET)
    axes.tick_params(width=style.HAIRLINE, length=2.5, labelsize=style.BODY, labelfontfamily=style.FONT)
    for label in (axes.xaxis.label, axes.yaxis.label):
        label.set_fontsize(style.BODY)
        label.set_fontfamily(style.FONT)
