"""The HTML page: one self-contained file, sections in order, nothing loaded from anywhere."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources

from markupsafe import Markup

from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import rendered_sections
from ticketbench.report.words import numbers

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{ policy }}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="generator" content="ticketbench {{ version }}">
<title>{{ title }}</title>
<style>{{ style }}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<header>
<h1>{{ title }}</h1>
<p class="muted">{{ subtitle }}</p>
<nav aria-label="Sections"><ul>
{% for section in sections %}
<li><a href="#audit-{{ section.id }}">{{ section.title }}</a></li>
{% endfor %}
</ul></nav>
</header>
<main id="main">
<section id="tickets"></section>
<section id="audit"><h2>Audit</h2>
{% for section in sections %}
<details id="audit-{{ section.id }}"><summary><b>{{ section.title }}</b> \
<span>{{ section.short }}</span></summary>
{{ section.body }}
</details>
{% endfor %}
</section>
</main>
<footer><p class="muted">Written by ticketbench {{ version }}. This file loads nothing from a \
network.</p></footer>
<script>{{ script }}</script>
</body>
</html>
"""


def html_page(report: Report) -> bytes:
    """The whole report as UTF-8 HTML; equal reports give equal bytes."""
    style, script = _resource("page.css"), _resource("page.js")
    results = report.results
    names = [e.provenance.rubric_set for e in results.evaluations]
    page = render(
        _PAGE,
        policy=f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'",
        version=report.tool_version,
        title=_title(names),
        subtitle=f"{results.dataset.name}, {numbers.count(results.dataset.n, 'labelled ticket')}, "
        f"{numbers.count(len(names), 'rubric set')}: {', '.join(names)}",
        sections=rendered_sections(report),
        style=Markup(style),
        script=Markup(script),
    )
    return page.encode("utf-8")


def _title(names: list[str]) -> str:
    if len(names) == 1:
        return f"How good is rubric set {names[0]}?"
    if len(names) == 2:
        return f"Is rubric set {names[1]} better than {names[0]}?"
    return f"Is any of {len(names) - 1} rubric sets better than {names[0]}?"


def _resource(name: str) -> str:
    return resources.files("ticketbench.report").joinpath(name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    digest = hashlib.sha256(content.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
