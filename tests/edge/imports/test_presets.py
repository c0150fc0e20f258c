"""What annotation tools write, form by form: what is an answer, and what is none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from annotated import EXPORTS
from ticketbench.core.errors import InputError
from ticketbench.edge.imports.looks import known_presets, named_preset
from ticketbench.edge.imports.preset import Asked, LeftOut, Raw
from ticketbench.edge.imports.raw import open_export
from ticketbench.edge.imports.record import Record

TEXT = "Where is my invoice?"


def read(name: str, values: dict[str, Any], **asked: Any) -> tuple[Record | None, dict[str, int]]:
    left_out = LeftOut()
    record = named_preset(name).read(Raw(1, values), Asked(**asked), left_out)
    return record, dict(left_out.counts)


def taken(name: str, values: dict[str, Any], **asked: Any) -> Record:
    record, _ = read(name, values, **asked)
    assert record is not None
    return record


def answers(record: Record) -> list[tuple[str, ...]]:
    return [(one.annotator, *one.labels) for one in record.answers]


def chosen(*labels: str, name: str = "team", **more: Any) -> dict[str, Any]:
    value = {"value": {"choices": [*labels]}, "from_name": name, "type": "choices"}
    return {"result": [value], "was_cancelled": False, **more}


def test_label_studio_takes_no_cancelled_annotation_and_no_prediction() -> None:
    task = {
        "id": 7,
        "data": {"id": "T-1", "text": TEXT, "url": "x"},
        "annotations": [
            chosen("billing", completed_by={"id": 3, "email": "a@example.com"}),
            chosen("general", was_cancelled=True, completed_by=4),
            {"result": [], "was_cancelled": False, "completed_by": 5},
        ],
        "predictions": [chosen("account")],
    }
    record, left_out = read("label-studio", task)
    assert record is not None
    assert (record.id, record.texts) == ("T-1", (TEXT,))
    assert answers(record) == [("3", "billing")]
    assert left_out == {"predictions of a model": 1, "cancelled annotations": 1}


def test_label_studio_asks_which_of_two_controls_and_of_two_texts() -> None:
    two = [*chosen("billing")["result"], *chosen("angry", name="mood")["result"]]
    task = {"id": 1, "data": {"text": TEXT}, "annotations": [{"result": two, "completed_by": 1}]}
    with pytest.raises(InputError, match="2 controls with choices: team, mood"):
        read("label-studio", task)
    assert answers(taken("label-studio", task, field="team")) == [("1", "billing")]
    other = {"id": 1, "data": {"title": "a", "note": "b"}, "annotations": [chosen("billing")]}
    with pytest.raises(InputError, match="2 fields may be the text: title, note"):
        read("label-studio", other)
    assert taken("label-studio", other, text_field="note").texts == ("b",)


def test_label_studio_has_several_labels_in_one_answer() -> None:
    task = {"id": 1, "data": {"text": TEXT}, "annotations": [chosen("a", "b", completed_by=2)]}
    assert answers(taken("label-studio", task)) == [("2", "a", "b")]
    short = {"id": 1, "text": TEXT, "team": {"choices": ["a", "b"]}, "annotator": 2}
    assert answers(taken("label-studio", short)) == [("2", "a", "b")]
    cell = {"id": "1", "text": TEXT, "team": '{"choices": ["a", "b"]}', "annotator": "2"}
    assert answers(taken("label-studio", cell)) == [("2", "a", "b")]


@pytest.mark.parametrize(
    "values",
    [
        {"id": 1, "text": TEXT, "label": ["a"], "Comments": []},
        {"id": 1, "text": TEXT, "labels": ["a"]},
        {"id": 1, "data": TEXT, "label": ["a"]},
        {"id": 1, "data": TEXT, "label": "a"},
    ],
)
def test_doccano_has_two_generations_of_keys(values: dict[str, Any]) -> None:
    record = taken("doccano", values)
    assert (record.id, record.texts, answers(record)) == ("1", (TEXT,), [("", "a")])


def test_prodigy_counts_what_was_rejected_and_ignored() -> None:
    task = {"text": TEXT, "_input_hash": -5, "accept": ["a"], "_session_id": "t-anna"}
    record = taken("prodigy", {**task, "answer": "accept"})
    assert (record.id, answers(record)) == ("-5", [("t-anna", "a")])
    for answer in ("reject", "ignore"):
        assert read("prodigy", {**task, "answer": answer}) == (None, {f"answers of `{answer}`": 1})
    binary = {"text": TEXT, "_input_hash": 1, "label": "a", "answer": "accept"}
    assert answers(taken("prodigy", binary)) == [("", "a")]
    nothing = {**task, "accept": [], "answer": "accept"}
    assert read("prodigy", nothing) == (None, {"answers without a label": 1})


def test_argilla_takes_submitted_responses_and_never_a_suggestion() -> None:
    nested = {
        "id": "r1",
        "fields": {"text": TEXT},
        "suggestions": {"team": {"value": "b"}},
        "responses": {
            "team": [
                {"value": "a", "user_id": "u1", "status": "submitted"},
                {"value": "b", "user_id": "u2", "status": "draft"},
                {"value": "b", "user_id": "u3", "status": "discarded"},
            ]
        },
    }
    record, left_out = read("argilla", nested)
    assert record is not None
    assert answers(record) == [("u1", "a")]
    assert sum(left_out.values()) == 2
    of_people = [{"user_id": "u1", "status": "submitted", "values": {"team": {"value": "a"}}}]
    of_people[0]["values"]["team"]["status"] = "submitted"  # type: ignore[index]
    assert len(taken("argilla", {**nested, "responses": of_people}).answers) == 1
    only = {"id": "r1", "text": TEXT, "team.suggestion": "b", "team.responses": None}
    assert read("argilla", only) == (None, {"records without a submitted response": 1})


def test_argilla_asks_which_of_two_questions() -> None:
    flat = {"id": "r1", "text": TEXT, "team.responses": ["a"], "mood.responses": ["b"]}
    with pytest.raises(InputError, match="2 questions: team, mood"):
        read("argilla", flat)
    assert answers(taken("argilla", flat, field="mood")) == [("", "b")]
    with pytest.raises(InputError, match="no question 'tema'"):
        read("argilla", flat, field="tema")


def test_hf_leaves_out_what_a_data_set_keeps_to_itself() -> None:
    assert taken("hf", {"text": TEXT, "label": "a", "split": "test"}).split == "test"
    assert taken("hf", {"utterance": TEXT, "intent": "a"}).texts == (TEXT,)
    assert read("hf", {"text": TEXT, "label": "-1"}) == (None, {"rows without a label": 1})
    # A label of the user's own that is called so stays one where the columns are named by hand.
    assert answers(taken("none", {"text": TEXT, "label": "-1"})) == [("", "-1")]


def test_any_table_has_its_columns_named() -> None:
    row = {"Key": "K1", "Subject": "Invoice", "Body": TEXT, "Team": "a", "Who": "u"}
    columns = {"id": ("Key",), "text": ("Subject", "Body"), "label": ("Team",), "group": ("Who",)}
    record = taken("none", row, columns=columns)
    assert (record.id, record.texts, record.group) == ("K1", ("Invoice", TEXT), "u")
    wide = {"id": "1", "text": TEXT, "anna": "a", "ben": "", "cleo": "b"}
    people = taken("none", wide, annotators=("anna", "ben", "cleo"))
    assert answers(people) == [("anna", "a"), ("cleo", "b")]


ODD: tuple[Any, ...] = (None, 5, 0.5, True, "text", "{}", [], [5], [None], {}, {"a": 1}, [[1]])


def damaged(value: Any, odd: Any) -> Iterator[Any]:
    """`value` with one of its parts replaced by `odd`, each part once; itself first."""
    yield odd
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from ({**value, key: one} for one in damaged(inner, odd))
            yield {k: v for k, v in value.items() if k != key}
    if isinstance(value, list):
        for i, inner in enumerate(value[:2]):
            yield from ([*value[:i], one, *value[i + 1 :]] for one in damaged(inner, odd))


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("label-studio.json", "label-studio"),
        ("label-studio-min.json", "label-studio"),
        ("doccano.jsonl", "doccano"),
        ("prodigy.jsonl", "prodigy"),
        ("argilla.json", "argilla"),
        ("argilla-two-annotators.jsonl", "argilla"),
        ("hf.jsonl", "hf"),
        ("hf.jsonl", "none"),
        ("zendesk.ndjson", "zendesk"),
        ("freshdesk.json", "freshdesk"),
        ("intercom.json", "intercom"),
        ("jira.json", "jira"),
    ],
)
def test_no_damaged_record_makes_a_preset_stumble(file: str, name: str) -> None:
    preset = named_preset(name)
    first = dict(next(open_export(EXPORTS / file, preset).records).values)
    options = {"label_tag": "team_*", "label_field": "team", "parts": "all"}
    own = {key: value for key, value in options.items() if key in preset.options}
    for asked in (Asked(), Asked(**own)):
        for values in (one for odd in ODD for one in damaged(first, odd) if isinstance(one, dict)):
            with suppress(InputError):
                record = preset.read(Raw(1, values), asked, LeftOut())
                if record is not None:
                    assert all(isinstance(text, str) for text in record.texts)
                    assert all(answer.labels for answer in record.answers)


def test_every_preset_has_a_record_that_is_damaged() -> None:
    (mark,) = test_no_damaged_record_makes_a_preset_stumble.pytestmark  # type: ignore[attr-defined]
    assert {name for _, name in mark.args[1]} == {one.name for one in known_presets()}


def test_doccano_takes_no_other_field_in_place_of_the_one_that_was_asked_for() -> None:
    document = {"id": 1, "text": TEXT, "label": ["billing"], "team": ["general"]}
    assert answers(taken("doccano", document, field="team")) == [("", "general")]
    assert read("doccano", document, field="taem") == (None, {"documents without a label": 1})
    assert taken("doccano", document, text_field="bdoy").texts == ("",)


def test_a_number_that_is_none_is_no_label() -> None:
    for nothing in (float("nan"), float("inf"), None, ""):
        assert read("none", {"id": 1, "text": TEXT, "label": nothing})[0] is None
    assert answers(taken("none", {"id": 1, "text": TEXT, "label": 1.0})) == [("", "1")]


@pytest.mark.parametrize("fitting", ["billing|account", ["account"], '["account", "billing"]'])
def test_all_labels_of_a_table_stay_with_the_label(fitting: object) -> None:
    row = {"id": 1, "text": TEXT, "label": "billing", "all_labels": fitting}
    assert answers(taken("none", row)) == [("", "billing", "account")]
    other = {"id": 1, "text": TEXT, "label": "billing", "Tags": fitting}
    assert answers(taken("none", other)) == [("", "billing")]
    named = taken("none", other, columns={"all_labels": ("Tags",)})
    assert answers(named) == [("", "billing", "account")]
    one_of_many = taken("none", {**row, "who": "ann"}, annotator="who")
    assert answers(one_of_many) == [("ann", "billing")]
