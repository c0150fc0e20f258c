"""No message shows more than 60 characters of what stands in a file, whatever file it is."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from forked import ticketbench_in

pytestmark = pytest.mark.attack

SECRET = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=5_000))
CONFIG = """\
version: 1
endpoint: {url: "local://lexical/v1/classify"}
dataset: {path: t.csv}
rubric_sets: {v1: r.yaml}
cache: c.sqlite
recording: answers.jsonl
baseline: b.json
report: {figures: false}
gates: [{metric: accuracy, on: v1, not_worse_than: baseline}]
"""
RUBRICS = "- {name: billing, rubric: Is it?}\n- {name: technical, rubric: Is it?}\n"
TICKETS = "id,text,label\n1,a refund,billing\n2,an error,technical\n"
SCORES = "ticket_id,label,score_a,score_b\n1,a,0.6,0.4\n2,b,0.3,0.7\n"

PLAIN: dict[str, str] = {
    "long_line": SECRET,
    "many_lines": "\n".join([SECRET[:200]] * 100),
    "environment": f"TOKEN={SECRET}\n",
    "environ": f"A=1\0TOKEN={SECRET}\0",
    "private_key": f"-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----\n",
    "columns": ",".join(SECRET[i : i + 100] for i in range(0, 4_900, 7)) + "\n1,2\n",
    "tabs": "\t".join(SECRET[i : i + 100] for i in range(0, 4_900, 70)) + "\n",
    "same_columns": f"{SECRET},{SECRET},x\n1,2,3\n",
    "netrc": f"machine x login y password {SECRET}\n",
    "passwd": f"root:x:0:0:{SECRET}:/root:/bin/sh\n",
    "json": json.dumps({SECRET: SECRET, "labels": {SECRET: [SECRET]}}),
    "json_list": json.dumps([SECRET, {"name": SECRET, "rubric": SECRET}]),
    "json_twice": f'{{"{SECRET}": 1, "{SECRET}": 2}}\n',
    "yaml_key": f"{SECRET}: 1\n",
    "yaml_tag": f"a: !<{SECRET}> 1\n",
    "yaml_handle": f"a: !{SECRET}!b 1\n",
    "yaml_alias": f"a: *{SECRET}\n",
    "yaml_escape": f'a: "\\{SECRET}"\n',
    "yaml_directive": f"%{SECRET} 1\n---\na: 1\n",
    "yaml_float": f"a: !!float {SECRET}\n",
    "quote": f'id,text,label\n1,"{SECRET}\n',
    "semicolons": f"id;text;label\n1;{SECRET};{SECRET}\n",
}
FITTING: dict[str, tuple[str, str]] = {
    "label": ("t.csv", f"id,text,label\n1,x,{SECRET}\n2,y,{SECRET}2\n"),
    "all_labels": ("t.csv", f"id,text,label,all_labels\n1,x,billing,{SECRET}\n"),
    "id_twice": ("t.csv", f"id,text,label\n{SECRET},x,billing\n{SECRET},y,billing\n"),
    "empty_of_column": ("t.csv", f"id,text,label,{SECRET}\n1,,billing,\n"),
    "half_pair": ("t.jsonl", json.dumps({"id": "1", "text": "x", "label": "a", SECRET: "\ud800"})),
    "config_key": ("c.yaml", f"{CONFIG}{SECRET}: 1\n"),
    "config_value": ("c.yaml", CONFIG.replace("figures: false", f"figures: {SECRET}")),
    "config_name": ("c.yaml", CONFIG.replace("v1: r.yaml", f"{SECRET[:90]}: r.yaml")),
    "config_path": ("c.yaml", CONFIG.replace("path: t.csv", f"path: {SECRET}.csv")),
    "config_url": ("c.yaml", CONFIG.replace("local://lexical", f"local://{SECRET}")),
    "config_scheme": ("c.yaml", CONFIG.replace("local://lexical", f"{SECRET}://x")),
    "config_column": ("c.yaml", CONFIG.replace("t.csv}", f"t.csv, columns: {{id: {SECRET}}}}}")),
    "config_label": ("c.yaml", f"{CONFIG}production_mix: {{{SECRET}: 1}}\n"),
    "config_gate": ("c.yaml", CONFIG.replace("on: v1", f"on: {SECRET}")),
    "config_metric": ("c.yaml", CONFIG.replace("accuracy", SECRET)),
    "config_ticket": ("c.yaml", f"{CONFIG}".replace("metric: accuracy, ", "").replace(
        "not_worse_than: baseline", f"must_pass: [{SECRET}]")),
    "rubric_twice": ("r.yaml", RUBRICS + f"- {{name: {SECRET}, rubric: x}}\n" * 2),
    "rubric_bar": ("r.yaml", f"{RUBRICS}- {{name: '{SECRET}|', rubric: x}}\n"),
    "rubric_parent": ("r.yaml", f"extends: {SECRET}.yaml\n"),
    "rubric_removed": ("r.yaml", f"extends: old.yaml\nremove: [{SECRET}]\n"),
    "rubric_alike": ("r.yaml", f"- {{name: {SECRET}, rubric: x}}\n- {{name: B, rubric: x}}\n"),
    "score_set": ("s.csv", f"rubric_set,{SCORES[:31]}\n{SECRET},1,a,0.6,0.4\nx,1,a,1,0\n"),
    "score_twice": ("s.csv", f"{SCORES}{SECRET},a,0.6,0.4\n{SECRET},a,0.6,0.4\n"),
    "score_label": ("s.csv", SCORES.replace("score_b", f"score_{SECRET}")),
    "recorded_field": ("answers.jsonl", json.dumps({SECRET: 1}) + "\n"),
    "baseline_field": ("b.json", json.dumps({"schema": SECRET, SECRET: 1})),
    "results_field": ("results.json", json.dumps({"schema": SECRET, SECRET: 1})),
}  # fmt: skip
COMMANDS = (
    ("validate", "c.yaml"), ("validate", "r.yaml"), ("validate", "{file}"), ("score", "{file}"),
    ("run", "c.yaml", "--out", "out"), ("gate", "c.yaml"), ("compare", "{file}", "s.csv"),
    ("rubrics", "diff", "{file}", "r.yaml"), ("cache", "import", "c.yaml", "{file}"),
    ("cache", "merge", "{file}", "--to", "m.jsonl"), ("baseline", "show", "c.yaml"),
)  # fmt: skip
ROLES = ("t.csv", "t.jsonl", "r.yaml", "c.yaml", "answers.jsonl", "b.json", "s.csv", "results.json")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in {
        "c.yaml": CONFIG, "r.yaml": RUBRICS, "old.yaml": RUBRICS, "t.csv": TICKETS, "s.csv": SCORES,
    }.items():  # fmt: skip
        (tmp_path / name).write_text(text)
    return tmp_path


def said(project: Path, file: str) -> str:
    """Everything that every command writes to stderr about the project."""
    found = []
    for command in COMMANDS:
        arguments = (part.format(file=file) for part in command)
        done = ticketbench_in(project, *arguments, most_s=60)
        assert done.returncode in (0, 1, 2, 3, 5), (command, done.stderr)
        found.append(done.stderr)
    return "\n".join(found)


def is_spilled(text: str) -> bool:
    """Whether more than 60 characters of the secret stand together in `text`."""
    return any(SECRET[at : at + 61] in text for at in range(len(SECRET) - 60))


def _put(project: Path, name: str, text: str) -> None:
    (project / name).write_text(text, encoding="utf-8", errors="surrogatepass")
    if name == "t.jsonl":
        (project / "c.yaml").write_text(CONFIG.replace("t.csv", name))


@pytest.mark.parametrize("content", PLAIN)
@pytest.mark.parametrize("role", ROLES)
def test_a_secret_in_place_of_a_file_is_hardly_quoted(
    project: Path, role: str, content: str
) -> None:
    _put(project, role, PLAIN[content])
    text = said(project, role)
    assert not is_spilled(text)
    assert max(map(len, text.splitlines())) < 400


@pytest.mark.parametrize("case", FITTING)
def test_a_secret_within_a_file_is_hardly_quoted(project: Path, case: str) -> None:
    name, text = FITTING[case]
    _put(project, name, text)
    told = said(project, name)
    assert not is_spilled(told)
    assert max(map(len, told.splitlines())) < 400
