"""The tables of a casebook and their columns, once, as values.

Reading, checking, the template, the documentation page and every form are made from these. A column that a person
does not fill in because it follows from others (a finding, days from the last infusion) is not here.

Visits and observations also take every item of `items.py`: see `items.item_columns`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from types import MappingProxyType

from leadline.casebook.items import ITEMS
from leadline.casebook.joints import JOINTS_71

DISEASES: Mapping[str, str] = MappingProxyType({"jia": "JIA", "sle": "SLE", "mctd": "MCTD"})
"""The diagnoses that a casebook takes, each with its short name."""

DISEASE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "jia": "juvenile idiopathic arthritis",
        "sle": "childhood-onset systemic lupus erythematosus",
        "mctd": "mixed connective tissue disease",
    }
)
"""The same in full."""

ILAR_CATEGORIES = (  # Petty RE et al. J Rheumatol 2004;31:390-2
    "systemic", "oligo_persistent", "oligo_extended", "poly_rf_neg", "poly_rf_pos", "psoriatic", "enthesitis",
    "undifferentiated",
)  # fmt: skip


class Kind(StrEnum):
    """What a cell can hold."""

    TEXT = "text"  # anything; never shown in a message, never run by a spreadsheet
    CODE = "code"  # an identifier
    CHOICE = "choice"  # one of `choices`
    CHOICES = "choices"  # several of `choices`, separated by ;
    NUMBER = "number"
    COUNT = "count"  # a whole number
    COUNTS = "counts"  # several whole numbers, separated by ;
    YES_NO = "yes or no"
    DATE = "date"  # a day, known in part or counted from the first infusion


@dataclass(frozen=True, slots=True)
class Column:
    """One column of one table.

    id, title   its name in a file, and in plain words
    meaning     what is to be written, in a sentence; empty where the title says it
    unit        UCUM code; empty where there is none
    choices     allowed codes of a choice
    low, high   limits of a number
    required    a row without it is a problem
    optional    housekeeping that a template leaves out
    """

    id: str
    title: str
    kind: Kind = Kind.TEXT
    meaning: str = ""
    unit: str = ""
    choices: tuple[str, ...] = ()
    example: str = ""
    low: float = -inf
    high: float = inf
    required: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table: what a row is, its columns in the order of the template, and the columns that make a row unique."""

    name: str
    title: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    required: bool = False

    def column(self, column_id: str) -> Column | None:
        return next((column for column in self.columns if column.id == column_id), None)


MISSING = MappingProxyType(
    {
        "not_recorded": "nothing in the chart",
        "not_done": "the assessment was not performed",
        "not_asked": "nobody asked",
        "asked_unknown": "asked, the informant did not know",
        "refused": "asked, not answered by choice",
        "not_applicable": "does not apply to this child",
        "masked": "withheld for privacy",
        "illegible": "a value is there and cannot be read",
    }
)
"""Codes that may stand in any cell in place of a value, and say why there is none."""

COMPARATORS = ("<", "<=", ">", ">=")

SOURCE_KINDS = (
    "chart", "laboratory", "device", "clinician_statement", "patient_statement", "parent_statement",
    "outside_record", "derived", "imported",
)  # fmt: skip

LISTS = ("71", "67", "27", "28", "unknown")
"""Joint lists on which a count can have been made."""

PATIENT_ID = Column("patient_id", "Child", Kind.CODE, "code of the child: 3 to 20 capital letters, digits or hyphens,"
                    " never a name", example="CHILD-01", required=True)  # fmt: skip

HOUSEKEEPING = (
    Column("uid", "Identity of the row", Kind.CODE, "never used twice; made from table and row if empty",
           example="2f1c0f1e-7d53-4a4e-9a39-3d0f6c0f5a11", optional=True),
    Column("source_kind", "Where the value comes from", Kind.CHOICE, "decides documented against reported;"
           " `imported` if empty", choices=SOURCE_KINDS, example="chart", optional=True),
    Column("source_ref", "Source", Kind.TEXT, "document, page, message or laboratory report; the file's name if empty",
           example="Clinic letter of 2019-03-14", optional=True),
    Column("recorded_at", "Entered when", Kind.TEXT, "UTC time", example="2019-03-20T09:30:00Z", optional=True),
    Column("recorded_by", "Entered by", Kind.TEXT, example="data manager", optional=True),
    Column("row_status", "Status of the row", Kind.CHOICE, "a row entered in error is kept and used for nothing",
           choices=("draft", "complete", "verified", "entered_in_error"), example="complete", optional=True),
    Column("missing", "Why values are absent", Kind.TEXT, "column=code, separated by ; (a code may also stand in the"
           " cell itself)", example="weight_kg=not_done", optional=True),
)  # fmt: skip
"""Columns that every table takes."""


