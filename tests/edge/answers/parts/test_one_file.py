"""A part says what a whole recording says of its keys; whatever else it holds is refused there."""

from __future__ import annotations

import gzip
import hashlib
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.core.errors import InputError
from ticketbench.edge.answers.details import Details
from ticketbench.edge.answers.parts.folder import write_parts
from ticketbench.edge.answers.recording import (
    Recording,
    by_part,
    in_order,
    read_recording,
    recording_parts,
    recording_text,
    refuse_moved,
)
from ticketbench.edge.answers.recording_line import FIRST_LINE, recording_line
from ticketbench.edge.answers.refusals import Refusal
from ticketbench.edge.answers.rows import Stored

URL = "https://api.example.com/classify"
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
CONTENT = b'{"scores":{"a":0.4,"b":0.6},"top_label":"b"}'
STORED = Stored(CONTENT, URL, NOON)


def key(i: int) -> str:
    return hashlib.sha256(b"%d" % i).hexdigest()


def in_parts(folder: Path, n_parts: int, n: int = 40, n_refused: int = 4) -> Path:
    answers = [(key(i), STORED) for i in range(n)]
    refused = [(key(-1 - i), Refusal(URL, NOON)) for i in range(n_refused)]
    write_parts(folder, recording_parts(n_parts, answers, refused))
    return folder


def pack(path: Path, lines: Iterable[str]) -> None:
    path.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode()))


def lines_of(path: Path) -> list[str]:
    return gzip.decompress(path.read_bytes()).decode().splitlines()


@settings(deadline=None, database=None, derandomize=True, max_examples=10)
@given(st.sets(st.integers(0, 10**6), max_size=30), st.sampled_from([1, 16, 256]))
def test_parts_hold_the_lines_of_one_file(
    tmp_path_factory: pytest.TempPathFactory, numbers: set[int], n_parts: int
) -> None:
    answers = [(key(i), STORED) for i in numbers]
    folder = tmp_path_factory.mktemp("parts") / "r"
    write_parts(folder, recording_parts(n_parts, answers))
    first, *lines = recording_text(answers).splitlines()
    own = [lines_of(path) for path in sorted(folder.iterdir())]
    assert {part[0] for part in own} == {first}
    assert [line for part in own for line in part[1:]] == lines
    found = read_recording(folder)
    assert (dict(found), len(found), bool(found)) == (dict(answers), len(answers), bool(answers))
    assert recording_text(found.items()) == recording_text(answers)


def test_equal_answers_give_equal_bytes_in_any_order() -> None:
    answers = [(key(i), STORED) for i in range(40)]
    assert dict(recording_parts(16, answers)) == dict(recording_parts(16, reversed(answers)))


def test_refusals_are_found_by_part_as_well(tmp_path: Path) -> None:
    found = Recording(in_parts(tmp_path / "r", 16))
    assert dict(found.refusals) == {key(-1 - i): Refusal(URL, NOON) for i in range(4)}
    assert (len(found.refusals), key(1) in found.refusals, key(-1) in found) == (4, False, False)


def test_only_the_part_of_a_key_is_read(tmp_path: Path) -> None:
    folder = in_parts(tmp_path / "r", 16)
    for path in folder.iterdir():
        if path.name != f"{key(0)[0]}.jsonl.gz":
            path.write_bytes(b"damaged")
    assert Recording(folder)[key(0)] == Recording(folder).get(key(0)) == STORED


@pytest.mark.parametrize("n_parts", [1, 16, 256])
def test_parts_let_go_of_are_read_again(tmp_path: Path, n_parts: int) -> None:
    folder = in_parts(tmp_path / "r", n_parts)
    whole, few = Recording(folder), Recording(folder)
    few.hold_at_most(1)
    assert [*few.items()] == [*whole.items()]
    assert [few[key(i)] for i in range(40)] == [STORED] * 40
    assert few.n_held <= max(1, len(whole) + len(whole.refusals) if n_parts == 1 else 8)


def test_what_is_kept_outlives_the_files(tmp_path: Path) -> None:
    folder = in_parts(tmp_path / "r", 16)
    found = Recording(folder)
    found.hold_at_most(1)
    found.keep_all()
    for path in folder.iterdir():
        path.unlink()
    assert (len([*found]), len([*found.refusals])) == (40, 4)


def test_keys_are_grouped_so_that_a_part_is_read_once(tmp_path: Path) -> None:
    found, keys = Recording(in_parts(tmp_path / "r", 16)), [key(i) for i in range(40)]
    groups = [{one[0] for one in group} for group in by_part(found, keys)]
    assert [len(digits) for digits in groups] == [1] * len({one[0] for one in keys})
    assert sorted(in_order(found, iter(keys))) == sorted(keys)
    assert [*in_order({}, keys)] == keys
    assert [*by_part({}, keys)] == [keys]


def test_the_models_of_all_answers_are_known_by_url(tmp_path: Path) -> None:
    assert Recording(in_parts(tmp_path / "r", 16)).models(URL) is None
    answers = [
        (key(0), STORED),
        (key(1), Stored(CONTENT, URL, NOON, Details(model="one"))),
        (key(2), Stored(CONTENT, f"{URL}2", NOON, Details(model="two"))),
        (key(3), Stored(CONTENT, URL, NOON, Details(ms=7))),
    ]
    write_parts(tmp_path / "told", recording_parts(16, answers))
    told = Recording(tmp_path / "told")
    told.hold_at_most(1)
    assert [told.models(url) for url in (URL, f"{URL}2", "")] == [{"one"}, {"two"}, set()]


