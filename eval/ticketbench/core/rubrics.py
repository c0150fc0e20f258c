"""Labels and the questions that decide them; the standard library alone, as a router needs them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

NONE_LABEL = "__none__"
"""Gold label of a ticket that no label fits; the outcome we want for it is manual review."""


def fingerprint(parts: Iterable[str]) -> str:
    """sha256 (hex) of a sequence of strings; each is length-prefixed, so boundaries count."""
    import hashlib  # late: a router needs it for its policy, not when it is imported

    digest = hashlib.sha256()
    known: dict[str, bytes] = {}
    gathered: list[bytes] = []
    for part in parts:
        # Labels and counts come again and again: their bytes are made once.
        framed = known.get(part)
        if framed is None:
            encoded = part.encode("utf-8")
            framed = b"%d:%b" % (len(encoded), encoded)
            if len(known) < 1000:
                known[part] = framed
        gathered.append(framed)
        if len(gathered) == 5000:
            digest.update(b"".join(gathered))
            gathered.clear()
    digest.update(b"".join(gathered))
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Rubric:
    """A label and the yes/no question that decides whether it applies."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class RubricSet:
    """Two or more rubrics with unique labels; their order is part of every request."""

    name: str
    rubrics: tuple[Rubric, ...]
    fingerprint: str = field(init=False)

    def __post_init__(self) -> None:
        parts = (part for rubric in self.rubrics for part in (rubric.label, rubric.text))
        object.__setattr__(self, "fingerprint", fingerprint(parts))

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels in request order."""
        return tuple(rubric.label for rubric in self.rubrics)
