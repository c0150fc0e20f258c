"""docs/endpoints.md: the config of several endpoints and its commands run as they stand."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from forked import ticketbench_in
from several_endpoints import served
from small_project import write_project

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "endpoints.md").read_text(encoding="utf-8")


def section() -> tuple[str, list[str]]:
    """The config, and the commands in order."""
    part = PAGE.partition("## Several side by side\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"(?:^    .*\n)+", part, re.MULTILINE)
    config, commands = (re.sub(r"^    ", "", one, flags=re.MULTILINE) for one in blocks)
    return config, commands.splitlines()


@pytest.mark.loopback
def test_the_config_runs_with_every_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config, commands = section()
    write_project(tmp_path)
    said = {}
    with served() as url:
        text = config.replace("127.0.0.1:8000", url.split("/")[2])
        Path("eval.yaml").write_text(text, encoding="utf-8")
        for command in commands:
            name, *words = shlex.split(command)
            assert name == "ticketbench"
            done = ticketbench_in(tmp_path, *words)
            assert done.returncode == 0, (command, done.stderr)
            said[words[0], len(words)] = done.stdout
    assert "there" in said["run", 3]
    board = said["run", 2]
    assert re.search(r"v2@there +100\.0%.* 0\.5 +[\d,]+, [\d,]+\n", board)
    assert "TF-IDF" in board
    assert '"url": "systemone+http://127.0.0.1' in Path("policy.json").read_text()
