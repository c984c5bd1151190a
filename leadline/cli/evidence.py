"""leadline evidence pool, prior, tipping: what others found, a prior for children, and when it would decide."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from leadline.errors import StudiesInvalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.table import Table

    from leadline.evidence.adults import Discount
    from leadline.evidence.children import Fitted, PriorForChildren
    from leadline.evidence.children_tipping import TippingForChildren
    from leadline.evidence.hierarchy import HyperPrior
    from leadline.evidence.normal import NormalMixture
    from leadline.evidence.pooling import Pooled, Summary
    from leadline.evidence.priors import BetaMixture
    from leadline.evidence.studies import Studies, StudyKind

app = typer.Typer(
    help="Pool studies, make a prior for children, find its tipping point.", no_args_is_help=True
)

File = Annotated[Path, typer.Argument(help="Table of studies (CSV); its columns say what they hold.")]
Keep = Annotated[
    list[str] | None,
    typer.Option(
        "--keep", metavar="STUDY", help="The one study to use of those that share a cohort; repeat."
    ),
]
MuMean = Annotated[float | None, typer.Option("--mu-mean", help="Prior mean of the average effect.")]
MuSd = Annotated[
    float | None, typer.Option("--mu-sd", help="Prior standard deviation of the average effect.")
]
TauScale = Annotated[
    float | None, typer.Option("--tau-scale", help="Scale of the half-normal prior of tau, between studies.")
]
Power = Annotated[
    float, typer.Option("--power", help="Discount: the prior is raised to it; 0.5 halves its weight.")
]
Widen = Annotated[
    float, typer.Option("--widen", help="Discount: further standard deviation between adults and children.")
]
AsOne = Annotated[
    bool, typer.Option("--as-one", help="Adult effects are one, without variation between studies.")
]
Picture = Annotated[
    Path | None, typer.Option("--figure", metavar="FILE", help="Draw it too: .pdf, .svg or .png.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]

Found = TypeVar("Found")


@app.command()
def pool(
    studies: File,
    keep: Keep = None,
    level: Annotated[float, typer.Option("--level", help="Of every interval.")] = 0.95,
    mu_mean: MuMean = None,
    mu_sd: MuSd = None,
    tau_scale: TauScale = None,
    figure: Picture = None,
    as_json: AsJson = False,
) -> None:
    """Pool studies: the hierarchical model by exact likelihood, beside the classical estimates."""
    from leadline.evidence.pooling import pool as pool_studies
    from leadline.evidence.studies import read_studies

    table = read_studies(studies, keep=keep or ())
    pooled = pool_studies(table, prior=_hyper_prior(table.kind, mu_mean, mu_sd, tau_scale), level=level)
    if figure is not None:
        from leadline.report.figures.forest import draw_forest

        draw_forest(pooled).savefig(figure, dpi=300)
    _answer(pooled, as_json, _print_pooled)


@app.command()
def prior(
    studies: File,
    keep: Keep = None,
    power: Power = 1.0,
    widen: Widen = 0.0,
    as_one: AsOne = False,
    robust_weight: Annotated[float, typer.Option("--robust-weight", help="Of the vague component.")] = 0.2,
    robust_sd: Annotated[
        float | None, typer.Option("--robust-sd", help="Of the vague component of an effect.")
    ] = None,
    patient_sd: Annotated[
        float | None,
        typer.Option("--patient-sd", help="Of one patient's outcome, for sample sizes of effects."),
    ] = None,
    mu_mean: MuMean = None,
    mu_sd: MuSd = None,
    tau_scale: TauScale = None,
    as_json: AsJson = False,
) -> None:
    """The MAP prior of adult studies for children: exact, as two and three components, and robust."""
    from leadline.evidence.children import prior_for_children
    from leadline.evidence.studies import read_studies

    table = read_studies(studies, keep=keep or ())
    found = prior_for_children(
        table,
        prior=_hyper_prior(table.kind, mu_mean, mu_sd, tau_scale),
        discount=_discount(power, widen, as_one),
        robust_weight=robust_weight,
        robust=_normal(0.0, robust_sd),
        patient_sd=patient_sd,
    )
    _answer(found, as_json, _print_prior)


@app.command()
def tipping(
    studies: File,
    limit: Annotated[float, typer.Option("--limit", help="The effect must lie beyond it; ratios as logs.")],
    events: Annotated[int | None, typer.Option("--events", help="Children with the event.")] = None,
    n: Annotated[int | None, typer.Option("--n", help="Children treated.")] = None,
    estimate: Annotated[float | None, typer.Option("--estimate", help="Effect in children.")] = None,
    se: Annotated[float | None, typer.Option("--se", help="Its standard error.")] = None,
    n_treated: Annotated[
        int | None, typer.Option("--n-treated", help="Children treated, of two arms.")
    ] = None,
    n_control: Annotated[int | None, typer.Option("--n-control", help="Children in the control arm.")] = None,
    events_treated: Annotated[
        int | None, typer.Option("--events-treated", help="Of two arms, in place of --estimate and --se.")
    ] = None,
    events_control: Annotated[int | None, typer.Option("--events-control", help="Likewise.")] = None,
    probability: Annotated[float, typer.Option("--probability", help="That is enough to conclude.")] = 0.975,
    below: Annotated[
        bool, typer.Option("--below", help="Conclude when the effect is below the limit.")
    ] = False,
    robust_mean: Annotated[float, typer.Option("--robust-mean", help="Of the vague component.")] = 0.0,
    robust_sd: Annotated[
        float | None, typer.Option("--robust-sd", help="Of the vague component; one child unless given.")
    ] = None,
    keep: Keep = None,
    power: Power = 1.0,
    widen: Widen = 0.0,
    as_one: AsOne = False,
    mu_mean: MuMean = None,
    mu_sd: MuSd = None,
    tau_scale: TauScale = None,
    figure: Picture = None,
    as_json: AsJson = False,
) -> None:
    """The weight of adult evidence at which a conclusion about children changes."""
    from leadline.evidence.children_tipping import tipping_for_children
    from leadline.evidence.studies import read_studies
    from leadline.evidence.tipping import Conclusion

    table = read_studies(studies, keep=keep or ())
    found = tipping_for_children(
        table,
        children=_two_arms(table, events_treated, n_treated, events_control, n_control)
        or _children(table, events, n, estimate, se),
        conclusion=Conclusion(limit, probability, above=not below),
        children_n=(n_treated, n_control) if n_treated and n_control else None,
        prior=_hyper_prior(table.kind, mu_mean, mu_sd, tau_scale),
        discount=_discount(power, widen, as_one),
        robust=_normal(robust_mean, robust_sd),
    )
    if figure is not None:
        from leadline.report.figures.tipping import draw_tipping

        draw_tipping(found).savefig(figure, dpi=300)
    _answer(found, as_json, _print_tipping)


def _hyper_prior(
    kind: StudyKind, mean: float | None, sd: float | None, tau_scale: float | None
) -> HyperPrior:
    from dataclasses import replace

    from leadline.evidence.hierarchy import HalfNormal
    from leadline.evidence.pooling import DEFAULT_PRIORS

    for name, value in (("--mu-sd", sd), ("--tau-scale", tau_scale)):
        if value is not None and not value > 0:
            raise StudiesInvalid(f"{name} is {value:g}; a number above 0 is taken")
    prior = DEFAULT_PRIORS[kind]
    if mean is not None:
        prior = replace(prior, mean=mean)
    if sd is not None:
        prior = replace(prior, sd=sd)
    return replace(prior, tau=HalfNormal(tau_scale)) if tau_scale is not None else prior


def _discount(power: float, widen: float, as_one: bool) -> Discount:
    from leadline.evidence.adults import Discount

    return Discount(power=power, widened_by=widen, as_one=as_one)


def _normal(mean: float, sd: float | None) -> NormalMixture | None:
    from leadline.evidence.normal import NormalMixture

    return None if sd is None else NormalMixture((1.0,), (mean,), (sd,))


def _two_arms(studies: Studies, *counts: int | None) -> tuple[float, float] | None:
    """The effect in children from the counts of both arms; None where none is given."""
    from leadline.evidence.children_tipping import log_odds_ratio_of_children
    from leadline.evidence.studies import StudyKind

    events_treated, n_treated, events_control, n_control = counts
    if events_treated is None and events_control is None:
        return None
    if studies.kind is not StudyKind.TWO_ARM or None in counts:
        raise StudiesInvalid(
            "counts of two arms of children are taken whole (--events-treated, --n-treated, --events-control, "
            "--n-control), with two-arm studies of adults"
        )
    return log_odds_ratio_of_children(
        events_treated=events_treated or 0,
        n_treated=n_treated or 0,
        events_control=events_control or 0,
        n_control=n_control or 0,
    )


def _children(
    studies: Studies, events: int | None, n: int | None, estimate: float | None, se: float | None
) -> tuple[float, float]:
    from leadline.evidence.studies import StudyKind

    one_arm = studies.kind is StudyKind.ONE_ARM
    first, second = (events, n) if one_arm else (estimate, se)
    if first is None or second is None:
        wanted = "--events and --n" if one_arm else "--estimate and --se, or the counts of both arms"
        raise StudiesInvalid(f"what was found in children is missing; these studies take {wanted}")
    return float(first), float(second)


def _answer(result: Found, as_json: bool, print_result: Callable[[Found], None]) -> None:
    from leadline.casebook.plain import to_dict

    if as_json:
        print(json.dumps(to_dict(result), indent=2, allow_nan=False))
    else:
        print_result(result)


def _print_pooled(pooled: Pooled) -> None:
    percent = f"{100 * pooled.level:g} %"
    table = _table(pooled.measure, "median", percent, "")
    table.add_row("average study", _number(pooled.mean.median), _span(pooled.mean), "")
    table.add_row("a new study (prediction)", _number(pooled.new_study.median), _span(pooled.new_study), "")
    table.add_row(f"tau ({pooled.scale})", _number(pooled.tau.median), _span(pooled.tau), "")
    _print(table)
    print(
        f"Exact likelihood, quadrature; the error of these numbers is below {_power_of_ten(pooled.error)}.\n"
    )

    table = _table("study", "found", f"{percent}", "with the others", percent)
    for study in pooled.studies:
        alone = "–" if study.observed is None else _number(study.observed)
        span = "not finite" if study.low is None else f"{_number(study.low)} to {_number(study.high)}"
        table.add_row(study.name, alone, span, _number(study.posterior.median), _span(study.posterior))
    _print(table)

    table = _table("classical estimate", "estimate", percent, "tau²")
    for row in pooled.classical:
        tau2 = "" if row.tau2 is None else f"{row.tau2:.4f}"
        table.add_row(row.method, _number(row.estimate), f"{_number(row.low)} to {_number(row.high)}", tau2)
    _print(table)

    if pooled.leave_one_out:
        table = _table("without", "average study", percent, "tau")
        for left in pooled.leave_one_out:
            span = f"{_number(left.low)} to {_number(left.high)}"
            table.add_row(left.name, _number(left.estimate), span, _number(left.tau))
        _print(table)
    if pooled.heterogeneity:
        h = pooled.heterogeneity
        print(
            f"Heterogeneity: Q {h.q:.2f} on {h.df} degrees of freedom, p {h.p:.3g}; "
            f"tau² {h.tau2_low:.3g} to {h.tau2_high:.3g} (Q-profile, {percent})."
        )
    _print_named("No finite effect, so not in the inverse-variance estimates", pooled.without_effect)
    _print_named("Left out, of a cohort for which another was chosen", pooled.left_out)


def _print_prior(found: PriorForChildren) -> None:
    table = _table(f"prior: {found.scale}", "mean", "sd", "median", "95 %")
    exact = found.exact
    table.add_row("exact MAP", _number(exact.mean), _number(exact.sd), _number(exact.median), _span(exact))
    _print(table)
    print(f"From {_counted(found.studies)}. {_discount_words(found.discount)}\n")

    table = _table("fitted", "weight", *_shape_names(found.fits[0]), "KL", "ELIR", "moment", "Morita")
    for fit in found.fits:
        _add_components(table, _parts(fit), fit)
    _add_components(table, f"robust, {found.robust_weight:g} vague", found.robust)
    _print(table)
    print("KL: nats that the fit loses. ELIR, moment, Morita: effective sample sizes in patients by three")
    print("methods; they differ, so name the one you quote.")
    _print_named("No finite effect, so not in the prior", found.without_effect)


def _parts(fit: Fitted) -> str:
    count = len(fit.mixture.weights)
    return "1 part" if count == 1 else f"{count} parts"


def _shape_names(fit: Fitted) -> tuple[str, str]:
    return ("a", "b") if hasattr(fit.mixture, "a") else ("mean", "sd")


def _add_components(table: Table, words: str, fit: Fitted) -> None:
    ess = fit.ess
    elir = "" if ess is None else "infinite" if ess.elir is None else f"{ess.elir:.1f}"
    sizes = (elir, "", "") if ess is None else (elir, f"{ess.moment:.1f}", f"{ess.morita:.1f}")
    for place, numbers in enumerate(_components(fit.mixture)):
        first = (words, f"{fit.kl:.5f}", *sizes) if place == 0 else ("",) * 5
        table.add_row(first[0], *(_number(x) for x in numbers), *first[1:])


def _components(mixture: BetaMixture | NormalMixture) -> list[tuple[float, float, float]]:
    from leadline.evidence.priors import BetaMixture

    if isinstance(mixture, BetaMixture):
        return list(zip(mixture.weights, mixture.a, mixture.b, strict=True))
    return list(zip(mixture.weights, mixture.means, mixture.sds, strict=True))


def _print_tipping(found: TippingForChildren) -> None:
    tipping, side = found.tipping, "above" if found.tipping.conclusion.above else "below"
    wanted = f"{found.scale} {side} {tipping.conclusion.limit:g}"
    print(f"Conclusion: {wanted}, with a probability of at least {tipping.conclusion.probability:g}.")
    print(
        f"  children alone: {tipping.without_adults:.3f}    adults believed whole: {tipping.adults_alone:.3f}"
    )
    if tipping.weight is None:
        holds = tipping.adults_alone >= tipping.conclusion.probability
        print(
            f"  It holds at {'every' if holds else 'no'} weight of the adult evidence: there is no tipping point."
        )
    else:
        print(
            f"  It changes at a weight of {tipping.weight:.4f} of the adult evidence in the prior "
            f"({tipping.posterior_weight:.3f} in the posterior)."
        )
    print(f"{_discount_words(found.discount)}\n")
    table = _table("weight in prior", "in posterior", "probability", "median", "95 %")
    curve = found.curve
    for place in range(0, len(curve.weight), 20):
        span = f"{_number(curve.low[place])} to {_number(curve.high[place])}"
        table.add_row(
            f"{curve.weight[place]:.1f}", f"{curve.posterior_weight[place]:.3f}",
            f"{curve.probability[place]:.3f}", _number(curve.median[place]), span,
        )  # fmt: skip
    _print(table)
    table = _table("vague component", "sd", "tipping weight")
    for choice in found.by_robust:
        weight = "none" if choice.tipping_weight is None else f"{choice.tipping_weight:.4f}"
        table.add_row(choice.words, _number(choice.sd), weight)
    _print(table)


def _discount_words(discount: Discount) -> str:
    if discount.power == 1 and discount.widened_by == 0:
        return "No discount for children."
    parts = []
    if discount.power != 1:
        parts.append(f"the prior is raised to the power of {discount.power:g}")
    if discount.widened_by:
        parts.append(f"widened by a standard deviation of {discount.widened_by:g}")
    return f"Discount for children: {', and '.join(parts)}."


def _table(first: str, *others: str) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column(first, no_wrap=True)
    for heading in others:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _print(table: Table) -> None:
    from rich.console import Console

    Console(highlight=False).print(table)
    print()


def _print_named(words: str, names: tuple[str, ...]) -> None:
    if names:
        print(f"{words}: {', '.join(names)}.")


def _counted(names: tuple[str, ...]) -> str:
    return "1 study" if len(names) == 1 else f"{len(names)} studies"


def _span(summary: Summary) -> str:
    return f"{_number(summary.low)} to {_number(summary.high)}"


def _number(value: float | None) -> str:
    """Four significant digits, three after the point for a number below one."""
    if value is None:
        return "–"
    return f"{value:.4f}" if abs(value) < 1 else f"{value:.4g}"


def _power_of_ten(error: float) -> str:
    from math import ceil, log10

    return f"1e{ceil(log10(error))}" if error > 0 else "1e-12"
