"""A URL such as systemone+https://host/path?model=NAME: its shape, its server, its full form.

The scheme names the shape; nothing is guessed from a path, which tells it of no service.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from ticketbench.core.errors import InputError
from ticketbench.core.keys.host import web_url
from ticketbench.core.quotes import quoted
from ticketbench.core.shapes.chat import Chat
from ticketbench.core.shapes.contract import CHOICE, VERSION, Shape
from ticketbench.core.shapes.decisions import Decisions
from ticketbench.core.shapes.scaledown import ScaleDown
from ticketbench.core.shapes.systemone import SystemOne
from ticketbench.core.shapes.zeroshot import ZeroShot

SHAPES: Mapping[str, type[Shape]] = {
    shape.scheme: shape for shape in (SystemOne, Decisions, ScaleDown, Chat, ZeroShot)
}
VIA = "via"
_UNESCAPED = "/:,@+"


@dataclass(frozen=True, slots=True)
class Address:
    """Where an endpoint of a shape is.

    shape   what to ask and how to read the answer
    server  the URL that is sent to: without what is the shape's own
    full    the URL that answers are stored under: all that shapes them, in one way of writing
    """

    shape: Shape
    server: str
    full: str


def address(url: str) -> Address:
    """The parts of a URL whose scheme names a shape.

    Raises InputError for a shape that there is not, and for options that are missing, not to be
    understood, there twice, or of another version of the translation.
    """
    name = url.partition("+")[0].lower()
    if name not in SHAPES:
        from ticketbench.core.registry import suggestion

        help_ = suggestion(name, [f"{one}+https://" for one in SHAPES])
        raise InputError(f"there is no shape {quoted(name)}", help=help_)
    shape, parts = SHAPES[name], urlsplit(web_url(url))
    given = parse_qsl(parts.query, keep_blank_values=True)
    twice = [one for i, (one, _) in enumerate(given) if one in dict(given[:i])]
    if twice:
        raise InputError(f"the URL has {twice[0]} twice", help="keep one of the two")
    told = dict(given)
    if told.pop(VIA, VERSION) != VERSION:
        what = f"the URL asks for another translation than this release has, {VIA}={VERSION}"
        raise InputError(what, help=f"leave {VIA} out of the URL: it is written by itself")
    options = _options(shape, told)
    others = {one: value for one, value in told.items() if one not in shape.options}
    written = {
        one: value
        for one, value in options.items()
        if not (shape.options[one].unwritten and value == shape.options[one].default)
    }
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    base = f"{parts.scheme.lower()}://{parts.netloc.lower()}{path}"
    server = base + (f"?{_query(others)}" if others else "")
    full = f"{name}+{base}?{_query({**others, **written, VIA: VERSION})}"
    return Address(shape(options, path), server, full)


def _options(shape: type[Shape], told: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for name, option in shape.options.items():
        value = told.get(name, option.default)
        example = f"{shape.scheme}+https://host/path?{name}=..."
        if value is None:
            what = f"the URL does not say {name}: {option.takes}"
            raise InputError(what, help=f"write it like {example}")
        if re.fullmatch(option.pattern, value) is None:
            what = f"{name} in the URL is {option.takes}"
            raise InputError(what, help=f"write it like {example}")
        found[name] = value
    if "instructions" in told and found.get("ask", CHOICE) != CHOICE:
        what = "the URL has instructions, which ask=choice alone sends"
        raise InputError(what, help="leave them out: the rubrics are the instructions here")
    return found


def _query(values: Mapping[str, str]) -> str:
    return urlencode(sorted(values.items()), quote_via=quote, safe=_UNESCAPED)
