"""Random accrual: exact for each course of it, by fractions; the mean over drawn courses, by a sum over all of them."""

import math
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from scipy import stats

from leadline.errors import BeyondExactRange, DesignInvalid
from leadline.trial.accrual import (
    Arrivals,
    Courses,
    draw_arrivals,
    on_arrivals,
    planned_arrivals,
    random_accrual,
)
from leadline.trial.borrowing.independent import Independent
from leadline.trial.borrowing.pooled import Pooled
from leadline.trial.design import (
    Accrual,
    Basis,
    Basket,
    ControlArm,
    Design,
    EarlyRule,
    Efficacy,
    Harm,
    HarmCheck,
    HarmScope,
    LateResponses,
    Reference,
)
from leadline.trial.endings import Seen
from leadline.trial.operating import Trial
from leadline.trial.scenarios import Scenario
from tests.trial.designs import CPP, design, fujikawa
from tests.trial.test_accrual_child_by_child import HARM, TWIN

FUTILITY = EarlyRule(Basis.POSTERIOR, 0.3, Reference.TARGET_RATE)

# Two baskets of up to two children, looks after one and two, all judged as one group with a uniform prior.
NULLS, TARGETS = (Fraction(1, 5), Fraction(3, 10)), (Fraction(1, 2), Fraction(4, 5))
RATES = (Fraction(1, 5), Fraction(3, 5))  # the first does not respond, the second does
CUTOFF, THRESHOLD = Fraction(3, 10), Fraction(7, 8)
TINY = Design(
    "two children a basket",
    tuple(
        Basket(name, "sri4", float(null), float(target), (1, 2))
        for name, null, target in zip("ab", NULLS, TARGETS, strict=True)
    ),
    Efficacy(float(THRESHOLD)),
    Pooled("pooled"),
    futility=FUTILITY,
)
MIXED = Scenario("mixed", tuple(map(float, RATES)))


def above(rate, responders, size):
    """P(p > rate) for a uniform prior: the binomial identity for whole counts."""
    n = size + 1
    return sum(math.comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(responders + 1))


def chance_of(count, size, rate):
    return math.comb(size, count) * rate**count * (1 - rate) ** (size - count)


def by_hand(first, last, late=(0, 0)):
    """Success of each basket, of any without effect, and children, for sizes at the two looks.

    late   children who were treated by the first look and are known after it: of a basket that closes there they
           are counted at the last look
    """
    success, error, children = [Fraction(0)] * 2, Fraction(0), [Fraction(0)] * 2
    for counts in product(*(range(size + 1) for size in first)):
        group = sum(counts), sum(first)
        stops = [first[j] > 0 and above(TARGETS[j], *group) < CUTOFF for j in range(2)]
        more = [late[j] if stops[j] else last[j] - first[j] for j in range(2)]
        for gained in product(*(range(size + 1) for size in more)):
            chance = math.prod(
                chance_of(counts[j], first[j], RATES[j]) * chance_of(gained[j], more[j], RATES[j])
                for j in range(2)
            )
            group = sum(counts) + sum(gained), sum(first) + sum(more)
            sizes = [first[j] + more[j] for j in range(2)]
            found = [not stops[j] and sizes[j] > 0 and above(NULLS[j], *group) >= THRESHOLD for j in range(2)]
            for j in range(2):
                success[j] += chance * found[j]
                children[j] += chance * sizes[j]
            error += chance * found[0]
    return success, error, children


PATHS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2))  # children of one basket at the two looks, if it is open


def without_delay(first, last):
    return Arrivals((first, last), Seen((first, last), ((first, first), (last, last))))


@pytest.mark.parametrize("one", PATHS)
@pytest.mark.parametrize("other", PATHS)
def test_each_course_of_accrual_is_computed_as_fractions_say(one, other):
    first, last = zip(one, other, strict=True)
    (found,) = on_arrivals(Trial(TINY), [MIXED], without_delay(first, last))
    success, error, children = by_hand(first, last)
    assert found.success == pytest.approx(list(map(float, success)), abs=1e-12)
    assert found.family_wise_error == pytest.approx(float(error), abs=1e-12)
    assert found.children == pytest.approx(list(map(float, children)), abs=1e-12)


