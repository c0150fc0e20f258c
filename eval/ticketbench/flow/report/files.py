"""The files of a run: pages, results, predictions, and the manifest of how it came to be."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ticketbench.core.types import ScoreTable
from ticketbench.core.version import __version__
from ticketbench.edge.inputs.config import Config
from ticketbench.flow.steps.inputs import Inputs
from ticketbench.flow.steps.settings import SEED
from ticketbench.flow.texts import texts_of
from ticketbench.measure.results import RunResults
from ticketbench.report.masking.texts import NO_TEXTS, ShownTexts

if TYPE_CHECKING:
    from ticketbench.edge.replay.source import Mode


def manifest_of(command: str, mode: Mode, started: datetime) -> dict[str, Any]:
    """What may differ between two runs that give the same results."""
    return {
        "tool": {"name": "ticketbench", "version": __version__},
        "command": command,
        "mode": mode,
        "started": started.isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "platform": platform.system(),
        "seed": SEED,
    }


def write_run(
    out: Path,
    results: RunResults,
    inputs: Inputs,
    tables: Sequence[ScoreTable],
    manifest: dict[str, Any],
) -> None:
    """Write the report folder: pages, results.json, predictions.csv, figures, manifest; where sets
    are compared also changed.csv. `tables` are in order of ids.
    """
    from ticketbench.edge.results.predictions import predictions_csv
    from ticketbench.edge.results.store import envelope, write_folder
    from ticketbench.flow.steps.changed_tickets import changed_csv
    from ticketbench.flow.steps.pages import pages
    from ticketbench.report.words.verdict import CHANGED_LIST

    shown = inputs.config.file.report
    texts = texts_of(inputs)
    files = {
        **pages(
            results,
            texts,
            tables=tables,
            gold={ticket.id: ticket.label for ticket in inputs.dataset.tickets},
            figures=shown.figures,
            seed=SEED,
        ),
        "results.json": envelope("run", results),
        "predictions.csv": predictions_csv(
            tables, inputs.dataset, inputs.config.policy, cells=shown.csv
        ).encode("utf-8"),
    }
    if results.comparisons:
        changed = changed_csv(results.comparisons, texts.texts, cells=shown.csv)
        files[CHANGED_LIST] = changed.encode("utf-8")
    write_folder(out, files, manifest)


def write_run_in_parts(
    out: Path, results: RunResults, config: Config, manifest: dict[str, Any]
) -> None:
    """The same of tickets in parts, of which none is kept: pages, results.json, figures."""
    from ticketbench.edge.results.store import envelope, write_folder
    from ticketbench.flow.steps.pages import pages

    nothing = ShownTexts({}, NO_TEXTS)
    drawn = config.file.report.figures
    files = {
        **pages(results, nothing, tables=(), gold={}, figures=drawn, seed=SEED),
        "results.json": envelope("run", results),
    }
    write_folder(out, files, manifest)
