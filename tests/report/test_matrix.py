"""Which cells of a confusion matrix are right, wrong or with a person, and how dark."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ticketbench.measure.counts.confusion import ConfusionMatrix
from ticketbench.report.matrix import STEPS, shaded

COLUMNS = ("a", "b", "(review)", "(escalate)")


def matrix(*counts: tuple[int, ...], rows: tuple[str, ...] = ("a", "b")) -> ConfusionMatrix:
    return ConfusionMatrix(rows, COLUMNS, counts)


def test_each_hue_has_its_darkest_cell_and_one_ticket_is_never_white() -> None:
    made = shaded(matrix((100, 3, 40, 1), (0, 51, 0, 20)))
    steps = [[(c.kind, c.step) for c in row.cells] for row in made.rows]
    assert steps == [
        [("right", 6), ("wrong", 6), ("person", 6), ("person", 1)],
        [("wrong", 0), ("right", 4), ("person", 0), ("person", 3)],
    ]
    assert made.largest == {"right": 100, "wrong": 3, "person": 40}
    assert made.n == 215


def test_no_route_is_right_for_tickets_of_no_label() -> None:
    row = shaded(matrix((1, 2, 3, 4), rows=("__none__",))).rows[0]
    assert [cell.kind for cell in row.cells] == ["wrong", "wrong", "person", "person"]
    assert (row.of("right"), row.of("wrong"), row.to("(review)"), row.n) == (0, 3, 3, 10)
    assert [(cell.column, cell.n) for cell in row.wrong] == [("b", 2), ("a", 1)]


def test_a_label_called_like_a_queue_is_a_label() -> None:
    odd = ConfusionMatrix(("(review)",), ("(review)", "(review)", "(escalate)"), ((5, 1, 1),))
    assert [cell.kind for cell in shaded(odd).rows[0].cells] == ["right", "person", "person"]


@given(st.lists(st.tuples(*[st.integers(0, 1000)] * 4), min_size=2, max_size=2))
def test_a_cell_with_more_tickets_is_never_paler(counts: list[tuple[int, ...]]) -> None:
    cells = [cell for row in shaded(matrix(*counts)).rows for cell in row.cells]
    for one in cells:
        assert (one.step > 0) == (one.n > 0)
        assert one.step <= STEPS
        assert all(one.step >= o.step for o in cells if o.kind == one.kind and o.n <= one.n)
