"""Pages that speak of a config of one's own, `configs/support.yaml`."""

from __future__ import annotations

import csv
from pathlib import Path

from given import given
from policies import RUBRICS

N_TICKETS = 60
COLUMNS = ("id", "text", "label", "customer")

CONFIG = """\
version: 1
endpoint: {url: "https://router.shop.example/classify"}
dataset: {path: support/tickets.csv, columns: {group: customer}}
rubric_sets: {v2: support/v2.yaml}
cache: support/answers.sqlite
policy: {threshold: 0.60, escalate_above: 1}
report: {figures: false}
"""


@given("router.md")
@given("serve.md")
def a_config_of_two_labels(folder: Path) -> None:
    """Tickets of the demo that bear these labels, and their rubrics."""
    own = folder / "configs/support"
    own.mkdir()
    (folder / "configs/support.yaml").write_text(CONFIG, encoding="utf-8")
    asked = "".join(f'- {{name: {one.label}, rubric: "{one.text}"}}\n' for one in RUBRICS.rubrics)
    (own / "v2.yaml").write_text(asked, encoding="utf-8")
    with (folder / "datasets/support_tickets.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["label"] in RUBRICS.labels]
    with (own / "tickets.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, extrasaction="ignore")
        table.writeheader()
        table.writerows(rows[:N_TICKETS])
