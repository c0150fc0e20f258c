"""The report's sections: one module each, found by its decorator, folded and shown by order.

Add a section: a new module here with one decorated function that returns HTML made by `render`,
or None when it has nothing to show, and one that answers it in a line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from ticketbench.core.registry import Registry, import_modules
from ticketbench.measure.results import RunResults
from ticketbench.report.charts import Stroke, strokes
from ticketbench.report.rendering import Report, visible
from ticketbench.report.words.recommendation import preferred

Body = Callable[[Report], Markup | None]
Short = Callable[[Report], str]

MOST_SHORT = 60
"""Characters of a fold's answer: what fits beside its title on one line."""


@dataclass(frozen=True, slots=True)
class Section:
    """Where a section stands (`order`), its anchor, its title, its answer in a line, its body."""

    order: int
    id: str
    title: str
    short: Short
    body: Body


@dataclass(frozen=True, slots=True)
class RenderedSection:
    """A section ready for the page: a fold with `title` and `short` on its line, HTML in it.

    `short` is plain text of at most 60 characters, `body` has headings from h3 on.
    """

    id: str
    title: str
    short: str
    body: Markup


SECTIONS: Registry[Section] = Registry("report section")


def section(order: int, id: str, title: str, *, short: Short) -> Callable[[Body], Body]:
    """Register a report section; `short` gives the line beside its title, asked where it shows."""
    return SECTIONS.register(id, entry=lambda body: Section(order, id, title, short, body))


def rendered_sections(report: Report) -> list[RenderedSection]:
    """Every section that has something to show, by order and then anchor."""
    import_modules(__name__)
    rendered = []
    for one in sorted(SECTIONS, key=lambda s: (s.order, s.id)):
        body = one.body(report)
        if body is not None:
            short = _clipped(visible(one.short(report)))
            lean = Markup(str(body).replace(">\n<", "><"))
            rendered.append(RenderedSection(one.id, one.title, short, lean))
    return rendered


def set_strokes(results: RunResults, *, more: int = 0) -> list[Stroke]:
    """How the rubric sets are drawn, in their order, and after them `more` other lines.

    Solid is the set to use; where that is the first one, the one it was compared with.
    """
    names = [e.provenance.rubric_set for e in results.evaluations]
    new = names.index(preferred(results).provenance.rubric_set) or min(1, len(names) - 1)
    return strokes(len(names) + more, new=new)


def _clipped(text: str) -> str:
    """`text`, or as many whole words of it as fit with a mark that some are missing."""
    if len(text) <= MOST_SHORT:
        return text
    kept = text[: MOST_SHORT - 1]
    whole = kept.rpartition(" ")[0] or kept
    return f"{whole.rstrip(' ,;:')}…"
