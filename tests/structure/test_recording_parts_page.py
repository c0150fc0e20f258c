"""What docs/answers.md says of the digest and the names of a recording in parts holds."""

from __future__ import annotations

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


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The quickstart under the names of the page."""
    for name in ("configs", "datasets"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "configs" / "quickstart.yaml").rename(tmp_path / "configs" / "support.yaml")
    return tmp_path


def test_the_digest_of_a_folder_is_that_of_the_command_on_the_page(project: Path) -> None:
    words = "cache export configs/support.yaml --to recordings/support --parts 256"
    assert f"    ticketbench {words}\n" in SECTION
    done = ticketbench_in(project, *words.split())
    assert done.returncode == 0, done.stderr
    folder = project / "recordings" / "support"
    assert "`sha256sum *.jsonl.gz | sha256sum`" in SECTION
    shown = subprocess.run(
        "sha256sum *.jsonl.gz | sha256sum", shell=True, cwd=folder, capture_output=True, check=True
    )
    assert Recording(folder).digest == shown.stdout.decode().split()[0]


def test_the_page_tells_the_names_and_limits_that_hold() -> None:
    assert PART_COUNTS == (1, 16, 256)
    for n_parts in PART_COUNTS:
        own = prefixes(n_parts)
        assert f"`{part_name(own[0])}`" in SECTION
        assert f"`{part_name(own[-1])}`" in SECTION
    assert f"at most {MOST_LINES:,} lines" in SECTION
