"""The invented strings that masking is measured on, and how they fare."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

CORPUS = Path(__file__).parent / "report" / "masking" / "corpus.csv"
LOOK_ALIKE = "none"
"""The kind of what is about no person and should stay."""

NAMES = {
    "mail": "mail addresses",
    "iban": "IBAN",
    "card": "payment cards",
    "ip": "IPv4 and IPv6",
    "phone": "phones",
    "number": "other numbers of 7 digits or more, tax and social numbers",
    "key": "API keys and tokens",
    "url": "users, values and long parts of links",
}
"""The kinds as docs/texts.md calls them, in its order."""

PROMISED = ("mail", "iban", "card", "ip")
"""Every one of them is masked."""

_FORM = re.compile(r"\[(mail|iban|card|ip|phone|number|key|url (?:user|value|part))\]")


@dataclass(frozen=True, slots=True)
class Sample:
    """A string of a kind, with what stands around it in a ticket."""

    kind: str
    form: str
    before: str
    string: str
    after: str

    @property
    def text(self) -> str:
        """The whole text."""
        return self.before + self.string + self.after

    def masked_as(self, shown: str) -> str:
        """The kind that stands in place of the string, all else being the same; else nothing."""
        if len(shown) < len(self.before) + len(self.after) or not (
            shown.startswith(self.before) and shown.endswith(self.after)
        ):
            return ""
        found = _FORM.fullmatch(shown[len(self.before) : len(shown) - len(self.after)])
        return found[1] if found else ""


@lru_cache(maxsize=1)
def samples() -> tuple[Sample, ...]:
    """Every line of the corpus."""
    with CORPUS.open(encoding="utf-8", newline="") as file:
        return tuple(Sample(**row) for row in csv.DictReader(file))


def of_kind(name: str) -> list[Sample]:
    """The samples of a kind of NAMES, or the look-alikes."""
    return [one for one in samples() if one.kind.split()[0] == name]


@dataclass(frozen=True, slots=True)
class Fate:
    """Of `n` strings of a kind, how many were masked, and how many by that name."""

    n: int
    masked: int
    named: int


def fates() -> dict[str, Fate]:
    """The fate of every kind: masked is what left nothing of the string."""
    from ticketbench.report.masking.mask import mask

    found = {}
    for name in NAMES:
        ours = [(one.masked_as(mask(one.text).text), one.kind) for one in of_kind(name)]
        found[name] = Fate(
            len(ours), sum(bool(shown) for shown, _ in ours), sum(a == b for a, b in ours)
        )
    alike = of_kind(LOOK_ALIKE)
    touched = sum(mask(one.text).n > 0 for one in alike)
    found[LOOK_ALIKE] = Fate(len(alike), touched, 0)
    return found


def table(found: dict[str, Fate]) -> Iterable[str]:
    """The rows of docs/texts.md."""
    for name, title in NAMES.items():
        one = found[name]
        yield f"| {title} | {one.n} | {one.masked / one.n:.3f} | {one.named / one.masked:.3f} |"
    alike = found[LOOK_ALIKE]
    yield f"| look-alikes | {alike.n} | {alike.masked / alike.n:.3f} | |"
