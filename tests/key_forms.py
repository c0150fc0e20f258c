"""A key in every form in which it may be written, to look for it and to plant it."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote, quote_plus

ODD = "a/b\"c\\d+e=0123&<'>;#%_*"
"""A key of characters that every form of escaping changes."""


def written(key: str) -> dict[str, str]:
    """`key` by the name of the form."""
    raw = key.encode("ascii")
    found = {
        "plain": key,
        "upper_case": key.upper(),
        "lower_case": key.lower(),
        "python": repr(key),
        "json": json.dumps(key),
        "json_with_slashes": json.dumps(key).replace("/", "\\/"),
        "json_every_character": "".join(f"\\u{byte:04X}" for byte in raw),
        "json_in_json": json.dumps(json.dumps(key)),
        "url": quote(key, safe=""),
        "form": quote_plus(key),
        "url_twice": quote(quote(key, safe=""), safe=""),
        "url_every_byte": "".join(f"%{byte:02x}" for byte in raw),
        "html": html.escape(key),
        "html_twice": html.escape(html.escape(key)),
        "html_decimal": "".join(f"&#{byte};" for byte in raw),
        "html_hexadecimal": "".join(f"&#x{byte:X};" for byte in raw),
        "markdown": "".join(c if c.isalnum() else f"\\{c}" for c in key),
        "hexadecimal": raw.hex(),
        "hexadecimal_upper": raw.hex().upper(),
    }
    for before in range(3):
        text = b"z" * before + raw + b"?>"
        found[f"base64_after_{before}"] = base64.b64encode(text).decode()
        found[f"base64_url_after_{before}"] = base64.urlsafe_b64encode(text).decode()
    return found
