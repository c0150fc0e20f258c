"""A project whose second rubric set loses and gains exactly so many tickets, in given groups."""

from __future__ import annotations

from pathlib import Path

CONFIG = Path("turned.yaml")

_RUBRICS = """\
- {{name: technical, rubric: "Is it about a crash or a {other}?"}}
- {{name: billing, rubric: "Is it about an invoice or a {own}?"}}
"""
_HEAD = """\
version: 1
endpoint: {url: "local://lexical/v1/classify"}
dataset: {path: turned.csv, columns: {group: customer}}
rubric_sets: {v1: t1.yaml, v2: t2.yaml}
cache: turned.sqlite
report: {figures: false}
"""


def turned(
    *gates: str, n: int = 200, lost: int = 0, gained: int = 0, n_groups: int = 0, more: str = ""
) -> Path:
    """turned.yaml with these gates; v2 loses the first tickets of v1 and gains the next ones.

    Every other ticket is right in both; tickets are dealt to `n_groups` customers in turn, or have
    one each. `more` comes last in the config.
    """
    words = ["refund"] * lost + ["fee"] * gained
    words += ["invoice"] * (n - len(words))
    rows = [
        f"t{i:04},The {word} {i} is wrong,billing,c{i % (n_groups or n)}"
        for i, word in enumerate(words)
    ]
    files = {
        "turned.csv": "\n".join(["id,text,label,customer", *rows, ""]),
        "t1.yaml": _RUBRICS.format(own="refund", other="fee"),
        "t2.yaml": _RUBRICS.format(own="fee", other="refund"),
        str(CONFIG): f"{_HEAD}gates:\n{''.join(f'  - {gate}' + chr(10) for gate in gates)}{more}",
    }
    for name, text in files.items():
        Path(name).write_text(text, encoding="utf-8")
    return CONFIG
