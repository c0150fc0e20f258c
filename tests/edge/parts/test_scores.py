"""The rows of a part, some at a time, say what they say when they are read at once."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from part_files import LABELS, Record, parts, records, write
from ticketbench.core.errors import InputError
from ticketbench.edge.parts.scores import Asked, head_of, refuse_repeats, some_rows
from ticketbench.edge.results.forms.options import AS_OURS, Form
from ticketbench.edge.results.predictions import read_set
from ticketbench.edge.results.rows import Predictions


def asked(rubric_set: str | None = None, form: Form = AS_OURS) -> Asked:
    return Asked("p", rubric_set, form, "--rubric-set")


def read(file: Path, of: Asked, *, at_once: int = 2) -> list[Predictions]:
    head = head_of([file], of)
    some = some_rows(file, of, head, at_once=at_once)
    return [one.found for one in some if one.found is not None]


def columns(found: Predictions) -> tuple[list[str], list[str], list[str], list[str]]:
    gold = [found.table.gold_labels[at] if at >= 0 else "-" for at in found.table.truth]
    failed = [f"{one.ticket_id} {one.kind}" for one in found.table.failures]
    return list(found.ids), list(found.named_groups), gold, failed


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".jsonl", ".parquet"])
@pytest.mark.parametrize("odd", [False, True])
def test_some_rows_at_a_time_are_the_same_predictions(
    tmp_path: Path, suffix: str, odd: bool
) -> None:
    rows = records(1_700, groups=300, failed=40)
    form = Form(labels={"other": "__none__"}) if odd else AS_OURS  # read by row
    file = write(tmp_path / f"p{suffix}", rows)
    found, whole = read(file, asked(form=form)), read_set(file, form=form)
    assert len(found) > 1
    for own, all_ in zip(zip(*map(columns, found), strict=True), columns(whole), strict=True):
        assert [one for some in own for one in some] == all_
    scores = np.concatenate([one.table.scores for one in found])
    np.testing.assert_array_equal(scores, whole.table.scores)
    assert {one.table.labels for one in found} == {whole.table.labels}
    who = {(one.table.provenance.dataset, one.table.provenance.rubric_set) for one in found}
    assert who == {("p", "p")}


def test_rows_without_an_answer_have_the_labels_of_the_others(tmp_path: Path) -> None:
    rows = records(1_200, failed=600)
    for row in rows:
        row["score_unused"] = ""
    found = read(write(tmp_path / "p.csv", rows), asked(), at_once=500)
    assert [one.table.labels for one in found] == [LABELS] * len(found)
    assert found[-1].table.n_scored == 0
    assert found[-1].table.gold_labels[:3] == LABELS


def test_one_set_is_found_wherever_its_rows_begin(tmp_path: Path) -> None:
    rows = [{"rubric_set": name, **row} for name in ("v1", "v2") for row in records(600)]
    file = write(tmp_path / "p.csv", rows)
    found = read(file, asked("v2"), at_once=500)
    assert sum(one.table.n_scored for one in found) == 600
    assert {one.table.provenance.rubric_set for one in found} == {"v2"}
    with pytest.raises(InputError, match="has no rubric set"):
        head_of([file], asked("v3"))


def read_all(files: list[Path]) -> None:
    head = head_of(files, asked())
    for file in files:
        list(some_rows(file, asked(), head, at_once=10))


def refusal(folder: Path) -> str:
    files = sorted(folder.iterdir())
    with pytest.raises(InputError) as error:
        read_all(files)
    problem = error.value.problems[0]
    return f"{problem.where} {problem.what}"


def renamed(rows: list[Record], old: str, new: str) -> list[Record]:
    return [{new if k == old else k: v for k, v in row.items()} for row in rows]


def test_other_columns_than_the_first_part_name_both(tmp_path: Path) -> None:
    folder = parts(tmp_path / "p", records(40), 2)
    write(folder / "x.csv", renamed(records(3), "failure", "comment"))
    told = refusal(folder)
    assert "x.csv has other columns than" in told
    assert "part-0.csv" in told
    assert "'comment'" in told


def test_scores_of_other_labels_name_the_first_line(tmp_path: Path) -> None:
    folder = parts(tmp_path / "p", records(40), 2, suffix=".jsonl")
    write(folder / "x.jsonl", renamed(records(3), "score_billing", "score_legal"))
    told = refusal(folder)
    assert "x.jsonl:1" in told
    assert "'legal'" in told


def test_labels_in_another_order_are_refused(tmp_path: Path) -> None:
    folder = parts(tmp_path / "p", records(40), 2)
    write(folder / "x.csv", [dict(reversed(row.items())) for row in records(3)])
    assert "another order" in refusal(folder)


def test_damaged_parts_are_named_with_their_line(tmp_path: Path) -> None:
    folder = parts(tmp_path / "p", records(40), 2)
    with (folder / "part-1.csv").open("a") as file:
        file.write("broken,row\n")
    assert "part-1.csv:22 2 fields" in refusal(folder)


def test_a_packed_part_that_ends_too_soon_is_named(tmp_path: Path) -> None:
    folder = parts(tmp_path / "p", records(400), 2, suffix=".csv.gz")
    whole = (folder / "part-1.csv.gz").read_bytes()
    (folder / "part-1.csv.gz").write_bytes(whole[: len(whole) // 2])
    assert "part-1.csv.gz" in refusal(folder)
    (folder / "part-1.csv.gz").write_bytes(gzip.compress(b""))
    assert "part-1.csv.gz" in refusal(folder)


def test_a_damaged_parquet_part_is_named(tmp_path: Path) -> None:
    folder = parts(tmp_path / "p", records(400), 2, suffix=".parquet")
    whole = (folder / "part-1.parquet").read_bytes()
    (folder / "part-1.parquet").write_bytes(whole[:-40])
    assert "part-1.parquet" in refusal(folder)


def test_a_part_without_a_header_is_named(tmp_path: Path) -> None:
    folder = parts(tmp_path / "p", records(40), 2)
    (folder / "x.csv").write_bytes(b"")
    assert "x.csv" in refusal(folder)


def test_parts_with_a_header_alone_are_noted_and_have_its_columns(tmp_path: Path) -> None:
    folder = parts(tmp_path / "p", records(40), 2)
    head = (folder / "part-0.csv").read_text().splitlines()[0]
    for name in ("a.csv", "x.csv"):  # the first part, too
        (folder / name).write_text(head + "\n")
    known = head_of(sorted(folder.iterdir()), asked())
    assert (known.part.name, known.labels) == ("part-0.csv", LABELS)
    (some,) = some_rows(folder / "x.csv", asked(), known)
    assert (some.found, some.notes) == (None, ("there are no rows in it",))
    (folder / "x.csv").write_text(head.replace("failure", "comment") + "\n")
    assert "x.csv has other columns" in refusal(folder)


@pytest.mark.parametrize("rubric_set", [None, "v1"])
def test_parts_of_which_none_has_rows_are_an_error(tmp_path: Path, rubric_set: str | None) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("ticket_id,label,score_a,score_b\n")
    with pytest.raises(InputError, match="there are no rows in p"):
        head_of(sorted(tmp_path.iterdir()), asked(rubric_set))


def test_a_group_of_no_rows_in_a_part_with_rows_is_no_empty_part(tmp_path: Path) -> None:
    import pyarrow.parquet

    whole = pyarrow.parquet.read_table(write(tmp_path / "p.parquet", records(700)))
    file = tmp_path / "q.parquet"
    with pyarrow.parquet.ParquetWriter(file, whole.schema) as out:
        for rows in (whole[:0], whole, whole[:0]):
            out.write_table(rows)
    some = list(some_rows(file, asked(), at_once=700))
    assert [one.notes for one in some] == [()]


def test_the_line_of_a_bad_score_is_that_of_the_file(tmp_path: Path) -> None:
    rows = records(1_300)
    rows[1_200]["score_billing"] = "7"
    folder = parts(tmp_path / "p", rows, 1)
    assert "part-0.csv:1202" in refusal(folder)


def test_a_ticket_twice_among_rows_that_are_read_together_has_its_lines(tmp_path: Path) -> None:
    folder = parts(tmp_path / "p", [*records(5), records(5)[1]], 1)
    told = refusal(folder)
    assert "part-0.csv:7" in told
    assert "'t1' stands twice" in told


def test_a_part_without_a_known_gold_label_is_read(tmp_path: Path) -> None:
    rows = [row | {"label": "other"} for row in records(3)]
    assert read(write(tmp_path / "p.csv", rows), asked())[0].table.n_scored == 3


def test_repeats_do_not_go_with_parts() -> None:
    with pytest.raises(InputError, match="more than once"):
        refuse_repeats(Form(columns={"repeat": "run"}))
