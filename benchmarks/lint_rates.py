"""How often each rule of lint speaks, of which sets, and how long a thousand labels take.

    TICKETBENCH_TEST_DATA=... python benchmarks/lint_rates.py

Nine sets: our two, the guide's and, where the variable names them, three public ones in two
versions each. Nothing is asked.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from random import Random

from public_sets import SETS, VERSIONS

from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.edge.inputs.rubric_files import read_rubrics
from ticketbench.measure.lint.rule import remarks, rules
from ticketbench.measure.lint.rules.subject import shared_pairs

ROOT = Path(__file__).resolve().parents[1]
SEED = 20


def main() -> None:
    """Print the rates, the largest share of words of each set, and the time."""
    sets = {**_own(), **_public()}
    said: dict[str, dict[str, int]] = defaultdict(dict)
    for name, rubrics in sets.items():
        for code, n in Counter(one.finding.code for one in remarks(rubrics)).items():
            said[code][name] = n
    print(f"| code | level | of {len(sets)} sets | findings | in |\n|---|---|---|---|---|")
    for each in rules():
        found = said[each.code]
        names = ", ".join(f"{name} ({n})" for name, n in found.items()) or "-"
        print(f"| {each.code} | {each.level} | {len(found)} | {sum(found.values())} | {names} |")
    print("\n| set | pair that shares most | share |\n|---|---|---|")
    for name, rubrics in sets.items():
        pairs, _ = shared_pairs(rubrics, least=1e-9, most=1)
        told = f"{pairs[0].first}, {pairs[0].second} | {pairs[0].share:.2f}" if pairs else "- | -"
        print(f"| {name} | {told} |")
    print("\n| 1,000 labels | s of one core |\n|---|---|")
    for n_words in (100, 1000, 10_000):
        print(f"| 20 of {n_words:,} words each | {_seconds(_large(n_words)):.2f} |")


def _own() -> dict[str, RubricSet]:
    folder = ROOT / "configs" / "rubrics"
    found = {f"own {v}": read_rubrics(folder / f"support-{v}.yaml") for v in VERSIONS}
    page = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    block = page.partition("    LABELS = [\n")[2].partition("\n    ]\n")[0]
    with tempfile.TemporaryDirectory() as folder_of_guide:
        file = Path(folder_of_guide) / "app.py"
        file.write_text(f"LABELS = [\n{block}\n]\n", encoding="utf-8")
        return found | {"guide": read_rubrics(Path(f"{file}::LABELS"))}


def _public() -> dict[str, RubricSet]:
    root = os.environ.get("TICKETBENCH_TEST_DATA", "")
    return {
        f"{name.split('-')[0]} {version}": read_rubrics(
            Path(root) / name / f"rubrics-{version}.yaml"
        )
        for name in (SETS if root else ())
        for version in VERSIONS
    }


def _large(n_words: int) -> RubricSet:
    """A thousand labels with 20 words each; few words, so that most pairs share some."""
    draw = Random(SEED)
    words = [f"w{i:x}".translate(str.maketrans("0123456789", "ghijklmnop")) for i in range(n_words)]
    texts = (", ".join(draw.choices(words, k=20)) for _ in range(1000))
    rubrics = (Rubric(f"label{i}", f"Is it about {text}?") for i, text in enumerate(texts))
    return RubricSet("large", tuple(rubrics))


def _seconds(rubrics: RubricSet) -> float:
    began = time.process_time()
    remarks(rubrics)
    return time.process_time() - began


if __name__ == "__main__":
    main()
