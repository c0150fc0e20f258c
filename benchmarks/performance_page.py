"""docs/performance.md from the numbers that `against_peers.py` kept.

python benchmarks/performance_page.py

The words stand in performance.md.jinja; what other benchmarks printed stands there as text.
"""

from __future__ import annotations

from pathlib import Path

from contests import GROWTH, KEPT, Measured, from_json, growth, table, told
from jinja2 import Environment, StrictUndefined

PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
WORDS = Path(__file__).with_name("performance.md.jinja")


def page(measured: Measured) -> str:
    """The whole page."""
    contests = measured.contests
    grown = [contest for name, contest in contests.items() if name.startswith(GROWTH)]
    words = Environment(undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True)
    return words.from_string(WORDS.read_text(encoding="utf-8")).render(
        measured=measured, table=table, told=told, growth=growth(grown), **contests
    )


def main() -> None:
    """Write the page."""
    measured = from_json(KEPT.read_text(encoding="utf-8"))
    PAGE.write_text(page(measured), encoding="utf-8")


if __name__ == "__main__":
    main()
