"""The command `ticketbench baseline show | bless | pin | release`."""

from __future__ import annotations

from pathlib import Path
from textwrap import shorten, wrap
from typing import TYPE_CHECKING

import click

from ticketbench.cli.options import set_option, stored_mode_option
from ticketbench.cli.output import (
    json_option,
    say,
    say_findings,
    say_wrapped,
    show,
    show_json,
    show_table,
    show_wrapped,
)

if TYPE_CHECKING:
    from ticketbench.edge.replay.source import Mode
    from ticketbench.edge.results.ledger import Ledger
    from ticketbench.flow.gates.baseline import BaselineDiff
    from ticketbench.flow.gates.pin import PinDiff

_MOST_CHANGES = 10
_WIDEST_REASON = 40


@click.group("baseline")
def command() -> None:
    """Show, bless or pin the reference that gates compare with, or note a release.

    \b
    ticketbench baseline show configs/support.yaml
    ticketbench baseline bless configs/support.yaml --rubric-set v2
    ticketbench baseline pin configs/support.yaml --reason "shorter rubric"
    """


@command.command("show")
@click.argument("config", type=click.Path(path_type=Path))
@set_option
@json_option
def show_command(config: Path, overrides: tuple[str, ...], as_json: bool) -> None:
    """Show what was blessed, what changed since the pin, and which inputs are others now.

    \b
    ticketbench baseline show configs/support.yaml
    """
    from ticketbench.edge.redaction import shown_url
    from ticketbench.flow.gates.baseline import show_baseline
    from ticketbench.report.words import numbers

    found = show_baseline(config, overrides=overrides)
    if as_json:
        show_json("baseline-show", found)
        return
    baseline, origin = found.baseline, found.baseline.origin
    show(f"baseline    {found.path}: {baseline.rubric_set}, {len(baseline.tickets)} tickets")
    show(f"reason      {baseline.reason or 'none'}")
    show(f"dataset     {origin.dataset[:12]}")
    show(f"rubrics     {origin.rubrics[:12]}: {', '.join(baseline.labels)}")
    show(f"answers     {origin.scores[:12]} of {shown_url(origin.endpoint)}")
    show(f"recording   {origin.recording[:12] or 'none'}")
    show(f"made by     ticketbench {origin.tool}, threshold {origin.policy.threshold:g}")
    show()
    rows = [
        (name, numbers.number(m.value), f"[{numbers.number(m.low)}, {numbers.number(m.high)}]",
         str(m.n))
        for name, m in baseline.metrics.items()
    ]  # fmt: skip
    show_table(("metric", "value", "[95%]", "tickets"), rows)
    show()
    _show_ledger(baseline.ledger, found.budget, found.releases)
    if found.changed or found.gone:
        gone = [f"{found.gone} of its tickets are gone"] if found.gone else []
        say_wrapped(f"other now: {', '.join([*found.changed, *gone])}")
    say_findings(found.findings)