def test_the_digest_is_that_of_the_list_of_sha256sum(tmp_path: Path) -> None:
    folder = in_parts(tmp_path / "r", 16)
    command = "sha256sum *.jsonl.gz | sha256sum"
    shown = subprocess.run(command, shell=True, cwd=folder, capture_output=True, check=True)
    assert Recording(folder).digest == shown.stdout.decode().split()[0]


def test_a_part_that_is_another_one_when_it_is_read_is_refused(tmp_path: Path) -> None:
    folder = in_parts(tmp_path / "r", 16)
    found = Recording(folder)
    assert found.digest
    pack(folder / f"{key(0)[0]}.jsonl.gz", [FIRST_LINE])
    with pytest.raises(InputError, match="changed while it was read"):
        found.get(key(0))


def test_nothing_in_a_folder_is_a_recording_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    found = Recording(tmp_path / "r")
    assert (found.absent, len(found), found.digest) == (tmp_path / "r", 0, "")
    with pytest.raises(InputError, match="holds no part of a recording"):
        read_recording(tmp_path / "r")


# --- what is refused, with part and line


def refused(folder: Path) -> tuple[str, str]:
    with pytest.raises(InputError) as caught:
        read_recording(folder)
    return caught.value.problems[0].what, caught.value.problems[0].where


def test_a_key_in_the_wrong_part_is_refused_with_part_and_line(tmp_path: Path) -> None:
    part = in_parts(tmp_path / "r", 16) / "5.jsonl.gz"
    other = "a" * 64
    lines = [*lines_of(part), recording_line(other, STORED)]
    pack(part, lines)
    assert refused(tmp_path / "r") == (
        "the key belongs in a.jsonl.gz, not in this part",
        f"{part}:{len(lines)}",
    )


def test_a_part_copied_over_another_is_refused(tmp_path: Path) -> None:
    folder = in_parts(tmp_path / "r", 16)
    (folder / "6.jsonl.gz").write_bytes((folder / "5.jsonl.gz").read_bytes())
    assert refused(folder)[0] == "the key belongs in 5.jsonl.gz, not in this part"


def test_a_damaged_part_is_refused_by_name(tmp_path: Path) -> None:
    part = in_parts(tmp_path / "r", 16) / "5.jsonl.gz"
    part.write_bytes(part.read_bytes()[:-6])
    assert refused(tmp_path / "r") == ("not a whole gzip file", str(part))


@pytest.mark.parametrize("lines", [[], [""], [recording_line("5" * 64, STORED)]])
def test_a_part_without_the_line_of_version_2_is_refused(tmp_path: Path, lines: list[str]) -> None:
    part = in_parts(tmp_path / "r", 16) / "5.jsonl.gz"
    pack(part, lines)
    assert refused(tmp_path / "r") == (
        "a part begins with the line that names version 2",
        f"{part}:1",
    )


def test_a_later_version_is_refused_by_part(tmp_path: Path) -> None:
    part = in_parts(tmp_path / "r", 16) / "5.jsonl.gz"
    pack(part, ['{"schema": "ticketbench/recording@3"}'])
    assert refused(tmp_path / "r")[1] == f"{part}:1"


def test_a_question_answered_twice_in_a_part_is_refused_or_counted_once(tmp_path: Path) -> None:
    part = in_parts(tmp_path / "r", 16, n=0, n_refused=0) / "5.jsonl.gz"
    line = recording_line("5" * 64, STORED)
    pack(part, [FIRST_LINE, line, line])
    assert len(read_recording(tmp_path / "r")) == 1
    other = Stored(CONTENT.replace(b"0.4", b"0.3").replace(b"0.6", b"0.7"), URL, NOON)
    pack(part, [FIRST_LINE, line, recording_line("5" * 64, other)])
    assert refused(tmp_path / "r")[1] == f"{part}:3"


def test_conflict_markers_name_part_line_and_the_merge_that_mends_it(tmp_path: Path) -> None:
    part = in_parts(tmp_path / "r", 16) / "5.jsonl.gz"
    ours = recording_line("5" * 64, STORED)
    theirs = recording_line("5" * 64, Stored(CONTENT, URL, NOON + timedelta(days=1)))
    pack(part, [FIRST_LINE, "<<<<<<< ours", ours, "=======", theirs, ">>>>>>> theirs"])
    with pytest.raises(InputError) as caught:
        read_recording(tmp_path / "r")
    assert caught.value.problems[0].where == f"{part}:2"
    assert f"--to {part}" in caught.value.problems[0].help


def test_a_line_of_another_url_is_refused_with_part_and_line(tmp_path: Path) -> None:
    found = Recording(in_parts(tmp_path / "r", 256))
    with pytest.raises(InputError) as caught:
        refuse_moved(found, [key(0)], "https://elsewhere.example.com/classify")
    part = tmp_path / "r" / f"{key(0)[:2]}.jsonl.gz"
    line = next(i for i, line in enumerate(lines_of(part), 1) if key(0) in line)
    assert caught.value.problems[0].where == f"{part}:{line}"
