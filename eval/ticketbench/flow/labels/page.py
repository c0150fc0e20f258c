"""A verdict with few labels as a page: the answer, whom it speaks of, and every labelled ticket."""

from __future__ import annotations

from collections.abc import Iterator

from ticketbench.flow.labels.judge import Labelled
from ticketbench.flow.labels.words import (
    gate_text,
    headline,
    lines,
    share_rows,
    whom_text,
)
from ticketbench.report.masking.mask import masked_id
from ticketbench.report.short_page import Part, ShortPage, short_page


def verdict_page(found: Labelled) -> bytes:
    """The page as HTML; ids are masked, and no text is in it."""
    title = f"{found.base} and {found.candidate}, with few labels"
    page = ShortPage(title, headline(found), lines(found), tuple(_parts(found)))
    return short_page(page)


def _parts(found: Labelled) -> Iterator[Part]:
    yield Part("Whom it speaks of", (whom_text(found), gate_text(found)))
    head = ("", found.base, found.candidate)
    yield Part("Known without a label", (), head, share_rows(found))
    if found.disputed:
        rows = [
            (
                str(one.number),
                masked_id(one.ticket_id),
                ", ".join(f"{who}: {label}" for who, label in one.said.items()),
                one.label or "neither",
            )
            for one in found.disputed
        ]
        yield Part("Disputed tickets", (), ("number", "ticket", "said", "counts as"), rows)
    if found.differences:
        tickets = [
            (
                str(one.number),
                masked_id(one.ticket_id),
                one.label or "undecided",
                f"{one.base_label}, {one.base_outcome}",
                f"{one.candidate_label}, {one.candidate_outcome}",
                one.speaks_for or "neither",
            )
            for one in found.differences
        ]
        own = ("number", "ticket", "label", found.base, found.candidate, "speaks for")
        yield Part("Labelled tickets", (), own, tickets)
