"""The report's sections: one module each, found by its decorator, shown by order.

Add a section: a new module here with one decorated function that returns HTML made by `render`,
or None when it has nothing to show.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from ticketbench.core.registry import Registry, import_modules
from ticketbench.report.rendering import Report

Body = Callable[[Report], Markup | None]


@dataclass(frozen=True, slots=True)
class Section:
    """Where a section stands (`order`), its anchor, its title (empty: no heading), its body."""

    order: int
    id: str
    title: str
    body: Body


@dataclass(frozen=True, slots=True)
class RenderedSection:
    """A section's HTML, ready for the page."""

    id: str
    title: str
    body: Markup


SECTIONS: Registry[Section] = Registry("report section")


def section(order: int, id: str, title: str) -> Callable[[Body], Body]:
    """Register a report section."""
    return SECTIONS.register(id, entry=lambda body: Section(order, id, title, body))


def rendered_sections(report: Report) -> list[RenderedSection]:
    """Every section that has something to show, by order and then anchor."""
    import_modules(__name__)
    rendered = []
    for one in sorted(SECTIONS, key=lambda s: (s.order, s.id)):
        body = one.body(report)
        if body is not None:
            rendered.append(RenderedSection(one.id, one.title, body))
    return rendered
