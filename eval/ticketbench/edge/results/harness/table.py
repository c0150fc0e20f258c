"""Which harness wrote a file, and its answers as a table of predictions."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import words
from ticketbench.core.registry import import_modules
from ticketbench.edge.files.reading import read_start
from ticketbench.edge.imports.json_values import Pieces
from ticketbench.edge.results.forms.options import Form
from ticketbench.edge.results.forms.origin import Origin
from ticketbench.edge.results.harness import tools
from ticketbench.edge.results.harness.answer import HARNESSES, UNLABELLED, Answer, Harness
from ticketbench.edge.results.harness.gold import GOLD, gold_of_cases
from ticketbench.edge.results.harness.records import Beside, Record, records
from ticketbench.edge.tables.rows import Cell, MalformedRow, Row, Table

_START = 1_000_000
_GOLD_FILE = "PACK/cases.jsonl"
_NOBODYS = "without a model, of several"


@dataclass(frozen=True, slots=True)
class _Placed:
    """An answer, and the line that it stands in."""

    line: int
    answer: Answer


def harness_table(path: Path, origin: Origin) -> Table | None:
    """The answers in a file of JSON as a table of predictions; None where it is no known harness's.

    Questions are rubric sets, and are called `QUESTION@MODEL` where several models answered one. A
    file one of whose own columns the user names is read as it stands. Notes say whose file it is
    and what was left out. Raises InputError for what is not as this harness writes it, and where
    gold labels are missing.
    """
    if not _may_be(path):
        return None
    found, beside = records(path)
    own = _harness_of(found, beside)
    if own is None or _names_own_columns(origin.form, found):
        return None
    beside |= {GOLD: _gold(own, origin)}
    left_out: Counter[str] = Counter()
    answers = list(_answers(own, found, beside, path, left_out))
    if not answers:
        why = f": {_left_out(left_out)}" if left_out else ""
        raise InputError(f"{path.name} holds no answer to judge{why}", where=str(path))
    if "label" not in origin.form.columns:
        answers = _labelled(answers, own, origin, left_out)
    return _table(_of_named_models(answers, left_out), own, left_out)


def _may_be(path: Path) -> bool:
    """Whether the file may be a harness's: an object of JSON, or one a line with its keys."""
    start = read_start(path, _START).decode("utf-8-sig", "ignore")
    if path.suffix.lower() == ".json":
        return start.lstrip()[:1] == "{"
    try:
        first = Pieces(io.StringIO(start).read).value()
    except MalformedRow:
        return False
    return _harness_of([(1, first)], {}) is not None


def _harness_of(found: Sequence[Record], beside: Beside) -> Harness | None:
    """The harness whose keys the first record, and what stands beside all, have."""
    import_modules(tools.__name__)
    first = found[0][1] if found else None
    if not isinstance(first, dict):
        return None
    keys = {*first, *beside}
    return next((one for one in HARNESSES if keys.issuperset(one.tells)), None)


def _names_own_columns(form: Form, found: Sequence[Record]) -> bool:
    return any(column in found[0][1] for column in form.columns.values())


def _gold(own: Harness, origin: Origin) -> dict[str, dict[str, str]]:
    given = origin.form.gold
    if not own.needs_gold:
        return {}
    if given is None:
        what = f"a recording of {own.tool} holds no gold labels"
        help_ = f"name the cases of its pack: {origin.say(gold=_GOLD_FILE)}"
        raise InputError(what, where=origin.columns, help=help_)
    return gold_of_cases(Path(given))


