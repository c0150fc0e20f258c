"""Words with a dotted line: each leads to its entry in the glossary."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from ticketbench.report.rendering import render

_TERM = '<a class="term" href="#word-{{ id }}" aria-describedby="word-{{ id }}">{{ word }}</a>'
_OF_SETTING = {"threshold": "threshold", "escalation": "escalation", "escalating": "escalation"}


def term(id: str, word: str) -> Markup:
    """`word` as a link to the entry `id` of the glossary."""
    return render(_TERM, id=id, word=word)


def with_terms(text: str) -> Markup:
    """`text` with the first "threshold" and "escalation" as links; names in it are plain text."""
    parts, seen = [], set()
    # A number stays on the line of the word before it.
    text = re.sub(r"\b(threshold|above) (?=[0-9])", "\\1\u00a0", text)
    for part in re.split(r"\b(threshold|escalation|escalating)\b", text):
        known = _OF_SETTING.get(part)
        parts.append(escape(part) if known is None or known in seen else term(known, part))
        seen.add(known)
    return Markup("").join(parts)
