"""PedsQL 4.0 generic core: health-related quality of life, from answers to scales.

Items     lists of answers 0 (never) to 4 (almost always), null where unanswered; 8 physical, 5 emotional, 5 social,
          5 school (3 for toddlers)
Score     0 to 100 each; higher is better
Missing   a scale with fewer than half of its items answered has no score; psychosocial and total likewise (ours)
Not       child and parent reports in one series: they are different instruments
Licence   the questionnaire is copyrighted: answers and scores only, no wording
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any

from leadline.measures.expression import DECIMALS
from leadline.measures.definition import Calculation, Source, not_shaped

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

Answers = Sequence[int | None]


def _reader(scale: str) -> Callable[[Any], Answers]:
    lengths = ITEMS_PER_SCALE[scale]

    def read(answers: Any) -> Answers:
        if not isinstance(answers, list | tuple) or len(answers) not in lengths:
            raise not_shaped(scale, answers, f"a list of {' or '.join(map(str, lengths))} answers")
        for answer in answers:
            if isinstance(answer, bool) or answer not in (None, *ANSWERS):
                raise not_shaped(scale, answer, "0, 1, 2, 3, 4 or null")
        return tuple(answers)

    return read


def _scale_score(answers: Answers) -> float | None:
    answered = [answer for answer in answers if answer is not None]
    if not answered or len(answered) < SHARE_NEEDED * len(answers):
        return None
    return round(100 - POINTS_PER_STEP * sum(answered) / len(answered), DECIMALS)


def _calculate(scales: Mapping[str, Answers]) -> dict[str, Any]:
    """A scale left out is a scale of unanswered items."""
    answers = {scale: scales.get(scale) or (None,) * lengths[0] for scale, lengths in ITEMS_PER_SCALE.items()}
    scores = {
        name: _scale_score(tuple(chain.from_iterable(answers[part] for part in parts)))
        for name, parts in COMPOSED.items()
    }
    unanswered = [scale for scale in ITEMS_PER_SCALE if scores[scale] is None]
    computed = [score is not None for score in scores.values()]
    status = "ok" if all(computed) else "partly_computable" if any(computed) else "not_computable"
    return {**scores, "status": status, "missing": unanswered}


PEDSQL_GENERIC = Calculation(
    id="pedsql_generic",
    title="PedsQL 4.0 generic core",
    items=(),
    input_names=tuple(ITEMS_PER_SCALE),
    structured={scale: _reader(scale) for scale in ITEMS_PER_SCALE},
    calculate=_calculate,
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
