"""A changed rubric in one line: what went and what came, marked in the text."""

from __future__ import annotations

from collections.abc import Callable

from ticketbench.measure.rubrics.changes import RubricChange
from ticketbench.report.words import numbers


def marked(
    change: RubricChange,
    *,
    removed: Callable[[str], str] = lambda text: f"[-{text}-]",
    added: Callable[[str], str] = lambda text: f"{{+{text}+}}",
    plain: Callable[[str], str] = str,
) -> str:
    """The new text with the words that changed; blanks stay outside of the marks."""
    mark = {"same": plain, "removed": removed, "added": added}
    return "".join(_within(words.text, mark[words.kind]) for words in change.words)


def change_title(change: RubricChange, *, answered: bool = True) -> str:
    """Such as "billing: 3 fixed, 12 broken, 5 drawn from other labels"; without answers the label
    alone.
    """
    what = "" if change.before and change.after else (" (new)" if change.after else " (removed)")
    if not answered:
        return f"{change.label}{what}"
    counts = [
        f"{change.fixed:,} fixed",
        f"{change.broken:,} broken",
        *([f"{change.drawn:,} drawn from other labels"] if change.drawn else []),
        *([f"{change.left:,} left to other labels"] if change.left else []),
    ]
    return f"{change.label}{what}: {', '.join(counts)}"


def still_wrong_text(n: int, same: int) -> str:
    """How many tickets are wrong in both, and how many of them with the same label."""
    return f"{numbers.count(n, 'ticket')} still wrong, {same:,} with the same label"


def _within(text: str, mark: Callable[[str], str]) -> str:
    core = text.strip()
    if not core:
        return text
    at = text.index(core)
    return text[:at] + mark(core) + text[at + len(core) :]
