"""Sums of long vectors do not depend on the number of cores."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

LIMITS = """
import numpy
from ticketbench.flow.arithmetic import sums_in_one_order
sums_in_one_order({n})
import sys
from pathlib import Path
limited = "threadpoolctl" in sys.modules
from threadpoolctl import threadpool_info
print(limited, {{one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}})
"""


@pytest.mark.parametrize(("n", "limited"), [("None", True), ("10_001", True), ("10_000", False)])
def test_blas_adds_up_in_one_thread_where_it_would_split_a_vector(n: str, limited: bool) -> None:
    command = [sys.executable, "-c", LIMITS.format(n=n)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    first, threads = done.stdout.strip().split(" ", 1)
    assert first == str(limited)
    assert not limited or threads == "{1}"


def test_a_command_starts_no_thread_of_blas(answered: Path) -> None:
    code = """
from threadpoolctl import threadpool_info
from ticketbench.cli.main import main
try:
    main(["validate", "eval.yaml"])
except SystemExit:
    import numpy
    print({one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"})
"""
    bare = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=answered, env=bare, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "{1}", done.stderr
