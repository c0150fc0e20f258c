"""`data import` as a user types it: what is written, what is printed, what is refused."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path

import pytest

from annotated import EXPORTS, ONE_PERSON, TWO_PEOPLE, project, rows
from forked import ticketbench_in
from terminal import longest, same_on_terminals, shown

CEILING = "two annotators agreed on 75% of 12: read any accuracy near it as the ceiling"
CONTROL = [(row["text"], row["label"]) for row in rows(EXPORTS / "plain.csv")]


def imported(folder: Path, name: str, *options: str) -> str:
    """What the command prints of `name`, which goes to d.csv; it must end with 0."""
    if not (folder / name).exists():
        shutil.copy(EXPORTS / name, folder / name)
    done = ticketbench_in(folder, "data", "import", name, *options, "-o", "d.csv")
    assert done.returncode == 0, done.stderr
    return " ".join(done.stdout.split())


def refused(folder: Path, *words: str) -> str:
    """What the command says on stderr; it must end with 2 and leave no file of its own."""
    before = sorted(folder.iterdir())
    done = ticketbench_in(folder, "data", "import", *words)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert sorted(folder.iterdir()) == before
    return done.stderr


def texts_and_labels(folder: Path) -> list[tuple[str, str]]:
    return [(row["text"], row["label"]) for row in rows(folder / "d.csv")]


def test_label_studio_writes_what_both_say_and_keeps_the_rest_apart(tmp_path: Path) -> None:
    said = imported(tmp_path, "label-studio.json", "--preset", "label-studio")
    assert len(rows(tmp_path / "d.csv")) == 10
    apart = rows(tmp_path / "d.disagreements.csv")
    assert [(row["id"], row["labels"], row["annotators"]) for row in apart] == [
        ("1", "billing|general", "1|2"),
        ("6", "technical|general", "1|2"),
    ]
    assert "12 tickets, 24 annotations, 2 annotators: agreed on 10 of 12" in said
    assert "Cohen's kappa 0.778 [0.502, 1.000]" in said


@pytest.mark.parametrize(("name", "options"), TWO_PEOPLE.items(), ids=[*TWO_PEOPLE])
def test_exports_of_two_people_come_out_alike(
    tmp_path: Path, name: str, options: tuple[str, ...]
) -> None:
    said = imported(tmp_path, name, *options)
    assert texts_and_labels(tmp_path) == [
        one for i, one in enumerate(CONTROL) if i not in (0, 4, 8)
    ]
    apart = rows(tmp_path / "d.disagreements.csv")
    assert [row["text"] for row in apart] == [CONTROL[i][0] for i in (0, 4, 8)]
    assert all(len(set(row["labels"].split("|"))) == 2 for row in apart)
    assert "12 tickets, 24 annotations, 2 annotators: agreed on 9 of 12 (75.0%" in said
    assert "few: 12 tickets" in said
    if (name != "two-annotators-as-columns.csv" and "argilla-" in name) or "as-rows" in name:
        assert "Cohen's kappa 0.667 [0.350, 0.983]" in said


@pytest.mark.parametrize(("name", "options"), ONE_PERSON.items(), ids=[*ONE_PERSON])
def test_exports_of_one_person_come_out_whole(
    tmp_path: Path, name: str, options: tuple[str, ...]
) -> None:
    said = imported(tmp_path, name, *options)
    assert texts_and_labels(tmp_path) == CONTROL
    assert not (tmp_path / "d.disagreements.csv").exists()
    assert "annotators" not in said


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("label-studio.json", ("--preset", "label-studio")),
        ("prodigy.jsonl", TWO_PEOPLE["prodigy.jsonl"]),
        ("argilla.json", TWO_PEOPLE["argilla.json"]),
        ("doccano.jsonl", ONE_PERSON["doccano.jsonl"]),
        ("hf.jsonl", ONE_PERSON["hf.jsonl"]),
        ("two-annotators-as-rows.csv", TWO_PEOPLE["two-annotators-as-rows.csv"]),
    ],
)  # fmt: skip
def test_what_was_imported_is_checked_and_judged_without_a_hand_edit(
    tmp_path: Path, name: str, options: tuple[str, ...]
) -> None:
    project(tmp_path, name)
    imported(tmp_path, name, *options)
    checked = ticketbench_in(tmp_path, "validate", "d.csv", "--rubrics", "v1.yaml")
    assert checked.returncode == 0, checked.stderr
    ran = ticketbench_in(tmp_path, "run", "eval.yaml", "--out", "out")
    assert ran.returncode == 0, ran.stderr
    results = json.loads((tmp_path / "out" / "results.json").read_bytes())["data"]
    assert results["dataset"]["n"] == len(rows(tmp_path / "d.csv"))
    found = [one["title"] for one in results["findings"] if one["code"] == "TB120"]
    assert len(found) == (name in TWO_PEOPLE or name == "label-studio.json")
    if name == "two-annotators-as-rows.csv":
        assert found == [CEILING]
        for page in ("index.html", "summary.md"):
            assert CEILING in " ".join((tmp_path / "out" / page).read_text("utf-8").split())


def test_people_who_always_agree_set_no_ceiling(tmp_path: Path) -> None:
    table = "id,text,label,who\n" + "".join(
        f"{i},{text.replace(',', '')},{label},{who}\n"
        for i, (text, label) in enumerate(CONTROL)
        for who in "ab"
    )
    project(tmp_path, "plain.csv")
    (tmp_path / "all.csv").write_text(table, encoding="utf-8")
    imported(tmp_path, "all.csv", "--annotator", "who")
    ran = ticketbench_in(tmp_path, "run", "eval.yaml", "--out", "out")
    assert ran.returncode == 0, ran.stderr
    assert "TB120" not in (tmp_path / "out" / "results.json").read_text("utf-8")


@pytest.mark.parametrize(
    ("rule", "first"),
    [("none", "__none__"), ("first", "billing"), ("ann-2", "general")],
)
def test_the_rule_says_what_becomes_of_disagreements(tmp_path: Path, rule: str, first: str) -> None:
    name = "two-annotators-as-rows.csv"
    said = imported(tmp_path, name, "--annotator", "annotator", "--disagree", rule)
    found = rows(tmp_path / "d.csv")
    assert (len(found), found[0]["label"]) == (12, first)
    assert rows(tmp_path / "d.disagreements.csv")[0]["taken"] == first
    assert "3 tickets without a majority" in said


def test_markup_and_quotes_are_cut_counted_and_shown(tmp_path: Path) -> None:
    options = ("--html", "auto", "--cut-quotes")
    said = imported(tmp_path, "html-bodies-with-quotes.csv", *options)
    assert texts_and_labels(tmp_path) == CONTROL
    assert "HTML made text in 12 of 12 texts quoted replies cut in 12 of 12 texts" in said
    assert "before <html><head>" in said
    notes = json.loads((tmp_path / "d.notes.json").read_bytes())
    assert notes["schema"] == "ticketbench/notes@1"
    assert [step["n_changed"] for step in notes["data"]["steps"]] == [12, 12]


def test_a_preview_shows_tickets_masked_and_writes_nothing(tmp_path: Path) -> None:
    text = "id,text,label\nt1,<p>Mail me at jo@example.com</p>,account\nt2,Hello there,general\n"
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    words = ("t.csv", "--html", "auto", "--preview", "1")
    done = ticketbench_in(tmp_path, "data", "import", *words)
    assert done.returncode == 0, done.stderr
    assert "after   Mail me at [mail]" in done.stdout
    assert "jo@example.com" not in done.stdout
    assert "Hello" not in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


def test_the_same_export_gives_the_same_bytes(tmp_path: Path) -> None:
    for place in ("one", "two"):
        (tmp_path / place).mkdir()
        imported(tmp_path / place, "prodigy.jsonl", "--preset", "prodigy")
    for name in ("d.csv", "d.notes.json", "d.disagreements.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_what_is_there_is_overwritten_with_force_alone(tmp_path: Path) -> None:
    imported(tmp_path, "prodigy.jsonl", "--preset", "prodigy")
    assert "are there already" in refused(tmp_path, "prodigy.jsonl", "--preset=prodigy", "-od.csv")
    imported(tmp_path, "hf.csv", "--preset", "hf", "--force")
    assert texts_and_labels(tmp_path) == CONTROL
    assert not (tmp_path / "d.disagreements.csv").exists()  # it was of another export
    assert "is the export itself" in refused(tmp_path, "d.csv", "-o", "d.csv", "--force")


def test_ids_that_repeat_are_one_error_that_names_the_option(tmp_path: Path) -> None:
    shutil.copy(EXPORTS / "two-annotators-as-rows.csv", tmp_path / "t.csv")
    said = " ".join(refused(tmp_path, "t.csv", "-o", "d.csv").split())
    assert "the id 'k0' stands twice, and 11 more rows repeat an id --> t.csv:3" in said
    assert "--annotator COLUMN" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("label-studio.json",), "this looks like a Label Studio export: --preset label-studio"),
        (("label-studio.json", "--preset", "labelstudio"), "did you mean 'label-studio'?"),
        (("label-studio.json", "--preset", "label-studio", "--parts", "all"), "--parts does not"),
        (("hf.csv", "--annotator", "who"), "there is no column 'who' for the annotator"),
        (("hf.csv", "--columns", "txt=a"), "--columns takes ROLE=NAME"),
        (("hf.csv", "--columns", "id=a,b"), "names 2 columns for id"),
        (("hf.csv", "--columns", "text=body"), "there is no column 'body' for the text"),
        (("two-annotators-as-rows.csv", "--annotator", "annotator", "--disagree", "ann-3"),
         "nobody called 'ann-3' answered"),
        (("plain.csv", "--annotator", "id", "--annotators", "id,label"), "give the one that"),
    ],
)  # fmt: skip
def test_a_choice_that_cannot_be_made_is_one_error(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    shutil.copy(EXPORTS / words[0], tmp_path / words[0])
    told = " ".join(refused(tmp_path, *words, "-o", "d.csv").split())
    assert said in told
    assert told.count("error:") == 1


def test_a_column_that_stands_twice_is_named_with_its_number(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,Labels,Labels,text\n1,a,b,hello\n", encoding="utf-8")
    said = refused(tmp_path, "t.csv", "--columns", "label=Labels", "-o", "d.csv")
    assert "the column 'Labels' stands twice (fields 2 and 3)" in said
    assert "write 'Labels#2' for the second" in said
    words = ("data", "import", "t.csv", "--columns", "label=Labels#2", "-o", "d.csv")
    assert ticketbench_in(tmp_path, *words).returncode == 0
    assert rows(tmp_path / "d.csv")[0]["label"] == "b"


def test_a_key_in_a_ticket_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    key = "tb-canary-5f0c2d9e7a1b"
    (tmp_path / "t.csv").write_text(f"id,text,label\nt1,my key {key},a\n", encoding="utf-8")
    words = ("data", "import", "t.csv", "-o", "d.csv")
    done = ticketbench_in(tmp_path, *words, SCALEDOWN_API_KEY=key)
    assert done.returncode == 2
    assert key not in done.stdout + done.stderr
    assert "t.csv:2" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


def test_json_has_what_was_done_and_what_was_written(tmp_path: Path) -> None:
    shutil.copy(EXPORTS / "argilla.json", tmp_path / "a.json")
    words = ("data", "import", "a.json", "--preset", "argilla", "-o", "d.csv", "--json")
    done = ticketbench_in(tmp_path, *words)
    found = json.loads(done.stdout)
    assert found["schema"] == "ticketbench/import@1"
    assert found["data"]["files"] == ["d.csv", "d.notes.json", "d.disagreements.csv"]
    notes = found["data"]["notes"]
    assert notes["left_out"] == {"responses of state draft": 1}
    assert notes["agreement"]["n_double"] == 12
    assert json.loads((tmp_path / "d.notes.json").read_bytes())["data"] == notes


def test_the_import_is_shown_as_in_the_golden_file(tmp_path: Path) -> None:
    shutil.copy(EXPORTS / "label-studio.json", tmp_path / "export.json")
    words = ("data", "import", "export.json", "--preset", "label-studio", "-od.csv", "--force")
    same_on_terminals("data-import", tmp_path, *words)
    assert longest(shown(tmp_path, *words, columns=60).stdout) <= 60


def test_a_preview_of_nothing_says_why(tmp_path: Path) -> None:
    shutil.copy(EXPORTS / "zendesk.ndjson", tmp_path)
    options = ("--preset", "zendesk", "--label-tag", "taem_*", "--preview", "2")
    said = refused(tmp_path, "zendesk.ndjson", *options)
    assert "tickets without a tag like taem_* (12)" in said
    assert "tags here: " in said


def test_a_person_is_no_second_opinion_of_their_own(tmp_path: Path) -> None:
    shutil.copy(EXPORTS / "two-annotators-as-columns.csv", tmp_path / "t.csv")
    said = refused(tmp_path, "t.csv", "--annotators", "anna,ben,anna", "-o", "d.csv")
    assert "--annotators names 'anna' twice" in said


def test_the_command_that_validate_advises_reads_the_file_as_the_config_does(
    tmp_path: Path,
) -> None:
    project(tmp_path, "plain.csv")
    config = tmp_path / "eval.yaml"
    read = "delimiter: ';', encoding: cp1252, columns: {id: Nr, text: [Was, Body]}"
    text = config.read_text(encoding="utf-8").replace("path: d.csv", f"path: bodies.csv, {read}")
    config.write_text(text, encoding="utf-8")
    body = '"<p>The invoice {} für us is wrong</p><p>Please help</p>"'
    table = ["Nr;Was;Body;label", *(f"{i};Hi {i};{body.format(i)};billing" for i in range(12))]
    (tmp_path / "bodies.csv").write_text("\n".join((*table, "")), encoding="cp1252")
    said = json.loads(ticketbench_in(tmp_path, "validate", "eval.yaml", "--json").stdout)["data"]
    command = next(one["action"] for one in said[0]["findings"] if one["code"] == "TB115")
    assert "--columns id=Nr,text=Was,text=Body --delimiter ';' --encoding cp1252" in command
    done = ticketbench_in(tmp_path, *shlex.split(command)[1:])
    assert done.returncode == 0, done.stderr
    assert rows(tmp_path / "OUT.csv")[0]["text"] == (
        "Hi 0\n\nThe invoice 0 für us is wrong\n\nPlease help"
    )


def test_a_person_who_answered_one_task_twice_is_one_person(tmp_path: Path) -> None:
    chosen = [{"from_name": "team", "value": {"choices": ["billing"]}}]
    twice = [{"result": chosen, "completed_by": 1}, {"result": chosen, "completed_by": 1}]
    task = {"id": 1, "data": {"text": "my invoice"}, "annotations": twice}
    (tmp_path / "t.json").write_text(json.dumps([task]), encoding="utf-8")
    said = imported(tmp_path, "t.json", "--preset", "label-studio")
    assert "agreed" not in said
    assert rows(tmp_path / "d.csv")[0]["annotators"] == "1"


def test_an_option_of_a_tool_that_is_not_named_leads_to_its_preset(tmp_path: Path) -> None:
    shutil.copy(EXPORTS / "zendesk.ndjson", tmp_path)
    said = refused(tmp_path, "zendesk.ndjson", "--label-tag", "team_*", "-o", "d.csv")
    assert "--label-tag does not go with --preset none" in said
    assert "this looks like a Zendesk export: --preset zendesk" in said


def test_tickets_that_are_left_out_are_told_beside_the_ceiling(tmp_path: Path) -> None:
    project(tmp_path, "two-annotators-as-rows.csv")
    imported(tmp_path, "two-annotators-as-rows.csv", "--annotator", "annotator")
    ran = " ".join(ticketbench_in(tmp_path, "run", "eval.yaml", "--out", "out").stderr.split())
    assert "without a majority are left out, so what is judged is easier than that" in ran
