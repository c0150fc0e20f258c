"""POST /v1/decisions: an input and a list of questions in, answers in the same order out."""

from __future__ import annotations

from typing import Any, assert_never

from ticketbench.edge.serving.shapes.body import (
    a_list,
    a_name,
    a_text,
    a_text_or,
    an_object,
    one_of,
    required,
    strict_object,
)
from ticketbench.edge.serving.shapes.model import Model, Option, Route
from ticketbench.edge.serving.shapes.problem import Malformed, as_error
from ticketbench.edge.serving.shapes.questions import (
    MOST_CHOICES,
    MOST_LEVELS,
    NO,
    YES,
    Choice,
    Levels,
    Question,
    YesNo,
    confidence,
    expectation,
    first_of_highest,
    unique,
    words_in,
    yes_no,
)

TYPES = ("choice", "predicate", "score")
MOST_QUESTIONS = 400
FEWEST_CHOICES = 2


def answer(model: Model, body: bytes) -> dict[str, Any]:
    """An answer to each question, in order; `model` is the engine's own name."""
    data = strict_object(body)
    name = a_name(required(data, "model"), "model")
    given = required(data, "input")
    text = a_text(a_list(given, "input") if not isinstance(given, str) else given, "input")
    asked = a_list(required(data, "questions"), "questions")
    if len(asked) > MOST_QUESTIONS:
        raise Malformed(f"at most {MOST_QUESTIONS} questions are possible", "questions")
    questions = [_question(one, "questions", i) for i, one in enumerate(asked)]
    model.refuse_another(name)
    model.refuse_too_much(text, [one.options for one in questions])
    answers = [
        _answer(one, raw, model.probabilities(text, one.options))
        for one, raw in zip(questions, asked, strict=True)
    ]
    usage = _usage(words_in(text, questions))
    return {"answers": answers, "model": model.engine.model, "usage": usage}


ROUTE = Route("POST", answer, as_error)


def _question(asked: Any, *where: str | int) -> Question:
    data = an_object(asked, *where)
    kind = one_of(required(data, "type", *where), TYPES, *where, "type")
    said = required(data, "instructions", *where)
    said = a_text(said if isinstance(said, list) else a_name(said, *where, "instructions"))
    if data.get("name") is not None:
        a_name(data["name"], *where, "name")
    if kind == "predicate":
        return yes_no(said, "")
    field, entry = ("choices", "value") if kind == "choice" else ("levels", "label")
    place = (*where, field)
    given = a_list(required(data, field, *where), *place)
    options = [_option(one, entry, *place, i) for i, one in enumerate(given)]
    if kind == "score":
        return Levels(unique(options, MOST_LEVELS, *place))
    if len(options) < FEWEST_CHOICES:
        raise Malformed(f"a choice needs {FEWEST_CHOICES} choices", *place)
    return Choice(unique(options, MOST_CHOICES, *place))


def _option(given: Any, entry: str, *where: str | int) -> Option:
    """A choice may be true or false as well, which is scored by that word."""
    data = an_object(given, *where)
    value = required(data, entry, *where)
    truth = entry == "value" and isinstance(value, bool)
    name = (YES if value else NO) if truth else a_name(value, *where, entry)
    description = data.get("description")
    if description is not None and not isinstance(description, str):
        raise Malformed("this must be a string", *where, "description")
    return name, a_text_or(description, name, *where, "description")


def _answer(question: Question, asked: Any, found: list[float]) -> dict[str, Any]:
    name = asked.get("name")
    match question:
        case YesNo():
            return {"type": "predicate", "name": name, "probability": found[0]}
        case Choice():
            values = [one["value"] for one in asked["choices"]]
            pairs = zip(values, found, strict=True)
            listing: list[Any] = [{"value": v, "probability": p} for v, p in pairs]
            told = {"type": "choice", "name": name, "choice": values[first_of_highest(found)]}
        case Levels(options):
            levels = enumerate(zip(options, found, strict=True))
            listing = [{"label": o[0], "probability": p, "value": i} for i, (o, p) in levels]
            told = {"type": "score", "name": name, "score": expectation(found)}
        case _:
            assert_never(question)
    return told | {"confidence": confidence(found), "probabilities": listing}


def _usage(n_words: int) -> dict[str, Any]:
    return {
        "input_tokens": n_words,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": 0,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": n_words,
    }
