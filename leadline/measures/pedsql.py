"""PedsQL 4.0 generic core: health-related quality of life, from answers to scales.

Items     lists of answers 0 (never) to 4 (almost always), null where unanswered; 8 physical, 5 emotional, 5 social,
          5 school (3 for toddlers)
Score     0 to 100 each; higher is better
Missing   a scale with fewer than half of its items answered has no score; psychosocial and total likewise (ours)
Not       child and parent reports in one series: they are different instruments
Licence   the questionnaire is copyrighted: answers and scores only, no wording
"""

from __future__ import annotations

from math import ceil

from leadline.casebook.items import Item
from leadline.measures.definition import Calculation, Source
from leadline.measures.expression import MeanAnswered, Number, Reading, Where, Yes
from leadline.measures.inputs import Inputs, not_shaped

VARNI_2001 = Source("V01", "Varni JW et al. Med Care 2001;39:800-12")
VARNI_2003 = Source("V03", "Varni JW et al. 2003, important change; not read")
SCORING = Source("PS", "PedsQL scoring page", url="pedsql.org/score.html")

ITEMS_PER_SCALE = {
    "physical": (8,),
    "emotional": (5,),
    "social": (5,),
    "school": (5, 3),
}  # [V01]; 3 for toddlers
ANSWERS = (0, 1, 2, 3, 4)  # [V01]
POINTS_PER_STEP = 25  # [V01] 0, 1, 2, 3, 4 become 100, 75, 50, 25, 0
SHARE_NEEDED = 0.5  # [PS] exactly half answered is enough

COMPOSED = {
    "physical": ("physical",),
    "emotional": ("emotional",),
    "social": ("social",),
    "school": ("school",),
    "psychosocial": ("emotional", "social", "school"),  # [V01]
    "total": ("physical", "emotional", "social", "school"),  # [V01] the mean of items, not of scales
}

SCALES = {
    scale: tuple(
        Item(
            f"{scale}_{number}",
            f"{scale.capitalize()}, answer {number}",
            "count",
            low=ANSWERS[0],
            high=ANSWERS[-1],
        )
        for number in range(1, most + 1)
    )
    for scale, (most, *_) in ITEMS_PER_SCALE.items()
}
TODDLER = Item("toddler", "Toddler version, with three items on school", "yes_no")


def _mean(names: tuple[str, ...], *, toddler: bool) -> MeanAnswered:
    """The mean of the answered items of one or several scales, as points."""
    of_scale = {
        scale: items[: ITEMS_PER_SCALE[scale][-1]] if toddler else items for scale, items in SCALES.items()
    }
    items = tuple(item for name in names for item in of_scale[name])
    points = tuple(Reading(item) * -POINTS_PER_STEP + 100 for item in items)
    return MeanAnswered(items, points, at_least=ceil(SHARE_NEEDED * len(items)), low=0, high=100)


def _score(names: tuple[str, ...]) -> Number:
    if "school" not in names:
        return _mean(names, toddler=False)
    return Where(Yes(TODDLER), _mean(names, toddler=True), _mean(names, toddler=False))


def _unpack(inputs: Inputs) -> Inputs:
    """Lists of answers become an item each; three answers on school are those of a toddler."""
    flat = {name: value for name, value in inputs.items() if name not in SCALES}
    for scale, items in SCALES.items():
        answers = inputs.get(scale)
        if answers is None:
            continue
        if not isinstance(answers, list | tuple) or len(answers) not in ITEMS_PER_SCALE[scale]:
            lengths = " or ".join(map(str, ITEMS_PER_SCALE[scale]))
            raise not_shaped(scale, answers, f"a list of {lengths} answers")
        flat |= {item.id: answer for item, answer in zip(items, answers, strict=False)}
        if len(answers) < len(items):
            flat[TODDLER.id] = True
    return flat


PEDSQL_GENERIC = Calculation(
    id="pedsql_generic",
    title="PedsQL 4.0 generic core",
    items=(*(item for items in SCALES.values() for item in items), TODDLER),
    parameters={TODDLER.id: False},
    input_names=tuple(ITEMS_PER_SCALE),
    calculator_names={item.id: scale for scale, items in SCALES.items() for item in items},
    unpack=_unpack,
    results={name: _score(scales) for name, scales in COMPOSED.items()},
    needed=tuple(COMPOSED),
    in_words=(
        f"each answer, 0 to 4, is worth 100 - {POINTS_PER_STEP} × the answer; higher is better",
        f"a scale is the mean of its answered items, if at least {SHARE_NEEDED:.0%} of them are answered",
        "psychosocial = the mean of all answered emotional, social and school items; total = of all answered items",
    ),
    sources=(VARNI_2001, SCORING, VARNI_2003),
    status="provisional",
    provisional="that psychosocial and total need half of their items is our rule; the important change was not read",
    licence="the questionnaire is copyrighted and its wording is not here: answers in, scores out",
    notes=(
        "important change of the total: 4.4 by the child's report, 4.5 by the parent's",
        "recall of one month, or of 7 days in the acute version: store which",
    ),
)
