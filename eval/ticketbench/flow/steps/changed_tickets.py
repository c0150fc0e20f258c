"""The tickets that a verdict rests on, as a table for a person to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ticketbench.edge.files.cells import CellStyle, csv_text
from ticketbench.measure.compare import Comparison, Flip

_HEAD = (
    "base",
    "candidate",
    "ticket_id",
    "gold",
    "base_label",
    "base_score",
    "candidate_label",
    "candidate_score",
    "kind",
)


def changed_csv(
    comparisons: Sequence[Comparison], texts: Mapping[str, str], *, cells: CellStyle
) -> str:
    """changed.csv: a line per comparison and ticket on which exactly one set is right.

    Comparisons in their order; in each the wrong answer with the highest score first, as a label
    is most in doubt there, then by id. With `texts`, by id, a last column `text`. `cells` says how
    texts stand in it: see `csv_text`.
    """
    head = (*_HEAD, "text") if texts else _HEAD
    rows = [
        (*_row(comparison, flip), *([texts.get(flip.ticket_id, "")] if texts else []))
        for comparison in comparisons
        for flip in sorted(comparison.flips, key=_by_doubt)
    ]
    numbers = {_HEAD.index("base_score"), _HEAD.index("candidate_score")}
    of_people = (cell for row in rows for i, cell in enumerate(row) if i not in numbers)
    return csv_text(head, rows, texts=of_people, cells=cells)


def _row(comparison: Comparison, flip: Flip) -> tuple[str, ...]:
    return (
        comparison.base,
        comparison.candidate,
        flip.ticket_id,
        flip.gold,
        flip.base_label,
        repr(flip.base_score),
        flip.candidate_label,
        repr(flip.candidate_score),
        flip.kind,
    )


def _by_doubt(flip: Flip) -> tuple[float, str]:
    return -flip.wrong_score, flip.ticket_id
