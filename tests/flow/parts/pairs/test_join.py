"""Tickets that share a hash are two, and one that stands twice beside it is found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from part_pairs import folders, pair
from ticketbench.core.errors import InputError
from ticketbench.flow.compare_parts import compare_parts


def test_tickets_that_share_a_hash_are_compared_each_with_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, candidate = pair(40)
    sides = folders(tmp_path, (base, candidate), (2, 3))
    expected = compare_parts(*sides).compared
    few = "ticketbench.flow.parts.pairs.spread.keys_of"
    monkeypatch.setattr(few, lambda ids: np.array([len(one) << 50 for one in ids], dtype=np.int64))
    found = compare_parts(*sides).compared
    assert found.comparison.contingency == expected.comparison.contingency
    assert found.confusion == expected.confusion
    doubled = folders(tmp_path / "d", (base, [*candidate, candidate[7]]), (1, 2))
    told = f"the ticket '{candidate[7]['ticket_id']}' stands in two parts"
    with pytest.raises(InputError, match=told):
        compare_parts(*doubled)
