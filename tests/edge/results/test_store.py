"""Results to files and back: equal values, equal bytes, and folders that are never half written."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import math
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import cattrs
import numpy as np
import pytest

from tables import random_table, table
from ticketbench import __version__
from ticketbench.core.errors import InputError, MachineError
from ticketbench.core.rubrics import NONE_LABEL, Rubric, RubricSet
from ticketbench.core.types import Estimate, Failure, Finding, ScoreTable
from ticketbench.edge.files import atomic
from ticketbench.edge.files.atomic import write_file
from ticketbench.edge.results.store import (
    MANIFEST,
    envelope,
    load,
    report_files,
    reported_rubrics,
    write_folder,
)
from ticketbench.measure.compare import Comparison, compare
from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Evaluation, Settings
from ticketbench.measure.results import DatasetSummary, LabelCount, RunResults, run_results
from ticketbench.measure.sample.production_mix import production_mix

THREE = [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.3, 0.5]]


@dataclass(frozen=True)
class Small:
    name: str
    share: float
    maybe: float | None = None


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def saved(value: object, thing: str = "evaluation") -> Path:
    path = Path(f"{thing}.json")
    path.write_bytes(envelope(thing, value))
    return path


def run(tables: list[ScoreTable]) -> RunResults:
    sets = [
        RubricSet(t.provenance.rubric_set, (Rubric("a", "A?"), Rubric("b", "B?"))) for t in tables
    ]
    summary = DatasetSummary("data.csv", "d", 150, (LabelCount("l0", 150),))
    finding = Finding("TB101", "warning", "title", "evidence", "action")
    return run_results("support", summary, sets, tables, Settings(seed=7), [finding])


# Envelopes


def test_an_envelope_names_schema_tool_and_data() -> None:
    value = json.loads(envelope("score", Small("x", 0.5)))
    assert value == {
        "schema": "ticketbench/score@5",
        "tool": {"name": "ticketbench", "version": __version__},
        "data": {"name": "x", "share": 0.5, "maybe": None},
    }


def test_equal_values_give_equal_bytes() -> None:
    one, other = (evaluate(random_table(80, seed=2), Settings()) for _ in range(2))
    assert envelope("evaluation", one) == envelope("evaluation", other)


def test_nan_becomes_null() -> None:
    assert json.loads(envelope("x", Small("n", math.nan)))["data"]["share"] is None


def test_an_array_becomes_a_list() -> None:
    assert json.loads(envelope("x", {"a": np.array([1.5, 2.5]).tolist()}))["data"] == {
        "a": [1.5, 2.5]
    }


def test_an_envelope_ends_with_a_line_end() -> None:
    assert envelope("x", []).endswith(b"}\n")


def test_text_beyond_ascii_is_written_as_utf8() -> None:
    assert "caf\u00e9 \U0001f600".encode() in envelope("x", Small("caf\u00e9 \U0001f600", 1.0))


def test_the_name_of_a_file_that_is_no_text_is_written_all_the_same() -> None:
    content = envelope("score", {"file": ["a\udcff.csv"], "\udcff": math.nan})
    assert json.loads(content)["data"] == {"file": ["a?.csv"], "?": None}


def test_null_comes_back_as_nan_where_a_number_is_meant() -> None:
    assert math.isnan(load(saved(Small("n", math.nan)), Small).share)


def test_null_comes_back_as_none_where_a_number_may_be_absent() -> None:
    assert load(saved(Small("n", 1.0, None)), Small) == Small("n", 1.0, None)


def test_every_bit_of_a_number_survives() -> None:
    numbers = np.random.default_rng(0).random(500).tolist()
    assert load(saved(numbers), list[float]) == numbers


def test_an_undefined_estimate_is_loaded_equal() -> None:
    value = Estimate.undefined(3, "no tickets")
    assert load(saved(value), Estimate) == value


TABLES = {
    "random": random_table(150, seed=1),
    "groups": random_table(120, seed=2, n_groups=20),
    "two labels": random_table(60, k=2, seed=3),
    "failures": table(THREE, ["a", "b", "c"], failures=[Failure("x", "http", 503, "busy")]),
    "no tickets": table([], []),
    "failures only": table([], [], failures=[Failure("x", "miss")]),
    "all none": table(THREE, [NONE_LABEL] * 3),
    "one ticket": table(THREE[:1], ["a"]),
    "all wrong": table(THREE, ["b", "c", "a"]),
    "certain": table([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], ["a", "a"]),
    "other gold": table(THREE, ["a", "z", NONE_LABEL]),
    "wanted": table(THREE, ["a", "b", "c"], wanted=[["a", "b"], ["b"], ["c"]]),
}


@pytest.mark.parametrize("name", TABLES)
def test_an_evaluation_is_loaded_equal(name: str) -> None:
    value = evaluate(TABLES[name], Settings(seed=3))
    assert load(saved(value), Evaluation) == value


@pytest.mark.parametrize("name", TABLES)
def test_a_loaded_evaluation_is_saved_to_the_same_bytes(name: str) -> None:
    path = saved(evaluate(TABLES[name], Settings(seed=3)))
    assert envelope("evaluation", load(path, Evaluation)) == path.read_bytes()


def test_a_comparison_is_loaded_equal() -> None:
    one, other = random_table(150, seed=1), random_table(150, seed=1, sharpness=1.0)
    pair = (one, table(other.scores.tolist(), _gold(one), labels=one.labels, rubric_set="v2"))
    value = compare(*pair)
    assert load(saved(value), Comparison) == value


def test_a_comparison_of_nothing_is_loaded_equal() -> None:
    value = compare(table([], []), table([], [], rubric_set="v2"))
    assert load(saved(value), Comparison) == value


def test_run_results_are_loaded_equal() -> None:
    value = run([random_table(150, seed=1), random_table(150, seed=1, rubric_set="v2")])
    assert load(saved(value), RunResults) == value


def test_run_results_without_any_answer_are_loaded_equal() -> None:
    failed = [Failure("t0", "network")]
    value = run([table([], [], failures=failed), table([], [], failures=failed, rubric_set="v2")])
    assert load(saved(value), RunResults) == value


def _gold(of: ScoreTable) -> list[str]:
    return [of.gold_labels[i] for i in of.truth]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"[]",
        b"3",
        b"{}",
        b'{"data": null}',
        b'{"data": []}',
        b'{"data": {"name": "x"}}',
        b'{"schema": "ticketbench/x@1", "data": {"name": "x", "share": "high"}}',
        b'{"schema": "ticketbench/x@1", "data": {"name": "x", "share": 1%s}}' % (b"0" * 400),
        b'{"schema": "ticketbench/x@1", "data": "text"}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
    ids=[
        "empty",
        "no json",
        "list",
        "number",
        "object",
        "null",
        "list data",
        "missing field",
        "wrong type",
        "no float",
        "text data",
        "no utf8",
        "deep",
    ],
)
def test_a_file_that_is_no_saved_result_is_named(content: bytes) -> None:
    Path("x.json").write_bytes(content)
    with pytest.raises(InputError, match=r"x\.json is not a saved result"):
        load(Path("x.json"), Small)


@pytest.mark.parametrize(
    "schema", [None, "other/x@1", "ticketbench/x@2", 3], ids=["none", "foreign", "newer", "number"]
)
def test_a_file_of_another_schema_is_refused(schema: object) -> None:
    value = {"data": {"name": "x", "share": 1.0}} | ({} if schema is None else {"schema": schema})
    Path("x.json").write_text(json.dumps(value))
    with pytest.raises(InputError, match=r"x\.json"):
        load(Path("x.json"), Small)


def _places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of the JSON `value`; of a list the first two."""
    if at:
        yield at
    if isinstance(value, dict):
        inner: list[tuple[Any, Any]] = list(value.items())
    else:
        inner = list(enumerate(value[:2])) if isinstance(value, list) else []
    for key, one in inner:
        yield from _places(one, (*at, key))


