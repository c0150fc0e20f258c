"""What is read of logs, and what is told against a policy or a run."""

from __future__ import annotations

import csv
import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from decision_logs import decisions, written
from drift_laws import LAWS
from policies import POLICY
from quickstart import Demo
from ticketbench.core.errors import InputError
from ticketbench.core.policy import Policy
from ticketbench.flow.logs.tell import Asked, logs

OWN = {"policy": POLICY.sha256, "rubric_set": POLICY.fingerprint, "labels": POLICY.labels}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return written(tmp_path / "decisions.jsonl", decisions(600, weeks=2, failed_every=60))


@pytest.fixture
def policy(tmp_path: Path) -> str:
    POLICY.save(tmp_path / "policy.json")
    return str(tmp_path / "policy.json")


def table_of(rows: list[dict[str, Any]], path: Path, names: dict[str, str]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(names.values())
        writer.writerows([row[name] for name in names] for row in rows)
    return path


def test_a_decision_log_and_a_table_of_it_tell_the_same(log: Path, tmp_path: Path) -> None:
    rows = decisions(600, weeks=2, failed_every=60)
    names = {name: name for name in ("timestamp", "ticket_id", "outcome", "reason", "score")}
    names |= {"label": "top_label"}
    table = table_of(rows, tmp_path / "week.csv", names)
    own, other = logs([log], Asked()), logs([table], Asked())
    assert own.described.whole.n == 600
    assert own.described.whole.n_failed == 10
    assert own.described == other.described
    assert own.by == other.by == "week"


def test_columns_of_other_names_are_named(tmp_path: Path) -> None:
    names = {"timestamp": "when", "label": "team", "score": "sure"}
    table = table_of(decisions(80), tmp_path / "week.csv", names)
    with pytest.raises(InputError, match="is the top label"):
        logs([table], Asked())
    named = ("top_label=team", "score=sure", "time=when")
    found = logs([table], Asked(columns=named))
    assert (found.described.whole.n, found.by) == (80, "week")


@pytest.mark.parametrize(
    ("given", "said"),
    [("team", "ROLE=NAME"), ("team=x", "no role 'team'"), ("score=x", "no column 'x'")],
)
def test_a_column_that_cannot_be_is_refused(log: Path, given: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        logs([log], Asked(columns=[given]))


def test_scores_alone_say_label_and_score(tmp_path: Path) -> None:
    lines = [{"scores": {"a": 0.2, "b": 0.8}}, {"scores": {"a": 0.5, "b": 0.5}}]
    found = logs([written(tmp_path / "week.jsonl", lines)], Asked()).described
    assert [(one.label, one.spread.median) for one in found.labels] == [("a", 0.5), ("b", 0.8)]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a,1.2,", "no number from 0 to 1"),
        ("a,nan,", "no number from 0 to 1"),
        ("a,,", "a top label without a score"),
        (",0.5,", "a score without a top label"),
        ("a,0.5,yesterday", "is no time"),
        ("a,0.5,0001-01-01T00:00:00+02:00", "is no time"),
        ("a,0.5,20261129023621", "is no time"),
    ],
)
def test_a_row_that_is_no_decision_is_named_with_its_line(
    tmp_path: Path, row: str, said: str
) -> None:
    table = tmp_path / "week.csv"
    table.write_text(f"top_label,score,time\nb,0.5,\n{row}\n", encoding="utf-8")
    with pytest.raises(InputError, match=said) as caught:
        logs([table], Asked())
    assert caught.value.problems[0].where == f"{table}:3"