def test_the_fractions_tell_the_courses_apart():
    errors = {by_hand(*zip(one, other, strict=True))[1] for one, other in product(PATHS, PATHS)}
    assert len(errors) > 5
    assert max(errors) > Fraction(1, 50)


MONTHLY, MONTHS = (0.3, 0.2), (3.0, 7.0)


def path_chances(monthly):
    """Of one basket: a Poisson number up to the next look, where it waits if it has the child of that look."""

    def poisson(count, months):
        return math.exp(-monthly * months) * (monthly * months) ** count / math.factorial(count)

    none, later = poisson(0, MONTHS[0]), MONTHS[1] - MONTHS[0]
    return {
        (0, 0): none * poisson(0, later),
        (0, 1): none * poisson(1, later),
        (0, 2): none * (1 - poisson(0, later) - poisson(1, later)),
        (1, 1): (1 - none) * poisson(0, later),
        (1, 2): (1 - none) * (1 - poisson(0, later)),
    }


def test_the_mean_over_drawn_courses_is_the_sum_over_all_of_them_within_its_own_error():
    found = random_accrual(
        Trial(TINY), [MIXED], courses=Courses(4_000, seed=1), accrual=Accrual(MONTHLY, MONTHS)
    )
    wanted, error = np.zeros(2), 0.0
    for (one, chance), (other, its_chance) in product(
        *(path_chances(monthly).items() for monthly in MONTHLY)
    ):
        success, false, _ = by_hand(*zip(one, other, strict=True))
        wanted += chance * its_chance * np.array(success, float)
        error += chance * its_chance * float(false)
    means, errors = found.scenarios[0], found.standard_errors[0]
    assert found.distinct == 25
    assert (np.abs(np.array(means.success) - wanted) < 3.5 * np.array(errors.success)).all()
    assert abs(means.family_wise_error - error) < 3.5 * errors.family_wise_error
    assert (
        0 < errors.family_wise_error < 0.5 * math.sqrt(error * (1 - error) / 4_000)
    )  # of as many drawn trials


def test_courses_are_drawn_as_often_as_poisson_numbers_come():
    drawn = Counter(
        arrivals.seen.open
        for arrivals in draw_arrivals(TINY, Accrual(MONTHLY, MONTHS), courses=Courses(20_000))
    )
    for (one, chance), (other, its_chance) in product(
        *(path_chances(monthly).items() for monthly in MONTHLY)
    ):
        p = chance * its_chance
        share = drawn[tuple(zip(one, other, strict=True))] / 20_000
        assert abs(share - p) < 4 * math.sqrt(p * (1 - p) / 20_000)


@pytest.mark.parametrize("late", [(1, 0), (0, 1), (1, 1)])
def test_responses_that_come_after_a_basket_has_closed_are_counted_in_the_end_or_left_out(late):
    first, last = (1, 1), (2, 2)
    *_, children = by_hand(first, last, late)  # treated they are in any case
    for kind, counted in ((LateResponses.COUNTED, late), (LateResponses.LEFT_OUT, (0, 0))):
        arrivals = planned_arrivals(TINY, late=late, late_responses=kind)
        (found,) = on_arrivals(Trial(TINY), [MIXED], arrivals)
        success, error, _ = by_hand(first, last, counted)
        assert found.success == pytest.approx(list(map(float, success)), abs=1e-12)
        assert found.family_wise_error == pytest.approx(float(error), abs=1e-12)
        assert found.children == pytest.approx(list(map(float, children)), abs=1e-12)
    # Where the first basket closes, the second has closed too, as it has more to reach.
    assert (by_hand(first, last, late)[:2] != by_hand(first, last)[:2]) == bool(late[1])


