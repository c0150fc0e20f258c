"""Endpoints are asked at the same time, and what comes out is what asking in turn would give."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fault_server import FaultServer, Seen, Step
from ticketbench.core.errors import EndpointError, MachineError
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.core.types import Dataset, Ticket
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.edge.asking.one_question import Retry
from ticketbench.edge.asking.pacing import Budget
from ticketbench.edge.contract import request_body
from ticketbench.edge.endpoints import Connection, connect
from ticketbench.edge.endpoints.by_url import ByUrl
from ticketbench.edge.replay.every_ticket import Replayed, replay
from ticketbench.edge.replay.source import Source, Sources
from ticketbench.edge.replay.together import replay_each

pytestmark = pytest.mark.loopback

LABELS = ("billing", "technical")
N = 6
DATASET = Dataset("d", tuple(Ticket(f"t{i}", f"{LABELS[i % 2]} {i}", "billing") for i in range(N)))
SETS = tuple(
    RubricSet(f"{name}@{at}", tuple(Rubric(x, f"Is it {x}, by {name}?") for x in LABELS))
    for name in ("v1", "v2")
    for at in ("here", "there")
)


@pytest.fixture
def servers() -> Iterator[dict[str, FaultServer]]:
    with FaultServer() as here, FaultServer() as there:
        yield {"here": here, "there": there}


@pytest.fixture
def cache(tmp_path: Path, servers: dict[str, FaultServer]) -> Iterator[AnswerCache]:
    asked = ByUrl({s.url: connect(s.url, Connection()) for s in servers.values()})
    with AnswerCache(tmp_path / "answers.sqlite", asked) as opened:
        yield opened


def sources(cache: AnswerCache, servers: dict[str, FaultServer], **changes: object) -> Sources:
    whole = Budget()
    of = {
        name: Source(s.url, cache, {}, concurrency=2, retry=Retry(1), budget=Budget(within=whole))
        for name, s in servers.items()
    }
    by_set = {one.name: of[one.name.partition("@")[2]] for one in SETS}
    return Sources(cache, by_set).otherwise(**changes)


def same(one: Replayed, other: Replayed) -> bool:
    return (
        one.table.provenance == other.table.provenance
        and one.table.ids == other.table.ids
        and one.table.scores.tobytes() == other.table.scores.tobytes()
        and one.table.failures == other.table.failures
    )


class Meeting:
    """No server answers its first question before every server was asked one."""

    def __init__(self, *servers: FaultServer) -> None:
        self._all = threading.Barrier(len(servers))
        self._came: set[int] = set()
        for i, server in enumerate(servers):
            server.plan = lambda seen, i=i: self._plan(i)

    def _plan(self, i: int) -> Step:
        if i not in self._came:
            self._came.add(i)
            self._all.wait(20)
        return Step()


def test_every_endpoint_is_asked_while_the_others_are(
    cache: AnswerCache, servers: dict[str, FaultServer]
) -> None:
    Meeting(*servers.values())
    found = replay_each(DATASET, SETS, sources(cache, servers))
    assert [one.table.n_scored for one in found] == [N] * len(SETS)
    assert [one.table.provenance.rubric_set for one in found] == [one.name for one in SETS]


@pytest.mark.parametrize("slow", ["here", "there"])
def test_the_same_comes_out_as_one_after_the_other_whoever_is_slow(
    cache: AnswerCache, servers: dict[str, FaultServer], tmp_path: Path, slow: str
) -> None:
    bad = {"technical 3": Step(422, b"no")}
    servers[slow].plan = lambda seen: replace(bad.get(seen.text, Step()), delay_s=0.03)
    servers["there" if slow == "here" else "here"].by_text(bad)
    together = replay_each(DATASET, SETS, sources(cache, servers))
    asked = ByUrl({s.url: connect(s.url, Connection()) for s in servers.values()})
    with AnswerCache(tmp_path / "other.sqlite", asked) as other:
        in_turn = sources(other, servers)
        alone = [replay(DATASET, one, in_turn.of(one)) for one in SETS]
    assert all(same(a, b) for a, b in zip(together, alone, strict=True))


def test_the_sets_of_one_endpoint_stay_in_order(
    cache: AnswerCache, servers: dict[str, FaultServer]
) -> None:
    replay_each(DATASET, SETS, sources(cache, servers))
    for server in servers.values():
        by = ["by v2" in seen.body.decode() for seen in server.seen]
        assert by == sorted(by)


def test_an_endpoint_that_fails_leaves_the_answers_of_the_others(
    cache: AnswerCache, servers: dict[str, FaultServer]
) -> None:
    servers["here"].script(Step(401, b"no"))
    with pytest.raises(EndpointError, match="refused the key"):
        replay_each(DATASET, SETS, sources(cache, servers))
    assert len(cache.stored_keys()) == 2 * N
    assert len(servers["here"].seen) <= 2
    assert len(servers["there"].seen) == 2 * N


@pytest.mark.parametrize("late", ["here", "there"])
def test_of_two_that_fail_the_error_of_the_first_set_is_raised(
    cache: AnswerCache, servers: dict[str, FaultServer], late: str
) -> None:
    for name, status in (("here", 401), ("there", 402)):
        servers[name].script(Step(status, b"no", delay_s=0.2 if name == late else 0))
    with pytest.raises(EndpointError, match="refused the key"):
        replay_each(DATASET, SETS, sources(cache, servers))


def test_another_error_stops_them_all(cache: AnswerCache, servers: dict[str, FaultServer]) -> None:
    here, there = servers.values()
    asked, gone = threading.Event(), threading.Event()
    cache.ask(here.url, request_body("first", SETS[0]))

    def once_asked_elsewhere(seen: Seen) -> Step:
        assert asked.wait(20)
        cache.path.unlink(missing_ok=True)
        gone.set()
        return Step()

    def once_the_file_is_gone(seen: Seen) -> Step:
        asked.set()
        assert gone.wait(20)
        return Step()

    here.plan, there.plan = once_asked_elsewhere, once_the_file_is_gone
    with pytest.raises(MachineError, match="moved or deleted"):
        replay_each(DATASET, SETS, sources(cache, servers))
    assert len(there.seen) < 2 * N


def test_strict_replay_gives_the_same_and_sends_nothing(
    cache: AnswerCache, servers: dict[str, FaultServer]
) -> None:
    first = replay_each(DATASET, SETS, sources(cache, servers))
    n = [len(server.seen) for server in servers.values()]
    again = replay_each(DATASET, SETS, sources(cache, servers, mode="replay"))
    assert all(same(a, b) for a, b in zip(first, again, strict=True))
    assert [len(server.seen) for server in servers.values()] == n


def test_a_limit_over_all_endpoints_is_kept_to_the_request(
    cache: AnswerCache, servers: dict[str, FaultServer]
) -> None:
    whole = Budget(7)
    found = sources(cache, servers)
    parts = {s.url: Budget(within=whole) for s in servers.values()}
    by_set = {name: replace(one, budget=parts[one.url]) for name, one in found.by_set.items()}
    replayed = replay_each(DATASET, SETS, replace(found, by_set=by_set))
    assert sum(len(server.seen) for server in servers.values()) == whole.requests == 7
    assert sum(one.table.n_scored for one in replayed) == 7
    assert {failure.kind for one in replayed for failure in one.table.failures} == {"not_run"}
