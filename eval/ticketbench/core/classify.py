"""The /classify contract without server or cache: a question in bytes, and what a valid answer is.

The standard library alone: evaluation and router call it, so that both ask and read alike.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ticketbench.core.quotes import listed, quoted

TYPE_CHECKING = False  # of our own: `typing` takes longer to load than the rest of this file
if TYPE_CHECKING:
    from typing import Any

MOST_ANSWER_BYTES = 1_000_000
TOO_LARGE = "the answer is larger than 1 MB"
AGREEMENT = 1e-6
"""How far two numbers of one answer may lie apart and still be the same."""
MODEL_NAME = r"^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}\Z"
"""What may be kept of a model's name: no blank, so that no sentence of a ticket fits in."""


REFUSAL = "the endpoint refused to judge this text"
"""What is said of every refusal, however it came: one that was kept reads as it did when asked."""

MOST_COUNTED = 1_000_000_000_000
"""The largest count of tokens that is taken for one."""


class ContractViolation(Exception):
    """An answer that breaks the contract; the message says how.

    `passing` is set where the same question may well get a valid answer next time: an answer that
    was cut off, an error text, a page. A wrong number would only come again.
    """

    def __init__(self, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


class Refused(ContractViolation):
    """The endpoint says that it will not judge this text; asking again changes nothing."""

    def __init__(self) -> None:
        super().__init__(REFUSAL)


class Unsuccessful(ContractViolation):
    """An answer with status 200 that says itself that it failed, and why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A valid answer: the scores in the order of the labels asked for, and the top label.

    model      as the answer names it, where that is a name; two answers are equal without it
    truncated  the answer says that it judged a part of the text alone
    echo       the rubrics that it repeats, by label
    """

    scores: tuple[float, ...]
    top_label: str
    model: str | None = field(default=None, compare=False)
    truncated: bool = field(default=False, compare=False)
    echo: Mapping[str, str] = field(default_factory=dict, compare=False)


def question(text: str, labels: Iterable[tuple[str, str]]) -> bytes:
    """The JSON body of one question about `labels`, pairs of name and rubric, in fixed key and
    label order. Nothing else builds one.
    """
    asked = [{"name": name, "rubric": rubric} for name, rubric in labels]
    body = {"text": text, "labels": asked}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def parse_answer(content: bytes, labels: Sequence[str]) -> Answer:
    """The answer in `content`, checked against the labels that were asked for.

    Every label and no other; finite scores in [0, 1] whose sum is 1 within what the printed
    digits allow; a top label that is the arg max. Scores are kept as they are, never
    renormalised. Raises ContractViolation with the reason.
    """
    data = answer_json(content)
    scores = data.get("scores") if isinstance(data, dict) else None
    if not isinstance(scores, dict):
        if isinstance(data, dict) and (data.get("type") == "refusal" or data.get("refusal")):
            raise Refused
        raise ContractViolation("the answer has no object 'scores'", passing=True)
    missing = [label for label in labels if label not in scores]
    extra = [label for label in scores if label not in labels]
    if missing:
        raise ContractViolation(f"no score for {listed(missing)}")
    if extra:
        raise ContractViolation(f"scores for labels that were not asked for: {listed(extra)}")
    values = tuple(number_of(label, scores[label]) for label in labels)
    if abs(math.fsum(values) - 1) > AGREEMENT:
        check_sum(values, decimals=max(map(_decimals, scores.values())))
    top_label = data.get("top_label")
    if not isinstance(top_label, str) or top_label not in scores:
        raise ContractViolation("top_label is not one of the labels")
    if max(values) - scores[top_label] > AGREEMENT:
        raise ContractViolation(
            f"top_label is {quoted(top_label)}, but another label scores higher"
        )
    listing = data.get("labels")
    _check_listing(listing, scores)
    model, truncated = model_named(data.get("model")), _truncated(data.get("usage"))
    return Answer(values, top_label, model, truncated, _echo(listing or ()))


def other_rubrics(answer: Answer, labels: Iterable[tuple[str, str]]) -> str:
    """What is wrong when a valid answer echoes other rubrics than were asked; else empty.

    `labels` are pairs of name and rubric. Blanks do not count, and an answer without rubrics says
    nothing.
    """
    sent = dict(labels)
    for label, rubric in answer.echo.items():
        if rubric.split() != sent[label].split():
            return f"the server answered for another rubric of {quoted(label)} than was sent"
    return ""


def check_scores(scores: Mapping[str, float], top_label: str) -> None:
    """Raise ContractViolation when these numbers cannot be an answer: range, sum, top label."""
    values = list(scores.values())
    if not values or min(values) < 0 or max(values) > 1:
        raise ContractViolation("a score is not within [0, 1]")
    if abs(math.fsum(values) - 1) > AGREEMENT:
        check_sum(values, decimals=max(decimals_of(repr(value)) for value in values))
    if scores.get(top_label, -1.0) < max(values) - AGREEMENT:
        raise ContractViolation("top_label is not the label with the highest score")


def check_sum(scores: Sequence[float], *, decimals: int) -> None:
    """Raise ContractViolation when `scores`, printed with so many decimals, do not sum to 1."""
    total = math.fsum(scores)
    if abs(total - 1) > sum_tolerance(len(scores), decimals=decimals):
        raise ContractViolation(f"the scores sum to {total:.6g}, not to 1")


def sum_tolerance(n_scores: int, *, decimals: int) -> float:
    """How far K = `n_scores` may sum from 1, printed with so many decimals.

    max(1e-6, K · 0.5 · 10^-d), d = `decimals`, at least 2; and what sums of floats may be off by.
    """
    return max(1e-6, n_scores * 0.5 * 10.0 ** -max(2, decimals)) + 1e-12


def decimals_of(text: str) -> int:
    """Number of decimals in a printed number: 4 for "0.6000", 7 for "1e-7".

    0 where the exponent has 19 digits or more: as a float, such a number is 0 or infinite.
    """
    digits, _, exponent = text.lower().partition("e")
    if len(exponent.lstrip("+-")) > 18:
        return 0
    return max(0, len(digits.partition(".")[2]) - int(exponent or 0))


class _Printed(float):
    """A score that remembers how it was printed."""

    __slots__ = ("text",)
    text: str


def _printed(text: str) -> _Printed:
    number = _Printed(text)
    number.text = text
    return number


def as_printed(number: float) -> str:
    """A number of `answer_json` in the digits it came with, else the shortest that say the same."""
    return number.text if isinstance(number, _Printed) else repr(number)


def _decimals(score: float) -> int:
    return decimals_of(score.text) if isinstance(score, _Printed) else 0


def answer_json(content: bytes) -> Any:
    """The JSON of an answer, strictly: no key twice, no NaN. Raises ContractViolation."""
    if len(content) > MOST_ANSWER_BYTES:
        raise ContractViolation(TOO_LARGE)
    try:
        return _decode(content.decode("utf-8"))
    except RecursionError:
        raise ContractViolation("the answer is nested too deeply") from None
    except ValueError:
        raise ContractViolation("the answer is not valid UTF-8 JSON", passing=True) from None


def _unique(items: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(items)
    if len(result) < len(items):
        raise ContractViolation("the answer holds a key twice")
    return result


def _refuse(constant: str) -> Any:
    raise ContractViolation(f"the answer holds {constant}")


_decode = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_constant=_refuse,
    parse_float=_printed,
    # Python refuses to read longer ones, with an error like that of broken JSON.
    parse_int=lambda digits: int(digits) if len(digits) < 1000 else math.inf,
).decode


def number_of(label: str, value: Any) -> float:
    """`value` as the score of a label. Raises ContractViolation for what is none: another type, or
    not within [0, 1].
    """
    # bool is an int in Python, and a JSON `true` is no score.
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ContractViolation(f"the score of {quoted(label)} is not a number")
    if not 0 <= value <= 1:  # false for NaN, infinity and integers of any length
        raise ContractViolation(f"the score of {quoted(label)} is not within [0, 1]")
    return float(value) + 0.0  # -0.0 is 0.0


def model_named(name: Any) -> str | None:
    """The name of a model; None for anything else, which may be a sentence of a ticket."""
    return name if isinstance(name, str) and re.match(MODEL_NAME, name) else None


def usage_counts(usage: Any) -> dict[str, int]:
    """The counts of a `usage`, at most 16, whole, by plain names; true is 1, and what else stands
    there is left out: it may be a sentence of a ticket.
    """
    found: dict[str, int] = {}
    for name, count in usage.items() if isinstance(usage, dict) else ():
        plain = re.match(r"^[a-z][a-z0-9_]{0,39}\Z", name)
        if plain and isinstance(count, int | float) and 0 <= count <= MOST_COUNTED:
            found[name] = int(count)
    return dict(list(found.items())[:16])


def _truncated(usage: Any) -> bool:
    """Two ways in which gateways say so, as they came or counted by `usage_counts`."""
    counts = usage_counts(usage)
    return counts.get("truncated", 0) > 0 or counts.get("state_tokens_dropped", 0) > 0


def _check_listing(listing: Any, scores: dict[str, Any]) -> None:
    """The optional list `labels` of an answer must agree with `scores`."""
    if listing is None:
        return
    try:
        pairs = [(entry["label"], entry["score"]) for entry in listing]
        known = len(pairs) == len(scores) == len({label for label, _ in pairs} & set(scores))
    except (TypeError, KeyError):
        known = False
    if not known or any(abs(scores[x] - number_of(x, s)) > AGREEMENT for x, s in pairs):
        raise ContractViolation("the list 'labels' does not match 'scores'")


def _echo(listing: Any) -> dict[str, str]:
    rubrics = ((entry["label"], entry.get("rubric")) for entry in listing)
    return {label: rubric for label, rubric in rubrics if isinstance(rubric, str)}
