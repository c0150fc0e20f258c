from __future__ import annotations

import pytest

from ticketbench.core.errors import (
    EndpointError,
    IncompleteError,
    InputError,
    MachineError,
    Problem,
    TicketbenchError,
)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (TicketbenchError, 70),
        (InputError, 2),
        (IncompleteError, 3),
        (EndpointError, 4),
        (MachineError, 5),
    ],
)
def test_each_kind_of_error_has_its_exit_code(kind: type[TicketbenchError], code: int) -> None:
    assert kind("it broke").exit_code == code


@pytest.mark.parametrize("kind", [InputError, IncompleteError, EndpointError, MachineError])
def test_every_kind_is_caught_as_a_ticketbench_error(kind: type[TicketbenchError]) -> None:
    with pytest.raises(TicketbenchError, match="it broke"):
        raise kind("it broke")


def test_an_error_holds_what_where_and_what_to_do_next() -> None:
    error = InputError("no label", where="t.csv:3", help="fill it in")
    assert error.problems == (Problem("no label", "t.csv:3", "fill it in"),)


def test_the_text_of_an_error_is_what_is_wrong() -> None:
    assert str(InputError("no label", where="t.csv:3", help="fill it in")) == "no label"


def test_an_error_of_several_problems_keeps_their_order() -> None:
    problems = [Problem("b", "f:2"), Problem("a", "f:1")]
    assert InputError.of(problems).problems == tuple(problems)


def test_an_error_of_several_problems_keeps_its_class() -> None:
    assert type(InputError.of([Problem("a"), Problem("b")])) is InputError


def test_an_error_of_several_problems_is_named_after_the_first() -> None:
    assert str(InputError.of([Problem("first"), Problem("second")])) == "first"


def test_an_error_without_problems_is_refused() -> None:
    with pytest.raises(IndexError):
        InputError.of([])


def test_a_place_is_added_only_where_there_is_none() -> None:
    error = InputError.of([Problem("a", "f:1", "h"), Problem("b")]).located("there")
    assert error.problems == (Problem("a", "f:1", "h"), Problem("b", "there"))
    assert isinstance(error, InputError)
