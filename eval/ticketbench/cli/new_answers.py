"""What asking new answers again found, on the screen: how many, which, and what is left open."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.cli.output import say, say_wrapped, show_table, show_wrapped
from ticketbench.report.words.numbers import percent

if TYPE_CHECKING:
    from ticketbench.flow.answers.recheck_new import NewInSet, Rechecked

_MOST_OTHERS = 20
"""Lines of a table that a reader of a log still takes in; --json has all."""


def show_rechecked(found: Rechecked) -> None:
    """A line for each rubric set, and a table of the answers that came out otherwise, the largest
    differences first.
    """
    for one in found.rubric_sets:
        show_wrapped(of_set(one), indent="")
    if found.elsewhere:
        text = f"{found.elsewhere:,} more answer no question of this config: not asked for"
        show_wrapped(text, indent="")
    if found.others:
        header = ("rubric set", "ticket", "recorded", "answered now", "difference", "line")
        rows = [
            (o.rubric_set, o.ticket_id, o.before, o.now, f"{o.difference:.6f}", o.place)
            for o in found.others[:_MOST_OTHERS]
        ]
        show_table(header, rows)


def of_set(one: NewInSet) -> str:
    """One rubric set in a line, such as "v2: 20 of 340 new answers asked again, none came out
    otherwise; up to 13.9% of the 340 still could (95%)".
    """
    if not one.new:
        return f"{one.rubric_set}: no new answers"
    sample = f"{one.asked:,} of {one.new:,} new answers"
    if one.asked == one.new:
        sample = f"all {one.new:,} new answers" if one.new > 1 else "the one new answer"
    said = f"{one.rubric_set}: {sample} asked again, {one.changed or 'none'} came out otherwise"
    if one.unanswered:
        said += f", {one.unanswered:,} got no valid answer, which says nothing"
    elif one.asked == one.new:
        return said
    most = percent(one.largest_share)
    return f"{said}; up to {most} of the {one.new:,} still could (95%)"


def say_what_to_do(found: Rechecked, config: Path) -> None:
    """That new answers are not those of the endpoint, and how to find out why; on stderr."""
    n, asked = len(found.others), sum(one.asked for one in found.rubric_sets)
    say_wrapped(
        f"error: {n} of {asked} new answers in {found.recording} are not what the endpoint answers"
    )
    say(f"  help: who changed them: git log -p -- {shlex.quote(found.recording)}")
    say(f"  was the model changed? older answers tell: ticketbench cache recheck {config}")
    say(f"  the same sample again: --seed {found.seed}")
