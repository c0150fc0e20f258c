"""Trained classifiers for a run: which can be trained here, and on which tickets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ticketbench.core.errors import MachineError
from ticketbench.core.types import ScoreTable
from ticketbench.edge.engines.embeddings import FILE_NAME, embeddings
from ticketbench.flow.steps.inputs import Inputs
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.trained.classifier import (
    TrainedClassifier,
    on_vectors,
    on_words,
    trained_classifier,
)


def trained_classifiers(
    inputs: Inputs, tables: Sequence[ScoreTable], settings: Settings
) -> tuple[tuple[TrainedClassifier, ...], str]:
    """Classifiers on words and, where the weights are at hand, on embeddings.

    They are trained and judged on the tickets that every rubric set scored. The second value says
    why one of them is missing, or is empty.
    """
    tables = _common(tables)
    text_of = {ticket.id: ticket.text for ticket in inputs.dataset.tickets}
    texts = [text_of[ticket_id] for ticket_id in tables[0].ids]
    truth, n_labels = tables[0].truth, len(tables[0].gold_labels)
    words = trained_classifier(
        "words",
        "TF-IDF + logistic regression",
        on_words(texts, truth, n_labels),
        tables,
        settings,
    )
    try:
        vectors = embeddings(texts, inputs.config.cache_path.with_name(FILE_NAME))
    except MachineError as error:
        return (words,), f"no baseline on MiniLM embeddings: {error.problems[0].what}"
    embedded = trained_classifier(
        "minilm",
        "MiniLM embedding + logistic regression",
        on_vectors(vectors, truth, n_labels),
        tables,
        settings,
    )
    return (words, embedded), ""


def _common(tables: Sequence[ScoreTable]) -> list[ScoreTable]:
    """The rows of the tickets that every table has; tables without any are left out."""
    tables = [table for table in tables if table.n_scored] or tables[:1]
    shared = set.intersection(*(set(table.ids) for table in tables))
    return [
        table.rows(np.array([ticket in shared for ticket in table.ids], np.bool_))
        for table in tables
    ]
