"""What masking did to the texts of a page, in words."""

from __future__ import annotations

from ticketbench.report.masking.texts import Masking
from ticketbench.report.words import numbers


def masked_text(masked: Masking) -> str:
    """How many strings were masked, and what that does not do; empty where nothing is masked."""
    if masked.mode != "masked":
        return ""
    strings = numbers.count(masked.n_strings, "string")
    names = "Only listed names are looked for" if masked.names else "Names are not looked for"
    return (
        f"{strings} masked in {masked.n_texts:,} of {numbers.count(masked.n, 'text')}; masking "
        f"lowers the risk, it does not remove it. {names}."
    )
