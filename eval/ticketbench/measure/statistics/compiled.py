"""Compiled functions of scipy without the packages around them.

An import of `scipy.special` copies the whole namespace of numpy and tests of it, one of
`scipy.optimize` brings linear algebra, sparse matrices and transforms: either takes longer than
all the arithmetic of a small job. The compiled module inside is a twentieth of that, and the very
one that the package hands on, so no digit depends on the way.
"""

from __future__ import annotations

import importlib
import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from threading import RLock
from types import ModuleType
from typing import Any

import numpy as np

from ticketbench.core.types import FloatArray, IntArray

_ONE_AT_A_TIME = RLock()
"""Two threads would take each other's empty package for the real one."""


def compiled(package: str, module: str) -> ModuleType | None:
    """The compiled `module` of a `package` of scipy, as `from package import module` has it.

    None where this scipy keeps it elsewhere: then the package itself has to be imported. A thread
    that imports the package meanwhile gets all that is in it.
    """
    name = f"{package}.{module}"
    if name in sys.modules:
        return importlib.import_module(name)  # which waits where another thread is about it
    with _ONE_AT_A_TIME:
        empty = None if package in sys.modules else _empty(package)
        # At once: another thread may have begun to import it since.
        alone = empty is not None and sys.modules.setdefault(package, empty) is empty
        try:
            return importlib.import_module(name)
        except (ImportError, AttributeError):
            return None
        finally:
            if alone and sys.modules.get(package) is empty:
                del sys.modules[package]


def _empty(package: str) -> ModuleType | None:
    """A package that has the files of `package` and runs none of them; None without such files.

    What others ask of it, they get of the real one.
    """
    import scipy

    spec = PathFinder.find_spec(package, scipy.__path__)
    if spec is None:
        return None
    empty = module_from_spec(spec)

    def of_the_real_one(name: str) -> Any:
        with _ONE_AT_A_TIME:
            if sys.modules.get(package) is empty:  # the compiled module asks, on its way
                raise AttributeError(name)
        return getattr(importlib.import_module(package), name)

    empty.__getattr__ = of_the_real_one  # type: ignore[method-assign]
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
