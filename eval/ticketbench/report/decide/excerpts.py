"""A ticket's text in one or two lines, and as much of it as a page keeps."""

from __future__ import annotations

LINE = 130
"""Characters of a text in a list, two lines at most."""
KEPT = 200
"""Characters of a text that a page keeps of a ticket nobody needs to read whole."""
CUT = "(cut)"


def short_name(name: str, most: int) -> str:
    """A name where there is place for so many characters; the end of a longer one is the mark "…".

    Of `v2@endpoint` the middle is: sets of one rubric set differ at their end.
    """
    if len(name) <= most:
        return name
    tail = most // 2 if "@" in name else 0
    return f"{name[: most - 1 - tail].rstrip()}…{name[len(name) - tail :]}"


def flat(text: str) -> str:
    """The text on one line, its first line set apart, without the word Subject."""
    head, _, rest = text.strip().partition("\n")
    head = head.removeprefix("Subject: ")
    return " ".join((f"{head} · {rest}" if rest.strip() else head).split())


def excerpt(text: str, most: int = LINE) -> str:
    """The text on one line, cut behind a word with the mark "…" where it is longer."""
    line = flat(text)
    if len(line) <= most:
        return line
    kept = line[: most - 1]
    return f"{kept.rpartition(' ')[0] or kept} …"


def kept(text: str, most: int = KEPT) -> str:
    """The beginning of the text with its line ends, cut behind a word with the mark "(cut)"."""
    if len(text) <= most:
        return text
    start = text[:most]
    words = start.rstrip() if text[most].isspace() else start.rsplit(None, 1)[0]
    return f"{words or start} {CUT}"