def test_children_come_late_to_looks_before_the_last_and_not_beyond_the_plan():
    plan = replace(TINY, baskets=(*PAIR, Basket("c", "sri4", 0.1, 0.5, (6,))))
    arrivals = planned_arrivals(plan, late=(2, 9, 3))
    known, treated, full = (4, 3, 0), (6, 7, 0), (8, 7, 6)  # the third basket has no look before its last
    assert arrivals == Arrivals((treated, full), Seen((known, full), ((known, treated), (known, full))))


@pytest.mark.parametrize("late", LateResponses)
def test_children_are_treated_before_their_response_is_known_and_none_is_treated_too_late_to_be_judged(late):
    accrual = Accrual((0.5, 0.4), (8.0, 16.0), 3.0, late_responses=late)
    pipeline = 0
    for treated, seen in draw_arrivals(TWIN, accrual, courses=Courses(200)):
        for j, limits in enumerate(((3, 6), (2, 5))):
            assert seen.open[0][j] <= treated[0][j] <= limits[0]  # the basket waits
            assert treated[0][j] <= seen.open[1][j] == treated[1][j] <= limits[1]
            counted = treated if late is LateResponses.COUNTED else seen.open
            assert seen.closed[0][0][j] == seen.open[0][j]
            assert seen.closed[0][1][j] == counted[0][j]
            pipeline += treated[0][j] - seen.open[0][j]
    assert pipeline / 400 > 0.3  # in three months 1.5 and 1.2 come, of whom the look's number leaves a part


def test_a_late_response_is_counted_at_the_first_look_after_it_is_known_and_not_before():
    plan = design(CPP, count=2, looks=(4, 8, 12))
    accrual = Accrual((1.0, 0.6), (8.0, 10.0, 20.0), response_months=3.0, waits=False)
    waiting = 0
    for treated, seen in draw_arrivals(plan, accrual, courses=Courses(100)):
        assert (
            seen.closed[0][1] == seen.open[1]
        )  # at month 10 those of the first seven months, closed or open
        assert seen.closed[0][2] == treated[0]
        waiting += sum(treated[0]) - sum(seen.closed[0][1])
    assert waiting > 100


# Limits


def unlike(borrowing, **rules):
    baskets = (
        Basket("a", "sri4", 0.2, 0.5, (4, 8)),
        Basket("b", "sri4", 0.3, 0.6, (3, 7)),
        Basket("c", "sri4", 0.1, 0.5, (6,)),
    )
    return Design("unlike", baskets, Efficacy(0.9, EarlyRule(Basis.POSTERIOR, 0.97)), borrowing, **rules)


PAIR = (Basket("a", "sri4", 0.2, 0.5, (4, 8)), Basket("b", "sri4", 0.3, 0.6, (3, 7)))
FIXED = {
    "one look": (design(CPP, looks=(6,), threshold=0.9), (10.0,)),
    "two looks": (unlike(CPP, futility=FUTILITY), (10.0, 20.0)),
    "harm": (replace(unlike(fujikawa(0.0), futility=FUTILITY, harm=HARM), baskets=PAIR), (10.0, 20.0)),
    "harm at looks": (
        replace(unlike(CPP, futility=FUTILITY, harm=replace(HARM, check=HarmCheck.LOOK)), baskets=PAIR),
        (10.0, 20.0),
    ),
    "one after the other": (
        unlike(CPP, futility=FUTILITY, order=(("a",), ("b",), ("a",), ("b", "c"))),
        (10.0, 20.0, 30.0, 40.0),
    ),
    "alone": (replace(unlike(Independent(), futility=FUTILITY, harm=HARM), baskets=PAIR), (10.0, 20.0)),
}


