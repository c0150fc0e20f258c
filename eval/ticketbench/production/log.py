"""The log of a router: what it writes into, and that a log which fails stops no decision."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress

from ticketbench.core.errors import InputError
from ticketbench.production.decision import line_of
from ticketbench.production.log_writer import LogWriter

TYPE_CHECKING = False  # of our own: `typing` takes longer to load than the rest of this file
if TYPE_CHECKING:
    from typing import Any, Protocol

    from ticketbench.production.decision import Decision
    from ticketbench.production.policy_file import PolicyFile

    class Sink(Protocol):
        """Anything that takes a line of the log."""

        def write(self, line: dict[str, Any], /) -> object:
            """Keep one line."""


KEY_VARIABLE = "TICKETBENCH_LOG_KEY"
"""Holds the key of `text_hmac`. Without one no line says anything of a text: whoever has a bare
hash of a short ticket can guess the ticket."""
_SHORTEST_KEY = 16
_NO_PROMISE = "no promise"


class Log:
    """Writes decisions into a file, into an object with `write(dict)`, or nowhere; for several
    threads. Raises InputError for a file that cannot be written, and for a short key of texts.
    """

    def __init__(
        self,
        target: str | os.PathLike[str] | Sink | None,
        policy: PolicyFile,
        environment: Mapping[str, str],
    ) -> None:
        self._sink: Sink | None
        if isinstance(target, str | os.PathLike):
            self._sink = LogWriter(target)
        else:
            self._sink = target
        if self._sink is not None and not callable(getattr(self._sink, "write", None)):
            what = "the log is neither a path nor an object with write(dict)"
            raise InputError(what, help='give log="decisions.jsonl"')
        self._policy, self._key = policy, _text_key(environment)
        self._lock = threading.Lock()
        self._is_first = True
        self.failures = 0

    def write(self, decision: Decision, text: object) -> bool:
        """Whether the decision about a text is in the log, or there is no log."""
        if self._sink is None:
            return True
        try:
            self._sink.write(line_of(decision, self._policy, **self._more(text)))
        except Exception as error:  # noqa: BLE001 - whatever a log does, the ticket goes on
            self._count(error)
            return False
        return True

    def _more(self, text: object) -> dict[str, str]:
        """What a line may say beside the decision: a keyed hash, and once that nothing is
        promised.
        """
        more = {}
        if self._key is not None and isinstance(text, str):
            import hmac

            content = text.encode("utf-8", "surrogatepass")
            more["text_hmac"] = hmac.new(self._key, content, "sha256").hexdigest()
        with self._lock:
            if self._is_first and self._policy.holding_promise is None:
                more["note"] = _NO_PROMISE
            self._is_first = False
        return more

    def _count(self, error: Exception) -> None:
        with self._lock:
            self.failures += 1
            if self.failures > 1:
                return
        # The words of the system alone: another error may quote the line.
        why = getattr(error, "strerror", None) or type(error).__name__
        said = f"ticketbench: the decision log failed ({why}); decisions go on without it\n"
        # Where the disk is full, stderr may stand on it, too.
        with suppress(AttributeError, OSError, ValueError):  # there is none, it fails, it is closed
            sys.stderr.write(said)


def _text_key(environment: Mapping[str, str]) -> bytes | None:
    key = environment.get(KEY_VARIABLE, "").strip()
    if key and len(key) < _SHORTEST_KEY:
        what = f"the key in {KEY_VARIABLE} has fewer than {_SHORTEST_KEY} characters"
        raise InputError(what, help="take a random one; without it no line has text_hmac")
    return key.encode("utf-8", "surrogateescape") or None
