"""Figures for the board: where each basket's response rate stands, and harm against its boundary."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from leadline.casebook.prose import listed
from leadline.report.figures import style
from leadline.report.figures.harm_rule import EDGE, HarmPanel, panel_height, stop_entry
from leadline.report.figures.layout import line_height, wrapped
from leadline.report.figures.page import LegendEntry, Page
from leadline.report.figures.plotted import Plotted
from leadline.trial.monitoring.standing import Scale
from leadline.trial.monitoring.words import chance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.report.figures.plotted import Value
    from leadline.trial.monitoring import Monitoring
    from leadline.trial.monitoring.harm import HarmStanding
    from leadline.trial.monitoring.results import BasketStanding
    from leadline.trial.monitoring.standing import Posterior

_NAMES = 0.27  # of the page's width
_ROW = 27.0
_TICK = 8.0
_PAGE = 560.0
"""Room for all panels of harm on one page."""
_NAMED = 12.0
"""Room for a line of the name above a panel of harm."""
_BOLD = 0.8
"""Of a width, what plain letters may take so that bold ones stay within it."""
_IN_ONE_COLUMN = 7
"""Panels of harm that one below the other leave no more than a page."""
_WORDS = 118.0
"""Room on the right for what the rule says."""


def plot_standing(found: Monitoring, *, width_mm: float = style.TWO_COLUMNS_MM) -> Plotted:
    """A row a basket: posterior mean and 95 % interval of the response rate, its null and its target rate."""
    page = Page(width_mm * style.POINTS_PER_MM)
    left, right = _NAMES * page.width, page.width - _WORDS
    page.text(right + 10, 8, "The rule says", size=style.SMALL, bold=True)
    y = 14.0
    for basket in found.baskets:
        _standing_row(page, basket, y, left, right)
        y += _ROW
    _percent_axis(
        page, left, right, y, "of the treated, were controls at the null rate" if found.randomised else ""
    )
    y = page.legend(EDGE, y + 22, page.width - 2 * EDGE, _standing_key(), gap=14)
    return Plotted(
        page.finish(y + 2),
        alt=_standing_alt(found),
        caption="The response rate of each basket by the design's own model, at the numbers of children whose response "
        f"is known. {_against_controls(found)}Between planned looks the rule asks for no decision.",
        data=tuple(_standing_datum(basket) for basket in found.baskets),
    )


def _standing_row(page: Page, basket: BasketStanding, top: float, left: float, right: float) -> None:
    counts = basket.counts
    known = f"{counts.responders} of {counts.known} responded"
    if basket.control_counts is not None:
        controls = basket.control_counts
        known = f"{counts.responders} of {counts.known}, controls {controls.responders} of {controls.known}"
    lines = [*wrapped(basket.label, left - 10, style.BODY)[:2], known]
    first = top + _ROW / 2 - (len(lines) - 1) * line_height(style.SMALL) / 2
    for place, line in enumerate(lines):
        size, color = (style.SMALL, style.QUIET) if line == known else (style.BODY, style.INK)
        page.text(EDGE, first + place * line_height(style.SMALL), line, size=size, color=color)
    y, now = top + _ROW / 2, _on_the_scale_of_rates(basket)

    def at(rate: float) -> float:
        return left + min(max(rate, 0.0), 1.0) * (right - left)

    page.line(left, top + _ROW, right, top + _ROW, color=style.FAINT, width=style.HAIRLINE)
    page.line(at(basket.null_rate), y - _TICK, at(basket.null_rate), y + _TICK, color=style.INK)
    page.line(
        at(basket.target_rate),
        y - _TICK,
        at(basket.target_rate),
        y + _TICK,
        color=style.INK,
        dashes=(2.0, 1.6),
    )
    page.line(at(now.low), y, at(now.high), y, color=style.DOCUMENTED, width=1.6)
    page.mark(at(now.mean), y, style.SQUARE)
    better = "above null" if basket.control_counts is None else "above controls"
    said = [*wrapped(basket.rule_now, _WORDS - 12, style.BODY), f"{better}: {chance(now.above_null)}"]
    first = y - (len(said) - 1) * line_height(style.SMALL) / 2
    for place, line in enumerate(said):
        last = place == len(said) - 1
        size, color = (style.SMALL, style.QUIET) if last else (style.BODY, style.INK)
        page.text(right + 10, first + place * line_height(style.SMALL), line, size=size, color=color)


def _on_the_scale_of_rates(basket: BasketStanding) -> Posterior:
    """The difference from the controls stands where the rate would, were the controls at the null rate."""
    now = basket.posterior
    if now.scale is not Scale.DIFFERENCE:
        return now
    null = basket.null_rate
    return replace(now, mean=null + now.mean, low=null + now.low, high=null + now.high)


def _against_controls(found: Monitoring) -> str:
    if not found.randomised:
        return ""
    return "With controls it is that of the treated if the controls were at the null rate. "


def _percent_axis(page: Page, left: float, right: float, y: float, of_whom: str) -> None:
    for percents in (0, 20, 40, 60, 80, 100):
        x = left + percents / 100 * (right - left)
        page.line(x, y, x, y + 3, color=style.QUIET, width=style.HAIRLINE)
        page.text(x, y + 9, str(percents), size=style.SMALL, align="center", color=style.QUIET)
    title = f"Response rate {of_whom}, %" if of_whom else "Response rate, %"
    page.text((left + right) / 2, y + 18, title, size=style.SMALL, align="center", color=style.QUIET)


def _standing_key() -> tuple[LegendEntry, ...]:
    def mean(page: Page, x: float, y: float) -> None:
        page.line(x - 8, y, x + 8, y, color=style.DOCUMENTED, width=1.6)
        page.mark(x, y, style.SQUARE)

    def null(page: Page, x: float, y: float) -> None:
        page.line(x, y - 4, x, y + 4, color=style.INK)

    def target(page: Page, x: float, y: float) -> None:
        page.line(x, y - 4, x, y + 4, color=style.INK, dashes=(2.0, 1.6))

    return (
        LegendEntry("mean and 95 % interval", mean, 17),
        LegendEntry("null rate", null, 6),
        LegendEntry("target rate", target, 6),
    )


def _standing_alt(found: Monitoring) -> str:
    said = [
        f"{one.label}: {one.counts.responders} of {one.counts.known} responded, rate above the null rate with "
        f"{chance(one.posterior.above_null)}, the rule says {one.rule_now}."
        for one in found.baskets
    ]
    return " ".join(["A row for each basket with the posterior of its response rate.", *said])


def _standing_datum(one: BasketStanding) -> dict[str, Value]:
    controls = one.control_counts
    return {
        "basket": one.label,
        "known": one.counts.known,
        "responders": one.counts.responders,
        "controls": 0 if controls is None else controls.known,
        "control_responders": 0 if controls is None else controls.responders,
        "scale": str(one.posterior.scale),
        "mean": one.posterior.mean,
        "low": one.posterior.low,
        "high": one.posterior.high,
        "null_rate": one.null_rate,
        "target_rate": one.target_rate,
        "above_null": one.posterior.above_null,
        "rule_now": one.rule_now,
    }


def plot_harm(found: Monitoring, *, width_mm: float = style.TWO_COLUMNS_MM) -> Plotted:
    """A panel a harm rule: children in the order of infusion against those with the event; the boundary above, the
    unknown hatched."""
    page, y = Page(width_mm * style.POINTS_PER_MM), 0.0
    rules = found.harm_rules
    across = 1 if len(rules) <= _IN_ONE_COLUMN else 2
    rows = [rules[first : first + across] for first in range(0, len(rules), across)]
    height = panel_height(len(rows), _PAGE - len(rows) * across * _NAMED)
    for row in rows:
        y = _row_of_panels(page, row, y, height, 1 / across)
    y = page.legend(
        EDGE, y, page.width - 2 * EDGE, _harm_key("the trial" if found.harm else "the basket"), gap=14
    )
    return Plotted(
        page.finish(y + 2),
        alt=" ".join(_harm_alt(basket, harm) for basket, harm in found.harm_rules),
        caption=_harm_caption(found),
        data=tuple(row for basket, harm in found.harm_rules for row in _harm_data(basket, harm)),
    )


def _row_of_panels(
    page: Page, row: Sequence[tuple[str, HarmStanding]], above: float, height: float, share: float
) -> float:
    """Panels beside one another, each below its name; where the next thing can stand."""
    width = page.width * share
    named = [wrapped(_panel_title(*one), _BOLD * width - EDGE, style.BODY) if one[0] else [] for one in row]
    top = above + _NAMED * max(map(len, named))
    for place, lines in enumerate(named):
        for number, line in enumerate(lines):
            page.text(place * width + EDGE, above + 6 + number * _NAMED, line, size=style.BODY, bold=True)
    return max(
        _harm_panel(page, harm, top, height, place * width, share) for place, (_, harm) in enumerate(row)
    )


def _panel_title(basket: str, harm: HarmStanding) -> str:
    open_ones = f", of {harm.unknown} it is not known" if harm.unknown else ""
    return f"{basket}: {harm.with_event} of {harm.children} infused had the event{open_ones}"


def _harm_panel(
    page: Page, harm: HarmStanding, above: float, height: float, start: float, share: float
) -> float:
    """Children of one rule; where the next thing can stand."""
    low, high = harm.path
    across = max(len(harm.boundary), len(low) - 1, 1)
    panel = HarmPanel(page, across, max((*_stops(harm).values(), *high, 1)) + 1, above, height, start, share)
    for n in range(1, len(low)):
        page.bar(panel.x_at(n - 1), panel.y_at(low[n]), panel.x_at(n), panel.bottom, fill=style.SECOND)
        if high[n] > low[n]:
            page.hatched(panel.x_at(n - 1), panel.y_at(high[n]), panel.x_at(n), panel.y_at(low[n]))
    panel.draw_steps(_stops(harm).items())
    panel.draw_axes("Children infused")
    return panel.below


def _harm_caption(found: Monitoring) -> str:
    said = "Children with an event that counts for the harm rule, in the order of infusion, against the frozen boundary"
    if found.harm is not None:
        return f"{said}. The trial stops when the bars reach the line; {_looked_at(found.harm)}."
    each = {_looked_at(harm) for _, harm in found.harm_rules}
    when = each.pop() if len(each) == 1 else "the rule is looked at with the planned looks, and not between"
    return f"{said} of their basket. A basket stops, alone, when its bars reach its line; {when}."


def _stops(harm: HarmStanding) -> dict[int, int]:
    """Numbers of children at which the rule is looked at and can stop, each with the events that do."""
    stops = {n: harm.boundary[n - 1] for n in harm.checks}
    return {n: events for n, events in stops.items() if events <= n}


def _looked_at(harm: HarmStanding) -> str:
    """When the rule is looked at, in words."""
    if len(harm.checks) == len(harm.boundary):
        return "the rule is looked at after every child"
    looks = listed([str(n) for n in harm.checks])
    return f"the rule is looked at with the planned looks, at {looks} children, and not between"


def _harm_key(stops: str) -> tuple[LegendEntry, ...]:
    def bar(page: Page, x: float, y: float) -> None:
        page.bar(x - 5, y - 3.5, x + 5, y + 3.5, fill=style.SECOND)

    def hatched(page: Page, x: float, y: float) -> None:
        page.hatched(x - 5, y - 3.5, x + 5, y + 3.5)

    return (
        LegendEntry("had the event", bar, 12),
        LegendEntry("not known", hatched, 12),
        stop_entry(stops),
    )


def _harm_alt(basket: str, harm: HarmStanding) -> str:
    whose, stops = (f"{basket}: children", "this basket") if basket else ("Children", "the trial")
    return (
        f"{whose} infused: {harm.children}; with the event {harm.with_event}; not known of {harm.unknown}. "
        f"The rule says: {harm.rule}. A line shows how many children with the event stop {stops}; "
        f"{_looked_at(harm)}."
    )


def _harm_data(basket: str, harm: HarmStanding) -> list[dict[str, Value]]:
    """Of a rule for all baskets together the basket is empty."""
    stops, (low, high) = _stops(harm), harm.path
    return [
        {
            "basket": basket,
            "children": n,
            "with_event": low[n] if n < len(low) else None,
            "with_event_and_unknown": high[n] if n < len(high) else None,
            "stops_at": stops.get(n),
        }
        for n in range(1, max(len(harm.boundary) + 1, len(low)))
    ]
