"""The command `ticketbench compare`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ticketbench.cli.options import (
    config_option,
    label_map,
    map_option,
    set_option,
    stored_mode_option,
)
from ticketbench.cli.output import (
    json_option,
    reference_option,
    say,
    say_wrapped,
    show,
    show_json,
    show_table,
    show_wrapped,
)

if TYPE_CHECKING:
    from ticketbench.edge.replay.source import Mode
    from ticketbench.flow.compare import Compared, TicketFlip
    from ticketbench.measure.rubrics.changes import RubricChange
    from ticketbench.report.masking.texts import Masking


@click.command("compare")
@click.argument("base", metavar="A")
@click.argument("candidate", metavar="B")
@config_option
@map_option
@click.option("--threshold", type=click.FloatRange(0, 1.01),
              help="Route when the top score is at least this [config, or 0.60].")  # fmt: skip
@click.option("--escalate-above", type=click.FloatRange(0, 1),
              help="Escalate when two labels score above this [config, or 0.30].")  # fmt: skip
@click.option("--flips", "most", type=click.IntRange(0), default=10, show_default=True,
              help="Show so many tickets of each kind.")  # fmt: skip
@stored_mode_option
@set_option
@reference_option
@json_option
def command(
    base: str,
    candidate: str,
    config: Path | None,
    mapping: tuple[str, ...],
    threshold: float | None,
    escalate_above: float | None,
    most: int,
    mode: Mode,
    overrides: tuple[str, ...],
    reference: bool,
    as_json: bool,
) -> None:
    """Is B better than A on the same tickets?

    A and B are rubric sets of a config, report folders (FOLDER:SET), or tables of predictions
    (FILE or FILE:SET).

    \b
    ticketbench compare v1 v2 --config configs/support.yaml
    ticketbench compare reports/old:v1 reports/new:v1
    ticketbench compare a.csv b.csv --json
    ticketbench compare a.csv b.csv --map account=access,privacy
    """
    from ticketbench.flow.compare import compare_sides
    from ticketbench.flow.texts import masking_of

    found = compare_sides(
        base,
        candidate,
        config=config,
        mode=mode,
        overrides=overrides,
        mapping=label_map(mapping),
        threshold=threshold,
        escalate_above=escalate_above,
        reference=reference,
    )
    if as_json:
        show_json("compare", found)
        return
    _show(found, most, masking_of(config, overrides=overrides))


def _show(found: Compared, most: int, masked: Masking) -> None:
    from ticketbench.report.gates.verdict import answered_text
    from ticketbench.report.words.verdict import (
        fragility_text,
        losses_text,
        not_worse_text,
        verdict_text,
    )

    comparison = found.comparison
    for one in found.answered:
        say(answered_text(one))
    if not found.one_policy:
        say_wrapped("the sides come with other policies or costs; both are judged with those of B")
    _show_labels(found)
    header = ("", comparison.base, comparison.candidate, "difference [95%]", "better is")
    show_table(header, _rows(found))
    show()
    words = verdict_text(comparison)
    show(f"verdict: {words.headline}", style="bold")
    show_wrapped(words.evidence)
    show_wrapped(fragility_text(comparison))
    show_wrapped(not_worse_text(comparison))
    if losses_text(comparison):
        show_wrapped(losses_text(comparison))
    show_wrapped(f"next: {words.action}")
    for kind in ("broken", "fixed"):
        _show_flips(
            kind, [one for one in found.flips if one.flip.kind == kind], most, found, masked
        )
    _show_flips("still wrong", found.still_wrong, most, found, masked)
    for change in found.rubrics:
        show_change(change)
    if not found.rubrics and comparison.base != comparison.candidate:
        say_wrapped("rubric texts: none changed, or none are known for these sides")


def _rows(found: Compared) -> list[tuple[str, ...]]:
    """A line per metric, then the recall of every label."""
    from ticketbench.report.words import numbers

    comparison = found.comparison
    by_hand = numbers.number(found.costs.review)
    rows: list[tuple[str, ...]] = [
        (
            f"{d.title} at {numbers.threshold(found.policy.threshold)}"
            if d.name == "coverage"
            else d.title,
            numbers.percent(d.base) if d.share else numbers.number(d.base),
            numbers.percent(d.candidate) if d.share else numbers.number(d.candidate),
            numbers.difference(d.difference, share=d.share),
            "higher" if d.higher_is_better else "lower",
        )
        for d in comparison.differences
    ]
    at = [d.name for d in comparison.differences].index("cost") + 1
    rows.insert(at, ("Cost, a person reading every ticket", by_hand, by_hand, "", ""))
    rows += [
        (
            f"recall {one.label} ({one.difference.n})",
            numbers.percent(one.base),
            numbers.percent(one.candidate),
            numbers.difference(one.difference),
            "higher",
        )
        for one in comparison.of_labels("recall")
    ]
    return rows


def _show_labels(found: Compared) -> None:
    """What both sides are judged on, where their labels differ."""
    others = [one for one in found.labels if one.kind != "same"]
    if not others:
        return
    say_wrapped("the labels differ; each ticket is judged by what both can tell apart:")
    for one in others:
        tickets = f"{one.n} tickets"
        if one.comparable:
            say_wrapped(f"  {one.name}: {one.kind}, {tickets}")
        else:
            wrong = f"{tickets} wrong for {'both' if one.kind == 'in neither' else 'the other'}"
            say_wrapped(f"  {one.name}: {one.kind}, not comparable; {wrong}")
    if found.not_comparable:
        say_wrapped(f"  left out, not on one scale: {', '.join(found.not_comparable)}")


def _show_flips(
    kind: str, flips: Sequence[TicketFlip], most: int, found: Compared, masked: Masking
) -> None:
    if not flips or not most:
        return
    show()
    more = f", the {most} most confidently wrong" if len(flips) > most else ""
    show(f"{kind}: {len(flips)}{more}")
    comparison = found.comparison
    rows = []
    for one in flips[:most]:
        flip = one.flip
        rows.append(
            (
                masked.shown_id(flip.ticket_id),
                flip.gold,
                f"{flip.base_label} {flip.base_score:.2f}",
                f"{flip.candidate_label} {flip.candidate_score:.2f}",
                ", ".join(one.changed) or "-",
            )
        )
    header = ("ticket", "gold", comparison.base, comparison.candidate, "changed rubrics")
    show_table(header, rows)


def show_change(change: RubricChange, *, answered: bool = True) -> None:
    """A changed question, word by word, with the tickets of its label that flipped."""
    from ticketbench.report.words.rubrics import change_title, marked

    show()
    show_wrapped(f"rubric {change_title(change, answered=answered)}", indent="")
    show_wrapped(marked(change))
