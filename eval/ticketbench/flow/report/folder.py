"""What a run left, read back: results, scores and, where the config still fits, the texts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from os.path import isdir
from pathlib import Path
from typing import Any

from ticketbench.core.errors import InputError, TicketbenchError
from ticketbench.core.quotes import quoted, words
from ticketbench.core.types import ScoreTable
from ticketbench.core.version import __version__
from ticketbench.edge.redaction import shown_url
from ticketbench.edge.results.predictions import read_predictions
from ticketbench.edge.results.store import MANIFEST, load, read_manifest
from ticketbench.edge.set_names import note_pairs
from ticketbench.flow.steps.settings import SEED
from ticketbench.measure.results import RunResults
from ticketbench.report.masking.texts import NO_TEXTS, ShownTexts
from ticketbench.report.rendering import Report

REPORTS = Path("reports")
RESULTS, PREDICTIONS = "results.json", "predictions.csv"


@dataclass(frozen=True, slots=True)
class ReportFolder:
    """What a run left in `path`.

    tables  the scores of each rubric set, in the order of the results; tickets in order of ids
    gold    the gold label of each ticket by id, also of those without an answer
    shown   texts as they may be shown
    note    why there are no texts although the config lets them be shown; else empty
    """

    path: Path
    results: RunResults
    tables: tuple[ScoreTable, ...]
    gold: dict[str, str]
    shown: ShownTexts
    note: str

    @property
    def report(self) -> Report:
        """What its page is made of."""
        return Report(
            self.results,
            self.shown.texts,
            __version__,
            SEED,
            masked=self.shown.masking,
            tables=self.tables,
            gold=self.gold,
        )


def made_from(config: Path, overrides: Sequence[str]) -> dict[str, Any]:
    """What a manifest says of the config of a run, so that its texts are found again."""
    return {"config": str(config), "overrides": [shown_url(one) for one in overrides]}


def report_folder(path: Path, *, texts: bool = True) -> ReportFolder:
    """The report in `path`; without `texts` neither config nor dataset is read.

    Where these cannot be read any more or hold other tickets, there are no texts, and `note` says
    why. Raises InputError where `path` holds no report of this version.
    """
    results = load(path / RESULTS, RunResults)
    refuse_parts(path, results)
    names = [one.provenance.rubric_set for one in results.evaluations]
    tables, gold = read_predictions(path / PREDICTIONS, names)
    same = zip(tables, results.evaluations, strict=True)
    tables = tuple(
        replace(table, provenance=one.provenance).in_order_of_ids() for table, one in same
    )
    found = ReportFolder(path, results, tables, gold, ShownTexts({}, NO_TEXTS), "")
    return with_texts(found) if texts else found


def refuse_parts(path: Path, results: RunResults) -> None:
    """Raise InputError where a report is of tickets in parts, as none of them is kept."""
    if results.in_parts:
        what = f"{path} is the report of tickets in parts, of which none is kept"
        raise InputError(what, help="put the tickets into one file and run that (docs/parts.md)")


def with_texts(found: ReportFolder, ids: Collection[str] | None = None) -> ReportFolder:
    """The same with the texts of these tickets, else of all, as `report_folder` gives them.

    What was masked is counted in these texts alone.
    """
    shown, note = _texts(found.path, found.results, ids)
    return replace(found, shown=shown, note=note)


def _texts(path: Path, results: RunResults, ids: Collection[str] | None) -> tuple[ShownTexts, str]:
    """The texts that the config of the report lets be shown, or why there are none."""
    from ticketbench.flow.steps.inputs import read_inputs
    from ticketbench.flow.texts import texts_of

    nothing = ShownTexts({}, NO_TEXTS)
    if results.in_parts:
        return nothing, ""
    try:
        manifest = read_manifest(path / MANIFEST)
        config, overrides = Path(manifest["config"]), [str(one) for one in manifest["overrides"]]
    except (TicketbenchError, ValueError, KeyError, TypeError):
        return nothing, f"no texts: {path / MANIFEST} does not say of which config this report is"
    try:
        inputs = read_inputs(config, overrides=overrides, search=False)
        if inputs.dataset.fingerprint == results.dataset.fingerprint:
            tickets = inputs.dataset.tickets
            wanted = tickets if ids is None else [one for one in tickets if one.id in ids]
            return texts_of(inputs, wanted), ""
    except TicketbenchError as error:
        return nothing, f"no texts: {config} cannot be read as it was: {error}"
    return nothing, f"no texts: the tickets of {config} have changed since this report"


def latest_report(root: Path = REPORTS) -> Path:
    """The folder below `root` whose run began last; of several at once the first by name.

    Raises InputError where there is none.
    """
    began = {folder: _began(folder) for folder in sorted(root.glob("*/")) if folder.is_dir()}
    known = [folder for folder, start in began.items() if start]
    if not known:
        help_ = "make one: ticketbench run CONFIG; or name one elsewhere: FOLDER:SET"
        raise InputError(f"there is no report in {root}", help=help_)
    return max(known, key=lambda folder: began[folder])


def _began(folder: Path) -> str:
    """When its run began, as text that sorts; empty where it is no report of a run."""
    if not (folder / RESULTS).is_file():
        return ""
    try:
        return str(read_manifest(folder / MANIFEST)["started"])
    except (TicketbenchError, ValueError, KeyError, TypeError):
        return ""


def named_report(text: str, *, config: Path | None = None) -> tuple[Path, str]:
    """Report folder and rubric set of what stands on a command line; the set may be empty.

    SET is one of the report of `config`, else of the latest one; FOLDER:SET and FOLDER name the
    report themselves. Raises InputError where there is no such report.
    """
    # Unlike a Path, this takes a text that is too long for a file for none.
    if isdir(text):
        return _with_results(Path(text)), ""
    folder, colon, name = text.rpartition(":")
    if colon and isdir(folder):
        return _with_results(Path(folder)), name
    if "/" in text:
        help_ = "check the path; of a report that `ticketbench run` wrote it is FOLDER:SET"
        raise InputError(f"no such file or folder: {quoted(folder or text)}", help=help_)
    return (_report_of(config) if config is not None else latest_report()), text


def _with_results(folder: Path) -> Path:
    """The folder, where it holds a report; else InputError: a set may be called as it is."""
    if not (folder / RESULTS).is_file():
        help_ = "name one that `ticketbench run` wrote; for a rubric set of this name FOLDER:SET"
        raise InputError(f"{folder} is a folder without {RESULTS}", help=help_)
    return folder


def _report_of(config: Path) -> Path:
    from os import environ

    from ticketbench.edge.inputs.config import read_config

    folder = REPORTS / read_config(config, environment=environ).name
    if not (folder / RESULTS).is_file():
        help_ = f"make one: ticketbench run {config}"
        raise InputError(f"there is no report of {config} in {folder}", help=help_)
    return folder


def set_of(results: RunResults, name: str, *, where: Path) -> str:
    """The rubric set `name` of a report; the only one where none is named.

    Raises InputError where it has no such set, or several and none is named.
    """
    names = [one.provenance.rubric_set for one in results.evaluations]
    if not name and len(names) == 1:
        return names[0]
    if name not in names:
        note_pairs(names)
        what = f"has no rubric set {quoted(name)}" if name else "has several rubric sets"
        raise InputError(f"{where} {what}", help=f"choose one of {words(names)}")
    return name