@pytest.mark.parametrize(("plan", "months"), FIXED.values(), ids=FIXED)
def test_where_children_come_fast_every_look_is_full_and_the_design_is_the_planned_one(plan, months):
    accrual = Accrual((1e9,) * len(plan.baskets), months, response_months=5.0)
    scenario = Scenario("mixed", (0.2, 0.5, 0.1)[: len(plan.baskets)], harm_rate=0.25)
    trial = Trial(plan)
    found = random_accrual(trial, [scenario], courses=Courses(20), accrual=accrual)
    mean, exact = found.scenarios[0], trial.operating(scenario)
    assert found.distinct == 1
    for field in ("success", "family_wise_error", "any_success", "children"):
        assert getattr(mean, field) == pytest.approx(getattr(exact, field), abs=1e-12), field
    assert mean.stopped_futility == pytest.approx(np.sum(exact.stopped_futility, axis=0), abs=1e-12)
    assert mean.stopped_efficacy == pytest.approx(np.sum(exact.stopped_efficacy, axis=0), abs=1e-12)
    assert mean.harm == pytest.approx(sum(exact.harm), abs=1e-12)
    assert found.standard_errors[0].success == pytest.approx((0.0,) * len(plan.baskets), abs=1e-12)
    assert all(look.known == look.planned and look.complete == 1.0 for look in found.looks)


def test_a_basket_that_nobody_comes_to_is_no_success_though_the_others_are():
    plan = design(Pooled("pooled"), count=2, looks=(4, 8), threshold=0.8)
    found = random_accrual(
        Trial(plan),
        [Scenario("both respond", (0.9, 0.9))],
        courses=Courses(20),
        accrual=Accrual((1e9, 1e-9), (10.0, 20.0)),
    )
    assert found.scenarios[0].success[0] > 0.99
    assert found.scenarios[0].success[1] == 0.0
    assert found.scenarios[0].children == pytest.approx((8.0, 0.0), abs=1e-12)


def test_nor_is_it_one_where_its_last_look_comes_before_the_end():
    baskets = (Basket("nobody", "sri4", 0.2, 0.5, (4,)), Basket("all", "sri4", 0.2, 0.5, (4, 8)))
    plan = Design(
        "one look first", baskets, Efficacy(0.8), Pooled("pooled"), order=(("all",), ("nobody",), ("all",))
    )
    found = random_accrual(
        Trial(plan),
        [Scenario("both respond", (0.9, 0.9))],
        courses=Courses(20),
        accrual=Accrual((1e-9, 1e9), (10.0, 20.0, 30.0)),
    )
    assert found.scenarios[0].success[0] == 0.0
    assert found.scenarios[0].success[1] > 0.99


def test_a_trial_that_nobody_comes_to_meets_no_harm():
    plan = replace(TWIN, harm=replace(HARM, check=HarmCheck.LOOK))
    for trial in (Trial(TWIN), Trial(plan)):
        found = random_accrual(
            trial, [MIXED], courses=Courses(20), accrual=Accrual((1e-9, 1e-9), (10.0, 20.0))
        )
        assert found.scenarios[0].harm == 0.0
        assert found.scenarios[0].children == (0.0, 0.0)
        assert found.scenarios[0].any_success == 0.0


