"""What a log is held against: a policy file, or a rubric set of a saved run."""

from __future__ import annotations

from dataclasses import dataclass
from os.path import isfile
from pathlib import Path

from ticketbench.core.errors import InputError
from ticketbench.core.policy import OUTCOMES, Policy
from ticketbench.core.types import Estimate
from ticketbench.flow.report.folder import named_report, report_folder, set_of
from ticketbench.measure.drift.against import Standard
from ticketbench.measure.drift.reference import Reference, reference_of
from ticketbench.measure.evaluation import Evaluation
from ticketbench.measure.results import RunResults
from ticketbench.production.policy_file import PolicyFile


@dataclass(frozen=True, slots=True)
class Chosen:
    """A standard, and how a log says that it was made by it.

    said         what it is called in a sentence
    policy       digest that stands in each line of its log; empty for a run, which has none
    fingerprint  of its rubrics, as it stands there
    rubrics      their questions
    """

    standard: Standard
    said: str
    policy: str
    fingerprint: str
    rubrics: tuple[str, ...]


def chosen(text: str) -> Chosen:
    """The policy file or run that `text` names: a file, FOLDER, FOLDER:SET, or a set of the latest.

    Of a run the policy is that of the recommendation where it is about this set, else that of the
    config. Raises InputError where it is none of these.
    """
    if isfile(text):
        return _of_file(PolicyFile.load(text), text)
    folder, name = named_report(text)
    found = report_folder(folder, texts=False)
    name = set_of(found.results, name, where=folder)
    at = [one.rubric_set for one in found.results.evaluations].index(name)
    evaluation, table = found.results.evaluations[at], found.tables[at]
    policy, right = _setting(found.results, evaluation)
    if not table.n_scored:
        raise InputError(f"{name} has no answer in this run", where=str(folder), help="run again")
    return Chosen(
        Standard(policy, reference_of(table, policy), (), right),
        said=f"{name} of {folder}",
        policy="",
        fingerprint=f"sha256:{evaluation.provenance.rubric_fingerprint}",
        rubrics=tuple(
            rubric.text
            for one in found.results.rubric_sets
            if one.name == name
            for rubric in one.rubrics
        ),
    )


def _setting(results: RunResults, evaluation: Evaluation) -> tuple[Policy, Estimate]:
    """The policy to hold a log against, and the share right among those that it routes."""
    advised = results.recommendation
    setting = None if advised is None else advised.setting
    if setting is None or setting.rubric_set != evaluation.rubric_set:
        return evaluation.settings.policy, evaluation.routing.summary.selective_precision
    wrong = setting.share_wrong
    right = Estimate(1 - wrong.value, 1 - wrong.high, 1 - wrong.low, wrong.n, wrong.method)
    return setting.policy, right


def _of_file(file: PolicyFile, path: str) -> Chosen:
    kept = file.reference
    labels = file.labels
    reference = Reference(
        n=kept.n,
        labels=labels,
        top_score_quantiles=kept.top_score_quantiles,
        top_labels=tuple(kept.top_labels.get(label, 0) for label in labels),
        outcomes=tuple(kept.outcomes.get(outcome, 0) for outcome in OUTCOMES),
        confusion=kept.confusion,
    )
    return Chosen(
        Standard(file.policy, reference, tuple(sorted(kept.model)), _judged(file)),
        said=Path(path).name,
        policy=file.sha256,
        fingerprint=file.fingerprint,
        rubrics=tuple(rubric.text for rubric in file.rubrics),
    )


def _judged(file: PolicyFile) -> Estimate:
    """The share right among those routed, as the promise was judged."""
    promise = file.holding_promise
    if promise is None or not promise.judged.routed:
        return Estimate.undefined(0, "the policy makes no promise")
    judged = promise.judged
    value = judged.right / judged.routed
    method = f"judged at {100 * promise.confidence:g}% confidence"
    return Estimate(value, judged.low, judged.high, judged.routed, method)
