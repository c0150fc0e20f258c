"""Text that a runner of CI would obey, in every place that others fill, in every command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from forked import ticketbench_in
from ticketbench.report.words.commands import RUNNERS

HOSTILE = (
    "::error file=a::x",
    "  ::stop-commands::zz1",
    "word ##[add-mask]a ##[group]b",
    "##vso[task.setvariable variable=a]b",
    "section_start:1:a",
    "\r::warning::y",
    "a\n::notice::z",
)
# The runners of GitHub and Azure read lines that end in any of these ways.
LIVE = re.compile(r"(?:^|[\r\n])\s*::[a-z]|##(?:vso)?\[|section_(?:start|end):", re.IGNORECASE)
OWN = re.compile(r"^::(?:error|warning|notice) (?:file=[^:]*,)?(?:line=\d+,)?title=ticketbench::")
WIDTHS = (40, 60, 80, 100, 140)
CONFIG = """\
version: 1
endpoint: {url: "local://lexical/v1/classify"}
dataset: {path: "t.csv", columns: {group: customer}}
rubric_sets: {v1: v1.yaml, v2: "v2 ##[group]a.yaml"}
cache: answers.sqlite
report: {figures: false, texts: true}
baseline: base.json
gates:
  - {metric: accuracy, on: v2, min: 0.999}
  - {metric: accuracy, on: v2, not_worse_than: baseline}
  - {must_pass: [MUST], on: v2}
"""


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r") + '"'


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose labels, rubrics, ids, texts, groups and file names are all hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    labels = [HOSTILE[0], HOSTILE[2], HOSTILE[3]]
    for name, words in (("v1.yaml", "first"), ("v2 ##[group]a.yaml", "another")):
        rubrics = [
            f"- {{name: {quoted(x)}, rubric: "
            + quoted(f"Is it {words} {i} about " + " or it is about ".join(HOSTILE[:5]) + "?")
            + "}"
            for i, x in enumerate(labels)
        ]
        (folder / name).write_text("\n".join(rubrics) + "\n", encoding="utf-8")
    rows = [
        f'"{text} {i}","{text} ticket {i} of {HOSTILE[i % 5]}","{labels[i % 3]}","{text}"'
        for i, text in enumerate(HOSTILE * 4)
    ]
    table = "id,text,label,customer\n" + "\n".join(rows) + "\n"
    (folder / "t.csv").write_text(table, encoding="utf-8", newline="")
    must = quoted(f"{HOSTILE[0]} 0")
    (folder / "c.yaml").write_text(CONFIG.replace("MUST", must), encoding="utf-8")
    done = ticketbench_in(folder, "run", "c.yaml", "--out", "r")
    assert done.returncode == 0, done.stderr
    for more in ((), ("--reason", HOSTILE[0])):
        ticketbench_in(folder, "baseline", "bless", "c.yaml", "--rubric-set", "v1", *more)
    ticketbench_in(folder, "cache", "export", "c.yaml", "--to", "rec.jsonl")
    return folder


COMMANDS = [
    ("run", "c.yaml", "--out", "r", "--mode", "replay"),
    ("run", "c.yaml", "--out", "r", "--mode", "replay", "--all"),
    ("run", "c.yaml", "--out", "r", "--mode", "replay", "--json"),
    ("run", "c.yaml", "--dry-run"),
    ("run", "c.yaml", "--dry-run", "--set", "rubric_sets.v2=v1.yaml"),
    ("compare", "v1", "v2", "--config", "c.yaml"),
    ("compare", "v1", "v2", "--config", "c.yaml", "--all", "--flips", "99"),
    ("compare", "v1", "v2", "--config", "c.yaml", "--json"),
    ("compare", "v1", "v2", "--config", "c.yaml", "--map", f"{HOSTILE[0]}={HOSTILE[2]}"),
    ("compare", "r/predictions.csv:v1", "r:v2"),
    ("errors", "r:v2", "--kind", "all", "--limit", "99", "--texts", "full"),
    ("errors", "r:v2", "--kind", "all", "--csv", "-"),
    ("errors", "r:v2", "--kind", "all", "--json"),
    ("errors", "r:v2", "--label", HOSTILE[0]),
    ("errors", HOSTILE[2]),
    ("report", "r"),
    ("report", HOSTILE[0]),
    ("rubrics", "diff", "v1.yaml", "v2 ##[group]a.yaml"),
    ("rubrics", "diff", "v1", "v2", "--config", "c.yaml"),
    ("score", "r/predictions.csv", "--rubric-set", "v1"),
    ("score", "r/predictions.csv"),
    ("validate", "c.yaml", "v2 ##[group]a.yaml", "t.csv"),
    ("validate", "t.csv", "--rubrics", "v1.yaml"),
    ("doctor", "c.yaml"),
    ("baseline", "show", "c.yaml"),
    ("baseline", "show", "c.yaml", "--json"),
    ("baseline", "bless", "c.yaml", "--rubric-set", "v2", "--dry-run", "--reason", HOSTILE[1]),
    ("baseline", "pin", "c.yaml", "--dry-run", "--reason", HOSTILE[1]),
    ("cache", "info", "c.yaml"),
    ("cache", "merge", "rec.jsonl", "--to", "again ##[x].jsonl"),
    ("cache", "prune", "c.yaml", "--dry-run"),
    ("init", "again ##[x]"),
    *(("gate", "c.yaml", "--format", f) for f in ("text", "json", "markdown", "junit", "github")),
    # Errors, whose texts quote what they were given.
    *((name, "::error::x ##[group].yaml") for name in ("run", "gate", "validate", "doctor")),
    ("score", "##vso[a]b.csv"),
    ("--debug", "score", "##vso[a]b.csv"),
    ("compare", HOSTILE[0], HOSTILE[2]),
    ("run", "c.yaml", "--set", f"endpoint.url={HOSTILE[0]} {HOSTILE[2]}"),
    ("run", "c.yaml", "--set", f"{HOSTILE[2]}=1"),
    ("gate", "c.yaml", "--format", HOSTILE[0]),
    (HOSTILE[0],),
    (HOSTILE[2], "--x"),
]


@pytest.mark.attack
def test_what_is_searched_for_is_there_where_no_runner_is(hostile: Path) -> None:
    shown = ("compare", "v1", "v2", "--config", "c.yaml", "--all")
    for arguments in (shown, ("score", HOSTILE[3])):
        done = ticketbench_in(hostile, *arguments)
        assert LIVE.search(done.stdout + done.stderr)


@pytest.mark.attack
@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_no_line_is_a_command_to_a_runner(
    arguments: tuple[str, ...], runner: str, hostile: Path
) -> None:
    for width in WIDTHS:
        shown = {runner: "true", "COLUMNS": str(width)}
        done = ticketbench_in(hostile, *arguments, **shown)
        assert done.returncode in (0, 1, 2, 3), done.stderr
        said = done.stdout if "github" not in arguments else OWN.sub("", done.stdout)
        for line in [*said.splitlines(), *done.stderr.splitlines()]:
            assert not LIVE.search(OWN.sub("", line)), line
