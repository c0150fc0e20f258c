"""Which tickets are not independent: the groups of the dataset, or the ones its texts show."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from ticketbench.core.types import Finding
from ticketbench.edge.inputs.dataset import Columns, LoadedDataset
from ticketbench.measure.sample.near_duplicates import NearDuplicates, near_duplicate_groups
from ticketbench.report.words.numbers import count


@dataclass(frozen=True, slots=True)
class Grouped:
    """The dataset with its groups, where they come from in words, and what to know about them.

    `untied` tickets are alike for a text that many share, and are tied to equal ones only.
    """

    loaded: LoadedDataset
    grouped_by: str
    findings: tuple[Finding, ...]
    untied: int = 0


def grouped(loaded: LoadedDataset, columns: Columns, *, search: bool = True) -> Grouped:
    """Groups of the mapped column; without one, near-duplicates are searched and tied.

    Near-duplicates counted as independent make every interval too narrow. Who computes none does
    without the `search`: every ticket is a group of its own then.
    """
    if columns.group is not None:
        return Grouped(loaded, f"column {columns.group}", ())
    if not search:
        return Grouped(loaded, "ticket", ())
    found = near_duplicate_groups([ticket.text for ticket in loaded.dataset.tickets])
    sizes = Counter(found.groups.tolist())
    names = [f"near-duplicates {g}" if sizes[g] > 1 else None for g in found.groups.tolist()]
    tied = replace(loaded, dataset=loaded.dataset.with_groups(names))
    findings = (_form_letters(found.dropped),) if found.dropped else ()
    return Grouped(tied, _by(found), findings, found.dropped)


def _by(found: NearDuplicates) -> str:
    aside = f", a text that {found.shared:,} tickets share left out" if found.shared else ""
    return f"near-duplicates{aside}"


def _form_letters(n: int) -> Finding:
    return Finding(
        code="TB108",
        severity="warning",
        title=f"{count(n, 'ticket')} say little beside a text that many share",
        evidence="of these only equal ones are tied, and intervals may be too narrow",
        action="name the column of customers or threads in the config: "
        "`dataset: {columns: {group: COLUMN}}`",
    )
