"""`init --from`: what was guessed is shown, and the project can be run as it is."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from forked import ticketbench

TABLE = "Nr,Text,Queue,Lang\n" + "".join(
    f"{i},{text} number {i} again,{label},{'en' if i % 3 else 'de'}\n"
    for i in range(30)
    for text, label in [(("invoice", "billing"), ("password", "account"))[i % 2]]
)


@pytest.fixture
def export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("export.csv")
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_the_guess_is_shown_with_its_alternatives_and_three_tickets(export: Path) -> None:
    done = ticketbench("init", "--from", "export.csv")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "export.csv: 30 tickets, 2 labels."
    assert "label   Queue   or: Lang   by its name; 2 short values in 30 rows" in lines
    assert "labels  account 15, billing 15" in lines
    assert "  invoice number 0 again" in lines
    assert lines[-5:] == [
        "wrote configs/export.yaml", "wrote configs/rubrics/v1.yaml", "wrote .gitattributes",
        "wrote .ticketbench/.gitignore", "wrote reports/.gitignore",
    ]  # fmt: skip
    assert done.stderr.startswith("next: sharpen the questions in configs/rubrics/v1.yaml, then: ")


def test_the_project_runs_as_it_is_and_its_folders_stay_out_of_git(export: Path) -> None:
    assert ticketbench("init", "--from", "export.csv").returncode == 0
    done = ticketbench("run", "configs/export.yaml", "--set", "report.figures=false")
    assert done.returncode == 0, done.stderr
    assert Path("reports/export/index.html").is_file()
    assert Path("reports/.gitignore").is_file()
    assert Path(".ticketbench/.gitignore").is_file()


def test_a_reports_folder_of_the_users_own_gets_no_gitignore(export: Path) -> None:
    Path("reports").mkdir()
    ticketbench("init", "--from", "export.csv")
    ticketbench("run", "configs/export.yaml", "--set", "report.figures=false")
    assert Path("reports/export/index.html").is_file()
    assert not Path("reports/.gitignore").exists()


def test_a_mail_as_an_id_is_masked_as_in_every_other_list(export: Path) -> None:
    export.write_text(TABLE.replace("\n1,", "\nann@example.org,"), encoding="utf-8")
    done = ticketbench("init", "--from", "export.csv")
    assert "[mail]  account" in done.stdout
    assert "example" not in done.stdout


@pytest.mark.parametrize("folder", ["my project", "-demo"])
def test_what_is_said_to_come_next_can_be_pasted(export: Path, folder: str) -> None:
    made = ticketbench("init", "--", folder)
    where, run = made.stderr.removeprefix("next: ").split(" && ")
    assert run == "ticketbench run configs/ticketbench.yaml\n"
    assert Path(shlex.split(where)[1]).samefile(Path(f"./{folder}"))
    assert not shlex.split(where)[1].startswith("-")
    made = ticketbench("init", "--from", "export.csv", "--", f"{folder}2")
    command = shlex.split(made.stderr.partition(", then: ")[2])
    assert command[:2] == ["ticketbench", "run"]
    done = ticketbench("validate", *command[2:])
    assert done.returncode == 0, done.stderr


def test_json_says_what_was_guessed_and_written(export: Path) -> None:
    done = ticketbench("init", "project", "--from", "export.csv", "--json")
    value = json.loads(done.stdout)
    assert value["schema"] == "ticketbench/init@2"
    assert value["data"]["config"] == "project/configs/export.yaml"
    assert value["data"]["labels"] == {"account": 15, "billing": 15}
    assert value["data"]["columns"][2] == {
        "role": "label",
        "column": "Queue",
        "others": ["Lang"],
        "reason": "by its name; 2 short values in 30 rows",
    }


def test_a_table_that_is_none_is_refused_and_nothing_is_written(export: Path) -> None:
    export.write_text("a,b\n1,2\n", encoding="utf-8")
    done = ticketbench("init", "--from", "export.csv")
    assert done.returncode == 2
    assert "no column can be the text" in done.stderr
    assert not Path("configs").exists()


def test_an_export_is_refused_with_the_command_that_reads_it(export: Path) -> None:
    lines = [{"id": i, "raw_subject": "order", "description": f"order {i} never came",
              "status": ("closed", "open")[i % 2], "custom_fields": [], "tags": []}
             for i in range(8)]  # fmt: skip
    text = "".join(json.dumps(line) + "\n" for line in lines)
    Path("desk.ndjson").write_text(text, encoding="utf-8")
    done = ticketbench("init", "--from", "desk.ndjson")
    assert done.returncode == 2
    assert "ticketbench data import desk.ndjson --preset zendesk" in done.stderr
    assert not Path("configs").exists()


def test_the_customers_of_an_imported_dataset_stay_together(export: Path) -> None:
    rows = "".join(f"{i},order {i} never came,{'ab'[i % 2]},{i // 3}\n" for i in range(24))
    Path("tickets.csv").write_text(f"id,text,label,group\n{rows}", encoding="utf-8")
    assert ticketbench("init", "--from", "tickets.csv").returncode == 0
    assert "    group: group\n" in Path("configs/tickets.yaml").read_text(encoding="utf-8")


def test_labels_between_commas_and_seventy_seven_labels_make_projects_that_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tables = Path(__file__).resolve().parents[1] / "exports" / "tables"
    for name, said in (
        ("all-labels-by-comma", "sign    ,   between labels of all_labels"),
        ("tickets-77", "labels  "),
    ):
        done = ticketbench("init", name, "--from", str(tables / f"{name}.csv"))
        assert done.returncode == 0, done.stderr
        assert said in done.stdout
        assert max(map(len, done.stdout.splitlines())) < 200
        assert ticketbench("validate", f"{name}/configs/{name}.yaml").returncode == 0
