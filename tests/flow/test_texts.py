"""From a config to the texts that may be shown, and what to know about that."""

from __future__ import annotations

from pathlib import Path

import pytest

from small_project import CONFIG, write_project
from ticketbench.core.errors import InputError
from ticketbench.edge.inputs.config import read_config
from ticketbench.flow.steps.inputs import read_inputs
from ticketbench.flow.texts import listed_words, texts_notes, texts_of

EVAL = Path("eval.yaml")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_project(tmp_path)
    with Path("tickets.csv").open("a", encoding="utf-8") as file:
        file.write('t8,"Refund for Anna Keller, SO-12345678, anna@example.com",billing\n')
    return tmp_path


def with_report(report: str) -> Path:
    text = CONFIG.replace("{figures: false}", f"{{figures: false, {report}}}")
    EVAL.write_text(text, encoding="utf-8")
    return EVAL


def shown(report: str) -> str:
    return texts_of(read_inputs(with_report(report))).texts.get("t8", "")


@pytest.mark.parametrize(
    ("report", "text"),
    [
        ("csv: safe", ""),
        ("texts: none", ""),
        ("texts: false", ""),
        ("texts: masked", "Refund for Anna Keller, SO-[number], [mail]"),
        ("texts: full", "Refund for Anna Keller, SO-12345678, anna@example.com"),
        ("texts: true", "Refund for Anna Keller, SO-12345678, anna@example.com"),
        (
            'texts: masked, mask_words: [n.txt], mask_keep: ["SO-\\\\d{8}"]',
            "Refund for [name], SO-12345678, [mail]",
        ),
    ],
)
def test_the_config_says_what_is_shown(report: str, text: str) -> None:
    Path("n.txt").write_text("# customers\n\n anna keller \n", encoding="utf-8")
    assert shown(report) == text


def test_a_list_of_words_is_read_without_comments_and_blanks() -> None:
    Path("n.txt").write_text("\ufeffAnna\r\n# no\r\n  José Li \r\n\r\n", encoding="utf-8")
    assert listed_words(Path("n.txt")) == ["Anna", "José Li"]


def test_a_list_of_words_that_is_not_there_is_told_at_its_place() -> None:
    with pytest.raises(InputError) as error:
        read_inputs(with_report("mask_words: [n.txt, m.txt]"))
    assert [p.where for p in error.value.problems] == ["eval.yaml:6:39", "eval.yaml:6:46"]
    assert error.value.problems[0].what == "no such file: n.txt"


def test_nothing_is_noted_where_the_config_says_what_may_be_shown() -> None:
    for word in ("masked", "full", "none"):
        assert texts_notes(read_config(with_report(f"texts: {word}"))) == ()


def test_a_config_that_says_nothing_is_told_of() -> None:
    (note,) = texts_notes(read_config(EVAL))
    assert (note.code, note.severity) == ("TB401", "note")
    assert "texts: masked" in note.action


@pytest.mark.parametrize(("word", "now"), [("true", "full"), ("false", "none")])
def test_the_words_of_before_are_told_of_with_their_place(word: str, now: str) -> None:
    (note,) = texts_notes(read_config(with_report(f"texts: {word}")))
    assert note.code == "TB402"
    assert note.evidence.startswith(f"eval.yaml:6:26; it is read as `{now}`")
    assert f"`texts: {now}`" in note.action
    overridden = read_config(EVAL, overrides=[f"report.texts={word}"])
    assert texts_notes(overridden)[0].evidence.startswith("--set report.texts")
