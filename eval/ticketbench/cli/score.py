"""The command `ticketbench score`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ticketbench.cli.first_lines import show_answer
from ticketbench.cli.form import form_options
from ticketbench.cli.options import (
    at_options,
    confidence_option,
    counted_where,
    engine_options,
    prices,
    set_option,
    target_options,
)
from ticketbench.cli.output import (
    Piece,
    all_option,
    json_option,
    reference_option,
    say_findings,
    say_notes,
    show,
    show_command,
    show_json,
    show_pieces,
    show_table,
    show_wrapped,
)

if TYPE_CHECKING:
    from ticketbench.edge.results.forms.options import Form
    from ticketbench.flow.parts.score import PartScore
    from ticketbench.flow.score import Choices, Score
    from ticketbench.measure.evaluation import Evaluation, Settings


@click.command("score")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--rubric-set", help="Which rubric set, when the file holds several.")
@click.option("--config", type=click.Path(path_type=Path),
              help="Judge by the policy, target and prices of this config.")  # fmt: skip
@set_option
@click.option("--threshold", type=click.FloatRange(0, 1.01),
              help="Route when the top score is at least this [0.60].")  # fmt: skip
@click.option("--escalate-above", type=click.FloatRange(0, 1),
              help="Escalate when two labels score above this [0.30].")  # fmt: skip
@target_options
@confidence_option
@form_options
@engine_options
@all_option
@reference_option
@json_option
def command(
    file: Path,
    rubric_set: str | None,
    config: Path | None,
    overrides: tuple[str, ...],
    threshold: float | None,
    escalate_above: float | None,
    min_precision: float | None,
    costs: str | None,
    confidence: float | None,
    form: Form,
    engine: str | None,
    scheduler: str | None,
    everything: bool,
    reference: bool,
    as_json: bool,
) -> None:
    """Measure a table of predictions from anywhere.

    The table has the columns ticket_id, label and score_<label> for every label, or one column
    scores with an object; group_id is optional. Options say what is called or written otherwise.
    `label` may be __none__ where no label fits. Nothing is asked.

    A folder of such tables, or a pattern in quotes, is counted part by part (docs/parts.md).

    \b
    ticketbench score predictions.csv
    ticketbench score predictions.csv --costs misroute=8,review=2 --all
    ticketbench score predictions.csv --min-precision 0.95
    ticketbench score predictions.csv --config configs/support.yaml
    ticketbench score classifier.csv --columns label=y_true --score-prefix proba_
    ticketbench score reports/support/predictions.csv --rubric-set v2 --json
    ticketbench score 'parts/*.csv' --engine processes
    """
    from ticketbench.core.errors import TicketbenchError
    from ticketbench.edge.parts.pattern import in_parts
    from ticketbench.flow.score import Choices, score

    if overrides and config is None:
        raise click.UsageError("--set goes with --config")
    try:
        choices = Choices(
            config=config,
            overrides=overrides,
            threshold=threshold,
            escalate_above=escalate_above,
            min_precision=min_precision,
            costs=None if costs is None else prices(costs),
            confidence=confidence,
        )
        settings = choices.settings()
    except TicketbenchError as error:
        raise at_options(error) from None
    n_parts = 0
    notes: tuple[str, ...] = ()
    if in_parts(file):
        if reference:
            raise click.UsageError("--reference needs every score: it goes with one file")
        found = _of_parts(file, rubric_set, settings, form, engine, scheduler)
        result, n_parts, notes = found.score, found.n_parts, found.notes
    elif engine is not None or scheduler is not None:
        raise click.UsageError("--engine and --scheduler go with a folder or a pattern of parts")
    else:
        result = score(
            file, rubric_set=rubric_set, settings=settings, reference=reference, form=form
        )
    say_notes((*notes, *result.notes))
    if as_json:
        show_json("score", result)
        return
    _show(result, choices, n_parts=n_parts)
    if everything:
        _show_all(result, choices)
    say_findings(result.evaluation.findings)


def _of_parts(
    path: Path,
    rubric_set: str | None,
    settings: Settings,
    form: Form,
    engine: str | None,
    scheduler: str | None,
) -> PartScore:
    """What the parts say, and how many they are."""
    from ticketbench.cli.progress import counting
    from ticketbench.flow.parts.score import score_parts

    where = counted_where(engine, scheduler)
    return score_parts(
        path, rubric_set=rubric_set, settings=settings, form=form, where=where, told=counting()
    )


def _show(result: Score, choices: Choices, *, n_parts: int) -> None:
    """The answer, a row for each of three questions, and what to set."""
    from ticketbench.report.words.answers import OF_ONE_SET, answers
    from ticketbench.report.words.setting import setting_text

    advice = setting_text(result.recommendation, result.evaluations)
    told = answers(result, today_known=choices.today_known)
    rows = [
        ("right" if one.id == "better" else one.name, one) for one in told if one.id in OF_ONE_SET
    ]
    show_answer(advice, rows, promised=result.recommendation.kind == "promise")
    _show_next(result, choices, n_parts=n_parts)


def _show_next(result: Score, choices: Choices, *, n_parts: int) -> None:
    """The line of a config that sets it, what the answer rests on, and how to see more."""
    from ticketbench.report.policy_line import set_now_text, yaml_text
    from ticketbench.report.words import numbers
    from ticketbench.report.words.verdict import repeats_text

    found, e = result.recommendation, result.evaluation
    if found.setting is not None:
        now = f"({set_now_text(found, e)})" if choices.today_known else ""
        show_command("Set it: ", [yaml_text(found, e)], note=now, quoted=False)
    failed = f", {e.n_failed:,} without answer" if e.n_failed else ""
    if e.repeats is not None:
        right, changed = repeats_text(e.repeats, e.accuracy)
        show_pieces(Piece(f"{right}; {changed}."))
    word = "ticket" if e.repeats is None else "answer"
    parts = f" in {numbers.count(n_parts, 'part')}" if n_parts else ""
    said = f"{numbers.count(e.n_requested, word)}{parts}{failed}. All measures: --all."
    show_pieces(Piece(said if found.prices_stated else f"{said} Your own prices: --costs."))


def _show_repeats(e: Evaluation) -> None:
    """A row each, where tickets were asked more than once."""
    from ticketbench.report.words import numbers

    if e.repeats is not None:
        rows = [(one.name, str(one.n), numbers.estimate(one.accuracy)) for one in e.repeats.each]
        show_table(("repeat", "answers", "accuracy"), rows)
        show()


def _show_all(result: Score, choices: Choices) -> None:
    """Every sentence with its figures, then the tables."""
    from ticketbench.report.words import numbers
    from ticketbench.report.words.setting import setting_text
    from ticketbench.report.words.thresholds import none_chosen_text, told

    e = result.evaluation
    advice = setting_text(result.recommendation, result.evaluations)
    show()
    for line in advice.lines:
        if line != advice.of_100 and (line != advice.today or choices.today_known):
            show_wrapped(line, indent="")
    word = "tickets" if e.repeats is None else "answers"
    show(f"{e.n_requested} {word} = {e.n_scored} scored + {e.n_failed} failed")
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
    show_table(("label", word, "recall", "precision"), labels)
    show()
    _show_repeats(e)
    if none_chosen_text(e):
        show(none_chosen_text(e))
    for rule, text in told(e):
        show(f"threshold, {rule}:")
        show_wrapped(text)
