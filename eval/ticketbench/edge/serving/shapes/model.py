"""The engine that answers: under which names, and how much it takes of one request."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ticketbench.core.classify import MODEL_NAME
from ticketbench.core.errors import InputError
from ticketbench.core.quotes import quoted
from ticketbench.edge.engines import Engine
from ticketbench.edge.engines.rubric_words import phrases
from ticketbench.edge.serving.shapes.problem import NOT_FOUND, Malformed, Problem, Told

Option = tuple[str, str]
"""A name, and the text that is scored for it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most options of one question, characters of each text in it, and of one request the most
    questions, options of all of them, and phrases that these list: minilm reads each for itself.
    """

    labels: int
    characters: int
    questions: int
    options: int
    phrases: int


@dataclass(frozen=True, slots=True)
class Model:
    """One engine, also answering to the names in `aliases`; without `limits` there are none."""

    engine: Engine
    aliases: tuple[str, ...] = ()
    limits: Limits | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Its own name, which stands in every answer, and the aliases."""
        return (self.engine.model, *self.aliases)

    def refuse_another(self, name: str) -> None:
        """Raise Problem where `name` is none of ours."""
        if name not in self.names:
            known = ", ".join(self.names)
            raise Problem(NOT_FOUND, f"no model {quoted(name)}; known: {known}", "model")

    def refuse_too_much(self, text: str, questions: Sequence[Sequence[Option]]) -> None:
        """Raise Malformed where a text with these questions is more than one request may hold."""
        if self.limits is None:
            return
        if len(questions) > self.limits.questions:
            raise Malformed(f"more than {self.limits.questions} questions")
        if any(len(options) > self.limits.labels for options in questions):
            raise Malformed(f"more than {self.limits.labels} labels")
        if sum(map(len, questions)) > self.limits.options:
            raise Malformed(f"more than {self.limits.options:,} options in all questions together")
        n_phrases = sum(len(phrases(part)) for options in questions for _, part in options)
        if n_phrases > self.limits.phrases:
            raise Malformed(f"more than {self.limits.phrases:,} phrases in all options together")
        texts = (text, *(part for options in questions for pair in options for part in pair))
        if any(len(one) > self.limits.characters for one in texts):
            raise Malformed(f"a text of more than {self.limits.characters:,} characters")

    def probabilities(self, text: str, options: Sequence[Option]) -> list[float]:
        """One for each option, in their order."""
        scores = self.engine.classify(text, options)
        return [scores[name] for name, _ in options]


def refuse_bad_aliases(aliases: Sequence[str]) -> None:
    """Raise InputError where one of them can be no name of a model."""
    for alias in aliases:
        if re.match(MODEL_NAME, alias) is None:
            help_ = "write letters, digits, '.', '-', '_', ':', '/', '@' and '+', like jev-latest"
            raise InputError(f"{quoted(alias)} is no name of a model", where="--alias", help=help_)


@dataclass(frozen=True, slots=True)
class Route:
    """How one path is spoken: its method, what answers a body (JSON, or a whole Reply), and how it
    refuses.
    """

    method: str
    answer: Callable[[Model, bytes], object]
    refusal: Callable[[Problem], Told]
