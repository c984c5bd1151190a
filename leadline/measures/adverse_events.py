"""Adverse events: grade of fever, and seriousness.

Severity is not seriousness: a grade 3 headache may be non-serious, a grade 2 event with a night in hospital is serious.
"""

from __future__ import annotations

from leadline.casebook.items import ITEMS, Item
from leadline.measures.definition import Criterion, Score, Source
from leadline.measures.expression import Not, Points, Reading, Yes, above, all_of, any_of, at_least, total

CTCAE_5 = Source("CT5", "Common Terminology Criteria for Adverse Events, version 5.0, 2017")
CTCAE_FEVER = Source("CTF", "Grades of fever under CTCAE 5", url="themelanomanurse.org/fever")
ICH_E2A = Source(
    "E2A", "ICH E2A, definitions and standards for expedited reporting", url="borg-pharma.com/definitions"
)

TEMPERATURE = ITEMS["temp_c"]
HOURS = Item(
    "hours_above_40", "Hours above 40.0 °C", unit="h", low=0, high=1000, better="lower", limits_are_ours=True
)
_ABOVE_40 = above(Reading(TEMPERATURE), 40.0)  # [CTF]

CTCAE5_FEVER = Score(
    id="ctcae5_fever",
    title="CTCAE 5 grade of fever",
    items=(TEMPERATURE, HOURS),
    output="grade",
    formula=total(
        Points(at_least(Reading(TEMPERATURE), 38.0), 1),  # [CTF]
        Points(above(Reading(TEMPERATURE), 39.0), 1),  # [CTF]
        Points(_ABOVE_40, 1),
        Points(all_of(_ABOVE_40, above(Reading(HOURS), 24)), 1),  # [CTF]
    ),
    low=0,
    high=4,
    sources=(CTCAE_5, CTCAE_FEVER),
    status="provisional",
    provisional="that the bands did not change since version 4 was not read",
    notes=("the adverse-event term fever, not the scale for pyrexia under targeted therapy",),
)

SERIOUS = (  # [E2A]
    Item("death", "Death", "yes_no"),
    Item("life_threatening", "Life-threatening at the time", "yes_no"),
    Item("hospitalisation", "Hospital stay or its prolongation", "yes_no"),
    Item("disability", "Persistent or significant disability", "yes_no"),
    Item("congenital_anomaly", "Congenital anomaly", "yes_no"),
    Item("important_medical_event", "Important medical event, by judgement", "yes_no"),
)
PLANNED = Item(
    "planned_admission", "The stay was planned for the infusion itself and is exempt by protocol", "yes_no"
)
_HOSPITAL = next(item for item in SERIOUS if item.id == "hospitalisation")

AE_SERIOUS = Criterion(
    id="ae_serious",
    title="Serious adverse event (ICH E2A)",
    items=(*SERIOUS, PLANNED),
    parameters={PLANNED.id: False},
    rules={
        "result": any_of(
            *(Yes(item) for item in SERIOUS if item is not _HOSPITAL),
            all_of(Yes(_HOSPITAL), Not(Yes(PLANNED))),
        )
    },
    sources=(ICH_E2A,),
    notes=(
        "severity is not seriousness",
        "unexpected suspected reactions: fatal or life-threatening ones within 7 calendar days, others within 15",
    ),
)
