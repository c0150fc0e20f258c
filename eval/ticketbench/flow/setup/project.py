"""A project made from somebody's table of labelled tickets: config and rubric stubs."""

from __future__ import annotations

import os
import re
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ticketbench.core.errors import InputError
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.spelling import column_form, labels_by_form
from ticketbench.core.types import Ticket
from ticketbench.edge.files.atomic import write_file
from ticketbench.edge.files.gitignore import NAME as IGNORED
from ticketbench.edge.files.gitignore import make_folder
from ticketbench.edge.files.links import written_at
from ticketbench.edge.files.yaml_text import as_comment, as_yaml, in_quotes
from ticketbench.edge.imports.advice import refuse_export
from ticketbench.edge.inputs.column_guess import Guess, guessed_columns
from ticketbench.edge.inputs.dataset import Reading, load_dataset
from ticketbench.edge.inputs.rubric_files import not_a_label
from ticketbench.edge.inputs.tickets.cells import as_text, of_one
from ticketbench.edge.inputs.tickets.keys import DatasetKeys
from ticketbench.edge.inputs.tickets.several import BAR, other_separator
from ticketbench.edge.tables.dialect import SIGNS
from ticketbench.edge.tables.reading import read_table
from ticketbench.edge.tables.rows import Dialect, Table
from ticketbench.report.masking.mask import mask

SHOWN = 3
_SUBJECTS = ("subject", "summary", "title", "headline")
_OWN = ("id", "text", "label")
"""A table with these columns is a dataset, whatever else stands in it."""

_WORDS = 3
_SHORTEST_WORD = 4
_FEWEST_TICKETS = 3
"""A word of fewer tickets may be somebody's name."""


@dataclass(frozen=True, slots=True)
class Project:
    """What was guessed from a table of `n` tickets and written; `shown` are the first, masked.

    delimiter  what parts the fields, where the file's suffix does not say so; else empty
    separator  what parts the labels of a column `all_labels`, where these are no bars; else empty
    spellings  every spelling of a label that has several, and the one that it is mapped to
    joined     columns that look like the subject of the text, which could be joined with it
    """

    config: Path
    written: tuple[Path, ...]
    columns: tuple[Guess, ...]
    n: int
    labels: Mapping[str, int]
    shown: tuple[Ticket, ...]
    delimiter: str = ""
    separator: str = ""
    spellings: Mapping[str, str] = field(default_factory=dict)
    joined: tuple[str, ...] = ()


def project_from(file: Path, folder: Path) -> Project:
    """Write a config, a rubric set of a question a label, .gitattributes and .gitignore files into
    `folder`.

    The table stays where it is. Raises InputError, before anything is written, where the file is an
    export of another tool, a column cannot be guessed, a row is wrong, or a file is there.
    """
    refuse_export(file, unless=_OWN)
    table, delimiter = _table_of(file)
    guesses = guessed_columns(file, table)
    columns = {guess.role: guess.column for guess in guesses}
    separator = _separator_of(table, columns["label"])
    said = {"delimiter": delimiter or None, "all_labels_separator": separator or None}
    keys = DatasetKeys.model_validate({"columns": columns, **said})
    found = load_dataset(file, Reading(keys)).dataset.tickets
    spellings = _spellings(found)
    tickets = [replace(one, label=spellings.get(one.label.strip(), one.label)) for one in found]
    labels = _labels(file, tickets)
    joined = tuple(one for one in table.columns if _is_subject(one) and one not in columns.values())
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", file.name.split(".")[0]).strip("-._") or "tickets"
    config = folder / "configs" / f"{name}.yaml"
    written = _Written(guesses, delimiter, separator, spellings, joined)
    files = {
        config: _config_text(file, config, written),
        folder / "configs" / "rubrics" / "v1.yaml": _rubrics_text(labels, tickets),
    }
    _write(files)
    paths = (*files, *_git_attributes(folder), *_left_out_of_git(folder))
    shown = tuple(_masked(ticket) for ticket in tickets[:SHOWN])
    return Project(
        config, paths, guesses, len(tickets), labels, shown, delimiter, separator, spellings, joined
    )


def _table_of(file: Path) -> tuple[Table, str]:
    """The table, and the sign that parts its fields where its suffix says another one.

    A header of one field that only one sign parts is no matter of doubt; everything else is.
    """
    try:
        return read_table(file), ""
    except InputError as error:
        found = [(table, sign) for sign in SIGNS if (table := _parted_by(sign, file)) is not None]
        if len(found) != 1 or not str(error).startswith("the header is one field"):
            raise
        return found[0]


