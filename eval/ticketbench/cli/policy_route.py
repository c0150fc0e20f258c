"""The command `ticketbench policy route`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from ticketbench.cli.boundary import printable
from ticketbench.cli.output import json_option, say
from ticketbench.cli.terminal import writable_json

if TYPE_CHECKING:
    from ticketbench.flow.production.policy_route import Routed
    from ticketbench.production import Decision

_path = click.Path(path_type=Path)


@click.command("route")
@click.argument("policy", type=_path)
@click.argument("tickets", type=click.File("rb"), default="-", metavar="[FILE]")
@click.option("--log", type=_path, metavar="FILE", help="Append each decision to this log.")
@click.option("--key-env", metavar="NAME",
              help="The variable that holds the key [SCALEDOWN_API_KEY].")  # fmt: skip
@json_option
def route_command(
    policy: Path,
    tickets: IO[bytes],
    log: Path | None,
    key_env: str | None,
    as_json: bool,
) -> None:
    """Decide about tickets of a file or a pipe, one a line, in their order.

    A line is a text, or JSON with `text` and maybe `id`, as the first line is. Out comes a line
    for each: outcome, label, score, reason and id, with tabs in between; with --json a line as the
    log has it. No handler is called. A ticket without an answer goes to review.

    \b
    ticketbench policy route policy.json tickets.jsonl --log decisions.jsonl
    ticketbench policy route policy.json tickets.jsonl --json > decided.jsonl
    """
    from ticketbench.edge.files.links import written_at
    from ticketbench.flow.production.policy_route import PolicyPipe, refuse_read_file

    if log is not None:
        log = written_at(log)
        refuse_read_file(log, policy, "the policy")
        refuse_read_file(log, tickets.fileno(), "the tickets")
    pipe = PolicyPipe(policy, log=log, key_env=key_env)
    try:
        for decision in pipe.decisions(tickets):
            if as_json:
                click.echo(writable_json(pipe.line(decision)))
            else:
                click.echo(_columns(decision))
    finally:
        _say(pipe.routed)


def _columns(decision: Decision) -> str:
    score = "-" if decision.score is None else f"{decision.score:.3f}"
    cells = (decision.outcome, decision.label, score, decision.reason, decision.ticket_id)
    return "\t".join("-" if cell is None else printable(" ".join(cell.split())) for cell in cells)


def _say(routed: Routed) -> None:
    """How many went where, and what was not answered."""
    say(f"{_counted(routed.outcomes)} of {routed.outcomes.total()} tickets")
    if routed.failures:
        say(f"without an answer, in review: {_counted(routed.failures)}")
    if routed.n_unread:
        said = "is no ticket" if routed.n_unread == 1 else "are no tickets"
        say(f"{routed.n_unread} of the lines {said}, the first is line {routed.first_unread}")


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.most_common()) or "0"
