"""Charts of children who respond are judged met, of the others not met: by the judge, and by arithmetic written out."""

import csv
from collections import defaultdict
from datetime import date
from fractions import Fraction

import numpy as np
import pytest

from leadline.casebook import read_casebook
from leadline.errors import RehearsalInvalid
from leadline.protocol import read_protocol
from leadline.protocol.estimands import IntercurrentEvent, Strategy
from leadline.trial.design import HarmCount
from leadline.trial.rehearsal.charts import draw_chart
from leadline.trial.rehearsal.responders import RESPONDERS, responder
from leadline.trial.rehearsal.setting import Planned, Setting
from leadline.trial.rehearsal.writing import Followed, write_casebook
from leadline.verdicts.criteria import judge_criterion
from leadline.verdicts.parameters import Window

CHILDREN = 40
INDEX = date(2021, 5, 3).toordinal()
LATER = date(2022, 4, 1).toordinal()

SETTING = Setting(
    visits=(Planned(-14, -28, -1), Planned(0, 0, 0), Planned(28, 23, 33), Planned(84, 74, 94), Planned(168, 154, 182)),
    baseline_day=0,
    deciding_day=168,
    strategies=dict.fromkeys(IntercurrentEvent, Strategy.COMPOSITE),
    rescue_drug="anakinra",
    second_from=84,
    counts=HarmCount.SERIOUS_AND_POSSIBLY_RELATED,
    missing=0.0,
)  # fmt: skip
WEEK_24 = Window("week_24", "Week 24", 168, 154, 182)


def charts_of(criterion, folder, *, setting=SETTING):
    """A casebook of children of whom every other one responds; gives child to whether it does."""
    responds, followed = {}, []
    for number in range(CHILDREN):
        code = f"CHILD-{number:03}"
        responds[code] = number % 2 == 0
        chart = draw_chart(
            np.random.default_rng([7, number]),
            code,
            responder(criterion),
            setting,
            responds=responds[code],
            harm_day=None,
        )
        followed.append(Followed(chart, INDEX + number))
    protocol = read_protocol("msc_iv_paediatric")
    write_casebook(folder, followed, on=LATER, protocol=protocol, title="charts")
    return responds


@pytest.mark.parametrize("criterion", RESPONDERS)
def test_the_judge_finds_the_criterion_met_in_those_who_respond_and_in_nobody_else(criterion, tmp_path):
    responds = charts_of(criterion, tmp_path)
    cases = list(read_casebook(tmp_path).cases())
    judged = {case.patient_id: judge_criterion(case, criterion, window=WEEK_24).result for case in cases}
    assert judged == {code: "met" if truly else "not_met" for code, truly in responds.items()}


# ---- the same by arithmetic on the cells of the files ---------------------------------------------------------------


def recorded(folder):
    """Child to what is written of it at its baseline visit (day 0) and at its visit in week 24: item to cell."""
    with (folder / "visits.csv").open(encoding="utf-8") as file:
        visits = list(csv.DictReader(file))
    first = {}
    for row in read_rows(folder, "infusions"):
        if row["infusion_no"] == "1":
            first[row["patient_id"]] = date.fromisoformat(row["infusion_start"])
    found: dict[str, dict] = defaultdict(lambda: {"baseline": {}, "week_24": {}})
    when_of_visit: dict[str, str] = {}
    for visit in visits:
        day = (date.fromisoformat(visit["visit_date"]) - first[visit["patient_id"]]).days
        when = "baseline" if day == 0 else "week_24" if 154 <= day <= 182 else ""
        if when:
            when_of_visit[visit["visit_uid"]] = when
            found[visit["patient_id"]][when] |= {name: cell for name, cell in visit.items() if cell}
    for value in read_rows(folder, "observations"):
        when = when_of_visit.get(value["visit_uid"], "")
        if value["obs_date"]:  # blood drawn on its own day, up to four days before the visit
            day = (date.fromisoformat(value["obs_date"]) - first[value["patient_id"]]).days
            when = "week_24" if 150 <= day <= 182 else ""
        if when:
            found[value["patient_id"]][when][value["measure"]] = value["value_num"]
    return found


def read_rows(folder, table):
    with (folder / f"{table}.csv").open(encoding="utf-8") as file:
        return [defaultdict(str, row) for row in csv.DictReader(file)]


