"""What each label gets: the numbers of the recommendation, those that change most first."""

from __future__ import annotations

import re

from reports import improved, report_of, view
from tables import random_table
from ticketbench.measure.recommendation import Recommendation
from ticketbench.report.decide.labels import MOST, labels
from ticketbench.report.decide.view import View, view_of


def cells(seen: View, part: str) -> dict[int, str]:
    shown = str(labels(seen))
    rows = re.findall(r'<tr data-label="(\d+)">(.*?)</tr>', shown, re.DOTALL)
    found = {}
    for at, row in rows:
        cell = re.search(rf'data-part="{part}">(.*?)</td>', row)
        assert cell is not None
        found[int(at)] = re.sub("<[^>]+>", "", cell[1])
    return found


def test_the_table_says_what_the_recommendation_says() -> None:
    base = random_table(300)
    report = report_of(base, improved(base, share=0.4))
    seen, found = view_of(report), report.results.recommendation
    assert seen is not None
    assert isinstance(found, Recommendation)
    assert len(found.moves) == 4
    for move in found.moves:
        at = seen.labels.index(move.label)
        assert cells(seen, "away")[at] == str(move.then.away)
        assert cells(seen, "sent-in")[at] == str(move.then.sent_in)
        assert cells(seen, "person")[at] == str(move.then.person)


def test_of_many_labels_those_that_change_most_are_shown_first() -> None:
    base = random_table(800, k=20, sharpness=3)
    seen = view(base, improved(base, share=0.5))
    shown = str(labels(seen))
    before, behind = shown.split("<details>")
    assert before.count("data-label=") == MOST
    assert behind.count("data-label=") == 20 - MOST
    moves = {move.label: abs(move.change.value) for move in seen.found.moves}
    of = [[moves[seen.labels[int(i)]] for i in re.findall(r'data-label="(\d+)"', part)]
          for part in (before, behind)]  # fmt: skip
    assert min(of[0]) >= max(of[1])


def test_a_label_of_few_tickets_is_told_as_such_to_a_reader_of_the_chart() -> None:
    seen = view(random_table(60, k=5))
    assert "(few tickets)" in str(labels(seen))
