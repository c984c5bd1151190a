"""leadline evidence: what it prints, what it answers to a machine, and how it refuses."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from typer.testing import CliRunner

from leadline.cli.evidence import app
from leadline.errors import LeadlineError
from tests.evidence.checks import inputs, printed

RUN = CliRunner()


@pytest.fixture
def adults(tmp_path):
    rows = zip(inputs("rbest-AS-map")["r"], inputs("rbest-AS-map")["n"], strict=True)
    lines = [f"Study {place},{r},{n}" for place, (r, n) in enumerate(rows, start=1)]
    path = tmp_path / "adults.csv"
    path.write_text("\n".join(["study,events,n", *lines]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def asthma(tmp_path):
    adult = inputs("tip-mepolizumab-adolescents")["adult"]
    path = tmp_path / "asthma.csv"
    path.write_text(
        f"study,estimate,se,unit\nadults,{adult['mean']},{math.sqrt(adult['variance'])},log rate ratio\n",
        encoding="utf-8",
    )
    return path


def answered(*arguments: object) -> dict[str, Any]:
    result = RUN.invoke(app, [str(argument) for argument in (*arguments, "--json")])
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_pool_answers_a_machine_with_the_exact_prediction(adults):
    found = answered("pool", adults)
    assert found["new_study"]["mean"] == pytest.approx(0.258278, abs=6e-7)
    assert found["measure"] == "proportion"


def test_pool_prints_what_stands_beside_what(adults):
    result = RUN.invoke(app, ["pool", str(adults)])
    assert result.exit_code == 0
    for words in (
        "a new study (prediction)",
        "DerSimonian-Laird",
        "Study 8",
        "without",
        "Heterogeneity: Q",
        "0.2486",
    ):
        assert words in result.stdout


def test_the_priors_that_a_result_starts_from_are_printed(adults, asthma, tmp_path):
    said = (
        "Prior of the average (log odds): normal, mean 0, standard deviation 2; of tau: half-normal, scale 1."
    )
    children = ("--limit", "0.3", "--events", "3", "--n", "9")
    for line in (("pool", str(adults)), ("prior", str(adults)), ("tipping", str(adults), *children)):
        assert said in RUN.invoke(app, [*line]).stdout
    assert "is vague: beta(1, 1)." in RUN.invoke(app, ["tipping", str(adults), *children]).stdout
    flat = RUN.invoke(app, ["prior", str(asthma), "--as-one", "--patient-sd", "3.5"]).stdout
    assert "Prior of the average (log rate ratio): flat." in flat
    arms = tmp_path / "arms.csv"
    arms.write_text("study,events_t,n_t,events_c,n_c\nA,3,11,5,12\nB,5,14,7,13\n", encoding="utf-8")
    one = RUN.invoke(app, ["prior", str(arms), "--as-one"]).stdout
    assert "Prior of the average (log odds ratio): normal, mean 0, standard deviation 2.\n" in one


def test_effects_in_points_take_both_spreads_of_their_prior(tmp_path):
    points = tmp_path / "points.csv"
    points.write_text("study,estimate,se,unit\nA,-12,1,points\nB,-6,1,points\n", encoding="utf-8")
    for options in ([], ["--tau-scale", "8"], ["--mu-sd", "20"], ["--mu-mean", "-5"]):
        refused = RUN.invoke(app, ["pool", str(points), *options])
        assert 'effects in "points" have no usual prior' in str(refused.exception)
    taken = answered("pool", points, "--mu-sd", 20, "--tau-scale", 8)
    assert taken["prior"] == {"mean": 0.0, "sd": 20.0, "tau": {"scale": 8.0}}


def test_prior_names_every_sample_size(adults):
    result = RUN.invoke(app, ["prior", str(adults), "--widen", "0.3"])
    assert result.exit_code == 0
    for words in (
        "ELIR",
        "moment",
        "Morita",
        "KL",
        "robust, 0.2 vague",
        "widened by a standard deviation of 0.3",
    ):
        assert words in result.stdout


@pytest.mark.parametrize(("sd", "warned"), [(10, False), (10.01, True), (25.4, True)])
def test_a_vague_component_too_wide_to_doubt_the_adults_is_named(asthma, sd, warned):
    for command in (
        ["prior", str(asthma), "--as-one", "--patient-sd", "2", "--robust-sd", str(sd)],
        ["tipping", str(asthma), "--as-one", "--limit", "0", "--below", "--estimate", "1", "--se", "0.7",
         "--robust-sd", str(sd)],
    ):  # fmt: skip
        result = RUN.invoke(app, command)
        assert result.exit_code == 0
        assert ("leans to the adults" in result.stdout) is warned


def test_the_source_of_usual_priors_is_printed_and_of_others_none(adults):
    assert "RBesT (gMAP)" in RUN.invoke(app, ["pool", str(adults)]).stdout
    assert "Source of these" not in RUN.invoke(app, ["pool", str(adults), "--mu-sd", "3"]).stdout


def test_tipping_gives_the_printed_weight(asthma):
    options = [
        "--as-one",
        "--limit",
        0,
        "--below",
        "--estimate",
        -0.395,
        "--se",
        0.703,
        "--robust-sd",
        math.sqrt(12.4),
    ]
    found = answered("tipping", asthma, *options)
    expected = printed("tip-mepolizumab-adolescents")["exact_tipping_weight"]
    assert found["tipping"]["weight"] == pytest.approx(expected, abs=1e-5)
    result = RUN.invoke(app, ["tipping", str(asthma), *map(str, options)])
    assert (
        "It changes at a weight of 0.6967 of the adult evidence in the prior (0.914 in the posterior)"
        in result.stdout
    )
    assert "estimate one effect, without variation" in " ".join(result.stdout.split())


def test_tipping_takes_the_counts_of_two_arms_of_children(tmp_path):
    adults = tmp_path / "two_arms.csv"
    adults.write_text("study,events_t,n_t,events_c,n_c\nA,30,60,20,60\nB,25,50,15,50\n", encoding="utf-8")
    arms = ("--n-treated", 10, "--n-control", 10)
    counted = answered("tipping", adults, "--limit", 0, "--events-treated", 6, "--events-control", 2, *arms)
    assert counted["children"] == [6, 10, 2, 10]
    result = RUN.invoke(app, ["tipping", str(adults), "--limit", "0", "--events-treated", "6"])
    assert isinstance(result.exception, LeadlineError)
    assert "taken whole" in str(result.exception)


def test_a_conclusion_that_no_weight_changes_is_said_to_have_no_tipping_point(adults):
    result = RUN.invoke(app, ["tipping", str(adults), "--limit", "0.3", "--events", "1", "--n", "12"])
    assert "It holds at no weight of the adult evidence: there is no tipping point." in result.stdout


def test_the_same_studies_give_the_same_bytes(tmp_path):
    few = tmp_path / "few.csv"
    few.write_text("study,events,n\nA,3,11\nB,5,14\n", encoding="utf-8")
    first, second = (RUN.invoke(app, ["pool", str(few), "--json"]).stdout for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["pool", "absent.csv"], 30),
        (["tipping", "ADULTS", "--limit", "0.3"], 30),
        (["tipping", "ADULTS", "--limit", "0.3", "--events", "9", "--n", "4"], 30),
        (["prior", "ADULTS", "--tau-scale", "0"], 30),
        (["prior", "ADULTS", "--robust-weight", "1.2"], 30),
        (["pool", "ADULTS", "--keep", "Study 9"], 30),
    ],
)
def test_what_cannot_be_answered_ends_with_its_exit_code_and_no_number(adults, arguments, code):
    result = RUN.invoke(app, [str(adults) if word == "ADULTS" else word for word in arguments])
    assert isinstance(result.exception, LeadlineError)
    assert result.exception.exit_code == code
    assert result.stdout == ""


@pytest.mark.parametrize("ending", ["png", "pdf", "svg"])
def test_pool_and_tipping_draw(tmp_path, ending):
    adults, forest, tipping = (tmp_path / name for name in ("a.csv", f"forest.{ending}", f"tipping.{ending}"))
    adults.write_text("study,events,n\nA,3,11\nB,5,14\n", encoding="utf-8")
    assert RUN.invoke(app, ["pool", str(adults), "--json", "--figure", str(forest)]).exit_code == 0
    options = ["--limit", "0.2", "--events", "4", "--n", "9", "--json", "--figure", str(tipping)]
    assert RUN.invoke(app, ["tipping", str(adults), *options]).exit_code == 0
    assert min(forest.stat().st_size, tipping.stat().st_size) > 4_000


REFUSED = [
    ("tipping ADULTS --limit 1.2 --events 3 --n 10", "--limit is 1.2; a number above 0 and below 1 is taken"),
    ("tipping ADULTS --limit -0.3 --events 3 --n 10", "--limit is -0.3"),
    ("tipping ADULTS --limit nan --events 3 --n 10", "--limit is nan"),
    ("tipping EFFECTS --limit nan --estimate 0.2 --se 0.1 --robust-sd 1", "--limit is nan"),
    ("tipping EFFECTS --limit 0 --estimate inf --se 0.1 --robust-sd 1", "--estimate is inf"),
    ("tipping EFFECTS --limit 0 --estimate 0.2 --se nan --robust-sd 1", "--se is nan"),
    ("tipping EFFECTS --limit 0 --estimate 0.2 --se 0.1 --robust-sd inf", "--robust-sd is inf"),
    ("tipping EFFECTS --limit 0 --estimate 0.2 --se 0.1 --robust-mean 1 --n-treated 5 --n-control 5",
     "--robust-mean was given without --robust-sd"),
    ("tipping EFFECTS --limit 0 --events 3 --n 9", "--events was given; studies of effects"),
    ("tipping ADULTS --limit 0.3 --events 3 --n 10 --estimate 0.2 --se 0.1", "--estimate was given"),
    ("tipping ADULTS --limit 0.3 --events 3 --n 10 --probability 1", "--probability is 1"),
    ("prior ADULTS --patient-sd 2", "--patient-sd was given; studies of one arm (events, n) take no such option"),
    ("prior ADULTS --robust-sd 2", "--robust-sd was given"),
    ("prior ADULTS --widen nan", "--widen is nan; a number from 0 to 20 is taken"),
    ("prior ADULTS --power 0", "--power is 0; a number above 0 to 1 is taken"),
    ("prior EFFECTS --patient-sd nan", "--patient-sd is nan"),
    ("pool ADULTS --mu-mean inf", "--mu-mean is inf; a number from -20 to 20 is taken"),
    ("pool ADULTS --mu-sd nan", "--mu-sd is nan"),
    ("pool ADULTS --tau-scale inf", "--tau-scale is inf"),
    ("pool ADULTS --tau-scale 1e9", "--tau-scale is 1e+09; a number above 0 to 20 is taken"),
    ("pool EFFECTS --tau-scale 1e9", "--tau-scale is 1e+09"),
    ("pool ADULTS --level nan", "--level is nan; a number from 0.5 to 0.999 is taken"),
    ("pool ADULTS --figure forest.jpg", '--figure is "forest.jpg"; a name that ends in .pdf, .svg or .png'),
]  # fmt: skip


@pytest.mark.parametrize(("line", "words"), REFUSED)
def test_an_option_out_of_its_range_or_of_other_studies_is_refused(adults, asthma, line, words):
    files = {"ADULTS": str(adults), "EFFECTS": str(asthma)}
    result = RUN.invoke(app, [files.get(word, word) for word in line.split()])
    assert isinstance(result.exception, LeadlineError)
    assert words in str(result.exception)
    assert result.stdout == ""


def test_help_names_the_columns_and_cuts_no_sentence():
    help_of_pool = " ".join(RUN.invoke(app, ["pool", "--help"]).stdout.replace("│", " ").split())
    for columns in ("events, n", "events_t, n_t, events_c, n_c", "events, exposure", "estimate, se"):
        assert columns in help_of_pool
    commands = RUN.invoke(app, ["--help"]).stdout.split("Commands")[1]
    assert "Make a prior for children." in commands
    assert "..." not in commands


def test_no_number_is_cut_in_a_narrow_terminal(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    path = tmp_path / "long.csv"
    path.write_text(
        "study,events,n\nLongnameofastudy2x,0,1\nA very long name of a study indeed 2019,5,20\n",
        encoding="utf-8",
    )
    pooled, answer = RUN.invoke(app, ["pool", str(path)]).stdout, answered("pool", path)
    for shown in (answer["mean"], answer["new_study"], answer["studies"][0]["posterior"]):
        assert f"{shown['low']:.4f} to {shown['high']:.4f}" in pooled
    prior = RUN.invoke(app, ["prior", str(path)]).stdout
    assert "Morita" in prior
    assert "…" not in pooled + prior


def test_an_infinite_sample_size_is_explained(tmp_path):
    path = tmp_path / "child.csv"
    path.write_text("study,events,n\nA,0,1\n", encoding="utf-8")
    assert "ELIR is infinite where a or b lies below 1" in RUN.invoke(app, ["prior", str(path)]).stdout


def test_an_interval_without_width_is_not_estimable(tmp_path):
    """3/12 and 5/20 are both a quarter: Hartung and Knapp take the error from a spread that is nothing."""
    path = tmp_path / "alike.csv"
    path.write_text("study,events,n\nA,0,10\nB,3,12\nC,5,20\n", encoding="utf-8")
    rows = {row["method"]: row for row in answered("pool", path)["classical"]}
    alike = rows["REML with Hartung-Knapp"]
    assert (alike["estimate"], alike["low"], alike["high"]) == (pytest.approx(0.25), None, None)
    assert "found the same" in alike["not_estimable"]
    assert rows["REML"]["not_estimable"] == ""
    assert rows["REML"]["low"] == pytest.approx(0.1302, abs=5e-5)
    assert "not estimable" in RUN.invoke(app, ["pool", str(path)]).stdout


def test_two_trials_without_any_event_have_a_risk_difference_and_no_interval(tmp_path):
    path = tmp_path / "none.csv"
    path.write_text("study,events_t,n_t,events_c,n_c\nA,0,10,0,10\nB,0,9,0,8\n", encoding="utf-8")
    rows = answered("pool", path)["classical"]
    assert [(row["method"], row["estimate"], row["low"]) for row in rows] == [
        ("Mantel-Haenszel risk difference", 0.0, None)
    ]
    text = RUN.invoke(app, ["pool", str(path)]).stdout
    assert (
        "No study says anything of the odds ratio: what stands under average study is the prior alone."
        in text
    )


def test_one_usable_study_gives_each_method_once(tmp_path):
    path = tmp_path / "one.csv"
    path.write_text("study,events,n\nA,0,10\nB,3,12\n", encoding="utf-8")
    methods = [row["method"] for row in answered("pool", path)["classical"]]
    assert len(methods) == len(set(methods))


def test_heterogeneity_is_told_with_its_share(tmp_path):
    """The thirteen BCG trials, log risk ratios: Q 152.2330 on 12, tau2 0.3132 by REML with 0.1197 to 1.1115 by the
    Q-profile (Viechtbauer W. J Stat Softw 2010;36(3)); by that Q I2 is 140.233 / 152.233 and H2 152.233 / 12.
    """
    from tests.evidence.checks import bcg

    a, b, c, d = bcg()
    path = tmp_path / "bcg.csv"
    lines = ["study,estimate,se,unit"]
    for place, (p, q, r, s) in enumerate(zip(a, b, c, d, strict=True)):
        se = math.sqrt(1 / p - 1 / (p + q) + 1 / r - 1 / (r + s))
        lines.append(f"T{place},{math.log(p * (r + s) / (r * (p + q)))},{se},log risk ratio")
    path.write_text("\n".join(lines), encoding="utf-8")
    found = answered("pool", path)["heterogeneity"]
    assert (found["q"], found["df"]) == (pytest.approx(152.2330, abs=5e-5), 12)
    assert found["i2_percent"] == pytest.approx(92.12, abs=5e-3)
    assert found["h2"] == pytest.approx(12.69, abs=5e-3)
    assert found["tau2"] == pytest.approx(0.3132, abs=5e-5)
    assert (found["tau2_low"], found["tau2_high"]) == pytest.approx((0.1197, 1.1115), abs=5e-5)
    assert "I² 92.1 %, H² 12.69; tau² 0.313 (REML)" in RUN.invoke(app, ["pool", str(path)]).stdout
