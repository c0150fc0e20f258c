"""Whatever an endpoint does, a ticket ends in the fallback with a reason, and nothing is raised."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import pytest

from fault_server import BAD_ANSWERS, FaultServer, Step, closed_url, crowded_url, silent_url
from hostile_server import KINDS, HostileServer, Kind
from routed import Desk, router_at

BUDGET_S = 1.0
AMPLE_S = 60.0
"""Fifty threads on a busy machine may need seconds for an answer that came at once. That no
question outlasts its budget is measured without other work by benchmarks/router_faults.py."""

TOO_MUCH = b'{"padding": "' + b"x" * 1_000_000 + b'"}'
WAITS = ("", "0", "0.01", "1", "60", "soon", "-1", "Sun, 29 Nov 2099 12:00:00 GMT")
STEPS: Mapping[str, tuple[Step, str]] = {
    "silent": (Step(stall=True), "endpoint_timeout"),
    "late": (Step(delay_s=9), "endpoint_timeout"),
    "drip head": (Step(head_drip_s=0.1), "endpoint_timeout"),
    "drip body": (Step(drip_s=0.1), "endpoint_timeout"),
    "drip chunks": (Step(drip_s=0.1, framing="chunked"), "endpoint_timeout"),
    "drip until closed": (Step(drip_s=0.1, framing="close"), "endpoint_timeout"),
    "reset": (Step(reset=True), "endpoint_network"),
    "reset within": (Step(cut=5, reset=True), "endpoint_network"),
    "drop": (Step(drop=True), "endpoint_network"),
    "cut": (Step(cut=5), "endpoint_network"),
    "cut chunks": (Step(cut=5, framing="chunked"), "endpoint_network"),
    "cut until closed": (Step(cut=5, framing="close"), "endpoint_contract"),
    "page": (Step(body=b"<html>Sign in</html>", content_type="text/html"), "endpoint_contract"),
    "1 MB and 1": (Step(body=TOO_MUCH), "endpoint_contract"),
    "refusal": (Step(body=b'{"type": "refusal"}'), "refused"),
    "refusal in words": (Step(body=b'{"refusal": "I will not"}'), "refused"),
    "refusal by name": (Step(body=b'{"type": "refusal", "name": "x"}'), "refused"),
    **{
        f"status {status}": (Step(status=status), f"endpoint_http_{status}")
        for status in (301, 302, 307, 400, 401, 402, 403, 404, 413, 422, 500, 502, 503, 504, 529)
    },
    **{
        f"status 429 for {wait}": (
            Step(status=429, headers={"Retry-After": wait}),
            "endpoint_http_429",
        )
        for wait in WAITS
    },
    **{name: (Step(body=body), "endpoint_contract") for name, body in BAD_ANSWERS.items()},
}


def test_every_fault_ends_in_the_fallback_with_its_reason_fifty_at_a_time() -> None:
    desk, raised = Desk(), list[BaseException]()
    names, places = list(STEPS), threading.Semaphore(50)
    with FaultServer() as server:
        server.by_text({name: step for name, (step, _) in STEPS.items()})

        def ask(name: str) -> None:
            with places:
                try:
                    # One for each: five failures in a row would open the circuit of a shared one.
                    timed = STEPS[name][1] == "endpoint_timeout"
                    router = router_at(server.url, desk, budget_s=BUDGET_S if timed else AMPLE_S)
                    assert router.route(name) == "a person"
                except BaseException as error:  # noqa: BLE001 - none may be raised
                    raised.append(error)

        threads = [threading.Thread(target=ask, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert raised == []
    assert {text: one.reason for text, one in desk.fallen_back} == {
        name: reason for name, (_, reason) in STEPS.items()
    }
    assert {one.outcome for _, one in desk.fallen_back} == {"review"}
    timed_out = [one for _, one in desk.fallen_back if one.reason == "endpoint_timeout"]
    assert all(one.latency_ms >= BUDGET_S * 1000 - 50 for one in timed_out)
    assert max(one.latency_ms for one in timed_out) < (BUDGET_S + 4) * 1000
    assert max(one.latency_ms for _, one in desk.fallen_back) < AMPLE_S * 1000 / 2


def test_a_connection_that_does_not_come_about_falls_back() -> None:
    desk = Desk()
    with silent_url() as silent, crowded_url() as crowded:
        for url in (closed_url(), silent, crowded):
            router_at(url, desk, budget_s=0.3).route("a charge")
    reasons = [one.reason for _, one in desk.fallen_back]
    assert reasons == ["endpoint_network", "endpoint_timeout", "endpoint_timeout"]


REASONS = {
    "contract": ("endpoint_contract",),
    "network": ("endpoint_network", "endpoint_contract"),
    "timeout": ("endpoint_timeout",),
}


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.fails != "http"])
def test_a_hostile_server_gets_no_ticket_routed_wrongly(name: str) -> None:
    kind: Kind = KINDS[name]
    with HostileServer(lambda body: kind) as server:
        budget_s = 0.4 if kind.fails == "timeout" else AMPLE_S
        found = router_at(server.url, budget_s=budget_s).decide("a charge")
        truth = router_at(server.url, budget_s=AMPLE_S)
        server.calm_down()
        right = truth.decide("a charge")
    if found.scores is not None:
        assert found.scores == right.scores
    else:
        assert found.reason in REASONS[str(kind.fails)]
