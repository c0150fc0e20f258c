"""When a batch pays, and questions as uploads within the limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from ticketbench.core.shapes.batch import MOST_BYTES, MOST_LINES, question_line

Setting = Literal["auto", "always", "never"]

PAYS_FROM = 1_000
"""Missing questions from which `auto` uploads them: fewer are answered in about a minute at the
usual 20 a second, which no batch promises."""
_ID_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Wanted:
    """Questions without an answer at one URL: their keys in order, and the request of each, made
    when it is needed, since all of them would fill memory.
    """

    url: str
    keys: tuple[str, ...]
    body: Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Upload:
    """One batch to be: the lines, and the ids of the questions in them."""

    custom_ids: tuple[str, ...]
    content: bytes


@dataclass(frozen=True, slots=True)
class Size:
    """How large uploads are together."""

    batches: int = 0
    questions: int = 0
    bytes: int = 0

    def __add__(self, other: Size) -> Size:
        return Size(
            self.batches + other.batches,
            self.questions + other.questions,
            self.bytes + other.bytes,
        )


def pays(setting: Setting, n_questions: int) -> bool:
    """Whether so many missing questions go into a batch; none never do."""
    fewest = {"always": 1, "auto": PAYS_FROM, "never": n_questions + 1}[setting]
    return n_questions >= fewest


def custom_id(key: str) -> str:
    """What the answer of a key is called within a batch: 128 of its 256 bits."""
    return key[:_ID_LENGTH]


def uploads(keys: Iterable[str], body: Callable[[str], bytes]) -> Iterator[Upload]:
    """The questions in as few uploads as the limits allow, in their order; nothing for none."""
    ids, lines, size = list[str](), list[bytes](), 0
    for key in keys:
        line = question_line(custom_id(key), body(key))
        if ids and (len(ids) == MOST_LINES or size + len(line) > MOST_BYTES):
            yield Upload(tuple(ids), b"".join(lines))
            ids, lines, size = [], [], 0
        ids.append(custom_id(key))
        lines.append(line)
        size += len(line)
    if ids:
        yield Upload(tuple(ids), b"".join(lines))


def size_of(keys: Iterable[str], body: Callable[[str], bytes]) -> Size:
    """What `uploads` of these would be."""
    found = (Size(1, len(one.custom_ids), len(one.content)) for one in uploads(keys, body))
    return sum(found, Size())
