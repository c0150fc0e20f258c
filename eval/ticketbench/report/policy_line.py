"""The line of a config that sets what is recommended, and what it sets now."""

from __future__ import annotations

from ticketbench.measure.evaluation import Measured
from ticketbench.measure.recommendation import Recommendation
from ticketbench.report.words import numbers


def yaml_text(found: Recommendation, evaluation: Measured) -> str:
    """The line of the config that sets what is recommended, and nothing that is set already.

    Where people keep routing, it is the setting that gives every ticket to them.
    """
    assert found.setting is not None
    threshold = numbers.threshold(found.setting.threshold)
    limit = _limit(found.setting.escalate_above)
    if found.kind == "review":
        threshold, limit = "1.01", "1"
    own = ", label_thresholds: {}" if evaluation.settings.policy.label_thresholds else ""
    return f"policy: {{threshold: {threshold}, escalate_above: {limit}{own}}}"


def is_set(found: Recommendation, evaluation: Measured) -> bool:
    """Whether the config sets already what `yaml_text` would."""
    policy, setting = evaluation.settings.policy, found.setting
    assert setting is not None
    wanted = (1.01, 1.0) if found.kind == "review" else (setting.threshold, setting.escalate_above)
    return (policy.threshold, policy.escalate_above) == wanted and not policy.label_thresholds


def set_now_text(found: Recommendation, evaluation: Measured) -> str:
    """What the config sets now, beside `yaml_text`."""
    policy = evaluation.settings.policy
    limit = _limit(policy.escalate_above)
    now = f"now {numbers.threshold(policy.threshold)} and {limit}"
    now += f", others by {evaluation.settings.label_word}" if policy.label_thresholds else ""
    return f"every ticket to a person; {now}" if found.kind == "review" else now


def _limit(escalate_above: float) -> str:
    return "1" if escalate_above >= 1 else numbers.threshold(escalate_above)
