"""The two sets that are compared: of the config, or what was blessed or pinned."""

from __future__ import annotations

from dataclasses import dataclass

from ticketbench.core.errors import InputError
from ticketbench.core.policy import Policy
from ticketbench.core.quotes import quoted
from ticketbench.core.rubrics import RubricSet
from ticketbench.edge.redaction import shown_url
from ticketbench.edge.results.baseline import Baseline
from ticketbench.edge.results.baseline_file import read_baseline
from ticketbench.edge.results.ledger import Asked
from ticketbench.flow.steps.inputs import Inputs
from ticketbench.flow.steps.tables import rubric_set

BASELINE, PIN = "baseline", "pin"


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
    """The set of the config called `name`; where no set is called so, `baseline` is what runs today
    and `pin` what it was pinned to: the questions and the policy that the baseline file keeps.

    Raises InputError where there is no such set, or no baseline, or it does not say what was
    pinned, or the pin had its answers from elsewhere than the config would ask.
    """
    if name not in (BASELINE, PIN) or name in inputs.config.file.sets:
        return OneSet(name, rubric_set(inputs, name), inputs.config.policy)
    kept = kept_baseline(inputs)
    asked = kept.asked if name == BASELINE else asked_at_pin(kept, inputs)
    if asked.rubric_set not in inputs.config.file.sets:
        what = f"the {name} is of {quoted(asked.rubric_set)}, which the config does not have"
        where = str(inputs.config.baseline_path)
        raise InputError(what, where=where, help="whom to ask is said by a set of its name")
    if name == PIN:
        _refuse_elsewhere(asked, inputs)
    return OneSet(name, asked.questions, asked.policy)


def kept_baseline(inputs: Inputs) -> Baseline:
    """The baseline of the config. Raises InputError where there is none."""
    path = inputs.config.baseline_path
    if path is None or not path.is_file():
        what = "there is no baseline" if path is None else f"there is no baseline in {path}"
        help_ = f"bless one: ticketbench baseline bless {inputs.config.path} --rubric-set SET"
        raise InputError(what, where=str(inputs.config.path), help=help_)
    return read_baseline(path)


def asked_at_pin(kept: Baseline, inputs: Inputs) -> Asked:
    """What the pin asked. Raises InputError where a baseline of an older version was blessed over
    since, so that nobody knows.
    """
    if kept.asked_at_pin is None:
        what = "what was pinned is not known: the file is of an older version"
        help_ = "pin what runs now: ticketbench baseline pin " + str(inputs.config.path)
        raise InputError(what, where=str(inputs.config.baseline_path), help=f"{help_} --reason WHY")
    return kept.asked_at_pin


def _refuse_elsewhere(asked: Asked, inputs: Inputs) -> None:
    """Other answers to the pin's questions would move the pin, unseen."""
    url = inputs.url_of(asked.questions)
    if url == asked.endpoint:
        return
    what = f"the pin had its answers from {shown_url(asked.endpoint)}"
    help_ = "name both under `endpoints`, so that the pin is asked where it was; or pin anew"
    raise InputError(
        f"{what}, and {asked.rubric_set} is asked of {shown_url(url)} now",
        where=str(inputs.config.path),
        help=help_,
    )
