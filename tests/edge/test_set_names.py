"""Which words with an at sign are names of sets."""

from __future__ import annotations

import pytest

from ticketbench.edge.set_names import note_pairs, note_sets, noted_sets
from ticketbench.report.masking.mask import masked_message


@pytest.mark.parametrize("name", ["v2@there", "v2@thre", "w2@there", "v2@here."])
def test_a_pair_of_which_one_half_is_known_is_shown(name: str) -> None:
    note_sets(["v1", "v2"], ["here", "there"])
    message = f"eval.yaml has no rubric set '{name}'"
    assert masked_message(message, keep=noted_sets()) == message


@pytest.mark.parametrize(
    "mail", ["anna@mailhost", "v2@corp.example.com", "anna.v2@mailhost", "v2@there.example.com"]
)
def test_an_address_is_none_of_them(mail: str) -> None:
    note_sets(["v1", "v2"], ["here", "there"])
    assert masked_message(f"no ticket {mail}", keep=noted_sets()) == "no ticket [mail]"


@pytest.mark.parametrize("name", ["v2@there", "v9@there", "v2@thre"])
def test_a_pair_of_a_saved_run_is_shown_too(name: str) -> None:
    note_pairs(["v1", "v2@here", "v2@there", "anna@shop.example"])
    message = f"reports/eval has no rubric set '{name}'"
    assert masked_message(message, keep=noted_sets()) == message
    assert masked_message("anna@shop.example", keep=noted_sets()) == "[mail]"


def test_without_named_endpoints_nothing_is_a_set() -> None:
    note_sets(["v1"], [""])
    assert noted_sets() is None
