"""A log of unlabelled tickets as a mixture of the gold labels: their shares, and what is left over.

If tickets of one label look alike in both, the answers to the log fall into cells (top label, top
score) as a mixture of the labels' own distributions over the cells, and only the shares are
unknown. No score needs to be calibrated for it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import NONE, BoolArray, FloatArray, IntArray, ScoreTable
from ticketbench.measure.sample.prior_shift import most_likely_shares
from ticketbench.measure.statistics.resampling import Units, units


@dataclass(frozen=True, slots=True, eq=False)
class Kinds:
    """Labelled tickets by kind, those of one kind say the same; one value per kind.

    label      index of the gold label, `__none__` behind the last one
    cell       the cell of the answer
    right, routed, fits  whether the answer is right and is routed, and whether any label fits
    count      tickets of this kind
    per_label  tickets of each label
    units      the tickets as a bootstrap would draw them, groups whole
    """

    label: IntArray
    cell: IntArray
    right: BoolArray
    routed: BoolArray
    fits: BoolArray
    count: FloatArray
    per_label: FloatArray
    units: Units

    def label_means(self, values: FloatArray) -> FloatArray:
        """The mean of a value over the tickets of each label; 0 for a label without tickets."""
        sums = np.bincount(self.label, self.count * values, minlength=len(self.per_label))
        return np.asarray(sums / np.maximum(self.per_label, 1.0))

    def beyond_label(self, values: FloatArray) -> FloatArray:
        """A value per kind less the mean of its label."""
        return np.asarray(values - self.label_means(values)[self.label])


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """The log as a mixture at its maximum likelihood, and what a deviation in a cell does to it.

    cells      labels x cells, the distribution of each label over the cells
    shares     of the labels in the log; they sum to 1
    left       observed share of each cell less what the mixture expects
    to_shares  labels x cells: what a deviation in a cell adds to the shares
    to_left    cells x cells: what remains of a deviation once the shares have taken theirs
    precision  1 / the expected share of each cell
    """

    cells: FloatArray
    shares: FloatArray
    left: FloatArray
    to_shares: FloatArray
    to_left: FloatArray
    precision: FloatArray

    @property
    def degrees(self) -> int:
        """How many numbers the shares cannot explain: cells less labels that differ."""
        return len(self.left) - int(np.linalg.matrix_rank(self.cells))


def kinds_of(tickets: ScoreTable, routed: BoolArray, cell: IntArray, *, n_cells: int) -> Kinds:
    """The scored tickets counted by gold label, cell, right and routed."""
    none = len(tickets.gold_labels)
    label = np.where(tickets.truth == NONE, none, tickets.truth)
    shape = (none + 1, n_cells, 2, 2)
    kind = np.ravel_multi_index((label, cell, 1 * tickets.right, 1 * routed), shape)
    drawn = units(kind, tickets.groups)
    of_label, of_cell, right, is_routed = np.unravel_index(drawn.used, shape)
    count = drawn.observed
    return Kinds(
        label=of_label,
        cell=of_cell,
        right=right == 1,
        routed=is_routed == 1,
        fits=of_label < none,
        count=count,
        per_label=np.bincount(of_label, count, minlength=none + 1).astype(np.float64),
        units=drawn,
    )


def mixture(kinds: Kinds, observed: FloatArray) -> Mixture:
    """The mixture that explains the `observed` shares of the cells best.

    The shares start from those here, so labels that no cell tells apart keep their relation, and
    all do when no answer of the log lies where a labelled one does. What a deviation does is linear
    around the maximum, with the shares summing to 1.
    """
    cells = np.zeros((len(kinds.per_label), len(observed)))
    np.add.at(cells, (kinds.label, kinds.cell), kinds.count / kinds.per_label[kinds.label])
    here = kinds.per_label / kinds.per_label.sum()
    found = most_likely_shares(cells, observed, here.tolist())
    shares = here if np.isnan(found).any() else found
    # A cell that the mixture hardly expects must not weigh without limit.
    precision = 1 / np.maximum(shares @ cells, 0.5 / kinds.count.sum())
    inverse = np.linalg.pinv((cells * precision) @ cells.T, hermitian=True)
    of_one = inverse.sum(axis=1)
    to_shares = (inverse - np.outer(of_one, of_one) / of_one.sum()) @ (cells * precision)
    to_left = np.eye(len(observed)) - cells.T @ to_shares
    left = to_left @ (observed - shares @ cells)
    return Mixture(cells, shares, left, to_shares, to_left, precision)
