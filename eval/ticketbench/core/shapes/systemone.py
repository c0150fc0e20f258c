"""System One: `POST /v1/systemone` and the same body under other paths, also in an envelope."""

from __future__ import annotations

from collections.abc import Sequence

from ticketbench.core.classify import ContractViolation, Refused, Unsuccessful
from ticketbench.core.quotes import listed, quoted
from ticketbench.core.shapes.contract import ASK, CHOICE, MODEL, TOLD, YESNO1, Asked, Shape
from ticketbench.core.shapes.json_text import (
    Told,
    answer_object,
    body,
    classified,
    counted_together,
    named_together,
    of_each,
    shares,
)

TYPE_CHECKING = False  # of our own: `typing` takes longer to load than the rest of this file
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, ClassVar

    from ticketbench.core.shapes.contract import Option

QUESTION = "label"
"""The name of the one question: nothing of a label can reach a server that reads names."""
OUT_OF_CAPACITY = 3040
"""What Cloudflare says where the same question is worth another try."""


class SystemOne(Shape):
    """A state and questions by name in, answers by name out."""

    scheme = "systemone"
    options: ClassVar[Mapping[str, Option]] = {"model": MODEL, "ask": ASK, "instructions": TOLD}

    def questions(self, asked: Asked) -> list[bytes]:
        """One choice, or a yes/no question a label, in one body or each in its own."""
        if self.given["ask"] == CHOICE:
            criteria = dict(asked.labels)
            told = self.given["instructions"]
            question = {"type": "choice", "instructions": told, "criteria": criteria}
            return [self._body(asked, {QUESTION: question})]
        yes_no = {
            f"l{i}": {"type": "noul", "instructions": rubric}
            for i, (_, rubric) in enumerate(asked.labels)
        }
        if self.given["ask"] == YESNO1:
            return [self._body(asked, {name: one}) for name, one in yes_no.items()]
        return [self._body(asked, yes_no)]

    def translated(self, contents: Sequence[bytes], asked: Asked) -> bytes:
        """Probabilities of a choice as they are, of yes/no questions as shares of their sum."""
        found = [_unwrapped(answer_object(content)) for content in contents]
        model = named_together([one.get("model") for one in found])
        usage = counted_together([one.get("usage") for one in found])
        if self.given["ask"] == CHOICE:
            answer = _answers(found[0], [QUESTION], kind="choice")[0]
            return choice(answer, answer.get("probabilities"), Told(model, usage))
        names = [f"l{i}" for i in range(len(asked.labels))]
        if self.given["ask"] == YESNO1:
            pairs = zip(found, names, strict=True)
            answers = [_answers(one, [name], kind="noul")[0] for one, name in pairs]
        else:
            answers = _answers(found[0], names, kind="noul")
        p = of_each(asked.names, [answer.get("noul") for answer in answers])
        return shares(p, Told(model, usage), wire={"p": p})

    def state(self, text: str) -> object:
        """What is judged."""
        return text

    def _body(self, asked: Asked, questions: dict[str, Any]) -> bytes:
        state = self.state(asked.text)
        return body({"model": self.given["model"], "state": state, "questions": questions})


def choice(answer: dict[str, Any], probabilities: object, told: Told) -> bytes:
    """A choice and its probabilities, in the shape of /classify. Raises ContractViolation."""
    if not isinstance(probabilities, dict):
        raise ContractViolation("the answer has no object 'probabilities'")
    chosen = answer.get("choice")
    if not isinstance(chosen, str) or chosen not in probabilities:
        raise ContractViolation("the choice is not one of the labels")
    return classified(probabilities, chosen, told)


def refuse_refusal(answer: object, *, named: str) -> dict[str, Any]:
    """The answer to one question, an object. Raises Refused where it says that it is none."""
    if not isinstance(answer, dict):
        raise ContractViolation(f"the answer to {named} is no JSON object")
    if answer.get("type") == "refusal" or answer.keys() == {"type"}:
        raise Refused
    return answer


def _unwrapped(found: dict[str, Any]) -> dict[str, Any]:
    """What is in Cloudflare's envelope. Raises Unsuccessful with the texts of its errors."""
    if "answers" in found or not ("result" in found or "success" in found):
        return found
    errors = found.get("errors")
    errors = [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    if found.get("success") is not True:
        texts = "; ".join(str(one.get("message")) for one in errors) or "without a reason"
        busy = any(one.get("code") == OUT_OF_CAPACITY for one in errors)
        raise Unsuccessful(f"the endpoint says success: false: {texts[:200]}", passing=busy)
    result = found.get("result")
    return result if isinstance(result, dict) else found


def _answers(found: dict[str, Any], names: Sequence[str], *, kind: str) -> list[dict[str, Any]]:
    """The answers to the questions `names`, exactly these. Raises ContractViolation, Refused."""
    answers = found.get("answers")
    if not isinstance(answers, dict):
        raise ContractViolation("the answer has no object 'answers'", passing=True)
    strange = [name for name in answers if name not in names]
    if strange:
        raise ContractViolation(f"answers to questions that were not asked: {listed(strange)}")
    if len(answers) < len(names):
        raise Refused  # LiteLLM drops the answer
    read = [refuse_refusal(answers[name], named=quoted(name)) for name in names]
    if any(one.get("type") != kind for one in read):
        raise ContractViolation(f"an answer is not of the type {kind!r} that was asked for")
    return read
