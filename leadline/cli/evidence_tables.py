"""What `leadline evidence` prints for a person: tables of a pool, of a prior for children, and of its tipping."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

    from leadline.evidence.adults import Discount
    from leadline.evidence.children import Fitted, PriorForChildren
    from leadline.evidence.children_tipping import TippingForChildren
    from leadline.evidence.hierarchy import HyperPrior
    from leadline.evidence.normal import NormalMixture
    from leadline.evidence.pooling import Pooled, Summary
    from leadline.evidence.priors import BetaMixture


NARROWEST_NAME = 16  # letters of a name in a line, where numbers leave no more


def print_pooled(pooled: Pooled) -> None:
    """What the studies say together, each by itself, by the classical methods, and without each in turn."""
    percent = f"{100 * pooled.level:g} %"
    _print_posterior(pooled, percent)
    _print_studies(pooled, percent)
    _print_classical(pooled, percent)
    _print_left_out(pooled, percent)
    if pooled.heterogeneity:
        h = pooled.heterogeneity
        print(
            f"Heterogeneity: Q {h.q:.2f} on {h.df} degrees of freedom, p {h.p:.3g}; I² {h.i2_percent:.1f} %, "
            f"H² {h.h2:.2f}; tau² {h.tau2:.3g} (REML), {h.tau2_low:.3g} to {h.tau2_high:.3g} (Q-profile, {percent})."
        )
    _print_named("No finite effect, so not in the inverse-variance estimates", pooled.without_effect)
    _print_without_information(pooled.without_information)
    if len(pooled.without_information) == len(pooled.studies):
        print("No study says anything of the odds ratio: what stands under average study is the prior alone.")
    _print_named("Left out, of a cohort for which another was chosen", pooled.left_out)


def _print_posterior(pooled: Pooled, percent: str) -> None:
    from leadline.evidence.pooling import DEFAULT_PRIORS, PRIOR_SOURCES

    table = _table(pooled.measure, "median", percent, "")
    table.add_row("average study", _number(pooled.mean.median), _span(pooled.mean), "")
    table.add_row("a new study (prediction)", _number(pooled.new_study.median), _span(pooled.new_study), "")
    table.add_row(f"tau ({pooled.scale})", _number(pooled.tau.median), _span(pooled.tau), "")
    _print(table)
    print(_prior_words(pooled.prior, pooled.scale))
    if pooled.prior == DEFAULT_PRIORS[pooled.kind]:
        print(f"Source of these priors: {PRIOR_SOURCES[pooled.kind]}.")
    print(
        f"Exact likelihood, quadrature; the error of these numbers is below {_power_of_ten(pooled.error)}.\n"
    )


def _print_studies(pooled: Pooled, percent: str) -> None:
    table = _table("study", "found", percent, "with the others", percent)
    for study in pooled.studies:
        alone = "–" if study.observed is None else _number(study.observed)
        span = "not finite" if study.low is None else f"{_number(study.low)} to {_number(study.high)}"
        table.add_row(study.name, alone, span, _number(study.posterior.median), _span(study.posterior))
    _print(table)


def _print_classical(pooled: Pooled, percent: str) -> None:
    table = _table("classical estimate", "estimate", percent, "tau²")
    for row in pooled.classical:
        tau2 = "" if row.tau2 is None else f"{row.tau2:.4f}"
        span = "not estimable" if row.low is None else f"{_number(row.low)} to {_number(row.high)}"
        table.add_row(row.method, _number(row.estimate), span, tau2)
    _print(table)
    for row in pooled.classical:
        if row.not_estimable:
            print(f"{row.method}: no interval can be estimated; {row.not_estimable}.")


def _print_left_out(pooled: Pooled, percent: str) -> None:
    if not pooled.leave_one_out:
        return
    table = _table("without", "average study", percent, "tau")
    for left in pooled.leave_one_out:
        span = f"{_number(left.low)} to {_number(left.high)}"
        table.add_row(left.name, _number(left.estimate), span, _number(left.tau))
    _print(table)


def print_prior(found: PriorForChildren) -> None:
    """The exact prior, what is fitted to it, and what each is worth."""
    table = _table(f"prior: {found.scale}", "mean", "sd", "median", "95 %")
    exact = found.exact
    table.add_row("exact MAP", _number(exact.mean), _number(exact.sd), _number(exact.median), _span(exact))
    _print(table)
    print(f"From {_counted(found.studies)}. {_discount_words(found.discount)}")
    scale = "log odds" if found.scale == "proportion" else found.scale
    print(f"{_prior_words(found.prior, scale, as_one=found.discount.as_one)}\n")

    table = _table("fitted", "weight", *_shape_names(found.fits[0]), "KL", "ELIR", "moment", "Morita")
    for fit in found.fits:
        _add_components(table, _parts(fit), fit)
    _add_components(table, f"robust, {found.robust_weight:g} vague", found.robust)
    _print(table)
    _print_wide_vague(found.scale, found.robust.mixture)
    print("KL: nats that the fit loses. ELIR, moment, Morita: effective sample sizes in patients by three")
    print("methods; they differ, so name the one you quote.")
    if any(fit.ess is not None and fit.ess.elir is None for fit in (*found.fits, found.robust)):
        print(
            "ELIR is infinite where a or b lies below 1: that density rises without end towards 0 or 1, which one"
        )
        print("or few small studies leave. Quote another method there.")
    _print_without_information(found.without_information)


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


def print_tipping(found: TippingForChildren) -> None:
    """Whether the adults would decide, from which weight on, and how that hangs on what is vague."""
    tipping, side = found.tipping, "above" if found.tipping.conclusion.above else "below"
    wanted = f"{found.scale} {side} {tipping.conclusion.limit:g}"
    print(f"Conclusion: {wanted}, with a probability of at least {tipping.conclusion.probability:g}.")
    print(
        f"  children alone: {tipping.without_adults:.3f}    adults believed whole: {tipping.adults_alone:.3f}"
    )
    print(f"  What is not the adults' in the prior is vague: {_vague_words(found.robust)}.")
    _print_wide_vague(found.scale, found.robust)
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
    print(f"Adult evidence from {_counted(found.studies)}. {_discount_words(found.discount)}")
    scale = "log odds" if found.scale == "proportion" else found.scale
    print(_prior_words(found.prior, scale, as_one=found.discount.as_one))
    _print_without_information(found.without_information)
    print(f"The error of these probabilities and weights is below {_power_of_ten(found.error)}.\n")
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


def _prior_words(prior: HyperPrior | None, scale: str, *, as_one: bool = False) -> str:
    """The priors that the hierarchical model starts from; nothing of tau where the studies are taken as one."""
    from leadline.evidence.hierarchy import HalfNormal

    if prior is None:
        return f"Prior of the average ({scale}): flat."
    said = f"Prior of the average ({scale}): normal, mean {prior.mean:g}, standard deviation {prior.sd:g}"
    if as_one:
        return f"{said}."
    if isinstance(prior.tau, HalfNormal):
        return f"{said}; of tau: half-normal, scale {prior.tau.scale:g}."
    return f"{said}; of tau: {prior.tau}."


def _vague_words(robust: BetaMixture | NormalMixture) -> str:
    beta = hasattr(robust, "a")
    parts = [
        f"beta({first:g}, {second:g})" if beta else f"normal, mean {first:g}, standard deviation {second:.4g}"
        for _, first, second in _components(robust)
    ]
    return "; ".join(parts)


_WIDE = 10.0
"""A standard deviation of a logarithm that no effect of a therapy needs: twenty are odds of 1 to 500 million."""


def _print_wide_vague(scale: str, robust: BetaMixture | NormalMixture) -> None:
    """Lindley's paradox: a component spread over values that cannot be foretells any data worse than the adults do."""
    from leadline.evidence.priors import BetaMixture

    if isinstance(robust, BetaMixture) or not scale.lower().startswith(("log", "ln")):
        return
    if (widest := max(robust.sds)) > _WIDE:
        print(
            f"The vague component has a standard deviation of {widest:.3g}: on a {scale} one so wide foretells any\n"
            "data badly, so that the posterior leans to the adults even where the children differ from them\n"
            "(Lindley's paradox). A narrower one (--robust-sd) guards better."
        )


