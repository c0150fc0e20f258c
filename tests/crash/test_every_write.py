"""Every single write can be the last one, or find the disk full.

For each scenario the k-th write is disturbed, for k = 1, 2, 3 ... until a run makes fewer: it is
the last one before SIGKILL, or it fails with ENOSPC, alone or with all that need space after it.
That takes minutes, so the suite tries one write of every kind (an fsync, a rename, a COMMIT) as the
last one, and lets one of every other kind fail, the rest with all that need space after it;
`make crash-test` (TICKETBENCH_CRASH_POINTS set) tries every k for each of the three.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

from crash.forks import Runs
from crash.killed_run import How, Job, Outcome
from crash.projects import (
    CONFIG,
    OUT,
    answering,
    contents,
    is_whole,
    make_project,
    names_in,
    places_of_key,
)
from fault_server import FaultServer

EVERYTHING = "TICKETBENCH_CRASH_POINTS" in os.environ
TICKETS = 5
HOW: tuple[How, ...] = ("kill", "fail", "full")
RUN = ("run", CONFIG)
NOTE = "notes.txt"
LANES = 2


@dataclass(frozen=True, slots=True)
class Lane:
    """A process that forks runs, the server they ask, and a folder of their own."""

    runs: Runs
    server: FaultServer
    folder: Path


@dataclass(frozen=True, slots=True)
class Scenario:
    """A project before the disturbed command, and what must be true of it right after.

    `holds` gets the folder, the same project before and after an undisturbed command, and says
    what is wrong.
    """

    prepare: Callable[[Lane, Path], None]
    holds: Callable[[Path, Path, Path], list[str]]
    arguments: tuple[str, ...] = RUN
    exchanges: bool = True
    memo: bool = False


def quietly(lane: Lane, folder: Path, *arguments: str) -> None:
    outcome = lane.runs.outcome(Job(str(folder), arguments))
    assert outcome.code == 0, outcome.printed


def with_old_report(lane: Lane, folder: Path) -> None:
    """A report of other rubrics with a file of the user's own in it, and no cache."""
    make_project(folder, lane.server.url, tickets=TICKETS, sets={"v1": "old"}, concurrency=1)
    quietly(lane, folder, *RUN)
    (folder / OUT / NOTE).write_text("mine")
    (folder / "answers.sqlite").unlink()
    make_project(folder, lane.server.url, tickets=TICKETS, sets={"v1": "new"}, concurrency=1)


def with_stored_answers(lane: Lane, folder: Path) -> None:
    """As above, and every answer is stored already."""
    with_old_report(lane, folder)
    quietly(lane, folder, *RUN, "--out", "elsewhere")
    shutil.rmtree(folder / "elsewhere")


def with_old_recording(lane: Lane, folder: Path) -> None:
    """A recording of other answers than the cache holds."""
    with_stored_answers(lane, folder)
    quietly(lane, folder, "cache", "export", CONFIG, "--to", "answers.jsonl")
    make_project(folder, lane.server.url, tickets=TICKETS, sets={"v1": "newer"}, concurrency=1)
    quietly(lane, folder, *RUN)


def with_recording_only(lane: Lane, folder: Path) -> None:
    """A recording and no cache."""
    with_stored_answers(lane, folder)
    quietly(lane, folder, "cache", "export", CONFIG, "--to", "answers.jsonl")
    (folder / "answers.sqlite").unlink()


def with_unused_answers(lane: Lane, folder: Path) -> None:
    """A cache with answers for other rubrics than the config has."""
    with_old_recording(lane, folder)
    make_project(folder, lane.server.url, tickets=TICKETS, sets={"v1": "new"}, concurrency=1)


def report_is_old_or_new(folder: Path, before: Path, after: Path) -> list[str]:
    out = folder / OUT
    if not is_whole(out):
        return ["the report does not match its manifest"]
    same = contents(out) in (contents(before / OUT), contents(after / OUT))
    return [] if same else ["the report is neither the old nor the new one"]


def report_is_old_or_new_or_set_aside(folder: Path, before: Path, after: Path) -> list[str]:
    """Two renames leave a moment in which the old report has another name."""
    aside = list(folder.glob(f"{OUT.parent}/.{OUT.name}.*.old"))
    if (folder / OUT).exists() or len(aside) != 1:
        return report_is_old_or_new(folder, before, after)
    same = is_whole(aside[0]) and contents(aside[0]) == contents(before / OUT)
    return [] if same else ["the report that was set aside is not the old one"]


def recording_is_old_or_new(folder: Path, before: Path, after: Path) -> list[str]:
    files = [(where / "answers.jsonl").read_bytes() for where in (folder, before, after)]
    return [] if files[0] in files[1:] else ["the recording is neither the old nor the new one"]


def all_answers_or_none(folder: Path, before: Path, after: Path) -> list[str]:
    stored = [stored_keys(where) for where in (folder, before, after)]
    return [] if stored[0] in stored[1:] else [f"{len(stored[0])} answers are stored"]


def stored_keys(folder: Path) -> list[str]:
    from ticketbench.edge.answers.cache import AnswerCache

    with AnswerCache(folder / "answers.sqlite") as cache:
        return list(cache.stored_keys())


