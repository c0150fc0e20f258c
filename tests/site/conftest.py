"""The site, built once for all tests of a session."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from made_once import made_once

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site; building it gave no warning."""
    if find_spec("sphinx") is None:
        pytest.skip("sphinx is not installed: make docs installs it, and CI runs that")
    return made_once(tmp_path_factory, "site", _build)


def _build(folder: Path) -> None:
    trees = ["--doctree-dir", str(folder.parent / "trees")]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going", *trees,
         str(DOCS), str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
