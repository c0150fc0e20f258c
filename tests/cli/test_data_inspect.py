"""What `data inspect` says of a file, typed as a user types it."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from forked import ticketbench

EXPORTS = Path(__file__).resolve().parents[1] / "exports"


def told(*words: str) -> str:
    done = ticketbench("data", "inspect", *words)
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80 or "/" in done.stdout
    return " ".join(done.stdout.split())


def written(name: str, *rows: str) -> str:
    Path(name).write_text("\n".join((*rows, "")), encoding="utf-8")
    return name


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_plain_table_is_told_with_its_columns_labels_lengths_and_what_comes_next() -> None:
    text = (EXPORTS / "plain.csv").read_text(encoding="utf-8")
    Path("plain.csv").write_text(text, encoding="utf-8")
    said = told("plain.csv")
    assert said.startswith("plain.csv: 12 tickets, 4 labels id id by its name; different in every")
    assert "account 3 25.0% billing 3 25.0% general 3 25.0% technical 3 25.0%" in said
    assert "texts 46 characters in the middle" in said
    assert said.endswith("Next: ticketbench init --from plain.csv")


def test_markup_and_quotes_lead_to_an_import_that_takes_them_out() -> None:
    text = (EXPORTS / "html-bodies-with-quotes.csv").read_text(encoding="utf-8")
    Path("mails.csv").write_text(text, encoding="utf-8")
    said = told("mails.csv")
    assert "12 of 12 texts hold HTML markup" in said
    assert "12 of 12 texts hold a quoted reply" in said
    command = said.partition("Next: ")[2].partition(" then: ")[0].replace("\\ ", "")
    assert command == "ticketbench data import mails.csv -o tickets.csv --html auto --cut-quotes"
    assert ticketbench(*shlex.split(command)[1:]).returncode == 0
    assert "markup" not in told("tickets.csv")


def test_rows_of_several_people_are_told_with_the_column_that_says_who() -> None:
    text = (EXPORTS / "two-people.csv").read_text(encoding="utf-8")
    Path("people.csv").write_text(text, encoding="utf-8")
    said = told("people.csv")
    assert "4 tickets have several rows with one text, 1 with different" in said
    assert "the column person says who labelled each" in said
    command = said.partition("Next: ")[2].partition(" then: ")[0].replace("\\ ", "")
    assert "--annotator person" in command
    assert ticketbench(*shlex.split(command)[1:]).returncode == 0


def test_an_export_is_told_with_the_choice_that_has_to_be_made() -> None:
    export = str(EXPORTS / "zendesk.ndjson")
    said = told(export)
    assert "looks like a Zendesk export" in said
    assert "--label-tag" in said
    assert "Next:" not in said
    chosen = told(export, "--label-tag", "team_*")
    assert "a Zendesk export, 12 tickets, 4 labels" in chosen
    assert "--preset zendesk --label-tag 'team_*'" in chosen.replace("\\ ", "")


def test_an_export_that_is_broken_is_an_error_and_no_choice() -> None:
    good = (EXPORTS / "zendesk.ndjson").read_text(encoding="utf-8").splitlines()[0]
    done = ticketbench("data", "inspect", written("t.ndjson", good, '{"id": '), "--label-tag", "*")
    assert done.returncode == 2
    assert "not valid JSON" in done.stderr
    assert "t.ndjson:2" in done.stderr


def test_copies_conflicts_and_leaks_are_counted_with_ids() -> None:
    file = written(
        "t.csv",
        "id,text,label,split",
        *(f"t{i},my order {i} never came to me,{'ab'[i % 2]},train" for i in range(10)),
        "t10,My  order 3 never came to me,b,train",
        "t11,my order 4 never came to me,b,test",
    )
    said = told(file)
    assert "2 texts stand in several tickets, 4 in all: t3, t4." in said
    assert "1 text stands under different labels: t4; at least one label of each is wrong." in said
    assert "Splits: train (11), test (1); 1 text stands in more than one of them: t4." in said


def test_of_a_hundred_texts_and_more_so_many_of_a_hundred_hold_personal_data() -> None:
    rows = [f"t{i},please write to me{i}@example.org about it,{'ab'[i % 2]}" for i in range(30)]
    rows += [f"u{i},nothing of the kind stands in here {i},{'ab'[i % 2]}" for i in range(120)]
    said = told(written("t.csv", "id,text,label", *rows))
    assert "20 of 100 texts (30 of 150) hold personal data: mail 30;" in said
    assert "example.org" not in said


def test_no_text_is_shown_and_an_id_that_is_a_mail_is_masked() -> None:
    rows = [f"ann{i}@example.org,<p>canary{i} is here</p> now,{'ab'[i % 2]}" for i in range(8)]
    file = written("t.csv", "id,text,label", *rows)
    said = told(file)
    assert "canary" not in said
    assert "first [mail]" in said
    assert "canary" not in told(file, "--json")


def test_json_has_a_schema_and_every_count() -> None:
    done = ticketbench("data", "inspect", str(EXPORTS / "html-bodies-with-quotes.csv"), "--json")
    found = json.loads(done.stdout)
    assert found["schema"] == "ticketbench/inspect@1"
    data = found["data"]
    assert data["contents"]["markup"]["n"] == 12
    assert data["balance"]["labels"][0] == {"label": "account", "n": 3, "share": 0.25}
    assert data["next"][0].startswith("ticketbench data import ")


def test_more_than_a_dozen_labels_are_counted_behind_the_first() -> None:
    rows = [f"t{i},what about number {i} of these,label{i % 77:02}" for i in range(154)]
    said = told(written("t.csv", "id,text,label", *rows))
    assert "t.csv: 154 tickets, 77 labels" in said
    assert "and 65 more, the rarest with 2 tickets" in said


def test_columns_a_sign_and_an_encoding_can_be_said_and_are_said_again() -> None:
    rows = ["nr;Betreff;Beschreibung;Gruppe"]
    rows += [f"{i};Störung {i};Der Zähler {i} geht nicht;{'ab'[i % 2]}" for i in range(8)]
    Path("t.csv").write_bytes("\n".join(rows).encode("cp1252"))
    done = ticketbench("data", "inspect", "t.csv")
    assert done.returncode == 2
    flags = ("--delimiter", ";", "--encoding", "cp1252")
    said = told("t.csv", *flags, "--columns", "text=Betreff,Beschreibung,label=Gruppe")
    assert "text Betreff,Beschreibung as you said" in said
    assert "t.csv: 8 tickets, 2 labels" in said
    assert "[2]" not in said


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--columns", "text=Bdy"), "there is no column 'Bdy' for the text"),
        (("--columns", "txt=body"), "--columns takes ROLE=NAME"),
        (("--label-tag", "x"), "--label-tag does not go with --preset none"),
        (("--preset", "zendsk"), "unknown preset 'zendsk'"),
        (("--delimiter", "xx"), "'xx' is no delimiter"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(words: tuple[str, ...], what: str) -> None:
    written("t.csv", "id,text,label", "1,some words here,a", "2,other words here,b")
    done = ticketbench("data", "inspect", "t.csv", *words)
    assert done.returncode == 2
    assert what in done.stderr
    assert "help:" in done.stderr


def test_a_file_without_rows_or_of_nothing_known_is_refused() -> None:
    assert ticketbench("data", "inspect", written("t.csv", "id,text,label")).returncode == 2
    assert ticketbench("data", "inspect", "none.csv").returncode == 2


def test_a_table_of_numbers_is_told_to_hold_no_text_and_no_label() -> None:
    said = told(written("t.csv", "a,b", *(f"{i},{i * i}" for i in range(9))))
    assert "No column looks like the text" in said
    assert "No column looks like the label" in said
    assert "Next:" not in said


def test_columns_called_by_the_names_of_people_lead_to_their_agreement() -> None:
    text = (EXPORTS / "two-annotators-as-columns.csv").read_text(encoding="utf-8")
    Path("t.csv").write_text(text, encoding="utf-8")
    said = told("t.csv")
    assert "The columns anna and ben look like the labels of several people" in said
    assert "--annotators anna,ben" in said
    Path("p.csv").write_text(text.replace("anna,ben", "label,priority"), encoding="utf-8")
    assert "several people" not in told("p.csv")


def test_a_column_called_label_is_it_though_a_cell_is_empty_and_ids_repeat() -> None:
    rows = [f"{i // 2},my invoice {i} is wrong,{'' if i == 3 else 'ab'[i % 2]}" for i in range(20)]
    said = told(written("t.csv", "id,text,label", *rows))
    assert "label label by its name; 2 short values in 20 rows" in said
    assert "id id by its name; 10 values in 20 rows" in said


def test_a_table_with_rows_without_a_label_leads_to_what_leaves_them_out() -> None:
    texts = (f"{i},order {i} never came,{'ab'[i % 2] if i else ''}" for i in range(24))
    said = told(written("t.csv", "Nr,Body,Team", *texts))
    assert "1 of 24 tickets have no label" in said
    command = said.partition("Next: ")[2].partition(" then: ")[0].replace("\\ ", "")
    assert command.endswith("--columns id=Nr,text=Body,label=Team")
    done = ticketbench(*shlex.split(command)[1:])
    assert (done.returncode, "rows without a label (1)" in done.stdout) == (0, True)
    assert ticketbench("init", "--from", "tickets.csv").returncode == 0
    assert ticketbench("init", "--from", "t.csv", "other").returncode == 2


def test_a_column_a_person_leads_to_an_import_of_both() -> None:
    text = (EXPORTS / "two-annotators-as-columns.csv").read_text(encoding="utf-8")
    Path("people.csv").write_text(text, encoding="utf-8")
    said = told("people.csv")
    assert "The columns anna and ben look like the labels of several people" in said
    command = said.partition("Next: ")[2].partition(" then: ")[0].replace("\\ ", "")
    assert ticketbench(*shlex.split(command)[1:]).returncode == 0
