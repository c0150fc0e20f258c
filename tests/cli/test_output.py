from __future__ import annotations

import pytest
from click.testing import CliRunner

from ticketbench.cli.output import show, show_table

HEADER = ("metric", "value [95%]", "n")
BOLD = "\x1b[1m"


def shown(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_a_table_has_its_first_column_left_and_the_others_right(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_table(HEADER, [("Accuracy", "49.5%", "368"), ("F1", "–", "0")])
    assert shown(capsys) == [
        "metric    value [95%]    n",
        "Accuracy        49.5%  368",
        "F1                  –    0",
    ]


def test_a_table_wider_than_the_terminal_is_not_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    show_table(("a", "b"), [("x" * 60, "y" * 60)])
    assert shown(capsys)[1] == "x" * 60 + "  " + "y" * 60


def test_a_table_without_rows_is_its_header(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(HEADER, [])
    assert shown(capsys) == ["metric  value [95%]  n"]


def test_no_text_is_markup_an_emoji_or_a_control_character(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_table(("[bold]x[/bold]", ":warning:"), [("[red]", "\x1b[31mred")])
    assert shown(capsys) == ["[bold]x[/bold]  :warning:", "[red]            \ufffd[31mred"]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "better"),
        ({"FORCE_COLOR": "1"}, f"{BOLD}better\x1b[0m"),
        ({"NO_COLOR": "1"}, "better"),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, "better"),
    ],
)
def test_a_style_needs_a_terminal_or_force_color_and_no_color_wins(
    variables: dict[str, str],
    expected: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {"TERM": "xterm-256color", **variables}.items():
        monkeypatch.setenv(name, value)
    show("better", style="bold")
    assert shown(capsys) == [expected]


def test_a_styled_line_that_is_piped_is_plain_and_whole() -> None:
    import click

    @click.command()
    def command() -> None:
        show("word " * 60, style="bold")

    assert CliRunner().invoke(command).output == "word " * 60 + "\n"
