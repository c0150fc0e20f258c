"""A document of Jira as plain text."""

from __future__ import annotations

from typing import Any

import pytest

from ticketbench.edge.imports.document import document_text


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def node(kind: str, *content: Any) -> dict[str, Any]:
    return {"type": kind, "content": list(content)}


def test_blocks_are_lines_with_items_and_quotes_marked() -> None:
    found = document_text(
        node(
            "doc",
            node("heading", text("Export")),
            node("paragraph", text("It "), text("fails,"), {"type": "hardBreak"}, text("often.")),
            node("bulletList", node("listItem", node("paragraph", text("a")))),
            node("blockquote", node("paragraph", text("b")), node("paragraph", text("c"))),
            node("codeBlock", text("x = 1")),
            node(
                "table",
                node("tableRow", node("tableCell", text("1")), node("tableCell", text("2"))),
            ),
        )
    )
    assert found == "Export\nIt fails,\noften.\n- a\n> b\n> c\nx = 1\n1 2"


def test_who_is_mentioned_is_not_named() -> None:
    mention = {"type": "mention", "attrs": {"text": "@Ann Example", "id": "1"}}
    emoji = {"type": "emoji", "attrs": {"text": "🙂"}}
    assert (
        document_text(node("doc", node("paragraph", mention, text(" hi "), emoji))) == "@user hi 🙂"
    )


def test_a_text_stays_and_anything_else_is_empty() -> None:
    assert document_text("h3. as it stands") == "h3. as it stands"
    assert document_text(None) == document_text([1]) == document_text({"content": 5}) == ""


@pytest.mark.parametrize("kind", ["blockquote", "paragraph", "listItem", "panel"])
def test_any_depth_is_read(kind: str) -> None:
    deep = text("x")
    for _ in range(20_000):
        deep = node(kind, deep)
    assert document_text(deep).endswith("x")
