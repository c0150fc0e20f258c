"""One gate report made by hand, full of texts that try to break out of every form of it.

The forms are compared with the files in `report/golden`. `UPDATE_GOLDEN=1 pytest tests/report`
writes them anew; each test that wrote one fails then, so read the diff and run once more.
"""

from __future__ import annotations

import math
import os
from dataclasses import replace
from pathlib import Path

import pytest

from tables import table
from ticketbench.core.types import Estimate
from ticketbench.measure.compare import Comparison, Contingency, Flip, compare
from ticketbench.measure.gates.completeness import Answered
from ticketbench.measure.gates.results import (
    Against,
    Complete,
    GateReport,
    GateResult,
    JudgedMetric,
    Kept,
    Limit,
    MustPass,
    NotWorse,
    RuleChange,
    Rules,
    WrongTicket,
)
from ticketbench.measure.pairs.change import Change
from ticketbench.measure.pairs.changes import MetricChange
from ticketbench.measure.pairs.verdict import Verdict
from ticketbench.measure.results import DatasetSummary
from ticketbench.measure.rubrics.changes import RubricChange, word_diff
from ticketbench.report.gates.places import Places

GOLDEN = Path(__file__).parent / "report" / "golden"

HOSTILE = (
    "50% off%0A, a:b | c\r\n::error file=x::pwned\r::warning::y `code` ```fence``` @octocat @a/b "
    "![img](http://x) [link](http://x) <script>alert(1)</script> <img src=x> <!-- --> ]]> "
    "##[error]z #123 </details> \u202egnp.exe \x1b[31mred\x00 \u200bzero 😀 ~~s~~ **b** _i_ \\"
)
LABEL = "bill|ing `x` @team <b>, a:b 100%"
TICKET = "t-1,::error::\n|`@me`%0A"
BASE, CANDIDATE = "base|line @one", "v2 <i>`two`"
CONFIG = "configs/a,b:50%.yaml"
NOTHING = Estimate.undefined(0, "")


def same_as_golden(name: str, content: bytes) -> None:
    """Fail unless `content` is byte for byte what stands in the golden file `name`."""
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.write_bytes(content)
        pytest.fail(f"{name} was written anew: read its diff, then run without UPDATE_GOLDEN")
    hint = f"{name} differs; if it should, run with UPDATE_GOLDEN=1 and read the diff"
    assert content == path.read_bytes(), hint


_JUDGED = {
    "name": "accuracy",
    "title": "Accuracy",
    "higher_is_better": True,
    "share": True,
    "label": None,
}
_COMMON: dict[str, object] = {"number": 0, "rubric_set": CANDIDATE, "n": 120}
_VALUE = Estimate(0.8, 0.72, 0.86, 120, "Wilson")
_NAN = float("nan")
_KINDS: dict[str, tuple[type, dict[str, object]]] = {
    "limit": (Limit, {"bound": "value", "minimum": 0.7, "maximum": _NAN}),
    "not worse": (
        NotWorse,
        {
            "against": "",
            "base": _NAN,
            "candidate": _NAN,
            "change": NOTHING,
            "margin": _NAN,
            "primary": False,
        },
    ),
    "must pass": (MustPass, {"tickets": ()}),
    "complete": (Complete, {"tickets": (), "labels": ()}),
}


def gate(kind: str = "limit", outcome: str = "pass", **fields: object) -> GateResult:
    """A gate result; by default of the accuracy, with a limit it keeps."""
    made, own = _KINDS[kind]
    about = {name: fields.pop(name, value) for name, value in _JUDGED.items()}
    given = {**_COMMON, **own, **fields, "outcome": outcome}
    if made in (Limit, NotWorse):
        judged = {"metric": JudgedMetric(**about), "value": _VALUE, "n_needed": 0, "reason": ""}
        given = judged | given
    if made is NotWorse:
        given = _losses(given["change"], higher_is_better=about["higher_is_better"] is True) | given
    if made is Complete:
        del given["number"]
    result: GateResult = made(**given)
    return result


