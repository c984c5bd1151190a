"""Mixed connective tissue disease: remission as two cohorts defined it, and the change of each organ's own measure.

Result    remission: met, not_met, indeterminate. Components: each improved, unchanged, worse or indeterminate
Missing   three-valued throughout; a component with a value missing that decides is indeterminate
Not       an activity score: none is validated for this disease, and none is made here by adding components
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from leadline.casebook.items import ITEMS, Item
from leadline.measures.core_set import two_visits
from leadline.measures.definition import Criterion, Measure, Outputs, Source
from leadline.measures.expression import (
    Not,
    Number,
    Reading,
    Row,
    Truth,
    Yes,
    above,
    all_of,
    any_of,
    at_least,
    at_most,
    below,
)
from leadline.measures.inactive_disease import CATEGORY, JIA_INACTIVE_DISEASE, WALLACE_2011
from leadline.measures.jadas import BULATOVIC_2014, JADAS
from leadline.measures.sledai import CHANGE_TABLE, FALL_OF_IMPROVEMENT, RISE_OF_FLARE
from leadline.measures.words import truth_in_words

HETLEVIK_2017 = Source(
    "H17", "Hetlevik SO et al. Ann Rheum Dis 2017;76:159-65", "10.1136/annrheumdis-2016-209522"
)
REISETER_2017 = Source("RE17", "Reiseter S et al. Arthritis Res Ther 2017", "10.1186/s13075-017-1494-7")
CMAS_SOURCE = Source("CM", "Childhood Myositis Assessment Scale, important change", "10.1002/art.20179")
RAYNAUD_SOURCE = Source("RY", "Raynaud Condition Score, important change", "10.1136/ard.2009.107706")
OMERACT_2015 = Source("K15", "Khanna D et al. J Rheumatol 2015;42:2168-71", "10.3899/jrheum.141182")

# ---- remission -------------------------------------------------------------------------------------------------

HETLEVIK_ITEMS = tuple(
    ITEMS[name]
    for name in (
        "cytopenia",
        "myositis",
        "progressive_sclerodactyly",
        "progressive_lung",
        "oesophageal_manifestation",
    )
)  # [H17]; Raynaud's phenomenon may persist
JIA_PART = JIA_INACTIVE_DISEASE.rules["result"]  # [H17] the criteria of inactive arthritis, all parts
HETLEVIK_PARTS: Mapping[str, Truth] = MappingProxyType(
    {"jia_inactive_disease": JIA_PART, **{f"no_{item.id}": Not(Yes(item)) for item in HETLEVIK_ITEMS}}
)


def _failing(row: Row) -> Outputs:
    return {"failing": [name for name, part in HETLEVIK_PARTS.items() if part.evaluate(row) is False]}


MCTD_REMISSION_HETLEVIK = Criterion(
    id="mctd_remission_hetlevik2017",
    title="MCTD remission (Hetlevik 2017)",
    diseases=("mctd",),
    items=(*(item for item in JIA_INACTIVE_DISEASE.items if item is not CATEGORY), *HETLEVIK_ITEMS),
    parameters=JIA_INACTIVE_DISEASE.parameters,
    unpack=JIA_INACTIVE_DISEASE.unpack,
    details=_failing,
    rules={"result": all_of(*HETLEVIK_PARTS.values())},
    sources=(HETLEVIK_2017, WALLACE_2011),
    status="provisional",
    provisional="the durations, 6 months on and 12 months off medication, are taken over from the arthritis "
    "definition and were not read in the paper",
    notes=(
        "the state at one visit; how long it held, on or off medication, is judged as remission of arthritis is",
        "Raynaud's phenomenon may persist",
        (
            "in the cohort, after some 17 years, 17 % were in remission off and 20 % on medication; an older American "
            "series had 3 %"
        ),
    ),
)

SLEDAI_2K_TOTAL = ITEMS["sledai_2k"]
EUSTAR = Item("eustar_activity_index", "EUSTAR activity index", low=0, high=10, better="lower", example="1.5")

MCTD_REMISSION_REISETER = Criterion(
    id="mctd_remission_reiseter2017",
    title="MCTD remission (Reiseter 2017)",
    diseases=("mctd",),
    items=(SLEDAI_2K_TOTAL, EUSTAR),
    rules={"result": all_of(at_most(Reading(SLEDAI_2K_TOTAL), 0), below(Reading(EUSTAR), 2.5))},  # [RE17]
    sources=(REISETER_2017,),
    notes=("made in adults; for children the definition of 2017 from the juvenile cohort comes first",),
)

# ---- components ------------------------------------------------------------------------------------------------

Change = Literal["improved", "unchanged", "worse", "indeterminate"]


@dataclass(frozen=True, slots=True)
class ImportantChanges:
    """The least change of each measure that matters, in its own units. Replaceable by a trial's own values."""

    cmas: float = 3.0  # [CM] published 1.5 to 3.0; the stricter end
    raynaud: float = 1.5  # [RY] published 1.4 to 1.5 on 0-10; the stricter end
    fvc_percent: float = 10  # [K15] relative fall, alone
    fvc_percent_with_dlco: float = 5  # [K15] relative fall, together with that of DLCO
    dlco_percent: float = 15  # [K15] relative fall; never alone


@dataclass(frozen=True, slots=True)
class Component:
    """One organ's measure at two visits. `limit` says the important change in words."""

    id: str
    title: str
    items: tuple[Item, ...]
    improved: Truth
    worse: Truth
    limit: str
    source: str

    def change(self, row: Row) -> Change:
        improved, worse = self.improved.evaluate(row), self.worse.evaluate(row)
        if improved or worse:
            return "improved" if improved else "worse"
        return "indeterminate" if improved is None or worse is None else "unchanged"

    def undecided(self, row: Row) -> tuple[str, ...]:
        """The missing items without which the change cannot be told; empty where it can."""
        if self.change(row) != "indeterminate":
            return ()
        return tuple(dict.fromkeys((*self.improved.undecided(row), *self.worse.undecided(row))))


