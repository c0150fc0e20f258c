"""Row 50 of the fault matrix: the server changes its model while a run goes on."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from fault_project import FaultProject, manifest_of, report_is_sound, results_of
from fault_server import LABELS, FaultServer, Seen, Step

MANY = 120
"""Below 100 questions a run asks none of them again."""

CHANGES = {"early": 5, "middle": 60, "late": MANY - 2}
ONE_BY_ONE = "endpoint.concurrency=1"


@pytest.fixture
def long_project(
    tmp_path: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> FaultProject:
    monkeypatch.chdir(tmp_path)
    return FaultProject(tmp_path, server, n=MANY)


def changes_model_at(project: FaultProject, number: int) -> None:
    """From this ticket on the server gives 0.3 more to the second label."""
    numbers = {project.text(i): i for i in range(project.n)}
    new = {i: tuple(round(s, 1) for s in _shifted(project.scores(i))) for i in range(project.n)}
    project.expected |= {i: scores for i, scores in new.items() if i >= number}
    changed = threading.Event()

    def plan(seen: Seen) -> Step:
        i = numbers[seen.text]
        if i == number:
            changed.set()
        if not changed.is_set():
            return Step()
        scores = dict(zip(LABELS, new[i], strict=True))
        answer = {"top_label": max(scores, key=scores.__getitem__), "scores": scores}
        return Step(body=json.dumps(answer).encode())

    project.server.plan = plan


def _shifted(scores: tuple[float, ...]) -> tuple[float, ...]:
    return scores[0] - 0.3, scores[1] + 0.3


@pytest.mark.parametrize("when", CHANGES)
def test_row50_a_changed_model_is_noticed_and_the_results_say_so(
    long_project: FaultProject, when: str
) -> None:
    changes_model_at(long_project, CHANGES[when])
    long_project.run(overrides=[ONE_BY_ONE])
    assert len(long_project.server.seen) == MANY + 1
    assert long_project.server.seen[-1].text == long_project.text(0)
    (finding,) = (f for f in results_of(long_project.out)["findings"] if f["code"] == "TB301")
    assert finding["severity"] == "warning"
    assert "1 of 1 questions asked again got other scores, by up to 0.300" in finding["evidence"]
    assert "--mode refresh" in finding["action"]
    again = manifest_of(long_project.out)["asked_again"]
    assert (again["asked"], again["changed"], again["unanswered"]) == (1, 1, 0)
    assert again["largest"] == pytest.approx(0.3)
    page = (long_project.out / "index.html").read_text(encoding="utf-8")
    assert "TB301" in page
    report_is_sound(long_project, {})


def test_row50_a_model_that_stays_is_not_suspected(long_project: FaultProject) -> None:
    long_project.run(overrides=[ONE_BY_ONE])
    assert "TB301" not in {f["code"] for f in results_of(long_project.out)["findings"]}
    again = manifest_of(long_project.out)["asked_again"]
    assert (again["asked"], again["changed"]) == (1, 0)
    report_is_sound(long_project, {})


def test_row50_the_command_warns_and_still_ends_well(long_project: FaultProject) -> None:
    changes_model_at(long_project, CHANGES["middle"])
    ended = long_project.command("--set", ONE_BY_ONE)
    assert ended.code == 0, ended.err
    assert "TB301" in ended.err
    assert "--mode refresh" in ended.err
    report_is_sound(long_project, {})
