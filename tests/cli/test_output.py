from __future__ import annotations

import io
import re
import shlex
import subprocess
import sys
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st

from ticketbench.cli.output import (
    ASIDE,
    BAD,
    GOOD,
    UNKNOWN,
    Piece,
    show,
    show_columns,
    show_command,
    show_line,
    show_path,
    show_pieces,
    show_table,
    width,
)

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


# First lines: pieces, columns, commands


ESCAPE = re.compile("\x1b\\[[0-9;]*m|\x1b\\]8;[^\x1b]*\x1b\\\\")
SAID = [Piece("v2 is better", f"bold {GOOD}"), Piece(": 73 of 100 answers right and more of them")]


def coloured(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"TERM": "xterm-256color", "FORCE_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("columns", "used"), [("20", 60), ("60", 60), ("71", 71), ("80", 80), ("200", 80)]
)
def test_a_line_is_as_wide_as_the_terminal_from_60_to_80_columns(
    columns: str, used: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert width() == used
    show_pieces(Piece("word " * 60), first="name", column=10)
    lines = shown(capsys)
    assert max(map(len, lines)) == 10 + (used - 10 + 1) // 5 * 5 - 1
    assert [line[:10] for line in lines] == ["name      ", *[" " * 10] * (len(lines) - 1)]


def test_colours_change_no_character_and_are_of_the_sixteen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pieces = [*SAID, Piece("about 4 wrong", BAD), Piece("cannot tell", UNKNOWN), Piece("a", ASIDE)]
    monkeypatch.setenv("COLUMNS", "60")
    show_pieces(*pieces, first="version", column=10)
    plain = shown(capsys)
    coloured(monkeypatch)
    show_pieces(*pieces, first="version", column=10)
    styled = shown(capsys)
    assert [ESCAPE.sub("", line) for line in styled] == plain
    codes = set(re.findall("\x1b\\[([0-9;]*)m", "\n".join(styled)))
    assert codes == {"2", "1;34", "33", "93", "0"}
    monkeypatch.setenv("NO_COLOR", "1")
    show_pieces(*pieces, first="version", column=10)
    assert shown(capsys) == plain


def test_columns_are_as_wide_as_their_cells_and_a_long_cell_pushes_what_follows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    of = [("", "v1", "change"), ("out of 100", "9", "+1"), ("x" * 30, "10", "-1")]
    rows = [[Piece(cell) for cell in row] for row in of]
    show_columns(rows, right=(1,), below=["", "its text", ""])
    assert shown(capsys) == [
        "            v1  change", "out of 100   9  +1", "  its text", "x" * 30 + "  10  -1",
    ]  # fmt: skip


def test_columns_move_closer_before_a_row_is_wrapped(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    show_columns([[Piece("a" * 20), Piece("b" * 20), Piece("c" * 18)]])
    assert shown(capsys) == [f"{'a' * 20} {'b' * 20} {'c' * 18}"]


def test_wide_characters_keep_columns_in_line(capsys: pytest.CaptureFixture[str]) -> None:
    show_columns([[Piece("会社"), Piece("1")], [Piece("abcd"), Piece("2")]])
    assert shown(capsys) == ["会社  1", "abcd  2"]


def test_a_long_command_goes_on_after_a_backslash_and_is_one_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["ticketbench", "compare", "a b", "v2", *["--set", f"key={'x' * 20}"] * 4]
    show_command("Read:   ", words, note="28 broken")
    lines = shown(capsys)
    assert len(lines) > 2
    assert max(map(len, lines)) <= 80
    assert lines[-1].endswith("   28 broken")
    pasted = "\n".join([lines[0].removeprefix("Read:   "), *lines[1:]]).removesuffix("28 broken")
    assert shlex.split(pasted.replace("\\\n", "")) == words
    assert all(line.endswith(" \\") for line in lines[:-1])


def test_a_note_that_does_not_fit_stands_on_a_line_of_its_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_command("Set it: ", ["policy: {threshold: 0.9}"], note="(now 0.6)", quoted=False)
    show_command("Set it: ", ["p" * 70], note="(now 0.6)", quoted=False)
    assert shown(capsys) == [
        "Set it: policy: {threshold: 0.9}   (now 0.6)", f"Set it: {'p' * 70}", "        (now 0.6)",
    ]  # fmt: skip


def test_a_path_is_a_link_on_a_terminal_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page = tmp_path / "a b.html"
    coloured(monkeypatch)
    show_path("8 answers.", page)
    assert "\x1b]8;" not in capsys.readouterr().out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    show_path("8 answers.", page)
    printed = capsys.readouterr().out
    assert re.search(rf"\x1b\]8;[^;]*;{re.escape(page.as_uri())}\x1b", printed)
    assert ESCAPE.sub("", printed).split() == ["8", "answers.", *str(page).split()]
    monkeypatch.setenv("NO_COLOR", "1")
    show_path("8 answers.", page)
    assert "\x1b" not in capsys.readouterr().out


def test_no_text_in_a_line_steers_the_terminal_or_is_markup(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_pieces(Piece("[bold]x[/bold] :warning: \x1b[31mred"))
    show_columns([[Piece("\x1b[31m"), Piece("[red]")]])
    show_command("Read: ", ["a\x1b[31m"])
    assert "\x1b" not in (printed := capsys.readouterr().out)
    assert "[bold]x[/bold] :warning: \ufffd[31mred" in printed


PIECES = st.lists(
    st.builds(
        Piece,
        st.text(alphabet="  ab-\u4f60\u00e9\u0301\t\x1b", max_size=40)
        | st.text(alphabet="  a-", max_size=200)
        | st.lists(st.sampled_from(["a", "of 100", "x-y", "word" * 9, " "])).map(" ".join),
        st.sampled_from(["", "bold", GOOD, ASIDE]),
    ),
    max_size=3,
)


@given(PIECES, st.sampled_from(["", "name", "a longer name"]), st.sampled_from([0, 8]))
@example([Piece(" " * 20), Piece("x" * 70, "bold")], "", 0)
def test_without_colour_a_line_is_what_rich_makes_of_it(
    pieces: list[Piece], first: str, column: int
) -> None:
    def printed(**variables: str) -> tuple[str, str]:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            both = []
            for line in (partial(show_pieces, first=first, column=column), show_line):
                with redirect_stdout(io.StringIO()) as stream:
                    line(*pieces)
                both.append(stream.getvalue())
        return both[0], both[1]

    assert printed(FORCE_COLOR="") == printed()


def test_a_line_without_colour_loads_nothing_of_rich() -> None:
    script = """
import sys
from ticketbench.cli.output import Piece, show, show_columns, show_pieces
show("a", style="bold")
show_pieces(Piece("v2 is better", "bold"), first="v1", column=8)
show_columns([[Piece("a", "bold"), Piece("b")]])
print(sum(name.startswith("rich") for name in sys.modules))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["a", "v1      v2 is better", "a  b", "0"]
