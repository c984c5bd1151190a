"""One child with a value in every field that a report can show, built by hand. INVENTED: no such child exists."""

from __future__ import annotations

from dataclasses import replace

from leadline.casebook.case import RowRef
from leadline.casebook.days import DaySpan
from leadline.verdicts.findings import (
    Attribution,
    AttributionResult,
    ClaimCount,
    ClaimVerdict,
    CompletenessCell,
    Confounder,
    CriterionCount,
    CriterionOutcome,
    DrugTrial,
    Durability,
    EventRate,
    Finding,
    Findings,
    GroupClaim,
    NullComparison,
    NullRate,
    PeriodComparison,
    Proportion,
    RefractoryOutcome,
    Safety,
    Series,
    SettlingItem,
)
from leadline.verdicts.parameters import Parameters
from tests.report.sample import SECRET, child_jia, span

HOSTILE = "<script>alert(1)</script> #panic() *bold* $x$ \\end =1+1"
"""What a chart may hold and no page may run."""

# 1 of 3 with its exact intervals, as published tables of Clopper-Pearson give them
ONE_OF_THREE = Proportion(1, 3, 0.0084, 0.9057, 0.8646)
NONE_OF_THREE = Proportion(0, 3, 0.0, 0.7076, 0.6316)
THREE_OF_THREE = Proportion(3, 3, 0.2924, 1.0, 1.0)


def criterion(result, title: str, **more) -> CriterionOutcome:
    return CriterionOutcome(
        criterion=more.pop("criterion", "acr_pedi_30"),
        title=title,
        result=result,
        partial=more.pop("partial", False),
        missing=more.pop("missing", ()),
        days=(span(-12), span(60)),
        details=more.pop("details", ()),
        evidence=(RowRef("visits", "visits-2"), RowRef("visits", "visits-4")),
        settling_items=more.pop("settling_items", ()),
        **more,
    )


BILAG = SettlingItem("BILAG-2004", "new_bilag_a", "sri4", "at baseline (day -90 to 0)", -90, 0)


def cured() -> ClaimVerdict:
    return ClaimVerdict(
        patient_id="INV-01",
        claim="cured",
        speaker="mother",
        channel="visit",
        day=span(65),
        finding=Finding.CONTRADICTED,
        deciding_criterion="jia_remission_wallace",
        criteria=(
            criterion("indeterminate", "Stronger criterion", criterion="sri4", missing=("new_bilag_a",),
                      settling_items=(BILAG,)),
            criterion("not_met", "Clinical remission off medication", criterion="jia_remission_wallace",
                      details=("active joints 3",), status="provisional"),
        ),
        attribution=Attribution(
            AttributionResult.CONFOUNDED,
            (Confounder("abatacept", "bdmard_tcell", span(21), "started on day 21", RowRef("medications", "m-6")),),
            (),
        ),
        durability=None,
        settling_items=(BILAG,),
        evidence=(RowRef("visits", "visits-4"),),
        sentences=("No criterion documents cure.",),
        ref=RowRef("reports", "reports-2"),
        statement=SECRET,
    )  # fmt: skip


def improved() -> ClaimVerdict:
    return replace(
        cured(),
        claim="improved",
        finding=Finding.DOCUMENTED,
        deciding_criterion="acr_pedi_30",
        criteria=(
            criterion(
                "met", "ACR Pedi 30 against baseline", details=("physician global 6 to 3: 50 % better",)
            ),
        ),
        durability=Durability(2, 190, 190, "190 days lie between two assessments"),
        settling_items=(),
        ref=RowRef("reports", "reports-1"),
    )


COMPLETENESS = (
    CompletenessCell("acr_pedi", "ACR Pedi 30", "week_8", 42, 70, ("ESR",), ("CHAQ disability index",),
                     "indeterminate", False, "2021-04-20", "2021-05-18"),
    CompletenessCell("acr_pedi", "ACR Pedi 30", "week_52", 309, 427, (), ("ESR", "CHAQ disability index"),
                     "indeterminate", True, "2022-01-12", "2022-05-10"),
)  # fmt: skip

TRIAL = DrugTrial("etanercept", "bdmard_tnf", "adequate_failure", "lost effect after 8 months", DaySpan(-1300, -936),
                  span(-700), RowRef("medications", "m-7"))  # fmt: skip

REFRACTORY = RefractoryOutcome(
    "refractory_jia_swart2019", "Methotrexate, glucocorticoid and all registered biologics failed", "indeterminate",
    "methotrexate failed: not known", ("dose of methotrexate",), "Swart 2019", "provisional",
)  # fmt: skip

NULL = NullRate("N1", "jia", 0.492, 30, 61, "ACR Pedi 30", "Ruperto N et al. 2007", "10.1002/art.22838", 14.0,
                ("polyarticular JIA only",))  # fmt: skip


def everything() -> Findings:
    case = child_jia()
    child = replace(
        case,
        case=replace(
            case.case,
            patient={**case.case.patient, "publication_permission": "yes"},
            adverse_events=tuple(replace(each, term=HOSTILE) for each in case.case.adverse_events),
        ),
        claims=(improved(), cured()),
        completeness=COMPLETENESS,
        drug_trials=(TRIAL,),
        refractory=(REFRACTORY,),
    )
    count = ClaimCount("improved", 3, THREE_OF_THREE, ONE_OF_THREE, NONE_OF_THREE, NONE_OF_THREE, ONE_OF_THREE,
                       NONE_OF_THREE)  # fmt: skip
    rates = (
        EventRate("before", 2, 18.0, 0.1111, 0.0135, 0.4014),
        EventRate("after", 4, 72.0, 0.0556, 0.0151, 0.1422),
    )
    return Findings(
        casebook_name="full",
        casebook_hash="ab" * 32,
        about=(("title", "One invented child"), ("kind", "invented"), ("inclusion", HOSTILE)),
        cases=(child,),
        group_claims=(GroupClaim("cured", "parent", 2, 3, Finding.REPORTED_ONLY, RowRef("reports", "r-9"), SECRET),),
        series=Series(
            3,
            (count, replace(count, claim="cured", documented=NONE_OF_THREE)),
            (CriterionCount("acr_pedi", "ACR Pedi 30", "week_8", ONE_OF_THREE, 1, 1),),
            (
                NullComparison("reported", 3, 3, (NULL,), (), 0.064, (("jia", 0.875),), "Beta(1, 1)"),
                NullComparison("documented", 1, 3, (NULL,), ("mctd",), None, (), "Beta(1, 1)"),
            ),
            ("Improved: reported for 3 of 3.",),
        ),
        safety=Safety(3, ONE_OF_THREE, NONE_OF_THREE, ("INV-03",), (PeriodComparison("serious", *rates, 0.69, 0.60),),
                      ((0.05, 59),), ("Three children without a serious event.",)),
        parameters=Parameters().shown(),
        rule_sets=(("verdicts", "1"),),
        notices=("a drug is not in the catalogue",),
    )  # fmt: skip