def _losses(change: object, *, higher_is_better: bool) -> dict[str, object]:
    """What a change says of the loss, as the gate that was judged has it."""
    assert isinstance(change, Estimate)
    sign = 1 if higher_is_better else -1
    low, high = sorted((sign * change.low, sign * change.high))
    seen, left = -sign * change.value, -low
    return {
        "loss_seen": seen if math.isnan(seen) else max(seen, 0.0),
        "loss_shown": high < 0,
        "loss_left": left if math.isnan(left) else max(left, 0.0),
    }


def results() -> tuple[GateResult, ...]:
    """Every kind of gate and every outcome."""
    change = Estimate(-0.04, -0.09, -0.005, 110, "two one-sided 95% bounds")
    wrong = [WrongTicket(TICKET, f"{LABEL}, answered {HOSTILE} 0.81")]
    wrong += [WrongTicket(f"t-{i} {HOSTILE}", "no answer") for i in range(2, 15)]
    return (
        gate("complete", "fail", n=300, labels=(LABEL, HOSTILE),
             tickets=(WrongTicket("0123456789abcdef", "gone"),)),
        gate(number=0),
        gate(outcome="fail", number=1, title="Recall", name="recall", label=LABEL,
             bound="low", minimum=0.95, n_needed=4321),
        gate("not worse", "fail", number=2, against=BASE, base=0.84, candidate=0.8, n=110,
             change=change, margin=0.015),
        gate("not worse", "inconclusive", number=3, against=BASE, base=0.84, candidate=0.83,
             change=Estimate(-0.01, -0.06, 0.04, 110, ""), margin=0.02, n=110, n_needed=1850),
        gate(outcome="inconclusive", number=4, title="Cost per ticket", name="cost",
             share=False, value=NOTHING, minimum=float("nan"), maximum=2.5, reason=HOSTILE),
        gate(outcome="skipped", number=5, label=HOSTILE, n=3, n_needed=1000),
        gate("must pass", "fail", number=6, n=15, tickets=tuple(wrong)),
        gate("must pass", "pass", number=7, n=1),
        gate("not worse", "fail", number=7, against=BASE, base=0.84, candidate=0.81, n=110,
             change=Estimate(-0.03, -0.07, 0.01, 110, ""), margin=0.02, primary=True),
    )  # fmt: skip


def flips(n: int = 12) -> tuple[Flip, ...]:
    """Broken tickets, most confidently wrong first, and one that was fixed."""
    broken = [Flip("broken", TICKET, LABEL, LABEL, 0.91, HOSTILE, 0.99)]
    broken += [
        Flip("broken", f"t-{i} {HOSTILE}", LABEL, LABEL, 0.7, f"other {i}", 0.95)
        for i in range(2, n + 1)
    ]
    return (*broken, Flip("fixed", "t-99", "b", LABEL, 0.6, "b", 0.8))


def changed(
    name: str, title: str, base: float, candidate: float, of: Estimate, **fields: object
) -> MetricChange:
    """How a metric changed; its p-values and what they come from are shown nowhere here."""
    change = Change(of.value, of.n, 100, 13, 0.01, 0.01, 99.0, (0.0, 0.0), "")
    given = {"label": "", "higher_is_better": True, "share": True, "p": 0.5, "p_holm": 0.5}
    return MetricChange(
        name=name, title=title, base=base, candidate=candidate, difference=of, change=change,
        **(given | fields),  # type: ignore[arg-type]
    )  # fmt: skip


def comparison(broken: tuple[Flip, ...] | None = None) -> Comparison:
    """A comparison whose shown numbers are all made by hand."""
    row = [0.8, 0.1, 0.1]
    tiny = compare(table([row], ["a"]), table([row], ["a"], rubric_set="v2"))
    change = Estimate(-0.1, -0.18, -0.02, 110, "")
    return replace(
        tiny,
        base=BASE,
        candidate=CANDIDATE,
        n_paired=110,
        n_groups=100,
        contingency=Contingency(80, 12, 1, 17),
        verdict=Verdict("worse", change, 0.95, 0.02, 0.02, "fail", -0.16, -0.04, 0),
        differences=(
            changed("accuracy", "Accuracy", 0.84, 0.74, change),
            changed(
                "cost", f"Cost {HOSTILE}", 1.1, 1.25, change, higher_is_better=False, share=False
            ),
        ),
        label_differences=(
            changed("recall", "Recall", 0.9, 0.6, Estimate(-0.3, -0.4, -0.2, 40, ""), label=LABEL),
            changed("recall", "Recall", 0.5, 0.55, Estimate(0.05, -0.1, 0.2, 20, ""), label="b"),
        ),
        flips=flips() if broken is None else broken,
    )


