"""Tickets in parts are counted as those of one file, and what is wrong with a part is named."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from answering import Answering, answering
from part_files import write
from parted import assert_identical
from ticket_parts import assert_same, count, ticket_records, write_parts, write_project
from ticketbench.core.errors import IncompleteError, InputError
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.edge.answers.open_batches import new_batch
from ticketbench.edge.asking.pacing import Budget
from ticketbench.edge.inputs.config import read_config
from ticketbench.edge.replay.every_ticket import replay
from ticketbench.flow.answers.recordings import export_recording
from ticketbench.flow.parts.engine import Where
from ticketbench.flow.parts.tickets.check import checked_tickets
from ticketbench.flow.run import run
from ticketbench.flow.steps.inputs import part_inputs, read_inputs
from ticketbench.flow.steps.settings import SEED
from ticketbench.flow.steps.sources.answers import answer_source
from ticketbench.measure.parts.pairs.joint import joint_statistics
from ticketbench.measure.parts.statistics import part_statistics
from ticketbench.measure.results import summarise_dataset

N = 60


@pytest.fixture
def server() -> Iterator[Answering]:
    with answering() as found:
        yield found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def in_parts(folder: Path, n: int, *, more: str = "", suffix: str = ".csv") -> Path:
    """The config of a project of N tickets in so many parts."""
    rows = ticket_records(N, groups=20)
    write_parts(folder / f"p{n}" / "tickets", rows, n, suffix=suffix)
    return write_project(folder, f"p{n}/tickets", more=more)


GROUPS = ", columns: {group: customer}"


@pytest.mark.parametrize("more", ["", GROUPS])
def test_any_parts_give_the_counts_of_one_table(folder: Path, server: Answering, more: str) -> None:
    write(folder / "whole.csv", ticket_records(N, groups=20))
    config = write_project(folder, "whole.csv", more=more)
    count(in_parts(folder, 1, more=more))
    found = [count(in_parts(folder, n, more=more), mode="replay") for n in (1, 2, 7)]
    for one in found[1:]:
        assert_same(one, found[0])

    inputs = read_inputs(config, search=False)
    groups = [ticket.group for ticket in inputs.dataset.tickets] if more else None
    with answer_source(inputs, mode="replay") as sources:
        sets = inputs.rubric_sets
        tables = [replay(inputs.dataset, one, sources.of(one)).table for one in sets]
    policy = inputs.config.policy
    slow = [part_statistics(table, policy, seed=SEED, groups=groups) for table in tables]
    assert_identical(found[2].sets, tuple(slow))
    joints = tuple(
        joint_statistics(*pair, policy, seed=SEED, groups=groups)
        for pair in combinations(tables, 2)
    )
    assert_identical(found[2].joints, joints)
    told = summarise_dataset(inputs.dataset, inputs.grouped_by)
    own = found[2].dataset
    assert (own.n, own.labels, own.n_groups) == (told.n, told.labels, told.n_groups)
    assert own.grouped_by == ("column customer" if more else "ticket")


@pytest.mark.parametrize("suffix", [".csv.gz", ".jsonl", ".parquet"])
def test_every_format_gives_the_same(folder: Path, server: Answering, suffix: str) -> None:
    expected = count(in_parts(folder, 2))
    rows = ticket_records(N, groups=20)
    write_parts(folder / "other", rows, 3, suffix=suffix)
    found = count(write_project(folder, "other/"), mode="replay")
    assert_identical(found.sets, expected.sets)
    assert_identical(found.joints, expected.joints)


def test_what_is_missing_is_asked_once_by_this_process(folder: Path, server: Answering) -> None:
    config = in_parts(folder, 3)
    first = count(config)
    texts = {one["text"] for one in ticket_records(N)}
    assert sorted(server.asked) == sorted([*texts, *texts])
    assert first.asked == len(server.asked)
    server.asked.clear()
    again = count(config)
    assert (server.asked, again.asked) == ([], 0)
    assert_same(again, first)


def test_several_processes_count_what_one_does(folder: Path, server: Answering) -> None:
    config = in_parts(folder, 3)
    count(config)
    found = count(config, mode="replay", where=Where("processes"))
    assert_same(found, count(config, mode="replay"))


def test_a_recording_gives_what_the_cache_gave_and_leaves_nothing_behind(
    folder: Path, server: Answering
) -> None:
    write(folder / "whole.csv", ticket_records(N, groups=20))
    whole = write_project(folder, "whole.csv")
    config = in_parts(folder, 2)
    expected = count(config)
    for n in (16, 1):
        export_recording(whole, folder / f"recording-{n}", n_parts=n)
        elsewhere = ("cache=elsewhere/a.sqlite", f"recording=recording-{n}")
        found = count(config, *elsewhere, mode="replay")
        assert_same(found, expected)
        assert {one.recorded for one in found.answers} == {found.answers[0].recorded}
        assert found.answers[0].cached == 0
    assert [path.name for path in (folder / "elsewhere").iterdir()] == [".gitignore"]


def test_missing_answers_are_refused_in_the_words_of_one_file(
    folder: Path, server: Answering
) -> None:
    rows = ticket_records(40)
    write(folder / "few" / "a.csv", rows[:38])
    count(write_project(folder, "few/"))
    write(folder / "all.csv", rows)
    with pytest.raises(IncompleteError) as one:
        run(write_project(folder, "all.csv"), mode="replay")
    write(folder / "p" / "a.csv", rows[:20])
    write(folder / "p" / "b.csv", rows[20:])
    config = write_project(folder, "p/")
    with pytest.raises(IncompleteError) as parts:
        count(config, mode="replay")
    assert [p.what for p in parts.value.problems] == [p.what for p in one.value.problems]
    assert "2 answers missing for rubric set 'v1'" in str(parts.value)
    found = count(config, mode="replay", allow_failures=4)
    assert [dict(one.failed) for one in found.sets] == [{"miss": 2}, {"miss": 2}]


def test_a_recording_of_other_rubrics_is_told_as_the_reason(
    folder: Path, server: Answering
) -> None:
    config = in_parts(folder, 2)
    write(folder / "whole.csv", ticket_records(N, groups=20))
    whole = write_project(folder, "whole.csv")
    count(config)
    export_recording(whole, folder / "recording", n_parts=16)
    text = (folder / "v1.yaml").read_text().replace("about money", "about gold")
    (folder / "v1.yaml").write_text(text)
    with pytest.raises(IncompleteError) as error:
        count(config, "cache=elsewhere/a.sqlite", "recording=recording", mode="replay")
    assert "the rubrics of 'billing', 'technical', 'account' are others" in str(error.value)
    with pytest.raises(IncompleteError) as error:
        count(config, mode="replay")
    assert "the rubric of 'billing' is another one than was answered" in str(error.value)


def test_refusals_and_failures_are_counted_by_kind(folder: Path, server: Answering) -> None:
    rows = ticket_records(20)
    rows[3]["text"] = "please refuse this"
    rows[12]["text"] = "please fail at this"
    write_parts(folder / "p", rows, 2)
    config = write_project(folder, "p/")
    found = count(config, allow_failures=4)
    assert [dict(one.failed) for one in found.sets] == [{"http": 1, "refused": 1}] * 2
    assert [one.n_scored for one in found.answers] == [18, 18]
    again = count(config, allow_failures=4)
    assert again.refused_before == 2
    assert_identical(again.sets, found.sets)


def test_a_limit_stops_the_asking_and_the_next_run_goes_on(folder: Path, server: Answering) -> None:
    config = in_parts(folder, 3)
    with pytest.raises(IncompleteError, match="--max-requests") as error:
        count(config, budget=Budget(30))
    assert "answers missing for rubric set 'v2'" in str(error.value)
    assert len(server.asked) == 30
    count(config)
    assert len(server.asked) == len({*server.asked}) * 2


def test_a_refresh_asks_everything_again(folder: Path, server: Answering) -> None:
    config = in_parts(folder, 2)
    first = count(config)
    n = len(server.asked)
    found = count(config, mode="refresh")
    assert len(server.asked) == 2 * n
    assert_identical(found.sets, first.sets)
    assert "TB302" not in [one.code for one in count(config).findings]


def test_nothing_is_asked_before_every_part_is_read(folder: Path, server: Answering) -> None:
    rows = ticket_records(30)
    write_parts(folder / "p", rows, 2)
    write(folder / "p" / "z.csv", [{**rows[0], "id": "x", "label": "nobody's"}])
    with pytest.raises(InputError, match="no rubric set has the label") as error:
        count(write_project(folder, "p/"))
    assert error.value.problems[0].where.endswith("z.csv:2")
    assert server.asked == []


def test_a_ticket_in_two_parts_is_refused_with_both(folder: Path, server: Answering) -> None:
    rows = ticket_records(30)
    write(folder / "p" / "a.csv", rows)
    write(folder / "p" / "b.csv", [{**rows[7], "text": "another text"}])
    with pytest.raises(InputError, match=r"'t7' stands in two parts, .*a\.csv and .*b\.csv"):
        count(write_project(folder, "p/"))
    assert server.asked == []


def test_other_columns_and_damaged_parts_are_named(folder: Path, server: Answering) -> None:
    config = in_parts(folder, 2)
    last = folder / "p2" / "tickets" / "z.csv"
    last.write_text("id,body,label\nx,y,billing\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"z\.csv has other columns than .*01\.csv: it lacks"):
        count(config)
    last.write_text('id,text,label,customer\nx,"y,billing,c\n', encoding="utf-8")
    with pytest.raises(InputError) as error:
        count(config)
    assert "z.csv" in error.value.problems[0].where
    assert server.asked == []


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_parts_without_rows_are_passed_over_and_noted(
    folder: Path, server: Answering, suffix: str
) -> None:
    more = ", where: {customer: [c1, c2, c3]}, labels: {billing: billing, tech: technical}"
    config = in_parts(folder, 2, more=more, suffix=suffix)
    expected = count(config)
    first = folder / "p2" / "tickets" / f"0{suffix}"
    write_without_rows(first)
    shutil.copy(first, first.with_name(f"z{suffix}"))
    found = count(config, mode="replay")
    assert_identical(found.sets, expected.sets)
    assert_identical(found.joints, expected.joints)
    assert (found.dataset, found.n_parts) == (expected.dataset, 4)
    assert found.intake == replace(
        expected.intake, done=(*expected.intake.done, "parts without rows passed over")
    )
    inputs = part_inputs(read_config(config))
    assert checked_tickets(inputs.parts, inputs.config.reading, None).n == expected.dataset.n


def write_without_rows(path: Path) -> None:
    """A part as Spark writes where no row is left for it."""
    if path.suffix == ".jsonl":
        path.touch()
        return
    write(path, ticket_records(1, groups=20))
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        pq.write_table(pq.read_table(path).slice(0, 0), path)
    else:
        path.write_text(path.read_text(encoding="utf-8").splitlines(keepends=True)[0])


def test_parts_none_of_which_has_rows_are_refused(folder: Path, server: Answering) -> None:
    path = folder / "p" / "a.csv"
    path.parent.mkdir()
    write_without_rows(path)
    with pytest.raises(InputError, match="there are no rows in p"):
        count(write_project(folder, "p/"))


def test_parts_without_ids_are_refused(folder: Path, server: Answering) -> None:
    write(folder / "p" / "a.csv", [{"text": "a text", "label": "billing"}])
    with pytest.raises(InputError, match="need a column of ids"):
        count(write_project(folder, "p/"))


def test_rows_are_chosen_and_labels_mapped_as_in_one_file(folder: Path, server: Answering) -> None:
    rows = ticket_records(60)
    for i, one in enumerate(rows):
        one["split"] = ("test", "train", "dev")[i % 3]
        if one["label"] == "billing":
            one["label"] = "money"
    more = ", where: {split: [test, dev]}, labels: {money: billing, mony: billing}"
    write(folder / "whole.csv", rows)
    whole = write_project(folder, "whole.csv", more=more)
    intake = read_inputs(whole, search=False).loaded.intake
    for n in (2, 7):
        write_parts(folder / f"p{n}" / "tickets", rows, n)
        found = count(write_project(folder, f"p{n}/tickets", more=more))
        assert found.intake == intake
        assert found.dataset.n == 40
    more = ", where: {split: nowhere}"
    with pytest.raises(InputError, match="no row has 'nowhere' in 'split'") as error:
        count(write_project(folder, "p2/tickets", more=more))
    assert error.value.problems[0].where.startswith(f"{folder / 'p2.yaml'}:3")


def test_what_fits_a_ticket_does_not_hang_on_the_tickets_beside_it(
    folder: Path, server: Answering
) -> None:
    rows = ticket_records(30)
    for i, one in enumerate(rows):
        one["all_labels"] = "billing|account" if i % 4 == 0 else ""
    found = []
    for n in (1, 7):
        write_parts(folder / f"p{n}" / "tickets", rows, n)
        config = write_project(folder, f"p{n}/tickets")
        (folder / "v2.yaml").write_text(
            "- {name: billing, rubric: a?}\n- {name: technical, rubric: b?}\n"
        )
        found.append(count(config))
    assert_identical(found[0].sets, found[1].sets)


def test_findings_are_those_of_any_parts(folder: Path, server: Answering) -> None:
    rows = ticket_records(80)
    rows[51]["text"] += " "
    for i, one in enumerate(rows[:30]):
        one["text"] = f"<p>Hello {i}</p><br>"
    found = []
    for n in (1, 7):
        write_parts(folder / f"p{n}" / "tickets", rows, n)
        found.append(count(write_project(folder, f"p{n}/tickets")).findings)
    assert found[0] == found[1]
    told = {one.code: one for one in found[0]}
    assert told["TB102"].evidence == "1 of 80 tickets, such as t51"
    assert told["TB115"].title == "30 of 80 texts hold HTML markup"
    assert "TB101" not in told


def test_the_models_that_answered_are_told_alike_for_any_parts(folder: Path) -> None:
    found = []
    for n in (1, 3):
        write_parts(folder / f"p{n}" / "tickets", ticket_records(30), n)
    config = write_project(folder, "p1/tickets")
    with answering("model-1"), pytest.raises(IncompleteError):
        count(config, budget=Budget(20))
    with answering("model-2") as server:
        count(config)
        found = [count(write_project(folder, f"p{n}/tickets"), mode="replay") for n in (1, 3)]
        assert server.model == "model-2"
    assert_same(found[0], found[1])
    assert found[0].in_numbers["models"]["v1"].keys() == {"model-1", "model-2"}
    assert "TB309" in [one.code for one in found[0].findings]


def test_an_open_batch_is_not_paid_twice(folder: Path, server: Answering) -> None:
    config = in_parts(folder, 2)
    with AnswerCache(folder / "answers.sqlite") as cache:
        cache.note_batch(new_batch("answering://server/v1/classify", ["a"]))
    with pytest.raises(InputError, match="wait for none"):
        count(config)
    assert server.asked == []


def test_keys_that_need_every_ticket_are_refused_at_their_place(folder: Path) -> None:
    config = in_parts(folder, 2)
    with config.open("a") as file:
        file.write("trained_baselines: true\nproduction_mix: {billing: 3}\n")
    with pytest.raises(InputError) as error:
        count(config)
    assert [one.where for one in error.value.problems] == [f"{config}:6:1", f"{config}:7:1"]


def test_a_damaged_cache_is_no_answer(folder: Path, server: Answering) -> None:
    config = in_parts(folder, 2)
    count(config)
    with sqlite3.connect(folder / "answers.sqlite") as connection:
        connection.execute("UPDATE responses SET value = 'x' WHERE rowid = 5")
    with pytest.raises(IncompleteError, match="damaged"):
        count(config, mode="replay")
    server.asked.clear()
    count(config)
    assert len(server.asked) == 1
