"""Help pages: as wide as the terminal, and every example in them runs."""

from __future__ import annotations

import gzip
import json
import re
import shlex
import shutil
from pathlib import Path

import click
import pytest

from decision_logs import written_project
from forked import ticketbench_in
from git_commits import git
from small_project import CONFIG, TICKETS, V1, V2
from ticketbench.cli.main import COMMANDS, cli

GATES = """\
recording: answers.jsonl
baseline: base.json
report: {figures: false, texts: masked}
gates: [{metric: accuracy, on: v2, not_worse_than: baseline, margin: 0.5}]
"""

EXPORT = "Nr,Text,Team\n" + "".join(
    f"{i},please help me with order {i},{'ab'[i % 2]}\n" for i in range(8)
)

EXPORTS = {
    "zendesk.ndjson": "desk.json",
    "label-studio.json": "tasks.json",
    "two-annotators-as-rows.csv": "people.csv",
    "html-bodies-with-quotes.csv": "bodies.csv",
}
"""Exports of other tools, and what examples call them."""

ELSEWHERE = {
    "ticketbench serve": "runs until somebody ends it; tests/edge/serving starts it",
    "ticketbench key bind": "writes the file of keys of a user; tests/cli/test_key.py has one",
    "ticketbench doctor configs/support.yaml --online": "asks a server",
    "ticketbench policy export configs/support.yaml --on v2 --format": "needs 50 tickets",
    "ticketbench policy check": "needs a policy with a promise; tests/cli/test_policy.py has one",
    "ticketbench run configs/support.yaml --batch": "needs a server; test_run_batches.py has one",
    "ticketbench cache recheck": "needs an endpoint by URL: an engine in process asks nobody",
}
"""Examples that cannot run in a small project, and why."""

GROUPS = ("baseline", "cache", "data", "key", "label", "policy", "rubrics")


def pages() -> dict[str, str]:
    """The text of every help page by its command."""
    found = {"": cli}
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        found[name] = command
        if isinstance(command, click.Group):
            found |= {f"{name} {sub}": one for sub, one in command.commands.items()}
    return {name: command.help or "" for name, command in found.items()}


def examples() -> list[str]:
    """Every line of a help page that is a command, as it stands there."""
    lines = {line.strip() for text in pages().values() for line in text.splitlines()}
    return sorted(line for line in lines if line.startswith("ticketbench "))


