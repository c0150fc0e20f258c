"""The columns of predictions.csv, and what a user says of a table that is written otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypedDict

SCORE_PREFIX = "score_"

HEAD = ("rubric_set", "ticket_id", "group_id", "label", "top_label", "score")
TAIL = ("outcome", "failure")
"""The columns of predictions.csv before and after the scores."""

ROLES = (
    "ticket_id",
    "label",
    "top_label",
    "score",
    "scores",
    "group_id",
    "rubric_set",
    "repeat",
    "failure",
)
"""What a column can be beside the score of one label; `scores` holds those of all labels."""

Scale = Literal["prob", "percent", "log"]
"""What a score is: a share of 1, a share of 100, or the natural logarithm of a share."""

EmptyScores = Literal["refuse", "zero"]
"""What an empty cell among scores is: a mistake, or a score of 0."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a table of predictions is written, where that is not as `predictions.csv` is.

    columns       the column of the table for each role, of ROLES
    score_prefix  what the columns of scores begin with; the label follows
    scale         of the scores
    delimiter     one character; None: by the suffix, or the file itself
    decimal       the sign before the decimals
    encoding      by its name in Python; None: UTF-8
    labels        gold labels and columns by the names they have in the table: what they are here
    empty_scores  what an empty cell among scores is
    gold          a file of gold labels, for a harness that keeps them apart from its answers
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    score_prefix: str = SCORE_PREFIX
    scale: Scale = "prob"
    delimiter: str | None = None
    decimal: str = "."
    encoding: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    empty_scores: EmptyScores = "refuse"
    gold: str | None = None


class FormWords(TypedDict, total=False):
    """A form as words, without labels: each stands for its part of `Form`, checked by `form_of`."""

    columns: Mapping[str, str]
    score_prefix: str
    scale: Scale
    delimiter: str
    decimal: str
    encoding: str
    empty_scores: EmptyScores
    gold: str


AS_OURS = Form()
"""As predictions.csv: nothing is said."""
