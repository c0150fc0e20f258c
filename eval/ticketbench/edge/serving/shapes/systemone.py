"""POST /v1/systemone: a state and questions by name in, an answer to each of them out."""

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
from ticketbench.edge.serving.shapes.problem import Malformed, detailed
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

TYPES = ("choice", "noul", "score")


def answer(model: Model, body: bytes) -> dict[str, Any]:
    """An answer to each question, under its name; `model` is the engine's own name."""
    data = strict_object(body)
    return answer_about(model, data, a_text(required(data, "state"), "state"))


ROUTE = Route("POST", answer, detailed)


def answer_about(model: Model, data: dict[str, Any], text: str) -> dict[str, Any]:
    """What answers the questions in `data` about a text."""
    name = a_name(required(data, "model"), "model")
    asked = an_object(required(data, "questions"), "questions")
    questions = {key: _question(one, "questions", key) for key, one in asked.items()}
    model.refuse_another(name)
    model.refuse_too_much(text, [one.options for one in questions.values()])
    answers = {
        key: _answer(one, asked[key], model.probabilities(text, one.options))
        for key, one in questions.items()
    }
    usage = {"input_tokens": words_in(text, questions.values()), "output_tokens": 0}
    return {"model": model.engine.model, "answers": answers, "usage": usage}


def _question(asked: Any, *where: str | int) -> Question:
    if not where[-1]:
        raise Malformed("a question needs a name", *where)
    data = an_object(asked, *where)
    kind = one_of(required(data, "type", *where), TYPES, *where, "type")
    said = a_text_or(data.get("instructions"), "", *where, kind, "instructions")
    criteria, place = data.get("criteria"), (*where, kind, "criteria")
    if kind == "noul":
        return _yes_no(said, criteria, *place)
    if kind == "choice":
        options = [_option(name, one, *place) for name, one in an_object(criteria, *place).items()]
        return Choice(unique(options, MOST_CHOICES, *place))
    levels = [a_text(one, *place, i) for i, one in enumerate(a_list(criteria, *place))]
    return Levels(unique(((one, one) for one in levels), MOST_LEVELS, *place))


def _option(name: str, description: Any, *where: str | int) -> Option:
    return a_name(name, *where), a_text_or(description, name, *where, name)


def _yes_no(said: str, criteria: Any, *where: str | int) -> YesNo:
    given = {} if criteria is None else criteria
    if not isinstance(given, dict) or given.keys() - {YES, NO}:
        raise Malformed(f"this must be an object with '{YES}' and '{NO}', or one of them", *where)
    yes, no = (a_text_or(given.get(name), "", *where, name) for name in (YES, NO))
    return yes_no(yes or said, no)


def _answer(question: Question, asked: Any, found: list[float]) -> dict[str, Any]:
    match question:
        case YesNo():
            return {"type": "noul", "noul": found[0]}
        case Choice(options):
            by_name = {name: p for (name, _), p in zip(options, found, strict=True)}
            top, _ = options[first_of_highest(found)]
            told: dict[str, Any] = {"type": "choice", "choice": top, "probabilities": by_name}
        case Levels():
            legend = {str(i): level for i, level in enumerate(asked["criteria"])}
            by_level = {str(i): p for i, p in enumerate(found)}
            told = {"type": "score", "score": expectation(found), "legend": legend}
            told |= {"probabilities": by_level}
        case _:
            assert_never(question)
    return told | {"confidence": confidence(found)}
