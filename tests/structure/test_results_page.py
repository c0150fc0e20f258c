"""docs/results.md: every field and word that it names is one of the types that are written."""

from __future__ import annotations

import dataclasses
import re
import typing
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ticketbench.edge.results.store import VERSIONS
from ticketbench.flow.compare import Compared
from ticketbench.flow.gates.release import NotedLook
from ticketbench.flow.labels.judge import Labelled
from ticketbench.flow.labels.next import Handed
from ticketbench.flow.labels.take import Taken
from ticketbench.flow.logs.tell import LogReport
from ticketbench.flow.rubrics.ablate import Ablation
from ticketbench.flow.rubrics.join import JoinablePairs, JoinedSet
from ticketbench.flow.rubrics.lint import RubricsLint
from ticketbench.flow.score import Score
from ticketbench.measure.agreement.repeats import Repeats
from ticketbench.measure.compare import Comparison, Flip
from ticketbench.measure.evaluation import Evaluation
from ticketbench.measure.gates.completeness import Answered
from ticketbench.measure.gates.results import GateReport
from ticketbench.measure.gates.rule import Undecided
from ticketbench.measure.pairs.label_outcomes import LabelMove
from ticketbench.measure.recommendation import Recommendation, Setting
from ticketbench.measure.results import DatasetSummary, RunResults
from ticketbench.measure.rubrics.changes import RubricChange
from ticketbench.measure.rubrics.label_map import CommonLabel
from ticketbench.measure.thresholds.certificate import Certificate
from ticketbench.measure.thresholds.choose import ChosenThreshold
from ticketbench.measure.thresholds.saving import Saving

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "results.md").read_text(encoding="utf-8").partition("\n## Into MLflow")[0]
CODE = "".join(
    path.read_text(encoding="utf-8") for path in (ROOT / "eval/ticketbench").rglob("*.py")
)
WHOLE = {
    "recommendation": Recommendation,
    "moves": LabelMove,
    "saving": Saving,
    "certificate": Certificate,
}
"""The sections whose table has every field of a type, and no other."""

TOLD: dict[str, tuple[Any, ...]] = {
    "`results.json` of a report": (
        RunResults, RubricsLint, JoinablePairs, JoinedSet, Ablation,
    ),
    "`data` of a run begins": (RunResults, Score, Compared, GateReport),
    "`leaderboard` of a run": (RunResults,),
    "A setting has": (Setting,),
    "`versus` has": (Recommendation,),
    "It stands in each": (RunResults,),
    "A list with one entry a rule": (ChosenThreshold,),
    "A run has `drift`": (RunResults,),
    "`logs@1` has": (LogReport,),
    "`label-next@1` has": (Handed, Taken, Labelled, GateReport, NotedLook),
}  # fmt: skip
"""How each paragraph begins, and the types whose fields it names."""

OTHER = {
    "null", "true", "data", "results.json", "policy export", "show", "compare", "warnings",
    "choose.tickets_per_day", "production_log",
}  # fmt: skip
"""What is no field: words of JSON, commands, keys of a config."""

LATER: dict[str, Any] = {
    "Answered": Answered,
    "CommonLabel": CommonLabel,
    "Comparison": Comparison,
    "DatasetSummary": DatasetSummary,
    "Evaluation": Evaluation,
    "Flip": Flip,
    "Repeats": Repeats,
    "RubricChange": RubricChange,
    "Undecided": Undecided,
}
"""Types that a module imports for its annotations alone."""


@cache
def reached(kind: Any) -> frozenset[str]:
    """Every field of a type and of the types in it, and every word that one may hold."""
    found: set[str] = set()
    seen: set[Any] = set()
    open_ = [kind]
    while open_:
        one = open_.pop()
        if one in seen:
            continue
        seen.add(one)
        if typing.get_origin(one) is typing.Literal:
            found |= {str(word) for word in typing.get_args(one)}
        elif dataclasses.is_dataclass(one):
            found |= {field.name for field in dataclasses.fields(one)}
            open_ += typing.get_type_hints(one, localns=LATER).values()
        else:
            open_ += typing.get_args(one)
    return frozenset(found)


def words(text: str) -> set[str]:
    """What stands in backticks, but for commands with options and schemas."""
    quoted = re.findall(r"`([^`]+)`", " ".join(text.split()))
    return {one for one in quoted if "--" not in one and "@" not in one and "{" not in one}


def paragraphs() -> list[str]:
    text = re.sub(r"^## .*\n", "\n", PAGE, flags=re.MULTILINE)
    return [one for one in re.split(r"\n\n+", text) if "`" in one and not one.startswith("|")]


def rows(section: str) -> list[tuple[str, str]]:
    """The cells of the table of a section."""
    part = PAGE.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| (`.*?) \| (.*) \|$", part, re.MULTILINE)


@pytest.mark.parametrize("section", WHOLE)
def test_a_table_has_every_field_of_its_type(section: str) -> None:
    named = [word for cell, _ in rows(section) for word in sorted(words(cell))]
    assert sorted(named) == sorted(field.name for field in dataclasses.fields(WHOLE[section]))


@pytest.mark.parametrize("section", WHOLE)
def test_a_table_tells_of_fields_that_are_there(section: str) -> None:
    named = {word for _, cell in rows(section) for word in words(cell)}
    assert sorted(named - reached(WHOLE[section]) - OTHER) == []


@pytest.mark.parametrize("begins", TOLD)
def test_a_paragraph_names_fields_that_are_there(begins: str) -> None:
    (told,) = [one for one in paragraphs() if one.startswith(begins)]
    named = {part for word in words(told) - OTHER for part in word.split(".")}
    known = frozenset[str]().union(*map(reached, TOLD[begins]))
    assert sorted(named - known) == []


def test_no_paragraph_with_fields_is_left_out() -> None:
    assert [one for one in paragraphs() if not one.startswith(tuple(TOLD))] == []


@pytest.mark.parametrize(
    ("begins", "kind"),
    [("A setting has", Setting), ("A list with one entry a rule", ChosenThreshold)],
)
def test_a_paragraph_names_every_field_of_its_type(begins: str, kind: Any) -> None:
    (told,) = [one for one in paragraphs() if one.startswith(begins)]
    assert {field.name for field in dataclasses.fields(kind)} <= words(told)


def test_every_schema_is_one_that_is_written() -> None:
    for thing, version in re.findall(r"`(?:\{\"schema\": \"ticketbench/)?([a-z-]+)@(\d)", PAGE):
        newest = VERSIONS.get(thing, 1)
        assert int(version) == newest or (thing == "run" and int(version) < newest), thing
        assert re.search(rf'(?:show_json|envelope)\(\s*"{thing}"|ticketbench/{thing}@', CODE), thing
