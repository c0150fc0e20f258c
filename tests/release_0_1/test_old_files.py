"""Files of release 0.1 do what they did, and become those of today without a lost answer."""

from __future__ import annotations

import csv
import gzip
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from forked import ticketbench
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.edge.answers.recording import read_recording
from ticketbench.edge.answers.recording_line import FIRST_LINE
from ticketbench.edge.results.baseline_file import read_baseline
from version_1 import as_version_1

FILES = Path(__file__).parent / "files"
EVAL, CACHE, RECORDING = Path("eval.yaml"), Path("answers.sqlite"), Path("recording.jsonl")
BASELINE, NEW = Path("baseline.json"), Path("new.jsonl")


@pytest.fixture(autouse=True)
def _released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The project as 0.1 left it, in a folder of its own, as the current folder."""
    folder = tmp_path / "released"
    shutil.copytree(FILES, folder)
    for packed in (folder / "answers.sqlite.gz", folder / "run" / "results.json.gz"):
        packed.with_suffix("").write_bytes(gzip.decompress(packed.read_bytes()))
        packed.unlink()
    monkeypatch.chdir(folder)


def done(*arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    made = ticketbench(*arguments)
    assert made.returncode == code, made.stdout + made.stderr
    return made


def told(*arguments: str) -> Any:
    return json.loads(done(*arguments, "--json").stdout)["data"]


def rows(path: str) -> list[dict[str, str]]:
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def released() -> dict[str, dict[str, Any]]:
    """The answers of the recording as 0.1 wrote it, read from the lines themselves."""
    lines = (FILES / RECORDING).read_text(encoding="utf-8").splitlines()
    parsed = [json.loads(line) for line in lines]
    return {one["key"]: one for one in parsed}


def same_answers(path: Path) -> bool:
    """Whether a recording of today holds every answer of 0.1 as it was, and no other."""
    first, *lines = path.read_text(encoding="utf-8").splitlines()
    now = [json.loads(line) for line in lines]
    before = [one | {"sha256": ""} for _, one in sorted(released().items())]
    return first == FIRST_LINE and [one | {"sha256": ""} for one in now] == before


# --- answers


@pytest.mark.parametrize("source", ["recording.jsonl", "packed.jsonl.gz", "answers.sqlite"])
def test_a_replay_of_each_file_of_0_1_alone_gives_the_scores_of_0_1(source: str) -> None:
    settings = [] if source == str(CACHE) else ["--set", f"recording={source}"]
    if source == str(CACHE):
        RECORDING.unlink()
        EVAL.write_text(EVAL.read_text("utf-8").replace("recording: recording.jsonl\n", ""))
    else:
        CACHE.unlink()
    done("run", "eval.yaml", "--mode", "replay", "--out", "again", *settings)
    assert rows("again/predictions.csv") == rows("run/predictions.csv")
    assert len(rows("run/predictions.csv")) == 48


def test_an_export_upgrades_every_answer_and_says_how_many() -> None:
    CACHE.unlink()
    made = done("cache", "export", "eval.yaml")
    assert "wrote 48 answers to recording.jsonl" in made.stdout
    assert "48 of them were of version 1 and are of version 2 now" in made.stderr
    assert same_answers(RECORDING)
    assert told("cache", "export", "eval.yaml")["upgraded"] == 0


def test_a_merge_upgrades_every_answer_and_says_how_many() -> None:
    merged = told("cache", "merge", "packed.jsonl.gz", str(RECORDING), "--to", str(NEW))
    counts = {"answers": 48, "replaced": 0, "upgraded": 48, "refused": 0, "parts": 0}
    assert merged == {"path": str(NEW), **counts}
    assert same_answers(NEW)


def test_an_import_of_an_old_recording_fills_the_cache_with_every_answer() -> None:
    CACHE.unlink()
    assert told("cache", "import", "eval.yaml")["answers"] == 48
    RECORDING.unlink()
    done("cache", "export", "eval.yaml", "--to", str(NEW))
    assert same_answers(NEW)


def test_an_old_cache_is_written_in_place_and_loses_no_answer() -> None:
    keys = released().keys()
    with AnswerCache(CACHE) as cache:
        before, damaged = cache.read(keys)
        state = cache.state()
        cache.save({"f" * 64: next(iter(before.values()))})
    with AnswerCache(CACHE) as cache:
        assert (cache.read(keys), cache.stored_keys()) == (
            (before, set()),
            [*sorted(keys), "f" * 64],
        )
        assert cache.state() not in (None, state)
    assert (before.keys(), damaged) == (keys, set())
    assert told("cache", "info", "eval.yaml")["stored"] == 49


def test_an_old_cache_answers_a_run_that_asks_nothing() -> None:
    RECORDING.unlink()
    done("run", "eval.yaml", "--out", "again")
    assert json.loads(Path("again/manifest.json").read_text("utf-8"))["requests"] == 0


@pytest.mark.parametrize("first", [1, 2])
def test_a_file_with_lines_of_both_releases_is_refused_with_the_line(first: int) -> None:
    done("cache", "merge", str(RECORDING), "--to", str(NEW))
    old, new = (path.read_text("utf-8").splitlines() for path in (RECORDING, NEW))
    lines = [*old[:5], new[6]] if first == 1 else [*new[:6], old[5]]
    RECORDING.write_text("\n".join(lines) + "\n", encoding="utf-8")
    where = f"recording.jsonl:{len(lines)}"
    refused = done("gate", "eval.yaml", code=2)
    assert f"a line of version {3 - first} in a recording of version {first}" in refused.stderr
    assert where in refused.stderr
    assert "cache merge" in refused.stderr


def test_version_1_as_our_tests_make_it_is_what_0_1_wrote() -> None:
    done("cache", "merge", str(RECORDING), "--to", str(NEW))
    _, *lines = NEW.read_text("utf-8").splitlines()
    assert "".join(f"{as_version_1(line)}\n" for line in lines) == RECORDING.read_text("utf-8")
    assert dict(read_recording(NEW)) == dict(read_recording(RECORDING))


# --- the baseline


def test_gates_judge_by_an_old_baseline_and_leave_it_as_it_is() -> None:
    before = BASELINE.read_bytes()
    made = done("gate", "eval.yaml", "--format", "json")
    gates = json.loads(made.stdout)["data"]["report"]["results"]
    assert [one["outcome"] for one in gates] == ["pass", "inconclusive", *["pass"] * 3]
    not_worse = gates[1]
    assert (not_worse["base"], not_worse["candidate"]) == (8 / 22, 13 / 22)
    done("baseline", "show", "eval.yaml")
    assert BASELINE.read_bytes() == before


def test_the_next_blessing_upgrades_a_baseline_and_loses_no_ticket() -> None:
    before = read_baseline(BASELINE)
    done("baseline", "bless", "eval.yaml", "--rubric-set", "v2", "--reason", "v2 is live")
    after = read_baseline(BASELINE)
    assert (before.ledger, after.ledger is None) == (None, False)
    assert {key: kept.label for key, kept in before.tickets.items()} == {
        key: kept.label for key, kept in after.tickets.items()
    }
    assert (
        "1  v2 is live             +22.7       22" in done("baseline", "show", "eval.yaml").stdout
    )


# --- results and predictions


def test_the_page_of_an_old_run_is_made_again() -> None:
    done("report", "run")
    assert "v2" in Path("run/summary.md").read_text("utf-8")


def test_an_old_run_and_its_predictions_are_compared_and_scored_alike() -> None:
    of_run = told("compare", "run:v1", "run:v2")
    of_table = told("compare", "run/predictions.csv:v1", "run/predictions.csv:v2")
    assert of_run["comparison"]["verdict"] == of_table["comparison"]["verdict"]
    scored = told("score", "run/predictions.csv", "--rubric-set", "v2")
    accuracy = scored["evaluation"]["metrics"][0]["estimate"]
    right = [row["label"] == row["top_label"] for row in rows("run/predictions.csv")
             if row["rubric_set"] == "v2" and row["label"] != "__none__"]  # fmt: skip
    assert (accuracy["value"], accuracy["n"]) == (sum(right) / len(right), len(right))


def test_what_an_old_run_does_not_say_is_refused_with_what_to_do() -> None:
    refused = done("errors", "run:v2", "--against", "v1", code=2)
    assert "made by an older version, which does not say what runs today" in refused.stderr
    assert "ticketbench run CONFIG" in refused.stderr
    assert "24 of at least 50" in done("threshold", "run:v2").stdout
