"""The snippets of docs/ci.md."""

from __future__ import annotations

from pathlib import Path

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "ci.md").read_text(encoding="utf-8")


def block(begins: str) -> str:
    """The indented block whose first line has these words, and the lines after."""
    lines = PAGE.splitlines()
    start = next(i for i, one in enumerate(lines) if one.startswith("    ") and begins in one)
    kept = []
    for line in lines[start:]:
        if line and not line.startswith("    "):
            break
        kept.append(line[4:])
    return "\n".join(kept)