def test_a_basket_that_does_not_wait_is_full_at_its_first_look():
    plan = design(Independent(), count=1, looks=(4, 10), threshold=0.9, futility=FUTILITY)
    found = random_accrual(
        Trial(plan),
        [Scenario("responds", (0.5,))],
        courses=Courses(20),
        accrual=Accrual((1e9,), (10.0, 20.0), waits=False),
    )
    good = [r for r in range(11) if stats.beta.sf(0.2, 1 + r, 11 - r) >= 0.9]
    not_futile = [r for r in range(11) if stats.beta.sf(0.5, 1 + r, 11 - r) >= 0.3]
    wanted = sum(stats.binom.pmf(r, 10, 0.5) for r in set(good) & set(not_futile))
    assert found.scenarios[0].success[0] == pytest.approx(wanted, abs=1e-12)
    assert found.looks[0].known == 10


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_baskets_that_do_not_borrow_end_apart_as_they_do_together(seed):
    plan = unlike(Independent(), futility=FUTILITY, harm=HARM)
    arrivals = draw_arrivals(plan, Accrual((0.6, 0.4, 0.3), (8.0, 16.0), 2.0), courses=Courses(1, seed=seed))[
        0
    ]
    trial, scenario = Trial(plan), Scenario("mixed", (0.2, 0.6, 0.1), harm_rate=0.25)
    (apart,) = on_arrivals(trial, [scenario], arrivals)
    trial.__dict__["parts"] = ()  # as if they borrowed
    (together,) = on_arrivals(trial, [scenario], arrivals)
    for field in ("success", "family_wise_error", "any_success", "children", "stopped_futility", "harm"):
        assert getattr(apart, field) == pytest.approx(getattr(together, field), abs=1e-12), field
    assert 0 < apart.family_wise_error < apart.any_success


def test_baskets_that_do_not_borrow_are_never_too_many_outcomes():
    plan = design(Independent(), count=6, looks=(12, 24), threshold=0.95, futility=FUTILITY)
    found = random_accrual(
        Trial(plan),
        [Scenario("none", (0.2,) * 6)],
        courses=Courses(20),
        accrual=Accrual((1.0,) * 6, (10.0, 20.0)),
    )
    mean = found.scenarios[0]
    assert mean.family_wise_error == pytest.approx(1 - (1 - np.mean(mean.success)) ** 6, abs=0.002)
    many = design(Independent(), count=11, looks=(4, 8), threshold=0.95, futility=FUTILITY)
    with pytest.raises(BeyondExactRange, match="2,048 ways in which its baskets can close"):
        random_accrual(
            Trial(many),
            [Scenario("", (0.2,) * 11)],
            courses=Courses(20),
            accrual=Accrual((1.0,) * 11, (4.0, 8.0)),
        )


def test_the_standard_error_is_the_spread_of_independent_runs():
    plan = replace(unlike(CPP, futility=FUTILITY), baskets=PAIR)
    accrual = Accrual((0.6, 0.4), (8.0, 16.0), 2.0)
    trial = Trial(plan)
    scenario = Scenario("mixed", (0.2, 0.6))
    runs = [
        random_accrual(trial, [scenario], courses=Courses(20, seed=seed), accrual=accrual)
        for seed in range(40)
    ]
    spread = np.std([run.scenarios[0].success for run in runs], axis=0, ddof=1)
    stated = np.mean([run.standard_errors[0].success for run in runs], axis=0)
    assert stated == pytest.approx(
        spread, rel=0.4
    )  # 40 runs know a spread to 11 %, 20 courses theirs to 16 %


def test_the_same_seed_gives_the_same_figures_and_another_seed_others():
    one, again, other = (
        random_accrual(Trial(TINY), [MIXED], courses=Courses(50, seed=seed), accrual=Accrual(MONTHLY, MONTHS))
        for seed in (3, 3, 4)
    )
    assert one == again
    assert one.scenarios != other.scenarios


def test_accrual_is_refused_where_it_has_no_meaning():
    controlled = Design(
        "controls", (Basket("a", "sri4", 0.3, 0.7, (4,), control=ControlArm((3,))),), Efficacy(0.9)
    )
    with pytest.raises(DesignInvalid, match="found baskets with controls"):
        random_accrual(Trial(controlled), [], accrual=Accrual((1.0,), (10.0,)))
    with pytest.raises(DesignInvalid, match="found no accrual"):
        random_accrual(Trial(TINY), [])
    with pytest.raises(DesignInvalid, match="found 19; takes 20 or more"):
        random_accrual(Trial(TINY), [], courses=Courses(19), accrual=Accrual(MONTHLY, MONTHS))