def _parted_by(sign: str, file: Path) -> Table | None:
    try:
        table = read_table(file, Dialect(sign))
    except InputError:
        return None
    return table if len(table.columns) > 1 else None


def _separator_of(table: Table, label: str) -> str:
    """What parts the labels in a column that is read as `all_labels`, where only one sign can."""
    if "all_labels" not in table.columns:
        return ""
    known = {as_text(of_one(row.values.get(label))).strip() for row in table.rows}
    cells = {as_text(row.values.get("all_labels")) for row in table.rows}
    signs = {other_separator(cell, known) for cell in cells} - {None}
    sign = signs.pop() if len(signs) == 1 else None
    return "" if sign in (None, BAR) else str(sign)


def _is_subject(column: str) -> bool:
    return column_form(column).rstrip("_0123456789") in _SUBJECTS


def as_argument(path: Path) -> str:
    """A path as a shell and a command take it for one: quoted, and no option for its dash."""
    text = path.as_posix()
    return shlex.quote(f"./{text}" if text.startswith("-") else text)


def _labels(file: Path, tickets: Sequence[Ticket]) -> dict[str, int]:
    """How many tickets each label has, the most frequent first; equal ones by name."""
    counts = Counter(ticket.label for ticket in tickets if ticket.label != NONE_LABEL)
    wrong = next(filter(None, map(not_a_label, counts)), "")
    if wrong:
        help_ = "write it without that in the file; nothing was written"
        raise InputError(wrong, where=str(file), help=help_)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _spellings(tickets: Sequence[Ticket]) -> dict[str, str]:
    """Of labels that differ only in spelling: each way to write one, and the commonest."""
    counts = Counter(ticket.label.strip() for ticket in tickets)
    often = sorted(counts, key=lambda label: (-counts[label], label))
    alike = labels_by_form(often)
    several = [names for names in alike.values() if len(names) > 1]
    outer = [names for names in alike.values() if len(names) == 1 and _is_padded(names[0], tickets)]
    return {name: names[0] for names in (*several, *outer) for name in sorted(names)}


def _is_padded(label: str, tickets: Sequence[Ticket]) -> bool:
    """Whether a label also stands with outer blanks, which are no part of its name."""
    return any(one.label != label and one.label.strip() == label for one in tickets)


def _write(files: Mapping[Path, str]) -> None:
    there = [str(path) for path in files if os.path.lexists(path)]
    if there:
        help_ = "nothing was written; move it away, or name another folder"
        raise InputError(f"{there[0]} is there already", help=help_)
    for path in files:
        written_at(path)
    for path, text in files.items():
        write_file(path, text.encode("utf-8"))


def _git_attributes(folder: Path) -> list[Path]:
    """A checkout on Windows must not change line ends inside texts; one that is there stays."""
    path = folder / ".gitattributes"
    if os.path.lexists(path):
        return []
    write_file(path, b"*.csv *.jsonl text eol=lf\n")
    return [path]


def _left_out_of_git(folder: Path) -> list[Path]:
    """Answers and reports of this project are made on this machine; folders that are there stay."""
    made = [folder / name for name in (".ticketbench", "reports")]
    made = [path for path in made if not os.path.lexists(path)]
    for path in made:
        make_folder(path)
    return [path / IGNORED for path in made]


def _masked(ticket: Ticket) -> Ticket:
    """The ticket with what is shown of it alone: other columns may hold texts, too."""
    return Ticket(ticket.id, mask(ticket.text).text, ticket.label)


_CONFIG = """\
# Made from {file}. Try it without a key: ticketbench run {config}
version: 1
endpoint:
  # The built-in stand-in, which counts words. Your own endpoint: https://api.scaledown.xyz/classify,
  # with the key in the environment variable SCALEDOWN_API_KEY.
  url: "local://lexical/v1/classify"
dataset:
  path: {path}
{dataset}
rubric_sets:
  v1: rubrics/v1.yaml
  # v2: rubrics/v2.yaml    # your next version: see v1.yaml; then write `on: v2` in the gate below
cache: ../.ticketbench/answers.sqlite
policy:
  threshold: 0.60        # route when the top score is at least this
  escalate_above: 0.30   # escalate when two labels score above this
# Your own target and prices, once you know them; until then the usual prices are examples.
# choose:
#   min_precision: 0.90    # how often a routed ticket should be right
#   costs: {{misroute: 5, review: 1, escalate: 1.5}}
report:
  texts: masked          # mail, phone, IBAN ... masked; full: as they stand; none: no texts
# Committed answers of what runs in production: ticketbench baseline bless {config}
baseline: baselines/{name}.json
# Every answer, for a gate in CI: name the file, then ticketbench cache export {config}
# recording: recordings/{name}.jsonl
# What an edit has to meet: ticketbench gate {config}
gates:
  # `on` is the set that is judged. Write v2 once there is one, else no gate looks at it.
  - {{metric: accuracy, on: v1, not_worse_than: baseline, margin: 0.02}}
"""


