"""Predictions as files, whole and in parts."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

LABELS = ("billing", "delivery", "returns")

Record = dict[str, str]


def records(n: int, *, seed: int = 0, groups: int = 0, failed: int = 0) -> list[Record]:
    """Predictions with three decimals; a tenth has no label that fits, or one outside of the set;
    the last ones have no answer.
    """
    rng = np.random.default_rng(seed)
    odds = np.exp(1.5 * rng.normal(size=(n, 3)))
    scores = (odds / odds.sum(axis=1, keepdims=True)).round(3)
    gold = [
        LABELS[int((row.cumsum() > x).argmax())]
        for row, x in zip(scores, rng.random(n), strict=True)
    ]
    gold = [("__none__", "other")[i % 2] if i % 10 == 9 else one for i, one in enumerate(gold)]
    found = []
    for i in range(n):
        one = {"ticket_id": f"t{i}", "label": gold[i]}
        if groups:
            one["group_id"] = f"g{i % groups}" if i % 3 else ""
        answered = i < n - failed
        own = {f"score_{x}": f"{scores[i, k]:.3f}" for k, x in enumerate(LABELS)}
        one |= own if answered else dict.fromkeys(own, "")
        found.append(one | {"failure": "" if answered else "timeout"})
    return found


def write(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    """The rows in a file, in the format of its suffix: .csv, .csv.gz, .jsonl or .parquet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    match path.suffix:
        case ".gz":
            plain = write(path.with_suffix(""), rows)
            path.write_bytes(gzip.compress(plain.read_bytes()))
            plain.unlink()
        case ".jsonl":
            path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        case ".parquet":
            _write_parquet(path, rows)
        case _:
            with path.open("w", encoding="utf-8", newline="") as file:
                out = csv.DictWriter(file, list(rows[0]))
                out.writeheader()
                out.writerows(rows)
    return path


def _write_parquet(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    import pyarrow
    import pyarrow.parquet

    columns = {
        name: [
            (float(row[name]) if row[name] else None) if name.startswith("score_") else row[name]
            for row in rows
        ]
        for name in rows[0]
    }
    pyarrow.parquet.write_table(pyarrow.table(columns), path)


def parts(folder: Path, rows: Sequence[Mapping[str, str]], n: int, *, suffix: str = ".csv") -> Path:
    """The rows in a folder of `n` parts, dealt in turn."""
    for i in range(n):
        write(folder / f"part-{i}{suffix}", rows[i::n])
    return folder
