"""Which texts of a config's tickets may be shown, and what to know about that."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ticketbench.core.types import Finding, Ticket
from ticketbench.edge.inputs.config import Config
from ticketbench.edge.inputs.documents import read_text
from ticketbench.flow.steps.inputs import Inputs
from ticketbench.report.masking.texts import ShownTexts, shown_texts

_COMMENT = "#"


def texts_of(inputs: Inputs, tickets: Sequence[Ticket] | None = None) -> ShownTexts:
    """The texts of `tickets`, else of the dataset, as the config lets them be shown; what is read
    stays as it is.

    Raises what reading a list of words raises.
    """
    report = inputs.config.file.report
    words = [word for path in inputs.config.mask_words_paths for word in listed_words(path)]
    chosen = inputs.dataset.tickets if tickets is None else tickets
    return shown_texts(chosen, report.texts, words=words, keep=report.mask_keep)


def listed_words(path: Path) -> list[str]:
    """The words and names of a list, one a line; a line that begins with # is a comment."""
    lines = (line.strip() for line in read_text(path).splitlines())
    return [line for line in lines if line and not line.startswith(_COMMENT)]


def texts_notes(config: Config) -> tuple[Finding, ...]:
    """A note where nothing says what may be shown, or in words of before; else nothing."""
    if config.texts_of_before is not None:
        return (_of_before(config, config.texts_of_before),)
    if "texts" in config.file.report.model_fields_set:
        return ()
    return (
        Finding(
            code="TB401",
            severity="note",
            title="no ticket texts are shown",
            evidence=f"{config.path} does not say whether they may be",
            action="write `report: {texts: masked}`, `full` or `none` (docs/texts.md)",
        ),
    )


def _of_before(config: Config, given: bool) -> Finding:
    word = config.file.report.texts
    safer = ", or `masked`" if given else ""
    return Finding(
        code="TB402",
        severity="note",
        title=f"report.texts: {str(given).lower()} is the word of before",
        evidence=f"{config.document.where(('report', 'texts'))}; it is read as `{word}` in this "
        "release and refused in the next",
        action=f"write `texts: {word}`{safer} (docs/texts.md)",
    )
