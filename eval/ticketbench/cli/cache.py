"""The command `ticketbench cache info | export | import | merge | prune | recheck`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ticketbench.cli.options import set_option
from ticketbench.cli.output import (
    json_option,
    say,
    say_wrapped,
    show,
    show_json,
    show_table,
    show_wrapped,
)

if TYPE_CHECKING:
    from ticketbench.flow.answers.recordings import Moved

_newest_option = click.option(
    "--newest", is_flag=True, help="Where recordings contradict each other, take the later answer."
)
_parts_option = click.option(
    "--parts",
    "n_parts",
    is_flag=False,
    flag_value="256",
    type=click.Choice(["1", "16", "256"]),
    help="Write a folder of so many packed files by the first digits of the key [256].",
)


@click.group("cache")
def command() -> None:
    """Show, share, check and clean stored answers.

    \b
    ticketbench cache info configs/support.yaml
    ticketbench cache export configs/support.yaml      # writes its recording
    ticketbench cache import configs/support.yaml      # loads its recording
    """


@command.command("info")
@click.argument("config", type=click.Path(path_type=Path))
@set_option
@json_option
def info(config: Path, overrides: tuple[str, ...], as_json: bool) -> None:
    """Count the stored answers of a config; send nothing.

    \b
    ticketbench cache info configs/support.yaml
    """
    from ticketbench.flow.answers.cache import cache_info
    from ticketbench.report.words.missing import missing_text

    found = cache_info(config, overrides=overrides)
    if as_json:
        show_json("cache", found)
        return
    held = f"{found.stored} answers{_and_refusals(found.refused)}"
    show(f"cache      {found.cache}: {held}, {found.bytes / 1e6:.1f} MB")
    show(f"recording  {found.recording or 'none'}")
    for batch in found.open_batches:
        show_wrapped(f"open       {batch}", indent="")
    rows = [
        (s.rubric_set, str(s.questions), str(s.recorded), str(s.cached), str(s.missing))
        for s in found.rubric_sets
    ]
    show_table(("rubric set", "questions", "recorded", "cached", "missing"), rows)
    for one in found.rubric_sets:
        if one.reasons:
            show_wrapped(f"{one.rubric_set}: {missing_text(one.reasons)}", indent="")


@command.command("export")
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--to", type=click.Path(path_type=Path), help="File [the config's recording].")
@_parts_option
@set_option
@json_option
def export(
    config: Path, to: Path | None, n_parts: str | None, overrides: tuple[str, ...], as_json: bool
) -> None:
    """Write the answers this config needs as a recording for git.

    Lines are sorted and hold no ticket text, no rubric text and no key. From about 100,000 answers
    on write parts: a replay then reads one after the other.

    \b
    ticketbench cache export configs/support.yaml
    ticketbench cache export configs/support.yaml --to /tmp/answers.jsonl
    ticketbench cache export configs/support.yaml --to recordings/all --parts 256
    """
    from ticketbench.flow.answers.recordings import export_recording

    parts = None if n_parts is None else int(n_parts)
    moved = export_recording(config, to, n_parts=parts, overrides=overrides)
    if as_json:
        show_json("cache-export", moved)
    else:
        show(f"wrote {_what(moved)} to {_where(moved)}{_replaced(moved, 'left out')}")
        _say_upgraded(moved)


@command.command("import")
@click.argument("config", type=click.Path(path_type=Path))
@click.argument("recordings", nargs=-1, type=click.Path(path_type=Path))
@_newest_option
@set_option
@json_option
def import_(
    config: Path,
    recordings: tuple[Path, ...],
    newest: bool,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Load recordings into the cache of a config; every digest is checked.

    All answers are loaded, or none.

    \b
    ticketbench cache import configs/support.yaml
    ticketbench cache import configs/support.yaml answers.jsonl more.jsonl.gz
    """
    from ticketbench.flow.answers.recordings import import_recordings

    moved = import_recordings(config, recordings, newest=newest, overrides=overrides)
    if as_json:
        show_json("cache-import", moved)
    else:
        show(f"read {_what(moved)} from {moved.path}{_replaced(moved, 'replaced')}")


@command.command("merge")
@click.argument("recordings", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--to", required=True, type=click.Path(path_type=Path), help="File or folder to write."
)
@_parts_option
@_newest_option
@json_option
def merge(
    recordings: tuple[Path, ...], to: Path, n_parts: str | None, newest: bool, as_json: bool
) -> None:
    """Make one recording of several, whatever their order.

    Two different answers to one question are refused. A recording that is there already gives way:
    name it among the others to keep its answers.

    \b
    ticketbench cache merge ours.jsonl theirs.jsonl --to answers.jsonl
    """
    from ticketbench.flow.answers.recordings import merge_recordings

    parts = None if n_parts is None else int(n_parts)
    moved = merge_recordings(recordings, to, newest=newest, n_parts=parts)
    if as_json:
        show_json("cache-merge", moved)
    else:
        show(f"wrote {_what(moved)} to {_where(moved)}{_replaced(moved, 'left out')}")
        _say_upgraded(moved)


