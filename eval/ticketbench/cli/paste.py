"""Commands that other commands print to be pasted, one function each."""

from __future__ import annotations

import os.path
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ticketbench.flow.rubrics.join import JoinedSet
    from ticketbench.measure.compare import Comparison


def errors_command(
    rubric_set: str,
    *,
    kind: str = "",
    label: str = "",
    against: str = "",
    out: Path | None = None,
) -> list[str]:
    """The command that lists tickets of `rubric_set` in the report `out`, else in the latest one.

    The report is left out where the set alone leads to it. `kind`, `label` and `against` are those
    of the command; empty ones are left to it.
    """
    side = rubric_set if out is None else _in_report(rubric_set, out)
    return errors_of(side, {"--kind": kind, "--label": label, "--against": against})


def broken_command(comparison: Comparison, config: Path) -> list[str]:
    """The command that lists the broken tickets of a comparison, from the report of `config`.

    Empty where that report has no such comparison, or other broken tickets.
    """
    from ticketbench.flow.errors import report_of_broken

    found = report_of_broken(comparison, config)
    if found is None:
        return []
    against = "" if comparison.base == found.today else comparison.base
    return errors_command(comparison.candidate, kind="broken", against=against, out=found.path)


def joined_command(
    found: JoinedSet, config: Path, out: Path, overrides: Sequence[str]
) -> list[str]:
    """The command that asks the joined set in `out` and compares it with the one it was made of.

    Empty where a label holds what `--map` reads as its own sign.
    """
    from ticketbench.edge.files.yaml_text import as_yaml
    from ticketbench.edge.inputs.endpoint_config import rubric_set_of

    pair = (found.pair.first, found.pair.second)
    if any("=" in label for label in pair) or "," in found.name:
        return []
    file = Path(os.path.relpath(out.absolute(), config.absolute().parent)).as_posix()
    as_set = found.rubrics.name
    given = [*overrides, f"rubric_sets.{rubric_set_of(as_set)}={as_yaml(file)}"]
    return [
        *("ticketbench", "compare", found.rubric_set, as_set, "--config", str(config)),
        *_set(given),
        *(word for label in pair for word in ("--map", f"{label}={found.name}")),
        *("--mode", "auto"),
    ]


def join_command(
    config: Path, rubric_set: str, first: str, second: str, *, overrides: Sequence[str]
) -> list[str]:
    """The command that writes one rubric for two labels of `rubric_set`, to be tried.

    Under the same `overrides`: they may be what the set stands in.
    """
    command = ["ticketbench", "rubrics", "join", str(config), "--on", rubric_set]
    # A label that begins with a dash would be an option.
    dashed = any(label.startswith("-") for label in (first, second))
    return [*command, *_set(overrides), *(["--"] if dashed else []), first, second]


def check_rubrics_command(config: Path, rubric_set: str, *, overrides: Sequence[str]) -> list[str]:
    """The command that lists the pairs of `rubric_set`, under the same `overrides`."""
    command = ["ticketbench", "rubrics", "check", str(config), "--on", rubric_set]
    return [*command, *_set(overrides)]


def errors_of(report: str, options: Mapping[str, str]) -> list[str]:
    """The command that lists tickets of what `report` names, with those options that are given."""
    given = [word for name, value in options.items() if value for word in (name, value)]
    # A name that begins with a dash would be an option.
    words = [*given, "--", report] if report.startswith("-") else [report, *given]
    return ["ticketbench", "errors", *words]


def _set(overrides: Sequence[str]) -> list[str]:
    return [word for one in overrides for word in ("--set", one)]


def _in_report(rubric_set: str, out: Path) -> str:
    """The shortest text that `named_report` takes for this set of this report."""
    from ticketbench.core.errors import TicketbenchError
    from ticketbench.flow.report.folder import named_report

    try:
        folder, name = named_report(rubric_set)
    except TicketbenchError:
        return f"{out}:{rubric_set}"
    same = name == rubric_set and folder.resolve() == out.resolve()
    return rubric_set if same else f"{out}:{rubric_set}"
