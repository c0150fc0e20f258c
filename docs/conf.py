"""How Sphinx makes the site of this folder: `make docs`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from posixpath import normpath
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent / "site"))

from generated import PAGES
from generated.python import as_rst
from ticketbench import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "ticketbench"
version = release = __version__
copyright = "the authors of ticketbench, Apache-2.0"
language = "en"
extensions = ["myst_parser", "sphinx.ext.autodoc"]
root_doc = "index"

myst_heading_anchors = 4
default_role = "code"
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
add_module_names = False
python_display_short_literal_types = True
highlight_language = "none"  # blocks are of many languages, and say so nowhere

html_theme = "pydata_sphinx_theme"
html_title = "ticketbench"
html_copy_source = False
html_show_sourcelink = False
html_static_path = ["site/static"]
html_css_files = ["site.css"]
html_context = {"default_mode": "auto"}  # light or dark by the system, said once and not guessed
html_sidebars = {"index": [], "tutorial/index": []}
html_theme_options = {
    "navbar_align": "left",
    "navbar_end": ["theme-switcher"],
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "footer_start": ["copyright"],
    "footer_end": [],
}

OUTSIDE = {
    "datasets/README.md": "explanation/tickets",
    "tests/exports/README.md": "explanation/exports",
}
"""Pages of the repository beside this folder, and where the site has them."""

_LINK = re.compile(r"\]\(((?:\.\./)+[\w./-]+\.md)")
_NAMED_AFTER_FILE = re.compile(r"\[[\w/-]+\.md\]\(")


def whole_page(app: Sphinx, docname: str, source: list[str]) -> None:
    """Add its generated half to a page of the reference; lead links beside `docs/` to our pages.

    A link that is called as its file is gets the title of the page: the site shows no files.
    """
    if docname in PAGES:
        source[0] += f"\n{PAGES[docname]()}"

    def here(link: re.Match[str]) -> str:
        path = normpath(f"docs/{docname}/../{link[1]}")
        up = "../" * docname.count("/")
        return f"]({up}{OUTSIDE[path]}.md" if path in OUTSIDE else link[0]

    source[0] = _NAMED_AFTER_FILE.sub("[](", _LINK.sub(here, source[0]))


def honest_corners(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """An empty cell over the names of rows is no header: a screen reader would announce one."""
    empty = r'<th class="([^"]*)"><p></p></th>'
    context["body"] = re.sub(empty, r'<td class="\1"></td>', context.get("body", ""))


def without_maps(app: Sphinx, error: Exception | None) -> None:
    """Remove the maps of scripts and styles, 2 MB that no reader's browser asks for."""
    for path in Path(app.outdir).rglob("*.map"):
        path.unlink()


def plain_docstring(
    app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]
) -> None:
    """Write a docstring of ours as autodoc wants it."""
    lines[:] = as_rst(lines)


def setup(app: Sphinx) -> None:
    """Tell Sphinx what to call, and when."""
    app.connect("source-read", whole_page)
    app.connect("autodoc-process-docstring", plain_docstring)
    app.connect("html-page-context", honest_corners)
    app.connect("build-finished", without_maps)
