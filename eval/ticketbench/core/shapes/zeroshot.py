"""Hugging Face zero-shot: candidates in, a list of candidate and score out, in two forms."""

from __future__ import annotations

from collections.abc import Sequence

from ticketbench.core.classify import ContractViolation, answer_json
from ticketbench.core.errors import InputError
from ticketbench.core.quotes import listed
from ticketbench.core.shapes.contract import Asked, Option, Shape
from ticketbench.core.shapes.json_text import Told, body, classified

TYPE_CHECKING = False  # of our own: `typing` takes longer to load than the rest of this file
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, ClassVar

RUBRIC, NAME = "rubric", "name"
TEMPLATES = {RUBRIC: "{}", NAME: "This text is about {}."}
LONGEST_WAIT_S = 60.0


class ZeroShot(Shape):
    """Rubrics, or the names of labels, as candidates of an entailment model."""

    scheme = "zeroshot"
    options: ClassVar[Mapping[str, Option]] = {
        "text": Option(RUBRIC, "rubric|name", "rubric or name")
    }

    @property
    def model(self) -> str | None:
        """The name in the path; an endpoint of one's own has none there."""
        return self.path.partition("/models/")[2].strip("/") or None

    def refuse_labels(self, labels: Sequence[tuple[str, str]]) -> None:
        """Raise InputError for candidates that cannot be told apart."""
        super().refuse_labels(labels)
        candidates = self._candidates(labels)
        twice = sorted({one for one in candidates if candidates.count(one) > 1})
        if twice:
            what = "zeroshot tells candidates apart by their text, and this stands twice: "
            raise InputError(f"{what}{listed(twice)}", help="text=name asks with the labels")

    def questions(self, asked: Asked) -> list[bytes]:
        """One body for all candidates."""
        parameters = {
            "candidate_labels": self._candidates(asked.labels),
            "hypothesis_template": TEMPLATES[self.given["text"]],
            "multi_label": False,
        }
        return [body({"inputs": asked.text, "parameters": parameters})]

    def translated(self, contents: Sequence[bytes], asked: Asked) -> bytes:
        """The scores by label; the first of the highest is the top label."""
        by_candidate = _by_candidate(answer_json(contents[0]))
        strange = by_candidate.keys() - set(self._candidates(asked.labels))
        if strange:
            raise ContractViolation(f"scores of {len(strange)} texts that were not asked about")
        pairs = zip(asked.names, self._candidates(asked.labels), strict=True)
        scores = {name: by_candidate[one] for name, one in pairs if one in by_candidate}
        if not scores:
            raise ContractViolation("the answer has no scores")
        top = max(scores, key=lambda name: scores[name] if _is_number(scores[name]) else -1)
        return classified(scores, top, Told(self.model))

    def asked_wait_s(self, content: bytes) -> float:
        """How long the model takes to load, as the service guesses; a minute at most."""
        try:
            found = answer_json(content)
        except ContractViolation:
            return 0.0
        seconds = found.get("estimated_time") if isinstance(found, dict) else None
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            return 0.0
        return min(max(0.0, seconds), LONGEST_WAIT_S)

    def _candidates(self, labels: Sequence[tuple[str, str]]) -> list[str]:
        return [rubric if self.given["text"] == RUBRIC else name for name, rubric in labels]


def _by_candidate(found: Any) -> dict[str, Any]:
    """Scores by candidate, from a list of pairs or from two lists side by side."""
    if isinstance(found, dict):
        names, scores = found.get("labels"), found.get("scores")
        if not isinstance(names, list) or not isinstance(scores, list):
            raise ContractViolation("the answer has no lists 'labels' and 'scores'", passing=True)
        pairs = list(zip(names, scores, strict=False)) if len(names) == len(scores) else []
    elif isinstance(found, list) and all(isinstance(one, dict) for one in found):
        pairs = [(one.get("label"), one.get("score")) for one in found]
    else:
        raise ContractViolation("the answer is no list of label and score")
    if not all(isinstance(name, str) for name, _ in pairs):
        raise ContractViolation("a label of the answer is no text")
    if len({name for name, _ in pairs}) < len(pairs):
        raise ContractViolation("a label stands twice in the answer")
    return dict(pairs)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