def _with(value: Any, at: tuple[Any, ...], other: object) -> Any:
    copied = json.loads(json.dumps(value))
    inner = copied
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = other
    return copied


def test_a_mistake_anywhere_is_found_as_by_a_converter_that_tells_where_it_stands() -> None:
    telling = cattrs.Converter()
    telling.register_structure_hook(
        float, lambda value, _: math.nan if value is None else float(value)
    )
    results = run([random_table(60, seed=1), random_table(60, seed=1, rubric_set="v2")])
    whole = json.loads(envelope("run", results))["data"]
    places = list(_places(whole))
    others = (None, "nonsense", 7, [], ["x"], {}, {"x": 1})
    wrong = 0
    for n in range(0, len(places), 1 + len(places) // 80):
        value = _with(whole, places[n], others[n % len(others)])
        try:
            expected = telling.structure(value, RunResults)
        except cattrs.BaseValidationError:
            expected, wrong = None, wrong + 1
        Path("x.json").write_bytes(envelope("run", value))
        if expected is None:
            with pytest.raises(InputError, match=r"x\.json is not a saved result"):
                load(Path("x.json"), RunResults)
        else:
            assert load(Path("x.json"), RunResults) == expected
    assert wrong > 15


def test_a_missing_result_is_said_to_be_missing() -> None:
    with pytest.raises(InputError, match=r"no such file: nope\.json"):
        load(Path("nope.json"), Small)


# Folders

OLD = {"results.json": b"old", "figures/a.png": b"old picture"}
NEW = {"results.json": b"new", "index.html": b"<p>", "figures/deep/b.png": b"picture"}
OUT = Path("reports/support")


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in files
        if path.name != MANIFEST
    }


