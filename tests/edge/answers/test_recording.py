"""The recording: sorted lines that git can hold, equal bytes for equal answers, nothing altered."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.core.errors import InputError
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.edge.answers.parts.one_file import in_conflict
from ticketbench.edge.answers.recording import (
    Recording,
    merged,
    merged_refusals,
    read_recording,
    recording_text,
    refuse_moved,
)
from ticketbench.edge.answers.recording_line import (
    FIRST_LINE,
    canonical_answer,
    recording_line,
    refusal_line,
)
from ticketbench.edge.answers.refusals import Refusal
from ticketbench.edge.answers.rows import Stored
from version_1 import as_version_1

URL = "https://api.example.com/classify"
NOON = datetime(2026, 1, 2, 12, 0, 0, 123456, tzinfo=UTC)
ANSWER = {"top_label": "billing", "scores": {"technical": 0.4, "billing": 0.6}}
A, B, C = ("a" * 64, "b" * 64, "c" * 64)


def stored(answer: Any = ANSWER, at: datetime = NOON) -> Stored:
    return Stored(json.dumps(answer).encode(), URL, at)


def write(path: Path, *lines: str) -> Path:
    return write_raw(path, FIRST_LINE, *lines)


def write_raw(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def of_version_1(key: str) -> str:
    return as_version_1(recording_line(key, stored()))


def digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def altered(**changes: Any) -> str:
    """A line with some of its fields replaced; None removes one."""
    value = {**json.loads(recording_line(A, stored())), **changes}
    return json.dumps({name: v for name, v in value.items() if v is not None})


# --- what is written


def test_a_line_has_fixed_bytes() -> None:
    answer = '{"scores":{"billing":0.6,"technical":0.4},"top_label":"billing"}'
    start = f'{{"answer":{answer},"key":"{A}","recorded_at":"2026-01-02T12:00:00.123456+00:00"'
    digest = hashlib.sha256(f'{start},"url":"{URL}"}}'.encode()).hexdigest()
    assert recording_line(A, stored()) == f'{start},"sha256":"{digest}","url":"{URL}"}}'


def test_lines_are_sorted_by_key() -> None:
    first, *lines = recording_text([(C, stored()), (A, stored()), (B, stored())]).splitlines()
    assert first == '{"schema": "ticketbench/recording@2"}'
    assert [json.loads(line)["key"] for line in lines] == [A, B, C]


def test_every_line_ends_with_a_line_feed() -> None:
    assert recording_text([(A, stored()), (B, stored())]).count("}\n") == 3


def test_no_answers_are_an_empty_recording() -> None:
    assert recording_text([]) == f"{FIRST_LINE}\n"


def test_the_order_of_the_scores_does_not_matter() -> None:
    other = {"top_label": "billing", "scores": {"billing": 0.6, "technical": 0.4}}
    assert recording_line(A, stored(other)) == recording_line(A, stored())


def test_times_are_written_in_utc() -> None:
    at = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert recording_line(A, stored(at=at)) == recording_line(A, stored())


def test_only_scores_and_top_label_of_an_answer_are_written() -> None:
    answer = {
        **ANSWER,
        "labels": [{"label": "billing", "score": 0.6, "rubric": "SECRET RUBRIC"}],
        "ocr_text": "SECRET TEXT",
        "debug": {"x-api-key": "SECRET KEY"},
    }
    assert recording_line(A, stored(answer)) == recording_line(A, stored())


def test_labels_outside_ascii_are_written_as_they_are() -> None:
    answer = {"top_label": "Grüße", "scores": {"Grüße": 1.0, "b": 0.0}}
    assert '"top_label":"Grüße"' in recording_line(A, stored(answer))


# --- what is read


def test_a_recording_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(recording_text([(A, stored()), (B, stored())]), encoding="utf-8")
    assert list(read_recording(path)) == [A, B]


def test_an_answer_reads_back_with_url_and_time(tmp_path: Path) -> None:
    found = read_recording(write(tmp_path / "r.jsonl", recording_line(A, stored())))[A]
    assert (json.loads(found.content), found.url, found.recorded_at) == (ANSWER, URL, NOON)


def test_writing_what_was_read_gives_equal_bytes(tmp_path: Path) -> None:
    text = recording_text([(A, stored()), (B, stored(at=NOON + timedelta(days=1)))])
    path = tmp_path / "r.jsonl"
    path.write_text(text, encoding="utf-8")
    assert recording_text(read_recording(path).items()) == text


def test_export_import_export_gives_equal_bytes(tmp_path: Path) -> None:
    text = recording_text([(A, stored()), (B, stored(at=NOON.replace(microsecond=0)))])
    path = tmp_path / "r.jsonl"
    path.write_text(text, encoding="utf-8")
    with AnswerCache(tmp_path / "elsewhere.sqlite") as cache:
        cache.save(read_recording(path))
    with AnswerCache(tmp_path / "elsewhere.sqlite") as cache:
        assert recording_text(cache.read([A, B])[0].items()) == text


def shares(weights: dict[str, float]) -> dict[str, float]:
    """Scores that sum to 1, in proportion to `weights`."""
    total = sum(weights.values())
    return {label: weight / total for label, weight in weights.items()}


@settings(deadline=None, database=None, derandomize=True, max_examples=100)
@given(
    scores=st.dictionaries(
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=6),
        st.floats(0.001, 1),
        min_size=2,
        max_size=5,
    ).map(shares),
    at=st.datetimes(
        datetime(1971, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
        datetime(2200, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
)
def test_any_answer_keeps_its_bytes_when_read_and_written(
    tmp_path_factory: pytest.TempPathFactory, scores: dict[str, float], at: datetime
) -> None:
    top = max(scores, key=lambda label: scores[label])
    text = recording_text([(A, stored({"top_label": top, "scores": scores}, at))])
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    path.write_bytes(text.encode())
    assert recording_text(read_recording(path).items()) == text


@pytest.mark.parametrize("lines", [[""], ["", "{}", ""], ["  "]], ids=["end", "between", "blanks"])
def test_blank_lines_do_not_matter(tmp_path: Path, lines: list[str]) -> None:
    line = recording_line(A, stored())
    path = write(tmp_path / "r.jsonl", *(line if part == "{}" else part for part in lines), line)
    assert list(read_recording(path)) == [A]


def test_windows_line_ends_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(recording_text([(A, stored()), (B, stored())]).replace("\n", "\r\n").encode())
    assert list(read_recording(path)) == [A, B]


def test_an_empty_recording_is_fine(tmp_path: Path) -> None:
    assert read_recording(write(tmp_path / "r.jsonl")) == {}
    assert read_recording(write_raw(tmp_path / "r.jsonl")) == {}


# --- what is refused

DIGEST_OF_OTHER = hashlib.sha256(b"other").hexdigest()
REFUSED = {
    "altered_score": altered(answer={"scores": {"billing": 0.7, "technical": 0.3},
                                     "top_label": "billing"}),
    "altered_in_the_last_digit": altered(answer={"scores": {"billing": 0.6000000000000001,
                                                            "technical": 0.4},
                                                 "top_label": "billing"}),
    "altered_top_label": altered(answer={"scores": ANSWER["scores"], "top_label": "technical"}),
    "altered_digest": altered(sha256=DIGEST_OF_OTHER),
    "no_digest": altered(sha256=None),
    "short_digest": altered(sha256="00"),
    "no_key": altered(key=None),
    "key_in_capitals": altered(key="A" * 64),
    "key_with_sql": altered(key="' OR 1=1 --"),
    "no_answer": altered(answer=None),
    "answer_with_more": altered(answer={**ANSWER, "text": "x"}),
    "more_fields": altered(text="x"),
    "no_url": altered(url=None),
    "no_time": altered(recorded_at=None),
    "time_without_zone": altered(recorded_at="2026-01-02T12:00:00"),
    "time_that_is_none": altered(recorded_at="yesterday"),
    "time_before_the_calendar": altered(recorded_at="0001-01-01T00:00:00+05:00"),
    "time_after_the_calendar": altered(recorded_at="9999-12-31T23:59:59-05:00"),
    "nan_score": recording_line(A, stored()).replace("0.6", "NaN"),
    "string_score": altered(answer={"scores": {"billing": "0.6"}, "top_label": "billing"}),
    "half_a_line": recording_line(A, stored())[:-9],
    "two_on_a_line": recording_line(A, stored()) * 2,
    "not_json": "<<<<<<< HEAD",
    "deep_nesting": "[" * 100_000,
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_line_that_is_not_as_exported_is_refused_with_its_place(
    tmp_path: Path, name: str
) -> None:
    path = write(tmp_path / "r.jsonl", recording_line(B, stored()), REFUSED[name])
    with pytest.raises(InputError) as refused:
        read_recording(path)
    assert [problem.where for problem in refused.value.problems] == [f"{path}:3"]


def test_bytes_that_are_not_utf_8_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    line = recording_line(A, stored()).replace("billing", "b\xfclling")
    path.write_bytes(f"{FIRST_LINE}\n{line}".encode("latin-1"))
    with pytest.raises(InputError):
        read_recording(path)


def test_every_bad_line_is_listed(tmp_path: Path) -> None:
    path = write(tmp_path / "r.jsonl", "x", recording_line(A, stored()), "y")
    with pytest.raises(InputError) as refused:
        read_recording(path)
    assert [problem.where for problem in refused.value.problems] == [f"{path}:2", f"{path}:4"]


def test_one_key_with_two_answers_is_refused(tmp_path: Path) -> None:
    # After a merge of two branches both lines stay: which one counts must not depend on order.
    other = {"top_label": "technical", "scores": {"billing": 0.1, "technical": 0.9}}
    path = write(
        tmp_path / "r.jsonl", recording_line(A, stored()), recording_line(A, stored(other))
    )
    with pytest.raises(InputError):
        read_recording(path)


def test_a_missing_recording_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_recording(tmp_path / "r.jsonl")


def test_a_folder_is_no_recording(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_recording(tmp_path)


def test_a_recording_of_more_than_50_mb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    with path.open("wb") as file:
        file.truncate(50_000_001)
    with pytest.raises(InputError, match="50 MB"):
        read_recording(path)


# --- versions


def test_the_digest_of_version_2_covers_answer_key_time_and_url() -> None:
    value = json.loads(recording_line(A, stored()))
    told = value.pop("sha256")
    assert set(value) == {"answer", "key", "recorded_at", "url"}
    assert told == digest(value)


@pytest.mark.parametrize(
    "changes",
    [{"key": C}, {"url": "https://elsewhere.example/classify"},
     {"recorded_at": "2026-01-02T12:00:00.123457+00:00"}],
    ids=["key", "url", "time"],
)  # fmt: skip
def test_a_line_of_version_2_that_says_something_else_is_refused_with_its_place(
    tmp_path: Path, changes: dict[str, str]
) -> None:
    path = write(tmp_path / "r.jsonl", recording_line(B, stored()), altered(**changes))
    with pytest.raises(InputError, match="does not match its digest") as refused:
        read_recording(path)
    assert [problem.where for problem in refused.value.problems] == [f"{path}:3"]


def test_version_1_is_read_and_says_so(tmp_path: Path) -> None:
    old = read_recording(write_raw(tmp_path / "r.jsonl", of_version_1(A), of_version_1(B)))
    new = read_recording(
        write(tmp_path / "s.jsonl", recording_line(A, stored()), recording_line(B, stored()))
    )
    assert (old.version, new.version) == (1, 2)
    assert dict(old) == dict(new)


def test_an_altered_answer_of_version_1_is_refused(tmp_path: Path) -> None:
    line = of_version_1(A).replace("0.6", "0.5").replace("0.4", "0.5")
    with pytest.raises(InputError, match="does not match its digest"):
        read_recording(write_raw(tmp_path / "r.jsonl", line))


@pytest.mark.parametrize("first", [FIRST_LINE, of_version_1(C)], ids=["2", "1"])
def test_a_recording_with_lines_of_both_versions_is_refused_once(
    tmp_path: Path, first: str
) -> None:
    other = [of_version_1(A), of_version_1(B)]
    if first != FIRST_LINE:
        other = [recording_line(A, stored()), recording_line(B, stored())]
    path = write_raw(tmp_path / "r.jsonl", first, *other)
    with pytest.raises(InputError, match="a line of version") as refused:
        read_recording(path)
    (problem,) = refused.value.problems
    assert problem.where == f"{path}:2"
    assert "cache merge" in problem.help


def test_two_recordings_in_one_file_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "r.jsonl", recording_line(A, stored()), FIRST_LINE)
    with pytest.raises(InputError) as refused:
        read_recording(path)
    assert refused.value.problems[0].where == f"{path}:3"


def test_a_later_version_is_refused_by_name(tmp_path: Path) -> None:
    path = write_raw(tmp_path / "r.jsonl", FIRST_LINE.replace("@2", "@3"))
    with pytest.raises(InputError, match="ticketbench/recording@3") as refused:
        read_recording(path)
    assert refused.value.problems[0].where == f"{path}:1"


def test_the_place_of_an_answer_is_its_line(tmp_path: Path) -> None:
    path = write(tmp_path / "r.jsonl", recording_line(A, stored()), recording_line(B, stored()))
    assert Recording(path).place(B) == f"{path}:3"
    assert Recording(path).place(C) == str(path)


# --- merges of git

CONFLICT = ("<<<<<<< HEAD", "{}", "=======", "{}", ">>>>>>> other")


def test_a_recording_with_conflict_markers_names_the_merge_that_mends_it(tmp_path: Path) -> None:
    path = write(tmp_path / "a b.jsonl", *CONFLICT)
    with pytest.raises(InputError, match="conflict markers") as refused:
        read_recording(path)
    (problem,) = refused.value.problems
    assert problem.where == f"{path}:2"
    assert f"ticketbench cache merge OURS THEIRS --to '{path}'" in problem.help


def test_only_a_recording_with_markers_may_be_replaced_by_a_merge(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    sides = [recording_line(A, stored()), recording_line(A, stored(at=NOON + timedelta(days=1)))]
    marks = ("<<<<<<< HEAD", sides[0], "=======", sides[1], ">>>>>>> other")
    assert in_conflict(write(path, recording_line(B, stored()), *marks))
    assert not in_conflict(write(path, *sides))
    assert not in_conflict(write(path, *CONFLICT))


# --- limits, packed files, first look


def test_a_line_of_more_than_1_mb_is_refused_with_its_place(tmp_path: Path) -> None:
    path = write(tmp_path / "r.jsonl", recording_line(A, stored()), "x" * 1_000_001)
    with pytest.raises(InputError, match="1 MB") as refused:
        read_recording(path)
    assert refused.value.problems[0].where == f"{path}:3"


def test_more_than_200_000_lines_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(b"\n" * 200_002)
    with pytest.raises(InputError, match="200,000 lines"):
        read_recording(path)


def packed(path: Path, content: bytes) -> Path:
    path.write_bytes(gzip.compress(content))
    return path


def test_a_packed_recording_reads_like_a_plain_one(tmp_path: Path) -> None:
    text = recording_text([(A, stored()), (B, stored())])
    assert read_recording(packed(tmp_path / "r.jsonl.gz", text.encode())).keys() == {A, B}


@pytest.mark.parametrize("size", [1_000_000, 60_000_000], ids=["ratio", "size"])
def test_a_packed_recording_that_unpacks_to_too_much_is_refused(tmp_path: Path, size: int) -> None:
    with pytest.raises(InputError, match="unpacks to more"):
        read_recording(packed(tmp_path / "r.jsonl.gz", b"\n" * size))


@pytest.mark.parametrize("cut", [0, 5, -4])
def test_a_packed_recording_that_is_not_whole_is_refused(tmp_path: Path, cut: int) -> None:
    path = packed(tmp_path / "r.jsonl.gz", recording_text([(A, stored())]).encode())
    path.write_bytes(path.read_bytes()[:cut] if cut else b"plain text")
    with pytest.raises(InputError, match="not a whole gzip file"):
        read_recording(path)


def test_a_recording_is_not_read_before_it_is_looked_at(tmp_path: Path) -> None:
    found = Recording(write(tmp_path / "r.jsonl", "no recording"))
    assert len(found.digest) == 64
    with pytest.raises(InputError):
        len(found)


def test_a_recording_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    for path in (None, tmp_path / "r.jsonl"):
        found = Recording(path)
        assert (dict(found), found.digest, A in found) == ({}, "", False)


def test_other_bytes_have_another_digest(tmp_path: Path) -> None:
    first = Recording(write(tmp_path / "a.jsonl", recording_line(A, stored())))
    second = Recording(write(tmp_path / "b.jsonl", recording_line(B, stored())))
    assert first.digest != second.digest


# --- merging

OTHER = {"top_label": "technical", "scores": {"billing": 0.1, "technical": 0.9}}
LATER = NOON + timedelta(hours=1)


def opened(paths: Sequence[Path]) -> dict[Path, Recording]:
    return {path: read_recording(path) for path in paths}


def test_equal_answers_count_as_the_earliest(tmp_path: Path) -> None:
    early = write(tmp_path / "a.jsonl", recording_line(A, stored()))
    late = write(tmp_path / "b.jsonl", recording_line(A, stored(at=LATER)))
    for paths in ((early, late), (late, early)):
        assert merged(opened(paths))[A].recorded_at == NOON


def test_different_answers_are_refused_once_a_question(tmp_path: Path) -> None:
    one = write(tmp_path / "a.jsonl", recording_line(A, stored()), recording_line(B, stored()))
    other = write(tmp_path / "b.jsonl", recording_line(A, stored(OTHER)))
    with pytest.raises(InputError) as refused:
        merged(opened([one, other]))
    (problem,) = refused.value.problems
    assert (A[:12] in problem.what, "--newest" in problem.help) == (True, True)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("at", [NOON, LATER])
def test_the_newest_wins_and_ties_do_not_depend_on_order(
    tmp_path: Path, reverse: bool, at: datetime
) -> None:
    paths = [
        write(tmp_path / "a.jsonl", recording_line(A, stored())),
        write(tmp_path / "b.jsonl", recording_line(A, stored(OTHER, at=at))),
    ]
    found = merged(opened(paths[::-1] if reverse else paths), newest=True)
    # In canonical JSON 0.6 is greater than 0.1.
    assert json.loads(found[A].content) == (OTHER if at == LATER else ANSWER)


# --- answers that are none


@pytest.mark.parametrize(
    "answer",
    [
        {"scores": {"a": 0.9, "b": 0.9}, "top_label": "a"},
        {"scores": {"a": 1.2, "b": -0.2}, "top_label": "a"},
        {"scores": {"a": 0.9, "b": 0.1}, "top_label": "b"},
        {"scores": {"a": 0.9, "b": 0.1}, "top_label": "c"},
        {"scores": {}, "top_label": "a"},
    ],
    ids=["sum", "range", "top", "unknown_top", "empty"],
)
def test_a_line_with_numbers_that_are_no_answer_is_refused_with_its_place(
    tmp_path: Path, answer: dict[str, Any]
) -> None:
    path = write(tmp_path / "r.jsonl", recording_line(A, stored(answer)))
    with pytest.raises(InputError, match="not a valid answer") as refused:
        read_recording(path)
    assert refused.value.problems[0].where == f"{path}:2"


def test_a_stored_answer_that_is_none_has_no_canonical_form() -> None:
    contents = (b"", b"{}", b"[" * 100_000, b'{"scores": {"a": 2}, "top_label": "a"}')
    assert [canonical_answer(Stored(c, URL, NOON)) for c in contents] == [None] * 4
    body = json.loads(canonical_answer(stored()) or b"")
    assert body == ANSWER


def test_an_unknown_field_of_a_line_is_hardly_quoted(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(json.dumps({"A" * 5_000: 1}) + "\n")
    with pytest.raises(InputError) as caught:
        read_recording(path)
    (problem,) = caught.value.problems
    assert problem.what.startswith("not a recorded answer: Object contains unknown field `AAA")
    assert len(problem.what) < 100


# --- what was refused


REFUSAL = Refusal(URL, NOON)
LATER = NOON + timedelta(hours=1)


def test_a_refused_question_has_a_line_of_its_own_with_fixed_bytes() -> None:
    start = f'{{"key":"{A}","recorded_at":"2026-01-02T12:00:00.123456+00:00","refused":true'
    digest = hashlib.sha256(f'{start},"url":"{URL}"}}'.encode()).hexdigest()
    assert refusal_line(A, REFUSAL) == f'{start},"sha256":"{digest}","url":"{URL}"}}'


def test_refusals_stand_among_the_answers_by_key_and_are_none_of_them(tmp_path: Path) -> None:
    text = recording_text([(C, stored()), (A, stored())], [(B, REFUSAL)])
    path = write_raw(tmp_path / "r.jsonl", *text.splitlines())
    found = read_recording(path)
    assert [json.loads(line)["key"] for line in text.splitlines()[1:]] == [A, B, C]
    assert (set(found), dict(found.refusals)) == ({A, C}, {B: REFUSAL})
    assert B not in found
    assert recording_text(found.items(), found.refusals.items()) == text


def test_without_refusals_a_recording_has_the_bytes_it_always_had() -> None:
    text = recording_text([(A, stored())])
    assert text == f"{FIRST_LINE}\n{recording_line(A, stored())}\n"
    assert recording_text([(A, stored())], []) == text


@pytest.mark.parametrize(
    ("was", "now"),
    [(A, B), ("12:00", "13:00"), ("example.com", "example.org"), ("true", "true,")],
    ids=["key", "time", "url", "form"],
)
def test_a_refusal_that_was_altered_is_refused_with_its_place(
    tmp_path: Path, was: str, now: str
) -> None:
    line = refusal_line(A, REFUSAL).replace(was, now, 1)
    path = write(tmp_path / "r.jsonl", recording_line(C, stored()), line)
    with pytest.raises(InputError) as caught:
        read_recording(path)
    assert caught.value.problems[0].where == f"{path}:3"


def test_a_refusal_has_no_place_in_version_1(tmp_path: Path) -> None:
    path = write_raw(tmp_path / "r.jsonl", of_version_1(A), refusal_line(B, REFUSAL))
    with pytest.raises(InputError, match="a line of version 2 in a recording of version 1"):
        read_recording(path)


@pytest.mark.parametrize("answer_first", [True, False])
def test_a_question_that_was_answered_and_refused_in_one_file_is_refused(
    tmp_path: Path, answer_first: bool
) -> None:
    lines = [recording_line(A, stored()), refusal_line(A, REFUSAL)]
    path = write(tmp_path / "r.jsonl", *(lines if answer_first else lines[::-1]))
    with pytest.raises(InputError, match="another answer further up"):
        read_recording(path)


def test_a_label_called_refused_is_a_label(tmp_path: Path) -> None:
    answer = {"top_label": "refused", "scores": {"refused": 1, "billing": 0}}
    path = write(tmp_path / "r.jsonl", recording_line(A, stored(answer)))
    assert (len(read_recording(path)), read_recording(path).refusals) == (1, {})


def recordings(tmp_path: Path, *refusals: Refusal, answer: Stored | None = None) -> Any:
    """A recording for each refusal of A, and one with an answer to A where there is one."""
    texts = [recording_text([], [(A, refusal)]) for refusal in refusals]
    texts += [recording_text([(A, answer)])] if answer else []
    paths = [tmp_path / f"{i}.jsonl" for i in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    return {path: read_recording(path) for path in paths}


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_refusals_the_later_is_kept_whatever_the_order(tmp_path: Path, order: int) -> None:
    found = recordings(tmp_path, *[REFUSAL, Refusal(URL, LATER)][::order])
    assert merged_refusals(found, {}) == {A: Refusal(URL, LATER)}


@pytest.mark.parametrize(
    ("at", "newest", "refused"),
    [(NOON, False, 0), (LATER, False, 0), (LATER, True, 1), (NOON, True, 0)],
)
def test_an_answer_stands_against_a_refusal_but_a_later_one_where_that_is_asked_for(
    tmp_path: Path, at: datetime, newest: bool, refused: int
) -> None:
    found = recordings(tmp_path, Refusal(URL, at), answer=stored())
    answers = merged(found)
    assert len(merged_refusals(found, answers, newest=newest)) == refused


def test_a_recording_with_refusals_in_conflict_may_be_replaced_by_a_merge(tmp_path: Path) -> None:
    sides = recording_line(A, stored()), refusal_line(B, REFUSAL)
    lines = (FIRST_LINE, "<<<<<<< ours", sides[0], "=======", sides[1], ">>>>>>> theirs")
    assert in_conflict(write_raw(tmp_path / "r.jsonl", *lines))


def test_a_refusal_that_names_another_url_than_its_key_is_of_was_altered(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(recording_text([], [(A, Refusal("https://b.org/", NOON))]), encoding="utf-8")
    with pytest.raises(InputError, match="it was altered") as caught:
        refuse_moved(read_recording(path), [A], URL)
    assert caught.value.problems[0].where == f"{path}:2"
