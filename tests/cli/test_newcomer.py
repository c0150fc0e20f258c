"""A newcomer in an empty folder: a table of tickets, and every step that the one before prints."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from forked import ticketbench
from ticketbench.edge.inputs.dataset import load_dataset

TICKETS = Path(__file__).resolve().parents[2] / "datasets" / "support_tickets.csv"
QUESTIONS = {
    "billing": "Is it about an invoice, a payment, a price, a discount or a refund?",
    "technical": "Is there an error, a crash, a slow page or something that does not work?",
    "account": "Is it about a password, signing in, an owner, users, roles or permissions?",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds an export and nothing else, without the environment of this machine."""
    monkeypatch.chdir(tmp_path)
    tickets = load_dataset(TICKETS).dataset.tickets[:160]
    lines = ["Number,Message,Queue"]
    lines += [f'{t.id},"{t.text.replace(chr(34), chr(39))}",{t.label}' for t in tickets]
    Path("export.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def said(*arguments: str, code: int = 0) -> str:
    """What the command printed, both streams; it must end with `code` and print no traceback."""
    done = ticketbench(*arguments)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def pasted(output: str, command: str) -> list[str]:
    """The arguments of the printed command that begins so, as a shell would take them."""
    joined = re.sub(r" \\\n\s*", " ", output)
    found = re.search(rf"ticketbench {command}[^\n]*?(?=   |$)", joined, re.MULTILINE)
    assert found is not None, output
    return shlex.split(found[0])[1:]


def test_from_an_export_to_a_gate_every_step_leads_to_the_next(folder: Path) -> None:
    made = said("init", "--from", "export.csv")
    first = said(*pasted(made, "run"))
    assert "local://lexical" in Path("configs/export.yaml").read_text(encoding="utf-8")
    assert "wrong" in said(*pasted(first, "errors"))
    assert said("threshold", "v1").splitlines()[0].startswith(("Set threshold", "Keep people"))

    version = ["extends: v1.yaml", "labels:"]
    version += [f'  - {{name: {k}, rubric: "{v}"}}' for k, v in QUESTIONS.items()]
    Path("configs/rubrics/v2.yaml").write_text("\n".join(version) + "\n", encoding="utf-8")
    config = Path("configs/export.yaml")
    text = config.read_text(encoding="utf-8")
    assert "  # v2: rubrics/v2.yaml" in text
    config.write_text(text.replace("  # v2: rubrics", "  v2: rubrics"), encoding="utf-8")

    second = said("run", "configs/export.yaml")
    assert "v2 is better" in second
    assert "broken by v2" in said(*pasted(second, "errors"))
    assert "v2 at 0." in said("threshold", "v2")
    assert "v2 is better than v1." in said("compare", "v1", "v2", "--config", "configs/export.yaml")

    missing = said("gate", "configs/export.yaml", code=2)
    said(*pasted(missing, "baseline bless"))
    assert "passed" in said("gate", "configs/export.yaml").splitlines()[0]
