"""What a customer wrote about himself reaches no page, file or terminal when texts are masked."""

from __future__ import annotations

import csv
import html
import re
import subprocess
from pathlib import Path

import pytest

from forked import ticketbench
from masked_corpus import PROMISED, Sample, of_kind

FORMS = ("text", "json", "markdown", "junit", "github")
READ_BACK = {"results.json", "predictions.csv", "changed.csv", "json", "errors csv", "errors json"}
"""Here ids stand as they are: tickets are found again by them."""

V1 = """\
- {name: billing, rubric: "Is this about a refund, an invoice or a payment?"}
- {name: technical, rubric: "Is this about a crash, an error or a page?"}
"""
V2 = V1.replace("billing", "x").replace("technical", "billing").replace("x,", "technical,")
CONFIG = """\
version: 1
endpoint: {url: "local://lexical/v1/classify"}
dataset: {path: tickets.csv}
rubric_sets: {v1: v1.yaml, v2: v2.yaml}
cache: answers.sqlite
report: {figures: false, texts: masked}
gates:
  - {metric: accuracy, on: v2, not_worse_than: v1}
  - {must_pass: [MUST], on: v2}
"""


def personal() -> list[Sample]:
    """60 strings of the kinds of which every one is masked, from all over the corpus."""
    of_each = [one for kind in PROMISED for one in of_kind(kind)[:: len(of_kind(kind)) // 15][:15]]
    assert len(of_each) == 60
    return of_each


def written(ids: list[str]) -> None:
    """A project in the current folder whose 60 tickets are all broken by v2."""
    rows = [
        (ids[i], f"A refund of my payment, the invoice. {one.text}", "billing")
        for i, one in enumerate(personal())
    ]
    with Path("tickets.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("id", "text", "label"), *rows])
    Path("v1.yaml").write_text(V1, encoding="utf-8")
    Path("v2.yaml").write_text(V2, encoding="utf-8")
    must = ", ".join(f'"{one}"' for one in ids[:9])
    Path("eval.yaml").write_text(CONFIG.replace("MUST", must), encoding="utf-8")


def printed(done: subprocess.CompletedProcess[str]) -> str:
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def outputs(mode: str) -> dict[str, str]:
    """Everything that run, gate, compare and errors write and print, by file or command."""
    on = ("--set", f"report.texts={mode}")
    Path("s.md").unlink(missing_ok=True)
    found = {"run": printed(ticketbench("run", "eval.yaml", *on, "--out", "out"))}
    for name in FORMS:
        done = ticketbench("gate", "eval.yaml", *on, "--format", name, GITHUB_STEP_SUMMARY="s.md",
                           GITHUB_OUTPUT="o.txt")  # fmt: skip
        assert done.returncode == 1, done.stderr
        found[name] = printed(done)
    compare = ("compare", "v1", "v2", "--config", "eval.yaml", *on, "--flips", "99")
    found["compare"] = printed(ticketbench(*compare))
    for name, how in (("", ()), (" csv", ("--csv", "-")), (" json", ("--json",))):
        listed = ("errors", "out:v2", "--kind", "all", "--limit", "99", "--texts", "full", *how)
        found[f"errors{name}"] = printed(ticketbench(*listed))
    for path in (*Path("out").iterdir(), Path("s.md"), Path("o.txt")):
        found[path.name] = path.read_text(encoding="utf-8")
    return found


def seen(string: str, text: str) -> bool:
    """Whether a reader sees it, whatever marks HTML, Markdown, CSV or JSON put into it."""
    plain = html.unescape(text).replace("\\", "").replace("\u2060", "").replace('""', '"')
    bare = string.replace("\\", "").replace("\u2060", "")
    return bare in plain or bare in text or " ".join(bare.split()) in " ".join(plain.split())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_no_personal_string_of_a_text_is_left_in_any_output(folder: Path) -> None:
    written([f"t{i}" for i in range(60)])
    before = Path("tickets.csv").read_bytes()
    found = outputs("masked")
    left = [(name, s.string) for s in personal() for name in found if seen(s.string, found[name])]
    assert left == []
    assert Path("tickets.csv").read_bytes() == before
    assert all(found["index.html"].count(f"[{kind}]") >= 15 for kind in PROMISED)
    assert "60 strings masked in 60 of 60 texts" in found["index.html"]
    assert "[mail]" in found["changed.csv"]
    assert "A refund of my payment" in found["markdown"]
    assert "A refund of my payment" in found["errors"]
    assert "60 strings masked in 60 of 60 texts" in found["markdown"]


def test_whole_texts_hold_every_string_and_none_hold_no_text(folder: Path) -> None:
    written([f"t{i}" for i in range(60)])
    full = outputs("full")
    assert [s.string for s in personal() if not seen(s.string, full["index.html"])] == []
    assert [s.string for s in personal() if not seen(s.string, full["changed.csv"])] == []
    none = outputs("none")
    assert [name for name, text in none.items() if "refund of my" in text] == []


def ids() -> list[str]:
    """Ids of which the odd ones are mails and phones."""
    odd = [f"anna{i}@example.com" if i % 4 else f"+49 171 39200{i:02d}" for i in range(60)]
    return [odd[i] if i % 2 == 0 else f"t{i}" for i in range(60)]


def test_ids_that_look_like_mail_or_phone_are_masked_for_the_eye_alone(folder: Path) -> None:
    written(ids())
    personal_ids = ids()[::2]
    found = outputs("masked")
    for name, text in found.items():
        held = [one for one in personal_ids if seen(one, text)]
        assert (held != []) == (name in READ_BACK), name
    again = ticketbench("compare", "out:v1", "out:v2", "--flips", "99")
    assert again.returncode == 0, again.stderr
    assert [one for one in personal_ids if seen(one, printed(again))] == []
    ticketbench("run", "eval.yaml", "--set", "report.texts=full", "--out", "full")
    page = Path("full/index.html").read_text(encoding="utf-8")
    assert [one for one in personal_ids if not seen(one, page)] == []


def test_an_error_names_no_ticket_by_its_mail(folder: Path) -> None:
    written(ids())
    twice = Path("tickets.csv").read_text("utf-8") + "anna2@example.com,again,billing\n"
    Path("tickets.csv").write_text(twice, encoding="utf-8")
    done = ticketbench("validate", "eval.yaml")
    assert done.returncode == 2
    assert "the id '[mail]' stands twice" in done.stderr
    assert "tickets.csv:" in done.stderr


def test_a_config_that_says_nothing_of_texts_is_told_so_once(folder: Path) -> None:
    written([f"t{i}" for i in range(60)])
    config = Path("eval.yaml")
    config.write_text(config.read_text("utf-8").replace(", texts: masked", ""), encoding="utf-8")
    for command in (("run", "eval.yaml"), ("gate", "eval.yaml", "--format", "markdown")):
        done = ticketbench(*command)
        assert " ".join(done.stderr.split()).count("no ticket texts are shown") == 1
        assert "TB401" not in done.stdout
    assert "TB401" not in ticketbench("gate", "eval.yaml").stderr
    old = ticketbench("validate", "eval.yaml")
    assert "TB40" not in old.stderr
    config.write_text(config.read_text("utf-8").replace("false", "false, texts: true"), "utf-8")
    assert "TB402" in ticketbench("validate", "eval.yaml").stderr
    assert re.search(r"TB402", ticketbench("run", "eval.yaml", "--json").stderr)


def test_what_init_writes_is_masked(folder: Path) -> None:
    assert ticketbench("init", ".").returncode == 0
    done = ticketbench("run", "configs/ticketbench.yaml")
    assert done.returncode == 0
    assert "TB40" not in done.stderr
    assert "strings masked in" in Path("reports/ticketbench/index.html").read_text("utf-8")
