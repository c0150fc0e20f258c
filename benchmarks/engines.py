"""The embedded engines and trained baselines on labelled sets: the tables of docs/engines.md.

TICKETBENCH_TEST_DATA=<folder of sets> python benchmarks/engines.py [rows per set, default all]
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from ticketbench.core.policy import ROUTE, Policy, at_temperature
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.core.types import NONE, Dataset, FloatArray, ScoreTable
from ticketbench.edge.engines import engines
from ticketbench.edge.engines.minilm import minilm
from ticketbench.edge.inputs.dataset import load_dataset
from ticketbench.edge.inputs.rubric_files import read_rubrics
from ticketbench.edge.results.predictions import score_table
from ticketbench.measure.calibration.bins import ece_equal_mass
from ticketbench.measure.calibration.temperature import fit_temperature
from ticketbench.measure.estimates import estimate
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.thresholds.choose import fold_of_ticket
from ticketbench.measure.trained.classifier import Learner, on_vectors, on_words, out_of_fold

SETS = ("banking77-grouped", "clinc-oos")
COLUMNS = (
    "set", "rows", "classifier", "accuracy", "macro-F1", "ECE raw", "ECE fitted", "AUROC",
    "coverage at 0.6", "right there", "none held back", "tickets per CPU-s",
)  # fmt: skip


def dataset_of(folder: Path, rows: int | None) -> Dataset:
    """The set, or a fixed random sample of its rows."""
    dataset = load_dataset(folder / "data.csv").dataset
    if rows is None or rows >= len(dataset.tickets):
        return dataset
    chosen = np.sort(np.random.default_rng(0).choice(len(dataset.tickets), rows, replace=False))
    return Dataset(dataset.name, tuple(dataset.tickets[i] for i in chosen))


def asked(dataset: Dataset, rubrics: RubricSet, engine: str) -> tuple[ScoreTable, float]:
    """The engine's scores, and the CPU seconds it took for them."""
    classify = engines().get(engine).ready()
    pairs = [(rubric.label, rubric.text) for rubric in rubrics.rubrics]
    start = time.process_time()
    answers = [tuple(classify(ticket.text, pairs).values()) for ticket in dataset.tickets]
    seconds = time.process_time() - start
    url = engines().get(engine).local_url
    return score_table(dataset, rubrics, url, np.array(answers), {}), seconds


def fitted(table: ScoreTable) -> FloatArray:
    """Scores at a temperature fitted on the other four fifths of the tickets."""
    folds = fold_of_ticket(table.groups, n_folds=5, seed=0)
    scores = np.zeros_like(table.scores)
    for fold in np.unique(folds):
        train = table.rows(folds != fold)
        temperature = fit_temperature(train.scores, train.truth)
        scores[folds == fold] = at_temperature(table.scores[folds == fold], temperature)
    return scores


def row(name: str, rows: str, table: ScoreTable, per_second: str) -> str:
    """One line of the table; accuracy, F1, ECE and AUROC over tickets with a gold label."""
    labelled = table.labelled()
    accuracy = estimate(METRICS.get("accuracy"), table, seed=0)
    f1 = estimate(METRICS.get("macro_f1"), table, seed=0)
    after = replace(table, scores=fitted(table)).labelled()
    decisions = Policy(0.6, 0.3).decide(table.scores, table.labels)
    routed = decisions.outcome == ROUTE
    none = table.truth == NONE
    held = f"{100 * (~routed[none]).mean():.1f} %" if none.any() else "–"
    cells = [
        rows,
        name,
        f"{accuracy.value:.3f} [{accuracy.low:.3f}, {accuracy.high:.3f}]",
        f"{f1.value:.3f}",
        f"{ece_equal_mass(labelled.top_score, labelled.right, bins=10):.3f}",
        f"{ece_equal_mass(after.top_score, after.right, bins=10):.3f}",
        f"{roc_auc_score(labelled.right, labelled.top_score):.3f}",
        f"{routed.mean():.3f}",
        f"{table.right[routed].mean():.3f}",
        held,
        per_second,
    ]
    return "| " + " | ".join(cells) + " |"


def trained(table: ScoreTable, make: Callable[[int], Learner]) -> ScoreTable:
    """`table` with the out-of-fold scores of a trained classifier."""
    folds = fold_of_ticket(table.groups, n_folds=5, seed=0)
    return replace(table, scores=out_of_fold(make(len(table.labels)), table.truth, folds))


def negated(rubrics: RubricSet) -> RubricSet:
    """Every rubric with a tail that excludes what the next label is about."""
    labels = rubrics.labels
    changed = []
    for i, rubric in enumerate(rubrics.rubrics):
        other = labels[(i + 1) % len(labels)].replace("_", " ")
        changed.append(Rubric(rubric.label, f"{rubric.text.rstrip('?')}, but not about {other}?"))
    return RubricSet("negated", tuple(changed))


def limits(dataset: Dataset, terse: RubricSet, rich: RubricSet) -> list[str]:
    """What negation costs, and how far one rich rubric among terse ones draws tickets."""
    plain = asked(dataset, rich, "minilm")[0].labelled()
    tail = asked(dataset, negated(rich), "minilm")[0].labelled()
    lines = [f"negation: accuracy {plain.right.mean():.3f} -> {tail.right.mean():.3f}"]
    drawn, share = [], []
    for i, label in enumerate(terse.labels):
        texts = [rich.rubrics[i] if r.label == label else r for r in terse.rubrics]
        mixed = asked(dataset, RubricSet("mixed", tuple(texts)), "minilm")[0].labelled()
        drawn.append((mixed.top == i).mean())
        share.append((mixed.truth == i).mean())
    worst = int(np.argmax(np.array(drawn) - np.array(share)))
    lines.append(
        f"one rich rubric among terse ones: {terse.labels[worst]} predicted for "
        f"{100 * drawn[worst]:.1f} %, true share {100 * share[worst]:.1f} %"
    )
    return lines


def report(folder: Path, rows: int | None) -> None:
    """Print every line of one set."""
    dataset = dataset_of(folder, rows)
    n = f"{folder.name} | {len(dataset.tickets):,}"
    sets = {name: read_rubrics(folder / f"rubrics-{name}.yaml", name) for name in ("v1", "v2")}
    for engine in ("minilm", "lexical"):
        for i, (name, rubrics) in enumerate(sets.items()):
            table, seconds = asked(dataset, rubrics, engine)
            # minilm encodes a ticket once: the second set's time would flatter it.
            speed = f"{table.n_scored / seconds:,.0f}" if i == 0 or engine != "minilm" else "–"
            print(row(f"{engine} {name}", n, table, speed), flush=True)
    texts = [ticket.text for ticket in dataset.tickets]
    vectors = minilm().vectors(texts).astype(float)
    learners: Sequence[tuple[str, Callable[[int], Learner]]] = (
        ("trained: TF-IDF + LR", lambda k: on_words(texts, table.truth, k)),
        ("trained: MiniLM + LR", lambda k: on_vectors(vectors, table.truth, k)),
    )
    for name, make in learners:
        print(row(name, n, trained(table, make), "–"), flush=True)
    for line in limits(dataset, sets["v1"], sets["v2"]):
        print(f"{folder.name}: {line}", flush=True)


def main() -> None:
    """Print the table, then the limits."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else None
    print("| " + " | ".join(COLUMNS) + " |")
    print("|---" * len(COLUMNS) + "|")
    for name in SETS:
        report(Path(os.environ["TICKETBENCH_TEST_DATA"]) / name, rows)


if __name__ == "__main__":
    main()
