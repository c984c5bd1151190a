"""The most used measures by two routes: the library's, and the slow one of second_route.py, on random visits.

The values drawn lie on, just below and just above every limit, some of them with the dirt that sums of binary
floats leave behind (0.1 + 1.3), and any of them may be missing. The second route itself is held to the examples
printed with the definitions and to cases printed by others.
"""

from datetime import date, timedelta
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline import measures
from tests.measures import second_route as slow

MILLIONTH = 0.000001
ADULTS_OF_MATHIAN = {  # entered with physician global 0 and prednisone 5 mg/day; mg/kg is not printed
    "previous_sledai": 2, "previous_pga_0_3": 0, "severe_manifestations": [], "hospitalised_for_sle": False,
    "severe_manifestation_needed_treatment": False, "new_cyc_aza_mtx_mmf": False,
    "new_nsaid_or_hcq_for_sle": False,
}  # fmt: skip
GIANNINI = (
    "physician_global_0_10",
    "parent_global_0_10",
    "chaq_di",
    "active_joint_count",
    "limited_joint_count",
)
QUIET_CHILD = {
    "haemolytic_anaemia": False, "gi_activity": False, "new_activity_since_last": False, "pga_0_3": 1,
    "weight_kg": 20, "standard_treatment_stable": True,
}  # fmt: skip
CHAQ_MAXIMA = dict(zip(slow.CHAQ_DOMAINS, ([2], [1], [0], [3], [0], [0], [1], [1]), strict=True))


def six(*values):
    return dict(zip((*GIANNINI, "esr_mm_h"), values, strict=True))


def visits_on(*days):
    return [{"date": day, "cid": "met", "on_medication": True} for day in days]


def levels(*results):
    return dict(zip(("acr30", "acr50", "acr70", "acr90", "acr100"), results, strict=True))


