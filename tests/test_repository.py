"""What holds of the repository itself: its lock files, its pages, its order of folders, its traces of a machine."""

import re
import subprocess
import sys
import tomllib
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from leadline.errors import LeadlineError

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ["bootstrap.txt", "demo.txt", "dev.txt", "spark.txt"]
DECISIONS = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout: nothing says which files are ours")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def pins(lock: str) -> dict[str, set[str]]:
    """Package to its pinned versions; several where Python versions differ."""
    versions: dict[str, set[str]] = {}
    for name, version in re.findall(
        r"^(\S+?)==(\S+)", (ROOT / "requirements" / lock).read_text("utf-8"), re.M
    ):
        versions.setdefault(canonicalize_name(name), set()).add(version)
    return versions


def declared(*, extras: tuple[str, ...] = (), groups: tuple[str, ...] = ()) -> list[Requirement]:
    project = PROJECT["project"]
    lists = [project["dependencies"]]
    lists += [project["optional-dependencies"][extra] for extra in extras]
    lists += [PROJECT["dependency-groups"][group] for group in groups]
    return [Requirement(line) for listed in lists for line in listed]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_holds_names_versions_and_hashes_and_nothing_else(lock):
    lines = (ROOT / "requirements" / lock).read_text(encoding="utf-8").splitlines()
    pin = re.compile(r"[a-z0-9._-]+(\[[a-z,]+\])?==[\w.+!-]+( ; [\w<>=!.' ()]+)? \\")
    digest = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")
    assert [line for line in lines if not pin.fullmatch(line) and not digest.fullmatch(line)] == []
    assert any(pin.fullmatch(line) for line in lines)


@pytest.mark.parametrize(
    ("lock", "requirements"),
    [
        ("demo.txt", declared()),
        ("dev.txt", declared(extras=("engines", "cluster"), groups=("dev", "docs"))),
        ("spark.txt", [wanted for wanted in declared(extras=("spark",)) if wanted.name == "pyspark"]),
    ],
)
def test_a_lock_file_pins_what_the_project_declares(lock, requirements):
    pinned = pins(lock)
    loose = [
        str(wanted)
        for wanted in requirements
        if not all(map(wanted.specifier.contains, pinned.get(canonicalize_name(wanted.name), {"0"})))
    ]
    assert loose == [], "run `make lock`"


def test_the_tests_run_on_the_versions_that_the_demo_runs_on():
    used, tested = pins("demo.txt"), pins("dev.txt")
    assert {
        name: versions for name, versions in used.items() if name in tested and tested[name] != versions
    } == {}


def test_no_tracked_file_names_a_place_of_one_machine_or_a_package_registry():
    # written in two halves, so that this file passes its own test
    places = ["/wor" + "k/", "/roo" + "t/", "/hom" + "e/", "/op" + "t/", "file:" + "///", "../share" + "d"]
    hosts = ["pypi" + ".org", "python" + "hosted.org"]
    trace = re.compile("|".join(rf"(?<![\w.~-]){re.escape(word)}" for word in places + hosts))
    found = {
        str(path.relative_to(ROOT)): match.group()
        for path in tracked_files()
        if (match := trace.search(path.read_bytes().decode("utf-8", errors="ignore")))
    }
    assert found == {}


def test_every_folder_of_the_package_has_its_place_in_the_order():
    (contract,) = [each for each in PROJECT["tool"]["importlinter"]["contracts"] if each["type"] == "layers"]
    placed = {name.strip(" ()") for layer in contract["layers"] for name in re.split(r"[|:]", layer)}
    folders = {path.parent.name for path in (ROOT / "leadline").glob("*/__init__.py")}
    modules = {path.stem for path in (ROOT / "leadline").glob("*.py")} - {"__init__"}
    assert contract["exhaustive"]
    assert placed == folders | modules


def test_every_exit_code_belongs_to_one_error_and_stands_in_the_documentation():
    errors = [LeadlineError]
    for error in errors:
        errors += error.__subclasses__()
    ours = [error for error in errors if error.__module__ == LeadlineError.__module__]
    assert [code for code, times in Counter(error.exit_code for error in ours).items() if times > 1] == []
    page = (ROOT / "docs/exit-codes.md").read_text(encoding="utf-8")
    assert [error for error in ours if f"| {error.exit_code} | {error.meaning} |" not in page] == []


def test_the_decisions_are_numbered_without_a_gap():
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_has_its_number_and_its_four_headings(page):
    headings = re.findall(r"^#+ .*$", page.read_text(encoding="utf-8"), re.M)
    assert headings[0].startswith(f"# {int(page.name[:4])}. ")
    assert headings[1:] == ["## Context", "## Decision", "## Status", "## Consequences"]


def test_the_glossary_is_in_alphabetical_order_and_has_each_word_once():
    rows = re.findall(r"^\| ([^|]+) \|", (ROOT / "docs/glossary.md").read_text(encoding="utf-8"), re.M)
    words = [word.lower() for word in rows[1:]]
    assert words == sorted(set(words))


def test_a_wheel_holds_every_tracked_file_of_the_package(tmp_path):
    ours = {
        path.relative_to(ROOT).as_posix()
        for path in tracked_files()
        if path.is_relative_to(ROOT / "leadline")
    }
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    assert ours - set(zipfile.ZipFile(wheel).namelist()) == set()
