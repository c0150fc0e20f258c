"""Tickets without labels are read by the columns of a config, or by the usual names."""

from __future__ import annotations

from pathlib import Path

import pytest

from ticketbench.core.errors import InputError
from ticketbench.edge.inputs.dataset import load_unlabelled
from ticketbench.edge.inputs.tickets.keys import Columns, DatasetKeys, Reading

AS_CONFIG = Reading(
    DatasetKeys(
        columns=Columns(id="Nr", text=["Subject", "Body"], label="Team", group="Who"),
        where={"split": "test"},
        labels={"Billing": "billing"},
    )
)


def written(folder: Path, text: str) -> Path:
    path = folder / "new.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_columns_are_those_of_the_config_where_the_table_has_them(tmp_path: Path) -> None:
    path = written(tmp_path, "Nr,Subject,Body,Who,Team\n7,hello,please help,c1,secret\n")
    (ticket,) = load_unlabelled(path, AS_CONFIG).dataset.tickets
    assert (ticket.id, ticket.text, ticket.group) == ("7", "hello\n\nplease help", "c1")
    assert (ticket.label, ticket.metadata, ticket.split) == ("__none__", (), None)


@pytest.mark.parametrize("head", ["id,text", "ticket_id,body", "ticket_id,message"])
def test_else_they_have_usual_names(tmp_path: Path, head: str) -> None:
    (ticket,) = load_unlabelled(written(tmp_path, f"{head}\nT1,hi\n"), AS_CONFIG).dataset.tickets
    assert (ticket.id, ticket.text, ticket.group) == ("T1", "hi", None)


def test_a_label_changes_nothing_not_even_the_fingerprint(tmp_path: Path) -> None:
    prints = {
        load_unlabelled(written(tmp_path, text), AS_CONFIG).dataset.fingerprint
        for text in (
            "id,text\nT1,hi\n",
            "id,text,label\nT1,hi,x\n",
            "id,text,Team\nT1,hi,Billing\n",
        )
    }
    assert len(prints) == 1


def test_a_table_without_texts_is_refused_with_its_place(tmp_path: Path) -> None:
    path = written(tmp_path, "id,label\nT1,x\n")
    with pytest.raises(InputError, match="there is no column 'text'") as caught:
        load_unlabelled(path, AS_CONFIG)
    assert caught.value.problems[0].where == f"{path}:1"


def test_empty_texts_and_ids_that_stand_twice_are_refused_as_in_a_dataset(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is empty"):
        load_unlabelled(written(tmp_path, "id,text\nT1,\n"), AS_CONFIG)
    with pytest.raises(InputError, match="stands twice"):
        load_unlabelled(written(tmp_path, "id,text\nT1,a\nT1,b\n"), AS_CONFIG)