def _answers(
    own: Harness, found: Sequence[Record], beside: Beside, path: Path, left_out: Counter[str]
) -> Iterator[_Placed]:
    """What every record says; what it leaves out is counted by its reason."""
    for line, record in found:
        try:
            for one in own.read(record, beside):
                if isinstance(one, Answer):
                    yield _Placed(line, one)
                else:
                    left_out[one] += 1
        except InputError as error:
            raise error.located(f"{path}:{line}") from None
        except (KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            what = f"this record is not as {own.tool} writes it"
            help_ = "write the file anew, or say what its columns are: --columns"
            raise InputError(what, where=f"{path}:{line}", help=help_) from None


def _labelled(
    answers: Sequence[_Placed], own: Harness, origin: Origin, left_out: Counter[str]
) -> list[_Placed]:
    """Those with a gold label. Raises InputError where none has one."""
    kept = [one for one in answers if one.answer.label]
    if not kept:
        columns = list(dict.fromkeys(name for one in answers for name in one.answer.columns))
        help_ = f"label the tickets, and run {own.tool} again"
        if columns:
            help_ = f"say which column has it: {origin.say(columns={'label': 'COLUMN'})}"
            help_ += f", of {words(columns)}"
        what = f"none of {_n(len(answers), 'answer')} in this file of {own.tool} has a gold label"
        raise InputError(what, where=origin.columns, help=help_)
    if len(kept) < len(answers):
        left_out[UNLABELLED] += len(answers) - len(kept)
    return kept


def _of_named_models(answers: Sequence[_Placed], left_out: Counter[str]) -> list[_Placed]:
    """Those that say whose they are, where several models answered a question.

    A failure may name no model: it belongs to the only one there is, and else to nobody.
    """
    variants = _variants([one.answer for one in answers])
    kept = [one for one in answers if one.answer.variant or len(variants[one.answer.question]) < 2]
    if len(kept) < len(answers):
        left_out[_NOBODYS] += len(answers) - len(kept)
    return kept


def _variants(answers: Sequence[Answer]) -> dict[str, set[str]]:
    """The models, or what else tells them apart, that answered each question."""
    found: dict[str, set[str]] = {}
    for answer in answers:
        found.setdefault(answer.question, set()).update(filter(None, [answer.variant]))
    return found


def _table(answers: Sequence[_Placed], own: Harness, left_out: Counter[str]) -> Table:
    names = _set_names([one.answer for one in answers])
    seen: Counter[tuple[str, str]] = Counter()
    rows, columns = [], dict[str, None]()
    for placed in answers:
        answer = placed.answer
        name = names[answer.question, answer.variant]
        seen[name, answer.ticket] += 1
        times = seen[name, answer.ticket]
        again = f"-{times}" if times > 1 and answer.group else ""
        values = _cells(answer, name, answer.ticket + again)
        columns |= dict.fromkeys(values)
        rows.append(Row(placed.line, values))
    sets = len(set(names.values()))
    told = f"the file is of {own.tool}: {_n(len(rows), 'answer')}"
    told += f" in {sets} sets" if sets > 1 else ""
    notes = [told, *([f"left out: {_left_out(left_out)}"] if left_out else [])]
    return Table(tuple(columns), tuple(rows), tuple(notes))


def _set_names(answers: Sequence[Answer]) -> dict[tuple[str, str], str]:
    """What the answers to a question are called, by question and variant."""
    several = {name for name, variants in _variants(answers).items() if len(variants) > 1}
    keys = {(one.question, one.variant) for one in answers}
    return {key: f"{key[0]}@{key[1]}" if key[0] in several else key[0] for key in keys}


def _cells(answer: Answer, name: str, ticket: str) -> dict[str, Cell]:
    cells: dict[str, Cell] = {"rubric_set": name, "ticket_id": ticket, "label": answer.label}
    if answer.group:
        cells["group_id"] = answer.group
    if answer.top:
        cells["top_label"] = answer.top
    if answer.scores is not None:
        cells["scores"] = json.dumps(answer.scores)
    if answer.failure is not None:
        cells["failure"] = answer.failure
    return cells | dict(answer.columns)


def _left_out(counted: Counter[str]) -> str:
    return words([f"{_n(n, 'answer')} {reason}" for reason, n in counted.most_common()])


def _n(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"
