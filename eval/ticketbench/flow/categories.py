"""Whether tickets that score low hold a category no rubric asks for: of a run, or of a log.

Words come from masked texts alone, whatever the config lets be shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ticketbench.core.errors import MachineError
from ticketbench.core.policy import Policy, at_temperature
from ticketbench.core.types import FloatArray, IntArray, ScoreTable, Ticket
from ticketbench.edge.engines.embeddings import FILE_NAME, embeddings
from ticketbench.flow.arithmetic import sums_in_one_order
from ticketbench.flow.steps.inputs import Inputs
from ticketbench.flow.texts import listed_words
from ticketbench.measure.categories.clusters import Method, word_vectors
from ticketbench.measure.categories.found import Categories, Scored, categories
from ticketbench.measure.drift.log import Log
from ticketbench.measure.results import SetCategories
from ticketbench.measure.sample.near_duplicates import near_duplicate_groups
from ticketbench.report.masking.texts import shown_texts


def of_run(inputs: Inputs, tables: Sequence[ScoreTable]) -> tuple[SetCategories, ...]:
    """What the lowest scores of each rubric set hold; no words where no text may be shown."""
    report, policy = inputs.config.file.report, inputs.config.policy
    listed = [word for path in inputs.config.mask_words_paths for word in listed_words(path)]
    tickets = inputs.dataset.tickets
    masked = shown_texts(tickets, "masked", words=listed, keep=report.mask_keep).texts
    whole = {ticket.id: ticket.text for ticket in tickets}
    kept = inputs.config.cache_path.with_name(FILE_NAME)
    found = []
    for table, rubrics in zip(tables, inputs.rubric_sets, strict=True):
        top = table.scores.argmax(axis=1)
        scores = at_temperature(table.scores, policy.temperature)
        scored = Scored(
            ids=table.ids,
            texts=[masked[name] for name in table.ids],
            groups=[str(group) for group in table.groups.tolist()],
            labels=table.labels,
            top=top,
            score=scores.max(axis=1, initial=0.0),
            threshold=_thresholds(policy, table.labels, top),
            rubrics=[rubric.text for rubric in rubrics.rubrics],
        )
        of_set = _found(scored, [whole[name] for name in table.ids], kept)
        shown = of_set if report.texts != "none" else of_set.without_words()
        found.append(SetCategories(table.provenance.rubric_set, shown))
    return tuple(found)


def of_log(
    log: Log, texts: Mapping[str, str], policy: Policy, rubrics: Sequence[str]
) -> Categories:
    """What the lowest scores of a log hold, of the decisions whose ticket has a text.

    A ticket that was decided again counts once, as at first. Near-duplicates are one user of a
    word: a form letter names nothing.
    """
    first = {name: i for i, name in reversed([*enumerate(log.ids)]) if log.scored[i]}
    rows = np.array(sorted(i for name, i in first.items() if name in texts), dtype=np.int64)
    ids = [log.ids[i] for i in rows]
    own = [texts[name] for name in ids]
    masked = shown_texts((Ticket(name, texts[name], "") for name in ids), "masked").texts
    scored = Scored(
        ids=ids,
        texts=[masked[name] for name in ids],
        groups=[str(group) for group in near_duplicate_groups(own).groups.tolist()],
        labels=log.labels,
        top=log.top[rows],
        score=log.score[rows],
        threshold=_thresholds(policy, log.labels, log.top[rows]),
        rubrics=rubrics,
    )
    return _found(scored, own, None)


def _thresholds(policy: Policy, labels: Sequence[str], top: IntArray) -> FloatArray:
    of_label = np.array([policy.threshold_of(label) for label in labels], dtype=np.float64)
    return np.asarray(of_label[top])


def _found(tickets: Scored, texts: Sequence[str], kept: Path | None) -> Categories:
    """By meaning where the weights are, else by words."""

    def vectors_of(rows: IntArray) -> tuple[FloatArray, Method]:
        sums_in_one_order()
        low = [texts[i] for i in rows]
        try:
            return embeddings(low, kept), "minilm"
        except MachineError:
            return word_vectors(low), "tf-idf"

    return categories(tickets, vectors_of)
