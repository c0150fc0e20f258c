"""The command `ticketbench cache info | export | import`."""

from __future__ import annotations

from pathlib import Path

import click

from ticketbench.cli.output import json_option, show, show_json, show_table


@click.group("cache")
def command() -> None:
    """Show, export or import stored answers.

    \b
    ticketbench cache info configs/support.yaml
    ticketbench cache export configs/support.yaml      # writes its recording
    ticketbench cache import configs/support.yaml      # loads its recording
    """


@command.command("info")
@click.argument("config", type=click.Path(path_type=Path))
@json_option
def info(config: Path, as_json: bool) -> None:
    """Count the stored answers of a config; send nothing.

    \b
    ticketbench cache info configs/support.yaml
    """
    from ticketbench.flow.answers import cache_info

    found = cache_info(config)
    if as_json:
        show_json("cache", found)
        return
    show(f"cache      {found.cache}: {found.stored} answers, {found.bytes / 1e6:.1f} MB")
    show(f"recording  {found.recording or 'none'}")
    rows = [
        (s.rubric_set, str(s.questions), str(s.recorded), str(s.cached), str(s.missing))
        for s in found.rubric_sets
    ]
    show_table(("rubric set", "questions", "recorded", "cached", "missing"), rows)


@command.command("export")
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--to", type=click.Path(path_type=Path), help="File [the config's recording].")
@json_option
def export(config: Path, to: Path | None, as_json: bool) -> None:
    """Write the answers this config needs as a recording for git.

    Lines are sorted and hold no ticket text, no rubric text and no key.

    \b
    ticketbench cache export configs/support.yaml
    ticketbench cache export configs/support.yaml --to /tmp/answers.jsonl
    """
    from ticketbench.flow.answers import export_recording

    moved = export_recording(config, to)
    if as_json:
        show_json("cache-export", moved)
    else:
        show(f"wrote {moved.answers} answers to {moved.path}")


@command.command("import")
@click.argument("config", type=click.Path(path_type=Path))
@click.argument("recording", required=False, type=click.Path(path_type=Path))
@json_option
def import_(config: Path, recording: Path | None, as_json: bool) -> None:
    """Load a recording into the cache of a config; every digest is checked.

    \b
    ticketbench cache import configs/support.yaml
    ticketbench cache import configs/support.yaml answers.jsonl
    """
    from ticketbench.flow.answers import import_recording

    moved = import_recording(config, recording)
    if as_json:
        show_json("cache-import", moved)
    else:
        show(f"read {moved.answers} answers from {moved.path}")
