"""Leaving out a label in a notebook."""

from __future__ import annotations

from pathlib import Path

from forked import ticketbench_in
from ticketbench.notebook.rubrics.ablate import ablate


def test_frames_and_json_are_those_of_the_command(answered: Path) -> None:
    found = ablate("eval.yaml", "v2")
    command = ("rubrics", "ablate", "eval.yaml", "--on", "v2", "--json")
    assert found.to_json() == ticketbench_in(answered, *command).stdout
    labels = found.to_frame()
    assert labels["label"].tolist() == ["billing", "technical", "account"]
    assert (labels["accuracy_without"] >= labels["accuracy_now"]).all()
    goes_to = found.to_frame("goes_to").groupby("label")["tickets"].sum()
    assert goes_to.to_dict() == {"account": 2, "billing": 2, "technical": 2}
    assert repr(found).startswith("<Ablated: v2 without one of its labels, 7 tickets")


def test_one_label_alone_can_be_asked_for(answered: Path) -> None:
    assert ablate("eval.yaml", "v2", ["account"]).to_frame()["label"].tolist() == ["account"]
