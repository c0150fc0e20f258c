"""Commands that other commands print to be pasted, one function each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def broken_tickets(
    base: str,
    candidate: str,
    *,
    most: int,
    config: Path | None = None,
    overrides: Sequence[str] = (),
    out: Path | None = None,
) -> list[str]:
    """The command that lists so many tickets that `candidate` broke against `base`.

    Of a config the sides are rubric sets of it; else of the report in `out`.
    """
    from ticketbench.edge.redaction import shown_url

    words = ["ticketbench", "compare"]
    if config is None:
        return [*words, f"{out}:{base}", f"{out}:{candidate}", "--flips", str(most)]
    given = ["--config", str(config), "--flips", str(most)]
    for one in overrides:
        given += ["--set", shown_url(one)]
    # A name that begins with a dash would be an option.
    dashed = base.startswith("-") or candidate.startswith("-")
    return [*words, *given, "--", base, candidate] if dashed else [*words, base, candidate, *given]


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
    given = {"--kind": kind, "--label": label, "--against": against}
    options = [word for name, value in given.items() if value for word in (name, value)]
    side = rubric_set if out is None else _in_report(rubric_set, out)
    # A name that begins with a dash would be an option.
    words = ["--", side] if side.startswith("-") else [side]
    return ["ticketbench", "errors", *(options + words if len(words) > 1 else words + options)]


def _in_report(rubric_set: str, out: Path) -> str:
    """The shortest text that `named_report` takes for this set of this report."""
    from ticketbench.core.errors import TicketbenchError
    from ticketbench.flow.report_folder import named_report

    try:
        folder, name = named_report(rubric_set)
    except TicketbenchError:
        return f"{out}:{rubric_set}"
    same = name == rubric_set and folder.resolve() == out.resolve()
    return rubric_set if same else f"{out}:{rubric_set}"
