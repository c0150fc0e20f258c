"""The compiled functions of scipy are the same ones, however and whenever they are loaded."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.optimize import isotonic_regression

from ticketbench.measure.statistics import compiled as here
from ticketbench.measure.statistics.compiled import compiled, isotonic

OURS = """
from ticketbench.measure.statistics import special
from ticketbench.measure.statistics.compiled import isotonic
values = [special.ndtri(0.975), special.stdtrit(4, 0.9), special.betaincinv(3, 5, 0.1)]
curve = list(isotonic(np.array([3.0, 1.0, 2.0]), weights=np.array([1, 2, 1])))
"""
THEIRS = "import sklearn.isotonic, scipy.stats, scipy.optimize, scipy.special\n"
SAME = """
from scipy.special import betaincinv, ndtri, stdtrit
assert special.ndtri is ndtri and special.stdtrit is stdtrit and special.betaincinv is betaincinv
assert values == [ndtri(0.975), stdtrit(4, 0.9), betaincinv(3, 5, 0.1)]
assert curve == list(scipy.optimize.isotonic_regression([3.0, 1.0, 2.0], weights=[1, 2, 1]).x)
assert scipy.special.__file__ and scipy.special.logsumexp([0.0, 0.0]) > 0.69
assert scipy.stats.norm.ppf(0.975) == ndtri(0.975)
assert scipy.special._ufuncs.ndtri is ndtri
"""
LIGHT = """
import sys
assert "scipy.special._ufuncs" in sys.modules and "scipy.optimize._pava_pybind" in sys.modules
assert not {"scipy.special", "scipy.optimize", "scipy.linalg", "scipy.sparse"} & set(sys.modules)
"""


@pytest.mark.parametrize(
    "script",
    [OURS + LIGHT + THEIRS + SAME, THEIRS + OURS + SAME],
    ids=["ours before the packages", "ours after the packages"],
)
def test_the_functions_are_those_of_the_packages_in_either_order(script: str) -> None:
    command = [sys.executable, "-c", f"import numpy as np\n{script}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_where_scipy_keeps_a_module_elsewhere_the_package_gives_equal_values() -> None:
    script = """
from ticketbench.measure.statistics import compiled as module
module.compiled = lambda package, name: None
"""
    command = [sys.executable, "-c", f"import numpy as np\n{script}{OURS}{THEIRS}{SAME}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_module_that_is_not_there_is_none_and_leaves_nothing_behind() -> None:
    for package in ("scipy.special", "scipy.nothing"):
        before = sys.modules.get(package)
        assert compiled(package, "_nothing") is None
        assert sys.modules.get(package) is before


BOTH = """
import importlib.machinery, sys, threading
from ticketbench.measure.statistics.compiled import compiled

found, begun = [], threading.Event()

def theirs():
    begun.set()
    import scipy.special as first
    from scipy.special import ndtri, logsumexp
    import scipy.stats
    found.extend([first.logsumexp([0.0, 0.0]) > 0.69, ndtri, scipy.stats.norm.ppf(0.5) == 0])

class OnTheWay:
    def find_spec(self, name, path=None, target=None):
        if name == "scipy.special._ufuncs" and not begun.is_set():
            other.start()
            begun.wait()
            other.join(0.2)

other = threading.Thread(target=theirs)
sys.meta_path.insert(0, OnTheWay())
ours = compiled("scipy.special", "_ufuncs")
other.join(60)
import scipy.special
assert found == [True, ours.ndtri, True], found
assert scipy.special.ndtri is ours.ndtri and scipy.special.__file__
"""


def test_a_thread_that_imports_the_package_meanwhile_gets_all_of_it() -> None:
    command = [sys.executable, "-c", BOTH]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


FINITE = st.floats(-1e6, 1e6)


@given(
    arrays.arrays(np.float64, st.integers(1, 40), elements=FINITE),
    st.integers(0, 2**32 - 1),
)
def test_isotonic_is_scipys_to_the_bit_and_leaves_its_arguments(
    values: np.ndarray, seed: int
) -> None:
    weights = np.random.default_rng(seed).integers(1, 9, size=len(values))
    given_values, given_weights = values.copy(), weights.copy()
    found = isotonic(values, weights=weights)
    assert found.tobytes() == isotonic_regression(values, weights=weights).x.tobytes()
    assert np.array_equal(values, given_values)
    assert np.array_equal(weights, given_weights)


def test_without_the_compiled_module_isotonic_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    values, weights = np.array([2.0, 1.0, 5.0, 4.0, 4.5]), np.array([1, 3, 1, 2, 2])
    fast = isotonic(values, weights=weights)
    monkeypatch.setattr(here, "compiled", lambda package, module: None)
    assert isotonic(values, weights=weights).tobytes() == fast.tobytes()


def test_nothing_has_no_isotonic_values() -> None:
    assert len(isotonic(np.array([]), weights=np.array([]))) == 0
