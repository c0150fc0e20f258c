"""Compare two tables of predictions, one of which at least lies in parts, on the same tickets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ticketbench.core.policy import Costs, Policy
from ticketbench.core.types import Failure
from ticketbench.edge.results.forms.options import AS_OURS, Form
from ticketbench.flow.arithmetic import sums_in_one_order
from ticketbench.flow.compare import Compared, other_gold, policy_at
from ticketbench.flow.parts.engine import Where
from ticketbench.flow.parts.pairs.alike import Alike
from ticketbench.flow.parts.pairs.join import Failed
from ticketbench.flow.parts.pairs.side import read_sides
from ticketbench.flow.parts.pairs.whole import Asking, Told, WholePair, whole_pair
from ticketbench.flow.steps.settings import SEED
from ticketbench.flow.steps.tables import answered
from ticketbench.measure.compare import Comparison
from ticketbench.measure.counts.confusion import ConfusionMatrix
from ticketbench.measure.gates.completeness import Answered
from ticketbench.measure.pairs.common_tickets import alone_text, other_tickets
from ticketbench.measure.parts.pairs.comparison import comparison
from ticketbench.measure.parts.pairs.left_out import in_parts


@dataclass(frozen=True, slots=True)
class PartsCompared:
    """What `compare` finds, the same however the sides are cut; and what hangs on that.

    n_parts  in how many parts each side lay
    notes    what was decided in reading them
    """

    compared: Compared
    n_parts: tuple[int, int]
    notes: tuple[str, ...]


def compare_parts(
    base: str,
    candidate: str,
    *,
    threshold: float | None = None,
    escalate_above: float | None = None,
    form: Form = AS_OURS,
    form_of_b: Form | None = None,
    common: bool = False,
    where: Where | None = None,
    scratch: Path | None = None,
    told: Callable[[str], Told] = lambda stage: lambda done, of: None,
) -> PartsCompared:
    """Is `candidate` better than `base` on the same tickets? A side is `FOLDER`, `PATTERN` or
    `FILE`, each also with `:SET`.

    The sides may be cut otherwise: their tickets meet in files of a folder that is removed again,
    in `scratch` or where the system has such folders. Memory does not grow with the number of
    parts, and the counts are the same for any number and order of them, and for any engine. Lists
    of tickets are left out. Raises InputError that names the part for what is wrong in one, for
    what cannot be told of parts, and where the tickets are not the same, unless `common`.
    """
    sides = read_sides((base, candidate), form, form_of_b)
    policy = policy_at(Policy(), threshold, escalate_above)
    sums_in_one_order()
    asking = Asking(policy, SEED, common, scratch)
    found = whole_pair(sides, asking, where or Where(), told=told)
    names = found.sides[0].name, found.sides[1].name
    _refuse_others(found.joined.alike, names, common=common)
    n_parts = len(sides[0].parts.files), len(sides[1].parts.files)
    notes = (*found.sides[0].notes, *found.sides[1].notes)
    return PartsCompared(_compared(found, names, policy), n_parts, notes)


def _refuse_others(of: Alike, names: tuple[str, str], *, common: bool) -> None:
    """Raise InputError, with a part, where the tickets are others, or their gold labels."""
    parts = [part for side in of.alone for _, part in side.first[:1]]
    if parts and not (common and of.both):
        alone = of.alone[0].alone, of.alone[1].alone
        raise other_tickets(of.both, alone, names).located(parts[0])
    if of.other is not None:
        first, second = (
            f"{name} ({part})" for name, part in zip(names, of.other.parts, strict=True)
        )
        raise other_gold(of.other.ticket, of.other.gold, of.n_other, names, where=(first, second))


def _compared(found: WholePair, names: tuple[str, str], policy: Policy) -> Compared:
    costs, joined = Costs(), found.joined
    told = _on_both(comparison(joined.joint, costs=costs), joined.alike)
    first, second = (
        _answered(*side) for side in zip(names, joined.confusion, joined.failed, strict=True)
    )
    left = alone_text((joined.alike.alone[0].alone, joined.alike.alone[1].alone), names)
    notes = [side.unscored for side in found.sides if side.unscored]
    findings = [one for side in found.sides for one in side.contradictions.findings]
    return Compared(
        reference={},
        confusion=joined.confusion,
        verdict=told.verdict.outcome,
        comparison=told,
        policy=policy,
        costs=costs,
        answered=(first, second),
        one_policy=True,
        labels=(),
        not_comparable=(),
        flips=(),
        still_wrong=(),
        rubrics=(),
        notes=(*notes, *([f"left out: {left}"] if left else [])),
        findings=(*findings, in_parts(told)),
    )


def _on_both(of: Comparison, alike: Alike) -> Comparison:
    """The same, which says on how many tickets it is where one side has others, too."""
    return replace(of, in_both=alike.both) if any(side.n for side in alike.alone) else of


def _answered(name: str, confusion: ConfusionMatrix, failed: Failed) -> Answered:
    failures = [one for kind, n in failed for one in [Failure("", kind)] * n]
    return answered(name, confusion.n, failures)
