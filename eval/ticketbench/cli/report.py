"""The command `ticketbench report`."""

from __future__ import annotations

from pathlib import Path

import click

from ticketbench.cli.output import (
    Piece,
    json_option,
    say_wrapped,
    show_json,
    show_path,
    show_pieces,
)


@click.command("report")
@click.argument("run", type=click.Path(path_type=Path), required=False, metavar="[RUN]")
@click.option("--open", "opens", is_flag=True, help="Open the page in the browser.")
@click.option("--figures/--no-figures", default=None,
              help="Draw figures, or leave them out [as the report has them].")  # fmt: skip
@json_option
def command(run: Path | None, opens: bool, figures: bool | None, as_json: bool) -> None:
    """Make the page of a saved run again; nothing is asked or measured.

    RUN is the folder of a report, by default the latest in reports. Useful with a new version, or
    after report.texts or report.mask_words of the config changed.

    \b
    ticketbench report
    ticketbench report --open
    ticketbench report reports/support --figures
    """
    from ticketbench.flow.report.folder import latest_report
    from ticketbench.flow.report.page_again import page_again

    made = page_again(latest_report() if run is None else run, figures=figures)
    if as_json:
        show_json("report", made)
    else:
        show_pieces(Piece(f"{made.headline}.", "bold"))
        show_path("Made again; nothing was asked or measured.", Path(made.page))
    for note in made.notes:
        say_wrapped(note)
    if opens:
        _open(Path(made.page))


def _open(page: Path) -> None:
    """Show the page in the browser of this machine."""
    import webbrowser

    if not webbrowser.open(page.absolute().as_uri()):
        say_wrapped(f"no browser could be started; open {page} yourself")
