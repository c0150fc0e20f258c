"""Which key goes where: shown, bound, and told before anything is sent, whatever asks."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import canary
from fault_project import FaultProject, binding
from fault_server import FaultServer, Step
from forked import ticketbench
from ticketbench.core.errors import EndpointError, InputError

pytestmark = pytest.mark.loopback

NAMED = "endpoint.key_env=SCALEDOWN_API_KEY"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder of settings."""
    folder = tmp_path / "settings"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    return folder


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


@pytest.fixture
def project(tmp_path: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch) -> FaultProject:
    """Twelve tickets; the key is set, and bound to no server of these tests."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SCALEDOWN_API_KEY", canary.KEY)
    return FaultProject(folder, server)


def keys_seen(server: FaultServer) -> set[str | None]:
    return {seen.headers.get("x-api-key") for seen in server.seen}


# --- ticketbench key


def test_a_bound_key_is_listed_without_its_value(home: Path) -> None:
    done = ticketbench("key", "bind", "SHOP_KEY", "Router.Shop.Example", "--yes")
    assert done.returncode == 0, done.stderr
    file = home / "ticketbench" / "keys.toml"
    assert 'SHOP_KEY = ["router.shop.example"]' in file.read_text("utf-8")
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    ticketbench("key", "bind", "SHOP_KEY", "127.0.0.1:8080", "--yes")
    ticketbench("key", "bind", "A_KEY", "a.example", "--yes")
    listed = ticketbench("key", "list", SHOP_KEY=canary.KEY)
    rows = [line.split() for line in listed.stdout.splitlines()[1:]]
    assert rows == [
        ["A_KEY", "a.example", "no"],
        ["SCALEDOWN_API_KEY", "api.scaledown.xyz", "no"],
        ["SHOP_KEY", "router.shop.example,", "127.0.0.1:8080", "yes"],
    ]
    found = json.loads(ticketbench("key", "list", "--json", SHOP_KEY=canary.KEY).stdout)
    assert found["schema"] == "ticketbench/keys@1"
    assert found["data"][2] == {
        "variable": "SHOP_KEY",
        "hosts": ["router.shop.example", "127.0.0.1:8080"],
        "is_set": True,
    }


def test_nothing_is_bound_where_nobody_can_agree(home: Path) -> None:
    done = ticketbench("key", "bind", "SHOP_KEY", "router.shop.example")
    assert done.returncode == 2
    assert "--yes" in done.stderr
    assert not home.exists()


@pytest.mark.parametrize(("answer", "bound"), [("y", True), ("n", False)])
def test_at_a_terminal_the_user_is_asked(home: Path, answer: str, *, bound: bool) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())
    command = [sys.executable, "-m", "ticketbench", "key", "bind", "GITHUB_TOKEN", "a.example"]
    done = subprocess.run(command, stdin=theirs, capture_output=True, text=True, check=True)
    os.close(theirs)
    os.close(ours)
    assert "Let GITHUB_TOKEN go to a.example?" in done.stderr
    assert "somebody else's" in done.stderr
    assert (home / "ticketbench" / "keys.toml").exists() == bound


@pytest.mark.parametrize(
    ("variable", "host"),
    [("1KEY", "a.example"), ("A-KEY", "a.example"), ("KEY", "https://a.example"), ("KEY", "*"),
     ("SHOP_KEY", canary.KEY)],
)  # fmt: skip
def test_what_cannot_be_bound_is_refused(home: Path, variable: str, host: str) -> None:
    done = ticketbench("key", "bind", variable, host, "--yes", SHOP_KEY=canary.KEY)
    assert done.returncode == 2
    assert not canary.holds((done.stdout + done.stderr).encode())
    assert not home.exists()


def test_a_file_that_others_can_write_is_neither_used_nor_written(home: Path) -> None:
    ticketbench("key", "bind", "SHOP_KEY", "a.example", "--yes")
    file = home / "ticketbench" / "keys.toml"
    file.chmod(0o666)
    before = file.read_bytes()
    for arguments in (("key", "list"), ("key", "bind", "B", "b.example", "--yes")):
        done = ticketbench(*arguments)
        assert done.returncode == 2
        assert "others can write" in done.stderr
    assert file.read_bytes() == before


# --- before anything is sent


def test_a_key_that_a_config_names_for_another_host_stays_here(
    project: FaultProject, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = project.config.read_text()
    own = config.replace("timeout_s", "key_env: SCALEDOWN_API_KEY, timeout_s")
    project.config.write_text(own)
    for command in ("run", "gate", "doctor"):
        mode = ("--mode", "auto") if command == "gate" else ()
        gates = ("--set", "gates=[{metric: accuracy, on: v1, min: 0.5}]") if mode else ()
        done = ticketbench(command, "eval.yaml", *mode, *gates)
        assert done.returncode == 2, done.stdout + done.stderr
        assert "SCALEDOWN_API_KEY is not bound to 127.0.0.1" in done.stdout + done.stderr
    done = ticketbench("run", "eval.yaml", "--dry-run")
    assert (done.returncode, "eval.yaml:2:" in done.stderr) == (2, True)
    project.config.write_text(config)
    assert ticketbench("run", "eval.yaml", "--set", NAMED).returncode == 2
    named = {"TICKETBENCH_ENDPOINT__KEY_ENV": "SCALEDOWN_API_KEY"}
    assert ticketbench("run", "eval.yaml", **named).returncode == 2
    assert server.seen == []
    # No place of the project binds a key.
    (project.folder / "keys.toml").write_text(f'SCALEDOWN_API_KEY = ["{binding(server.url)[1]}"]')
    for name in ("key_hosts", "endpoint.key_hosts", "TICKETBENCH_KEY_HOSTS"):
        done = ticketbench("run", "eval.yaml", "--set", f"{name}={binding(server.url)[1]}")
        assert done.returncode == 2
    assert server.seen == []


def test_the_library_and_the_plugin_keep_it_too(
    project: FaultProject, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ticketbench.flow.answers.recheck import recheck
    from ticketbench.flow.gates.under_test import UnderTest
    from ticketbench.flow.run import run
    from ticketbench.flow.setup.doctor import doctor

    run(project.config, out=project.out)  # without the key: the config does not name it
    assert keys_seen(server) == {None}
    server.seen.clear()
    config = project.config.read_text().replace(
        "timeout_s", "key_env: SCALEDOWN_API_KEY, timeout_s"
    )
    project.config.write_text(config)
    with pytest.raises(InputError, match="is not bound"):
        run(project.config, out=project.out, mode="refresh")
    with pytest.raises(InputError, match="is not bound"):
        recheck(project.config)
    with pytest.raises(InputError, match="is not bound"):
        UnderTest(project.config, "auto").answer("another text")
    assert [one.name for one in doctor(project.config, online=True) if one.exit_code] == ["key"]
    assert server.seen == []
    run(project.config, out=project.out, mode="replay")  # nothing is sent, so no key is wanted


def test_a_default_key_is_left_out_and_one_line_says_so(
    project: FaultProject, server: FaultServer
) -> None:
    done = ticketbench("run", "eval.yaml")
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[0].startswith("no key goes to 127.0.0.1")
    assert done.stderr.count("no key goes") == 1
    assert keys_seen(server) == {None}


def test_where_a_key_goes_is_said_first(project: FaultProject, server: FaultServer) -> None:
    host = server.url.split("/")[2]
    bound = dict([binding(server.url)])
    goes = f"key SCALEDOWN_API_KEY goes to {host}"
    assert goes in ticketbench("run", "eval.yaml", "--dry-run", **bound).stdout
    planned = json.loads(ticketbench("run", "eval.yaml", "--dry-run", "--json", **bound).stdout)
    assert planned["data"]["key"] == goes
    assert f"ok       key: {goes}" in ticketbench("doctor", "eval.yaml", **bound).stdout
    assert server.seen == []
    done = ticketbench("run", "eval.yaml", **bound)
    assert done.stderr.splitlines()[0] == goes
    assert keys_seen(server) == {canary.KEY}
    again = ticketbench("cache", "recheck", "eval.yaml", **bound)
    assert again.stderr.splitlines()[0] == goes


def test_doctor_says_which_keys_are_bound_and_which_of_them_are_not_set() -> None:
    found = ticketbench("doctor", TICKETBENCH_KEY_HOSTS="SHOP_KEY=a.example", SHOP_KEY="x" * 9)
    line = "SCALEDOWN_API_KEY -> api.scaledown.xyz, not set; SHOP_KEY -> a.example"
    assert line in found.stdout
    broken = ticketbench("doctor", TICKETBENCH_KEY_HOSTS="x")
    assert (broken.returncode, "blocked  bound keys" in broken.stdout) == (2, True)


def test_a_redirect_carries_no_key(
    project: FaultProject, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultServer() as other:
        server.script(Step(307, b"", {"Location": other.url}))
        monkeypatch.setenv(*binding(server.url))
        with pytest.raises(EndpointError, match="redirects"):
            project.run()
        assert (keys_seen(server), other.seen) == ({canary.KEY}, [])


# --- the key where it does not belong


@pytest.mark.parametrize(
    "place",
    [
        "value",
        "key",
        "label",
        "rubric",
        "ticket",
        "id",
        "label_of_ticket",
        "file",
        "url",
        "argument",
    ],
)
def test_the_key_itself_is_refused_before_anything_is_written(
    project: FaultProject, server: FaultServer, place: str
) -> None:
    def put(file: str, old: str, new: str) -> None:
        path = project.folder / file
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new, 1))

    more: tuple[str, ...] = ()
    if place == "value":
        put("eval.yaml", "concurrency: 4", f"concurrency: {canary.KEY}")
    elif place == "key":
        put("eval.yaml", "{v1:", f"{{{canary.KEY}:")
    elif place == "label":
        put("v1.yaml", "name: billing", f"name: {canary.KEY}")
    elif place == "rubric":
        put("v1.yaml", "Is it", canary.KEY)
    elif place == "ticket":
        put("tickets.csv", "ticket 3", f"ticket {canary.KEY}")
    elif place == "id":
        put("tickets.csv", "t3,", f"t{canary.KEY},")
    elif place == "label_of_ticket":
        put("tickets.csv", ",billing\n", f",{canary.KEY}\n")
    elif place == "file":
        put("eval.yaml", "tickets.csv", f"{canary.KEY}.csv")
    elif place == "url":
        put("eval.yaml", "/classify", f"/classify?model={canary.KEY}")
    else:
        more = ("--set", f"policy.threshold={canary.KEY}")
    before = {path.name for path in project.folder.iterdir()}
    done = ticketbench("run", "eval.yaml", "--debug", *more, **dict([binding(server.url)]))
    assert done.returncode == 2, done.stderr
    assert "the key itself stands in " in done.stderr
    assert "use key_env" in done.stderr
    assert not canary.holds((done.stdout + done.stderr).encode())
    assert ({path.name for path in project.folder.iterdir()}, server.seen) == (before, [])


def test_a_query_is_hidden_in_reports_and_kept_in_requests(
    project: FaultProject, server: FaultServer
) -> None:
    project.point_to(f"{server.url}?model=secret-model-7")
    done = ticketbench("run", "eval.yaml")
    assert done.returncode == 0, done.stderr
    assert {seen.path for seen in server.seen} == {"/classify?model=secret-model-7"}
    shown = [path for path in (project.folder / "reports").rglob("*") if path.is_file()]
    assert not [path for path in shown if b"secret-model-7" in path.read_bytes()]
    assert b"?model=***" in (project.folder / "reports/eval/index.html").read_bytes()
    assert ticketbench("run", "eval.yaml", "--mode", "replay").returncode == 0


def test_a_traceback_shows_neither_locals_nor_the_key(project: FaultProject) -> None:
    (project.folder / "eval.yaml").write_text(f'"{canary.KEY}: [')
    done = ticketbench("run", "eval.yaml", "--debug")
    assert done.returncode == 2
    assert "Traceback" in done.stderr
    assert "environ(" not in done.stderr
    assert not canary.holds(done.stderr.encode())


def test_a_config_that_cannot_be_read_still_says_which_variable_is_a_key(
    project: FaultProject,
) -> None:
    (project.folder / "eval.yaml").write_text(
        f"endpoint: {{key_env: SHOP_KEY}}\n{canary.KEY}: 1\n{canary.KEY}: 2\n"
    )
    done = ticketbench("run", "eval.yaml", "--debug", SHOP_KEY=canary.KEY, SCALEDOWN_API_KEY="")
    assert done.returncode == 2
    assert "stands twice" in done.stderr
    assert not canary.holds(done.stderr.encode())
