"""Rows 26, 29 and 35 of the fault matrix: answers that are unusual, and taken as they came."""

from __future__ import annotations

import json

import pytest

from fault_project import POSITIONS, FaultProject, each_position, report_is_sound, results_of
from fault_server import LABELS, Step, valid_answer

KEPT = {
    "row26-sum_0.999": (0.333, 0.666),
    "row26-sum_1.01_of_two_digits": (0.41, 0.6),
    "row26-sum_within_1e-6": (0.39999951, 0.6),
    "row28-top_label_within_1e-6": (0.5000004, 0.4999996),
    "row29-tie": (0.5, 0.5),
}


def answered(scores: tuple[float, ...], top: str = LABELS[1]) -> Step:
    pairs = {"top_label": top, "scores": dict(zip(LABELS, scores, strict=True))}
    return Step(body=json.dumps(pairs).encode())


def findings_of(project: FaultProject) -> dict[str, str]:
    """The evidence of each finding, by its code."""
    found = results_of(project.out)["findings"]
    return {finding["code"]: finding["evidence"] for finding in found}


def _strike(project: FaultProject, step: Step, scores: tuple[float, ...]) -> None:
    """Give first, middle and last ticket an answer that is to be taken as it is."""
    project.server.in_turn({project.text(number): (step,) for number in POSITIONS.values()})
    project.expected.update(dict.fromkeys(POSITIONS.values(), scores))


@pytest.mark.parametrize("name", KEPT)
def test_scores_that_the_printed_digits_allow_are_kept_as_they_came(
    project: FaultProject, name: str
) -> None:
    _strike(project, answered(KEPT[name]), KEPT[name])
    assert project.run().results.n_failed == 0
    report_is_sound(project, {})
    told = findings_of(project)
    assert ("3 of 12 answers" in told.get("TB209", "")) == (abs(sum(KEPT[name]) - 1) > 1e-4)


@pytest.mark.parametrize("named", LABELS)
def test_row29_a_tie_goes_to_the_earlier_label_of_the_rubric_set(
    project: FaultProject, named: str
) -> None:
    _strike(project, answered((0.5, 0.5), named), (0.5, 0.5))
    project.run()
    report_is_sound(project, {})
    rows = (project.out / "predictions.csv").read_text().splitlines()
    assert "3 of 12" in findings_of(project)["TB210"]
    for number in POSITIONS.values():
        (own,) = (row for row in rows if f",t{number}," in row)
        assert f",{LABELS[0]},0.5," in own


@pytest.mark.parametrize("row", [26, 29], ids="row{}".format)
def test_the_command_takes_such_scores_without_a_complaint(project: FaultProject, row: int) -> None:
    scores = (0.333, 0.666) if row == 26 else (0.5, 0.5)
    _strike(project, answered(scores), scores)
    ended = project.command()
    assert ended.code == 0
    assert not any(line.startswith("error: ") for line in ended.err.splitlines())
    report_is_sound(project, {})


@each_position
def test_row35_headers_that_caches_obey_are_neither_stored_nor_obeyed(
    project: FaultProject, position: str
) -> None:
    headers = {
        "Vary": "*, x-api-key",
        "ETag": '"1"',
        "Set-Cookie": "session=kept",
        "Last-Modified": "Fri, 02 Jan 2026 12:00:00 GMT",
        "Cache-Control": "no-store, max-age=0",
        "Expires": "0",
    }
    answer = Step(headers=headers)
    project.server.in_turn({project.text(POSITIONS[position]): (answer,)})
    project.run()
    stored = (project.folder / "answers.sqlite").read_bytes()
    assert not any(word in stored for word in (b"Vary", b"ETag", b"session=", b"no-store"))
    assert not any("cookie" in seen.headers for seen in project.server.seen)
    first = (project.out / "results.json").read_bytes()
    project.server.seen.clear()
    project.run(mode="replay")
    assert (project.out / "results.json").read_bytes() == first
    assert project.server.seen == []


def test_row35_the_command_replays_such_answers(project: FaultProject) -> None:
    project.server.script(Step(headers={"Vary": "*", "ETag": "1", "Set-Cookie": "session=kept"}))
    project.run()
    project.server.seen.clear()
    ended = project.command("--mode", "replay")
    assert (ended.code, project.server.seen) == (0, [])
    report_is_sound(project, {})


def test_a_valid_answer_has_the_scores_that_these_tests_expect(project: FaultProject) -> None:
    body = b'{"text": "about technical", "labels": [{"name": "billing"}, {"name": "technical"}]}'
    assert b'"technical": 0.6' in valid_answer(body)
    assert project.scores(1) == (0.4, 0.6)
