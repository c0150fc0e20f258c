"""When an endpoint is left alone, and when it is tried again."""

from __future__ import annotations

from ticketbench.production.asking.circuit import Circuit, CircuitState


class Clock:
    """Seconds that a test sets."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Clock) -> Circuit:
    """A circuit that five failures have just opened."""
    circuit = Circuit(pause_s=30, clock=clock)
    for _ in range(5):
        assert circuit.enter() is False
        circuit.leave(trial=False, answered=False)
    return circuit


def test_five_failures_in_a_row_open_it_for_its_pause() -> None:
    clock = Clock()
    circuit = opened(clock)
    clock.now += 10
    assert circuit.enter() is None
    assert circuit.state == CircuitState("open", 5, 20.0)


def test_an_answer_between_failures_starts_the_count_anew() -> None:
    circuit = Circuit(clock=Clock())
    for answered in (False,) * 4 + (True,) + (False,) * 4:
        circuit.leave(trial=False, answered=answered)
    assert circuit.state == CircuitState("closed", 4, 0.0)


def test_what_says_nothing_of_the_endpoint_neither_counts_nor_starts_anew() -> None:
    circuit = Circuit(clock=Clock())
    for answered in (False, None, False, None, False, None, False):
        circuit.leave(trial=False, answered=answered)
    assert circuit.state.failures == 4


def test_after_the_pause_one_question_is_tried_and_its_answer_closes_it() -> None:
    clock = Clock()
    circuit = opened(clock)
    clock.now += 30
    assert circuit.enter() is True
    assert (circuit.enter(), circuit.state.state) == (None, "trial")
    circuit.leave(trial=True, answered=True)
    assert circuit.state == CircuitState("closed", 0, 0.0)
    assert circuit.enter() is False


def test_a_trial_that_fails_opens_it_for_another_pause() -> None:
    clock = Clock()
    circuit = opened(clock)
    clock.now += 30
    circuit.enter()
    clock.now += 1
    circuit.leave(trial=True, answered=False)
    assert circuit.state == CircuitState("open", 6, 30.0)


def test_a_trial_that_says_nothing_leaves_the_next_one_to_be_tried() -> None:
    clock = Clock()
    circuit = opened(clock)
    clock.now += 30
    circuit.enter()
    circuit.leave(trial=True, answered=None)
    assert circuit.enter() is True


def test_what_was_asked_before_it_opened_does_not_keep_it_open() -> None:
    clock = Clock()
    circuit = opened(clock)
    clock.now += 29
    circuit.leave(trial=False, answered=False)
    clock.now += 1
    assert circuit.enter() is True
