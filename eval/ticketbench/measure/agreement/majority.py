"""The label that more than half of the people gave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def majority(labels: Sequence[str]) -> str | None:
    """The label of a strict majority, more than half of all answers; None where there is none."""
    if not labels:
        return None
    label, n = Counter(labels).most_common(1)[0]
    return label if 2 * n > len(labels) else None
