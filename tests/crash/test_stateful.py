"""A cache lives through months of runs, edits, accidents and moves, in any order.

A hypothesis state machine over a real project folder and a real server: whatever happened before,
scores are those the server gave for that text and those rubrics, and no answer is paid for twice.
`make crash-test` (TICKETBENCH_CRASH_POINTS set) goes through many more stories.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import canary
from crash.projects import (
    CONFIG,
    NAMES,
    answer_to,
    contents,
    is_whole,
    make_project,
    rubrics_text,
    tickets_text,
)
from fault_project import binding
from fault_server import FaultServer, Seen, Step
from ticketbench.core.errors import EndpointError, IncompleteError
from ticketbench.core.types import Rubric, RubricSet
from ticketbench.edge.answers import memo
from ticketbench.edge.contract import answer_key, request_body
from ticketbench.edge.replay.source import Mode
from ticketbench.flow.answers.cache import cache_info, prune
from ticketbench.flow.answers.recordings import export_recording, import_recordings
from ticketbench.flow.run import run

EVERYTHING = "TICKETBENCH_CRASH_POINTS" in os.environ
MOST_TICKETS = 10
VERSIONS = st.integers(0, 3)
SETS = ("v1", "v2")


class AnswersOverTime(RuleBasedStateMachine):
    """What was asked and stored, kept a second time as plain dicts, beside the real thing.

    given    the last valid answer the server gave, by request body
    stored   bodies whose answer must be in the cache, whole
    unsure   bodies with a row that was altered and may still be whole
    damaged  bodies with a row that is not whole
    asked    when each body was last answered, in answers
    open     when each refresh began that was stopped, by tickets and rubrics: it goes on
    """

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.server = FaultServer()
        self.server.__enter__()
        self.server.plan = self.step
        os.environ.update([binding(self.server.url)])
        self.model_version = 0
        self.answers_left = -1
        self.tickets = 0
        self.versions = dict.fromkeys(SETS, 0)
        self.given: dict[bytes, bytes] = {}
        self.stored: set[bytes] = set()
        self.unsure: set[bytes] = set()
        self.damaged: set[bytes] = set()
        self.asked: dict[bytes, int] = {}
        self.open: dict[str, int] = {}

    def teardown(self) -> None:
        self.server.__exit__()
        assert canary.places(self.folder) == []
        shutil.rmtree(self.folder)

    # --- the world

    @property
    def project(self) -> Path:
        return self.folder / "here"

    @property
    def config(self) -> Path:
        return self.project / CONFIG

    @property
    def out(self) -> Path:
        return self.project / "out"

    @property
    def cache(self) -> Path:
        return self.project / "answers.sqlite"

    def step(self, seen: Seen) -> Step:
        assert seen.headers["x-api-key"] == canary.KEY
        if self.answers_left == 0:
            return Step(401, b'{"error": "quota"}')
        self.answers_left -= 1
        answer = answer_to(seen.body, self.model_version)
        self.given[seen.body] = answer
        return Step(body=answer)

    def bodies(self) -> dict[str, list[bytes]]:
        """The question of every ticket, by rubric set."""
        texts = [line.split(",")[1] for line in tickets_text(range(self.tickets)).splitlines()[1:]]
        found = {}
        for name, version in self.versions.items():
            lines = rubrics_text(str(version)).splitlines()
            texts_of = [line.split('"')[1] for line in lines]
            rubrics = RubricSet(name, tuple(map(Rubric, NAMES, texts_of)))
            found[name] = [request_body(text, rubrics) for text in texts]
        return found

    def wanted(self) -> set[bytes]:
        return {body for asked in self.bodies().values() for body in asked}

    def key(self, body: bytes) -> str:
        return answer_key(self.server.url, body)

    @property
    def rows(self) -> set[bytes]:
        return self.stored | self.unsure | self.damaged

    # --- what must hold whenever there are results

    def check_results(self, project: Path) -> None:
        """Every ticket has the scores that the server gave for it, and is counted."""
        out = project / "out"
        assert is_whole(out)
        with (out / "predictions.csv").open(newline="", encoding="utf-8") as file:
            found = [
                (row["rubric_set"], *(float(row[f"score_{name}"]) for name in NAMES))
                for row in csv.DictReader(file)
            ]
        answers = [
            (name, json.loads(self.given[body])["scores"])
            for name, asked in self.bodies().items()
            for body in asked
        ]
        assert found == [(name, *(scores[x] for x in NAMES)) for name, scores in answers]

    def run(self, mode: Mode = "auto", project: Path | None = None) -> None:
        here = project or self.project
        outcome = run(here / CONFIG, mode=mode, out=here / "out")
        for one in outcome.results.evaluations:
            assert one.n_requested == one.n_scored + one.n_failed == self.tickets
            assert one.n_failed == 0
        self.check_results(here)

    @contextmanager
    def asks(self, least: set[bytes], most: set[bytes]) -> Iterator[None]:
        """At least these questions and at most those are asked meanwhile, each once."""
        self.server.seen.clear()
        yield
        asked = Counter(seen.body for seen in self.server.seen)
        assert least <= set(asked) <= most
        assert not asked or max(asked.values()) == 1
        self.took({seen.body for seen in self.server.seen if seen.body in self.given})

    def took(self, bodies: set[bytes]) -> None:
        now = 1 + max(self.asked.values(), default=0)
        self.asked |= dict.fromkeys(bodies, now)
        self.stored |= bodies
        self.unsure -= bodies
        self.damaged -= bodies

    # --- rules

    @initialize(tickets=st.integers(1, 5), version=VERSIONS)
    def begin(self, tickets: int, version: int) -> None:
        self.tickets = tickets
        self.versions["v2"] = version
        self.write_project(self.project)

    def write_project(self, folder: Path) -> None:
        sets = {name: str(version) for name, version in self.versions.items()}
        make_project(folder, self.server.url, tickets=self.tickets, sets=sets, concurrency=2)

    @rule()
    def run_asks_for_what_is_missing(self) -> None:
        missing = self.wanted() - self.stored - self.unsure
        with self.asks(missing, missing | self.unsure):
            self.run()

    @rule()
    def refresh_asks_for_everything_once(self) -> None:
        """But for what a refresh that was stopped has asked already."""
        with self.asks(*self.to_refresh()):
            self.run("refresh")
        self.open.pop(self.what, None)

    @property
    def what(self) -> str:
        """What a refresh is about."""
        return f"{self.tickets} {self.versions}"

    def to_refresh(self) -> tuple[set[bytes], set[bytes]]:
        """The least and the most that a refresh asks for now."""
        now = 1 + max(self.asked.values(), default=0)
        began = self.open.setdefault(self.what, now)
        done = {body for body in self.wanted() if self.asked.get(body, 0) >= began}
        return self.wanted() - (done - self.damaged), self.wanted() - (done & self.stored)

    @rule()
    def strict_replay_sends_nothing(self) -> None:
        before = contents(self.out)
        with self.asks(set(), set()):
            if self.wanted() <= self.stored:
                self.run("replay")
            elif self.wanted() <= self.stored | self.unsure:
                self.run_or_incomplete()
            else:
                with pytest.raises(IncompleteError):
                    self.run("replay")
                assert contents(self.out) == before

    def run_or_incomplete(self) -> None:
        try:
            self.run("replay")
        except IncompleteError:
            self.unsure -= self.wanted()
            self.damaged |= self.wanted() - self.stored

    @rule(answers=st.integers(0, 12), mode=st.sampled_from(["auto", "refresh"]))
    def run_is_interrupted(self, answers: int, mode: Mode) -> None:
        """The server refuses the key after so many answers; those are kept."""
        missing = self.wanted() - self.stored - self.unsure
        fresh = mode == "refresh" and self.what not in self.open
        least, most = self.to_refresh() if mode == "refresh" else (missing, missing | self.unsure)
        if answers >= len(most & self.wanted()):
            if fresh:
                del self.open[self.what]
            return
        before = contents(self.out)
        self.server.seen.clear()
        self.answers_left = answers
        known, self.given = self.given, {}
        try:
            self.run(mode)
        except EndpointError:
            assert contents(self.out) == before
        else:
            assert len(least) <= answers
            self.open.pop(self.what, None)
        finally:
            new, self.answers_left = self.given, -1
            self.given = known | new
            self.took(set(new))
        assert len(new) == min(answers, len({seen.body for seen in self.server.seen}))

    @precondition(lambda self: self.stored)
    @rule(data=st.data())
    def a_row_is_overwritten(self, data: st.DataObject) -> None:
        garbage = data.draw(st.sampled_from(["", "garbage", "{}", "[]", b"\x80\x04.", None, 3]))
        self.alter(data, lambda value: garbage, self.damaged)

    @precondition(lambda self: self.stored)
    @rule(data=st.data())
    def a_byte_of_an_answer_flips(self, data: st.DataObject) -> None:
        def flipped(value: str) -> str:
            row = json.loads(value)
            content = bytearray(base64.b64decode(row["_content"]))
            content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
            row["_content"] = base64.b64encode(content).decode()
            return json.dumps(row)

        self.alter(data, flipped, self.damaged)

    @precondition(lambda self: self.stored)
    @rule(data=st.data())
    def a_byte_of_a_row_flips(self, data: st.DataObject) -> None:
        def flipped(value: str) -> str:
            content = bytearray(value.encode())
            content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 127))
            return content.decode("latin-1")

        self.alter(data, flipped, self.unsure)

    def alter(
        self, data: st.DataObject, change: Callable[[str], object], becomes: set[bytes]
    ) -> None:
        body = data.draw(st.sampled_from(sorted(self.stored)))
        with closing(sqlite3.connect(self.cache)) as connection, connection:
            query = "SELECT value FROM responses WHERE key = ?"
            ((value,),) = connection.execute(query, (self.key(body),)).fetchall()
            connection.execute(
                "UPDATE responses SET value = ? WHERE key = ?", (change(value), self.key(body))
            )
        self.stored.discard(body)
        becomes.add(body)

    @rule(name=st.sampled_from(SETS), version=VERSIONS)
    def a_rubric_is_edited(self, name: str, version: int) -> None:
        """Also back to what it was, so that older answers count again."""
        self.versions[name] = version
        self.write_project(self.project)

    @precondition(lambda self: self.tickets < MOST_TICKETS)
    @rule(count=st.integers(1, 3))
    def tickets_are_added(self, count: int) -> None:
        self.tickets = min(MOST_TICKETS, self.tickets + count)
        self.write_project(self.project)

    @rule()
    def the_server_gets_another_model(self) -> None:
        """Answers stored before stay what they were; only a refresh brings the new ones."""
        self.model_version += 1

    @rule()
    def export_then_import_elsewhere(self) -> None:
        recording, again = self.folder / "a.jsonl", self.folder / "b.jsonl.gz"
        elsewhere = self.folder / "elsewhere"
        if not self.wanted() <= self.stored:
            if not self.wanted() <= self.stored | self.unsure:
                with pytest.raises(IncompleteError):
                    export_recording(self.config, recording)
            return
        with self.asks(set(), set()):
            export_recording(self.config, recording)
            export_recording(self.config, again)
            self.write_project(elsewhere)
            import_recordings(elsewhere / CONFIG, [again])
            self.run("replay", elsewhere)
            export_recording(elsewhere / CONFIG, again.with_suffix(""))
        shutil.rmtree(elsewhere)
        assert again.with_suffix("").read_bytes() == recording.read_bytes()
        lines = recording.read_text(encoding="utf-8").splitlines()[1:]
        assert [json.loads(line)["key"] for line in lines] == sorted(map(self.key, self.wanted()))

    @rule()
    def import_what_was_exported_here(self) -> None:
        """The recording repairs the rows of its answers."""
        recording = self.folder / "mine.jsonl"
        if not self.wanted() <= self.stored:
            return
        export_recording(self.config, recording)
        with self.asks(set(), set()):
            import_recordings(self.config, [recording])
            self.run("replay")

    @rule()
    def prune_removes_what_no_question_uses(self) -> None:
        (found,) = prune([self.config])
        assert (found.kept, found.removed) == (
            len(self.rows & self.wanted()), len(self.rows - self.wanted())
        )  # fmt: skip
        for bodies in (self.stored, self.unsure, self.damaged):
            bodies &= self.wanted()

    @rule()
    def the_memo_is_deleted(self) -> None:
        shutil.rmtree(f"{self.cache}.memo", ignore_errors=True)

    @rule(share=st.floats(0, 1, exclude_max=True), bits=st.integers(1, 255))
    def a_byte_of_the_memo_flips(self, share: float, bits: int) -> None:
        if not self.wanted() <= self.stored:
            return
        with self.asks(set(), set()):
            self.run("replay")
            kept = sorted(self.project.glob("answers.sqlite.memo/*"))
            assert kept
            for path in kept:
                content = bytearray(path.read_bytes())
                content[int(share * len(content))] ^= bits
                path.write_bytes(content)
            self.run("replay")

    # --- what must hold all the time

    @invariant()
    def every_row_is_accounted_for(self) -> None:
        if not self.config.exists():
            return
        assert cache_info(self.config).stored == len(self.rows)
        assert len({hashlib.sha256(body).digest() for body in self.rows}) == len(self.rows)


def test_answers_stay_right_and_are_paid_for_once_whatever_happens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memo, "WORTH_FROM", 1)
    monkeypatch.setenv("SCALEDOWN_API_KEY", canary.KEY)
    monkeypatch.setenv("TICKETBENCH_KEY_HOSTS", "")
    run_state_machine_as_test(
        AnswersOverTime,
        settings=settings(
            max_examples=100 if EVERYTHING else 15,
            stateful_step_count=25 if EVERYTHING else 15,
            derandomize=not EVERYTHING,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
