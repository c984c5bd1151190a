"""The casebook of Wong 2021: three children, three diseases, and only what the abstract states.

Of the children nothing is known but the disease; of the infusions nothing but that there was one, decided by the
family without asking the team. Day 0 is that infusion, whenever it was.
"""

from tools.rows import Casebook, Row, about, published

PAPER = "Wong 2021, doi:10.1186/s12969-021-00575-5"
ABSTRACT = f"{PAPER}, abstract"

DIAGNOSES = {"childhood SLE": "sle", "MCTD": "mctd", "JIA": "jia"}

NOT_STATED = (
    "route",
    "tissue_source",
    "donor",
    "dose_basis",
    "fresh_or_thawed",
    "release_certificate",
    "regulatory_basis",
)
"""What a casebook asks of an infusion and the abstract does not say: `unknown` is an answer that can be counted."""


def wong2021_casebook() -> Casebook:
    """Every table of the casebook, each row with its source."""
    children = [(f"WONG-{row['patient_id']}", row["disease"]) for row in _published()]
    return {
        "about": _about(),
        "patients": [{**_sourced(child), "diagnosis": DIAGNOSES[disease]} for child, disease in children],
        "medications": [course for child, _ in children for course in _failed_drugs(child)],
        "infusions": [_infusion(child) for child, _ in children],
        "reports": [*(report for child, _ in children for report in _reports(child)), _two_believed_cured()],
    }


def _published() -> list[dict[str, str]]:
    return published("paed_msc_patients", study="Wong2021")


def _about() -> list[Row]:
    return about(
        {
            "title": "Three children given MSC for lupus, mixed connective tissue disease and JIA",
            "kind": "published",
            "source": "Wong SC et al. Pediatr Rheumatol 2021;19:87",
            "doi": "10.1186/s12969-021-00575-5",
            "study_design": "retrospective",
            "centres": "one",
            "setting": "paediatric rheumatology of a tertiary-care teaching hospital",
            "inclusion": "children whose parents chose MSC themselves, without first asking the team's advice",
            "notice": "Published data, from the abstract of the paper alone. The authors conclude that benefit was"
            " reported rather than documented.",
        },
        note=ABSTRACT,
    )


def _sourced(child: str, source_kind: str = "outside_record") -> Row:
    return {"patient_id": child, "source_kind": source_kind, "source_ref": ABSTRACT}


def _failed_drugs(child: str) -> list[Row]:
    """That several drugs of both kinds were given is stated; which, when and how much is not. The rows keep the drug
    record from looking empty, and so a change of treatment from looking ruled out."""
    return [
        {**_sourced(child), "drug_text": text}
        for text in ("non-biologic DMARDs, several, not named", "biologic DMARDs, several, not named")
    ]


def _infusion(child: str) -> Row:
    return {
        **_sourced(child),
        "infusion_no": 1,
        "infusion_start": "D0",
        **dict.fromkeys(NOT_STATED, "unknown"),
        "cell_type": "MSC",
        "decided_by": "family",
        "team_asked_first": "no",
        "status": "completed",
    }


def _reports(child: str) -> list[Row]:
    """What is said of all three, so of each. "Family" is nearest to `parent`. The drugs were tapered off: that they
    were reduced follows in any reading, that none was left on a given day does not, so the claim is the lesser one.
    The authors, who treated the children, say that and that no serious adverse event occurred."""
    said = (
        ("parent", "improved", "in our words: the family felt that the child had improved"),
        ("clinician", "reduced_medication", "in our words: conventional drugs were tapered off"),
        ("clinician", "no_serious_adverse_event", "in our words: no serious adverse event occurred"),
    )
    return [
        {
            **_sourced(child, f"{speaker}_statement"),
            "speaker": speaker,
            "channel": "publication",
            "statement": statement,
            "claim": claim,
        }
        for speaker, claim, statement in said
    ]


def _two_believed_cured() -> Row:
    return {
        "children": 2,
        "speaker": "parent",
        "channel": "publication",
        "statement": "in our words: two of the three families believed that their child was cured; which two is not"
        " stated",
        "claim": "cured",
        "source_kind": "parent_statement",
        "source_ref": ABSTRACT,
    }
