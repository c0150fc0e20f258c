"""A project from a table: it runs as it is, and nothing of the user's is overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from ticketbench.core.errors import InputError
from ticketbench.edge.inputs.rubric_files import read_rubrics
from ticketbench.flow.setup.project import project_from
from ticketbench.flow.steps.inputs import read_inputs
from ticketbench.flow.validate import validate

ROWS = [
    ("bill: no", "the invoice {i} is wrong, write to me: ann{i}@example.org"),
    ("bill: no", "an invoice over {i} euros, twice"),
    ("log-in", "my password {i} does not work any more"),
    ("log-in", "reset the password of user {i}, please"),
    ("__none__", "hello dear, invoice {i} lottery won"),
]


@pytest.fixture
def export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("my export (1).csv")
    return written(path)


def written(path: Path, *more: str) -> Path:
    lines = ["Key,Body,Queue"]
    for i in range(4):
        lines += [f'{i}-{k},"{text.format(i=i)}",{label}' for k, (label, text) in enumerate(ROWS)]
    path.write_text("\n".join([*lines, *more]) + "\n", encoding="utf-8")
    return path


def test_what_is_written_is_a_valid_project(export: Path) -> None:
    made = project_from(export, Path("project"))
    assert made.config == Path("project/configs/my-export-1.yaml")
    assert [str(path) for path in made.written] == [
        "project/configs/my-export-1.yaml",
        "project/configs/rubrics/v1.yaml",
        "project/.gitattributes",
        "project/.ticketbench/.gitignore",
        "project/reports/.gitignore",
    ]
    assert (made.n, made.labels) == (20, {"bill: no": 8, "log-in": 8})
    assert {one.role: one.column for one in made.columns} == {
        "id": "Key", "text": "Body", "label": "Queue",
    }  # fmt: skip
    assert [checked.kind for checked in validate([made.config])] == ["config"]


def test_what_the_comments_say_of_a_next_version_leads_to_a_gate_that_looks_at_it(
    export: Path,
) -> None:
    config = project_from(export, Path()).config
    Path("configs/rubrics/v2.yaml").write_text(
        'extends: v1.yaml\nlabels:\n- name: log-in\n  rubric: "Is it about a password?"\n', "utf-8"
    )
    text = config.read_text("utf-8").replace("# v2:", "v2:").replace("on: v1,", "on: v2,")
    config.write_text(text.replace("# recording:", "recording:"), "utf-8")
    file = read_inputs(config).config.file
    assert list(file.rubric_sets) == ["v1", "v2"]
    assert [gate.on for gate in file.gates] == ["v2"]
    assert file.recording == "recordings/my-export-1.jsonl"


def test_each_label_has_a_question_and_the_words_of_its_tickets_above_it(export: Path) -> None:
    project_from(export, Path())
    rubrics = read_rubrics(Path("configs/rubrics/v1.yaml"))
    assert [(one.label, one.text) for one in rubrics.rubrics] == [
        ("bill: no", "Is the customer asking about bill: no?"),
        ("log-in", "Is the customer asking about log in?"),
    ]
    text = Path("configs/rubrics/v1.yaml").read_text(encoding="utf-8")
    assert "# often in its tickets: password" in text
    assert "# often in its tickets: invoice" in text


def test_no_personal_string_is_written_or_shown(export: Path) -> None:
    made = project_from(export, Path())
    shown = [ticket.text for ticket in made.shown]
    assert shown[0] == "the invoice 0 is wrong, write to me: [mail]"
    assert "example" not in Path("configs/rubrics/v1.yaml").read_text(encoding="utf-8")


def test_nothing_is_kept_of_columns_that_are_not_shown(tmp_path: Path) -> None:
    lines = [f"{i},some words {i} are here,{i % 2},ann@example.org" for i in range(4)]
    table = tmp_path / "export.csv"
    table.write_text("\n".join(["id,body,team,customer", *lines]) + "\n", encoding="utf-8")
    made = project_from(table, tmp_path / "project")
    assert "example" not in repr(made)


def test_labels_and_names_of_any_signs_make_a_valid_project(export: Path) -> None:
    labels = (".5", ".inf", "...", "a\u2028b", "\U0001f600 \ufffe", "- x: #y", "../up", "~", "no")
    rows = (f'{i},some words {i} are here,"{labels[i % len(labels)]}"' for i in range(18))
    table = Path("nl\nversion: 2\n#'.csv")
    table.write_text("\n".join(["id,text,label", *rows]) + "\n", encoding="utf-8")
    made = project_from(table, Path("my project"))
    assert set(made.labels) == set(labels)
    rubrics = read_rubrics(Path("my project/configs/rubrics/v1.yaml"))
    assert {one.label for one in rubrics.rubrics} == set(labels)
    assert [checked.kind for checked in validate([made.config])] == ["config"]
    assert "ticketbench run 'my project/configs/" in made.config.read_text(encoding="utf-8")


@pytest.mark.parametrize("label", ["sales|support", "e\x7ff"])
def test_a_label_that_no_rubric_can_have_is_told_before_anything_is_written(
    export: Path, label: str
) -> None:
    written(export, f'x,"a question on prices",{label}', f'y,"the price of two",{label}')
    with pytest.raises(InputError, match=r"the label '.*' holds"):
        project_from(export, Path())
    assert not Path("configs").exists()


@pytest.mark.parametrize("there", ["configs/my-export-1.yaml", "configs/rubrics/v1.yaml"])
def test_nothing_is_written_where_a_file_is_in_the_way(export: Path, there: str) -> None:
    path = Path(there)
    path.parent.mkdir(parents=True)
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="is there already"):
        project_from(export, Path())
    assert sorted(p.name for p in Path().rglob("*") if p.is_file()) == sorted(
        [export.name, path.name]
    )


def test_attributes_of_the_users_own_stay(export: Path) -> None:
    Path(".gitattributes").write_text("mine", encoding="utf-8")
    made = project_from(export, Path())
    assert Path(".gitattributes") not in made.written
    assert Path(".gitattributes").read_text(encoding="utf-8") == "mine"


def test_spellings_of_a_label_are_mapped_to_the_commonest(export: Path) -> None:
    written(export, 'x,"my password is gone again",Log-In', 'y,"a password for me",log in ')
    made = project_from(export, Path())
    assert made.spellings == {"Log-In": "log-in", "log in": "log-in", "log-in": "log-in"}
    assert made.labels == {"log-in": 10, "bill: no": 8}
    rubrics = read_rubrics(Path("configs/rubrics/v1.yaml"))
    assert [one.label for one in rubrics.rubrics] == ["log-in", "bill: no"]
    assert [checked.kind for checked in validate([made.config])] == ["config"]


def test_a_label_called_from_is_not_taken_for_a_file(export: Path) -> None:
    export.write_text(export.read_text("utf-8").replace("log-in", "From"), encoding="utf-8")
    with export.open("a", encoding="utf-8") as file:
        file.write('x,"my password is gone again",from\n')
    made = project_from(export, Path())
    assert made.spellings == {"From": "From", "from": "From"}
    assert [checked.kind for checked in validate([made.config])] == ["config"]


def test_a_table_without_ids_and_with_a_subject_says_both_in_comments(export: Path) -> None:
    lines = [f"help {i},some words {i} of a customer are here,team {i % 2}" for i in range(8)]
    export.write_text("\n".join(["Subject,Body,Queue", *lines]) + "\n", encoding="utf-8")
    made = project_from(export, Path())
    text = made.config.read_text(encoding="utf-8")
    assert "    # id: COLUMN" in text
    assert "    # text: [Subject, Body]    # joined" in text
    assert [checked.kind for checked in validate([made.config])] == ["config"]


def test_a_column_that_is_called_an_id_and_is_none_is_no_reason_to_make_ids(export: Path) -> None:
    lines = [f"{i // 4},some words {i} of a customer are here,team {i % 2}" for i in range(12)]
    export.write_text("\n".join(["Ticket ID,Body,Queue", *lines]) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="no column can be the id"):
        project_from(export, Path())


def test_a_wrong_row_is_told_with_its_line_before_anything_is_written(export: Path) -> None:
    written(export, 'x,"",log-in')
    with pytest.raises(InputError) as raised:
        project_from(export, Path())
    assert raised.value.problems[0].where == f"{export}:22"
    assert not Path("configs").exists()


def test_rows_without_a_label_are_told_with_their_lines(export: Path) -> None:
    written(export, 'x,"nobody has read this one yet",', 'y,"nor this one, as it seems",')
    with pytest.raises(InputError) as raised:
        project_from(export, Path())
    (found,) = raised.value.problems
    said = "'Queue' is empty (2 of 22 rows: lines 22, 23)"
    assert (found.where, found.what) == (f"{export}:22", said)
    assert found.help.startswith("fill it in or drop the row, or say what it means: ")


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_the_sign_between_fields_is_written_where_only_one_can_be_meant(
    export: Path, sign: str
) -> None:
    text = export.read_text(encoding="utf-8").replace("Key,Body,Queue", f"Key{sign}Body{sign}Queue")
    rows = [line.replace(',"', f'{sign}"').replace('",', f'"{sign}') for line in text.splitlines()]
    export.write_text("\n".join(rows) + "\n", encoding="utf-8")
    made = project_from(export, Path())
    assert (made.delimiter, made.n) == (sign, 20)
    shown = "tab" if sign == "\t" else f'"{sign}"'
    assert f"  delimiter: {shown}\n" in made.config.read_text(encoding="utf-8")
    assert [checked.kind for checked in validate([made.config])] == ["config"]


def test_a_header_that_two_signs_can_part_is_not_guessed(export: Path) -> None:
    export.write_text("Key;Body|Queue;Text\n1;a b|c;d\n", encoding="utf-8")
    with pytest.raises(InputError, match="the header is one field that holds 2 semicolons"):
        project_from(export, Path())
