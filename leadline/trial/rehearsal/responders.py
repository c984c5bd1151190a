"""What an invented child shows at baseline and at the visit that decides, so that its criterion is met, or is not.

The values are made from the published arithmetic of the criterion, in whole steps of each scale, and never by trying
out what the judge says of them: what the judge then says of the chart is a test of the judge. The mixtures of ways to
fail, and all shapes, are ours, chosen to look like a clinic's records; they are no estimate of anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from leadline.casebook.items import ITEMS
from leadline.errors import RehearsalInvalid
from leadline.measures.acr_pedi import IMPROVE, LEVELS, MAY_WORSEN, WORSE_PERCENT
from leadline.measures.inactive_disease import STIFFNESS_MIN
from leadline.measures.sledai import WEIGHTS

Rng = np.random.Generator
Value = float | bool


class Ends(NamedTuple):
    """One item at baseline and at the visit that decides."""

    before: Value
    after: Value


Shown = dict[str, Ends]


@dataclass(frozen=True, slots=True)
class Responder:
    """How charts are made for one criterion.

    criterion   its id, as a design names it
    diagnosis   of the child
    categories  ILAR categories that the child may have; none where the disease has none
    draw        what a child shows, given whether it responds
    """

    criterion: str
    diagnosis: str
    categories: tuple[str, ...]
    draw: Callable[[Rng, bool], Shown]


def responder(criterion: str) -> Responder:
    """Raises RehearsalInvalid for a criterion for which no charts can be made."""
    found = RESPONDERS.get(criterion)
    if found is None:
        raise RehearsalInvalid(
            f"responder: found '{criterion[:40]}', for which no charts are made",
            hint=f"Rehearsed are {', '.join(RESPONDERS)}.",
        )
    return found


# ---- ACR Pediatric ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Component:
    """One of the six, in whole steps of its scale: from where to where it lies at baseline."""

    item: str
    step: float
    low: int
    high: int

    @property
    def top(self) -> int:
        """The scale's end in steps."""
        return int(ITEMS[self.item].high / self.step)

    def can_worsen(self, steps: int) -> bool:
        return _unchanged_up_to(steps) < self.top


COMPONENTS = (
    _Component("physician_global_0_10", 0.5, 7, 18),
    _Component("parent_global_0_10", 0.5, 6, 18),
    _Component("chaq_di", 0.125, 6, 20),
    _Component("active_joint_count", 1, 6, 30),
    _Component("limited_joint_count", 1, 4, 24),
)
ESR = _Component("esr_mm_h", 1, 28, 90)
CRP = _Component("crp_mg_l", 0.1, 200, 900)
ONLY_CRP = 0.2  # of the children, where the laboratory measures no ESR

IMPROVED_IN = (3, 4, 5, 6), (0.15, 0.25, 0.3, 0.3)  # components of a responder, and how often
WORSE_IN_RESPONDERS = 0.2
TWO_WORSE = 0.2  # of those who fail: enough improves, but too much gets worse


def _acr_pedi(level: int) -> Callable[[Rng, bool], Shown]:
    def draw(rng: Rng, responds: bool) -> Shown:
        components = (*COMPONENTS, CRP if rng.random() < ONLY_CRP else ESR)
        before = [int(rng.integers(one.low, one.high + 1)) for one in components]
        improve, worsen = _ways(rng, responds)
        order = rng.permutation(len(components))
        roomy = [n for n in order if components[n].can_worsen(before[n])]
        worse = set(roomy[:worsen])
        better = set([n for n in order if n not in worse][:improve])
        after = [
            _after(rng, level, steps, one.top, better=n in better, worse=n in worse)
            for n, (one, steps) in enumerate(zip(components, before, strict=True))
        ]
        return {
            one.item: Ends(_scaled(one, old), _scaled(one, new))
            for one, old, new in zip(components, before, after, strict=True)
        }

    return draw


def _ways(rng: Rng, responds: bool) -> tuple[int, int]:
    """How many components improve by the level, and how many worsen by more than 30 %."""
    if responds:
        improve = int(rng.choice(IMPROVED_IN[0], p=IMPROVED_IN[1]))
        room = improve < len(COMPONENTS) + 1
        return improve, int(room and rng.random() < WORSE_IN_RESPONDERS) * MAY_WORSEN
    if rng.random() < TWO_WORSE:
        return IMPROVE, MAY_WORSEN + 1
    return int(rng.integers(0, IMPROVE)), int(rng.integers(0, MAY_WORSEN + 2))


