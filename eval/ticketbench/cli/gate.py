"""The command `ticketbench gate`."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ticketbench.cli.boundary import printable
from ticketbench.cli.options import engine_options, set_option, stored_mode_option
from ticketbench.cli.output import (
    ASIDE,
    STYLES,
    Piece,
    all_option,
    json_option,
    say,
    say_findings,
    say_wrapped,
    show_line,
    width,
)
from ticketbench.cli.paste import broken_command, errors_command
from ticketbench.cli.progress import counting
from ticketbench.cli.terminal import is_utf8, tell_runner, writable_json
from ticketbench.edge.redaction import redact, shown_url

if TYPE_CHECKING:
    from ticketbench.edge.replay.source import Mode
    from ticketbench.flow.gates.judge import GateRun
    from ticketbench.measure.compare import Comparison
    from ticketbench.measure.gates.rule import Undecided
    from ticketbench.report.gates.text import Commands, Line
    from ticketbench.report.gates.verdict import GateVerdict, OnMissing
    from ticketbench.report.words.commands import Command

FORMATS = ("text", "json", "markdown", "junit", "github")
_WITH_TEXTS = ("markdown", "github")
"""Forms that show texts of tickets; github writes the Markdown into the summary of the step."""
_FILE_WIDTH = 80


@dataclass(frozen=True, slots=True)
class _Judged:
    """What came of a call, and of which: commands that it prints are made of that."""

    found: GateRun
    verdict: GateVerdict
    config: Path
    overrides: tuple[str, ...]
    against: str
    everything: bool
    release: Path | None = None


def _commit_or_none(context: click.Context, option: click.Parameter, value: str | None) -> str:
    """An empty name comes of a variable that is not set: nobody wanted to be judged by himself."""
    if value is not None and not value.strip():
        raise click.BadParameter("it names no commit and no folder", context, option)
    return value or ""


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
@click.option("--against", metavar="REF", callback=_commit_or_none,
              help="Let the rules of a commit or folder decide: gates, baseline, gold labels.",
              )  # fmt: skip
@click.option("--release", type=click.Path(path_type=Path), metavar="LABELS",
              help="Judge a release alone, on labels of `label next --a pin`.")  # fmt: skip
@click.option("--dry-run", is_flag=True,
              help="Only show what losses these tickets can see; judge nothing.")  # fmt: skip
@engine_options
@all_option
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
    against: str,
    release: Path | None,
    engine: str | None,
    scheduler: str | None,
    dry_run: bool,
    everything: bool,
    mode: Mode,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Judge the gates of a config, for CI.

    Exits with 0 when no gate failed, 1 when one did, 3 when answers are missing (0 with --missing
    warn) or a gate is undecided and --undecided is `fail`. A primary gate fails when the loss seen
    is over its margin, others when a loss is shown; with `pass` a loss always has to be shown.
    With --release: 0 when it may ship, 1 when not, 3 while labels are missing.

    \b
    ticketbench gate configs/support.yaml
    ticketbench gate configs/support.yaml --all    # with intervals and rubrics
    ticketbench gate configs/support.yaml --dry-run    # what it can see
    ticketbench gate configs/support.yaml --undecided fail    # nothing left open
    ticketbench gate configs/support.yaml --release labels.json    # may it ship?
    ticketbench gate configs/support.yaml --against main    # for a pull request
    ticketbench gate configs/support.yaml --format markdown=g.md --format json=g
    ticketbench gate configs/support.yaml --format github   # annotations
    ticketbench gate configs/parts.yaml --engine processes  # tickets in parts
    """
    wanted = _wanted((*formats, *(["json"] if as_json else [])) or ("text",))
    if release is not None and (undecided or against or dry_run or engine or scheduler):
        what = "--release takes no --undecided, --against, --dry-run, --engine and --scheduler"
        raise click.UsageError(what)
    if dry_run:
        from ticketbench.cli.plan import show_gates_plan

        if formats:
            raise click.UsageError("--dry-run takes --json and no --format")
        show_gates_plan(config, overrides, undecided=undecided, against=against, as_json=as_json)
        return
    from ticketbench.edge.files.links import written_at
    from ticketbench.flow.gates.judge import gate
    from ticketbench.flow.gates.release import judge_release
    from ticketbench.flow.parts.engine import asked_where
    from ticketbench.report.gates.verdict import gate_verdict

    for _, file in wanted:
        if file is not None:
            written_at(file)  # refused before anything is said
    if release is not None:
        found = judge_release(config, release, overrides=overrides)
    else:
        found = gate(
            config,
            mode=mode,
            overrides=overrides,
            undecided=undecided,
            allow_failures=allow_failures,
            against=against,
            tell=say,
            where=asked_where(engine, scheduler),
            counted=counting(),
        )
    verdict = gate_verdict(found.report, missing=missing)
    judged = _Judged(found, verdict, config, overrides, against, everything, release)
    _write(judged, wanted)
    _say(judged, wanted)
    context.exit(verdict.exit_code)


def _write(judged: _Judged, wanted: Sequence[tuple[str, Path | None]]) -> None:
    """Each form, to stdout or to its file."""
    from ticketbench.edge.files.atomic import write_file

    for name, file in wanted:
        if file is None:
            _show(name, judged)
        else:
            write_file(file, _RENDER[name](judged))
        if name == "github":
            _tell_github(judged)


def _say(judged: _Judged, wanted: Sequence[tuple[str, Path | None]]) -> None:
    """What is worth knowing; the verdict only where stdout does not begin with it."""
    verdict = judged.verdict
    say_findings((*judged.found.findings, *judged.found.read))
    if any(name in _WITH_TEXTS for name, _ in wanted):
        say_findings(judged.found.notes)
    if verdict.outcome != "pass" and ("text", None) not in wanted:
        say_wrapped(f"{verdict.outcome.upper()}: {verdict.headline}")
        say_wrapped(f"  help: {verdict.action}")


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


