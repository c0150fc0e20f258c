"""The baseline file: round trip, one line a ticket, and every way in which it may be damaged."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as options
from hypothesis import strategies as st

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.rubrics import Rubric
from ticketbench.core.types import Ticket
from ticketbench.edge.results.baseline import (
    Baseline,
    KeptMetric,
    KeptTicket,
    Origin,
    Outcome,
    ticket_hash,
)
from ticketbench.edge.results.baseline_file import (
    SCHEMA,
    SCHEMA_WITHOUT_LEDGER,
    SCHEMA_WITHOUT_PINNED,
    baseline_bytes,
    read_baseline,
)
from ticketbench.edge.results.ledger import Asked, Ledger, Look, Pin, SeenChange

TICKETS = [Ticket(f"ticket-{i}", f"I was charged {i} times", "billing") for i in range(4)]
NASTY = 'a "b"\n| ü 😀 \u202e <<<<<<< HEAD'
LEDGER = Ledger(
    (Pin("d", "r", "a"), Pin("d", "r", "b", 3, -0.012, NASTY)),
    (SeenChange(-0.005, 400, NASTY), SeenChange(math.nan, 0), SeenChange(0.0025, 399, "x")),
    Asked("v0", "local://x", Policy(0.7), (Rubric("billing", NASTY), Rubric("a", "A?"))),
    (
        Look("v1", "r1", "local://x", "log", 2, 1, -0.01, -0.04, True, "0" * 10 + "1" * 10),
        Look("v1", "r2", "local://x", "log", 0, 0, 0.0, math.nan, False, ""),
    ),
)
OLD = Path(__file__).parent / "old"
OUTCOMES: tuple[Outcome, ...] = ("route", "review", "escalate", "missed")


def baseline(**fields: object) -> Baseline:
    kept = [
        KeptTicket("billing", "billing", 0.9, "route"),
        KeptTicket("billing", "technical", 0.6, "review"),
        KeptTicket("__none__", NASTY, 0.4, "escalate"),
        KeptTicket("billing", "billing", 1.0, "route"),
    ]
    made = Baseline(
        rubric_set="v1",
        origin=Origin(
            "d" * 64, "r" * 64, "local://x", "s" * 64, "",
            Policy(label_thresholds=(("billing", 0.7),)), Costs(),
        ),
        rubrics=(Rubric("billing", "Is it money?"), Rubric("technical", "Is it\nbroken?"),
                 Rubric(NASTY, NASTY)),
        metrics={"macro_f1": KeptMetric(0.5, math.nan, math.nan, 0),
                 "accuracy": KeptMetric(0.75, 0.3, 0.9, 4),
                 f"recall {NASTY}": KeptMetric(math.nan, math.nan, math.nan, 0)},
        tickets={ticket_hash(t): k for t, k in zip(TICKETS, kept, strict=True)},
        reason=NASTY,
        ledger=LEDGER,
    )  # fmt: skip
    return replace(made, **fields)  # type: ignore[arg-type]


def alike(one: Baseline, other: Baseline) -> bool:
    """Equality in which NaN equals NaN and the order of mappings does not count."""
    fields = ("rubric_set", "origin", "rubrics", "tickets", "reason", "labels")
    same = all(getattr(one, name) == getattr(other, name) for name in fields)
    same = same and str(one.ledger) == str(other.ledger)
    return same and str(sorted(one.metrics.items())) == str(sorted(other.metrics.items()))


def written(folder: Path, content: bytes | str) -> Path:
    path = folder / "b.json"
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


def text() -> str:
    return baseline_bytes(baseline()).decode("utf-8")


def problem(folder: Path, content: bytes | str) -> Problem:
    with pytest.raises(InputError) as caught:
        read_baseline(written(folder, content))
    (found,) = caught.value.problems
    return found


PRINTABLE = st.characters(exclude_categories=("C", "Z"), include_characters=" ")
LABELS = st.text(PRINTABLE, min_size=1, max_size=8)


@st.composite
def baselines(draw: st.DrawFn) -> Baseline:
    labels = draw(st.lists(LABELS, min_size=2, max_size=5, unique=True))
    hashes = draw(st.lists(st.integers(0, 16**16 - 1), max_size=6, unique=True))
    number = st.floats(allow_infinity=False)
    ticket = st.builds(
        KeptTicket,
        st.sampled_from([*labels, "__none__"]),
        st.sampled_from(labels),
        st.floats(1 / len(labels), 1),
        st.sampled_from(OUTCOMES),
    )
    share = st.floats(-1, 1).map(lambda change: round(change, 6))
    seen = st.builds(SeenChange, share, st.integers(1, 10**6), LABELS)
    pin = st.builds(Pin, LABELS, LABELS, LABELS, st.integers(0, 99), share, LABELS)
    ledger = st.builds(
        Ledger,
        st.lists(pin, min_size=1, max_size=3).map(tuple),
        st.lists(seen | st.just(SeenChange(math.nan, 0)), max_size=5).map(tuple),
        st.none() | st.just(LEDGER.pinned),
    )
    metric = st.builds(KeptMetric, number, number, number, st.integers(0, 10**6))
    return baseline(
        rubric_set=draw(LABELS),
        rubrics=tuple(Rubric(label, draw(LABELS)) for label in labels),
        metrics=draw(st.dictionaries(LABELS, metric, max_size=3)),
        tickets={f"{one:016x}": draw(ticket) for one in hashes},
        reason=draw(st.text(PRINTABLE, max_size=10)),
        ledger=draw(st.none() | ledger),
    )


@options(
    max_examples=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(baselines())
def test_what_was_written_is_read_back_to_the_bit(tmp_path: Path, made: Baseline) -> None:
    content = baseline_bytes(made)
    back = read_baseline(written(tmp_path, content))
    assert alike(back, made)
    assert baseline_bytes(back) == content


def test_hostile_texts_and_nan_are_read_back(tmp_path: Path) -> None:
    assert alike(read_baseline(written(tmp_path, baseline_bytes(baseline()))), baseline())


def test_what_is_no_text_in_a_reason_becomes_a_question_mark() -> None:
    assert json.loads(baseline_bytes(baseline(reason="caf\udce9")))["data"]["reason"] == "caf?"


def test_the_file_is_json_without_nan_and_names_its_schema() -> None:
    def refuse(token: str) -> None:
        raise AssertionError(token)

    data = json.loads(text(), parse_constant=refuse)
    assert data["schema"] == SCHEMA == "ticketbench/baseline@3"
    assert data["data"]["metrics"]["macro_f1"] == {"value": 0.5, "low": None, "high": None, "n": 0}
    assert text().endswith("}\n")


def test_metrics_and_tickets_are_sorted_whatever_the_order_they_came_in() -> None:
    one = baseline()
    turned = replace(
        one,
        tickets=dict(reversed(one.tickets.items())),
        metrics=dict(reversed(one.metrics.items())),
    )
    assert baseline_bytes(turned) == baseline_bytes(one)
    data = json.loads(text())["data"]
    for key in ("tickets", "metrics", "origin"):
        assert list(data[key]) == sorted(data[key])


def test_the_rubrics_keep_their_order_which_is_part_of_every_request() -> None:
    turned = baseline(rubrics=baseline().rubrics[::-1])
    assert baseline_bytes(turned) != baseline_bytes(baseline())


def test_each_ticket_and_each_metric_has_a_line_of_its_own() -> None:
    lines = text().split("\n")
    tickets = [line for line in lines if re.match(r'"[0-9a-f]{16}": \[', line)]
    assert len(tickets) == 4
    assert sum('"high": ' in line for line in lines) == 3


@pytest.mark.parametrize("number", range(4))
def test_a_change_of_one_ticket_changes_its_line_alone(number: int) -> None:
    own = ticket_hash(TICKETS[number])
    one = baseline()
    changed = {**one.tickets, own: replace(one.tickets[own], score=0.5)}
    before, after = text().split("\n"), baseline_bytes(baseline(tickets=changed)).decode()
    differing = [b for a, b in zip(before, after.split("\n"), strict=True) if a != b]
    assert len(differing) == 1
    assert differing[0].startswith(f'"{own}": [')


def test_a_new_ticket_adds_one_line() -> None:
    one = baseline()
    own = ticket_hash(Ticket("new", "text", "billing"))
    more = baseline(tickets={**one.tickets, own: one.tickets[ticket_hash(TICKETS[0])]})
    before, after = (baseline_bytes(b).decode().replace("],", "]").split("\n") for b in (one, more))
    assert len(after) == len(before) + 1
    assert [line for line in after if line not in before] == [f'"{own}": {_row(0)}']


def _row(number: int) -> str:
    lines = text().replace("],", "]").split("\n")
    (own,) = [line for line in lines if ticket_hash(TICKETS[number]) in line]
    return own.partition(": ")[2]


def test_neither_id_nor_text_of_a_ticket_is_in_the_file() -> None:
    content = text()
    for ticket in TICKETS:
        assert ticket_hash(ticket) in content
        assert ticket.id not in content
        assert ticket.text not in content


def test_no_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_baseline(tmp_path / "none.json")
    with pytest.raises(InputError, match="is a folder"):
        read_baseline(tmp_path)


def test_the_mark_of_an_unfinished_merge_is_located(tmp_path: Path) -> None:
    lines = text().split("\n")
    at = next(i for i, line in enumerate(lines) if line.startswith('"tickets"')) + 1
    mine, theirs = lines[at], lines[at].replace("route", "review")
    marks = ["<<<<<<< HEAD", mine, "=======", theirs, ">>>>>>> branch"]
    found = problem(tmp_path, "\n".join([*lines[:at], *marks, *lines[at + 1 :]]))
    assert found.where == f"{tmp_path / 'b.json'}:{at + 1}"
    assert "has conflict markers of a merge" in found.what
    assert f"git checkout HEAD -- {tmp_path / 'b.json'}" in found.help


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_located(tmp_path: Path, share: float) -> None:
    content = baseline_bytes(baseline()).rstrip()
    cut = content[: int(share * len(content))].decode("utf-8", "ignore")
    found = problem(tmp_path, cut)
    line = cut.count("\n") + 1
    assert re.fullmatch(rf"{re.escape(str(tmp_path / 'b.json'))}:\d+:\d+", found.where)
    assert int(found.where.split(":")[-2]) <= line


def test_every_prefix_of_the_file_is_refused_without_a_traceback(tmp_path: Path) -> None:
    content = baseline_bytes(baseline()).rstrip()
    for end in range(0, len(content), 17):
        assert problem(tmp_path, content[:end]).where.startswith(str(tmp_path))


def changed(change: Callable[[dict[str, Any]], object]) -> str:
    data = json.loads(text())
    change(data)
    return json.dumps(data)


FIRST = ticket_hash(TICKETS[0])
WRONG: dict[str, Callable[[dict[str, Any]], object]] = {
    "another schema": lambda d: d.update(schema="ticketbench/run@2"),
    "version 1 with a ledger": lambda d: d.update(schema=SCHEMA_WITHOUT_LEDGER),
    "version 3 without a ledger": lambda d: d["data"].pop("ledger"),
    "version 2 with a pin that is known": lambda d: d.update(schema=SCHEMA_WITHOUT_PINNED),
    "version 3 without what was pinned": lambda d: d["data"]["ledger"].pop("pinned"),
    "looks at nothing": lambda d: (
        d.update(schema=SCHEMA_WITHOUT_PINNED),
        d["data"]["ledger"].pop("pinned"),
    ),
    "a pin of one label": lambda d: d["data"]["ledger"]["pinned"]["rubrics"].pop(),
    "a look at other tickets": lambda d: d["data"]["ledger"]["looks"][0].update(n=3),
    "signs that are none": lambda d: d["data"]["ledger"]["looks"][0].update(tickets="x" * 20),
    "a ledger of null": lambda d: d["data"].update(ledger=None),
    "version 0": lambda d: d.update(schema="ticketbench/baseline@0"),
    "a version in other digits": lambda d: d.update(schema="ticketbench/baseline@\u0663"),
    "a schema that is no text": lambda d: d.update(schema=3),
    "a ledger without a pin": lambda d: d["data"]["ledger"].update(pins=[]),
    "an unknown key of the ledger": lambda d: d["data"]["ledger"].update(extra=1),
    "a seen change above 1": lambda d: d["data"]["ledger"]["seen"][0].update(change=1.5),
    "a seen change as text": lambda d: d["data"]["ledger"]["seen"][0].update(change="-0.1"),
    "a seen change without tickets": lambda d: d["data"]["ledger"]["seen"][0].update(n=0),
    "tickets without a seen change": lambda d: d["data"]["ledger"]["seen"][1].update(n=3),
    "a count below 0": lambda d: d["data"]["ledger"]["pins"][0].update(merged=-1),
    "no schema": lambda d: d.pop("schema"),
    "an unknown key": lambda d: d.update(extra=1),
    "an unknown key of the data": lambda d: d["data"].update(extra=1),
    "no tickets": lambda d: d["data"].pop("tickets"),
    "tickets as a list": lambda d: d["data"].update(tickets=[]),
    "a hash that is none": lambda d: d["data"]["tickets"].update({"t1": ["a", "a", 1.0, "route"]}),
    "a long hash": lambda d: d["data"]["tickets"].update({FIRST + "0": ["a", "b", 1, "route"]}),
    "a row too short": lambda d: d["data"]["tickets"][FIRST].pop(),
    "a row too long": lambda d: d["data"]["tickets"][FIRST].append(1),
    "a score above 1": lambda d: d["data"]["tickets"][FIRST].__setitem__(2, 1.01),
    "a score below 0": lambda d: d["data"]["tickets"][FIRST].__setitem__(2, -0.1),
    "a score as text": lambda d: d["data"]["tickets"][FIRST].__setitem__(2, "0.9"),
    "a score of null": lambda d: d["data"]["tickets"][FIRST].__setitem__(2, None),
    "another outcome": lambda d: d["data"]["tickets"][FIRST].__setitem__(3, "routed"),
    "one label twice": lambda d: d["data"]["rubrics"].append(d["data"]["rubrics"][0]),
    "one label": lambda d: d["data"].update(rubrics=d["data"]["rubrics"][:1], tickets={}),
    "a metric without n": lambda d: d["data"]["metrics"]["accuracy"].pop("n"),
    "a temperature of 0": lambda d: d["data"]["origin"]["policy"].update(temperature=0.0),
    "a temperature below 0": lambda d: d["data"]["origin"]["policy"].update(temperature=-1.0),
    "a policy as text": lambda d: d["data"]["origin"].update(policy="0.6"),
    "no dataset": lambda d: d["data"]["origin"].pop("dataset"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_json_that_is_no_baseline_is_an_input_error_with_its_file(
    tmp_path: Path, kind: str
) -> None:
    found = problem(tmp_path, changed(WRONG[kind]))
    assert found.where == str(tmp_path / "b.json")
    assert "is not a baseline of this version" in found.what


@pytest.mark.parametrize(
    "content",
    ["", "null", "[]", "{}", "3", '"x"', "NaN", "[" * 100_000, "\x00", '{"schema": NaN}'],
    ids=["empty", "null", "list", "object", "number", "text", "nan", "deep", "nul", "nan inside"],
)
def test_other_json_is_an_input_error(tmp_path: Path, content: str) -> None:
    assert problem(tmp_path, content).where.startswith(str(tmp_path / "b.json"))


@pytest.mark.parametrize("content", [b"\xff\xfe{}", b"\x80", b'{"schema": "\xff"}'])
def test_bytes_that_are_no_utf_8_are_an_input_error(tmp_path: Path, content: bytes) -> None:
    assert problem(tmp_path, content).where.startswith(str(tmp_path / "b.json"))


@pytest.mark.parametrize("token", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_score_that_is_no_number_is_an_input_error(tmp_path: Path, token: str) -> None:
    assert problem(tmp_path, text().replace("0.9, ", f"{token}, ")).where


@pytest.mark.parametrize(
    ("label", "score"), [("unknown", 0.9), ("billing", 0.33), ("technical", 0.0)]
)
def test_a_top_label_that_cannot_be_one_is_named_with_its_ticket(
    tmp_path: Path, label: str, score: float
) -> None:
    def change(data: dict[str, Any]) -> None:
        data["data"]["tickets"][FIRST] = ["billing", label, score, "route"]

    found = problem(tmp_path, changed(change))
    assert f"the ticket {FIRST} cannot have the top label {label!r}" in found.what
    assert found.where == str(tmp_path / "b.json")


def test_an_even_split_rounded_by_the_endpoint_is_a_top_label(tmp_path: Path) -> None:
    even = baseline(tickets={FIRST: KeptTicket("billing", "billing", 0.333, "review")})
    assert read_baseline(written(tmp_path, baseline_bytes(even))).tickets[FIRST].score == 0.333


def test_the_file_may_have_the_line_ends_of_windows(tmp_path: Path) -> None:
    content = baseline_bytes(baseline()).replace(b"\n", b"\r\n")
    assert alike(read_baseline(written(tmp_path, content)), baseline())


def test_the_rubric_texts_are_a_rubric_set_called_baseline() -> None:
    texts = baseline().rubric_texts
    assert (texts.name, texts.labels) == ("baseline", ("billing", "technical", NASTY))


def test_a_file_of_version_1_has_no_ledger_and_is_written_as_it_was_read(tmp_path: Path) -> None:
    content = baseline_bytes(baseline(ledger=None))
    assert json.loads(content)["schema"] == SCHEMA_WITHOUT_LEDGER == "ticketbench/baseline@1"
    back = read_baseline(written(tmp_path, content))
    assert back.ledger is None
    assert baseline_bytes(back) == content


@pytest.mark.parametrize(
    ("name", "known"), [("baseline-2.json", True), ("baseline-2-slid.json", False)]
)
def test_a_file_of_version_2_is_written_as_it_was_read_and_may_know_its_pin(
    name: str, known: bool
) -> None:
    content = (OLD / name).read_bytes()
    assert json.loads(content)["schema"] == SCHEMA_WITHOUT_PINNED == "ticketbench/baseline@2"
    back = read_baseline(OLD / name)
    assert baseline_bytes(back) == content
    assert (back.asked_at_pin == back.asked) == known
    assert (back.asked_at_pin is None) != known


def test_a_baseline_without_a_ledger_is_its_own_pin() -> None:
    found = read_baseline(OLD / "baseline.json")
    assert found.asked_at_pin == found.asked
    assert found.asked.questions.fingerprint == found.origin.rubrics


def test_the_ledger_has_a_line_for_each_pin_and_each_change_and_says_what_they_come_to() -> None:
    lines = text().split("\n")
    assert lines.index('"merged": 3,') + 1 == lines.index('"sum_seen": -0.0025,')
    assert sum(line.startswith('{"dataset": "d", ') for line in lines) == 2
    assert [line for line in lines if line.startswith('{"change": ')][1:] == [
        '{"change": null, "n": 0, "reason": ""},',
        '{"change": 0.0025, "n": 399, "reason": "x"}',
    ]


def test_a_newer_version_is_named_with_what_to_do(tmp_path: Path) -> None:
    newer = changed(lambda d: d.update(schema="ticketbench/baseline@4", more=1))
    found = problem(tmp_path, newer)
    assert found.what.endswith("is of a newer version of ticketbench (ticketbench/baseline@4)")
    assert "install the newer one" in found.help
    assert SCHEMA in found.help


LEDGERS: dict[str, Callable[[dict[str, Any]], object]] = {
    "a line added by hand": lambda d: d["seen"].append({"change": 0.0, "n": 1, "reason": ""}),
    "a line taken away": lambda d: d["seen"].pop(),
    "another sum": lambda d: d.update(sum_seen=0.5),
    "no sum": lambda d: d.update(sum_seen=None),
    "another count": lambda d: d.update(merged=2),
}


@pytest.mark.parametrize("kind", LEDGERS)
def test_a_ledger_that_does_not_add_up_is_refused(tmp_path: Path, kind: str) -> None:
    found = problem(tmp_path, changed(lambda d: LEDGERS[kind](d["data"]["ledger"])))
    assert "does not add up" in found.what
    assert "git checkout HEAD" in found.help


@pytest.mark.parametrize("price", [None, 0.0, 2.5])
def test_the_price_of_a_missed_escalation_comes_back(tmp_path: Path, price: float | None) -> None:
    origin = replace(baseline().origin, costs=Costs(missed=price))
    content = baseline_bytes(baseline(origin=origin))
    # Without a price the file is as it was before there was one.
    assert (b"missed" in content) == (price is not None)
    assert read_baseline(written(tmp_path, content)).origin.costs == Costs(missed=price)


def test_a_missed_escalation_comes_back(tmp_path: Path) -> None:
    kept = {"0" * 16: KeptTicket("billing", "technical", 0.4, "missed")}
    found = read_baseline(written(tmp_path, baseline_bytes(baseline(tickets=kept))))
    assert dict(found.tickets) == kept
