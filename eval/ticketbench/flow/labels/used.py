"""Whether tickets are fresh: none that the baseline or a release since the pin was judged on."""

from __future__ import annotations

from collections.abc import Sequence

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import some
from ticketbench.edge.results.baseline import Baseline
from ticketbench.edge.results.ledger import SIGN_DIGITS, Look
from ticketbench.report.masking.texts import masked_id
from ticketbench.report.words import numbers


def refuse_used(
    ids: Sequence[str], hashes: Sequence[str], kept: Baseline, *, but: Look | None = None
) -> None:
    """Raise InputError where a ticket, told by id and text, was judged before: what was merged for
    doing well on it is no longer fresh to it. `but` is a look that may be taken again.
    """
    named = list(zip(ids, hashes, strict=True))
    _refuse([own for own, digits in named if digits in kept.tickets], named, "the baseline has")
    looks = kept.ledger.looks if kept.ledger is not None else ()
    for number, look in enumerate(looks, start=1):
        if look is but:
            continue
        signs = look.signs
        again = [own for own, digits in named if digits[:SIGN_DIGITS] in signs]
        _refuse(again, named, f"release {number} since the pin ({look.rubric_set}) was judged on")


def _refuse(again: Sequence[str], all_: Sequence[object], whose: str) -> None:
    if not again:
        return
    shown = some([masked_id(one) for one in again])
    what = f"{len(again):,} of {numbers.count(len(all_), 'ticket')} are not fresh: {whose} {shown}"
    help_ = "a release is judged on tickets that nobody looked at: take later ones"
    raise InputError(what, help=help_)
