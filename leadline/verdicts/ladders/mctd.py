"""Mixed connective tissue disease: each involved organ's own measure, side by side (verdicts 3).

No validated composite exists and none is made: a claim of improvement is at most partly documented. An organ counts
as involved if its measure was recorded at baseline or on the occasion.
"""

from __future__ import annotations

from collections.abc import Callable

from leadline.measures.expression import Recorded
from leadline.measures.mctd import Change, Component, organ_components
from leadline.verdicts.findings import CriterionOutcome, Result
from leadline.verdicts.ladders.ladder import Ladder
from leadline.verdicts.outcomes import Occasion, Rung, Visits, as_input, outcome, refs_of
from leadline.verdicts.remission import lasting_rung, wallace_ways
from leadline.verdicts.states import state_rung
from leadline.verdicts.view import CaseView

COMPONENTS = organ_components()
SCORES = ("sledai_2k", "jadas27_esr")
NO_COMPOSITE = "no validated composite exists"
CRITERION = "mctd_components"


def _items_of(component: Component) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.id.split("_", 1)[1] for item in component.items))


ITEM_IDS = tuple(dict.fromkeys(name for component in COMPONENTS for name in _items_of(component)))


def _row(view: CaseView, visits: Visits) -> dict[str, Recorded]:
    row: dict[str, Recorded] = {}
    for when, visit in (("baseline", visits.baseline), ("current", visits.current)):
        if visit is None:
            continue
        items = view.row(visit).items
        for name in ITEM_IDS:
            value = as_input(view.score(visit, name)) if name in SCORES else items.get(name)
            if isinstance(value, float | int):
                row[f"{when}_{name}"] = value
    return row


def _involved(row: dict[str, Recorded]) -> tuple[Component, ...]:
    return tuple(
        component
        for component in COMPONENTS
        if any(f"{when}_{component.id}" in row for when in ("baseline", "current"))
    )


def _words(component: Component, row: dict[str, Recorded], change: Change) -> str:
    values = [row.get(f"{when}_{component.id}") for when in ("baseline", "current")]
    shown = " to ".join("not recorded" if value is None else f"{value:g}" for value in values)
    said = {"unchanged": "no important change", "indeterminate": "cannot be told"}.get(change, change)
    return f"{component.title}: {shown}, {said} (important change: {component.limit})"


def _components_rung(
    title: str, decide: Callable[[list[Change]], Result], *, partial: bool, organs: int = 1
) -> Rung:
    """A rule over the changes of the involved organs, which cannot be judged with fewer than `organs` of them."""

    def judge(view: CaseView, occasion: Occasion) -> CriterionOutcome:
        visits = Visits(view.baseline_with((*ITEM_IDS, "sledai_2k")), occasion.assessment)
        row = _row(view, visits)
        involved = _involved(row)
        changes: list[Change] = [component.change(row) for component in involved]
        result = decide(changes)
        wanted = involved if len(involved) >= organs else COMPONENTS
        missing = [name for component in wanted for name in component.undecided(row)]
        notes = (NO_COMPOSITE,) if partial else ()
        return outcome(
            view,
            occasion,
            CRITERION,
            title,
            result,
            missing=missing,
            visits=visits,
            details=(
                *(_words(*each) for each in zip(involved, [row] * len(involved), changes, strict=True)),
                *notes,
            ),
            evidence=(*refs_of(view, visits.baseline, ITEM_IDS), *refs_of(view, visits.current, ITEM_IDS)),
            partial=partial,
            status="provisional",
        )

    return Rung(CRITERION, title, judge)


def _improves_in(organs: int, changes: list[Change]) -> Result:
    """At least so many organs improve and none worsens. Of an organ never measured nothing is known."""
    improved, unknown = changes.count("improved"), changes.count("indeterminate")
    if "worse" in changes or (len(changes) >= organs and improved + unknown < organs):
        return "not_met"
    return "met" if improved >= organs and not unknown else "indeterminate"


def _any_worse(changes: list[Change]) -> Result:
    if "worse" in changes:
        return "met"
    return "indeterminate" if "indeterminate" in changes or not changes else "not_met"


STATE = state_rung("mctd_remission_hetlevik2017", "Inactive MCTD (Hetlevik 2017)")

IMPROVED = _components_rung(
    "Each involved organ's measure: at least one improves, none worsens",
    lambda changes: _improves_in(1, changes),
    partial=True,
)

LADDER = Ladder(
    improved=(IMPROVED,),
    much_improved=(
        _components_rung(
            "Each involved organ's measure: at least two improve, none worsens",
            lambda changes: _improves_in(2, changes),
            partial=True,
            organs=2,
        ),
    ),
    in_remission=(
        lasting_rung(
            "mctd_remission_hetlevik2017",
            "Remission of MCTD on or off medication (Hetlevik 2017)",
            STATE,
            wallace_ways(off_only=False),
        ),
    ),
    cured=(
        lasting_rung(
            "mctd_remission_hetlevik2017",
            "Remission of MCTD off medication for 12 months (Hetlevik 2017)",
            STATE,
            wallace_ways(off_only=True),
        ),
    ),
    worse=(_components_rung("Each involved organ's measure: any worsens", _any_worse, partial=False),),
    expected=(IMPROVED, STATE),
)