def siblings() -> list[str]:
    return sorted(path.name for path in OUT.parent.iterdir())


def no_space(self: object, *rest: object, **named: object) -> NoReturn:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_folder_is_made_with_its_parents() -> None:
    write_folder(OUT, NEW, {})
    assert contents(OUT) == NEW


def test_the_manifest_holds_the_digest_of_every_file() -> None:
    write_folder(OUT, NEW, {"command": "run"})
    manifest = json.loads((OUT / MANIFEST).read_bytes())
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in NEW.items()}
    assert manifest == {
        "schema": "ticketbench/manifest@1",
        "command": "run",
        "files": digests,
    }


def test_an_empty_folder_is_filled() -> None:
    OUT.mkdir(parents=True)
    write_folder(OUT, NEW, {})
    assert contents(OUT) == NEW


def test_an_older_report_is_replaced_as_a_whole() -> None:
    write_folder(OUT, OLD, {})
    write_folder(OUT, NEW, {})
    assert contents(OUT) == NEW


def test_no_temporary_folder_is_left_behind() -> None:
    write_folder(OUT, OLD, {})
    write_folder(OUT, NEW, {})
    assert siblings() == ["support"]


def test_the_current_folder_is_filled_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    OUT.mkdir(parents=True)
    folder = OUT.absolute()
    monkeypatch.chdir(folder)
    expected = NEW
    try:
        write_folder(Path("."), NEW, {})
    except InputError:
        expected = {}
    assert contents(folder) == expected


def test_files_of_the_users_own_are_carried_over() -> None:
    write_folder(OUT, OLD, {})
    (OUT / "notes").mkdir()
    (OUT / "notes/mine.txt").write_bytes(b"keep")
    write_folder(OUT, NEW, {})
    assert contents(OUT) == NEW | {"notes/mine.txt": b"keep"}


def test_files_of_the_users_own_are_carried_over_twice() -> None:
    write_folder(OUT, OLD, {})
    (OUT / "mine.txt").write_bytes(b"keep")
    write_folder(OUT, NEW, {})
    write_folder(OUT, OLD, {})
    assert contents(OUT) == OLD | {"mine.txt": b"keep"}


def test_a_link_of_the_users_own_is_carried_over() -> None:
    write_folder(OUT, OLD, {})
    Path("elsewhere").mkdir()
    (OUT / "link").symlink_to(Path("elsewhere").absolute())
    write_folder(OUT, NEW, {})
    assert (OUT / "link").is_symlink()


def test_what_a_link_of_the_users_own_points_to_is_left_alone() -> None:
    write_folder(OUT, OLD, {})
    Path("elsewhere").mkdir()
    Path("elsewhere/mine.txt").write_bytes(b"keep")
    (OUT / "link").symlink_to(Path("elsewhere").absolute())
    write_folder(OUT, NEW, {})
    assert Path("elsewhere/mine.txt").read_bytes() == b"keep"


def test_a_file_of_the_users_own_is_never_overwritten_silently() -> None:
    write_folder(OUT, OLD, {})
    (OUT / "index.html").write_bytes(b"mine")
    with contextlib.suppress(InputError):
        write_folder(OUT, NEW, {})
    kept = [content for content in contents(OUT).values() if content == b"mine"]
    assert kept == [b"mine"]


def test_a_folder_with_foreign_files_is_refused() -> None:
    OUT.mkdir(parents=True)
    (OUT / "thesis.txt").write_bytes(b"years of work")
    with pytest.raises(InputError, match="not a ticketbench report"):
        write_folder(OUT, NEW, {})
    assert contents(OUT) == {"thesis.txt": b"years of work"}


