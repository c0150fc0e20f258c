"""Logs of decisions as a router writes them, from made-up scores of four labels."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from drift_laws import LAWS, Law, week
from ticketbench.core.policy import OUTCOMES, Policy

LABELS = ("billing", "technical", "account", "general")
BEGIN = datetime(2026, 11, 2, tzinfo=UTC)
"""A Monday."""


def decisions(
    n: int,
    *,
    seed: int = 0,
    weeks: int = 1,
    law: Law = LAWS["unchanged"],
    policy: str = "ab" * 32,
    rubric_set: str = "sha256:" + "cd" * 32,
    model: str | None = None,
    labels: tuple[str, ...] = LABELS,
    failed_every: int = 0,
) -> list[dict[str, Any]]:
    """n decisions spread over `weeks`, as the usual policy makes them of raw scores."""
    rng = np.random.default_rng(seed)
    drawn, rows = week(rng, n, law), []
    for i, (top, score) in enumerate(zip(drawn.top.tolist(), drawn.score.tolist(), strict=True)):
        score = round(score, 6)
        others = (1 - score) / (len(labels) - 1)
        top %= len(labels)
        scores = {name: score if at == top else others for at, name in enumerate(labels)}
        decided = Policy().decide_one(list(scores.values()), labels)
        at = BEGIN + timedelta(days=7 * weeks * i / n)
        row = {
            "schema": "ticketbench/decision@1",
            "timestamp": f"{at:%Y-%m-%dT%H:%M:%S}.000Z",
            "decision_id": str(uuid.UUID(int=rng.integers(2**62))),
            "ticket_id": f"T-{i}",
            "policy": policy,
            "rubric_set": rubric_set,
            "model": model,
            "outcome": OUTCOMES[decided.outcome],
            "label": labels[top],
            "score": score,
            "scores": scores,
            "reason": None if decided.outcome == 0 else "low_confidence",
            "latency_ms": 5.9,
            "attempts": 1,
            "warnings": [],
        }
        if failed_every and i % failed_every == 0:
            lost = {"label": None, "score": None, "scores": None, "outcome": "review"}
            row |= {**lost, "reason": "endpoint_timeout"}
        rows.append(row)
    return rows


def written(path: Path, rows: list[dict[str, Any]]) -> Path:
    """`rows` as JSON lines in `path`."""
    lines = (json.dumps(row, separators=(",", ":")) + "\n" for row in rows)
    path.write_text("".join(lines), encoding="utf-8")
    return path
