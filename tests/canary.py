"""A key that must never be found again, and the search for it.

`places` looks into every byte of a folder: files as they are, what is packed or in base64 in them,
and every value of an SQLite file, where a long one is spread over pages.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import re
import shutil
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, quote_plus

KEY = "sk-canary-7f3a9c1e-0123456789abcdef"
"""Looks like a key, opens nothing."""

_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{24,}")
_DEEPEST = 3


def forms(key: str = KEY) -> tuple[bytes, ...]:
    """The key in clear, URL-encoded, and in base64 wherever in a longer text it begins."""
    raw = key.encode("ascii")
    every_byte = "".join(f"%{byte:02x}" for byte in raw)
    found = [raw, quote(key, safe="").encode(), quote_plus(key).encode(), every_byte.encode()]
    found.append(key.replace("-", "%2d").encode())
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + raw)
        # The characters at both ends also hold bits of what stands beside the key.
        inner = encoded[(0, 2, 3)[before] : len(encoded) // 4 * 4 - 4]
        found += [inner, inner.translate(bytes.maketrans(b"+/", b"-_"))]
    return tuple(dict.fromkeys(found))


def holds(content: bytes, key: str = KEY, *, depth: int = 0) -> bool:
    """Whether the key is in `content` in any form, also packed or in base64 within base64."""
    lowered = content.lower()
    if any(form in content or form.lower() in lowered for form in forms(key)):
        return True
    return depth < _DEEPEST and any(
        holds(inner, key, depth=depth + 1) for inner in _unwrapped(content)
    )


def places(folder: Path, key: str = KEY) -> list[str]:
    """Where below `folder` the key is: file names, and tables of SQLite files."""
    found = [f"the name {path}" for path in folder.rglob("*") if holds(path.name.encode(), key)]
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        content = path.read_bytes()
        if holds(content, key):
            found.append(str(path))
        if content.startswith(b"SQLite format 3\0"):
            found += [f"{path}, {where}" for where, value in _values(path) if holds(value, key)]
    return found


def _unwrapped(content: bytes) -> Iterator[bytes]:
    if content.startswith(b"\x1f\x8b"):
        # What is cut or damaged cannot be unpacked; its bytes themselves were searched.
        with contextlib.suppress(OSError, EOFError, zlib.error):
            yield gzip.decompress(content)
    for run in _BASE64.findall(content):
        usable = run[: len(run) // 4 * 4].translate(bytes.maketrans(b"-_", b"+/"))
        yield base64.b64decode(usable)


def _values(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every value of every table, read from a copy with its write-ahead log."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.sqlite"
        for suffix in ("", "-wal"):
            beside = path.with_name(path.name + suffix)
            if beside.exists():
                shutil.copyfile(beside, f"{copy}{suffix}")
        try:
            with closing(sqlite3.connect(copy)) as connection:
                connection.text_factory = bytes
                names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
                for (name,) in names.fetchall():
                    table = name.decode()
                    quoted = table.replace('"', '""')
                    for row in connection.execute(f'SELECT * FROM "{quoted}"'):
                        for value in row:
                            yield f"table {table}", value if isinstance(value, bytes) else b""
        except sqlite3.DatabaseError:
            return  # damaged on purpose: the bytes themselves were searched
