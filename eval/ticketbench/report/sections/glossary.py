"""Words used here: what the links under dotted words lead to."""

from __future__ import annotations

from markupsafe import Markup

from ticketbench.report.dictionary.glossary import DECIDE, GLOSSARY
from ticketbench.report.rendering import Report, render
from ticketbench.report.sections import section

_TEMPLATE = """<dl id="glossary">
{% for id, word in words %}
<dt>{{ word.term }}</dt><dd{% if id in linked %} id="word-{{ id }}"{% endif %}>\
{{ word.explanation }}</dd>
{% endfor %}
</dl>"""


def answer(report: Report) -> str:
    """How many words there are."""
    return f"{len(GLOSSARY)} words"


@section(order=95, id="words", title="Words used here", short=answer)
def words(report: Report) -> Markup:
    """Every word of page and docs; those that a dotted word may lead to have an anchor."""
    return render(_TEMPLATE, words=GLOSSARY.items(), linked=DECIDE)
