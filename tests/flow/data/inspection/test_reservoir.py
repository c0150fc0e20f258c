"""A fair sample: at most so many, in order, the same every time."""

from __future__ import annotations

from ticketbench.flow.data.inspection.reservoir import Reservoir


def drawn(n: int, size: int, *, seed: int = 0) -> list[int]:
    reservoir: Reservoir[int] = Reservoir(size, seed=seed)
    for i in range(n):
        place = reservoir.place()
        if place is not None:
            reservoir.keep(place, i)
    assert reservoir.n == n
    return reservoir.kept()


def test_few_things_are_all_kept_in_their_order() -> None:
    assert drawn(5, 10) == [0, 1, 2, 3, 4]
    assert drawn(0, 10) == []


def test_of_many_as_many_as_asked_are_kept_in_order_and_the_same_each_time() -> None:
    found = drawn(1000, 50)
    assert len(set(found)) == 50
    assert found == sorted(found)
    assert found == drawn(1000, 50)
    assert found != drawn(1000, 50, seed=1)


def test_each_third_has_about_a_third_of_the_sample() -> None:
    found = drawn(30_000, 3_000)
    thirds = [sum(i * 10_000 <= one < (i + 1) * 10_000 for one in found) for i in range(3)]
    assert all(900 < n < 1_100 for n in thirds)
