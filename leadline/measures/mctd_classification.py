"""Classification of mixed connective tissue disease by its four sets of criteria. Report all four.

Items     findings present, absent or not recorded; antibody titres as titres
Result    met, not_met, indeterminate
Missing   three-valued; an ELISA unit is no titre and nothing converts it, so without a titre a set that needs one is
          indeterminate
Not       validated in children; Kasukawa is the usual choice in paediatric cohorts
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from leadline.casebook.items import ITEMS, Item
from leadline.measures.definition import Criterion, Outputs, Source
from leadline.measures.expression import (
    Not,
    OneOf,
    Reading,
    Row,
    Truth,
    Where,
    Yes,
    all_of,
    any_of,
    at_least,
    count_at_least,
)
from leadline.measures.findings import LISTS, from_list, unpack_present
from leadline.measures.inputs import Inputs

JOHN_2020 = Source("J20", "John KJ et al. Int J Rheumatol 2020:9692030", "10.1155/2020/9692030")
KASUKAWA_TABLE = Source(
    "KT", "Table of the Kasukawa criteria, BMC Rheumatol 2021", "10.1186/s41927-021-00179-2"
)
ALARCON_PAGE = Source("AP", "Alarcon-Segovia criteria", url="https://medicalcriteria.com/web/reumctd/")
SHARP_PAGE = Source(
    "SP",
    "Criteria of Sharp, The Medical Algorithms Company",
    url="https://www.medicalalgorithms.com/criteria-of-sharp-for-the-diagnosis-of-mixed-connective-tissue-disease",
)
MEDSCAPE = Source(
    "ME",
    "Mixed connective tissue disease, Medscape",
    url="https://emedicine.medscape.com/article/1006966-clinical",
)

_IN_ADULTS = "sensitivity {} %, specificity {} % in adults; no set is validated in children"


def _finding(item_id: str, title: str) -> Item:
    return Item(item_id, title, "yes_no", example="absent")


def _titre(item_id: str, title: str) -> Item:
    return Item(
        item_id,
        f"{title}, as the titre's denominator",
        low=0,
        high=10_000_000,
        limits_are_ours=True,
        example="3200",
    )


RAYNAUD = _finding("raynaud", "Raynaud's phenomenon")
SWOLLEN = _finding("swollen_fingers_or_hands", "Swollen fingers or hands")
ANTI_RNP = _finding("anti_rnp", "Anti-RNP positive")
SYNOVITIS = _finding("synovitis", "Synovitis")
MYOSITIS = ITEMS["myositis"]

_TITRE = re.compile(r"\s*1\s*:\s*(\d+)\s*")


def _read_titres(inputs: Inputs) -> Inputs:
    """A titre as charts print it, "1:3200", becomes 3200."""
    return {
        name: int(match[1]) if isinstance(value, str) and (match := _TITRE.fullmatch(value)) else value
        for name, value in inputs.items()
    }


# ---- Kasukawa --------------------------------------------------------------------------------------------------

# Any finding of a category makes it positive. [KT] [J20]
KASUKAWA_CATEGORIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "sle_like": (
            "polyarthritis",
            "lymphadenopathy",
            "facial_erythema",
            "pericarditis",
            "pleuritis",
            "leukopenia",
            "thrombocytopenia",
        ),
        "ssc_like": (
            "sclerodactyly",
            "lung_fibrosis",
            "lung_restriction",
            "reduced_diffusion",  # DLCO below 70 %
            "oesophageal_hypomotility",
            "oesophageal_dilation",
        ),
        "pm_like": ("weakness", "raised_ck", "myogenic_emg"),
    }
)
CATEGORY_ITEMS = tuple(
    _finding(name, title)
    for name, title in (
        ("sle_like", "Findings as in lupus"),
        ("ssc_like", "Findings as in systemic sclerosis"),
        ("pm_like", "Findings as in polymyositis"),
    )
)


def _unpack_kasukawa(inputs: Inputs) -> Inputs:
    """A category may come as yes or no, or as the list of its findings; an empty list: assessed, none present."""
    flat = dict(inputs)
    for category, keys in KASUKAWA_CATEGORIES.items():
        listed = flat.get(category)
        if listed is not None and not isinstance(listed, bool):
            flat[category] = any(from_list(listed, keys=keys).values())
    return flat


MCTD_KASUKAWA = Criterion(
    id="mctd_kasukawa",
    title="MCTD, Kasukawa criteria",
    diseases=("mctd",),
    items=(RAYNAUD, SWOLLEN, ANTI_RNP, *CATEGORY_ITEMS),
    unpack=_unpack_kasukawa,
    rules={
        "result": all_of(
            any_of(Yes(RAYNAUD), Yes(SWOLLEN)),
            Yes(ANTI_RNP),
            count_at_least(2, *(Yes(item) for item in CATEGORY_ITEMS)),  # [KT] [J20]
        )
    },
    sources=(JOHN_2020, KASUKAWA_TABLE),
    notes=(
        "one textbook table asks for all three categories; the original and four other pages ask for two",
        _IN_ADULTS.format("77.5", "92.2"),
    ),
)

# ---- Alarcon-Segovia -------------------------------------------------------------------------------------------

ALARCON_FEATURES = {
    "hand_oedema": _finding("hand_oedema", "Oedema of the hands"),
    "synovitis": SYNOVITIS,
    "myositis": MYOSITIS,
    "raynaud": RAYNAUD,
    "acrosclerosis": _finding("acrosclerosis", "Acrosclerosis"),
}
ANTI_RNP_TITRE = _titre("anti_rnp_titre", "Anti-RNP by haemagglutination")
ALARCON_CLINICAL = all_of(
    count_at_least(3, *(Yes(item) for item in ALARCON_FEATURES.values())),  # [AP]
    any_of(Yes(SYNOVITIS), Yes(MYOSITIS)),  # [AP]
)


def _unpack_alarcon(inputs: Inputs) -> Inputs:
    return _read_titres(unpack_present(inputs, keys=ALARCON_FEATURES, listed_as="features"))


def _alarcon(measure_id: str, title: str, serology: Truth, serology_item: Item, *notes: str) -> Criterion:
    return Criterion(
        id=measure_id,
        title=title,
        diseases=("mctd",),
        items=(serology_item, *ALARCON_FEATURES.values()),
        input_names=(serology_item.id, "features", "not_recorded"),
        unpack=_unpack_alarcon,
        rules={"result": all_of(serology, ALARCON_CLINICAL)},
        sources=(JOHN_2020, ALARCON_PAGE),
        notes=notes,
    )


MCTD_ALARCON_SEGOVIA = _alarcon(
    "mctd_alarcon_segovia",
    "MCTD, Alarcon-Segovia criteria",
    at_least(Reading(ANTI_RNP_TITRE), 1600),  # [AP]
    ANTI_RNP_TITRE,
    "some tables print above 1:1600, one prints 1:1000; here 1:1600 or more",
    "an ELISA unit is not a titre and is not converted; see the variant by ELISA",
    _IN_ADULTS.format("69.4", "99.4"),
)
MCTD_ALARCON_SEGOVIA_ELISA = _alarcon(
    "mctd_alarcon_segovia_elisa",
    "MCTD, Alarcon-Segovia criteria with anti-RNP positive by ELISA",
    Yes(ANTI_RNP),
    ANTI_RNP,
    "not the published set: a positive ELISA stands where the set asks for a titre by haemagglutination",
)

# ---- Sharp -----------------------------------------------------------------------------------------------------

SHARP_MINOR = (
    "alopecia",
    "leukopenia",  # below 4.0 x10^9/L
    "anaemia",  # up to 10 g/dL in girls, 12 in boys
    "pleuritis",
    "pericarditis",
    "arthritis",
    "trigeminal_neuropathy",
    "malar_rash",
    "thrombocytopenia",  # below 100 x10^9/L
    "mild_myositis",
    "history_of_swollen_hands",
)  # [SP] [ME]
SHARP_CLINICAL = (
    "severe_myositis",
    "diffusion_below_70",
    "pulmonary_hypertension",
    "proliferative_vascular_lesions",
    "raynaud",
    "oesophageal_hypomotility",
    "swollen_hands",
    "sclerodactyly",
)  # [SP] [ME]
SHARP_FINDINGS = {
    key: RAYNAUD if key == "raynaud" else _finding(f"sharp_{key}", key.replace("_", " ").capitalize())
    for key in (*SHARP_CLINICAL, *SHARP_MINOR)
}
ANTI_U1_RNP = _finding("anti_u1_rnp", "Anti-U1-RNP positive")
ANTI_SM = _finding("anti_sm", "Anti-Sm positive")
ANTI_ENA_TITRE = _titre("anti_ena_titre", "Anti-ENA by haemagglutination")
ANTI_U1_RNP_TITRE = _titre("anti_u1_rnp_titre", "Anti-U1-RNP")
TITRE_OF = Item(
    "titre_of",
    "Which titre the limits 1:4000 and 1:1000 apply to",
    "choice",
    choices=("anti_u1_rnp", "anti_ena"),
)


def _any_finding(*keys: str) -> Truth:
    return any_of(*(Yes(SHARP_FINDINGS[key]) for key in keys))


FIRST_THREE = (
    _any_finding("severe_myositis"),
    _any_finding("diffusion_below_70", "pulmonary_hypertension", "proliferative_vascular_lesions"),
    _any_finding("raynaud", "oesophageal_hypomotility"),
)  # [SP] [ME]
MAJOR = (
    *FIRST_THREE,
    _any_finding("swollen_hands", "sclerodactyly"),
    all_of(at_least(Reading(ANTI_ENA_TITRE), 10_000), Yes(ANTI_U1_RNP), Not(Yes(ANTI_SM))),
)  # [SP] [ME]
SHARP_TITRE = Where(OneOf(TITRE_OF, ("anti_ena",)), Reading(ANTI_ENA_TITRE), Reading(ANTI_U1_RNP_TITRE))
DEFINITE = all_of(
    count_at_least(4, *MAJOR), Yes(ANTI_U1_RNP), at_least(SHARP_TITRE, 4000), Not(Yes(ANTI_SM))
)  # [SP] [ME]
PROBABLE = all_of(
    any_of(
        count_at_least(3, *MAJOR),
        all_of(
            count_at_least(2, *FIRST_THREE),
            count_at_least(2, *(Yes(SHARP_FINDINGS[key]) for key in SHARP_MINOR)),
        ),
    ),
    at_least(SHARP_TITRE, 1000),
)  # [ME]


def _unpack_sharp(inputs: Inputs) -> Inputs:
    flat = unpack_present(inputs, keys=SHARP_FINDINGS)
    return _read_titres(
        {SHARP_FINDINGS[name].id if name in SHARP_FINDINGS else name: value for name, value in flat.items()}
    )


def _which_titre(row: Row) -> Outputs:
    return {TITRE_OF.id: row[TITRE_OF.id]}


MCTD_SHARP = Criterion(
    id="mctd_sharp",
    title="MCTD, Sharp criteria",
    diseases=("mctd",),
    items=(*SHARP_FINDINGS.values(), ANTI_U1_RNP, ANTI_SM, ANTI_ENA_TITRE, ANTI_U1_RNP_TITRE, TITRE_OF),
    input_names=(*LISTS, ANTI_U1_RNP.id, ANTI_SM.id, ANTI_ENA_TITRE.id, ANTI_U1_RNP_TITRE.id, TITRE_OF.id),
    calculator_names={item.id: key for key, item in SHARP_FINDINGS.items()},
    parameters={TITRE_OF.id: "anti_u1_rnp"},
    unpack=_unpack_sharp,
    details=_which_titre,
    rules={"result": DEFINITE, "at_least_probable": any_of(DEFINITE, PROBABLE)},
    sources=(JOHN_2020, SHARP_PAGE, MEDSCAPE),
    notes=(
        (
            "`result` is definite disease; `at_least_probable` adds probable disease. A possible grade "
            "exists and is not computed"
        ),
        (
            "one page asks that only one of the two majors of probable disease be among the first three, and takes "
            "both limits for titres of anti-ENA; two others ask that both are, and name anti-U1-RNP"
        ),
        _IN_ADULTS.format("57.7", "90.0"),
    ),
)

# ---- Kahn ------------------------------------------------------------------------------------------------------

SWOLLEN_FINGERS = _finding("swollen_fingers", "Swollen fingers")
KAHN_FEATURES = {
    "raynaud": RAYNAUD,
    "synovitis": SYNOVITIS,
    "myositis": MYOSITIS,
    "swollen_fingers": SWOLLEN_FINGERS,
}
SPECKLED_ANA_TITRE = _titre("speckled_ana_titre", "Speckled ANA, showing anti-RNP")


def _unpack_kahn(inputs: Inputs) -> Inputs:
    return _read_titres(unpack_present(inputs, keys=KAHN_FEATURES, listed_as="features"))


MCTD_KAHN = Criterion(
    id="mctd_kahn",
    title="MCTD, Kahn criteria",
    diseases=("mctd",),
    items=(SPECKLED_ANA_TITRE, *KAHN_FEATURES.values()),
    input_names=(SPECKLED_ANA_TITRE.id, "features", "not_recorded"),
    unpack=_unpack_kahn,
    rules={
        "result": all_of(
            at_least(Reading(SPECKLED_ANA_TITRE), 1200),  # not read in a source; some print 1:2000
            Yes(RAYNAUD),
            count_at_least(2, Yes(SYNOVITIS), Yes(MYOSITIS), Yes(SWOLLEN_FINGERS)),  # [J20]
        )
    },
    sources=(JOHN_2020,),
    status="provisional",
    provisional="the titre of 1:1200 was not read in a source; some print 1:2000",
    notes=(_IN_ADULTS.format("52.3", "99.4"),),
)

MCTD_CLASSIFICATION = (
    MCTD_KASUKAWA,
    MCTD_ALARCON_SEGOVIA,
    MCTD_ALARCON_SEGOVIA_ELISA,
    MCTD_SHARP,
    MCTD_KAHN,
)