@command.command("bless")
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--rubric-set", "name", help="Which rubric set runs in production.")
@click.option("--reason", default="", help="Why inputs changed; kept in the file.")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@stored_mode_option
@set_option
@json_option
def bless_command(
    config: Path,
    name: str | None,
    reason: str,
    dry_run: bool,
    mode: Mode,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Make the stored answers of one rubric set the reference.

    Shows what that changes. A reason is needed when the tickets, the rubrics, the answers, the
    endpoint, the policy or the costs are others than before. Commit the file.

    \b
    ticketbench baseline bless configs/support.yaml --rubric-set v2
    ticketbench baseline bless configs/support.yaml --dry-run
    ticketbench baseline bless configs/support.yaml --reason "refunds moved"
    """
    from ticketbench.flow.gates.baseline import bless, prepare

    blessing = prepare(config, name=name, reason=reason, mode=mode, overrides=overrides)
    diff = blessing.diff
    if as_json:
        show_json("baseline-bless", diff)
    else:
        _show_diff(diff)
    if diff.same:
        say(f"nothing changed: {diff.path} stays as it is")
    elif dry_run:
        say("nothing was written (--dry-run)")
    else:
        bless(blessing)
        say(f"blessed {diff.rubric_set}: {diff.n} tickets in {diff.path}; commit it")
    say_findings(diff.findings)


@command.command("pin")
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--reason", default="", help="Why the loss is accepted; needed, kept in the file.")
@click.option("--dry-run", is_flag=True, help="Only show what would be accepted.")
@set_option
@json_option
def pin_command(
    config: Path, reason: str, dry_run: bool, overrides: tuple[str, ...], as_json: bool
) -> None:
    """Accept what was lost since the last pin, in writing, and count afresh.

    The ledger of the baseline counts the changes blessed since its pin and adds up what each
    changed in accuracy. A pin starts it again at what is blessed now and keeps what was accepted
    beside your reason. Pin after fresh tickets have shown where you stand. Commit the file.

    \b
    ticketbench baseline pin configs/support.yaml --dry-run
    ticketbench baseline pin configs/support.yaml --reason "shorter rubric"
    """
    from ticketbench.flow.gates.pin import pin, prepare_pin

    pinning = prepare_pin(config, reason=reason, overrides=overrides)
    diff = pinning.diff
    if as_json:
        show_json("baseline-pin", diff)
    else:
        _show_pin(diff)
    if diff.same:
        say(f"nothing was blessed since the pin: {diff.path} stays as it is")
    elif dry_run:
        say("nothing was written (--dry-run)")
    else:
        pin(pinning)
        say(f"pinned {diff.rubric_set}: {diff.n} tickets in {diff.path}; commit it")
        if diff.same_tickets:
            say_wrapped(
                "the tickets are those of the pin before, so a gate on them still sees too little "
                "of a slow loss: label fresh tickets before a release"
            )


@command.command("release")
@click.argument("config", type=click.Path(path_type=Path))
@click.argument("labels", type=click.Path(path_type=Path), metavar="LABELS")
@click.option("--dry-run", is_flag=True, help="Only show what would be noted.")
@set_option
@json_option
def release_command(
    config: Path, labels: Path, dry_run: bool, overrides: tuple[str, ...], as_json: bool
) -> None:
    """Note in the ledger that a release was judged on LABELS, whether it ships or not.

    Its tickets are no longer fresh then, and one of the releases planned until the next pin is
    used. Commit the file.

    \b
    ticketbench baseline release configs/support.yaml labels.json
    """
    from ticketbench.flow.gates.release import note, prepare_note
    from ticketbench.report.gates.release import release_found, release_headline

    noting = prepare_note(config, labels, overrides=overrides)
    if as_json:
        show_json("baseline-release", noting.shown)
    else:
        show_wrapped(f"{release_headline(noting.gate)}.", indent="")
        show_wrapped(f"{release_found(noting.gate)}.", indent="")
    if noting.shown.same:
        say(f"the ledger has it: {noting.path} stays as it is")
    elif dry_run:
        say("nothing was written (--dry-run)")
    else:
        note(noting)
        say(f"noted in {noting.path}: commit it")


def _show_pin(diff: PinDiff) -> None:
    from ticketbench.report.words import numbers

    show(f"pin         {diff.now.pin.answers[:12]}: {diff.rubric_set}, {diff.n} tickets")
    if diff.before is None:
        show("accepted    not known: no ledger was kept before")
    elif not diff.same:
        lost = numbers.points(diff.before.sum_seen)
        changes = numbers.count(diff.before.merged, "change")
        show(f"accepted    {lost} points of accuracy with {changes} since the old pin")


def _show_ledger(ledger: Ledger | None, budget: float, planned: int) -> None:
    """The pin, how much was accepted with it, and the changes since, the last ten in a table."""
    from ticketbench.flow.gates.ledger import ledger_text, looks_text
    from ticketbench.report.words import numbers

    if ledger is None:
        show("ledger      none: the file is of an older version; the next bless starts one")
        return
    pin = ledger.pin
    show(f"pin         {pin.answers[:12]}{f': {pin.reason}' if pin.reason else ''}")
    if pin.merged:
        changes = numbers.count(pin.merged, "change")
        show(f"accepted    {numbers.points(pin.accepted)} points with {changes} before it")
    for line in wrap(f"ledger      {ledger_text(ledger, budget)}", 80, subsequent_indent=" " * 12):
        show(line)
    for line in wrap(f"releases    {looks_text(ledger, planned)}", 80, subsequent_indent=" " * 12):
        show(line)
    if ledger.merged:
        show()
        rows = [
            (
                f"{number}  {shorten(one.reason, _WIDEST_REASON, placeholder='…')}",
                numbers.points(one.change),
                str(one.n),
            )
            for number, one in enumerate(ledger.seen, start=1)
        ]
        show_table(("change", "accuracy, points", "tickets"), rows[-_MOST_CHANGES:])


def _show_diff(diff: BaselineDiff) -> None:
    from ticketbench.report.words import numbers

    show(f"{diff.rubric_set}: {diff.n} tickets{' for the first time' if diff.first else ''}")
    if diff.first:
        return
    if diff.inputs:
        show(f"changed: {', '.join(diff.inputs)}")
    rows = [
        (m.name, numbers.number(m.before), numbers.number(m.after),
         numbers.signed(m.after - m.before))
        for m in diff.metrics
    ]  # fmt: skip
    if rows:
        show_table(("metric", "before", "now", "change"), rows)
    if diff.tickets:
        show(f"tickets: {', '.join(f'{n} {what}' for what, n in diff.tickets.items())}")
    _show_growth(diff)


def _show_growth(diff: BaselineDiff) -> None:
    """The ledger, and what this blessing adds to it."""
    from ticketbench.flow.gates.ledger import ledger_text
    from ticketbench.report.words import numbers

    if diff.ledger is None or not diff.inputs:
        return
    last = diff.ledger.seen[-1]
    show(f"this change: accuracy {numbers.points(last.change)} points on "
         f"{numbers.count(last.n, 'ticket')} with the same gold label")  # fmt: skip
    show_wrapped(ledger_text(diff.ledger, diff.budget), indent="")
