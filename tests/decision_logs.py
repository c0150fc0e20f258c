"""Logs of decisions as a router writes them, from made-up scores of four labels."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from drift_laws import LAWS, Law, evaluated, week
from policies import POLICY
from ticketbench.core.policy import OUTCOMES, Policy
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.production.policy_file import PolicyFile

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


def policy_of_weeks(seed: int = 3) -> PolicyFile:
    """A policy for the labels of these logs, measured on 400 tickets of an unchanged week."""
    seen = evaluated(np.random.default_rng(seed), 400)
    confusion = np.zeros((len(LABELS), len(LABELS)), dtype=np.int64)
    for at, n in enumerate(seen.top_labels):
        wrong = n // 10
        confusion[at, at] += n - wrong
        confusion[(at + 1) % len(LABELS), at] += wrong
    reference = replace(
        POLICY.reference,
        n=seen.n,
        top_score_quantiles=seen.top_score_quantiles,
        top_labels=dict(zip(LABELS, seen.top_labels, strict=True)),
        outcomes={"route": 240, "review": 100, "escalate": 60},
        confusion=tuple(tuple(map(int, row)) for row in confusion),
        model={"null": seen.n},
    )
    rubrics = tuple(Rubric(label, f"Is this about {label}?") for label in LABELS)
    return replace(
        POLICY,
        rubric_set=RubricSet("v2", rubrics),
        policy=Policy(),
        prompts={},
        promise=replace(POLICY.promise, judged=replace(POLICY.promise.judged, routed=171, of=400))
        if POLICY.promise
        else None,
        reference=reference,
    )


def written_project(folder: Path) -> PolicyFile:
    """policy.json, two weeks of its decisions, a third that moved, and tickets.csv in `folder`.

    The ids of the third week are addresses. Texts are there of the 90 lowest scores: too few to be
    clustered.
    """
    policy = policy_of_weeks()
    policy.save(folder / "policy.json")
    own = {"policy": policy.sha256, "rubric_set": policy.fingerprint}
    rows = decisions(900, weeks=2, failed_every=90, **own)
    for row in decisions(450, seed=9, law=Law(temperature=1.3, more=0.3), **own):
        moment = datetime.fromisoformat(row["timestamp"]) + timedelta(days=14)
        name = f"jane.{row['ticket_id']}@example.com"
        rows.append({**row, "timestamp": f"{moment:%Y-%m-%dT%H:%M:%S}.000Z", "ticket_id": name})
    written(folder / "decisions.jsonl", rows)
    unsure = sorted((row for row in rows if row["scores"]), key=lambda row: row["score"])[:90]
    texts = (
        f"{row['ticket_id']},write to me at bob@example.com about {row['label']}" for row in unsure
    )
    (folder / "tickets.csv").write_text("\n".join(["id,text", *texts, ""]), encoding="utf-8")
    return policy
