"""Is a policy still right? Its promise held against labels that it was not chosen on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.policy import ROUTE
from ticketbench.core.quotes import listed, quoted, words
from ticketbench.core.rubrics import NONE_LABEL, RubricSet
from ticketbench.core.types import NONE, FloatArray, ScoreTable
from ticketbench.edge.inputs.endpoint_config import rubric_set_of
from ticketbench.edge.redaction import shown_url
from ticketbench.edge.results.forms.options import AS_OURS, SCORE_PREFIX, Form
from ticketbench.edge.tables.reading import read_table
from ticketbench.edge.tables.rows import Dialect, Table
from ticketbench.flow.production.gold import Gold, read_gold
from ticketbench.flow.steps.completeness import refuse_misses
from ticketbench.flow.steps.inputs import Inputs, read_inputs
from ticketbench.flow.steps.settings import SEED
from ticketbench.flow.steps.tables import scored
from ticketbench.measure.production.profile import confusion_of, quantiles_of
from ticketbench.measure.production.promise_check import Held, PromiseCheck, promise_check
from ticketbench.production.decision_log import LoggedDecision, read_decisions
from ticketbench.production.policy_file import PolicyFile
from ticketbench.report.words import numbers

OF_LABELS = "--of-labels"
CONFIDENCE = 0.90
"""Of a share that is asked for where the policy promises none: as a config has it."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found.

    policy     sha256 of the file
    source     the file that the labels are from
    promised   whether the policy promises this, or it was asked for on the command line
    chosen_on  these are the tickets that the policy was made from, so they tell nothing new
    notes      what to know about the labels
    """

    policy: str
    source: str
    promised: bool
    chosen_on: bool
    found: PromiseCheck
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> Held:
        """holds, broken or cannot tell."""
        return self.found.verdict


@dataclass(frozen=True, slots=True)
class _Target:
    """The share right that routed tickets are held against."""

    share: float
    confidence: float
    promised: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """New labelled tickets: routed by the policy or not, right or not, and their groups."""

    routed: np.ndarray
    right: np.ndarray
    groups: np.ndarray
    chosen_on: bool = False
    notes: tuple[str, ...] = ()


def check(
    policy: Path,
    *,
    config: Path | None = None,
    labels: Path | None = None,
    log: Sequence[Path] = (),
    min_precision: float | None = None,
    overrides: Sequence[str] = (),
    form: Form = AS_OURS,
) -> Checked:
    """Hold the policy file against new labels; nothing is sent.

    `config` brings tickets with stored answers, `labels` alone a table of predictions with scores,
    written as `form` says, `labels` with a `log` the gold labels of decisions. `min_precision`
    takes the place of the promise. Raises InputError where that is none of the three, there is
    neither promise nor target, or rubrics, labels or endpoint are not the policy's.
    """
    if form != AS_OURS and (labels is None or log):
        what = "says how a table of predictions is written"
        raise InputError(f"{OF_LABELS} {what}", help="it goes with --labels FILE alone")
    made = PolicyFile.load(policy)
    target = _target(made, min_precision, policy)
    if config is not None and labels is None and not log:
        judged, source = _of_config(made, config, overrides), config
    elif labels is not None and config is None:
        judged = _of_log(made, log, read_gold(labels)) if log else _of_table(made, labels, form)
        source = labels
    else:
        raise InputError(
            "a check takes labels from one place",
            help="--config CONFIG, or --labels FILE, or --log FILE --labels FILE",
        )
    found = promise_check(
        judged.routed,
        judged.right,
        judged.groups,
        promised=target.share,
        confidence=target.confidence,
        seed=SEED,
    )
    if judged.chosen_on:
        found = replace(found, verdict="cannot tell", needed=None)
    return Checked(
        policy=made.sha256,
        source=str(source),
        promised=target.promised,
        chosen_on=judged.chosen_on,
        found=found,
        notes=judged.notes,
    )


def _target(made: PolicyFile, min_precision: float | None, path: Path) -> _Target:
    promise = made.holding_promise
    if min_precision is not None:
        if not 0 < min_precision < 1:
            what = f"a share is above 0 and below 1, got {min_precision:g}"
            raise InputError(what, where="--min-precision", help="such as 0.9")
        return _Target(min_precision, promise.confidence if promise else CONFIDENCE, promised=False)
    if promise is None:
        raise InputError(
            "the policy promises nothing that could be broken",
            where=str(path),
            help="say what share of the routed tickets has to be right: --min-precision 0.9",
        )
    return _Target(promise.right_at_least, promise.confidence, promised=True)


def _of_config(made: PolicyFile, config: Path, overrides: Sequence[str]) -> _Judged:
    inputs = read_inputs(config, overrides=overrides)
    _refuse_other_endpoint(made, inputs)
    rubrics = _same_questions(made, inputs)
    table = scored(inputs, [rubrics.name])[rubrics.name]
    refuse_misses([table], 0, inputs)
    return _decided(made, table)


def _refuse_other_endpoint(made: PolicyFile, inputs: Inputs) -> None:
    urls = tuple(dict.fromkeys(inputs.url_of(one) for one in inputs.rubric_sets))
    if made.url not in urls:
        asked, first = words([shown_url(url) for url in urls]), inputs.endpoints[0]
        raise InputError(
            f"the policy was made for {shown_url(made.url)}, this config asks {asked}",
            where=inputs.config.document.where((*first.place, "url")),
            help="a threshold holds for the endpoint that it was chosen for: export a new policy",
        )


def _same_questions(made: PolicyFile, inputs: Inputs) -> RubricSet:
    """The rubric set that asks what the policy asks; raises InputError with the first label that
    differs, in the set of that name, or in the one that has most of its labels.
    """
    own = made.rubric_set
    asked = [one for one in inputs.rubric_sets if inputs.url_of(one) == made.url]
    for one in asked:
        if one.fingerprint == own.fingerprint:
            return one
    named = [one for one in asked if one.name == own.name]
    nearest = max(named or asked, key=lambda one: len(set(one.rubrics) & set(own.rubrics)))
    raise InputError(
        f"{nearest.name} is not what the policy asks: {_first_difference(own, nearest)}",
        where=inputs.config.document.where(("rubric_sets", rubric_set_of(nearest.name))),
        help="a threshold holds for the questions that it was chosen for: export a new policy",
    )


def _first_difference(own: RubricSet, other: RubricSet) -> str:
    asked = {rubric.label: rubric.text for rubric in other.rubrics}
    for rubric in own.rubrics:
        if rubric.label not in asked:
            return f"it has no label {quoted(rubric.label)}"
        if asked[rubric.label] != rubric.text:
            return f"its question about {quoted(rubric.label)} is another one"
    more = [label for label in other.labels if label not in own.labels]
    if more:
        return f"it has a label {quoted(more[0])}, too"
    moved = next(a for a, b in zip(own.labels, other.labels, strict=True) if a != b)
    return f"its label {quoted(moved)} stands at another place"


def _of_table(made: PolicyFile, path: Path, form: Form) -> _Judged:
    """A table of predictions, its columns in the order of the policy's labels; of several sets that
    of the policy.
    """
    from ticketbench.edge.results.predictions import every_score, read_set

    written = read_table(path, Dialect(form.delimiter, form.encoding))
    if form == AS_OURS:
        _refuse_gold_alone(written, path)
    named, own = form.columns.get("rubric_set", "rubric_set"), made.rubric_set.name
    one = own if any(row.values.get(named) == own for row in written.rows) else None
    found = read_set(path, one, chosen_by="a file of its rows alone", form=form, within=OF_LABELS)
    table = every_score(found.table, path).in_order_of_ids()
    for label in (*made.labels, *table.labels):
        if label not in table.labels or label not in made.labels:
            has = "has no scores" if label in made.labels else "has scores"
            what = f"the table {has} for {quoted(label)}, the policy was made for other labels"
            raise InputError(what, where=str(path), help="take the predictions of its rubric set")
    notes: tuple[str, ...] = ()
    if table.n_failed:
        notes = (f"{numbers.count(table.n_failed, 'ticket')} without an answer left out",)
    return replace(_decided(made, table), notes=notes)


def _refuse_gold_alone(table: Table, path: Path) -> None:
    """Raise InputError for a table of labels without a single score, whatever it is called."""
    from ticketbench.edge.results.forms.guesses import prefix_for

    known = any(name.startswith(SCORE_PREFIX) or name == "scores" for name in table.columns)
    if not known and prefix_for(table, (), None) is None:
        raise InputError(
            "there are no scores that the policy could decide by",
            where=f"{path}:1",
            help="labels of tickets that a router decided go with its log: --log decisions.jsonl",
        )


def _decided(made: PolicyFile, table: ScoreTable) -> _Judged:
    """What the policy does with the tickets of a table, as the router would."""
    order = np.array([table.labels.index(label) for label in made.labels])
    scores = table.scores[:, order]
    decisions = made.policy.decide(scores, made.labels)
    gold = [table.gold_labels[i] if i >= 0 else NONE_LABEL for i in table.truth.tolist()]
    top = [made.labels[i] for i in decisions.top.tolist()]
    right = np.array([g == t for g, t in zip(gold, top, strict=True)], dtype=np.bool_)
    return _Judged(
        decisions.outcome == ROUTE,
        right,
        table.groups,
        chosen_on=_made_from(made, gold, top, table.top_score),
    )


def _made_from(
    made: PolicyFile, gold: Sequence[str], top: Sequence[str], score: FloatArray
) -> bool:
    """Whether these are the tickets that the policy was made from: every score and count agrees."""
    if len(score) != made.reference.n or not set(top) <= set(made.labels):
        return False
    place = {label: i for i, label in enumerate(made.labels)}
    truth = np.array([place.get(label, NONE) for label in gold], dtype=np.int64)
    tops = np.array([place[label] for label in top], dtype=np.int64)
    return (quantiles_of(score), confusion_of(truth, tops, len(place))) == (
        made.reference.top_score_quantiles,
        made.reference.confusion,
    )


def _of_log(made: PolicyFile, paths: Sequence[Path], gold: Gold) -> _Judged:
    """The decisions of a log whose tickets have a gold label, each ticket by its last one."""
    log = read_decisions(paths)
    last: dict[str, LoggedDecision] = {}
    own = [one for one in log.decisions if one.policy == made.sha256]
    for one in sorted(own, key=lambda one: one.timestamp):
        if one.ticket_id is not None and one.ticket_id in gold.labels:
            last[one.ticket_id] = one
    if not last:
        what, help_ = _nothing_joined(made, own, log.decisions)
        raise InputError(what, where=str(paths[0]), help=help_)
    ids = sorted(last)
    routed = [last[id_].outcome == "route" for id_ in ids]
    right = [last[id_].label == gold.labels[id_] for id_ in ids]
    names = {name: i for i, name in enumerate(dict.fromkeys(gold.groups[id_] for id_ in ids))}
    return _Judged(
        np.array(routed, dtype=np.bool_),
        np.array(right, dtype=np.bool_),
        np.array([names[gold.groups[id_]] for id_ in ids], dtype=np.int64),
        chosen_on=_logged_from(made, [(last[id_], gold.labels[id_]) for id_ in ids]),
        notes=_log_notes(made, len(log.decisions) - len(own), len(gold.labels) - len(ids), gold),
    )


def _logged_from(made: PolicyFile, pairs: Sequence[tuple[LoggedDecision, str]]) -> bool:
    """The same for decisions of a log and their gold labels."""
    gold = [label for one, label in pairs if one.label is not None]
    top = [one.label for one, _ in pairs if one.label is not None]
    score = np.array([one.score for one, _ in pairs if one.score is not None])
    return len(score) == len(top) and _made_from(made, gold, top, score)


def _nothing_joined(
    made: PolicyFile, own: Sequence[LoggedDecision], every: Sequence[LoggedDecision]
) -> tuple[str, str]:
    """What is missing between log and labels, and what to do."""
    if not every:
        return "there is no decision in the log", "give the log of a router: Router(..., log=)"
    if not own:
        n = numbers.count(len(every), "decision")
        others = words(sorted({one.policy[:12] for one in every}))
        what = f"none of {n} was made by the policy {made.sha256[:12]}"
        return what, f"check the policy that made them: {others}"
    if not any(one.ticket_id for one in own):
        what = "no decision of the log says which ticket it is about"
        return what, "route(text, ticket_id=...) keeps it in the log, for the next ones"
    what = "no decision of the log is about a ticket with a label"
    return what, "decisions are joined with labels by `ticket_id`"


def _log_notes(made: PolicyFile, n_other: int, n_without: int, gold: Gold) -> tuple[str, ...]:
    strangers = sorted(set(gold.labels.values()) - {*made.labels, NONE_LABEL})
    found = {
        f"{numbers.count(n_other, 'decision')} of another policy left out": n_other,
        f"{numbers.count(n_without, 'label')} without a decision left out": n_without,
        f"labels that the policy does not know count as wrong: {listed(strangers)}": strangers,
        "tickets are taken for independent: no column `group` says which belong together":
            not gold.grouped,
    }  # fmt: skip
    return tuple(text for text, holds in found.items() if holds)
