"""What every shape of an endpoint says: its options, its questions, and how an answer is read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ticketbench.core.classify import parse_answer
from ticketbench.core.errors import InputError
from ticketbench.core.keys.value import AUTHORIZATION

TYPE_CHECKING = False  # of our own: `typing` takes longer to load than the rest of this file
if TYPE_CHECKING:
    from typing import ClassVar

VERSION = "1"
"""Of the translation, `via` in the URL of an answer: a mended one counts up, and asks again."""
INSTRUCTIONS = "Which label applies to this text?"
SAME_WITHIN = 1e-6
"""Scores that differ by no more are the same; endpoints print six decimals or fewer."""
CHOICE, YESNO, YESNO1 = "choice", "yesno", "yesno1"


@dataclass(frozen=True, slots=True)
class Option:
    """A parameter of the URL that the shape takes for itself, and no server sees.

    default   where the URL says nothing; None: it has to say it
    pattern   what it may be
    takes     the same for people
    unwritten whether the default is left out of the full URL
    """

    default: str | None
    pattern: str
    takes: str
    unwritten: bool = False


MODEL = Option(
    None, r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}", "the name of a model, such as jev-1.13.0"
)
ASK = Option(CHOICE, "choice|yesno|yesno1", "choice, yesno or yesno1")
TOLD = Option(INSTRUCTIONS, r"(?s).{1,2000}", "a sentence", unwritten=True)


@dataclass(frozen=True, slots=True)
class Asked:
    """A text and its labels, pairs of name and rubric in the order of the rubric set."""

    text: str
    labels: tuple[tuple[str, str], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The labels alone."""
        return tuple(name for name, _ in self.labels)


class Shape(ABC):
    """One way to ask for a choice and to read the answer; a class each, in a file of its own.

    scheme      what stands before +https:// in a URL
    header      where the key goes
    noise       the largest difference of a score, asked again, that is no change
    most_labels labels that a question can have
    options     what it takes from the URL
    """

    scheme: ClassVar[str]
    header: ClassVar[str] = AUTHORIZATION
    noise: ClassVar[float] = 0.02
    most_labels: ClassVar[int] = 255
    options: ClassVar[Mapping[str, Option]]

    def __init__(self, given: Mapping[str, str], path: str) -> None:
        self.given, self.path = given, path

    @property
    def model(self) -> str | None:
        """The model that is asked for, where the URL says so."""
        return self.given.get("model")

    def n_requests(self, n_labels: int) -> int:
        """Requests that one question takes."""
        return n_labels if self.given.get("ask") == YESNO1 else 1

    def refuse_labels(self, labels: Sequence[tuple[str, str]]) -> None:
        """Raise InputError for labels that cannot be asked about in this shape."""
        asks_choice = self.given.get("ask", CHOICE) == CHOICE
        if asks_choice and len(labels) > self.most_labels:
            what = f"{self.scheme} takes {self.most_labels} labels at most, this set has"
            help_ = "merge labels, or ask an endpoint of another shape"
            raise InputError(f"{what} {len(labels)}", help=help_)

    @abstractmethod
    def questions(self, asked: Asked) -> list[bytes]:
        """The bodies to send, one but for ask=yesno1."""

    def answer(self, contents: Sequence[bytes], asked: Asked) -> bytes:
        """The answers to `questions`, in their order, as one in the shape of /classify.

        Raises ContractViolation and its kin for anything but a valid answer, EndpointError where
        no question can get one.
        """
        content = self.translated(contents, asked)
        parse_answer(content, asked.names)
        return content

    @abstractmethod
    def translated(self, contents: Sequence[bytes], asked: Asked) -> bytes:
        """The same, its numbers not yet checked."""

    def asked_wait_s(self, content: bytes) -> float:
        """Seconds that the text of an error asks to wait."""
        return 0.0
