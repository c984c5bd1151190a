"""What rehearsals showed, in sentences that a board can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.trial.words import percent

if TYPE_CHECKING:
    from leadline.trial.rehearsal.agreement import Agreement, Compared

UNLIKELY = 0.0027
"""A probability below which chance alone is no good explanation of one difference: that of three standard errors."""


def agreement_in_words(found: Agreement) -> tuple[str, ...]:
    """What was rehearsed, what the charts could tell, and whether the decisions are those that were planned."""
    mechanism = found.mechanism if found.missing else ""
    return (_rehearsed(found), mechanism, _happened(found), _told(found), _decided(found))


def _happened(found: Agreement) -> str:
    """Intercurrent events that were asked for, what is true with them, and whether monitoring found them; or empty."""
    if found.intercurrent is None:
        return ""
    events = found.intercurrent.events
    asked = ", ".join(f"{one.title} ({percent(one.rate)})" for one in events)
    rates = _rates(found, found.intercurrent.rates, found.intercurrent.control_rates)
    happened, seen = sum(one.happened for one in events), sum(one.found for one in events)
    otherwise = sum(one.found_otherwise for one in events)
    return (
        f"Intercurrent events were drawn for every child, whatever its response: {asked}. By the strategies of the "
        f"estimands the true response rates of those who are counted are then {rates}.{_harm(found)} Of {happened:,} "
        f"such events up to the last looks monitoring found {seen:,}; it found {otherwise:,} that had not happened."
    )


def _harm(found: Agreement) -> str:
    if found.intercurrent is None or found.intercurrent.harm_rates == found.harm_rates:
        return ""
    return (
        f" A death counts as harm; its rate is {_harm_rates(found, found.intercurrent.harm_rates)} with it."
    )


def _harm_rates(found: Agreement, rates: tuple[float, ...]) -> str:
    """`5 %`, or where baskets differ as `_rates`."""
    return percent(rates[0]) if len(set(rates)) == 1 else _rates(found, rates, ())


def _rates(found: Agreement, rates: tuple[float, ...], controls: tuple[float, ...]) -> str:
    """`35 % (JIA), 30 % (MCTD)`, and those of the controls."""
    treated = ", ".join(f"{percent(rate)} ({name})" for name, rate in zip(found.labels, rates, strict=True))
    beside = ", ".join(
        f"{percent(rate)} ({name})" for name, rate in zip(found.labels, controls, strict=False)
    )
    return f"{treated}, of the controls {beside}" if controls else treated


def _rehearsed(found: Agreement) -> str:
    rates = _rates(found, found.rates, found.control_rates)
    comma = "," if found.control_rates else ""
    return (
        f"{found.title}: {found.rehearsals:,} rehearsals on invented children, under true response rates of {rates}"
        f"{comma} and a rate of harm of {_harm_rates(found, found.harm_rates)}; {percent(found.missing)} of the visits "
        "went wrong. Each child's chart was written, read, judged and monitored at every look."
    )


def _told(found: Agreement) -> str:
    missing = sum(one.missing * one.children for one in found.responses)
    children = sum(one.children for one in found.responses)
    said = f"Of the children at the last look, the response of {percent(missing / children if children else 0.0)} "
    said += "was missing when its days were over."
    if found.misjudged:
        share = percent(found.misjudged / found.judged, 2)
        return f"{said} Of those judged, {share} were judged otherwise than is true."
    return f"{said} No child that was judged was judged otherwise than is true."


def _decided(found: Agreement) -> str:
    same = f"In {percent(found.same)} of the rehearsals every basket ended as it would have with every response known."
    known = [one for one in found.numbers if one.chance is not None]
    if not known:
        return f"{same} There are no exact numbers to compare with."
    worst = min(known, key=_chance_of)
    far = [one for one in known if _chance_of(one) < UNLIKELY]
    if not far:
        return (
            f"{same} No rate of a decision differs from the exact one by more than chance explains: the least likely, "
            f"{_where(found, worst)}, differs as much in {percent(_chance_of(worst))} of such runs."
        )
    return (
        f"{same} {len(far)} of {len(known)} rates of decisions differ from the exact ones by more than chance "
        f"explains; the most is {_where(found, worst)}: {percent(worst.charts)} against {percent(worst.exact or 0.0)}."
    )


def _chance_of(one: Compared) -> float:
    return 1.0 if one.chance is None else one.chance


def _where(found: Agreement, one: Compared) -> str:
    return f"{one.title} ({found.label(one.of)})" if one.of else one.title


def name_of(one: Compared) -> str:
    """`jia: declared a success`; of the whole trial without a name before it."""
    return f"{one.of}: {one.title}" if one.of else one.title


HEADINGS = ("", "rehearsed", "error", "exact", "z", "drift", "error")


def table_lines(found: Agreement) -> list[str]:
    """The numbers as lines of text: rates in percent, children as they are."""
    wide = max(len(name_of(one)) for one in found.numbers)
    head = f"{HEADINGS[0]:<{wide}}" + "".join(f"{heading:>11}" for heading in HEADINGS[1:])
    return [
        head,
        *(f"{name_of(one):<{wide}}" + "".join(f"{cell:>11}" for cell in cells(one)) for one in found.numbers),
    ]


def cells(one: Compared) -> tuple[str, ...]:
    """Rehearsed, its error, exact, z, drift and its error, as text; `-` where there is none."""

    def number(value: float | None, *, signed: bool = False) -> str:
        if value is None:
            return "-"
        sign = "+" if signed else ""
        return f"{value:{sign}.2f}" if one.what == "children" else f"{100 * value:{sign}.2f} %"

    z = "-" if one.z is None else f"{one.z:+.1f}"
    return (
        number(one.charts),
        number(one.se),
        number(one.exact),
        z,
        number(one.drift, signed=True),
        number(one.drift_se),
    )
