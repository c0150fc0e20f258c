"""Gold labels that a harness keeps in another file: the cases of a jevassert pack."""

from __future__ import annotations

from pathlib import Path

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import quoted
from ticketbench.edge.results.harness.answer import told
from ticketbench.edge.results.harness.records import records

GOLD = "gold"
"""Where they stand for who reads a record: beside all records, by case and question."""


def gold_of_cases(path: Path) -> dict[str, dict[str, str]]:
    """The gold label of each question of each case in a cases.jsonl.

    Raises InputError for a file that holds something else, and for a case that comes twice.
    """
    found: dict[str, dict[str, str]] = {}
    for line, record in records(path)[0]:
        where = f"{path}:{line}"
        match record:
            case {"id": str(case), "expect": dict(expected)}:
                if case in found:
                    what = f"the case {quoted(case)} comes twice"
                    raise InputError(what, where=where, help="keep one")
                found[case] = {name: told(label) for name, label in expected.items()}
            case _:
                help_ = "give the cases.jsonl of the pack that was recorded"
                raise InputError("no case with `id` and `expect`", where=where, help=help_)
    return found
