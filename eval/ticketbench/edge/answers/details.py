"""What may be known of how an answer came: which model gave it, what that used, how long it took,
and what stood on the wire where the scores were made of other numbers.

Names and numbers alone, so that no sentence of a ticket fits in.
"""

from __future__ import annotations

import json
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from ticketbench.core.classify import MODEL_NAME, model_named, usage_counts

Model = Annotated[str, msgspec.Meta(pattern=MODEL_NAME)]
UsageName = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z")]
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000_000)]
Usage = Annotated[dict[UsageName, Count], msgspec.Meta(min_length=1, max_length=16)]
Mass = Annotated[float, msgspec.Meta(ge=0, le=1_000_000)]
MOST_MS = 86_400_000
Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=MOST_MS)]


class Wire(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The numbers that scores were made of; what is not known is UNSET.

    p        by label, as they came: no distribution
    mass     their sum, or how much of the answer they are
    missing  labels without a number
    """

    p: Annotated[dict[str, Mass], msgspec.Meta(min_length=1)] | UnsetType = UNSET
    mass: Mass | UnsetType = UNSET
    missing: Count | UnsetType = UNSET


class Details(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one answer came; what is not known is UNSET, and null is no value.

    model  as the endpoint names it: up to 128 letters, digits and `._:/@+-`
    ms     from the question to the whole answer, up to a day
    usage  one to 16 counts by name, such as input_tokens
    wire   the numbers that the scores were made of, where these are others
    """

    model: Model | UnsetType = UNSET
    ms: Milliseconds | UnsetType = UNSET
    usage: Usage | UnsetType = UNSET
    wire: Wire | UnsetType = UNSET

    def names(self) -> tuple[str, ...]:
        """Every text in it that came from elsewhere."""
        usage = () if self.usage is UNSET else tuple(self.usage)
        model = () if self.model is UNSET else (self.model,)
        return (*usage, *model, *self.labels)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that `wire` has a number for."""
        return () if self.wire is UNSET or self.wire.p is UNSET else tuple(self.wire.p)


NO_DETAILS = Details()

_decode = msgspec.json.Decoder(Details).decode


class _Told(msgspec.Struct):
    """What an answer may say of itself; `wire` is written by our own translation alone."""

    model: object = None
    usage: object = None
    wire: object = None


_decode_told = msgspec.json.Decoder(_Told).decode


def answer_details(content: bytes, *, ms: int | UnsetType = UNSET) -> Details:
    """What a valid answer says of how it came; what is no name and no count is left out."""
    told = _decode_told(content) if content.lstrip()[:1] == b"{" else _Told()
    try:
        wire = UNSET if told.wire is None else msgspec.convert(told.wire, Wire)
    except msgspec.ValidationError:
        wire = UNSET
    if wire == Wire():
        wire = UNSET
    model, usage = model_named(told.model), usage_counts(told.usage)
    return details_of(Details(model=model or UNSET, ms=ms, usage=usage or UNSET, wire=wire))


def details_of(known: Details) -> Details:
    """The four fields of `known`, which may have others; NO_DETAILS itself where none is set."""
    if known.model is known.ms is known.usage is known.wire is UNSET:
        return NO_DETAILS
    return Details(model=known.model, ms=known.ms, usage=known.usage, wire=known.wire)


def details_json(details: Details) -> bytes:
    """Canonical JSON: names sorted, no blanks, without what is not known."""
    value = msgspec.to_builtins(details)
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8")


def details_from_json(text: str) -> Details:
    """What `details_json` wrote. Raises ValueError for anything else."""
    try:
        return _decode(text)
    except RecursionError as error:
        raise ValueError(str(error)) from None
