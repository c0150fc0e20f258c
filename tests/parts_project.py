"""One project twice: its tickets in one file, and the same tickets in parts."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from random import Random

from small_project import V1, V2

WORDS = {
    "billing": ("invoice", "payment", "refund", "charged twice", "subscription"),
    "technical": ("error", "crash", "empty page", "export", "update"),
    "account": ("password", "profile", "sign in", "delete my account", "personal data"),
}

CONFIG = """\
version: 1
endpoint: {{url: "local://lexical/v1/classify"}}
dataset: {{path: {path}{columns}}}
rubric_sets: {{v1: ../v1.yaml, v2: ../v2.yaml, v3: ../v3.yaml}}
cache: ../answers.sqlite
choose: {{min_precision: 0.8}}
report: {{figures: false}}
"""

V3 = V2.replace("an invoice, a payment or a refund", "a payment or a refund")
COLUMNS = ("id", "text", "label", "customer")

Rows = list[dict[str, str]]


def ticket_rows(n: int = 120) -> Rows:
    """Tickets of three labels, some of none; one in five speaks of another label than its own."""
    names, rows, drawn = list(WORDS), [], Random(7)
    for i in range(n):
        own = names[i % 3]
        said = names[(i + 1) % 3] if i % 5 == 0 else own
        # No two of them are near-duplicates, which one file alone would tie together.
        rest = " ".join("".join(drawn.choices("abcdefghijkl", k=6)) for _ in range(12))
        text = f"about my {WORDS[said][i % 5]} and the {WORDS[own][(i // 3) % 5]}: {rest}"
        label = "__none__" if i % 20 == 19 else own
        group = f"c{i % 17}" if i % 4 else ""
        rows.append({"id": f"t{i:03}", "text": text, "label": label, "customer": group})
    return rows


def write_rubrics(folder: Path) -> None:
    """The rubric files that every config below names."""
    for name, text in (("v1", V1), ("v2", V2), ("v3", V3)):
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def write_whole(folder: Path, rows: Rows, *, groups: bool = False, more: str = "") -> Path:
    """The config of a project whose tickets are one file, in a folder of its own."""
    _write(folder / "tickets.csv", rows)
    return _config(folder, "tickets.csv", groups=groups, more=more)


def write_parts(folder: Path, rows: Rows, n: int, *, groups: bool = False, more: str = "") -> Path:
    """The config of the same project whose tickets lie in n parts, later ones first."""
    for i in range(n):
        _write(folder / "tickets" / f"{n - i:02}.csv", rows[i::n])
    return _config(folder, "tickets", groups=groups, more=more)


def _config(folder: Path, path: str, *, groups: bool, more: str) -> Path:
    columns = ", columns: {group: customer}" if groups else ""
    config = folder / "support.yaml"
    config.write_text(CONFIG.format(path=path, columns=columns) + more, encoding="utf-8")
    return config


def _write(path: Path, rows: Sequence[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, COLUMNS)
        out.writeheader()
        out.writerows(rows)