PRINTED = [
    ("jadas10_esr", {"active_joint_count": 6, "physician_global_0_10": 4, "parent_global_0_10": 5.5, "esr_mm_h": 50},
     {"value": 18.5}),
    ("jadas71_crp", {"active_joint_count": 12, "physician_global_0_10": 8, "parent_global_0_10": 7, "crp_mg_l": 150},
     {"value": 37}),
    ("jadas27_esr", {"active_joints": ["shoulder_l", "mcp5_r", "mcp1_l", "knee_r"], "physician_global_0_10": 2,
                     "parent_global_0_10": 2, "esr_mm_h": 10}, {"value": 6}),
    ("cjadas10", {"active_joint_count": 12, "physician_global_0_10": 8, "parent_global_0_10": 7}, {"value": 25}),
    ("jadas_state", {"score": "jadas10", "value": 4.0, "course": "oligo", "cutoff_set": "trincianti2021"},
     {"state": "minimal"}),
    ("jadas_state", {"score": "jadas10", "value": 4.0, "course": "oligo", "cutoff_set": "consolaro"},
     {"state": "moderate"}),
    ("jadas_state", {"score": "cjadas10", "value": 8.6, "course": "poly", "cutoff_set": "consolaro"},
     {"state": "high"}),
    ("jadas_state", {"score": "cjadas10", "value": 8.6, "course": "poly", "cutoff_set": "trincianti2021"},
     {"state": "moderate"}),
    ("jadas_state", {"score": "jadas71", "value": 8.6, "course": "poly", "cutoff_set": "trincianti2021"},
     {"state": "not_applicable"}),
    ("acr_pedi", {"baseline": six(8, 6, 2.0, 12, 10, 60), "current": six(4, 4.2, 1.0, 6, 10, 60)},
     levels("met", "met", "not_met", "not_met", "not_met")),
    ("acr_pedi", {"baseline": six(8, 6, 2.0, 12, 10, 60), "current": six(4, 4.2, 1.0, 6, 14, 80)},
     levels(*["not_met"] * 5)),
    ("acr_pedi", {"baseline": six(10, 5, 2.0, 10, 10, None), "current": six(4, 2, 0.8, 4, 10, 60)},
     levels("met", "met", "not_met", "not_met", "not_met")),
    ("jia_flare_brunner2002", {"baseline": six(2, 2, 0.5, 5, 5, 20), "current": six(3, 2, 0.5, 7, 5, 20)},
     {"result": "met"}),
    ("jia_flare_brunner2002", {"baseline": six(2, 2, 0.5, 5, 5, 20), "current": six(2.7, 2, 0.5, 7, 5, 20)},
     {"result": "not_met"}),
    ("jia_cid_wallace2011", {"ilar_category": "poly_rf_neg", "active_joint_count": 0,
                             "systemic_features_present": False, "active_uveitis": False, "crp_mg_l": 14,
                             "crp_uln": 5, "elevation_attributable_to_jia": False, "physician_global": 0,
                             "morning_stiffness_min": 10}, {"result": "met"}),
    ("jia_remission_wallace", {"visits": visits_on("2024-03-15", "2024-09-15")}, {"state": "crm"}),
    ("jia_remission_wallace", {"visits": visits_on("2024-03-15", "2024-09-14")}, {"state": "cid"}),
    ("jia_remission_wallace", {"visits": visits_on("2023-03-31", "2023-09-30")}, {"state": "crm"}),
    ("jia_remission_wallace", {"visits": visits_on("2023-08-30", "2024-02-29")}, {"state": "crm"}),
    ("chaq_di", {"items": CHAQ_MAXIMA, "aids_or_help": []}, {"value": 1.0}),
    ("chaq_di", {"items": CHAQ_MAXIMA, "aids_or_help": ["eating"]}, {"value": 1.25}),
    # clay-good/sophiewell.com, test/unit/haq-di.test.js
    ("chaq_di", {"items": dict(zip(slow.CHAQ_DOMAINS[:6], ([1], [2], [2], [2], [2], [2]), strict=True)),
                 "aids_or_help": ["dressing_grooming"]}, {"value": 2.0}),
    ("chaq_di", {"items": {domain: [2] for domain in slow.CHAQ_DOMAINS[:5]}, "aids_or_help": []},
     {"status": "not_computable"}),
    ("sledai_2k", {"present": ["arthritis", "rash", "alopecia", "low_complement", "fever"]}, {"value": 11}),
    ("sledai_2k", {"present": ["seizure"], "not_recorded": ["urinary_casts"]},
     {"value": None, "lower_bound": 8, "upper_bound": 12}),
    ("sledai_2k", {"present": slow.SLEDAI_ITEMS}, {"value": 105}),
    # the same repository, test/unit/sledai-2k.test.js
    ("sledai_2k", {"present": ["arthritis", "low_complement", "increased_dna_binding"]}, {"value": 8}),
    ("sledai_2k", {"present": ["arthritis", "fever"]}, {"value": 5}),
    ("sri4", {"baseline_sledai": 12, "current_sledai": 8, "baseline_pga_0_3": 2.0, "current_pga_0_3": 2.0,
              "new_bilag_a": 0, "new_bilag_b": 2}, {"result": "not_met"}),
    ("sri4", {"baseline_sledai": 12, "current_sledai": 7, "baseline_pga_0_3": 2, "current_pga_0_3": 1},
     {"result": "indeterminate", "sledai_pga_part": "met"}),
    ("clldas", {"present": [], "prednisolone_mg_day": 3, **QUIET_CHILD}, {"result": "met"}),
    ("clldas", {"present": [], "prednisolone_mg_day": 4, **QUIET_CHILD}, {"result": "not_met"}),
    ("lldas", {"present": ["alopecia", "rash"], "prednisolone_mg_day": 7.5, **QUIET_CHILD}, {"result": "met"}),
    ("lldas", {"present": ["fever"], "prednisolone_mg_day": 7.5, **QUIET_CHILD}, {"result": "not_met"}),
    ("doris_2021", {"clinical_sledai_2k": 0, "pga_0_3": 0.3, "prednisolone_mg_day": 4, "treatment_stable": True},
     {"result": "met"}),
    ("csle_ccr", {"clinical_sledai_2k": 0, "pga_0_3": 0.3, "prednisolone_mg_day": 4.5, "weight_kg": 45,
                  "treatment_stable": True}, {"result": "met"}),
    ("csle_ccr", {"clinical_sledai_2k": 1, "pga_0_3": 0.3, "prednisolone_mg_day": 4, "weight_kg": 45,
                  "treatment_stable": True}, {"result": "not_met"}),
    ("selena_flare_index", {"previous_sledai": 4, "current_sledai": 8}, {"flare": "mild_moderate"}),
    ("selena_flare_index", {"previous_sledai": 8, "current_sledai": 14}, {"flare": "severe"}),
    # Mathian 2020, doi:10.1136/annrheumdis-2019-216303: patients 76, 72, 43, 108
    ("selena_flare_index", {**ADULTS_OF_MATHIAN, "current_sledai": 13, "current_pga_0_3": 1.5,
                            "mild_manifestations": ["arthritis"], "severe_manifestations": ["nephritis"],
                            "severe_manifestation_needed_treatment": True, "new_cyc_aza_mtx_mmf": True},
     {"flare": "severe"}),
    ("selena_flare_index", {**ADULTS_OF_MATHIAN, "current_sledai": 4, "current_pga_0_3": 0.9,
                            "mild_manifestations": ["arthritis"]}, {"flare": "mild_moderate"}),
    ("selena_flare_index", {**ADULTS_OF_MATHIAN, "current_sledai": 4, "current_pga_0_3": 1.0,
                            "mild_manifestations": []}, {"flare": "mild_moderate"}),
    ("selena_flare_index", {**ADULTS_OF_MATHIAN, "current_sledai": 4, "current_pga_0_3": 0.4,
                            "mild_manifestations": ["nasopharyngeal_ulcers"]}, {"flare": "mild_moderate"}),
    ("csle_flare_2018", {"delta_sledai": 6, "delta_upcr_g_g": 1, "delta_md_global_0_10": 2, "delta_esr_mm_h": 20},
     {"value": 4.85, "grade": "moderate"}),
    ("csle_flare_2018", {"delta_sledai": 10, "delta_upcr_g_g": 2, "delta_md_global_0_10": 3, "delta_esr_mm_h": 40},
     {"value": 8.2, "grade": "major"}),
    ("prednisone_equivalent", {"drug": "methylprednisolone", "dose_mg": 16}, {"value": 20}),
    ("prednisone_equivalent", {"drug": "methylprednisolone", "dose_mg": 32}, {"value": 40}),
    ("prednisone_equivalent", {"drug": "dexamethasone", "dose_mg": 6}, {"value": 40}),
]  # fmt: skip


