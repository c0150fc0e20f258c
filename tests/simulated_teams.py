"""Simulated teams that label tickets, export a policy and route fresh tickets with it.

What is true of a world is true of all of its tickets. Files, export, loading and the decision are
those that a user has; nothing is sent.
"""

from __future__ import annotations

import csv
import json
import math
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np
from scipy import special

from ticketbench.core.errors import InputError
from ticketbench.core.policy import ROUTE
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import BoolArray, FloatArray, IntArray
from ticketbench.edge.answers.recording import recording_text
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.contract import key_function
from ticketbench.edge.inputs.rubric_files import read_rubrics
from ticketbench.flow.production.policy_export import export
from ticketbench.production.policy_file import PolicyFile

Rng = np.random.Generator
LABELS = ("billing", "technical", "account", "orders", "general")
TARGET, CONFIDENCE = 0.90, 0.90
FRESH = 20_000
URL = "https://router.example/classify"
ASKED = datetime(2026, 1, 1, tzinfo=UTC)
RUBRICS = json.dumps([{"name": name, "rubric": f"Is this about {name}?"} for name in LABELS])
CONFIG = f"""\
version: 1
endpoint: {{url: "{URL}"}}
dataset: {{path: tickets.csv}}
rubric_sets: {{own: own.json}}
recording: answers.jsonl
cache: answers.sqlite
choose: {{min_precision: {TARGET}, confidence: {CONFIDENCE}}}
"""
WORLDS = {"calibrated": (2.2, 1.0, 0.0), "over-confident": (1.8, 0.4, 0.0),
          "8 % fit no label": (2.2, 1.0, 0.08)}  # fmt: skip
"""How far the gold label stands out, the temperature of the scores, and what fits no label."""

MOST_COPIES = 6


@dataclass(frozen=True, slots=True)
class World:
    """All tickets that ever come: scores with four decimals, and the gold label; -1: none."""

    scores: FloatArray
    gold: IntArray

    @property
    def right(self) -> BoolArray:
        """Whether the top label is the gold label."""
        return np.asarray(self.scores.argmax(axis=1) == self.gold)

    def text(self, at: int) -> str:
        """The text of a ticket; no two are alike."""
        letters = sha256(str(at).encode()).hexdigest()
        return " ".join(letters[i : i + 8] for i in range(0, 64, 8))


@cache
def world(name: str, seed: int) -> World:
    """One of `WORLDS`."""
    signal, temperature, none = WORLDS[name]
    rng = np.random.default_rng([seed, list(WORLDS).index(name)])
    gold = rng.integers(0, len(LABELS), FRESH)
    seen = rng.normal(size=(FRESH, len(LABELS)))
    seen[np.arange(FRESH), gold] += signal
    unfit = rng.random(FRESH) < none
    seen[unfit] = 1.1 * rng.normal(size=(int(unfit.sum()), len(LABELS)))
    scores = special.softmax(seen * signal / temperature, axis=1).round(4)
    return World(scores, np.where(unfit, -1, gold))


def drawn(rng: Rng, n: int, *, copies: bool) -> IntArray:
    """The tickets that a team labels; with `copies` each comes one to six times."""
    picked = rng.integers(FRESH, size=n)
    return np.repeat(picked, rng.integers(1, MOST_COPIES + 1, n))[:n] if copies else picked


def write_team(folder: Path, of: World, rows: IntArray) -> Path:
    """The files of a team: tickets, rubrics, recorded answers, config; the config's path."""
    names = (*LABELS, NONE_LABEL)
    with (folder / "tickets.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(("id", "text", "label"))
        table.writerows(
            (f"t{i}", of.text(at), names[of.gold[at]]) for i, at in enumerate(rows.tolist())
        )
    (folder / "own.json").write_text(RUBRICS, encoding="utf-8")
    key = key_function(URL, read_rubrics(folder / "own.json"))
    answers = {key(of.text(at)): _answer(of.scores[at]) for at in set(rows.tolist())}
    text = recording_text(sorted(answers.items()))
    (folder / "answers.jsonl").write_text(text, encoding="utf-8")
    (folder / "team.yaml").write_text(CONFIG, encoding="utf-8")
    return folder / "team.yaml"


def _answer(scores: FloatArray) -> Stored:
    named = dict(zip(LABELS, scores.tolist(), strict=True))
    body = json.dumps({"scores": named, "top_label": LABELS[int(scores.argmax())]})
    return Stored(body.encode(), URL, ASKED)


@dataclass(frozen=True, slots=True)
class Routed:
    """What the router of a team does with all tickets: the share routed, and right of these."""

    share: float
    right: float


def routed_by(config: Path, of: World) -> Routed | None:
    """Export a policy, load it, decide every ticket of the world; None where there is no promise.

    As with `policy export --kind certified`.
    """
    try:
        exported = export(config, "own", kind="certified")
    except InputError:
        return None
    policy = PolicyFile.load(exported.content)
    if policy.promise is None:
        return None
    decided = (policy.policy.decide_one(row, policy.labels) for row in of.scores.tolist())
    chosen = np.array([one.outcome == ROUTE for one in decided])
    right = float(of.right[chosen].mean()) if chosen.any() else math.nan
    return Routed(float(chosen.mean()), right)


def teams(name: str, n: int, count: int, *, copies: bool, seed: int) -> list[Routed | None]:
    """What each of `count` teams of one world gets."""
    of, found = world(name, seed), []
    rng = np.random.default_rng([seed, list(WORLDS).index(name), n, copies])
    for _ in range(count):
        with tempfile.TemporaryDirectory() as folder:
            config = write_team(Path(folder), of, drawn(rng, n, copies=copies))
            found.append(routed_by(config, of))
    return found
