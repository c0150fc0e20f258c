"""The batch API: its address, its limits, and the lines that go up and come down.

Client and server read and write them here alone. A line is one JSON object and ends with a line
feed; lines may come in any order and are told apart by their `custom_id`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ticketbench.core.classify import ContractViolation, answer_json
from ticketbench.core.quotes import clipped, quoted

TYPE_CHECKING = False  # of our own: `typing` takes longer to load than the rest of this file
if TYPE_CHECKING:
    from typing import Any

MOST_LINES = 10_000
MOST_BYTES = 50_000_000
"""Of one upload; our own limits, since no page names the service's."""
MOST_LINE_BYTES = 1_000_000
"""Of one line of the output: as much as a single answer may have."""
CONTENT_TYPE = "application/jsonl"
QUEUED, PROCESSING, COMPLETED, FAILED = "queued", "processing", "completed", "failed"
STATES = (QUEUED, PROCESSING, COMPLETED, FAILED)
NO_BATCHES = (
    "there is no batch API beside this URL: it has to end in /classify and begin with https"
)
NEITHER = "the line of this question holds neither an answer nor a failure"

BATCHES = "/v1/batches"
"""Where they go, below the place that /classify stands at."""

_CLASSIFY = "/classify"
_ITEM_URL = "/v1/chat/completions"
_ITEM_MODEL = "classify"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LINE_ENDS = "\x85\u2028\u2029"
_ID = r"[A-Za-z0-9_-][A-Za-z0-9._:-]{0,127}"
"""What may be put into a path: no slash, no sign that has to be escaped, not `..`."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a server says of a batch; `total` is None where it names no number of lines."""

    id: str
    state: str
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One line of an upload; `body` has the text and labels of a request to /classify, as JSON."""

    custom_id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Answered:
    """A line of the output with an answer, not checked yet: JSON in the shape of /classify."""

    custom_id: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ItemFailed:
    """A line of the output that says that this one question failed; `status` is 0 where the line
    names none.
    """

    custom_id: str
    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class Odd:
    """A line of the output that names its question and holds neither answer nor failure."""

    custom_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line of the output that belongs to no question: it was cut off, or is something else."""

    reason: str


OutputLine = Answered | ItemFailed | Odd | Unreadable


def batches_url(url: str) -> str | None:
    """Where batches go whose questions are asked at `url`, one by one: `/v1/batches` in the place
    of `/classify` at the end of its path, so `https://host/v1/batches` for `https://host/classify`.

    None for a URL that ends otherwise, for one of another shape, and for one that is no web
    address: there is no batch API beside these.
    """
    found = re.fullmatch(rf"(https?://[^?#]+){_CLASSIFY}", url, re.IGNORECASE)
    return f"{found[1]}{BATCHES}" if found else None


def batch_path(base: str, batch_id: str, *, output: bool = False) -> str:
    """The path or URL of one batch below `base`, or of its output."""
    return f"{base}/{batch_id}/output" if output else f"{base}/{batch_id}"


def is_id(text: object) -> bool:
    """Whether `text` may be the id of a batch: at most 128 letters, digits and `._:-`."""
    return isinstance(text, str) and re.fullmatch(_ID, text) is not None


def question_line(custom_id: str, body: bytes) -> bytes:
    """One line of an upload. `body` is a request to /classify, and stands in it byte for byte, but
    for what many programs take for the end of a line.
    """
    head = {"custom_id": custom_id, "method": "POST", "url": _ITEM_URL}
    start = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    line = b'%b,"body":{"model":"%b",%b}' % (start[:-1], _ITEM_MODEL.encode(), body[1:])
    return _one_line(line)


def question_of(line: Any) -> Question:
    """The question in the JSON of one line of an upload. Raises ContractViolation, which says what
    is wrong with it; text and labels are not checked.
    """
    said = _an_object(line, "the line")
    custom_id = said.get("custom_id")
    if not isinstance(custom_id, str) or not custom_id:
        raise ContractViolation("'custom_id' must be a string that is not empty")
    if said.get("method") != "POST" or said.get("url") != _ITEM_URL:
        raise ContractViolation(f"'method' must be POST and 'url' {_ITEM_URL}")
    body = dict(_an_object(said.get("body"), "'body'"))
    if body.pop("model", None) != _ITEM_MODEL:
        raise ContractViolation(f"'model' must be {_ITEM_MODEL}")
    return Question(custom_id, _json(body))