def _date(
    column_id: str, title: str, meaning: str = "", example: str = "2019-03-14", required: bool = False
) -> Column:
    return Column(column_id, title, Kind.DATE, meaning, example=example, required=required)


def _choice(column_id: str, title: str, *choices: str, example: str = "", meaning: str = "") -> Column:
    return Column(column_id, title, Kind.CHOICE, meaning, choices=choices, example=example or choices[0])


def _yes_no(column_id: str, title: str, meaning: str = "", example: str = "yes") -> Column:
    return Column(column_id, title, Kind.YES_NO, meaning, example=example)


def _text(column_id: str, title: str, meaning: str = "", example: str = "") -> Column:
    return Column(column_id, title, Kind.TEXT, meaning, example=example)


VISIT_UID = Column("visit_uid", "Visit", Kind.CODE, "the visit_uid of a row of visits", example="CHILD-01-V1")

PATIENTS = Table(
    "patients", "Children", "one row per child", key=("patient_id",), required=True,
    columns=(
        PATIENT_ID,
        Column("site_id", "Centre", Kind.CODE, example="SITE-A"),
        _date("birth_date", "Born", "the year alone, or the month, is enough", "2008-05"),
        _choice("sex", "Sex", "female", "male", "other", "unknown"),
        _text("ancestry", "Ancestry, as reported", example="not asked for"),
        Column("country", "Country", Kind.CODE, "ISO 3166-1, three letters", example="NLD"),
        _choice("diagnosis", "Diagnosis", *DISEASES),
        _choice("ilar_category", "JIA category (ILAR)", *ILAR_CATEGORIES, example="poly_rf_neg",
                meaning="for JIA only"),
        _choice("diagnosis_certainty", "Certainty of the diagnosis", "definite", "probable", "provisional"),
        _yes_no("drug_history_complete", "Drug history is complete",
                "yes if every antirheumatic drug ever taken is in the table of medications"),
        _date("onset_date", "First symptoms", example="2015"),
        _date("diagnosis_date", "Diagnosed", example="2015-11"),
        Column("age_years_at_infusion", "Age at the first infusion", Kind.NUMBER, "where no birth date is given",
               "a", example="9.4", low=0, high=25),
        Column("disease_duration_years_at_infusion", "Years ill at the first infusion", Kind.NUMBER,
               "where no onset date is given", "a", example="3.8", low=0, high=25),
        _choice("vital_status", "Alive", "alive", "dead", "unknown"),
        _date("death_date", "Died", example="not_applicable"),
        _text("death_cause", "Cause of death", example="not_applicable"),
        _date("last_contact_date", "Last seen or heard of", example="2021-02-03"),
        _text("follow_up_end_reason", "Why follow-up ended", "still followed, transferred, adult care, lost, died",
              "still followed"),
        _choice("consent_kind", "Consent by", "parent", "self", "both", "waived"),
        _date("consent_date", "Consent given", example="2019-02-20"),
        _text("consent_version", "Version of the consent form", example="2.1"),
        _choice("assent", "Assent of the child", "given", "not_applicable", "refused"),
        _choice("publication_permission", "May be published", "yes", "no", "withdrawn"),
        _choice("refractory_met", "Refractory, as the chart says", "met", "not_met", "indeterminate",
                meaning="the judgement recorded at the time; Leadline computes its own"),
        _text("refractory_definition", "Definition that the chart names", example="refractory_jia_swart2019"),
        Column("protocol_id", "Protocol", Kind.CODE, "id of the protocol under which the child is treated",
               example="msc_iv_paediatric"),
        Column("protocol_version", "Version of the protocol", Kind.CODE, "the one in force for this child",
               example="1.0"),
        _date("enrolled_date", "Enrolled",
              "the day on which the child was taken into the trial; the days of a control count from it", "2019-02-21"),
        Column("assigned_arm", "Arm assigned", Kind.CODE,
               "in a trial with several arms, where the lot put the child: msc or control", example="msc"),
    ),
)  # fmt: skip

