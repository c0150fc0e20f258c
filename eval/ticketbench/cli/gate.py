"""The command `ticketbench gate`."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ticketbench.cli.boundary import printable
from ticketbench.cli.options import set_option, stored_mode_option
from ticketbench.cli.output import json_option, say, say_findings, say_wrapped
from ticketbench.cli.terminal import is_utf8, tell_runner, writable_json
from ticketbench.edge.redaction import redact

if TYPE_CHECKING:
    from ticketbench.edge.replay.source import Mode
    from ticketbench.flow.gates.judge import GateRun
    from ticketbench.measure.gates.rule import Undecided
    from ticketbench.report.gates.verdict import GateVerdict, OnMissing
    from ticketbench.report.words.commands import Command

FORMATS = ("text", "json", "markdown", "junit", "github")
_WITH_TEXTS = ("markdown", "github")
"""Forms that show texts of tickets; github writes the Markdown into the summary of the step."""


@click.command("gate")
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--undecided", type=click.Choice(["pass", "warn", "fail"]),
              help="What is done where tickets cannot tell [the config's, or warn].")  # fmt: skip
@click.option("--missing", type=click.Choice(["warn", "fail"]), default="fail",
              show_default=True, help="What missing answers do; no gate is judged.")  # fmt: skip
@click.option("--format", "formats", multiple=True, metavar="NAME[=FILE]",
              help=f"{', '.join(FORMATS)}; repeat it, to stdout or to a file [text].")  # fmt: skip
@click.option("--allow-failures", type=click.IntRange(0), default=0, show_default=True,
              help="Judge with up to so many failed answers, over all rubric sets.")  # fmt: skip
@click.option("--dry-run", is_flag=True,
              help="Only show what losses these tickets can see; judge nothing.")  # fmt: skip
@stored_mode_option
@set_option
@json_option
@click.pass_context
def command(
    context: click.Context,
    config: Path,
    undecided: Undecided | None,
    missing: OnMissing,
    formats: tuple[str, ...],
    allow_failures: int,
    dry_run: bool,
    mode: Mode,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Judge the gates of a config, for CI.

    Exits with 0 when no gate failed, 1 when one did, 3 when answers are missing (0 with --missing
    warn) or a gate is undecided and --undecided is `fail`. A primary gate fails when the loss seen
    is over its margin, others when a loss is shown; with `pass` a loss always has to be shown.

    \b
    ticketbench gate configs/support.yaml
    ticketbench gate configs/support.yaml --dry-run           # what it can see
    ticketbench gate configs/support.yaml --undecided fail    # for a release
    ticketbench gate configs/support.yaml --format markdown=gate.md --format junit=gate.xml
    ticketbench gate configs/support.yaml --format github    # annotations, summary, outputs
    """
    wanted = _wanted((*formats, *(["json"] if as_json else [])) or ("text",))
    if dry_run:
        from ticketbench.cli.plan import show_gates_plan

        if formats:
            raise click.UsageError("--dry-run takes --json and no --format")
        show_gates_plan(config, overrides, undecided=undecided, as_json=as_json)
        return
    from ticketbench.edge.files.links import written_at
    from ticketbench.flow.gates.judge import gate
    from ticketbench.report.gates.verdict import gate_verdict

    for _, file in wanted:
        if file is not None:
            written_at(file)  # refused before anything is said
    found = gate(
        config,
        mode=mode,
        overrides=overrides,
        undecided=undecided,
        allow_failures=allow_failures,
        tell=say,
    )
    verdict = gate_verdict(found.report, missing=missing)
    for name, file in wanted:
        if file is None:
            _show(name, found, verdict)
        else:
            _write(file, _RENDER[name](found, verdict))
        if name == "github":
            _tell_github(found, verdict)
    say_findings(found.findings)
    if any(name in _WITH_TEXTS for name, _ in wanted):
        say_findings(found.notes)
    if verdict.outcome != "pass":
        say_wrapped(f"{verdict.outcome.upper()}: {verdict.headline}")
        say_wrapped(f"  help: {verdict.action}")
    context.exit(verdict.exit_code)


