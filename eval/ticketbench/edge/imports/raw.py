"""The records of an export of any form, one after the other."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import clipped
from ticketbench.edge.files.reading import pieces_of, read_bytes, unpacked
from ticketbench.edge.imports.json_values import Page, json_values
from ticketbench.edge.imports.preset import Preset, Raw
from ticketbench.edge.imports.values import at
from ticketbench.edge.inputs.tickets.identity import whole_number
from ticketbench.edge.tables.reading import open_table
from ticketbench.edge.tables.rows import Dialect, MalformedRow

_MOST_UNPACKED = 4_000_000_000
_LINES = (".jsonl", ".ndjson")
_TOTALS = ("count", "total", "total_count", "totalCount")
_MORE = ("next_page", "nextPageToken", "next", "links.next", "pages.next", "meta.has_more")


@dataclass(frozen=True, slots=True)
class Export:
    """An export as its records; notes and `page` are complete once the last one is read.

    page      what stands in a page of an interface beside its records
    repeated  columns of a table that stand more than once: their fields, from 1
    """

    records: Iterator[Raw]
    notes: list[str] = field(default_factory=list)
    page: Page = field(default_factory=dict)
    repeated: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def more(self, n: int) -> str:
        """That this is a page of more, after `n` records of it; empty where it is not."""
        total = next((v for key in _TOTALS if isinstance(v := self.page.get(key), int)), 0)
        goes_on = any(at(self.page, key) for key in _MORE) or self.page.get("isLast") is False
        if not goes_on and total <= n:
            return ""
        of = f"{n:,} of {total:,} tickets" if total > n else f"{n:,} tickets, and not the last"
        number = self.page.get("page") or at(self.page, "pages.page") or 1
        return f"this is page {clipped(str(number))} of more: {of}"


def open_export(path: Path, preset: Preset, dialect: Dialect | None = None) -> Export:
    """The records in `path`: JSON in any of its forms, else a table, by the suffix.

    Raises InputError, at once or while it is read, for what cannot be read.
    """
    suffix = (path.with_suffix("") if path.suffix.lower() == ".gz" else path).suffix.lower()
    if suffix == ".json" or suffix in _LINES:
        page: Page = {}
        read = _lines if suffix in _LINES else _values
        records = _placed(path, read, frozenset(preset.pages), page)
        return Export(chain([*islice(records, 1)], records), [], page)
    stream = open_table(path, dialect)
    notes = stream.notes
    floats = stream.facts.floats
    rows = (Raw(row.line, _whole(row.values, floats)) for row in stream.rows)
    decided = notes if isinstance(notes, list) else list(notes)
    return Export(rows, decided, repeated=stream.facts.repeated)


def _whole(values: Mapping[str, Any], floats: Collection[str]) -> Mapping[str, Any]:
    """The values, without the `.0` of whole numbers in columns that became floats on their way."""
    if not floats:
        return values
    found = {name: values[name] for name in floats if isinstance(values.get(name), str)}
    return {**values, **{name: whole_number(text) or text for name, text in found.items()}}


@contextmanager
def _text(path: Path) -> Iterator[io.TextIOWrapper]:
    """The text of a file; of a packed one all at once, since it may be a bomb."""
    with ExitStack() as opened:
        if path.suffix.lower() == ".gz":
            packed = unpacked(path, read_bytes(path), most=_MOST_UNPACKED)
            file: BinaryIO = io.BytesIO(packed)
        else:
            file = opened.enter_context(pieces_of(path))
        wide = file.read(2) in (b"\xff\xfe", b"\xfe\xff")
        file.seek(0)
        yield io.TextIOWrapper(file, encoding="utf-16" if wide else "utf-8-sig")


def _values(text: io.TextIOWrapper, pages: frozenset[str], page: Page) -> Iterator[Raw]:
    for line, value in json_values(text.read, pages, page):
        yield Raw(line, _object(line, value))


def _lines(text: io.TextIOWrapper, pages: frozenset[str], page: Page) -> Iterator[Raw]:
    """One object a line; a line that is a page of an interface holds many."""
    for line, written in enumerate(text, start=1):
        if not written.strip():
            continue
        value = _object(line, _loaded(line, written))
        under = next((key for key in pages if isinstance(value.get(key), list)), None)
        if under is None:
            yield Raw(line, value)
            continue
        page |= {key: item for key, item in value.items() if key != under}
        yield from (Raw(line, _object(line, item)) for item in value[under])


def _loaded(line: int, written: str) -> Any:
    try:
        return json.loads(written)
    except RecursionError:
        raise MalformedRow(line, "nested too deeply", "export it again") from None
    except ValueError as error:
        raise MalformedRow(line, f"not valid JSON: {clipped(str(error))}") from None


def _object(line: int, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise MalformedRow(line, "a record is no JSON object", "this is no export of tickets")
    return value


Read = Callable[[io.TextIOWrapper, frozenset[str], Page], Iterator[Raw]]


def _placed(path: Path, read: Read, pages: frozenset[str], page: Page) -> Iterator[Raw]:
    """The records, with the path before what is wrong with one."""
    last = 1
    try:
        with _text(path) as text:
            for raw in read(text, pages, page):
                last = raw.line
                yield raw
    except MalformedRow as error:
        raise InputError(str(error), where=f"{path}:{error.line}", help=error.help) from None
    except UnicodeDecodeError:
        help_ = "export it as UTF-8, which JSON is by its standard"
        raise InputError("not UTF-8 text", where=f"{path}:{last}", help=help_) from None
