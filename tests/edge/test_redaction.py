"""Keys that this machine knows are taken out of every text, and refused in what is read."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path

import pytest

from canary import KEY
from ticketbench.core.errors import InputError
from ticketbench.edge.files.atomic import write_file
from ticketbench.edge.inputs.rubric_files import read_rubrics
from ticketbench.edge.redaction import (
    holds_key,
    note_key,
    note_keys_named_in,
    note_keys_of,
    redact,
    refuse_key,
    refuse_key_in_any,
    shown_url,
)
from ticketbench.edge.results.store import write_folder


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> str:
    """A key in a variable that nothing has named yet."""
    monkeypatch.setenv("SHOP_KEY", KEY)
    assert redact(KEY) == KEY
    return KEY


def test_the_built_in_key_is_always_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCALEDOWN_API_KEY", KEY)
    assert redact(f"a {KEY} b") == "a *** b"
    assert redact(f"a {KEY} b".encode()) == b"a *** b"


def test_a_bound_key_is_known(other: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TICKETBENCH_KEY_HOSTS", "SHOP_KEY=shop.example")
    assert redact(other) == "***"
    monkeypatch.setenv("TICKETBENCH_KEY_HOSTS", "nonsense")
    assert redact(other) == other
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "ticketbench").mkdir()
    (tmp_path / "ticketbench" / "keys.toml").write_text('SHOP_KEY = ["shop.example"]')
    assert redact(other) == "***"


@pytest.mark.parametrize(
    "text",
    [
        "endpoint: {url: x, key_env: SHOP_KEY}",
        'endpoint:\n  "key_env": "SHOP_KEY"\n  broken: [',
        "endpoint.key_env=SHOP_KEY",
        "TICKETBENCH_ENDPOINT__KEY_ENV=SHOP_KEY",
        "serve --key-env SHOP_KEY",
        "--key-env=SHOP_KEY",
    ],
)
def test_a_key_is_known_once_a_text_named_it_even_one_that_is_not_valid(
    other: str, text: str
) -> None:
    note_keys_named_in(text)
    assert redact(other) == "***"


def test_a_command_line_names_keys_itself_and_through_its_config(
    other: str, tmp_path: Path
) -> None:
    config = tmp_path / "eval.yaml"
    config.write_bytes(b"\xff key_env: SHOP_KEY\n {")
    note_keys_of(["run", str(tmp_path), str(tmp_path / "none.yaml"), "\0.yaml", str(config)])
    assert redact(other) == "***"


@pytest.mark.parametrize("name", [None, 3, "", "A B", "ÄKEY", ["SHOP_KEY"]])
def test_what_is_no_name_is_not_noted(name: object) -> None:
    note_key(name)


def test_parts_of_a_value_that_no_key_can_have_are_secret_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SCALEDOWN_API_KEY", f"first-part-é\n{KEY}\r\nab")
    assert redact(f"first-part- {KEY} ab") == "*** *** ab"


def test_a_key_within_a_longer_one_leaves_nothing_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCALEDOWN_API_KEY", KEY)
    monkeypatch.setenv("SHOP_KEY", f"{KEY}-and-more")
    note_key("SHOP_KEY")
    assert redact(f"{KEY}-and-more") == "***"


def test_files_are_written_without_the_key_and_with_the_digest_of_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import hashlib

    monkeypatch.setenv("SCALEDOWN_API_KEY", KEY)
    write_file(tmp_path / "one", KEY.encode())
    assert (tmp_path / "one").read_bytes() == b"***"
    write_folder(tmp_path / "out", {"a.txt": f"<{KEY}>".encode()}, {"command": f"run {KEY}"})
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_bytes())
    assert (tmp_path / "out" / "a.txt").read_bytes() == b"<***>"
    assert manifest["files"]["a.txt"] == hashlib.sha256(b"<***>").hexdigest()
    assert manifest["command"] == "run ***"


@pytest.mark.parametrize(
    "value", ["33333333", "E+333333", "333,0.333", "[0.333333", '333],"e":[', "x 33333333"]
)
def test_no_value_is_taken_out_of_numbers(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    text = json.dumps({"e": [0.3333333333333333, 33333333, 3.3e300]}, separators=(",", ":"))
    odd = f"{text} [0.333333,0.333,0.333333,1E+333333]"
    monkeypatch.setenv("SCALEDOWN_API_KEY", value)
    assert (redact(text), redact(odd)) == (text, odd)
    assert redact(odd.encode()) == odd.encode()


def test_a_text_that_holds_the_key_is_refused_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCALEDOWN_API_KEY", KEY)
    with pytest.raises(InputError) as refused:
        refuse_key(f"https://x/{KEY}", f"rubric_sets.{KEY}", where=f"{KEY}.yaml:1:2")
    (problem,) = refused.value.problems
    assert problem.what == "the key itself stands in rubric_sets.***: use key_env"
    assert problem.where == "***.yaml:1:2"
    refuse_key("no key", "endpoint.url")


def test_a_plain_word_may_stand_in_texts_of_other_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCALEDOWN_API_KEY", "password")
    text = "I forgot my password"
    assert holds_key(text)
    assert not holds_key(text, by_chance=True)
    refuse_key_in_any([text], "a ticket", where=str)


@pytest.mark.parametrize(("label", "refused"), [("account", False), ("password", True)])
def test_a_plain_word_is_refused_as_a_label_and_not_in_a_rubric(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, label: str, *, refused: bool
) -> None:
    monkeypatch.setenv("SCALEDOWN_API_KEY", "password")
    path = tmp_path / "v1.yaml"
    rubric = 'rubric: "Is it about a password?"'
    path.write_text(f"- {{name: {label}, {rubric}}}\n- {{name: other, {rubric}}}\n")
    expected = pytest.raises(InputError, match="the key itself") if refused else nullcontext()
    with expected:
        assert read_rubrics(path).labels == (label, "other")


def test_the_first_of_many_texts_that_holds_the_key_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refuse_key_in_any(iter(["no key is known"]), "a ticket", where=str)
    monkeypatch.setenv("SCALEDOWN_API_KEY", KEY)
    with pytest.raises(InputError) as refused:
        refuse_key_in_any(["a", f"b {KEY}", KEY], "a ticket", where=lambda i: f"t.csv:{i}")
    assert refused.value.problems[0].where == "t.csv:1"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://h/classify", "https://h/classify"),
        ("https://h/classify?k=v&other=w#x", "https://h/classify?k=***&other=***#x"),
        ("https://h/classify?k=a=b;c=d", "https://h/classify?k=***;c=***"),
        ("https://h/a=b/classify?flag", "https://h/a=b/classify?flag"),
    ],
)
def test_a_url_is_shown_without_the_values_of_its_query(url: str, shown: str) -> None:
    assert shown_url(url) == shown
