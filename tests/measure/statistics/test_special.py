"""Every special function that we name is scipy's own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from scipy import special as theirs

import ticketbench
from ticketbench.measure.statistics import special as ours

_CODE = Path(ticketbench.__file__).parent
_NAMED = sorted(
    {
        name
        for path in _CODE.rglob("*.py")
        for name in re.findall(r"\bspecial\.([a-z][a-z0-9_]*)\(", path.read_text("utf-8"))
    }
)


def test_functions_are_named() -> None:
    assert {"ndtri", "stdtrit", "betaincinv"} <= set(_NAMED)


@pytest.mark.parametrize("name", _NAMED)
def test_a_named_function_is_scipys(name: str) -> None:
    assert getattr(ours, name) is getattr(theirs, name)


def test_an_unknown_function_is_an_attribute_error() -> None:
    for name in ("nonsense", "__nonsense__"):
        with pytest.raises(AttributeError, match="nonsense"):
            getattr(ours, name)