@command.command("prune")
@click.argument("configs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only count.")
@set_option
@json_option
def prune(
    configs: tuple[Path, ...], dry_run: bool, overrides: tuple[str, ...], as_json: bool
) -> None:
    """Remove the answers that none of these configs uses.

    Name every config that shares the cache: answers of another one would be asked again.

    \b
    ticketbench cache prune configs/*.yaml --dry-run
    """
    from ticketbench.flow.answers.cache import prune as pruned

    found = pruned(configs, dry_run=dry_run, overrides=overrides)
    if as_json:
        show_json("cache-prune", found)
        return
    for one in found:
        does = "would remove" if dry_run else "removed"
        refusals = _and_refusals(one.refusals_removed)
        show(f"{one.cache}: {does} {one.removed} answers{refusals}, {one.kept} are used")


@command.command("recheck")
@click.argument("config", type=click.Path(path_type=Path))
@click.option(
    "--sample",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    help="Questions of each rubric set to ask again.",
)
@click.option(
    "--new-since",
    metavar="REF",
    help="Ask only for answers that the recording got since this commit or folder.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    help="With --new-since: draw the sample of this number again.",
)
@set_option
@json_option
@click.pass_context
def recheck(
    context: click.Context,
    config: Path,
    sample: int,
    new_since: str | None,
    seed: int | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Ask some stored questions again: does the endpoint still answer alike?

    Nothing is stored. Scores that differ by more than 0.000001 are others, or by more than
    endpoint.noise where a service promises no two equal answers.

    With --new-since the answers that a change brought are asked for, drawn at random: one that
    the endpoint does not give is exit code 1.

    \b
    ticketbench cache recheck configs/support.yaml --sample 50
    ticketbench cache recheck configs/support.yaml --new-since main~1
    """
    if new_since is not None:
        context.exit(_recheck_new(config, new_since, sample, seed, overrides, as_json=as_json))
    if seed is not None:
        raise click.UsageError("--seed goes with --new-since")
    from ticketbench.flow.answers.recheck import recheck as rechecked

    found = rechecked(config, sample=sample, overrides=overrides, tell=say)
    if as_json:
        show_json("cache-recheck", found)
        return
    for was, now in found.models:
        show(f"the model is another one: {now}, and was {was}")
    show(f"{found.asked} asked again, {found.changed} with other scores, {found.unanswered} failed")
    if found.other_top:
        show(f"with another top label: {found.other_top}")
    if found.changed:
        show(f"largest difference of a score: {found.largest:.4f}")
        say(f"help: ask everything again: ticketbench run {config} --mode refresh")
        say("      then `cache export` if you have a recording: it is read first")


def _recheck_new(
    config: Path,
    since: str,
    sample: int,
    seed: int | None,
    overrides: tuple[str, ...],
    *,
    as_json: bool,
) -> int:
    """The exit code: 1 where an answer came out otherwise."""
    from ticketbench.cli.new_answers import say_what_to_do, show_rechecked
    from ticketbench.flow.answers.recheck_new import recheck_new

    found = recheck_new(
        config, since=since, sample=sample, seed=seed, overrides=overrides, tell=say_wrapped
    )
    if as_json:
        show_json("cache-recheck-new", found)
    else:
        show_rechecked(found)
    if found.others:
        say_what_to_do(found, config)
    return int(bool(found.others))


def _what(moved: Moved) -> str:
    """Such as "400 answers and 3 refusals"."""
    from ticketbench.report.words.numbers import count

    return f"{count(moved.answers, 'answer')}{_and_refusals(moved.refused)}"


def _where(moved: Moved) -> str:
    """Such as "recordings/support, in 256 parts"."""
    from ticketbench.report.words.numbers import count

    return f"{moved.path}, in {count(moved.parts, 'part')}" if moved.parts else moved.path


def _and_refusals(n: int) -> str:
    from ticketbench.report.words.numbers import count

    return f" and {count(n, 'refusal')}" if n else ""


def _replaced(moved: Moved, how: str) -> str:
    from ticketbench.report.words.numbers import count

    return f"; {count(moved.replaced, 'older one')} {how}" if moved.replaced else ""


def _say_upgraded(moved: Moved) -> None:
    if moved.upgraded:
        say(f"{moved.upgraded} of them were of version 1 and are of version 2 now")
