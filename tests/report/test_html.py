"""report.html: one file that asks nobody for anything, and that can be read without seeing it."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from importlib import resources
from itertools import pairwise

import pytest

from tests.report.full import HOSTILE
from tests.report.sample import SECRET

VOID = {"meta", "link", "br", "col", "img", "hr", "input"}


class Page(HTMLParser):
    """The elements of a page in order, each with its attributes, its ancestors and the text directly in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[dict] = []
        self.open: list[dict] = []
        self.unclosed: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        element = {"tag": tag, "text": "", "inside": [each["tag"] for each in self.open], **dict(attributes)}
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open[-1]["tag"] != tag:
            self.unclosed.append(tag)
        else:
            self.open.pop()

    def handle_data(self, data):
        if self.open:
            self.open[-1]["text"] += data

    def all(self, *tags: str) -> list[dict]:
        return [element for element in self.elements if element["tag"] in tags]


@pytest.fixture(scope="module")
def text(published):
    return (published / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def test_every_element_is_closed_where_it_should_be(page):
    assert page.unclosed == []
    assert page.open == []


def test_nothing_is_asked_of_the_network_and_nothing_runs(page, text):
    asking = [
        (element["tag"], value)
        for element in page.elements
        for name, value in element.items()
        if name in ("src", "href", "xlink:href", "action", "srcset") and not value.startswith(("#", "data:"))
    ]
    assert asking == []
    assert page.all("script", "iframe", "object", "embed", "base", "form") == []
    assert re.findall(r"url\((?!#)[^)]*\)|@import", text) == []
    assert [name for element in page.elements for name in element if name.startswith("on")] == []


def test_what_a_chart_holds_is_shown_and_not_run(text):
    assert HOSTILE not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_the_words_of_a_family_and_dates_are_not_in_it(text):
    assert SECRET not in text
    assert "2021-04-20" not in text


def test_no_two_elements_share_an_id(page):
    ids = Counter(element["id"] for element in page.elements if "id" in element)
    assert [name for name, times in ids.items() if times > 1] == []


def test_every_reference_inside_the_page_leads_somewhere(page, text):
    ids = {element["id"] for element in page.elements if "id" in element}
    links = {
        value[1:]
        for element in page.elements
        for name, value in element.items()
        if name in ("href", "xlink:href") and value.startswith("#")
    }
    labels = {
        label
        for element in page.elements
        for name in ("aria-labelledby", "aria-describedby")
        for label in element.get(name, "").split()
    }
    clips = set(re.findall(r"url\(#([^)]+)\)", text))
    assert (links | labels | clips) - ids == set()


def test_it_has_a_language_a_title_landmarks_and_a_way_past_the_contents(page):
    assert page.all("html")[0]["lang"] == "en-GB"
    assert [len(page.all(tag)) for tag in ("title", "main", "nav", "h1")][1:] == [1, 1, 1]
    assert page.all("nav")[0]["aria-label"] == "Contents"
    skip = page.all("a")[0]
    assert skip["href"] == "#answer"
    assert next(element for element in page.elements if element.get("id") == "answer")["tag"] == "section"


def test_no_level_of_heading_is_left_out(page):
    levels = [int(element["tag"][1]) for element in page.all("h1", "h2", "h3", "h4", "h5")]
    assert levels[0] == 1
    assert [(above, below) for above, below in pairwise(levels) if below > above + 1] == []


def test_every_table_has_a_caption_and_headers_with_a_scope(page):
    assert len(page.all("table")) == len(page.all("caption")) > 10
    assert {element.get("scope") for element in page.all("th")} == {"col", "row"}


def test_every_figure_is_described_for_those_who_do_not_see_it(page):
    figures = [element for element in page.all("svg") if element.get("role") == "img"]
    named = {element["id"]: element["text"] for element in page.all("title", "desc") if "id" in element}
    assert len(figures) >= 3
    for figure in figures:
        title, description = figure["aria-labelledby"].split()
        assert named[title]
        assert len(named[description].split()) > 15
    unnamed = [element for element in page.all("svg") if element.get("role") != "img"]
    assert {element.get("aria-hidden") for element in unnamed} == {"true"}


def test_every_part_says_what_kind_of_data_it_shows(page):
    parts = [element for element in page.all("section") if element["class"] == "level-1"]
    running = [element for element in page.all("p") if element.get("class") == "running"]
    assert len(running) == len(parts) - 1  # the first stands under the title, which says so
    assert {element["text"] for element in running} == {
        "INVENTED DATA: no child in this report exists. Leadline gives no advice on treating a patient."
    }


def test_what_to_record_next_stands_first_in_a_child_s_part(text):
    part = text[text.index('<section id="child-inv-01"') :]
    headings = re.findall(r"<h3>([^<]+)</h3>", part)
    assert headings[0] == "What to record next"


def luminance(colour: str) -> float:
    """Relative luminance of sRGB (WCAG 2.2)."""
    digits = colour * 2 if len(colour) == 3 else colour
    parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("name", ["ink", "quiet", "accent", "against"])
def test_every_colour_of_text_stands_out_from_the_paper(name):
    style = resources.files("leadline.report.html").joinpath("style.css").read_text(encoding="utf-8")
    (colour,) = re.findall(rf"--{name}: #([0-9a-f]+);", style)
    assert 1.05 / (luminance(colour) + 0.05) >= 4.5


def test_two_runs_write_the_same_page(published, again):
    assert (published / "report.html").read_bytes() == (again / "report.html").read_bytes()
