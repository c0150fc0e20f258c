"""How hard an endpoint may be asked: pace, slots, budget, stop."""

from __future__ import annotations

import threading
from contextlib import suppress

import pytest

from ticketbench.edge.asking.pacing import Budget, Pace, Price, Slots, Stop, Unanswered


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("ticketbench.edge.asking.pacing.time", clock)
    return clock


def test_a_pace_spreads_questions_evenly(clock: Clock) -> None:
    pace = Pace(4)
    assert [pace.wait_s() for _ in range(5)] == pytest.approx([0, 0.25, 0.5, 0.75, 1.0])


def test_a_pace_does_not_save_up_turns(clock: Clock) -> None:
    pace = Pace(4)
    pace.wait_s()
    clock.now += 60
    assert [pace.wait_s(), pace.wait_s()] == pytest.approx([0, 0.25])


def test_no_pace_is_no_wait(clock: Clock) -> None:
    assert [Pace(None).wait_s() for _ in range(5)] == [0.0] * 5


def test_threads_get_different_turns(clock: Clock) -> None:
    pace, turns = Pace(10), []
    threads = [threading.Thread(target=lambda: turns.append(pace.wait_s())) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(turns) == pytest.approx([i / 10 for i in range(10)])


def test_a_hold_keeps_everyone_waiting(clock: Clock) -> None:
    pace = Pace(None)
    pace.hold(3)
    assert [pace.wait_s(), pace.wait_s()] == [3, 3]
    clock.now += 3
    assert pace.wait_s() == 0


def test_a_hold_does_not_shorten_a_longer_wait(clock: Clock) -> None:
    pace = Pace(None)
    pace.hold(30)
    pace.hold(1)
    assert pace.wait_s() == 30


# --- slots


def test_no_more_than_the_slots_are_in_flight() -> None:
    slots, inside, most = Slots(3), [0], [0]
    lock, go = threading.Lock(), threading.Event()

    def work() -> None:
        with slots:
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            go.wait(0.02)
            with lock:
                inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [3]


def test_a_refusal_halves_the_slots_once_a_second(clock: Clock) -> None:
    slots = Slots(8)
    slots.shrink()
    slots.shrink()
    assert slots.limit == 4
    clock.now += 1
    slots.shrink()
    assert slots.limit == 2


def test_one_slot_always_stays(clock: Clock) -> None:
    slots = Slots(2)
    for _ in range(5):
        slots.shrink()
        clock.now += 1
    assert slots.limit == 1


def test_answers_bring_the_slots_back_but_no_more(clock: Clock) -> None:
    slots = Slots(4)
    slots.shrink()
    for _ in range(3):
        slots.grow()
    assert slots.limit == 3
    for _ in range(100):
        slots.grow()
    assert slots.limit == 4


def test_a_slot_is_free_again_after_an_error() -> None:
    slots = Slots(1)
    with pytest.raises(ValueError, match="x"), slots:
        raise ValueError("x")
    with slots:
        pass


# --- budget


def taken(budget: Budget, *bodies: bytes) -> int:
    """How many of these requests the budget allows."""
    allowed = 0
    for body in bodies:
        with suppress(Unanswered):
            budget.take(body)
            allowed += 1
    return allowed


def test_what_is_beyond_a_limit_was_not_run() -> None:
    with pytest.raises(Unanswered, match="max-requests 0") as error:
        Budget(0).take(b"x")
    assert error.value.kind == "not_run"


def test_the_requests_of_one_question_are_taken_together_or_not_at_all() -> None:
    price = Price(1e6, 1, per_request=10)
    budget = Budget(4, price=price)
    budget.take(b"abc", b"de")
    assert (budget.requests, budget.cost) == (2, 25)
    with pytest.raises(Unanswered, match="max-requests 4"):
        budget.take(b"a", b"b", b"c")
    assert (budget.requests, budget.cost) == (2, 25)
    with pytest.raises(Unanswered, match="max-cost 20"):
        Budget(None, 20, price).take(b"a", b"b")


def test_no_limit_allows_everything() -> None:
    budget = Budget()
    assert (taken(budget, *[b"x"] * 100), budget.requests) == (100, 100)


@pytest.mark.parametrize("most", [0, 1, 7])
def test_the_most_requests_are_allowed_and_no_more(most: int) -> None:
    assert taken(Budget(most), *[b"x"] * 10) == most


def test_cost_counts_characters_not_bytes() -> None:
    budget = Budget(None, 100, Price(1e6, 1))
    budget.take("é".encode() * 10)
    assert budget.cost == 10


def test_the_most_cost_is_never_exceeded() -> None:
    budget = Budget(None, 2.5, Price(1e6, 4))
    assert taken(budget, b"four" * 2, b"four", b"four") == 1
    assert budget.cost == 2


def test_threads_do_not_overdraw() -> None:
    budget, allowed = Budget(50), []
    threads = [
        threading.Thread(target=lambda: allowed.append(taken(budget, *[b"x"] * 10)))
        for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(allowed) == 50


# --- stop


def test_a_stop_wakes_a_waiting_thread() -> None:
    stop, woken = Stop(), []

    def wait() -> None:
        try:
            stop.sleep(3600)
        except Unanswered as error:
            woken.append(error.kind)

    thread = threading.Thread(target=wait)
    thread.start()
    stop.set()
    thread.join(timeout=30)
    assert woken == ["not_run"]


def test_a_stop_ends_those_within_it_and_is_ended_by_none_of_them() -> None:
    whole = Stop()
    one, other = Stop(within=whole), Stop(within=whole)
    one.set()
    assert [stop.is_set() for stop in (whole, one, other)] == [False, True, False]
    whole.set()
    assert other.is_set()
    assert Stop(within=whole).is_set()


def test_a_budget_within_another_keeps_to_both() -> None:
    whole = Budget(5)
    parts = [Budget(3, within=whole, limits=("a", "a")), Budget(within=whole)]
    assert [taken(part, *[b"x"] * 4) for part in parts] == [3, 2]
    assert [part.requests for part in (whole, *parts)] == [5, 3, 2]
    with pytest.raises(Unanswered, match="max-requests 5 was reached"):
        parts[0].take(b"x")


def test_each_part_of_a_budget_has_its_own_price() -> None:
    whole = Budget(None, 10)
    dear = Budget(price=Price(0.0, per_request=4), within=whole)
    cheap = Budget(price=Price(1e6, 1), within=whole)
    assert (taken(dear, b"x", b"x", b"x"), taken(cheap, b"x", b"x", b"x")) == (2, 2)
    assert (whole.cost, dear.cost, cheap.cost) == (10, 8, 2)


def test_a_price_is_of_tokens_and_of_requests() -> None:
    assert Price(2e6, 4, 0.5).of(8, requests=3) == 4 + 1.5
