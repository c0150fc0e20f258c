"""A rubric set without one of its labels, from the answers with it; nothing is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ticketbench.core.errors import InputError
from ticketbench.core.policy import Policy
from ticketbench.core.quotes import quoted
from ticketbench.core.registry import suggestion
from ticketbench.edge.endpoints import is_local
from ticketbench.edge.redaction import shown_url
from ticketbench.flow.steps.completeness import refuse_misses
from ticketbench.flow.steps.inputs import read_inputs
from ticketbench.flow.steps.tables import rubric_set, scored
from ticketbench.measure.rubrics.ablation import LeftOut, left_out


@dataclass(frozen=True, slots=True)
class Ablation:
    """What leaving out each label alone does.

    scores_apart  whether the engine is known to score each label by itself: then the numbers are
                  what asking anew would give, else they rest on that as an assumption
    n             scored tickets
    """

    rubric_set: str
    endpoint: str
    scores_apart: bool
    policy: Policy
    n: int
    labels: tuple[LeftOut, ...]


def ablate(
    config: Path, on: str, labels: Sequence[str] = (), *, overrides: Sequence[str] = ()
) -> Ablation:
    """What leaving out each of `labels` alone does to the set `on`; every label of it without any.

    At the policy of the config, from stored answers. Raises InputError for a label or a set that is
    not there, or a set of two labels, and what `refuse_misses` raises.
    """
    inputs = read_inputs(config, overrides=overrides)
    rubrics = rubric_set(inputs, on)
    for label in labels:
        if label not in rubrics.labels:
            what = f"{on} has no label {quoted(label)}"
            raise InputError(what, help=suggestion(label, rubrics.labels))
    table = scored(inputs, [on])[on]
    refuse_misses([table], 0, inputs)
    policy, url = inputs.config.policy, inputs.endpoint_of(rubrics).settings.url
    return Ablation(
        rubric_set=on,
        endpoint=shown_url(url),
        scores_apart=scores_apart(url),
        policy=policy,
        n=table.n_scored,
        labels=left_out(table, policy, list(dict.fromkeys(labels)) or rubrics.labels),
    )


def scores_apart(url: str) -> bool:
    """Whether what answers at `url` is known to score each label by itself: an engine in process
    that says so of itself. Of what stands behind any other URL nothing is known.
    """
    if not is_local(url):
        return False
    from ticketbench.edge.endpoints.local import engine_at

    return engine_at(url).scores_apart
