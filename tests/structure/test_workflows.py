"""The workflow that docs/ci.md shows, read by zizmor; `make check` reads action.yml with it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from docs_block import block

ZIZMOR = shutil.which(
    "zizmor", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
)
WORKFLOW = block("# .github/workflows/rubrics.yml")
# A name and a commit, as a reader puts them in.
OWN = WORKFLOW.replace("OWNER/", "someone/").replace("@COMMIT", f"@{'0' * 40} # v1.0.0")
COMMENT = block("github.event.pull_request.head.repo.full_name == github.repository")


def found(workflow: str, folder: Path) -> list[str]:
    """What zizmor finds in a workflow, in its strictest reading and without any network."""
    file = folder / "rubrics.yml"
    file.write_text(workflow, encoding="utf-8")
    options = ("--offline", "--no-progress", "--persona", "auditor", "--format", "json-v1")
    assert ZIZMOR, "zizmor is not installed: make test installs it"
    done = subprocess.run(
        [ZIZMOR, *options, file], capture_output=True, text=True, check=False, cwd=folder
    )
    assert done.stdout, done.stderr
    findings: list[dict[str, Any]] = json.loads(done.stdout)
    return sorted(one["ident"] for one in findings)


def test_nothing_is_found_in_the_workflow_of_the_page(tmp_path: Path) -> None:
    assert found(OWN, tmp_path) == []


def test_nothing_is_found_in_the_workflow_with_the_comment_of_the_page(tmp_path: Path) -> None:
    indented = "".join(f"      {line}\n" for line in COMMENT.rstrip().splitlines())
    assert found(f"{OWN.rstrip()}\n{indented}", tmp_path) == []


@pytest.mark.parametrize(
    ("written", "instead", "finding"),
    [
        ("persist-credentials: false, ", "", "artipacked"),
        ("  pull_request:", "  pull_request_target:", "dangerous-triggers"),
        ("@11bd71901bbe5b1630ceea73d27597364c9af683 #", "@v4 #", "unpinned-uses"),
        ("contents: read", "contents: write", "excessive-permissions"),
    ],
)
def test_what_the_page_does_not_do_would_be_found(
    tmp_path: Path, written: str, instead: str, finding: str
) -> None:
    assert written in OWN
    assert finding in found(OWN.replace(written, instead), tmp_path)
