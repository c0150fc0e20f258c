"""System prompts by label, read from a file of the user."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.quotes import quoted
from ticketbench.core.registry import suggestion
from ticketbench.edge.inputs.documents import Document, read_document
from ticketbench.production.policy_file import ANY_LABEL


def read_prompts(path: Path, labels: Sequence[str]) -> dict[str, str]:
    """The prompts in a YAML or JSON file, label to text, `*` for anything else; in label order.

    Raises InputError, at its line, for what is no text and for a label that the set lacks.
    """
    document = read_document(path)
    if not isinstance(document.data, dict) or not document.data:
        help_ = "write a line a label, such as `billing: You are a billing specialist.`"
        raise InputError("prompts are texts by label", where=document.where(), help=help_)
    known = [*labels, ANY_LABEL]
    wrong = [
        p for label, text in document.data.items() if (p := _wrong(document, label, text, known))
    ]
    if wrong:
        raise InputError.of(wrong)
    return {label: document.data[label] for label in known if label in document.data}


def _wrong(document: Document, label: str, text: object, known: Sequence[str]) -> Problem | None:
    where = document.where((label,))
    if label not in known:
        what = f"a prompt for {quoted(str(label))}, which is no label of the rubric set"
        return Problem(what, where, suggestion(str(label), known))
    if not isinstance(text, str) or not text.strip():
        return Problem(f"the prompt of {quoted(label)} is no text", where, "write one in quotes")
    return None
