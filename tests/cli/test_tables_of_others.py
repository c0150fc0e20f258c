"""Tables as people have them, run as a user types it: the figures are those of the plain table."""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from forked import ticketbench
from guide_steps import steps
from sheets import xlsx
from ticketbench.edge.inputs.config import read_config
from ticketbench.edge.inputs.dataset import load_dataset

EXPORTS = Path(__file__).resolve().parents[1] / "exports"
CONFIG = """\
version: 1
endpoint: {{url: "local://lexical/v1/classify"}}
dataset:
  path: {path}
{keys}
rubric_sets: {{v1: teams-vague.yaml, v2: teams.yaml}}
report: {{figures: false, texts: masked}}
"""
JIRA = "{id: Issue key, text: Description, label: Custom field (Team)}"
JOINED = "{id: Issue key, text: [Summary, Description], label: Custom field (Team)}"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(EXPORTS / "tables", tmp_path, dirs_exist_ok=True)
    shutil.copy(EXPORTS / "plain.csv", tmp_path)
    monkeypatch.chdir(tmp_path)


def config(path: str, *keys: str) -> None:
    lines = "\n".join(f"  {key}" for key in keys)
    Path("c.yaml").write_text(CONFIG.format(path=path, keys=lines), encoding="utf-8")


def run(path: str, *keys: str) -> CompletedProcess[str]:
    config(path, *keys)
    return ticketbench("run", "c.yaml")


def said(done: CompletedProcess[str]) -> str:
    """What stands on stderr, without the breaks of its lines."""
    return " ".join(done.stderr.split())


