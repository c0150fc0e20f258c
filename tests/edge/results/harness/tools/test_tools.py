"""What each harness writes, by hand as its release writes it, and what is read of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from served import served
from ticketbench.core.errors import InputError
from ticketbench.edge.results.forms.options import AS_OURS, Form
from ticketbench.edge.results.predictions import read_set
from ticketbench.edge.results.rows import Predictions


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(
    *records: Mapping[str, Any],
    set_: str | None = None,
    form: Form = AS_OURS,
    file: str = "p.jsonl",
) -> Predictions:
    """The predictions in a file of these records, an object a line."""
    Path(file).write_text("".join(json.dumps(one) + "\n" for one in records), "utf-8")
    return read_set(Path(file), set_, form=form)


def problem(error: pytest.ExceptionInfo[InputError]) -> str:
    one = error.value.problems[0]
    return f"{one.where}: {one.what}: {one.help}"


def jev_eval(
    state: str, answer: Any, gold: Any, kind: str = "choice", **more: Any
) -> dict[str, Any]:
    return {
        "model": "jev-latest",
        "row": 0,
        "state_hash": state,
        "id": {"choice": "team", "noul": "urgent", "score": "mood"}[kind],
        "type": kind,
        "question_hash": "q",
        "question": {"type": kind},
        "answer": answer,
        "gold": gold,
        "meta": {},
        "state_chars": 9,
        "call": "c",
        "input_tokens": 3,
        **more,
    }


def choice(a: float, b: float, chosen: str = "") -> dict[str, Any]:
    best = chosen or ("a" if a >= b else "b")
    return {"type": "choice", "choice": best, "probabilities": {"a": a, "b": b}, "confidence": 0.1}


def test_jev_eval_pairs_tickets_by_their_text() -> None:
    found = read(
        jev_eval("x", choice(0.9, 0.1), "a"),
        jev_eval("y", choice(0.3, 0.7), "a"),
        jev_eval("x", choice(0.8, 0.2), "b"),
    )
    assert found.ids == ("x", "y", "x-2")
    assert found.table.scores.tolist() == [[0.9, 0.1], [0.3, 0.7], [0.8, 0.2]]
    assert found.gold == {"x": "a", "y": "a", "x-2": "b"}
    assert found.table.n_groups == 2
    assert found.notes == ("the file is of jev-eval: 3 answers",)
    assert found.table.provenance.rubric_set == "team"


def test_jev_eval_takes_the_most_probable_label_whatever_was_chosen() -> None:
    assert read(jev_eval("x", choice(0.9, 0.1, "b"), "a")).table.stated is None


def test_jev_eval_questions_are_sets_and_scales_are_left_out() -> None:
    records = [
        jev_eval("x", {"type": "noul", "noul": 0.7}, False, "noul"),
        jev_eval("x", choice(0.9, 0.1), "a"),
        jev_eval("x", {"type": "score", "score": 1.2, "confidence": 0.4}, "calm", "score"),
    ]
    with pytest.raises(InputError) as several:
        read(*records)
    assert "of urgent, team" in problem(several)
    found = read(*records, set_="urgent")
    assert found.table.labels == ("true", "false")
    assert found.table.scores.tolist() == [[0.7, pytest.approx(0.3)]]
    assert found.gold == {"x": "false"}
    assert found.notes == (
        "the file is of jev-eval: 2 answers in 2 sets",
        "left out: 1 answer to a question on a scale",
    )


def test_jev_eval_rows_without_an_answer_are_failures() -> None:
    found = read(
        jev_eval("x", choice(0.9, 0.1), "a"),
        jev_eval("y", None, "b", error="HTTP 413: too long"),
        jev_eval("z", {"type": "refusal"}, "b"),
    )
    assert [(one.ticket_id, one.kind) for one in found.table.failures] == [
        ("y", "http"),
        ("z", "contract"),
    ]


@pytest.mark.loopback
def test_the_rows_that_jev_eval_itself_writes_have_its_figures() -> None:
    tool = pytest.importorskip("jev_eval", reason="pip install --group wire")
    texts = {"billing": "please refund the money", "tech": "an error in the app", "other": "hello"}
    rows = [
        tool.LabeledRow(f"{text} {i}", {"team": label, "urgent": i % 2 == 0})
        for i in range(4)
        for label, text in texts.items()
    ]
    questions = {
        "team": {
            "type": "choice",
            "instructions": "Which team?",
            "criteria": {"billing": "about money", "tech": "about an error", "other": "hello"},
        },
        "urgent": {"type": "noul", "instructions": "Is it urgent?"},
    }
    with served(aliases=("jev-latest",)) as server:
        provider = tool.TypeSafeProvider("key", base_url=f"{server.root}/v1")
        records = tool.run(rows, questions, provider, cache_path="cache.jsonl")
    theirs = tool.report(records)["questions"]
    for name in questions:
        table = read_set(Path("cache.jsonl"), name).table
        assert table.n_scored == theirs[name].n == 12
        assert float((table.top == table.truth).mean()) == pytest.approx(theirs[name].accuracy)


def jevassert(case: str, answers: Any, error: str | None = None) -> dict[str, Any]:
    model = "jev-1.13.0" if answers else None
    return {
        "case_id": case,
        "model": model,
        "latency_ms": 4.2,
        "usage": None,
        "answers": answers,
        "error": error,
    }


CASES = (
    '{"id": "k1", "state": {"text": "x"}, "expect": {"team": "a", "urgent": true}}\n'
    '{"id": "k2", "state": {"text": "y"}, "expect": {"team": "b", "urgent": false}}\n'
)
OF_CASES = Form(gold="cases.jsonl")


def test_jevassert_has_its_gold_labels_in_the_cases_of_the_pack() -> None:
    Path("cases.jsonl").write_text(CASES)
    records = [
        jevassert("k1", {"team": choice(0.9, 0.1), "urgent": {"type": "noul", "noul": 0.4}}),
        jevassert("k2", None, "HTTP 500"),
    ]
    team = read(*records, set_="team", form=OF_CASES)
    assert team.gold == {"k1": "a", "k2": "b"}
    assert team.table.scores.tolist() == [[0.9, 0.1]]
    assert [one.kind for one in team.table.failures] == ["http"]
    urgent = read(*records, set_="urgent", form=OF_CASES)
    assert urgent.table.scores.tolist() == [[0.4, 0.6]]


def test_jevassert_without_gold_names_the_option() -> None:
    with pytest.raises(InputError) as caught:
        read(jevassert("k1", {"team": choice(0.9, 0.1)}))
    told = "p.jsonl:1: a recording of jevassert holds no gold labels"
    assert problem(caught) == f"{told}: name the cases of its pack: --gold PACK/cases.jsonl"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('{"ticket_id": "k1", "label": "a"}\n', "cases.jsonl:1: no case with `id` and `expect`"),
        (CASES + CASES, "cases.jsonl:3: the case 'k1' comes twice"),
        (CASES[:30], "cases.jsonl:1: "),
    ],
)
def test_cases_that_are_none_are_refused_with_their_line(text: str, what: str) -> None:
    Path("cases.jsonl").write_text(text)
    with pytest.raises(InputError) as caught:
        read(jevassert("k1", {"team": choice(0.9, 0.1)}), form=OF_CASES)
    assert problem(caught).startswith(what)


def test_jevassert_cases_of_other_ids_leave_nothing_to_judge() -> None:
    Path("cases.jsonl").write_text(CASES)
    with pytest.raises(InputError, match="holds no answer to judge"):
        read(jevassert("k9", {"team": choice(0.9, 0.1)}), form=OF_CASES)


def s1ops(
    item: str, label: Any, served: str | None = "jev-1.13.0", **answer: Any
) -> dict[str, Any]:
    return {
        "schema": "s1-record/1",
        "dataset": "desk",
        "item_id": item,
        "question_id": "q-30076be2728be682",
        "primitive": "noul" if "p" in answer else "choice",
        "model_requested": "jev-latest",
        "model_served": served,
        **({} if label is None else {"label": label}),
        **answer,
    }


def test_s1ops_reads_both_kinds_and_leaves_out_what_has_no_label() -> None:
    found = read(
        s1ops("t1", "a", **choice(0.9, 0.1)),
        s1ops("t2", "a", **choice(0.6, 0.4)),
        s1ops("t3", None, **choice(0.6, 0.4)),
    )
    assert found.ids == ("t1", "t2")
    assert found.notes[1] == "left out: 1 answer without a gold label"
    yes = read(s1ops("t1", True, p=0.8), s1ops("t2", False, p=0.25))
    assert yes.table.scores.tolist() == [[0.8, pytest.approx(0.2)], [0.25, 0.75]]


def test_answers_of_several_models_are_several_sets() -> None:
    records = [
        s1ops("t1", "a", **choice(0.9, 0.1)),
        s1ops("t1", "a", "kev-1.0", **choice(0.2, 0.8)),
        s1ops("t2", "a", None, error_code="timeout"),
    ]
    found = read(*records, set_="q-30076be2728be682@kev-1.0")
    assert found.table.scores.tolist() == [[0.2, 0.8]]
    assert found.notes[1] == "left out: 1 answer without a model, of several"
    alone = read(records[0], records[2])
    assert [one.kind for one in alone.table.failures] == ["http"]


def test_s1ops_of_a_later_schema_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        read({**s1ops("t1", "a", **choice(0.9, 0.1)), "schema": "s1-record/2"})
    assert "p.jsonl:1: records of the schema 's1-record/2' are not known" in problem(caught)


def decguard(*results: dict[str, Any]) -> dict[str, Any]:
    return {
        "report_version": "0.1",
        "decguard_version": "0.1.1",
        "contract": {"name": "team", "type": "choice", "labels": ["a", "b"]},
        "failures": [{"case_id": "c9"}],
        "results": list(results),
        "properties": None,
    }


def case(name: str, expected: str | None, p: float | None, error: str = "") -> dict[str, Any]:
    result = None if p is None else {"case_id": name, "probabilities": {"a": p, "b": 1 - p}}
    return {
        "case_id": name,
        "input": "a text",
        "expected": expected,
        "metadata": {},
        "result": result,
        "error": {"kind": error, "message": "m"} if error else None,
    }


def test_a_report_of_decguard_gives_its_cases_with_their_lines() -> None:
    report = decguard(
        case("c1", "a", 0.75), case("c2", "b", None, "timeout"), case("c3", None, 0.5)
    )
    Path("report.json").write_text(json.dumps(report, indent=1), "utf-8")
    found = read_set(Path("report.json"))
    assert found.gold == {"c1": "a", "c2": "b"}
    assert found.table.scores.tolist() == [[0.75, 0.25]]
    assert [one.kind for one in found.table.failures] == ["timeout"]
    assert found.table.provenance.rubric_set == "team"
    report["results"][1] |= {"result": {"probabilities": {"a": 0.9, "b": 0.9}}}
    text = json.dumps(report, indent=1)
    Path("report.json").write_text(text, "utf-8")
    line = 1 + text[: text.index('"c2"')].count("\n") - 1
    with pytest.raises(InputError) as caught:
        read_set(Path("report.json"))
    assert problem(caught).startswith(f"report.json:{line}: ")


def promptfoo(test: int, output: Any, team: str, prompt: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "promptIdx": prompt,
        "testIdx": test,
        "testCase": {
            "vars": {"text": f"mail {test}", "team": team},
            "assert": [
                {"type": "latency", "threshold": 9},
                {"type": "equals", "value": "{{ team }}"},
            ],
        },
        "provider": {"id": "openai:gpt-x", "label": ""},
        "success": output == team,
        "vars": {"text": f"mail {test}", "team": team},
        "response": {"output": output},
        **more,
    }


def test_promptfoo_answers_with_labels_and_wants_what_equals_says() -> None:
    records = [
        promptfoo(0, "a\n", "a"),
        promptfoo(1, "b", "a"),
        promptfoo(2, None, "b", error="API error: 500"),
        promptfoo(3, {"label": "a"}, "a"),
    ]
    found = read(*records)
    assert found.gold == {"0": "a", "1": "a", "2": "b"}
    assert found.table.known == "top label"
    assert [found.table.labels[at] for at in found.table.top] == ["a", "b"]
    assert [one.kind for one in found.table.failures] == ["http"]
    assert found.notes[1] == "left out: 1 answer whose output is no text"
    whole = {"evalId": "eval-1", "results": {"version": 3, "results": records, "stats": {}}}
    Path("out.json").write_text(json.dumps(whole), "utf-8")
    assert read_set(Path("out.json")).gold == found.gold


def test_promptfoo_prompts_of_one_provider_are_sets_and_repeats_are_one_group() -> None:
    again = promptfoo(0, "a", "a") | {"testIdx": 1}
    records = [promptfoo(0, "a", "a"), again, promptfoo(2, "b", "b"), promptfoo(0, "a", "a", 1)]
    records.append(promptfoo(2, "b", "b", 1))
    found = read(*records, set_="openai:gpt-x@1")
    assert (found.table.n_scored, found.table.n_groups) == (3, 2)
    assert read(*records, set_="openai:gpt-x@2").gold == {"0": "a", "2": "b"}


def test_promptfoo_gold_may_be_a_variable_or_a_text() -> None:
    records = [promptfoo(0, "a", "a"), promptfoo(1, "b", "b")]
    for record in records:
        record["testCase"]["assert"] = [{"type": "contains", "value": "a"}]
    with pytest.raises(InputError) as caught:
        read(*records)
    assert "--columns label=COLUMN, of vars.text, vars.team" in problem(caught)
    assert read(*records, form=Form(columns={"label": "vars.team"})).gold == {"0": "a", "1": "b"}
    for record, wanted in zip(records, "ba", strict=True):
        record["testCase"]["assert"] = [{"type": "equals", "value": wanted}]
    assert read(*records).gold == {"0": "b", "1": "a"}
