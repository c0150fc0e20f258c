"""OpenAI Decisions: `POST /v1/decisions`, questions and answers in lists."""

from __future__ import annotations

from collections.abc import Sequence

from ticketbench.core.classify import ContractViolation
from ticketbench.core.errors import InputError
from ticketbench.core.quotes import quoted
from ticketbench.core.shapes.contract import ASK, CHOICE, MODEL, TOLD, YESNO1, Asked, Shape
from ticketbench.core.shapes.json_text import (
    Told,
    answer_object,
    body,
    counted_together,
    named_together,
    of_each,
    shares,
)
from ticketbench.core.shapes.systemone import QUESTION, choice, refuse_refusal

TYPE_CHECKING = False  # of our own: `typing` takes longer to load than the rest of this file
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, ClassVar

    from ticketbench.core.shapes.contract import Option

_LEAST_LABELS = 2


class Decisions(Shape):
    """An input and a list of questions in, a list of answers in their order out."""

    scheme = "decisions"
    options: ClassVar[Mapping[str, Option]] = {"model": MODEL, "ask": ASK, "instructions": TOLD}

    def refuse_labels(self, labels: Sequence[tuple[str, str]]) -> None:
        """Raise InputError for one label alone, and for too many."""
        super().refuse_labels(labels)
        if len(labels) < _LEAST_LABELS and self.given["ask"] == CHOICE:
            what = "decisions takes two labels or more for ask=choice"
            raise InputError(what, help="ask=yesno takes one")

    def questions(self, asked: Asked) -> list[bytes]:
        """One choice, or a predicate a label, in one body or each in its own."""
        if self.given["ask"] == CHOICE:
            choices = [{"value": name, "description": rubric} for name, rubric in asked.labels]
            told = self.given["instructions"]
            head = {"type": "choice", "name": QUESTION, "instructions": told}
            return [self._body(asked, [{**head, "choices": choices}])]
        predicates: list[dict[str, object]] = [
            {"type": "predicate", "name": f"l{i}", "instructions": rubric}
            for i, (_, rubric) in enumerate(asked.labels)
        ]
        if self.given["ask"] == YESNO1:
            return [self._body(asked, [one]) for one in predicates]
        return [self._body(asked, predicates)]

    def translated(self, contents: Sequence[bytes], asked: Asked) -> bytes:
        """Probabilities of a choice as they are, of predicates as shares of their sum."""
        found = [answer_object(content) for content in contents]
        model = named_together([one.get("model") for one in found])
        usage = counted_together([one.get("usage") for one in found])
        if self.given["ask"] == CHOICE:
            answer = _answers(found[0], [QUESTION], kind="choice")[0]
            return choice(answer, _by_value(answer), Told(model, usage))
        names = [f"l{i}" for i in range(len(asked.labels))]
        if self.given["ask"] == YESNO1:
            pairs = zip(found, names, strict=True)
            answers = [_answers(one, [name], kind="predicate")[0] for one, name in pairs]
        else:
            answers = _answers(found[0], names, kind="predicate")
        p = of_each(asked.names, [answer.get("probability") for answer in answers])
        return shares(p, Told(model, usage), wire={"p": p})

    def _body(self, asked: Asked, questions: list[dict[str, object]]) -> bytes:
        return body({"model": self.given["model"], "input": asked.text, "questions": questions})


def _answers(found: dict[str, Any], names: Sequence[str], *, kind: str) -> list[dict[str, Any]]:
    """The answers to the questions `names`, one each in their order. Raises ContractViolation,
    Refused.
    """
    answers = found.get("answers")
    if not isinstance(answers, list):
        raise ContractViolation("the answer has no list 'answers'", passing=True)
    if len(answers) != len(names):
        raise ContractViolation(f"{len(answers)} answers to {len(names)} questions")
    read = []
    for name, one in zip(names, answers, strict=True):
        answer = refuse_refusal(one, named=quoted(name))
        if answer.get("type") != kind:
            raise ContractViolation(f"an answer is not of the type {kind!r} that was asked for")
        if answer.get("name") not in (name, None):
            raise ContractViolation(
                f"the answer to {quoted(name)} has the name of another question"
            )
        read.append(answer)
    return read


def _by_value(answer: dict[str, Any]) -> dict[str, Any]:
    """The probabilities of a choice by label, each once; a boolean is no label."""
    listing = answer.get("probabilities")
    if not isinstance(listing, list) or not all(isinstance(one, dict) for one in listing):
        raise ContractViolation("the answer has no list 'probabilities'")
    values = [one.get("value") for one in listing]
    if not all(isinstance(value, str) for value in values):
        raise ContractViolation("a value of 'probabilities' is no text")
    if len(set(values)) < len(values):
        raise ContractViolation("a value of 'probabilities' stands twice")
    return {str(one["value"]): one.get("probability") for one in listing}