@pytest.mark.parametrize(("measure", "inputs", "printed"), PRINTED)
def test_the_second_route_gives_what_the_definitions_print(measure, inputs, printed):
    answer = slow.SECOND_ROUTE[measure](inputs)
    assert {name: plain(answer[name]) for name in printed} == printed


# --- what is drawn


def plain(value):
    """A fraction to six decimals; missing names in any order."""
    if isinstance(value, list):
        return sorted(value)
    return float(round(value, 6)) if isinstance(value, Fraction | int | float) else value


def or_missing(strategy):
    return st.none() | strategy


def beside(*limits, step=0.1):
    """Each limit, a millionth and a step to either side, and reached by sums that leave dirt in the float."""
    return [
        value
        for limit in limits
        for value in (
            limit, limit - MILLIONTH, limit + MILLIONTH, limit - step, limit + step,
            (limit - 1.3) + 1.3, (limit - 0.7) + 0.7, (limit + 0.1) - 0.1,
        )
    ]  # fmt: skip


def around(*limits, low=0.0, high=float("inf")):
    return st.sampled_from([value for value in beside(*limits) if low <= round(value, 6) and value <= high])


def visit(**items):
    """The items of a measure, one draw in ten or so without one of them: null, or not named at all."""
    full = st.fixed_dictionaries(items)
    gap = st.sampled_from([*[None] * 12, *items])

    def leave_out(drawn):
        values, name, named = drawn
        rest = {item: value for item, value in values.items() if item != name}
        return rest if name is None or not named else {**rest, name: None}

    return st.tuples(full, gap, st.booleans()).map(leave_out)


def some_of(names):
    return st.lists(st.sampled_from(names), unique=True, max_size=len(names))


