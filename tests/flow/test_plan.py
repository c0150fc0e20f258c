"""What a run would ask: why it is new, how long it takes, what it costs."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import pytest

from small_project import TICKETS
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.edge.contract import request_body
from ticketbench.flow.answers.recordings import export_recording
from ticketbench.flow.plan import Edit, RunPlan, plan_run
from ticketbench.flow.run import run

EVAL = Path("eval.yaml")


def edit_v2(project: Path, old: str, new: str) -> None:
    text = (project / "v2.yaml").read_text(encoding="utf-8")
    assert old in text
    (project / "v2.yaml").write_text(text.replace(old, new), encoding="utf-8")


def test_a_first_run_asks_everything(project: Path) -> None:
    plan = plan_run(EVAL)
    assert [(one.missing, one.reason) for one in plan.rubric_sets] == [
        (7, "7 answers missing: 7 because the question was never asked"),
        (7, "7 answers missing: 7 because the question was never asked"),
    ]
    assert plan.requests == 14
    assert not (project / "answers.sqlite").exists()


def test_a_finished_run_asks_nothing_and_gives_no_reason(project: Path) -> None:
    run(EVAL)
    plan = plan_run(EVAL)
    assert [(one.cached, one.missing, one.reason) for one in plan.rubric_sets] == [(7, 0, "")] * 2
    assert (plan.requests, plan.tokens) == (0, 0)


def test_an_edited_rubric_is_named_with_both_texts(project: Path) -> None:
    run(EVAL)
    edit_v2(project, "a payment or a refund?", "a fee or a refund?")
    found = plan_run(EVAL).rubric_sets[1]
    before = "Is the customer asking about an invoice, a payment or a refund?"
    after = "Is the customer asking about an invoice, a fee or a refund?"
    assert found.edits == (Edit("billing", before, after),)
    assert found.missing == 7


def test_a_new_and_a_removed_label_are_named(project: Path) -> None:
    run(EVAL)
    edit_v2(project, "labels:", "remove: [account]\nlabels:\n  - {name: fraud, rubric: 'Fraud?'}")
    text = (project / "v2.yaml").read_text(encoding="utf-8").splitlines()
    kept = [line for line in text if "name: account" not in line]
    (project / "v2.yaml").write_text("\n".join(kept), encoding="utf-8")
    edits = {edit.label: (edit.before, edit.after) for edit in plan_run(EVAL).rubric_sets[1].edits}
    assert edits["fraud"] == ("", "Fraud?")
    assert edits["account"][1] == ""


def test_new_tickets_are_named_as_the_reason(project: Path) -> None:
    run(EVAL)
    with (project / "tickets.csv").open("a", encoding="utf-8") as file:
        file.write("t8,The invoice shows a wrong amount,billing\n")
    found = plan_run(EVAL).rubric_sets[0]
    assert (found.missing, found.cached, found.edits) == (1, 7, ())
    assert found.reason == "1 answer missing: 1 because the question was never asked"


def test_another_order_of_labels_is_named_as_the_reason(project: Path) -> None:
    run(EVAL)
    lines = (project / "v1.yaml").read_text(encoding="utf-8").splitlines()
    (project / "v1.yaml").write_text("\n".join(reversed(lines)), encoding="utf-8")
    assert "order" in plan_run(EVAL).rubric_sets[0].reason


def test_an_edit_is_named_from_the_last_report_where_only_a_recording_is_left(
    project: Path,
) -> None:
    run(EVAL)
    export_recording(EVAL, Path("r.jsonl"))
    (project / "answers.sqlite").unlink()
    edit_v2(project, "a payment or a refund?", "a fee or a refund?")
    found = plan_run(EVAL, overrides=["recording=r.jsonl"]).rubric_sets
    assert (found[0].recorded, found[0].missing) == (7, 0)
    assert [edit.label for edit in found[1].edits] == ["billing"]


def test_equal_texts_are_counted_as_duplicates(project: Path) -> None:
    with (project / "tickets.csv").open("a", encoding="utf-8") as file:
        file.write("t8,The payment for my subscription failed,billing\n")
    found = plan_run(EVAL).rubric_sets[0]
    assert (found.tickets, found.questions, found.duplicates) == (8, 7, 1)


def test_a_question_of_two_rubric_sets_is_asked_once(project: Path) -> None:
    shutil.copyfile(project / "v1.yaml", project / "v2.yaml")
    plan = plan_run(EVAL)
    assert ([one.missing for one in plan.rubric_sets], plan.requests) == ([7, 0], 7)


def test_refresh_asks_everything_again(project: Path) -> None:
    run(EVAL)
    plan = plan_run(EVAL, mode="refresh")
    assert (plan.requests, plan.rubric_sets[0].reason) == (14, "everything is asked again")


HTTP = ["endpoint.url=http://127.0.0.1:9/classify"]


def priced(*more: str) -> RunPlan:
    return plan_run(EVAL, overrides=[*HTTP, *more])


@pytest.mark.parametrize(("rate", "seconds"), [("20/s", 0.7), ("60/min", 14), ("none", math.nan)])
def test_time_is_a_lower_bound_from_the_rate(project: Path, rate: str, seconds: float) -> None:
    assert priced(f"endpoint.rate={rate}").seconds == pytest.approx(seconds, nan_ok=True)


def test_a_local_engine_has_no_rate(project: Path) -> None:
    assert math.isnan(plan_run(EVAL).seconds)


def test_tokens_are_the_characters_of_all_requests_over_four(project: Path) -> None:
    (project / "tickets.csv").write_text("id,text,label\n1,Grüße,billing\n", encoding="utf-8")
    (project / "v2.yaml").write_text("- {name: billing, rubric: M?}\n- {name: account, rubric: A?}")
    second = RubricSet("v2", (Rubric("billing", "M?"), Rubric("account", "A?")))
    one = priced("rubric_sets={only: v2.yaml}")
    assert one.tokens == len(request_body("Grüße", second).decode()) / 4


def test_cost_is_tokens_at_the_price(project: Path) -> None:
    plan = priced("endpoint.price_per_million_tokens=50", "endpoint.characters_per_token=2")
    assert plan.cost == pytest.approx(plan.tokens * 50 / 1e6)
    assert plan.tokens == pytest.approx(2 * priced().tokens)


YES_NO_ALONE = "systemone+http://127.0.0.1:9/v1/systemone?model=m-1&ask=yesno1"


def test_where_every_label_is_asked_for_alone_each_request_counts(project: Path) -> None:
    def planned(ask: str, *more: str) -> RunPlan:
        url = YES_NO_ALONE.replace("yesno1", ask)
        one = ("rubric_sets={v1: v1.yaml}", "endpoint.rate=60/min", *more)
        return plan_run(EVAL, overrides=[f"endpoint.url={url}", *one])

    alone = planned("yesno1", "endpoint.price_per_request=0.5")
    assert (alone.rubric_sets[0].missing, alone.requests, alone.seconds) == (7, 21, 21)
    assert alone.cost == 21 * 0.5
    together = planned("yesno")
    assert (together.requests, together.seconds) == (7, 7)
    texts = [row.rsplit(",", 1)[0] for row in TICKETS.splitlines()[1:]]
    twice_more = 2 * sum(len(text) - 3 for text in texts)  # each text is sent three times
    assert (alone.tokens - together.tokens) * 4 > twice_more


def test_questions_asked_again_count_with_all_their_requests(project: Path) -> None:
    rows = "".join(f"t{i},case number {i},billing\n" for i in range(120))
    (project / "tickets.csv").write_text(f"id,text,label\n{rows}", encoding="utf-8")
    found = plan_run(EVAL, overrides=[f"endpoint.url={YES_NO_ALONE}"])
    assert (found.requests, found.rechecks) == (2 * 3 * 120, 2 * 3)


def test_the_longest_ticket_stands_beside_what_is_read_of_it(project: Path) -> None:
    url = "systemone+https://api.typesafe.ai/v1/systemone?model=jev-1.13.0"
    (found,) = plan_run(EVAL, overrides=[f"endpoint.url={url}", "endpoint.rate=none"]).longest
    assert (found.most, found.n_over, found.n, found.of_question) == (32_000, 0, 7, True)
    assert plan_run(EVAL, overrides=[f"endpoint.url={url}x"]).longest == ()
    assert plan_run(EVAL).longest == ()


def test_without_a_price_the_cost_is_undefined(project: Path) -> None:
    assert math.isnan(priced().cost)
