"""Results to files and back: JSON envelopes, and report folders replaced as a whole."""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import secrets
import shutil
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

import msgspec

from ticketbench.core.errors import InputError, TicketbenchError
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.core.version import __version__
from ticketbench.edge.files.atomic import not_written, replace_folder, write_through
from ticketbench.edge.files.links import refuse_linked
from ticketbench.edge.files.reading import read_bytes
from ticketbench.edge.redaction import redact
from ticketbench.edge.results.upgrades import run_2, run_3, run_4, run_5, run_6

T = TypeVar("T")

MANIFEST = "manifest.json"
MANIFEST_SCHEMA = "ticketbench/manifest@1"
_MOST_MANIFEST_BYTES = 10_000_000
_MOST_RESULTS_BYTES = 100_000_000
VERSIONS = {"run": 6, "score": 5, "compare": 3, "gate": 3, "init": 2}
"""The version of what an envelope holds; 1 where nothing is said."""

_MOST_NAME_BYTES = 200
"""What is written beside the folder has its name and some more; a name has at most 255 bytes."""

_SCHEMA = re.compile(r"ticketbench/([a-z-]+)@([0-9]+)")


def envelope(thing: str, data: Any) -> bytes:
    """JSON of `{"schema": "ticketbench/<thing>@<version>", "tool": ..., "data": ...}`, indented.

    Dataclasses become objects in field order, arrays lists, NaN null. Equal values give equal
    bytes. What is no text in the name of a file becomes `?`.
    """
    value = {
        "schema": schema_of(thing),
        "tool": {"name": "ticketbench", "version": __version__},
        "data": data,
    }
    return _indented(value)


def schema_of(thing: str) -> str:
    """What the newest envelope of a `thing` says it is: `ticketbench/<thing>@<version>`."""
    return f"ticketbench/{thing}@{VERSIONS.get(thing, 1)}"


def manifest_bytes(manifest: Mapping[str, Any]) -> bytes:
    """The JSON of a manifest, with its schema and its keys in order; else as an envelope has it."""
    return _indented(dict(sorted({"schema": MANIFEST_SCHEMA, **manifest}.items())))


def read_manifest(path: Path) -> Any:
    """What `manifest_bytes` wrote into `path`.

    Raises TicketbenchError when it cannot be read, ValueError when it is no manifest of ours.
    """
    try:
        value = json.loads(read_bytes(path, most=_MOST_MANIFEST_BYTES))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(value, dict) or value.get("schema") != MANIFEST_SCHEMA:
        raise ValueError("another schema")
    return value


def _indented(value: Any) -> bytes:
    try:
        encoded = msgspec.json.encode(value, enc_hook=_path)
    except UnicodeEncodeError:
        encoded = msgspec.json.encode(_as_text(msgspec.to_builtins(value, enc_hook=_path)))
    return msgspec.json.format(encoded, indent=2) + b"\n"


def _path(value: Any) -> str:
    """A path as text, with slashes on every system."""
    if isinstance(value, Path):
        return value.as_posix()
    raise TypeError(f"no JSON of {type(value).__name__}")


def _as_text(value: Any) -> Any:
    """The same with `?` for the bytes of file names that are no UTF-8."""
    match value:
        case str():
            return value.encode("utf-8", "replace").decode("utf-8")
        case dict():
            return {_as_text(key): _as_text(item) for key, item in value.items()}
        case list() | tuple():
            return [_as_text(item) for item in value]
    return value


def load(path: Path, kind: type[T]) -> T:
    """The `data` of the envelope in `path` as a `kind`; equal to what was saved.

    Runs of older versions are read, too. null becomes NaN where a float is meant. Raises InputError
    when the file is no such envelope.
    """
    content = read_bytes(path)
    try:
        result: T = _converter().structure(current(json.loads(content)), kind)
    except (ValueError, ArithmeticError, LookupError, TypeError, AttributeError, RecursionError):
        raise not_ours(path) from None
    return result


def not_ours(path: Path) -> InputError:
    """What to raise where `path` holds no such envelope."""
    what = f"{path} is not a saved result of this version of ticketbench"
    return InputError(what, help="make it again with `ticketbench run`")


class _ReportedSet(msgspec.Struct):
    rubrics: tuple[Rubric, ...]


class _ReportedRun(msgspec.Struct):
    rubric_sets: list[_ReportedSet]


class _Reported(msgspec.Struct):
    """What every version of results.json has: the rubric sets that were measured."""

    data: _ReportedRun