def rubrics() -> tuple[RubricChange, ...]:
    """A changed question, a new one, one that is gone, and one that broke nothing."""
    long = f"Is it {HOSTILE}? " + "Refund, chargeback or a question about both? " * 12
    texts = [
        (LABEL, f"Is it about {HOSTILE} and money?", f"Is it about <em>{HOSTILE}</em> or fees?"),
        ("new\n::error::label", "", long),
        ("gone `label`", "Is it | gone?", ""),
        ("quiet", "Is it calm?", "Is it quiet?"),
    ]
    counts = [(1, 12, 3, 0), (0, 2, 4, 1), (0, 1, 0, 2), (0, 0, 0, 0)]
    return tuple(
        RubricChange(label, before, after, word_diff(before, after), *count)
        for (label, before, after), count in zip(texts, counts, strict=True)
    )


def against() -> Against:
    """The comparison with what is new since the base."""
    wrong = [Flip("still wrong", f"w{i}", "b", "a", 0.6, "ac"[i % 2], 0.7) for i in range(4)]
    return Against(BASE, comparison(), ("the rubrics", HOSTILE), 2, rubrics(), tuple(wrong))


def report() -> GateReport:
    """The whole report."""
    return GateReport(
        name="sup|port --> @me <b>",
        dataset=DatasetSummary(f"tickets {HOSTILE}.csv", "0123456789abcdef" * 4, 320, ()),
        answered=(Answered(CANDIDATE, 320, 318, 2, 0),),
        allowed=2,
        undecided="warn",
        results=results(),
        evaluations=(),
        comparisons=(against(),),
    )


def by_rules() -> GateReport:
    """The report, judged by the rules of before, with more altered than is listed."""
    other = (WrongTicket(TICKET, "another answer"), WrongTicket(f"t-2 {HOSTILE}", "removed"))
    kept = Kept(rubric_set=CANDIDATE, at=f"main {HOSTILE}", outcome="fail", n=300, tickets=other)
    return replace(report(), results=(kept, *results()), rules=rules())


def rules() -> Rules:
    """Of before, with hostile names and values."""
    changes = [RuleChange(f"margin {i} of {HOSTILE}", HOSTILE, f"{i}") for i in range(4)]
    changes += [
        RuleChange("gold labels", tickets=tuple(f"t-{i} {HOSTILE}" for i in range(2, 15))),
        RuleChange(f"gate on {HOSTILE}", before=HOSTILE),
        RuleChange("baseline", after=HOSTILE),
    ]
    return Rules(f"main {HOSTILE}", "", first=False, changes=tuple(changes), n_answers=9, n_new=4)


def texts() -> dict[str, str]:
    """Ticket texts by id."""
    return {TICKET: HOSTILE, **{f"t-{i} {HOSTILE}": f"{i} {HOSTILE} " * 50 for i in range(2, 13)}}


def places() -> Places:
    """Files whose names hold what separates the parts of a workflow command."""
    return Places(
        config=CONFIG,
        gates={i: f"{CONFIG}:{10 + i}:5" for i in range(8)},
        rubrics={
            (CANDIDATE, LABEL): "configs/v2,::x=1.yaml:3:6",
            (CANDIDATE, "new\n::error::label"): "configs/v2,::x=1.yaml:4:6",
        },
        tickets={TICKET: "data/50%,a.csv:2"}
        | {f"t-{i} {HOSTILE}": f"data/50%,a.csv:{i + 1}" for i in range(2, 15)},
    )
