"""The series: for each claim how many, and whether it would have been seen without the therapy."""

from __future__ import annotations

from leadline.casebook.prose import capital
from leadline.report.blocks import Column, Table
from leadline.report.figures.words import claim_words
from leadline.report.words import (
    DIAGNOSES,
    interval_words,
    number_words,
    plain,
    proportion_words,
    semicolons,
    window_words,
)
from leadline.verdicts.findings import CriterionCount, Findings, NullComparison, NullRate


def counts_table(findings: Findings) -> Table:
    """One row a kind of claim: n/N with exact intervals for what was reported and what the charts say."""
    rows = tuple(
        (
            claim_words(count.claim),
            *(
                proportion_words(share)
                for share in (
                    count.reported,
                    count.documented,
                    count.documented_unconfounded,
                    count.partly_documented,
                    count.contradicted,
                    count.reported_only,
                )
            ),
        )
        for count in findings.series.counts
    )
    return Table(
        "series",
        "The series: reported and documented, child by child counted",
        (
            Column("Claim", width=1.2),
            Column("Reported", "number"),
            Column("Documented", "number"),
            Column("Documented, unconfounded", "number", 1.3),
            Column("Partly documented", "number"),
            Column("Contradicted", "number"),
            Column("Reported only", "number"),
        ),
        rows,
        ("Children of all children, with exact (Clopper-Pearson) 95% intervals.",),
        "Nothing was reported of any child.",
    )


def criteria_table(findings: Findings) -> Table:
    """For machines: one row a criterion and window, of the children to whom it applies."""
    rows = tuple(
        (
            count.title,
            window_words(count.window),
            str(count.met.k),
            str(count.not_met),
            str(count.indeterminate),
            str(count.met.n),
            interval_words(count.met.low, count.met.high),
        )
        for count in findings.series.criteria
    )
    headings = ("Criterion", "Window", "Met", "Not met", "Indeterminate", "Children", "Met, 95% interval")
    return Table("criteria_by_window", CRITERIA_TITLE, tuple(map(Column, headings)), rows)


CRITERIA_TITLE = "Every criterion at every window, claimed or not"


def criteria_side_by_side(findings: Findings) -> Table:
    """For readers: one row a criterion, one column a window."""
    windows = list(dict.fromkeys(count.window for count in findings.series.criteria))
    rows: dict[str, dict[str, str]] = {}
    for count in findings.series.criteria:
        rows.setdefault(count.title, {})[count.window] = _met(count)
    headings = [window_words(window) for window in windows]
    return Table(
        "criteria_side_by_side",
        CRITERIA_TITLE,
        (Column("Criterion", width=1.6), *(Column(capital(each)) for each in headings)),
        tuple(
            (title, *(cells.get(window, "does not apply") for window in windows))
            for title, cells in rows.items()
        ),
        ("Children who met it, of those to whom it applies, with exact (Clopper-Pearson) 95% interval.",),
        "No criterion applies to any child.",
    )


def _met(count: CriterionCount) -> str:
    unclear = f"; {count.indeterminate} indeterminate" if count.indeterminate else ""
    return proportion_words(count.met) + unclear


def null_table(findings: Findings) -> Table:
    """One row a null rate of each comparison, with its source and what makes it a poor match."""
    rows = tuple(
        (*_basis(comparison), *_null(null))
        for comparison in findings.series.null_comparisons
        for null in comparison.nulls
    )
    return Table(
        "null_comparison",
        "The rates without the cells",
        (
            Column("Counted", width=1.3),
            Column("Probability of as many or more", "number", 1.1),
            Column("Disease", width=0.9),
            Column("Rate without the cells", "number", 1.1),
            Column("What that rate is", width=1.8),
            Column("Poor match because", width=1.9),
            Column("Source", width=1.9),
        ),
        rows,
        ("The probability is exact (Poisson-binomial), under the rates in the rows of the same count.",),
        "No rate without the therapy was chosen, so nothing is compared.",
    )


def _basis(comparison: NullComparison) -> tuple[str, str]:
    return (
        f"{comparison.basis}: {comparison.responders} of {comparison.children}",
        "not given"
        if comparison.probability_at_least is None
        else number_words(comparison.probability_at_least),
    )


def _null(null: NullRate) -> tuple[str, ...]:
    counted = f" ({null.events}/{null.n})" if null.events is not None and null.n is not None else ""
    weeks = "" if null.weeks is None else f", {null.weeks:g} weeks"
    doi = f", doi:{null.doi}" if null.doi else ""
    return (
        DIAGNOSES.get(null.disease, plain(null.disease)),
        f"{null.rate:.3g}{counted}",
        f"{null.endpoint}{weeks}",
        semicolons(null.mismatch, "no mismatch noted"),
        f"{null.source}{doi}",
    )