@pytest.mark.parametrize(
    ("time", "week"),
    [
        ("1780073032000", "2026-05-25"),  # as a text without dashes: 20:00 on 30 July 1780
        ("1780073032", "2026-05-25"),
        ("1780073032.5", "2026-05-25"),
        ("20260530", "2026-05-25"),
        ("9999-12-31T10:00:00", "9999-12-27"),  # what some write for never
        ("2027-01-01T00:00:00Z", "2026-12-28"),
    ],
)
def test_a_time_is_in_the_week_that_it_says(time: str, week: str, tmp_path: Path) -> None:
    table = tmp_path / "week.csv"
    table.write_text(f"top_label,score,time\na,0.5,{time}\n", encoding="utf-8")
    (period,) = logs([table], Asked()).described.periods
    assert (period.name, period.days) == (week, 1.0)


def test_torn_foreign_and_repeated_lines_are_counted_and_told(log: Path, tmp_path: Path) -> None:
    lines = log.read_text("utf-8").splitlines()
    broken = tmp_path / "broken.jsonl.gz"
    text = "\n".join([lines[0], lines[1][:40], '{"hello": 1}', lines[2]])
    broken.write_bytes(gzip.compress(text.encode()))
    found = logs([log, broken], Asked())
    assert found.described.whole.n == 600
    assert any("1 line torn" in note and f"{broken}:2" in note for note in found.notes)
    assert any("1 line that" in note and f"{broken}:3" in note for note in found.notes)
    assert any("2 decisions seen twice" in note for note in found.notes)


def test_a_file_without_a_decision_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "empty.jsonl"
    file.write_text('{"schema":"ticketbench/decision@1"}\n', encoding="utf-8")
    with pytest.raises(InputError, match="there is no decision in it"):
        logs([file], Asked())
    with pytest.raises(InputError, match="no such file"):
        logs([tmp_path / "nowhere.jsonl"], Asked())


def test_days_of_under_200_decisions_become_weeks_and_that_is_said(tmp_path: Path) -> None:
    few = written(tmp_path / "few.jsonl", decisions(700))
    found = logs([few], Asked(by="day"))
    assert found.by == "week"
    assert any("fewer than 200 decisions" in note for note in found.notes)
    many = written(tmp_path / "many.jsonl", decisions(1500))
    by_day = logs([many], Asked(by="day"))
    assert by_day.by == "day"
    assert len(by_day.described.periods) == 7
    assert by_day.described.periods[0].days == 1


def test_a_week_that_the_log_only_begins_has_as_many_days_as_it_holds(log: Path) -> None:
    first, second = logs([log], Asked()).described.periods
    assert (first.name, first.days, second.name, second.days) == ("2026-11-02", 7, "2026-11-09", 7)
    assert first.n == second.n == 300


def test_texts_of_the_tickets_to_read_are_masked(log: Path, tmp_path: Path) -> None:
    to_read = logs([log], Asked()).described.to_read
    first = to_read[0].ticket_id
    texts = tmp_path / "tickets.csv"
    texts.write_text(f"id,text\n{first},write to jane.doe@example.com\nT-x,secret\n", "utf-8")
    found = logs([log], Asked(texts=texts))
    assert found.texts == {first: "write to [mail]"}
    assert any(f"{len(to_read) - 1} of these texts" in note for note in found.notes)


def test_against_its_own_policy_a_log_has_nothing_moved(policy: str, tmp_path: Path) -> None:
    found = logs([written(tmp_path / "d.jsonl", decisions(900, **OWN))], Asked(against=policy))
    assert found.policy == POLICY.policy
    assert found.against is not None
    assert found.against.concerns[-1].kind == "no model"
    assert found.against.workload is not None
    assert found.against.workload.tickets_per_day == pytest.approx(900 / 7)


def test_a_log_of_another_policy_is_refused_unless_all_are_wanted(
    policy: str, tmp_path: Path
) -> None:
    rows = decisions(300, **OWN) + decisions(100, seed=1, **{**OWN, "policy": "ff" * 32})
    mixed = written(tmp_path / "mixed.jsonl", rows)
    with pytest.raises(InputError, match="100 of 400 decisions are of another policy: 'ffffffff"):
        logs([mixed], Asked(against=policy))
    found = logs([mixed], Asked(against=policy, mixed=True)).against
    assert found is not None
    assert "mixed" in [one.kind for one in found.concerns]


