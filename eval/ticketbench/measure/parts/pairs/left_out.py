"""What a comparison of a dataset in parts does not tell, as a finding."""

from __future__ import annotations

from ticketbench.core.types import Finding
from ticketbench.measure.compare import Comparison
from ticketbench.measure.findings import IN_PARTS
from ticketbench.measure.parts.pairs.comparison import NO_INTERVAL


def in_parts(of: Comparison) -> Finding:
    """TB215: the lists of tickets, and the changes that have values and no interval."""
    bare = [found.title for found in of.differences if found.change.method == NO_INTERVAL]
    no_interval = f"; no interval: {', '.join(bare)}" if bare else ""
    return Finding(
        code=IN_PARTS,
        severity="note",
        title="counted in parts",
        evidence=f"left out: lists of tickets, broken, fixed and still wrong{no_interval}",
        action="put the tickets into one file a side to see these",
    )
