"""The command `ticketbench run`."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ticketbench.cli.first_lines import show_answer
from ticketbench.cli.options import engine_options, set_option
from ticketbench.cli.output import (
    UNKNOWN,
    Piece,
    all_option,
    json_option,
    say,
    say_findings,
    say_wrapped,
    show,
    show_command,
    show_json,
    show_path,
    show_pieces,
    show_table,
    show_wrapped,
)
from ticketbench.cli.paste import check_rubrics_command, errors_command, join_command
from ticketbench.cli.progress import counting, progress

if TYPE_CHECKING:
    from collections.abc import Sequence

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
@click.option("--batch/--no-batch", "batch", default=None,
              help="Upload what is missing and wait, or ask one by one [by config].")  # fmt: skip
@click.option("--resume-batch", multiple=True, metavar="ID",
              help="Wait for a batch that this cache does not remember.")  # fmt: skip
@click.option("--forget-batch", is_flag=True,
              help="Ask anew what open batches hold; that may cost a second time.")  # fmt: skip
@engine_options
@click.option("--dry-run", is_flag=True, help="Only show what would be asked, why, and its cost.")
@all_option
@json_option
def command(
    config: Path,
    mode: Mode,
    out: Path | None,
    overrides: tuple[str, ...],
    allow_failures: int,
    max_requests: int | None,
    max_cost: float | None,
    batch: bool | None,
    resume_batch: tuple[str, ...],
    forget_batch: bool,
    engine: str | None,
    scheduler: str | None,
    dry_run: bool,
    everything: bool,
    as_json: bool,
) -> None:
    """Replay, measure, compare, choose thresholds, write the report.

    \b
    ticketbench run configs/support.yaml
    ticketbench run configs/support.yaml --mode replay        # sends nothing
    ticketbench run configs/support.yaml --all                # with every table
    ticketbench run configs/support.yaml --set policy.threshold=0.7 --out /tmp/r
    ticketbench run configs/support.yaml --dry-run            # what it would cost
    ticketbench run configs/support.yaml --max-requests 500   # again: goes on
    ticketbench run configs/support.yaml --batch              # again: waits on
    ticketbench run configs/parts.yaml --engine processes     # tickets in parts
    """
    from ticketbench.flow.steps.sources.batches import BatchWishes

    wishes = BatchWishes(batch, resume_batch, forget_batch)
    if dry_run:
        from ticketbench.cli.plan import show_plan

        show_plan(config, mode, overrides, wishes, most_requests=max_requests, as_json=as_json)
        return
    from ticketbench.edge.redaction import shown_url
    from ticketbench.flow.parts.engine import asked_where
    from ticketbench.flow.run import run

    outcome = run(
        config,
        mode=mode,
        out=out,
        overrides=overrides,
        allow_failures=allow_failures,
        progress=progress(),
        most_requests=max_requests,
        most_cost=max_cost,
        command=shlex.join(("ticketbench", *map(shown_url, sys.argv[1:]))),
        tell=say,
        batches=wishes,
        where=asked_where(engine, scheduler),
        counted=counting(),
    )
    if as_json:
        show_json("run", outcome.results)
    else:
        _show(outcome, config, overrides)
        if everything:
            _show_all(outcome)
        say_findings(outcome.results.findings)
    _say_rest(outcome)


def _say_rest(outcome: RunOutcome) -> None:
    """What is worth knowing beside the results."""
    from ticketbench.report.words.numbers import count

    if outcome.refused_before:
        asked = count(outcome.refused_before, "question")
        say_wrapped(f"{asked} that the endpoint refused before: asked once more")
    if outcome.results.trained_missing:
        say_wrapped(outcome.results.trained_missing)
    say_findings(outcome.notes)


def _show(outcome: RunOutcome, config: Path, overrides: Sequence[str]) -> None:
    """The answer, four rows, and what to do next."""
    from ticketbench.report.words.answers import answers
    from ticketbench.report.words.setting import setting_text

    results = outcome.results
    advice = setting_text(results.recommendation, results.evaluations)
    promised = results.recommendation is not None and results.recommendation.kind == "promise"
    show_answer(advice, [(one.name, one) for one in answers(results)], promised=promised)
    _show_board(results)
    _show_next(outcome)
    _show_pairs(results, config, overrides)
    show()
    show_path(_answered(outcome), outcome.out / "index.html")


def _show_board(results: RunResults) -> None:
    """Endpoints side by side, where there are several."""
    board = results.leaderboard
    if board is None:
        return
    from ticketbench.report.endpoints.words import board_in_short, board_note
    from ticketbench.report.words import numbers

    show()
    show_table(*board_in_short(results, board))
    routed = f"Routed: the share that can go out at {numbers.percent(board.risk, 0)} wrong"
    show_wrapped(f"{routed}. {board_note(board)}.", indent="")
    show()


def _show_next(outcome: RunOutcome) -> None:
    """The line of the config that sets what is recommended, and the command that lists errors."""
    from ticketbench.report.policy_line import is_set, set_now_text, yaml_text
    from ticketbench.report.words import numbers

    results = outcome.results
    found = results.recommendation
    if found is None or found.setting is None:
        return
    chosen = {e.provenance.rubric_set: e for e in results.evaluations}[found.rubric_set]
    if not is_set(found, chosen):
        note = f"({set_now_text(found, chosen)})"
        show_command("Set it: ", [yaml_text(found, chosen)], note=note, quoted=False)
    if results.in_parts:
        return
    broken = results.broken(found.today.rubric_set, found.challenger) if found.challenger else None
    if not found.challenger:
        show_command("Read:   ", errors_command(found.rubric_set, out=outcome.out))
    elif broken != 0:
        words = errors_command(found.challenger, kind="broken", out=outcome.out)
        note = numbers.count(broken, "ticket") if broken else ""
        show_command("Read:   ", words, note=note)


def _show_pairs(results: RunResults, config: Path, overrides: Sequence[str]) -> None:
    """The rubrics that get in each other's way under the set to use, in three lines at most."""
    from ticketbench.report.words import numbers
    from ticketbench.report.words.recommendation import preferred
    from ticketbench.report.words.rubrics import pair_text

    chosen = preferred(results)
    flagged = chosen.by_label.diagnosis.flagged
    if not flagged:
        return
    worst, rest = flagged[0], len(flagged) - 1
    show_pieces(Piece(pair_text(worst), UNKNOWN), first="mixed up", column=10)
    on = chosen.rubric_set
    join = join_command(config, on, worst.first, worst.second, overrides=overrides)
    show_command("Try:    ", join)
    if rest:
        note = numbers.count(rest, "pair more", "pairs more")
        show_command("Pairs:  ", check_rubrics_command(config, on, overrides=overrides), note=note)


