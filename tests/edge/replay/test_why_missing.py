"""Why an answer is missing: the first reason that holds, found by building the question again."""

from __future__ import annotations

from pathlib import Path

import pytest

from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.core.types import Failure
from ticketbench.edge.contract import answer_key, request_body
from ticketbench.edge.replay.why_missing import Question, Stores, because, why_missing

URL, OTHER = "https://a.example/classify", "https://b.example/classify"
BILLING, ACCOUNT = Rubric("billing", "Is it billing?"), Rubric("account", "Is it an account?")
NOW = RubricSet("v2", (BILLING, ACCOUNT))
TURNED = RubricSet("cached", (ACCOUNT, BILLING))
EDITED = RubricSet("cached", (Rubric("billing", "An invoice?"), ACCOUNT))
BOTH = RubricSet("cached", (Rubric("billing", "An invoice?"), Rubric("account", "A login?")))
MORE = RubricSet("cached", (BILLING, Rubric("login", "Is it a login?")))
TEXT = "Two lines\nof a ticket"
ABSENT = Path("configs/rec.jsonl")


def why(
    stored: str,
    *,
    of: RubricSet = NOW,
    url: str = URL,
    asked: str = URL,
    absent: Path | None = None,
    strict: bool = True,
    texts: tuple[str, ...] = (TEXT,),
) -> str:
    """Why `TEXT` has no answer, where one to the text `stored` is all there is."""
    keys = {answer_key(url, request_body(stored, of))}
    stores = Stores(keys, (OTHER, url), (TURNED, EDITED, BOTH, MORE), absent, strict)
    return why_missing(Question(texts, NOW, asked), stores).because


NEVER = "the question was never asked"


def test_an_answer_of_another_url_names_both() -> None:
    assert why(TEXT, url=OTHER) == f"the stored answer is of {OTHER}, not of {URL}"


def test_an_answer_of_another_query_is_named_without_its_values() -> None:
    told = why(TEXT, url=f"{URL}?sig=one", asked=f"{URL}?sig=two")
    url = f"{URL}?sig=***"
    assert told == f"the stored answer is of {url} with another query, not of {url}"


@pytest.mark.parametrize("stored", [TEXT.replace("\n", "\r\n"), TEXT.replace("\n", "\r")])
def test_other_line_ends_are_named(stored: str) -> None:
    assert why(stored) == "the text was answered with other line ends"


@pytest.mark.parametrize("stored", [f" {TEXT}", f"{TEXT} ", f"{TEXT}\n"])
def test_blanks_around_the_answered_text_are_named(stored: str) -> None:
    assert why(stored) == "the text was answered with other blanks around it"


def test_blanks_around_the_text_now_are_named() -> None:
    assert why(TEXT, texts=(f"  {TEXT} ",)) == "the text was answered with other blanks around it"


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (TURNED, "the order of the labels is another one than was answered"),
        (EDITED, "the rubric of 'billing' is another one than was answered"),
        (BOTH, "the rubrics of 'billing', 'account' are others than were answered"),
        (MORE, "the labels are others than were answered (new: 'account'; gone: 'login')"),
    ],
)
def test_other_rubrics_are_named_by_what_differs(of: RubricSet, words: str) -> None:
    assert why(TEXT, of=of) == words


def test_the_text_in_the_file_is_tried_too() -> None:
    raw = TEXT.replace("\n", "\r\n")
    assert (
        why(raw, url=OTHER, texts=(TEXT, raw)) == f"the stored answer is of {OTHER}, not of {URL}"
    )


def test_what_was_asked_in_no_similar_way_was_never_asked() -> None:
    assert why("another text") == NEVER
    assert why(TEXT, of=EDITED, url=OTHER) == NEVER


def test_an_absent_recording_is_the_first_reason_where_nothing_will_be_asked() -> None:
    for text, of in ((TEXT, EDITED), ("another text", NOW)):
        assert why(text, of=of, absent=ABSENT) == "configs/rec.jsonl is not there"


def test_an_absent_recording_is_the_last_reason_where_questions_may_be_asked() -> None:
    assert "'billing'" in why(TEXT, of=EDITED, absent=ABSENT, strict=False)
    assert why("x", absent=ABSENT, strict=False) == "configs/rec.jsonl is not there"


def test_what_is_wrong_with_a_stored_answer_is_one_reason() -> None:
    found = {because(Failure("t", "contract", 200, f"stored answer: {i}")) for i in range(3)}
    assert found == {"the stored answer is not valid"}
    assert because(Failure("t", "miss", 0, NEVER)) == NEVER
