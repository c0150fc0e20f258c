"""The rules that choose a threshold, each a file of this folder with one decorated function.

A rule sees the tickets and what is asked, and answers with a policy, or None where nothing like it
was asked. What it chooses is judged on tickets it was not chosen on, unless it carries a
certificate: that speaks for the very threshold that is printed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from ticketbench.core.policy import Costs, Policy
from ticketbench.core.registry import Registry, import_modules
from ticketbench.core.types import Value
from ticketbench.measure.thresholds.certificate import Certificate
from ticketbench.measure.thresholds.tickets import OFF, Tickets


@dataclass(frozen=True, slots=True)
class Asked:
    """What a good threshold is.

    base           the policy in use: its temperature, and what a rule leaves as it is
    min_precision  share right among routed tickets that is asked for
    confidence     how sure a promise has to be
    promises       how many promises share what may go wrong; 0: none is made
    most_reviewed  largest share of tickets for review; None when there is no limit
    """

    base: Policy
    costs: Costs
    min_precision: float
    confidence: float
    promises: int
    most_reviewed: float | None
    seed: int

    @property
    def risk(self) -> float:
        """Share wrong among routed tickets that is allowed."""
        # Rounded, because 1 - 0.95 is a little more than 0.05.
        return round(1 - self.min_precision, 12)

    @property
    def delta(self) -> float:
        """Chance that a promise may be broken with: its part of 1 - confidence."""
        return round(1 - self.confidence, 12) / max(1, self.promises)

    @property
    def certified_limit(self) -> float:
        """The escalation limit of a promise, fixed before any label is read.

        Off, or that of `base` where a missed escalation has a price.
        """
        return OFF if self.costs.missed is None else self.base.escalate_above


@dataclass(frozen=True, slots=True, eq=False)
class LabelThreshold(Value):
    """The threshold of one label; without a promise it is the one for all labels, NaN if none."""

    label: str
    threshold: float
    promise: bool
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class Choice:
    """What a rule chose; a threshold of infinity routes nothing.

    title        the rule in plain words, with its target
    caveat       what it does not promise
    target       share of right routes that was asked for; NaN when none was
    most_reviewed  largest share of tickets for review that was asked for; NaN when none was
    certificate  what is promised for one threshold over all labels; None: nothing
    labels       the thresholds of single labels, in the order of the labels
    """

    policy: Policy
    title: str
    caveat: str
    target: float = math.nan
    most_reviewed: float = math.nan
    certificate: Certificate | None = None
    labels: tuple[LabelThreshold, ...] = ()


Choose = Callable[[Tickets, Asked], Choice | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """A way of choosing, and where it stands among the others."""

    name: str
    order: int
    choose: Choose


RULES: Registry[Rule] = Registry("threshold rule")


def threshold_rule(name: str, *, order: int) -> Callable[[Choose], Choose]:
    """Register a rule under its name."""
    return RULES.register(name, entry=lambda choose: Rule(name, order, choose))


def rules() -> tuple[Rule, ...]:
    """Every rule, in the order in which they are shown."""
    import_modules(__package__ or "")
    return tuple(sorted(RULES, key=lambda rule: (rule.order, rule.name)))
