"""The command `ticketbench policy export | show | check | route`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ticketbench.cli.form import form_of_words
from ticketbench.cli.options import set_option
from ticketbench.cli.output import (
    BAD,
    GOOD,
    UNKNOWN,
    Piece,
    json_option,
    say,
    say_wrapped,
    show_json,
    show_pieces,
)
from ticketbench.cli.policy_route import route_command

if TYPE_CHECKING:
    from ticketbench.flow.production.policy_export import Exported, Kind
    from ticketbench.production.policy_file import PolicyFile

_COLUMN = 11
_TONES = {"holds": GOOD, "broken": BAD, "cannot tell": UNKNOWN}

_path = click.Path(path_type=Path)


@click.group("policy")
def command() -> None:
    """Make, show and check the file that a router decides by.

    \b
    ticketbench policy export configs/support.yaml --on v2 --kind config -o p.json
    ticketbench policy show policy.json
    """


command.add_command(route_command)


@command.command("export")
@click.argument("config", type=_path)
@click.option("--on", required=True, metavar="SET", help="The rubric set to route with.")
@click.option("--kind", type=click.Choice(["certified", "cost", "capacity", "config"]),
              help="Whose threshold: of a rule, or as the config sets it [the recommended].",
              )  # fmt: skip
@click.option("--prompts", type=_path, metavar="FILE",
              help="System prompts by label, YAML or JSON; * for anything else.")  # fmt: skip
@click.option("--review-days", type=click.IntRange(1, 3650), default=180, show_default=True,
              help="After so many days every decision says that it is time to look.")  # fmt: skip
@click.option("--format", "format_", type=click.Choice(["ticketbench", "jev"]),
              default="ticketbench", show_default=True,
              help="A policy; or jev: the thresholds.json of jev-eval.")  # fmt: skip
@click.option("--drop-escalation", is_flag=True,
              help="Choose, promise and count as if nothing were escalated.")  # fmt: skip
@click.option("-o", "--out", type=_path, metavar="FILE", help="File to write [stdout].")
@set_option
@json_option
def export_command(
    config: Path,
    on: str,
    kind: Kind | None,
    prompts: Path | None,
    review_days: int,
    format_: str,
    drop_escalation: bool,
    out: Path | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Write the policy of a rubric set: questions, thresholds, and what they promise.

    Takes stored answers and sends nothing. The numbers are those of `run`. Without --kind it is
    the recommended setting; where people should go on reading there is none, and it exits with 2.

    \b
    ticketbench policy export configs/support.yaml --on v2 --kind config -o p.json
    ticketbench policy export configs/support.yaml --on v2 --kind config --json
    ticketbench policy export configs/support.yaml --on v2 --format jev
    """
    from ticketbench.edge.files.atomic import write_file
    from ticketbench.edge.files.links import written_at
    from ticketbench.flow.production.policy_export import export

    if out is not None:
        written_at(out)  # refused before anything is measured
    found = export(
        config,
        on,
        kind=kind,
        prompts=prompts,
        review_days=review_days,
        drop_escalation=drop_escalation,
        overrides=overrides,
    )
    content = _content(found, format_)
    if out is not None:
        write_file(out, content)
    if as_json:
        _show_exported(found, format_)
    elif out is None:
        click.echo(content.decode("utf-8"), nl=False)
    _say_exported(found, out, format_)


def _content(found: Exported, format_: str) -> bytes:
    from ticketbench.flow.production.jev import thresholds_bytes

    return thresholds_bytes(found) if format_ == "jev" else found.content


def _show_exported(found: Exported, format_: str) -> None:
    from ticketbench.flow.production.jev import thresholds, warnings
    from ticketbench.production.policy_file import as_json

    if format_ == "jev":
        told = {"kind": found.kind, "thresholds": thresholds(found), "warnings": warnings(found)}
        show_json("policy-export-jev", told)
        return
    data = {
        "kind": found.kind,
        "policy": as_json(found.policy),
        "escalated": found.escalated,
        "escalations_right": found.escalations_right,
        "warnings": found.warnings,
    }
    show_json("policy-export", data)


def _say_exported(found: Exported, out: Path | None, format_: str) -> None:
    from ticketbench.flow.production import jev
    from ticketbench.flow.production.policy_words import promise_text

    as_jev = format_ == "jev"
    what = f"{'thresholds of ' if as_jev else ''}policy {found.policy.sha256[:12]}"
    where = f" in {out}" if out is not None else ""
    told = jev.summary(found) if as_jev else promise_text(found.policy)
    say_wrapped(f"{what}{where}, {found.kind}: {told}")
    for warning in jev.warnings(found) if as_jev else found.warnings:
        say_wrapped(f"warning: {warning}")


