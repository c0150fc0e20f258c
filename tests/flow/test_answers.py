"""Moving, merging, pruning and rechecking stored answers."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fault_server import FaultServer, Step, valid_answer
from ticketbench.core.errors import EndpointError, IncompleteError, InputError
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.replay.drift import Drift
from ticketbench.flow.answers import (
    cache_info,
    export_recording,
    import_recordings,
    merge_recordings,
    prune,
    recheck,
)
from ticketbench.flow.plan import plan_run
from ticketbench.flow.run import run
from version_1 import rewrite_as_version_1

pytestmark = pytest.mark.loopback

EVAL = Path("eval.yaml")


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


@pytest.fixture
def http(project: Path, server: FaultServer) -> Path:
    """The project, but its endpoint is `server`, asked without a limit on the rate."""
    text = EVAL.read_text(encoding="utf-8")
    endpoint = f'"{server.url}", rate: none'
    EVAL.write_text(text.replace('"local://lexical/v1/classify"', endpoint), encoding="utf-8")
    return project


def missing() -> list[int]:
    return [one.missing for one in plan_run(EVAL).rubric_sets]


def test_a_packed_recording_can_be_exported_and_imported(answered: Path) -> None:
    export_recording(EVAL, Path("r.jsonl"))
    export_recording(EVAL, Path("r.jsonl.gz"))
    assert gzip.decompress(Path("r.jsonl.gz").read_bytes()) == Path("r.jsonl").read_bytes()
    Path("answers.sqlite").unlink()
    assert import_recordings(EVAL, [Path("r.jsonl.gz")]).answers == 14
    assert missing() == [0, 0]


def test_a_packed_export_has_equal_bytes_each_time(answered: Path) -> None:
    for name in ("a.jsonl.gz", "b.jsonl.gz"):
        export_recording(EVAL, Path(name))
    assert Path("a.jsonl.gz").read_bytes() == Path("b.jsonl.gz").read_bytes()


def halves() -> tuple[Path, Path]:
    """The project's recording in two files that share one line."""
    export_recording(EVAL, Path("whole.jsonl"))
    first, *lines = Path("whole.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    Path("a.jsonl").write_text("".join([first, *lines[:8]]), encoding="utf-8")
    Path("b.jsonl").write_text("".join([first, *lines[7:]]), encoding="utf-8")
    return Path("a.jsonl"), Path("b.jsonl")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_halves_merge_to_the_whole_in_any_order(answered: Path, order: tuple[int, int]) -> None:
    files = halves()
    merge_recordings([files[i] for i in order], Path("m.jsonl"))
    assert Path("m.jsonl").read_bytes() == Path("whole.jsonl").read_bytes()


def test_several_recordings_are_imported_together(answered: Path) -> None:
    files = halves()
    Path("answers.sqlite").unlink()
    import_recordings(EVAL, files)
    assert missing() == [0, 0]


def test_of_recordings_with_one_bad_line_nothing_is_imported(answered: Path) -> None:
    first, second = halves()
    Path("answers.sqlite").unlink()
    second.write_text(second.read_text(encoding="utf-8") + "{}\n", encoding="utf-8")
    with pytest.raises(InputError, match="not a recorded answer"):
        import_recordings(EVAL, (first, second))
    assert missing() == [7, 7]


def test_a_merge_upgrades_version_1_and_counts_it(answered: Path) -> None:
    old, new = halves()
    rewrite_as_version_1(old)
    moved = merge_recordings([old, new], Path("m.jsonl"))
    assert (moved.answers, moved.upgraded) == (14, 8)
    assert Path("m.jsonl").read_bytes() == Path("whole.jsonl").read_bytes()


def test_an_export_upgrades_the_recording_of_the_config(answered: Path) -> None:
    export_recording(EVAL, Path("r.jsonl"))
    before = Path("r.jsonl").read_bytes()
    rewrite_as_version_1(Path("r.jsonl"))
    Path("answers.sqlite").unlink()
    with EVAL.open("a", encoding="utf-8") as file:
        file.write("recording: r.jsonl\n")
    assert export_recording(EVAL).upgraded == 14
    assert Path("r.jsonl").read_bytes() == before
    assert export_recording(EVAL).upgraded == 0


def test_a_merge_writes_over_the_recording_in_which_git_left_its_markers(answered: Path) -> None:
    ours, theirs = halves()
    sides = [path.read_text(encoding="utf-8") for path in (ours, theirs)]
    text = f"<<<<<<< HEAD\n{sides[0]}=======\n{sides[1]}>>>>>>> theirs\n"
    Path("r.jsonl").write_text(text, encoding="utf-8")
    merge_recordings([ours, theirs], Path("r.jsonl"))
    assert Path("r.jsonl").read_bytes() == Path("whole.jsonl").read_bytes()


def recorded(server: FaultServer, name: str, first: float) -> Path:
    """A recording in which the server gave every question this score for its first label."""

    def step(body: bytes) -> Step:
        labels = [entry["name"] for entry in json.loads(body)["labels"]]
        rest = (1 - first) / (len(labels) - 1)
        scores = {label: first if i == 0 else rest for i, label in enumerate(labels)}
        return Step(body=json.dumps({"top_label": labels[0], "scores": scores}).encode())

    server.plan = lambda seen: step(seen.body)
    run(EVAL, mode="refresh")
    export_recording(EVAL, Path(name))
    return Path(name)


def test_recordings_that_contradict_each_other_are_refused_with_both_names(
    http: Path, server: FaultServer
) -> None:
    files = (recorded(server, "old.jsonl", 0.6), recorded(server, "new.jsonl", 0.7))
    with pytest.raises(InputError) as error:
        merge_recordings(files, Path("m.jsonl"))
    assert "old.jsonl" in error.value.problems[0].what
    assert "new.jsonl" in error.value.problems[0].what
    assert not Path("m.jsonl").exists()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_newest_answer_can_be_taken_in_any_order(
    http: Path, server: FaultServer, order: tuple[int, int]
) -> None:
    files = (recorded(server, "old.jsonl", 0.6), recorded(server, "new.jsonl", 0.7))
    merge_recordings([files[i] for i in order], Path("m.jsonl"), newest=True)
    assert Path("m.jsonl").read_bytes() == Path("new.jsonl").read_bytes()


# --- prune


def test_pruning_keeps_what_the_configs_use(answered: Path) -> None:
    text = (answered / "v2.yaml").read_text(encoding="utf-8")
    (answered / "v2.yaml").write_text(text.replace("a crash", "a stop"), encoding="utf-8")
    run(EVAL)
    (found,) = prune([EVAL])
    assert (found.kept, found.removed) == (14, 7)
    assert (missing(), cache_info(EVAL).stored) == ([0, 0], 14)


def test_configs_that_share_a_cache_are_pruned_together(answered: Path) -> None:
    other = EVAL.read_text(encoding="utf-8").replace("v1: v1.yaml, v2", "v1: v1.yaml}\n#")
    Path("other.yaml").write_text(other, encoding="utf-8")
    assert [(one.kept, one.removed) for one in prune([Path("other.yaml"), EVAL])] == [(14, 0)]
    assert [(one.kept, one.removed) for one in prune([Path("other.yaml")])] == [(7, 7)]


def test_a_dry_prune_removes_nothing(answered: Path) -> None:
    (answered / "tickets.csv").write_text("id,text,label\n1,x,billing\n2,y,technical\n")
    assert [(one.kept, one.removed) for one in prune([EVAL], dry_run=True)] == [(0, 14)]
    assert cache_info(EVAL).stored == 14


def test_pruning_makes_the_file_smaller(project: Path) -> None:
    rows = "".join(f"n{i},ticket number {i} about an invoice,billing\n" for i in range(300))
    tickets = (project / "tickets.csv").read_text(encoding="utf-8")
    (project / "tickets.csv").write_text(tickets + rows, encoding="utf-8")
    run(EVAL)
    before = Path("answers.sqlite").stat().st_size
    (project / "tickets.csv").write_text(tickets, encoding="utf-8")
    prune([EVAL])
    assert Path("answers.sqlite").stat().st_size < before / 4
    assert missing() == [0, 0]


def test_pruning_a_cache_that_is_not_there_is_fine(project: Path) -> None:
    assert [(one.kept, one.removed) for one in prune([EVAL])] == [(0, 0)]
    assert not Path("answers.sqlite").exists()


# --- recheck


def test_an_endpoint_that_answers_alike_shows_no_drift(http: Path, server: FaultServer) -> None:
    run(EVAL)
    server.seen.clear()
    assert recheck(EVAL, sample=3) == Drift(asked=6)
    assert len(server.seen) == 6


def test_an_endpoint_that_answers_otherwise_is_noticed_and_nothing_is_stored(
    http: Path, server: FaultServer
) -> None:
    run(EVAL)
    export_recording(EVAL, Path("before.jsonl"))

    def other(body: bytes) -> bytes:
        answer = json.loads(valid_answer(body))
        top = max(answer["scores"], key=lambda label: answer["scores"][label])
        answer["scores"] = {label: 0.8 if label == top else 0.1 for label in answer["scores"]}
        return json.dumps(answer).encode()

    server.plan = lambda seen: Step(body=other(seen.body))
    found = recheck(EVAL, sample=100)
    assert (found.asked, found.changed, round(found.largest, 6)) == (14, 14, 0.2)
    export_recording(EVAL, Path("after.jsonl"))
    assert Path("after.jsonl").read_bytes() == Path("before.jsonl").read_bytes()


def test_an_endpoint_that_does_not_answer_cannot_be_rechecked(
    http: Path, server: FaultServer
) -> None:
    run(EVAL)
    server.script(Step(500, b""))
    with pytest.raises(EndpointError, match="no question got a valid answer"):
        recheck(EVAL, sample=1)


def test_nothing_stored_cannot_be_rechecked(http: Path) -> None:
    with pytest.raises(IncompleteError, match="no stored answers"):
        recheck(EVAL)


def test_a_recording_alone_can_be_rechecked(http: Path, server: FaultServer) -> None:
    run(EVAL)
    export_recording(EVAL, Path("r.jsonl"))
    shutil.move("answers.sqlite", "away.sqlite")
    EVAL.write_text(EVAL.read_text(encoding="utf-8") + "recording: r.jsonl\n", encoding="utf-8")
    assert recheck(EVAL, sample=2) == Drift(asked=4)


# --- nothing is lost


@pytest.mark.parametrize("other", ["answers", "./answers.sqlite", "link.sqlite", "absolute"])
def test_one_cache_under_two_names_is_pruned_as_one(answered: Path, other: str) -> None:
    Path("link.sqlite").symlink_to("answers.sqlite")
    name = str(answered / "answers.sqlite") if other == "absolute" else other
    text = EVAL.read_text(encoding="utf-8")
    Path("a.yaml").write_text(text.replace(", v2: v2.yaml", ""), encoding="utf-8")
    second = text.replace("v1: v1.yaml, ", "").replace("cache: answers.sqlite", f"cache: {name}")
    Path("b.yaml").write_text(second, encoding="utf-8")
    found = prune([Path("a.yaml"), answered / "b.yaml"])
    assert [(one.kept, one.removed) for one in found] == [(14, 0)]
    assert missing() == [0, 0]


def test_pruning_forgets_the_rubrics_that_nobody_uses(answered: Path) -> None:
    text = (answered / "v2.yaml").read_text(encoding="utf-8")
    (answered / "v2.yaml").write_text(text.replace("a crash", "a stop"), encoding="utf-8")
    shutil.rmtree("reports")
    prune([EVAL])
    assert plan_run(EVAL).rubric_sets[1].edits != ()  # compared with v1, which is still there
    with AnswerCache(Path("answers.sqlite")) as cache:
        assert len(cache.rubrics()) == 1


def test_an_export_with_missing_answers_leaves_a_fuller_recording(answered: Path) -> None:
    export_recording(EVAL, Path("r.jsonl"))
    before = Path("r.jsonl").read_bytes()
    text = (answered / "v2.yaml").read_text(encoding="utf-8")
    (answered / "v2.yaml").write_text(text.replace("a crash", "a stop"), encoding="utf-8")
    with pytest.raises(IncompleteError, match="would be lost"):
        export_recording(EVAL, Path("r.jsonl"))
    assert Path("r.jsonl").read_bytes() == before


@pytest.mark.parametrize("name", ["eval.yaml", "answers.sqlite", "tickets.csv"])
def test_only_a_recording_is_ever_replaced(answered: Path, name: str) -> None:
    export_recording(EVAL, Path("r.jsonl"))
    before = Path(name).read_bytes()
    with pytest.raises(InputError, match="no recording"):
        export_recording(EVAL, Path(name))
    with pytest.raises(InputError, match="no recording"):
        merge_recordings([Path("r.jsonl")], Path(name))
    assert Path(name).read_bytes() == before


def test_an_import_that_contradicts_the_cache_is_refused(http: Path, server: FaultServer) -> None:
    old = recorded(server, "old.jsonl", 0.6)
    recorded(server, "new.jsonl", 0.7)
    with pytest.raises(InputError, match="14 answers"):
        import_recordings(EVAL, [old])


def test_of_an_import_and_the_cache_the_later_answer_counts(
    http: Path, server: FaultServer
) -> None:
    old, new = recorded(server, "old.jsonl", 0.6), recorded(server, "new.jsonl", 0.7)
    assert import_recordings(EVAL, [old], newest=True).replaced == 0
    export_recording(EVAL, Path("kept.jsonl"))
    assert Path("kept.jsonl").read_bytes() == new.read_bytes()


def test_a_recheck_asks_what_a_run_would_use(http: Path, server: FaultServer) -> None:
    old = recorded(server, "old.jsonl", 0.6)
    recorded(server, "new.jsonl", 0.7)
    EVAL.write_text(EVAL.read_text(encoding="utf-8") + f"recording: {old}\n", encoding="utf-8")
    assert recheck(EVAL, sample=3).changed == 6


def test_a_sample_is_spread_over_all_tickets(http: Path, server: FaultServer) -> None:
    run(EVAL)
    server.seen.clear()
    recheck(EVAL, sample=4)
    asked = [seen.text for seen in server.seen[:4]]
    assert "charged twice" in asked[0]
    assert "delete my account" in asked[-1]


def test_a_cached_answer_that_is_none_is_never_exported_and_gives_way_to_an_import(
    answered: Path,
) -> None:
    export_recording(EVAL, Path("r.jsonl"))
    with AnswerCache(Path("answers.sqlite")) as cache:
        key = cache.stored_keys()[0]
        cache.save({key: Stored(b"nonsense", "local://", datetime.now(UTC))})
    with pytest.raises(IncompleteError, match="13 answers exported, 1 answer missing: 1 because"):
        export_recording(EVAL, Path("other.jsonl"))
    import_recordings(EVAL, [Path("r.jsonl")])
    assert missing() == [0, 0]
