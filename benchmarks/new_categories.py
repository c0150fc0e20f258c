"""New categories: is a label found that no rubric asks for, and nothing where none is missing?

    TICKETBENCH_TEST_DATA=FOLDER python benchmarks/new_categories.py [DRAWS, default 10] [CACHE]

Each row leaves one label of a public set out of the rubrics, or none, and draws tickets without
return, scored by the minilm engine. In clusters: the share of the tickets of that label in clusters
that are 70 % its own; low: its share among those that were clustered, which no cluster can pass.
Needs the weights of the minilm engine; CACHE keeps vectors from one run to the next.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from simulate import Row, rate, show, within
from threadpoolctl import threadpool_limits

from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import FloatArray, IntArray
from ticketbench.edge.engines.embeddings import embeddings
from ticketbench.edge.engines.minilm import minilm
from ticketbench.edge.inputs.rubric_files import read_rubrics
from ticketbench.edge.tables.reading import read_table
from ticketbench.measure.categories.clusters import Method, lowest, word_vectors
from ticketbench.measure.categories.found import Categories, Scored, categories

SEED, OTHER_SEED = 20261130, 77
PURE, WANTED, MOST_FALSE = 0.70, 0.60, 0.05
THRESHOLD, TEMPERATURE = 0.60, 0.05
CHOSEN_ON, JUDGED_ON = "clinc-oos", ("banking77-grouped", "bitext-support")
MOST_TICKETS = {CHOSEN_ON: 4_250}
"""Of a set; else 1,250, drawn at random: encoding them is what takes time."""

SIZES = (400, 1000)
VERSIONS = ("v2",)
"""The sharpened rubrics: what a first draft does is what MOST_UNDER is for."""
NOTHING_LEFT_OUT = {400: 100, 1000: 60}
"""Draws by size."""

HOW: tuple[Method, ...] = ("minilm", "tf-idf")


@dataclass(frozen=True, slots=True, eq=False)
class Set:
    """A public set: texts, gold labels, vectors, and the logits that the engine gives each rubric
    of one version.
    """

    texts: list[str]
    gold: list[str]
    vectors: FloatArray
    labels: list[str]
    rubrics: list[str]
    logits: FloatArray

    def scores(self, asked: Sequence[int]) -> FloatArray:
        """Of these rubrics alone, as the engine answers when asked for them."""
        weights = np.exp((self.logits[:, asked] - self.logits.max(axis=1)[:, None]) / TEMPERATURE)
        return np.asarray(weights / weights.sum(axis=1)[:, None])


def read(name: str, version: str, cache: Path) -> Set:
    """The tickets of a set that some label fits, and one version of its rubrics."""
    folder = Path(os.environ["TICKETBENCH_TEST_DATA"]) / name
    rows = read_table(folder / "data.csv").rows
    n = MOST_TICKETS.get(name, 1_250)
    order = np.random.default_rng(SEED).permutation(len(rows))[:n]
    values = [rows[i].values for i in sorted(order.tolist())]
    values = [one for one in values if one["label"] != NONE_LABEL]
    texts = [str(one["text"]) for one in values]
    found = read_rubrics(folder / f"rubrics-{version}.yaml", version).rubrics
    vectors = embeddings(texts, cache)
    of = [minilm()._rubric(one.text) for one in found]  # as `classify` does, on kept vectors
    logits = np.stack([[rubric.logit(v) for rubric in of] for v in vectors.astype(np.float32)])
    gold = [str(one["label"]) for one in values]
    return Set(texts, gold, vectors, [r.label for r in found], [r.text for r in found], logits)


def found_in(of: Set, rows: IntArray, asked: Sequence[int], how: Method) -> Categories:
    """What is found among these tickets by these rubrics."""
    texts, scores = [of.texts[i] for i in rows], of.scores(asked)[rows]
    names = [str(i) for i in rows]

    def vectors_of(low: IntArray) -> tuple[FloatArray, Method]:
        if how == "minilm":
            return of.vectors[rows[low]], how
        return word_vectors([texts[i] for i in low]), how

    tickets = Scored(
        ids=names,
        texts=texts,
        groups=names,
        labels=[of.labels[i] for i in asked],
        top=scores.argmax(axis=1),
        score=scores.max(axis=1),
        threshold=np.full(len(rows), THRESHOLD),
        rubrics=[of.rubrics[i] for i in asked],
    )
    return categories(tickets, vectors_of)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One draw: shares of the left-out label's tickets, and whether clusters are called new.

    low, inside  among those that were clustered; in clusters that are 70 % its own
    new, own     something is called new; the largest part of what is called so is the label's own
    under        share of all tickets under the threshold
    """

    low: float
    inside: float
    new: bool
    own: bool
    under: float


