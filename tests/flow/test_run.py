"""The main job as a function: files, failures, precedence, other rubric sets."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from gated_project import BASELINE, GATED, with_gates
from ticketbench.core.errors import IncompleteError, InputError
from ticketbench.edge.endpoints import ENDPOINTS, Connection, Reply, endpoint
from ticketbench.edge.results.store import envelope, load
from ticketbench.flow.gates.baseline import bless, prepare
from ticketbench.flow.plan import plan_run
from ticketbench.flow.run import run
from ticketbench.measure.results import RunResults

EVAL = Path("eval.yaml")


@pytest.fixture
def picky() -> Iterator[str]:
    """An endpoint that refuses one ticket with 422 and answers the others."""

    class Picky:
        def ask(self, url: str, body: bytes) -> Reply:
            question = json.loads(body)
            if "password" in question["text"]:
                return Reply(422, b'{"detail":"no passwords, please"}')
            names = [label["name"] for label in question["labels"]]
            scores = dict.fromkeys(names, 0.0) | {names[0]: 1.0}
            return Reply(200, json.dumps({"scores": scores, "top_label": names[0]}).encode())

    @endpoint("picky")
    def connect(url: str, connection: Connection) -> Picky:
        return Picky()

    yield "picky://server/classify"
    del ENDPOINTS._entries["picky"]


def test_a_run_writes_every_promised_file(project: Path) -> None:
    out = run(EVAL, overrides=["report.figures=true"]).out
    names = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    kinds = ("confusion-matrix", "reliability-diagram", "confidence-histogram")
    figures = {
        f"figures/{kind}-{name}.{form}"
        for kind in (*kinds, "risk-coverage-curve")
        for name in ("v1", "v2")
        for form in ("png", "svg")
    }
    pages = {"index.html", "summary.md", "results.json", "manifest.json"}
    assert names == pages | figures | {"predictions.csv", "changed.csv"}


def test_figures_are_drawn_only_for_a_config_that_asks(project: Path) -> None:
    path = project / "eval.yaml"
    text = path.read_text("utf-8")
    assert "report: {figures: false}\n" in text
    path.write_text(text.replace("report: {figures: false}\n", ""), encoding="utf-8")
    assert not (run(EVAL).out / "figures").exists()


def test_texts_in_the_table_are_safe_to_open_unless_the_config_wants_them_raw(
    project: Path,
) -> None:
    path = project / "tickets.csv"
    path.write_text(path.read_text("utf-8").replace("t7,", "=t7,"), encoding="utf-8")
    for style, shown in (("safe", "'=t7"), ("raw", "=t7")):
        out = run(EVAL, overrides=[f"report.csv={style}"]).out
        with (out / "predictions.csv").open(encoding="utf-8", newline="") as file:
            assert [row["ticket_id"] for row in csv.DictReader(file)][6] == shown


def test_changed_tickets_are_listed_with_their_texts_where_the_report_may_show_them(
    project: Path,
) -> None:
    found = run(EVAL)
    (comparison,) = found.results.comparisons
    given = io.StringIO((project / "tickets.csv").read_text("utf-8"), newline="")
    texts = {row["id"]: row["text"] for row in csv.DictReader(given)}
    for shown in (True, False):
        out = run(EVAL, overrides=[f"report.texts={str(shown).lower()}"]).out
        with (out / "changed.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert {row["ticket_id"] for row in rows} == {f.ticket_id for f in comparison.flips}
        assert [row.get("text") for row in rows] == [
            texts[row["ticket_id"]] if shown else None for row in rows
        ]


def test_one_set_alone_has_no_list_of_changed_tickets(project: Path) -> None:
    EVAL.write_text(EVAL.read_text("utf-8").replace(", v2: v2.yaml", ""), encoding="utf-8")
    assert not (run(EVAL).out / "changed.csv").exists()


def test_a_run_of_a_config_whose_name_is_no_text_writes_its_report(project: Path) -> None:
    config = Path(os.fsdecode(b"\xff.yaml"))
    EVAL.rename(config)
    assert (run(config).out / "results.json").exists()


def test_the_manifest_holds_counts_and_the_digest_of_every_file(project: Path) -> None:
    out = run(EVAL).out
    manifest = json.loads((out / "manifest.json").read_bytes())
    assert manifest["answers"]["v1"] == {
        "recorded": 0,
        "cached": 0,
        "sent": 7,
        "damaged": 0,
        "refused_before": 0,
    }
    assert (manifest["status"], manifest["requests"]) == ("finished", 14)
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest
    again = json.loads((run(EVAL).out / "manifest.json").read_bytes())
    assert again["answers"]["v1"] == {
        "recorded": 0,
        "cached": 7,
        "sent": 0,
        "damaged": 0,
        "refused_before": 0,
    }


def test_saved_results_load_back_equal(project: Path) -> None:
    outcome = run(EVAL)
    assert load(outcome.out / "results.json", RunResults) == outcome.results


def test_no_number_of_a_result_is_a_nan_token(project: Path) -> None:
    text = (run(EVAL).out / "results.json").read_text()
    assert "NaN" not in text
    assert "Infinity" not in text


def test_predictions_hold_one_row_per_set_and_ticket_in_dataset_order(project: Path) -> None:
    out = run(EVAL).out
    with (out / "predictions.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["rubric_set"], row["ticket_id"]) for row in rows] == [
        (name, f"t{i}") for name in ("v1", "v2") for i in range(1, 8)
    ]
    for row in rows:
        scores = {k: float(v) for k, v in row.items() if k.startswith("score_")}
        assert math.isclose(sum(scores.values()), 1, abs_tol=1e-5)
        assert scores["score_" + row["top_label"]] == max(scores.values()) == float(row["score"])
        assert row["outcome"] in ("route", "review", "escalate")


def test_a_failed_ticket_is_reported_and_the_run_is_incomplete(project: Path, picky: str) -> None:
    with pytest.raises(IncompleteError, match="2 answers of 1 ticket failed, 0 are allowed"):
        run(EVAL, overrides=[f"endpoint.url={picky}"], out=Path("out"))
    results = load(Path("out/results.json"), RunResults)
    for evaluation in results.evaluations:
        assert (evaluation.n_requested, evaluation.n_scored, evaluation.n_failed) == (7, 6, 1)
        assert evaluation.tickets.failures[0].ticket_id == "t5"
        assert evaluation.tickets.failures[0].status == 422
    assert "no answer" in Path("out/index.html").read_text(encoding="utf-8")


def test_allowed_failures_do_not_fail_the_run(project: Path, picky: str) -> None:
    outcome = run(EVAL, overrides=[f"endpoint.url={picky}"], allow_failures=2)
    assert outcome.results.n_failed == 2


def test_a_failed_ticket_is_asked_again_and_only_that_one(project: Path, picky: str) -> None:
    overrides = [f"endpoint.url={picky}"]
    run(EVAL, overrides=overrides, allow_failures=2)
    assert plan_run(EVAL, overrides=overrides).rubric_sets[0].missing == 1


def test_an_edited_rubric_asks_only_for_its_own_set(project: Path) -> None:
    run(EVAL)
    text = (project / "v2.yaml").read_text().replace("a payment", "a payment, a fee")
    (project / "v2.yaml").write_text(text)
    assert [planned.missing for planned in plan_run(EVAL).rubric_sets] == [0, 7]


def test_data_is_checked_before_anything_is_sent(project: Path) -> None:
    with (project / "tickets.csv").open("a") as file:
        file.write("t1,again,billing\n")
    with pytest.raises(InputError, match="'t1' stands twice"):
        run(EVAL)
    assert not (project / "answers.sqlite").exists()


def test_identical_rubric_sets_make_no_relevant_difference(project: Path) -> None:
    results = run(EVAL, overrides=["rubric_sets.v2=v1.yaml"]).results
    assert results.comparisons[0].verdict.outcome == "no relevant difference"
    assert results.comparisons[0].verdict.difference.value == 0


def test_a_label_that_only_one_set_has_counts_as_wrong_in_the_other(project: Path) -> None:
    (project / "v2.yaml").write_text("extends: v1.yaml\nremove: [account]\n")
    results = run(EVAL).results
    v2 = results.evaluations[1]
    assert v2.by_label.confusion.rows == ("billing", "technical", "account", "__none__")
    recall = {label.label: label.recall.value for label in v2.by_label.results}
    assert recall["account"] == 0
    assert "TB204" in {finding.code for finding in v2.findings}


def test_a_group_column_widens_the_intervals_it_should(project: Path) -> None:
    rows = [line for line in (project / "tickets.csv").read_text().splitlines()[1:] if line]
    copies = [f"{i}-{row},c{row[:2]},{i}-{row[:2]}" for row in rows for i in range(4)]
    text = "id,text,label,customer,contact\n" + "\n".join(copies) + "\n"
    (project / "tickets.csv").write_text(text)
    alone, grouped = (
        run(EVAL, overrides=[f"dataset.columns.group={c}"])
        .results.evaluations[0]
        .metric("accuracy")
        for c in ("contact", "customer")
    )
    assert grouped.value == alone.value
    assert grouped.high - grouped.low > 1.5 * (alone.high - alone.low)


def test_equal_texts_are_tied_where_no_group_column_says_so(project: Path) -> None:
    text = (project / "tickets.csv").read_text()
    once = run(EVAL).results
    rows = text.splitlines()[1:]
    (project / "tickets.csv").write_text(text + "\n".join(f"again-{row}" for row in rows) + "\n")
    twice = run(EVAL).results
    assert (twice.dataset.n, twice.dataset.n_groups, once.dataset.n_groups) == (14, 7, 7)
    one, other = (r.evaluations[0].metric("accuracy") for r in (once, twice))
    assert [other.low, other.high] == pytest.approx([one.low, one.high], abs=1e-9)


def test_near_duplicates_make_fewer_groups_and_the_report_says_so(project: Path) -> None:
    with (project / "tickets.csv").open("a", encoding="utf-8") as file:
        file.write('t8,"I was charged twice on the last invoice, and want a refund!!",billing\n')
        file.write("t9,i was charged twice on the last invoice and want a refunds,billing\n")
    outcome = run(EVAL)
    dataset = outcome.results.dataset
    assert (dataset.n, dataset.n_groups, dataset.grouped_by) == (9, 7, "near-duplicates")
    assert {e.tickets.n_groups for e in outcome.results.evaluations} == {7}
    page = (outcome.out / "index.html").read_text(encoding="utf-8")
    origin = page[page.index('id="audit-origin"') :]
    assert "<dt>groups</dt><dd>7 by near-duplicates:" in origin


@pytest.mark.parametrize(
    ("section", "line", "column"),
    [
        ("production_mix:\n  billing: 0.7\n  refund: 0.3\n", 9, 3),
        ("policy:\n  label_thresholds: {refund: 0.9}\n", 8, 22),
    ],
)
def test_a_label_that_no_rubric_set_has_is_refused_where_it_stands(
    section: str, line: int, column: int, project: Path
) -> None:
    with EVAL.open("a", encoding="utf-8") as file:
        file.write(section)
    with pytest.raises(InputError) as caught:
        run(EVAL)
    (problem,) = caught.value.problems
    assert problem.where == f"eval.yaml:{line}:{column}"
    assert "no rubric set has the label 'refund'" in problem.what
    assert not (project / "answers.sqlite").exists()


def test_a_label_that_one_of_the_rubric_sets_has_is_known(project: Path) -> None:
    (project / "v2.yaml").write_text(
        'extends: v1.yaml\nlabels:\n  - {name: refund, rubric: "Is this about a refund?"}\n'
    )
    overrides = ["policy.label_thresholds={refund: 0.9}", "production_mix={billing: 1}"]
    v1, v2 = run(EVAL, overrides=overrides).results.evaluations
    assert v1.settings.policy.label_thresholds == v2.settings.policy.label_thresholds
    assert (v1.n_scored, v2.n_scored) == (7, 7)


def test_an_environment_variable_overrides_the_file_and_a_flag_overrides_both(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TICKETBENCH_POLICY__THRESHOLD", "0.7")
    by_variable = run(EVAL).results.evaluations[0].settings.policy.threshold
    by_flag = run(EVAL, overrides=["policy.threshold=0.8"]).results.evaluations[0]
    assert (by_variable, by_flag.settings.policy.threshold) == (0.7, 0.8)


def test_a_report_folder_of_something_else_is_refused(project: Path) -> None:
    (project / "mine").mkdir()
    (project / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="not a ticketbench report"):
        run(EVAL, out=Path("mine"))
    assert (project / "mine" / "letter.txt").read_text() == "dear"


@pytest.mark.parametrize("name", ["banking77-grouped", "clinc-oos", "bitext-support"])
def test_a_sample_of_each_real_set_runs_on_both_rubric_sets(
    name: str, test_data: Path, project: Path
) -> None:
    folder = test_data / name
    overrides = [
        f"dataset.path={folder / 'sample.csv'}",
        f"rubric_sets.v1={folder / 'rubrics-v1.yaml'}",
        f"rubric_sets.v2={folder / 'rubrics-v2.yaml'}",
    ]
    results = run(EVAL, overrides=overrides).results
    v1, v2 = results.evaluations
    assert v1.n_requested == v1.n_scored == results.dataset.n == 20 * len(results.dataset.labels)
    assert v2.metric("accuracy").value > 1.5 / len(v2.labels)
    assert (
        sum(point.routed for point in v2.routing.sweep[:1]) + v2.routing.sweep[0].escalated
        == v2.n_scored
    )


def test_every_row_of_a_real_set_is_scored(test_data: Path, project: Path) -> None:
    from ticketbench.edge.inputs.dataset import load_dataset

    for name, rows in (("banking77-grouped", 13083), ("clinc-oos", 4250), ("bitext-support", 7730)):
        loaded = load_dataset(test_data / name / "data.csv")
        assert len(loaded.dataset.tickets) == rows
        content = (test_data / name / "data.csv").read_text(encoding="utf-8").split("\n")
        assert content[loaded.lines[-1] - 1].startswith(loaded.dataset.tickets[-1].id)


def many_tickets() -> str:
    """90 tickets, a tenth labelled wrong, 30 of them again with another end."""
    subjects = {
        "billing": "the invoice of the month names a payment that we have never ordered",
        "technical": "the export page shows an error and then the whole app crashes again",
        "account": "my password is not accepted any more and the profile cannot be opened",
    }
    lines = ["id,text,label,all_labels,channel"]
    for i in range(90):
        subject = list(subjects)[i % 3]
        label = "account" if i % 10 == 0 else subject
        letters = f"{chr(97 + i % 26) * 7} {chr(97 + i // 26) * 9} {i * 7919}"
        both = f"{label}|account" if i % 5 == 0 and label != "account" else label
        text = f"{letters} {subjects[subject]} {letters[::-1]}"
        lines.append(f"t{i},{text},{label},{both},{('mail', 'chat')[i % 2]}")
        if i < 30:
            lines.append(f"again{i},{text}!,{label},{both},{('mail', 'chat')[i % 2]}")
    return "\n".join([*lines, "n1,Buy cheap watches now,__none__,,mail"]) + "\n"


EVERY_OPTION = """\
production_mix: {billing: 50, technical: 30, account: 20}
policy:
  temperature: 1.5
  label_thresholds: {billing: 0.5, account: 0.45}
