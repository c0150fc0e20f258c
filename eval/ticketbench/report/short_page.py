"""A short page: one answer, the sentences behind it, and tables; no script, nothing loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from ticketbench.core.version import __version__
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
{% for line in page.lines %}
<p class="sub">{{ line }}.</p>
{% endfor %}
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
class Part:
    """A heading, sentences without their last stop, and a table that may be empty."""

    title: str
    lines: Sequence[str] = ()
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True)
class ShortPage:
    """What is asked, the answer, sentences without their last stop, and parts."""

    title: str
    headline: str
    lines: Sequence[str]
    parts: Sequence[Part]


def short_page(page: ShortPage) -> bytes:
    """The page as HTML, in the style of a report; every text escaped."""
    style = page_style()
    policy = f"default-src 'none'; style-src {hash_of(style)}; base-uri 'none'; form-action 'none'"
    html = render(_PAGE, page=page, policy=policy, version=__version__, style=Markup(style))
    return html.encode("utf-8")