def _answered(outcome: RunOutcome) -> str:
    """Such as "816 answers: 816 kept, 0 asked, 0 failed.", of which rows, how many were refused."""
    from ticketbench.report.words.numbers import count

    requested = sum(e.n_requested for e in outcome.results.evaluations)
    failed, asked = outcome.results.n_failed, outcome.asked
    kept = requested - failed - asked
    rows = outcome.results.report.intake.rows_text
    of = f", on {rows}" if rows else ""
    of += f", on tickets in {count(outcome.n_parts, 'part')}" if outcome.n_parts else ""
    why = f" ({outcome.results.n_refused:,} refused)" if outcome.results.n_refused else ""
    return f"{requested:,} answers{of}: {kept:,} kept, {asked:,} asked, {failed:,} failed{why}."


def _show_all(outcome: RunOutcome) -> None:
    """Every verdict with its figures, then the tables."""
    from ticketbench.report.words.recommendation import preferred, verdict_texts
    from ticketbench.report.words.setting import setting_text
    from ticketbench.report.words.thresholds import in_short_text
    from ticketbench.report.words.verdict import CHANGED_LIST

    results, chosen = outcome.results, preferred(outcome.results)
    advice = setting_text(results.recommendation, results.evaluations)
    show()
    for line in advice.lines:
        if line != advice.of_100:
            show_wrapped(line, indent="")
    listed = os.path.join(outcome.out, CHANGED_LIST)
    for words in verdict_texts(results, listed=listed):
        show(f"{words.headline}:")
        show_wrapped(words.evidence)
        if words.rests_on:
            show_wrapped(words.rests_on)
        show_wrapped(words.action)
    show()
    show_table(("", "asked = scored + failed", "accuracy [95%]", "routed", "right"), _rows(results))
    show()
    show("every way to choose a threshold (the report says what each does):")
    show_wrapped(in_short_text(chosen))
    _show_needed(results)
    asked = dict.fromkeys(e.provenance.endpoint for e in results.evaluations)
    say_wrapped(f"answers of {', '.join(asked)} ({'; '.join(outcome.sources)})")


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
