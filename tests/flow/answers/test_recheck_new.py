"""Answers that a change brought are asked for again, and one that nobody gave is told."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from fault_server import FaultServer, Step, valid_answer
from forked import ticketbench
from ticketbench.core.errors import EndpointError, InputError
from ticketbench.edge.answers.details import Details
from ticketbench.edge.answers.parts.folder import write_parts
from ticketbench.edge.answers.recording import (
    read_recording,
    recording_parts,
    recording_text,
)
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.contract import answer_key, request_body
from ticketbench.edge.inputs.dataset import load_dataset
from ticketbench.edge.inputs.rubric_files import read_rubrics
from ticketbench.flow.answers.recheck_new import recheck_new

pytestmark = pytest.mark.loopback

EVAL, RECORDING = Path("eval.yaml"), Path("r.jsonl")
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
Forge = Callable[[str, Stored], Stored]


def git(*words: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *words], check=True, capture_output=True)


def answers(url: str, name: str) -> list[tuple[str, Stored]]:
    """What the server answers for one rubric set, by key."""
    rubrics = read_rubrics(Path(f"{name}.yaml"), name)
    tickets = load_dataset(Path("tickets.csv"), known_labels=rubrics.labels).dataset.tickets
    bodies = [request_body(ticket.text, rubrics) for ticket in tickets]
    return [(answer_key(url, body), Stored(valid_answer(body), url, NOON)) for body in bodies]


def write(kept: Iterable[tuple[str, Stored]]) -> None:
    RECORDING.write_text(recording_text(kept), encoding="utf-8")


@pytest.fixture(autouse=True)
def _committed(http: Path, server: FaultServer) -> None:
    """Both sets are recorded, and the answers of v1 alone are committed."""
    EVAL.write_text(EVAL.read_text("utf-8") + "recording: r.jsonl\n", encoding="utf-8")
    write(answers(server.url, "v1"))
    git("init", "-q", "-b", "main")
    git("add", "eval.yaml", "tickets.csv", "v1.yaml", "v2.yaml", "r.jsonl")
    git("commit", "-q", "-m", "v1")
    write([*answers(server.url, "v1"), *answers(server.url, "v2")])


def other(content: bytes, *, by: float = 0.01) -> bytes:
    """The same answer with a little of the top score given to the last label."""
    answer = json.loads(content)
    top = max(answer["scores"], key=lambda label: answer["scores"][label])
    last = min(answer["scores"], key=lambda label: answer["scores"][label])
    answer["scores"][top] -= by
    answer["scores"][last] += by
    return json.dumps(answer).encode()


def rewrite(change: Forge) -> None:
    """Change answers in the recording, with digests that hold."""
    kept = read_recording(RECORDING)
    write((key, change(key, one)) for key, one in kept.items())


def forged(key: str, one: Stored) -> Stored:
    return Stored(other(one.content), one.url, one.recorded_at)


def test_only_answers_that_came_since_are_asked_for(server: FaultServer) -> None:
    told: list[str] = []
    found = recheck_new(EVAL, since="main", tell=told.append)
    assert [(one.rubric_set, one.new, one.asked) for one in found.rubric_sets] == [
        ("v1", 0, 0), ("v2", 7, 7)
    ]  # fmt: skip
    assert (found.others, found.elsewhere) == ((), 0)
    assert told[0] == f"7 new answers since {found.since}; 7 questions are asked again"
    assert found.since.startswith("main (")
    assert len(server.seen) == 7
    assert b"error, a crash" in server.seen[0].body


def test_an_answer_that_was_replaced_is_new(server: FaultServer) -> None:
    git("add", "r.jsonl")
    git("commit", "-q", "-m", "v2")
    first = next(iter(read_recording(RECORDING)))
    rewrite(lambda key, one: forged(key, one) if key == first else one)
    found = recheck_new(EVAL, since="HEAD")
    assert sum(one.new for one in found.rubric_sets) == 1
    (one,) = found.others
    assert (one.key, one.place) == (first, "r.jsonl:2")
    assert one.difference == pytest.approx(0.01)


def test_times_and_details_alone_make_nothing_new_and_nothing_is_sent(server: FaultServer) -> None:
    git("add", "r.jsonl")
    git("commit", "-q", "-m", "v2")
    rewrite(lambda _, one: Stored(one.content, one.url, one.recorded_at, Details(ms=7)))
    server.script(Step(500, b""))
    done = ticketbench("cache", "recheck", "eval.yaml", "--new-since", "HEAD")
    assert (done.returncode, server.seen) == (0, [])
    assert done.stdout == "v1: no new answers\nv2: no new answers\n"
    assert "0 new answers since HEAD" in done.stderr


def test_a_folder_is_a_moment_too(tmp_path: Path) -> None:
    git("worktree", "add", "-q", "--detach", str(tmp_path / "before"), "main")
    found = recheck_new(EVAL, since=str(tmp_path / "before"))
    assert [one.new for one in found.rubric_sets] == [0, 7]


def test_parts_are_compared_with_those_of_the_commit(server: FaultServer) -> None:
    EVAL.write_text(EVAL.read_text("utf-8").replace("r.jsonl", "parts"), encoding="utf-8")
    own, new = answers(server.url, "v1"), answers(server.url, "v2")
    write_parts(Path("parts"), recording_parts(16, own))
    git("add", "parts", "eval.yaml")
    git("commit", "-q", "-m", "parts")
    write_parts(Path("parts"), recording_parts(256, [*own, *new]))
    assert [one.new for one in recheck_new(EVAL, since="HEAD").rubric_sets] == [0, 7]


def test_without_a_recording_then_every_answer_is_new() -> None:
    git("rm", "-q", "--cached", "r.jsonl")
    git("commit", "-q", "-m", "none")
    assert [one.new for one in recheck_new(EVAL, since="HEAD").rubric_sets] == [7, 7]


def test_answers_to_no_question_of_the_config_are_counted_and_not_asked_for() -> None:
    Path("tickets.csv").write_text("id,text,label\n1,x,billing\n2,y,technical\n", encoding="utf-8")
    found = recheck_new(EVAL, since="main")
    assert ([one.new for one in found.rubric_sets], found.elsewhere) == ([0, 0], 7)


def test_an_answer_under_the_line_ends_of_the_file_is_asked_for_as_it_was(
    server: FaultServer,
) -> None:
    plain, broken = b"The payment for my", b'"The\r\npayment for my'
    tickets = Path("tickets.csv").read_bytes().replace(plain, broken).replace(b"failed", b'failed"')
    Path("tickets.csv").write_bytes(tickets)
    body = request_body(
        "The\r\npayment for my subscription failed", read_rubrics(Path("v2.yaml"), "v2")
    )
    key = answer_key(server.url, body)
    stored = Stored(other(valid_answer(body)), server.url, NOON)
    write([*read_recording(RECORDING).items(), (key, stored)])
    assert [one.key for one in recheck_new(EVAL, since="main").others] == [key]
    assert body in [seen.body for seen in server.seen]


# --- samples


def test_a_sample_says_of_how_many_and_what_it_leaves_open(server: FaultServer) -> None:
    done = ticketbench(
        "cache", "recheck", "eval.yaml", "--new-since", "main", "--sample", "3", "--seed", "1"
    )
    assert (done.returncode, len(server.seen)) == (0, 3)
    assert " ".join(done.stdout.split()).endswith(
        "v2: 3 of 7 new answers asked again, none came out otherwise; up to 63.2% of the 7 still "
        "could (95%)"
    )
    assert "7 new answers since main" in done.stderr
    assert "3 questions are asked again" in done.stderr


def test_a_sample_is_drawn_anew_each_time_and_again_by_its_number(server: FaultServer) -> None:
    def asked(seed: int | None) -> tuple[int, frozenset[str]]:
        server.seen.clear()
        found = recheck_new(EVAL, since="main", sample=3, seed=seed)
        return found.seed, frozenset(seen.text for seen in server.seen)

    drawn = [asked(None) for _ in range(12)]
    assert len({texts for _, texts in drawn}) > 1
    assert asked(drawn[0][0]) == drawn[0]


# --- answers that nobody gave


def test_a_forged_answer_is_exit_1_with_where_it_stands_and_what_to_do() -> None:
    rewrite(forged)
    git("add", "r.jsonl")
    git("commit", "-q", "-m", "forged")
    done = ticketbench("cache", "recheck", "eval.yaml", "--new-since", "HEAD~1", "--sample", "100")
    assert done.returncode == 1
    said = " ".join(done.stderr.split())
    assert "error: 14 of 14 new answers in r.jsonl are not what the endpoint answers" in said
    assert "git log -p -- r.jsonl" in said
    assert "ticketbench cache recheck eval.yaml" in said
    assert "all 7 new answers asked again, 7 came out otherwise" in done.stdout
    assert "0.010000" in done.stdout
    assert "r.jsonl:2" in done.stdout
    assert "still could" not in done.stdout


def test_json_has_every_other_answer_the_largest_first() -> None:
    keys = sorted(read_recording(RECORDING))
    by = {key: 0.01 + i / 1000 for i, key in enumerate(keys)}
    rewrite(lambda key, one: Stored(other(one.content, by=by[key]), one.url, one.recorded_at))
    done = ticketbench("cache", "recheck", "eval.yaml", "--new-since", "main", "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["schema"]) == (1, "ticketbench/cache-recheck-new@1")
    others = found["data"]["others"]
    assert [one["key"] for one in others] == keys[::-1]
    assert others[0].keys() == {
        "rubric_set", "ticket_id", "key", "place", "before", "now", "difference"
    }  # fmt: skip


def test_an_id_that_looks_like_mail_is_masked() -> None:
    tickets = Path("tickets.csv").read_text("utf-8").replace("t1,", "jo@example.com,")
    Path("tickets.csv").write_text(tickets, encoding="utf-8")
    rewrite(forged)
    found = recheck_new(EVAL, since="main")
    assert len(found.others) == 14
    assert not any("jo@" in one.ticket_id for one in found.others)


def test_a_difference_that_no_digit_shows_is_none() -> None:
    rewrite(lambda _, one: Stored(other(one.content, by=5e-7), one.url, one.recorded_at))
    found = recheck_new(EVAL, since="main")
    assert (sum(one.new for one in found.rubric_sets), found.others) == (14, ())


def test_a_question_without_a_valid_answer_says_nothing(server: FaultServer) -> None:
    server.plan = lambda seen: (
        Step(500, b"") if "invoice and" in seen.text else Step(body=valid_answer(seen.body))
    )
    v2 = recheck_new(EVAL, since="main").rubric_sets[1]
    assert (v2.asked, v2.unanswered, v2.changed) == (7, 1, 0)
    assert v2.largest_share == pytest.approx(1 - 0.05 ** (1 / 6))


def test_an_endpoint_that_answers_nothing_is_an_error(server: FaultServer) -> None:
    server.script(Step(500, b""))
    with pytest.raises(EndpointError, match="no question got a valid answer"):
        recheck_new(EVAL, since="main", sample=2)


# --- what cannot be told


def test_a_commit_that_is_not_there_is_exit_2_with_fetch_depth() -> None:
    done = ticketbench("cache", "recheck", "eval.yaml", "--new-since", "0" * 40)
    assert done.returncode == 2
    assert "fetch-depth" in done.stderr


def test_a_recording_outside_of_the_repository_is_refused(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "r.jsonl"
    outside.write_bytes(RECORDING.read_bytes())
    with pytest.raises(InputError, match="is the same file as now") as refused:
        recheck_new(EVAL, since="main", overrides=[f"recording={outside}"])
    assert "keep the recording in the repository" in refused.value.problems[0].help


def test_a_recording_that_is_not_there_is_refused() -> None:
    RECORDING.unlink()
    with pytest.raises(InputError, match="no such file"):
        recheck_new(EVAL, since="main")


def test_an_answer_that_moved_to_another_url_is_refused(server: FaultServer) -> None:
    rewrite(lambda _, one: Stored(one.content, "https://elsewhere.example/", one.recorded_at))
    rewrite(lambda _, one: Stored(other(one.content), one.url, one.recorded_at))
    with pytest.raises(InputError, match="its key is of"):
        recheck_new(EVAL, since="main")
    assert server.seen == []


def test_a_seed_without_new_since_is_wrong_usage() -> None:
    done = ticketbench("cache", "recheck", "eval.yaml", "--seed", "1")
    assert done.returncode == 2
    assert "--seed goes with --new-since" in done.stderr


def test_nothing_new_has_no_share() -> None:
    assert math.isnan(recheck_new(EVAL, since="main").rubric_sets[0].largest_share)


# --- the workflow of docs/ci.md


@pytest.mark.parametrize(("change", "code"), [(None, 0), (forged, 1)], ids=["honest", "forged"])
def test_the_workflow_of_the_docs_is_red_for_a_forged_answer_alone(
    tmp_path: Path, change: Forge | None, code: int
) -> None:
    page = (Path(__file__).parents[3] / "docs" / "ci.md").read_text("utf-8")
    block = page.partition("    # .github/workflows/answers.yml\n")[2].partition("\n\n")[0]
    workflow = YAML(typ="safe").load(textwrap.dedent(block))
    (job,) = workflow["jobs"].values()
    checkout, *_, last = job["steps"]
    assert checkout["with"] == {"fetch-depth": 0, "persist-credentials": False}
    assert (workflow["permissions"], job["environment"]) == ({"contents": "read"}, "answers")
    assert last["env"]["BEFORE"] == "${{ github.event.before }}"
    if change:
        rewrite(change)
    Path("configs").mkdir()
    for name in ("tickets.csv", "v1.yaml", "v2.yaml", "r.jsonl"):
        Path(name).rename(Path("configs") / name)
    EVAL.rename("configs/support.yaml")
    tool = tmp_path / "temp" / "tool" / "bin" / "ticketbench"
    tool.parent.mkdir(parents=True)
    tool.write_text(f'#!/bin/sh\nexec {sys.executable} -m ticketbench "$@"\n')
    tool.chmod(0o755)
    before = subprocess.run(
        ["git", "rev-parse", "main"], capture_output=True, text=True, check=True
    )
    given = {"RUNNER_TEMP": str(tmp_path / "temp"), "BEFORE": before.stdout.strip()}
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", last["run"]],
        env=os.environ | given, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert "14 new answers since" in " ".join(done.stderr.split())
