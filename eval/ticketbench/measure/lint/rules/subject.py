"""Whether a rubric says what it is about, and whether two of them say the same.

Both read English alone: a set in another language has other words that say nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import nsmallest

from ticketbench.core.quotes import quoted, words
from ticketbench.core.rubrics import RubricSet
from ticketbench.measure.lint.mentions import asks_for_the_rest
from ticketbench.measure.lint.rule import Said, rule
from ticketbench.measure.lint.words import as_written, asked_words, content_words, is_foreign

FEWEST_WORDS = 2
"""A single word ("a problem") asks for what nearly every ticket has."""

LARGEST_SHARE = 0.30
"""Of the content words of the shorter rubric. The pairs planted in first drafts share .50 and more,
no pair of nine second drafts more than .20 (`benchmarks/lint_rates.py`)."""

FEWEST_FOR_COMMON = 3
"""With fewer, a word in over half of the rubrics is what both are about, not how all are worded."""

_MOST_PAIRS = 20


@rule("TB125", "warning")
def few_words(rubrics: RubricSet) -> Iterator[Said]:
    """Fewer than two content words, but for a rubric that asks for anything else."""
    for rubric in rubrics.rubrics if _is_english(rubrics) else ():
        few = len(content_words(rubric.text)) < FEWEST_WORDS
        if few and not asks_for_the_rest(rubric.text):
            yield Said(
                f"the rubric of {quoted(rubric.label)} says next to nothing",
                quoted(rubric.text),
                "list what belongs to it: three to eight things that customers write about",
                (rubric.label,),
            )


@rule("TB126", "warning")
def shared_words(rubrics: RubricSet) -> Iterator[Said]:
    """Two rubrics that share 30 % of the content words of the shorter one, the most first.

    Left out are words in over half of three or more rubrics, and what a rubric says to belong
    elsewhere. Of more than 20 pairs the first 20 are named and the others counted.
    """
    if not _is_english(rubrics):
        return
    pairs, n_pairs = shared_pairs(rubrics, least=LARGEST_SHARE, most=_MOST_PAIRS)
    texts = {rubric.label: rubric.text for rubric in rubrics.rubrics}
    for at, pair in enumerate(pairs, start=1):
        more = n_pairs - at if at == _MOST_PAIRS else 0
        beyond = f"; {more:,} more pairs are not listed" if more else ""
        n = len(pair.shared)
        yield Said(
            f"{quoted(pair.first)} and {quoted(pair.second)} ask in the same words",
            f"{n} of {pair.n_shorter} content words of the shorter one: "
            f"{words(as_written(texts[pair.first], pair.shared))}{beyond}",
            "say in each what belongs to the other, or join them",
            (pair.first, pair.second),
        )


@dataclass(frozen=True, slots=True)
class SharedPair:
    """Two labels, the stems that both rubrics have, and how many the shorter one has."""

    first: str
    second: str
    shared: frozenset[str]
    n_shorter: int

    @classmethod
    def of(cls, first: str, own: frozenset[str], second: str, others: frozenset[str]) -> SharedPair:
        """Of two labels with their content words."""
        return cls(first, second, own & others, min(len(own), len(others)))

    @property
    def share(self) -> float:
        """Shared words of those of the shorter rubric, from 0 to 1."""
        return len(self.shared) / self.n_shorter


def shared_pairs(rubrics: RubricSet, *, least: float, most: int) -> tuple[list[SharedPair], int]:
    """The first `most` pairs that share at least `least` (more than 0) of the content words of the
    shorter rubric, and how many there are; the largest share first, then in the order of labels.

    By an inverted index: pairs without a common word are never looked at.
    """
    own = [*_own_words(rubrics).items()]
    having: dict[str, list[int]] = defaultdict(list)
    found = []
    for second, (_, stems) in enumerate(own):
        met: Counter[int] = Counter()
        for word in stems:
            met.update(having[word])
            having[word].append(second)
        shares = ((n / min(len(own[first][1]), len(stems)), first) for first, n in met.items())
        found += [(-share, first, second) for share, first in shares if share >= least]
    pairs = (SharedPair.of(*own[i], *own[j]) for _, i, j in nsmallest(most, found))
    return [*pairs], len(found)


def _own_words(rubrics: RubricSet) -> Mapping[str, frozenset[str]]:
    """The content words of each label, without those that most rubrics of the set have."""
    asked = {rubric.label: asked_words(rubric.text) for rubric in rubrics.rubrics}
    if len(asked) < FEWEST_FOR_COMMON:
        return asked
    counts = Counter(word for each in asked.values() for word in each)
    common = {word for word, n in counts.items() if n > len(asked) / 2}
    return {label: each - common for label, each in asked.items()}


def _is_english(rubrics: RubricSet) -> bool:
    """Whether less than half of the rubrics are in another language."""
    return 2 * sum(is_foreign(rubric.text) for rubric in rubrics.rubrics) < len(rubrics.rubrics)
