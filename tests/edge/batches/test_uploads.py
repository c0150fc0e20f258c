"""When questions go into a batch, and into how many."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketbench.core.classify import question
from ticketbench.edge.batches import uploads as module
from ticketbench.edge.batches.uploads import PAYS_FROM, Setting, Size, pays, size_of, uploads

LABELS = (("billing", "Is it about money?"), ("other", "Is it anything else?"))


def body(key: str) -> bytes:
    return question(f"ticket {key}", LABELS)


def keys(n: int) -> list[str]:
    return [f"{i:064x}" for i in range(n)]


@pytest.mark.parametrize(
    ("setting", "n", "does"),
    [
        ("never", 10**6, False), ("always", 1, True), ("always", 0, False), ("auto", 0, False),
        ("auto", PAYS_FROM - 1, False), ("auto", PAYS_FROM, True),
    ],
)  # fmt: skip
def test_a_batch_pays_by_the_setting_and_the_number_of_questions(
    setting: Setting, n: int, does: bool
) -> None:
    assert pays(setting, n) is does


@given(n=st.integers(0, 40), most_lines=st.integers(1, 12), most_bytes=st.integers(1, 3_000))
def test_uploads_keep_order_and_limits_and_lose_no_question(
    n: int, most_lines: int, most_bytes: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MOST_LINES", most_lines)
        patch.setattr(module, "MOST_BYTES", most_bytes)
        found = list(uploads(keys(n), body))
        size = size_of(keys(n), body)
    lines = [json.loads(line) for one in found for line in one.content.splitlines()]
    assert [line["custom_id"] for line in lines] == [key[:32] for key in keys(n)]
    assert [one for upload in found for one in upload.custom_ids] == [key[:32] for key in keys(n)]
    for one in found:
        assert len(one.custom_ids) == one.content.count(b"\n") <= most_lines
        assert len(one.content) <= most_bytes or len(one.custom_ids) == 1
    assert size == Size(len(found), n, sum(len(one.content) for one in found))


def test_as_few_uploads_are_made_as_the_limit_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_LINES", 3)
    assert [len(one.custom_ids) for one in uploads(keys(7), body)] == [3, 3, 1]
