"""Trained baselines in a whole run: asked for, left out, without weights, written and read."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner

from forked import ticketbench
from small_project import write_project
from ticketbench.cli.main import cli
from ticketbench.core.errors import MachineError
from ticketbench.edge.endpoints import ENDPOINTS, Connection, Reply, endpoint
from ticketbench.edge.engines import minilm as engine
from ticketbench.edge.engines.embeddings import FILE_NAME
from ticketbench.edge.results.store import load
from ticketbench.flow.run import RunOutcome, run
from ticketbench.measure.results import RunResults

EVAL = Path("eval.yaml")
SAID = "Trained on these tickets instead"
MISSING = "no baseline on MiniLM embeddings: cannot read model.safetensors"


@pytest.fixture(autouse=True)
def _asked_for(project: Path) -> None:
    ask_for_baselines()


def ask_for_baselines() -> None:
    with EVAL.open("a", encoding="utf-8") as file:
        file.write("trained_baselines: true\n")


def take_weights_away(monkeypatch: pytest.MonkeyPatch, empty: Path) -> None:
    """Only an empty folder is searched, and a model read before is not remembered."""
    empty.mkdir()
    monkeypatch.setenv("TICKETBENCH_MINILM_DIR", str(empty))
    monkeypatch.setattr(engine, "minilm", engine.minilm.__wrapped__)


@pytest.fixture
def without_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    take_weights_away(monkeypatch, tmp_path / "empty")


@pytest.fixture(scope="module")
def on_words(tmp_path_factory: pytest.TempPathFactory) -> RunOutcome:
    """A run without weights, whose report stays where it is."""
    folder = tmp_path_factory.mktemp("on-words")
    write_project(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        ask_for_baselines()
        take_weights_away(patch, folder / "empty")
        return run(EVAL, out=folder / "report")


@pytest.fixture
def with_weights() -> None:
    try:
        engine.minilm()
    except MachineError as error:
        pytest.skip(error.problems[0].what)


@pytest.fixture
def forgetful() -> Iterator[str]:
    """An endpoint that answers by the first label, but t5 not for v1 and t3 not for v2."""

    class Forgetful:
        def ask(self, url: str, body: bytes) -> Reply:
            question = json.loads(body)
            first = "this" in question["labels"][0]["rubric"]  # v1 asks "Is this about ..."
            if ("password" if first else "crashes") in question["text"]:
                return Reply(422, b'{"detail":"not this one"}')
            names = [label["name"] for label in question["labels"]]
            scores = dict.fromkeys(names, 0.0) | {names[0]: 1.0}
            return Reply(200, json.dumps({"scores": scores, "top_label": names[0]}).encode())

    @endpoint("forgetful")
    def connect(url: str, connection: Connection) -> Forgetful:
        return Forgetful()

    yield "forgetful://server/classify"
    del ENDPOINTS._entries["forgetful"]


def names(outcome: RunOutcome) -> list[str]:
    return [baseline.name for baseline in outcome.results.trained]


def test_baselines_stand_in_results_summary_and_page(on_words: RunOutcome) -> None:
    out = on_words.out
    data = json.loads((out / "results.json").read_bytes())["data"]
    assert [baseline["name"] for baseline in data["trained"]] == ["words"]
    assert SAID in (out / "summary.md").read_text(encoding="utf-8")
    page = (out / "index.html").read_text(encoding="utf-8")
    assert 'id="audit-trained"' in page
    assert "TF-IDF + logistic regression" in page


def test_baselines_that_are_not_asked_for_stand_nowhere() -> None:
    outcome = run(EVAL, overrides=["trained_baselines=false"])
    assert (outcome.results.trained, outcome.results.trained_missing) == ((), "")
    assert SAID not in (outcome.out / "summary.md").read_text(encoding="utf-8")
    assert 'id="audit-trained"' not in (outcome.out / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("asked", [False, True])
def test_scikit_learn_is_loaded_only_for_baselines(asked: bool, project: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from ticketbench.flow.run import run
run(Path("eval.yaml"), overrides=["trained_baselines={str(asked).lower()}"])
print("sklearn" in sys.modules)
"""
    environment = {**os.environ, "TICKETBENCH_MINILM_DIR": str(project)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout == f"{asked}\n"


def test_without_weights_the_run_says_why_a_baseline_is_missing(project: Path) -> None:
    (project / "empty").mkdir()
    done = ticketbench("run", "eval.yaml", "--all", TICKETBENCH_MINILM_DIR="empty")
    assert done.returncode == 0
    assert MISSING in " ".join(done.stderr.split())
    assert "words, trained" in done.stdout
    assert "minilm, trained" not in done.stdout
    results = load(project / "reports" / "eval" / "results.json", RunResults)
    assert [baseline.name for baseline in results.trained] == ["words"]
    assert results.trained_missing.startswith(MISSING)


def test_page_summary_and_results_say_why_a_baseline_is_missing(on_words: RunOutcome) -> None:
    why = on_words.results.trained_missing
    assert why.startswith(MISSING)
    data = json.loads((on_words.out / "results.json").read_bytes())["data"]
    assert data["trained_missing"] == why
    summary = (on_words.out / "summary.md").read_text(encoding="utf-8").replace("\\", "")
    page = unescape((on_words.out / "index.html").read_text(encoding="utf-8"))
    assert f"{why}." in summary
    assert f"<p>{why}.</p>" in page


@pytest.mark.usefixtures("without_weights")
@pytest.mark.parametrize("asked", [False, True])
def test_a_baseline_that_is_not_missed_is_not_said_to_be_missing(asked: bool) -> None:
    done = CliRunner().invoke(
        cli, ["run", "eval.yaml", "--set", f"trained_baselines={str(asked).lower()}"]
    )
    summary = Path("reports/eval/summary.md").read_text(encoding="utf-8")
    assert ("no baseline on" in done.stderr, "no baseline on" in summary) == (asked, asked)


@pytest.mark.usefixtures("without_weights")
def test_json_on_stdout_says_why_a_baseline_is_missing_and_so_does_stderr() -> None:
    done = CliRunner().invoke(cli, ["run", "eval.yaml", "--json"], catch_exceptions=False)
    assert json.loads(done.stdout)["data"]["trained_missing"].startswith(MISSING)
    assert MISSING in " ".join(done.stderr.split())


@pytest.mark.usefixtures("without_weights")
def test_stderr_says_where_the_answers_came_from() -> None:
    said = [
        " ".join(
            CliRunner()
            .invoke(cli, ["run", "eval.yaml", "--all"], catch_exceptions=False)
            .stderr.split()
        )
        for _ in range(2)
    ]
    assert "answers of local://lexical/v1/classify (v1: 7 asked; v2: 7 asked)" in said[0]
    assert "(v1: 7 cached; v2: 7 cached)" in said[1]


@pytest.mark.usefixtures("without_weights")
def test_answers_that_were_kept_and_asked_for_are_told_apart(project: Path) -> None:
    assert run(EVAL).sources == ("v1: 7 asked", "v2: 7 asked")
    with (project / "tickets.csv").open("a", encoding="utf-8") as file:
        file.write("t8,My card was declined at checkout,billing\n")
    assert run(EVAL).sources == ("v1: 7 cached, 1 asked", "v2: 7 cached, 1 asked")


@pytest.mark.usefixtures("without_weights")
def test_the_printed_table_with_a_baseline_on_words_fits_into_80_columns() -> None:
    printed = CliRunner().invoke(cli, ["run", "eval.yaml", "--all"], catch_exceptions=False).stdout
    lines = printed.splitlines()
    assert any(re.match(r"words, trained +on \d+ labels +\d+\.\d% \[", line) for line in lines)
    assert "trained on these tickets instead, judged on others:" in lines
    assert max(len(line) for line in lines) <= 80


@pytest.mark.usefixtures("with_weights")
def test_with_weights_there_are_two_baselines_and_nothing_to_say(project: Path) -> None:
    outcome = run(EVAL)
    assert names(outcome) == ["words", "minilm"]
    assert outcome.results.trained_missing == ""
    assert (project / FILE_NAME).is_file()


@pytest.mark.usefixtures("with_weights")
def test_kept_vectors_need_no_weights(
    project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = run(EVAL).results.trained
    take_weights_away(monkeypatch, tmp_path / "empty")
    assert run(EVAL).results.trained == before


def test_results_with_baselines_load_back_equal(on_words: RunOutcome) -> None:
    assert load(on_words.out / "results.json", RunResults) == on_words.results
    assert on_words.results.trained[0].curve
    assert on_words.results.trained[0].needed


@pytest.mark.usefixtures("without_weights")
@pytest.mark.parametrize("label", ["__none__", "billing"], ids=["no label fits", "one label"])
def test_results_of_a_dataset_with_little_to_learn_load_back_equal(
    label: str, project: Path
) -> None:
    with (project / "tickets.csv").open(newline="", encoding="utf-8") as file:
        rows = [{**row, "label": label} for row in csv.DictReader(file)]
    with (project / "tickets.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["id", "text", "label"])
        writer.writeheader()
        writer.writerows(rows)
    outcome = run(EVAL)
    assert load(outcome.out / "results.json", RunResults) == outcome.results


@pytest.mark.usefixtures("without_weights")
def test_a_second_run_gives_equal_bytes() -> None:
    pages = ("results.json", "summary.md", "index.html")
    first, second = ([(run(EVAL).out / page).read_bytes() for page in pages] for _ in range(2))
    assert first == second


def test_every_scored_ticket_is_judged_and_every_labelled_one_counts(on_words: RunOutcome) -> None:
    baseline = on_words.results.trained[0]
    assert baseline.routing.n == 7
    assert baseline.metric("accuracy").n == 6
    assert [needed.rubric_set for needed in baseline.needed] == ["v1", "v2"]


@pytest.mark.usefixtures("without_weights")
def test_a_ticket_that_failed_under_one_set_is_left_out_for_both(forgetful: str) -> None:
    results = run(EVAL, overrides=[f"endpoint.url={forgetful}"], allow_failures=2).results
    assert [e.tickets.failures[0].ticket_id for e in results.evaluations] == ["t5", "t3"]
    assert [e.metric("accuracy").n for e in results.evaluations] == [5, 5]
    baseline = results.trained[0]
    assert baseline.metric("accuracy").n == 4
    assert baseline.routing.n == 5


@pytest.mark.usefixtures("without_weights")
def test_tickets_of_one_group_are_never_trained_on_for_each_other(project: Path) -> None:
    # Each customer writes twice, with a name as the only word in common: no near-duplicates, but
    # the name gives the label away, unless both are one group.
    with (project / "tickets.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with (project / "tickets.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "text", "label", "customer"])
        for copy in "ab":
            for r in rows:
                own = " ".join(f"{copy}{r['id']}word{i}" for i in range(6))
                writer.writerow([r["id"] + copy, f"name{r['id']} {own}", r["label"], r["id"]])
    alone = run(EVAL).results
    tied = run(EVAL, overrides=["dataset.columns.group=customer"]).results
    assert (alone.dataset.n_groups, tied.dataset.n_groups) == (14, 7)
    of_alone, of_tied = (one.trained[0].metric("accuracy").value for one in (alone, tied))
    assert of_tied < 0.7 < of_alone


def test_a_run_whose_answers_all_failed_still_writes_its_report(project: Path) -> None:
    outcome = run(project / "eval.yaml", mode="replay", allow_failures=99)
    assert outcome.results.trained[0].metric("accuracy").n == 0
    assert outcome.sources == ("v1: none", "v2: none")
    assert (outcome.out / "index.html").exists()
