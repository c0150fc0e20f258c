"""A project of one rubric set whose recorded scores earn a promise, and new tickets for it."""

from __future__ import annotations

import json
from contextlib import chdir
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.edge.answers.details import Details
from ticketbench.edge.answers.recording import recording_text
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.contract import key_function
from ticketbench.production import Policy, Router

URL = "https://router.shop.example/classify"
CONFIG = Path("promised.yaml")
SET = RubricSet(
    "v2",
    (
        Rubric("billing", "Is this about a charge or an invoice?"),
        Rubric("general", "Is this about anything else?"),
    ),
)

_CONFIG = """\
version: 1
endpoint: {{url: "{url}"}}
dataset: {{path: tickets.csv, columns: {{group: customer}}}}
rubric_sets: {{v2: v2.yaml}}
recording: answers.jsonl
cache: answers.sqlite
report: {{figures: false}}
"""


def promised(
    *,
    n: int = 600,
    seed: int = 1,
    wrong: float = 0.02,
    models: tuple[str, ...] = (),
    url: str = URL,
    more: str = "",
) -> Path:
    """promised.yaml in the current folder: `n` tickets, the first hundred in pairs, as answered.

    Above a score of .75 a share `wrong` of the tickets is wrong, below it four in ten. `models`
    answer in turn; without one no answer names its model. `more` comes last in the config.
    """
    rng = np.random.default_rng(seed)
    scores = np.round(rng.uniform(0.5, 1, n), 4).tolist()
    rows, answers = ["id,text,label,customer"], []
    key_of = key_function(url, SET)
    for i, score in enumerate(scores):
        billing = bool(rng.random() < 0.5)
        right = bool(rng.random() >= (wrong if score > 0.75 else 0.4))
        text = f"ticket {seed}-{i} about {rng.integers(10**9)}"
        gold, customer = "billing" if billing == right else "general", i // 2 if i < 100 else i
        rows.append(f"t{i:04},{text},{gold},c{customer}")
        own = score if billing else round(1 - score, 4)
        top = "billing" if billing else "general"
        content = (
            f'{{"scores":{{"billing":{own},"general":{round(1 - own, 4)}}},"top_label":"{top}"}}'
        )
        details = Details(model=models[i % len(models)]) if models else Details()
        stored = Stored(content.encode(), url, datetime(2026, 11, 1, tzinfo=UTC), details)
        answers.append((key_of(text), stored))
    rubrics = "".join(f'- {{name: {r.label}, rubric: "{r.text}"}}\n' for r in SET.rubrics)
    files = {
        "tickets.csv": "\n".join([*rows, ""]),
        "v2.yaml": rubrics,
        "answers.jsonl": recording_text(answers),
        str(CONFIG): _CONFIG.format(url=url) + more,
    }
    for name, text in files.items():
        Path(name).write_text(text, encoding="utf-8")
    return CONFIG


def write_configs(folder: Path) -> None:
    """configs/support.yaml, and configs/fresh.yaml with tickets that nobody has seen."""
    for name, seed in (("support", 1), ("fresh", 5)):
        own = folder / "configs" / name
        own.mkdir(parents=True)
        with chdir(own):
            text = promised(seed=seed, more="choose: {min_precision: 0.9}\n").read_text("utf-8")
        for file in ("tickets.csv", "v2.yaml", "answers.jsonl", "answers.sqlite"):
            text = text.replace(file, f"{name}/{file}")
        (folder / f"configs/{name}.yaml").write_text(text, encoding="utf-8")


def write_labels(folder: Path) -> None:
    """What people say of 200 routed tickets, 195 of them right, in a table with `label` and in one
    with `gold`; and gold.csv, of 99 that a router has yet to decide.
    """
    sure, wrong = "0.95,0.05", "0.05,0.95"
    rows = [f"t{i},billing,{sure if i < 195 else wrong}\n" for i in range(200)]
    for name, gold in (("predictions.csv", "label"), ("classifier.csv", "gold")):
        head = f"ticket_id,{gold},score_billing,score_general\n"
        (folder / name).write_text("".join([head, *rows]), encoding="utf-8")
    said = "".join(["ticket_id,label\n", *(f"t{i},billing\n" for i in range(99))])
    (folder / "gold.csv").write_text(said, encoding="utf-8")


def write_log(folder: Path) -> None:
    """decisions.jsonl: a router decides those 99 tickets by policy.json, all of them right."""

    def post(body: bytes, seconds: float) -> tuple[int, bytes]:
        scores = {"billing": 0.95, "general": 0.05}
        return 200, json.dumps({"scores": scores, "top_label": "billing"}).encode()

    router = Router(Policy.load(folder / "policy.json"), log=folder / "decisions.jsonl", post=post)
    for i in range(99):
        router.decide(f"ticket {i}", ticket_id=f"t{i}")
