"""The sides that gates compare: rubric sets with their policy, and the baseline as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from gated_project import BASELINE, FIRST_GATE, GATED, blessed, edit, with_gates
from ticketbench.core.errors import InputError
from ticketbench.core.policy import OUTCOMES
from ticketbench.flow.gates.sides import Sides, against, gate_baseline, sides_of, unseen_sets
from ticketbench.flow.steps.inputs import read_inputs
from ticketbench.flow.steps.tables import scored
from ticketbench.measure.gates.results import Against

ACCURACY = "{metric: accuracy, on: v2, not_worse_than: baseline}"
LIMIT = "{metric: accuracy, on: v2, min: 0.1}"


def sides(*names: str, evaluated: tuple[str, ...] = ()) -> Sides:
    inputs = read_inputs(GATED)
    return sides_of(inputs, scored(inputs, names), gate_baseline(inputs), evaluated=evaluated)


def compared(base: str, on: str) -> Against:
    inputs = read_inputs(GATED)
    names = [name for name in (base, on) if name != "baseline"]
    baseline = gate_baseline(inputs)
    return against(inputs, baseline, sides(*names), base, on)


@pytest.mark.parametrize(
    ("gate", "title"),
    [
        ("{metric: accuracy, on: v1, min: 0.1}", "no gate looks at v2"),
        ("{must_pass: [t1], on: v1}", "no gate looks at v2"),
        ("{metric: accuracy, on: v1, not_worse_than: baseline}", "no gate looks at v2"),
        ("{metric: accuracy, on: v1, not_worse_than: v2}", ""),
        ("{metric: accuracy, on: v2, min: 0.1}", ""),  # v1 is the older one
    ],
)
def test_a_set_after_all_that_gates_look_at_is_told(answered: Path, gate: str, title: str) -> None:
    config = read_inputs(with_gates(gate)).config
    found = unseen_sets(config, config.file.gates)
    assert [(one.code, one.title) for one in found] == ([("TB314", title)] if title else [])


def test_a_set_at_an_endpoint_stands_for_its_rubric_set(answered: Path) -> None:
    one, two = (f'{{url: "local://{name}/v1/classify"}}' for name in ("lexical", "minilm"))
    edit("eval.yaml", f"endpoint: {one}", f"endpoints: {{a: {one}, b: {two}}}")
    gates = "gates: [{metric: accuracy, on: v1@a, min: 0.1}]\n"
    write = "write `on: v2@a` at a gate, to have it judged"
    for on, told in (("v1@a", [("no gate looks at v2", write)]), ("v2@b", [])):
        text = Path("eval.yaml").read_text(encoding="utf-8") + gates.replace("v1@a", on)
        GATED.write_text(text, encoding="utf-8")
        config = read_inputs(GATED).config
        found = unseen_sets(config, config.file.gates)
        assert [(one.title, one.action) for one in found] == told


def test_a_config_that_names_no_baseline_has_none(answered: Path) -> None:
    assert gate_baseline(read_inputs(with_gates(LIMIT, baseline=None))) is None


def test_a_baseline_that_is_not_there_is_needed_only_by_gates_that_compare_with_it(
    answered: Path,
) -> None:
    assert gate_baseline(read_inputs(with_gates(LIMIT))) is None
    with pytest.raises(InputError) as caught:
        gate_baseline(read_inputs(with_gates(LIMIT, ACCURACY, ACCURACY)))
    (problem,) = caught.value.problems
    assert problem.where == f"gated.yaml:{FIRST_GATE + 1}:32"
    assert problem.what == f"there is no baseline {BASELINE} yet"
    assert problem.help == "ticketbench baseline bless gated.yaml --rubric-set v1"


def test_the_baseline_is_a_side_with_the_outcomes_it_was_blessed_with(answered: Path) -> None:
    with_gates(LIMIT)
    blessed("v2")
    with_gates(LIMIT, extra="policy: {threshold: 1.01}\n")
    found = sides("v2")
    now, then = found.judged["v2"], found.judged["baseline"]
    assert now.table.top.tolist() == then.table.top.tolist()
    assert now.table.top_score.tolist() == then.table.top_score.tolist()
    assert [OUTCOMES[i] for i in then.outcome] == ["route"] * 6 + ["escalate"]
    assert [OUTCOMES[i] for i in now.outcome] == ["review"] * 6 + ["escalate"]


PRICED = "choose: {costs: {missed_escalation: 2}}\n"


def test_an_escalation_that_missed_its_label_costs_the_baseline_what_it_costs_the_set(
    answered: Path,
) -> None:
    with_gates(LIMIT, extra=PRICED)
    blessed("v2")
    then = sides("v2").judged["baseline"]
    # No label fits the last ticket, which is escalated.
    assert then.missed is not None
    assert then.missed.tolist() == [False] * 6 + [True]
    cost = compared("baseline", "v2").comparison.change("cost")
    assert cost.base == cost.candidate == pytest.approx((1.5 + 2) / 7)


def test_the_rubrics_of_the_baseline_are_those_that_were_blessed(answered: Path) -> None:
    with_gates(LIMIT)
    blessed("v1")
    found = sides("v2").rubrics
    assert set(found) == {"v2", "baseline"}
    assert found["baseline"].rubrics[0].text == "Is this about money?"


def test_only_what_is_asked_for_is_evaluated(answered: Path) -> None:
    with_gates(LIMIT, baseline=None)
    found = sides("v1", "v2", evaluated=("v2",))
    assert list(found.evaluations) == ["v2"]
    assert list(found.judged) == ["v1", "v2"]


def test_two_sets_are_compared_with_changed_rubrics_and_flips(answered: Path) -> None:
    with_gates(LIMIT, baseline=None)
    found = compared("v2", "v1")
    assert (found.comparison.base, found.comparison.candidate) == ("v2", "v1")
    assert (found.base, found.changed, found.n_new) == ("v2", (), 0)
    assert [flip.kind for flip in found.comparison.flips] == ["broken"] * 5
    assert [change.label for change in found.rubrics] == ["billing", "technical", "account"]
    assert [change.broken for change in found.rubrics] == [2, 2, 1]
    assert found.still_wrong == ()


def test_a_comparison_with_the_baseline_names_the_inputs_that_changed(answered: Path) -> None:
    with_gates(LIMIT)
    blessed("v2")
    assert compared("baseline", "v2").changed == ()
    assert compared("baseline", "v1").changed == ("the rubrics", "the answers")
    with_gates(LIMIT, extra="policy: {threshold: 0.7}\nchoose: {costs: {review: 2}}\n")
    assert compared("baseline", "v2").changed == ("the policy", "the costs")


def test_a_ticket_that_the_baseline_does_not_know_is_new_and_unpaired(answered: Path) -> None:
    with_gates(LIMIT)
    edit("tickets.csv", "t6,", "t0,")
    inputs = read_inputs(GATED)
    scored(inputs, ["v2"], mode="auto")
    blessed("v2")
    edit("tickets.csv", "t0,", "t6,")
    found = compared("baseline", "v2")
    assert found.n_new == 1
    assert found.comparison.n_paired == 5
    assert found.changed == ("the dataset", "the answers")


def test_a_baseline_is_compared_on_what_top_labels_scores_and_outcomes_tell(
    answered: Path,
) -> None:
    with_gates(LIMIT)
    blessed("v1")
    of_baseline = {d.name: d for d in compared("baseline", "v2").comparison.differences}
    of_set = {d.name: d for d in compared("v1", "v2").comparison.differences}
    assert of_set.keys() - of_baseline.keys() == {"log_loss", "brier_multiclass"}
    assert {"accuracy", "macro_f1", "coverage", "selective_precision", "cost"} <= set(of_baseline)
    for name, found in of_baseline.items():
        assert found == of_set[name]
