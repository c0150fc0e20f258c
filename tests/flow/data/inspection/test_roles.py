"""Which column is what in a look at any table: guesses, and signs of several people."""

from __future__ import annotations

from ticketbench.flow.data.inspection.roles import (
    annotator_column,
    columns_of_annotators,
    roles_of,
)

TEXTS = [f"please help me with order {i // 2}" for i in range(12)]
IDS = [f"t{i // 2}" for i in range(12)]
LABELS = [*"abcabcabcabc"]
PEOPLE = ["ann", "bob"] * 6


def columns(values: dict[str, list[str]], **given: str) -> dict[str, str]:
    guesses = roles_of(values, {role: (name,) for role, name in given.items()})
    return {guess.role: guess.column for guess in guesses}


def test_ids_and_texts_that_stand_twice_are_told_by_their_names() -> None:
    table = {"id": IDS, "text": TEXTS, "label": LABELS, "annotator": PEOPLE}
    assert columns(table) == {"id": "id", "text": "text", "label": "label"}
    others = {guess.role: guess.others for guess in roles_of(table, {})}
    assert others["label"] == ("annotator",)


def test_seventy_labels_are_told_by_the_name_of_their_column() -> None:
    n = 140
    table = {
        "id": [str(i) for i in range(n)],
        "text": [f"text number {i} of many" for i in range(n)],
        "label": [f"label {i % 70}" for i in range(n)],
    }
    assert columns(table)["label"] == "label"


def test_a_split_is_told_by_its_name_and_values() -> None:
    table = {"id": IDS, "text": TEXTS, "label": LABELS, "split": ["train", "test"] * 6}
    assert columns(table)["split"] == "split"
    assert "split" not in columns(table | {"split": ["train"] * 12})


def test_what_is_said_is_taken_and_no_other_column_for_it() -> None:
    table = {"id": IDS, "text": TEXTS, "subject": TEXTS[::-1], "label": LABELS}
    found = roles_of(table, {"text": ("subject", "text")})
    assert [one.column for one in found if one.role == "text"] == ["subject,text"]
    assert [one.reason for one in found if one.role == "text"] == ["as you said"]


def test_who_labelled_differs_in_each_row_of_a_ticket() -> None:
    roles = {"id": "id", "text": "text", "label": "label"}
    table = {"id": IDS, "text": TEXTS, "label": LABELS, "lang": ["en"] * 12, "who": PEOPLE}
    assert annotator_column(table, roles) == "who"
    named = table | {"zeit": ["am", "pm"] * 6, "rater": PEOPLE}
    assert annotator_column(named, roles) == "rater"


def test_where_no_id_stands_twice_nobody_is_named_but_by_name() -> None:
    roles = {"id": "id", "text": "text", "label": "label"}
    table = {"id": [f"t{i}" for i in range(12)], "text": TEXTS, "label": LABELS, "team": PEOPLE}
    assert annotator_column(table, roles) == ""
    assert annotator_column(table | {"annotator": PEOPLE}, roles) == "annotator"


def test_columns_called_alike_with_the_same_labels_are_those_of_several_people() -> None:
    roles = {"id": "id", "text": "text"}
    other = LABELS[1:] + LABELS[:1]
    table = {"id": IDS, "text": TEXTS, "rater_1": LABELS, "rater_2": other}
    assert columns_of_annotators(table, roles) == ("rater_1", "rater_2")
    assert columns_of_annotators({"labelA": LABELS, "labelB": other}, {}) == ("labelA", "labelB")


def test_columns_with_other_values_or_names_are_not() -> None:
    numbers = [*"123123123123"]
    assert columns_of_annotators({"rater_1": LABELS, "rater_2": numbers}, {}) == ()
    assert columns_of_annotators({"team": LABELS, "queue": LABELS}, {}) == ()
    assert columns_of_annotators({"label": LABELS, "label_2": ["", *LABELS[1:]]}, {}) == ()


def test_two_columns_of_names_that_mostly_agree_are_those_of_two_people() -> None:
    roles = {"id": "id", "text": "text", "label": "anna"}
    table = {"id": IDS, "text": TEXTS, "anna": LABELS, "ben": ["b", "", *LABELS[2:]]}
    assert columns_of_annotators(table, roles) == ("anna", "ben")
    assert columns_of_annotators(table | {"ben": LABELS[1:] + LABELS[:1]}, roles) == ()


def test_a_label_and_what_a_classifier_answers_are_not() -> None:
    answers = ["b", *LABELS[1:]]
    assert columns_of_annotators({"gold": LABELS, "prediction": answers}, {}) == ()
    assert columns_of_annotators({"anna": LABELS, "y_pred": answers}, {}) == ()
