"""From the export of a help desk to a report without a hand edit, with the figures of the control:
the same twelve tickets as a plain table."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from forked import ticketbench_in

EXPORTS = Path(__file__).resolve().parents[1] / "exports"
LABELS = ("billing", "technical", "account", "general")
VAGUE = ("money", "something wrong", "an account", "something else")
SHARP = (
    "Is the customer asking about an invoice, a payment, a price or a refund?",
    "Does the customer report an error, a crash, a slow page or something that does not work?",
    "Is the customer asking about signing in, a password, user rights or profile data?",
    "Is this a general question or a thank-you that fits no team?",
)
CONFIG = """\
version: 1
endpoint: {url: "local://lexical/v1/classify"}
dataset: {path: d.csv}
rubric_sets: {v1: v1.yaml, v2: v2.yaml}
report: {figures: false}
"""
IMPORTS = {
    "zendesk, a tag": "zendesk.ndjson --preset zendesk --label-tag team_*",
    "zendesk, a field": "zendesk.ndjson --preset zendesk --label-field 3601",
    "freshdesk": "freshdesk.json --preset freshdesk --label-field cf_team",
    "freshdesk, a table": "freshdesk.csv --preset freshdesk --label-tag team_*",
    "intercom": "intercom.json --preset intercom --label-tag team_*",
    "jira": "jira.json --preset jira --label-field customfield_10050 --cut-quotes",
    "jira, a table": "jira.csv --preset jira --label-field Team",
    "bodies": "html-bodies-with-quotes.csv --html auto --cut-quotes",
}


def imported(folder: Path, words: str) -> subprocess.CompletedProcess[str]:
    name, *options = words.split()
    shutil.copy(EXPORTS / name, folder)
    return ticketbench_in(folder, "data", "import", name, *options, "-o", "d.csv")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, questions in (("v1.yaml", VAGUE), ("v2.yaml", SHARP)):
        asked = [q if q.endswith("?") else f"Is this about {q}?" for q in questions]
        asked = ["Is something wrong?" if "something wrong" in q else q for q in asked]
        asked = ["Is this something else?" if "something else" in q else q for q in asked]
        entries = [{"name": n, "rubric": q} for n, q in zip(LABELS, asked, strict=True)]
        (tmp_path / name).write_text(json.dumps(entries), encoding="utf-8")
    (tmp_path / "eval.yaml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("form", IMPORTS)
def test_an_export_has_the_tickets_of_the_plain_table(tmp_path: Path, form: str) -> None:
    done = imported(tmp_path, IMPORTS[form])
    assert done.returncode == 0, done.stderr
    control = [(row["text"], row["label"]) for row in rows(EXPORTS / "plain.csv")]
    found = rows(tmp_path / "d.csv")
    assert [(row["text"], row["label"]) for row in found] == control
    if form != "bodies":
        assert len({row["group"] for row in found}) == 4
    for file in tmp_path.glob("d.*"):
        kept = file.read_text(encoding="utf-8")
        assert "@example.com" not in kept
        assert "Placeholder" not in kept  # the family name of everybody in the samples


@pytest.mark.parametrize("form", ["zendesk, a tag", "freshdesk", "intercom", "jira, a table"])
def test_an_export_becomes_a_report_without_a_hand_edit(project: Path, form: str) -> None:
    assert imported(project, IMPORTS[form]).returncode == 0
    assert ticketbench_in(project, "validate", "d.csv").returncode == 0
    ran = ticketbench_in(project, "run", "eval.yaml", "--out", "report", "--json")
    assert ran.returncode == 0, ran.stderr
    report = json.loads((project / "report" / "results.json").read_text(encoding="utf-8"))
    right = [
        sum(row["label"] == row["top_label"] for row in rows(project / "report" / "predictions.csv")
            if row["rubric_set"] == name)
        for name in ("v1", "v2")
    ]  # fmt: skip
    assert right == [6, 10]
    assert report["data"]
    assert (project / "report" / "index.html").exists()


def test_a_report_says_what_an_import_did_to_the_texts(project: Path) -> None:
    assert imported(project, IMPORTS["bodies"]).returncode == 0
    assert ticketbench_in(project, "run", "eval.yaml", "--out", "report").returncode == 0
    said = (
        "texts imported, by d.notes.json: HTML made text in 12 of 12 texts, "
        "quoted replies cut in 12 of 12 texts"
    )
    assert said in (project / "report" / "index.html").read_text(encoding="utf-8")
    summary = (project / "report" / "summary.md").read_text(encoding="utf-8")
    assert said in summary.replace("\\", "")
    Path(project, "d.notes.json").unlink()
    assert ticketbench_in(project, "run", "eval.yaml", "--out", "report").returncode == 0
    assert said not in (project / "report" / "index.html").read_text(encoding="utf-8")


def test_what_is_left_out_is_counted_on_the_terminal_and_in_the_notes(tmp_path: Path) -> None:
    done = imported(tmp_path, IMPORTS["freshdesk"])
    notes = json.loads((tmp_path / "d.notes.json").read_text(encoding="utf-8"))["data"]
    assert notes["left_out"] == {
        "deleted tickets": 1,
        "mails that an agent began": 1,
        "spam": 1,
        "tickets without the field cf_team": 1,
    }
    assert "spam (1)" in done.stdout
    html = next(step for step in notes["steps"] if step["name"] == "html")
    assert html["n_changed"] == 6


def test_what_a_field_of_tags_begins_with_is_said_when_it_is_taken_off(tmp_path: Path) -> None:
    done = imported(tmp_path, IMPORTS["zendesk, a field"])
    assert "every value of 3601 begins with team_" in done.stderr
    whole = imported(tmp_path, f"{IMPORTS['zendesk, a field']} --label-tag * --force")
    assert "every value" not in whole.stderr
    assert {row["label"] for row in rows(tmp_path / "d.csv")} == {f"team_{one}" for one in LABELS}


def test_the_first_text_that_changed_is_shown_before_and_after(tmp_path: Path) -> None:
    done = imported(tmp_path, IMPORTS["bodies"])
    assert "HTML made text in 12 of 12 texts" in done.stdout
    assert "quoted replies cut in 12 of 12 texts" in done.stdout
    assert "before  <html>" in done.stdout
    assert "after   The invoice for May lists a seat we removed in April." in done.stdout


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        ("zendesk.ndjson --preset zendesk --label-tag taem_*", "team_billing (3)"),
        ("zendesk.ndjson --preset zendesk --label-field 36011", "did you mean '3601'?"),
        ("jira.csv --preset jira --label-field Taem", "did you mean 'Team'?"),
    ],
)
def test_where_no_ticket_has_the_label_what_there_is_is_named(
    tmp_path: Path, words: str, advice: str
) -> None:
    done = imported(tmp_path, words)
    assert (done.returncode, advice in done.stderr) == (2, True), done.stderr
    assert not (tmp_path / "d.csv").exists()


def test_a_field_that_is_empty_everywhere_is_said_to_be(tmp_path: Path) -> None:
    line = {"id": 1, "raw_subject": "a", "description": "some words", "tags": ["vip"],
            "custom_fields": [{"id": 3601, "value": None}]}  # fmt: skip
    (tmp_path / "t.ndjson").write_text(json.dumps(line) + "\n", encoding="utf-8")
    options = ("--preset", "zendesk", "--label-field", "3601", "-o", "d.csv")
    done = ticketbench_in(tmp_path, "data", "import", "t.ndjson", *options)
    assert "it has no value anywhere; fields here: 3601" in done.stderr