VISITS = Table(
    "visits", "Visits", "one row per contact; beside these columns, one column for each item that was measured",
    key=("visit_uid",),
    columns=(
        PATIENT_ID,
        Column("visit_uid", "Visit", Kind.CODE, "your own code of the visit, never used twice; may be empty",
               example="CHILD-01-V1"),
        _date("visit_date", "Day of the visit", required=True),
        _choice("visit_kind", "Kind of visit", "scheduled", "unscheduled", "infusion_day", "phone", "remote_report",
                "outside_record"),
        _text("timepoint", "Planned time point", "baseline, wk8, m6 or empty", "baseline"),
        _choice("assessor_role", "Who examined", "rheumatologist", "nurse", "physio", "other", "none"),
        _choice("setting", "Where", "clinic", "ward", "home", "other_clinic"),
        _yes_no("adverse_events_assessed", "Adverse events asked for", "without it, no adverse event recorded says"
                " nothing"),
        _date("ae_asked_since", "Asked back to", "empty: since the contact before", "2019-02-01"),
        _choice("list_used", "Joint list of the counts", *LISTS),
    ),
)  # fmt: skip

OBSERVATIONS = Table(
    "observations", "Observations", "one row per value: for laboratory results, and for whatever has no column in"
    " visits", key=("patient_id", "visit_uid", "obs_date", "measure", "rater"),
    columns=(
        PATIENT_ID,
        VISIT_UID,
        _date("obs_date", "Day", "empty: the day of the visit"),
        Column("measure", "Item", Kind.CHOICE, "id of an item, as in the list of items", choices=tuple(ITEMS),
               example="crp_mg_l", required=True),
        Column("value_num", "Value", Kind.NUMBER, "<5 may be written here too", example="12.5"),
        _choice("comparator", "Beyond detection", *COMPARATORS, example="<"),
        Column("unit", "Unit", Kind.CODE, "as the laboratory printed it; converted when read", example="mg/L"),
        Column("value_code", "Finding", Kind.CODE, "present or absent, or the code of a choice", example="present"),
        _text("value_text", "As printed", example="12.5 mg/L"),
        Column("ref_low", "Lower limit of normal", Kind.NUMBER, "of that laboratory, in the same unit", example="0"),
        Column("ref_high", "Upper limit of normal", Kind.NUMBER, "of that laboratory, in the same unit", example="5"),
        _text("lab", "Laboratory", example="central laboratory"),
        _text("method", "Method", example="Westergren"),
        _choice("rater", "Who rated", "physician", "parent", "patient", "nurse", "device", "laboratory",
                example="laboratory"),
        Column("instrument_version", "Version of the instrument", Kind.CODE, "for a joint count: the list",
               example="71"),
        _text("language", "Language", example="Dutch"),
    ),
)  # fmt: skip

JOINT_COUNTS = Table(
    "joint_counts", "Joints", "one row per joint and visit, or one row per visit with totals only",
    key=("patient_id", "visit_uid", "visit_date", "joint"),
    columns=(
        PATIENT_ID,
        VISIT_UID,
        _date("visit_date", "Day of the visit", "where there is no visit_uid"),
        Column("joint", "Joint", Kind.CHOICE, "empty for totals", choices=JOINTS_71, example="knee_l"),
        _yes_no("assessed", "Examined", "a joint that nobody looked at is not a normal joint"),
        _yes_no("swollen", "Swollen", example="present"),
        _yes_no("tender", "Tender, or pain on motion", example="present"),
        _yes_no("limited", "Motion limited", example="absent"),
        _date("injected_since", "Injected", "day of the last injection into the joint", "2018-11"),
        Column("active_joint_count", "Active joints (total)", Kind.COUNT, "total of the chart", "{joints}", example="6",
               low=0, high=71),
        Column("limited_joint_count", "Joints with limited motion (total)", Kind.COUNT, "total of the chart",
               "{joints}", example="4", low=0, high=67),
        _choice("list_used", "Joint list of the total", *LISTS),
    ),
)  # fmt: skip

