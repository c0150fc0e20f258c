"""Codes and words, looked up as people write them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import ticketbench
from ticketbench.core.errors import InputError
from ticketbench.report.dictionary.codes import CODES
from ticketbench.report.dictionary.explain import explanation, explanations
from ticketbench.report.dictionary.glossary import GLOSSARY

SOURCES = Path(ticketbench.__file__).parent


def test_every_code_of_the_tool_is_explained_and_no_other() -> None:
    here = [*SOURCES.rglob("*.py")]
    others = [path for path in here if path.name not in ("codes.py", "explain.py")]
    used = {code for path in others for code in re.findall(r'"(TB\d{3})"', path.read_text("utf-8"))}
    assert used == set(CODES)


def test_codes_stand_in_their_order_and_end_in_full_stops() -> None:
    assert list(CODES) == sorted(CODES)
    for code in CODES.values():
        assert code.meaning.endswith(".")
        assert code.action.endswith(".")
        assert not code.title.endswith(".")


def test_every_code_and_every_word_is_found_by_its_own_name() -> None:
    for one in explanations():
        assert explanation(one.name) == one
    for key in GLOSSARY:
        assert explanation(key).meaning == GLOSSARY[key].explanation


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("tb106", "TB106"), ("Selective Risk", "selective risk"),
        ("selective-risk", "selective risk"),
        ("ece", "calibration error (ECE)"), ("calibration error", "calibration error (ECE)"),
        ("thin", "firm, thin"), ("near_tie", "near tie"), ("  log   loss ", "log loss"),
        ("__none__", "__none__"), ("none", "__none__"),
    ],
)  # fmt: skip
def test_case_blanks_and_dashes_do_not_matter(written: str, name: str) -> None:
    assert explanation(written).name == name


def test_an_unknown_word_is_told_with_the_nearest_one() -> None:
    with pytest.raises(InputError) as raised:
        explanation("threshhold")
    assert raised.value.problems[0].help.startswith("did you mean 'threshold'?")
    with pytest.raises(InputError) as raised:
        explanation("xyzzy")
    assert raised.value.problems[0].help == "all of them: ticketbench explain"
    with pytest.raises(InputError) as raised:
        explanation("x" * 5000)
    assert len(raised.value.problems[0].what) < 120