SCENARIOS: Mapping[str, Scenario] = {
    "first run": Scenario(with_old_report, report_is_old_or_new),
    "run without exchange": Scenario(
        with_stored_answers, report_is_old_or_new_or_set_aside, exchanges=False
    ),
    "run with a memo": Scenario(with_stored_answers, report_is_old_or_new, memo=True),
    "export": Scenario(
        with_old_recording,
        recording_is_old_or_new,
        ("cache", "export", CONFIG, "--to", "answers.jsonl"),
    ),
    "import": Scenario(
        with_recording_only, all_answers_or_none, ("cache", "import", CONFIG, "answers.jsonl")
    ),
    "prune": Scenario(with_unused_answers, all_answers_or_none, ("cache", "prune", CONFIG)),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """A scenario set up in one lane: the project before and after an undisturbed command, and the
    kind of each of its writes.
    """

    lane: Lane
    scenario: Scenario
    before: Path
    after: Path
    writes: tuple[str, ...]

    @property
    def names(self) -> set[str]:
        return names_in(self.after)


@pytest.fixture(scope="module")
def lanes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Lane]]:
    with ExitStack() as stack:
        found = []
        for _ in range(LANES):
            server = stack.enter_context(answering())
            runs = stack.enter_context(Runs())
            found.append(Lane(runs, server, tmp_path_factory.mktemp("lane")))
        yield found


def staged(lane: Lane, name: str) -> Stage:
    scenario = SCENARIOS[name]
    # The folder's name stands in nothing a run writes; that of the config does, and stays.
    before, after = lane.folder / f"{name} before", lane.folder / f"{name} after"
    if not before.exists():
        scenario.prepare(lane, before)
    shutil.rmtree(after, ignore_errors=True)
    shutil.copytree(before, after)
    outcome = lane.runs.outcome(job(after, scenario))
    assert outcome.code == 0, outcome.printed
    return Stage(lane, scenario, before, after, tuple(map(kind, outcome.at.splitlines())))


def kind(write: str) -> str:
    """The call, or the first word of an SQL statement: "fsync", "COMMIT"."""
    return write.removeprefix("sql ").split()[0].rstrip(";")


def points(writes: tuple[str, ...], how: How) -> list[int]:
    """Which writes are disturbed, counted from 1; of each kind an early, middle or late one."""
    if EVERYTHING:
        return [*range(1, len(writes) + 1)]
    kinds = list(dict.fromkeys(writes))
    share, chosen = {"kill": (1, kinds), "fail": (0, kinds[::2]), "full": (2, kinds[1::2])}[how]
    places = {one: [at for at, kind in enumerate(writes, 1) if kind == one] for one in chosen}
    return sorted(at[(len(at) - 1) * share // 2] for at in places.values())


def job(folder: Path, scenario: Scenario, how: How = "count", at: int = 0) -> Job:
    return Job(str(folder), scenario.arguments, how, at, scenario.exchanges, scenario.memo)


def problems_at(here: Stage, how: How, at: int) -> tuple[str, list[str]]:
    """The write that was disturbed, and what is not as it must be then and after a second try."""
    folder = here.lane.folder / "disturbed"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(here.before, folder)
    here.lane.server.seen.clear()
    hit = here.lane.runs.outcome(job(folder, here.scenario, how, at))
    found = [*wrong_end(hit, how), *here.scenario.holds(folder, here.before, here.after)]
    found += [f"key in {name}" for name in places_of_key(folder, hit.printed)]
    if hit.code == 0 and how != "kill":
        found += unlike(folder, here, "though it ended with 0")
    again = here.lane.runs.outcome(job(folder, here.scenario))
    if again.code != 0:
        return hit.at, [*found, f"the second try ends with {again.code}: {again.printed}"]
    asked = Counter(seen.body for seen in here.lane.server.seen)
    if sum(asked.values()) > len(asked) + 1:
        found.append(f"asked more than once: {sorted(asked.values())}")
    left = names_in(folder) ^ here.names
    if left:
        found.append(f"other files after the second try: {sorted(left)}")
    return hit.at, found + unlike(folder, here, "after the second try")


def wrong_end(outcome: Outcome, how: How) -> list[str]:
    wanted = (0,) if not outcome.at else (-9,) if how == "kill" else (0, 5)
    if outcome.code not in wanted or "Traceback" in outcome.printed:
        return [f"exit code {outcome.code}: {outcome.printed}"]
    if outcome.code == 5 and outcome.printed.count("error: ") != 1:
        return [f"no word about it: {outcome.printed}"]
    return []


def unlike(folder: Path, here: Stage, when: str) -> list[str]:
    """What an undisturbed command leaves: report, recording, answers."""
    found = []
    if contents(folder / OUT) != contents(here.after / OUT) or not is_whole(folder / OUT):
        found.append(f"another report {when}")
    if stored_keys(folder) != stored_keys(here.after):
        found.append(f"other answers {when}")
    recordings = [where / "answers.jsonl" for where in (folder, here.after)]
    if len({file.read_bytes() if file.exists() else b"" for file in recordings}) > 1:
        found.append(f"another recording {when}")
    return found


@pytest.mark.parametrize(("name", "how"), list(product(SCENARIOS, HOW)))
def test_a_write_that_is_the_last_or_fails_loses_nothing(
    name: str, how: How, lanes: list[Lane]
) -> None:
    with ThreadPoolExecutor(LANES) as pool:
        stages = list(pool.map(lambda lane: staged(lane, name), lanes))
        # The last point is never reached: there are no more writes than were counted.
        tries = [*points(stages[0].writes, how), len(stages[0].writes) + 1]

        def worked(number: int) -> list[tuple[int, str, list[str]]]:
            mine = tries[number::LANES]
            return [(at, *problems_at(stages[number], how, at)) for at in mine]

        tried = sorted(one for part in pool.map(worked, range(LANES)) for one in part)
    assert [at for at, write, _ in tried if not write] == tries[-1:]
    wrong = [f"write {at} ({write}): {why}" for at, write, found in tried for why in found]
    assert not wrong, "\n".join(wrong)
