"""A project of one rubric set whose recorded scores earn a promise, and new tickets for it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.edge.answers.details import Details
from ticketbench.edge.answers.recording import recording_text
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.contract import key_function

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
