"""The command `ticketbench compare`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ticketbench.cli.compare_parts import in_parts, of_parts, refuse_lists
from ticketbench.cli.form import form_of_words, form_options
from ticketbench.cli.options import (
    config_option,
    engine_options,
    label_map,
    map_option,
    set_option,
    stored_mode_option,
)
from ticketbench.cli.output import (
    ASIDE,
    BAD,
    GOOD,
    STYLES,
    Piece,
    all_option,
    json_option,
    reference_option,
    say,
    say_findings,
    say_notes,
    say_wrapped,
    show,
    show_columns,
    show_command,
    show_json,
    show_pieces,
    show_table,
    show_wrapped,
)
from ticketbench.cli.paste import broken_command

if TYPE_CHECKING:
    from ticketbench.edge.replay.source import Mode
    from ticketbench.edge.results.forms.options import Form
    from ticketbench.flow.compare import Compared, TicketFlip
    from ticketbench.measure.rubrics.changes import RubricChange
    from ticketbench.report.masking.texts import Masking

_FEW, _MOST = 3, 10


@click.command("compare")
@click.argument("base", metavar="A")
@click.argument("candidate", metavar="B")
@config_option
@map_option
@click.option("--common", is_flag=True,
              help="Compare on the tickets that both have, where one has others, too.")  # fmt: skip
@form_options
@click.option("--of-b", metavar="OPTIONS",
              help="In quotes, such of these options as say how B alone is written.")  # fmt: skip
@click.option("--threshold", type=click.FloatRange(0, 1.01),
              help="Route when the top score is at least this [config, or 0.60].")  # fmt: skip
@click.option("--escalate-above", type=click.FloatRange(0, 1),
              help="Escalate when two labels score above this [config, or 0.30].")  # fmt: skip
@click.option("--flips", "most", type=click.IntRange(0), metavar="N",
              help="Show so many tickets of each kind [3, or 10 with --all].")  # fmt: skip
@engine_options
@click.option("--scratch", type=click.Path(path_type=Path), metavar="FOLDER",
              help="Of parts: where their tickets meet [a temporary folder].")  # fmt: skip
@all_option
@stored_mode_option
@set_option
@reference_option
@json_option
def command(
    base: str,
    candidate: str,
    config: Path | None,
    mapping: tuple[str, ...],
    common: bool,
    form: Form,
    of_b: str | None,
    threshold: float | None,
    escalate_above: float | None,
    most: int | None,
    engine: str | None,
    scheduler: str | None,
    scratch: Path | None,
    everything: bool,
    mode: Mode,
    overrides: tuple[str, ...],
    reference: bool,
    as_json: bool,
) -> None:
    """Is B better than A on the same tickets?

    A and B are rubric sets of a config, report folders (FOLDER:SET), or tables of predictions
    (FILE or FILE:SET), written as the options of `score` say. A folder of such tables, or a pattern
    in quotes, is compared part by part (docs/parts.md).

    \b
    ticketbench compare v1 v2 --config configs/support.yaml
    ticketbench compare v1 v2 --config configs/support.yaml --all    # every table
    ticketbench compare reports/old:v1 reports/new:v1
    ticketbench compare a.csv b.csv --json
    ticketbench compare a.csv b.csv --map account=access,privacy
    ticketbench compare a.csv b.csv --common
    ticketbench compare a.csv b.csv --of-b '--columns label=gold'
    ticketbench compare old/ new/ --engine processes
    """
    judged: dict[str, Any] = {
        "threshold": threshold,
        "escalate_above": escalate_above,
        "form": form,
        "form_of_b": None if of_b is None else form_of_words(of_b, where="--of-b"),
        "common": common,
    }
    n_parts: tuple[int, ...] = ()
    if config is None and in_parts(base, candidate):
        refuse_lists(mapping, most, reference=reference)
        found, n_parts = of_parts(base, candidate, judged, (engine, scheduler), scratch)
    elif (engine, scheduler, scratch) != (None, None, None):
        what = "--engine, --scheduler and --scratch go with a folder or a pattern of parts"
        raise click.UsageError(what)
    else:
        from ticketbench.flow.compare import compare_sides

        found = compare_sides(
            base,
            candidate,
            config=config,
            mode=mode,
            overrides=overrides,
            mapping=label_map(mapping),
            reference=reference,
            **judged,
        )
    say_notes(found.notes)
    if as_json:
        show_json("compare", found)
        return
    shown = shown_texts(config, overrides)
    _show(found, shown, _FEW if most is None else most, config, n_parts=n_parts)
    if everything:
        _show_all(found, shown, _MOST if most is None else most)
    _say_sides(found)


@dataclass(frozen=True, slots=True)
class ShownTexts:
    """Texts of tickets by id as they may be shown, and what a label is called."""

    texts: Mapping[str, str] = field(default_factory=dict)
    masking: Masking | None = None
    label_word: str = "label"

    def shown_id(self, name: str) -> str:
        """An id for the eye; masked where nothing says that it may be shown."""
        from ticketbench.report.masking.texts import NO_TEXTS

        return (self.masking or NO_TEXTS).shown_id(name)


def shown_texts(config: Path | None, overrides: tuple[str, ...]) -> ShownTexts:
    """What the config lets be shown; no text of files without one."""
    if config is None:
        return ShownTexts()
    from ticketbench.flow.steps.inputs import read_inputs
    from ticketbench.flow.texts import texts_of

    inputs = read_inputs(config, overrides=overrides, search=False)
    report = inputs.config.file.report
    shown = texts_of(inputs)
    return ShownTexts(shown.texts, shown.masking, report.label_word)


def _show(
    found: Compared,
    shown: ShownTexts,
    most: int,
    config: Path | None,
    *,
    n_parts: tuple[int, ...],
) -> None:
    """The answer, four rows, and the broken tickets that are most surely wrong."""
    from ticketbench.report.changes import change_rows, headline_text, turned_text
    from ticketbench.report.words.verdict import TONES, changed_text

    comparison = found.comparison
    head, rest = headline_text(comparison)
    tone = STYLES[TONES[comparison.verdict.outcome]]
    show_pieces(Piece(head, f"bold {tone}".strip()), Piece(f"{rest}.", "bold"))
    in_parts = f", in {' and '.join(map(str, n_parts))} parts" if n_parts else ""
    show_pieces(Piece(f"{turned_text(comparison, label_word=shown.label_word)}{in_parts}."))
    show()
    rows = [[Piece(""), Piece(comparison.base), Piece(comparison.candidate), Piece("change")]]
    for row in change_rows(comparison):
        values = [Piece(row.name), Piece(row.base), Piece(row.candidate), Piece(row.change)]
        rows.append([*values, Piece(row.word, STYLES[row.tone])])
    show_columns(rows, right=(1, 2))
    for name, one in zip((comparison.base, comparison.candidate), found.repeats, strict=False):
        show_pieces(Piece(f"{name}: {changed_text(one)}.", ASIDE))
    show_pieces(Piece(_policy_text(found, shown.label_word), ASIDE))
    _show_broken(found, shown, most)
    _show_more(found, most, config)


def _policy_text(found: Compared, label_word: str) -> str:
    from ticketbench.measure.metrics import METRICS
    from ticketbench.report.words import numbers

    policy, by_hand = found.policy, numbers.price(found.costs.review)
    if METRICS.get("coverage").missing(found.comparison.known):
        return "nothing is routed: the scores of the top labels are not known on both sides"
    own = f" and others by {label_word}" if policy.label_thresholds else ""
    limit = f"escalation above {numbers.threshold(policy.escalate_above)}"
    limit = limit if policy.escalate_above < 1 else "without escalation"
    at = f"at threshold {numbers.threshold(policy.threshold)}{own}, {limit}"
    return f"{at}; by hand a ticket costs {by_hand}"


def _show_broken(found: Compared, shown: ShownTexts, most: int) -> None:
    """Each with its text where it may be shown."""
    broken = [one.flip for one in found.flips if one.flip.kind == "broken"]
    show()
    if broken and most:
        names = f"{shown.label_word}, {found.comparison.base}, {found.comparison.candidate}"
        show_pieces(Piece(f"broken, surest first: {names}", ASIDE))
        rows = [
            [
                Piece(shown.shown_id(flip.ticket_id), "bold"),
                Piece(flip.gold),
                Piece(_answer(flip.base_label, flip.base_score), GOOD),
                Piece(_answer(flip.candidate_label, flip.candidate_score), BAD),
            ]
            for flip in broken[:most]
        ]
        show_columns(rows, below=[shown.texts.get(flip.ticket_id, "") for flip in broken[:most]])


def _answer(label: str, score: float) -> str:
    """A label with its score, where that is known."""
    from math import isnan

    return label if isnan(score) else f"{label} {score:.2f}"


def _show_more(found: Compared, most: int, config: Path | None) -> None:
    """How to see the other broken tickets, and all measures."""
    broken = [one for one in found.flips if one.flip.kind == "broken"]
    left, every = len(broken) - most, "all measures: --all"
    words = broken_command(found.comparison, config) if left > 0 and config else []
    if words:
        show_command(f"and {left:,} more: ", words, note=every)
        return
    more = f"and {left:,} more: --flips {len(broken)}     " if left > 0 else ""
    show_pieces(Piece(f"{more}{every}", ASIDE))


def _show_all(found: Compared, shown: ShownTexts, most: int) -> None:
    """The figures behind the verdict, every table, and what the rubrics changed."""
    from ticketbench.report.words.verdict import (
        fragility_text,
        losses_text,
        not_worse_text,
        verdict_text,
    )

    comparison = found.comparison
    words = verdict_text(comparison)
    show()
    show_wrapped(words.evidence, indent="")
    show_wrapped(fragility_text(comparison), indent="")
    show_wrapped(not_worse_text(comparison), indent="")
    if losses_text(comparison):
        show_wrapped(losses_text(comparison), indent="")
    show_wrapped(words.action, indent="")
    show()
    header = ("", comparison.base, comparison.candidate, "difference [95%]", "better is")
    show_table(header, _rows(found))
    for kind in ("broken", "fixed"):
        _show_flips(kind, [one for one in found.flips if one.flip.kind == kind], most, found, shown)
    _show_flips("still wrong", found.still_wrong, most, found, shown)
    for change in found.rubrics:
        show_change(change)
    if not found.rubrics and comparison.base != comparison.candidate:
        say_wrapped("rubric texts: none changed, or none are known for these sides")


def _say_sides(found: Compared) -> None:
    """What was answered, and what both sides are judged on."""
    from ticketbench.report.words.missing import answered_text

    for one in found.answered:
        say(answered_text(one))
    if not found.one_policy:
        say_wrapped("the sides come with other policies or costs; both are judged with those of B")
    _show_labels(found)
    say_findings(found.findings)


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
    kind: str, flips: Sequence[TicketFlip], most: int, found: Compared, shown: ShownTexts
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
                shown.shown_id(flip.ticket_id),
                flip.gold,
                _answer(flip.base_label, flip.base_score),
                _answer(flip.candidate_label, flip.candidate_score),
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
