"""Recordings are written, read and merged, and no answer is lost on the way."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ticketbench.core.errors import IncompleteError, InputError
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.edge.answers.details import Details, Wire
from ticketbench.edge.answers.recording import read_recording, recording_text
from ticketbench.edge.answers.rows import Stored
from ticketbench.flow.answers.recordings import (
    export_recording,
    import_recordings,
    merge_recordings,
)
from ticketbench.flow.plan import plan_run
from ticketbench.flow.run import run
from version_1 import rewrite_as_version_1

pytestmark = pytest.mark.loopback

EVAL = Path("eval.yaml")
Recorded = Callable[[str, float], Path]


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


def test_a_merge_counts_what_stood_only_in_the_recording_that_it_replaces(answered: Path) -> None:
    first, second = halves()
    export_recording(EVAL, Path("r.jsonl"))
    n = merge_recordings([first, second], Path("m.jsonl")).answers
    assert merge_recordings([first], Path("r.jsonl")).replaced == n - len(read_recording(first))
    assert merge_recordings([Path("r.jsonl"), second], Path("r.jsonl")).replaced == 0
    assert Path("r.jsonl").read_bytes() == Path("m.jsonl").read_bytes()


def test_recordings_that_contradict_each_other_are_refused_with_both_names(
    http: Path, recorded: Recorded
) -> None:
    files = (recorded("old.jsonl", 0.6), recorded("new.jsonl", 0.7))
    with pytest.raises(InputError) as error:
        merge_recordings(files, Path("m.jsonl"))
    assert "old.jsonl" in error.value.problems[0].what
    assert "new.jsonl" in error.value.problems[0].what
    assert not Path("m.jsonl").exists()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_newest_answer_can_be_taken_in_any_order(
    http: Path, recorded: Recorded, order: tuple[int, int]
) -> None:
    files = (recorded("old.jsonl", 0.6), recorded("new.jsonl", 0.7))
    merge_recordings([files[i] for i in order], Path("m.jsonl"), newest=True)
    assert Path("m.jsonl").read_bytes() == Path("new.jsonl").read_bytes()


# --- nothing is lost


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


def test_an_import_that_contradicts_the_cache_is_refused(http: Path, recorded: Recorded) -> None:
    old = recorded("old.jsonl", 0.6)
    recorded("new.jsonl", 0.7)
    with pytest.raises(InputError, match="14 answers"):
        import_recordings(EVAL, [old])


def test_of_an_import_and_the_cache_the_later_answer_counts(http: Path, recorded: Recorded) -> None:
    old, new = recorded("old.jsonl", 0.6), recorded("new.jsonl", 0.7)
    assert import_recordings(EVAL, [old], newest=True).replaced == 0
    export_recording(EVAL, Path("kept.jsonl"))
    assert Path("kept.jsonl").read_bytes() == new.read_bytes()


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


# --- what stands beside an answer


def test_details_go_through_import_export_and_merge(answered: Path) -> None:
    export_recording(EVAL, Path("bare.jsonl"))
    told = Details(model="jev-1.13.0", ms=12, usage={"input_tokens": 61}, wire=Wire(mass=0.5))
    kept = read_recording(Path("bare.jsonl"))
    with_details = [
        (key, Stored(one.content, one.url, one.recorded_at, told)) for key, one in kept.items()
    ]
    Path("r.jsonl").write_text(recording_text(with_details), encoding="utf-8")
    Path("answers.sqlite").unlink()
    import_recordings(EVAL, [Path("r.jsonl")])
    export_recording(EVAL, Path("again.jsonl"))
    merge_recordings([Path("bare.jsonl"), Path("again.jsonl")], Path("merged.jsonl"))
    assert Path("again.jsonl").read_bytes() == Path("r.jsonl").read_bytes()
    assert Path("merged.jsonl").read_bytes() == Path("r.jsonl").read_bytes()
    assert missing() == [0, 0]


@pytest.mark.parametrize("field", ["model", "usage"])
def test_a_recording_that_names_the_key_is_neither_merged_nor_imported_nor_exported(
    answered: Path, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    secret = "sk_live_0123456789abcdef"
    monkeypatch.setenv("SCALEDOWN_API_KEY", secret)
    told = Details(**{field: {secret: 1} if field == "usage" else secret})
    with AnswerCache(Path("answers.sqlite")) as cache:
        kept = cache.read(cache.stored_keys())[0]
        key, one = next(iter(kept.items()))
        holding = {key: Stored(one.content, one.url, one.recorded_at, told)}
        cache.save(holding)
    Path("r.jsonl").write_text(recording_text(holding.items()), encoding="utf-8")
    for act in (
        lambda: merge_recordings([Path("r.jsonl")], Path("to.jsonl")),
        lambda: import_recordings(EVAL, [Path("r.jsonl")]),
        lambda: export_recording(EVAL, Path("to.jsonl")),
    ):
        with pytest.raises(InputError, match="the key itself stands in") as refused:
            act()
        assert secret not in str(refused.value)
    assert not Path("to.jsonl").exists()


# --- a recording in parts


def lines_in(folder: Path) -> list[str]:
    """The lines of all parts, each part's first line left out."""
    texts = (gzip.decompress(path.read_bytes()) for path in sorted(folder.glob("*.jsonl.gz")))
    return [line for text in texts for line in text.decode().splitlines()[1:]]


