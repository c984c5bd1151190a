"""leadline evidence pool, prior, tipping: what others found, a prior for children, and when it would decide."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from leadline.cli.evidence_options import check_figure, check_options
from leadline.cli.evidence_tables import print_pooled, print_prior, print_tipping
from leadline.errors import StudiesInvalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from leadline.evidence.adults import Discount
    from leadline.evidence.hierarchy import HyperPrior
    from leadline.evidence.normal import NormalMixture
    from leadline.evidence.studies import Studies

app = typer.Typer(
    help="Pool studies, make a prior for children, find its tipping point.", no_args_is_help=True
)

File = Annotated[
    Path,
    typer.Argument(
        help="Table of studies (CSV), a row each: study, and events, n (one arm); events_t, n_t, events_c, n_c "
        "(two arms); events, exposure (rates); or estimate, se (effects). If wanted: unit, cohort."
    ),
]
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
    """Pool studies into one estimate.

    By the hierarchical model with exact likelihood; the classical estimates stand beside it.
    """
    from leadline.evidence.pooling import pool as pool_studies
    from leadline.evidence.studies import read_studies

    check_figure(figure)
    table = read_studies(studies, keep=keep or ())
    check_options(
        table.kind,
        {"--level": level, "--mu-mean": mu_mean, "--mu-sd": mu_sd, "--tau-scale": tau_scale},
    )
    pooled = pool_studies(table, prior=_hyper_prior(table, mu_mean, mu_sd, tau_scale), level=level)
    if figure is not None:
        from leadline.report.figures.forest import draw_forest

        draw_forest(pooled).savefig(figure, dpi=300)
    _answer(pooled, as_json, print_pooled)


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
    """Make a prior for children.

    The meta-analytic-predictive (MAP) prior of adult studies: exact, as two and three components, and robust.
    """
    from leadline.evidence.children import prior_for_children
    from leadline.evidence.studies import read_studies

    table = read_studies(studies, keep=keep or ())
    check_options(
        table.kind,
        {
            "--mu-mean": mu_mean, "--mu-sd": mu_sd, "--tau-scale": tau_scale, "--power": power,
            "--widen": widen, "--robust-weight": robust_weight, "--robust-sd": robust_sd,
            "--patient-sd": patient_sd,
        },
    )  # fmt: skip
    found = prior_for_children(
        table,
        prior=_hyper_prior(table, mu_mean, mu_sd, tau_scale),
        discount=_discount(power, widen, as_one),
        robust_weight=robust_weight,
        robust=_normal(0.0, robust_sd),
        patient_sd=patient_sd,
    )
    _answer(found, as_json, print_prior)


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
    robust_mean: Annotated[
        float | None, typer.Option("--robust-mean", help="Of the vague component; 0 unless given.")
    ] = None,
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
    """Find the weight at which adults decide.

    The weight of adult evidence in the prior at which a conclusion about children changes.
    """
    from leadline.evidence.children_tipping import tipping_for_children
    from leadline.evidence.studies import read_studies
    from leadline.evidence.tipping import Conclusion

    check_figure(figure)
    table = read_studies(studies, keep=keep or ())
    check_options(
        table.kind,
        {
            "--limit": limit, "--events": events, "--n": n, "--estimate": estimate, "--se": se,
            "--n-treated": n_treated, "--n-control": n_control, "--events-treated": events_treated,
            "--events-control": events_control, "--probability": probability, "--robust-mean": robust_mean,
            "--robust-sd": robust_sd, "--power": power, "--widen": widen, "--mu-mean": mu_mean,
            "--mu-sd": mu_sd, "--tau-scale": tau_scale,
        },
    )  # fmt: skip
    if robust_mean is not None and robust_sd is None:
        raise StudiesInvalid("--robust-mean was given without --robust-sd; both are taken")
    if estimate is not None and events_treated is not None:
        raise StudiesInvalid("--estimate and --events-treated were given; one of the two is taken")
    found = tipping_for_children(
        table,
        children=_two_arms(table, events_treated, n_treated, events_control, n_control)
        or _children(table, events, n, estimate, se),
        conclusion=Conclusion(limit, probability, above=not below),
        children_n=(n_treated, n_control) if n_treated and n_control else None,
        prior=_hyper_prior(table, mu_mean, mu_sd, tau_scale),
        discount=_discount(power, widen, as_one),
        robust=_normal(robust_mean or 0.0, robust_sd),
    )
    if figure is not None:
        from leadline.report.figures.tipping import draw_tipping

        draw_tipping(found).savefig(figure, dpi=300)
    _answer(found, as_json, print_tipping)


def _hyper_prior(
    studies: Studies, mean: float | None, sd: float | None, tau_scale: float | None
) -> HyperPrior | None:
    """The prior as asked for, the usual one filling in what was not; None where nothing was."""
    from dataclasses import replace

    from leadline.evidence.hierarchy import HalfNormal, HyperPrior
    from leadline.evidence.pooling import default_prior

    if mean is None and sd is None and tau_scale is None:
        return None
    if sd is not None and tau_scale is not None:
        return HyperPrior(mean or 0.0, sd, HalfNormal(tau_scale))
    usual = default_prior(studies)
    tau = usual.tau if tau_scale is None else HalfNormal(tau_scale)
    return replace(usual, mean=mean or usual.mean, sd=sd or usual.sd, tau=tau)


def _discount(power: float, widen: float, as_one: bool) -> Discount:
    from leadline.evidence.adults import Discount

    return Discount(power=power, widened_by=widen, as_one=as_one)


def _normal(mean: float, sd: float | None) -> NormalMixture | None:
    from leadline.evidence.normal import NormalMixture

    return None if sd is None else NormalMixture((1.0,), (mean,), (sd,))


def _two_arms(studies: Studies, *counts: int | None) -> tuple[int, int, int, int] | None:
    """The counts of both arms of children; None where none is given."""
    from leadline.evidence.studies import StudyKind

    events_treated, n_treated, events_control, n_control = counts
    if events_treated is None and events_control is None:
        return None
    if (
        studies.kind is not StudyKind.TWO_ARM
        or events_treated is None
        or events_control is None
        or n_treated is None
        or n_control is None
    ):
        raise StudiesInvalid(
            "counts of two arms of children are taken whole (--events-treated, --n-treated, --events-control, "
            "--n-control), with two-arm studies of adults"
        )
    return events_treated, n_treated, events_control, n_control


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
