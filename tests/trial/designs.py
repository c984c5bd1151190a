"""Designs that several tests use."""

from leadline.trial.borrowing.fujikawa import Fujikawa
from leadline.trial.borrowing.power_prior import PowerPrior
from leadline.trial.borrowing.weights import CalibratedPowerPrior, JensenShannon, LogBase
from leadline.trial.design import Basis, Basket, Design, EarlyRule, Efficacy

CPP = PowerPrior("power_prior", CalibratedPowerPrior("cpp", 2.0, 2.0))


def fujikawa(tau):
    return Fujikawa("fujikawa", JensenShannon("jsd", 2.0, tau, LogBase.NATURAL))


def like_baskets(count, looks, null, target=0.5, **rest):
    return tuple(Basket(f"basket {j}", "sri4", null, target, looks, **rest) for j in range(count))


def design(borrowing, *, count=3, looks=(15,), null=0.2, target=0.5, threshold=0.99, **rules):
    early = rules.pop("early", None)
    baskets = like_baskets(count, looks, null, target)
    return Design("test", baskets, Efficacy(threshold, early), borrowing, **rules)


def fujikawa_two_stage(tau):
    """Fujikawa 2020: interim by predictive probability, futility below 0.1, efficacy above 0.9."""
    return design(
        fujikawa(tau),
        looks=(15, 24),
        early=EarlyRule(Basis.PREDICTIVE, 0.9),
        futility=EarlyRule(Basis.PREDICTIVE, 0.1),
    )
