"""Trial outcomes: how many of each basket's children responded, treated ones and, where there are any, controls.

What a basket can show is a table with one entry for each pair of counts, and a basket without controls has only the
one count. The engine sees the entries; a borrowing model, the counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from leadline.trial.borrowing.beta import Counts


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """Outcomes of one trial, one a row.

    responders           (outcomes, baskets), whole numbers from 0 to the basket's size
    sizes                treated children seen in each basket, the same for every row
    multisets            each row is sorted and stands for all its arrangements over the baskets
    control_responders   (outcomes, baskets), likewise among the controls; None where no basket has any
    control_sizes        control children seen in each basket; empty where no basket has any
    """

    responders: Counts
    sizes: tuple[int, ...]
    multisets: bool = False
    control_responders: Counts | None = None
    control_sizes: tuple[int, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """Entries of each basket's table."""
        return table_shape(self.sizes, self.control_sizes)

    @property
    def entries(self) -> Counts:
        """(outcomes, baskets), position in each basket's table; without controls the number of responders."""
        if self.control_responders is None:
            return self.responders
        return np.asarray(self.responders * (np.array(self.control_sizes) + 1) + self.control_responders)

    def part(self, rows: slice | NDArray[np.bool_] | NDArray[np.int_]) -> Outcomes:
        """Some of the rows."""
        controls = None if self.control_responders is None else self.control_responders[rows]
        return Outcomes(
            self.responders[rows],
            self.sizes,
            control_responders=controls,
            control_sizes=self.control_sizes,
        )


def one_outcome(
    responders: Sequence[int],
    children: Sequence[int],
    control_responders: Sequence[int] = (),
    control_children: Sequence[int] = (),
) -> Outcomes:
    """The counts of one trial, one a basket. Controls are left out of a design that has none, and 0 of one that has."""
    if not control_children:
        return Outcomes(np.array([responders]), tuple(children))
    return Outcomes(
        np.array([responders]),
        tuple(children),
        control_responders=np.array([control_responders]),
        control_sizes=tuple(control_children),
    )


def table_shape(sizes: Sequence[int], control_sizes: Sequence[int] = ()) -> tuple[int, ...]:
    """Entries of the table of each basket that has so many treated and control children."""
    controls = control_sizes or (0,) * len(sizes)
    return tuple((size + 1) * (control + 1) for size, control in zip(sizes, controls, strict=True))


def outcomes_from(
    entries: Counts, sizes: Sequence[int], control_sizes: Sequence[int] = (), *, multisets: bool = False
) -> Outcomes:
    """Outcomes from the entries (outcomes, baskets) of the baskets' tables."""
    if not any(control_sizes):
        return Outcomes(entries, tuple(sizes), multisets)
    return outcomes_of_arms(entries, sizes, control_sizes, multisets=multisets)


def outcomes_of_arms(
    entries: Counts, sizes: Sequence[int], control_sizes: Sequence[int], *, multisets: bool = False
) -> Outcomes:
    """The same of a design with controls, of whom perhaps none has been seen so far."""
    responders, control_responders = np.divmod(entries, np.array(control_sizes) + 1)
    return Outcomes(responders, tuple(sizes), multisets, control_responders, tuple(control_sizes))


def every_outcome(sizes: Sequence[int], control_sizes: Sequence[int] = ()) -> Outcomes:
    """All outcomes in lexical order, so that row r reshapes to an array with one axis a basket."""
    shape = table_shape(sizes, control_sizes)
    return outcomes_from(np.indices(shape).reshape(len(shape), -1).T, sizes, control_sizes)


def sorted_outcomes(size: int, baskets: int, *, controls: int = 0) -> Outcomes:
    """One outcome for each multiset of entries: all that exchangeable baskets need."""
    entries = (size + 1) * (controls + 1)
    multisets = combinations_with_replacement(range(entries), baskets)
    flat = np.fromiter((entry for multiset in multisets for entry in multiset), dtype=np.int64)
    return outcomes_from(flat.reshape(-1, baskets), (size,) * baskets, (controls,) * baskets, multisets=True)
