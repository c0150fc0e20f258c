"""The sections on coverage, escalation, calibration, review, slices and the production mix:
there with data, absent without, with the numbers of the results."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from html import unescape

import numpy as np
import pytest

from tables import random_table, table
from ticketbench.core.policy import Costs
from ticketbench.core.types import Dataset, Estimate, ScoreTable, Ticket
from ticketbench.flow.steps.slicing import sliced
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
from ticketbench.measure.sample.production_mix import production_mix
from ticketbench.measure.sample.slices import SkippedColumn, Slice, Slices
from ticketbench.measure.sample.workload import shares_of, workload
from ticketbench.measure.thresholds.choose import ChosenThreshold
from ticketbench.report.markdown import markdown_summary
from ticketbench.report.page import html_page
from ticketbench.report.rendering import Report
from ticketbench.report.sections import RenderedSection, rendered_sections
from ticketbench.report.words import numbers
from ticketbench.report.words.recommendation import gain_text, preferred, verdict_texts
from ticketbench.report.words.setting import setting_text
from ticketbench.report.words.thresholds import told
from ticketbench.report.words.verdict import (
    calibration_text,
    fragility_text,
    limits,
    not_worse_text,
    seen_change,
    temperature_text,
)

HOSTILE = "</script><img src=x onerror=alert(1)>{{ 7*7 }}\u202e"
SECTIONS = ("coverage", "escalation", "review", "calibration", "slices", "mix")
SHARES = (0.4, 0.3, 0.2, 0.1)
N = 120


def tables(
    *,
    labels: Sequence[str] = ("a", "b", "c", "d"),
    names: Sequence[str] = ("v1", "v2"),
    all_labels: bool = True,
    n: int = N,
    groups: Sequence[int] | None = None,
    ids: Sequence[str] = (),
) -> list[ScoreTable]:
    """Each set answers the same tickets; every fourth ticket wants two labels."""
    gold = [labels[i] for i in random_table(n, seed=1).truth]
    wanted = [[g, labels[i % 4]] if i % 4 == 0 else [g] for i, g in enumerate(gold)]
    made = []
    for i, name in enumerate(names):
        scores = 0.5 * random_table(n, seed=1).scores + 0.5 * random_table(n, seed=i + 1).scores
        of = table(scores.tolist(), gold, labels=labels, rubric_set=name, groups=groups,
                   wanted=wanted if all_labels else None)  # fmt: skip
        made.append(replace(of, ids=tuple(ids)) if ids else of)
    return made


def results(
    made: list[ScoreTable] | None = None, *, settings: Settings | None = None, mix: bool = True
) -> RunResults:
    made = tables() if made is None else made
    summary = DatasetSummary("d.csv", "f" * 64, N, (), N, "near-duplicates")
    shares = dict(zip(made[0].labels, SHARES, strict=False)) if mix else None
    return run_results("r", summary, (), made, settings or Settings(), (), shares)


def with_slices(of: RunResults, made: list[ScoreTable], column: str = "channel") -> RunResults:
    tickets = [
        Ticket(name, "x" * (5 + i), "a", metadata=((column, ("mail", "chat", "web")[i % 3]),))
        for i, name in enumerate(made[0].ids)
    ]
    data = Dataset("d", tuple(tickets))
    return replace(of, slices=tuple(sliced(data, t) for t in made))


@pytest.fixture(scope="module")
def full() -> RunResults:
    made = tables()
    return with_slices(results(made), made)


def page(of: RunResults, texts: dict[str, str] | None = None) -> str:
    return html_page(Report(of, texts or {}, "0.1.0")).decode("utf-8")


def folds(of: RunResults, texts: dict[str, str] | None = None) -> dict[str, RenderedSection]:
    return {one.id: one for one in rendered_sections(Report(of, texts or {}, "0.1.0"))}


def section(of: RunResults, name: str, texts: dict[str, str] | None = None) -> str:
    return str(folds(of, texts)[name].body)


def words(html: str) -> str:
    without_charts = re.sub(r"<(svg|script).*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", without_charts)).split())


def rows(html: str) -> list[list[str]]:
    """The cells of every row of every table body, without table heads."""
    found = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in found
             if "<td" in row]  # fmt: skip
    return [[words(cell) for cell in row] for row in cells]


def row_of(html: str, *first: str) -> list[str]:
    """The only row that starts with these cells."""
    (found,) = [row for row in rows(html) if tuple(row[: len(first)]) == first]
    return found


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_with_data_is_a_fold_of_the_page(name: str, full: RunResults) -> None:
    assert f'<details id="audit-{name}"' in page(full)


def single() -> RunResults:
    return results(tables(names=("v1",), all_labels=False), mix=False)


def all_right() -> RunResults:
    return results([table([[0.8, 0.1, 0.1]] * 5, ["a"] * 5)], mix=False)


def nothing() -> RunResults:
    return results([table([], [])], mix=False)


@pytest.mark.parametrize(
    ("name", "without"),
    [
        ("coverage", nothing),
        ("escalation", single),
        ("review", all_right),
        ("slices", single),
        ("mix", single),
        ("standing", results),
    ],
)
def test_a_section_without_data_is_absent_and_not_linked(
    name: str, without: Callable[[], RunResults]
) -> None:
    html = page(without())
    assert f'id="audit-{name}"' not in html
    assert f'href="#audit-{name}"' not in html


def test_hostile_labels_columns_ids_and_texts_are_only_shown() -> None:
    labels = (HOSTILE, "b", "c", "d")
    ids = [f"{HOSTILE}{i}" for i in range(N)]
    made = tables(labels=labels, ids=ids)
    of = with_slices(results(made), made, column=HOSTILE)
    texts = dict.fromkeys(ids, HOSTILE)
    for one in folds(of, texts).values():
        assert "<img" not in one.body
        assert "\u202e" not in one.body + one.short
    for name in ("calibration", "review", "slices", "mix", "labels", "confusions", "rubrics"):
        assert "⟨U+202E⟩" in section(of, name, texts)


def test_an_unknown_number_is_a_dash_everywhere() -> None:
    some = [[0.8, 0.1, 0.1], [0.6, 0.3, 0.1], [0.1, 0.8, 0.1]]
    for made in (
        [table(some[:1], ["a"])],
        [table(some, ["a", "a", "b"])],
        [table(some, ["b", "c", "a"]), table(some, ["b", "c", "a"], rubric_set="v2")],
        [table(some, ["a", "a", "b"], groups=[0, 0, 0])],
        [table(some, ["zebra"] * 3)],
    ):
        shown = words(page(results(made)))
        assert not re.search(r"\bnan\b", shown, re.IGNORECASE)
        assert numbers.DASH in shown


def unspanned(shown: list[list[str]], heads: Sequence[str]) -> list[list[str]]:
    """A row for each of the heads, although rows that are alike share one as "a to b"."""
    found = []
    for head, *cells in shown:
        first, _, last = head.partition(" to ")
        for one in heads[heads.index(first) : heads.index(last or first) + 1]:
            found.append([one, *cells])
    return found


# Coverage


def test_risk_at_equal_coverage_and_auroc_are_those_of_the_results(full: RunResults) -> None:
    html, measures = section(full, "coverage"), section(full, "measures")
    aurocs = [numbers.estimate(e.calibration.auroc, share=False) for e in full.evaluations]
    assert row_of(measures, "AUROC of the top score")[1:3] == aurocs
    for side in full.equal_coverage:
        risks = [numbers.estimate(at.risk) for at in side.at_coverage]
        covered = [numbers.percent(at.coverage) for at in side.at_risk]
        assert row_of(html, side.rubric_set)[1:] == risks + covered


def test_coverage_by_hand() -> None:
    # The 5 most confident of 10 tickets are right, the others wrong.
    scores = [[0.99 - i / 100, (0.01 + i / 100), 0.0] for i in range(10)]
    of = results([table(scores, ["a"] * 5 + ["b"] * 5)], mix=False)
    shown = [cell.split(" ")[0] for cell in row_of(section(of, "coverage"), "v1")]
    assert shown[1:6] == ["0.0%", "16.7%", "28.6%", "37.5%", "44.4%"]
    assert shown[6] == "51.0%"
    auroc = row_of(section(of, "measures"), "AUROC of the top score")[1]
    assert auroc.split(" ")[0] == "1.000"


def test_coverage_counts_the_tickets_that_every_set_scored() -> None:
    one, other = tables()
    html = section(results([one, other.rows(np.arange(100))]), "coverage")
    assert "100 tickets that every set scored" in words(html)


# Escalation


def test_escalation_has_queue_precision_and_recall(full: RunResults) -> None:
    text = words(section(full, "escalation"))
    for e in full.evaluations:
        judged = e.routing.escalation
        assert judged is not None
        assert f"{e.provenance.rubric_set}: {judged.queue} tickets escalated" in text
        assert f"{judged.needed} truly need two or more labels" in text
        assert f"recall {numbers.estimate(judged.recall)}" in text
        assert f"{e.routing.summary.collisions} of the escalated also passed the threshold" in text


def test_every_limit_of_the_escalation_sweep_has_a_row_and_the_last_is_off(
    full: RunResults,
) -> None:
    html = section(full, "escalation")
    start = html.index("Other limits")
    found = unspanned(rows(html[start:]), [*(f"{i / 100:.2f}" for i in range(10, 51, 5)), "off"])
    sweeps = [e.routing.escalation_sweep for e in full.evaluations]
    assert found == [
        [
            "off" if points[0].escalate_above == 1 else f"{points[0].escalate_above:.2f}",
            *(
                cell
                for p in points
                for cell in (
                    str(p.escalation.queue),
                    numbers.estimate(p.escalation.precision),
                    numbers.estimate(p.escalation.recall),
                    f"{p.threshold:.2f}",
                    f"{p.cost:.3f}",
                )
            ),
        ]
        for points in zip(*sweeps, strict=True)
    ]
    assert (found[-1][:3], len(found)) == (["off", "0", "–"], 10)


# Calibration


def test_calibration_says_in_words_what_its_table_shows(full: RunResults) -> None:
    text = words(section(full, "calibration"))
    for e in full.evaluations:
        assert f"{e.provenance.rubric_set}: {calibration_text(e)}" in text
        assert f"{temperature_text(e.calibration.temperature)}." in text


def test_the_calibration_table_has_the_numbers_of_the_results() -> None:
    of = results(tables(names=("v1",)))
    (e,), html = of.evaluations, section(of, "calibration")
    c = e.calibration.check
    assert row_of(html, "ECE, 10 bins of equally many tickets")[1:] == [
        numbers.number(c.ece), numbers.number(c.ece_expected), numbers.p_value(c.ece_p),
    ]  # fmt: skip
    assert row_of(html, "the same, debiased")[1] == numbers.number(c.ece_debiased)
    assert row_of(html, "smooth ECE, without bins")[1] == numbers.number(c.smooth_ece)
    assert row_of(html, "Spiegelhalter's Z")[1] == numbers.number(c.spiegelhalter_z, 2)
    assert row_of(html, "Brier score of the top label")[1] == numbers.number(c.corp.score)
    parts = [
        float(row_of(html, f"of it {name}")[1])
        for name in ("miscalibration", "discrimination, which lowers it",
                     "uncertainty, which no score can help")
    ]  # fmt: skip
    assert parts[0] - parts[1] + parts[2] == pytest.approx(c.corp.score, abs=0.002)
    assert f"n = {c.n} in {c.n_groups} groups" in words(html)


def test_each_top_label_has_its_mean_score_and_accuracy() -> None:
    of = results(tables(names=("v1",)))
    html = section(of, "calibration")
    for label in of.evaluations[0].calibration.by_label:
        assert row_of(html, label.label)[1:] == [
            str(label.n), numbers.number(label.mean_score), numbers.estimate(label.accuracy),
        ]  # fmt: skip


def test_the_reliability_curve_has_a_band_and_a_diagonal(full: RunResults) -> None:
    html = section(full, "calibration")
    assert html.count('fill-opacity=".25"') == 2
    assert html.count('d="M46 224l300-200"') == 2


def test_a_label_that_never_leads_has_a_dash() -> None:
    of = results([table([[0.8, 0.1, 0.1]] * 30, ["a"] * 20 + ["b"] * 10)], mix=False)
    assert row_of(section(of, "calibration"), "c") == ["c", "0", "–", "–"]


# Threshold


def test_each_rule_has_a_row_with_its_saving_beside_a_person_reading_all() -> None:
    of = results(tables(names=("v1",)), settings=Settings(min_precision=0.8, most_reviewed=0.2))
    (e,), html = of.evaluations, section(of, "threshold")
    assert [t.rule for t in e.thresholds] == [
        "certified", "cost_optimal", "certified_by_label", "capacity", "descriptive"
    ]  # fmt: skip
    assert row_of(html, "any", "a person reads every ticket")[2:] == [
        "–", "0.0%", "–", "0", "all", "0", "0.000"
    ]  # fmt: skip
    for t in e.thresholds:
        row = row_of(html, "v1", t.rule.replace("_", " "))
        judged = t.in_sample if t.certificate else t.out_of_sample
        assert judged is not None
        assert row[2].startswith(numbers.threshold(t.threshold))
        assert row[3:] == [
            numbers.percent(judged.coverage.value),
            numbers.estimate(judged.selective_precision),
            str(judged.wrong),
            str(judged.reviewed),
            str(judged.escalated),
            numbers.estimate(t.saving.per_ticket, share=False),
        ]
        assert explained(html, t)


def test_every_rule_is_explained_although_the_set_in_use_has_no_promise(full: RunResults) -> None:
    first, second = full.evaluations
    assert len(first.thresholds) < len(second.thresholds)
    html = section(full, "threshold")
    assert all(explained(html, one) for one in second.thresholds)
    for of in (full, with_promise(full)):
        for rule, text in told(preferred(of)):
            assert f"{rule} : {text}; " in words(section(of, "threshold"))


def with_promise(of: RunResults) -> RunResults:
    """The same, but that the second set is recommended."""
    assert of.recommendation is not None
    return replace(of, recommendation=replace(of.recommendation, rubric_set="v2"))


def explained(html: str, rule: ChosenThreshold) -> bool:
    """Whether one item of a list says what the rule does, and what it does not."""
    items = [words(item) for item in re.findall(r"<li>.*?</li>", html, re.DOTALL)]
    own = [item for item in items if item.startswith(f"{rule.rule.replace('_', ' ')} : ")]
    return len(own) == 1 and rule.title in own[0] and own[0].endswith(f"; {rule.caveat}")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("threshold", "Saving: against a person reading every ticket, 1.25 each"),
        ("escalation", "A person reading every ticket costs 1.25 each"),
        ("measures", "A person reading every ticket costs 1.25 each"),
    ],
)
def test_a_table_of_costs_says_what_a_person_reading_every_ticket_costs(
    name: str, said: str
) -> None:
    of = results(settings=Settings(costs=Costs(review=1.25)))
    assert words(section(of, name)).count(said) == 1


def test_the_thresholds_by_label_say_which_are_promised() -> None:
    scores = [[0.97, 0.02, 0.01]] * 200 + [[0.02, 0.9, 0.08]] * 10
    of = results([table(scores, ["a"] * 200 + ["b"] * 10)], mix=False)
    html = section(of, "threshold")
    chosen = next(t for t in of.evaluations[0].thresholds if t.rule == "certified_by_label")
    for label in chosen.label_thresholds:
        assert row_of(html, label.label)[1:] == [
            numbers.threshold(label.threshold),
            str(label.certificate.n),
            "yes" if label.promise else "no promise for this label",
        ]
    assert [label.promise for label in chosen.label_thresholds] == [True, False, False]


def test_where_no_label_is_promised_a_threshold_a_sentence_has_their_numbers() -> None:
    of = results([table([[0.8, 0.1, 0.1]] * 60, ["a"] * 40 + ["b"] * 20)], mix=False)
    html = section(of, "threshold")
    chosen = next(t for t in of.evaluations[0].thresholds if t.rule == "certified_by_label")
    assert not any(label.promise for label in chosen.label_thresholds)
    tested = ", ".join(f"{label.label} {label.certificate.n}" for label in chosen.label_thresholds)
    said = f"No threshold of v1 is promised for a label. Tickets tested: {tested}."
    assert said in words(html)
    assert "Each has the threshold for all labels" not in words(html)
    whole = tuple(replace(one, threshold=0.9) for one in chosen.label_thresholds)
    with_one = replace(of.evaluations[0], thresholds=(replace(chosen, label_thresholds=whole),))
    text = words(section(replace(of, evaluations=(with_one,)), "threshold"))
    assert f"{said} Each has the threshold for all labels, 0.90." in text


def test_every_twentieth_of_the_sweep_has_the_share_right_among_the_routed(
    full: RunResults,
) -> None:
    html = section(full, "threshold")
    start = html.index('aria-label="Every fifth threshold"')
    found = unspanned(rows(html[start:]), [f"{i / 20:.2f}" for i in range(21)])
    assert [row[0] for row in found] == [f"{i / 20:.2f}" for i in range(21)]
    sweeps = [e.routing.sweep[::5] for e in full.evaluations]
    for row, points in zip(found, zip(*sweeps, strict=True), strict=True):
        assert row[1:] == [
            numbers.estimate(
                Estimate(p.precision, p.precision_low, p.precision_high, p.routed, "Wilson")
            )
            for p in points
        ]
    for e in full.evaluations:
        escalated = f"{e.provenance.rubric_set}: {e.routing.summary.escalated} of {N}"
        assert {p.escalated for p in e.routing.sweep} == {e.routing.summary.escalated}
        assert escalated in words(html)


def test_the_config_has_a_row_among_the_rules(full: RunResults) -> None:
    for e in full.evaluations:
        row = row_of(section(full, "threshold"), e.provenance.rubric_set, "config")
        at = e.routing.summary
        assert row[6:8] == [str(at.reviewed), str(at.escalated)]


def test_the_recommended_setting_is_told_with_its_intervals_before_every_other(
    full: RunResults,
) -> None:
    advice = setting_text(full.recommendation, full.evaluations)
    said = ". ".join((advice.headline, *advice.lines)) + "."
    assert words(section(full, "threshold")).startswith(said)


def test_with_few_tickets_no_threshold_is_listed_and_that_is_said() -> None:
    of = results([table([[0.8, 0.1, 0.1]] * 9, ["a"] * 9)], mix=False)
    text = words(section(of, "threshold"))
    assert text.startswith("Too few tickets to decide: 9 of at least 50.")
    assert "9 tickets: with fewer than 50 no threshold is chosen" in text


# Measures


def test_measures_hold_gate_and_p_and_say_where_the_changed_tickets_are(full: RunResults) -> None:
    (c,), html = full.comparisons, section(full, "measures")
    text = words(html)
    assert f"{not_worse_text(c)}." in text
    assert f"p of equal accuracy {numbers.p_value(c.verdict.p)}" in text
    assert "(Holm)" not in text
    assert f"All {len(c.flips)} that changed are listed in changed.csv." in text
    assert all(f.ticket_id not in text.split() for f in c.flips)


def test_folds_lead_to_the_list_of_tickets_where_there_is_one(full: RunResults) -> None:
    listed = {one.id: one for one in rendered_sections(Report(full, {}, "0", tables=tables()))}
    assert "listed under Tickets above and in changed.csv." in words(listed["measures"].body)
    assert "Their texts stand under Tickets above" in words(listed["review"].body)
    for name in ("measures", "review"):
        assert '<a href="#tickets">Tickets</a>' in listed[name].body
        assert "href" not in section(full, name)


def test_every_metric_of_every_set_stands_in_one_row_with_n_and_method(full: RunResults) -> None:
    html = section(full, "measures")
    start = html.index('aria-label="Every metric"')
    found = {row[0]: row[1:] for row in rows(html[start:])}
    (c,), (first, second) = full.comparisons, full.evaluations
    each = [(*e.metrics, *e.routing.summary.metrics) for e in (first, second)]
    titles = [f"{m.title}{'' if m.higher_is_better else ' ↓'}" for m in each[0]]
    alone = "Routed when 95% of the routed must be right"
    assert list(found) == [*titles, alone, "AURC ↓"]
    for title, one, other in zip(titles, *each, strict=True):
        a, b = one.estimate, other.estimate
        assert found[title] == [
            numbers.estimate(a, share=one.share),
            numbers.estimate(b, share=one.share),
            numbers.difference(c.metric(one.name), share=one.share),
            " / ".join(dict.fromkeys([str(a.n), str(b.n)])),
            " / ".join(dict.fromkeys([a.method, b.method])),
        ]
    curve = first.routing.risk_coverage
    assert found["AURC ↓"][:1] == [numbers.number(curve.aurc)]
    assert found["AURC ↓"][2::2] == [numbers.DASH, "no interval"]


def test_a_metric_of_changes_alone_has_the_values_of_the_paired_tickets() -> None:
    of = results(settings=Settings(min_precision=0.8, target_stated=True))
    (c,) = of.comparisons
    d = c.change("coverage_at_target")
    assert row_of(section(of, "measures"), d.title)[1:] == [
        numbers.percent(d.base), numbers.percent(d.candidate),
        numbers.difference(d.difference), str(d.difference.n), "no interval",
    ]  # fmt: skip


def test_where_answers_have_no_partner_a_change_has_both_its_values() -> None:
    one, other = tables()
    of = results([one, other.rows(np.arange(80))])
    (c,), html = of.comparisons, section(of, "measures")
    assert f"{N - 80} answers have no partner" in words(html)
    d = c.change("accuracy")
    values = f"{numbers.percent(d.base)} → {numbers.percent(d.candidate)}"
    assert row_of(html, "Accuracy")[3] == f"{values}, {numbers.difference(d.difference)}"
    changed = 0
    for label in c.of_labels("recall"):
        values = f"{numbers.percent(label.base)} → {numbers.percent(label.candidate)}"
        (shown,) = (row[8] for row in rows(section(of, "labels"))
                    if row[0].split(" ")[0] == label.label and row[1] == "v2")  # fmt: skip
        assert shown.endswith(numbers.difference(label.difference))
        if "→" in shown:
            changed += 1
            assert shown.startswith(f"{values} (n = {label.difference.n}), ")
    assert changed


def test_one_rubric_set_has_its_metrics_without_a_comparison() -> None:
    of = single()
    html = section(of, "measures")
    accuracy = numbers.percent(of.evaluations[0].accuracy.value)
    assert folds(of)["measures"].short == f"accuracy {accuracy}"
    assert "Every metric" in html
    assert "fixed" not in html


def test_the_recall_of_each_label_stands_among_the_labels(full: RunResults) -> None:
    (c,), html = full.comparisons, section(full, "labels")
    assert "The change is that of recall from v1, its p adjusted" in words(html)
    for label in c.of_labels("recall"):
        before, after = (row_of(html, label.label, name) for name in ("v1", "v2"))
        assert before[2] == after[2] == str(label.difference.n)
        assert before[4].split(" ")[0] == numbers.percent(label.base)
        assert after[4].split(" ")[0] == numbers.percent(label.candidate)
        assert before[8:] == ["", ""]
        assert after[8:] == [numbers.difference(label.difference), numbers.p_value(label.p_holm)]


def test_each_label_has_every_metric_of_every_set(full: RunResults) -> None:
    html = section(full, "labels")
    assert [row[:2] for row in rows(html)] == [[a, b] for a in "abcd" for b in ("v1", "v2")]
    for e in full.evaluations:
        for label in e.by_label.results:
            row = row_of(html, label.label, e.provenance.rubric_set)
            assert row[2:8] == [
                str(label.support), str(label.predicted),
                *(numbers.estimate(m.estimate) for m in label.metrics),
            ]  # fmt: skip


def test_with_two_candidates_p_and_interval_of_the_verdict_are_those_of_both() -> None:
    of = results(tables(names=("v1", "v2", "v3")))
    text = words(section(of, "measures"))
    for c in of.comparisons:
        adjusted = f"{numbers.p_value(c.verdict.p)} adjusted for 2 candidates (Holm)"
        assert f"{adjusted}, so the verdict reads {seen_change(c.verdict, several=True)}" in text


# Several sets


def test_three_sets_show_every_gain_and_every_pair() -> None:
    of = results(tables(names=("v1", "v2", "v3")))
    html = section(of, "standing")
    gains = [[g.rubric_set, gain_text(of.standing, g.rubric_set)] for g in of.standing.gains]
    pairs = [
        [p.base, p.candidate,
         numbers.difference(p.verdict.difference, apart_from=limits(p.verdict)),
         numbers.confidence(p.verdict.confidence), numbers.p_value(p.verdict.p),
         p.verdict.outcome]
        for p in of.standing.pairs
    ]  # fmt: skip
    assert rows(html) == gains + pairs
    assert len(pairs) == 3
    assert "97.5% each" in words(html)


def test_from_four_candidates_on_the_expected_gain_stands_beside_the_seen_one() -> None:
    of = results(tables(names=("v1", "v2", "v3", "v4", "v5")))
    expected = [numbers.points(g.expected) for g in of.standing.gains]
    assert [row[2] for row in rows(section(of, "standing"))[:4]] == expected


def test_the_verdict_of_several_sets_says_once_which_to_use() -> None:
    of = results(tables(names=("v1", "v2", "v3")))
    text = words(section(of, "verdict"))
    first, *each = verdict_texts(of)
    assert f"Verdict: {first.headline}. {first.evidence}." in text
    assert text.count("Next:") == text.count("Verdict:") == 1
    assert all(one.headline in text for one in each)


def test_each_verdict_says_beside_it_what_it_rests_on(full: RunResults) -> None:
    (alone,) = verdict_texts(full, listed="")
    assert f"{alone.evidence}. {alone.rests_on}. Next: {alone.action}." in words(
        section(full, "verdict")
    )
    of = results(tables(names=("v1", "v2", "v3")))
    first, *each = verdict_texts(of, listed="")
    text = words(section(of, "verdict"))
    assert not first.rests_on
    assert all(f"{one.rests_on}. {one.action}." in text for one in each)


def test_grouped_tickets_say_that_mcnemar_ignores_them() -> None:
    alone = words(section(results(), "measures"))
    groups = [i // 2 for i in range(N)]
    tied = words(section(results(tables(groups=groups)), "measures"))
    assert "which ignores the groups" not in alone
    assert "which ignores the groups" in tied


# Review


def test_every_suspect_has_a_row_and_the_verdict_tells_what_it_rests_on(full: RunResults) -> None:
    assert rows(section(full, "review")) == [
        [s.ticket_id, f"{s.gold} {s.own_score:.2f}", f"{s.suggested} {s.suggested_score:.2f}",
         str(s.agreeing)]
        for s in full.suspects
    ]  # fmt: skip
    assert fragility_text(full.comparisons[0], listed="") in words(section(full, "verdict"))


def test_texts_of_suspects_stand_in_the_list_of_tickets_alone(full: RunResults) -> None:
    texts = {f"t{i}": "distinct words of a ticket" for i in range(N)}
    assert not [one.id for one in folds(full, texts).values() if "distinct words" in one.body]


def test_one_rubric_set_has_suspects_but_no_verdict_to_doubt() -> None:
    text = words(section(single(), "review"))
    assert "to read again" in text
    assert "verdict rests on" not in text


# Slices


def test_each_slice_has_the_numbers_of_the_results(full: RunResults) -> None:
    html = section(full, "slices")
    assert len(rows(html)) == 7
    for k, of in enumerate(full.slices):
        for s in of.found.slices:
            assert row_of(html, f"{s.column}: {s.value} ({s.n})")[1 + 3 * k : 4 + 3 * k] == [
                numbers.estimate(s.accuracy), numbers.difference(s.difference),
                numbers.p_value(s.p_holm) + "*" * s.flagged,
            ]  # fmt: skip
    first = [f"{s.column}: {s.value} ({s.n})" for s in full.slices[0].found.slices]
    assert [row[0] for row in rows(html)] == first


def a_slice(value: str, *, flagged: bool = False) -> Slice:
    rest = Estimate.undefined(60, "no tickets")
    p = 0.01 if flagged else math.nan
    return Slice("channel", value, 30, Estimate(0.5, 0.3, 0.7, 30, "Wilson"), rest, p, p, flagged)


def test_a_flagged_slice_is_marked_counted_and_an_untested_one_has_a_dash(full: RunResults) -> None:
    found = (a_slice("mail", flagged=True), a_slice("chat"))
    html = section(replace(full, slices=(SetSlices("v1", Slices(found, ())),)), "slices")
    assert "v1: 1 slice of 2 unlike the other tickets, marked *" in words(html)
    assert row_of(html, "channel: mail (30)")[-1] == "0.010*"
    assert row_of(html, "channel: chat (30)")[-2:] == ["–", "–"]


def test_only_the_first_slices_are_shown_and_that_is_said(full: RunResults) -> None:
    many = tuple(a_slice(f"value{i}") for i in range(40))
    html = section(replace(full, slices=(SetSlices("v1", Slices(many, ())),)), "slices")
    assert len(rows(html)) == 25
    assert "the first 25 shown" in words(html)


def test_a_slice_that_is_among_the_first_of_one_set_has_the_numbers_of_every_set(
    full: RunResults,
) -> None:
    many = tuple(a_slice(f"value{i}") for i in range(40))
    both = (SetSlices("v1", Slices(many, ())), SetSlices("v2", Slices(many[::-1], ())))
    found = rows(section(replace(full, slices=both), "slices"))
    assert len(found) == 40
    assert all(row[1] == row[4] == "50.0% [30.0, 70.0]" for row in found)


def test_a_slice_says_where_its_tickets_differ_from_set_to_set(full: RunResults) -> None:
    other = replace(a_slice("mail"), n=29)
    both = (SetSlices("v1", Slices((a_slice("mail"),), ())), SetSlices("v2", Slices((other,), ())))
    (row,) = rows(section(replace(full, slices=both), "slices"))
    assert row[0] == "channel: mail (30 / 29)"


def test_a_skipped_column_is_named_with_its_reason(full: RunResults) -> None:
    skipped = Slices((), (SkippedColumn("created", "every ticket has its own value"),))
    text = words(section(replace(full, slices=(SetSlices("v1", skipped),)), "slices"))
    assert "Not sliced: created (every ticket has its own value)." in text


# Production mix


def test_the_mix_has_the_numbers_of_the_results(full: RunResults) -> None:
    html = section(full, "mix")
    for m in full.production:
        assert row_of(html, m.rubric_set)[1:] == [
            str(m.n),
            numbers.number(m.n_effective, 0),
            numbers.estimate(m.accuracy),
            numbers.estimate(m.coverage),
            numbers.estimate(m.selective_precision),
        ]
    for label in full.production[0].labels:
        shares = f"{numbers.percent(label.here)} here, {numbers.percent(label.production)} there"
        assert f"{label.label} {shares}" in words(html)


def test_a_mix_over_few_tickets_warns_of_noise(full: RunResults) -> None:
    assert "adds more noise" in words(section(full, "mix"))
    assert "adds more noise" not in words(section(results(tables(n=300)), "mix"))


def test_a_label_of_the_mix_without_tickets_is_named_and_the_numbers_are_dashes() -> None:
    of = results([table([[0.8, 0.1, 0.1]] * 5, ["a"] * 5)])
    html = section(of, "mix")
    assert "v1: no ticket here has the label b, c, so nothing can be said." in words(html)
    assert row_of(html, "v1") == ["v1", "5", "–", "–", "–", "–"]


def test_every_set_names_the_labels_of_the_mix_that_it_lacks() -> None:
    made = tables()
    of = results(made)
    lacking = replace(of.production[1], missing=("c",))
    text = words(section(replace(of, production=(of.production[0], lacking)), "mix"))
    assert "v2: no ticket here has the label c" in text
    assert "v1: no ticket" not in text


def test_an_estimated_mix_says_what_it_rests_on_and_what_nobody_can_see() -> None:
    of = results()
    first = replace(of.production[0], estimated_from=500, fit_p=0.4)
    text = words(section(replace(of, production=(first, *of.production[1:])), "mix"))
    assert "Estimated with v1 from 500 unlabelled tickets: a " in text
    assert "explain the answers to the log (p = 0.40)" in text
    assert "A change that no answer shows cannot be seen" in text
    assert "Not to be estimated" not in text


def test_an_estimate_that_is_refused_says_why_and_what_to_do() -> None:
    why = "the log leaves much open"
    of = results()
    first = replace(of.production[0], estimated_from=500, usable=False, refused=why)
    made = replace(of, production=(first, *of.production[1:]))
    text = words(section(made, "mix"))
    assert f"Not to be estimated: no estimate with v1 from 500 unlabelled tickets: {why}." in text
    assert "Label about 200 tickets of the log, drawn at random" in text
    assert "explain the answers" not in text
    summary = markdown_summary(Report(made, {}, "0.1.0")).decode()
    fold = summary.partition("<summary>At the mix of production</summary>")[2]
    assert fold.startswith(f"\n\n- no estimate with v1 from 500 unlabelled tickets: {why}"), fold[
        :200
    ]


def test_a_mix_says_whether_gold_none_is_part_of_it() -> None:
    scores = [[0.8, 0.1, 0.1]] * 6
    of = results([table(scores, ["a", "b", "c", "a", "__none__", "__none__"])], mix=False)
    policy = Settings().policy
    made = table(scores, ["a", "b", "c", "a", "__none__", "__none__"])
    for mix, said in (({"a": 1}, "Gold __none__ is left out."),
                      ({"a": 1, "__none__": 1}, "Gold __none__ is part of the mix")):  # fmt: skip
        production = (production_mix(made, policy, mix),)
        text = words(section(replace(of, production=production), "mix"))
        assert said in text
        assert ("__none__ 33.3% here, 50.0% there" in text) is ("__none__" in mix)


# Drift and workload


def moved(*, scores_p: float = 0.4, n: int = 800) -> SetDrift:
    found = Drift(0.2, scores_p, 0.02, 0.6, "b", -0.02, 0.31, 400, n)
    return SetDrift("v1", found)


def test_drift_says_what_moved_and_on_how_many_tickets() -> None:
    quiet = words(section(replace(results(), drift=(moved(),)), "drift"))
    loud = words(section(replace(results(), drift=(moved(scores_p=0.001),)), "drift"))
    against = "v1: in 800 decisions against 400 tickets "
    assert f"{against}neither scores nor labels moved by as much as matters" in quiet
    assert f"{against}the scores moved (largest difference 20.0%, p 0.001)" in loud
    assert row_of(section(replace(results(), drift=(moved(),)), "drift"), "v1") == [
        "v1", "800", "20.0%", "0.400", "b", "-2.0", "0.600", "0.31", "no",
    ]  # fmt: skip


def test_a_log_of_few_answers_is_not_tested() -> None:
    few = moved(scores_p=math.nan, n=49)
    text = words(section(replace(results(), drift=(few,)), "drift"))
    assert "v1: fewer than 50 answers in the log, so nothing is tested." in text


@pytest.mark.parametrize("at_mix", [True, False])
def test_the_workload_has_the_numbers_of_the_results(at_mix: bool) -> None:
    made = tables()[0]
    day = workload(shares_of(made, Settings().policy), tickets_per_day=900)
    found = SettingWorkload("today", "v1", 0.6, at_mix, day)
    html = section(replace(results(), workloads=(found,)), "workload")
    row = row_of(html, "today: v1 at 0.60")
    assert row[1].startswith(f"{day.routed.value:,.0f} [")
    assert row[3].startswith(f"{day.reviewed.value:,.0f} [")
    assert "What becomes of 900 tickets" in words(html)
    assert ("weighted to the mix of production" in words(html)) is at_mix
    assert f"{day.routed.n} labelled tickets." in words(html)


# Origin


def test_the_origin_names_groups_and_where_they_come_from(full: RunResults) -> None:
    text = words(section(full, "origin"))
    assert f"groups {N} by near-duplicates: tickets of one group are not independent" in text


def test_the_origin_of_results_that_do_not_say_has_no_groups(full: RunResults) -> None:
    silent = replace(full, dataset=replace(full.dataset, grouped_by=""))
    assert "<dt>groups</dt>" not in section(silent, "origin")