def _after(rng: Rng, level: int, before: int, top: int, *, better: bool, worse: bool) -> int:
    """Steps at the deciding visit. A fall of exactly the level is better, a rise of exactly 30 % is not worse."""
    improved = before * (100 - level) // 100
    unchanged = _unchanged_up_to(before)
    if better:
        return int(rng.integers(0, improved + 1))
    if worse:
        return int(rng.integers(unchanged + 1, min(2 * before, top) + 1))
    return int(rng.integers(improved + 1, min(unchanged, top) + 1))


def _unchanged_up_to(before: int) -> int:
    return before * (100 + WORSE_PERCENT) // 100


def _scaled(component: _Component, steps: int) -> float:
    return round(steps * component.step, 3)


AFEBRILE = (36.2, 37.4)  # under both rules of what fever is
FEBRILE = (38.2, 40.0)
FEVER_ALONE = 0.2  # of those with systemic arthritis who fail


def _acr_pedi_sjia(level: int) -> Callable[[Rng, bool], Shown]:
    shows = _acr_pedi(level)

    def draw(rng: Rng, responds: bool) -> Shown:
        fever_alone = not responds and rng.random() < FEVER_ALONE
        shown = shows(rng, responds or fever_alone)
        temperature = rng.uniform(*(FEBRILE if fever_alone else AFEBRILE))
        return shown | {"max_temp_c_7d": Ends(round(rng.uniform(*FEBRILE), 1), round(float(temperature), 1))}

    return draw


# ---- SRI-4 -----------------------------------------------------------------------------------------------------

OFTEN = {
    "arthritis": 0.8, "low_complement": 0.85, "increased_dna_binding": 0.8, "rash": 0.6, "proteinuria": 0.4,
    "haematuria": 0.25, "alopecia": 0.3, "mucosal_ulcers": 0.3, "leukopenia": 0.2, "fever": 0.15,
}  # fmt: skip
RARELY = 0.02
FALL = 4  # of SLEDAI, at least: Furie 2009, as in measures.sri4
PGA_STEP, PGA_RISE = 0.1, 3  # a rise of 3 steps, 0.3, is worsening: likewise
LUPUS_FAILS = ("sledai", "global", "organ"), (0.65, 0.15, 0.2)


def _sri4(rng: Rng, responds: bool, *, organ: bool = True) -> Shown:
    present = _present(rng)
    ways = LUPUS_FAILS[0] if organ else LUPUS_FAILS[0][:2]
    odds = np.array(LUPUS_FAILS[1][: len(ways)])
    fails = "" if responds else str(rng.choice(ways, p=odds / odds.sum()))
    gone = _gone(rng, present, short=fails == "sledai")
    pga = int(rng.integers(12, 26))
    pga_after = int(rng.integers(2, pga + PGA_RISE)) if fails != "global" else pga + int(rng.integers(3, 5))
    new_a, new_b = (int(rng.integers(0, 2)), 2) if fails == "organ" else (0, int(rng.random() < 0.15))
    if fails == "organ" and rng.random() < 0.5:
        new_a, new_b = 1, 0
    return {
        **{f"sledai_{key}": Ends(key in present, key in present and key not in gone) for key in WEIGHTS},
        "pga_0_3": Ends(round(pga * PGA_STEP, 1), round(pga_after * PGA_STEP, 1)),
        "new_bilag_a": Ends(0, new_a),
        "new_bilag_b": Ends(0, new_b),
    }


def _present(rng: Rng) -> list[str]:
    """Findings at baseline, in no order; enough of them that the total can fall by 4 and still need not."""
    drawn = [key for key in WEIGHTS if rng.random() < OFTEN.get(key, RARELY)]
    sure = ("arthritis", "rash", "increased_dna_binding")
    return [str(key) for key in rng.permutation(list(dict.fromkeys((*drawn, *sure))))]


