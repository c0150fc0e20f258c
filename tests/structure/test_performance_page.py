"""docs/performance.md says what the kept measurement says; what measures it is right by hand."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pytest

from forked import ticketbench_in

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The benchmarks are scripts of one folder and no package."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")


def test_the_page_is_what_the_kept_measurement_gives() -> None:
    from contests import KEPT, from_json
    from performance_page import PAGE, page

    measured = from_json(KEPT.read_text(encoding="utf-8"))
    assert PAGE.read_text(encoding="utf-8") == page(measured)


def test_what_is_kept_reads_back_and_names_no_folder() -> None:
    from contests import KEPT, as_json, from_json

    text = KEPT.read_text(encoding="utf-8")
    assert as_json(from_json(text)) == text
    assert "/" not in text


def test_a_ratio_is_taken_round_by_round_and_a_peer_that_is_missing_is_said() -> None:
    from contests import Contest, table
    from cost import Cost

    ours = (Cost(1, 2, 50), Cost(2, 3, 50), Cost(4, 9, 70))
    theirs = (Cost(8, 9, 300), Cost(18, 20, 300), Cost(28, 30, 310))
    contest = Contest("run", {"us": ours, "them": theirs, "others": "is not installed"})
    assert table(contest, {"us": "**us**", "them": "them", "others": "others"}).splitlines()[
        2:
    ] == [
        "| **us** | 2.00 s | 3.00 s | 50 MiB | 1 |",
        "| them | 18.00 s | 20.00 s | 300 MiB | 8.0x (7.0 to 9.0) |",
        "| others | is not installed | | | |",
    ]


def test_growth_is_told_per_ticket() -> None:
    from contests import GROWTH, Contest, growth
    from cost import Cost

    sizes = {"10,000": (Cost(1, 1, 90), Cost(1, 1, 90)), "100,000": (Cost(9, 9, 200),) * 2}
    assert growth([Contest(f"{GROWTH}score", sizes)]).splitlines() == [
        "|  | 10,000 tickets | 100,000 tickets | CPU a ticket, last to first |",
        "|---|---|---|---|",
        "| score | 1.00 s, 90 MiB | 9.00 s, 200 MiB | 0.90x (0.90 to 0.90) |",
    ]


def test_the_cost_of_a_process_is_its_own_and_one_that_fails_is_told() -> None:
    from cost import Command, cost

    large = cost(Command((sys.executable, "-c", "b'x' * (300 << 20)")))
    assert large.peak_mib > 300
    assert large.cpu_s > 0
    with pytest.raises(SystemExit, match="ended with 3:\nout of paper"):
        cost(Command((sys.executable, "-c", "print('out of paper'); raise SystemExit(3)")))


def test_a_made_job_has_every_answer_and_both_tables_of_predictions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import made_job

    monkeypatch.delenv("TICKETBENCH_TEST_DATA", raising=False)
    monkeypatch.setattr(sys, "argv", ["made_job.py", "60", str(tmp_path)])
    made_job.main()
    done = ticketbench_in(tmp_path, "run", "config.yaml", "--mode", "replay", "--out", "out")
    assert done.returncode == 0, done.stderr
    with (tmp_path / "out/predictions.csv").open(encoding="utf-8", newline="") as lines:
        ran = list(csv.DictReader(lines))
    for name in ("v1", "v2"):
        with (tmp_path / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
            made = list(csv.DictReader(lines))
        rows = [row for row in ran if row["rubric_set"] == name]
        assert [{key: row[key] for key in made[0]} for row in rows] == made
