"""Reading a decision log: what is a decision, what is counted, what is refused."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketbench.core.errors import InputError
from ticketbench.production.decision_log import read_decisions


def line(number: int = 1, **fields: Any) -> dict[str, Any]:
    """A line as a router writes it."""
    return {
        "schema": "ticketbench/decision@1",
        "timestamp": "2026-11-29T02:36:21.387Z",
        "decision_id": f"d729d073-{number:04}",
        "policy": "2ff04970",
        "rubric_set": "sha256:9f",
        "model": None,
        "outcome": "route",
        "label": "billing",
        "score": 0.875,
        "scores": {"billing": 0.875, "general": 0.125},
        "reason": None,
        "latency_ms": 5.9,
        "attempts": 1,
        "warnings": [],
        **fields,
    }


def written(path: Path, *lines: Any) -> Path:
    """A file of these lines; an object becomes JSON, a text stays as it is."""
    texts = [one if isinstance(one, str) else json.dumps(one) for one in lines]
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return path


def test_a_decision_comes_back_with_all_its_fields(tmp_path: Path) -> None:
    fields = {"ticket_id": "T-4711", "warnings": ["model_changed"], "error_status": 200}
    (found,) = read_decisions([written(tmp_path / "a", line(**fields))]).decisions
    assert (found.outcome, found.label, found.score) == ("route", "billing", 0.875)
    assert found.scores == {"billing": 0.875, "general": 0.125}
    assert (found.ticket_id, found.warnings) == ("T-4711", ("model_changed",))
    assert (found.latency_ms, found.attempts, found.error_status) == (5.9, 1, 200)


def test_a_field_that_is_not_known_is_left_out(tmp_path: Path) -> None:
    read = read_decisions([written(tmp_path / "a", line(invented=[1]))])
    assert (len(read.decisions), read.n_foreign) == (1, 0)


def test_torn_and_foreign_lines_are_counted_and_the_first_of_each_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "a", line(1), '{"schema": "tick', "", '{"level": "info"}', "7",
                   line(2), '{"schema"')  # fmt: skip
    read = read_decisions([path])
    assert [one.decision_id[-1] for one in read.decisions] == ["1", "2"]
    assert (read.n_torn, read.first_torn) == (2, f"{path}:2")
    assert (read.n_foreign, read.first_foreign) == (2, f"{path}:4")


@pytest.mark.parametrize(
    "wrong",
    [
        {"outcome": "send"},
        {"timestamp": "2026-02-30T02:36:21.387Z"},
        {"timestamp": "2026-12-31T23:59:60Z"},
        {"timestamp": "２０２６-11-29T02:36:21Z"},
        {"outcome": "review", "score": None},
        {"outcome": "review", "label": None},
        {"outcome": ["route"]},
        {"score": "0.875"},
        {"score": 1.5},
        {"score": True},
        {"score": None},
        {"label": None},
        {"scores": [0.875]},
        {"scores": {"billing": None}},
        {"decision_id": 7},
        {"policy": None},
        {"timestamp": "yesterday"},
        {"warnings": "model_changed"},
        {"attempts": 1.5},
        {"latency_ms": float("nan")},
        {"schema": "another/decision@1"},
        {"schema": 1},
    ],
    ids=str,
)
def test_what_cannot_be_a_decision_is_foreign(wrong: dict[str, Any], tmp_path: Path) -> None:
    read = read_decisions([written(tmp_path / "a", line(**wrong))])
    assert (read.decisions, read.n_foreign) == ([], 1)


def test_a_failure_has_neither_label_nor_score(tmp_path: Path) -> None:
    failed = line(outcome="review", label=None, score=None, scores=None, reason="endpoint_timeout")
    (found,) = read_decisions([written(tmp_path / "a", failed)]).decisions
    assert (found.label, found.score, found.scores) == (None, None, None)
    assert found.reason == "endpoint_timeout"


def test_another_major_version_is_refused_where_it_stands(tmp_path: Path) -> None:
    path = written(tmp_path / "a", line(), line(2, schema="ticketbench/decision@2"))
    with pytest.raises(InputError, match="decision@2") as refused:
        read_decisions([path])
    assert refused.value.problems[0].where == f"{path}:2"
    assert read_decisions([written(path, line(schema="ticketbench/decision@1.3"))]).decisions


def test_a_decision_in_two_files_counts_once(tmp_path: Path) -> None:
    older = written(tmp_path / "a", line(1), line(2))
    newer = written(tmp_path / "b", line(2), line(3))
    read = read_decisions([older, newer])
    assert ([one.decision_id[-1] for one in read.decisions], read.n_repeated) == (list("123"), 1)


def test_what_is_packed_is_read_whatever_its_name(tmp_path: Path) -> None:
    plain = written(tmp_path / "a", line(1), line(2))
    packed = tmp_path / "log"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert read_decisions([packed]) == read_decisions([plain])


def test_of_a_packed_file_that_was_cut_the_whole_lines_count(tmp_path: Path) -> None:
    plain = written(tmp_path / "a", *(line(number) for number in range(2000)))
    packed = gzip.compress(plain.read_bytes())
    (tmp_path / "a").write_bytes(packed[: len(packed) // 2])
    read = read_decisions([tmp_path / "a"])
    assert 100 < len(read.decisions) < 2000
    assert read.n_torn == 1


def test_a_file_that_is_not_there_and_a_damaged_one_are_named(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.gz"
    damaged.write_bytes(b"\x1f\x8b\x08\0\0\0\0\0\0\3no")
    for path in (tmp_path / "gone", damaged, tmp_path):
        with pytest.raises(InputError, match="cannot be read") as refused:
            read_decisions([path])
        assert refused.value.problems[0].where == str(path)


@given(content=st.binary(max_size=300))
def test_no_bytes_make_the_reader_raise_anything_but_an_input_error(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(b"\n".join([content, json.dumps(line()).encode(), content]))
    try:
        read = read_decisions([path])
    except InputError:
        assert content.startswith(b"\x1f\x8b")
    else:
        assert len(read.decisions) == 1
