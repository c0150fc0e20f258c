"""What a runner of CI takes for a command in a line of output, and how a text loses it."""

from __future__ import annotations

import re
from typing import NewType

RUNNERS = ("GITHUB_ACTIONS", "TF_BUILD", "GITLAB_CI")
"""Variables that the runners of GitHub, Azure and GitLab set."""

Command = NewType("Command", str)
"""A line that a runner is meant to obey; `report/gates/github.py` alone makes them."""

LINE_END = re.compile(r"[\r\n]")

# GitHub reads `::name` at the start of a line, after blanks, and `##[name` anywhere; Azure reads
# `##vso[` anywhere, GitLab `section_start:`. Each match ends where the command is broken.
_COMMAND = re.compile(
    r"(?:(?:\A|[\r\n])[^\S\r\n]*:(?=:)|##\w*(?=\[)|section_(?:start|end)(?=:))",
    re.IGNORECASE,
)
_COMMAND_IN_JSON = re.compile(r"(##\w*(?=\[)|section_(?:start|end)(?=:))(.)", re.IGNORECASE)


def broken(text: str) -> str:
    """`text` in which no runner finds a command: an invisible word joiner stands within each.

    Broken again it stays as it is. What is broken in a beginning stays broken in the whole.
    """
    return _COMMAND.sub(lambda found: f"{found[0]}\u2060", text)


def broken_json(text: str) -> str:
    """JSON that says the same as `text`, without a command: its `[` and `:` are JSON escapes."""
    return _COMMAND_IN_JSON.sub(lambda found: f"{found[1]}\\u{ord(found[2]):04x}", text)
