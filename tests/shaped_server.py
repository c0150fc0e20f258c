"""A server on 127.0.0.1 that speaks every shape over the lexical engine, or says what it is told.

`script` queues answers of a test's own, one a request: a status, a body, headers.
"""

from __future__ import annotations

import json
import math
import sys
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from ticketbench.edge.engines import engines

URLS = {
    "systemone": "systemone+{base}/v1/systemone?model=lexical-1",
    "decisions": "decisions+{base}/v1/decisions?model=lexical-1",
    "scaledown": "scaledown+{base}/v1/scaledown",
    "chat": "chat+{base}/v1/chat/completions?model=lexical-1",
    "zeroshot": "zeroshot+{base}/models/org/lexical",
}
EVERY = {"classify": "{base}/classify", **URLS}
"""The shapes, and /classify itself."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a test wants to be answered; None is not said."""

    body: object
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it came; header names in lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that is gone is no error; one of the server itself is told as always."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class ShapedServer:
    """The server; `names` are labels by rubric, for the shape that sends rubrics alone."""

    def __init__(self, names: Mapping[str, str] | None = None, model: str = "lexical-1") -> None:
        self.names, self.model = dict(names or {}), model
        self.seen: list[Seen] = []
        self._told: deque[Told] = deque()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None: ...

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                owner.seen.append(Seen(self.path, headers, body))
                told = owner._told.popleft() if owner._told else Told(owner.answer(self.path, body))
                raw = told.body if isinstance(told.body, bytes) else json.dumps(told.body).encode()
                self.send_response(told.status)
                for name, value in {"content-type": "application/json", **told.headers}.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

        self._http = _Quiet(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.base = f"http://127.0.0.1:{self._http.server_port}"

    def url(self, shape: str, more: str = "") -> str:
        """The URL of this server for a shape."""
        return EVERY[shape].format(base=self.base) + more

    def script(self, *told: Told) -> None:
        """Answer the next requests so."""
        self._told.extend(told)

    def answer(self, path: str, body: bytes) -> object:
        """What the lexical engine says, in the shape of the request."""
        asked = json.loads(body)
        if "labels" in asked:
            return self._classify(asked)
        if "questions" in asked and isinstance(asked["questions"], dict):
            return self._systemone(asked)
        if "questions" in asked:
            return self._decisions(asked)
        return self._chat(asked) if "messages" in asked else self._zeroshot(asked)

    def _classify(self, asked: Any) -> object:
        pairs = [(one["name"], one["rubric"]) for one in asked["labels"]]
        scores = self._scores(asked["text"], pairs)
        return {"top_label": max(scores, key=scores.__getitem__), "scores": scores}

    def _scores(self, text: str, labels: list[tuple[str, str]]) -> dict[str, float]:
        return engines().get("lexical").classify(text, labels)

    def _yes(self, text: str, rubric: str) -> float:
        return self._scores(text, [("yes", rubric), ("no", "Is it about anything else?")])["yes"]

    def _systemone(self, asked: Any) -> object:
        state = asked["state"]
        text, answers = state if isinstance(state, str) else state["text"], {}
        for name, question in asked["questions"].items():
            if question["type"] == "noul":
                answers[name] = {"type": "noul", "noul": self._yes(text, question["instructions"])}
                continue
            p = self._scores(text, list(question["criteria"].items()))
            answers[name] = {"type": "choice", "choice": max(p, key=p.__getitem__),
                             "probabilities": p, "confidence": 7}  # fmt: skip
        usage = {"input_tokens": 61, "output_tokens": 4}
        return {"model": self.model, "answers": answers, "usage": usage}

    def _decisions(self, asked: Any) -> object:
        answers: list[object] = []
        for question in asked["questions"]:
            name = question["name"]
            if question["type"] == "predicate":
                p = self._yes(asked["input"], question["instructions"])
                answers.append({"type": "predicate", "name": name, "probability": p})
                continue
            pairs = [(one["value"], one["description"]) for one in question["choices"]]
            scores = self._scores(asked["input"], pairs)
            listed = [{"value": value, "probability": p} for value, p in scores.items()]
            top = max(scores, key=scores.__getitem__)
            answer = {"type": "choice", "name": name, "choice": top, "confidence": 0}
            answers.append({**answer, "probabilities": listed})
        return {"answers": answers, "model": self.model, "usage": {"input_tokens": 3.0}}

    def _chat(self, asked: Any) -> object:
        lines = asked["messages"][0]["content"].split("\n")
        options = [line for line in lines[1:] if line[1:3] == ") "]
        fence = lines[len(options) + 3]
        text = "\n".join(lines[len(options) + 4 :]).split(f"\n{fence}\n")[0]
        pairs = [(name, rubric) for name, _, rubric in (one[3:].partition(": ") for one in options)]
        scores = self._scores(text, pairs)
        top = [
            {"token": option[0], "logprob": math.log(scores[name]), "bytes": None}
            for option, (name, _) in zip(options, pairs, strict=True)
        ]
        first = {"token": top[0]["token"], "logprob": -1, "top_logprobs": top}
        choices = [{"index": 0, "logprobs": {"content": [first]}, "message": {"content": "A"}}]
        return {"choices": choices, "model": self.model, "system_fingerprint": "fp_1"}

    def _zeroshot(self, asked: Any) -> object:
        rubrics = asked["parameters"]["candidate_labels"]
        names = {one: self.names.get(one, one) for one in rubrics}
        scores = self._scores(asked["inputs"], [(names[one], one) for one in rubrics])
        found = [{"label": one, "score": scores[names[one]]} for one in rubrics]
        return sorted(found, key=lambda one: -one["score"])

    def __enter__(self) -> ShapedServer:
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
