"""The command `ticketbench baseline show | bless`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ticketbench.cli.options import set_option, stored_mode_option
from ticketbench.cli.output import json_option, say, say_wrapped, show, show_json, show_table

if TYPE_CHECKING:
    from ticketbench.edge.replay.source import Mode
    from ticketbench.flow.gates.baseline import BaselineDiff


@click.group("baseline")
def command() -> None:
    """Show or bless the reference that gates compare with.

    \b
    ticketbench baseline show configs/support.yaml
    ticketbench baseline bless configs/support.yaml --rubric-set v2 --reason "v2 is live"
    """


@command.command("show")
@click.argument("config", type=click.Path(path_type=Path))
@set_option
@json_option
def show_command(config: Path, overrides: tuple[str, ...], as_json: bool) -> None:
    """Show what was blessed, and which inputs are others now.

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
    if found.changed or found.gone:
        gone = [f"{found.gone} of its tickets are gone"] if found.gone else []
        say_wrapped(f"other now: {', '.join([*found.changed, *gone])}")


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
    ticketbench baseline bless configs/support.yaml --reason "refunds are billing now"
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
