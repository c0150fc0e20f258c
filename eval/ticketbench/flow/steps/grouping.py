"""Which tickets are not independent: the groups of the dataset, or the ones its texts show."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from ticketbench.core.types import Finding
from ticketbench.edge.inputs.dataset import Columns, LoadedDataset
from ticketbench.measure.sample.near_duplicates import near_duplicate_groups


@dataclass(frozen=True, slots=True)
class Grouped:
    """The dataset with its groups, where they come from in words, and what to know about them."""

    loaded: LoadedDataset
    grouped_by: str
    findings: tuple[Finding, ...]


def grouped(loaded: LoadedDataset, columns: Columns) -> Grouped:
    """Groups of the mapped column; without one, near-duplicates are searched and tied.

    Near-duplicates counted as independent make every interval too narrow.
    """
    if columns.group is not None:
        return Grouped(loaded, f"column {columns.group}", ())
    found = near_duplicate_groups([ticket.text for ticket in loaded.dataset.tickets])
    sizes = Counter(found.groups.tolist())
    names = [f"{found.method} {g}" if sizes[g] > 1 else None for g in found.groups.tolist()]
    tied = replace(loaded, dataset=loaded.dataset.with_groups(names))
    return Grouped(tied, found.method, (_chained(),) if found.fell_back else ())


def _chained() -> Finding:
    return Finding(
        code="TB108",
        severity="warning",
        title="near-duplicates chain many different tickets together",
        evidence="so only equal texts are tied, and intervals may be too narrow",
        action="name the column of customers or threads in the config: "
        "`dataset: {columns: {group: COLUMN}}`",
    )
