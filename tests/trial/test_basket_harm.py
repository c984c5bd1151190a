"""A harm rule for each basket, against brute force over every child in fractions, and in limits that are known."""

import math
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from scipy.stats import beta, binom

from leadline.errors import DesignInvalid
from leadline.trial import calibrate, describe
from leadline.trial.borrowing.independent import Independent
from leadline.trial.borrowing.pooled import Pooled
from leadline.trial.design import (
    Basis,
    Basket,
    ControlArm,
    Design,
    EarlyRule,
    Efficacy,
    Harm,
    HarmCheck,
    HarmScope,
)
from leadline.trial.endings import Reason
from leadline.trial.error_rates import worst_errors
from leadline.trial.operating import Trial
from leadline.trial.scenarios import Scenario
from leadline.trial.words import design_in_words
from tests.trial.designs import CPP

# The slow twin. Every child responds or not and has the event or not, one after the other, in fractions.

NULLS = (Fraction(3, 10), Fraction(2, 5))
RATES = (Fraction(3, 10), Fraction(7, 10))
EVENT = Fraction(1, 4)
THRESHOLD, FUTILITY, EARLY = Fraction(17, 20), Fraction(11, 20), Fraction(19, 20)


def beta_tail(a, b, rate):
    """P(p > rate) for whole parameters: the binomial identity."""
    n = a + b - 1
    return sum(math.comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(a))


def own(counts, sizes, j):
    return beta_tail(1 + counts[j], 1 + sizes[j] - counts[j], NULLS[j])


def together(counts, sizes, j):
    return beta_tail(1 + sum(counts), 1 + sum(sizes) - sum(counts), NULLS[j])


def by_hand(*, looks, events, check, tail, harm_rates=(EVENT, EVENT), rates=RATES, order=()):
    """Two baskets, looked at together or in an order; `events[j][n - 1]` of n children stop basket j.

    Each basket's whole future is drawn before it begins, closed or not: what is not used adds up to one.
    """
    baskets, order = (0, 1), order or ((0, 1),) * len(looks[0])
    steps = len(order)
    visits = [[step for step, moved in enumerate(order) if j in moved] for j in baskets]
    total: dict[str, Any] = {name: [Fraction(0)] * 2 for name in ("success", "children")}
    total |= {"any": Fraction(0), "error": Fraction(0), "first": [Fraction(0)] * steps}
    total["harm"] = [[Fraction(0)] * 2 for _ in range(steps)]
    sequences = [list(product((0, 1), repeat=size[-1])) for size in looks]

    def law(sequence, rate):
        return math.prod(rate if one else 1 - rate for one in sequence)

    # Where harm would stop a basket that is never closed otherwise: (step, children treated by then), with its chance.
    stops: list[dict[Any, Any]] = [{} for _ in baskets]
    for j in baskets:
        for harms in sequences[j]:
            seen = range(1, looks[j][-1] + 1) if check == "child" else looks[j]
            at = next((n for n in seen if sum(harms[:n]) >= events[j][n - 1]), None)
            key = (
                None
                if at is None
                else (next(s for s, look in zip(visits[j], looks[j], strict=True) if at <= look), at)
            )
            stops[j][key] = stops[j].get(key, 0) + law(harms, harm_rates[j])
    for (stop_a, chance_a), (stop_b, chance_b) in product(*(one.items() for one in stops)):
        stop = (stop_a, stop_b)
        for responses in product(*sequences):
            chance = chance_a * chance_b * law(responses[0], rates[0]) * law(responses[1], rates[1])
            closed: list[str] = ["", ""]
            sizes, treated, success = [0, 0], [0, 0], [False, False]
            for step in range(steps):
                looked_at = [j for j in order[step] if not closed[j]]
                for j in looked_at:
                    if stop[j] is not None and stop[j][0] == step:
                        closed[j], treated[j] = "harm", stop[j][1]
                        if check == "look":
                            sizes[j] = looks[j][visits[j].index(step)]
                        total["harm"][step][j] += chance
                    else:
                        sizes[j] = treated[j] = looks[j][visits[j].index(step)]
                counts = [sum(responses[j][: sizes[j]]) for j in baskets]
                for j in [j for j in looked_at if not closed[j]]:
                    above = tail(counts, sizes, j)
                    if step == visits[j][-1]:
                        closed[j], success[j] = "complete", above >= THRESHOLD
                    elif above >= EARLY:
                        closed[j], success[j] = "efficacy", True
                    elif above < FUTILITY:
                        closed[j] = "futility"
            harmed = [stop[j][0] for j in baskets if closed[j] == "harm"]
            if harmed:
                total["first"][min(harmed)] += chance
            for j in baskets:
                total["success"][j] += chance * success[j]
                total["children"][j] += chance * treated[j]
            total["any"] += chance * any(success)
            total["error"] += chance * any(success[j] for j in baskets if rates[j] <= NULLS[j])
    return total