STATE_LIMITS = (1, 1.1, 1.4, 1.5, 2, 2.5, 2.7, 3.8, 4, 4.2, 5, 6, 8.5, 10.5, 12, 13, 16, 17)
GLOBAL_0_10 = around(0, 0.5, 1.1, 5, 10, high=10)
ESR = around(0, 20, 50.5, 120, high=140)
CRP = around(0, 5, 10, 57, 110, high=140) | st.sampled_from(["<0.5", "<5", "<10", "<11", "<150"])
COUNT = st.integers(0, 27)
NAMED_JOINTS = some_of(slow.JOINTS_71)
SLEDAI = st.sampled_from([0, 1, 3, 4, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 20])
ILAR = (
    "oligo_persistent", "oligo_extended", "poly_rf_neg", "poly_rf_pos", "systemic", "psoriatic", "enthesitis_related",
    "undifferentiated",
)  # fmt: skip
TENTHS_0_3 = st.sampled_from([tenth * 0.1 for tenth in range(31)]) | around(0.5, 1, 2.5, high=3)


def jadas(**reactant):
    both_globals = {"physician_global_0_10": GLOBAL_0_10, "parent_global_0_10": GLOBAL_0_10}
    named = visit(active_joints=NAMED_JOINTS, **both_globals, **reactant)
    return named | visit(active_joint_count=COUNT, **both_globals, **reactant)