@dataclass(frozen=True, slots=True)
class _Written:
    """What the config says of the table."""

    guesses: Sequence[Guess]
    delimiter: str
    separator: str
    spellings: Mapping[str, str]
    joined: Sequence[str]


def _config_text(file: Path, config: Path, written: _Written) -> str:
    path = os.path.relpath(file, config.parent).replace(os.sep, "/")
    return _CONFIG.format(
        file=as_comment(file.name),
        config=as_comment(as_argument(config)),
        path=as_yaml(path),
        dataset="\n".join(_dataset_lines(written)),
        name=config.stem,
    )


def _dataset_lines(written: _Written) -> Iterator[str]:
    if written.delimiter:
        sign = "tab" if written.delimiter == "\t" else in_quotes(written.delimiter)
        yield f"  delimiter: {sign}"
    if written.separator:
        yield f"  all_labels_separator: {in_quotes(written.separator)}"
    yield "  columns:"
    if all(guess.role != "id" for guess in written.guesses):
        yield "    # id: COLUMN              # no column looks like one: ids are made of the texts"
    for guess in written.guesses:
        yield _column_line(guess)
        if guess.role == "text" and written.joined:
            parts = ", ".join(as_yaml(name) for name in (*written.joined, guess.column))
            yield f"    # text: [{parts}]    # joined, if both are what the customer wrote"
    if written.spellings:
        yield "  labels:                    # every spelling of one label in the file"
        yield from (f"    {as_yaml(old)}: {as_yaml(new)}" for old, new in written.spellings.items())


def _column_line(guess: Guess) -> str:
    others = ", ".join(as_yaml(other) for other in guess.others)
    said = f"    {guess.role}: {as_yaml(guess.column)}"
    return f"{said:<30} # or: {others}" if others else said


_RUBRICS = """\
# One question a label. Sharpen them: say what belongs to the label and what does not.
# A next version is v2.yaml: a copy of this file; or `extends: v1.yaml` and below it `labels:`, with
# the entries that change, each with its name and rubric as here.
"""


def _rubrics_text(labels: Mapping[str, int], tickets: Sequence[Ticket]) -> str:
    """A question for each label, above it the words that its tickets use more than others."""
    texts: dict[str, list[set[str]]] = {label: [] for label in labels}
    for ticket in tickets:
        if ticket.label in texts:
            texts[ticket.label].append(_words(mask(ticket.text).text))
    return _RUBRICS + "".join(_entry(label, texts) for label in labels)


def _entry(label: str, texts: Mapping[str, list[set[str]]]) -> str:
    often = _typical(label, texts)
    said = f"# often in its tickets: {', '.join(often)}\n" if often else ""
    about = re.sub(r"[_-]+", " ", label).strip()
    question = in_quotes(f"Is the customer asking about {about}?")
    return f"{said}- name: {as_yaml(label)}\n  rubric: {question}\n"


def _typical(label: str, texts: Mapping[str, list[set[str]]]) -> list[str]:
    """The words whose share of tickets under the label is most above that under all others."""
    own = Counter(word for words in texts[label] for word in words)
    others = [words for name, found in texts.items() if name != label for words in found]
    rest = Counter(word for words in others for word in words)
    n, m = len(texts[label]), max(1, len(others))
    known = {word: count / n - rest[word] / m for word, count in own.items()
             if count >= _FEWEST_TICKETS}  # fmt: skip
    ahead = [word for word, share in known.items() if share > 0]
    return sorted(ahead, key=lambda word: (-known[word], word))[:_WORDS]


def _words(text: str) -> set[str]:
    """The longer words of a text in lower case, without what masking put there."""
    plain = re.sub(r"\[[^\]]*\]", " ", text).casefold()
    return {word for word in re.findall(r"[^\W\d_]+", plain) if len(word) >= _SHORTEST_WORD}
