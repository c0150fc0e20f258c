"""What was imported, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ticketbench.flow.data.asked import FIRST, LEAVE_OUT, NONE
from ticketbench.flow.import_notes import ImportNotes, Resolution
from ticketbench.measure.agreement.summary import Agreement
from ticketbench.report.words import numbers

COEFFICIENTS = {"kappa": "Cohen's kappa", "alpha": "Krippendorff's alpha"}


def headline(found: ImportNotes) -> str:
    """How many tickets became rows, of how many records."""
    of = f" of {numbers.count(found.n_records, 'record')}" if found.n_records else ""
    return f"{numbers.count(found.n_tickets, 'ticket')}{of}"


def left_out_text(found: ImportNotes) -> str:
    """What was not taken, each with its count; empty where all was."""
    return counted_reasons(found.left_out)


def counted_reasons(reasons: Mapping[str, int]) -> str:
    """Why things were not taken, each with its count: "spam (3), internal notes (1)"."""
    return ", ".join(f"{why} ({n:,})" for why, n in reasons.items())


def made_texts(found: ImportNotes) -> Iterator[str]:
    """What was decided about ids and labels, a sentence each."""
    if found.n_made:
        yield f"no id in {numbers.count(found.n_made, 'record')}: ids are made of the texts"
    if found.n_several:
        yield (
            f"{numbers.count(found.n_several, 'ticket')} with several labels in one answer: "
            "the first is the label, all_labels has all"
        )


def agreement_text(found: Agreement) -> str:
    """Who labelled what, and how often they agree."""
    n = numbers.count(found.n_double, "ticket")
    every = (
        "" if found.n_double == found.n_tickets else f" with two answers, of {found.n_tickets:,}"
    )
    annotations = numbers.count(found.n_annotations, "annotation")
    people = numbers.count(found.n_annotators, "annotator")
    agreed = f"agreed on {found.n_agreed:,} of {found.n_double:,}"
    return f"{n}{every}, {annotations}, {people}: {agreed} ({numbers.estimate(found.agreed)})"


def chance_text(found: Agreement) -> str:
    """Agreement beyond chance, with a warning where there are few tickets."""
    e = found.beyond_chance
    value = numbers.number(e.value, 3)
    ends = f" [{numbers.number(e.low, 3)}, {numbers.number(e.high, 3)}]" if e.low == e.low else ""
    why = "" if ends else f" ({e.method})"
    few = (
        f"; few: {numbers.count(found.n_double, 'ticket')}, so the interval is rough"
        if found.few
        else ""
    )
    return f"{COEFFICIENTS[found.coefficient]} {value}{ends or why}{few}"


def pairs_text(found: Agreement) -> str:
    """The labels that are confused most; empty where nobody disagreed."""
    told = (f"{one.first} and {one.second} ({one.n:,})" for one in found.pairs)
    return ", ".join(told)


def resolution_text(found: Resolution) -> str:
    """What became of tickets on which people do not agree; empty where all did."""
    parts = []
    if found.n_majority:
        parts.append(f"{numbers.count(found.n_majority, 'ticket')} decided by a majority")
    if found.n_undecided:
        undecided = numbers.count(found.n_undecided, "ticket")
        parts.append(f"{undecided} without a majority: {_by_rule(found)}")
    return "; ".join(parts)


def _by_rule(found: Resolution) -> str:
    match found.rule:
        case rule if rule == LEAVE_OUT:
            return "left out"
        case rule if rule == NONE:
            return "labelled __none__"
        case rule if rule == FIRST:
            return "the first answer taken"
        case name:
            rest = found.n_undecided - found.n_written
            left = f", {rest:,} left out that {name} did not answer" if rest else ""
            return f"the answer of {name} taken{left}"
