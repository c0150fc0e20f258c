"""What a batch API can do wrong, and what a run makes of each: rows 32 and 33 of the matrix."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

import pytest

import canary
from batch_server import Kind, Turn, by_line, id_of, of_line, said, with_content
from fault_project import N
from fault_server import LABELS, Step, gzip_bomb

EVERY = range(N)
PAGE = Step(body=b"<html>Sign in</html>", content_type="text/html")
ELSEWHERE = {"Location": "http://127.0.0.1:1/v1/batches"}


@dataclass(frozen=True, slots=True)
class Fault:
    """What a server does once, or for ever, and what it becomes.

    code    of the run: 0 all answered, 3 tickets failed, 4 it stopped
    failed  kinds of failure by number of the ticket
    says    what the error, or the failure of each such ticket, says
    asks    uploads that have arrived when a later run has all answers; 0 where that run stops too
    """

    kind: Kind
    name: str
    turns: Iterable[Turn]
    code: int = 0
    failed: Mapping[int, str] = field(default_factory=dict)
    says: str = ""
    asks: int = 1


def once(kind: Kind, name: str, turn: Turn, **more: Any) -> Fault:
    return Fault(kind, name, (turn,), **more)


def failing(numbers: Iterable[int], kind: str, says: str) -> dict[str, Any]:
    return {"code": 3, "failed": dict.fromkeys(numbers, kind), "says": says, "asks": 2}


REFUSED = [
    once("upload", "401", Step(401, b'{"detail": "no"}'), code=4, says="refused the key", asks=2),
    once("upload", "403", Step(403, b'{"detail": "no"}'), code=4, says="refused the key", asks=2),
    once("upload", "402", Step(402, b"no credit"), code=4, says="no credit", asks=2),
    once("upload", "404", Step(404, b"no route"), code=4, says="status 404.*no route", asks=2),
    once("upload", "413", Step(413, b"too large"), code=4, says="status 413.*too large", asks=2),
    once(
        "upload",
        "422",
        Step(422, b'{"detail": "line 3: bad"}'),
        code=4,
        says="status 422.*line 3: bad",
        asks=2,
    ),
    once("upload", "redirect", Step(307, b"", ELSEWHERE), code=4, says="redirects", asks=2),
    once(
        "upload",
        "long_wait",
        Step(429, b"", {"Retry-After": "99999999"}),
        code=4,
        says="asks to wait 99999999 s",
        asks=2,
    ),
]
"""The server has not taken the upload, and says so."""

NOT_TAKEN = [
    *(once("upload", f"{s}_then_fine", Step(s, b"later"), asks=2) for s in (429, 503, 529)),
    Fault("upload", "503_three_times", (Step(503, b""),) * 3, asks=4),
]

LOST = [
    *(once("upload", f"{s}", Step(s, b"oh")) for s in (408, 425, 500, 502, 504)),
    once("upload", "cut_after_it_was_read", Step(drop=True)),
    once("upload", "reset_after_it_was_read", Step(reset=True)),
    once("upload", "answer_cut", Step(body=b'{"batch_id"', cut=20)),
    once("upload", "no_answer", Step(stall=True)),
    once("upload", "slow_drip", Step(body=b" " * 200, drip_s=0.1)),
    once("upload", "page", PAGE),
    once("upload", "not_json", Step(body=b"queued")),
    once("upload", "no_id", said(batch_id=None)),
    once("upload", "id_is_a_path", said(batch_id="../models")),
    once("upload", "id_is_a_number", said(batch_id=7)),
    once("upload", "unknown_status", said(status="validating")),
    once("upload", "huge", said(padding="x" * 1_000_001)),
]
"""The server may have taken it, and has not said under which id."""

LATER: list[Turn] = [
    *(Step(status, b"later") for status in (408, 425, 429, 500, 502, 503, 504, 529)),
    Step(drop=True),
    Step(reset=True),
    Step(stall=True),
    Step(body=b'{"batch_id"', cut=20),
    Step(body=b'{"batch_id"', cut=1, framing="chunked"),
    Step(body=b" " * 200, drip_s=0.1),
    PAGE,
]
NAMES = [
    *("408", "425", "429", "500", "502", "503", "504", "529"),
    *("drop", "reset", "no_answer", "cut", "cut_in_a_chunk", "slow_drip", "page"),
]
WAITED = [
    *(once("state", name, turn) for name, turn in zip(NAMES, LATER, strict=True)),
    once("state", "not_json", Step(body=b"done")),
    once("state", "unknown_status", said(status="finalizing")),
    once("state", "no_status", said(status=None)),
    once("state", "status_in_capitals", said(status="COMPLETED")),
    once("state", "about_another_batch", said(batch_id="b9", status="completed")),
    *(once("output", name, turn) for name, turn in zip(NAMES, LATER, strict=True)),
    once("output", "409", Step(409, b'{"detail": "not yet"}')),
]
"""Asked again after a while; nothing is lost."""

STOPPED = [
    once(kind, name, step, code=4, says=says)
    for kind in ("state", "output")
    for name, step, says in (
        ("401", Step(401, b'{"detail": "no"}'), "refused the key"),
        ("403", Step(403, b'{"detail": "no"}'), "refused the key"),
        ("404", Step(404, b"gone"), "does not know batch b1"),
        ("410", Step(410, b"gone"), "does not know batch b1"),
        ("422", Step(422, b"what?"), "does not tell of batch b1.*what"),
        ("redirect", Step(307, b"", ELSEWHERE), "redirects"),
    )
] + [
    Fault("state", "never_in_words", repeat(said(status="validating")), code=4, says="validating"),
    Fault("output", "never_but_a_page", repeat(PAGE), code=4, says="page"),
    *(
        once("output", name, turn, code=4, says="holds none of these questions")
        for name, turn in (
            ("empty", Step(body=b"")),
            ("a_sentence", Step(body=b"all done\n")),
            ("one_array", lambda x: b"[" + x.strip().replace(b"\n", b",") + b"]"),
            ("utf_16", lambda right: right.decode().encode("utf-16")),
            (
                "of_another_batch",
                by_line(lambda x: [one.replace(id_of(one)[:9], b'"00000000') for one in x]),
            ),
        )
    ),
    once(
        "output",
        "of_other_rubrics",
        of_line(5, with_content(lambda answer: answer.update(labels=OTHER_RUBRICS))),
        code=4,
        says="another rubric of 'billing' than was sent",
    ),
]
"""The run stops; the batch stays open, and a later run takes it up."""

OTHER_RUBRICS = [
    {"label": "billing", "score": 0.4, "rubric": "Is it Tuesday?"},
    {"label": "technical", "score": 0.6, "rubric": "Is it technical, by v1?"},
]
LOST_LINE = "has no line for this question"
TWICE = "answered this question twice"


def renamed(custom_id: str) -> Callable[[bytes], bytes]:
    return of_line(5, lambda line: line.update(custom_id=custom_id))


def as_sixth(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    return by_line(lambda lines: [*lines[:5], change(lines[5]), *lines[6:]])


def erring(error: object) -> Callable[[bytes], bytes]:
    return of_line(5, lambda line: line.update(response=None, error=error))


def scored(**scores: object) -> Callable[[bytes], bytes]:
    return of_line(5, with_content(lambda answer: answer.update(scores=scores)))


def response(value: object) -> Callable[[bytes], bytes]:
    return of_line(5, lambda line: line.update(response=value))


def content(value: object) -> Callable[[bytes], bytes]:
    body = {"model": "classify", "choices": [{"message": {"content": value}}]}
    return response({"status_code": 200, "body": body})


NEITHER = failing([5], "contract", "holds neither an answer nor a failure")
UNREADABLE = failing([5], "contract", LOST_LINE)
OUTPUTS = [
    once("state", "failed", said(status="failed"),
         **failing(EVERY, "http", "the whole batch failed")),
    once("output", "half", lambda right: right[: len(right) // 2 + 40],
         **failing(range(6, N), "contract", LOST_LINE)),
    once("output", "first_half_missing", by_line(lambda lines: lines[6:]),
         **failing(range(6), "contract", LOST_LINE)),
    once("output", "huge", lambda right: right * 1000, **failing(EVERY, "contract", "larger than")),
    once("output", "packed_and_huge", gzip_bomb(), **failing(EVERY, "contract", "larger than")),
    once("output", "a_line_missing", by_line(lambda lines: lines[:5] + lines[6:]), **UNREADABLE),
    once("output", "a_line_that_is_none", as_sixth(lambda line: b"{oops}\n"), **UNREADABLE),
    once("output", "a_line_too_long", of_line(5, lambda line: line.update(more="x" * 1_000_001)),
         **UNREADABLE),
    once("output", "a_key_twice", as_sixth(lambda x: x.replace(b'"error"', b'"custom_id"')),
         **UNREADABLE),
    once("output", "doubled", by_line(lambda lines: [*lines, lines[5]]),
         **failing([5], "contract", TWICE)),
    once("output", "doubled_with_an_error",
         by_line(lambda x: [*x, b'{"custom_id":%b,"error":"no"}\n' % id_of(x[5])]),
         **failing([5], "contract", TWICE)),
    once("output", "unknown", renamed("0" * 32), **UNREADABLE),
    once("output", "id_with_more", as_sixth(lambda x: x.replace(id_of(x), id_of(x)[:-1] + b'0"')),
         **UNREADABLE),
    once("output", "id_a_number", of_line(5, lambda line: line.update(custom_id=5)), **UNREADABLE),
    once("output", "an_item_failed", erring({"message": "too hot"}),
         **failing([5], "http", "too hot")),
    once("output", "an_item_that_repeats_its_ticket",
         erring({"message": f"what is ticket 5 about {LABELS[1]}?"}),
         **failing([5], "http", r"^what is \[text\]\?$")),
    once("output", "an_item_of_500", response({"status_code": 500, "body": None}),
         **failing([5], "http", "status 500")),
    once("output", "an_item_of_200_with_an_error",
         of_line(5, lambda line: line.update(error="no tokens")),
         **failing([5], "http", "^no tokens$")),
    once("output", "no_response", response(None), **NEITHER),
    once("output", "no_choices", response({"status_code": 200, "body": {"choices": []}}),
         **NEITHER),
    once("output", "content_an_object", content({"scores": {"billing": 1, "technical": 0}}),
         **NEITHER),
    once("output", "content_no_json", content("billing"), **failing([5], "contract", "JSON")),
    once("output", "content_of_a_page", content("<html>Sign in</html>"),
         **failing([5], "contract", "JSON")),
    once("output", "content_a_refusal", content('{"type": "refusal"}'),
         **failing([5], "refused", "refused to judge")),
    once("output", "other_labels", scored(refund=0.5, access=0.5),
         **failing([5], "contract", "no score for")),
    once("output", "a_label_too_many", scored(billing=0.5, technical=0.4, access=0.1),
         **failing([5], "contract", "not asked for")),
    once("output", "wrong_sum", scored(billing=0.5, technical=0.4),
         **failing([5], "contract", "sum to 0.9")),
    once("output", "score_nan", scored(billing=float("nan"), technical=0.4),
         **failing([5], "contract", "NaN")),
]  # fmt: skip
"""Tickets fail, the others are kept, and a later run asks for those that failed alone."""

TOLD = [
    once("output", "a_line_of_nobody", by_line(lambda lines: [*lines, nobodys(lines[0])])),
    once("upload", "no_total_count", said(total_count=None)),
    once("state", "total_count_too_high", said(total_count=13)),
    once("output", "another_order", by_line(lambda lines: lines[::-1])),
    once("output", "blank_lines_and_returns", lambda right: right.replace(b"\n", b"\r\n\r\n")),
    once("output", "byte_order_mark", lambda right: b"\xef\xbb\xbf" + right),
    once("output", "no_last_line_feed", lambda right: right[:-1]),
]  # fmt: skip
"""Nothing is lost."""


def nobodys(line: bytes) -> bytes:
    return line.replace(id_of(line), b'"nobody"')


KEY = canary.KEY
ESCAPED = "".join(f"\\u{byte:04X}" for byte in KEY.encode())


def in_content(field: str, form: str) -> Callable[[bytes], bytes]:
    """An output whose sixth answer has the key in a field more, written in a form."""

    def changed(line: dict[str, Any]) -> None:
        message = line["response"]["body"]["choices"][0]["message"]
        message["content"] = message["content"][:-1] + f', "{field}": "{form}"}}'

    return of_line(5, changed)


ECHOES = [
    once("upload", "refusal", Step(422, KEY.encode(), {"X-Echo": KEY}), code=4),
    once("upload", "id", said(batch_id=KEY), code=4),
    once("upload", "status", said(status=KEY), code=4),
    once("upload", "no_json", Step(body=KEY.encode()), code=4),
    Fault("state", "status_for_ever", repeat(said(status=KEY)), code=4),
    once("state", "gone", Step(404, KEY.encode()), code=4),
    once("output", "custom_id", renamed(KEY), code=3),
    once("output", "item_error", erring({"message": KEY}), code=3),
    once("output", "item_error_code", erring({"code": KEY}), code=3),
    once("output", "label", scored(**{KEY: 1.0, "billing": 0.0, "technical": 0.0}), code=3),
    once("output", "model", in_content("model", KEY)),
    once("output", "model_in_capitals", in_content("model", KEY.upper())),
    once("output", "model_escaped", in_content("model", ESCAPED)),
    once("output", "reasoning", in_content("reasoning", KEY)),
    once("output", "reasoning_escaped", in_content("reasoning", ESCAPED)),
]

FAULTS = [*REFUSED, *NOT_TAKEN, *WAITED, *STOPPED, *OUTPUTS, *TOLD]
OFTEN = {
    *("upload-401", "upload-422", "upload-redirect", "upload-503_then_fine"),
    *("upload-500", "upload-cut_after_it_was_read", "upload-page", "upload-id_is_a_path"),
    *("state-503", "state-drop", "state-page", "state-unknown_status", "state-about_another_batch"),
    *("output-503", "output-cut", "output-slow_drip", "output-409"),
    *("state-404", "output-401", "state-never_in_words", "output-empty", "output-of_other_rubrics"),
    *("state-failed", "output-half", "output-huge", "output-a_line_missing", "output-doubled"),
    *("output-unknown", "output-an_item_failed", "output-content_an_object"),
    "output-an_item_that_repeats_its_ticket",
    *("output-content_no_json", "output-other_labels", "output-another_order"),
    *("upload-id", "output-item_error", "output-label", "output-model_escaped"),
}
"""One of each kind; the others belong to the whole grid."""


def shown(fault: object) -> str:
    return f"{fault.kind}-{fault.name}" if isinstance(fault, Fault) else str(fault)


def each(faults: list[Fault]) -> pytest.MarkDecorator:
    """A test of each of these faults."""
    rarely = pytest.mark.attack
    marked = [pytest.param(f, marks=() if shown(f) in OFTEN else rarely) for f in faults]
    return pytest.mark.parametrize("fault", marked, ids=[shown(f) for f in faults])
