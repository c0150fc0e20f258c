"""Near-duplicates of one customer's mails, as a user runs them: a legal footer unties nobody."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from forked import ticketbench

TABLES = Path(__file__).resolve().parents[1] / "exports" / "tables"
CONFIG = """\
version: 1
endpoint: {url: "local://lexical/v1/classify"}
dataset: {path: tickets.csv}
rubric_sets: {v1: teams-vague.yaml, v2: teams.yaml}
report: {figures: false}
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(TABLES, tmp_path, dirs_exist_ok=True)
    Path(tmp_path, "c.yaml").write_text(CONFIG, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def results_of(name: str) -> tuple[dict[str, Any], str]:
    """What `run` writes as results and says on stderr."""
    shutil.copy(name, "tickets.csv")
    done = ticketbench("run", "c.yaml")
    assert done.returncode == 0, done.stderr
    data = json.loads(Path("reports/c/results.json").read_bytes())["data"]
    return data, " ".join(done.stderr.split())


def width(data: dict[str, Any]) -> float:
    (compared,) = data["comparisons"]
    accuracy = next(d for d in compared["differences"] if d["name"] == "accuracy")
    return float(accuracy["difference"]["high"] - accuracy["difference"]["low"])


def test_one_customers_footer_leaves_the_ties_of_all_others() -> None:
    plain, said = results_of("near-duplicates.csv")
    assert (plain["dataset"]["n_groups"], "TB108" in said) == (38, False)
    with_footer, said = results_of("near-duplicates-and-one-footer.csv")
    assert (with_footer["dataset"]["n_groups"], with_footer["dataset"]["untied"]) == (38, 0)
    assert "TB108" not in said
    assert width(with_footer) >= 0.9 * width(plain)
    page = Path("reports/c/index.html").read_text(encoding="utf-8")
    assert "38 by near-duplicates, a text that 22 tickets share left out" in page


def test_where_a_form_letter_says_it_all_the_verdict_says_whose_ties_were_dropped() -> None:
    with Path("near-duplicates-and-one-footer.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    letter = rows[-1]["text"].partition(" -- ")[2]
    with Path("letters.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ("id", "text", "label"))
        writer.writeheader()
        writer.writerows(rows[:48])
        forms = ({"id": f"f{i}", "text": f"{letter} {i}", "label": "general"} for i in range(22))
        writer.writerows(forms)
    data, said = results_of("letters.csv")
    assert data["dataset"]["untied"] == 22
    assert "22 tickets say little beside a text that many share" in said
    for page in ("index.html", "summary.md"):
        text = Path("reports/c", page).read_text(encoding="utf-8").replace("\\", "")
        assert "ties of 22 tickets dropped (TB108)" in text
    examined = " ".join(ticketbench("doctor", "c.yaml").stdout.split())
    assert "warning data: 22 tickets say little beside a text that many share" in examined


def test_validate_leaves_near_duplicates_to_run_and_says_so() -> None:
    letter = (
        "Dear team, the invoice for our workspace shows twelve seats although we removed four. "
    )
    rows = [f"f{i},{letter.replace(',', '')}{i},general\n" for i in range(40)]
    Path("tickets.csv").write_text("".join(["id,text,label\n", *rows]), encoding="utf-8")
    done = ticketbench("validate", "c.yaml")
    assert done.returncode == 0
    assert "near-duplicates are looked for by `run`" in " ".join(done.stdout.split())
    assert "TB108" not in done.stderr
    grouped = CONFIG.replace("tickets.csv}", "tickets.csv, columns: {group: id}}")
    Path("c.yaml").write_text(grouped, encoding="utf-8")
    assert "near-duplicates" not in ticketbench("validate", "c.yaml").stdout
