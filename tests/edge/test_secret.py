"""The API key shows itself to the request header and nothing else."""

from __future__ import annotations

import pytest

import canary
from key_forms import ODD, written
from ticketbench.core.errors import InputError
from ticketbench.core.keys.value import HEADER
from ticketbench.edge.endpoints import Connection
from ticketbench.edge.engines import engines
from ticketbench.edge.secret import ApiKey, read_key
from ticketbench.edge.serving.service import Service

CANARY = "sk-canary-7f3a9c1e"
KEY = ApiKey(CANARY)


def test_the_header_is_in_lower_case() -> None:
    assert HEADER == "x-api-key"


def test_the_header_value_is_the_key() -> None:
    assert KEY.header_value() == CANARY


@pytest.mark.parametrize(
    "shown",
    [
        str(KEY),
        repr(KEY),
        f"{KEY}",
        f"{KEY!r}",
        format(KEY),
        "%s" % KEY,  # noqa: UP031 - this form is the subject
        "{}".format(KEY),  # noqa: UP032 - this form is the subject
        repr([KEY]),
        repr({"key": KEY}),
        repr(Connection(KEY)),
        str(Connection(KEY)),
        repr(Service(engines().get("lexical"), KEY)),
        str(ValueError(KEY)),
    ],
    ids=[
        "str", "repr", "f_string", "f_string_repr", "format", "percent", "format_method", "list",
        "dict", "connection_repr", "connection_str", "service_repr", "exception",
    ],
)  # fmt: skip
def test_a_key_is_not_shown(shown: str) -> None:
    assert CANARY not in shown


def test_a_key_is_cut_out_of_a_text() -> None:
    assert KEY.redacted(f"bad key {CANARY}: {CANARY}!".encode()) == b"bad key ***: ***!"


def test_equal_keys_are_equal() -> None:
    assert ApiKey(CANARY) == KEY


def test_a_key_is_read_from_its_variable() -> None:
    assert read_key("MY_KEY", {"MY_KEY": CANARY, "OTHER": "x"}) == KEY


@pytest.mark.parametrize("around", [" {} ", "{}\n", "\t{}\r\n"], ids=["blanks", "lf", "crlf"])
def test_blanks_around_a_key_are_cut(around: str) -> None:
    assert read_key("MY_KEY", {"MY_KEY": around.format(CANARY)}) == KEY


@pytest.mark.parametrize("value", [None, "", "  ", "\n"], ids=["unset", "empty", "blank", "lf"])
def test_an_unset_or_blank_variable_is_no_key(value: str | None) -> None:
    assert read_key("MY_KEY", {} if value is None else {"MY_KEY": value}) is None


INVALID = {
    "line_end_inside": f"{CANARY}\n{CANARY}",
    "carriage_return_inside": f"{CANARY}\r{CANARY}",
    "blank_inside": f"{CANARY} {CANARY}",
    "non_ascii": f"{CANARY}é",
    "no_break_space_inside": f"{CANARY}\xa0{CANARY}",
    "nul": f"{CANARY}\x00{CANARY}",
    "delete": f"{CANARY}\x7f",
    "undecodable": f"{CANARY}\udcff",
}


@pytest.mark.parametrize("name", INVALID)
def test_an_invalid_key_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        read_key("MY_KEY", {"MY_KEY": INVALID[name]})


@pytest.mark.parametrize("name", INVALID)
def test_a_refused_key_is_not_shown(name: str) -> None:
    with pytest.raises(InputError) as refused:
        read_key("MY_KEY", {"MY_KEY": INVALID[name]})
    assert CANARY not in f"{refused.value!r} {refused.value.problems}"


def test_a_refusal_names_the_variable() -> None:
    with pytest.raises(InputError, match="MY_KEY"):
        read_key("MY_KEY", {"MY_KEY": INVALID["blank_inside"]})


@pytest.mark.parametrize("form", written(ODD))
@pytest.mark.parametrize("key", [ODD, canary.KEY, "Zq_4b9.~"], ids=["odd", "usual", "short"])
def test_a_key_is_found_and_replaced_however_it_is_written(key: str, form: str) -> None:
    text = f"<before {written(key)[form]} after>"
    shown = ApiKey(key).redacted(text)
    assert "***" in shown
    assert not canary.holds(shown.encode(), key)
    assert ApiKey(key).redacted(text.encode()) == shown.encode()
    assert ApiKey(key).stands_in(text)
    assert (shown[:8], shown[-7:]) == ("<before ", " after>")


def test_a_text_without_the_key_stays_as_it_is() -> None:
    text = "50 % of &amp; a \\u0061 %61 sk-canary-7f3a9c1 SK_CANARY c2stY2FuYXJ5 é \ud800"
    assert KEY.redacted(text) == text
    assert not KEY.stands_in(text)


@pytest.mark.parametrize(
    ("key", "wordlike"), [("password", True), ("passw0rd", False), ("a" * 16, False)]
)
def test_a_short_word_stands_in_texts_by_chance(key: str, *, wordlike: bool) -> None:
    assert ApiKey(key).is_wordlike() is wordlike


@pytest.mark.parametrize("value", ["x", "test", "1234567"])
def test_a_key_so_short_that_answers_hold_it_by_chance_is_refused(value: str) -> None:
    with pytest.raises(InputError, match="fewer than 8 characters") as refused:
        read_key("MY_KEY", {"MY_KEY": value})
    assert value not in str(refused.value)


@pytest.mark.parametrize("value", ["33333333", "-1.5e-300", "0.25,0.75", "3" * 64])
def test_a_key_that_numbers_hold_by_chance_is_refused(value: str) -> None:
    with pytest.raises(InputError, match="MY_KEY is a number") as refused:
        read_key("MY_KEY", {"MY_KEY": value})
    assert value not in f"{refused.value.problems}"
