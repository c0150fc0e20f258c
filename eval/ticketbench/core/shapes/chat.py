"""Chat completions: the probabilities of one token, where the options are letters."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from string import ascii_uppercase

from ticketbench.core.classify import ContractViolation, Refused
from ticketbench.core.errors import EndpointError
from ticketbench.core.shapes.contract import MODEL, TOLD, Asked, Option, Shape
from ticketbench.core.shapes.json_text import Told, answer_object, body, shares

TYPE_CHECKING = False  # of our own: `typing` takes longer to load than the rest of this file
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, ClassVar

MOST_UNSEEN = 0.01
"""Share of the answer that options outside the list may hold: more, and the scores are unknown."""


MOST_LISTED = 1.01
"""What tokens can have together: 1, and some for logprobs that were rounded."""
_LOWEST = -1e4
"""The probability of a lower logprob is 0, too; `exp` fails for integers that are long enough."""


class Chat(Shape):
    """A prompt with lettered options in, the logarithms of the likeliest tokens out."""

    scheme = "chat"
    noise = 0.05
    most_labels = len(ascii_uppercase)
    options: ClassVar[Mapping[str, Option]] = {
        "model": MODEL,
        "instructions": TOLD,
        "top": Option("20", "[2-9]|1[0-9]|20", "a number from 2 to 20"),
    }

    def questions(self, asked: Asked) -> list[bytes]:
        """One message that asks for one letter."""
        message = {"role": "user", "content": self._prompt(asked)}
        sent = {"model": self.given["model"], "messages": [message], "max_tokens": 1}
        more = {"temperature": 0, "logprobs": True, "top_logprobs": int(self.given["top"])}
        return [body(sent | more)]

    def translated(self, contents: Sequence[bytes], asked: Asked) -> bytes:
        """The options' shares of what they have together."""
        found = answer_object(contents[0])
        listed = _listed(_first_choice(found))
        by_letter = dict.fromkeys(ascii_uppercase[: len(asked.labels)], 0.0)
        seen = set()
        for token, p in listed:
            if token.strip() in by_letter:
                by_letter[token.strip()] += p
                seen.add(token.strip())
        missing = len(by_letter) - len(seen)
        if not seen:
            raise ContractViolation("none of the options is among the likeliest tokens")
        if missing:
            _refuse_unseen(missing, len(by_letter), listed, mass=math.fsum(by_letter.values()))
        p_of = dict(zip(asked.names, by_letter.values(), strict=True))
        return shares(p_of, Told(_model(found), found.get("usage")), wire={"missing": missing})

    def _prompt(self, asked: Asked) -> str:
        longest = max((len(run) for run in re.findall("`+", asked.text)), default=0)
        fence = "`" * max(3, longest + 1)  # no line of the ticket can close it
        pairs = zip(ascii_uppercase, asked.labels, strict=False)
        lines = (f"{x}) {' '.join(f'{name}: {rubric}'.split())}" for x, (name, rubric) in pairs)
        parts = (self.given["instructions"], *lines, "", "TEXT:", fence, asked.text, fence, "")
        return "\n".join((*parts, "Answer with one letter."))


def _first_choice(found: dict[str, Any]) -> dict[str, Any]:
    choices = found.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise ContractViolation("the answer has no list 'choices'", passing=True)
    first: dict[str, Any] = choices[0]
    message = first.get("message")
    refusal = message.get("refusal") if isinstance(message, dict) else None
    if refusal or first.get("finish_reason") == "content_filter":
        raise Refused
    return first


def _listed(choice: dict[str, Any]) -> list[tuple[str, float]]:
    """The likeliest first tokens with their probabilities. Raises EndpointError without any."""
    logprobs = choice.get("logprobs")
    if not isinstance(logprobs, dict):
        help_ = "reasoning models give none: name another model in the URL"
        raise EndpointError("this model gives no logprobs", help=help_)
    content = logprobs.get("content")
    first = content[0] if isinstance(content, list) and content else None
    top = first.get("top_logprobs") if isinstance(first, dict) else None
    if not isinstance(top, list) or len(top) < 2:
        raise ContractViolation("the answer lists no token but the one it chose")
    found = []
    for one in top:
        token = one.get("token") if isinstance(one, dict) else None
        logprob = one.get("logprob") if isinstance(one, dict) else None
        number = logprob if isinstance(logprob, int | float) else math.nan
        if not isinstance(token, str) or isinstance(logprob, bool) or not number <= 0:
            raise ContractViolation("a logprob is no number, or above 0")
        found.append((token, math.exp(max(number, _LOWEST))))
    total = math.fsum(p for _, p in found)
    if total > MOST_LISTED:
        raise ContractViolation(f"the likeliest tokens have {total:.3g} together, more than 1")
    return found


def _refuse_unseen(
    missing: int, n: int, listed: Sequence[tuple[str, float]], *, mass: float
) -> None:
    """Raise ContractViolation where options outside the list could hold more than a hundredth: each
    has at most as much as the last that is listed.
    """
    most = missing * min(p for _, p in listed)
    share = most / (mass + most) if mass + most > 0 else 1.0
    if share > MOST_UNSEEN:
        raise ContractViolation(
            f"{missing} of {n} options are not among the {len(listed)} most likely tokens "
            f"and could hold {share:.0%}".replace("%", " %")
        )


def _model(found: dict[str, Any]) -> object:
    """The model and, behind an @, the fingerprint of the system it ran on."""
    model, system = found.get("model"), found.get("system_fingerprint")
    return f"{model}@{system}" if isinstance(model, str) and isinstance(system, str) else model
