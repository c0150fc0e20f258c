"""Logs in a notebook."""

from __future__ import annotations

from pathlib import Path

import pytest

from decision_logs import written_project
from forked import ticketbench_in
from ticketbench.core.errors import InputError
from ticketbench.notebook.logs import logs


def test_frames_and_json_are_those_of_the_command(tmp_path: Path) -> None:
    written_project(tmp_path)
    log, policy = tmp_path / "decisions.jsonl", tmp_path / "policy.json"
    found = logs(log, against=policy, texts=tmp_path / "tickets.csv")
    asked = ("--against", str(policy), "--texts", str(tmp_path / "tickets.csv"), "--json")
    assert found.to_json() == ticketbench_in(tmp_path, "logs", str(log), *asked).stdout
    periods = found.to_frame("periods")
    assert periods["decisions"].tolist() == [450, 450, 450]
    assert periods["drift"].tolist() == [False, False, True]
    assert found.to_frame("labels")["decisions"].sum() == 1340
    assert found.to_frame("to_read")["text"].str.contains("[mail]", regex=False).all()
    assert repr(found).startswith("<ToldLogs: Look at this first: ")


def test_a_log_alone_has_no_columns_of_drift(tmp_path: Path) -> None:
    written_project(tmp_path)
    found = logs([tmp_path / "decisions.jsonl"])
    assert list(found.to_frame().columns)[:3] == ["period", "decisions", "failed"]
    assert "drift" not in found.to_frame().columns
    assert "1,350 decisions" in repr(found)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        logs(tmp_path / "nowhere.jsonl")
