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
