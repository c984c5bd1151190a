"""Trial outcomes: how many of each basket's children responded."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.trial.borrowing.beta import Counts


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """Outcomes of one trial, one a row.

    responders  (outcomes, baskets), whole numbers from 0 to the basket's size
    sizes       children seen in each basket, the same for every row
    multisets   each row is sorted and stands for all its arrangements over the baskets
    """

    responders: Counts
    sizes: tuple[int, ...]
    multisets: bool = False

    def part(self, rows: slice) -> Outcomes:
        """Some of the rows."""
        return Outcomes(self.responders[rows], self.sizes)


def every_outcome(sizes: Sequence[int]) -> Outcomes:
    """All outcomes in lexical order, so that row r reshapes to an array with one axis a basket."""
    shape = tuple(size + 1 for size in sizes)
    return Outcomes(np.indices(shape).reshape(len(shape), -1).T, tuple(sizes))


def sorted_outcomes(size: int, baskets: int) -> Outcomes:
    """One outcome for each multiset of counts: all that exchangeable baskets need."""
    multisets = combinations_with_replacement(range(size + 1), baskets)
    flat = np.fromiter((count for multiset in multisets for count in multiset), dtype=np.int64)
    return Outcomes(flat.reshape(-1, baskets), (size,) * baskets, multisets=True)