def test_acr_pedi_70_is_reached_by_its_own_arithmetic_in_those_who_respond(tmp_path):
    responds = charts_of("acr_pedi.acr70", tmp_path)
    for code, visits in recorded(tmp_path).items():
        before, now = visits["baseline"], visits["week_24"]
        six = [
            "physician_global_0_10", "parent_global_0_10", "chaq_di", "active_joint_count", "limited_joint_count",
            "esr_mm_h" if "esr_mm_h" in before else "crp_mg_l",
        ]  # fmt: skip
        change = [(Fraction(now[item]) - Fraction(before[item])) / Fraction(before[item]) for item in six]
        better = sum(one <= Fraction(-70, 100) for one in change)
        worse = sum(one > Fraction(30, 100) for one in change)
        assert (better >= 3 and worse <= 1) == responds[code], code


WEIGHTS = {
    8: "seizure psychosis organic_brain_syndrome visual_disturbance cranial_nerve_disorder lupus_headache cva "
    "vasculitis",
    4: "arthritis myositis urinary_casts haematuria proteinuria pyuria",
    2: "rash alopecia mucosal_ulcers pleurisy pericarditis low_complement increased_dna_binding",
    1: "fever thrombocytopenia leukopenia",
}  # SLEDAI-2K: Gladman 2002


def test_sri_4_is_reached_by_its_own_arithmetic_in_those_who_respond(tmp_path):
    responds = charts_of("sri4", tmp_path)
    for code, visits in recorded(tmp_path).items():
        before, now = visits["baseline"], visits["week_24"]
        total = {
            when: sum(
                weight
                for weight, names in WEIGHTS.items()
                for name in names.split()
                if {"present": True, "absent": False}[visit[f"sledai_{name}"]]
            )
            for when, visit in visits.items()
        }
        falls = total["baseline"] - total["week_24"] >= 4
        no_worse = Fraction(now["pga_0_3"]) - Fraction(before["pga_0_3"]) < Fraction(3, 10)
        organs = int(now["new_bilag_a"]) == 0 and int(now["new_bilag_b"]) <= 1
        assert (falls and no_worse and organs) == responds[code], code


def test_inactive_mctd_is_reached_by_its_own_conditions_in_those_who_respond(tmp_path):
    responds = charts_of("mctd_remission_hetlevik2017", tmp_path)
    findings = (
        "systemic_features_present", "active_uveitis", "cytopenia", "myositis", "progressive_sclerodactyly",
        "progressive_lung", "oesophageal_manifestation",
    )  # fmt: skip
    for code, visits in recorded(tmp_path).items():
        now = visits["week_24"]
        quiet = (
            int(now["active_joint_count"]) == 0
            and all(now[name] == "absent" for name in findings)
            and int(now["esr_mm_h"]) <= 20  # the upper limits that the laboratory prints
            and Fraction(now["crp_mg_l"]) <= 5
            and Fraction(now["physician_global_0_10"]) == 0
            and int(now["morning_stiffness_min"]) <= 15
        )
        assert quiet == responds[code], code


@pytest.mark.parametrize("criterion", ["acr_pedi.acr70", "sri4", "mctd_remission_hetlevik2017"])
def test_children_fail_in_more_ways_than_one(criterion):
    rng = np.random.default_rng(3)
    shown = [responder(criterion).draw(rng, False) for _ in range(200)]
    if criterion == "sri4":
        assert {one["new_bilag_a"].after > 0 or one["new_bilag_b"].after > 1 for one in shown} == {
            True,
            False,
        }
        assert any(one["pga_0_3"].after - one["pga_0_3"].before >= 0.3 - 1e-9 for one in shown)
    elif criterion == "acr_pedi.acr70":
        worse = [sum(e.after > 1.3 * e.before for e in one.values()) for one in shown]
        assert {0, 1, 2} <= set(worse)
    else:
        active = {name for one in shown for name, ends in one.items() if ends.after not in (0, False)}
        assert active >= {"myositis", "active_joint_count", "active_uveitis", "esr_mm_h"}


def test_a_criterion_without_charts_is_refused_with_those_that_have_them():
    with pytest.raises(RehearsalInvalid, match="no charts are made") as refused:
        responder("doris_2021")
    assert "sri4" in refused.value.hint
