"""Does the endpoint still answer as it did? Some stored questions asked again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.errors import EndpointError, IncompleteError
from ticketbench.edge.redaction import shown_url
from ticketbench.flow.steps.inputs import Inputs, read_inputs
from ticketbench.flow.steps.sources.answers import answer_source

if TYPE_CHECKING:
    from ticketbench.edge.endpoints import Reply
    from ticketbench.edge.replay.drift import Drift
    from ticketbench.edge.replay.source import Source


def recheck(
    config: Path,
    *,
    sample: int = 20,
    overrides: Sequence[str] = (),
    tell: Callable[[str], None] | None = None,
) -> Drift:
    """Ask up to `sample` questions of each rubric set again whose answers a run would take from
    recording or cache, spread evenly over the tickets; nothing is stored.

    `tell` hears which key goes where before anything is sent. Raises IncompleteError when nothing
    is stored, and what the endpoint raises.
    """
    from ticketbench.edge.replay.drift import Drift, drift
    from ticketbench.edge.replay.every_ticket import used_answers
    from ticketbench.edge.replay.questions import questions

    inputs = read_inputs(config, overrides=overrides, search=False)
    found: dict[str, Drift] = {}
    with answer_source(inputs, reads_only=True, tell=tell) as sources:
        for rubrics in inputs.rubric_sets:
            source = sources.of(rubrics)
            stored = used_answers(inputs.dataset, rubrics, source)
            asked = questions(inputs.dataset, rubrics, source.url)
            numbers = [number for key, number in asked.position.items() if key in stored]
            n = min(sample, len(numbers))
            keys = asked.keys
            chosen = [numbers[i * len(numbers) // n] for i in range(n)]
            known = {asked.body(i): stored[keys[i]] for i in chosen}
            found[rubrics.name] = drift(
                known, rubrics.labels, partial(_again, source), noise=source.noise
            )
    whole = sum(found.values(), Drift())
    if not whole.asked:
        help_ = f"ask for them first: ticketbench run {config}"
        raise IncompleteError("no stored answers to check", where=str(config), help=help_)
    refuse_silence(inputs, {name: (one.asked, one.unanswered) for name, one in found.items()})
    return whole


def refuse_silence(inputs: Inputs, counts: Mapping[str, tuple[int, int]]) -> None:
    """Raise EndpointError when an endpoint that was asked gave no valid answer at all; `counts` are
    questions asked and unanswered by set.
    """
    for endpoint in inputs.endpoints:
        own = [n for name, n in counts.items() if inputs.config.endpoint_of(name) == endpoint]
        asked, unanswered = (sum(column) for column in zip(*own, strict=True)) if own else (0, 0)
        if asked and asked == unanswered:
            where = shown_url(endpoint.settings.url)
            help_ = "check the URL, the key and the server: ticketbench doctor --online"
            raise EndpointError("no question got a valid answer", where=where, help=help_)


def _again(source: Source, body: bytes) -> Reply:
    return source.cache.ask_unstored(source.url, body)
