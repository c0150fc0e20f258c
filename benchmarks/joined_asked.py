"""Joined rubrics and sets without a label, predicted from the answers there are and asked anew.

For each rubric set: every pair of labels joined ("if joined, about" against the joined question
asked), and every label left out (the rest divided by its sum against the rest asked). minilm, on
our own tickets and on a sample of each public set; numbers of docs/rubrics.md.

TICKETBENCH_TEST_DATA=<folder of sets> python benchmarks/joined_asked.py [rows per set, default 600]
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
from engines import asked, dataset_of

from ticketbench.core.rubrics import RubricSet
from ticketbench.core.types import Dataset, ScoreTable
from ticketbench.edge.inputs.dataset import load_dataset
from ticketbench.edge.inputs.rubric_files import read_rubrics
from ticketbench.flow.rubrics.join import joined_rubrics
from ticketbench.measure.rubrics.ablation import without_label
from ticketbench.measure.rubrics.joined import if_any_joined

ROOT = Path(__file__).resolve().parents[1]
PUBLIC = ("banking77-grouped", "clinc-oos", "bitext-support")
ENGINE = "minilm"


def sets(rows: int) -> Iterator[tuple[str, Dataset, RubricSet]]:
    """Name, tickets and rubrics of each rubric set."""
    own = load_dataset(ROOT / "datasets" / "support_tickets.csv").dataset
    for version in ("v1", "v2"):
        path = ROOT / "configs" / "rubrics" / f"support-{version}.yaml"
        yield f"own {version}", own, read_rubrics(path, version)
    root = os.environ.get("TICKETBENCH_TEST_DATA", "")
    for name in PUBLIC if root else ():
        dataset = dataset_of(Path(root) / name, rows)
        for version in ("v1", "v2"):
            path = Path(root) / name / f"rubrics-{version}.yaml"
            yield f"{name.split('-')[0]} {version}", dataset, read_rubrics(path, version)


def errors_of_joining(dataset: Dataset, rubrics: RubricSet, table: ScoreTable) -> list[float]:
    """Predicted less asked accuracy of every pair, the pair that is predicted best first."""
    found = []
    for pair in if_any_joined(table).pairs:
        name = f"{pair.first}_{pair.second}"
        joined = RubricSet("joined", joined_rubrics(rubrics, (pair.first, pair.second), name))
        anew = asked(dataset, joined, ENGINE)[0]
        gold = np.array([ticket.label for ticket in dataset.tickets])
        named = np.where(np.isin(gold, (pair.first, pair.second)), name, gold)
        right = named == np.array(anew.labels)[anew.top]
        found.append(pair.accuracy.value - float(right[gold != "__none__"].mean()))
    return found


def of_leaving_out(dataset: Dataset, rubrics: RubricSet, table: ScoreTable) -> tuple[float, int]:
    """The largest difference of a score where a hundredth is left at least, and changed tops."""
    largest, flips = 0.0, 0
    for at, label in enumerate(rubrics.labels):
        rest = RubricSet("rest", tuple(one for one in rubrics.rubrics if one.label != label))
        anew = asked(dataset, rest, ENGINE)[0]
        found, rows = without_label(table, label)
        enough = 1 - table.scores[rows, at] >= 0.01
        apart = np.abs(found.scores - anew.scores[rows])[enough]
        largest = max(largest, float(apart.max()))
        flips += int((found.top != anew.top[rows])[enough].sum())
    return largest, flips


def main() -> None:
    """A line a rubric set."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    print("| set | tickets | within 3 points | mean | largest | first pair | left out | flips |")
    print("|---|---|---|---|---|---|---|---|")
    for name, dataset, rubrics in sets(rows):
        table = asked(dataset, rubrics, ENGINE)[0]
        errors = 100 * np.array(errors_of_joining(dataset, rubrics, table))
        largest, flips = of_leaving_out(dataset, rubrics, table)
        pairs = len(list(combinations(rubrics.labels, 2)))
        print(
            f"| {name} | {table.n_scored} | {(np.abs(errors) <= 3).sum()} of {pairs} pairs | "
            f"{np.abs(errors).mean():.1f} | {errors[np.abs(errors).argmax()]:+.1f} | "
            f"{errors[0]:+.1f} | {largest:.1e} | {flips} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
