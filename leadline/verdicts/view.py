"""One case as the criteria look at it: rows and scores made once, baselines chosen by what a criterion needs."""

from __future__ import annotations

from collections.abc import Iterable

from leadline.casebook.case import Assessment, Case
from leadline.casebook.items import ITEMS
from leadline.verdicts.findings import CriterionOutcome, ScoreAt
from leadline.verdicts.parameters import Parameters, Window
from leadline.verdicts.rows import VisitRow, visit_row
from leadline.verdicts.scores import course_of_disease, score_visit
from leadline.verdicts.windows import Candidates, at_baseline


class CaseView:
    """A case under given parameters. Holds no facts of its own: everything is computed from the case on first use."""

    def __init__(self, case: Case, parameters: Parameters) -> None:
        self.case = case
        self.parameters = parameters
        self.course, self.course_remark = course_of_disease(case)
        self.baselines: Candidates = at_baseline(case, parameters)
        self.outcomes: dict[tuple[int, int, Window], CriterionOutcome] = {}
        self.settled: dict[tuple[int, int], CriterionOutcome] = {}
        self._rows: dict[int, VisitRow] = {}
        self._scores: dict[tuple[int, str], ScoreAt] = {}
        self._baselines_with: dict[tuple[str, ...], Assessment | None] = {}

    def row(self, assessment: Assessment) -> VisitRow:
        key = id(assessment)
        if key not in self._rows:
            self._rows[key] = visit_row(self.case, assessment, self.parameters)
        return self._rows[key]

    def score(self, assessment: Assessment, measure_id: str) -> ScoreAt:
        key = id(assessment), measure_id
        if key not in self._scores:
            self._scores[key] = score_visit(self.row(assessment), measure_id, self.course, self.parameters)
        return self._scores[key]

    def baseline_with(self, items: Iterable[str]) -> Assessment | None:
        """The last assessment of the baseline window that has all the items; failing that, the one with the most of
        them; None where none has any."""
        wanted = tuple(items)
        if wanted not in self._baselines_with:
            self._baselines_with[wanted] = self._find_baseline_with(wanted)
        return self._baselines_with[wanted]

    def _find_baseline_with(self, wanted: tuple[str, ...]) -> Assessment | None:
        def held(assessment: Assessment) -> int:
            items = self.row(assessment).items
            return sum(name in items for name in wanted)

        best = max(self.baselines.ordered, key=held, default=None)
        return best if best is not None and held(best) else None

    def after_index(self) -> tuple[Assessment, ...]:
        return tuple(assessment for assessment in self.case.assessments if assessment.day.first > 0)


def title_of(item_id: str) -> str:
    """The plain name of an item, without the instrument's unit in brackets."""
    item = ITEMS.get(item_id)
    return item.title if item else item_id.replace("_", " ")