def test_a_log_of_other_rubrics_is_refused(policy: str, tmp_path: Path) -> None:
    rows = decisions(100, **{**OWN, "rubric_set": "sha256:00"})
    with pytest.raises(InputError, match="another rubric set: '00'"):
        logs([written(tmp_path / "d.jsonl", rows)], Asked(against=policy))


def test_labels_that_the_policy_does_not_have_are_named(policy: str, tmp_path: Path) -> None:
    table = tmp_path / "week.csv"
    table.write_text("top_label,score\nzebra,0.5\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"labels that policy\.json does not: zebra"):
        logs([table], Asked(against=policy))


def test_outcomes_that_are_not_logged_are_what_the_policy_decides(
    policy: str, tmp_path: Path
) -> None:
    rows = [{"scores": {"billing": b, "general": 1 - b}} for b in (0.56, 0.9, 0.35, 0.45)]
    found = logs([written(tmp_path / "w.jsonl", rows)], Asked(against=policy))
    expected = [
        POLICY.policy.decide_one([b, 1 - b], POLICY.labels) for b in (0.56, 0.9, 0.35, 0.45)
    ]
    counts = [sum(one.outcome == i for one in expected) for i in range(3)]
    assert [one.n for one in found.described.whole.outcomes] == counts
    assert any("4 outcomes are what the policy says" in note for note in found.notes)


def test_a_run_is_the_same_standard_as_the_policy_made_of_it(demo: Demo, tmp_path: Path) -> None:
    predictions = tmp_path / "week.csv"
    with (demo.out / "predictions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    own = [row for row in rows if row["rubric_set"] == "v2"]
    with predictions.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, own[0].keys())
        writer.writeheader()
        writer.writerows(own)
    found = logs([predictions], Asked(against=f"{demo.out}:v2"))
    assert found.against is not None
    (period,) = found.against.periods
    assert period.drift.scores < 0.01
    assert period.drift.labels == 0.0
    saved = json.loads((demo.out / "results.json").read_bytes())["data"]
    accuracy = next(
        metric["estimate"]["value"]
        for metric in saved["evaluations"][1]["metrics"]
        if metric["name"] == "accuracy"
    )
    assert period.accuracy.value == pytest.approx(accuracy, abs=1e-4)
    setting = saved["recommendation"]["setting"]
    assert found.policy.threshold == setting["threshold"]
    assert isinstance(found.policy, Policy)


def test_a_standard_that_is_not_there_is_an_error(log: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        logs([log], Asked(against="reports/nowhere:v2"))


def test_a_policy_that_was_changed_is_refused(log: Path, policy: str) -> None:
    text = Path(policy).read_text("utf-8").replace('"manual_review"', '"nobody"')
    Path(policy).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="changed after it was made"):
        logs([log], Asked(against=policy))


def test_a_policy_without_a_promise_leaves_what_is_misrouted_unknown(tmp_path: Path) -> None:
    bare = replace(POLICY, promise=None)
    bare.save(tmp_path / "bare.json")
    rows = decisions(200, **{**OWN, "policy": bare.sha256})
    found = logs([written(tmp_path / "d.jsonl", rows)], Asked(against=str(tmp_path / "bare.json")))
    assert found.against is not None
    assert found.against.workload is not None
    assert not found.against.workload.misrouted.defined
    assert found.against.workload.routed.defined


def test_a_week_that_moved_is_told_before_the_reviews_it_makes(policy: str, tmp_path: Path) -> None:
    rows = [{**row, "outcome": "review"} for row in decisions(900, law=LAWS["T 1.5"], **OWN)]
    asked = Asked(against=policy, reviews_per_day=1)
    found = logs([written(tmp_path / "d.jsonl", rows)], asked).against
    assert found is not None
    assert [one.kind for one in found.concerns] == ["drift", "capacity", "no model"]
