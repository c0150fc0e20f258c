"""The two sets that are compared: of the config, or what the baseline was blessed with."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ticketbench.core.errors import InputError
from ticketbench.core.policy import Policy
from ticketbench.core.quotes import quoted
from ticketbench.core.rubrics import RubricSet
from ticketbench.edge.results.baseline_file import read_baseline
from ticketbench.flow.steps.inputs import Inputs
from ticketbench.flow.steps.tables import rubric_set

BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class OneSet:
    """A set with the policy that decides by its answers.

    name     as it was typed
    rubrics  its questions, under the name of the set whose endpoint is asked
    """

    name: str
    rubrics: RubricSet
    policy: Policy


def set_called(inputs: Inputs, name: str) -> OneSet:
    """The set of the config called `name`; `baseline`, where no set is called so, is what runs
    today: the questions and the policy of the baseline of the config.

    Raises InputError where there is no such set, or no baseline.
    """
    if name != BASELINE or name in inputs.config.file.sets:
        return OneSet(name, rubric_set(inputs, name), inputs.config.policy)
    path = inputs.config.baseline_path
    if path is None or not path.is_file():
        what = "there is no baseline" if path is None else f"there is no baseline in {path}"
        help_ = f"bless one: ticketbench baseline bless {inputs.config.path} --rubric-set SET"
        raise InputError(what, where=str(inputs.config.path), help=help_)
    kept = read_baseline(path)
    if kept.rubric_set not in inputs.config.file.sets:
        what = f"the baseline is of {quoted(kept.rubric_set)}, which the config does not have"
        raise InputError(what, where=str(path), help="whom to ask is said by a set of its name")
    texts = replace(kept.rubric_texts, name=kept.rubric_set)
    return OneSet(name, texts, kept.origin.policy)
