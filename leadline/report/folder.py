"""What every report does with its folder: all of it or none of it, over nobody's files, and the documents in it."""

from __future__ import annotations

import csv
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadline.errors import ItemUnknown, OutputExists
from leadline.report.blocks import FigureBlock, Results, Table

FORMATS = ("html", "pdf", "docx", "json", "csv", "figures")
DRAWN = frozenset({"html", "pdf", "docx", "figures"})
DRAWN_FROM = {"svg": frozenset({"html", "pdf"}), "png": frozenset({"docx"})}
"""Which documents show a figure in which form."""

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the folder, and its files in the order of their names."""

    folder: Path
    paths: tuple[Path, ...]


def known_formats(formats: Iterable[str]) -> frozenset[str]:
    """The formats as a set. Raises ItemUnknown."""
    wanted = frozenset(formats)
    unknown = sorted(wanted - set(FORMATS))
    if unknown:
        raise ItemUnknown(
            f"Format of a report: {', '.join(unknown)} is none.", hint=f"formats are {', '.join(FORMATS)}."
        )
    return wanted


@contextmanager
def whole_folder(target: Path, *, stem: str, replace: bool, parts: Sequence[str] = ()) -> Iterator[Path]:
    """A folder to fill, which takes the target's place when everything is in it, and else leaves nothing behind.

    stem      of the documents' names; STEM.json is the mark by which a folder of ours is known
    parts     folders within it, where the report is in several parts
    replace   write over a folder whatever is in it; else only over one that holds this report and nothing else
    raises    OutputExists
    """
    ours = _ours(stem, parts)
    _check_target(target, stem, ours, replace=replace)
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        work.chmod(0o755)
        yield work
        _put(work, target, ours)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def written(folder: Path) -> Written:
    """All files of the folder."""
    return Written(folder, tuple(sorted(path for path in folder.rglob("*") if path.is_file())))


def _ours(stem: str, parts: Sequence[str]) -> frozenset[str]:
    documents = (f"{stem}.{kind}" for kind in ("html", "pdf", "docx", "json"))
    return frozenset({*documents, "tables", "figures", *parts})


def _check_target(target: Path, stem: str, ours: frozenset[str], *, replace: bool) -> None:
    if not target.exists() or (replace and target.is_dir()):
        return
    if target.is_dir() and _is_ours(target, stem, ours):
        return
    raise OutputExists(
        f"{target} exists and is not a report of Leadline alone.",
        hint="name another folder, or write over it: --force.",
    )


def _is_ours(folder: Path, stem: str, ours: frozenset[str]) -> bool:
    """An empty folder, or one with our mark and nothing that we do not write."""
    names = {path.name for path in folder.iterdir()}
    return not names or (f"{stem}.json" in names and names <= ours)


def _put(work: Path, target: Path, ours: frozenset[str]) -> None:
    """The finished folder in the place of the old one, of which nothing is left over. What others put beside a
    report (with `replace`) stays."""
    if not target.exists():
        work.rename(target)
        return
    for name in sorted(ours):
        old = target / name
        if old.is_dir():
            shutil.rmtree(old)
        else:
            old.unlink(missing_ok=True)
    for new in sorted(work.iterdir()):
        new.rename(target / new.name)


def write_csv(table: Table, path: Path) -> None:
    """Headings and rows; a cell that a spreadsheet would run is written so that it does not. A number stays one."""
    from leadline.casebook import safe_cell

    def cell(text: str) -> str:
        return text if _NUMBER.fullmatch(text) else safe_cell(text)

    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.heading or "Fact" for column in table.columns])
        writer.writerows([cell(text) for text in row] for row in table.rows)


def write_tables(tables: Iterable[Table], work: Path, progress: Progress) -> None:
    """Each table as `tables/NAME.csv`."""
    (work / "tables").mkdir()
    for table in tables:
        progress(f"tables/{table.name}.csv")
        write_csv(table, work / "tables" / f"{table.name}.csv")


def write_values(values: Mapping[str, Any], work: Path, stem: str, progress: Progress) -> None:
    """The values for other programs, as `STEM.json`."""
    progress(f"{stem}.json")
    text = json.dumps(values, indent=1, ensure_ascii=False) + "\n"
    (work / f"{stem}.json").write_text(text, encoding="utf-8", newline="\n")


_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def write_documents(
    work: Path,
    figures: Iterable[FigureBlock],
    results_with: Callable[[Sequence[FigureBlock]], Results],
    *,
    stem: str,
    wanted: frozenset[str],
    progress: Progress,
) -> None:
    """The figures, and of the documents those that are wanted, which show the results made with the figures.

    Where there are no figures no folder is left for them.
    """
    from leadline.report.figures.plotted import KINDS, save

    folder = work / "figures"
    folder.mkdir()
    every = "figures" in wanted
    kinds = [kind for kind in KINDS if every or DRAWN_FROM.get(kind, frozenset()) & wanted]
    drawn = []
    for figure in figures:
        save(figure.plotted, folder, figure.name, kinds=kinds)
        drawn.append(figure)
    results = results_with(drawn)
    for name, write in _writers().items():
        if name in wanted:
            progress(f"{stem}.{name}")
            write(results, work / f"{stem}.{name}", folder)
    if not every or not drawn:
        shutil.rmtree(folder)


def _writers() -> dict[str, Callable[..., None]]:
    from leadline.report.docx import write_docx
    from leadline.report.html import write_html
    from leadline.report.pdf import write_pdf

    return {"html": write_html, "pdf": write_pdf, "docx": write_docx}