def _rise(item: Item) -> Number:
    return Reading(item.at("current")) - Reading(item.at("baseline"))


def _fall(item: Item) -> Number:
    return Reading(item.at("baseline")) - Reading(item.at("current"))


def _falls_by_percent(item: Item, percent: float) -> Truth:
    return at_most(Reading(item.at("current")), Reading(item.at("baseline")) * (100 - percent) / 100)


def _rises_by_percent(item: Item, percent: float) -> Truth:
    return at_least(Reading(item.at("current")), Reading(item.at("baseline")) * (100 + percent) / 100)


def _both_visits(*items: Item) -> tuple[Item, ...]:
    return tuple(item.at(when) for when in ("baseline", "current") for item in items)


def organ_components(changes: ImportantChanges | None = None) -> tuple[Component, ...]:
    """The components of which an important change is published, with the limits of `changes`."""
    limits = changes or ImportantChanges()
    cmas, raynaud = ITEMS["cmas"], ITEMS["raynaud_condition_score"]
    fvc, dlco = ITEMS["fvc_pct_predicted"], ITEMS["dlco_pct_predicted"]
    jadas27 = next(measure for measure in JADAS if measure.id == "jadas27_esr")
    arthritis = ITEMS[jadas27.id]
    assert jadas27.important_improvement is not None
    assert jadas27.important_worsening is not None
    return (
        Component(
            cmas.id,
            cmas.title,
            _both_visits(cmas),
            improved=at_least(_rise(cmas), limits.cmas),
            worse=at_least(_fall(cmas), limits.cmas),
            limit=f"at least {limits.cmas:g} points",
            source=CMAS_SOURCE.key,
        ),
        Component(
            raynaud.id,
            raynaud.title,
            _both_visits(raynaud),
            improved=at_least(_fall(raynaud), limits.raynaud),
            worse=at_least(_rise(raynaud), limits.raynaud),
            limit=f"at least {limits.raynaud:g} points on 0-10",
            source=RAYNAUD_SOURCE.key,
        ),
        Component(
            fvc.id,
            fvc.title,
            _both_visits(fvc, dlco),
            improved=_rises_by_percent(
                fvc, limits.fvc_percent
            ),  # ours: the consensus names progression alone
            worse=any_of(
                _falls_by_percent(fvc, limits.fvc_percent),
                all_of(
                    _falls_by_percent(fvc, limits.fvc_percent_with_dlco),
                    _falls_by_percent(dlco, limits.dlco_percent),
                ),
            ),
            limit=f"{limits.fvc_percent:g} % of its value, or a fall by {limits.fvc_percent_with_dlco:g} % together "
            f"with one of DLCO by {limits.dlco_percent:g} %",
            source=OMERACT_2015.key,
        ),
        Component(
            SLEDAI_2K_TOTAL.id,
            "SLEDAI-2K",
            _both_visits(SLEDAI_2K_TOTAL),
            improved=above(_fall(SLEDAI_2K_TOTAL), FALL_OF_IMPROVEMENT),
            worse=above(_rise(SLEDAI_2K_TOTAL), RISE_OF_FLARE),
            limit=f"more than {FALL_OF_IMPROVEMENT} points",
            source=CHANGE_TABLE.key,
        ),
        Component(
            arthritis.id,
            jadas27.title,
            _both_visits(arthritis),
            improved=at_least(_fall(arthritis), jadas27.important_improvement),
            worse=at_least(_rise(arthritis), jadas27.important_worsening),
            limit=f"a fall of {jadas27.important_improvement:g} or a rise of {jadas27.important_worsening:g}",
            source=BULATOVIC_2014.key,
        ),
    )


@dataclass(frozen=True, kw_only=True)
class ComponentChanges(Measure):
    """Components side by side, each with its own change; nothing is added up over them."""

    components: tuple[Component, ...]

    def judge(self, row: Row) -> Outputs:
        missing = dict.fromkeys(name for each in self.components for name in each.undecided(row))
        return {**{each.id: each.change(row) for each in self.components}, "missing": list(missing)}


_COMPONENTS = organ_components()

MCTD_COMPONENTS = ComponentChanges(
    id="mctd_components",
    title="MCTD, organ by organ",
    diseases=("mctd",),
    items=tuple(item for each in _COMPONENTS for item in each.items),
    input_names=("baseline", "current"),
    unpack=two_visits,
    components=_COMPONENTS,
    in_words=tuple(
        line
        for each in _COMPONENTS
        for line in (
            f"{each.title}, improved: {truth_in_words(each.improved).joined}",
            f"{each.title}, worse: {truth_in_words(each.worse).joined}",
        )
    ),
    sources=(CMAS_SOURCE, RAYNAUD_SOURCE, OMERACT_2015, CHANGE_TABLE, BULATOVIC_2014),
    status="provisional",
    provisional="an improvement of lung function is read as the mirror of its worsening; the consensus names the fall "
    "alone",
    notes=(
        "no activity score is validated for this disease: components stand side by side and are not added up",
        "a component counts only where its organ is involved",
        "a fall of DLCO alone is not worsening by the consensus; some cohorts count it",
        "season and temperature confound the Raynaud score; the mean of a diary of one to two weeks is meant",
        "limits for Raynaud's phenomenon and for the lung were made in adults",
        "the important change of MMT-8 is not settled",
    ),
)

MCTD = (MCTD_REMISSION_HETLEVIK, MCTD_REMISSION_REISETER, MCTD_COMPONENTS)
