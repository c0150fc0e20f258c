"""`ticketbench policy`: what it prints, writes and exits with; and the page that shows it."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from forked import ticketbench_in
from made_once import made_once
from promised_project import promised
from ticketbench.production.policy_file import PolicyFile

PAGE = Path(__file__).resolve().parents[2] / "docs" / "production.md"
KEY = "sk-canary-4f9d1c2b7a6e"


def _fill(folder: Path) -> None:
    """The files that the page names: a config, one with fresh tickets, and labels."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, seed in (("fresh", 5), ("support", 1)):
            config = promised(seed=seed, more="choose: {min_precision: 0.9}\n")
            own = Path("configs") if name == "support" else Path("configs") / name
            own.mkdir(parents=True, exist_ok=True)
            for file in ("tickets.csv", "v2.yaml", "answers.jsonl"):
                shutil.move(file, own / file)
            text = config.read_text().replace("answers.sqlite", f"{name}.sqlite")
            if name == "fresh":
                for file in ("tickets.csv", "v2.yaml", "answers.jsonl"):
                    text = text.replace(file, f"fresh/{file}")
            (Path("configs") / f"{name}.yaml").write_text(text)
    rows = [
        f"t{i},billing,{0.95 if i < 195 else 0.05},{0.05 if i < 195 else 0.95}" for i in range(200)
    ]
    head = "ticket_id,label,score_billing,score_general"
    (folder / "predictions.csv").write_text("\n".join([head, *rows, ""]))
    gold = head.replace("label", "gold", 1)
    (folder / "classifier.csv").write_text("\n".join([gold, *rows, ""]))
    (folder / "gold.csv").write_text(
        "".join(["id,label\n", *(f"t{i},billing\n" for i in range(99))])
    )
    done = ticketbench_in(
        folder, "policy", "export", "configs/support.yaml", "--on", "v2", "-o", "policy.json"
    )
    assert done.returncode == 0, done.stderr
    _log(folder)


def _log(folder: Path) -> None:
    made = PolicyFile.load(folder / "policy.json")
    lines = [
        {
            "schema": "ticketbench/decision@1",
            "timestamp": f"2026-12-01T00:00:{i % 60:02}.000Z",
            "decision_id": f"d{i}",
            "ticket_id": f"t{i}",
            "policy": made.sha256,
            "rubric_set": made.fingerprint,
            "outcome": "route",
            "label": "billing",
            "score": 0.9,
        }
        for i in range(99)
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / "decisions.jsonl").write_text(text)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "policy", _fill)


