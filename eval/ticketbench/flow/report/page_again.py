"""The pages of a saved run, made again from what it measured: nothing is asked or measured."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ticketbench.core.errors import InputError, TicketbenchError
from ticketbench.edge.files.reading import read_bytes
from ticketbench.edge.results.run_folder import reserved
from ticketbench.edge.results.store import MANIFEST, load, read_manifest, write_folder
from ticketbench.flow.report.folder import (
    PREDICTIONS,
    RESULTS,
    ReportFolder,
    report_folder,
    with_texts,
)
from ticketbench.flow.steps.pages import pages
from ticketbench.flow.steps.settings import SEED
from ticketbench.measure.results import RunResults
from ticketbench.report.masking.texts import NO_TEXTS, ShownTexts
from ticketbench.report.words.verdict import CHANGED_LIST

FIGURES = "figures/"
_NAME = "name a folder that `ticketbench run` wrote"
_AGAIN = "make it again: ticketbench run CONFIG"

_WITHIN = re.compile(r"(?:(?!\.)[^/\\:]+/)*(?!\.)[^/\\:]+")
"""A name that leads to a file in the folder: a manifest may come from anybody."""


@dataclass(frozen=True, slots=True)
class PageAgain:
    """The report whose pages were made again.

    headline  what it recommends
    files     those that were made
    n_texts   how many texts of tickets the page had to choose from
    notes     why there are no texts, or no scores and so no charts and lists; else none
    """

    report: str
    page: str
    headline: str
    files: tuple[str, ...]
    n_texts: int
    notes: tuple[str, ...]


def page_again(path: Path, *, figures: bool | None = None) -> PageAgain:
    """Make index.html, summary.md and figures of the report in `path` from what it keeps.

    All other files stay as they are, and so do the facts of its manifest. Figures are made where
    there are some, unless `figures` says. Raises InputError where `path` holds no report of a run,
    MachineError where another run has it or the disk does not take it.
    """
    from ticketbench.report.words.setting import setting_text

    manifest = _manifest(path)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with reserved(path, {"started": now}):
        found = _found(path)
        kept = _kept(path, manifest)
        drawn = any(name.startswith(FIGURES) for name in manifest["files"])
        fresh = pages(
            found.results,
            found.shown,
            tables=found.tables,
            gold=found.gold,
            figures=drawn if figures is None else figures,
            seed=SEED,
        )
        facts = {name: value for name, value in manifest.items() if name != "files"}
        write_folder(path, {**kept, **fresh}, facts)
    results = found.results
    return PageAgain(
        report=str(path),
        page=str(path / "index.html"),
        headline=setting_text(results.recommendation, results.evaluations).headline,
        files=tuple(fresh),
        n_texts=len(found.shown.texts),
        notes=_notes(found, kept.get(CHANGED_LIST, b"")),
    )


def _manifest(path: Path) -> dict[str, Any]:
    """The manifest of the report in `path`, which must be one that may be written again."""
    if path.resolve() == Path.cwd():
        raise InputError("the report is the folder you are in", help="go up, then name it")
    if not path.exists():
        raise InputError(f"there is no folder {path}", help=_NAME)
    if not (path / RESULTS).is_file():
        what = f"{path} is no report: it has no {RESULTS}"
        raise InputError(what, help=_NAME)
    try:
        manifest: dict[str, Any] = read_manifest(path / MANIFEST)
        return {**manifest, "files": dict(manifest["files"])}
    except (TicketbenchError, ValueError, KeyError, TypeError):
        what = f"{path} is no report of a run: {path / MANIFEST} does not say which files are its"
        raise InputError(what, help=_AGAIN) from None


def _found(path: Path) -> ReportFolder:
    """The report with its texts; without scores where it is of before they were kept."""
    if (path / PREDICTIONS).is_file():
        return report_folder(path)
    nothing = ShownTexts({}, NO_TEXTS)
    return with_texts(ReportFolder(path, load(path / RESULTS, RunResults), (), {}, nothing, ""))


def _kept(path: Path, manifest: dict[str, Any]) -> dict[str, bytes]:
    """The files of the run that are no pages, as far as they are still there."""
    own = [name for name in manifest["files"] if _WITHIN.fullmatch(name) and not _is_page(name)]
    return {name: read_bytes(path / name) for name in own if (path / name).is_file()}


def _is_page(name: str) -> bool:
    return name in ("index.html", "summary.md") or name.startswith(FIGURES)


def _notes(found: ReportFolder, changed: bytes) -> tuple[str, ...]:
    head = changed.partition(b"\n")[0].decode("utf-8", "replace").split(",")
    left = not found.shown.texts and "text" in head
    said = (
        found.note,
        "" if found.tables else f"no charts and lists: {_why_none(found)}",
        f"{found.path / CHANGED_LIST} still holds the texts of its run" if left else "",
    )
    return tuple(filter(None, said))


def _why_none(found: ReportFolder) -> str:
    if found.results.in_parts:
        return "the tickets lay in parts"
    return f"{found.path} has no {PREDICTIONS}"
