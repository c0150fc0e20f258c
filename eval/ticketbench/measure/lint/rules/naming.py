"""Whether a rubric names another label of its set."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from ticketbench.core.quotes import listed, quoted
from ticketbench.core.rubrics import RubricSet
from ticketbench.measure.lint.mentions import Mention, mentions
from ticketbench.measure.lint.rule import Said, rule


@rule("TB127", "warning")
def another_label(rubrics: RubricSet) -> Iterator[Said]:
    """It names a label as a label, or as what it is about, and does not say that it is none."""
    named = [m for m in mentions(rubrics) if m.as_label and not m.negated]
    for by, of in _by_rubric(named):
        yield Said(
            f"the rubric of {quoted(by)} names another label",
            listed(of),
            "say what belongs to it in words of its own; tickets of the other fit this, too",
            (by, *of),
        )


@rule("TB129", "note")
def another_label_negated(rubrics: RubricSet) -> Iterator[Said]:
    """It says of what another label is called that this is not meant."""
    for by, of in _by_rubric([m for m in mentions(rubrics) if m.negated]):
        yield Said(
            f"the rubric of {quoted(by)} says what it is not",
            f"it negates {listed(of)}",
            "models read over a negation: if its tickets are mixed up, list what belongs here",
            (by, *of),
        )


def _by_rubric(found: list[Mention]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each label whose rubric names others, and these, each once."""
    for by, group in groupby(found, key=lambda mention: mention.by):
        yield by, tuple(dict.fromkeys(mention.of for mention in group))
