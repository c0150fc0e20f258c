"""Every code of a finding and every word of the reports, as `ticketbench explain` tells them."""

from __future__ import annotations

from generated.markdown import plain
from ticketbench.report.dictionary.explain import Explanation, explanations


def page() -> str:
    """Codes by what they are about, then words."""
    every = explanations()
    codes = [one for one in every if one.title]
    words = [one for one in every if not one.title]
    told = "".join(
        f"### {one.name}: {plain(one.title)}\n\n{_found(one)}{_body(one)}" for one in codes
    )
    glossary = "".join(f"### {plain(one.name)}\n\n{_body(one)}" for one in words)
    return f"## Codes\n\n{told}## Words\n\n{glossary}"


def _found(one: Explanation) -> str:
    """What leads the search for a code to its place first: a heading this long does not."""
    return f"```{{index}} ! {one.name}\n```\n\n"


def _body(one: Explanation) -> str:
    action = f"**Do:** {plain(one.action)}\n\n" if one.action else ""
    return f"{plain(one.meaning)}\n\n{action}"
