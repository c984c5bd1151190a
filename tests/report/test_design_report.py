"""The report of a design: what a board must not overlook stands first, and every document says the same.

Expected numbers are typed from the published design that is described (Fujikawa 2020, two stages, as its exact
values are printed in the manual of baskexact) or counted by hand.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import zipfile
from dataclasses import replace

import jsonschema
import pytest
from matplotlib.lines import Line2D
from matplotlib.text import Text

from leadline.errors import ItemUnknown, OutputExists
from leadline.report.blocks import Prose
from leadline.report.design.machine import json_schema, machine
from leadline.report.design.models import model_in_words, model_sources, prior_in_words
from leadline.report.design.protocol_text import protocol_parts
from leadline.report.design.results import design_results
from leadline.report.design.sections import cited_rates
from leadline.report.design.tables import all_tables, boundaries_table, harm_boundary_table
from leadline.report.design.words import share
from leadline.report.design.writing import write_design_report
from leadline.report.figures import style
from leadline.report.figures.boundaries import plot_boundaries
from leadline.report.figures.harm_rule import plot_harm_rule
from leadline.report.figures.operating import MOST_ACROSS, plot_errors, plot_operating, plot_sensitivity
from leadline.trial import describe, read_design, shipped_design
from leadline.trial.borrowing.beta import Beta
from leadline.trial.borrowing.bhm import Hierarchical
from leadline.trial.borrowing.exnex import Alone, Common, ExNex
from leadline.trial.borrowing.independent import Independent
from leadline.trial.borrowing.local_mem import LocalExchangeability
from leadline.trial.borrowing.mem import Exchangeability
from leadline.trial.borrowing.pooled import Pooled
from leadline.trial.borrowing.power_prior import PowerPrior
from leadline.trial.borrowing.weights import GlobalWeight, Heterogeneity, MarginalLikelihood
from leadline.trial.design import Basis, Basket, Design, EarlyRule, Efficacy, Harm, HarmCheck, HarmScope
from tests.report.programs import needs_pdftotext
from tests.report.test_figures import assert_nothing_overlaps
from tests.trial.designs import CPP, fujikawa

PLOTS = (plot_operating, plot_errors, plot_sensitivity, plot_boundaries)


@pytest.fixture(scope="module")
def published():
    """Two looks, three like baskets, no harm rule."""
    return describe(read_design(shipped_design("fujikawa_two_stage")))


@pytest.fixture(scope="module")
def unlike():
    """Three unlike baskets with long names, one look, and a harm rule."""
    baskets = (
        Basket("a", "acr_pedi.acr70", 0.2, 0.6, (6,), name="Juvenile idiopathic arthritis", null_reason="Placebo."),
        Basket("b", "sri4", 0.44, 0.8, (5,), name="Childhood-onset systemic lupus erythematosus"),
        Basket("c", "mctd_remission_hetlevik2017", 0.1, 0.5, (4,), name="Mixed connective tissue disease",
               prior=(Beta(7, 5, 0.2), Beta(1, 1, 0.8))),
    )  # fmt: skip
    harm = Harm("a serious event", 0.2, 0.1, 0.05)
    return describe(Design("Small & <new>", baskets, Efficacy(0.9), CPP, harm=harm))


@pytest.fixture(scope="module")
def folder(unlike, tmp_path_factory):
    return write_design_report(unlike, tmp_path_factory.mktemp("design") / "out").folder


def table_of(report, name):
    return next(table for table in all_tables(report) if table.name == name)


def test_a_report_is_documents_tables_and_figures(folder):
    names = {path.name for path in folder.iterdir()}
    assert names == {"design.html", "design.pdf", "design.docx", "design.json", "tables", "figures"}
    stems = {path.stem for path in (folder / "figures").iterdir()}
    assert stems == {"boundaries", "errors", "harm", "operating", "sensitivity"}


def test_two_reports_are_the_same_bytes(unlike, folder, tmp_path):
    again = write_design_report(unlike, tmp_path / "out")
    for path in again.paths:
        assert path.read_bytes() == (folder / path.relative_to(again.folder)).read_bytes(), path.name


def test_the_warning_of_a_larger_error_stands_on_the_first_page_of_every_document(published, tmp_path):
    write_design_report(published, tmp_path / "out", formats=["html", "pdf", "docx"])
    warning = "It is not the largest"
    html = (tmp_path / "out/design.html").read_text("utf-8")
    word = zipfile.ZipFile(tmp_path / "out/design.docx").read("word/document.xml").decode()
    assert 0 < html.index(warning) < html.index("<table>")
    assert 0 < word.index(warning) < word.index("<w:tbl>") < word.index("<w:pageBreakBefore/>")


@needs_pdftotext
def test_every_page_of_the_pdf_says_what_it_is_and_the_first_one_warns(published, tmp_path):
    write_design_report(published, tmp_path / "out", formats=["pdf"])
    command = ["pdftotext", str(tmp_path / "out/design.pdf"), "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    pages = [" ".join(page.split()) for page in text.split("\f") if page.strip()]
    assert "It is not the largest" in pages[0]
    assert all("Leadline gives no advice on treating a patient." in page for page in pages)


def test_every_document_says_that_no_treatment_is_advised(folder):
    said = "Leadline gives no advice on treating a patient."
    assert said in (folder / "design.html").read_text("utf-8")
    assert said in zipfile.ZipFile(folder / "design.docx").read("word/document.xml").decode()


def test_the_tables_hold_the_published_numbers(published):
    """0.01703198 a basket, 0.03722851 any, 16.06847 children a basket: 48.2 of all."""
    first = table_of(published, "scenarios").rows[0]
    assert first == ("No basket responds", "1.7", "1.7", "1.7", "3.72", "3.7", "2.95", "48.2")
    assert table_of(published, "baskets").rows[0][-2:] == ("1.7", "96.1")


def test_the_error_at_the_global_null_stands_beside_the_largest_one(published):
    rows = table_of(published, "errors").rows
    assert [row[0] for row in rows] == ["No basket responds", "Every basket", "Any two", "Any one"]
    at_null, largest = float(rows[0][-2]), max(float(row[-2]) for row in rows)
    assert at_null == 3.72
    assert largest > 14


@pytest.mark.parametrize("which", ["published", "unlike"])
def test_a_proved_limit_is_never_printed_smaller_than_it_is(which, request):
    report = request.getfixturevalue(which)
    for row, one in zip(table_of(report, "errors").rows[1:], report.worst, strict=True):
        assert 100 * one.at_most - 1e-9 <= float(row[-1]) < 100 * one.at_most + 0.01
    short = design_results(report, []).sections[0].blocks
    (lead,) = (block.text for block in short if isinstance(block, Prose) and block.role == "lead")
    said = re.search(r"with at most ([\d.]+)", lead)
    limit = 100 * max(one.at_most for one in report.worst)
    assert said
    assert limit - 1e-9 <= float(said[1]) < limit + 0.1


def test_like_baskets_share_their_boundaries_and_every_count_stands_once(published):
    rows = boundaries_table(published).rows
    assert {row[1] for row in rows} == {"each basket"}
    for look, children in (("interim", 15), ("final", 24)):
        counts: list[int] = []
        for row in rows:
            if row[0] == look:
                low, *high = map(int, row[3].split(" to "))
                counts += range(low, (high or [low])[0] + 1)
        assert counts == list(range(children + 1))


@pytest.fixture(scope="module")
def nameless():
    """Baskets with an id alone and a futility rule that foretells, each borrowing from the other."""
    baskets = (
        Basket("mctd", "sri4", 0.1, 0.5, (3, 5)),
        Basket("csle", "sri4", 0.2, 0.6, (2, 4)),
    )
    rule = EarlyRule(Basis.PREDICTIVE, 0.1)
    return describe(Design("Ids", baskets, Efficacy(0.9), CPP, futility=rule))


def test_an_id_keeps_its_letters_in_the_figure(nameless):
    said = {text.get_text() for text in plot_boundaries(nameless).figure.findobj(Text)}
    assert any(text.startswith("mctd, interim") for text in said)
    assert not any(text.startswith("Mctd") for text in said)


def test_a_rule_that_foretells_says_by_what(nameless):
    decisions = dict(protocol_parts(nameless))["Decisions"]
    assert "foretold by its posterior as it stands, borrowing included" in decisions[0]
    alone = replace(nameless, design=replace(nameless.design, borrowing=Independent()))
    assert "foretold" not in dict(protocol_parts(alone))["Decisions"][0]


def test_a_decision_that_others_share_says_what_follows_and_any_other_says_nothing_more(published):
    for row in boundaries_table(published).rows:
        assert (row[4] == "depends on the other baskets") == bool(row[5]) == bool(row[6])


def test_the_harm_rule_is_a_table_of_counts(unlike):
    """One look after 15 children; at a rate of 0.2 more than 5 events have a probability of 0.0611, more than 4 of
    0.1642: with a level of 0.1 the sixth stops the trial."""
    assert harm_boundary_table(unlike).rows == (("15", "6"),)


def harm_drawn(report, **how):
    return plot_harm_rule(report.design.harm, report.harm_boundaries[0], **how)


def test_the_figure_of_the_harm_rule_holds_the_look_alone(unlike):
    """The count of the look, as above; nothing is drawn where the rule is not looked at."""
    plotted = harm_drawn(unlike)
    assert plotted.data == ({"children": 15, "stops_at": 6, "expected_rate": 0.05, "limit_rate": 0.2},)
    assert "6 among the first 15" in plotted.alt
    assert "at each look, not between looks" in plotted.caption


def test_the_number_of_a_look_stands_below_the_middle_of_its_step(unlike):
    """At the edge of the step it could be read as the number before or after."""
    figure = harm_drawn(unlike).figure
    figure.set_dpi(288)
    renderer = figure.canvas.get_renderer()
    (number,) = (text for text in figure.findobj(Text) if text.get_text() == "15")
    steps = [line for line in figure.findobj(Line2D) if line.get_linewidth() == pytest.approx(1.2)]
    middles = [line.get_window_extent(renderer) for line in steps]
    middle = number.get_window_extent(renderer)
    assert min(abs((box.x0 + box.x1) - (middle.x0 + middle.x1)) / 2 for box in middles) < 2


@pytest.fixture(scope="module")
def watched():
    """The harm rule of the shipped beta-binomial kind looked at after every one of 30 children."""
    harm = Harm("a serious event", 0.2, 0.1, 0.05, check=HarmCheck.CHILD)
    return describe(Design("one", (Basket("a", "sri4", 0.2, 0.6, (30,)),), Efficacy(0.9), harm=harm))


def test_a_harm_rule_looked_at_after_every_child_is_a_row_and_a_step_a_child(watched):
    """No child can stop the trial before there are as many children as events; the step never falls."""
    rows = harm_drawn(watched).data
    assert [row["children"] for row in rows] == list(range(1, 31))
    stops = [row["stops_at"] for row in rows if row["stops_at"] is not None]
    assert None not in [row["stops_at"] for row in rows[-len(stops) :]]
    assert stops == sorted(stops)
    assert "after every child" in harm_drawn(watched).caption


@pytest.mark.parametrize("width_mm", [120.0, style.TWO_COLUMNS_MM])
def test_nothing_overlaps_in_the_figure_of_the_harm_rule(unlike, watched, width_mm):
    for report in (unlike, watched):
        plotted = harm_drawn(report, width_mm=width_mm)
        assert_nothing_overlaps(plotted)
        assert 2 <= len(re.findall(r"[.] |[.]$", plotted.alt)) <= 5


def test_a_design_without_harm_rule_and_with_one_look_leaves_out_what_it_has_not():
    one = describe(Design("one", (Basket("a", "sri4", 0.2, 0.6, (5,)),), Efficacy(0.9)))
    names = [table.name for table in all_tables(one)]
    assert names == ["baskets", "errors", "boundaries", "scenarios", "by_basket", "misjudged_null"]
    assert "harm" not in [part.id for part in design_results(one, []).sections]


def test_a_harm_rule_of_each_basket_is_told_basket_by_basket(unlike, tmp_path):
    own = describe(replace(unlike.design, harm=replace(unlike.design.harm, scope=HarmScope.BASKET)))
    labels = [basket.label for basket in own.design.baskets]
    assert list(dict.fromkeys(row[0] for row in harm_boundary_table(own).rows)) == labels
    rates = table_of(own, "harm_rates")
    assert {row[0] for row in rates.rows} == set(labels)
    assert rates.columns[2].heading == "The basket stops for harm, %"
    harmed = [column.heading for column in table_of(own, "by_basket").columns].index("Stopped for harm, %")
    assert all(row[harmed] for row in table_of(own, "by_basket").rows)
    assert "Stopped for harm, %" not in [column.heading for column in table_of(unlike, "by_basket").columns]
    written = write_design_report(own, tmp_path / "out", formats=["html", "figures"])
    drawn = {path.stem for path in written.paths if path.stem.startswith("harm")}
    assert drawn == {f"harm_{n}" for n in range(1, 1 + len({basket.looks for basket in own.design.baskets}))}
    page = (tmp_path / "out/design.html").read_text("utf-8")
    assert "Each basket has a boundary of its own" in page
    assert "whole trial" not in page
    jsonschema.validate(json.loads(json.dumps(machine(own))), json_schema())


def test_a_design_that_was_not_searched_says_so_and_draws_no_largest_error(unlike, tmp_path):
    bare = replace(unlike, worst=(), warnings=("The search was not made.",))
    written = write_design_report(bare, tmp_path / "out", formats=["html", "figures"])
    assert not any(path.stem == "errors" for path in written.paths)
    page = (tmp_path / "out/design.html").read_text("utf-8")
    assert "whatever the true" not in page
    assert "Family-wise error, if no basket responds" in page
    assert "the largest error was found" not in page


def test_the_statistical_section_states_the_rule_the_prior_and_what_is_left_to_say(unlike):
    section = next(part for part in design_results(unlike, []).sections if part.id == "protocol")
    text = " ".join(getattr(block, "text", "") for block in section.blocks)
    for said in (
        "up to 15 children",
        "is at least 0.9",
        "0.2 × beta(7, 5) + 0.8 × beta(1, 1)",
        "a = 2 and b = 2",
        "Event: a serious event",
        "how a child is counted whose response cannot be judged",
        "In all this the event of the harm rule occurs in 5\u00a0% of children.",
    ):
        assert said in text


def test_every_published_rate_that_a_reason_names_has_its_source(unlike):
    design = read_design(shipped_design("msc_basket"))
    assert [said.split(":")[0] for said in cited_rates(design)] == [
        "N01",
        "N32",
        "N40",
        "N44",
        "N48",
        "N50",
        "N52",
    ]
    assert cited_rates(design)[0] == (
        "N01: SRI-4 at week 52, placebo, PLUTO NCT01649765. Brunner HI et al. Ann Rheum Dis 2020, "
        "doi:10.1136/annrheumdis-2020-217101"
    )
    assert cited_rates(unlike.design) == ()


def statistical_section(report):
    section = next(part for part in design_results(report, []).sections if part.id == "protocol")
    return " ".join(getattr(block, "text", "") for block in section.blocks)


def test_the_statistical_section_says_what_a_closed_basket_counts_and_whom_a_look_finds(published):
    text = statistical_section(published)
    assert (
        "borrow from a basket that was closed at an earlier look, its children up to that look count." in text
    )
    assert "a look finds the planned children and knows the response of each" in text
    alone = statistical_section(describe(replace(published.design, borrowing=Independent())))
    assert "borrow from" not in alone


def test_the_harm_rule_is_named_under_the_errors_where_there_is_one_and_nowhere_else(published, unlike):
    taken = "The event of the harm rule is taken to occur in 5 % of children."
    assert taken in table_of(unlike, "errors").footnotes
    assert "not stopped for harm" in table_of(unlike, "by_basket").footnotes[0]
    for table in all_tables(published):
        assert "harm" not in str(table)


def test_no_id_of_a_basket_criterion_or_model_stands_in_the_words(unlike):
    sections = [part for part in design_results(unlike, []).sections if part.id != "parameters"]
    text = str([part.blocks for part in sections])
    assert not re.search(r"acr_pedi|acr pedi|hetlevik2017|power_prior|sri4|beta_binomial", text)


MODELS = {
    "none": Independent(),
    "pooled": Pooled(),
    "power prior": PowerPrior("power_prior", MarginalLikelihood("mml")),
    "calibrated": CPP,
    "held back": replace(CPP, global_weight=GlobalWeight(Heterogeneity.GAPS, power=1.6, most=0.85)),
    "Fujikawa": fujikawa(0.5),
    "MEM": Exchangeability(exchangeability=0.37),
    "local MEM": LocalExchangeability(delta=1.7),
    "hierarchical": Hierarchical("bhm", mean=-1.25, sd=3.5, tau_scale=0.8, tau_lowest=0.001),
    "EXNEX": ExNex("exnex", (Common(-0.4, 1.9, 0.7, 0.25),), Alone(0.3, 2.2)),
}
PARAMETERS = {
    "calibrated": ("2",),
    "held back": ("1.6", "0.85", "gaps"),
    "Fujikawa": ("2", "0.5", "natural"),
    "MEM": ("0.37",),
    "local MEM": ("1.7",),
    "hierarchical": ("−1.25", "3.5", "0.8", "0.001", "null rate"),
    "EXNEX": ("−0.4", "1.9", "0.7", "0.25", "0.75", "0.3", "2.2"),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_told_with_every_one_of_its_parameters(name):
    words = model_in_words(MODELS[name])
    assert words.endswith(".")
    assert all(value in words for value in PARAMETERS.get(name, ()))
    assert model_sources(MODELS[name]) or name in ("none", "pooled", "local MEM")


def test_a_prior_of_one_part_has_no_weight():
    assert prior_in_words((Beta(1, 1),)) == "beta(1, 1)"


@pytest.mark.parametrize(
    ("probability", "said"), [(0.0, "0.0"), (0.0002, "<0.1"), (0.0006, "0.1"), (1.0, "100.0")]
)
def test_a_small_probability_is_never_told_as_zero(probability, said):
    assert share(probability) == said


def test_the_csv_files_hold_the_tables_and_the_json_the_report(unlike, folder):
    for table in all_tables(unlike):
        with (folder / f"tables/{table.name}.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        assert header == [column.heading for column in table.columns]
        assert len(rows) == len(table.rows)
    plain = json.loads((folder / "design.json").read_text("utf-8"))
    assert plain["scenarios"][0]["success"] == list(unlike.scenarios[0].success)


def test_the_title_is_text_in_the_page_and_nothing_else(folder):
    html = (folder / "design.html").read_text("utf-8")
    assert "Small &amp; &lt;new&gt;" in html
    assert "<new>" not in html


@pytest.mark.parametrize("plot", PLOTS)
def test_no_two_texts_of_a_figure_overlap(plot, published, unlike):
    for report in (published, unlike):
        assert_nothing_overlaps(plot(report))


@pytest.mark.parametrize("plot", [plot_operating, plot_sensitivity])
def test_no_two_texts_overlap_with_as_many_baskets_as_have_a_column_each(plot):
    baskets = tuple(Basket(f"b{n}", "sri4", 0.2, 0.5, (4,), name=f"Disease {n}") for n in range(MOST_ACROSS))
    assert_nothing_overlaps(plot(describe(Design("many", baskets, Efficacy(0.9)))))


@pytest.mark.parametrize("plot", PLOTS)
def test_a_figure_has_small_text_of_six_and_a_half_points_and_data_with_one_set_of_keys(plot, published):
    plotted = plot(published)
    assert min(float(text.get_fontsize()) for text in plotted.figure.axes[0].texts) >= 6.5
    assert plotted.figure.get_size_inches()[0] * 25.4 == pytest.approx(style.TWO_COLUMNS_MM)
    assert len({tuple(row) for row in plotted.data}) == 1
    assert 2 <= len(re.findall(r"[.] |[.]$", plotted.alt)) <= 5


def test_a_bar_of_power_is_filled_and_one_of_an_error_is_hollow(published):
    data = plot_operating(published).data
    only_first = [row for row in data if row["row"] == "Only first responds"]
    assert [row["mistake"] for row in only_first] == [False, True, True, True]


def test_the_figure_of_errors_holds_the_proved_limits(published):
    data = plot_errors(published).data
    assert [row["at_most"] for row in data] == [one.at_most for one in published.worst]


def test_of_many_sets_without_effect_the_worst_of_each_number_is_drawn(unlike):
    data = plot_errors(unlike).data
    assert len(data) == 3
    for count, row in zip((3, 2, 1), data, strict=True):
        assert row["probability"] == max(one.error for one in unlike.worst if len(one.null_baskets) == count)


def test_the_strips_hold_the_rows_of_the_boundaries(published):
    data = plot_boundaries(published).data
    assert len(data) == len(boundaries_table(published).rows)


def test_an_unknown_format_is_named_and_a_folder_of_others_is_kept(unlike, tmp_path):
    with pytest.raises(ItemUnknown, match="rtf"):
        write_design_report(unlike, tmp_path / "out", formats=["rtf"])
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken/report.json").write_text("{}")
    with pytest.raises(OutputExists):
        write_design_report(unlike, tmp_path / "taken", formats=["json"])
    assert [path.name for path in (tmp_path / "taken").iterdir()] == ["report.json"]
