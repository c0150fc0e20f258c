"""What docs/answers.md says of batches, run against a server of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from batch_project import batch_server, write_project
from forked import ticketbench_in
from ticketbench.core.shapes.batch import MOST_LINES
from ticketbench.edge.batches.uploads import PAYS_FROM
from ticketbench.edge.inputs.endpoint_config import EndpointConfig
from ticketbench.edge.serving.batches.conduct import Conduct

pytestmark = pytest.mark.loopback

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "answers.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("## When a batch pays\n")[2].partition("\n## ")[0]
CALLS = re.findall(r"^    ticketbench (.*?)(?: +#.*)?$", SECTION, re.MULTILINE)


def test_the_blocks_of_the_page_do_what_stands_beside_them(tmp_path: Path) -> None:
    with batch_server(Conduct(order="shuffled")) as asked:
        project = write_project(tmp_path, asked.server.url, tickets=12)
        given = str(project.relative_to(tmp_path))
        plan, upload, resume = (call.replace("configs/support.yaml", given) for call in CALLS)
        done = ticketbench_in(tmp_path, *plan.split())
        assert "in 1 batch of 12 questions" in done.stdout
        assert asked.uploads == []
        done = ticketbench_in(tmp_path, *upload.split())
        assert "12 answers: 0 kept, 12 asked, 0 failed." in done.stdout, done.stderr
        assert f"batch {asked.ids[0]} of 12 questions" in done.stderr
        (tmp_path / "answers.sqlite").unlink()
        done = ticketbench_in(tmp_path, *resume.replace("ID", asked.ids[0]).split())
        assert "12 answers: 0 kept, 12 asked, 0 failed." in done.stdout, done.stderr
        assert len(asked.uploads) == 1


def test_the_page_tells_the_limits_and_defaults_that_hold() -> None:
    usual = EndpointConfig(url="https://api.example.com/classify")
    assert (usual.batch, usual.batch_timeout_s, usual.per_second) == ("never", 24 * 3600, 20)
    assert f"`auto` uploads from {PAYS_FROM:,} missing questions on" in SECTION
    assert 100_000 / MOST_LINES == 10
    assert "| 100,000 | 83 minutes | ten uploads" in SECTION
    told = dict(re.findall(r"^\| ([0-9,]+) \| ([0-9]+ [a-z]+) \|", SECTION, re.MULTILINE))
    for tickets, time in told.items():
        seconds = int(tickets.replace(",", "")) / 20
        number, unit = time.split()
        assert int(number) == int(seconds / {"seconds": 1, "minutes": 60}[unit])