@command.command("show")
@click.argument("policy", type=_path)
@click.option("--allow-edited", is_flag=True,
              help="Take what was changed by hand: its digest is made anew, and it is marked.",
              )  # fmt: skip
@json_option
def show_command(policy: Path, allow_edited: bool, as_json: bool) -> None:
    """Say what a policy will do, and what it promises.

    A file that was changed after it was made is refused. With --allow-edited it is written anew
    with the mark `edited`, which every decision by it carries, and promises nothing any more.

    \b
    ticketbench policy show policy.json
    ticketbench policy show policy.json --json
    """
    from datetime import UTC, datetime

    from ticketbench.flow.production.policy_words import policy_lines
    from ticketbench.production.policy_file import PolicyFile
    from ticketbench.production.policy_file import as_json as json_of

    found = PolicyFile.load(policy, allow_edited=allow_edited)
    if allow_edited:
        _mark_edited(policy, found)
    now = datetime.now(UTC)
    if as_json:
        show_json("policy-show", {"policy": json_of(found), "warnings": found.warnings(now)})
        return
    for word, text in policy_lines(found, now):
        tone = UNKNOWN if word == "promise" and found.holding_promise is None else ""
        show_pieces(Piece(text, tone), column=_COLUMN, first=word)


def _mark_edited(path: Path, found: PolicyFile) -> None:
    """Write the file with its mark, if there is something new to write."""
    from ticketbench.edge.files.atomic import write_file
    from ticketbench.edge.files.reading import read_bytes
    from ticketbench.production.json_text import read_strictly
    from ticketbench.production.policy_file import as_json, policy_bytes

    if read_strictly(read_bytes(path)) == as_json(found):
        say("the file is as it was made: nothing was written")
        return
    write_file(path, policy_bytes(found))
    say(f"marked as edited in {path}; it promises nothing now")


@command.command("check")
@click.argument("policy", type=_path)
@click.option("--config", type=_path, help="New tickets: those of this config, as answered.")
@click.option("--labels", type=_path, metavar="FILE",
              help="New tickets: a table of predictions; with --log ids and gold labels.",
              )  # fmt: skip
@click.option("--of-labels", metavar="OPTIONS",
              help="How that table is written: options of `score` as one text, such as "
                   "'--columns label=gold --scale percent'.")  # fmt: skip
@click.option("--log", multiple=True, type=_path, metavar="FILE",
              help="Decisions of a router, joined by ticket_id; repeat it.")  # fmt: skip
@click.option("--min-precision", type=float, metavar="SHARE",
              help="Hold it against this share right, not against its promise.")  # fmt: skip
@click.option("--undecided", type=click.Choice(["pass", "fail"]), default="pass",
              show_default=True, help="Exit with 0 or 3 where the tickets cannot tell.",
              )  # fmt: skip
@set_option
@json_option
@click.pass_context
def check_command(
    context: click.Context,
    policy: Path,
    config: Path | None,
    labels: Path | None,
    of_labels: str | None,
    log: tuple[Path, ...],
    min_precision: float | None,
    undecided: str,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Is a policy still right? Holds its promise against new labels; sends nothing.

    Exits with 0 when it holds, 1 when it is broken, and where the tickets cannot tell with 0, or 3
    with --undecided fail. Other rubrics, labels or endpoints than the policy's end with 2.

    \b
    ticketbench policy check policy.json --config configs/support.yaml
    """
    from ticketbench.edge.results.forms.options import AS_OURS
    from ticketbench.flow.production.policy_check import OF_LABELS, check
    from ticketbench.flow.production.policy_words import check_text

    found = check(
        policy,
        config=config,
        labels=labels,
        log=log,
        min_precision=min_precision,
        overrides=overrides,
        form=AS_OURS if of_labels is None else form_of_words(of_labels, where=OF_LABELS),
    )
    if as_json:
        show_json("policy-check", found)
    else:
        text = check_text(found.found, chosen_on=found.chosen_on)
        verdict, rest = text[: len(found.verdict)], text[len(found.verdict) :]
        show_pieces(Piece(verdict, f"bold {_TONES[found.verdict]}"), Piece(f"{rest}."))
    for note in found.notes:
        say_wrapped(f"note: {note}")
    if found.verdict == "broken":
        context.exit(1)
    if found.verdict == "cannot tell" and undecided == "fail":
        context.exit(3)
