"""The HTML page: one self-contained file in two layers, nothing loaded from anywhere.

Decide, for a support lead: one recommendation, four answers, and what follows when the threshold is
moved. Audit, for whoever defends the numbers: a fold for each section.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib import resources

from markupsafe import Markup

from ticketbench.report.decide.charts import charts
from ticketbench.report.decide.controls import controls
from ticketbench.report.decide.data import data
from ticketbench.report.decide.first_screen import first_screen
from ticketbench.report.decide.labels import labels
from ticketbench.report.decide.matrix import matrix
from ticketbench.report.decide.pairs import pairs
from ticketbench.report.decide.tickets import tickets
from ticketbench.report.decide.view import View, view_of
from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import rendered_sections
from ticketbench.report.words.setting import setting_text

SCRIPTS = ("statistics", "model", "charts", "tables", "list", "page")

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{ policy }}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="ticketbench {{ version }}">
<title>{{ title }}</title>
<style>{{ style }}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the details</a>
{{ first }}
<main id="main">
{% if parts %}
<div id="follows">
{% for part in parts %}
{{ part }}
{% endfor %}
</div>
{% endif %}
<section id="audit" class="wide">
<h2>Audit</h2>
<p class="sub">Every number, by question.</p>
{% for section in sections %}
<details id="audit-{{ section.id }}" class="fold"><summary><h3>{{ section.title }}</h3> \
{{ section.short }}</summary>
{{ section.body }}</details>
{% endfor %}
</section>
</main>
<footer class="wide"><p>ticketbench {{ version }}. Loads nothing from a network.</p></footer>
<div id="tip" role="tooltip" hidden></div>
{% if data %}
<script type="application/json" id="data">{{ data }}</script>
{% endif %}
<script>{{ script }}</script>
</body>
</html>
"""


def html_page(report: Report) -> bytes:
    """The whole report as UTF-8 HTML; equal reports give equal bytes."""
    style, script = page_style(), _script()
    results, view = report.results, view_of(report)
    headline = setting_text(results.recommendation, results.evaluations).headline
    page = render(
        _PAGE,
        policy=f"default-src 'none'; style-src {hash_of(style)}; script-src {hash_of(script)}; "
        "base-uri 'none'; form-action 'none'",
        version=report.tool_version,
        title=f"{results.name}: {headline}",
        first=first_screen(report),
        parts=_parts(view) if view else [],
        sections=rendered_sections(report),
        data=data(view) if view else "",
        style=Markup(style),
        script=Markup(script),
    )
    return page.encode("utf-8")


def page_style() -> str:
    """The style of every page."""
    return _lean(_resource("page.css"))


def hash_of(content: str) -> str:
    """What a policy calls an inline style or script by."""
    digest = hashlib.sha256(content.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _parts(view: View) -> Sequence[Markup]:
    """What follows the first screen; with too few tickets to decide the list comes first."""
    listed, drawn = tickets(view), [charts(view), matrix(view), labels(view), pairs(view)]
    shown = [part for part in drawn if part is not None]
    if view.found.setting is None:
        return [controls(view), listed, *shown]
    return [controls(view), *shown, listed]


def _script() -> str:
    """All scripts in one function, so that no name is left on the page."""
    parts = "\n".join(_lean(_resource(f"script/{name}.js")) for name in SCRIPTS)
    return f'(() => {{"use strict";\n{parts}\n}})();'


def _lean(source: str) -> str:
    """Without indents, empty lines and lines of comment."""
    lines = (line.strip() for line in source.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def _resource(name: str) -> str:
    return resources.files("ticketbench.report").joinpath(name).read_text(encoding="utf-8")
