"""Answers questions over HTTP as a made job has them stored, so that peers can fill their caches.

python benchmarks/peers/server.py FOLDER

Prints its port, then serves until it is ended. A question that the job does not know gets a 404.
"""

from __future__ import annotations

import csv
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from made_job import WORDINGS, answer, gold, rubric_set, scores


def answers(folder: Path) -> dict[tuple[str, str], bytes]:
    """The answer to each text and first rubric; equal texts have that of the first one."""
    with (folder / "tickets.csv").open(encoding="utf-8", newline="") as lines:
        texts = [row["text"] for row in csv.DictReader(lines)]
    found: dict[tuple[str, str], bytes] = {}
    for name in WORDINGS:
        rubrics = rubric_set(name)
        for text, row in zip(texts, scores(gold(len(texts)), name).tolist(), strict=True):
            found.setdefault((text, rubrics.rubrics[0].text), answer(row, rubrics))
    return found


class Known(BaseHTTPRequestHandler):
    """POSTs are answered from a table."""

    protocol_version = "HTTP/1.1"
    table: dict[tuple[str, str], bytes]

    def do_POST(self) -> None:
        """One answer."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        content = self.table.get((asked["text"], asked["labels"][0]["rubric"]))
        self.send_response(404 if content is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing is logged."""


def main() -> None:
    """Serve the job in the folder of the first argument."""
    Known.table = answers(Path(sys.argv[1]))
    with ThreadingHTTPServer(("127.0.0.1", 0), Known) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
