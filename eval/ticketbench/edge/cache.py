"""The answer cache: a requests-cache SQLite file, opened with settings that are read back.

The file is disposable: it can be rebuilt from a recording or by asking again. See
docs/answers.md for why each setting is what it is.
"""

from __future__ import annotations

import os
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
from ticketbench.edge.contract import answer_key
from ticketbench.edge.endpoints import Endpoint, Reply
from ticketbench.edge.guard import GuardAdapter, plain_response
from ticketbench.edge.secret import HEADER

_SQLITE_MAGIC = b"SQLite format 3\0"
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
        self.path = path
        self._guard = GuardAdapter(endpoint)
        self._session: CachedSession | None = None
        self._lock = threading.Lock()
        _refuse_foreign(path)

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
                    response = cache.get_response(key)
                except sqlite3.Error:
                    raise
                except Exception:  # noqa: BLE001 - a damaged row raises anything at all
                    damaged.add(key)
                    continue
                if response is not None:
                    answers[key] = _stored(response)
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
        with self._errors():
            session = self._open()
            response = session.send(request, force_refresh=refresh, allow_redirects=False)
            if response.status_code == 200 and not session.cache.contains(request_key(request)):
                raise MachineError(
                    f"an answer could not be stored in {self.path}",
                    help="is the disk full? Finished answers are kept: run again to go on",
                )
        return response

    def save(self, key: str, stored: Stored) -> None:
        """Store an answer that was recorded elsewhere."""
        with self._errors():
            session = self._open()
            request = requests.Request("POST", stored.url).prepare()
            response = plain_response(request, Reply(200, stored.content))
            row = CachedResponse.from_response(response, created_at=stored.recorded_at)
            session.cache.responses[key] = row

    def _open(self) -> CachedSession:
        with self._lock:
            return self._session or self._opened()

    def _opened(self) -> CachedSession:
        _create_private(self.path)
        session = CachedSession(
            str(self.path),
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
            reason = str(error)
            help_ = (
                "another process holds it: wait for it to end"
                if "locked" in reason
                else "move the file away and run again, or import a recording"
            )
            raise MachineError(f"cannot use the cache {self.path}: {reason}", help=help_) from None
        except OSError as error:
            if isinstance(error, requests.RequestException):
                raise
            reason = error.strerror or type(error).__name__
            raise MachineError(f"cannot use the cache {self.path}: {reason}") from None


def _stored(response: CachedResponse) -> Stored:
    return Stored(response.content or b"", str(response.url), response.created_at)


def _create_private(path: Path) -> None:
    """Make the file readable for its owner only: requests hold ticket texts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _refuse_foreign(path: Path) -> None:
    if not path.is_file() or path.stat().st_size == 0:
        return
    with path.open("rb") as file:
        magic = file.read(len(_SQLITE_MAGIC))
    if magic != _SQLITE_MAGIC:
        raise MachineError(
            f"{path} is not an answer cache",
            help="name another file under `cache:`, or move this one away",
        )


def _read_back(session: CachedSession) -> None:
    """requests-cache ignores misspelt settings without a word, so what it holds is compared."""
    for name, wanted in _SETTINGS.items():
        found = getattr(session.settings, name)
        if found != wanted:
            raise RuntimeError(f"requests-cache did not take the setting {name}: {found!r}")
    if session.settings.key_fn is not request_key or session.settings.filter_fn is not None:
        raise RuntimeError("requests-cache did not take our key function")
    serializer = session.cache.responses.serializer
    if getattr(serializer, "name", None) != "json":
        raise RuntimeError(f"requests-cache did not take the JSON serializer: {serializer!r}")