def answers() -> list[dict[str, str]]:
    """The rows of predictions.csv in their order, without what a file calls its tickets."""
    with Path("reports/c/predictions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [{key: row[key] for key in row if key not in ("ticket_id", "group_id")} for row in rows]


def ids() -> list[str]:
    with Path("reports/c/predictions.csv").open(encoding="utf-8", newline="") as file:
        return [row["ticket_id"] for row in csv.DictReader(file) if row["rubric_set"] == "v2"]


@pytest.fixture(scope="module")
def control(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    folder = tmp_path_factory.mktemp("control")
    shutil.copytree(EXPORTS / "tables", folder, dirs_exist_ok=True)
    shutil.copy(EXPORTS / "plain.csv", folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert run("plain.csv").returncode == 0
        return answers()


def test_the_plain_table_has_the_figures_that_were_computed_by_hand(
    control: list[dict[str, str]],
) -> None:
    right = Counter(row["rubric_set"] for row in control if row["label"] == row["top_label"])
    assert right == {"v1": 6, "v2": 10}


@pytest.mark.parametrize(
    ("path", "keys", "note"),
    [
        (
            "excel-padded-rows-and-columns.csv",
            (),
            "left out: 3 rows without any value (lines 14-16), 2 columns without a name",
        ),
        ("jira-repeated-columns.csv", (f"columns: {JIRA}",), ""),
        ("no-id-integer-labels.parquet", (), "no id column: ids are made from the texts"),
        ("classlabel-names-in-metadata.parquet", (), ""),
        (
            "float-ids-list-labels.parquet",
            ("columns: {all_labels: labels}",),
            "ids that are floats",
        ),
        ("all-labels-by-comma.csv", ("all_labels_separator: ','",), ""),
        ("doccano-lists-of-one.jsonl", ("columns: {text: data}",), ""),
    ],
)
def test_the_same_tickets_in_another_form_have_the_same_figures(
    path: str, keys: tuple[str, ...], note: str, control: list[dict[str, str]]
) -> None:
    done = run(path, *keys)
    assert done.returncode == 0, done.stderr
    assert answers() == control
    assert note in said(done)
    assert ("(TB110)" in done.stderr) == bool(note)
    report = json.loads(Path("reports/c/results.json").read_text(encoding="utf-8"))["data"][
        "report"
    ]
    page = Path("reports/c/index.html").read_text(encoding="utf-8")
    summary = Path("reports/c/summary.md").read_text(encoding="utf-8")
    assert any(note in one for one in report["intake"]["done"]) == bool(note)
    assert ("<dt>read</dt>" in page, "Read: " in summary) == (bool(note), bool(note))


def test_the_line_that_names_the_sign_counts_and_is_told() -> None:
    done = run("excel-sep-line-semicolons.csv")
    assert done.returncode == 0, done.stderr
    assert "delimiter ;, from the line sep=;" in said(done)
    assert Counter(row["label"] for row in answers()[12:]) == {
        "billing": 3, "technical": 3, "account": 3, "general": 3,
    }  # fmt: skip
    path = Path("excel-sep-line-semicolons.csv")
    path.write_text(path.read_text("utf-8").replace(";general", ";generl", 1), encoding="utf-8")
    assert "excel-sep-line-semicolons.csv:12" in run(path.name).stderr


@pytest.mark.parametrize(
    ("sign", "name"), [(";", "2 semicolons"), ("|", "2 bars"), ("\t", "2 tabs")]
)
def test_another_sign_without_a_word_is_one_error_with_the_key_that_reads_it(
    sign: str, name: str
) -> None:
    with Path("plain.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    with Path("semi.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=sign).writerows(rows)
    shown = "tab" if sign == "\t" else sign
    done = ticketbench("validate", "semi.csv")
    assert (done.returncode, done.stderr.count("error:")) == (2, 1)
    assert f"the header is one field that holds {name}" in done.stderr
    assert "--> semi.csv:1\n" in done.stderr
    assert f'dataset.delimiter: "{shown}"' in done.stderr
    done = ticketbench("validate", "semi.csv", "--delimiter", shown)
    assert (done.returncode, done.stdout) == (0, "ok: semi.csv: dataset, 12 tickets\n")
    config("semi.csv", f'delimiter: "{shown}"')
    assert ticketbench("validate", "c.yaml").returncode == 0


def test_a_column_that_stands_twice_is_told_only_where_it_is_mapped() -> None:
    done = run(
        "jira-repeated-columns.csv", f"columns: {JIRA.replace('Custom field (Team)', 'Labels')}"
    )
    assert done.returncode == 2
    assert "the column 'Labels' stands twice (fields 4 and 5)" in done.stderr
    assert "write 'Labels#2' for the second" in said(done)


def test_a_text_of_two_columns_is_joined_and_said() -> None:
    done = run("jira-repeated-columns.csv", f"columns: {JOINED}")
    assert done.returncode == 0, done.stderr
    assert "text joined of Summary, Description" in said(done)
    first = load_dataset(Path("jira-repeated-columns.csv"), read_config(Path("c.yaml")).reading)
    wanted = "The ...\n\nThe invoice for May lists a seat we removed in April."
    assert first.dataset.tickets[0].text == wanted
    report = json.loads(Path("reports/c/results.json").read_text("utf-8"))["data"]
    assert report["dataset"]["fingerprint"] == first.dataset.fingerprint
    config("jira-repeated-columns.csv", f"columns: {JOINED.replace('Summary, Desc', 'Desc')}")
    other = load_dataset(Path("jira-repeated-columns.csv"), read_config(Path("c.yaml")).reading)
    assert other.dataset.fingerprint != first.dataset.fingerprint


def test_ids_of_floats_and_of_texts_are_what_the_page_of_keys_says() -> None:
    assert run("float-ids-list-labels.parquet", "columns: {all_labels: labels}").returncode == 0
    assert ids() == [str(n) for n in range(1000, 1012)]
    assert run("no-id-integer-labels.parquet").returncode == 0
    assert all(len(one) == 14 and one.startswith("t-") for one in ids())


def test_labels_with_commas_in_one_cell_name_the_key_once() -> None:
    done = run("all-labels-by-comma.csv")
    assert (done.returncode, done.stderr.count("error:")) == (2, 1)
    assert "'billing, account' looks like two labels (4 of 12 rows" in done.stderr
    assert "write dataset.all_labels_separator: ','" in done.stderr


def test_paths_of_windows_are_shown_as_they_were_meant() -> None:
    done = ticketbench("run", "windows-paths.yaml")
    assert done.returncode == 2
    assert "no such file: datasets\\tickets.csv\n  --> windows-paths.yaml:3:11" in done.stderr
    assert "no such file: rubrics\\v1.yaml\n  --> windows-paths.yaml:4:15" in done.stderr
    assert done.stderr.count("help: write / instead of \\") == 2


def test_two_people_as_rows_are_told_with_the_command_that_reads_them() -> None:
    done = run("two-annotators-as-rows.csv")
    assert (done.returncode, done.stderr.count("error:")) == (2, 1)
    assert "the id 'k0' stands twice, first in line 2 (12 of 24 rows" in done.stderr
    assert "ticketbench data import FILE --annotator COLUMN" in said(done)


def test_labels_and_columns_of_any_words_stay_right() -> None:
    config("human-labels.csv", "columns: {id: Ticket ID, text: Ticket description,"
           " label: Category (L1/L2)}")  # fmt: skip
    text = Path("c.yaml").read_text("utf-8")
    text = text.replace("v1: teams-vague.yaml, v2: teams.yaml", "v1: human-rubrics.yaml")
    Path("c.yaml").write_text(text, encoding="utf-8")
    done = ticketbench("run", "c.yaml")
    assert done.returncode == 0, done.stderr
    assert {row["label"] for row in answers()} == {
        "Billing > Refunds & Invoices", "Technical / Bug", "Account (login)",
        "General: other, misc",
    }  # fmt: skip
    assert "TB110" not in done.stderr


SPLITS = """\
id,text,label,split
1,The invoice for May is wrong,billing,train
2,Refund the charge please,billing,test
3,The page crashes with an error,technical,test
4,My password does not work,account,train
"""


def test_rows_are_chosen_first_and_every_face_says_of_how_many() -> None:
    Path("splits.csv").write_text(SPLITS.replace("1,The", ",The"), encoding="utf-8")
    done = run("splits.csv", "where: {split: test}")
    assert done.returncode == 0, done.stderr
    assert "on 2 of 4 rows: split = test (TB110)" in said(done)
    assert "4 answers, on 2 of 4 rows: split = test: 0 kept" in " ".join(done.stdout.split())
    assert "on 2 of 4 rows: split = test" in Path("reports/c/summary.md").read_text("utf-8")
    assert "on 2 of 4 rows: split = test" in Path("reports/c/index.html").read_text("utf-8")
    intake = json.loads(Path("reports/c/results.json").read_text("utf-8"))["data"]["report"][
        "intake"
    ]
    assert (intake["where"], intake["n_kept"], intake["n_rows"]) == (["split = test"], 2, 4)


def test_without_a_condition_all_splits_are_judged_and_that_is_said() -> None:
    Path("splits.csv").write_text(SPLITS, encoding="utf-8")
    done = run("splits.csv")
    assert done.returncode == 0, done.stderr
    assert "all splits are judged: train (2), test (2)" in said(done)
    assert "dataset: {where: {split: test}}" in said(done)


def test_a_gate_says_once_how_its_dataset_was_read() -> None:
    Path("splits.csv").write_text(SPLITS, encoding="utf-8")
    config("splits.csv", "where: {split: test}")
    with Path("c.yaml").open("a", encoding="utf-8") as file:
        file.write("gates: [{metric: accuracy, on: v2, min: 0}]\n")
    assert ticketbench("run", "c.yaml").returncode == 0
    done = ticketbench("gate", "c.yaml")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("on 2 of 4 rows: split = test") == 1


def test_options_of_a_dataset_do_not_go_with_a_config() -> None:
    config("plain.csv")
    done = ticketbench("validate", "c.yaml", "--delimiter", ";")
    assert done.returncode == 2
    assert "c.yaml is no dataset" in done.stderr


def test_the_example_of_the_page_of_keys_gives_the_texts_that_it_tells() -> None:
    for step in steps("config.md", section="Tables as people have them"):
        if step.kind == "file":
            path = Path(step.name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(step.text, encoding="utf-8")
    own = read_config(Path("configs/own.yaml"))
    loaded = load_dataset(Path("tickets.csv"), own.reading)
    assert [(ticket.text, ticket.label) for ticket in loaded.dataset.tickets] == [
        ("Invoice\n\nThe invoice for May lists a seat twice.", "billing"),
        ("Export hangs since the update.", "technical"),
    ]


@pytest.mark.parametrize("column", ["part", "Part of it"])
def test_the_condition_that_is_advised_names_the_column_of_the_file(column: str) -> None:
    Path("splits.csv").write_text(SPLITS.replace("split", column), encoding="utf-8")
    done = run("splits.csv", f"columns: {{split: {column}}}")
    advised = said(done).partition("to judge one: `dataset: {")[2].partition("}`")[0]
    again = run("splits.csv", f"columns: {{split: {column}}}", advised)
    assert again.returncode == 0, again.stderr
    assert f"on 2 of 4 rows: {column} = test" in said(again)


def test_a_sheet_of_a_workbook_is_a_dataset_and_another_a_map_of_labels(
    control: list[dict[str, str]],
) -> None:
    pytest.importorskip("python_calamine")
    with Path("plain.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    tickets = [head, *([id_, text, label.upper()] for id_, text, label in rows)]
    names = [["old", "new"], *([label.upper(), label] for label in {row[2] for row in rows})]
    Path("book.xlsx").write_bytes(xlsx({"Cover": [["x"]], "Tickets": tickets, "Names": names}))
    done = run("book.xlsx#Tickets", "labels: {from: book.xlsx#Names}")
    assert done.returncode == 0, done.stderr
    assert answers() == control
    assert ticketbench("init", "own", "--from", "book.xlsx#Tickets").returncode == 0
    assert ticketbench("validate", "own/configs/book.yaml").returncode == 0
    assert "no such file: nowhere.xlsx" in run("nowhere.xlsx#Tickets").stderr
