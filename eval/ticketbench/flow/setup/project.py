"""A project made from somebody's table of labelled tickets: config and rubric stubs."""

from __future__ import annotations

import os
import re
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import listed
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import Ticket
from ticketbench.edge.files.atomic import write_file
from ticketbench.edge.files.links import written_at
from ticketbench.edge.files.yaml_text import as_comment, as_yaml, in_quotes
from ticketbench.edge.inputs.column_guess import Guess, guessed_columns
from ticketbench.edge.inputs.dataset import Columns, load_dataset
from ticketbench.edge.inputs.rubric_files import folded, not_a_label
from ticketbench.edge.tables.reading import read_table
from ticketbench.report.masking.mask import mask

SHOWN = 3
_WORDS = 3
_SHORTEST_WORD = 4
_FEWEST_TICKETS = 3
"""A word of fewer tickets may be somebody's name."""


@dataclass(frozen=True, slots=True)
class Project:
    """What was guessed from a table of `n` tickets and written; `shown` are the first, masked."""

    config: Path
    written: tuple[Path, ...]
    columns: tuple[Guess, ...]
    n: int
    labels: Mapping[str, int]
    shown: tuple[Ticket, ...]


def project_from(file: Path, folder: Path) -> Project:
    """Write a config, a rubric set of a question a label, and .gitattributes into `folder`.

    The table stays where it is. Raises InputError, before anything is written, where a column
    cannot be guessed, a row is wrong, labels are spelled in several ways, or a file is there.
    """
    guesses = guessed_columns(file, read_table(file))
    columns = Columns(**{guess.role: guess.column for guess in guesses})
    tickets = load_dataset(file, columns).dataset.tickets
    labels = _labels(file, tickets)
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", file.name.split(".")[0]).strip("-._") or "tickets"
    config = folder / "configs" / f"{name}.yaml"
    files = {
        config: _config_text(file, config, guesses),
        folder / "configs" / "rubrics" / "v1.yaml": _rubrics_text(labels, tickets),
    }
    _write(files)
    written = [*files, *_git_attributes(folder)]
    shown = tuple(_masked(ticket) for ticket in tickets[:SHOWN])
    return Project(config, tuple(written), guesses, len(tickets), labels, shown)


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
    alike: dict[str, list[str]] = {}
    for label in sorted(counts):
        alike.setdefault(folded(label), []).append(label)
    doubled = [names for names in alike.values() if len(names) > 1]
    if doubled:
        raise InputError(
            f"one label is spelled in several ways: {listed(doubled[0])}",
            where=str(file),
            help="write it in one way in the file; nothing was written",
        )
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


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
  columns:
{columns}
rubric_sets:
  v1: rubrics/v1.yaml
  # v2: rubrics/v2.yaml    # your next version: see the first lines of v1.yaml, then run again
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
# What an edit has to meet: ticketbench gate {config}
gates:
  - {{metric: accuracy, on: v1, not_worse_than: baseline, margin: 0.02}}
"""


def _config_text(file: Path, config: Path, guesses: Sequence[Guess]) -> str:
    path = os.path.relpath(file, config.parent).replace(os.sep, "/")
    return _CONFIG.format(
        file=as_comment(file.name),
        config=as_comment(as_argument(config)),
        path=as_yaml(path),
        columns="\n".join(_column_line(guess) for guess in guesses),
        name=config.stem,
    )


def _column_line(guess: Guess) -> str:
    others = ", ".join(as_yaml(other) for other in guess.others)
    said = f"    {guess.role}: {as_yaml(guess.column)}"
    return f"{said:<30} # or: {others}" if others else said


_RUBRICS = """\
# One question a label. Sharpen them: say what belongs to the label and what does not.
# A next version: `extends: v1.yaml` and under `labels:` the questions that change, as v2.yaml.
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