def _wanted(given: tuple[str, ...]) -> list[tuple[str, Path | None]]:
    found: list[tuple[str, Path | None]] = []
    for text in given:
        name, equals, file = text.partition("=")
        if name not in FORMATS or (equals and not file):
            known = ", ".join(FORMATS)
            raise click.UsageError(f"--format takes NAME or NAME=FILE, NAME of {known}")
        found.append((name, Path(file) if file else None))
    if sum(file is None for _, file in found) > 1:
        raise click.UsageError("only one --format can go to stdout; write NAME=FILE")
    return found


def _show(name: str, found: GateRun, verdict: GateVerdict) -> None:
    """One form on stdout, in what its encoding can hold: JSON and XML have escapes of their own."""
    if name == "github":
        tell_runner(_commands(found, verdict))
        return
    text = _RENDER[name](found, verdict).decode("utf-8")
    if name == "json":
        text = writable_json(text)
    if name == "junit" and not is_utf8():
        text = text.encode("ascii", "xmlcharrefreplace").decode("ascii")
    click.echo(text, nl=False)


def _write(file: Path, content: bytes) -> None:
    from ticketbench.edge.files.atomic import not_written, write_file
    from ticketbench.edge.files.links import is_output, written_at
    from ticketbench.edge.files.reading import kind_of

    real = written_at(file)
    if not (is_output(file) or kind_of(real)):
        write_file(file, content)
        return
    # A device or a pipe stays what it is.
    try:
        real.write_bytes(redact(content))
    except OSError as error:
        raise not_written(file, error, "name another file") from None


def _text(found: GateRun, verdict: GateVerdict) -> bytes:
    from ticketbench.report.gates.text import gate_text
    from ticketbench.report.words.commands import broken

    lines = gate_text(found.report, verdict, masked=found.masked)
    # Also in a file, which a later step may print.
    return broken("".join(f"{printable(line)}\n" for line in lines)).encode("utf-8")


def _json(found: GateRun, verdict: GateVerdict) -> bytes:
    from ticketbench.edge.results.store import envelope

    return envelope("gate", {"verdict": verdict, "report": found.report})


def _markdown(found: GateRun, verdict: GateVerdict) -> bytes:
    from ticketbench.core.version import __version__
    from ticketbench.report.gates.markdown import gate_markdown

    return gate_markdown(
        found.report, verdict, found.texts, tool_version=__version__, masked=found.masked
    )


def _junit(found: GateRun, verdict: GateVerdict) -> bytes:
    from ticketbench.report.gates.junit import junit_xml

    return junit_xml(found.report, verdict, found.places, masked=found.masked)


def _github(found: GateRun, verdict: GateVerdict) -> bytes:
    return "".join(f"{command}\n" for command in _commands(found, verdict)).encode("utf-8")


def _commands(found: GateRun, verdict: GateVerdict) -> list[Command]:
    from ticketbench.report.gates.github import gate_annotations, workflow_command

    made = gate_annotations(found.report, verdict, found.places, masked=found.masked)
    return [workflow_command(one) for one in made]


_RENDER: dict[str, Callable[[GateRun, GateVerdict], bytes]] = {
    "text": _text,
    "json": _json,
    "markdown": _markdown,
    "junit": _junit,
    "github": _github,
}


def _tell_github(found: GateRun, verdict: GateVerdict) -> None:
    """The step summary and the outputs, into the files that the runner names."""
    from ticketbench.edge.files.atomic import not_written
    from ticketbench.edge.files.links import written_at
    from ticketbench.report.gates.github import step_outputs

    files = {
        "GITHUB_STEP_SUMMARY": _markdown(found, verdict),
        "GITHUB_OUTPUT": step_outputs(found.report, verdict),
    }
    for variable, content in files.items():
        path = os.environ.get(variable, "")
        if not path:
            say(f"{variable} is not set: nothing is written there")
            continue
        try:
            with written_at(Path(path)).open("ab") as file:
                file.write(redact(content))
        except OSError as error:
            raise not_written(Path(path), error, f"check what {variable} names") from None
