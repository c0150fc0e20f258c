"""One question until it is answered or given up: what is tried again, and what stops the run."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Literal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ticketbench.core.classify import Answer, ContractViolation
from ticketbench.core.errors import EndpointError
from ticketbench.edge.asking.one_question import Breaker, Retry, ask_until_answered, asked_wait_s
from ticketbench.edge.asking.pacing import Pace, Slots, Stop, Unanswered
from ticketbench.edge.contract import ValidReply
from ticketbench.edge.endpoints import Reply, Unreached

QUICK = Retry(attempts=3, base_s=0.001, cap_s=0.01)
TRIED_AGAIN = [408, 425, 429, 500, 502, 503, 504]
GIVEN_UP = [201, 400, 404, 405, 410, 413, 415, 422, 501]
STOPS = [301, 302, 303, 307, 308, 401, 403]

Step = Reply | Exception


VALID = ValidReply(200, b"1", answer=Answer((1.0,), "a"))
UNREACHED = Unanswered("network", 0, "refused")


class Script:
    """Gives one step per call, the last one for ever, and counts the calls."""

    def __init__(self, *steps: Step) -> None:
        self._steps = list(steps)
        self.calls = 0

    def __call__(self) -> Reply:
        step = self._steps[min(self.calls, len(self._steps) - 1)]
        self.calls += 1
        if isinstance(step, Exception):
            raise step
        return step


TICKET = 'Grüße! Frau Weiß,\nthe column "Refunds" is gone since Monday 😀, says our boss.'


def asked(send: Callable[[], Reply], retry: Retry = QUICK) -> Reply:
    pace, slots = Pace(None), Slots(4)
    return ask_until_answered(send, text=TICKET, retry=retry, pace=pace, stop=Stop(), slots=slots)


def given_up(script: Script) -> Unanswered:
    with pytest.raises(Unanswered) as error:
        asked(script)
    return error.value


def test_an_answer_ends_the_asking() -> None:
    script = Script(VALID)
    assert (asked(script).body, script.calls) == (b"1", 1)


@pytest.mark.parametrize("status", TRIED_AGAIN)
def test_a_passing_trouble_is_tried_again(status: int) -> None:
    script = Script(Reply(status, b""), VALID)
    assert (asked(script).body, script.calls) == (b"1", 2)


@pytest.mark.parametrize("kind", ["network", "timeout"])
def test_a_lost_connection_is_tried_again(kind: Literal["network", "timeout"]) -> None:
    script = Script(Unreached(kind, "x"), VALID)
    assert (asked(script).body, script.calls) == (b"1", 2)


@pytest.mark.parametrize("status", TRIED_AGAIN)
def test_a_lasting_trouble_is_given_up_after_the_last_attempt(status: int) -> None:
    script = Script(Reply(status, b"busy"))
    error = given_up(script)
    assert (error.kind, error.status, script.calls) == ("http", status, 3)


@pytest.mark.parametrize("kind", ["network", "timeout"])
def test_a_lost_connection_is_given_up_after_the_last_attempt(
    kind: Literal["network", "timeout"],
) -> None:
    script = Script(Unreached(kind, "no answer in time"))
    error = given_up(script)
    assert (error.kind, error.status, script.calls) == (kind, 0, 3)


@pytest.mark.parametrize("status", GIVEN_UP)
def test_a_refused_question_is_given_up_at_once(status: int) -> None:
    script = Script(Reply(status, b"no"))
    error = given_up(script)
    assert (error.kind, error.status, script.calls) == ("http", status, 1)


def test_an_invalid_answer_is_given_up_at_once() -> None:
    script = Script(ContractViolation("no score for 'billing'"))
    error = given_up(script)
    assert (error.kind, error.detail, script.calls) == ("contract", "no score for 'billing'", 1)


def test_an_answer_that_may_come_right_is_tried_again() -> None:
    script = Script(ContractViolation("no JSON", passing=True), VALID)
    assert (asked(script).body, script.calls) == (b"1", 2)


def test_a_drip_is_tried_again_once() -> None:
    script = Script(Unreached("timeout", "too slow", attempts=2))
    assert (given_up(script).kind, script.calls) == ("timeout", 2)


def test_no_attempt_starts_after_the_deadline_of_a_question() -> None:
    script = Script(Reply(500, b""))
    with pytest.raises(Unanswered):
        asked(script, Retry(attempts=4, base_s=0.001, deadline_s=0))
    assert script.calls == 1


@pytest.mark.parametrize("status", STOPS)
def test_a_refused_key_or_a_redirect_stops_the_run(status: int) -> None:
    script = Script(Reply(status, b""))
    with pytest.raises(EndpointError, match=str(status)):
        asked(script)
    assert script.calls == 1


@pytest.mark.parametrize("status", [401, 403])
def test_the_servers_reason_for_refusing_the_key_is_shown(status: int) -> None:
    with pytest.raises(EndpointError) as stopped:
        asked(Script(Reply(status, b'{"detail": "quota used up"}')))
    assert "quota used up" in f"{stopped.value} {stopped.value.problems}"


LONG = "a sentence or two about plans, credit and where to read on, " * 5


@pytest.mark.parametrize(
    "body",
    [
        b'{"success":false,"errors":[{"code":3036,"message":"used up"}]}',
        b'{"error": {"message": "%b", "code": "insufficient_quota"}}' % LONG.encode(),
        b'{"error": {"type": "insufficient_quota", "message": "%b"}}' % LONG.encode(),
    ],
)
def test_a_quota_that_is_used_up_stops_the_run_after_the_usual_attempts(body: bytes) -> None:
    script = Script(Reply(429, body))
    with pytest.raises(EndpointError, match=r"the quota is used up .status 429"):
        asked(script)
    assert script.calls == 3


def test_a_quota_that_is_used_up_stops_the_run_where_there_is_no_time_left() -> None:
    script = Script(Reply(429, b'{"errors": [{"code": 3036}]}'))
    with pytest.raises(EndpointError, match="used up"):
        asked(script, Retry(attempts=4, base_s=0.001, deadline_s=0))
    assert script.calls == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [(429, b'{"detail": "3036 others wait"}'), (429, b'{"code": 30361}'), (503, b'{"code": 3036}')],
)
def test_a_server_that_is_asked_too_hard_has_quota_left(status: int, body: bytes) -> None:
    assert given_up(Script(Reply(status, body))).status == status


def test_a_failure_shows_status_and_text_of_the_server() -> None:
    assert given_up(Script(Reply(422, b"labels is empty"))).detail == "status 422: labels is empty"


def test_a_failure_shows_200_characters_at_most() -> None:
    assert given_up(Script(Reply(422, b"x" * 5000))).detail == "status 422: " + "x" * 200


def test_a_failure_shows_no_control_characters() -> None:
    shown = given_up(Script(Reply(422, b"\x1b[2J\x07\r\nred\xff"))).detail
    assert shown.isprintable()


@pytest.mark.parametrize("ascii_", [True, False])
@pytest.mark.parametrize("part", [TICKET, TICKET[:40], TICKET[8:]])
def test_a_failure_does_not_show_what_the_server_repeats_of_a_ticket(
    part: str, *, ascii_: bool
) -> None:
    body = json.dumps({"msg": "too long", "input": part, "limit": 9}, ensure_ascii=ascii_)
    detail = given_up(Script(Reply(422, body.encode("utf-8"), None))).detail
    assert detail == 'status 422: {"msg": "too long", "input": "[text]", "limit": 9}'
    with pytest.raises(EndpointError) as caught:
        asked(Script(Reply(403, body.encode("utf-8"), None)))
    assert "[text]" in str(caught.value)
    assert part[:20] not in str(caught.value)


def test_one_attempt_is_one_call() -> None:
    script = Script(Reply(500, b""))
    with pytest.raises(Unanswered):
        asked(script, Retry(attempts=1))
    assert script.calls == 1


# --- Retry-After


@pytest.mark.parametrize(("header", "seconds"), [("0", 0), ("1", 1), (" 7 ", 7), ("60", 60)])
def test_retry_after_in_seconds_is_read(header: str, seconds: float) -> None:
    assert asked_wait_s(header) == seconds


def in_seconds(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


def test_retry_after_as_a_date_is_read() -> None:
    # The header has whole seconds, and the test's own time passes.
    assert 0 < asked_wait_s(in_seconds(50)) <= 50


@pytest.mark.parametrize("header", ["-5", in_seconds(-3600), "Wed, 21 Oct 2015 07:28:00 GMT"],
                         ids=["negative", "an_hour_ago", "years_ago"])  # fmt: skip
def test_a_time_that_has_passed_is_no_wait(header: str) -> None:
    assert asked_wait_s(header) == 0


@pytest.mark.parametrize("header", ["61", "3600", in_seconds(86_400),
                                    "Wed, 21 Oct 2215 07:28:00 GMT"],
                         ids=["61", "3600", "tomorrow", "in_centuries"])  # fmt: skip
def test_a_wait_of_more_than_a_minute_stops_the_run(header: str) -> None:
    with pytest.raises(EndpointError, match="wait"):
        asked_wait_s(header)


GARBAGE = {
    "none": None,
    "empty": "",
    "word": "soon",
    "list": "1, 2",
    "nan": "nan",
    "infinity": "inf",
    "year_99999": "Wed, 21 Oct 99999 07:28:00 GMT",
    "day_40": "Wed, 40 Oct 2015 07:28:00 GMT",
    "zone": "Wed, 21 Oct 2015 07:28:00 +99999999999999999999",
    "half_date": "Wed, 21 Oct",
    "quoted": '"5"',
    "unit": "5s",
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_in_retry_after_is_ignored(name: str) -> None:
    assert asked_wait_s(GARBAGE[name]) == 0


@settings(deadline=None, database=None, derandomize=True, max_examples=200)
@example("Mon, 01 Jan 0001 00:00:00 +2359")
@example("Mon, 0 Jan 0 0:0 -3000000000000")
@example("Wed, 21 Oct 2015 07:28:00 +99999999999999999999")
@given(
    st.text(max_size=30)
    | st.from_regex(r"\AMon, [0-9]{1,3} Jan [0-9]{1,6} [0-9:]{1,10} [+-][0-9]{1,20}\Z")
)
def test_any_retry_after_is_a_wait_or_stops_the_run(header: str) -> None:
    try:
        assert 0 <= asked_wait_s(header) <= 60
    except EndpointError:
        return


@pytest.mark.parametrize("status", [429, 503])
def test_too_long_a_wait_stops_the_run_at_the_first_answer(status: int) -> None:
    script = Script(Reply(status, b"", "3600"))
    with pytest.raises(EndpointError, match="3600"):
        asked(script)
    assert script.calls == 1


@pytest.mark.parametrize("header", ["soon", "0", "-1", "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_a_429_is_asked_again_whatever_the_header_says(header: str) -> None:
    script = Script(Reply(429, b"", header), VALID)
    assert (asked(script).body, script.calls) == (b"1", 2)


# --- waiting, pace and breaker


@pytest.mark.parametrize("attempt", [0, 1, 5, 1000])
def test_a_wait_is_within_the_doubled_base_and_the_cap(attempt: int) -> None:
    retry = Retry(attempts=4, base_s=0.5, cap_s=20)
    waits = [retry.wait_s(attempt) for _ in range(200)]
    assert 0 <= min(waits) <= max(waits) <= min(20, 0.5 * 2 ** min(attempt, 10))


def test_waits_differ() -> None:
    assert len({Retry().wait_s(3) for _ in range(20)}) > 1


@pytest.mark.parametrize("count", [1, 9])
def test_nine_unreached_in_a_row_do_not_stop_the_run(count: int) -> None:
    breaker = Breaker("http://h/classify")
    for _ in range(count):
        breaker.record(UNREACHED, begun=breaker.begin())
    breaker.record(None, begun=breaker.begin())


def test_ten_unreached_in_a_row_stop_the_run() -> None:
    breaker = Breaker("http://h/classify")
    for _ in range(9):
        breaker.record(UNREACHED, begun=breaker.begin())
    with pytest.raises(EndpointError, match="10 questions in a row"):
        breaker.record(UNREACHED, begun=breaker.begin())


def test_a_reached_question_starts_the_count_again() -> None:
    breaker = Breaker("http://h/classify")
    for _ in range(4):
        for _ in range(9):
            breaker.record(UNREACHED, begun=breaker.begin())
        breaker.record(None, begun=breaker.begin())
    for _ in range(9):
        breaker.record(UNREACHED, begun=breaker.begin())
    with pytest.raises(EndpointError):
        breaker.record(UNREACHED, begun=breaker.begin())


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_status_that_speaks_of_the_question_does_not_count(status: int) -> None:
    breaker = Breaker("http://h/classify")
    for _ in range(30):
        breaker.record(Unanswered("http", status, "bad question"), begun=breaker.begin())


@pytest.mark.parametrize("status", [404, 405, 500])
def test_a_status_that_speaks_of_the_endpoint_counts(status: int) -> None:
    breaker, failure = Breaker("http://h/classify"), Unanswered("http", status, "no such path")
    for _ in range(9):
        breaker.record(failure, begun=breaker.begin())
    with pytest.raises(EndpointError, match="10 questions in a row"):
        breaker.record(failure, begun=breaker.begin())


@pytest.mark.parametrize("before", [0, 1, 2])
def test_a_page_before_three_questions_are_over_stops_the_run(before: int) -> None:
    breaker = Breaker("http://h/classify")
    for _ in range(before):
        breaker.record(None, begun=breaker.begin())
    with pytest.raises(EndpointError, match="portal"):
        breaker.page("text/html")


def test_a_page_later_on_stops_nothing() -> None:
    breaker = Breaker("http://h/classify")
    for _ in range(3):
        breaker.record(None, begun=breaker.begin())
    breaker.page("text/html")


def test_failures_that_were_overtaken_by_answers_are_not_in_a_row() -> None:
    breaker = Breaker("http://h/classify")
    begun = [breaker.begin() for _ in range(30)]
    for _ in range(200):
        breaker.record(None, begun=breaker.begin())
    for number in begun:
        breaker.record(UNREACHED, begun=number)


def test_a_server_that_goes_down_with_many_in_flight_stops_the_run() -> None:
    breaker = Breaker("http://h/classify")
    breaker.record(None, begun=0)
    begun = [0] * 8 + [breaker.begin()] * 9
    for number in begun:
        breaker.record(UNREACHED, begun=number)
    with pytest.raises(EndpointError, match="10 questions in a row"):
        breaker.record(UNREACHED, begun=breaker.begin())


def share_failed(failed: int, of: int) -> Breaker:
    """A breaker that has seen failures, spread out, among many questions."""
    breaker, every = Breaker("http://h/classify"), of // failed
    for i in range(of):
        breaker.record(UNREACHED if i % every == every - 1 else None, begun=breaker.begin())
    return breaker


def test_a_fifth_of_fifty_failed_goes_on() -> None:
    share_failed(10, 50)


def test_more_than_a_fifth_of_fifty_failed_stops_the_run() -> None:
    with pytest.raises(EndpointError, match="11 of 51 questions"):
        share_failed(10, 50).record(UNREACHED, begun=0)


def test_a_larger_share_of_fewer_than_fifty_goes_on() -> None:
    share_failed(16, 48)


def test_every_attempt_keeps_the_pace() -> None:
    turns: list[Any] = []

    class Counted(Pace):
        def wait_s(self) -> float:
            turns.append(None)
            return 0.0

    script = Script(Reply(500, b""), Reply(500, b""), VALID)
    ask_until_answered(
        script, text=TICKET, retry=QUICK, pace=Counted(None), stop=Stop(), slots=Slots(4)
    )
    assert len(turns) == 3


def test_nothing_is_asked_after_the_run_stopped() -> None:
    stop, script = Stop(), Script(VALID)
    stop.set()
    with pytest.raises(Unanswered) as error:
        ask_until_answered(
            script, text=TICKET, retry=QUICK, pace=Pace(None), stop=stop, slots=Slots(4)
        )
    assert (error.value.kind, script.calls) == ("not_run", 0)
