"""The command `ticketbench run`."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ticketbench.cli.options import set_option
from ticketbench.cli.output import (
    json_option,
    progress_of,
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
    from ticketbench.flow.run import RunOutcome
    from ticketbench.measure.results import RunResults


@click.command("run")
@click.argument("config", type=click.Path(path_type=Path))
@click.option(
    "--mode",
    type=click.Choice(["auto", "replay", "refresh"]),
    default="auto",
    envvar="TICKETBENCH_MODE",
    show_default=True,
    help="auto asks for what is missing, replay sends nothing, refresh asks again.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Report folder [reports/NAME].")
@set_option
@click.option("--allow-failures", type=click.IntRange(0), default=0, show_default=True,
              help="Exit 0 with up to so many failed answers, over all rubric sets.")  # fmt: skip
@click.option("--max-requests", type=click.IntRange(0), metavar="N",
              help="Stop before sending more than N requests; run again to go on.")  # fmt: skip
@click.option("--max-cost", type=click.FloatRange(0), metavar="X",
              help="Stop before spending more than X, at the config's price.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only show what would be asked, why, and its cost.")
@json_option
def command(
    config: Path,
    mode: Mode,
    out: Path | None,
    overrides: tuple[str, ...],
    allow_failures: int,
    max_requests: int | None,
    max_cost: float | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Replay, measure, compare, choose thresholds, write the report.

    \b
    ticketbench run configs/support.yaml
    ticketbench run configs/support.yaml --mode replay        # sends nothing
    ticketbench run configs/support.yaml --set policy.threshold=0.7 --out /tmp/r
    ticketbench run configs/support.yaml --dry-run            # what it would cost
    ticketbench run configs/support.yaml --max-requests 500   # then again, to go on
    """
    if dry_run:
        from ticketbench.cli.plan import show_plan

        show_plan(config, mode, overrides, most_requests=max_requests, as_json=as_json)
        return
    from ticketbench.edge.redaction import shown_url
    from ticketbench.flow.run import run

    outcome = run(
        config,
        mode=mode,
        out=out,
        overrides=overrides,
        allow_failures=allow_failures,
        progress=progress_of,
        most_requests=max_requests,
        most_cost=max_cost,
        command=shlex.join(("ticketbench", *map(shown_url, sys.argv[1:]))),
        tell=say,
    )
    if as_json:
        show_json("run", outcome.results)
    else:
        _show(outcome)
    if outcome.results.trained_missing:
        say_wrapped(outcome.results.trained_missing)
    say_findings(outcome.notes)


def _show(outcome: RunOutcome) -> None:
    from ticketbench.report.words.recommendation import preferred, verdict_texts
    from ticketbench.report.words.setting import setting_text
    from ticketbench.report.words.thresholds import in_short_text
    from ticketbench.report.words.verdict import CHANGED_LIST

    results = outcome.results
    say_findings(results.findings)
    advice = setting_text(results.recommendation, results.evaluations)
    show(advice.headline, style="bold")
    for line in advice.lines:
        show_wrapped(line)
    show()
    show_table(("", "asked = scored + failed", "accuracy [95%]", "routed", "right"), _rows(results))
    show()
    listed = os.path.join(outcome.out, CHANGED_LIST)
    for i, words in enumerate(verdict_texts(results, listed=listed)):
        show(words.headline if i else f"verdict: {words.headline}", style="" if i else "bold")
        show_wrapped(words.evidence)
        if words.rests_on:
            show_wrapped(words.rests_on)
        show_wrapped(words.action if i else f"next: {words.action}")
    chosen = preferred(results)
    show("every way to choose a threshold (the report says what each does):")
    show_wrapped(in_short_text(chosen))
    _show_needed(results)
    show(f"report: {os.path.join(outcome.out, 'index.html')}")
    say_wrapped(f"answers of {chosen.provenance.endpoint} ({'; '.join(outcome.sources)})")


def _rows(results: RunResults) -> list[tuple[str, ...]]:
    """A line per rubric set, then one per trained baseline."""
    from ticketbench.report.words import numbers

    rows: list[tuple[str, ...]] = [
        (
            e.provenance.rubric_set,
            f"{e.n_requested} = {e.n_scored} + {e.n_failed}",
            numbers.estimate(e.metric("accuracy")),
            numbers.percent(e.routing.coverage.value),
            numbers.percent(e.routing.selective_precision.value),
        )
        for e in results.evaluations
    ]
    rows += [
        (
            f"{b.name}, trained",
            f"on {b.n_trained} labels",
            numbers.estimate(b.metric("accuracy")),
            numbers.percent(b.routing.coverage.value),
            numbers.percent(b.routing.selective_precision.value),
        )
        for b in results.trained
    ]
    return rows


def _show_needed(results: RunResults) -> None:
    """How many labelled tickets a trained classifier needs, per rubric set."""
    from ticketbench.report.words.verdict import needed_text

    if any(baseline.needed for baseline in results.trained):
        show("trained on these tickets instead, judged on others:")
        for baseline in results.trained:
            for needed in baseline.needed:
                show_wrapped(needed_text(baseline, needed))
