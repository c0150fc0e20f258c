"""The command `ticketbench score`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ticketbench.cli.output import (
    json_option,
    reference_option,
    say_findings,
    show,
    show_json,
    show_table,
    show_wrapped,
)

if TYPE_CHECKING:
    from ticketbench.flow.score import Score


@click.command("score")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--rubric-set", help="Which rubric set, when the file holds several.")
@click.option("--threshold", type=click.FloatRange(0, 1), default=0.60, show_default=True,
              help="Route when the top score is at least this.")  # fmt: skip
@click.option("--escalate-above", type=click.FloatRange(0, 1), default=0.30, show_default=True,
              help="Escalate when two labels score above this.")  # fmt: skip
@reference_option
@json_option
def command(
    file: Path,
    rubric_set: str | None,
    threshold: float,
    escalate_above: float,
    reference: bool,
    as_json: bool,
) -> None:
    """Measure a table of predictions from anywhere.

    The table has the columns ticket_id, label and score_<label> for every label; group_id is
    optional. `label` may be __none__ where no label fits.

    \b
    ticketbench score predictions.csv
    ticketbench score reports/support/predictions.csv --rubric-set v2 --json
    """
    from ticketbench.core.policy import Policy
    from ticketbench.flow.score import score
    from ticketbench.measure.evaluation import Settings

    settings = Settings(policy=Policy(threshold, escalate_above))
    result = score(file, rubric_set=rubric_set, settings=settings, reference=reference)
    if as_json:
        show_json("score", result)
        return
    say_findings(result.evaluation.findings)
    _show(result)


def _show(result: Score) -> None:
    from ticketbench.report.words import numbers
    from ticketbench.report.words.setting import setting_text
    from ticketbench.report.words.thresholds import none_chosen_text, told

    e = result.evaluation
    advice = setting_text(result.recommendation, [e])
    show(advice.headline, style="bold")
    for line in advice.lines:
        # What runs today is not known here: the policy is that of the options.
        if line != advice.today:
            show_wrapped(line)
    show()
    show(f"{e.n_requested} tickets = {e.n_scored} scored + {e.n_failed} failed")
    metrics = (*e.metrics, *e.routing.summary.metrics)
    rows = [(m.title, numbers.estimate(m.estimate, share=m.share)) for m in metrics]
    rows.append(("Cost, a person reading every ticket", numbers.number(e.settings.costs.review)))
    rows.append(("threshold of the policy", numbers.threshold(e.settings.policy.threshold)))
    show_table(("metric", "value [95%]"), rows)
    show()
    labels = [
        (r.label, str(r.support), numbers.estimate(r.recall), numbers.estimate(r.precision))
        for r in e.by_label.results
    ]
    show_table(("label", "tickets", "recall", "precision"), labels)
    show()
    if none_chosen_text(e):
        show(none_chosen_text(e))
    for rule, text in told(e):
        show(f"threshold, {rule}:")
        show_wrapped(text)
