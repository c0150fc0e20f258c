"""The control bar: threshold, escalation and prices, and what they make of a hundred tickets.

It sticks to the top over all of the upper layer. Without the script nothing of it is shown.
"""

from __future__ import annotations

from markupsafe import Markup

from ticketbench.report.decide.first_screen import PARTS
from ticketbench.report.decide.view import View
from ticketbench.report.rendering import render
from ticketbench.report.words import numbers
from ticketbench.report.words.setting import per_100

LIMITS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45)
"""Escalation limits on offer, beside off and those that are set or recommended."""

_TEMPLATE = """<div id="bar"{% if decided %} class="script"{% endif %} role="region" \
aria-label="Settings" hidden>
<div class="wide">
<div class="controls">
<label class="slide">Threshold <input type="range" id="threshold" min="0" max="1" step="0.01" \
value="{{ t }}"><b id="threshold-value">{{ t }}</b></label>
<button type="button" class="button" id="costs" aria-expanded="false">Costs</button>
<span class="options">
{% if sets | length > 2 %}
<label><select id="use" aria-label="Set">{% for name in sets %}<option value="{{ loop.index0 }}"\
{{ " selected" if loop.index0 == view.use }}>{{ name }}</option>{% endfor %}</select></label>
<label>against <select id="against">{% for name in sets %}<option value="{{ loop.index0 }}"\
{{ " selected" if loop.index0 == view.other }}>{{ name }}</option>{% endfor %}</select></label>
{% endif %}
<label>Escalate <select id="escalation"><option value="">off</option>
{% for limit in limits %}
<option value="{{ limit }}"{{ " selected" if limit == e }}>above {{ limit | threshold }}\
</option>
{% endfor %}
</select></label>
<label{{ " hidden" if off }}>at <input type="number" id="escalate" min="0" step="any" \
value="{{ costs.escalate }}"></label></span>
<span class="group">
{% if today %}
<button type="button" class="button" id="today">Today</button>
{% endif %}
<button type="button" class="button" id="recommended">Recommended</button>
<button type="button" class="button" id="copy">Copy settings</button></span>
</div>
<div class="result">
<p><b id="live-alone">{{ alone }}</b> go out alone, <b id="live-wrong" class="wrong-text">\
{{ hundred[1] }}</b> wrong, <b id="live-person">{{ person }}</b> to a person. \
<b id="live-cost">{{ cost }}</b> a ticket, <span id="live-pays">{{ pays }}</span></p>
<span class="options">
<label>Wrong route <input type="number" id="misroute" min="0" step="any" \
value="{{ costs.misroute }}"></label>
<label>Reading <input type="number" id="review" min="0" step="any" \
value="{{ costs.review }}"></label>
</span></div></div>
<svg id="strip" width="100%" height="4" aria-hidden="true">
{% for part in strip %}
<rect class="{{ part.name }}" fill="{{ part.colour }}" height="4" x="{{ part.x }}%" \
width="{{ part.n }}%"/>
{% endfor %}
</svg>
</div>"""

PAYS = ("cheaper than by hand", "no clear saving", "dearer than by hand")
"""What the interval of the saving says: above 0, across it, below it."""


def controls(view: View) -> Markup:
    """The bar at the setting that the page opens with; never shown where nothing is recommended."""
    found = view.found
    setting = found.setting or found.today
    hundred = per_100(setting.routing, n_failed=found.n_failed)
    e = setting.escalate_above
    limits = {*LIMITS, *(one for one in (e, found.today.escalate_above) if one < 1)}
    pays = {"yes": PAYS[0], "cannot tell": PAYS[1], "no": PAYS[2]}[setting.saving.pays]
    return render(
        _TEMPLATE,
        view=view,
        decided=found.setting is not None,
        today=_can_be_set(view),
        t=numbers.threshold(setting.threshold),
        e=e,
        off=e >= 1,
        limits=sorted(limits),
        sets=[one.name for one in view.sets],
        costs=view.costs,
        hundred=hundred,
        alone=hundred[0] + hundred[1],
        person=hundred[2] + hundred[3],
        cost=numbers.number(setting.saving.cost.value, 2),
        pays=pays,
        strip=_strip(hundred),
    )


def _can_be_set(view: View) -> bool:
    """Whether one threshold and one limit on the scale of this page are all that today consists of.

    Else a button that sets these two would show something that nobody runs.
    """
    today = view.found.today
    return not today.label_thresholds and today.temperature == view.policy.temperature


def _strip(hundred: tuple[int, int, int, int]) -> list[dict[str, object]]:
    start, parts = 0, []
    for (name, colour, _), n in zip(PARTS, hundred, strict=True):
        parts.append({"name": name, "colour": colour, "x": start, "n": n})
        start += n
    return parts
