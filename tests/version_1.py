"""A recording as version 1 wrote it: no first line, and digests that cover the answers alone; and
what a digest of version 2 covers, computed apart from the package.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any


def as_version_1(line: str) -> str:
    """The same line as version 1 wrote it."""
    value = json.loads(line)
    return _json(value | {"sha256": hashlib.sha256(_json(value["answer"]).encode()).hexdigest()})


def digest_of_line(value: dict[str, Any]) -> str:
    """The digest that a line of version 2 with these fields must have."""
    covered = {name: field for name, field in value.items() if name != "sha256"}
    return hashlib.sha256(_json(covered).encode()).hexdigest()


def rewrite_as_version_1(path: Path) -> None:
    """Make the recording in `path` one of version 1."""
    _, *lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("".join(f"{as_version_1(line)}\n" for line in lines), encoding="utf-8")


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