def two_looks(borrowing, looks=((1, 3), (2, 3)), check=HarmCheck.CHILD, *, rules=True):
    baskets = tuple(
        Basket(name, "sri4", float(null), 0.8, size)
        for name, null, size in zip(("a", "b"), NULLS, looks, strict=True)
    )
    harm = Harm("event", 0.3, 0.35, 0.25, check=check, scope=HarmScope.BASKET)
    early = EarlyRule(Basis.POSTERIOR, float(EARLY)) if rules else None
    futility = EarlyRule(Basis.POSTERIOR, float(FUTILITY)) if rules else None
    return Design("two", baskets, Efficacy(float(THRESHOLD), early), borrowing, futility, harm)


TAILS = {"apart": (Independent(), own), "pooled": (Pooled("pooled"), together)}
LOOKS = {"two looks": ((1, 3), (2, 3)), "one look": ((3,), (3,))}


@pytest.mark.parametrize("looks", LOOKS.values(), ids=LOOKS)
@pytest.mark.parametrize("check", HarmCheck)
@pytest.mark.parametrize(("borrowing", "tail"), TAILS.values(), ids=TAILS)
def test_a_harm_rule_of_each_basket_agrees_with_every_child(borrowing, tail, check, looks):
    trial = Trial(two_looks(borrowing, looks, check, rules=len(looks[0]) > 1))
    events = [boundary.events for boundary in trial.harm_boundaries]
    found = trial.operating(Scenario("one responds", tuple(map(float, RATES))))
    hand = by_hand(looks=looks, events=events, check=check.value, tail=tail)
    assert sum(hand["first"]) > 0
    assert found.success == pytest.approx([float(x) for x in hand["success"]], abs=1e-14)
    assert found.family_wise_error == pytest.approx(float(hand["error"]), abs=1e-14)
    assert found.any_success == pytest.approx(float(hand["any"]), abs=1e-14)
    assert found.children == pytest.approx([float(x) for x in hand["children"]], abs=1e-14)
    assert found.harm == pytest.approx([float(x) for x in hand["first"]], abs=1e-14)
    for step, row in enumerate(hand["harm"]):
        assert found.stopped_harm[step] == pytest.approx([float(x) for x in row], abs=1e-14)


def cpp_by_hand(counts, sizes, j):
    """Calibrated power prior, a = b = 2, of two baskets with a child each or more, in floats."""
    other = 1 - j
    if not sizes[other] or not sizes[j]:
        weight = 0.0
    else:
        apart = max(sizes) ** 0.25 * abs(counts[0] / sizes[0] - counts[1] / sizes[1])
        weight = 1.0 if apart == 0 else 1 / (1 + math.exp(2 + 2 * math.log(apart)))
    a = 1 + counts[j] + weight * counts[other]
    b = 1 + sizes[j] - counts[j] + weight * (sizes[other] - counts[other])
    return beta.sf(float(NULLS[j]), a, b)


