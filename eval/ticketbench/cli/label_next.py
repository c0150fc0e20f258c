"""The command `ticketbench label next`."""

from __future__ import annotations

from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ticketbench.cli.options import set_option
from ticketbench.cli.output import (
    Piece,
    json_option,
    say,
    say_notes,
    say_wrapped,
    show,
    show_command,
    show_json,
    show_pieces,
    show_wrapped,
)
from ticketbench.cli.progress import progress

if TYPE_CHECKING:
    from ticketbench.edge.labels.state import Source
    from ticketbench.edge.replay.source import Mode
    from ticketbench.flow.labels.next import Handed
    from ticketbench.flow.plan import RunPlan

_path = click.Path(path_type=Path)
TARGETS = ("accuracy", "wrongly_routed", "routed_right", "cost")
STATE = Path("labels.json")

state_option = click.option(
    "--state", type=_path, default=STATE, show_default=True, metavar="FILE",
    help="What is kept between batches.",
)  # fmt: skip


@click.command("next")
@click.option(
    "--a", "base", default="", metavar="SET", help="The set that is used now, `baseline`, or `pin`."
)
@click.option("--b", "candidate", default="", metavar="SET", help="The set that may replace it.")
@click.option("--config", type=_path, metavar="CONFIG", help="The config that has both sets.")
@click.option("--from", "tickets", type=_path, metavar="TICKETS|LOG",
              help="Tickets without labels; or a log of decisions.")  # fmt: skip
@click.option("--texts", type=_path, metavar="FILE",
              help="With a log: a table of id and text.")  # fmt: skip
@click.option("--columns", multiple=True, metavar="ROLE=NAME",
              help="What a log calls its ticket_id, top_label ...; repeat it.")  # fmt: skip
@click.option("--target", type=click.Choice(TARGETS), default="accuracy", show_default=True,
              help="What the sets are compared by.")  # fmt: skip
@click.option("--margin", type=float, metavar="N",
              help="A smaller difference does not matter [0.02 of a share].")  # fmt: skip
@click.option("--customers", is_flag=True,
              help="Speak of the average customer: one ticket of each comes first.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True,
              help="Of the random order.")  # fmt: skip
@click.option("--batch", "size", type=click.IntRange(1), metavar="N",
              help="Tickets a sheet [10, from 100 labels on 25].")  # fmt: skip
@click.option("--annotator", default="", metavar="NAME", help="Who will label this sheet.")
@click.option("--label-studio", is_flag=True, help="Write tasks for Label Studio instead.")
@click.option("--mask", is_flag=True, help="Mask mails, numbers and the like in the texts.")
@click.option("--force", is_flag=True, help="Write a sheet anew that is there.")
@click.option("--mode", type=click.Choice(["replay", "auto"]), default="auto", show_default=True,
              help="replay sends nothing, auto asks for what is missing.")  # fmt: skip
@state_option
@set_option
@json_option
def next_command(
    base: str,
    candidate: str,
    config: Path | None,
    tickets: Path | None,
    texts: Path | None,
    columns: tuple[str, ...],
    target: str,
    margin: float | None,
    customers: bool,
    seed: int,
    size: int | None,
    annotator: str,
    label_studio: bool,
    mask: bool,
    force: bool,
    mode: Mode,
    state: Path,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Which tickets to label next, on a sheet without any answer.

    The first call runs both sets, finds where they differ, and fixes a random order; later ones
    need no option but --state. A log of decisions has no texts: add --texts FILE.

    \b
    ticketbench label next --a v1 --b v2 --config support.yaml --from new.csv
    ticketbench label next
    ticketbench label next --annotator anna --mask
    """
    from ticketbench.flow.labels.begin import Begin, Ear
    from ticketbench.flow.labels.next import Sheet, label_next

    begin = None
    if base or candidate or config or tickets:
        if not (base and candidate and config and tickets):
            raise click.UsageError("to begin, name all of --a, --b, --config and --from")
        source = _source(config, overrides, tickets, texts, columns)
        begin = Begin(base, candidate, source, target, margin, seed, customers)
    found = label_next(
        state,
        begin,
        Sheet(annotator, size, label_studio, mask, force),
        mode=mode,
        ear=Ear(_say_plan, say, progress()),
    )
    say_notes(found.notes)
    if as_json:
        show_json("label-next", found)
    else:
        _show(found)


def _source(
    config: Path,
    overrides: tuple[str, ...],
    tickets: Path,
    texts: Path | None,
    columns: tuple[str, ...],
) -> Source:
    from ticketbench.edge.labels.state import Source

    return Source(str(config), overrides, str(tickets), str(texts or ""), columns)


def _say_plan(plan: RunPlan) -> None:
    """What is about to be asked, before it is."""
    if not plan.requests:
        return
    for one in plan.rubric_sets:
        if one.missing:
            say_wrapped(f"{one.rubric_set}: {one.missing:,} of {one.tickets:,} to ask")
    cost = "" if isnan(plan.cost) else f", cost about {plan.cost:.2g}"
    say_wrapped(f"requests: {plan.requests:,}, about {plan.tokens:,.0f} tokens{cost}")


def _show(found: Handed) -> None:
    from ticketbench.flow.labels.words import agree_text
    from ticketbench.report.words.masks import masked_text

    show_pieces(Piece(f"{agree_text(found)}.", "bold"))
    if not found.sheet:
        show("Every ticket that matters has a label.")
        show_command("verdict: ", _verdict(found))
        return
    first, last = found.numbers[0], found.numbers[-1]
    show(f"{len(found.numbers)} to label, number {first:,} to {last:,}: {found.sheet}")
    show_wrapped(f"labels: {', '.join(found.labels)} (where no label fits)", indent="")
    if found.masking.mode == "masked":
        show_wrapped(masked_text(found.masking), indent="")
    show_command("then: ", _with_state("import", found.state, found.sheet))
    show_command("      ", _verdict(found))


def _verdict(found: Handed) -> list[str]:
    """What judges the labels: against the pin that is a gate, which is looked at once."""
    from ticketbench.flow.labels.sets import PIN

    if found.base == PIN:
        return ["ticketbench", "gate", found.config, "--release", found.state]
    return _with_state("verdict", found.state)


def _with_state(verb: str, state: str, *words: str) -> list[str]:
    own = [] if Path(state) == STATE else ["--state", state]
    return ["ticketbench", "label", verb, *words, *own]
