"""Small edits of the shipped protocol, for tests."""

from functools import cache

from leadline.protocol.contradictions import find_contradictions
from leadline.protocol.reading import parse_protocol, shipped_protocol

SHIPPED = shipped_protocol("msc_iv_paediatric").read_text("utf-8")


def edited(*edits: tuple[str, str]) -> str:
    """The text of the shipped protocol with each old text, which it must hold, replaced once."""
    text = SHIPPED
    for old, new in edits:
        assert old in text, f"the shipped protocol no longer holds: {old}"
        text = text.replace(old, new, 1)
    return text


def line_of(text: str, part: str) -> int:
    """The line on which a part of a text stands, counted here and not by the reader."""
    return text[: text.index(part)].count("\n") + 1


@cache
def read(*edits: tuple[str, str]):
    """The edited protocol."""
    return parse_protocol(edited(*edits), name="edited.yaml")[0]


@cache
def contradictions(*edits: tuple[str, str]):
    """The contradictions of the edited protocol, each with its line, its key and what it says."""
    protocol, file = parse_protocol(edited(*edits), name="edited.yaml")
    return [(*file.locate(each.path), each.what, each.todo) for each in find_contradictions(protocol)]
