"""Every page of a report as bytes, by file name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ticketbench.core.types import ScoreTable
from ticketbench.core.version import __version__
from ticketbench.measure.results import RunResults
from ticketbench.report.masking.texts import ShownTexts


def pages(
    results: RunResults,
    shown: ShownTexts,
    *,
    tables: Sequence[ScoreTable],
    gold: Mapping[str, str],
    figures: bool,
    seed: int,
) -> dict[str, bytes]:
    """index.html, summary.md and, with `figures`, the PNG and SVG files.

    `gold` is the gold label of each ticket by id, also of those without an answer.
    """
    from ticketbench.report.markdown import markdown_summary
    from ticketbench.report.page import html_page
    from ticketbench.report.rendering import Report

    report = Report(
        results,
        shown.texts,
        __version__,
        seed,
        masked=shown.masking,
        tables=tables,
        gold=gold,
    )
    files = {"index.html": html_page(report), "summary.md": markdown_summary(report)}
    if figures:
        from ticketbench.report.figures import figure_files

        for evaluation in results.evaluations:
            files |= figure_files(evaluation)
    return files
