"""The headings of the ICH M11 template, in its order.

Titles are those of the template's sections; the words below them are ours. Of the third level, only those headings are
here that a protocol file can have something for.

Source  [M11] ICH M11, Clinical electronic structured harmonised protocol (CeSHarP), template, Step 4, 19 November 2025,
        not read itself. The chapters, and 1.1 to 3.3 and 8.1 to 8.5, as HL7 lists them with their codes of the NCI
        Thesaurus (build.fhir.org/ig/HL7/vulcan-udp-ig, value set of M11 section codes; HL7/ebm, M11 profiles); the
        others as a public transcription of the final template's contents gives them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leadline.report.blocks import Block


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with its number: `1`, `1.1`, `1.1.1`."""

    number: str
    title: str

    @property
    def level(self) -> int:
        """1 for a chapter, 2 and 3 for what stands in it."""
        return self.number.count(".") + 1

    @property
    def chapter(self) -> str:
        """The number of its chapter."""
        return self.number.partition(".")[0]

    @property
    def heading(self) -> str:
        """Number and title."""
        return f"{self.number} {self.title}"


TEMPLATE = "ICH M11 (CeSHarP), template, Step 4, 19 November 2025"

# fmt: off
M11: tuple[Part, ...] = tuple(  # [M11]
    Part(*line)
    for line in (
        ("1", "Protocol Summary"),
        ("1.1", "Protocol Synopsis"),
        ("1.1.1", "Primary and Secondary Objectives and Estimands"),
        ("1.1.2", "Overall Design"),
        ("1.2", "Trial Schema"),
        ("1.3", "Schedule of Activities"),
        ("2", "Introduction"),
        ("2.1", "Purpose of Trial"),
        ("2.2", "Assessment of Risks and Benefits"),
        ("3", "Trial Objectives and Associated Estimands"),
        ("3.1", "Primary Objective(s) and Associated Estimand(s)"),
        ("3.2", "Secondary Objective(s) and Associated Estimand(s)"),
        ("3.3", "Exploratory Objective(s)"),
        ("4", "Trial Design"),
        ("4.1", "Description of Trial Design"),
        ("4.2", "Rationale for Trial Design"),
        ("4.3", "Trial Stopping Rules"),
        ("4.4", "Start of Trial and End of Trial"),
        ("4.5", "Access to Trial Intervention After End of Trial"),
        ("5", "Trial Population"),
        ("5.1", "Description of Trial Population and Rationale"),
        ("5.2", "Inclusion Criteria"),
        ("5.3", "Exclusion Criteria"),
        ("5.4", "Contraception"),
        ("5.5", "Lifestyle Restrictions"),
        ("5.6", "Screen Failure and Rescreening"),
        ("6", "Trial Intervention and Concomitant Therapy"),
        ("6.1", "Description of Investigational Trial Intervention"),
        ("6.2", "Rationale for Investigational Trial Intervention Dose and Regimen"),
        ("6.3", "Investigational Trial Intervention Administration"),
        ("6.4", "Investigational Trial Intervention Dose Modification"),
        ("6.5", "Management of Investigational Trial Intervention Overdose"),
        ("6.6", "Preparation, Storage, Handling and Accountability of Investigational Trial Intervention"),
        ("6.7", "Investigational Trial Intervention Assignment, Randomisation and Blinding"),
        ("6.8", "Investigational Trial Intervention Adherence"),
        ("6.9", "Description of Noninvestigational Trial Intervention"),
        ("6.9.1", "Background Trial Intervention"),
        ("6.9.2", "Rescue Therapy"),
        ("6.9.3", "Other Noninvestigational Trial Intervention"),
        ("6.10", "Concomitant Therapy"),
        ("6.10.1", "Prohibited Concomitant Therapy"),
        ("6.10.2", "Permitted Concomitant Therapy"),
        ("7", "Participant Discontinuation of Trial Intervention and Discontinuation or Withdrawal from Trial"),
        ("7.1", "Discontinuation of Trial Intervention for Individual Participants"),
        ("7.2", "Participant Discontinuation or Withdrawal from the Trial"),
        ("7.3", "Management of Loss to Follow-Up"),
        ("8", "Trial Assessments and Procedures"),
        ("8.1", "Trial Assessments and Procedures Considerations"),
        ("8.2", "Screening/Baseline Assessments and Procedures"),
        ("8.3", "Efficacy Assessments and Procedures"),
        ("8.4", "Safety Assessments and Procedures"),
        ("8.4.2", "Vital Signs"),
        ("8.5", "Pharmacokinetics"),
        ("8.6", "Biomarkers"),
        ("8.7", "Immunogenicity Assessments"),
        ("8.8", "Medical Resource Utilisation and Health Economics"),
        ("9", ("Adverse Events, Serious Adverse Events, Product Complaints, Pregnancy and Postpartum Information, and "
               "Special Safety Situations")),
        ("9.1", "Definitions"),
        ("9.2", "Timing and Procedures for Collection and Reporting"),
        ("9.2.1", "Timing"),
        ("9.2.3", "Reporting"),
        ("9.2.4", "Adverse Events of Special Interest"),
        ("9.3", "Pregnancy and Postpartum Information"),
        ("9.4", "Special Safety Situations"),
        ("10", "Statistical Considerations"),
        ("10.1", "General Considerations"),
        ("10.2", "Analysis Sets"),
        ("10.3", "Analyses of Demographics and Other Baseline Variables"),
        ("10.4", "Analyses Associated with the Primary Objective(s)"),
        ("10.5", "Analyses Associated with the Secondary Objective(s)"),
        ("10.6", "Analyses Associated with the Exploratory Objective(s)"),
        ("10.7", "Safety Analyses"),
        ("10.8", "Other Analyses"),
        ("10.9", "Interim Analyses"),
        ("10.10", "Multiplicity Adjustments"),
        ("10.11", "Sample Size Determination"),
        ("11", "Trial Oversight and Other General Considerations"),
        ("11.1", "Regulatory and Ethical Considerations"),
        ("11.2", "Trial Oversight"),
        ("11.3", "Informed Consent Process"),
        ("11.4", "Committees"),
        ("11.5", "Insurance and Indemnity"),
        ("11.6", "Risk-Based Quality Management"),
        ("11.7", "Data Governance"),
        ("11.8", "Data Protection"),
        ("11.9", "Source Records"),
        ("11.10", "Protocol Deviations"),
        ("11.11", "Early Site Closure"),
        ("11.12", "Data Dissemination"),
        ("12", "Appendix: Supporting Details"),
        ("12.1", "Clinical Laboratory Tests"),
        ("12.2", "Country/Region-Specific Differences"),
        ("12.3", "Prior Protocol Amendment(s)"),
        ("13", "Appendix: Glossary of Terms and Abbreviations"),
        ("14", "Appendix: References"),
    )
)
# fmt: on

Content = Mapping[str, tuple[Block, ...]]
"""What a protocol says, by the number of the heading below which it stands."""
