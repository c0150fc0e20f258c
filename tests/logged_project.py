"""A week of logged tickets for two rubric sets, and people who label what they are handed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from small_project import write_project

BEGIN = ("--a", "v1", "--b", "v2", "--config", "eval.yaml")
WEEK = (*BEGIN, "--from", "week.csv", "--texts", "texts.csv")

SAME = "a refund of the payment for my invoice {}"
OTHER = ("an error and a crash with an empty page {}", "a profile and a password to sign in {}")
"""Texts that both sets answer alike, and those on which they differ; numbered, so all different."""

SWAPPED = """\
- {name: billing, rubric: "Is the customer asking about an invoice, a payment or a refund?"}
- {name: technical, rubric: "Is the customer asking about a password, a profile or sign in?"}
- {name: account, rubric: "Does the customer report an error, a crash or an empty page?"}
"""


def write_log(folder: Path, *, n: int = 60, customers: int = 0) -> None:
    """A project with `week.csv`, a log of n tickets, and `texts.csv`; every fifth ticket is one on
    which the sets differ.
    """
    write_project(folder)
    (folder / "v1.yaml").write_text(SWAPPED, encoding="utf-8")
    rows = [(f"T{i}", _text(i)) for i in range(n)]
    log = "".join(f"{name},billing,0.5\n" for name, _ in rows)
    (folder / "week.csv").write_text(f"ticket_id,top_label,score\n{log}", encoding="utf-8")
    head = "id,text,customer\n" if customers else "id,text\n"
    own = (f",c{i % customers}" if customers else "" for i in range(n))
    texts = "".join(f"{name},{text}{who}\n" for (name, text), who in zip(rows, own, strict=True))
    (folder / "texts.csv").write_text(head + texts, encoding="utf-8")
    if customers:
        config = (folder / "eval.yaml").read_text(encoding="utf-8")
        dataset = "dataset: {path: tickets.csv, columns: {group: customer}}"
        config = config.replace("dataset: {path: tickets.csv}", dataset)
        (folder / "eval.yaml").write_text(config, encoding="utf-8")


def _text(i: int) -> str:
    return OTHER[i // 5 % 2].format(i) if i % 5 == 0 else SAME.format(i)


def kept(folder: Path, name: str = "labels.json") -> Mapping[str, object]:
    """What a state holds."""
    data: Mapping[str, object] = json.loads((folder / name).read_text("utf-8"))["data"]
    return data


def labelled(sheet: Path, label: Callable[[int, Mapping[str, str]], str]) -> Path:
    """The sheet with a label in each row: `label` gets the number of a row and its cells."""
    rows = list(csv.DictReader(io.StringIO(sheet.read_text(encoding="utf-8-sig"))))
    out = io.StringIO()
    table = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
    table.writeheader()
    for i, row in enumerate(rows):
        table.writerow({**row, "label": label(i, row)})
    sheet.write_text(out.getvalue(), encoding="utf-8-sig")
    return sheet
