"""One run at a time for a report folder, and order after one that was killed.

While a run goes on, two names stand beside its folder: `.NAME.lock`, which the kernel frees however
the run ends, and `.NAME.running/manifest.json`, which says who it is and since when.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ticketbench.core.errors import MachineError, TicketbenchError
from ticketbench.edge.files.atomic import write_file
from ticketbench.edge.files.links import refuse_linked
from ticketbench.edge.results.store import (
    MANIFEST,
    manifest_bytes,
    read_manifest,
    report_files,
)


@contextmanager
def reserved(out: Path, manifest: Mapping[str, Any]) -> Iterator[None]:
    """Keep `out` for this run; `manifest`, with status "running" and our pid, is written first.

    Raises MachineError when another run has it, InputError when no report may be written there.
    A report that a killed run left half replaced is put back first.
    """
    from filelock import FileLock, Timeout

    report_files(out)
    lock_file, running = _beside(out, "lock"), _beside(out, "running")
    for name in (lock_file, running):
        refuse_linked(name, help="remove it, or choose another --out")
    lock = FileLock(str(lock_file), timeout=0)
    alone = not out.parent.exists()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise _in_use(out, running / MANIFEST) from None
    except OSError as error:
        what = f"cannot write beside {out}: {error.strerror}"
        raise MachineError(what, help="choose another --out") from None
    try:
        _put_in_order(out)
        shutil.rmtree(running, ignore_errors=True)
        value = {"status": "running", "pid": os.getpid(), **manifest}
        write_file(running / MANIFEST, manifest_bytes(value))
        yield
    finally:
        shutil.rmtree(running, ignore_errors=True)
        lock_file.unlink(missing_ok=True)  # while it is held: a later run makes a new one
        lock.release()
        if alone:
            with suppress(OSError):  # no report was written, so not even its folder stays
                out.parent.rmdir()


def _beside(out: Path, what: str) -> Path:
    return out.with_name(f".{out.name}.{what}")


def _in_use(out: Path, manifest: Path) -> MachineError:
    try:
        value = read_manifest(manifest)
        who = f" (pid {value['pid']}, since {value['started']})"
    except (TicketbenchError, ValueError, KeyError, TypeError):
        who = ""
    return MachineError(
        f"{out} is in use by another run{who}", help="wait for it to end, or choose another --out"
    )


def _put_in_order(out: Path) -> None:
    """Remove what a killed run left beside `out`; bring back a report it had moved away."""
    leftover = re.compile(rf"\.{re.escape(out.name)}\.[0-9a-f]{{8}}\.(new|old)")
    found = [path for path in out.parent.iterdir() if leftover.fullmatch(path.name)]
    for path in (one for one in found if not one.is_symlink()):
        if path.suffix == ".old" and not out.exists():
            path.rename(out)
        else:
            shutil.rmtree(path, ignore_errors=True)
