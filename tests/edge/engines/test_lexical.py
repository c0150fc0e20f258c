"""The lexical engine: scores from shared words, the same everywhere, and never an error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.core.classify import check_sum
from ticketbench.edge.engines.lexical import classify

SETTINGS = settings(deadline=None, database=None, derandomize=True, max_examples=150)

RUBRICS = (
    ("billing", "Is the customer asking about an invoice, a payment or a refund?"),
    ("technical", "Does the customer report an error, a crash or an empty page?"),
    ("account", "Is the customer asking about a password, a profile or sign in?"),
)
TEXTS = (
    "I was charged twice on the last invoice and want a refund",
    "The app crashes with an error when I open the page",
    "I forgot my password and cannot sign in",
    "Grüße, die Rechnung ist falsch 😀",
    "",
)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I want a refund for this invoice", "billing"),
        ("It crashes with an error", "technical"),
        ("I forgot my password", "account"),
        ("REFUND", "billing"),
        ("my payments were refunded", "billing"),
        ("passwort", "account"),
    ],
    ids=["billing", "technical", "account", "capitals", "endings", "parts_of_words"],
)
def test_the_rubric_that_mentions_the_words_wins(text: str, label: str) -> None:
    scores = classify(text, RUBRICS)
    assert max(scores, key=lambda name: scores[name]) == label


@pytest.mark.parametrize(
    "text",
    ["zzz qqq", "", "!?", "漢字", "the and of", "42"],
    ids=["other_words", "empty", "signs", "other_script", "stop_words", "number"],
)
def test_a_text_that_shares_nothing_scores_all_labels_alike(text: str) -> None:
    assert len(set(classify(text, RUBRICS).values())) == 1


def test_stop_words_do_not_move_scores() -> None:
    assert classify("invoice", RUBRICS) == classify("the invoice is from them", RUBRICS)


def test_the_words_that_make_a_rubric_a_question_do_not_count() -> None:
    asked = (("a1", "Is the customer asking about weather?"), ("b2", "sports"))
    bare = (("a1", "weather?"), ("b2", "sports"))
    assert classify("asking the customer", asked) == classify("asking the customer", bare)


def test_the_label_name_counts() -> None:
    scores = classify("shipping", (("billing", "Is it this?"), ("shipping", "Is it this?")))
    assert scores["shipping"] > scores["billing"]


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_another_order_of_rubrics_permutes_the_scores_only(order: tuple[int, ...]) -> None:
    for text in TEXTS:
        assert classify(text, [RUBRICS[i] for i in order]) == classify(text, RUBRICS)


def test_scores_come_in_the_order_of_the_labels() -> None:
    assert list(classify("refund", RUBRICS)) == ["billing", "technical", "account"]


def test_one_label_gets_everything() -> None:
    assert classify("refund", RUBRICS[:1]) == {"billing": 1.0}


def test_scores_have_at_most_six_decimals() -> None:
    assert all(round(score, 6) == score for score in classify(TEXTS[0], RUBRICS).values())


def test_a_text_of_a_million_characters_is_scored() -> None:
    scores = classify("refund of the invoice " * 50_000, RUBRICS)
    assert max(scores, key=lambda name: scores[name]) == "billing"


def test_two_processes_with_other_hash_seeds_agree() -> None:
    program = (
        "import json, sys; from ticketbench.edge.engines.lexical import classify; "
        "texts, rubrics = json.load(sys.stdin); "
        "print(json.dumps([classify(text, rubrics) for text in texts]))"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            input=json.dumps([TEXTS, RUBRICS]),
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert [json.loads(out) for out in printed] == [[classify(text, RUBRICS) for text in TEXTS]]


@SETTINGS
@given(
    text=st.text(),
    rubrics=st.dictionaries(
        st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=80), min_size=1, max_size=9
    ),
)
def test_any_text_and_rubrics_give_a_distribution(text: str, rubrics: dict[str, str]) -> None:
    scores = classify(text, list(rubrics.items()))
    check_sum(list(scores.values()), decimals=6)
    assert list(scores) == list(rubrics)


@SETTINGS
@given(text=st.text(alphabet=st.characters(codec=None), max_size=30))
def test_any_code_points_even_half_surrogates_are_scored(text: str) -> None:
    assert all(0 <= score <= 1 for score in classify(text, RUBRICS).values())
