"""The items: every quantity and finding that a visit can record, with its unit, its scale and its plain name.

Reading, checking, the template, the measures and the documentation all take an item's scale from here, so that a
limit stands in one place. An id ends in its unit or scale where it has one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import inf
from types import MappingProxyType
from typing import Literal

Kind = Literal["number", "count", "yes_no", "choice"]
Better = Literal["lower", "higher", ""]

_NO_OTHER_UNITS: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Item:
    """One quantity or finding of one visit.

    id           column name and key; ends in its unit or scale
    title        plain words, as a person reads them
    kind         number, count (whole numbers), yes_no (present or absent, three-valued), choice
    unit         UCUM code of the stored unit; empty for scores, counts and findings
    low, high    the scale's ends, or, where the quantity has none, the limits beyond which a value is taken for a
                 wrong unit (`limits_are_ours`)
    better       which end is the better one, empty where neither is
    choices      allowed codes of a choice
    other_units  unit as charts print it to the factor that turns it into `unit`
    aliases      other names under which a column or an observation may come
    """

    id: str
    title: str
    kind: Kind = "number"
    unit: str = ""
    low: float = -inf
    high: float = inf
    better: Better = ""
    choices: tuple[str, ...] = ()
    other_units: Mapping[str, float] = field(default_factory=lambda: _NO_OTHER_UNITS)
    aliases: tuple[str, ...] = ()
    limits_are_ours: bool = False
    meaning: str = ""
    example: str = ""

    @property
    def scale(self) -> tuple[float, float]:
        """What the item can be when it is missing. Our own plausibility limits are no bound on what a child has."""
        if self.limits_are_ours:
            return (0.0 if self.low >= 0 else -inf), inf
        return self.low, self.high

    def at(self, when: str) -> Item:
        """The same item at another time, for rules that compare two visits: `baseline_esr_mm_h`."""
        return replace(self, id=f"{when}_{self.id}", title=f"{self.title} ({when})")


def _global(item_id: str, title: str) -> Item:
    return Item(item_id, title, low=0, high=10, better="lower", example="4.5")


def _finding(item_id: str, title: str, meaning: str = "") -> Item:
    return Item(item_id, title, kind="yes_no", better="lower", meaning=meaning, example="absent")


def _lab(
    item_id: str,
    title: str,
    unit: str,
    high: float,
    better: Better = "",
    *,
    example: str,
    aliases: tuple[str, ...] = (),
    other_units: Mapping[str, float] = _NO_OTHER_UNITS,
) -> Item:
    return Item(
        item_id, title, "number", unit, 0, high, better,
        other_units=other_units, aliases=aliases, limits_are_ours=True, example=example,
    )  # fmt: skip


# Fixed unit factors: measures dossier 5.4. The names of units are UCUM, with the ways charts print them.
_TO_10_9_L = {"10*3/uL": 1.0, "10^9/L": 1.0, "10^3/uL": 1.0, "/uL": 0.001}

JOINTS_AND_GLOBALS = (
    Item("active_joint_count", "Active joints", "count", "{joints}", 0, 71, "lower", example="6",
         meaning="joints that are swollen, or limited with pain on motion or tenderness, counted on the list named"),
    Item("limited_joint_count", "Joints with limited motion", "count", "{joints}", 0, 67, "lower", example="4"),
    _global("physician_global_0_10", "Physician's global assessment (0-10)"),
    _global("parent_global_0_10", "Parent's or patient's global assessment of well-being (0-10)"),
    _global("pain_vas_0_10", "Pain (0-10)"),
    Item("chaq_di", "CHAQ disability index", low=0, high=3, better="lower", example="1.25"),
    Item("morning_stiffness_min", "Morning stiffness", unit="min", low=0, high=1440, better="lower",
         limits_are_ours=True, example="15"),
    _finding("systemic_features_present", "Fever, rash, serositis, enlarged spleen or lymph nodes due to JIA"),
    _finding("active_uveitis", "Active uveitis"),
    Item("max_temp_c_7d", "Highest temperature in the last 7 days", unit="Cel", low=30, high=45, better="lower",
         limits_are_ours=True, example="37.2"),
    _finding("elevation_attributable_to_jia", "Raised ESR or CRP is due to JIA"),
)  # fmt: skip

LABORATORY = (
    _lab("esr_mm_h", "ESR", "mm/h", 200, "lower", aliases=("esr",), example="35"),
    _lab("crp_mg_l", "CRP", "mg/L", 1000, "lower", aliases=("crp",), other_units={"mg/dL": 10.0}, example="12"),
    _lab("ferritin_ng_ml", "Ferritin", "ug/L", 500_000, aliases=("ferritin",), other_units={"ng/mL": 1.0},
         example="85"),
    _lab("haemoglobin_g_dl", "Haemoglobin", "g/dL", 25, aliases=("haemoglobin", "hemoglobin"),
         other_units={"g/L": 0.1}, example="11.8"),
    _lab("platelets_10e9_l", "Platelets", "10*9/L", 3000, aliases=("platelets",), other_units=_TO_10_9_L,
         example="320"),
    _lab("wbc_10e9_l", "White blood cells", "10*9/L", 200, aliases=("wbc", "leucocytes"), other_units=_TO_10_9_L,
         example="7.4"),
    _lab("c3_mg_dl", "Complement C3", "mg/dL", 500, aliases=("c3",), other_units={"g/L": 100.0}, example="95"),
    _lab("c4_mg_dl", "Complement C4", "mg/dL", 200, aliases=("c4",), other_units={"g/L": 100.0}, example="18"),
    _lab("anti_dsdna", "Anti-dsDNA (as printed; no conversion between assays)", "", 100_000, example="40"),
    _lab("creatinine_mg_dl", "Creatinine", "mg/dL", 20, aliases=("creatinine",), other_units={"umol/L": 1 / 88.4},
         example="0.5"),
    _lab("upcr_g_g", "Urine protein/creatinine ratio", "g/g", 50, "lower", aliases=("upcr",),
         other_units={"mg/mg": 1.0, "mg/g": 0.001, "mg/mmol": 1 / 113.1}, example="0.15"),
    _lab("proteinuria_g_24h", "Urine protein in 24 hours", "g/(24.h)", 50, "lower", example="0.2"),
    _lab("rbc_hpf", "Urine red cells per high-power field", "{cells}/[HPF]", 10_000, example="2"),
    _lab("wbc_hpf", "Urine white cells per high-power field", "{cells}/[HPF]", 10_000, example="3"),
    _lab("egfr_ml_min_173", "Estimated GFR", "mL/min/{1.73_m2}", 300, "higher", example="110"),
    _lab("ast_u_l", "AST", "U/L", 20_000, aliases=("ast",), example="28"),
    _lab("triglycerides_mg_dl", "Triglycerides", "mg/dL", 5000, aliases=("triglycerides",),
         other_units={"mmol/L": 88.57}, example="110"),
    _lab("fibrinogen_mg_dl", "Fibrinogen", "mg/dL", 2000, aliases=("fibrinogen",),
         other_units={"g/L": 100.0, "umol/L": 34.0}, example="320"),
)  # fmt: skip

BODY = (
    Item(
        "weight_kg",
        "Weight",
        unit="kg",
        low=1,
        high=250,
        limits_are_ours=True,
        aliases=("weight",),
        example="31.5",
    ),
    Item(
        "height_cm",
        "Height",
        unit="cm",
        low=30,
        high=230,
        limits_are_ours=True,
        aliases=("height",),
        example="132",
    ),
    Item(
        "temp_c",
        "Temperature",
        unit="Cel",
        low=30,
        high=45,
        limits_are_ours=True,
        aliases=("temperature",),
        example="36.8",
    ),
)

SLEDAI_FINDINGS = tuple(
    _finding(f"sledai_{key}", f"SLEDAI: {title}")
    for key, title in (
        ("seizure", "seizure"),
        ("psychosis", "psychosis"),
        ("organic_brain_syndrome", "organic brain syndrome"),
        ("visual_disturbance", "visual disturbance"),
        ("cranial_nerve_disorder", "cranial nerve disorder"),
        ("lupus_headache", "lupus headache"),
        ("cva", "stroke"),
        ("vasculitis", "vasculitis"),
        ("arthritis", "arthritis"),
        ("myositis", "myositis"),
        ("urinary_casts", "urinary casts"),
        ("haematuria", "haematuria"),
        ("proteinuria", "proteinuria"),
        ("pyuria", "pyuria"),
        ("rash", "rash"),
        ("alopecia", "alopecia"),
        ("mucosal_ulcers", "mucosal ulcers"),
        ("pleurisy", "pleurisy"),
        ("pericarditis", "pericarditis"),
        ("low_complement", "low complement"),
        ("increased_dna_binding", "increased DNA binding"),
        ("fever", "fever"),
        ("thrombocytopenia", "thrombocytopenia"),
        ("leukopenia", "leukopenia"),
    )
)

LUPUS = (
    Item("pga_0_3", "Physician's global assessment of lupus (0-3)", low=0, high=3, better="lower", example="1.0"),
    *SLEDAI_FINDINGS,
    _finding("haemolytic_anaemia", "Haemolytic anaemia due to lupus"),
    _finding("gi_activity", "Gastrointestinal activity of lupus"),
    _finding("new_activity_since_last", "New lupus activity since the previous assessment"),
    Item("standard_treatment_stable", "Stable, well-tolerated standard treatment, no investigational drug", "yes_no",
         better="higher", example="present"),
    Item("treatment_stable", "Stable treatment", "yes_no", better="higher", example="present"),
    Item("new_bilag_a", "Organ domains newly BILAG A since baseline", "count", low=0, high=9, better="lower"),
    Item("new_bilag_b", "Organ domains newly BILAG B since baseline", "count", low=0, high=9, better="lower"),
    Item("hrql_higher_better", "Health-related quality of life (higher is better)", low=0, high=100, better="higher"),
)  # fmt: skip

MIXED_CONNECTIVE_TISSUE = (
    Item("cmas", "Childhood Myositis Assessment Scale", "count", low=0, high=52, better="higher", example="44"),
    Item("mmt8", "Manual muscle testing, 8 groups, both sides", "count", low=0, high=150, better="higher"),
    Item("fvc_pct_predicted", "Forced vital capacity, percent predicted", unit="%", low=0, high=200, better="higher",
         limits_are_ours=True),
    Item("dlco_pct_predicted", "Diffusing capacity, percent predicted", unit="%", low=0, high=200, better="higher",
         limits_are_ours=True),
    Item("raynaud_condition_score", "Raynaud Condition Score (0-10)", low=0, high=10, better="lower"),
    _finding("cytopenia", "Cytopenia due to MCTD"),
    _finding("myositis", "Myositis"),
    _finding("progressive_sclerodactyly", "Progressive sclerodactyly"),
    _finding("progressive_lung", "Progressive lung involvement"),
    _finding("oesophageal_manifestation", "Oesophageal manifestation"),
)  # fmt: skip

SCREENING = (
    _finding("active_infection", "Active infection"),
    _finding("chronic_viral_infection", "Hepatitis B, hepatitis C or HIV infection"),
    _finding("tuberculosis", "Tuberculosis, active or latent and untreated"),
    _finding("malignancy", "Malignancy, now or earlier"),
    _finding("pregnancy", "Pregnancy"),
    _finding("thrombosis_or_clotting_disorder", "Thrombosis or clotting disorder, now or earlier"),
    _finding("severe_organ_failure", "Severe heart, lung or liver failure"),
    _finding("allergy_to_product", "Allergy to a constituent of the cell product, such as DMSO or albumin"),
    _finding("earlier_cell_therapy", "Cell therapy before the index infusion"),
)
"""Findings that a protocol asks for before an infusion. Templates leave them out; a row of observations holds each."""

# Totals as a chart prints them. A total is used only where its own items are not recorded, and is marked so.
RECORDED_TOTALS = (
    *(
        Item(f"jadas{joints}_{reactant}", f"JADAS{joints}-{reactant.upper()} (total as recorded)", low=0, high=high,
             better="lower")
        for joints, high in ((10, 40), (27, 57), (71, 101))
        for reactant in ("esr", "crp")
    ),
    Item("cjadas10", "Clinical JADAS10 (total as recorded)", low=0, high=30, better="lower"),
    Item("sledai_2k", "SLEDAI-2K (total as recorded)", "count", low=0, high=105, better="lower"),
)  # fmt: skip

_GROUPS: tuple[tuple[Item, ...], ...] = (
    JOINTS_AND_GLOBALS, LABORATORY, BODY, SCREENING, LUPUS, MIXED_CONNECTIVE_TISSUE, RECORDED_TOTALS,
)  # fmt: skip

ITEMS: Mapping[str, Item] = MappingProxyType({item.id: item for group in _GROUPS for item in group})
"""Every item by its id, in the order in which the template shows them."""

_SHARED = (*JOINTS_AND_GLOBALS, *LABORATORY, *BODY)

UPPER_LIMIT_EXAMPLES: Mapping[str, str] = MappingProxyType({"esr_mm_h": "20", "crp_mg_l": "5"})
"""Items of which a criterion asks whether they are normal, with the limit that a template gives as an example."""

ITEMS_OF_DISEASE: Mapping[str, Mapping[str, Item]] = MappingProxyType(
    {
        disease: MappingProxyType({item.id: item for item in items})
        for disease, items in {
            "": (*_SHARED, *LUPUS, *MIXED_CONNECTIVE_TISSUE),
            "jia": _SHARED,
            "sle": (*_SHARED, *LUPUS),
            "mctd": (*_SHARED, *LUPUS, *MIXED_CONNECTIVE_TISSUE),
        }.items()
    }
)
"""Disease to the items that its template offers; under the empty name all but the recorded totals and screening."""
