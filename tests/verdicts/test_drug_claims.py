"""Claims about drugs, on and beside each day, with dates and doses that are not recorded."""

from __future__ import annotations

import pytest

from leadline.verdicts.claims import judge_claim
from leadline.verdicts.doses import glucocorticoid_doses
from leadline.verdicts.parameters import Parameters
from leadline.verdicts.view import CaseView
from tests.verdicts.build import case, drug, report, visit


def finding(claim, day, *drugs, diagnosis="jia", infusions=(0,)):
    return verdict(claim, day, *drugs, diagnosis=diagnosis, infusions=infusions).finding


def verdict(claim, day, *drugs, diagnosis="jia", infusions=(0,)):
    child = case(diagnosis, [visit(0, {"weight_kg": 30})], drugs=drugs, infusions=infusions)
    return judge_claim(CaseView(child, Parameters()), report(claim, day))


class TestOffMedication:
    @pytest.mark.parametrize(("stop", "expected"), [(120, "documented"), (121, "contradicted")])
    def test_the_day_of_the_stop_is_the_first_without_the_drug(self, stop, expected):
        assert finding("off_medication", 120, drug("methotrexate", -400, stop)) == expected

    @pytest.mark.parametrize(("start", "expected"), [(120, "contradicted"), (121, "documented")])
    def test_the_day_of_the_start_is_the_first_with_it(self, start, expected):
        assert finding("off_medication", 120, drug("methotrexate", start, 300)) == expected

    @pytest.mark.parametrize(("as_of", "expected"), [(120, "contradicted"), (119, "reported_only")])
    def test_ongoing_holds_up_to_its_day(self, as_of, expected):
        assert (
            finding("off_medication", 120, drug("methotrexate", -400, ongoing=True, as_of=as_of)) == expected
        )

    @pytest.mark.parametrize(
        ("stop", "expected"),
        [((100, 120), "documented"), ((100, 121), "reported_only"), ((121, 140), "contradicted")],
    )
    def test_a_partial_stop_counts_if_every_day_of_it_agrees(self, stop, expected):
        assert finding("off_medication", 120, drug("methotrexate", -400, stop)) == expected

    @pytest.mark.parametrize(
        ("claim", "expected"),
        [((120, 130), "documented"), ((119, 130), "reported_only"), ((100, 119), "contradicted")],
    )
    def test_a_claim_of_a_partial_day_too(self, claim, expected):
        assert finding("off_medication", claim, drug("methotrexate", -400, 120)) == expected

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("prednisone", "contradicted"),
            ("methotrexate", "contradicted"),
            ("hydroxychloroquine", "contradicted"),
            ("adalimumab", "contradicted"),
            ("tofacitinib", "contradicted"),
            ("cyclophosphamide", "contradicted"),
            ("ivig", "contradicted"),
            ("no such drug", "contradicted"),
            ("ibuprofen", "documented"),
            ("folic acid", "documented"),
            ("nifedipine", "documented"),
        ],
    )
    def test_the_classes_that_count(self, name, expected):
        """A drug that the catalogue does not know may be one of them."""
        assert finding("off_medication", 120, drug(name, -400, 300)) == expected

    def test_an_empty_drug_record_documents_nothing(self):
        assert finding("off_medication", 120) == "reported_only"

    def test_a_claim_without_a_day_is_reported_only(self):
        assert finding("off_medication", None, drug("methotrexate", -400, 100)) == "reported_only"

    @pytest.mark.parametrize(
        ("infusions", "named"), [((0,), "day 0"), ((0, 60), "day 0, day 60"), ((0, 150), "day 0")]
    )
    def test_the_infusions_still_at_work_are_named(self, infusions, named):
        said = verdict("off_medication", 120, drug("methotrexate", -400, 100), infusions=infusions)
        assert f"Off conventional medication, MSC on {named}." in said.sentences

    def test_an_antimalarial_is_named_apart_in_lupus(self):
        said = verdict("off_medication", 120, drug("hydroxychloroquine", -400, 300), diagnosis="sle")
        assert "On day 120 an antimalarial was taken." in said.sentences


