"""The drug catalogue: substance, ATC codes, class and names, and the recognition of what a chart calls a drug.

The catalogue is `drug_catalogue.csv`, one line a substance. Recognition is exact: a name, a trade name or a code of
the catalogue, with the dose, route, form or salt around it. What is left over makes the text unknown, and so does a
second substance or a code that says another one: a drug is never guessed. `suggest` gives the nearest name to ask
about.

Sources   codes, old codes  WHO ATC index of 2026-04-25 and of 2021-12-03 (public copies), moves of 2022 and 2024 at
                            whocc.no, "ATC level alterations"
          classes, routes   professional knowledge: a project choice, provisional
          names             trade names and spellings in common use; only those that mean one substance

A substance has further codes by route. Those here are the systemic ones. Where a chart names only the group
("intra-articular steroids"), the class is known and the substance is not: an entry with the group's code.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class DrugClass:
    """One class of drugs. Different classes are different mechanisms: adalimumab after etanercept is the same one.

    conventional  immunosuppressive treatment as `off_medication` means it: everything but the cell product itself
                  and drugs that do not act on the disease (verdicts 3)
    biologic      an antibody or receptor protein: stopping one has an effect of its own (verdicts 4)
    """

    id: str
    title: str
    conventional: bool = False
    biologic: bool = False


def _biologic(class_id: str, title: str) -> DrugClass:
    return DrugClass(class_id, title, conventional=True, biologic=True)


DRUG_CLASSES: Mapping[str, DrugClass] = MappingProxyType(
    {
        drug_class.id: drug_class
        for drug_class in (
            DrugClass("nsaid", "NSAID"),
            DrugClass("glucocorticoid", "glucocorticoid", conventional=True),
            DrugClass("csdmard", "conventional DMARD", conventional=True),
            DrugClass("antimalarial", "antimalarial", conventional=True),
            DrugClass("cytotoxic", "cytotoxic drug", conventional=True),
            _biologic("bdmard_tnf", "TNF inhibitor"),
            _biologic("bdmard_il1", "IL-1 inhibitor"),
            _biologic("bdmard_il6", "IL-6 inhibitor"),
            _biologic("bdmard_il17_il23", "IL-17 or IL-23 inhibitor"),
            _biologic("bdmard_tcell", "T-cell costimulation blocker"),
            _biologic("bdmard_bcell", "B-cell therapy"),
            _biologic("bdmard_ifn", "interferon inhibitor"),
            _biologic("bdmard_complement", "complement inhibitor"),
            DrugClass("tsdmard_jak", "JAK inhibitor", conventional=True),
            DrugClass("tsdmard_other", "other targeted synthetic drug", conventional=True),
            DrugClass("ivig", "immunoglobulin", conventional=True),
            DrugClass("vasoactive", "vasoactive drug"),
            DrugClass("renal_protective", "kidney-protecting drug"),
            DrugClass("supportive", "supportive drug"),
            DrugClass("cell_product", "cell product"),
        )
    }
)


@dataclass(frozen=True, slots=True)
class Drug:
    """One substance, or a group of which the chart does not name one.

    substance  WHO name
    atc        present code of the systemic use; `local:msc` for mesenchymal stromal cells, which have none
    other_atc  further present codes of the same substance
    old_atc    codes that the index has given up, as old charts and registers carry them
    routes     usual routes, the commonest first
    names      trade names, abbreviations, other spellings and languages
    """

    substance: str
    atc: str
    other_atc: tuple[str, ...]
    old_atc: tuple[str, ...]
    class_id: str
    routes: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def drug_class(self) -> DrugClass:
        return DRUG_CLASSES[self.class_id]

    @property
    def codes(self) -> tuple[str, ...]:
        return (self.atc, *self.other_atc, *self.old_atc)


GROUP_WORDS = frozenset((
    "non", "biologic", "biologics", "conventional", "synthetic", "targeted", "antirheumatic", "immunosuppressive",
    "dmard", "dmards", "nsaid", "nsaids", "immunosuppressant", "immunosuppressants", "drug", "drugs",
    "several", "other", "various", "and", "or", "not", "named", "unnamed", "unknown",
))  # fmt: skip
"""Of these alone a text can name a group of drugs, and nothing else."""


def group_in_words(text: str) -> str:
    """A text that names a group of drugs ("biologic DMARDs, several, not named"), as it is; any other is empty.

    Such words tell no substance and no class that a rule may rest on; but a person may read them, as they can hold no
    name and no remark.
    """
    words = re.findall(r"[^\W_]+", text.casefold())
    return " ".join(text.split()) if words and GROUP_WORDS.issuperset(words) else ""


def recognise(text: str, atc: str = "") -> Drug | None:
    """The drug that a chart's text and ATC code name.

    text     as written: "Humira", "methotrexate 15 mg/wk sc", "adalimumab-atto", or an ATC code; may be empty
    atc      present or old code; may be empty. A code that is not in the catalogue is of another drug or of another
             use (an ointment, eye drops), whatever the text says
    returns  None if it is unknown: words of the text are left over ("hydrocortisone cream"), it names two substances,
             or text and code name different ones
    """
    named, left_over = _read(text)
    code = "".join(atc.split()).casefold()
    if code:
        coded = _by_code().get(code)
        if coded is None or not all(_agree(drug, coded) for drug in named):
            return None
        return max((coded, *named), key=lambda drug: len(drug.atc))  # a substance says more than its group
    if not named:
        return _by_code().get(text.strip().casefold())
    return named[0] if len(named) == 1 and not left_over else None


NONE_GIVEN = frozenset({"none", "no", "nil"})
"""What a chart writes, in small letters, where drugs could be named and none was given."""


def parts_of(text: str) -> tuple[str, ...]:
    """The drugs of a list ("clemastine 2 mg, paracetamol + prednisolone"), each as written."""
    return tuple(part.strip() for part in re.split(r"[,;+]", text) if part.strip())


def suggest(text: str) -> str:
    """The substance whose name is nearest to what was written, as a question to the user; empty if none is near."""
    words = _words(text)
    for candidate in (" ".join(words), *words):
        near = get_close_matches(candidate, [" ".join(name) for name in _by_name()], n=1, cutoff=0.8)
        if near:
            return _by_name()[tuple(near[0].split())].substance
    return ""


@cache
def catalogue() -> tuple[Drug, ...]:
    """Every drug, in the order of the catalogue file."""
    text = files("leadline.casebook").joinpath("drug_catalogue.csv").read_text(encoding="utf-8")
    return tuple(_drug(row) for row in csv.DictReader(text.splitlines()))


def _drug(row: Mapping[str, str]) -> Drug:
    def several(column: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in row[column].split(";") if part.strip())

    return Drug(
        substance=row["substance"],
        atc=row["atc"],
        other_atc=several("other_atc"),
        old_atc=several("old_atc"),
        class_id=row["class_id"],
        routes=several("routes"),
        names=several("names"),
    )


@cache
def _by_code() -> Mapping[str, Drug]:
    return {code.casefold(): drug for drug in catalogue() for code in drug.codes}


@cache
def _by_name() -> Mapping[tuple[str, ...], Drug]:
    """Every name as its words. Two substances under one name would be a fault of the catalogue."""
    return {_words(name): drug for drug in catalogue() for name in (drug.substance, *drug.names)}


@lru_cache(maxsize=4096)
def _read(text: str) -> tuple[tuple[Drug, ...], tuple[str, ...]]:
    """The substances that a text names, each once, and the words that are neither a name nor go with a dose."""
    named: dict[str, Drug] = {}
    left_over: list[str] = []
    words = _words(text)
    while words:
        drug, length = _name_at_start(words)
        if drug:
            named[drug.atc] = drug
        elif not (words[0].isdigit() or words[0] in _BESIDE_A_NAME):
            left_over.append(words[0])
        words = words[length:]
    return tuple(named.values()), tuple(left_over)


def _name_at_start(words: tuple[str, ...]) -> tuple[Drug | None, int]:
    """The longest name that the words begin with, and its number of words; no drug and one word if none does."""
    for length in range(min(len(words), _LONGEST_NAME), 0, -1):
        drug = _by_name().get(words[:length])
        if drug:
            return drug, length
    return None, 1


def _agree(one: Drug, other: Drug) -> bool:
    """Whether both can mean one drug: aspirin against pain and against clotting, a steroid and prednisone."""
    same_substance = one.substance.split(" (")[0] == other.substance.split(" (")[0]
    return same_substance or one.atc.startswith(other.atc) or other.atc.startswith(one.atc)


_LONGEST_NAME = 4

_BIOSIMILAR_SUFFIX = re.compile(r"\b([a-z]+(?:mab|cept|kinra))-[a-z]{4}\b")
"""The four letters without meaning that tell biosimilars apart: the substance keeps its code."""

_DOT_IN_ABBREVIATION = re.compile(r"(?<=\b[a-z])\.(?=[a-z]\b)")

_DOSES_ROUTES_AND_FORMS = """
    mg g mcg ug kg m ml l iu u unit units cell cells million x e per a low high dose doses pulse pulses
    d day days daily w wk wks week weeks weekly month months monthly h hour hours hourly every q other each eow
    od qd bd bid tds tid qid once twice times alternate then later over in the as needed prn at night morning
    po oral orally by mouth sc subcut subcutaneous subcutaneously im intramuscular
    iv intravenous intravenously infusion infusions injection injections inj ia intraarticular intra articular
    tablet tablets tab tabs capsule capsules cap caps syrup solution suspension vial pen prefilled syringe
    sodium acetate phosphate succinate hydrochloride hcl sulfate sulphate hexacetonide acetonide biosimilar
"""
_BESIDE_A_NAME = frozenset(_DOSES_ROUTES_AND_FORMS.split())
"""Words that may stand with a name: dose, frequency, systemic route, form, salt. "Cream" or "drops" may not."""


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    """Lower-case words without accents, digits apart from letters: "Méthotrexate 15mg/wk" to methotrexate 15 mg wk."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("µ", "u").replace("μ", "u"))
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter))
    plain = _DOT_IN_ABBREVIATION.sub("", _BIOSIMILAR_SUFFIX.sub(r"\1", plain))
    return tuple(re.findall(r"[^\W\d_]+|\d+", plain))