def _discount_words(discount: Discount) -> str:
    one = " The adult studies are taken to estimate one effect, without variation." if discount.as_one else ""
    if discount.power == 1 and discount.widened_by == 0:
        return f"No discount for children.{one}"
    parts = []
    if discount.power != 1:
        parts.append(f"the prior is raised to the power of {discount.power:g}")
    if discount.widened_by:
        parts.append(f"widened by a standard deviation of {discount.widened_by:g}")
    return f"Discount for children: {', and '.join(parts)}.{one}"


def _table(first: str, *others: str) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column(first, overflow="fold")
    for heading in others:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _print(table: Table) -> None:
    """Names may wrap, numbers are never cut: a table that is wider than the terminal runs over its edge."""
    from rich.console import Console

    longest = [max(map(len, map(str, [column.header, *column.cells]))) for column in table.columns]
    for column, width in zip(table.columns[1:], longest[1:], strict=True):
        column.min_width = width
    table.columns[0].min_width = min(longest[0], NARROWEST_NAME)
    gaps = 3 * len(table.columns)  # a space, a rule and a space between two columns
    console = Console(highlight=False)
    wanted = sum(longest[1:]) + min(longest[0], NARROWEST_NAME) + gaps
    console.width = max(console.width, wanted)
    console.print(table)
    print()


def _print_named(words: str, names: tuple[str, ...]) -> None:
    if names:
        print(f"{words}: {', '.join(names)}.")


def _print_without_information(names: tuple[str, ...]) -> None:
    words = "No event in either arm, or nothing but events: nothing is said of the odds ratio by"
    _print_named(words, names)


def _counted(names: tuple[str, ...]) -> str:
    return "1 study" if len(names) == 1 else f"{len(names)} studies"


def _span(summary: Summary) -> str:
    return f"{_number(summary.low)} to {_number(summary.high)}"


def _number(value: float | None) -> str:
    """Four significant digits, zeros too; four after the point for a number below one."""
    if value is None:
        return "–"
    return f"{value:.4f}" if abs(value) < 1 else f"{value:#.4g}".rstrip(".")


def _power_of_ten(error: float) -> str:
    from math import ceil, log10

    return f"1e{ceil(log10(error))}" if error > 0 else "1e-12"
