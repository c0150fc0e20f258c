"""What a request is refused with, and the three ways to say it."""

from __future__ import annotations

from typing import Any

UNAUTHORISED, NOT_FOUND, WRONG_METHOD, MALFORMED = 401, 404, 405, 422
NOT_YET, TOO_LARGE, OVERLOADED = 409, 413, 503
_KINDS = {
    UNAUTHORISED: "authentication_error",
    NOT_FOUND: "not_found",
    WRONG_METHOD: "method_not_allowed",
}

Told = tuple[int, dict[str, Any]]
"""Status and JSON of an answer that refuses."""


class Problem(Exception):
    """A request that gets no scores: status, what is wrong, and where in the body."""

    def __init__(self, status: int, message: str, *where: str | int) -> None:
        super().__init__(message)
        self.status, self.where = status, where


class Malformed(Problem):
    """A request body that breaks the contract."""

    def __init__(self, message: str, *where: str | int) -> None:
        super().__init__(MALFORMED, message, *where)


def plain(problem: Problem) -> Told:
    """As /classify says it: the sentence alone."""
    return problem.status, {"detail": str(problem)}


def detailed(problem: Problem) -> Told:
    """As System One says it: a list of places for a malformed body, else kind and message."""
    if problem.status == MALFORMED:
        place = ["body", *problem.where]
        return problem.status, {
            "detail": [{"loc": place, "msg": str(problem), "type": "value_error"}]
        }
    return problem.status, {
        "detail": {"error_type": _KINDS[problem.status], "message": str(problem)}
    }


def as_error(problem: Problem) -> Told:
    """As OpenAI says it: an object `error`, and 400 for a malformed body."""
    status = 400 if problem.status == MALFORMED else problem.status
    code = {NOT_FOUND: "model_not_found", UNAUTHORISED: "invalid_api_key"}.get(status)
    param = ".".join(map(str, problem.where)) or None
    told = {"message": str(problem), "type": "invalid_request_error", "param": param, "code": code}
    return status, {"error": told}
