"""What docs/answers.md says of a recording in parts, done."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from forked import ticketbench_in
from ticketbench.edge.answers.parts.layout import PART_COUNTS, part_name, prefixes
from ticketbench.edge.answers.parts.one_file import MOST_LINES
from ticketbench.edge.answers.recording import Recording

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "answers.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("## A recording in parts\n")[2].partition("\n## ")[0]
CALLS = re.findall(r"^    ticketbench (.*)$", SECTION, re.MULTILINE)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The quickstart under the names of the page."""
    for name in ("configs", "datasets"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "configs" / "quickstart.yaml").rename(tmp_path / "configs" / "support.yaml")
    (tmp_path / "recordings").mkdir()
    shutil.copy(
        tmp_path / "configs" / "recordings" / "support.jsonl", tmp_path / "recordings/old.jsonl"
    )
    return tmp_path


def test_the_commands_of_the_page_write_merge_and_mend_parts(project: Path) -> None:
    export, merge, mend = CALLS
    done = ticketbench_in(project, *export.split())
    assert "to recordings/support, in 256 parts" in done.stdout, done.stderr
    folder = project / "recordings" / "support"
    written = {path.name: path.read_bytes() for path in folder.iterdir()}
    done = ticketbench_in(project, *merge.split())
    assert done.returncode == 0, done.stderr
    part = next(name for name, content in written.items() if len(content) > 100)
    for side in ("ours", "theirs"):
        shutil.copy(folder / part, project / f"{side}.jsonl.gz")
    done = ticketbench_in(project, *mend.replace("3f.jsonl.gz", part).split())
    assert done.returncode == 0, done.stderr
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == written
    shown = subprocess.run(
        "sha256sum *.jsonl.gz | sha256sum", shell=True, cwd=folder, capture_output=True, check=True
    )
    assert "`sha256sum *.jsonl.gz | sha256sum`" in SECTION
    assert Recording(folder).digest == shown.stdout.decode().split()[0]


def test_the_page_tells_the_names_and_limits_that_hold() -> None:
    assert PART_COUNTS == (1, 16, 256)
    for n_parts in PART_COUNTS:
        own = prefixes(n_parts)
        assert f"`{part_name(own[0])}`" in SECTION
        assert f"`{part_name(own[-1])}`" in SECTION
    assert f"at most {MOST_LINES:,} lines" in SECTION