@pytest.mark.parametrize(
    "manifest",
    ["", "[]", "{}", '{"schema": "other@1", "files": {}}', '{"schema": "ticketbench/manifest@1"}'],
    ids=["empty", "list", "object", "foreign", "no files"],
)
def test_a_folder_with_a_foreign_manifest_is_refused(manifest: str) -> None:
    OUT.mkdir(parents=True)
    (OUT / MANIFEST).write_text(manifest)
    with pytest.raises(InputError, match="not a ticketbench report"):
        write_folder(OUT, NEW, {})
    assert (OUT / MANIFEST).read_text() == manifest


def test_a_link_to_a_folder_is_refused() -> None:
    Path("real").mkdir()
    OUT.parent.mkdir()
    OUT.symlink_to(Path("real").absolute())
    with pytest.raises(InputError, match=r"reports/support"):
        write_folder(OUT, NEW, {})
    assert (OUT.is_symlink(), list(Path("real").iterdir())) == (True, [])


def test_a_refused_link_is_called_a_link() -> None:
    Path("real").mkdir()
    OUT.parent.mkdir()
    OUT.symlink_to(Path("real").absolute())
    with pytest.raises(InputError, match="link"):
        write_folder(OUT, NEW, {})


def test_a_file_in_place_of_the_folder_is_refused() -> None:
    OUT.parent.mkdir()
    OUT.write_bytes(b"mine")
    with pytest.raises(InputError, match="is not a folder"):
        write_folder(OUT, NEW, {})
    assert OUT.read_bytes() == b"mine"


def test_a_file_in_place_of_the_parent_is_the_machines_error() -> None:
    OUT.parent.write_bytes(b"mine")
    with pytest.raises(MachineError, match="support"):
        write_folder(OUT, NEW, {})


