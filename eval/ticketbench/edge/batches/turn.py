"""Whose turn it is to upload: of the runs on one cache, one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ticketbench.edge.answers import cache_file
from ticketbench.edge.files.gitignore import make_folder

_ANOTHER = "another run on this cache is uploading: waiting until it has"


@contextmanager
def own_turn(cache: Path, tell: Callable[[str], None]) -> Iterator[None]:
    """Held from looking for what is missing until it is uploaded, so that two runs on one cache
    never upload one question twice; waits while another run holds it, and says so.

    However a run ends, the system frees it: a batch that is noted without its id, within one's own
    turn, is of a run that is over. The empty file `.NAME.uploading` stays: who waits for one that
    was removed would not see the next. Raises MachineError where nothing can be made beside the
    cache.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(str(cache.with_name(f".{cache.name}.uploading")))
    with cache_file.usable(cache):
        make_folder(cache.parent)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            tell(_ANOTHER)
            lock.acquire()
    try:
        yield
    finally:
        lock.release()
