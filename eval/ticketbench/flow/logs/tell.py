"""What the logs of a service tell, alone and against what they should be like."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.policy import OUTCOMES, Policy
from ticketbench.core.quotes import quoted, words
from ticketbench.core.types import Ticket
from ticketbench.edge.tables.reading import read_table
from ticketbench.flow.categories import of_log
from ticketbench.flow.logs.columns import column_names
from ticketbench.flow.logs.decisions import read_entries
from ticketbench.flow.logs.entries import Entries, Entry
from ticketbench.flow.logs.periods import By, Periods, periods
from ticketbench.flow.logs.standard import Chosen, chosen
from ticketbench.flow.steps.settings import SEED
from ticketbench.measure.categories.found import Categories
from ticketbench.measure.drift.against import Against, against
from ticketbench.measure.drift.log import UNKNOWN, Described, Log, described
from ticketbench.report.masking.texts import NO_TEXTS, Masking, ShownTexts, shown_texts
from ticketbench.report.words import numbers

_ID, _TEXT = ("ticket_id", "id"), ("text", "body", "message")


@dataclass(frozen=True, slots=True)
class Asked:
    """How a log is to be told.

    against  a policy file or a run; empty: alone
    columns  ROLE=NAME texts, for tables that call their columns otherwise
    by       day or week; None: as suits it
    texts    a table of id and text, to show what is to be read
    mixed    decisions of other policies or rubrics are wanted, too
    tickets_per_day, reviews_per_day  volume, and what people can read; None: that of the log, and
             nobody knows
    """

    against: str = ""
    columns: Sequence[str] = ()
    by: By | None = None
    texts: Path | None = None
    mixed: bool = False
    tickets_per_day: float | None = None
    reviews_per_day: float | None = None


@dataclass(frozen=True, slots=True)
class LogReport:
    """What is told.

    by         what the periods are; None where the log has no times
    against    None for a log alone; `standard` says what it was held against
    policy     whose thresholds are meant
    texts      of the tickets to read, masked, by id; `masking` says what was masked
    categories  what the lowest scores hold; None where there are no texts
    notes      what was left out, or could not be told
    """

    files: tuple[str, ...]
    by: By | None
    standard: str
    policy: Policy
    described: Described
    against: Against | None
    texts: Mapping[str, str]
    masking: Masking
    categories: Categories | None
    notes: tuple[str, ...]


def logs(files: Sequence[Path], asked: Asked) -> LogReport:
    """The decisions of `files`, as `asked`; nothing is sent.

    Raises InputError where there is no decision, a row is none, a log is of another policy, or what
    it is to be held against is not there.
    """
    entries = read_entries(files, column_names(asked.columns))
    of = chosen(asked.against) if asked.against else None
    mixed = _mixed(entries, of, files, wanted=asked.mixed)
    cut = periods([one.time for one in entries.decisions], asked.by)
    log, notes = _log(entries.decisions, of, cut)
    policy = of.standard.policy if of else Policy()
    told = described(log, policy)
    given = {} if asked.texts is None else _given(asked.texts)
    shown, unread = _to_read(told, given, asked.texts)
    rubrics = of.rubrics if of else ()
    return LogReport(
        files=tuple(map(str, files)),
        by=cut.by,
        standard=of.said if of else "",
        policy=policy,
        described=told,
        against=_against(log, of, asked, mixed=mixed) if of else None,
        texts=shown.texts,
        masking=shown.masking,
        categories=of_log(log, given, policy, rubrics) if asked.texts else None,
        notes=tuple(filter(None, (*entries.notes, cut.note, *notes, _nameless(log), unread))),
    )


def _against(log: Log, of: Chosen, asked: Asked, *, mixed: bool) -> Against:
    return against(
        log,
        of.standard,
        mixed=mixed,
        capacity=math.nan if asked.reviews_per_day is None else asked.reviews_per_day,
        tickets_per_day=asked.tickets_per_day,
        seed=SEED,
    )


def _mixed(entries: Entries, of: Chosen | None, files: Sequence[Path], *, wanted: bool) -> bool:
    """Whether decisions of another policy or other rubrics are among these.

    Raises InputError where they are not wanted.
    """
    if of is None or not entries.named:
        return False
    named = [one for one in entries.decisions if one.policy]
    others = Counter(one.policy for one in named if of.policy and one.policy != of.policy)
    rubrics = Counter(one.rubric_set for one in named if one.rubric_set != of.fingerprint)
    kind, found = ("policy", others) if others else ("rubric set", rubrics)
    if found and not wanted:
        n = sum(found.values())
        name, _ = found.most_common(1)[0]
        raise InputError(
            f"{n:,} of {len(entries.decisions):,} decisions are of another {kind}: "
            f"{quoted(name.removeprefix('sha256:')[:12])}",
            where=", ".join(map(str, files)),
            help=f"hold them against that {kind}, or take all of them with --mixed",
        )
    return bool(found)


def _log(entries: Sequence[Entry], of: Chosen | None, cut: Periods) -> tuple[Log, tuple[str, ...]]:
    """The arrays, and what could not be told of outcomes."""
    labels = _labels(entries, of)
    place = {label: i for i, label in enumerate(labels)}
    outcomes, note = _outcomes(entries, of)
    log = Log(
        labels=labels,
        ids=tuple(one.ticket_id for one in entries),
        top=np.array(
            [UNKNOWN if one.label is None else place[one.label] for one in entries], dtype=np.int64
        ),
        score=np.array([math.nan if one.score is None else one.score for one in entries]),
        outcome=np.array(outcomes, dtype=np.int64),
        reasons=tuple(one.reason for one in entries),
        models=tuple(one.model for one in entries),
        period=np.array(cut.of, dtype=np.int64),
        periods=cut.names,
        days=cut.days,
    )
    return log, (note,)


def _labels(entries: Sequence[Entry], of: Chosen | None) -> tuple[str, ...]:
    """Those of the standard, else those seen, the commonest first; ties by name."""
    seen = Counter(one.label for one in entries if one.label is not None)
    if of is None:
        return tuple(sorted(seen, key=lambda label: (-seen[label], label)))
    known = of.standard.reference.labels
    strange = [label for label in seen if label not in known]
    if strange:
        raise InputError(
            f"the log has labels that {of.said} does not: {words(strange)}",
            help="hold it against the policy or run that it comes from",
        )
    return known


def _outcomes(entries: Sequence[Entry], of: Chosen | None) -> tuple[list[int], str]:
    """The outcome of each as the log has it, else as the policy decides; and a note on those."""
    found = [OUTCOMES.index(one.outcome) if one.outcome else UNKNOWN for one in entries]
    if of is None or UNKNOWN not in found:
        return found, ""
    policy, labels = of.standard.policy, of.standard.reference.labels
    decided = 0
    for i, one in enumerate(entries):
        scores = [(one.scores or {}).get(label) for label in labels]
        whole = [score for score in scores if score is not None]
        if found[i] == UNKNOWN and len(whole) == len(labels) and max(whole) > 0:
            found[i] = policy.decide_one(whole, labels).outcome
            decided += 1
    left = found.count(UNKNOWN)
    said = f"{decided:,} outcomes are what the policy says of the scores" if decided else ""
    unknown = f"{left:,} have no outcome: log `outcome`, or all scores" if left else ""
    return found, "; ".join(filter(None, [said, unknown]))


def _nameless(log: Log) -> str:
    """A note on answers that cannot be among the tickets to read, however low they score."""
    n = sum(has and not name for name, has in zip(log.ids, log.scored.tolist(), strict=True))
    return f"{numbers.count(n, 'answer')} without `ticket_id` cannot be named to read" if n else ""


def _given(path: Path) -> Mapping[str, str]:
    """The texts of a table by id, as they stand there; of equal ids the first."""
    table = read_table(path)
    own = [next((n for n in names if n in table.columns), "") for names in (_ID, _TEXT)]
    if not all(own):
        what = f"it has no column {' or '.join(_TEXT if own[0] else _ID)}"
        raise InputError(what, where=f"{path}:1", help="a table of id and text is read")
    cells = ((row.values.get(own[0]), row.values.get(own[1])) for row in reversed(table.rows))
    return {str(name): str(text or "") for name, text in cells}


def _to_read(
    told: Described, given: Mapping[str, str], path: Path | None
) -> tuple[ShownTexts, str]:
    """The texts of the tickets to read, masked, and a note where some are not there."""
    if path is None or not told.to_read:
        return ShownTexts({}, NO_TEXTS), ""
    wanted = {one.ticket_id for one in told.to_read}
    found = shown_texts([Ticket(i, given[i], "") for i in given if i in wanted], "masked")
    missing = len(wanted) - len(found.texts)
    return found, f"{missing} of these texts are not in {path}" * bool(missing)
