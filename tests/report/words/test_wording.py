"""The table of words: one golden file a row, and what holds for every sentence of the page."""

from __future__ import annotations

import re

import pytest

from hostile_gates import GOLDEN, same_as_golden
from small_runs import ROWS, small_run
from ticketbench.report.policy_line import set_now_text, yaml_text
from ticketbench.report.words.answers import answers
from ticketbench.report.words.setting import setting_text

FORBIDDEN = (
    "coverage precision recall accuracy macro calibration calibrated interval significant policy "
    "temperature gold baseline"
).split()
"""What a person who only decides must not meet."""

ROW_NAMES = list(ROWS)


def file_of(row: str) -> str:
    return f"words/{row.replace(',', '').replace(' ', '_')}.txt"


def written(row: str) -> str:
    """Everything that is said of the run of a row."""
    results = small_run(row)
    found = results.recommendation
    assert found is not None
    words = setting_text(found, results.evaluations)
    lines = [f"above     {words.above}", f"headline  {words.headline}"]
    lines += [f"of 100    {words.of_100}"] if words.of_100 else []
    lines += [f"target    {words.target}"] if words.target else []
    if found.setting is not None:
        chosen = {e.provenance.rubric_set: e for e in results.evaluations}[found.rubric_set]
        lines += [f"set it    {yaml_text(found, chosen)} ({set_now_text(found, chosen)})"]
    for one in answers(results):
        lines += ["", f"{one.question} {one.answer}.", f"{one.name:<10}{one.row}"]
        lines += [f"{'':10}begins with {one.head!r}, {one.tone}"] if one.head else []
    return "\n".join(lines) + "\n"


def on_the_page(row: str) -> dict[str, str]:
    """The sentences of the first screen."""
    results = small_run(row)
    words = setting_text(results.recommendation, results.evaluations)
    said = {"above": words.above, "headline": words.headline, "of 100": words.of_100,
            "target": words.target}  # fmt: skip
    said |= {one.id: f"{one.question} {one.answer}" for one in answers(results)}
    return {name: text for name, text in said.items() if text}


@pytest.mark.parametrize("row", ROW_NAMES)
def test_a_row_of_the_table_is_said_as_in_its_golden_file(row: str) -> None:
    same_as_golden(file_of(row), written(row).encode("utf-8"))


def test_every_golden_file_is_of_a_row() -> None:
    there = {path.relative_to(GOLDEN).as_posix() for path in (GOLDEN / "words").glob("*")}
    assert there == {file_of(row) for row in ROW_NAMES}


@pytest.mark.parametrize("row", ROW_NAMES)
def test_a_sentence_of_the_page_holds_no_bracket_no_key_and_no_word_of_statistics(row: str) -> None:
    for name, text in on_the_page(row).items():
        assert not re.search(r"[][(){}`_]", text), (name, text)
        assert not re.search(rf"\b({'|'.join(FORBIDDEN)})", text, re.IGNORECASE), (name, text)
        assert not re.search(r"[a-z]\.[a-z]", text), (name, text)


@pytest.mark.parametrize("row", ROW_NAMES)
def test_the_sentences_of_the_page_are_short(row: str) -> None:
    results = small_run(row)
    of = {name: len(text.split()) for name, text in on_the_page(row).items()}
    assert of["headline"] <= 15
    assert of.get("target", 0) <= 16
    assert all(len(one.answer.split()) <= 13 for one in answers(results))
    # Ninety words are there for the first screen, with its links and the legend.
    assert sum(of.values()) <= 90


def test_the_answers_that_a_person_reads_first_have_nine_words_at_most() -> None:
    by_id = {one.id: one.answer for one in answers(small_run("better"))}
    assert [len(by_id[id_].split()) for id_ in ("better", "pays", "fix")] == [8, 8, 6]


@pytest.mark.parametrize("row", ROW_NAMES)
def test_the_first_screen_names_one_threshold_at_most(row: str) -> None:
    """Beside the one that runs today, which stands above."""
    said = " ".join(text for name, text in on_the_page(row).items() if name != "above")
    assert len(re.findall(r"threshold [01]\.\d+", said)) <= 1


@pytest.mark.parametrize("row", ROW_NAMES)
def test_the_parts_of_a_hundred_that_are_told_sum_to_it(row: str) -> None:
    results = small_run(row)
    text = setting_text(results.recommendation, results.evaluations).of_100
    if "Of 100" not in text:
        return
    parts = text.partition("Of 100 tickets, ")[2].split(", ")
    told = [part for part in parts if not part.endswith(" wrong")]
    few = sum(part.startswith("fewer than 1 ") for part in told)
    numbers = [int(n) for part in told for n in re.findall(r"^\d+", part)]
    assert sum(numbers) == 100 or (few and 99 <= sum(numbers) <= 100)
