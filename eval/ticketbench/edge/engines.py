"""The embedded engines by name and version, as they stand in a `local://` URL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ticketbench.core.registry import Registry
from ticketbench.edge import lexical

Classify = Callable[[str, Sequence[tuple[str, str]]], dict[str, float]]


@dataclass(frozen=True, slots=True)
class Engine:
    """A classifier in this process; other parameters would be another version."""

    name: str
    version: str
    classify: Classify

    @property
    def path(self) -> str:
        """The path of its /classify, the same over HTTP and in process."""
        return f"/{self.name}/{self.version}/classify"

    @property
    def local_url(self) -> str:
        """Its URL in process."""
        return f"local:/{self.path}"


ENGINES: Registry[Engine] = Registry("engine")
ENGINES.add(lexical.NAME, Engine(lexical.NAME, lexical.VERSION, lexical.classify))
