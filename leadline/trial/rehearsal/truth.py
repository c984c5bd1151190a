"""What is taken to be true in a rehearsal: the response rate of each basket, and the rate of harm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadline.errors import RehearsalInvalid
from leadline.trial.scenarios import Scenario

if TYPE_CHECKING:
    from leadline.trial.design import Design


@dataclass(frozen=True, slots=True)
class Truth:
    """True rates of the treated and of the event of the harm rule, one a basket.

    control_rates  of the controls, one a basket; of a basket without controls it is not asked
    """

    name: str
    rates: tuple[float, ...]
    harm_rates: tuple[float, ...]
    control_rates: tuple[float, ...] = ()

    def scenario(self) -> Scenario:
        """The same as the exact operating characteristics take it."""
        return Scenario(self.name, self.rates, self.harm_rates, self.control_rates or None)


def parse_truth(text: str, design: Design, *, harm_rate: float | str | None = None) -> Truth:
    """`null` or `target`: the rates of the design; or a rate for every basket, as `jia=0.55,csle=0.44`. The controls
    respond at the null rates, or at the rate that is named after a slash: `jia=0.55/0.3,csle=0.44`.

    harm_rate  of every basket, or as text one for each, as `jia=0.4,csle=0.05`; None for the design's expected rate, 0
               where the design has no harm rule
    raises     RehearsalInvalid
    """
    controls = design.null_rates
    match text:
        case "null":
            rates = design.null_rates
        case "target":
            rates = design.target_rates
        case _:
            named = [_named_rates(text, design)[basket.id] for basket in design.baskets]
            rates = tuple(rate for rate, _ in named)
            controls = tuple(
                null if control is None else control
                for (_, control), null in zip(named, controls, strict=True)
            )
    return Truth(text, rates, _harm_rates(harm_rate, design), controls if design.randomised else ())


def _harm_rates(given: float | str | None, design: Design) -> tuple[float, ...]:
    if given is None:
        given = design.harm.expected_rate if design.harm else 0.0
    ids = [basket.id for basket in design.baskets]
    told = _by_name(given) if isinstance(given, str) else [(name, given) for name in ids]
    rates = [dict(told).get(name) for name in ids]
    taken = tuple(rate for rate in rates if rate is not None and 0 <= rate < 1)
    differ = len(set(taken)) > 1
    if len(taken) != len(ids) or len(told) != len(ids) or (differ and not design.harm_by_basket):
        each = f", or one for each of {', '.join(ids)}" if design.harm_by_basket else ""
        raise RehearsalInvalid(
            f"--harm: found '{str(given)[:60]}'; takes a rate from 0 to below 1{each}",
            hint="A rate for each basket is taken where each has a harm rule of its own (`scope: basket`).",
        )
    return taken


def _by_name(text: str) -> list[tuple[str, float | None]]:
    """`jia=0.4,csle=0.05`; what is no rate is None."""
    parts = (part.partition("=") for part in text.split(","))
    return [(name, read_rate(rate)) for name, _, rate in parts]


def _named_rates(text: str, design: Design) -> dict[str, tuple[float, float | None]]:
    """By basket the rate of the treated and, where one is named, of the controls."""
    ids = [basket.id for basket in design.baskets]
    with_controls = {basket.id for basket in design.baskets if basket.control}
    rates: dict[str, tuple[float, float | None]] = {}
    for part in text.split(","):
        name, _, numbers = part.partition("=")
        treated, slash, controls = numbers.partition("/")
        rate, control_rate = read_rate(treated), read_rate(controls) if slash else None
        if name not in ids or name in rates or rate is None or (slash and control_rate is None):
            raise _refusal(part, ids)
        if slash and name not in with_controls:
            raise _refusal(part, ids)
        rates[name] = (rate, control_rate)
    if missing := [name for name in ids if name not in rates]:
        raise _refusal(f"nothing for {', '.join(missing)}", ids)
    return rates


def read_rate(text: str) -> float | None:
    """A rate; None for anything else."""
    try:
        rate = float(text)
    except ValueError:
        return None
    return rate if 0 <= rate <= 1 else None


def _refusal(found: str, ids: list[str]) -> RehearsalInvalid:
    return RehearsalInvalid(
        f"--truth: found '{found[:60]}'; takes null, target, or one rate from 0 to 1 for each of {', '.join(ids)}",
        hint="As " + ",".join(f"{name}=0.4" for name in ids) + ".",
    )


def parse_supply(text: str, design: Design) -> tuple[int, ...]:
    """How many treated children come, one number a basket: `jia=18,csle=14,mctd=10`, or a number in all, which is
    shared out by the sizes of the baskets; empty for as many as the design takes. Controls come in proportion.

    raises RehearsalInvalid
    """
    sizes, ids = design.sizes, [basket.id for basket in design.baskets]
    if not text:
        return sizes
    supply = _shared_out(int(text), sizes) if text.isdecimal() else _by_basket(text, sizes, ids)
    if not any(supply):
        raise RehearsalInvalid(
            f"--children: found '{text[:60]}', no child at all; takes at least one child",
            hint="Leave --children out for as many as the design takes.",
        )
    return supply


def _by_basket(text: str, sizes: tuple[int, ...], ids: list[str]) -> tuple[int, ...]:
    counts: dict[str, int] = {}
    for part in text.split(","):
        name, _, number = part.partition("=")
        if name not in ids or name in counts or not number.isdecimal():
            raise RehearsalInvalid(
                f"--children: found '{part[:60]}'; takes a number, or one for each of {', '.join(ids)}",
                hint="As 40, or "
                + ",".join(f"{name}={size}" for name, size in zip(ids, sizes, strict=True))
                + ".",
            )
        counts[name] = int(number)
    return tuple(counts.get(name, size) for name, size in zip(ids, sizes, strict=True))


def _shared_out(children: int, sizes: tuple[int, ...]) -> tuple[int, ...]:
    """In proportion to the sizes, no basket more than its own; the largest remainders get what is left over."""
    total = sum(sizes)
    if children >= total:
        return sizes
    shares = [children * size / total for size in sizes]
    given = [int(share) for share in shares]
    order = sorted(range(len(sizes)), key=lambda at: given[at] - shares[at])
    for at in order[: children - sum(given)]:
        given[at] += 1
    return tuple(given)
