"""A machine says where keys may go in one variable and in one file of its user."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ticketbench.core.errors import InputError
from ticketbench.core.keys.sources import user_file, written_hosts

BUILT_IN = {"SCALEDOWN_API_KEY": ("api.scaledown.xyz",)}


def user(tmp_path: Path, text: str | None = None, **variables: str) -> dict[str, str]:
    """The variables of a user whose file of keys holds `text`."""
    environment = {"XDG_CONFIG_HOME": str(tmp_path), **variables}
    path = user_file(environment)
    assert path is not None
    path.parent.mkdir()
    if text is not None:
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
    return environment


def test_without_a_word_of_the_machine_only_the_built_in_host_is_bound(tmp_path: Path) -> None:
    assert written_hosts({}) == BUILT_IN
    assert written_hosts(user(tmp_path)) == BUILT_IN


def test_the_variable_binds_any_key_and_one_key_to_several_hosts() -> None:
    pairs = " A=one.example  B_2=127.0.0.1:80\tA=two.example "
    found = written_hosts({"TICKETBENCH_KEY_HOSTS": pairs})
    assert found == {
        "A": ("one.example", "two.example"),
        "B_2": ("127.0.0.1:80",),
        **BUILT_IN,
    }


def test_the_file_binds_too_and_the_variable_wins_for_the_keys_it_names(tmp_path: Path) -> None:
    text = '# mine\nA = ["file.example"]\nB = ["b.example", "c.example:81"]\n'
    environment = user(tmp_path, text, TICKETBENCH_KEY_HOSTS="A=variable.example")
    found = written_hosts(environment)
    assert found["A"] == ("variable.example",)
    assert found["B"] == ("b.example", "c.example:81")


def test_what_is_built_in_holds_beside_what_is_said(tmp_path: Path) -> None:
    environment = user(tmp_path, 'SCALEDOWN_API_KEY = ["proxy.example"]')
    both = ("api.scaledown.xyz", "proxy.example")
    assert written_hosts(environment)["SCALEDOWN_API_KEY"] == both


@pytest.mark.parametrize("text", ["A", "A=", "=host", "A B=host", "1A=host", "A-B=host", "A;B=c"])
def test_a_variable_of_another_form_is_refused_without_its_text(text: str) -> None:
    with pytest.raises(InputError, match="takes NAME=HOST") as refused:
        written_hosts({"TICKETBENCH_KEY_HOSTS": text})
    assert refused.value.problems[0].where == "variable TICKETBENCH_KEY_HOSTS"


@pytest.mark.parametrize(
    "text",
    ["A = [", 'A = "host"', "A = [1]", "[table]\nA = []", '"a b" = ["c.example"]', "\x00",
     "é" * 60_000],
    ids=["broken", "no_list", "number", "table", "name", "nul", "too_large"],
)  # fmt: skip
def test_a_file_of_another_form_is_refused(tmp_path: Path, text: str) -> None:
    environment = user(tmp_path, text)
    with pytest.raises(InputError) as refused:
        written_hosts(environment)
    problem = refused.value.problems[0]
    assert (problem.where, "SHOP_KEY" in problem.help) == (str(user_file(environment)), True)


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
@pytest.mark.parametrize("which", ["file", "folder"])
def test_a_file_that_others_can_write_or_replace_is_refused(
    tmp_path: Path, which: str, mode: int
) -> None:
    environment = user(tmp_path, 'A = ["a.example"]')
    path = user_file(environment)
    assert path is not None
    (path if which == "file" else path.parent).chmod(mode | 0o100)
    with pytest.raises(InputError, match="others can write") as refused:
        written_hosts(environment)
    assert refused.value.problems[0].help.startswith("chmod go-w ")


@pytest.mark.parametrize("kind", ["link", "broken_link", "pipe", "folder"])
def test_a_file_that_is_no_plain_file_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    environment = user(tmp_path)
    path = user_file(environment)
    assert path is not None
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        target = tmp_path / "elsewhere.toml"
        if kind == "link":
            target.write_text('A = ["a.example"]')
        path.symlink_to(target)
    with pytest.raises(InputError, match="link"):
        written_hosts(environment)


@pytest.mark.parametrize("base", ["", "relative", ".", "~/x"])
def test_a_relative_place_leads_into_no_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in (tmp_path, tmp_path / ".config", tmp_path / "relative"):
        (folder / "ticketbench").mkdir(parents=True)
        (folder / "ticketbench" / "keys.toml").write_text('A = ["a.example"]')
    (tmp_path / "keys.toml").write_text('A = ["a.example"]')
    assert user_file({"XDG_CONFIG_HOME": base}) is None
    assert written_hosts({"XDG_CONFIG_HOME": base}) == BUILT_IN
    assert user_file({"XDG_CONFIG_HOME": base, "HOME": "/home/me"}) == Path(
        "/home/me/.config/ticketbench/keys.toml"
    )
