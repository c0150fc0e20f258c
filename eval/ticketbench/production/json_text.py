"""JSON of a policy as text: read strictly, in its one canonical form, and laid out for people."""

from __future__ import annotations

import json
import math
from collections import Counter

TYPE_CHECKING = False  # of our own: `typing` takes longer to load than the rest of this file
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_LINE = 100
"""Characters that a line may have before what it holds gets lines of its own."""


def read_strictly(content: bytes) -> Any:
    """The value in `content`, UTF-8 with or without a byte order mark.

    Raises ValueError with the reason: no JSON, a key twice, a number that is none or too large, a
    character that no text can hold, nested too deeply.
    """
    try:
        value = json.loads(
            content.decode("utf-8-sig"),
            object_pairs_hook=_unique,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            parse_int=_short,
        )
        canonical(value)
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None
    except UnicodeEncodeError:
        raise ValueError("it holds half a character (a lone surrogate)") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"no JSON: line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return value


def canonical(value: Any) -> bytes:
    """The one spelling of a JSON value: keys sorted, no blanks, UTF-8 without escapes, and a
    number without a fraction as an integer, since some programs write 1.0 as 1.
    """
    return json.dumps(
        _plain(value),
        ensure_ascii=False,
        allow_nan=False,
        sort_keys=True,
        separators=(",", ":"),
    ).encode("utf-8")


def digest(value: Mapping[str, Any]) -> str:
    """sha256 (hex) of the canonical form of an object without its own `sha256`."""
    rest = {key: one for key, one in value.items() if key != "sha256"}
    import hashlib  # late: an import of the router does without

    return hashlib.sha256(canonical(rest)).hexdigest()


def laid_out(value: Any) -> str:
    """`value` in its own order of keys, two blanks a level; numbers, and what is short, on one
    line. Without a line feed at its end.
    """
    return _laid_out(value, "")


def _laid_out(value: Any, indent: str) -> str:
    line = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if len(indent + line) <= _LINE or _of_numbers(value) or not isinstance(value, dict | list):
        return line
    deeper = indent + "  "
    if isinstance(value, dict):
        parts = [f"{_line(key)}: {_laid_out(one, deeper)}" for key, one in value.items()]
        opening, closing = "{", "}"
    else:
        parts = [_laid_out(one, deeper) for one in value]
        opening, closing = "[", "]"
    inner = ",\n".join(deeper + part for part in parts)
    return f"{opening}\n{inner}\n{indent}{closing}"


def _line(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _of_numbers(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, int | float) for one in value)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _unique(items: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(items)
    if len(result) < len(items):
        twice, _ = Counter(key for key, _ in items).most_common(1)[0]
        raise ValueError(f"the key {twice[:40]!r} stands there twice")
    return result


def _refuse_constant(constant: str) -> Any:
    raise ValueError(f"{constant} is no number")


def _short(digits: str) -> int:
    """An integer that a float could hold, too: larger ones fail wherever they are printed."""
    _finite(digits)
    return int(digits)


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"the number {text[:20]} is too large")
    return number
