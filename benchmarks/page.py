"""How fast the page follows a hand: 13,083 synthetic tickets, 6 labels, two sets, in Chromium.

python benchmarks/page.py [tickets, default 13083] [where to keep the page]

Sweeps the threshold over 0 to 1 in steps of 0.01 as the slider does, once to warm up and three
times measured, then changes prices and the escalation limit; prints the script's own time of each
step (its performance entries named "step"), and the size of the page. Says how busy the machine
was: on a loaded one the tail is the machine's.
"""

from __future__ import annotations

import gzip
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from browser import started
from ticketbench.core.types import Provenance, ScoreTable
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.results import DatasetSummary, run_results
from ticketbench.report.page import html_page
from ticketbench.report.rendering import Report

if TYPE_CHECKING:
    from playwright.sync_api import Page

LABELS = ("billing", "technical", "account", "general", "shipping", "returns")
PRIORS = (0.39, 0.24, 0.16, 0.11, 0.07, 0.03)
SETS = {"v1": 1.0, "v2": 2.2}
"""By how much the gold label stands out under each."""
SWEEPS = 3
BAR_MS = 16.0

SWEEP = """async () => {
  const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const slider = document.querySelector("#threshold");
  performance.clearMeasures("step");
  for (let i = 0; i <= 100; i++) {
    slider.value = i / 100;
    slider.dispatchEvent(new Event("input", {bubbles: true}));
    await drawn();
  }
  return performance.getEntriesByName("step").map((entry) => entry.duration);
}"""
CHANGES = """async () => {
  const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const put = (id, value, event) => {
    const control = document.getElementById(id);
    control.value = value;
    control.dispatchEvent(new Event(event, {bubbles: true}));
    return drawn();
  };
  performance.clearMeasures("step");
  for (let i = 1; i <= 10; i++) await put("misroute", i, "input");
  for (let i = 1; i <= 10; i++) await put("review", i / 5, "input");
  for (const option of document.querySelectorAll("#escalation option"))
    await put("escalation", option.value, "change");
  return performance.getEntriesByName("step").map((entry) => entry.duration);
}"""


def table(n: int, *, rubric_set: str, signal: float, seed: int) -> ScoreTable:
    """Softmax scores whose gold label stands out by `signal`; every tenth ticket has a sibling."""
    rng = np.random.default_rng(0)
    truth = rng.choice(len(LABELS), n, p=PRIORS).astype(np.int64)
    groups = np.minimum(np.arange(n), rng.integers(0, n * 10, n))
    logits = 1.5 * rng.normal(size=(n, len(LABELS)))
    logits += 0.7 * np.random.default_rng(seed).normal(size=logits.shape)
    logits[np.arange(n), truth] += signal
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    scores = np.round(weights / weights.sum(axis=1, keepdims=True), 6)
    origin = Provenance("synthetic", "0", rubric_set, rubric_set, "none")
    ids = tuple(f"t{i:05d}" for i in range(n))
    groups = np.unique(groups, return_inverse=True)[1].astype(np.int64)
    return ScoreTable(LABELS, LABELS, ids, truth, groups, scores, None, (), origin)


def made(n: int) -> bytes:
    """The page of a comparison of two sets on `n` tickets, each with a text of 30 words."""
    tables = [table(n, rubric_set=s, signal=x, seed=i) for i, (s, x) in enumerate(SETS.items())]
    summary = DatasetSummary("synthetic", "0", n, ())
    results = run_results("synthetic", summary, (), tables, Settings(), ())
    words = np.random.default_rng(3).choice(["the", "invoice", "login", "fails", "again"], (n, 30))
    texts = {i: " ".join(row) for i, row in zip(tables[0].ids, words.tolist(), strict=True)}
    gold = {i: LABELS[t] for i, t in zip(tables[0].ids, tables[0].truth.tolist(), strict=True)}
    return html_page(Report(results, texts, "0", tables=tables, gold=gold))


def spread(name: str, times: Sequence[float]) -> str:
    """Median, 95th percentile, maximum and how many steps are over the bar."""
    median, p95 = np.percentile(times, [50, 95])
    over = sum(time > BAR_MS for time in times)
    return (
        f"{name:28} median {median:6.1f}  p95 {p95:6.1f}  max {max(times):6.1f} ms  "
        f"over {BAR_MS:g} ms: {over} of {len(times)}"
    )


def measure(page: Page) -> None:
    """Print the time of sweeps and changes on an open page."""
    first = page.evaluate(SWEEP)
    sweeps = [time for _ in range(SWEEPS) for time in page.evaluate(SWEEP)]
    print(spread("first sweep", first))
    print(spread(f"{SWEEPS} sweeps", sweeps))
    print(spread("prices and escalation", page.evaluate(CHANGES)))


def main(n: int, kept: Path | None) -> None:
    """Build the page, open it, measure."""
    content = made(n)
    size, packed = len(content) / 1000, len(gzip.compress(content, mtime=0)) / 1000
    print(f"{n:,} tickets: {size:,.0f} kB (gzip {packed:,.0f} kB)")
    with tempfile.TemporaryDirectory() as folder, started() as browser:
        path = kept or Path(folder) / "index.html"
        path.write_bytes(content)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(path.absolute().as_uri())
        before = os.getloadavg()[0]
        measure(page)
        print(f"load {before:.1f} before, {os.getloadavg()[0]:.1f} after, {os.cpu_count()} cores")


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else 13_083,
        Path(sys.argv[2]) if len(sys.argv) > 2 else None,
    )
