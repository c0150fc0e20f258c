"""Pin the baseline: the written decision that what was lost so far is accepted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ticketbench.core.errors import InputError
from ticketbench.edge.results.baseline import Baseline
from ticketbench.edge.results.baseline_file import baseline_bytes
from ticketbench.edge.results.ledger import Ledger
from ticketbench.flow.gates.baseline import named_baseline
from ticketbench.flow.gates.ledger import pinned
from ticketbench.flow.steps.inputs import read_inputs


@dataclass(frozen=True, slots=True)
class PinDiff:
    """What pinning changes.

    before        the ledger that it ends; None where the file had none
    now           the ledger that it starts
    same          whether the file would stay as it is: nothing was blessed or judged on fresh
                  tickets since the pin
    same_tickets  whether the tickets are those of the pin before
    """

    path: str
    rubric_set: str
    n: int
    before: Ledger | None
    now: Ledger
    same: bool
    same_tickets: bool


@dataclass(frozen=True, slots=True)
class Pinning:
    """A pinned baseline that is ready to be written to `path`."""

    path: Path
    now: Baseline
    diff: PinDiff


def prepare_pin(config: Path, *, reason: str = "", overrides: Sequence[str] = ()) -> Pinning:
    """What pinning the baseline of `config` would accept; sends and writes nothing.

    Raises InputError when the config names no baseline or there is none yet.
    """
    path, baseline = named_baseline(read_inputs(config, overrides=overrides, search=False))
    before = baseline.ledger
    same = before is not None and not before.merged and not before.looks
    now = before if before is not None and same else pinned(baseline, reason.strip())
    diff = PinDiff(
        path=str(path),
        rubric_set=baseline.rubric_set,
        n=len(baseline.tickets),
        before=before,
        now=now,
        same=same,
        same_tickets=before is not None and before.pin.dataset == now.pin.dataset,
    )
    return Pinning(path, replace(baseline, ledger=now), diff)


def pin(pinning: Pinning) -> None:
    """Write it, unless nothing changes. Raises InputError when no reason is given."""
    if pinning.diff.same:
        return
    if not pinning.diff.now.pin.reason:
        raise InputError(
            f"pinning {pinning.path} accepts what was lost since the old pin",
            help='say why: --reason "..."; nothing was written',
        )
    from ticketbench.edge.files.atomic import write_file

    write_file(pinning.path, baseline_bytes(pinning.now))