def draw(of: Set, rows: IntArray, left_out: str | None, how: Method) -> Drawn:
    """What is found among these tickets without one label's rubric."""
    asked = [i for i, label in enumerate(of.labels) if label != left_out]
    found = found_in(of, rows, asked, how)
    own = {str(i) for i in rows if of.gold[i] == left_out}
    of_each = [(len(one.ids), len(own.intersection(one.ids))) for one in found.clusters]
    low = {str(i) for i in rows[lowest(of.scores(asked)[rows].max(axis=1))]}
    called = [name for one in found.new for name in one.ids]
    return Drawn(
        low=len(own & low) / max(1, len(own)),
        inside=sum(k for n, k in of_each if k >= PURE * n) / max(1, len(own)),
        new=found.called_new,
        own=2 * len(own.intersection(called)) > len(called),
        under=found.n_under / found.n,
    )


def rows_of(of: Set, seed: int, draws: int, how: Method) -> Iterator[Row]:
    """Each label left out, then none."""
    for size in (size for size in SIZES if size <= 0.8 * len(of.texts)):
        for left_out in (*of.labels, None):
            rng = np.random.default_rng(seed + size)
            tickets = [np.sort(rng.permutation(len(of.texts))[:size]) for _ in range(draws)]
            found = [draw(of, rows, left_out, how) for rows in tickets]
            new, own = sum(one.new for one in found), sum(one.own for one in found)
            under = f"{np.mean([one.under for one in found]):.2f}"
            if left_out is None:
                verdict = within(new, draws, MOST_FALSE)
                yield str(size), "none", under, "", "", rate(new, draws), "", verdict
                continue
            low, inside = (np.mean([getattr(one, at) for one in found]) for at in ("low", "inside"))
            verdict = "" if how != "minilm" else "holds" if inside >= WANTED else "less than 0.60"
            shares = (under, f"{low:.2f}", f"{inside:.2f}", rate(new, draws), rate(own, draws))
            yield str(size), left_out, *shares, verdict


def none_rows(of: Set, seed: int) -> Iterator[Row]:
    """No label left out, in more draws than the tables above have."""
    for size, draws in NOTHING_LEFT_OUT.items():
        rng = np.random.default_rng(seed + size)
        tickets = [np.sort(rng.permutation(len(of.texts))[:size]) for _ in range(draws)]
        new = sum(draw(of, rows, None, "minilm").new for rows in tickets)
        yield str(size), str(draws), rate(new, draws), within(new, draws, MOST_FALSE)


def main() -> None:
    """Print a table for each set, version and way to tell what is alike."""
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    cache = Path(sys.argv[2] if len(sys.argv) > 2 else "minilm-v1-vectors.npz")
    threadpool_limits(1)
    print("## New categories")
    print(f"`python benchmarks/new_categories.py {draws}`; threshold {THRESHOLD}.")
    head: Row = ("tickets", "left out", "under", "low", "in clusters", "new", "rightly", "")
    for version in VERSIONS:
        for name in (CHOSEN_ON, *JUDGED_ON):
            of = read(name, version, cache)
            for how in HOW:
                use = "rules chosen here" if name == CHOSEN_ON else "rules judged here"
                title = f"{name} {version}, {how}: {use}"
                show(title, SEED, head, rows_of(of, SEED, draws, how))
    few: Row = ("tickets", "draws", "new", "")
    title = f"{CHOSEN_ON} v2, minilm: nothing left out, other draws"
    show(title, OTHER_SEED, few, none_rows(read(CHOSEN_ON, "v2", cache), OTHER_SEED))


if __name__ == "__main__":
    main()
