"""What docs/parts.md says of other machines and of what is left out."""

from __future__ import annotations

import re
from pathlib import Path

from click import Context

from ticketbench.measure.parts.codes import STEPS
from ticketbench.measure.parts.evaluation import LEFT_OUT
from ticketbench.measure.parts.pairs.results import OF_A_RUN
from ticketbench.measure.parts.statistics import MOST_GROUPS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "parts.md").read_text(encoding="utf-8")

ALSO = ("each answer", "coverage at a target and at equal coverage")
"""What the page says in other words."""


def test_the_commands_of_dask_on_the_page_are_its_own() -> None:
    from distributed.cli import dask_scheduler, dask_worker

    known = {"scheduler": dask_scheduler.main, "worker": dask_worker.main}
    calls = re.findall(r"^    dask (\w+)(.*?) *#", PAGE, re.MULTILINE)
    assert sorted(name for name, _ in calls) == sorted(known)
    for name, words in calls:
        known[name].make_parser(Context(known[name])).parse_args(words.split())


def test_what_the_page_says_is_left_out_is_named() -> None:
    named = " ".join(PAGE.split())
    for thing in (*LEFT_OUT, *OF_A_RUN):
        words = thing.partition(" (")[0].removeprefix("the ").replace("each label", "a label")
        assert words in named or words in ALSO, thing


def test_the_grid_and_the_groups_are_those_of_the_page() -> None:
    assert (STEPS, MOST_GROUPS) == (10**5, 10**6)
