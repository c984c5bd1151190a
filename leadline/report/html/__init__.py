"""The report as one HTML file: styles and figures inside it, no script, nothing asked of the network."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from leadline.report.blocks import Column, Results
from leadline.report.words import FINDINGS, typeset

if TYPE_CHECKING:
    from jinja2 import Environment

FINDING_IDS = {words: finding.value for finding, words in FINDINGS.items()}


def write_html(results: Results, path: Path, figures: Path) -> None:
    """Writes the file; `figures` is the folder that holds NAME.svg of every figure."""
    svgs = {
        block.name: _inline_svg(
            (figures / f"{block.name}.svg").read_text(encoding="utf-8"), block.name, block.plotted.alt
        )
        for block in results.figures()
    }
    template = _environment().get_template("report.html.jinja")
    style = resources.files("leadline.report.html").joinpath("style.css").read_text(encoding="utf-8")
    html = template.render(report=results, svgs=svgs, style=style, running=_css_string(results.running))
    path.write_text(html, encoding="utf-8")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("leadline.report", "html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["typeset"] = typeset
    environment.filters["kind"] = lambda block: type(block).__name__
    environment.globals["cell_class"] = _cell_class
    environment.globals["finding_id"] = FINDING_IDS.get
    return environment


def _cell_class(column: Column) -> str:
    return "" if column.kind == "text" else column.kind


_ID = re.compile(r'(?<![\w:-])id="([^"]+)"')
_USE = re.compile(r'(xlink:href="#|href="#|url\(#)([^")]+)')


def _inline_svg(svg: str, name: str, alt: str) -> str:
    """The drawing to stand inside a page: scaled to its column, described for those who do not see it, its internal
    names made its own, so that two figures of one page do not share any."""
    body = svg[svg.index("<svg") :]
    opening, rest = body.split(">", 1)
    box = re.search(r'viewBox="([^"]+)"', opening)
    rest = re.sub(r"<metadata>.*?</metadata>", "", rest, flags=re.S)
    rest = _ID.sub(rf'id="{name}-\1"', rest)
    rest = _USE.sub(rf"\g<1>{name}-\g<2>", rest)
    described = (
        f"<title id='{name}-title'>{escape(_title(name))}</title><desc id='{name}-desc'>{escape(alt)}</desc>"
    )
    start = (
        f"<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'"
        f" viewBox='{box.group(1) if box else '0 0 100 100'}' role='img'"
        f" aria-labelledby='{name}-title {name}-desc'>"
    )
    return start + described + rest  # our own drawing; title and text are escaped above


def _title(name: str) -> str:
    return name.replace("-", " ").capitalize()


def _css_string(text: str) -> str:
    """A string of CSS: what could end it, or the style element, is written by number."""
    return "".join(sign if sign.isalnum() or sign in " .,:;()" else f"\\{ord(sign):x} " for sign in text)
