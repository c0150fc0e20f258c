"""What must still be there where gates are judged by the rules of before: tickets, texts, answers.

An answer that was recorded and is another one now may be right or invented; nobody can see which
without asking again. So it is never a reason for green.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ticketbench.core.rubrics import RubricSet
from ticketbench.flow.gates.rules import Judge
from ticketbench.flow.steps.sources.answers import answer_source
from ticketbench.flow.steps.tables import rubric_set
from ticketbench.measure.gates.results import Kept, WrongTicket

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ticketbench.edge.answers.rows import Stored
    from ticketbench.edge.replay.questions import Questions
    from ticketbench.edge.replay.source import Source


@dataclass(frozen=True, slots=True)
class KeptAnswers:
    """What became of the answers of before: a gate for each rubric set that lacks some, how many
    answers the judgement rests on, how many of them were not recorded then, and how many are gone.
    """

    gates: tuple[Kept, ...]
    n_answers: int
    n_new: int
    n_gone: int


def kept_answers(judge: Judge, names: Sequence[str]) -> KeptAnswers:
    """Compare tickets, texts and stored answers of the rubric sets `names` with those of before.

    Scores that differ by 1e-6 or less are the same answer. Nothing is sent.
    """
    gone = _changed_tickets(judge)
    names = [name for name in names if name not in judge.bars]  # these are of before themselves
    gates: list[Kept] = []
    n_answers = n_new = n_gone = 0
    with answer_source(judge.inputs, mode="replay", reads_only=True) as sources:
        for name in names:
            rubrics = rubric_set(judge.inputs, name)
            found = _answers(judge, rubrics, sources.of(rubrics))
            n_answers, n_new = n_answers + found.n, n_new + found.n_new
            n_gone += found.n_gone
            wrong = (
                *gone,
                *(WrongTicket(one, "another answer") for one in found.others),
                *(WrongTicket(one, "answer gone") for one in found.gone),
            )
            if wrong:
                n = len(judge.tickets)
                at = judge.rules.name if judge.rules else ""
                gates.append(Kept(rubric_set=name, at=at, outcome="fail", n=n, tickets=wrong))
    return KeptAnswers(tuple(gates), n_answers, n_new, n_gone)


def _changed_tickets(judge: Judge) -> list[WrongTicket]:
    now = {ticket.id: ticket.text for ticket in judge.now.dataset.tickets}
    found = []
    for ticket in judge.tickets:
        if now.get(ticket.id) != ticket.text:
            found.append(WrongTicket(ticket.id, "rewritten" if ticket.id in now else "removed"))
    return found


@dataclass(frozen=True, slots=True)
class _Answers:
    """`n` answers in use, `n_new` of them without one of before, `n_gone` of before without one in
    use; ids of tickets with another, and of those that had one and have none, as few as
    `--allow-failures` lets pass.
    """

    n: int
    n_new: int
    n_gone: int
    others: tuple[str, ...]
    gone: tuple[str, ...]


def _answers(judge: Judge, rubrics: RubricSet, source: Source) -> _Answers:
    from ticketbench.edge.answers.recording import in_order
    from ticketbench.edge.replay.drift import same_answer
    from ticketbench.edge.replay.questions import questions

    asked = questions(judge.inputs.dataset, rubrics, source.url)
    keys = (*asked.position, *asked.in_file)
    cached = source.cache.read(keys)[0]
    ordered = in_order(source.recording, keys)
    stored = {key: source.recording.get(key) or cached.get(key) for key in ordered}
    ordered = in_order(judge.recording, keys)
    used = _by_question(asked, stored)
    then = _by_question(asked, {key: judge.recording.get(key) for key in ordered})
    altered = {
        number
        for number, answer in used.items()
        if number in then and not same_answer(then[number].content, answer.content, rubrics.labels)
    }
    gone = then.keys() - used.keys()
    tickets = [*zip(judge.inputs.dataset.tickets, asked.of_ticket.tolist(), strict=True)]
    return _Answers(
        n=len(used),
        n_new=len(used.keys() - then.keys()),
        n_gone=len(gone),
        others=tuple(ticket.id for ticket, number in tickets if number in altered),
        gone=tuple(ticket.id for ticket, number in tickets if number in gone),
    )


def _by_question(asked: Questions, answers: Mapping[str, Stored | None]) -> dict[int, Stored]:
    """The answer of each question: to the text as it is sent, else as it stands in the file."""
    found: dict[int, Stored] = {}
    for keys in (asked.position, asked.in_file):
        for key, number in keys.items():
            answer = answers[key]
            if answer is not None:
                found.setdefault(number, answer)
    return found
