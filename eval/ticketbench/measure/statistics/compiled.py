"""Compiled functions of scipy without the packages around them.

An import of `scipy.special` copies the whole namespace of numpy and tests of it, one of
`scipy.optimize` brings linear algebra, sparse matrices and transforms: either takes longer than
all the arithmetic of a small job. The compiled module inside is a twentieth of that, and the very
one that the package hands on, so no digit depends on the way.
"""

from __future__ import annotations

import importlib
import sys
from threading import Lock
from types import ModuleType

import numpy as np

from ticketbench.core.types import FloatArray, IntArray

_ONE_AT_A_TIME = Lock()
"""Two threads would take each other's empty package for the real one."""


def compiled(package: str, module: str) -> ModuleType | None:
    """The compiled `module` of a `package` of scipy, as `from package import module` has it.

    None where this scipy keeps it elsewhere: then the package itself has to be imported.
    """
    name = f"{package}.{module}"
    with _ONE_AT_A_TIME:
        alone = package not in sys.modules
        if alone:
            sys.modules[package] = _empty(package)
        try:
            return importlib.import_module(name)
        except (ImportError, AttributeError):
            return None
        finally:
            if alone:
                del sys.modules[package]


def _empty(package: str) -> ModuleType:
    """A package that has the files of `package` and runs none of them."""
    import scipy

    empty = ModuleType(package)
    empty.__path__ = [f"{scipy.__path__[0]}/{package.removeprefix('scipy.')}"]
    return empty


def isotonic(values: FloatArray, *, weights: FloatArray | IntArray) -> FloatArray:
    """The non-decreasing values nearest to `values` by weighted least squares.

    Pool adjacent violators (Ayer et al. 1955). `weights` are above 0; no values give none.
    """
    module = compiled("scipy.optimize", "_pava_pybind")
    if module is None:
        from scipy.optimize import isotonic_regression

        return np.asarray(isotonic_regression(values, weights=weights).x)
    blocks = np.full(len(values) + 1, -1, dtype=np.intp)
    # It pools in place.
    pooled = module.pava(np.array(values, np.float64), np.array(weights, np.float64), blocks)
    return np.asarray(pooled[0])
