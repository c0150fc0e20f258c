"""How far does a baseline slide that moves with each merge, and when does its ledger warn?

    python benchmarks/simulate_ratchet.py [RUNS, default 300]

Fifty pull requests are judged on the same tickets against the baseline before them; one is merged
and blessed unless the loss that these tickets show is larger than 2 points. Each touches 6 % of the
answers of a router that begins with 80 % right. True changes are known, as the truth never is.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ticketbench.core.policy import Costs, Policy
from ticketbench.core.rubrics import Rubric
from ticketbench.core.types import FloatArray
from ticketbench.edge.inputs.config import Config
from ticketbench.edge.inputs.config_file import ConfigFile
from ticketbench.edge.inputs.documents import Document
from ticketbench.edge.results.baseline import Baseline, KeptTicket, Origin
from ticketbench.edge.results.ledger import Ledger, SeenChange
from ticketbench.flow.gates.ledger import ledger_findings, pin_at

SEED = 20261211
PULLS, TOUCHED, MARGIN, RIGHT = 50, 0.06, 0.02, 0.80
EFFECTS = {
    "-1 point": (-0.01, 0.0),
    "-0.5 points": (-0.005, 0.0),
    "0": (0.0, 0.0),
    "mixed: 0, sd 1 point": (0.0, 0.01),
}
"""Mean true change of a pull request, and the spread between them."""

HEAD = (
    "each pull request", "tickets", "merged", "truly, in the end", "seen, in the end",
    "told of within 20", "told of after, if ever", "truly, then", "truly, at 21 merged",
)  # fmt: skip

CONFIG = Config(
    Path("c.yaml"),
    ConfigFile.model_validate(
        {
            "version": 1,
            "endpoint": {"url": "local://lexical"},
            "dataset": {"path": "t.csv"},
            "rubric_sets": {"v1": "v1.yaml"},
        }
    ),
    Document(Path("c.yaml"), {}, {}),
)
ORIGIN = Origin("d", "r", "local://lexical", "a", "", Policy(), Costs())
RUBRICS = (Rubric("x", "X?"), Rubric("y", "Y?"))
TICKET = {"0" * 16: KeptTicket("x", "x", 0.9, "route")}


@dataclass(frozen=True)
class Fifty:
    """One run: the true and the seen change in the end, how many were merged, and for both
    warnings how many were merged when it came first and the true change then; NaN if never.
    """

    true: float
    seen: float
    merged: int
    slid: tuple[float, float]
    worn: tuple[float, float]


def fifty(rng: np.random.Generator, n: int, effect: float, spread: float) -> Fifty:
    """Fifty pull requests, each judged on the same n tickets."""
    now, true = rng.random(n) < RIGHT, RIGHT
    changes: list[SeenChange] = []
    first: dict[str, tuple[float, float]] = {}
    for _ in range(PULLS):
        wanted = effect + spread * rng.standard_normal()
        worse = max((TOUCHED - wanted) / 2, 0) / true
        better = min(max((TOUCHED + wanted) / 2, 0) / max(1 - true, 0.02), 1)
        draw = rng.random(n)
        new = np.where(now, draw >= worse, draw < better)
        seen = float(new.mean() - now.mean())
        if seen < -MARGIN:
            continue
        now, true = new, true + better * (1 - true) - worse * true
        changes.append(SeenChange(seen, n))
        for code in warned_of(changes):
            first.setdefault(code, (len(changes), true - RIGHT))
    never = (math.nan, math.nan)
    return Fifty(
        true=true - RIGHT,
        seen=sum(one.change for one in changes),
        merged=len(changes),
        slid=first.get("TB305", never),
        worn=first.get("TB306", never),
    )


def warned_of(changes: list[SeenChange]) -> list[str]:
    """The codes of what the product warns of after these changes."""
    ledger = Ledger((pin_at(ORIGIN),), tuple(changes))
    baseline = Baseline("v1", ORIGIN, RUBRICS, {}, TICKET, ledger=ledger)
    return [one.code for one in ledger_findings(baseline, CONFIG)]


def points(values: FloatArray) -> str:
    """The mean of what is not NaN, in points; a dash where nothing is."""
    known = values[~np.isnan(values)]
    return f"{100 * known.mean():+.1f}" if len(known) else "–"


def row(runs: int, n: int, title: str) -> str:
    """One line of the table."""
    effect, spread = EFFECTS[title]
    rng = np.random.default_rng([SEED, n, round(1e4 * (1 + effect)), round(1e4 * spread)])
    found = [fifty(rng, n, effect, spread) for _ in range(runs)]
    slid = np.array([one.slid for one in found])
    worn = np.array([one.worn for one in found])
    early = np.nan_to_num(slid[:, 0], nan=math.inf) <= 20
    cells = [
        title,
        str(n),
        f"{np.mean([one.merged for one in found]):.0f}",
        points(np.array([one.true for one in found])),
        points(np.array([one.seen for one in found])),
        f"{early.mean():.2f}",
        "–" if np.isnan(slid[:, 0]).all() else f"{np.nanmedian(slid[:, 0]):.0f}",
        points(slid[:, 1]),
        points(worn[:, 1]),
    ]
    return f"| {' | '.join(cells)} |"


def rows(runs: int) -> Iterator[str]:
    """The table, a line for each true change and number of tickets."""
    for title in EFFECTS:
        for n in (400, 1500):
            yield row(runs, n, title)


def main() -> None:
    """Print the table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    print(f"`python benchmarks/simulate_ratchet.py {runs}`, seed {SEED}.\n")
    print(f"| {' | '.join(HEAD)} |")
    print("|---" * len(HEAD) + "|")
    for line in rows(runs):
        print(line, flush=True)


if __name__ == "__main__":
    main()
