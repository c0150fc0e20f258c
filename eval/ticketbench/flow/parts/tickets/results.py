"""What a counted run over tickets in parts says: the results that its report is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ticketbench.edge.inputs.config_file import ConfigFile
from ticketbench.flow.arithmetic import sums_in_one_order
from ticketbench.flow.parts.tickets.whole import CountedRun
from ticketbench.flow.steps.inputs import PartInputs
from ticketbench.flow.steps.settings import settings_of
from ticketbench.measure.parts.pairs.results import run_results_in_parts
from ticketbench.measure.results import Origin, RunResults


def counted_results(found: CountedRun, inputs: PartInputs) -> RunResults:
    """Every set, every pair, and one recommendation, the same for any parts and any engine."""
    file = inputs.config.file
    sums_in_one_order()
    results = run_results_in_parts(
        inputs.config.name,
        found.dataset,
        inputs.rubric_sets,
        found.sets,
        found.joints,
        settings_of(inputs),
        found.findings,
        certify=file.choose.certify or "",
        left_out=tuple(_left_out(file)),
    )
    return replace(results, report=Origin(found.intake))


def _left_out(file: ConfigFile) -> Iterator[str]:
    """What this config would get of the same tickets in one file."""
    yield "texts under several labels (TB101), shared signatures (TB117), notes of an import"
    if file.dataset.columns.group is None:
        yield "near-duplicates (every ticket counts as independent)"
    if file.choose.tickets_per_day is not None:
        yield "the workload of a day"
    if len(file.named_endpoints) > 1:
        yield "endpoints side by side"
