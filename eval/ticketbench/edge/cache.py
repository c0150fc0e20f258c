"""The answer cache: a requests-cache SQLite file, opened with settings that are read back.

The file is disposable: it can be rebuilt from a recording or by asking again. See
docs/answers.md for why each setting is what it is.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import requests
from requests_cache import NEVER_EXPIRE, CachedSession
from requests_cache.models.response import CachedResponse

from ticketbench.core.errors import MachineError
from ticketbench.edge.cache_file import prepare, refuse_unusable, unusable
from ticketbench.edge.contract import answer_key
from ticketbench.edge.endpoints import Endpoint, Reply
from ticketbench.edge.guard import GuardAdapter, plain_response
from ticketbench.edge.secret import HEADER

_SETTINGS: dict[str, Any] = {
    "allowable_codes": (200,),
    "allowable_methods": ("POST",),
    "cache_control": False,
    "expire_after": NEVER_EXPIRE,
    # Compared case-sensitively by requests-cache, so both spellings are needed. The key never
    # comes this far; this is the second lock on the door.
    "ignored_parameters": (HEADER, "X-API-Key", "X-Api-Key", "Authorization", "authorization"),
    "match_headers": False,
    "stale_if_error": False,
}


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored answer: the body as it came, from which URL, and when."""

    content: bytes
    url: str
    recorded_at: datetime


def request_key(request: requests.PreparedRequest | Any, **_: Any) -> str:
    """requests-cache's key function: our key over URL and body, nothing else."""
    body = request.body or b""
    return answer_key(request.url or "", body.encode() if isinstance(body, str) else body)


def prepared_request(url: str, body: bytes) -> requests.PreparedRequest:
    """The one request form that is sent and stored; it carries no key."""
    headers = {"Content-Type": "application/json"}
    return requests.Request("POST", url, data=body, headers=headers).prepare()


class AnswerCache:
    """Answers by key, in `path`; a context manager.

    Without an endpoint nothing can be sent. A file that does not exist is empty, and is made by
    the first answer that is saved. Raises MachineError when the file is foreign, damaged, locked
    or not writable.
    """

    def __init__(self, path: Path, endpoint: Endpoint | None = None) -> None:
        # requests-cache appends the suffix on its own; doing it here keeps one name for both.
        self.path = path if path.suffix else path.with_name(f"{path.name}.sqlite")
        self._guard = GuardAdapter(endpoint)
        self._session: CachedSession | None = None
        self._lock = threading.Lock()
        refuse_unusable(self.path)

    def __enter__(self) -> AnswerCache:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            self._session.close()  # type: ignore[no-untyped-call]

    def read(self, keys: Iterable[str]) -> tuple[dict[str, Stored], set[str]]:
        """The stored answers among `keys`, and the keys whose row is damaged.

        The only place that reads answers in bulk.
        """
        answers: dict[str, Stored] = {}
        damaged: set[str] = set()
        if not self.path.exists():
            return answers, damaged
        with self._errors():
            cache = self._open().cache
            for key in keys:
                try:
                    answers[key] = _stored(cache.get_response(key))
                except sqlite3.Error:
                    raise
                except Exception:  # noqa: BLE001 - a damaged row raises anything at all
                    # requests-cache answers None for some damaged rows as for absent ones.
                    if self._has_row(key):
                        damaged.add(key)
        return answers, damaged

    def stored_keys(self) -> Iterator[str]:
        """The keys of all stored answers, sorted."""
        if self.path.exists():
            with self._errors():
                yield from sorted(self._open().cache.responses.keys())

    def ask(self, url: str, body: bytes, *, refresh: bool = False) -> requests.Response:
        """Ask the endpoint and store a valid answer; an answer already stored is not asked again.

        Raises what the endpoint raises, ContractViolation, and MachineError when the answer
        could not be stored (a full disk is silent in requests-cache).
        """
        request = prepared_request(url, body)
        key = request_key(request)
        with self._errors():
            session = self._open()
            if key in self.read([key])[1]:
                # requests-cache reads the row before it sends, and would fail on it.
                session.cache.responses.bulk_delete([key])
            response = session.send(request, force_refresh=refresh, allow_redirects=False)
            if response.status_code == 200:
                self._confirm(key, response.content)
        return response

    def save(self, key: str, stored: Stored) -> None:
        """Store an answer that was recorded elsewhere. Raises MachineError as `ask` does."""
        with self._errors():
            session = self._open()
            request = requests.Request("POST", stored.url).prepare()
            response = plain_response(request, Reply(200, stored.content))
            row = CachedResponse.from_response(response, created_at=stored.recorded_at)
            session.cache.responses[key] = row
            self._confirm(key, stored.content)

    def _has_row(self, key: str) -> bool:
        responses: Any = self._open().cache.responses
        with responses.connection() as connection:
            found = connection.execute("SELECT 1 FROM responses WHERE key = ?", (key,)).fetchone()
        return found is not None

    def _confirm(self, key: str, content: bytes) -> None:
        """A full disk is silent in requests-cache: look whether the answer is really there."""
        found = self._open().cache.get_response(key)
        if found is None or found.content != content:
            raise MachineError(
                f"an answer could not be stored in {self.path}",
                help="is the disk full? Finished answers are kept: run again to go on",
            )

    def _open(self) -> CachedSession:
        with self._lock:
            return self._session or self._opened()

    def _opened(self) -> CachedSession:
        prepare(self.path)
        session = CachedSession(
            str(self.path.absolute()),
            backend="sqlite",
            serializer="json",
            wal=True,
            key_fn=request_key,
            **_SETTINGS,
        )
        _read_back(session)
        session.trust_env = False
        session.adapters.clear()
        session.mount("", self._guard)  # every scheme goes through the guard
        self._session = session
        return session

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise unusable(self.path, error) from None
        except OSError as error:
            if isinstance(error, requests.RequestException):
                raise
            reason = error.strerror or type(error).__name__
            raise MachineError(f"cannot use the cache {self.path}: {reason}") from None


def _stored(response: Any) -> Stored:
    """The answer in a row; raises ValueError or TypeError for a row that is not one of ours."""
    if not isinstance(response, CachedResponse) or response.status_code != 200:
        raise ValueError("not a stored answer")
    if not response.content or not isinstance(response.url, str):
        raise ValueError("a stored answer without content or URL")
    return Stored(response.content, response.url, response.created_at)


def _read_back(session: CachedSession) -> None:
    """requests-cache ignores misspelt settings without a word, so what it holds is compared."""
    for name, wanted in _SETTINGS.items():
        found = getattr(session.settings, name, "no such setting")
        if found != wanted:
            raise RuntimeError(f"requests-cache did not take the setting {name}: {found!r}")
    if session.settings.key_fn is not request_key or session.settings.filter_fn is not None:
        raise RuntimeError("requests-cache did not take our key function")
    serializer = session.cache.responses.serializer
    if getattr(serializer, "name", None) != "json":
        raise RuntimeError(f"requests-cache did not take the JSON serializer: {serializer!r}")