MEDICATIONS = Table(
    "medications", "Medicines", "one row per course: the same drug, dose and route",
    columns=(
        PATIENT_ID,
        Column("drug_text", "Drug", Kind.TEXT, "name or trade name, as written", example="methotrexate",
               required=True),
        Column("substance", "Substance", Kind.CODE, "WHO name; recognised from the drug if empty",
               example="methotrexate"),
        Column("atc", "ATC code", Kind.CODE, "old codes are understood", example="L04AX03"),
        _choice("indication", "Given for", "underlying", "uveitis", "mas", "premedication", "other"),
        _choice("route", "Route", "po", "sc", "iv", "im", "ia", "topical", "ophthalmic", "other", example="sc"),
        Column("dose", "Dose", Kind.NUMBER, example="15", low=0),
        Column("dose_unit", "Unit of the dose", Kind.CODE, example="mg"),
        _choice("dose_basis", "Dose is", "fixed", "per_kg", "per_m2", example="per_m2"),
        _text("frequency", "How often", "daily, twice daily, weekly, q2w, q4w, once, or words", "weekly"),
        _date("start_date", "Started", example="2016-02"),
        _date("end_date", "Stopped", example="2018-09-30"),
        Column("ongoing", "Still taken", Kind.YES_NO, "yes, no or unknown", example="no"),
        _date("as_of", "Still taken on", "the day on which that was known", "2021-02-03"),
        _choice("stop_reason", "Why stopped", "ineffective", "lost_effect", "adverse_event", "remission",
                "family_choice", "supply", "planned", "unknown"),
        _yes_no("taken_as_prescribed", "Taken as prescribed", "as documented; empty if the chart does not say"),
        _choice("response", "Response", "none", "partial", "good", "unknown"),
        _choice("response_basis", "Response is", "documented", "reported"),
        _choice("adequate_trial", "Adequate trial, as the chart says", "met", "not_met", "indeterminate",
                meaning="the judgement recorded at the time; Leadline computes its own"),
        _text("informant", "Who said so", example="mother"),
    ),
)  # fmt: skip

RELEASE_TESTS = (
    _choice("sterility_test", "Sterility", "no_growth", "growth", "pending", "not_done"),
    _choice("gram_stain", "Gram stain", "negative", "positive", "pending", "not_done"),
    _choice("mycoplasma_test", "Mycoplasma", "negative", "positive", "pending", "not_done"),
    Column("endotoxin_eu_ml", "Endotoxin", Kind.NUMBER, "as measured in the product", "[EU]/mL", example="0.1", low=0,
           high=1000),
    Column("endotoxin_below_eu_ml", "Endotoxin below", Kind.NUMBER, "where the laboratory prints <0.25: the 0.25",
           "[EU]/mL", example="0.25", low=0, high=1000),
    _choice("identity_test", "Identity of the cells", "passed", "failed", "pending", "not_done",
            meaning="as the certificate says; Leadline computes its own from the markers"),
    _choice("karyotype_test", "Karyotype", "normal", "clonal_abnormality", "pending", "not_done"),
    _choice("potency_test", "Potency", "passed", "failed", "pending", "not_done"),
    _choice("donor_screening", "Infections of the donor", "negative", "positive", "pending", "not_done"),
    Column("minutes_from_thaw", "Thawed before the start", Kind.NUMBER, "from thawing to the start", "min",
           example="45", low=0, high=2880),
)  # fmt: skip
"""Tests on which a product is released (measures dossier 6.3). `not_done` and `pending` are results of their own."""

CELL_MARKERS = (
    *(
        Column(f"{marker}_pct", f"{marker.upper().replace('_', '-')}-positive cells", Kind.NUMBER, "", "%",
               example=example, low=0, high=100)
        for markers, example in (
            (("cd105", "cd73", "cd90"), "98"),
            (("cd45", "cd34", "cd14", "cd11b", "cd79a", "cd19", "hla_dr"), "0.5"),
        )
        for marker in markers
    ),
    _yes_no("plastic_adherent", "Adheres to plastic"),
    _yes_no("osteo", "Differentiates to bone cells"),
    _yes_no("adipo", "Differentiates to fat cells"),
    _yes_no("chondro", "Differentiates to cartilage cells"),
)  # fmt: skip
"""What the identity of the cells is judged by (ISCT 2006), under the names that the criterion has for it."""

