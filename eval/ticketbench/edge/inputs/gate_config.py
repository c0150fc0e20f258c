"""The `gates` of a config: one condition each, strict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ticketbench.edge.inputs.validation import Strict

Text = Annotated[str, Field(min_length=1)]

BASELINE = "baseline"


class GateConfig(Strict):
    """One gate: limits of a metric, a metric no worse than another, or tickets that must pass."""

    on: Text = Field(description="The rubric set that is judged, `v2@name` with several endpoints.")
    metric: Text | None = Field(
        default=None, description="The number that is judged, such as `accuracy`."
    )
    label: Text | None = Field(
        default=None,
        description="The label that is judged, for the metrics of one label: `recall`, "
        "`precision`, `f1` and `routed_recall`.",
    )
    bound: Literal["value", "low", "high"] | None = Field(
        default=None,
        description="What `min` and `max` are held against: the `value`, or the `low` or `high` "
        "end of its 95 % interval.",
    )
    min: float | None = Field(default=None, description="The least that passes.")
    max: float | None = Field(default=None, description="The most that passes.")
    min_tickets: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="With fewer tickets the gate is skipped."
    )
    not_worse_than: Text | None = Field(
        default=None, description="What it is compared with: `baseline`, or a rubric set."
    )
    margin: Annotated[float, Field(gt=0)] | None = Field(
        default=None,
        description="The loss that does not matter; what is no share needs one in its own unit.",
    )
    primary: bool | None = Field(
        default=None,
        description="With `true` a loss that is seen is enough to fail, with `false` this gate "
        "is never the primary one.",
    )
    must_pass: Annotated[list[Text], Field(min_length=1)] | None = Field(
        default=None, description="The ids of tickets that may never be wrong."
    )

    @model_validator(mode="after")
    def _one_condition(self) -> Self:
        limits = self.min is not None or self.max is not None
        conditions = (limits, self.not_worse_than is not None, self.must_pass is not None)
        if sum(conditions) != 1:
            raise ValueError("a gate has one condition: min or max, not_worse_than, or must_pass")
        if (self.metric is None) != (self.must_pass is not None):
            what = "must_pass needs no metric" if self.metric else "it needs a metric"
            raise ValueError(what)
        if self.must_pass and (self.label or self.min_tickets):
            raise ValueError("must_pass takes neither label nor min_tickets")
        if self.bound and not limits:
            raise ValueError("bound belongs to min or max")
        if self.margin is not None and self.not_worse_than is None:
            raise ValueError("margin belongs to not_worse_than")
        if self.primary is not None and self.not_worse_than is None:
            raise ValueError("primary belongs to not_worse_than")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min is above max")
        return self


def primary_gates(gates: Sequence[GateConfig]) -> frozenset[int]:
    """The places of the primary gates: those that say so, else the first on a change.

    One that says `primary: false` is none, so there may be none at all.
    """
    said = {i for i, gate in enumerate(gates) if gate.primary}
    first = (i for i, gate in enumerate(gates) if gate.not_worse_than and gate.primary is None)
    return frozenset(said or [*first][:1])