def batch_json(batch: Batch) -> bytes:
    """What a server says of a batch: after an upload, and when asked."""
    told = {"batch_id": batch.id, "status": batch.state, "total_count": batch.total}
    return _json({name: value for name, value in told.items() if value is not None})


def read_batch(content: bytes) -> Batch:
    """What a server says of a batch. Raises ContractViolation where it has no usable id, or a
    status that is none.
    """
    data = _an_object(answer_json(content), "the answer")
    batch_id, state, total = (data.get(k) for k in ("batch_id", "status", "total_count"))
    if not is_id(batch_id):
        raise ContractViolation("the answer names no batch_id that can be used")
    if state not in STATES:
        told = quoted(state) if isinstance(state, str) else "none"
        raise ContractViolation(f"the status of the batch is {told}, not {', '.join(STATES)}")
    counted = isinstance(total, int) and not isinstance(total, bool)
    return Batch(str(batch_id), str(state), total if counted else None)


def answer_line(custom_id: str, content: bytes) -> bytes:
    """One line of the output for an answer in the shape of /classify, which becomes a string."""
    choices = [{"message": {"content": content.decode("utf-8")}}]
    response = {"status_code": 200, "body": {"model": _ITEM_MODEL, "choices": choices}}
    return _one_line(_json({"custom_id": custom_id, "response": response, "error": None}))


def failure_line(custom_id: str, *, status: int, reason: str) -> bytes:
    """One line of the output for a question that failed."""
    told = {"response": {"status_code": status, "body": None}, "error": {"message": reason}}
    return _one_line(_json({"custom_id": custom_id, **told}))


def read_output(content: bytes) -> Iterator[OutputLine]:
    """Every line of an output, in the order it came; empty lines do not count.

    A last line that was cut off is Unreadable like any other that is none; a byte order mark before
    the first is left out.
    """
    for raw in content.removeprefix(_BYTE_ORDER_MARK).split(b"\n"):
        if raw.strip():
            yield read_output_line(raw)


def read_output_line(raw: bytes) -> OutputLine:
    """What one line of the output says; never raises."""
    if len(raw) > MOST_LINE_BYTES:
        return Unreadable("a line is longer than 1 MB")
    try:
        line = _an_object(answer_json(raw), "the line")
    except ContractViolation as error:
        return Unreadable(str(error))
    custom_id = line.get("custom_id")
    if not isinstance(custom_id, str) or not custom_id:
        return Unreadable("a line names no custom_id")
    if line.get("error") is not None:
        return ItemFailed(custom_id, _status(line), _reason(line["error"]))
    status = _status(line)
    if status != 200:
        return ItemFailed(custom_id, status, "") if status else Odd(custom_id, NEITHER)
    text = _content(line["response"])
    if text is None:
        return Odd(custom_id, NEITHER)
    return Answered(custom_id, text.encode("utf-8", "replace"))


def _one_line(text: bytes) -> bytes:
    """JSON as a line, however it is taken apart: `str.splitlines`, for one, ends a line at these
    signs, too, which JSON leaves as they are and which stand in strings alone.
    """
    for sign in _LINE_ENDS:
        text = text.replace(sign.encode("utf-8"), b"\\u%04x" % ord(sign))
    return text + b"\n"


def _status(line: dict[str, Any]) -> int:
    """The status of an item; 0 where there is none."""
    response = line.get("response")
    status = response.get("status_code") if isinstance(response, dict) else None
    if isinstance(status, int) and not isinstance(status, bool) and 100 <= status <= 599:
        return status
    return 0


def _content(response: dict[str, Any]) -> str | None:
    """The string that holds the answer; None where the response has another form."""
    try:
        (choice,) = response["body"]["choices"]
        content = choice["message"]["content"]
    except (TypeError, KeyError, ValueError):
        return None
    return content if isinstance(content, str) else None


def _reason(error: Any) -> str:
    """Why an item failed, in the server's words and short; empty where it gives none."""
    told = error.get("message") or error.get("code") if isinstance(error, dict) else error
    return clipped(told) if isinstance(told, str) else ""


def _an_object(data: Any, what: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise ContractViolation(f"{what} is no JSON object")
    return data


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
