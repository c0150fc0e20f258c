"""`ticketbench gate`, `baseline`, `compare` and `rubrics` as CI and users run them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from junitparser import JUnitXml

from forked import ticketbench

COMMAND = Path(sys.executable).with_name("ticketbench")
LABELS = ("billing", "technical", "account")
RIGHT, WRONG = "0.8,0.1,0.1", "0.1,0.8,0.1"


def installed(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The installed command in a process of its own, as a shell finds it."""
    return subprocess.run(
        [str(COMMAND), *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **variables},
        timeout=120,
        check=False,
    )


def with_gates(folder: Path, *gates: str, baseline: str = "base.json") -> Path:
    """eval.yaml with these gates, as gated.yaml."""
    lines = "".join(f"  - {gate}\n" for gate in gates)
    text = (folder / "eval.yaml").read_text(encoding="utf-8")
    path = folder / "gated.yaml"
    path.write_text(f"{text}baseline: {baseline}\ngates:\n{lines}", encoding="utf-8")
    return path


def blessed(name: str) -> None:
    done = ticketbench("baseline", "bless", "gated.yaml", "--rubric-set", name)
    assert done.returncode == 0, done.stderr


def gate(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return ticketbench("gate", "gated.yaml", *arguments, **variables)


def verdict(done: subprocess.CompletedProcess[str]) -> str:
    return str(json.loads(done.stdout)["data"]["verdict"]["outcome"])


PASSING = {
    "a limit on the value": "{metric: accuracy, on: v2, min: 0.0}",
    "a limit on an end": "{metric: recall, label: billing, on: v2, bound: high, min: 0.0}",
    "not worse than a set": "{metric: accuracy, on: v2, not_worse_than: v2}",
    "not worse than the baseline": "{metric: accuracy, on: v2, not_worse_than: baseline}",
    "must pass": "{must_pass: [t1], on: v2}",
}
FAILING = {
    "a limit on the value": "{metric: accuracy, on: v2, max: 0.1}",
    "a limit on an end": "{metric: recall, label: billing, on: v2, bound: low, min: 1.0}",
    "must pass": "{must_pass: [t7, t3, t1, t2, t4, t5, t6], on: v1}",
}
UNDECIDED = {
    "skipped: too few tickets": "{metric: accuracy, on: v2, min: 0.1, min_tickets: 1000}",
    "inconclusive: too few changes": "{metric: recall, label: billing, on: v2, not_worse_than: v1}",
    "skipped: none is routed": "{metric: selective_precision, on: v2, min: 0.5}",
    "inconclusive: no interval": "{metric: cost, on: v2, bound: low, min: 0.5}",
}
REFUSED = {
    "no such set": ("{metric: accuracy, on: v3, min: 0.1}", "no rubric set 'v3'"),
    "no such metric": ("{metric: acuracy, on: v2, min: 0.1}", "did you mean 'accuracy'"),
    "no such ticket": ("{must_pass: [t99], on: v2}", "no ticket 't99'"),
    "no condition": ("{metric: accuracy, on: v2}", "one condition"),
    "no margin": ("{metric: cost, on: v2, not_worse_than: v1}", "needs a margin"),
}


def test_a_set_that_no_gate_looks_at_is_told_in_every_form_and_changes_no_exit_code(
    answered: Path,
) -> None:
    with_gates(answered, "{metric: accuracy, on: v1, min: 0.0}")
    told = "no gate looks at v2"
    done = gate("--format=text", "--format=json=g.json")
    assert done.returncode == 0
    assert f"note: {told}" in done.stdout
    assert "write `on: v2` at a gate" in " ".join(done.stdout.lower().split())
    (found,) = json.loads(Path("g.json").read_bytes())["data"]["report"]["findings"]
    assert (found["code"], found["title"]) == ("TB314", told)
    assert (
        gate("--format=github", GITHUB_STEP_SUMMARY="sum.md", GITHUB_OUTPUT="out.txt").returncode
        == 0
    )
    assert told in Path("sum.md").read_text("utf-8")
    assert f"note: {told}" in gate("--dry-run").stdout
    with_gates(answered, "{metric: accuracy, on: v2, min: 0.0}")
    assert "no gate looks at" not in gate().stdout


@pytest.mark.parametrize("kind", PASSING)
def test_a_gate_that_holds_exits_with_0(answered: Path, kind: str) -> None:
    with_gates(answered, PASSING[kind])
    blessed("v2")
    done = gate("--json", "--undecided", "fail")
    assert (done.returncode, verdict(done)) == (0, "pass")


@pytest.mark.parametrize("kind", FAILING)
def test_a_failed_gate_exits_with_1(answered: Path, kind: str) -> None:
    with_gates(answered, FAILING[kind])
    done = gate("--json")
    assert (done.returncode, verdict(done)) == (1, "fail")
    assert "FAIL: 1 gate failed" in done.stderr


@pytest.mark.parametrize("kind", UNDECIDED)
def test_an_undecided_gate_warns_loudly_and_exits_with_0_or_3(answered: Path, kind: str) -> None:
    extra = "{metric: accuracy, on: v2, min: 0.0}"
    with_gates(answered, UNDECIDED[kind], extra)
    if kind.endswith(("routed", "interval")):  # then every ticket is reviewed, at the same cost
        text = Path("gated.yaml").read_text(encoding="utf-8")
        policy = "policy: {threshold: 1.01, escalate_above: 1}"
        Path("gated.yaml").write_text(f"{text}{policy}\n", encoding="utf-8")
    done = gate("--json", "--undecided", "warn")
    assert (done.returncode, verdict(done)) == (0, "undecided")
    assert "UNDECIDED: " in done.stderr
    assert gate("--undecided", "fail").returncode == 3
    outcomes = [r["outcome"] for r in json.loads(done.stdout)["data"]["report"]["results"]]
    assert outcomes == [kind.partition(":")[0], "pass"]


@pytest.mark.parametrize("kind", REFUSED)
def test_a_gate_that_cannot_be_judged_exits_with_2_at_its_line(answered: Path, kind: str) -> None:
    written, words = REFUSED[kind]
    with_gates(answered, written)
    done = gate()
    assert done.returncode == 2
    assert words in done.stderr
    assert "gated.yaml:9:" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_baseline_and_a_config_without_gates_exit_with_2(answered: Path) -> None:
    with_gates(answered, PASSING["not worse than the baseline"])
    done = gate()
    assert done.returncode == 2
    assert "ticketbench baseline bless gated.yaml" in done.stderr
    none = ticketbench("gate", "eval.yaml")
    assert none.returncode == 2
    assert "has no gates" in none.stderr


def test_missing_answers_exit_with_3_or_warn_and_say_how_many(project: Path) -> None:
    with_gates(project, PASSING["a limit on the value"])
    done = gate("--json")
    assert (done.returncode, verdict(done)) == (3, "incomplete")
    assert "7 answers missing" in done.stderr
    warned = gate("--missing", "warn")
    assert warned.returncode == 0
    assert warned.stdout.startswith("No gate was judged: 7 answers missing: ")
    assert "  ticketbench run gated.yaml && ticketbench cache export gated.yaml\n" in warned.stdout
    assert "missing" not in warned.stderr
    assert gate("--allow-failures", "7").returncode == 0


def test_a_ticket_that_is_gone_or_rewritten_fails_the_gate(answered: Path) -> None:
    with_gates(answered, PASSING["not worse than the baseline"])
    blessed("v2")
    tickets = answered / "tickets.csv"
    lines = tickets.read_text(encoding="utf-8").splitlines(keepends=True)
    tickets.write_text("".join(line for line in lines if not line.startswith("t4")), "utf-8")
    done = gate()
    assert done.returncode == 1
    assert "1 ticket of 7 removed or rewritten" in done.stdout


def test_a_label_that_is_gone_fails_the_gate(answered: Path) -> None:
    with_gates(answered, PASSING["not worse than the baseline"])
    blessed("v2")
    v2 = answered / "v2.yaml"
    v2.write_text(v2.read_text(encoding="utf-8").replace("name: account", "name: access"), "utf-8")
    v2.write_text(v2.read_text(encoding="utf-8") + "remove: [account]\n", "utf-8")
    done = gate("--mode", "auto")
    assert done.returncode == 1
    assert "no label account" in done.stdout


def test_an_edit_needs_a_reason_to_be_blessed_and_shows_its_diff(answered: Path) -> None:
    with_gates(answered, PASSING["not worse than the baseline"])
    blessed("v1")
    before = (answered / "base.json").read_bytes()
    refused = ticketbench("baseline", "bless", "gated.yaml", "--rubric-set", "v2")
    assert refused.returncode == 2
    assert "changed: the rubrics, the answers" in refused.stdout
    assert "--reason" in refused.stderr
    assert (answered / "base.json").read_bytes() == before
    tried = ticketbench("baseline", "bless", "gated.yaml", "--rubric-set", "v2", "--dry-run")
    assert tried.returncode == 0
    assert (answered / "base.json").read_bytes() == before
    why = ("--rubric-set", "v2", "--reason", "v2 is live")
    assert ticketbench("baseline", "bless", "gated.yaml", *why).returncode == 0
    assert "reason      v2 is live" in ticketbench("baseline", "show", "gated.yaml").stdout
    again = ticketbench("baseline", "bless", "gated.yaml")
    assert "nothing changed" in again.stderr


def test_every_form_can_be_written_at_once(answered: Path) -> None:
    with_gates(answered, FAILING["must pass"], PASSING["a limit on the value"])
    forms = ("text", "json=g.json", "markdown=g.md", "junit=g.xml")
    github = {"GITHUB_STEP_SUMMARY": str(answered / "sum.md"), "GITHUB_OUTPUT": "out.txt"}
    done = gate(*(f"--format={form}" for form in forms))
    assert done.returncode == 1
    assert done.stdout.startswith("1 of 2 gates FAILED.\n\nFAIL  v1: 7 tickets must be right")
    assert JUnitXml.fromfile("g.xml").failures == 1
    assert Path("g.md").read_text("utf-8").startswith("<!-- ticketbench-gate: gated -->\n")
    annotated = gate("--format", "github", **github)
    assert annotated.returncode == 1
    lines = annotated.stdout.splitlines()
    assert lines[0].startswith("::error file=tickets.csv,line=2,title=ticketbench::must pass")
    assert (answered / "sum.md").read_bytes() == Path("g.md").read_bytes()
    assert "verdict<<" in Path("out.txt").read_text("utf-8")


def test_the_same_gates_write_the_same_bytes(answered: Path) -> None:
    with_gates(answered, *PASSING.values(), *FAILING.values())
    blessed("v1")
    forms = ("text", "json", "markdown", "junit", "github")
    first = [gate("--format", form).stdout for form in forms]
    assert all(first)
    for seed in ("1", "2"):
        to_files = [f"--format={form}={seed}.{form}" for form in forms]
        installed("gate", "gated.yaml", *to_files, PYTHONHASHSEED=seed)
        assert [Path(f"{seed}.{form}").read_text("utf-8") for form in forms] == first


@pytest.mark.parametrize("forms", [("html",), ("text", "json"), ("junit=",)])
def test_a_wrong_format_is_a_usage_error(answered: Path, forms: tuple[str, ...]) -> None:
    with_gates(answered, PASSING["a limit on the value"])
    assert gate(*(f"--format={form}" for form in forms)).returncode == 2


def predictions(name: str, rows: Mapping[str, tuple[str, str]]) -> str:
    lines = [",".join(("ticket_id", "label", *(f"score_{label}" for label in LABELS)))]
    lines += [f"{ticket},{gold},{scores}" for ticket, (gold, scores) in rows.items()]
    Path(name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return name


def compared(*arguments: str) -> dict[str, Any]:
    done = ticketbench("compare", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    data: dict[str, Any] = json.loads(done.stdout)["data"]
    return data


@pytest.mark.parametrize("name", ["", " "])
def test_a_variable_that_is_not_set_lets_no_change_judge_itself(answered: Path, name: str) -> None:
    with_gates(answered, "{metric: accuracy, on: v2, min: 0.0}")
    done = ticketbench("gate", "gated.yaml", "--against", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert "it names no commit and no folder" in done.stderr


def test_two_tables_are_compared(project: Path) -> None:
    base = {f"t{i:03}": ("billing", RIGHT if i < 100 else WRONG) for i in range(200)}
    better = {f"t{i:03}": ("billing", RIGHT if i < 150 else WRONG) for i in range(200)}
    pair = predictions("a.csv", base), predictions("b.csv", better)
    found = compared(*pair)
    assert found["verdict"] == "better"
    assert found["comparison"]["contingency"] == {
        "both": 100, "only_base": 0, "only_candidate": 50, "neither": 50
    }  # fmt: skip
    assert compared(pair[0], pair[0])["verdict"] == "no relevant difference"
    shown = ticketbench("compare", *pair).stdout
    assert shown.startswith("b is better than a.\nOf 200 tickets with a label 50 are fixed and 0 ")
    assert "fixed:" not in shown
    every = ticketbench("compare", *pair, "--all").stdout
    assert every.startswith(shown)
    assert "fixed: 50, the 10 most confidently wrong" in every
    two = ticketbench("compare", *pair, "--all", "--flips", "2").stdout
    assert "fixed: 50, the 2 most confidently wrong" in two


def test_tables_of_other_tickets_are_refused(project: Path) -> None:
    one = predictions("a.csv", {"t1": ("billing", RIGHT), "t2": ("billing", RIGHT)})
    other = predictions("b.csv", {"t1": ("billing", RIGHT), "t3": ("billing", RIGHT)})
    gold = predictions("c.csv", {"t1": ("billing", RIGHT), "t2": ("account", RIGHT)})
    for second, words in (
        (other, "1 ticket in both, 1 only in a (t2), 1 only in b (t3)"),
        (gold, "'account' in c"),
    ):
        done = ticketbench("compare", one, second)
        assert done.returncode == 2
        assert "different datasets" in done.stderr
        assert words in done.stderr


def test_rubric_sets_and_saved_runs_compare_alike(answered: Path) -> None:
    of_config = compared("v1", "v2", "--config", "eval.yaml")
    of_runs = compared("reports/eval:v1", "reports/eval:v2")
    assert of_config["comparison"] == of_runs["comparison"]
    assert [r["label"] for r in of_config["rubrics"]] == ["billing", "technical", "account"]
    assert {f["flip"]["kind"] for f in of_config["flips"]} <= {"fixed", "broken"}


def test_compare_sends_nothing_and_says_what_is_missing(project: Path) -> None:
    done = ticketbench("compare", "v1", "v2", "--config", "eval.yaml")
    assert done.returncode == 3
    assert "ask for them: ticketbench run eval.yaml" in done.stderr


def test_renamed_and_split_labels_are_compared_through_a_map(project: Path) -> None:
    header = "ticket_id,label,score_billing,score_account\n"
    rows = [f"t{i},{'billing' if i < 60 else 'account'},0.9,0.1\n" for i in range(120)]
    Path("a.csv").write_text(header + "".join(rows), encoding="utf-8")
    header = "ticket_id,label,score_money,score_access,score_privacy\n"
    rows = [
        f"t{i},{'billing' if i < 60 else 'account'},{'0.8,0.1,0.1' if i < 60 else '0.1,0.1,0.8'}\n"
        for i in range(120)
    ]
    Path("b.csv").write_text(header + "".join(rows), encoding="utf-8")
    mapping = ("--map", "billing=money", "--map", "account=access,privacy")
    found = compared("a.csv", "b.csv", *mapping)
    accuracy = found["comparison"]["differences"][0]
    assert (accuracy["base"], accuracy["candidate"]) == (0.5, 1.0)
    assert found["not_comparable"] == ["log_loss", "brier_multiclass"]
    without = ticketbench("compare", "a.csv", "b.csv")
    assert without.returncode == 2
    assert "no gold label has a score column" in without.stderr
    in_part = Path("b.csv").read_text(encoding="utf-8").replace("score_privacy", "score_account")
    Path("c.csv").write_text(in_part, encoding="utf-8")
    assert compared("a.csv", "c.csv")["comparison"]["differences"][0]["candidate"] == 0.5
    said = ticketbench("compare", "a.csv", "c.csv").stderr
    assert "billing: only in the base, not comparable; 60 tickets wrong for the other" in " ".join(
        said.split()
    )
    wrong = ticketbench("compare", "a.csv", "c.csv", "--map", "biling=money")
    assert wrong.returncode == 2
    assert "did you mean 'billing'" in wrong.stderr


def test_rubrics_diff_shows_words_and_flips(answered: Path) -> None:
    done = ticketbench("rubrics", "diff", "v1", "v2", "--config", "eval.yaml")
    assert done.returncode == 0
    assert "[-this about money-]{+the customer asking about an invoice" in done.stdout
    assert "rubric billing: " in done.stdout
    files = ticketbench("rubrics", "diff", "v1.yaml", "v2.yaml")
    assert files.returncode == 0
    assert "rubric files have no answers" in files.stderr
    same = ticketbench("rubrics", "diff", "v1.yaml", "v1.yaml")
    assert "ask the same questions" in same.stdout


def test_the_installed_command_ends_with_the_code_of_its_verdict(answered: Path) -> None:
    with_gates(answered, PASSING["a limit on the value"])
    assert installed("gate", "gated.yaml").returncode == 0
    with_gates(answered, FAILING["a limit on the value"])
    assert installed("gate", "gated.yaml").returncode == 1
    with_gates(answered, UNDECIDED["inconclusive: too few changes"])
    assert installed("gate", "gated.yaml", "--undecided", "fail").returncode == 3


def test_the_gate_of_the_demo_passes_and_its_baseline_is_current() -> None:
    root = Path(__file__).resolve().parents[2]
    config = str(root / "configs" / "quickstart.yaml")
    done = ticketbench("gate", config)
    assert done.returncode == 0
    assert done.stdout.startswith("5 gates passed. v2 against the baseline (v1): 115 fixed, 28 ")
    tried = ticketbench("baseline", "bless", config, "--dry-run", "--json")
    assert json.loads(tried.stdout)["data"]["inputs"] == []
    assert json.loads(tried.stdout)["data"]["metrics"] == []