INFUSIONS = Table(
    "infusions", "Infusions", "one row per infusion of mesenchymal stromal cells", key=("patient_id", "infusion_no"),
    columns=(
        PATIENT_ID,
        Column("infusion_no", "Number", Kind.COUNT, "1, 2, ...", example="1", low=1, high=100, required=True),
        _date("infusion_start", "Day", "the day of the first one is day 0"),
        _date("infusion_end", "End", example="2019-03-14"),
        _choice("route", "Route", "iv", "ia", "it", "im", "local", "unknown"),
        _text("site", "Place of injection", example="left knee"),
        _text("product_name", "Product", example="bone marrow MSC, batch release by the hospital"),
        _yes_no("licensed", "Licensed product", example="no"),
        _choice("cell_type", "Cells", "MSC", "BMAC", "SVF", "exosome", "unknown"),
        _choice("tissue_source", "Source tissue", "bone_marrow", "umbilical_cord", "wharton_jelly", "cord_blood",
                "adipose", "placenta", "amnion", "dental_pulp", "unknown"),
        _choice("donor", "Donor", "autologous", "allogeneic_related", "allogeneic_unrelated", "pooled", "unknown",
                example="allogeneic_unrelated"),
        Column("dose_cells_total", "Cells given", Kind.NUMBER, "in millions", "10*6", example="63", low=0, high=10_000),
        Column("dose_cells_per_kg", "Cells per kg", Kind.NUMBER, "in millions per kg", "10*6/kg", example="2", low=0,
               high=500),
        _choice("dose_basis", "Dose counts", "viable", "total_nucleated", "unknown"),
        Column("viability_pct", "Viable cells", Kind.NUMBER, "", "%", example="92", low=0, high=100),
        Column("passage", "Passage", Kind.COUNT, example="3", low=0, high=30),
        _choice("fresh_or_thawed", "Fresh or thawed", "fresh", "thawed", "unknown", example="thawed"),
        _text("culture_serum", "Serum of the culture", example="platelet lysate"),
        Column("lot_number", "Lot", Kind.CODE, example="BM-017"),
        _choice("release_certificate", "Release certificate", "seen", "stated", "none", "unknown"),
        _text("premedication", "Premedication", "or uid of rows of medications", "clemastine"),
        _text("provider", "Provider", example="university hospital"),
        Column("country", "Country", Kind.CODE, "ISO 3166-1, three letters", example="NLD"),
        _choice("regulatory_basis", "Legal basis", "trial", "hospital_exemption", "compassionate",
                "commercial_unlicensed", "unknown"),
        _choice("decided_by", "Decided by", "team", "family", "trial", "unknown"),
        Column("team_asked_first", "Treating team asked first", Kind.YES_NO, "yes, no or unknown", example="yes"),
        _choice("status", "Given", "completed", "stopped_early", "not_given"),
        Column("weight_kg_at_infusion", "Weight on the day", Kind.NUMBER, "", "kg", example="31.5", low=1, high=250),
        _text("concomitant_change", "Other treatment changed within 30 days", example="none"),
        Column("volume_ml", "Volume given", Kind.NUMBER, "", "mL", example="60", low=0.1, high=2000),
        Column("infusion_minutes", "Infusion lasted", Kind.NUMBER, "from start to end, pauses included", "min",
               example="30", low=0.5, high=1440),
        Column("hours_observed", "Observed after the infusion", Kind.NUMBER, "from its end until the child was let go",
               "h", example="24", low=0, high=720),
        Column("vital_signs_minutes", "Vital signs taken at", Kind.COUNTS, "minutes from the start of the infusion;"
               " 0 is just before it", "min", example="0;15;31;60;120", low=0, high=4320),
        *RELEASE_TESTS,
        *CELL_MARKERS,
    ),
)  # fmt: skip

SERIOUS_CRITERIA = (
    "death", "life_threatening", "hospitalisation", "disability", "congenital", "medically_important",
)  # fmt: skip
"""ICH E2A."""

ADVERSE_EVENTS = Table(
    "adverse_events", "Adverse events", "one row per event, before and after infusion",
    columns=(
        PATIENT_ID,
        Column("term_text", "Event", Kind.TEXT, "as reported", example="fever", required=True),
        Column("term_code", "Code of the event", Kind.CODE, "HPO, or MedDRA where the centre is licensed",
               example="HP:0001945"),
        _date("start_date", "Began"),
        _date("end_date", "Ended", example="2019-03-15"),
        _date("detected_date", "Found", example="2019-03-14"),
        _date("recorded_date", "Written down", example="2019-03-14"),
        Column("ctcae_grade", "CTCAE grade", Kind.COUNT, "1 mild to 5 death", example="1", low=1, high=5),
        _yes_no("serious", "Serious (ICH E2A)", "seriousness is not severity", "yes"),
        Column("serious_criteria", "Serious because of", Kind.CHOICES, "several are separated by ;",
               choices=SERIOUS_CRITERIA, example="hospitalisation"),
        _choice("outcome", "Outcome", "recovered", "recovering", "not_recovered", "sequelae", "fatal", "unknown"),
        _choice("relation_msc", "Relation to the cells", "certain", "probable", "possible", "unlikely", "conditional",
                "unassessable", "related", "not_related", "unknown", example="possible"),
        _choice("method", "Relation judged by", "who_umc", "investigator", "none"),
        Column("suspect_uid", "Suspected infusion or medicine", Kind.CODE, "its uid", example="infusions-2"),
        Column("action_taken", "Action", Kind.CHOICES, "several are separated by ;",
               choices=("none", "infusion_slowed", "infusion_stopped", "drug_given", "drug_stopped", "hospitalised"),
               example="drug_given"),
        Column("expected", "Expected", Kind.YES_NO, "yes, no or unknown", example="yes"),
        _text("reporter", "Who reported it", example="nurse"),
    ),
)  # fmt: skip

