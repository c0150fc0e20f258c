"""Compare two rubric sets, saved runs or prediction tables on the same tickets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ticketbench.core.errors import InputError
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.quotes import quoted
from ticketbench.core.rubrics import NONE_LABEL, RubricSet
from ticketbench.core.types import NONE, Finding, ScoreTable
from ticketbench.edge.results.forms.options import AS_OURS, Form
from ticketbench.flow.arithmetic import sums_in_one_order
from ticketbench.flow.steps.settings import SEED
from ticketbench.flow.steps.sides import Side, names_in, read_sides
from ticketbench.flow.steps.tables import answered
from ticketbench.measure.compare import Comparison, Flip, compare, still_wrong
from ticketbench.measure.counts.confusion import ConfusionMatrix, top_label_confusion
from ticketbench.measure.findings import of_answers
from ticketbench.measure.pairs.common_tickets import (
    alike,
    different,
    in_common,
    left_in,
    only_in_one,
    same_tickets,
)
from ticketbench.measure.pairs.pairing import Pair, judged
from ticketbench.measure.rubrics.changes import RubricChange, rubric_changes
from ticketbench.measure.thresholds.tickets import fit_policy

if TYPE_CHECKING:
    from ticketbench.edge.replay.source import Mode
    from ticketbench.measure.agreement.repeats import Repeats
    from ticketbench.measure.gates.completeness import Answered
    from ticketbench.measure.rubrics.label_map import CommonLabel, LabelMap

OF_ALL_SCORES = ("log_loss", "brier_multiclass")
"""Metrics of the whole distribution: with other labels on each side they are not on one scale."""


class NoAnswersError(InputError):
    """A side is a rubric file."""


@dataclass(frozen=True, slots=True)
class TicketFlip:
    """A flipped ticket, and which of the labels it is about have another question now."""

    flip: Flip
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """Everything `compare` prints.

    reference       paired numbers under other libraries' names, without a policy; when asked for
    confusion       gold by top label of the base and of the candidate
    verdict         better, worse, no relevant difference, or cannot tell
    answered        of each side, requested = scored + failed
    one_policy      whether both sides come with the same policy and costs
    labels          what both are judged on, where they have other labels; else empty
    not_comparable  metrics that are left out, as they would not be on one scale
    flips           broken, then fixed tickets; `still_wrong` those wrong in both
    rubrics         questions that changed; empty where they are not known
    notes           what was decided in reading tables, and which gold labels have no scores there
    findings        what each side does not say of its answers, or says twice
    repeats         of both, where tickets were asked more than once; else empty
    """

    reference: dict[str, Any]
    confusion: tuple[ConfusionMatrix, ConfusionMatrix]
    verdict: str
    comparison: Comparison
    policy: Policy
    costs: Costs
    answered: tuple[Answered, ...]
    one_policy: bool
    labels: tuple[CommonLabel, ...]
    not_comparable: tuple[str, ...]
    flips: tuple[TicketFlip, ...]
    still_wrong: tuple[TicketFlip, ...]
    rubrics: tuple[RubricChange, ...]
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    repeats: tuple[Repeats, ...] = ()


def compare_sides(
    base: str,
    candidate: str,
    *,
    config: Path | None = None,
    mode: Mode = "replay",
    overrides: Sequence[str] = (),
    mapping: LabelMap | None = None,
    threshold: float | None = None,
    escalate_above: float | None = None,
    reference: bool = False,
    form: Form = AS_OURS,
    form_of_b: Form | None = None,
    common: bool = False,
) -> Compared:
    """Is `candidate` better than `base` on the same tickets? See `read_sides` for what they are.

    `mapping` ties labels that are called otherwise on the other side; `form` says how tables of
    predictions are written, `form_of_b` the candidate where it is written otherwise. `reference`
    adds values under other libraries' names. Raises InputError when the tickets are not the same,
    unless `common`: then those in both are compared.
    """
    mapped = names_in(mapping)
    first, second = read_sides(
        (base, candidate),
        config=config,
        mode=mode,
        overrides=overrides,
        form=form,
        form_of_b=form_of_b,
        mapped=mapped,
    )
    return compare_two(
        first,
        second,
        mapping=mapping,
        threshold=threshold,
        escalate_above=escalate_above,
        reference=reference,
        common=common,
    )


def compare_two(
    first: Side,
    second: Side,
    *,
    mapping: LabelMap | None = None,
    threshold: float | None = None,
    escalate_above: float | None = None,
    reference: bool = False,
    common: bool = False,
) -> Compared:
    """The same of two sides that are at hand.

    Where one side knows less of its answers than the other, both are judged by what both know.
    Answers of repeats are paired by ticket and repeat.
    """
    given = _tables(first, second)
    sums_in_one_order(given[0].n_scored)
    names = first.name, second.name
    tables = in_common(given, names) if common else same_tickets(given, names)
    tables = alike(tables)
    policy = policy_at(second.policy or first.policy or Policy(), threshold, escalate_above)
    policy = fit_policy(policy, tables[0])
    costs = second.costs or first.costs or Costs()
    decided = judged(tables[0], policy), judged(tables[1], policy)
    commons: tuple[CommonLabel, ...] = ()
    if mapping or set(tables[0].labels) != set(tables[1].labels):
        tables, commons = _by_common_labels(tables, mapping or {})
    tables = _of_one_dataset(tables, (first, second))
    found = _compared(tables, decided, (first, second), policy, costs, commons)
    left = only_in_one(given, names)
    found = replace(
        found,
        notes=(*found.notes, *([f"left out: {left}"] if left else [])),
        comparison=replace(found.comparison, in_both=left_in(given, tables)),
        findings=tuple(one for table in given for one in of_answers(table)),
        repeats=_repeats(tables),
    )
    if not reference:
        return found
    from ticketbench.measure.reference.of_two import pair_reference_values

    return replace(found, reference=pair_reference_values(*tables, seed=SEED))


def renames(commons: Sequence[CommonLabel]) -> dict[str, str]:
    """Labels of the base that are one label of the candidate under another name."""
    return {one.base[0]: one.candidate[0] for one in commons if one.kind == "renamed"}


def changes_of(
    first: RubricSet | None,
    second: RubricSet | None,
    flips: Sequence[Flip],
    commons: Sequence[CommonLabel],
) -> tuple[RubricChange, ...]:
    """The questions that changed, with flips counted by label; nothing where one is not known."""
    if first is None or second is None:
        return ()
    return rubric_changes(first, second, _renamed_flips(flips, commons), renamed=renames(commons))


def _compared(
    tables: tuple[ScoreTable, ScoreTable],
    decided: Pair,
    sides: tuple[Side, Side],
    policy: Policy,
    costs: Costs,
    commons: tuple[CommonLabel, ...],
) -> Compared:
    a, b = decided
    outcomes, missed = (a.outcome, b.outcome), (a.missed, b.missed)
    found = compare(*tables, seed=SEED, costs=costs, outcomes=outcomes, missed=missed)
    left_out: tuple[str, ...] = ()
    if any(one.kind != "renamed" and one.kind != "same" for one in commons):
        left_out = OF_ALL_SCORES
        kept = tuple(d for d in found.differences if d.name not in left_out)
        found = replace(found, differences=kept)
    wrong = still_wrong(*tables)
    rubrics = changes_of(sides[0].rubrics, sides[1].rubrics, found.flips, commons)
    changed = {change.label for change in rubrics}
    return Compared(
        reference={},
        confusion=(top_label_confusion(tables[0]), top_label_confusion(tables[1])),
        verdict=found.verdict.outcome,
        comparison=found,
        policy=policy,
        costs=costs,
        answered=tuple(
            answered(s.name, t.n_scored, t.failures) for s, t in zip(sides, tables, strict=True)
        ),
        one_policy=(sides[0].policy, sides[0].costs) == (sides[1].policy, sides[1].costs),
        labels=commons,
        not_comparable=left_out,
        flips=tuple(_with_rubrics(flip, changed, commons) for flip in found.flips),
        still_wrong=tuple(_with_rubrics(flip, changed, commons) for flip in wrong),
        rubrics=rubrics,
        notes=(*sides[0].notes, *sides[1].notes),
    )


def _tables(first: Side, second: Side) -> tuple[ScoreTable, ScoreTable]:
    if first.table is None or second.table is None:
        name = first.name if first.table is None else second.name
        raise NoAnswersError(
            f"{name} is a rubric file: it has no answers",
            help="name it in a config and compare the sets, or use `ticketbench rubrics diff`",
        )
    return first.table, second.table


def policy_at(policy: Policy, threshold: float | None, escalate_above: float | None) -> Policy:
    """`policy`, but for the threshold and the limit of escalation that are asked for."""
    if threshold is not None:
        policy = replace(policy, threshold=threshold, label_thresholds=())
    return policy if escalate_above is None else replace(policy, escalate_above=escalate_above)


def _by_common_labels(
    tables: tuple[ScoreTable, ScoreTable], mapping: LabelMap
) -> tuple[tuple[ScoreTable, ScoreTable], tuple[CommonLabel, ...]]:
    """Both tables by the labels that both can tell apart, and these."""
    from ticketbench.measure.rubrics.label_map import aligned, common_labels, counted

    a, b = tables
    gold = {label for table in tables for label in table.gold_labels}
    commons = common_labels(a.labels, b.labels, mapping, sorted(gold))
    both = aligned(a, commons, side="base"), aligned(b, commons, side="candidate")
    return both, counted(commons, both[0])


def _repeats(tables: Sequence[ScoreTable]) -> tuple[Repeats, ...]:
    if all(table.repeats is None for table in tables):
        return ()
    from ticketbench.measure.agreement.repeats import by_repeat

    return tuple(one for one in map(by_repeat, tables) if one is not None)


def _of_one_dataset(
    tables: tuple[ScoreTable, ScoreTable], sides: tuple[Side, Side]
) -> tuple[ScoreTable, ScoreTable]:
    """Both tables under one fingerprint; InputError when their gold labels or texts differ."""
    a, b = tables
    first, second = (_gold(table) for table in tables)
    others = sorted(ticket for ticket in first.keys() & second.keys()
                    if first[ticket] != second[ticket])  # fmt: skip
    if others:
        ticket = others[0]
        names = sides[0].name, sides[1].name
        raise other_gold(ticket, (first[ticket], second[ticket]), len(others), names, where=names)
    if sides[0].dataset and sides[1].dataset and sides[0].dataset != sides[1].dataset:
        why = "ids and gold labels are the same, but texts, columns or order are not"
        raise _different((sides[0].name, sides[1].name), why)
    own = [replace(t.provenance, rubric_set=s.name, dataset_fingerprint="")
           for t, s in zip(tables, sides, strict=True)]  # fmt: skip
    return replace(a, provenance=own[0]), replace(b, provenance=own[1])


def other_gold(
    ticket: str, gold: tuple[str, str], n: int, names: tuple[str, str], *, where: tuple[str, str]
) -> InputError:
    """The error that a ticket, the first of `n`, has another gold label on the other side."""
    before, now = map(quoted, gold)
    what = (
        f"ticket {quoted(ticket)} has the gold label {before} in {where[0]} and {now} in {where[1]}"
    )
    more = f"; {n:,} tickets have another one" if n > 1 else ""
    return _different(names, f"{what}{more}")


def _gold(table: ScoreTable) -> dict[str, str]:
    names = [*table.gold_labels, NONE_LABEL]
    at = [len(names) - 1 if i == NONE else i for i in table.truth.tolist()]
    return dict(zip(table.ids, (names[i] for i in at), strict=True))


def _different(names: tuple[str, str], why: str) -> InputError:
    help_ = "compare on the same tickets; a label that was renamed is mapped: --map OLD=NEW"
    return different(names, why, help_)


def _with_rubrics(flip: Flip, changed: set[str], commons: Sequence[CommonLabel]) -> TicketFlip:
    own = _own_labels(commons)
    involved = dict.fromkeys((flip.gold, flip.base_label, flip.candidate_label))
    labels = dict.fromkeys(label for name in involved for label in own.get(name, (name,)))
    return TicketFlip(flip, tuple(label for label in labels if label in changed))


def _own_labels(commons: Sequence[CommonLabel]) -> dict[str, tuple[str, ...]]:
    """The labels that a common label is made of, as the rubric changes call them."""
    old = renames(commons)
    return {
        one.name: tuple(dict.fromkeys((*one.candidate, *(old.get(x, x) for x in one.base))))
        for one in commons
    }


def _renamed_flips(flips: Sequence[Flip], commons: Sequence[CommonLabel]) -> list[Flip]:
    """Flips in the candidate's words, where a common label is one label of it."""
    names = {one.name: one.candidate[0] for one in commons if len(one.candidate) == 1}
    return [
        replace(
            flip,
            gold=names.get(flip.gold, flip.gold),
            base_label=names.get(flip.base_label, flip.base_label),
            candidate_label=names.get(flip.candidate_label, flip.candidate_label),
        )
        for flip in flips
    ]
