"""What a ladder is: for each claim about the disease its criteria, strongest first."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.verdicts.outcomes import Rung


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """The criteria of one disease. The first that can be judged decides a claim. `unchanged` has no ladder of its
    own: it is documented when both an `improved` and a `worse` criterion can be judged and neither is met.

    `expected` are the criteria that a planned follow-up should be able to judge at every window.
    """

    improved: tuple[Rung, ...]
    much_improved: tuple[Rung, ...]
    in_remission: tuple[Rung, ...]
    cured: tuple[Rung, ...]
    worse: tuple[Rung, ...]
    expected: tuple[Rung, ...]

    def rungs(self, claim: str) -> tuple[Rung, ...]:
        """The criteria of a claim about the disease. Raises AttributeError for a claim that has no ladder."""
        rungs: tuple[Rung, ...] = getattr(self, claim)
        return rungs