@pytest.mark.parametrize("n_parts", [1, 16, 256])
def test_a_replay_of_parts_is_that_of_one_file(answered: Path, n_parts: int) -> None:
    export_recording(EVAL, Path("r.jsonl"))
    moved = export_recording(EVAL, Path("parts"), n_parts=n_parts)
    assert (moved.answers, moved.parts) == (14, n_parts)
    assert lines_in(Path("parts")) == Path("r.jsonl").read_text(encoding="utf-8").splitlines()[1:]
    written = []
    for recording in ("r.jsonl", "parts"):
        own = [f"recording={recording}", "cache=none.sqlite"]
        run(EVAL, mode="replay", out=Path("out"), overrides=own)
        written.append(Path("out/results.json").read_bytes())
    assert written[0] == written[1]


def test_parts_have_equal_bytes_each_time_and_keep_their_number(answered: Path) -> None:
    export_recording(EVAL, Path("a"), n_parts=16)
    export_recording(EVAL, Path("b"), n_parts=256)
    assert export_recording(EVAL, Path("b"), n_parts=16).parts == 16
    assert export_recording(EVAL, Path("b")).parts == 16
    assert [p.read_bytes() for p in sorted(Path("a").iterdir())] == [
        p.read_bytes() for p in sorted(Path("b").iterdir())
    ]


def test_a_slash_at_the_end_of_the_recording_of_a_config_makes_256_parts(answered: Path) -> None:
    moved = export_recording(EVAL, overrides=["recording=recordings/"])
    assert (moved.path, moved.parts) == ("recordings", 256)


def test_parts_are_imported_and_merged_as_a_file_is(answered: Path) -> None:
    first, second = halves()
    merge_recordings([first], Path("a"), n_parts=16)
    merge_recordings([second], Path("b"), n_parts=256)
    merge_recordings([Path("a"), Path("b"), second], Path("m.jsonl"))
    assert Path("m.jsonl").read_bytes() == Path("whole.jsonl").read_bytes()
    assert merge_recordings([second], Path("a")).parts == 16
    Path("answers.sqlite").unlink()
    assert import_recordings(EVAL, [first, Path("b")]).answers == 14
    assert missing() == [0, 0]


def test_parts_that_contradict_a_file_are_refused_with_both_names(
    http: Path, recorded: Recorded
) -> None:
    merge_recordings([recorded("a.jsonl", 0.6)], Path("a"), n_parts=16)
    other = recorded("b.jsonl", 0.7)
    with pytest.raises(InputError, match=r"a and b.jsonl answer the question"):
        merge_recordings([Path("a"), other], Path("m"), n_parts=16)
    assert not Path("m").exists()


def test_a_folder_of_other_files_is_never_replaced(answered: Path) -> None:
    Path("mine").mkdir()
    Path("mine/notes.txt").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match=r"no recording that can be read: 'notes.txt' in mine"):
        export_recording(EVAL, Path("mine"), n_parts=256)
    assert [path.name for path in Path("mine").iterdir()] == ["notes.txt"]


def test_a_part_that_is_missing_stops_a_replay_and_an_export(answered: Path) -> None:
    export_recording(EVAL, Path("r"), n_parts=16)
    Path("r/3.jsonl.gz").unlink()
    for act in (
        lambda: run(EVAL, mode="replay", overrides=["recording=r"]),
        lambda: export_recording(EVAL, Path("r")),
    ):
        with pytest.raises(InputError, match=r"1 of 16 parts is not there: '3.jsonl.gz'"):
            act()


def test_an_export_with_missing_answers_leaves_fuller_parts(answered: Path) -> None:
    export_recording(EVAL, Path("r"), n_parts=16)
    before = lines_in(Path("r"))
    Path("answers.sqlite").unlink()
    with pytest.raises(IncompleteError, match="would be lost"):
        export_recording(EVAL, Path("r"))
    assert lines_in(Path("r")) == before


@pytest.mark.parametrize("path", ["r.jsonl", "empty"])
def test_parts_and_files_do_not_take_each_other_for_themselves(answered: Path, path: str) -> None:
    export_recording(EVAL, Path("r.jsonl"))
    Path("empty").mkdir()
    n_parts = 16 if path == "r.jsonl" else None
    with pytest.raises(InputError, match=r"is a file, and parts|is a folder"):
        export_recording(EVAL, Path(path), n_parts=n_parts)


# --- tickets in parts


def test_tickets_in_parts_have_the_recording_of_one_file(answered: Path) -> None:
    head, *rows = Path("tickets.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    Path("tickets").mkdir()
    for name, own in (("a", rows[:3]), ("b", rows[3:])):
        Path(f"tickets/{name}.csv").write_text("".join([head, *own]), encoding="utf-8")
    parts = ["dataset.path=tickets/"]
    export_recording(EVAL, Path("one.jsonl"))
    export_recording(EVAL, Path("parts.jsonl"), overrides=parts)
    assert Path("parts.jsonl").read_bytes() == Path("one.jsonl").read_bytes()
    elsewhere = [*parts, "cache=elsewhere.sqlite"]
    with pytest.raises(IncompleteError, match="14 because the question was never asked"):
        export_recording(EVAL, Path("none.jsonl"), overrides=elsewhere)
    assert import_recordings(EVAL, [Path("one.jsonl")], overrides=elsewhere).answers == 14
    assert export_recording(EVAL, Path("again.jsonl"), overrides=elsewhere).answers == 14
