"""CHAQ disability index: daily function, from the highest answer of each of eight domains.

Items     per domain the answers 0 to 3; null or "NA" (not applicable for age) is left out; recall is the past week
Score     0 to 3; higher is worse
Missing   a domain with no answer is missing; with fewer than six domains there is no score; aids of which nothing is
          recorded are not counted, and the result says so
Licence   published scoring rule; no questionnaire text is reproduced
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leadline.casebook.items import Item
from leadline.measures.definition import Outputs, Score, Source
from leadline.measures.expression import (
    IsRecorded,
    MeanAnswered,
    Number,
    Reading,
    Row,
    Where,
    Yes,
    any_of,
    clamp,
)
from leadline.measures.inputs import Inputs, not_shaped

SINGH_1994 = Source("S94", "Singh G et al. Arthritis Rheum 1994;37:1761-9")
BRUNNER_2005 = Source(
    "BR05",
    "Important change of the CHAQ. J Rheumatol 2005 (Brunner HI et al.)",
    url="pubmed.ncbi.nlm.nih.gov/11508427",
)
DEMPSTER_2001 = Source("D01", "Dempster H et al.: clinically meaningful CHAQ scores, -0.13 and +0.75")

ITEMS_PER_DOMAIN = {  # [S94]
    "dressing_grooming": 4,
    "arising": 2,
    "eating": 3,
    "walking": 2,
    "hygiene": 5,
    "reach": 4,
    "grip": 5,
    "activities": 5,
}
DOMAINS_NEEDED = 6  # verified for the adult HAQ; for the CHAQ itself not read in a source
WITH_AID = 2  # [S94] a domain in which an aid or a person helps scores at least this

DOMAINS = tuple(
    Item(
        name,
        f"{name.replace('_', ' and ')}, highest answer".capitalize(),
        "count",
        low=0,
        high=3,
        better="lower",
    )
    for name in ITEMS_PER_DOMAIN
)
AIDS = tuple(
    Item(
        f"{name}_aid",
        f"{name.replace('_', ' and ')}, aid or help used".capitalize(),
        "yes_no",
        better="lower",
    )
    for name in ITEMS_PER_DOMAIN
)


AIDS_RECORDED = any_of(*(IsRecorded(aid) for aid in AIDS))


def _raised_by_aid(domain: Item, aid: Item) -> Number:
    """Without any record of aids it is the published variant without them, which `aids_recorded` says."""
    raised = Where(Yes(aid), clamp(Reading(domain), WITH_AID, 3), Reading(domain))
    return Where(AIDS_RECORDED, raised, Reading(domain))


def _answered(domain: str, answers: object) -> list[int]:
    """The answers of a domain that are there. Raises ItemOutOfRange for any that is none of 0, 1, 2, 3, null, NA."""
    most = ITEMS_PER_DOMAIN[domain]
    if not isinstance(answers, Sequence) or isinstance(answers, str) or len(answers) > most:
        raise not_shaped(f"items.{domain}", answers, f"a list of at most {most} answers")
    given = [answer for answer in answers if answer is not None and answer != "NA"]
    wrong = [answer for answer in given if isinstance(answer, bool) or answer not in (0, 1, 2, 3)]
    if wrong:
        raise not_shaped(f"items.{domain}", wrong[0], '0, 1, 2, 3, null or "NA"')
    return given


def _domains(inputs: Inputs) -> Inputs:
    """Lists of answers become the highest of each domain; the list of aids becomes yes or no for each."""
    flat = {name: value for name, value in inputs.items() if name not in ("items", "aids_or_help")}
    items = inputs.get("items") or {}
    if not isinstance(items, Mapping):
        raise not_shaped("items", items, "an object of domains")
    for domain, answers in items.items():
        if domain not in ITEMS_PER_DOMAIN:
            flat[domain] = answers  # refused by name, with the nearest
        elif answers is not None and (given := _answered(domain, answers)):
            flat[domain] = max(given)
    aids = inputs.get("aids_or_help")
    if aids is not None:
        if not isinstance(aids, Sequence) or isinstance(aids, str):
            raise not_shaped("aids_or_help", aids, "a list of domains")
        flat |= {f"{domain}_aid": domain in aids for domain in ITEMS_PER_DOMAIN}
        flat |= {f"{aid}_aid": True for aid in aids}
    return flat


def _details(row: Row) -> Outputs:
    """How many domains the mean was taken over, whether aids were recorded, if only that there was none, and whether
    one was counted: scorers differ in all."""
    return {
        "domains_used": sum(row.get(domain.id) is not None for domain in DOMAINS),
        "aids_recorded": bool(AIDS_RECORDED.evaluate(row)),
        "aids_counted": any(row.get(aid.id) is True for aid in AIDS),
    }


CHAQ = Score(
    id="chaq_di",
    title="CHAQ disability index",
    diseases=("jia",),
    items=(*DOMAINS, *AIDS),
    input_names=("items", "aids_or_help"),
    unpack=_domains,
    formula=MeanAnswered(
        DOMAINS,
        tuple(_raised_by_aid(domain, aid) for domain, aid in zip(DOMAINS, AIDS, strict=True)),
        at_least=DOMAINS_NEEDED,
        low=0,
        high=3,
    ),
    low=0,
    high=3,  # [S94]
    important_improvement=0.188,  # [BR05]
    important_worsening=0.125,  # [BR05]
    details=_details,
    sources=(SINGH_1994, BRUNNER_2005, DEMPSTER_2001),
    status="provisional",
    provisional="the minimum of six domains was read for the adult questionnaire, not for the CHAQ",
    licence="the scoring rule alone: the questionnaire's wording is not reproduced, and answers are given by domain",
    notes=(
        "with no record of aids it is the CHAQ without aids, which can only be lower; aids_recorded says which it is",
        "an empty list of aids says that none was used; where some domains have a record, the others stay open",
        "the mean is over the domains answered; their number is given, as one scorer always divides by 8",
        "important change by another study: improvement 0.13, worsening 0.75 (Dempster)",
        "median of children rated mild 0.13, mild to moderate 0.63, moderate 1.75",
    ),
)
