"""Attacks as a user would meet them: each script works in a folder of its own, prints one line a
check, and ends with 0 only where all hold.

`make attack-test` runs them; one instance of each kind stands in the tests of the module it is
about.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "scripts"
SCRIPTS = sorted(
    str(path.relative_to(HERE)) for path in HERE.glob("*/*.sh") if not path.name.startswith("lib-")
)


@pytest.mark.attack
@pytest.mark.parametrize("script", SCRIPTS)
def test_every_check_of_the_script_holds(script: str) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "LANG": "C.UTF-8",
        "TICKETBENCH": str(Path(sys.executable).with_name("ticketbench")),
        "PYTHON": sys.executable,
    }
    command = ["bash", str(HERE / script)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    short = [line for line in done.stdout.splitlines() if not line.startswith("ok ")]
    assert done.returncode == 0, "\n".join([*short, done.stderr])
