"""Every section is a fold: a title, an answer of one line, a body that needs no style."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

import pytest

from tables import random_table, table
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.core.types import Estimate, Failure, ScoreTable
from ticketbench.measure.drift.alarm import Drift
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.results import (
    DatasetSummary,
    RunResults,
    SetDrift,
    SetSlices,
    SettingWorkload,
    run_results,
)
from ticketbench.measure.sample.slices import Slice, Slices
from ticketbench.measure.sample.workload import Workload
from ticketbench.report.charts import NEW, OLD, THIRD
from ticketbench.report.rendering import Report
from ticketbench.report.sections import (
    MOST_SHORT,
    SECTIONS,
    RenderedSection,
    rendered_sections,
    set_strokes,
)

LABELS = tuple("abcdefghijklmn")


def run(
    tables: list[ScoreTable],
    settings: Settings | None = None,
    mix: Mapping[str, float] | None = None,
) -> RunResults:
    rubrics = tuple(Rubric(name, f"Is it {name}?") for name in tables[0].labels)
    named = [RubricSet(t.provenance.rubric_set, rubrics) for t in tables]
    summary = DatasetSummary("d.csv", "f" * 64, len(tables[0].ids), ())
    return run_results("r", summary, named, tables, settings or Settings(), (), mix)


def sets(*names: str, k: int = 3, n: int = 60) -> list[ScoreTable]:
    """Answers of each set to the same tickets, drawn alike."""
    gold = [LABELS[i] for i in random_table(n, k=k, seed=1).truth.tolist()]
    return [
        table(random_table(n, k=k, seed=i + 1).scores.tolist(), gold, labels=LABELS[:k],
              rubric_set=name, wanted=[[g, "a"] for g in gold])
        for i, name in enumerate(names)
    ]  # fmt: skip


@cache
def one() -> RunResults:
    return run(sets("v1"))


@cache
def two() -> RunResults:
    return run(sets("v1", "v2"), mix={"a": 1, "b": 2, "c": 3})


@cache
def three() -> RunResults:
    return run(sets("v1", "v2", "v3"), Settings(target_stated=True))


@cache
def many_labels() -> RunResults:
    return run(sets("v1", "v2", k=14))


@cache
def few_tickets() -> RunResults:
    return run(sets("v1", "v2", n=6))


@cache
def nothing() -> RunResults:
    return run([table([], [])])


@cache
def failed() -> RunResults:
    failures = (Failure("t-failed", "http", 422, "bad"),)
    return run([replace(t, failures=failures) for t in sets("v1", "v2")])


KINDS: dict[str, Callable[[], RunResults]] = {
    made.__name__: made for made in (one, two, three, many_labels, few_tickets, nothing, failed)
}


@cache
def folds(kind: str) -> tuple[RenderedSection, ...]:
    return tuple(rendered_sections(Report(KINDS[kind](), {}, "0.1.0")))


def body(kind: str, name: str) -> str:
    return next(str(fold.body) for fold in folds(kind) if fold.id == name)


def short(of: RunResults, name: str) -> str:
    """The answer of one section, as long as it is."""
    return SECTIONS.get(name).short(Report(of, {}, "0.1.0"))


@pytest.mark.parametrize("kind", KINDS)
def test_every_fold_is_answered_in_one_plain_line(kind: str) -> None:
    assert len(folds(kind)) >= 8
    for fold in folds(kind):
        assert 0 < len(fold.short) <= MOST_SHORT, fold
        assert not set("[]{}<>\n") & set(fold.short), fold
        assert not {"nan", "nan%"} & set(fold.short.split()), fold
        assert fold.title[-1] not in ".!:"


@pytest.mark.parametrize("kind", KINDS)
def test_no_body_needs_a_style_and_headings_start_at_the_third(kind: str) -> None:
    for fold in folds(kind):
        assert not re.search(r"\sstyle=|<style|<script|\son\w+=", fold.body)
        assert not re.search(r"<h[12456]", fold.body)
        assert not re.search(r'class="(card|verdict|good|bad|up|down)', fold.body)


@pytest.mark.parametrize("kind", KINDS)
def test_every_table_stands_in_a_focusable_region_with_a_name_of_its_own(kind: str) -> None:
    bodies = "".join(fold.body for fold in folds(kind))
    region = r'<div tabindex="0" role="region" aria-label="([^"]+)"><table(?: class="[^"]+")?>'
    names = re.findall(region, bodies)
    assert len(names) == bodies.count("<table") > 5
    assert len(names) == len(set(names))


@pytest.mark.parametrize("kind", KINDS)
def test_ids_of_all_folds_are_unique_and_no_link_leads_to_a_list_that_is_not_there(
    kind: str,
) -> None:
    bodies = "".join(fold.body for fold in folds(kind))
    ids = re.findall(r'\sid="([^"]+)"', bodies)
    assert len(ids) == len(set(ids))
    assert "<a " not in bodies
    assert set(re.findall(r'href="#([^"]+)"', bodies)) <= set(ids)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("v2", "v2 is worse than v1"),
        ("the new one of July that three of us wrote in a hurry",
         "the new one of July that three of us wrote in a hurry is…"),
        ("x" * 80, "x" * 59 + "…"),
    ],
)  # fmt: skip
def test_an_answer_that_is_too_long_ends_between_words_where_it_can(name: str, shown: str) -> None:
    made = rendered_sections(Report(run(sets("v1", name)), {}, "0.1.0"))
    assert made[0].short == shown
    assert max(len(fold.short) for fold in made) <= MOST_SHORT


def test_an_answer_writes_out_what_could_not_be_seen() -> None:
    of = run(sets("v1", "v\u202e2"))
    found = {fold.id: fold.short for fold in rendered_sections(Report(of, {}, "0.1.0"))}
    assert "\u202e" not in "".join(found.values())
    assert "v⟨U+202E⟩2" in found["verdict"]


# The answers


def test_the_answer_of_the_verdict_is_its_headline() -> None:
    assert short(two(), "verdict") == "v2 is worse than v1"
    assert re.fullmatch(r"\d+\.\d% right", short(one(), "verdict"))


def test_the_answer_of_all_measures_is_the_change_of_the_accuracy() -> None:
    (c,) = two().comparisons
    assert short(two(), "measures") == f"accuracy {100 * c.accuracy.value:+.1f} points"
    assert short(three(), "measures").endswith("points to v2")
    accuracy = one().evaluations[0].accuracy.value
    assert short(one(), "measures") == f"accuracy {100 * accuracy:.1f}%"


def test_the_answer_on_thresholds_says_what_is_promised_or_what_costs_least() -> None:
    assert short(three(), "threshold") == "no promise is made for v1"
    made = run(sets("v1"), Settings(target_stated=True, min_precision=0.9))
    assert short(made, "threshold") == "90 right of 100 cannot be promised"
    assert re.fullmatch(r"\d\.\d\d costs least", short(one(), "threshold"))
    assert short(few_tickets(), "threshold") == "none is chosen from fewer than 50 tickets"


def test_a_promise_is_answered_with_its_threshold_and_a_thin_one_as_too_thin() -> None:
    of = run([table([[0.9, 0.1, 0.0]] * 200, ["a"] * 200)], Settings(target_stated=True))
    found = of.recommendation
    assert found is not None
    assert found.promise is not None
    assert short(of, "threshold") == "95 right of 100 promised at 0.90"
    thin = replace(found, promise=replace(found.promise, reach=0.05))
    shown = short(replace(of, recommendation=thin), "threshold")
    assert shown == "95 right of 100 too thin to promise at 0.90"


@pytest.mark.parametrize(
    ("score", "right", "said"),
    [
        (0.97, 200, "v1 is too sure by 0.47"),
        (0.51, 200, "no sign that v1 is off"),
        (0.60, 400, "v1 is too careful by 0.40"),
    ],
)
def test_the_answer_on_calibration_says_how_far_scores_are_off_and_which_way(
    score: float, right: int, said: str
) -> None:
    gold = ["a"] * right + ["b"] * (400 - right)
    of = run([table([[score, 1 - score, 0]] * 400, gold)])
    assert short(of, "calibration") == said


def test_without_a_scored_ticket_nothing_is_said_of_calibration() -> None:
    assert short(nothing(), "calibration") == "no scored tickets"


def test_the_answer_on_escalation_counts_those_that_needed_it() -> None:
    # Of 30 tickets 20 are escalated, 15 of these name two labels.
    scores = [[0.45, 0.4, 0.15]] * 20 + [[0.9, 0.05, 0.05]] * 10
    wanted = [["a", "b"]] * 15 + [["a"]] * 15
    of = run([table(scores, ["a"] * 30, wanted=wanted)])
    assert short(of, "escalation") == "15 of 20 escalated tickets needed it"
    none = run([table(scores[20:], ["a"] * 10, wanted=wanted[:10])])
    assert short(none, "escalation") == "v1 escalates no ticket as set"


def test_the_answer_at_equal_risk_names_a_set_only_where_it_leads_everywhere() -> None:
    scores = [[0.9 - i / 100, 0.1 + i / 100, 0] for i in range(40)]
    good = table(scores, ["a"] * 40, rubric_set="v2")
    bad = table([[b, a, c] for a, b, c in scores], ["a"] * 40)
    assert short(run([bad, good]), "coverage") == "v2 ahead at every share"
    alike = table(scores, ["a"] * 40)
    assert short(run([alike, good]), "coverage") == "no set is ahead at every share"
    assert short(run([good]), "coverage") == "0% wrong among the surest 50%"


def test_the_answer_on_labels_is_the_one_found_least_among_those_with_tickets() -> None:
    of = run([table([[0.9, 0.1, 0]] * 60, ["a"] * 30 + ["b"] * 25 + ["c"] * 5)])
    assert short(of, "labels") == "b is found least, 0.0%"
    assert short(few_tickets(), "labels") == "few tickets of each"


def test_the_answer_on_confusions_is_the_wrong_route_that_most_tickets_take() -> None:
    a, b = [0.9, 0.1, 0], [0.1, 0.9, 0]
    of = run([table([a] * 5 + [b] * 3 + [a] * 9, ["b"] * 5 + ["a"] * 3 + ["__none__"] * 9)])
    assert short(of, "confusions") == "5 tickets from b to a"
    right = run([table([a] * 5, ["a"] * 5)])
    assert short(right, "confusions") == "no ticket with a label goes out wrong"


def test_the_answer_on_rubrics_is_the_worst_flagged_pair() -> None:
    a, b = [0.9, 0.1, 0], [0.1, 0.9, 0]
    mixed = run([table([a] * 20 + [b] * 10 + [b] * 20, ["a"] * 30 + ["b"] * 20)])
    assert short(mixed, "rubrics") == "10 of 50: a and b"
    sound = run([table([a] * 20 + [b] * 20, ["a"] * 20 + ["b"] * 20)])
    assert short(sound, "rubrics") == "none is found"
    few = run([table([a] * 5, ["a"] * 5)])
    assert short(few, "rubrics") == "too few tickets to tell"


def test_the_answer_on_suspects_counts_them() -> None:
    n = len(two().suspects)
    assert short(two(), "review") == f"{n} tickets; read them again"
    single = replace(two(), suspects=two().suspects[:1])
    assert short(single, "review") == "1 ticket; read it again"


def a_slice(value: str, *, flagged: bool) -> Slice:
    accuracy, change = one().evaluations[0].accuracy, two().comparisons[0].accuracy
    return Slice("channel", value, 30, accuracy, change, 0.01, 0.01, flagged)


@pytest.mark.parametrize(
    ("flagged", "said"),
    [("", "none stands out"), ("chat", "channel chat stands out"), ("chat mail", "2 stand out")],
)
def test_the_answer_on_slices_names_the_only_one_that_stands_out(flagged: str, said: str) -> None:
    found = tuple(a_slice(value, flagged=value in flagged.split()) for value in ("chat", "mail"))
    of_other = tuple(a_slice(value, flagged=True) for value in ("web", "chat", "mail"))
    made = (SetSlices("v2", Slices(of_other, ())), SetSlices("v1", Slices(found, ())))
    assert short(replace(one(), slices=made), "slices") == said


@pytest.mark.parametrize(
    ("n", "p", "said"),
    [
        (800, 0.2, "v1: nothing that matters moved"),
        (800, 0.001, "v1: scores moved"),
        (120, 0.001, "v1: scores moved, weak"),
        (49, math.nan, "too few answers in the log to tell"),
    ],
)
def test_the_answer_on_drift_is_whether_the_set_in_use_moved(n: int, p: float, said: str) -> None:
    found = Drift(0.2, p, 0.02, 0.6, "b", -0.02, 0.3, 400, n)
    assert short(replace(one(), drift=(SetDrift("v1", found),)), "drift") == said


def test_the_answer_on_the_workload_is_what_a_person_reads() -> None:
    named = (Estimate(value, math.nan, math.nan, 50, "") for value in (60.0, 30.2, 9.8, 4.0))
    day = SettingWorkload("today", "v1", 0.6, at_mix=False, found=Workload(100, *named))
    assert short(replace(one(), workloads=(day,)), "workload") == "today: 30 to review a day"


def test_the_answer_at_the_mix_is_how_often_the_set_in_use_is_right_there() -> None:
    used = two().recommendation
    assert used is not None
    (m,) = (m for m in two().production if m.rubric_set == used.rubric_set)
    assert short(two(), "mix") == f"{m.rubric_set} {100 * m.accuracy.value:.1f}% right there"
    unknown = tuple(replace(m, usable=False) for m in two().production)
    assert short(replace(two(), production=unknown), "mix") == "not to be estimated"


@pytest.mark.parametrize(
    ("leaders", "said"),
    [
        ((), "none is found better than v1"),
        (("v3",), "v3 leads"),
        (("v2", "v3"), "cannot be told apart: v2, v3"),
    ],
)
def test_the_answer_on_several_sets_says_which_lead(leaders: tuple[str, ...], said: str) -> None:
    stands = replace(three().standing, leaders=leaders)
    assert short(replace(three(), standing=stands), "standing") == said


# Strokes and matrices


def test_the_set_to_use_is_solid_in_every_chart() -> None:
    kept = two().recommendation
    assert kept is not None
    assert kept.rubric_set == "v1"
    assert set_strokes(two()) == [OLD, NEW]
    third = replace(three(), recommendation=replace(kept, rubric_set="v3"))
    assert set_strokes(third) == [OLD, THIRD, NEW]
    assert set_strokes(one(), more=2) == [NEW, OLD, THIRD]


def test_each_cell_with_tickets_says_whether_they_are_right_and_how_many() -> None:
    a, b, unsure = [0.9, 0.1, 0.0], [0.1, 0.9, 0.0], [0.28, 0.25, 0.25]
    of = run([table([a] * 12 + [b] + [unsure] * 2 + [a] * 3, ["a"] * 15 + ["__none__"] * 3)])
    html = next(f.body for f in rendered_sections(Report(of, {}, "0")) if f.id == "confusions")
    rows = [
        re.findall(r'<td(?: class="(\w\d)")?>(\d+)</td>', row)
        for row in re.findall(r"<tr>.*?</tr>", html)
    ]
    none = ("", "0")
    assert rows[1] == [("r6", "12"), ("w2", "1"), none, ("p6", "2"), none, ("", "15")]
    # No route is right for a ticket of no label.
    assert rows[-1] == [("w6", "3"), none, none, none, none, ("", "3")]


def test_beyond_twelve_labels_a_row_lists_what_is_not_zero_and_sums_to_its_tickets() -> None:
    html = body("many_labels", "confusions")
    assert not re.search(r'<td class="\w\d"', html)
    for e in many_labels().evaluations:
        start = html.index(f'aria-label="Confusions of {e.provenance.rubric_set}"')
        found = re.findall(
            r"<tr><th>(\w)</th><td>(\d+)</td><td>(\d+)</td><td>(\d+)</td>"
            r"<td>(\d+)</td><td>([^<]*)</td></tr>",
            html[start : html.index("</table>", start)],
        )
        matrix = e.routing.confusion
        assert [row[0] for row in found] == list(matrix.rows)
        for row, counts in zip(found, matrix.counts, strict=True):
            n, right, review, escalate = map(int, row[1:5])
            sent = {part.split()[0]: int(part.split()[1]) for part in row[5].split(", ") if part}
            expected = dict(zip(matrix.columns, counts, strict=True))
            assert (review, escalate) == (expected.pop("(review)"), expected.pop("(escalate)"))
            assert right == expected.pop(row[0])
            assert sent == {column: count for column, count in expected.items() if count}
            assert list(sent.values()) == sorted(sent.values(), reverse=True)
            assert n == right + review + escalate + sum(sent.values()) == sum(counts)
