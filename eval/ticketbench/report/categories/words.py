"""What the lowest scores hold, in words: a category that no rubric asks for, or none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ticketbench.core.quotes import quoted
from ticketbench.measure.categories.found import (
    FEWEST,
    MOST_UNDER,
    TOGETHER,
    UNDER_SHARE,
    Categories,
    Cluster,
)
from ticketbench.report.words import numbers

MOST_IDS = 5
_MOST_SHOWN = 5
COLUMNS = ("tickets", "under the threshold", "median score", "their words", "lean to", "ids")

_BY = {"minilm": "by meaning (minilm embeddings)", "tf-idf": "by words (TF-IDF), not by meaning"}


def categories_text(found: Categories) -> str:
    """One sentence: whether there is a new category, on how many tickets, or why that is not told.

    Without a full stop.
    """
    if found.why == "too few":
        return f"{numbers.count(found.n, 'ticket')} with score and text, {FEWEST} are needed"
    seen = f"{numbers.count(len(found.clusters), 'cluster')} in the {found.n_low:,} lowest scores"
    if found.new:
        n = sum(one.n for one in found.new)
        share = numbers.percent(n / found.n, 0)
        return (
            f"New? {n:,} of {found.n:,} tickets ({share}) are alike, and no rubric has their words"
        )
    return f"none found; {seen}{_WHY[found.why](found)}"


def how_text(found: Categories) -> str:
    """How the clusters were made, and what is called new; empty where nothing was clustered."""
    if found.method is None:
        return ""
    return (
        f"Alike {_BY[found.method]}, among the {found.n_low:,} lowest of {found.n:,} scores. New: "
        f"{numbers.percent(UNDER_SHARE, 0)} under the threshold, no first word in a rubric, and "
        f"together surely above {numbers.percent(TOGETHER, 0)} of all tickets (95%). A category "
        "that another rubric takes with a high score is not seen"
    )


def worth_showing(found: Categories) -> Sequence[Cluster]:
    """At most five clusters for a terminal: what is new first, and none that has no words."""
    told = [one for one in found.clusters if one.words]
    return sorted(told, key=lambda one: one not in found.new)[:_MOST_SHOWN]


def cluster_row(one: Cluster, found: Categories, shown_id: Callable[[str], str]) -> Sequence[str]:
    """The cells of a cluster, in the order of COLUMNS; a word that stands in a rubric is quoted."""
    words = [quoted(word) if word in one.in_rubric else word for word in one.words]
    new = "New? " if one in found.new else ""
    return (
        f"{new}{one.n:,}",
        f"{one.n_under:,}",
        numbers.number(one.median, 2),
        ", ".join(words) or numbers.DASH,
        f"{one.leans_to} {one.n_leaning:,}",
        ", ".join(map(shown_id, one.ids[:MOST_IDS])),
    )


def cluster_line(one: Cluster, found: Categories, shown_id: Callable[[str], str]) -> str:
    """The same as one line for a terminal."""
    first, under, median, words, leaning, ids = cluster_row(one, found, shown_id)
    return f"{first}: {words}; {under} under, median {median}, lean to {leaning}; {ids}"


_WHY: dict[str, Callable[[Categories], str]] = {
    "": lambda _: "",
    "no rubrics": lambda _: "; whether one is new is told --against a policy or a run",
    "all low": lambda found: (
        f"; {numbers.percent(found.n_under / found.n)} of all lie under the threshold, so a low "
        f"score tells no stranger (at most {numbers.percent(MOST_UNDER, 0)})"
    ),
    "too small": lambda _: (
        f"; what no rubric names is not surely above {numbers.percent(TOGETHER, 0)} of the tickets"
    ),
}
