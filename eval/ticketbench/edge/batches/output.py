"""What the output of a batch says of each of its questions."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ticketbench.core.classify import ContractViolation, Refused
from ticketbench.core.shapes.batch import (
    Answered,
    ItemFailed,
    Odd,
    OutputLine,
    Unreadable,
    read_output,
)
from ticketbench.core.shapes.contract import Asked
from ticketbench.core.shapes.json_text import Told, answer_object, classified
from ticketbench.core.types import Failure
from ticketbench.edge.answers.guard import checked
from ticketbench.edge.contract import Reply
from ticketbench.edge.echo import without_text

_DOUBLED = "the batch answered this question twice"
_MISSING = "the output of the batch has no line for this question"


@dataclass(frozen=True, slots=True)
class Output:
    """Answers not checked yet, and failures, by custom id.

    own     the questions that have a line
    strays  lines that belong to no question that was asked
    """

    answers: dict[str, bytes]
    failures: dict[str, Failure]
    own: frozenset[str]
    strays: int


def output_of(
    content: bytes, custom_ids: Collection[str], *, answered: Iterable[str] = ()
) -> Output:
    """The lines of an output by the questions of its batch, each of which gets one of the two.

    A question with two lines fails, whatever they say, and so does one without any. Lines of
    questions that were `answered` before are left out: of a batch that is read in parts, or by its
    id, not every question is asked for.
    """
    answers, failures = dict[str, bytes](), dict[str, Failure]()
    lines, strays = _by_question(content, frozenset(custom_ids), frozenset(answered))
    for one in custom_ids:
        match lines.get(one, []):
            case []:
                failures[one] = Failure("", "contract", 0, _MISSING)
            case [Answered(_, answer)]:
                answers[one] = answer
            case [ItemFailed(_, status, reason)]:
                failures[one] = Failure("", "http", status, _said(status, reason))
            case [Odd(_, reason)]:
                failures[one] = Failure("", "contract", 200, reason)
            case _:
                failures[one] = Failure("", "contract", 200, _DOUBLED)
    return Output(answers, failures, frozenset(lines), strays)


def _by_question(
    content: bytes, asked: Collection[str], answered: Collection[str]
) -> tuple[dict[str, list[OutputLine]], int]:
    """The lines of each question, and how many belong to none."""
    lines, strays = dict[str, list[OutputLine]](), 0
    for line in read_output(content):
        if isinstance(line, Unreadable):
            strays += 1
        elif line.custom_id in asked:
            lines.setdefault(line.custom_id, []).append(line)
        else:
            strays += line.custom_id not in answered
    return lines, strays


def _said(status: int, reason: str) -> str:
    told = [f"status {status}"] * (status not in (0, 200)) + [reason] * bool(reason)
    return ": ".join(told) or "the batch says that this question failed"


def checked_answer(content: bytes, url: str, body: bytes) -> bytes | Failure:
    """The answer to a request as it is stored: scores, top label, model and usage; what else a
    server says may quote the ticket. A Failure where it breaks the contract.

    Raises EndpointError where the server answered for other rubrics.
    """
    try:
        said = answer_object(checked(Reply(200, content), url, body).body)
    except Refused as error:
        return Failure("", "refused", 200, str(error))
    except ContractViolation as error:
        shown = without_text(str(error), Asked.of(body).text)
        return Failure("", "contract", 200, shown)
    return classified(said["scores"], said["top_label"], Told(said.get("model"), said.get("usage")))
