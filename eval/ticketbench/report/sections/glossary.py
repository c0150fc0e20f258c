"""Words used here: what the links under dotted words lead to."""

from __future__ import annotations

from markupsafe import Markup

from ticketbench.report.glossary import GLOSSARY
from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section

_TEMPLATE = """<dl id="glossary">
{% for id, word in words %}
<dt>{{ word.term }}</dt><dd id="word-{{ id }}">{{ word.explanation }}</dd>
{% endfor %}
</dl>"""


def answer(report: Report) -> str:
    """How many words there are."""
    return f"{len(GLOSSARY)} words"


@section(order=95, id="words", title="Words used here", short=answer)
def words(report: Report) -> Markup:
    """Every word of page and docs, each with an anchor of its own."""
    return render(_TEMPLATE, words=GLOSSARY.items())