@pytest.mark.parametrize("check", HarmCheck)
def test_a_basket_stopped_for_harm_lends_as_far_as_it_was_seen(check):
    """With weights that follow the counts, so that what the stopped basket still lends decides on the other."""
    looks = LOOKS["two looks"]
    trial = Trial(two_looks(CPP, looks, check))
    events = [boundary.events for boundary in trial.harm_boundaries]
    found = trial.operating(Scenario("one responds", (0.3, 0.7), harm_rate=0.6))
    hand = by_hand(
        looks=looks, events=events, check=check.value, tail=cpp_by_hand, harm_rates=(Fraction(3, 5),) * 2
    )
    assert found.success == pytest.approx([float(x) for x in hand["success"]], abs=1e-13)
    assert found.children == pytest.approx([float(x) for x in hand["children"]], abs=1e-13)
    assert found.harm == pytest.approx([float(x) for x in hand["first"]], abs=1e-13)


@pytest.mark.parametrize("check", HarmCheck)
def test_own_rules_agree_with_every_child_where_the_baskets_take_turns(check):
    looks, order = LOOKS["two looks"], ((1,), (0,), (0,), (1,))
    plan = replace(two_looks(Pooled("pooled"), looks, check), order=(("b",), ("a",), ("a",), ("b",)))
    trial = Trial(plan)
    events = [boundary.events for boundary in trial.harm_boundaries]
    found = trial.operating(Scenario("one responds", (0.3, 0.7)))
    hand = by_hand(looks=looks, events=events, check=check.value, tail=together, order=order)
    assert found.success == pytest.approx([float(x) for x in hand["success"]], abs=1e-14)
    assert found.children == pytest.approx([float(x) for x in hand["children"]], abs=1e-14)
    assert found.harm == pytest.approx([float(x) for x in hand["first"]], abs=1e-14)
    for step, row in enumerate(hand["harm"]):
        assert found.stopped_harm[step] == pytest.approx([float(x) for x in row], abs=1e-14)


def unlike(borrowing=CPP, *, check=HarmCheck.CHILD, **rest):
    """Three unlike baskets, one of which joins at the second look."""
    baskets = (
        Basket("a", "sri4", 0.2, 0.5, (4, 7)),
        Basket("b", "sri4", 0.3, 0.6, (3, 6)),
        Basket("c", "sri4", 0.25, 0.5, (5,)),
    )
    harm = Harm("event", 0.3, 0.3, 0.2, check=check, scope=HarmScope.BASKET)
    futility = EarlyRule(Basis.POSTERIOR, 0.4)
    return replace(Design("unlike", baskets, Efficacy(0.85), borrowing, futility, harm), **rest)


SCENARIO = Scenario("any", (0.2, 0.5, 0.4))
NUMBERS = ("success", "children", "bias", "mse", "coverage")
ALONE = ("family_wise_error", "any_success", "correct")


@pytest.mark.parametrize("check", HarmCheck)
def test_without_the_event_the_rule_changes_nothing(check):
    ruled = Trial(unlike(check=check)).operating(replace(SCENARIO, harm_rate=0.0))
    free = Trial(unlike(harm=None)).operating(SCENARIO)
    for name in (*NUMBERS, *ALONE):
        assert getattr(ruled, name) == pytest.approx(getattr(free, name), abs=1e-14)
    assert sum(ruled.harm) == 0


@pytest.mark.parametrize("check", HarmCheck)
@pytest.mark.parametrize("looks", [(6,), (3, 6)])
def test_of_a_single_basket_both_rules_are_the_same(check, looks):
    one = replace(
        unlike(check=check), baskets=(Basket("a", "sri4", 0.2, 0.5, looks),), borrowing=Independent()
    )
    one = one if len(looks) > 1 else replace(one, futility=None)
    pooled = replace(one, harm=replace(one.harm, scope=HarmScope.POOLED))
    scenario = Scenario("any", (0.4,))
    own, whole = (Trial(each).operating(scenario) for each in (one, pooled))
    for name in (*NUMBERS, *ALONE, "harm"):
        assert getattr(own, name) == pytest.approx(getattr(whole, name), abs=1e-14)
    assert [row[0] for row in whole.stopped_harm] == pytest.approx(whole.harm, abs=1e-15)
    assert worst_errors(Trial(one))[0].error == pytest.approx(worst_errors(Trial(pooled))[0].error, abs=1e-14)