def reported_rubrics(path: Path) -> list[RubricSet]:
    """The rubric sets of the results.json in `path`, of any version; none where it is not there or
    cannot be read as one.
    """
    try:
        content = read_bytes(path, most=_MOST_RESULTS_BYTES)
        found = msgspec.json.decode(content, type=_Reported)
    except (TicketbenchError, msgspec.MsgspecError, ValueError, RecursionError):
        return []
    return [RubricSet("reported", one.rubrics) for one in found.data.rubric_sets]


def current(value: Mapping[str, Any]) -> Any:
    """The data of an envelope in the form of its newest version; ValueError for a newer one."""
    found = _SCHEMA.fullmatch(value["schema"])
    thing, version = (found[1], int(found[2])) if found else ("", 0)
    if version == VERSIONS.get(thing, 1):
        return value["data"]
    if thing == "run" and 1 <= version < VERSIONS["run"]:
        data = value["data"]
        for upgrade in (run_2, run_3, run_4, run_5, run_6)[version - 1 :]:
            data = upgrade(data)
        return data
    raise ValueError(f"schema {value['schema']!r}")


@lru_cache(maxsize=1)
def _converter() -> Any:
    import cattrs

    # Where in the file a mistake stands is told nobody, and to know it takes twice as long to make.
    converter = cattrs.Converter(detailed_validation=False)
    converter.register_structure_hook(
        float, lambda value, _: math.nan if value is None else float(value)
    )
    # Its own way with these raises no more than an Exception in some versions.
    converter.register_structure_hook_func(_is_literal, _word)
    return converter


def _is_literal(kind: Any) -> bool:
    return get_origin(kind) is Literal


def _word(value: Any, kind: Any) -> Any:
    """`value` as one of the words of a Literal; ValueError where it is none."""
    if value not in get_args(kind):
        raise ValueError(f"{value!r} is none of {get_args(kind)}")
    return value


def write_folder(out: Path, files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> None:
    """Make `out` hold exactly `files` and a manifest with their digests.

    Everything is written beside `out` first and then put in its place, so a crash leaves the old
    folder or the new one. A key that this machine knows is left out. Files of the user's own in an
    older report folder are carried over. Raises InputError when `out` holds something that is no
    report of ours; MachineError when the disk is full or not writable.
    """
    own = report_files(out)
    files = {name: redact(content) for name, content in files.items()}
    fresh = out.with_name(f".{out.name}.{secrets.token_hex(4)}.new")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        fresh.mkdir()
        for name, content in files.items():
            target = fresh / name
            target.parent.mkdir(parents=True, exist_ok=True)
            write_through(target, content)
        digests = {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)}
        write_through(fresh / MANIFEST, redact(manifest_bytes({**manifest, "files": digests})))
        _carry_over(out, fresh, own)
        replace_folder(out, fresh)
    except OSError as error:
        raise not_written(out, error, "choose another --out") from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def report_files(out: Path) -> set[str]:
    """The files that an earlier report wrote into `out`; none when it is new or empty.

    Raises InputError when no report may be written there.
    """
    if len(os.fsencode(out.name)) > _MOST_NAME_BYTES:
        raise InputError("the name of the report folder is too long", help="choose another --out")
    refuse_linked(out, help="name the folder itself as --out")
    if out.exists() and not out.is_dir():
        raise InputError(f"{out} is not a folder", help="choose another --out")
    if out.resolve() in (Path.cwd(), *Path.cwd().parents):
        raise InputError("a report needs a folder of its own", help="choose another --out")
    if not out.is_dir() or not any(out.iterdir()):
        return set()
    try:
        return {*read_manifest(out / MANIFEST)["files"], MANIFEST}
    except (TicketbenchError, ValueError, KeyError, TypeError):
        raise InputError(
            f"{out} holds files that are not a ticketbench report",
            help="choose another --out; nothing was changed",
        ) from None


def _carry_over(out: Path, fresh: Path, own: set[str]) -> None:
    """Copy files and links that are the user's own; one whose name we need is a refusal."""
    if not out.is_dir():
        return
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out).as_posix()
        if name in own or not (path.is_symlink() or path.is_file()):
            continue
        if os.path.lexists(fresh / name):
            help_ = "move it away; nothing was changed"
            raise InputError(f"{path} is yours, and the report needs its name", help=help_)
        (fresh / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, fresh / name, follow_symlinks=False)