class TestReducedMedication:
    def prednisone(self, before, after, **more):
        return (
            drug("prednisone", -400, 40, dose=before, frequency="daily"),
            drug("prednisone", 40, dose=after, frequency="daily", ongoing=True, as_of=300, **more),
        )

    methotrexate = drug("methotrexate", -400, dose=15, frequency="weekly", ongoing=True, as_of=300)

    @pytest.mark.parametrize(
        ("after", "expected"), [(7.5, "documented"), (15, "contradicted"), (20, "contradicted")]
    )
    def test_a_lower_dose_of_prednisone(self, after, expected):
        assert finding("reduced_medication", 90, *self.prednisone(15, after), self.methotrexate) == expected

    def test_the_same_before_the_change(self):
        assert finding("reduced_medication", 39, *self.prednisone(15, 7.5)) == "contradicted"
        assert finding("reduced_medication", 40, *self.prednisone(15, 7.5)) == "documented"

    def test_another_glucocorticoid_counts_by_its_equivalent(self):
        """Methylprednisolone 12 mg is prednisone 15 mg."""
        other = drug("methylprednisolone", 40, dose=12, frequency="daily", ongoing=True, as_of=300)
        less = drug("methylprednisolone", 40, dose=11, frequency="daily", ongoing=True, as_of=300)
        first = drug("prednisone", -400, 40, dose=15, frequency="daily")
        assert finding("reduced_medication", 90, first, other) == "contradicted"
        assert finding("reduced_medication", 90, first, less) == "documented"

    def test_fewer_drugs(self):
        stopped = drug("adalimumab", -400, 60, dose=40, frequency="q2w")
        assert finding("reduced_medication", 59, stopped, self.methotrexate) == "contradicted"
        assert finding("reduced_medication", 60, stopped, self.methotrexate) == "documented"

    def test_a_stopped_glucocorticoid_of_unknown_dose_is_one_drug_fewer(self):
        assert finding("reduced_medication", 90, drug("prednisone", -400, 60)) == "documented"

    def test_another_drug_that_may_have_ended_too_takes_nothing_from_it(self):
        unknown_end = drug("methotrexate", -400, dose=15, frequency="weekly")
        stopped = drug("adalimumab", -400, 60, dose=40, frequency="q2w")
        assert finding("reduced_medication", 90, stopped, unknown_end) == "documented"
        assert finding("reduced_medication", 90, unknown_end) == "reported_only"

    def test_a_drug_of_which_only_the_stop_is_known_may_not_have_run_at_baseline(self):
        assert finding("reduced_medication", 90, drug("adalimumab", None, 60)) == "reported_only"

    @pytest.mark.parametrize("start", [1, 90])
    def test_a_drug_started_since_contradicts(self, start):
        new = drug("abatacept", start, ongoing=True, as_of=300)
        assert finding("reduced_medication", 90, *self.prednisone(15, 7.5), new) == "contradicted"

    @pytest.mark.parametrize("start", [0, 91])
    def test_one_started_with_the_infusion_or_after_the_claim_does_not(self, start):
        new = drug("abatacept", start, ongoing=True, as_of=300)
        assert finding("reduced_medication", 90, *self.prednisone(15, 7.5), new) == "documented"

    def test_a_raised_dose_of_another_drug_contradicts(self):
        raised = (
            drug("methotrexate", -400, 30, dose=10, frequency="weekly"),
            drug("methotrexate", 30, dose=15, frequency="weekly", ongoing=True, as_of=300),
        )
        assert finding("reduced_medication", 90, *self.prednisone(15, 7.5), *raised) == "contradicted"

    @pytest.mark.parametrize(
        ("stop", "expected"),
        [(30, "documented"), ((20, 40), "reported_only"), (29, "contradicted")],
    )
    def test_a_drug_that_may_have_been_begun_anew_leaves_it_open(self, stop, expected):
        before = drug("methotrexate", -400, stop, dose=15, frequency="weekly")
        again = drug("methotrexate", 60, dose=15, frequency="weekly", ongoing=True, as_of=300)
        assert finding("reduced_medication", 90, *self.prednisone(15, 7.5), before, again) == expected

    def test_fewer_drugs_with_more_prednisone_contradicts(self):
        stopped = drug("adalimumab", -400, 60, dose=40, frequency="q2w")
        assert finding("reduced_medication", 90, *self.prednisone(5, 6), stopped) == "contradicted"

    def test_an_unknown_dose_leaves_it_open(self):
        assert finding("reduced_medication", 90, *self.prednisone(15, None)) == "reported_only"
        assert finding("reduced_medication", 90, *self.prednisone(None, 5)) == "reported_only"

    def test_an_unknown_drug_started_since_leaves_it_open(self):
        unknown = drug("no such drug", 30, ongoing=True, as_of=300)
        assert finding("reduced_medication", 90, *self.prednisone(15, 7.5), unknown) == "reported_only"

    def test_an_empty_drug_record_documents_nothing(self):
        assert finding("reduced_medication", 90) == "reported_only"


def test_a_glucocorticoid_dose_is_shown_per_kilogram_of_prednisone():
    # measures dossier 5.3: methylprednisolone 16 mg/day is prednisone 20 mg; 25 kg: 0.8 mg/kg/day
    drugs = [drug("methylprednisolone", -10, 30, dose=16, frequency="daily"), drug("prednisone", 30, 60)]
    child = case("jia", [visit(-5, {"weight_kg": 25})], drugs=drugs)
    assert [(one.course.uid, one.mg_kg_day) for one in glucocorticoid_doses(child, Parameters())] == [
        ("methylprednisolone -10", 0.8)
    ]
