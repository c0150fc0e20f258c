"""Our own ticket files as rows, and what a test asks of every one of them."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import combinations
from pathlib import Path

DATASETS = Path(__file__).resolve().parents[1] / "datasets"
CHANNELS = {"email", "chat", "web", "phone"}
OUR_DOMAINS = re.compile(r"(?:[\w-]+\.)*example\.(?:com|org|net)")
ADDRESSES = {
    "e-mail": r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)",
    "URL": r"https?://([\w.-]*\w)",
    "www": r"\bwww\.([\w.-]*\w)",
    "bare": r"\b((?:[\w-]+\.)+(?:com|org|net|edu|io|de|eu|uk|fr|co|info|biz|dev|app))\b",
}
"""Where a text names a domain, by the form it names it in."""

Row = dict[str, str]


@lru_cache
def rows(file: str) -> tuple[Row, ...]:
    """Every ticket of a file under `datasets/`, by column."""
    with (DATASETS / file).open(newline="", encoding="utf-8") as opened:
        return tuple(csv.DictReader(opened))


def columns(file: str) -> list[str]:
    """The first line of a file."""
    with (DATASETS / file).open(newline="", encoding="utf-8") as opened:
        return next(csv.reader(opened))


def texts(file: str) -> list[str]:
    """What the tickets say, in the order of the file."""
    return [row["text"] for row in rows(file)]


def every_row_is_whole(file: str) -> bool:
    """No row has a column too few or too many."""
    return all(None not in row and None not in row.values() for row in rows(file))


def times(file: str) -> list[datetime]:
    """When the tickets came, in the order of the file; raises where one is not in UTC."""
    found = [datetime.fromisoformat(row["created_at"]) for row in rows(file)]
    assert {time.utcoffset() for time in found} == {timedelta(0)}
    return found


def strange_domains(file: str, form: str) -> list[str]:
    """Domains named in that form of `ADDRESSES` that are not reserved for examples."""
    named = [domain.lower() for text in texts(file) for domain in re.findall(form, text)]
    return [domain for domain in named if not OUR_DOMAINS.fullmatch(domain)]


def shingles(text: str) -> set[tuple[str, ...]]:
    """Every five words in a row; a text under five words is one shingle."""
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i : i + 5]) for i in range(max(1, len(words) - 4))}


@lru_cache
def pairs_that_share(file: str, *, over: float) -> list[tuple[Row, Row]]:
    """Pairs with more than this share of the shingles of the one that has fewer."""
    seen = [(row, shingles(row["text"])) for row in rows(file)]
    holders = defaultdict(list)
    for at, (_, mine) in enumerate(seen):
        for shingle in mine:
            holders[shingle].append(at)
    shared = Counter(pair for held in holders.values() for pair in combinations(held, 2))
    return [
        (seen[a][0], seen[b][0])
        for (a, b), n in sorted(shared.items())
        if n > over * min(len(seen[a][1]), len(seen[b][1]))
    ]


def ids_of_strangers(pairs: list[tuple[Row, Row]]) -> list[tuple[str, str]]:
    """The pairs whose tickets came from different customers."""
    return [(a["id"], b["id"]) for a, b in pairs if a["customer"] != b["customer"]]