CLAIMS = (
    "improved", "much_improved", "in_remission", "cured", "unchanged", "worse", "off_medication",
    "reduced_medication", "no_side_effect", "no_serious_adverse_event", "other",
)  # fmt: skip

REPORTS = Table(
    "reports", "What was said", "one row per statement of patient, parent or outside clinic",
    columns=(
        Column("patient_id", "Child", Kind.CODE, "empty if about some of the children", example="CHILD-01"),
        Column("children", "Of how many children", Kind.COUNT, "where it is not stated of which", example="", low=1,
               high=100_000),
        _date("report_date", "Said on", example="2019-05-20"),
        _choice("speaker", "Who", "patient", "mother", "father", "parent", "other_carer", "outside_clinic", "clinician",
                example="mother"),
        _choice("channel", "How", "visit", "phone", "survey", "letter", "social_media", "publication"),
        _text("statement", "In which words", "verbatim; leaves the casebook only where publication is permitted",
              "She runs again"),
        Column("claim", "Claim", Kind.CHOICE, "what it amounts to", choices=CLAIMS, example="improved", required=True),
        Column("magnitude", "Global impression of change", Kind.COUNT, "1 very much better to 7 very much worse",
               example="2", low=1, high=7),
        Column("domain", "About", Kind.CHOICES, "several are separated by ;",
               choices=("pain", "function", "fatigue", "stiffness", "fever", "rash", "school", "mood", "growth",
                        "drug_need", "overall"), example="overall"),
        _date("period_from", "Of the time from", example="2019-03-14"),
        _date("period_to", "to", example="2019-05-20"),
        Column("linked_measure", "Measure that would show it", Kind.CODE, example="acr_pedi"),
    ),
)  # fmt: skip

ABOUT_KEYS = MappingProxyType(
    {
        "title": "title of the casebook",
        "kind": "published, invented or clinical",
        "source": "where it was published",
        "doi": "DOI of the publication",
        "data_cutoff": "last day that the record covers",
        "study_design": "prospective or retrospective",
        "consecutive": "yes or no: were all children of the time taken",
        "centres": "how many centres, or which",
        "setting": "where the children were seen",
        "recruitment_period": "from when to when children were taken",
        "inclusion": "which children were taken",
        "exclusion": "which were left out, and why",
        "ethics": "approval and consent",
        "funding": "who paid",
        "keywords": "for the report, separated by ;",
        "notice": "a sentence that every page of the report shows",
        "group_result": "a result printed for all children together; may be repeated",
    }
)
"""Keys of the table `about`, and what is written beside them."""

REPEATABLE_KEYS = frozenset({"group_result"})
CASEBOOK_KINDS = ("published", "invented", "clinical")

ABOUT = Table(
    "about", "About", "one row per fact about the casebook as a whole",
    columns=(
        Column("key", "Fact", Kind.CHOICE, "one of the keys", choices=tuple(ABOUT_KEYS), example="title",
               required=True),
        _text("value", "Value", example="Three children given MSC"),
        _text("note", "Source or remark", example="abstract"),
    ),
)  # fmt: skip

TABLES: Mapping[str, Table] = MappingProxyType(
    {
        table.name: table
        for table in (ABOUT, PATIENTS, VISITS, OBSERVATIONS, JOINT_COUNTS, MEDICATIONS, INFUSIONS, ADVERSE_EVENTS,
                      REPORTS)
    }
)  # fmt: skip
"""Every table by its name, in the order of the template."""
