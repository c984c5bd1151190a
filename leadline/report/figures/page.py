"""A page to draw on: one matplotlib figure in points, y downwards, its height known only when everything is on it.

A figure of this package is laid out like a printed page, not like a chart: rows of labels, lanes and marks that must
not touch. So every length is a point at print size, text is measured before it is set, and the page remembers what
was set where, so that an optional label (a dose, a state's letter) is printed only where it is free.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from leadline.report.figures import style
from leadline.report.figures.layout import Box, line_height, rows, text_width, wrapped
from leadline.verdicts.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Align = Literal["left", "center", "right"]

_FADE_STEPS = 8


@dataclass(slots=True)
class Page:
    """`y` of every method is a distance from the top. `texts` holds the box of each text set so far."""

    width: float
    figure: Figure = field(init=False)
    axes: Axes = field(init=False)
    texts: list[Box] = field(default_factory=list)

    def __post_init__(self) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.figure = Figure(figsize=(self.width / 72, 1), facecolor=style.PAPER)
        FigureCanvasAgg(self.figure)
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set_axis_off()
        self.axes.set_xlim(0, self.width)
        self.axes.set_autoscale_on(False)

    def finish(self, height: float) -> Figure:
        """Cuts the page to its height. Nothing can be set below it."""
        self.figure.set_size_inches(self.width / 72, height / 72)
        self.axes.set_ylim(height, 0)
        return self.figure

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = style.BODY,
        align: Align = "left",
        color: str = style.INK,
        bold: bool = False,
        italic: bool = False,
    ) -> Box:
        """One line, centred on `y` by the height of its capitals; gives the box that it takes."""
        self.axes.text(
            x,
            y + 0.36 * size,  # half the height of a capital below the middle: the baseline
            text,
            fontfamily=style.FONT,
            fontsize=size,
            fontweight="bold" if bold else "normal",
            fontstyle="italic" if italic else "normal",
            color=color,
            ha=align,
            va="baseline",
            zorder=6,
            parse_math=False,
        )
        box = _text_box(x, y, text, size=size, align=align, bold=bold)
        self.texts.append(box)
        return box

    def text_if_free(
        self, x: float, y: float, text: str, *, size: float, align: Align = "left", color: str = style.INK
    ) -> bool:
        """Sets an optional label unless it would touch a text that is there already; says whether it did."""
        box = _text_box(x, y, text, size=size, align=align)
        room = Box(box.left - 1, box.top, box.right + 1, box.bottom)
        if box.left < 0 or box.right > self.width or any(room.overlaps(other) for other in self.texts):
            return False
        self.text(x, y, text, size=size, align=align, color=color)
        return True

    def line(
        self,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        *,
        color: str = style.INK,
        width: float = style.LINE,
        dashes: tuple[float, float] | None = None,
        above: bool = False,
    ) -> None:
        self.polyline([(x0, y0), (x1, y1)], color=color, width=width, dashes=dashes, above=above)

    def polyline(
        self,
        points: Sequence[tuple[float, float]],
        *,
        color: str = style.INK,
        width: float = style.LINE,
        dashes: tuple[float, float] | None = None,
        above: bool = False,
    ) -> None:
        from matplotlib.lines import Line2D

        self.axes.add_line(
            Line2D(
                [x for x, _ in points],
                [y for _, y in points],
                color=color,
                linewidth=width,
                linestyle="solid" if dashes is None else (0.0, (dashes[0] / width, dashes[1] / width)),
                solid_capstyle="butt",
                dash_capstyle="butt",
                solid_joinstyle="miter",
                zorder=5 if above else 2,
            )
        )

    def bar(
        self,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        *,
        fill: str | None = None,
        edge: str | None = None,
        alpha: float = 1.0,
        behind: bool = False,
        dashed: bool = False,
        edge_width: float = style.HAIRLINE,
    ) -> None:
        from matplotlib.patches import Rectangle

        self.axes.add_patch(
            Rectangle(
                (x0, y0),
                x1 - x0,
                y1 - y0,
                facecolor=fill or "none",
                edgecolor=edge or "none",
                linewidth=edge_width if edge else 0,
                linestyle=(0.0, (2.0, 1.5)) if dashed else "solid",
                alpha=alpha,
                zorder=1 if behind else 3,
            )
        )

    def hatched(self, x0: float, y0: float, x1: float, y1: float, *, behind: bool = False) -> None:
        """Not assessed, not recorded, not known: the one meaning of hatching."""
        from matplotlib.patches import Rectangle

        patch = Rectangle(
            (x0, y0),
            x1 - x0,
            y1 - y0,
            facecolor=style.PAPER,
            edgecolor=style.RULE,
            hatchcolor=style.RULE,
            hatch=style.HATCH,
            linewidth=style.HAIRLINE,
            zorder=1 if behind else 3,
        )
        patch.set_hatch_linewidth(style.HAIRLINE)
        self.axes.add_patch(patch)

    def faded(self, clear: float, full: float, y0: float, y1: float, *, fill: str) -> None:
        """A bar that fades out from `full` to `clear`: the days on which a partial date may have fallen."""
        step = (full - clear) / _FADE_STEPS
        for number in range(_FADE_STEPS):
            start = clear + number * step
            self.bar(
                *_sorted_pair(start, start + step, y0, y1), fill=fill, alpha=(number + 0.5) / _FADE_STEPS
            )

    def mark(
        self,
        x: float,
        y: float,
        mark: style.Mark,
        *,
        face: str = style.DOCUMENTED,
        edge: str | None = None,
        edge_width: float = style.RING,
        half: bool = False,
        size: float | None = None,
    ) -> None:
        from matplotlib.lines import Line2D

        self.axes.add_line(
            Line2D(
                [x],
                [y],
                marker=mark.marker,
                markersize=size or mark.size,
                markerfacecolor=face,
                markerfacecoloralt=style.PAPER,
                markeredgecolor=edge or face,
                markeredgewidth=edge_width,
                fillstyle="left" if half else "full",
                linestyle="none",
                zorder=5,
                clip_on=False,
            )
        )

    def arrow(self, x: float, y: float, *, color: str) -> None:
        """An arrow head to the right, its base at `x`: ongoing."""
        from matplotlib.patches import Polygon

        corners = [(x, y - 3.4), (x + 4.5, y), (x, y + 3.4)]
        self.axes.add_patch(Polygon(corners, closed=True, facecolor=color, edgecolor="none", zorder=4))

    def ring(self, x: float, y: float, size: float, *, dashed: bool = False) -> None:
        """A circle round a mark."""
        from matplotlib.patches import Ellipse

        self.axes.add_patch(
            Ellipse(
                (x, y),
                size,
                size,
                facecolor="none",
                edgecolor=style.INK,
                linewidth=style.RING,
                linestyle=(0.0, (1.6, 1.2)) if dashed else "solid",
                zorder=4,
            )
        )

    def finding(self, x: float, y: float, mark: style.Mark, finding: Finding | None) -> None:
        """A statement's mark: solid if documented, half if partly, struck through if contradicted, hollow if reported
        only; a thin grey outline for a statement that says of no child in particular (None)."""
        match finding:
            case Finding.DOCUMENTED:
                self.mark(x, y, mark)
            case Finding.PARTLY_DOCUMENTED:
                self.mark(x, y, mark, edge=style.DOCUMENTED, half=True)
            case Finding.CONTRADICTED:
                self.mark(x, y, mark, face=style.PAPER, edge=style.CONTRADICTED)
                self.strike(x, y, mark.size)
            case Finding.REPORTED_ONLY:
                self.mark(x, y, mark, face=style.PAPER, edge=style.DOCUMENTED)
            case None:
                self.mark(x, y, mark, face=style.PAPER, edge=style.SILENT, edge_width=style.HAIRLINE)

    def strike(self, x: float, y: float, size: float) -> None:
        reach = size * 0.72
        self.line(x - reach, y + reach, x + reach, y - reach, color=style.CONTRADICTED, width=1.2, above=True)

    def legend(
        self, x: float, y: float, width: float, entries: Sequence[LegendEntry], *, gap: float = 10.0
    ) -> float:
        """Sets entries one after the other and wraps them; gives the y below the last row."""
        labels = [wrapped(entry.label, width - entry.symbol_width - 3, style.SMALL) for entry in entries]
        widths = [
            entry.symbol_width + 3 + max(text_width(line, style.SMALL) for line in lines)
            for entry, lines in zip(entries, labels, strict=True)
        ]
        height = line_height(style.SMALL) + 2.5
        for row in rows(widths, width, gap=gap):
            left = x
            for index in row:
                entry = entries[index]
                entry.draw(self, left + entry.symbol_width / 2, y + height / 2)
                for number, line in enumerate(labels[index]):
                    self.text(left + entry.symbol_width + 3, y + height / 2 + number * (style.SMALL + 2), line,
                              size=style.SMALL, color=style.QUIET)  # fmt: skip
                left += widths[index] + gap
            y += height + (max(len(labels[index]) for index in row) - 1) * (style.SMALL + 2)
        return y

    def grouped_legend(self, y: float, groups: Mapping[str, Sequence[LegendEntry]]) -> float:
        """A legend under a hairline, one name and its entries a row; gives the y below."""
        self.line(2, y, self.width - 2, y, color=style.FAINT, width=style.HAIRLINE)
        left = 2 + max((text_width(name, style.SMALL, bold=True) for name in groups), default=0) + 8
        y += 4
        for name, entries in groups.items():
            self.text(2, y + 5.6, name, size=style.SMALL, bold=True, color=style.QUIET)
            y = self.legend(left, y, self.width - 2 - left, entries)
        return y


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """What a symbol means; `draw` sets it centred on a place."""

    label: str
    draw: Callable[[Page, float, float], None]
    symbol_width: float = 9.0


def _text_box(
    x: float, y: float, text: str, *, size: float = style.BODY, align: Align = "left", bold: bool = False
) -> Box:
    """The box that a line of text centred on `y` takes, ascenders and descenders included."""
    width = text_width(text, size, bold)
    left = {"left": x, "center": x - width / 2, "right": x - width}[align]
    return Box(left, y - 0.5 * size, left + width, y + 0.62 * size)


def _sorted_pair(x0: float, x1: float, y0: float, y1: float) -> tuple[float, float, float, float]:
    """Corners as `bar` takes them, left before right."""
    return min(x0, x1), y0, max(x0, x1), y1
