"""The small project with gates, and edits of its files; all in the current folder."""

from __future__ import annotations

from pathlib import Path

from small_project import CONFIG

GATED = Path("gated.yaml")
BASELINE = Path("baselines/base.json")

N_LINES = CONFIG.count("\n")
FIRST_GATE = N_LINES + 3
"""The line of the first gate in gated.yaml."""


def with_gates(*gates: str, baseline: str | None = str(BASELINE), extra: str = "") -> Path:
    """eval.yaml with these gates, a line each, as gated.yaml; `extra` comes last."""
    named = f"baseline: {baseline}\n" if baseline else "# no baseline\n"
    lines = "".join(f"  - {gate}\n" for gate in gates)
    text = f"{CONFIG}{named}gates:{'' if gates else ' []'}\n{lines}{extra}"
    GATED.write_text(text, encoding="utf-8")
    return GATED


def blessed(name: str = "v2") -> None:
    """Bless the stored answers of the rubric set `name` in gated.yaml."""
    from ticketbench.flow.gates.baseline import bless, prepare

    bless(prepare(GATED, name=name, reason="a test"))


def edit(name: str, old: str, new: str) -> None:
    """Replace the only `old` in the file `name` by `new`."""
    path = Path(name)
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{name} holds {old!r} {text.count(old)} times"
    path.write_text(text.replace(old, new), encoding="utf-8")
