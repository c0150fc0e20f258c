"""About how many more labels."""

from __future__ import annotations

import numpy as np

from logs_with_labels import drawn_log, log_of, up_to
from ticketbench.measure.labelled.more import FEWEST, more_labels
from ticketbench.measure.labelled.verdict import label_verdict


def test_it_is_the_same_for_the_same_seed_and_within_what_is_left() -> None:
    log = up_to(drawn_log(np.random.default_rng(1), 2_000, differ=0.3, gain=0.0), 40)
    found = more_labels(log, seed=3)
    assert found is not None
    assert found == more_labels(log, seed=3)
    assert 0 < found.low <= found.about <= found.high <= found.n_left == log.n_differ - 40
    assert found.open == 0.0


def test_few_labels_or_none_left_say_nothing() -> None:
    log = drawn_log(np.random.default_rng(1), 500, differ=0.1, gain=0.0)
    assert more_labels(up_to(log, FEWEST - 1), seed=1) is None
    assert more_labels(up_to(log, FEWEST), seed=1) is not None
    assert more_labels(log, seed=1) is None


def test_what_is_settled_needs_no_more() -> None:
    log = log_of(["+"] * 12 + [None] * 20)
    found = more_labels(log, seed=1)
    assert label_verdict(log).settled
    assert found is not None
    assert (found.about, found.low, found.high, found.n_left) == (0, 0, 0, 20)


def test_the_clearer_the_labels_the_fewer_more() -> None:
    def about(marks: str) -> int:
        found = more_labels(log_of([*marks] + ([0.0] * 9 + [None]) * 200), seed=1)
        assert found is not None
        return found.about

    assert about("+" * 8 + "--0") < about("+" * 6 + "----0") < 200


def test_about_customers_all_labels_may_leave_it_open() -> None:
    log = log_of(["+", "-"] * 6 + [None] * 5, about="customers")
    found = more_labels(log, seed=1)
    assert found is not None
    assert found.open > 0.5
    assert found.high == 5
