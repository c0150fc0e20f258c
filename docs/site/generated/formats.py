"""What the package reads and writes by name: from its registries, and the schema of a policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from generated.markdown import code, plain, table
from ticketbench.core.registry import import_modules
from ticketbench.edge.endpoints import ENDPOINTS
from ticketbench.edge.engines import engines
from ticketbench.edge.imports.preset import PRESETS
from ticketbench.edge.results.harness.answer import HARNESSES
from ticketbench.edge.tables.rows import FORMATS
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.thresholds.rules import rules
from ticketbench.production.policy_schema import SCHEMA

_REGISTERED_BY = (
    "ticketbench.edge.tables.formats",
    "ticketbench.edge.imports.presets",
    "ticketbench.edge.results.harness.tools",
    "ticketbench.edge.endpoints",
)


def page() -> str:
    """A section for each kind of thing that has a name."""
    for package in _REGISTERED_BY:
        import_modules(package)
    return "\n".join(f"## {title}\n\n{text}" for title, text in _sections().items())


def _sections() -> Mapping[str, str]:
    gives = ["; ".join(f"{code(to)}: {plain(of)}" for to, of in one.gives.items())
             for one in PRESETS]  # fmt: skip
    presets = [(code(one.name), plain(one.tool), plain(one.forms), given)
               for one, given in zip(PRESETS, gives, strict=True)]  # fmt: skip
    harnesses = [(code(one.name), plain(one.tool), "yes" if one.needs_gold else "no")
                 for one in HARNESSES]  # fmt: skip
    return {
        "Tables": _listed(FORMATS.names(), "Suffixes of a table; `.gz` may follow one of text."),
        "Exports": "`data import --preset NAME` reads\n\n"
        + table(("preset", "tool", "files", "gives"), presets),
        "Answer files of other tools": "`score` and `compare` read what these wrote:\n\n"
        + table(("name", "tool", "gold in another file"), harnesses),
        "Endpoints": _listed([f"{one}://" for one in ENDPOINTS.names()], "Schemes of a URL."),
        "Engines": _listed([one.local_url for one in engines()], "Built in, by their URL."),
        "Metrics": _listed(METRICS.names(), "Names that a gate, a table and `results.json` use."),
        "Threshold rules": _listed([one.name for one in rules()], "Ways to choose a threshold."),
        "The policy file": "`ticketbench schema policy` prints its JSON Schema.\n\n"
        + table(("key", "kind", "required"), list(_policy(SCHEMA, ""))),
    }


def _listed(names: Iterable[str], told: str) -> str:
    return f"{told}\n\n{', '.join(map(code, names))}\n"


def _policy(schema: Mapping[str, Any], above: str) -> Iterable[tuple[str, str, str]]:
    for name, one in schema.get("properties", {}).items():
        path = f"{above}{name}"
        kind = one.get("type", "any")
        kinds = kind if isinstance(kind, str) else " or ".join(kind)
        required = "yes" if name in schema.get("required", ()) else "no"
        yield code(path), kinds, required
        yield from _policy(one.get("items", one), f"{path}.")
