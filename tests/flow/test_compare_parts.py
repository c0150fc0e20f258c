"""Two tables in parts: the same bytes for any cut, and what two files say of what parts tell."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import killed_worker
import ticketbench
from part_files import parts, records, write
from part_pairs import Rows, files, folders, pair
from ticketbench.core.errors import InputError, MachineError
from ticketbench.edge.results.forms.options import Form
from ticketbench.edge.results.store import envelope
from ticketbench.flow.compare import Compared, compare_sides
from ticketbench.flow.compare_parts import compare_parts
from ticketbench.flow.parts.engine import Where
from ticketbench.measure.parts.pairs.comparison import NO_INTERVAL


def as_json(sides: list[str], **asked: Any) -> bytes:
    return envelope("compare", compare_parts(*sides, **asked).compared)


@pytest.mark.parametrize("groups", [0, 20])
def test_any_number_and_order_of_parts_a_side_give_the_same_bytes(
    tmp_path: Path, groups: int
) -> None:
    rows = pair(240, groups=groups)
    one = as_json(folders(tmp_path / "1", rows, (1, 1)))
    for n in ((2, 7), (7, 1)):
        mixed = tuple(random.Random(n[0]).sample(side, len(side)) for side in rows)
        sides = folders(tmp_path / str(n[0]), (mixed[0], mixed[1]), n)
        assert as_json(sides) == one
        assert compare_parts(*sides).n_parts == n


@pytest.mark.parametrize("suffix", [".csv.gz", ".jsonl", ".parquet"])
def test_any_format_gives_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    rows = pair(60)
    expected = as_json(folders(tmp_path / "csv", rows, (2, 1)))
    assert as_json(folders(tmp_path / "o", rows, (1, 3), suffix=suffix)) == expected


def test_a_file_is_a_side_of_one_part(tmp_path: Path) -> None:
    rows = pair(60)
    (a, b), whole = folders(tmp_path, rows, (2, 3)), files(tmp_path, rows)
    assert as_json([a, whole[1]]) == as_json([a, b]) == as_json([f"{a}/*.csv", b])


def assert_near(here: Compared, whole: Compared) -> None:
    """Everything but what is said to be left out."""
    own, of = here.comparison, whole.comparison
    for name in ("confusion", "answered", "verdict", "policy", "costs", "one_policy", "labels"):
        assert getattr(here, name) == getattr(whole, name), name
    for name in ("n_paired", "n_groups", "unpaired", "contingency", "fragility", "in_both"):
        assert getattr(own, name) == getattr(of, name), name
    assert repr(own.accuracy) == repr(of.accuracy)
    np.testing.assert_equal(own.mcnemar_midp, of.mcnemar_midp)
    np.testing.assert_allclose(own.sign_flip_p, of.sign_flip_p, rtol=0, atol=1e-9)
    for all_own, all_of in (
        (own.differences, of.differences),
        (own.label_differences, of.label_differences),
    ):
        for found, expected in zip(all_own, all_of, strict=True):
            assert (found.name, found.label) == (expected.name, expected.label)
            told = found.change.method != NO_INTERVAL
            values = [(c.base, c.candidate, c.difference.value) for c in (found, expected)]
            atol = 1e-9 if told else 1e-4
            np.testing.assert_allclose(*values, rtol=0, atol=atol, err_msg=found.name)
            if told:
                ends = [(c.difference.low, c.difference.high, c.p) for c in (found, expected)]
                np.testing.assert_allclose(*ends, rtol=1e-8, atol=1e-9, err_msg=found.name)
    if own.n_groups == own.n_paired:
        shifts = [astuple(c.marginal_shift) for c in (own, of)]
        np.testing.assert_allclose(*shifts, rtol=0, atol=1e-9)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Rows, tuple[int, int]]:
    base, candidate = pair(
        draw(st.integers(4, 60)),
        seed=draw(st.integers(0, 99)),
        groups=draw(st.sampled_from([0, 5, 30])),
        failed=draw(st.integers(0, 2)),
    )
    only = draw(st.integers(0, 3))  # tickets that the candidate lacks, and that it alone has
    kept = [one for one in candidate if int(one["ticket_id"][1:]) >= only]
    kept += [{**one, "ticket_id": f"new{i}"} for i, one in enumerate(candidate[:only])]
    return (base, kept), (draw(st.integers(1, 3)), draw(st.integers(1, 3)))


@settings(max_examples=12, deadline=None)
@given(cases())
def test_what_parts_tell_is_what_two_files_tell(case: tuple[Rows, tuple[int, int]]) -> None:
    rows, n = case
    with tempfile.TemporaryDirectory() as folder:
        whole = compare_sides(*files(Path(folder), rows), common=True)
        here = compare_parts(*folders(Path(folder), rows, n), common=True).compared
    assert_near(here, whole)
    assert [note.replace(".csv:", ":") for note in whole.notes] == list(here.notes)


def test_what_was_decided_in_reading_is_told_with_a_part_and_beside_the_result(
    tmp_path: Path,
) -> None:
    base, candidate = pair(40)
    number = {"billing": "0", "delivery": "1", "returns": "2", "other": "2", "__none__": "0"}
    for one in (*base, *candidate):
        for label in ("billing", "delivery", "returns"):
            one[f"score_{number[label]}"] = one.pop(f"score_{label}")
        one["label"] = f"{number[one['label']]}.0"
    sides = folders(tmp_path / "1", (base, candidate), (4, 1))
    found = compare_parts(*sides)
    told = "gold 0.0 ... 2.0 read as 0 ... 2"
    assert f"{sides[0]}/part-0.csv: {told} (so in 4 parts)" in found.notes
    assert f"{sides[1]}/part-0.csv: {told}" in found.notes
    assert found.compared.notes == ()
    one = folders(tmp_path / "2", (base, candidate), (1, 9))
    assert envelope("compare", found.compared) == as_json(one)


def test_labels_that_are_renamed_are_so_in_whichever_part_they_stand(tmp_path: Path) -> None:
    base, candidate = pair(20)
    for one in base:
        one["label"] = one["label"].replace("billing", "bills")
    found = compare_parts(*folders(tmp_path, (base, candidate), (20, 1)),
                          form=Form(labels={"bills": "billing"}))  # fmt: skip
    assert found.notes == ()
    assert all("bills" not in note for note in found.compared.notes)


def test_top_labels_that_contradict_their_scores_are_told_as_of_two_files(tmp_path: Path) -> None:
    rows = pair(40)
    for i, row in enumerate(rows[0]):
        row["top_label"] = "billing" if i < 20 else ""
    here, whole = (
        compare_parts(*folders(tmp_path, rows, (3, 2))).compared,
        compare_sides(*files(tmp_path, rows)),
    )
    assert [one.code for one in here.findings] == ["TB213", "TB215"]
    assert here.findings[0] == whole.findings[0]


def test_other_thresholds_are_asked_for_as_of_two_files(tmp_path: Path) -> None:
    rows = pair(60)
    asked = {"threshold": 0.8, "escalate_above": 1.0}
    here = compare_parts(*folders(tmp_path, rows, (2, 1)), **asked).compared
    assert_near(here, compare_sides(*files(tmp_path, rows), **asked))


def test_two_sets_of_one_folder_are_compared(tmp_path: Path) -> None:
    rows = pair(60)
    named = [[{"rubric_set": name, **one} for one in own]
             for name, own in zip(("v1", "v2"), rows, strict=True)]  # fmt: skip
    folder = parts(tmp_path / "p", named[0] + named[1], 3)
    found = compare_parts(f"{folder}:v1", f"{folder}/*.csv:v2").compared
    assert (found.comparison.base, found.comparison.candidate) == ("v1", "v2")
    assert (
        found.comparison.contingency == compare_sides(*files(tmp_path, rows)).comparison.contingency
    )
    assert "choose one" in refusal([str(folder), f"{folder}:v2"]).help
    assert "has no rubric set 'v3'" in refusal([f"{folder}:v1", f"{folder}:v3"]).what


def test_columns_that_one_side_calls_otherwise_are_said_of_it(tmp_path: Path) -> None:
    base, candidate = pair(40)
    renamed = [{("gold" if k == "label" else k): v for k, v in one.items()} for one in candidate]
    sides = folders(tmp_path, (base, renamed), (2, 2))
    expected = compare_parts(*folders(tmp_path / "o", (base, candidate), (1, 1))).compared
    form = Form(columns={"label": "gold"})
    for asked in ({"form": form}, {"form_of_b": form}):
        found = compare_parts(*sides, **asked).compared
        assert found.comparison.contingency == expected.comparison.contingency


def test_processes_give_the_bytes_of_one(tmp_path: Path) -> None:
    sides = folders(tmp_path, pair(60, groups=9), (2, 3))
    assert as_json(sides, where=Where("processes")) == as_json(sides)


def test_dask_gives_the_same_bytes_when_a_worker_is_killed_on_its_way(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    sides = folders(tmp_path, pair(200, groups=20), (4, 3))
    paths = os.pathsep.join([str(Path(ticketbench.__file__).parents[1]), *sys.path])
    done = subprocess.run(
        [sys.executable, killed_worker.__file__, *sides],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        timeout=300,
        check=True,
    )
    assert b"killed after [1]" in done.stderr
    assert done.stdout == as_json(sides)


def test_workers_of_a_scheduler_need_a_folder_that_they_see(tmp_path: Path) -> None:
    sides = folders(tmp_path, pair(20), (1, 1))
    with pytest.raises(InputError) as error:
        compare_parts(*sides, where=Where("dask", "tcp://127.0.0.1:9"))
    assert "--scratch" in error.value.problems[0].help
    with pytest.raises(InputError, match="no such folder"):
        compare_parts(*sides, scratch=tmp_path / "nowhere")


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*args: object) -> str:
        raise PermissionError(13, "Permission denied")

    sides = folders(tmp_path, pair(20), (1, 1))
    monkeypatch.setattr(tempfile, "mkdtemp", refused)
    with pytest.raises(MachineError, match=f"cannot write {tmp_path}: Permission denied"):
        compare_parts(*sides, scratch=tmp_path)


def test_nothing_is_left_where_tickets_met(tmp_path: Path) -> None:
    base, candidate = pair(20)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    as_json(folders(tmp_path, (base, candidate), (2, 1)), scratch=scratch)
    doubled = folders(tmp_path / "d", (base, [*candidate, candidate[3]]), (1, 2))
    with pytest.raises(InputError):
        compare_parts(*doubled, scratch=scratch)
    assert list(scratch.iterdir()) == []


def test_both_stages_are_heard_of(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    sides = folders(tmp_path, pair(20), (1, 2))
    compare_parts(*sides, told=lambda stage: lambda done, of: seen.append((stage, done, of)))
    assert seen == [*(("reading parts", i, 3) for i in (1, 2, 3)), ("comparing tickets", 1, 1)]


def refusal(sides: list[str], **asked: Any) -> Any:
    with pytest.raises(InputError) as error:
        compare_parts(*sides, **asked)
    return error.value.problems[0]


def test_tickets_of_one_side_alone_are_named_with_a_part(tmp_path: Path) -> None:
    base, candidate = pair(20)
    fewer = [one for one in candidate if one["ticket_id"] not in ("t3", "t7")]
    sides = folders(tmp_path, (base, fewer), (2, 3))
    told = refusal(sides)
    assert "18 tickets in both, 2 only in a (t3, t7)" in told.what
    assert told.where == f"{sides[0]}/part-1.csv"
    assert "--common" in told.help
    strangers = [one | {"ticket_id": f"x{i}"} for i, one in enumerate(candidate)]
    none = folders(tmp_path / "n", (base, strangers), (1, 1))
    assert "not one is in both" in refusal(none, common=True).help


def test_another_gold_label_is_named_with_the_parts_of_both_sides(tmp_path: Path) -> None:
    base, candidate = pair(20)
    for one in candidate:
        if one["ticket_id"] in ("t3", "t5"):
            one["label"] = "delivery" if one["label"] != "delivery" else "billing"
    sides = folders(tmp_path, (base, candidate), (2, 1))
    told = refusal(sides)
    assert f"in a ({sides[0]}/part-1.csv) and" in told.what
    assert f"in b ({sides[1]}/part-0.csv); 2 tickets" in told.what


def test_a_ticket_that_stands_twice_on_a_side_is_named_with_its_parts(tmp_path: Path) -> None:
    base, candidate = pair(20)
    sides = folders(tmp_path, (base, candidate), (2, 1))
    write(Path(sides[0]) / "z.csv", [base[3], base[3] | {"ticket_id": "t99"}])
    told = refusal(sides).what
    assert (
        told == f"the ticket 't3' stands in two parts, {sides[0]}/part-1.csv and {sides[0]}/z.csv"
    )


def test_other_labels_on_the_other_side_are_refused(tmp_path: Path) -> None:
    base, candidate = pair(20)
    others = [{k.replace("score_returns", "score_refunds"): v for k, v in one.items()}
              for one in candidate]  # fmt: skip
    told = refusal(folders(tmp_path, (base, others), (1, 2)))
    assert "a alone has 'returns'" in told.what
    assert "b alone has 'refunds'" in told.what
    assert "--labels" in told.help


def test_parts_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    rows = pair(20)
    sides = folders(tmp_path, rows, (2, 2))
    damaged = Path(sides[1]) / "z.csv"
    for content, told in (
        ("", "the file is empty"),
        ("ticket_id,label\n", "other columns"),
        (Path(sides[1], "part-0.csv").read_text()[:30], "other columns"),
    ):
        damaged.write_text(content)
        problem = refusal(sides)
        assert told in problem.what, problem
        assert "z.csv" in problem.where + problem.what
    head = Path(sides[1], "part-0.csv").read_text().splitlines()[0]
    damaged.write_text(head + "\n")
    assert compare_parts(*sides).notes == (f"{damaged}: there are no rows in it",)


def test_what_is_no_table_of_every_score_is_refused(tmp_path: Path) -> None:
    base, candidate = pair(20)
    a, b = folders(tmp_path, (base, candidate), (1, 1))
    (tmp_path / "set.yaml").write_text("billing: a\n")
    assert "is a rubric file" in refusal([a, str(tmp_path / "set.yaml")]).what
    run = tmp_path / "run"
    run.mkdir()
    (run / "results.json").write_text("{}")
    assert "is of a run" in refusal([a, f"{run}:v1"]).what
    assert "no such file" in refusal([a, str(tmp_path / "gone.csv")]).what
    assert "more than once" in refusal([a, b], form=Form(columns={"repeat": "failure"})).what
    tops = [{"ticket_id": one["ticket_id"], "label": "a", "top_label": "b"} for one in candidate]
    write(Path(b) / "part-0.csv", tops)
    assert "every label" in refusal([str(parts(tmp_path / "t", tops, 2)), b]).what


def test_no_gold_label_with_scores_and_top_labels_that_all_contradict_are_errors(
    tmp_path: Path,
) -> None:
    base, candidate = pair(20)
    strange = [one | {"label": "legal"} for one in candidate]
    told = refusal(folders(tmp_path, (base, strange), (1, 2))).what
    assert "no gold label has a score column" in told
    for row in candidate:
        scores = {k.removeprefix("score_"): v for k, v in row.items() if k.startswith("score_")}
        row["top_label"] = min(scores, key=lambda name: float(scores[name] or 0))
        row["top_label"] = row["top_label"] if row["failure"] == "" else ""
    told = refusal(folders(tmp_path / "t", (base, candidate), (1, 2))).what
    assert "of 15 rows: top_label" in told


def test_a_side_without_any_answer_leaves_every_number_undefined(tmp_path: Path) -> None:
    base, candidate = pair(20)
    empty = [one | dict.fromkeys((k for k in one if k.startswith("score_")), "")
             for one in candidate]  # fmt: skip
    found = compare_parts(*folders(tmp_path, (base, empty), (2, 2))).compared
    assert found.comparison.n_paired == 0
    assert replace(found.answered[1], rubric_set="").n_failed == 20


def test_records_of_the_same_tickets_are_the_same_set(tmp_path: Path) -> None:
    rows = records(30)
    sides = folders(tmp_path, (rows, rows), (1, 2))
    found = compare_parts(*sides).compared
    assert found.comparison.contingency.only_base == 0
    same = compare_parts(sides[0], sides[0]).compared.comparison
    assert (same.base, same.candidate) == (sides[0], sides[0])
