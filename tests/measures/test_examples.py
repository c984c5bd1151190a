"""The worked examples of the documentation: each is computed here, and each measure has one.

Expected values are typed from the measures dossier, or from another program's own tests; `from` says which.
"""

import json
from pathlib import Path

import pytest

from leadline.measures import MEASURES, evaluate

EXAMPLES = [
    json.loads(line) for line in (Path(__file__).parent / "examples.jsonl").read_text("utf-8").splitlines()
]


def as_printed(value, decimals):
    """The value itself, or, where the source prints so many decimals only, within half the last of them."""
    exact = decimals is None or not isinstance(value, float)
    return value if exact else pytest.approx(value, abs=0.5 * 10**-decimals)


@pytest.mark.parametrize("example", EXAMPLES, ids=[f"{each['measure']}: {each['says']}" for each in EXAMPLES])
def test_an_example_of_the_documentation_comes_out_as_printed(example):
    result = evaluate(example["measure"], example["inputs"])
    assert example["gives"]
    assert {name: result[name] for name in example["gives"]} == {
        name: as_printed(value, example.get("decimals")) for name, value in example["gives"].items()
    }


def test_every_measure_has_an_example_that_says_where_it_is_from():
    assert {example["measure"] for example in EXAMPLES} == set(MEASURES)
    assert [example for example in EXAMPLES if not example["from"] or not example["says"]] == []
