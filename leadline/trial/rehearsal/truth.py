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
    """True rates of the treated, one a basket, and of the event of the harm rule.

    control_rates  of the controls, one a basket; of a basket without controls it is not asked
    """

    name: str
    rates: tuple[float, ...]
    harm_rate: float
    control_rates: tuple[float, ...] = ()

    def scenario(self) -> Scenario:
        """The same as the exact operating characteristics take it."""
        return Scenario(self.name, self.rates, self.harm_rate, self.control_rates or None)


def parse_truth(text: str, design: Design, *, harm_rate: float | None = None) -> Truth:
    """`null` or `target`: the rates of the design; or a rate for every basket, as `jia=0.55,csle=0.44`. The controls
    respond at the null rates, or at the rate that is named after a slash: `jia=0.55/0.3,csle=0.44`.

    harm_rate  None for the design's expected rate; 0 where the design has no harm rule
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
    if harm_rate is None:
        harm_rate = design.harm.expected_rate if design.harm else 0.0
    if not 0 <= harm_rate < 1:
        raise RehearsalInvalid(f"--harm: found {harm_rate:g}; takes a rate from 0 to below 1")
    return Truth(text, rates, harm_rate, controls if design.randomised else ())


def _named_rates(text: str, design: Design) -> dict[str, tuple[float, float | None]]:
    """By basket the rate of the treated and, where one is named, of the controls."""
    ids = [basket.id for basket in design.baskets]
    with_controls = {basket.id for basket in design.baskets if basket.control}
    rates: dict[str, tuple[float, float | None]] = {}
    for part in text.split(","):
        name, _, numbers = part.partition("=")
        treated, slash, controls = numbers.partition("/")
        rate, control_rate = _number(treated), _number(controls) if slash else None
        if name not in ids or name in rates or rate is None or (slash and control_rate is None):
            raise _refusal(part, ids)
        if slash and name not in with_controls:
            raise _refusal(part, ids)
        rates[name] = (rate, control_rate)
    if missing := [name for name in ids if name not in rates]:
        raise _refusal(f"nothing for {', '.join(missing)}", ids)
    return rates


def _number(text: str) -> float | None:
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