choose: {min_precision: 0.8, confidence: 0.8, reviews_per_day: 30, tickets_per_day: 100}
"""


def test_results_with_every_option_load_back_equal(project: Path) -> None:
    (project / "tickets.csv").write_text(many_tickets(), encoding="utf-8")
    with EVAL.open("a", encoding="utf-8") as file:
        file.write(EVERY_OPTION)
    outcome = run(EVAL)
    results = outcome.results
    loaded = load(outcome.out / "results.json", RunResults)
    assert loaded == results
    assert envelope("run", loaded) == (outcome.out / "results.json").read_bytes()

    assert (results.dataset.n, results.dataset.n_groups) == (121, 91)
    assert [m.rubric_set for m in results.production] == ["v1", "v2"]
    assert all(of.found.slices for of in results.slices)
    assert results.suspects
    assert len(results.comparisons) == 1
    for evaluation in results.evaluations:
        assert evaluation.settings.most_reviewed == 0.3
        assert evaluation.settings.policy.label_thresholds == (("billing", 0.5), ("account", 0.45))
        rules = [t.rule for t in evaluation.thresholds if t.certificate is None]
        assert rules == ["cost_optimal", "capacity", "descriptive"]
        assert evaluation.routing.escalation is not None
        assert len(evaluation.routing.escalation_sweep) == 10
    promised = [
        [t.rule for t in evaluation.thresholds if t.certificate]
        for evaluation in results.evaluations
    ]
    assert promised == [[], ["certified", "certified_by_label"]], "none for the set of today"
    page = (outcome.out / "index.html").read_text(encoding="utf-8")
    for section in ("coverage", "escalation", "review", "slices", "mix"):
        assert f'id="audit-{section}"' in page


def test_what_the_baseline_holds_runs_today(answered: Path) -> None:
    """They stand beside what is recommended, and those of the config do not."""
    with_gates("{metric: accuracy, on: v2, min: 0.5}")
    bless(prepare(GATED, name="v2", overrides=["policy.threshold=0.8"]))
    found = run(GATED, mode="replay", out=Path("out")).results.recommendation
    assert found is not None
    assert (found.today.rubric_set, found.today.threshold) == ("v2", 0.8)
    text = Path("out/results.json").read_text(encoding="utf-8")
    assert json.loads(text)["data"]["recommendation"]["today"]["threshold"] == 0.8


def test_a_damaged_baseline_stops_no_run(answered: Path) -> None:
    with_gates("{metric: accuracy, on: v2, min: 0.5}")
    BASELINE.parent.mkdir()
    BASELINE.write_bytes(b"{")
    found = run(GATED, mode="replay", out=Path("out")).results.recommendation
    assert found is not None
    assert (found.today.rubric_set, found.today.threshold) == ("v1", 0.6)


def test_of_several_sets_only_the_one_to_certify_is_promised(project: Path) -> None:
    (project / "tickets.csv").write_text(many_tickets(), encoding="utf-8")
    results = run(EVAL, overrides=["choose.certify=v1", "choose.min_precision=0.9"]).results
    assert [evaluation.settings.promises for evaluation in results.evaluations] == [1, 0]
    assert results.recommendation is not None
    assert results.recommendation.target_stated


def without_fingerprints(value: object) -> object:
    """`value` of results.json without what names the bytes of the files."""
    if isinstance(value, dict):
        named = ("fingerprint", "dataset_fingerprint")
        return {k: without_fingerprints(v) for k, v in value.items() if k not in named}
    return [without_fingerprints(v) for v in value] if isinstance(value, list) else value


def test_the_order_of_the_rows_of_a_dataset_changes_no_result(project: Path) -> None:
    with EVAL.open("a", encoding="utf-8") as file:
        file.write(EVERY_OPTION)
    head, *rows = many_tickets().splitlines()
    found = []
    for seed in (1, 2):
        random.Random(seed).shuffle(rows)
        (project / "tickets.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
        out = run(EVAL).out
        found.append(json.loads((out / "results.json").read_bytes()))
    assert found[0] != found[1]
    one, other = (without_fingerprints(results) for results in found)
    assert one == other


def test_a_mix_may_name_the_tickets_that_no_label_fits(project: Path) -> None:
    (project / "tickets.csv").write_text(many_tickets(), encoding="utf-8")
    shares = {"billing": 6, "technical": 3, "__none__": 1}
    found = run(EVAL, overrides=[f"production_mix={json.dumps(shares)}"]).results.production
    for mix in found:
        assert {label.label: label.production for label in mix.labels if label.production} == {
            label: share / 10 for label, share in shares.items()
        }
        assert (mix.n, mix.with_none) == (121, True)


def test_the_log_of_production_is_held_against_the_labelled_tickets(project: Path) -> None:
    (project / "tickets.csv").write_text(many_tickets(), encoding="utf-8")
    log = run(EVAL, out=project / "log").out / "predictions.csv"
    outcome = run(EVAL, overrides=[f"production_log={log.relative_to(project)}"])
    assert [one.rubric_set for one in outcome.results.drift] == ["v1", "v2"]
    for one in outcome.results.drift:
        assert (one.found.n, one.found.n_reference) == (121, 121)
        assert (one.found.alarm, one.found.labels, one.found.weak) == (False, 0.0, True)
    assert load(outcome.out / "results.json", RunResults) == outcome.results
    assert 'id="audit-drift"' in (outcome.out / "index.html").read_text(encoding="utf-8")


def test_a_stated_volume_gives_a_day_at_what_runs_today(project: Path) -> None:
    volume = ["choose.tickets_per_day=500", "choose.reviews_per_day=100"]
    outcome = run(EVAL, overrides=volume)
    today = outcome.results.workloads[0]
    assert (today.use, today.at_mix) == ("today", False)
    assert outcome.results.recommendation is not None
    told = outcome.results.recommendation.today.routing
    assert today.found.routed.value == pytest.approx(500 * told.coverage.value)
    assert today.found.misrouted.value == pytest.approx(500 * told.wrong / told.n)
    assert load(outcome.out / "results.json", RunResults) == outcome.results
    assert 'id="audit-workload"' in (outcome.out / "index.html").read_text(encoding="utf-8")
    assert run(EVAL).results.workloads == ()


def test_a_log_too_small_is_refused_in_the_results_the_page_and_the_summary(project: Path) -> None:
    (project / "tickets.csv").write_text(many_tickets(), encoding="utf-8")
    log = run(EVAL, out=project / "log").out / "predictions.csv"
    outcome = run(EVAL, overrides=[f"production_log={log.relative_to(project)}"])
    for mix in outcome.results.production:
        assert (mix.usable, mix.estimated_from) == (False, 121)
        assert "an estimate needs 300 tickets of either kind, and 120 are labelled" in mix.refused
    assert load(outcome.out / "results.json", RunResults) == outcome.results
    for name in ("index.html", "summary.md"):
        assert "Label about 200 tickets" in (outcome.out / name).read_text(encoding="utf-8")