def before_and_now(name: str, shares: tuple[float, ...]):
    """One component at two visits: now at a share of before, on it or a thousandth beside it; some pairs have a gap."""
    pairs: list[tuple[float | None, float | None]]
    if name.endswith("_count"):
        pairs = [(start, round(start * share)) for start in (10, 5, 20, 40) for share in shares]
    else:
        starts = (1, 0.1, 0.5, 0.7, 2.1 - 0.1, 60 if name in ("esr_mm_h", "crp_mg_l") else 2.0)
        on_it = [(start, start * share) for start in starts for share in shares]
        pairs = [*on_it, *on_it]
        pairs += [(start, max(0, now + aside)) for start, now in on_it for aside in (-0.001, 0.001)]
    pairs += [(0, 0), (0, 1)] * max(1, len(pairs) // 20)
    return st.sampled_from([*pairs, *[(None, 1), (1, None)] * max(1, len(pairs) // 16)])


def core_set_pairs(*shares):
    def with_reactant(name):
        components = {component: before_and_now(component, shares) for component in (*GIANNINI, name)}
        return st.fixed_dictionaries(components).map(split)

    def split(pairs):
        before, now = ({name: pair[i] for name, pair in pairs.items()} for i in (0, 1))
        return {"baseline": before, "current": now}

    return with_reactant("esr_mm_h") | with_reactant("crp_mg_l")


@st.composite
def dated_visits(draw):
    """A run of visits whose steps fall on, a day before and a day after 3, 6, 9 and 12 calendar months."""
    day = date(2023, 1, 1) + timedelta(days=draw(st.sampled_from([0, 30, 58, 89, 241, 242, 364, 423, 424])))
    visits = []
    for _ in range(draw(st.integers(1, 5))):
        visits.append(
            {
                "date": day.isoformat(),
                "cid": draw(st.sampled_from(["met"] * 6 + ["not_met", "indeterminate"])),
                "on_medication": draw(st.sampled_from([True, True, True, False, False, False, None])),
            }
        )
        months = draw(st.sampled_from([3, 6, 9, 12]))
        day = slow.months_later(day, months) + timedelta(days=draw(st.sampled_from([-1, 0, 1])))
    return {"visits": draw(st.permutations(visits))}


def questionnaires():
    answers = [[0], [1], [2], [3], [0, 1], [1, 0], [2, 0], [0, 3], [1, None], ["NA", 2], [0, "NA"], [0, 0]]
    unanswered = [None, [], [None, None], ["NA", "NA"], ["NA", None]]
    domain = st.sampled_from([*answers, *answers, *unanswered])
    return st.fixed_dictionaries(
        {
            "items": st.fixed_dictionaries(dict.fromkeys(slow.CHAQ_DOMAINS, domain)),
            "aids_or_help": or_missing(some_of(slow.CHAQ_DOMAINS)),
        }
    )


@st.composite
def findings(draw):
    present = draw(some_of(slow.SLEDAI_ITEMS))
    left = [item for item in slow.SLEDAI_ITEMS if item not in present]
    return {"present": present, "not_recorded": draw(st.just([]) | some_of(left)) if left else []}


@st.composite
def low_activity_visits(draw):
    """Mostly quiet children, so that each single part decides; the dose lies about its limit by weight."""
    quiet = [
        "arthritis",
        "rash",
        "alopecia",
        "mucosal_ulcers",
        "low_complement",
        "thrombocytopenia",
        "leukopenia",
    ]
    items = draw(st.sampled_from([quiet, quiet, quiet, slow.SLEDAI_ITEMS]))
    present = draw(st.lists(st.sampled_from(items), unique=True, max_size=3))
    left = [item for item in items if item not in present]
    chart = {
        **draw(dosed_child(0.15, 7.5)),
        "present": draw(st.sampled_from([present] * 8 + [None])),
        "not_recorded": draw(
            st.sampled_from([[]] * 3 + [draw(st.lists(st.sampled_from(left), unique=True, max_size=2))])
        ),
        "pga_0_3": draw(st.sampled_from([0.5, 1.0, 1.3 - 0.3, 1 - MILLIONTH, 1 + MILLIONTH, None])),
        "standard_treatment_stable": draw(st.sampled_from([True] * 8 + [False, None])),
    }
    for name in ("haemolytic_anaemia", "gi_activity", "new_activity_since_last"):
        chart[name] = draw(st.sampled_from([False] * 12 + [True, None]))
    return chart


@st.composite
def dosed_child(draw, mg_kg_day, mg_day):
    weight = draw(st.sampled_from([12.3, 18.7, 20, 33.3, 45, 49.9, 50, 50.1, 70]))
    dose = draw(st.sampled_from([0, mg_kg_day * weight, mg_day, mg_day]))
    dose = max(0, dose + draw(st.sampled_from([0, 0, -MILLIONTH, MILLIONTH])))
    return {
        "weight_kg": draw(st.sampled_from([weight] * 6 + [None])),
        "prednisolone_mg_day": draw(st.sampled_from([dose] * 10 + [None])),
    }


@st.composite
def remission_visits(draw):
    return {
        **draw(dosed_child(0.1, 5)),
        "clinical_sledai_2k": draw(st.sampled_from([0] * 8 + [1, 4, None])),
        "pga_0_3": draw(st.sampled_from([0, 0.2 + 0.3, 0.5, 0.5 - MILLIONTH, 0.5 + MILLIONTH, 0.4, None])),
        "treatment_stable": draw(st.sampled_from([True] * 6 + [False, None])),
    }


@st.composite
def inactive_disease_visits(draw):
    def mostly(fine, *others):
        return draw(st.sampled_from([fine] * 8 + [*others, None]))

    return {
        "ilar_category": mostly(*ILAR),
        "active_joint_count": mostly(0, 1),
        "systemic_features_present": mostly(False, True),
        "active_uveitis": mostly(False, True),
        "physician_global": mostly(0, MILLIONTH, 0.5, 1),
        "physician_global_best": draw(st.sampled_from([0, 0, None, 1])),
        "morning_stiffness_min": mostly(10, 0, 15, 15 - MILLIONTH, 15 + MILLIONTH, 20),
        "esr_mm_h": draw(or_missing(st.sampled_from([5, 15, 15 + MILLIONTH, 15 - MILLIONTH]))),
        "esr_uln": mostly(15),
        "crp_mg_l": draw(or_missing(st.sampled_from([1, 5, 5.1, 5 + MILLIONTH, 14, "<5", "<3", "<6"]))),
        "crp_uln": mostly(5),
        "elevation_attributable_to_jia": draw(st.sampled_from([None, True, False])),
    }  # fmt: skip


@st.composite
def flare_visits(draw):
    """Mostly nothing new, so that each single row can decide."""

    def mostly_no(yes):
        return draw(st.sampled_from([type(yes)()] * 10 + [yes, None]))

    dose = st.sampled_from([0, 0.1, 0.3, 0.2 + 0.3, 0.5 - MILLIONTH, 0.5, 0.5 + MILLIONTH, 0.6])
    pga, sledai = draw(TENTHS_0_3), draw(SLEDAI)
    steady = draw(dose)
    severe = draw(st.sampled_from([True, False, None]))
    now = {
        "current_sledai": max(0, sledai + draw(st.sampled_from([0, 0, -1, 1, 2, 3, 4]))),
        "current_pga_0_3": draw(st.sampled_from([pga, pga, min(3, pga + 1), min(3, pga + 0.9)]) | TENTHS_0_3),
        "current_prednisone_mg_kg_day": draw(st.sampled_from([steady] * 8) | dose),
    }
    before = {"previous_sledai": sledai, "previous_pga_0_3": pga, "previous_prednisone_mg_kg_day": steady}
    numbers = {
        name: draw(st.sampled_from([value] * 12 + [None])) for name, value in {**before, **now}.items()
    }
    return {
        **numbers,
        "mild_manifestations": mostly_no(["arthritis"]),
        "severe_manifestations": draw(
            st.sampled_from([[]] * 5 + [["nephritis"], ["cns", "vasculitis"], None])
        ),
        "severe_manifestation_needed_treatment": severe,
        "new_nsaid_or_hcq_for_sle": mostly_no(True),
        "new_cyc_aza_mtx_mmf": mostly_no(True),
        "hospitalised_for_sle": mostly_no(True),
    }


@st.composite
def flare_2018_changes(draw):
    """Three changes as they come; the fourth, the ESR, brings the sum to a limit or a hair beside it."""
    sledai, upcr = draw(st.integers(-8, 12)), draw(st.sampled_from([-1, -0.2, 0, 0.1, 0.2 + 0.1, 1, 2.4]))
    md_global = draw(st.sampled_from([-3, -0.5, 0, 0.7, 1.5, 4]))
    rest = 0.5 * sledai + 0.45 * upcr + 0.5 * md_global
    target = draw(st.sampled_from([0.6, 3.0, 6.4, 0]))
    esr = round((target - rest) * 50 + draw(st.sampled_from([0, 0, -0.001, 0.001])), 3)
    changes = {"delta_sledai": sledai, "delta_upcr_g_g": upcr, "delta_md_global_0_10": md_global,
               "delta_esr_mm_h": max(-120, min(120, esr))}  # fmt: skip
    return {name: draw(st.sampled_from([value] * 12 + [None])) for name, value in changes.items()}


@st.composite
def responder_visits(draw):
    before, pga = draw(SLEDAI), draw(TENTHS_0_3)
    numbers = {
        "baseline_sledai": before,
        "current_sledai": max(0, before - draw(st.sampled_from([4, 4, 5, 3, 0]))),
        "baseline_pga_0_3": pga,
        "current_pga_0_3": min(
            3, pga + draw(st.sampled_from([0, 0.2, 0.3, 0.3 - MILLIONTH, 0.3 + MILLIONTH]))
        ),
        "new_bilag_a": draw(st.sampled_from([0, 0, 0, 1])),
        "new_bilag_b": draw(st.sampled_from([0, 1, 2])),
    }
    return {name: draw(st.sampled_from([value] * 12 + [None])) for name, value in numbers.items()}


@st.composite
def scores_and_sets(draw):
    return {
        "score": draw(st.sampled_from(["jadas10", "jadas27", "jadas71", "cjadas10"])),
        "value": draw(or_missing(around(*STATE_LIMITS, high=30))),
        "course": draw(st.sampled_from(["oligo", "poly"])),
        "cutoff_set": draw(st.sampled_from(["consolaro", "trincianti2021"])),
    }


GLUCOCORTICOIDS = st.sampled_from(sorted(slow.MG_EQUAL_TO_PREDNISONE_5))
DRAWN = {
    "jadas10_esr": jadas(esr_mm_h=ESR),
    "jadas27_esr": jadas(esr_mm_h=ESR),
    "jadas71_crp": jadas(crp_mg_l=CRP),
    "cjadas10": jadas(),
    "jadas_state": scores_and_sets(),
    "acr_pedi": core_set_pairs(0.5, 0.7, 1.3, 0.3, 0, 1.3, 0.1),
    "jia_flare_brunner2002": core_set_pairs(1.4, 0.7, 1, 1, 1),
    "jia_cid_wallace2011": inactive_disease_visits(),
    "jia_remission_wallace": dated_visits(),
    "chaq_di": questionnaires(),
    "sledai_2k": findings(),
    "sri4": responder_visits(),
    "lldas": low_activity_visits(),
    "clldas": low_activity_visits(),
    "doris_2021": remission_visits(),
    "csle_ccr": remission_visits(),
    "selena_flare_index": flare_visits(),
    "csle_flare_2018": flare_2018_changes(),
    "prednisone_equivalent": visit(drug=GLUCOCORTICOIDS, dose_mg=around(0, 0.5, 7.5, 16, 999)),
}


def assert_the_two_routes_agree(measure, inputs):
    second = slow.SECOND_ROUTE[measure](inputs)
    first = measures.evaluate(measure, inputs)
    assert {name: plain(first[name]) for name in second} == {
        name: plain(value) for name, value in second.items()
    }, inputs


def test_every_measure_of_the_second_route_is_compared():
    assert set(DRAWN) == set(slow.SECOND_ROUTE)


@pytest.mark.parametrize("measure", DRAWN)
@settings(max_examples=200)
@given(data=st.data())
def test_the_two_routes_agree(measure, data):
    assert_the_two_routes_agree(measure, data.draw(DRAWN[measure]))


# --- what is not drawn but gone through: each limit of the tables, each finding, each dose by weight, each pair


def every_state():
    sets = product(
        ("jadas10", "jadas27", "jadas71", "cjadas10"), ("oligo", "poly"), ("consolaro", "trincianti2021")
    )
    for (score, course, cutoff_set), value in product(sets, [0.1 + 1.3, *beside(*STATE_LIMITS)]):
        yield {"score": score, "value": value, "course": course, "cutoff_set": cutoff_set}


def every_finding_and_any_other_unrecorded():
    quiet = {**QUIET_CHILD, "prednisolone_mg_day": 3}
    for item, other in product(slow.SLEDAI_ITEMS, repeat=2):
        yield {**quiet, "present": [item], "not_recorded": [] if item == other else [other]}
        yield {**quiet, "present": [], "not_recorded": sorted({item, other})}


def every_dose(**quiet):
    for weight, mg_kg_day in product((12.3, 18.7, 20, 33.3, 45, 49.9, 50, 50.1, 70, None), (0.1, 0.15)):
        for dose in [0, *beside(mg_kg_day * (weight or 20), 5, 7.5)]:
            yield {**quiet, "weight_kg": weight, "prednisolone_mg_day": dose}


def every_quiet_dose():
    return every_dose(
        **{name: value for name, value in QUIET_CHILD.items() if name != "weight_kg"}, present=["rash"]
    )


def every_dose_in_remission():
    return every_dose(clinical_sledai_2k=0, pga_0_3=0.4, treatment_stable=True)


def every_reactant():
    fine = {
        "ilar_category": "systemic", "active_joint_count": 0, "systemic_features_present": False,
        "active_uveitis": False, "physician_global": 0, "morning_stiffness_min": 0,
    }  # fmt: skip
    names = ("esr_mm_h", "esr_uln", "crp_mg_l", "crp_uln", "elevation_attributable_to_jia")
    esr, crp = [None, 15, 15 + MILLIONTH], [None, 5, 5 + MILLIONTH, "<5", "<6"]
    for values in product(esr, (None, 15), crp, (None, 5), (None, True, False)):
        yield {**fine, **dict(zip(names, values, strict=True))}
    for category in ILAR:
        yield {**fine, "esr_mm_h": 15, "esr_uln": 15, "ilar_category": category}


def every_pair_of_visits():
    """One of the three numbers of the flare index as it may change, with nothing else new."""
    quiet = {
        **ADULTS_OF_MATHIAN, "current_sledai": 2, "current_pga_0_3": 0, "mild_manifestations": [],
        "previous_prednisone_mg_kg_day": 0.1, "current_prednisone_mg_kg_day": 0.1,
    }  # fmt: skip
    numbers = {
        "sledai": [None, *range(19)],
        "pga_0_3": [None, *(tenth * 0.1 for tenth in range(31)), *beside(2.5)],
        "prednisone_mg_kg_day": [None, 0, 0.1, *beside(0.5)],
    }
    for number, values in numbers.items():
        for before, now in product(values, repeat=2):
            yield {**quiet, f"previous_{number}": before, f"current_{number}": now}


@pytest.mark.parametrize(
    ("measure", "rows"),
    [
        ("jadas_state", every_state),
        ("lldas", every_finding_and_any_other_unrecorded),
        ("clldas", every_finding_and_any_other_unrecorded),
        ("lldas", every_quiet_dose),
        ("clldas", every_quiet_dose),
        ("doris_2021", every_dose_in_remission),
        ("csle_ccr", every_dose_in_remission),
        ("jia_cid_wallace2011", every_reactant),
        ("selena_flare_index", every_pair_of_visits),
    ],
)
def test_the_two_routes_agree_on_every_row(measure, rows):
    for inputs in rows():
        assert_the_two_routes_agree(measure, inputs)