@pytest.mark.parametrize("check", HarmCheck)
@pytest.mark.parametrize("borrowing", [CPP, Independent()], ids=["together", "apart"])
def test_with_a_harm_rule_of_each_basket_full_looks_are_the_planned_design(borrowing, check):
    own = replace(TWIN, borrowing=borrowing, harm=replace(HARM, check=check, scope=HarmScope.BASKET))
    scenario = Scenario("mixed", (0.5, 0.3), harm_rate=(0.4, 0.2))
    plan = Trial(own).operating(scenario)
    (found,) = on_arrivals(Trial(own), [scenario], planned_arrivals(own, late=(0, 0)))
    for field in ("success", "children", "family_wise_error", "any_success"):
        assert getattr(found, field) == pytest.approx(getattr(plan, field), abs=1e-12)
    for field in ("stopped_futility", "stopped_efficacy", "stopped_harm"):
        summed = [sum(steps) for steps in zip(*getattr(plan, field), strict=True)]
        assert getattr(found, field) == pytest.approx(summed, abs=1e-12)
    assert found.harm == pytest.approx(sum(plan.harm), abs=1e-12)
    assert min(found.stopped_harm) > 0.01


@pytest.mark.parametrize("check", HarmCheck)
def test_of_a_single_basket_both_harm_rules_are_the_same_under_random_accrual(check):
    one = replace(TWIN, baskets=TWIN.baskets[:1], borrowing=Independent())
    accrual, courses = Accrual((0.5,), (8.0, 16.0), 3.0), Courses(60, seed=4)
    scenario = Scenario("mixed", (0.4,), harm_rate=0.3)
    rule = replace(HARM, check=check)
    designs = (replace(one, harm=replace(rule, scope=scope)) for scope in HarmScope)
    own, pooled = (
        random_accrual(Trial(design), [scenario], courses=courses, accrual=accrual) for design in designs
    )
    for field in ("success", "children", "stopped_futility", "stopped_efficacy", "stopped_harm", "harm"):
        assert getattr(own.scenarios[0], field) == pytest.approx(
            getattr(pooled.scenarios[0], field), abs=1e-12
        )


def test_a_child_treated_after_the_look_before_is_not_counted_once_harm_has_closed_its_basket():
    """By hand. Each basket has two children by its first look, one of whom is known, and one more by its last. The
    first basket is closed for harm for certain: before its first look, with two events, so that nobody of it counts."""
    harm = Harm("an event", 0.5, 0.3, 0.1, check=HarmCheck.CHILD, scope=HarmScope.BASKET)
    baskets = tuple(Basket(name, "sri4", 0.2, 0.5, (2, 3)) for name in "ab")
    trial = Trial(Design("late", baskets, Efficacy(0.7), Pooled("pooled"), harm=harm))
    assert [one.events for one in trial.harm_boundaries] == [(2, 2, 3)] * 2
    seen = Seen(((1, 1), (3, 3)), (((1, 1), (2, 2)), ((3, 3), (3, 3))))
    arrivals = Arrivals(((2, 2), (3, 3)), seen)
    (found,) = on_arrivals(trial, [Scenario("", (0.2, 0.2), harm_rate=(1.0, 0.0))], arrivals)
    # The other is a success with one responder or more of three: P(p > 0.2) is 0.82 then, and 0.41 with none.
    assert found.stopped_harm == pytest.approx((1.0, 0.0))
    assert found.success == pytest.approx((0.0, 1 - 0.8**3))
    assert found.children == pytest.approx((2.0, 3.0))
    # Looked at with the looks, both treated by then count once known: with one responder of five it is 0.66.
    at_looks = replace(trial.design, harm=replace(harm, check=HarmCheck.LOOK), efficacy=Efficacy(0.6))
    assert Trial(at_looks).harm_boundaries[0].events[1] == 2
    (found,) = on_arrivals(Trial(at_looks), [Scenario("", (0.2, 0.2), harm_rate=(1.0, 0.0))], arrivals)
    assert found.success == pytest.approx((0.0, 1 - 0.8**5))