def runnable() -> list[str]:
    bare = {re.sub(r" +# .*", "", line) for line in examples()}
    return sorted(line for line in bare if not line.startswith(tuple(ELSEWHERE)))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the files that examples name, answered, reported and blessed."""
    folder = tmp_path_factory.mktemp("examples")
    files = {
        "configs/support.yaml": CONFIG.replace("tickets.csv", "../datasets/new.csv")
        .replace("v1.yaml", "rubrics/v1.yaml")
        .replace("v2.yaml", "rubrics/v2.yaml")
        .replace("report: {figures: false}\n", "")
        + GATES,
        "support.yaml": CONFIG.replace("v1.yaml", "configs/rubrics/v1.yaml").replace(
            "v2.yaml", "configs/rubrics/v2.yaml"
        ),
        "configs/parts.yaml": CONFIG.replace("tickets.csv", "tickets")
        .replace("v1.yaml", "rubrics/v1.yaml")
        .replace("v2.yaml", "rubrics/v2.yaml")
        + "gates: [{metric: accuracy, on: v2, min: 0.1}]\n",
        "configs/tickets/1.csv": TICKETS,
        "configs/rubrics/v1.yaml": V1,
        "configs/rubrics/v2.yaml": V2,
        "app.py": 'LABELS = {"a": "Is it a?", "b": "Is it b?"}\n',
        "datasets/new.csv": TICKETS,
        "export.csv": EXPORT,
        "semi.csv": EXPORT.replace(",", ";"),
        "new.csv": TICKETS + "".join(f"n{i},crash {i} with an empty page,\n" for i in range(20)),
        "week.csv": "id,text\n" + "".join(f"w{i},refund money {i}\n" for i in range(100)),
        "tickets.jsonl": '{"id": "t1", "text": "I was charged twice"}\n',
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    for export, name in EXPORTS.items():
        shutil.copy(Path(__file__).parents[1] / "exports" / export, folder / name)
    for words in (
        "run configs/support.yaml",
        "cache export configs/support.yaml",
        "baseline bless configs/support.yaml --rubric-set v1",
        "policy export configs/support.yaml --on v2 --kind config -o policy.json",
        "label next --a v1 --b v2 --config support.yaml --from new.csv",
        "label next --a pin --b v2 --config configs/support.yaml --from week.csv --state s.json",
    ):
        done = ticketbench_in(folder, *words.split())
        assert done.returncode == 0, done.stderr
    for name in ("old", "new"):
        shutil.copytree(folder / "reports/support", folder / "reports" / name)
    predictions(folder)
    shutil.copy(folder / "policy.json", folder / "exported.json")
    written_logs(folder)
    for name in ("answers", "ours", "theirs"):
        shutil.copy(folder / "configs/answers.jsonl", folder / f"{name}.jsonl")
    recorded = (folder / "answers.jsonl").read_bytes()
    (folder / "more.jsonl.gz").write_bytes(gzip.compress(recorded))
    kept_by_git(folder)
    return folder


def kept_by_git(folder: Path) -> None:
    """All of it as a commit of the branch `main`."""
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "main"]):
        git(*words, folder=folder)


def written_logs(folder: Path) -> None:
    """A policy with its decision log, and a table of the same."""
    written_project(folder)
    rows = [json.loads(row) for row in (folder / "decisions.jsonl").read_text("utf-8").splitlines()]
    table = [f"{row['label'] or ''},{row['score'] or ''}" for row in rows]
    (folder / "week.csv").write_text("\n".join(["team,score", *table]), encoding="utf-8")


def predictions(folder: Path) -> None:
    """Tables as examples name them: of one set, of a label, and with that label split in two."""
    rows = [f"t{i},account,0.1,0.9\n" for i in range(8)]
    text = "ticket_id,label,score_billing,score_account\n" + "".join(rows)
    split = [f"t{i},{'access' if i % 2 else 'privacy'},0.1,0.5,0.4\n" for i in range(8)]
    head = "ticket_id,label,score_billing,score_access,score_privacy\n"
    foreign = text.replace("label,score_", "y_true,score_").replace("score_", "proba_")
    (folder / "classifier.csv").write_text(foreign, encoding="utf-8")
    for name, content in (("predictions", text), ("a", text), ("b", head + "".join(split))):
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    for name in ("parts", "old", "new"):
        (folder / name).mkdir()
        (folder / name / "1.csv").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("line", runnable())
def test_an_example_of_a_help_page_runs(line: str, made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    shutil.copytree(made, folder)
    if line.endswith("--rubric-set v2"):  # the first blessing
        (folder / "configs/base.json").unlink()
    if line.startswith("ticketbench policy route"):  # of an engine that runs here
        shutil.copy(folder / "exported.json", folder / "policy.json")
    if line.endswith(("a.csv b.csv --json", "a.csv b.csv --common")):
        shutil.copy(folder / "a.csv", folder / "b.csv")
    if "release" in line:  # a week on which both sets agree
        shutil.copy(folder / "s.json", folder / "labels.json")
    if "--of-b" in line:
        text = (folder / "a.csv").read_text(encoding="utf-8")
        (folder / "b.csv").write_text(text.replace("label", "gold", 1), encoding="utf-8")
    for one in line.replace("/tmp", str(tmp_path)).split(" && "):
        words = shlex.split(one.partition(" > ")[0])
        if words[0] == "cd":
            folder /= words[1]
            continue
        if words[1:2] == ["init"]:  # an empty folder but for the table
            shutil.copy(made / "export.csv", tmp_path)
            folder = tmp_path
        if words[1:2] == ["run"] and "ticketbench.yaml" in one:
            folder = tmp_path
            assert ticketbench_in(folder, "init", ".").returncode == 0
        if "configs/*.yaml" in words:
            words[words.index("configs/*.yaml")] = "configs/support.yaml"
        done = ticketbench_in(folder, *words[1:])
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_reason_not_to_run_an_example_is_of_one() -> None:
    assert [one for one in ELSEWHERE if not any(e.startswith(one) for e in examples())] == []


def test_every_command_shows_an_example_of_at_most_78_signs() -> None:
    assert [line for line in examples() if len(line) > 78] == []
    told = {name: "ticketbench " in text for name, text in pages().items()}
    alone = [name for name in told if name.partition(" ")[0] not in GROUPS]
    assert [name for name in (*alone, *GROUPS) if not told[name]] == []


@pytest.mark.parametrize(
    ("columns", "most"), [(40, 60), (60, 60), (80, 80), (120, 120), (300, 120)]
)
def test_a_help_page_is_as_wide_as_the_terminal_but_for_its_examples(
    columns: int, most: int, tmp_path: Path
) -> None:
    longest = 0
    for name in ("", "run", "compare", "cache prune"):
        done = ticketbench_in(tmp_path, *name.split(), "--help", COLUMNS=str(columns))
        lines = done.stdout.splitlines()
        prose = [line for line in lines if "ticketbench " not in line and "[OPTIONS]" not in line]
        longest = max(longest, *map(len, prose))
        shown = [line.strip() for line in lines if line.strip().startswith("ticketbench ")]
        assert set(shown) <= set(examples())
    assert longest <= most
    assert longest > most - 20
