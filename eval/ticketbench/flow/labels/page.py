"""A verdict with few labels as a page: the answer, whom it speaks of, and every labelled ticket."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from ticketbench.core.version import __version__
from ticketbench.flow.labels.judge import Labelled
from ticketbench.flow.labels.words import (
    gate_text,
    headline,
    lines,
    share_rows,
    whom_text,
)
from ticketbench.report.masking.texts import masked_id
from ticketbench.report.page import hash_of, page_style
from ticketbench.report.rendering import render

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{ policy }}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="ticketbench {{ version }}">
<title>{{ page.title }}</title>
<style>{{ style }}</style>
</head>
<body>
<main>
<section class="wide">
<p class="kick">{{ page.title }}</p>
<h1 class="long">{{ page.headline }}.</h1>
<div class="say">
<div>
{% for line in page.lines %}
<p class="sub">{{ line }}.</p>
{% endfor %}
</div>
</div>
</section>
{% for part in page.parts %}
<section class="wide">
<h2>{{ part.title }}</h2>
{% for line in part.lines %}
<p>{{ line }}.</p>
{% endfor %}
{% if part.rows %}
<div class="scroll" role="region" aria-label="{{ part.title }}" tabindex="0">
<table>
<thead><tr>{% for name in part.head %}<th scope="col">{{ name }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in part.rows %}
<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}
</tbody>
</table>
</div>
{% endif %}
</section>
{% endfor %}
</main>
<footer class="wide"><p>ticketbench {{ version }}. Loads nothing from a network.</p></footer>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class _Part:
    """A heading, sentences without their last stop, and a table that may be empty."""

    title: str
    lines: Sequence[str] = ()
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True)
class _Page:
    """What is asked, the answer, sentences without their last stop, and parts."""

    title: str
    headline: str
    lines: Sequence[str]
    parts: Sequence[_Part]


def verdict_page(found: Labelled) -> bytes:
    """The page as HTML; ids are masked, and no text is in it."""
    title = f"{found.base} and {found.candidate}, with few labels"
    page = _Page(title, headline(found), lines(found), tuple(_parts(found)))
    style = page_style()
    policy = f"default-src 'none'; style-src {hash_of(style)}; base-uri 'none'; form-action 'none'"
    html = render(_PAGE, page=page, policy=policy, version=__version__, style=Markup(style))
    return html.encode("utf-8")


def _parts(found: Labelled) -> Iterator[_Part]:
    yield _Part("Whom it speaks of", (whom_text(found), gate_text(found)))
    head = ("", found.base, found.candidate)
    yield _Part("Known without a label", (), head, share_rows(found))
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
        yield _Part("Disputed tickets", (), ("number", "ticket", "said", "counts as"), rows)
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
        yield _Part("Labelled tickets", (), own, tickets)
