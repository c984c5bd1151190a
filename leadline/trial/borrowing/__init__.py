"""Borrowing: how the posterior of one basket uses the children of the others. One file a model, one interface.

A model is a value with the parameters of a design file and one method, `expect`: outcomes in, posterior expectations
out. `Borrowing` is that interface; `Model` lists the models for the reader of design files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Protocol, runtime_checkable

from pydantic import Field

from leadline.trial.borrowing.beta import Above, Beta, Mean, Prior, Reaches
from leadline.trial.borrowing.bhm import Hierarchical
from leadline.trial.borrowing.exnex import ExNex
from leadline.trial.borrowing.fujikawa import Fujikawa
from leadline.trial.borrowing.independent import Independent
from leadline.trial.borrowing.local_mem import LocalExchangeability
from leadline.trial.borrowing.mem import Exchangeability
from leadline.trial.borrowing.outcomes import Outcomes
from leadline.trial.borrowing.pooled import Pooled
from leadline.trial.borrowing.power_prior import PowerPrior

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.borrowing.beta import Beforehand, Floats, Quantity

__all__ = [
    "Above",
    "Beta",
    "Borrowing",
    "Coherent",
    "Mean",
    "Model",
    "Outcomes",
    "Prior",
    "Reaches",
    "borrows_effect",
]


class Borrowing(Protocol):
    """What every model does."""

    def expect(
        self, outcomes: Outcomes, *, baskets: Sequence[Beforehand], quantities: Sequence[Quantity]
    ) -> list[Floats]:
        """The posterior expectation of each quantity, each an array (outcomes, baskets)."""
        ...


@runtime_checkable
class Coherent(Borrowing, Protocol):
    """A model that is one distribution of all rates, so that it foretells the baskets' children together.

    The power prior, Fujikawa's model and MEM are not: they say what is thought of each basket given the counts, but
    no distribution of all counts goes with it.
    """

    def log_evidence(self, outcomes: Outcomes, *, baskets: Sequence[Beforehand]) -> Floats:
        """(outcomes,): log of the expected likelihood prod p^r (1 - p)^(n - r) before any child was seen."""
        ...


def borrows_effect(model: Model) -> bool:
    """Whether the model shares the effect, counted from each basket's own controls, and so sees the controls itself."""
    return isinstance(model, Hierarchical | ExNex)


Model = Annotated[
    Independent
    | Pooled
    | PowerPrior
    | Fujikawa
    | Exchangeability
    | LocalExchangeability
    | Hierarchical
    | ExNex,
    Field(discriminator="model"),
]