@pytest.mark.parametrize("check", HarmCheck)
def test_endings_with_own_rules_have_probability_one_together(check):
    trial = Trial(unlike(check=check))
    scenario, total = replace(SCENARIO, harm_rate=0.35), 0.0
    for ending in trial.endings:
        law = trial.chance(ending, scenario) * ending.share
        for j, (size, rate) in enumerate(zip(ending.outcomes.sizes, scenario.rates, strict=True)):
            law = law * binom.pmf(ending.outcomes.responders[:, j], size, rate)
        total += law.sum()
    assert total == pytest.approx(1.0, abs=1e-12)
    harmed = {tuple(end.reason is Reason.HARM for end in ending.closed) for ending in trial.endings}
    assert len(harmed) == 8


@pytest.mark.parametrize("check", HarmCheck)
@pytest.mark.parametrize("borrowing", [CPP, Independent()], ids=["together", "apart"])
def test_permuting_baskets_with_own_rules_permutes_the_results(check, borrowing):
    plan = unlike(borrowing, check=check)
    order = (2, 0, 1)
    turned = replace(plan, baskets=tuple(plan.baskets[j] for j in order))
    found = Trial(plan).operating(SCENARIO)
    again = Trial(turned).operating(Scenario("any", tuple(SCENARIO.rates[j] for j in order)))
    for name in NUMBERS:
        assert getattr(again, name) == pytest.approx([getattr(found, name)[j] for j in order], abs=1e-13)
    for row, moved in zip(found.stopped_harm, again.stopped_harm, strict=True):
        assert moved == pytest.approx([row[j] for j in order], abs=1e-13)
    assert again.harm == pytest.approx(found.harm, abs=1e-13)


def test_baskets_apart_are_what_the_walk_of_all_together_gives():
    """Without borrowing each basket is found alone; a power prior that borrows nothing walks through all."""
    from leadline.trial.borrowing.weights import GlobalWeight

    lends_nothing = replace(CPP, global_weight=GlobalWeight(power=0, most=1e-15))
    apart, walked = (Trial(unlike(model)) for model in (Independent(), lends_nothing))
    assert apart.parts
    assert not walked.parts
    one, other = apart.operating(SCENARIO), walked.operating(SCENARIO)
    for name in (*NUMBERS, *ALONE, "harm"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-9)
    for low, high in zip(worst_errors(apart), worst_errors(walked), strict=True):
        assert low.null_baskets == high.null_baskets
        assert abs(low.error - high.error) < 0.003


@pytest.mark.parametrize("borrowing", [CPP, Independent()], ids=["together", "apart"])
def test_a_calibrated_threshold_holds_the_error_with_own_rules(borrowing):
    plan = unlike(borrowing)
    found = calibrate(plan, level=0.1)
    held = Trial(replace(plan, efficacy=replace(plan.efficacy, posterior=found.threshold)))
    at_null = held.operating(Scenario("null", plan.null_rates))
    assert at_null.family_wise_error == pytest.approx(found.error, abs=1e-12)
    assert max(one.at_most for one in worst_errors(held)) < 0.1 + 0.006
    assert found.at_most <= 0.1
    # The error at the rates that the search names is the error that the operating characteristics give there.
    worst = max(found.worst, key=lambda one: one.error)
    assert held.decisions(worst.scenario).family_wise_error == pytest.approx(worst.error, abs=1e-12)


def test_the_children_of_controls_come_in_step_with_the_treated():
    control = ControlArm((2, 4))
    basket = Basket("a", "sri4", 0.2, 0.7, (4, 8), control=control)
    harm = Harm("event", 0.3, 0.3, 0.2, check=HarmCheck.CHILD, scope=HarmScope.BASKET)
    plan = Design("randomised", (basket, replace(basket, id="b")), Efficacy(0.9), CPP, harm=harm)
    found = Trial(plan).operating(Scenario("certain harm", (0.2, 0.2), harm_rate=1.0))
    stops_at = next(
        n for n, events in enumerate(Trial(plan).harm_boundaries[0].events, start=1) if events <= n
    )
    assert found.children == pytest.approx([stops_at * 1.5] * 2)
    assert found.harm == pytest.approx((1.0, 0.0))
    assert found.success == (0.0, 0.0)


