"""The embedded engines by name and version, as they stand in a `local://` URL.

Add an engine: a new module here with one function decorated `@engine(name, version)` that makes it
ready and returns its `classify`. Other parameters are another version.

In order: rubric_words, weights, encoder, lexical, minilm, embeddings.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from ticketbench.core.registry import Registry, import_modules

Classify = Callable[[str, Sequence[tuple[str, str]]], dict[str, float]]
"""From a text and (name, rubric) pairs to scores by label name, in that order, summing to one."""

Start = Callable[[], Classify]
"""Makes an engine ready; raises MachineError when it cannot run on this machine."""


class Engine:
    """A classifier in this process, started at its first question; safe to use from threads.

    `scores_apart` says that a label's score against another is the same whatever else is asked, so
    that a set without one of its labels need not be asked anew. `released` is the day of this
    version.
    """

    def __init__(
        self,
        name: str,
        version: str,
        start: Start,
        *,
        scores_apart: bool = False,
        released: str = "",
    ) -> None:
        self.name, self.version, self.released = name, version, released
        self.scores_apart = scores_apart
        self._start = start
        self._lock = threading.Lock()
        self._classify: Classify | None = None

    @property
    def path(self) -> str:
        """The path of its /classify, the same over HTTP and in process."""
        return f"/{self.name}/{self.version}/classify"

    @property
    def model(self) -> str:
        """Its name where a model is asked for by name."""
        return f"{self.name}-{self.version}"

    @property
    def local_url(self) -> str:
        """Its URL in process."""
        return f"local:/{self.path}"

    def ready(self) -> Classify:
        """Start it if need be. Raises MachineError when it cannot run on this machine."""
        with self._lock:
            if self._classify is None:
                self._classify = self._start()
            return self._classify

    def classify(self, text: str, labels: Sequence[tuple[str, str]]) -> dict[str, float]:
        """Scores by label name; raises MachineError as `ready` does."""
        return self.ready()(text, labels)


_ENGINES: Registry[Engine] = Registry("engine")


def engine(
    name: str, version: str, *, scores_apart: bool = False, released: str = ""
) -> Callable[[Start], Start]:
    """Register a way to start an engine under its name."""

    def entry(start: Start) -> Engine:
        return Engine(name, version, start, scores_apart=scores_apart, released=released)

    return _ENGINES.register(name, entry=entry)


def engines() -> Registry[Engine]:
    """Every embedded engine by name; none of them is started."""
    import_modules(__name__)
    return _ENGINES