@pytest.fixture
def project(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1796000000")
    return Path(shutil.copytree(made, tmp_path / "project"))


def commands() -> list[str]:
    """Those of the page; tests/structure/test_promise.py follows the section on the demo."""
    told = PAGE.read_text(encoding="utf-8")
    own = re.sub(r"^## From promise to production.*?(?=^## |\Z)", "", told, flags=re.S | re.M)
    assert len(own) < len(told)
    return re.findall(r"^ {4}(ticketbench .*)$", own, re.MULTILINE)


@pytest.mark.parametrize("line", commands())
def test_a_command_of_the_page_runs(line: str, project: Path) -> None:
    if "--allow-edited" in line:
        path = project / "policy.json"
        path.write_text(path.read_text().replace("a charge", "a fee"))
    done = ticketbench_in(project, *shlex.split(line)[1:])
    assert done.returncode == 0, done.stderr


def test_the_page_shows_what_show_prints(project: Path) -> None:
    shown = ticketbench_in(project, "policy", "show", "policy.json").stdout
    told = PAGE.read_text(encoding="utf-8")
    for line in shown.splitlines():
        word, _, rest = line.partition("  ")
        if word and word not in ("policy", "review by"):  # they tell of the day and the version
            assert rest.split()[0] in told.partition(f"    {word}  ")[2]
    numbers = re.findall(r"\d+ of \d+|\[[\d., ]+\]|from [\d.]+|\d+ route, \d+ review", shown)
    assert len(numbers) == 4
    assert [one for one in numbers if one not in told.replace("327\n               ", "327 ")] == []


def test_the_python_of_the_page_runs(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = (
        PAGE.read_text(encoding="utf-8").partition("    from ticketbench")[2].partition("\n\n`")[0]
    )
    lines = f"    from ticketbench{code}".partition("\n### ")[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        exec("\n".join(line[4:] for line in lines.splitlines()), {})
    assert "('billing', 'general') 0.717 Promise(" in capsys.readouterr().out


def test_the_file_goes_to_stdout_and_talk_to_stderr(project: Path) -> None:
    words = ("policy", "export", "configs/support.yaml", "--on", "v2")
    plain = ticketbench_in(project, *words)
    found = PolicyFile.load(plain.stdout.encode())
    assert f"policy {found.sha256[:12]}, certified: with 90% confidence" in plain.stderr
    value = json.loads(ticketbench_in(project, *words, "--json").stdout)
    assert value["schema"] == "ticketbench/policy-export@1"
    assert (value["data"]["kind"], value["data"]["policy"]["sha256"]) == ("certified", found.sha256)


def test_thresholds_for_other_routers_go_to_stdout_a_file_or_json(project: Path) -> None:
    words = ("policy", "export", "configs/support.yaml", "--on", "v2", "--format", "jev")
    plain = ticketbench_in(project, *words, "-o", "thresholds.json")
    assert (plain.returncode, plain.stdout) == (0, "")
    told = " ".join(plain.stderr.split())
    assert "from confidence 0.434 on, a score of 0.717, with 90% confidence at least" in told
    assert "warning: the number holds where a server computes `confidence`" in told
    written = json.loads((project / "thresholds.json").read_text("utf-8"))
    assert json.loads(ticketbench_in(project, *words).stdout) == written
    value = json.loads(ticketbench_in(project, *words, "--json").stdout)
    assert value["schema"] == "ticketbench/policy-export-jev@1"
    assert value["data"]["thresholds"] == written


def test_a_refused_policy_leaves_no_thresholds_behind(project: Path) -> None:
    words = ("policy", "export", "configs/support.yaml", "--on", "v2", "--kind", "config")
    done = ticketbench_in(project, *words, "--format", "jev", "-o", "thresholds.json")
    assert done.returncode == 2
    assert "no place for escalation above 0.3" in done.stderr
    assert not (project / "thresholds.json").exists()
    dropped = ticketbench_in(project, *words, "--format", "jev", "--drop-escalation")
    assert dropped.returncode == 0
    assert "no promise" in dropped.stderr


def test_what_is_not_recommended_is_exported_when_it_is_said_aloud(project: Path) -> None:
    words = ("policy", "export", "configs/support.yaml", "--on", "v2", "--kind", "config")
    done = ticketbench_in(project, *words, "-o", "own.json")
    assert (done.returncode, done.stdout) == (0, "")
    assert "no promise" in done.stderr
    assert "warning: nothing tells whether escalations are right" in done.stderr
    shown = ticketbench_in(project, "policy", "show", "own.json").stdout
    assert re.search(r"^promise +no promise: nothing vouches for how much", shown, re.MULTILINE)
    assert len(re.findall(r"^\S", shown, re.MULTILINE)) == 10


def _breaks(text: str) -> str:
    return text.replace(",0.95,0.05", ",0.05,0.95", 60)


@pytest.mark.parametrize(
    ("edit", "more", "code", "verdict"),
    [
        (str, (), 0, "holds"),
        (_breaks, (), 1, "broken"),
        (lambda text: text[:400], (), 0, "cannot tell"),
        (lambda text: text[:400], ("--undecided", "fail"), 3, "cannot tell"),
    ],
    ids=["holds", "broken", "cannot tell", "undecided"],
)
def test_a_check_is_a_gate(
    project: Path, edit: Callable[[str], str], more: tuple[str, ...], code: int, verdict: str
) -> None:
    path = project / "predictions.csv"
    text = edit(path.read_text())
    path.write_text(text[: text.rindex("\n") + 1])
    words = ("policy", "check", "policy.json", "--labels", "predictions.csv", *more)
    plain, as_json = ticketbench_in(project, *words), ticketbench_in(project, *words, "--json")
    assert plain.returncode == as_json.returncode == code, plain.stderr
    assert plain.stdout.startswith(f"{verdict}: ")
    value = json.loads(as_json.stdout)
    assert value["schema"] == "ticketbench/policy-check@1"
    assert value["data"]["found"]["verdict"] == verdict


def test_an_edited_file_is_refused_until_it_is_marked(project: Path) -> None:
    path = project / "policy.json"
    path.write_text(path.read_text().replace('"threshold": 0.717', '"threshold": 0.5'))
    before = ticketbench_in(project, "policy", "show", "policy.json")
    assert before.returncode == 2
    assert "was changed after it was made" in before.stderr
    marked = ticketbench_in(project, "policy", "show", "policy.json", "--allow-edited")
    assert "marked as edited in policy.json" in marked.stderr
    again = ticketbench_in(project, "policy", "show", "policy.json")
    assert again.returncode == 0
    assert "edited by hand" in again.stdout
    assert "no promise: it was made for what the file said before" in again.stdout.replace(
        "\n           ", " "
    )
    twice = ticketbench_in(project, "policy", "show", "policy.json", "--allow-edited")
    assert "nothing was written" in twice.stderr


def test_show_as_json_holds_the_file_and_what_every_decision_carries(project: Path) -> None:
    path = project / "policy.json"
    value = json.loads(ticketbench_in(project, "policy", "show", str(path), "--json").stdout)
    assert value["schema"] == "ticketbench/policy-show@1"
    assert value["data"] == {"policy": json.loads(path.read_text()), "warnings": []}


def test_no_key_stands_in_what_is_printed_or_written(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCALEDOWN_API_KEY", KEY)
    (project / "prompts.yaml").write_text(f"billing: {KEY}\n")
    words = ("policy", "export", "configs/support.yaml", "--on", "v2", "-o", "new.json")
    done = ticketbench_in(project, *words, "--prompts", "prompts.yaml")
    assert done.returncode == 2
    assert not (project / "new.json").exists()
    assert KEY not in done.stdout + done.stderr


def test_the_schema_that_is_printed_fits_the_file_that_is_written(project: Path) -> None:
    schema = json.loads(ticketbench_in(project, "schema", "policy").stdout)
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads((project / "policy.json").read_text()))