def _gone(rng: Rng, present: list[str], *, short: bool) -> set[str]:
    """Findings that are absent at the deciding visit: they weigh at least 4 together, or, where short of it, less."""
    gone: set[str] = set()
    fallen, wanted = 0, int(rng.integers(0, FALL)) if short else int(rng.integers(FALL, 15))
    for key in present:
        weight = WEIGHTS[key]
        if short and fallen + weight > wanted:
            continue
        if fallen >= wanted:
            break
        gone.add(key)
        fallen += weight
    return gone


def _sledai_pga_part(rng: Rng, responds: bool) -> Shown:
    return _sri4(rng, responds, organ=False)


# ---- inactive disease, of arthritis and of MCTD ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of inactive disease: quiet from `low` up to `quiet`, active above it up to `high`; in whole steps.

    often  how often it is active at baseline, and how likely it is to be the one that fails
    """

    item: str
    step: float
    low: int
    quiet: int
    high: int
    often: float


ESR_NORMAL, CRP_NORMAL = 20, 5.0  # upper limits that the invented laboratory prints

ARTHRITIS_PARTS = (
    _Part("active_joint_count", 1, 0, 0, 14, 0.9),
    _Part("physician_global_0_10", 0.5, 0, 0, 16, 0.95),
    _Part("morning_stiffness_min", 5, 0, STIFFNESS_MIN // 5, 24, 0.6),
    _Part("esr_mm_h", 1, 3, ESR_NORMAL, 80, 0.6),
    _Part("crp_mg_l", 0.1, 5, int(CRP_NORMAL * 10), 500, 0.5),
)
ARTHRITIS_FINDINGS = {"systemic_features_present": 0.1, "active_uveitis": 0.08}
MCTD_FINDINGS = {
    "cytopenia": 0.25,
    "myositis": 0.5,
    "progressive_sclerodactyly": 0.3,
    "progressive_lung": 0.2,
    "oesophageal_manifestation": 0.3,
}
MOST_FAILING = 4


def _inactive(findings: Mapping[str, float]) -> Callable[[Rng, bool], Shown]:
    """A state of one visit: every part quiet, or up to four of them active."""
    often = {part.item: part.often for part in ARTHRITIS_PARTS} | dict(findings)
    names, odds = list(often), np.array(list(often.values()))

    def draw(rng: Rng, responds: bool) -> Shown:
        active = {name for name, share in often.items() if rng.random() < share} | {names[0]}
        failing: set[str] = set()
        if not responds:
            number = int(rng.integers(1, MOST_FAILING + 1))
            failing = {str(name) for name in rng.choice(names, number, replace=False, p=odds / odds.sum())}
        shown: Shown = {
            part.item: Ends(_part(rng, part, part.item in active), _part(rng, part, part.item in failing))
            for part in ARTHRITIS_PARTS
        }
        return shown | {name: Ends(name in active, name in failing) for name in findings}

    return draw


def _part(rng: Rng, part: _Part, active: bool) -> float:
    steps = rng.integers(part.quiet + 1, part.high + 1) if active else rng.integers(part.low, part.quiet + 1)
    return round(int(steps) * part.step, 3)


RESPONDERS: Mapping[str, Responder] = {
    one.criterion: one
    for one in (
        *(
            Responder(
                f"acr_pedi.acr{level}",
                "jia",
                ("poly_rf_neg", "poly_rf_pos", "oligo_extended"),
                _acr_pedi(level),
            )
            for level in LEVELS
        ),
        *(
            Responder(f"acr_pedi_sjia.acr{level}", "jia", ("systemic",), _acr_pedi_sjia(level))
            for level in LEVELS
        ),
        Responder(
            "jia_cid_wallace2011",
            "jia",
            ("poly_rf_neg", "poly_rf_pos", "oligo_extended"),
            _inactive(ARTHRITIS_FINDINGS),
        ),
        Responder("sri4", "sle", (), _sri4),
        Responder("sri4.sledai_pga_part", "sle", (), _sledai_pga_part),
        Responder("mctd_remission_hetlevik2017", "mctd", (), _inactive(ARTHRITIS_FINDINGS | MCTD_FINDINGS)),
    )
}
"""Id of a criterion to how its charts are made."""
