"""The special functions of scipy that we use, each loaded when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scipy.special import *  # noqa: F403 - for types alone
else:

    def __getattr__(name: str) -> Any:
        """The function `name` of scipy.special, without the import of that package if it can be."""
        if name.startswith("_"):
            raise AttributeError(name)
        from ticketbench.measure.statistics.compiled import compiled

        function = getattr(compiled("scipy.special", "_ufuncs"), name, None)
        if function is None:
            from scipy import special

            function = getattr(special, name)
        globals()[name] = function
        return function
