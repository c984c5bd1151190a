"""Reports that several tests read, each written once."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadline.casebook import read_casebook
from leadline.casebook.examples import path
from leadline.report import Written, write_report
from leadline.verdicts import judge
from leadline.verdicts.findings import Findings
from tests.report.full import everything


@pytest.fixture(scope="session")
def full() -> Findings:
    """One invented child with a value in every field that a report can show."""
    return everything()


@pytest.fixture(scope="session")
def published(full: Findings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of that child as it may be published."""
    return _written(full, tmp_path_factory.mktemp("published") / "report").folder


@pytest.fixture(scope="session")
def again(full: Findings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, written a second time."""
    return _written(full, tmp_path_factory.mktemp("again") / "report").folder


@pytest.fixture(scope="session")
def wong() -> Findings:
    return judge(read_casebook(path("wong2021")))


def _written(findings: Findings, folder: Path) -> Written:
    return write_report(findings, folder)