def test_a_basket_too_small_for_any_boundary_is_named():
    small = unlike(harm=Harm("event", 0.5, 0.01, 0.2, scope=HarmScope.BASKET))
    with pytest.raises(DesignInvalid, match=r"^b: harm\.level"):
        Trial(small).operating(SCENARIO)


@pytest.mark.parametrize(
    ("check", "says"),
    [
        (HarmCheck.LOOK, "its children up to that look count"),
        (HarmCheck.CHILD, "up to the look before count"),
    ],
)
def test_the_words_say_what_a_stopped_basket_lends(check, says):
    plan = unlike(check=check)
    said = " ".join(design_in_words(plan, boundaries=Trial(plan).harm_boundaries))
    assert says in said
    assert "A disease stops for harm, without success" in said
    assert "whole trial" not in said
    alone = unlike(Independent(), check=check)
    assert says not in " ".join(design_in_words(alone, boundaries=Trial(alone).harm_boundaries))


def test_the_report_tells_each_baskets_rule():
    report = describe(unlike())
    assert [label for label, _ in report.harm_rules] == ["a", "b", "c"]
    for j, (label, size) in enumerate((("a", 7), ("b", 6), ("c", 5))):
        rows = [one for one in report.harm_at_rates if one.basket == label]
        boundary, at_expected = report.harm_boundaries[j], next(one for one in rows if one.rate == 0.2)
        stop = children = 0.0
        for path in product((0, 1), repeat=size):
            chance = math.prod(0.2 if x else 0.8 for x in path)
            at = next((n for n in range(1, size + 1) if sum(path[:n]) >= boundary.events[n - 1]), None)
            stop += chance * (at is not None)
            children += chance * (at or size)
        assert at_expected.stop == pytest.approx(stop, abs=1e-14)
        assert at_expected.expected_children == pytest.approx(children, abs=1e-12)


@pytest.mark.parametrize("check", HarmCheck)
@pytest.mark.parametrize(("borrowing", "tail"), TAILS.values(), ids=TAILS)
def test_the_event_may_be_more_frequent_in_one_basket(borrowing, tail, check):
    looks, events_in = LOOKS["two looks"], (Fraction(3, 5), Fraction(1, 10))
    trial = Trial(two_looks(borrowing, looks, check))
    events = [boundary.events for boundary in trial.harm_boundaries]
    found = trial.operating(Scenario("one responds", (0.3, 0.7), harm_rate=(0.6, 0.1)))
    hand = by_hand(looks=looks, events=events, check=check.value, tail=tail, harm_rates=events_in)
    assert found.success == pytest.approx([float(x) for x in hand["success"]], abs=1e-14)
    assert found.children == pytest.approx([float(x) for x in hand["children"]], abs=1e-14)
    assert found.harm == pytest.approx([float(x) for x in hand["first"]], abs=1e-14)
    for step, row in enumerate(hand["harm"]):
        assert found.stopped_harm[step] == pytest.approx([float(x) for x in row], abs=1e-14)


def test_a_rule_for_all_baskets_takes_one_rate_of_the_event():
    pooled = unlike(harm=Harm("event", 0.3, 0.3, 0.2))
    same = Trial(pooled).operating(replace(SCENARIO, harm_rate=(0.4, 0.4, 0.4)))
    assert same.harm == Trial(pooled).operating(replace(SCENARIO, harm_rate=0.4)).harm
    with pytest.raises(DesignInvalid, match=r"harm_rate: found 2 rates"):
        Trial(pooled).operating(replace(SCENARIO, harm_rate=(0.4, 0.1, 0.1)))
