"""What a config names is a file of the project, or an error at its place in the config."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ticketbench.core.errors import InputError, Problem
from ticketbench.flow.steps.inputs import read_inputs

EXTRA = {
    "recording": "recording: {}",
    "baseline": "baseline: {}",
    "production_log": "production_log: {}",
}


def refused(config: Path) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        read_inputs(config)
    return caught.value.problems


@pytest.mark.parametrize("key", EXTRA)
@pytest.mark.parametrize(
    ("name", "kind"),
    [("pipe", "a named pipe"), ("/dev/zero", "a device"), ("/dev/stdin", "standard input"),
     (".", "a folder")],
)  # fmt: skip
def test_what_is_no_file_is_named_at_its_line(
    project: Path, key: str, name: str, kind: str
) -> None:
    os.mkfifo("pipe")
    config = project / "eval.yaml"
    lines = config.read_text().splitlines()
    config.write_text("\n".join([*lines, EXTRA[key].format(name)]) + "\n")
    (found,) = refused(Path("eval.yaml"))
    of_parts = key == "recording" and kind == "a folder"
    assert ("no part of a recording" if of_parts else f"is {kind}, not a file") in found.what
    assert found.where.startswith(f"eval.yaml:{len(lines) + 1}:")


@pytest.mark.parametrize("name", ["tickets.csv", "v1.yaml"])
def test_a_pipe_as_a_needed_file_is_said_as_such(project: Path, name: str) -> None:
    (project / name).unlink()
    os.mkfifo(name)
    (found,) = refused(Path("eval.yaml"))
    assert "is a named pipe, not a file" in found.what
