"""The cells of one sheet as lines of JSON: a program of its own, which `spreadsheet.py` starts.

What reads spreadsheets is compiled code that ends the whole process on a file made for that, such
as one cell in the first row and one in the last column of the last. Here it ends this one.

From standard input: the bytes of the file. Arguments: the sheet, or nothing for the first that is
seen; how many bytes and seconds it may take. First the sheets, the place of the first cell and
merged cells; then each row: text, or a list of one text for a number, true or false.
"""

from __future__ import annotations

import datetime
import io
import json
import sys
from typing import Any

MOST_EXACT = 2**53
"""Up to here every whole number is one of floating point, too."""

END = "end"


def plain(value: Any) -> str | list[str]:
    """A cell: text, or a list of the digits of a number (whole ones without a point), of true."""
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) <= MOST_EXACT
        return [str(int(value)) if whole else repr(value)]
    if isinstance(value, int):
        return [str(value)]
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


def read(data: bytes, name: str) -> None:
    """Write the sheet called `name` of the file `data` to standard output."""
    import python_calamine as calamine

    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    seen = [one.name for one in book.sheets_metadata if _is_seen(one)] or book.sheet_names
    told: dict[str, Any] = {"sheets": book.sheet_names, "sheet": name or seen[0]}
    if told["sheet"] not in book.sheet_names:
        _write(told)
        return
    sheet = book.get_sheet_by_name(told["sheet"])
    _write(told | {"start": sheet.start or (0, 0), "merged": sheet.merged_cell_ranges or []})
    for row in sheet.to_python() if sheet.start else ():
        _write(list(map(plain, row)))
    _write(END)


def _is_seen(one: Any) -> bool:
    return "WorkSheet" in str(one.typ) and str(one.visible).endswith(".Visible")


def _write(value: Any) -> None:
    sys.stdout.write(json.dumps(value) + "\n")


def _limit(most_bytes: int, seconds: int) -> None:
    """Where the system has such limits; elsewhere the size of what is unpacked is one."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
    except (ImportError, OSError, ValueError):
        return


if __name__ == "__main__":
    _limit(int(sys.argv[2]), int(sys.argv[3]))
    read(sys.stdin.buffer.read(), sys.argv[1])
