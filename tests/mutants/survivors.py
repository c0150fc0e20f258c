"""The changes that no test notices, each with the reason why none can or need."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from mutants.mutations import Mutation

FILE = Path(__file__).with_name("survivors.toml")


@dataclass(frozen=True)
class Survivor:
    """One entry of the file; the fields but `module` and `reason` are those of the mutation."""

    module: str
    place: str
    was: str
    becomes: str
    reason: str

    @property
    def key(self) -> tuple[str, str, str]:
        """That of the mutation it is about."""
        return self.place, self.was, self.becomes


def read_survivors() -> list[Survivor]:
    """Every entry; TypeError where one lacks a field or has one too many."""
    read = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return [Survivor(**entry) for entry in read.get("survivor", [])]


def written(module: str, one: Mutation) -> str:
    """An entry for `one`, with its reason still to be written."""
    fields = {"module": module, "place": one.place, "was": one.was, "becomes": one.becomes}
    lines = [f"{name} = '''{text}'''" for name, text in fields.items()]
    return "\n".join(["[[survivor]]", *lines, "reason = ''''''"])
