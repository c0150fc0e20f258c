"""Is a policy still right: by the tickets of a config, by a table, by a log with gold labels."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

import pytest

from promised_project import CONFIG, SET, URL, promised
from ticketbench.cli.form import form_of_words
from ticketbench.core.errors import InputError
from ticketbench.core.policy import OUTCOMES, Policy
from ticketbench.edge.results.forms.options import Form
from ticketbench.flow.production.policy_check import Checked, check
from ticketbench.flow.production.policy_words import check_text
from ticketbench.production.policy_file import Judged, PolicyFile, Promise, Reference, policy_bytes

POLICY = Path("policy.json")
MADE = PolicyFile(
    created="2026-11-29T09:00:00Z",
    tool="ticketbench 0.2.0",
    rubric_set=SET,
    url=URL,
    model=None,
    policy=Policy(0.76, 1.0, 1.0, (), "manual_review"),
    prompts={},
    promise=Promise(
        "certified",
        0.9,
        0.9,
        600,
        550,
        Judged(280, 600, 270, 0.93, 0.98),
        f"sha256:{'4' * 64}",
        None,
    ),
    reference=Reference(
        600,
        tuple(0.5 + i / 200 for i in range(101)),
        {"billing": 300, "general": 300},
        {"route": 280, "review": 320, "escalate": 0},
        ((250, 50), (50, 250)),
        {"null": 600},
    ),
    review_by="2027-05-29",
)


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    POLICY.write_bytes(policy_bytes(MADE))


def of_config(**given: object) -> Checked:
    return check(POLICY, config=promised(**given))  # type: ignore[arg-type]


def refused(**given: object) -> str:
    with pytest.raises(InputError) as caught:
        check(POLICY, **given)  # type: ignore[arg-type]
    problem = caught.value.problems[0]
    return f"{problem.where}: {problem.what}: {problem.help}"


def logged(
    rows: Sequence[tuple[str, str, str]],
    *,
    policy: str = MADE.sha256,
    scores: Sequence[float] = (),
) -> Path:
    """A log of (ticket, outcome, label), a decision each."""
    lines = []
    for i, (ticket, outcome, label) in enumerate(rows):
        line = {
            "schema": "ticketbench/decision@1",
            "timestamp": f"2026-12-01T00:{i // 60:02}:{i % 60:02}.000Z",
            "decision_id": f"{policy[:8]}-{i}",
            "ticket_id": ticket,
            "policy": policy,
            "rubric_set": MADE.fingerprint,
            "outcome": outcome,
            "label": label,
            "score": scores[i] if scores else 0.9,
        }
        lines.append(json.dumps(line) + "\n")
    Path("decisions.jsonl").write_text("".join(lines))
    return Path("decisions.jsonl")


def gold(rows: Sequence[tuple[str, ...]], head: str = "id,label") -> Path:
    Path("gold.csv").write_text("\n".join([head, *(",".join(row) for row in rows), ""]))
    return Path("gold.csv")


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ({"n": 400, "wrong": 0.01}, "holds"),
        ({"n": 400, "wrong": 0.25}, "broken"),
        ({"n": 60, "wrong": 0.1}, "cannot tell"),
    ],
)
def test_new_tickets_keep_a_promise_break_it_or_cannot_tell(
    given: dict[str, float], verdict: str
) -> None:
    found = of_config(seed=9, **given)
    assert found.verdict == verdict
    assert check_text(found.found, chosen_on=False).startswith(f"{verdict}: ")
    assert (found.found.needed is not None) == (verdict == "cannot tell")


def test_the_tickets_that_a_policy_was_made_from_cannot_tell() -> None:
    from ticketbench.flow.production.policy_export import export

    found = export(promised(n=150), "v2", kind="cost")
    POLICY.write_bytes(found.content)
    seen = check(POLICY, config=CONFIG, min_precision=0.6)
    assert (seen.verdict, seen.chosen_on, seen.promised) == ("cannot tell", True, False)
    assert "label new ones" in check_text(seen.found, chosen_on=True)
    fresh = check(POLICY, config=promised(n=150, seed=8), min_precision=0.6)
    assert (fresh.verdict, fresh.chosen_on) == ("holds", False)


def test_they_are_known_by_a_table_in_any_order_and_by_a_log() -> None:
    from ticketbench.flow.production.policy_export import export
    from ticketbench.flow.steps.inputs import read_inputs
    from ticketbench.flow.steps.tables import scored

    made = export(promised(n=150), "v2", kind="cost")
    POLICY.write_bytes(made.content)
    table = scored(read_inputs(CONFIG), ["v2"])["v2"]
    assert table.labels == ("billing", "general")
    names = [table.gold_labels[i] for i in table.truth.tolist()]
    rows = [
        f"{id_},{name},{general},{billing}"
        for id_, name, (billing, general) in zip(
            table.ids, names, table.scores.tolist(), strict=True
        )
    ]
    Path("p.csv").write_text("\n".join(["ticket_id,label,score_general,score_billing", *rows, ""]))
    found = check(POLICY, labels=Path("p.csv"), min_precision=0.6)
    assert (found.verdict, found.chosen_on) == ("cannot tell", True)
    outcomes = made.policy.policy.decide(table.scores, table.labels).outcome.tolist()
    tops = [table.labels[i] for i in table.top.tolist()]
    lines = [
        (id_, OUTCOMES[outcome], top)
        for id_, outcome, top in zip(table.ids, outcomes, tops, strict=True)
    ]
    log = logged(lines, policy=made.policy.sha256, scores=table.top_score.tolist())
    kept = gold(list(zip(table.ids, names, strict=True)))
    found = check(POLICY, log=[log], labels=kept, min_precision=0.6)
    assert (found.verdict, found.chosen_on) == ("cannot tell", True)
    fewer = logged(lines[1:], policy=made.policy.sha256, scores=table.top_score.tolist()[1:])
    assert not check(POLICY, log=[fewer], labels=kept, min_precision=0.6).chosen_on


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("a charge or", "a refund or", "its question about 'billing' is another one"),
        ("name: general", "name: rest", "it has no label 'general'"),
        (
            'anything else?"}\n',
            'anything else?"}\n- {name: x, rubric: "X?"}\n',
            "it has a label 'x', too",
        ),
    ],
)
def test_other_questions_are_refused_by_the_first_label_that_differs(
    old: str, new: str, said: str
) -> None:
    promised(n=60)
    text = Path("v2.yaml").read_text()
    assert old in text
    Path("v2.yaml").write_text(text.replace(old, new))
    if "rest" in new:
        tickets = Path("tickets.csv")
        tickets.write_text(tickets.read_text().replace(",general,", ",rest,"))
    assert said in refused(config=CONFIG)


def test_labels_in_another_order_are_other_questions() -> None:
    promised(n=60)
    lines = Path("v2.yaml").read_text().splitlines(keepends=True)
    Path("v2.yaml").write_text("".join(reversed(lines)))
    assert "its label 'billing' stands at another place" in refused(config=CONFIG)


def test_another_endpoint_is_refused() -> None:
    promised(n=60, url="https://other.shop.example/classify")
    assert "this config asks https://other.shop.example/classify" in refused(config=CONFIG)


def test_a_table_is_decided_as_the_router_would_whatever_the_order_of_its_columns() -> None:
    rows = [f"t{i},billing,{0.1 if i < 190 else 0.9},{0.9 if i < 190 else 0.1}" for i in range(200)]
    Path("new.csv").write_text(
        "\n".join(["ticket_id,label,score_general,score_billing", *rows, ""])
    )
    found = check(POLICY, labels=Path("new.csv")).found
    assert (found.verdict, found.routed, found.right) == ("holds", 200, 190)


def test_a_table_of_other_labels_is_refused_by_the_first_that_differs() -> None:
    Path("new.csv").write_text("ticket_id,label,score_billing,score_sales\nt1,billing,.9,.1\n")
    assert "has no scores for 'general'" in refused(labels=Path("new.csv"))


def test_of_several_sets_in_a_table_that_of_the_policy_is_taken() -> None:
    head = "rubric_set,ticket_id,label,score_billing,score_general"
    rows = [f"{name},t{i},billing,.9,.1" for name in ("v1", SET.name) for i in range(20)]
    Path("new.csv").write_text("\n".join([head, *rows, ""]))
    assert check(POLICY, labels=Path("new.csv")).found.n == 20
    Path("new.csv").write_text("\n".join([head, *rows, ""]).replace(f"{SET.name},", "v3,"))
    assert "choose one: a file of its rows alone, of v1, v3" in refused(labels=Path("new.csv"))


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("ticket_id,label,score_billing,score_general", "t{},billing,90%,10%"),
        ("ticket_id,gold,score_billing,score_general", "t{},billing,.9,.1"),
        ("ticket_id,label,proba_billing,proba_general", "t{},billing,.9,.1"),
        ("ticket_id,label,score_billing,score_general", "t{},Billing,.9,.1"),
    ],
    ids=["percent", "another column", "another beginning", "another spelling"],
)
def test_advice_about_a_table_names_the_option_of_this_command_and_holds(
    head: str, row: str
) -> None:
    rows = [row.format(i) for i in range(20)]
    Path("new.csv").write_text("\n".join([head, *rows, ""]))
    said = refused(labels=Path("new.csv"))
    (advised,) = re.findall(r"--of-labels ('.*?'(?!\"))", said)
    assert not re.findall(r"--(?!of-labels)", said.replace(advised, ""))
    form = form_of_words(*shlex.split(advised), where="--of-labels")
    assert check(POLICY, labels=Path("new.csv"), form=form).found.n == 20


def test_a_form_goes_with_a_table_of_predictions_alone() -> None:
    form = Form(scale="percent")
    assert "it goes with --labels FILE alone" in refused(config=CONFIG, form=form)
    log = logged([("t1", "route", "billing")])
    assert "it goes with" in refused(labels=gold([("t1", "billing")]), log=[log], form=form)


def test_a_log_is_joined_with_gold_labels_by_ticket() -> None:
    decisions = [(f"t{i}", "route" if i < 100 else "review", "billing") for i in range(150)]
    labels = [(f"t{i}", "billing" if i >= 40 else "general") for i in range(120)]
    found = check(POLICY, labels=gold(labels), log=[logged(decisions)])
    seen = found.found
    assert (seen.n, seen.routed, seen.right, seen.verdict) == (120, 100, 60, "broken")
    assert found.notes == (
        "tickets are taken for independent: no column `group` says which belong together",
    )


def test_what_cannot_be_joined_says_what_is_missing() -> None:
    labels = gold([("t1", "billing")])
    assert "by `ticket_id`" in refused(labels=labels, log=[logged([("t2", "route", "billing")])])
    path = logged([("t1", "route", "billing")])
    path.write_text(path.read_text().replace('"ticket_id": "t1", ', ""))
    assert "ticket_id=...) keeps it" in refused(labels=labels, log=[path])
    path.write_text("{}\n")
    assert "Router(..., log=)" in refused(labels=labels, log=[path])
    assert "go with its log: --log" in refused(labels=labels)


def test_a_ticket_that_was_decided_twice_counts_by_its_last_decision() -> None:
    path = logged([("t1", "route", "billing"), ("t1", "route", "general")])
    seen = check(POLICY, labels=gold([("t1", "general")]), log=[path]).found
    assert (seen.n, seen.right) == (1, 1)


def test_groups_of_gold_labels_count_once() -> None:
    decisions = logged([(f"t{i}", "route", "billing") for i in range(90)])
    labels = gold([(f"t{i}", "billing", f"g{i // 9}") for i in range(90)], "ticket_id,label,group")
    found = check(POLICY, labels=labels, log=[decisions])
    assert (found.found.groups, found.verdict, found.notes) == (10, "cannot tell", ())


def test_decisions_of_another_policy_are_left_out_and_said() -> None:
    path = logged([("t1", "route", "billing")], policy="0" * 64)
    labels = gold([("t1", "billing"), ("t2", "zebra")])
    said = refused(labels=labels, log=[path])
    assert "none of 1 decision was made by the policy" in said
    assert said.endswith("check the policy that made them: 000000000000")
    other = path.read_text()
    own = logged([("t2", "route", "billing")]).read_text()
    path.write_text(own + other)
    notes = check(POLICY, labels=labels, log=[path]).notes
    assert "1 decision of another policy left out" in notes
    assert "labels that the policy does not know count as wrong: 'zebra'" in notes


@pytest.mark.parametrize(
    ("rows", "head", "said"),
    [
        ([("t1", "a"), ("t1", "b")], "id,label", "the id 't1' comes twice"),
        ([("t1", "")], "id,label", "label is empty"),
        ([("t1", "a")], "id,gold", "no column label"),
        ([("t1", "a")], "nr,label", "no column ticket_id or id"),
    ],
)
def test_gold_labels_that_cannot_be_joined_are_refused(
    rows: list[tuple[str, ...]], head: str, said: str
) -> None:
    path = logged([("t1", "route", "billing")])
    assert said in refused(labels=gold(rows, head), log=[path])


def test_labels_come_from_one_place() -> None:
    for given in ({}, {"log": [Path("d")]}, {"config": Path("c"), "labels": Path("l")}):
        assert "--config CONFIG, or --labels FILE" in refused(**given)


def test_without_a_promise_a_target_has_to_be_named() -> None:
    from dataclasses import replace

    for other in (replace(MADE, promise=None), replace(MADE, edited=True)):
        POLICY.write_bytes(policy_bytes(other))
        assert "--min-precision 0.9" in refused(config=promised(n=60))
        assert not check(POLICY, config=CONFIG, min_precision=0.5).promised
    assert "got 90" in refused(config=CONFIG, min_precision=90)