def _show(name: str, judged: _Judged) -> None:
    """One form on stdout, in what its encoding can hold: JSON and XML have escapes of their own."""
    if name == "github":
        tell_runner(_commands(judged))
        return
    if name == "text":
        for line in _lines(judged, width()):
            show_line(*_pieces(line))
        return
    text = _RENDER[name](judged).decode("utf-8")
    if name == "json":
        text = writable_json(text)
    if name == "junit" and not is_utf8():
        text = text.encode("ascii", "xmlcharrefreplace").decode("ascii")
    click.echo(text, nl=False)


def _pieces(line: Line) -> tuple[Piece, Piece]:
    """A line in colour: the answer bold, the word of a gate by its tone."""
    if line.tone == "answer":
        return Piece(line.head, "bold"), Piece(line.text)
    style = STYLES[line.tone] or ASIDE
    return Piece(line.head, f"{style} bold" if line.tone == "bad" else style), Piece(line.text)


def _text(judged: _Judged) -> bytes:
    from ticketbench.report.words.commands import broken

    lines = (line.plain for line in _lines(judged, _FILE_WIDTH))
    # Also in a file, which a later step may print.
    return broken("".join(f"{printable(line)}\n" for line in lines)).encode("utf-8")


def _lines(judged: _Judged, columns: int) -> list[Line]:
    from ticketbench.report.gates.text import gate_details, gate_text

    found, verdict = judged.found, judged.verdict
    told = gate_details if judged.everything else gate_text
    return told(
        found.report,
        verdict,
        _to_paste(judged),
        width=columns,
        baseline=found.baseline,
        masked=found.masked,
    )


def _to_paste(judged: _Judged) -> Commands:
    """Commands that list tickets of the report of this config, or of the gates where none is."""
    from ticketbench.flow.report.folder import PREDICTIONS, REPORTS
    from ticketbench.report.gates.text import Commands

    config, out = str(judged.config), REPORTS / judged.found.report.name
    sets = [word for one in judged.overrides for word in ("--set", shown_url(one))]
    ref = ["--against", judged.against] if judged.against else []
    whole = shlex.join(["ticketbench", "gate", config, *sets, *ref, "--all"])
    there = (out / PREDICTIONS).is_file()

    def of_label(name: str, label: str) -> str:
        return shlex.join(errors_command(name, label=label, out=out)) if there else ""

    def of_broken(name: str, base: str) -> str:
        comparison = _against_a_set(judged.found, name, base)
        words = broken_command(comparison, judged.config) if comparison else []
        return shlex.join(words) if words else whole

    run = shlex.join(["ticketbench", "run", config, *sets])
    if any(one.n_missing for one in judged.found.report.answered):
        run += f" && {shlex.join(['ticketbench', 'cache', 'export', config])}"
    return Commands(of_label, of_broken, "--all", run, _goes_on(judged, sets))


def _goes_on(judged: _Judged, sets: Sequence[str]) -> str:
    """What to run after a release was judged; nothing where it is noted already."""
    from ticketbench.report.gates.verdict import release_in

    result = release_in(judged.found.report)
    if result is None or result.noted:
        return ""
    labels = str(judged.release)
    if result.outcome == "inconclusive":
        return shlex.join(["ticketbench", "label", "next", "--state", labels])
    return shlex.join(["ticketbench", "baseline", "release", str(judged.config), labels, *sets])


def _against_a_set(found: GateRun, name: str, base: str) -> Comparison | None:
    """What was compared, under the name of the baseline's set in place of "baseline".

    None where that is the very set that is judged: a report has it only as it stands now.
    """
    kept = found.baseline if base == "baseline" else base
    of = (a for a in found.report.comparisons if (a.base, a.comparison.candidate) == (base, name))
    one = next(of, None)
    return replace(one.comparison, base=kept) if one and kept and kept != name else None


def _json(judged: _Judged) -> bytes:
    from ticketbench.edge.results.store import envelope

    return envelope("gate", {"verdict": judged.verdict, "report": judged.found.report})


def _markdown(judged: _Judged) -> bytes:
    from ticketbench.core.version import __version__
    from ticketbench.report.gates.markdown import gate_markdown

    found = judged.found
    return gate_markdown(
        found.report, judged.verdict, found.texts, tool_version=__version__, masked=found.masked
    )


def _junit(judged: _Judged) -> bytes:
    from ticketbench.report.gates.junit import junit_xml

    found = judged.found
    return junit_xml(found.report, judged.verdict, found.places, masked=found.masked)


def _github(judged: _Judged) -> bytes:
    return "".join(f"{command}\n" for command in _commands(judged)).encode("utf-8")


def _commands(judged: _Judged) -> list[Command]:
    from ticketbench.report.gates.github import gate_annotations, workflow_command

    found = judged.found
    made = gate_annotations(found.report, judged.verdict, found.places, masked=found.masked)
    return [workflow_command(one) for one in made]


_RENDER: dict[str, Callable[[_Judged], bytes]] = {
    "text": _text,
    "json": _json,
    "markdown": _markdown,
    "junit": _junit,
    "github": _github,
}


def _tell_github(judged: _Judged) -> None:
    """The step summary and the outputs, into the files that the runner names."""
    from ticketbench.edge.files.atomic import not_written
    from ticketbench.edge.files.links import written_at
    from ticketbench.report.gates.github import step_outputs

    files = {
        "GITHUB_STEP_SUMMARY": _markdown(judged),
        "GITHUB_OUTPUT": step_outputs(judged.found.report, judged.verdict),
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
