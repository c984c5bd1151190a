"""`import leadline as ll`: what it gives, and that it costs nothing until it is used."""

import subprocess
import sys

import pytest

import leadline as ll


def test_importing_leadline_imports_neither_a_step_nor_a_library():
    code = "import sys; before = set(sys.modules); import leadline; print(*(set(sys.modules) - before))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    loaded = set(printed.split())
    assert "leadline" in loaded
    assert [name for name in loaded if name.startswith("leadline.")] == []
    assert {name.partition(".")[0] for name in loaded} - {"leadline"} <= set(sys.stdlib_module_names)


@pytest.mark.parametrize("name", ll.__all__)
def test_every_public_name_is_there(name):
    assert getattr(ll, name) is not None
    assert name in dir(ll)


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="measurs"):
        getattr(ll, "measurs")  # noqa: B009  what a typing mistake does at run time; the checker refuses it as written


def test_the_verbs_can_be_called():
    assert callable(ll.read_casebook)
    assert callable(ll.judge)
    assert callable(ll.report)