def test_a_full_disk_leaves_the_old_report(monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(OUT, OLD, {})
    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(MachineError):
        write_folder(OUT, NEW, {})
    assert contents(OUT) == OLD


def test_a_full_disk_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(MachineError) as caught:
        write_folder(OUT, NEW, {})
    (problem,) = caught.value.problems
    assert "No space left" in problem.what
    assert "free some space" in problem.help


def test_a_full_disk_leaves_no_temporary_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(OUT, OLD, {})
    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(MachineError):
        write_folder(OUT, NEW, {})
    assert siblings() == ["support"]


@pytest.fixture
def two_renames(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a system that cannot exchange two folders in one step."""
    monkeypatch.setattr(atomic, "exchanged", lambda *_: False)


@pytest.mark.usefixtures("two_renames")
@pytest.mark.parametrize("step", ["mkdir", "rename"])
def test_a_full_disk_at_any_step_leaves_the_old_report(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_folder(OUT, OLD, {})
    monkeypatch.setattr(Path, step, no_space)
    with pytest.raises(MachineError):
        write_folder(OUT, NEW, {})
    assert (contents(OUT), siblings()) == (OLD, ["support"])


def test_a_full_disk_while_carrying_over_leaves_the_users_files(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_folder(OUT, OLD, {})
    (OUT / "mine.txt").write_bytes(b"keep")
    for name in ("copy", "copy2", "copyfile", "copytree", "move"):
        monkeypatch.setattr(shutil, name, no_space)
    with pytest.raises(MachineError):
        write_folder(OUT, NEW, {})
    assert contents(OUT) == OLD | {"mine.txt": b"keep"}


@pytest.mark.usefixtures("two_renames")
def test_a_report_is_replaced_without_an_exchange_too() -> None:
    write_folder(OUT, OLD, {})
    write_folder(OUT, NEW, {})
    assert (contents(OUT), siblings()) == (NEW, ["support"])


def test_folders_are_exchanged_in_one_step_here(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    assert atomic.exchanged(tmp_path / "a", tmp_path / "b")
    assert (os.listdir(tmp_path / "a"), os.listdir(tmp_path / "b")) == (["b"], ["a"])


def test_a_folder_is_not_exchanged_with_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    assert not atomic.exchanged(tmp_path / "a", tmp_path / "b")
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.usefixtures("two_renames")
def test_the_old_report_comes_back_when_the_new_one_cannot_take_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_folder(OUT, OLD, {})
    rename = Path.rename

    def second_fails(self: Path, target: Path) -> Path:
        if self.name.endswith(".new"):
            no_space(self)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", second_fails)
    with pytest.raises(MachineError):
        write_folder(OUT, NEW, {})
    assert (contents(OUT), siblings()) == (OLD, ["support"])


def test_an_interrupt_leaves_the_old_report_and_no_temporary_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_folder(OUT, OLD, {})

    def interrupted(descriptor: int) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_folder(OUT, NEW, {})
    assert (contents(OUT), siblings()) == (OLD, ["support"])


def test_the_same_report_has_the_same_bytes_manifest_included() -> None:
    write_folder(OUT, NEW, {"b": 1, "a": 2})
    first = (OUT / MANIFEST).read_bytes()
    write_folder(OUT, dict(reversed(NEW.items())), {"a": 2, "b": 1})
    assert (OUT / MANIFEST).read_bytes() == first


# Single files


def test_a_file_is_made_with_its_parents() -> None:
    write_file(Path("a/b/c.json"), b"x")
    assert Path("a/b/c.json").read_bytes() == b"x"


def test_a_file_is_replaced() -> None:
    write_file(Path("c.json"), b"old")
    write_file(Path("c.json"), b"new")
    assert Path("c.json").read_bytes() == b"new"


def test_a_full_disk_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_file(Path("c.json"), b"old")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", no_space)
        with pytest.raises(MachineError, match=r"c\.json"):
            write_file(Path("c.json"), b"new")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("c.json", b"old")]


def test_a_file_below_a_file_is_the_machines_error() -> None:
    Path("a").write_bytes(b"mine")
    with pytest.raises(MachineError, match="cannot write"):
        write_file(Path("a/c.json"), b"x")


@pytest.mark.parametrize("name", ["x" * 300, "é" * 150])
def test_a_name_that_no_folder_can_have_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="too long"):
        report_files(Path(name))


@pytest.mark.parametrize("out", ["link/out", "link/a/out", "./link/out"])
def test_a_folder_behind_a_link_is_refused(out: str) -> None:
    Path("elsewhere").mkdir()
    Path("link").symlink_to("elsewhere")
    with pytest.raises(InputError, match="lies behind the link"):
        report_files(Path(out))
    assert list(Path("elsewhere").iterdir()) == []


def test_an_estimated_mix_of_a_version_that_did_not_check_the_log_is_read() -> None:
    of = run([random_table(60)])
    old = json.loads(envelope("run", of))
    mix = production_mix(random_table(60), Settings().policy, {"l0": 1})
    entry = json.loads(envelope("mix", replace(mix, estimated_from=500)))["data"]
    del entry["fit_p"], entry["refused"]
    old["data"]["production"] = [{**entry, "self_check": 0.02}]
    path = Path("old.json")
    path.write_text(json.dumps(old))
    (found,) = load(path, RunResults).production
    assert found == replace(mix, estimated_from=500)
    assert math.isnan(found.fit_p)


def test_what_is_no_text_in_a_manifest_becomes_a_question_mark() -> None:
    write_folder(OUT, NEW, {"command": "ticketbench run caf\udce9.yaml"})
    manifest = json.loads((OUT / MANIFEST).read_bytes())
    assert manifest["command"] == "ticketbench run caf?.yaml"
    write_folder(OUT, NEW, {})


@pytest.mark.parametrize("text", ["[" * 200_000, "[]", "null", '{"schema": 1}', "\xff"])
def test_a_manifest_that_cannot_be_read_is_none_of_ours(text: str) -> None:
    write_folder(OUT, OLD, {})
    (OUT / MANIFEST).write_text(text, encoding="latin-1")
    with pytest.raises(InputError, match="are not a ticketbench report"):
        report_files(OUT)


UNREADABLE = [
    "", "[" * 200_000, "{}", '{"data": []}', '{"data": {"rubric_sets": 1}}',
    '{"data": {"rubric_sets": [{"rubrics": [{"label": "a", "text": "\\ud800"}]}]}}',
    '{"data": {"x": ' + "[" * 200_000,
]  # fmt: skip


@pytest.mark.parametrize("text", UNREADABLE)
def test_a_report_that_cannot_be_read_has_no_rubric_sets(text: str) -> None:
    Path("results.json").write_text(text)
    assert reported_rubrics(Path("results.json")) == []


def test_a_report_says_which_rubric_sets_were_measured() -> None:
    value = run([table(THREE, ["a", "b", "c"])])
    (found,) = reported_rubrics(saved(value, "run"))
    assert found.fingerprint == value.rubric_sets[0].fingerprint
    assert reported_rubrics(Path("nowhere.json")) == []
