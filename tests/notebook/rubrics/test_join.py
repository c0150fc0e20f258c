"""Joining rubrics in a notebook."""

from __future__ import annotations

from pathlib import Path

import pytest

from forked import ticketbench_in
from ticketbench.core.errors import InputError
from ticketbench.notebook.rubrics.join import join, join_pairs

EVAL = Path("eval.yaml")


def test_pairs_have_the_frames_and_the_json_of_the_command(answered: Path) -> None:
    found = join_pairs(EVAL, "v2")
    command = ("rubrics", "join", "eval.yaml", "--on", "v2")
    assert found.to_json() == ticketbench_in(answered, *command, "--json").stdout
    pairs = found.to_frame()
    assert len(pairs) == 3
    assert (pairs["accuracy_n"] == 6).all()
    assert found.to_frame("steps").empty
    assert repr(found).startswith("<Joinable: v2 is right in ")


def test_two_labels_have_their_row_and_the_set_that_asks_for_both(answered: Path) -> None:
    found = join(EVAL, "v2", "account", "billing", name="people")
    command = ("rubrics", "join", "eval.yaml", "--on", "v2", "billing", "account")
    said = ticketbench_in(answered, *command, "--name", "people", "--json")
    assert found.to_json() == said.stdout
    assert found.to_frame()[["first", "second"]].to_numpy().tolist() == [["billing", "account"]]
    assert found.found.rubrics.labels == ("people", "technical")
    assert repr(found).startswith("<Joined: billing and account if joined: about ")


def test_a_label_that_is_not_there_is_an_error(answered: Path) -> None:
    with pytest.raises(InputError, match="v2 has no label 'acount'"):
        join(EVAL, "v2", "acount", "billing")
