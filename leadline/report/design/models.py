"""The borrowing model of a design as a statistician writes it down, and where it was published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from leadline.report.design.words import number
from leadline.trial.borrowing import Model
from leadline.trial.borrowing.beta import Prior, SelfAdapting
from leadline.trial.borrowing.bhm import Hierarchical
from leadline.trial.borrowing.exnex import Common, ExNex
from leadline.trial.borrowing.fujikawa import Fujikawa
from leadline.trial.borrowing.hierarchical import QUADRATURE_ERROR, Centre, Study
from leadline.trial.borrowing.independent import Independent
from leadline.trial.borrowing.local_mem import LocalExchangeability
from leadline.trial.borrowing.mem import Exchangeability
from leadline.trial.borrowing.pooled import Pooled
from leadline.trial.borrowing.power_prior import PowerPrior
from leadline.trial.borrowing.weights import (
    CalibratedPowerPrior,
    GlobalWeight,
    Heterogeneity,
    JensenShannon,
    LogBase,
    MarginalLikelihood,
    Weights,
)

POWER_PRIOR_SOURCE = "Baumann L, Sauer L, Kieser M. arXiv:2309.06988"
CPP_SOURCE = "Pan H, Yuan Y, Xia J. Stat Med 2017 (CPP weights)"
FUJIKAWA_SOURCE = "Fujikawa K, Teramukai S, Yokota I, Daimon T. Biom J 2020;62:330-338"
MML_SOURCE = "Gravestock I, Held L. Pharm Stat 2017;16:349-360"
MEM_SOURCE = "Hobbs BP, Landin R. Stat Med 2018;37:3557-3572"
BHM_SOURCE = "Berry SM, Broglio KR, Groshen S, Berry DA. Clin Trials 2013;10:720-734"
EFFECT_SOURCE = (
    "Ouma LO, Grayling MJ, Wason JMS, Zheng H. 2022, doi:10.1111/rssc.12602 (effects against controls)"
)
SAM_SOURCE = (
    "Yang P, Zhao Y, Nie L, Vallejo J, Yuan Y. Biometrics 2023, doi:10.1111/biom.13927 (self-adapting prior)"
)
EXNEX_SOURCE = "Neuenschwander B, Wandel S, Roychoudhury S, Bailey S. Pharm Stat 2016;15:123-134"


def model_in_words(model: Model) -> str:
    """The model with its parameters, in a few sentences."""
    match model:
        case Independent():
            return (
                "Each basket is analysed by itself: the posterior of its response rate follows from its own children "
                "and its own prior."
            )
        case Pooled():
            return (
                "All baskets have one response rate, whose prior is the average of the baskets' priors; their children "
                "are analysed as one group."
            )
        case PowerPrior(weights=weights, global_weight=overall):
            return (
                "Power prior: the posterior of a basket counts its own children fully and the responders and "
                f"non-responders of each other basket times a weight. {_weights(weights)}{_overall(overall)}"
            )
        case Fujikawa(weights=weights, global_weight=overall):
            return (
                "Fujikawa's model: the posterior of a basket is a beta distribution whose parameters are the sums of "
                "all baskets' own posterior parameters, each times a weight, its own fully (of a prior of several "
                "betas another basket counts the average parameters). "
                f"{_weights(weights)}{_overall(overall)}"
            )
        case Exchangeability(exchangeability=prior):
            return (
                "Multisource exchangeability: each pair of baskets shares one response rate or does not, with prior "
                f"probability {number(prior)}; the posterior averages over every combination of pairs."
            )
        case LocalExchangeability(delta=delta):
            return (
                "Local multisource exchangeability: the baskets fall into groups with one response rate each, whose "
                "prior is the average of its baskets' priors; the posterior averages over every grouping, whose prior "
                f"probability is proportional to the number of groups to the power {number(delta)}."
            )
        case Hierarchical():
            return (
                "Hierarchical model: the log odds of the baskets' response rates"
                f"{_counted_from(model.centre)} are normal with mean mu and standard deviation tau; mu is normal with "
                f"mean {number(model.mean)} and standard deviation {number(model.sd)}; tau is half-normal with scale "
                f"{number(model.tau_scale)}{_cut_off(model.tau_lowest)}{_studies(model.studies)}. {_INTEGRATED}"
            )
        case ExNex():
            return _exnex(model)
        case _:
            assert_never(model)


def model_sources(model: Model) -> tuple[str, ...]:
    """Where the model was published; none for what every textbook has."""
    match model:
        case Independent() | Pooled() | LocalExchangeability():
            return ()
        case PowerPrior(weights=weights, global_weight=overall):
            return tuple(dict.fromkeys((*_weight_sources(weights), *_overall_source(overall))))
        case Fujikawa(weights=weights, global_weight=overall):
            cited = (FUJIKAWA_SOURCE, *_weight_sources(weights), *_overall_source(overall))
            return tuple(dict.fromkeys(cited))
        case Exchangeability():
            return (MEM_SOURCE,)
        case Hierarchical():
            return (BHM_SOURCE, *_effect_source(model.centre))
        case ExNex():
            return (EXNEX_SOURCE, *_effect_source(model.centre))
        case _:
            assert_never(model)


def _effect_source(centre: Centre) -> tuple[str, ...]:
    return (EFFECT_SOURCE,) if centre is Centre.CONTROL else ()


def prior_in_words(prior: Prior, self_adapting: SelfAdapting | None = None) -> str:
    """ "beta(1, 1)", or a mixture with its weights; a self-adapting one with what its weight follows."""
    if self_adapting is not None:
        return (
            f"w × ({prior_in_words(prior)}) + (1 − w) × {_beta(self_adapting.a, self_adapting.b)}, self-adapting: "
            "w = R / (1 + R), where R is the likelihood of the responders seen at the mean of the first, over the "
            f"larger of those at rates {number(self_adapting.difference)} above and below it"
        )
    if len(prior) == 1:
        return _beta(prior[0].a, prior[0].b)
    parts = [f"{number(part.weight)} × {_beta(part.a, part.b)}" for part in prior]
    return " + ".join(parts)


def _beta(a: float, b: float) -> str:
    return f"beta({number(a)}, {number(b)})"


_INTEGRATED = (
    "The posterior is integrated by quadrature, without simulation; a probability close to a cut-off has an error "
    f"below {QUADRATURE_ERROR:g}."
)


def _exnex(model: ExNex) -> str:
    alone_weight = 1 - sum(common.weight for common in model.common)
    shared = "; or ".join(_common(common) for common in model.common)
    if model.alone is None:
        alone = "from the basket's own prior"
    else:
        mean, sd = number(model.alone.mean), number(model.alone.sd)
        alone = f"from a normal distribution with mean {mean} and standard deviation {sd}"
    return (
        f"Exchangeability-nonexchangeability: the log odds of a basket's response rate{_counted_from(model.centre)} "
        f"come {shared}; or, with probability {number(round(alone_weight, 12))}, {alone}. {_INTEGRATED}"
    )


def _common(common: Common) -> str:
    return (
        f"with probability {number(common.weight)} from a normal distribution that is common to the baskets, its mean "
        f"normal with mean {number(common.mean)} and standard deviation {number(common.sd)}, its standard deviation "
        f"half-normal with scale {number(common.tau_scale)}{_cut_off(common.tau_lowest)}{_studies(common.studies)}"
    )


def _studies(studies: Sequence[Study]) -> str:
    if not studies:
        return ""
    said = ", ".join(
        f"{study.name} ({study.responders} of {study.patients}"
        + (
            ""
            if study.centre_rate is None
            else f", log odds counted from those of {number(study.centre_rate)}"
        )
        + ("" if study.weight == 1 else f", likelihood to the power {number(study.weight)}")
        + ")"
        for study in studies
    )
    return f", both updated by what is known beforehand, as from further baskets: {said}"


def _counted_from(centre: Centre) -> str:
    match centre:
        case Centre.NONE:
            return ""
        case Centre.NULL_RATE:
            return ", counted from those of its null rate,"
        case Centre.TARGET_RATE:
            return ", counted from those of its target rate,"
        case Centre.CONTROL:
            return ", counted from those of its own controls (without controls, of its null rate),"


def _cut_off(lowest: float) -> str:
    return f", cut off below {number(lowest)}" if lowest else ""


def _weights(weights: Weights) -> str:
    match weights:
        case CalibratedPowerPrior(a=a, b=b):
            return (
                f"The weight of two baskets is 1 / (1 + exp(a + b log S)) with a = {number(a)} and b = {number(b)}, "
                "where S is the fourth root of the larger number of children times the difference of the observed "
                "response rates; it is 1 where they are equal."
            )
        case JensenShannon(epsilon=epsilon, tau=tau, logarithm=base):
            logarithm = "binary" if base is LogBase.BINARY else "natural"
            return (
                "The weight of two baskets is (1 − D) to the power "
                f"{number(epsilon)}, where D is the Jensen-Shannon divergence ({logarithm} logarithm) of their own "
                f"posteriors; a weight of at most {number(tau)} counts as 0."
            )
        case MarginalLikelihood():
            return (
                "The weight of two baskets is the share of the other's children under which a basket's count is "
                "likeliest, averaged over both directions."
            )
        case _:
            assert_never(weights)


def _weight_sources(weights: Weights) -> tuple[str, ...]:
    match weights:
        case CalibratedPowerPrior():
            return (POWER_PRIOR_SOURCE, CPP_SOURCE)
        case JensenShannon():
            return (FUJIKAWA_SOURCE,)
        case MarginalLikelihood():
            return (MML_SOURCE,)
        case _:
            assert_never(weights)


def _overall(overall: GlobalWeight | None) -> str:
    if overall is None:
        return ""
    most, power = number(overall.most), number(overall.power)
    if overall.power == 0:
        return f" Every weight but a basket's own is multiplied by {most}."
    apart = "the largest observed response rate less the smallest"
    if overall.heterogeneity is Heterogeneity.GAPS:
        apart += (
            ", times 10 to the power minus the sum of squares by which the gaps between neighbouring rates differ from "
            "one over their number"
        )
    return (
        f" Every weight but a basket's own is multiplied by {most} times (1 − H) to the power {power}, where H is "
        f"{apart}."
    )


def _overall_source(overall: GlobalWeight | None) -> tuple[str, ...]:
    return () if overall is None else (POWER_PRIOR_SOURCE,)
