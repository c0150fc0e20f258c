"""The command `ticketbench logs`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from ticketbench.cli.output import (
    ASIDE,
    BAD,
    Piece,
    json_option,
    say_wrapped,
    show,
    show_columns,
    show_command,
    show_json,
    show_pieces,
    show_wrapped,
)

if TYPE_CHECKING:
    from ticketbench.flow.logs.tell import LogReport
    from ticketbench.measure.drift.against import Against
    from ticketbench.measure.drift.log import Counted, Described

_MOST_LABELS = 12


@click.command("logs")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--against", default="", metavar="POLICY|RUN",
              help="A policy file, a report, FOLDER:SET, or a set of the latest.")  # fmt: skip
@click.option("--columns", multiple=True, metavar="ROLE=NAME",
              help="What a table calls its top_label, score, time ...; repeat it.")  # fmt: skip
@click.option("--by", type=click.Choice(["day", "week"]), help="What to cut the log into [week].")
@click.option("--texts", type=click.Path(path_type=Path), metavar="FILE",
              help="A table of id and text: what to read, new categories; masked.")  # fmt: skip
@click.option("--mixed", is_flag=True, help="Take decisions of other policies, too.")
@click.option("--tickets-per-day", type=click.FloatRange(0, min_open=True), metavar="N",
              help="The volume of a day [that of the log].")  # fmt: skip
@click.option("--reviews-per-day", type=click.FloatRange(0), metavar="N",
              help="How many tickets people can read on a day.")  # fmt: skip
@json_option
def command(
    files: tuple[Path, ...],
    against: str,
    columns: tuple[str, ...],
    by: Literal["day", "week"] | None,
    texts: Path | None,
    mixed: bool,
    tickets_per_day: float | None,
    reviews_per_day: float | None,
    as_json: bool,
) -> None:
    """What a week of decisions tells, without labels.

    FILE is a decision log, or any table or JSON lines with a top label and its score, or all
    scores. Against a policy or a run: what has moved since. Nothing is sent.

    \b
    ticketbench logs decisions.jsonl
    ticketbench logs week.csv --columns top_label=team --by day
    ticketbench logs decisions.jsonl --texts tickets.csv
    ticketbench logs decisions.jsonl --against policy.json --reviews-per-day 40
    ticketbench logs predictions.csv --against reports/support:v2 --json
    """
    from ticketbench.flow.logs.tell import Asked, logs

    if not against and (mixed or tickets_per_day is not None or reviews_per_day is not None):
        words = "--mixed, --tickets-per-day and --reviews-per-day go with --against"
        raise click.UsageError(words)
    asked = Asked(against, columns, by, texts, mixed, tickets_per_day, reviews_per_day)
    found = logs(files, asked)
    if as_json:
        show_json("logs", found)
    else:
        _show(found)
    for note in found.notes:
        say_wrapped(f"note: {note}")


def _show(found: LogReport) -> None:
    """The answer, what to look at, then tables."""
    from ticketbench.report.words.production import headline_against, headline_alone

    told = found.described
    if found.against is None:
        show_pieces(Piece(f"{headline_alone(told.whole, told.labels)}.", "bold"))
        show()
        _show_labels(told)
        if len(told.periods) > 1:
            show()
            _show_periods(told.periods, found.by or "")
    else:
        show_pieces(Piece(f"{headline_against(found.against, found.standard)}.", "bold"))
        _show_concerns(found.against, found.by or "log")
        show()
        _show_against(found.against, found.by or "")
        _show_workload(found.against)
        show()
        _show_labels(told)
    show()
    _show_cutoff(told)
    _show_to_read(found)
    _show_categories(found)


def _show_labels(told: Described) -> None:
    """Each top label with its share, its scores, and whether they are low."""
    from ticketbench.report.words import numbers
    from ticketbench.report.words.production import low_text, spread_text

    header = ("top label", "decisions", "share [95%]", "median (quartiles)", "")
    rows = [[Piece(name, ASIDE) for name in header]]
    for one in told.labels[:_MOST_LABELS]:
        cells = (one.label, f"{one.spread.n:,}", numbers.estimate(one.share))
        low = Piece("<- low" if one.low else "", BAD)
        rows.append([*map(Piece, cells), Piece(spread_text(one.spread)), low])
    show_columns(rows, right=(1, 2, 3))
    for one in told.labels:
        if one.low:
            show_pieces(Piece(f"{low_text(one)}."))
    more = len(told.labels) - _MOST_LABELS
    if more > 0:
        show_pieces(Piece(f"and {more} more labels: --json", ASIDE))


def _show_periods(found: Sequence[Counted], by: str) -> None:
    """Confidence over time."""
    from ticketbench.report.words.production import spread_text

    rows = [[Piece(name, ASIDE) for name in (_first(by), "decisions", "failed", "top score")]]
    rows += [
        [*map(Piece, (one.name, f"{one.n:,}", f"{one.n_failed:,}", spread_text(one.spread)))]
        for one in found
    ]
    show_columns(rows, right=(1, 2, 3))


def _show_concerns(found: Against, by: str) -> None:
    """Everything to look at, the most urgent first, each with what to do."""
    from ticketbench.report.words.production import told_of

    for i, concern in enumerate(found.concerns, start=1):
        told = told_of(concern, found, by=by)
        show_pieces(Piece(f"{told.seen}."), first=f"{i}. ", column=3)
        show_pieces(Piece(f"-> {told.do}{':' if told.command else ''}"), column=3)
        if told.command:
            show_command("      ", told.command)


def _show_against(found: Against, by: str) -> None:
    """Outcomes, failures, drift and the accuracy to expect, by period."""
    from ticketbench.report.words import numbers
    from ticketbench.report.words.production import ASSUMED, short_accuracy, short_drift, weak_text

    header = (_first(by), "n", "route", "review", "escalate", "failed", "moved", "right")
    rows = [[Piece(name, ASIDE) for name in header]]
    for one in found.periods:
        counted = one.counted
        known = sum(outcome.n for outcome in counted.outcomes)
        shares = [numbers.percent(o.n / known, 0) if known else "–" for o in counted.outcomes]
        moved = Piece(short_drift(one.drift), BAD if one.drift.alarm else "")
        expected = Piece(short_accuracy(one.accuracy))
        failed = numbers.percent(counted.failed_share)
        rows.append(
            [*map(Piece, (counted.name, f"{counted.n:,}", *shares, failed)), moved, expected]
        )
    show_columns(rows, right=(1, 2, 3, 4, 5))
    tested = [one for one in found.periods if one.enough]
    if tested:
        show_wrapped(f"{ASSUMED}.", indent="")
    if len(tested) < len(found.periods):
        show_wrapped("A period of fewer than 50 answers has counts alone.", indent="")
    if weak_text(found):
        show_wrapped(f"{weak_text(found)}.", indent="")
    values = [f"{one.counted.name} {numbers.number(one.drift.psi, 2)}" for one in tested]
    if values:
        text = f"PSI of the scores, which decides nothing: {', '.join(values)}."
        show_pieces(Piece(text, ASIDE))


def _show_workload(found: Against) -> None:
    from ticketbench.report.words.production import workload_rows

    if found.workload is None:
        return
    show()
    show(f"On an average day of {found.workload.tickets_per_day:,.0f} tickets [95%]:")
    show_columns([[Piece(name), Piece(value)] for name, value in workload_rows(found.workload)])


def _show_cutoff(told: Described) -> None:
    from ticketbench.report.words.production import cutoff_text

    show_wrapped(f"Natural cutoff: {cutoff_text(told.cutoff)}.", indent="")


def _show_to_read(found: LogReport) -> None:
    """Which tickets to read, their ids masked, with their texts where these are given."""
    from ticketbench.report.masking.mask import cut
    from ticketbench.report.masking.texts import masked_id
    from ticketbench.report.words.masks import masked_text

    told = found.described.to_read
    if not told:
        return
    show()
    show("Read these first:" if found.texts else "Read these first (--texts FILE shows the texts):")
    rows = [
        [Piece(masked_id(one.ticket_id)), Piece(one.label), Piece(f"{one.score:.2f}")]
        for one in told
    ]
    show_columns(rows, right=(2,), below=[cut(found.texts.get(one.ticket_id, "")) for one in told])
    if found.texts:
        show_pieces(Piece(f"{masked_text(found.masking)}", ASIDE))


def _show_categories(found: LogReport) -> None:
    """The clusters among the lowest scores, where there are texts to tell them by."""
    from ticketbench.report.categories.words import (
        categories_text,
        cluster_line,
        how_text,
        worth_showing,
    )
    from ticketbench.report.masking.texts import masked_id

    told = found.categories
    if told is None:
        return
    show()
    show_wrapped(f"New categories: {categories_text(told)}.", indent="")
    for one in worth_showing(told):
        show_wrapped(cluster_line(one, told, masked_id), indent="  ")
    if told.clusters:
        show_wrapped(f"{how_text(told)}.", indent="")


def _first(by: str) -> str:
    """What the first column of a table by period is called."""
    return f"{by} of" if by == "week" else by or "period"
