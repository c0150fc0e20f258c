"""Is B better than A on the same tickets: configs, saved runs and prediction tables."""

from __future__ import annotations

import csv
import json
import random
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from gated_project import edit
from tables import ORACLES
from ticketbench.core.errors import IncompleteError, InputError
from ticketbench.core.policy import Costs, Policy
from ticketbench.flow.compare import (
    OF_ALL_SCORES,
    Compared,
    NoAnswersError,
    changes_of,
    compare_sides,
    renames,
)
from ticketbench.flow.run import run
from ticketbench.measure.rubrics.label_map import common_labels

EVAL = Path("eval.yaml")
RUN, TABLE = "reports/eval", "reports/eval/predictions.csv"
Row = tuple[str, str, Sequence[float]]


def predictions(name: str, labels: Sequence[str], rows: Sequence[Row]) -> str:
    """A table of ticket, gold label and scores."""
    with Path(name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["ticket_id", "label", *(f"score_{label}" for label in labels)])
        writer.writerows([ticket, gold, *scores] for ticket, gold, scores in rows)
    return name


def tickets(golds: Sequence[str], tops: Sequence[int], k: int) -> list[Row]:
    """A row for each gold label, 0.8 for its top label."""
    rest = 0.2 / (k - 1)
    return [
        (f"t{i:03}", gold, [0.8 if j == top else round(rest, 6) for j in range(k)])
        for i, (gold, top) in enumerate(zip(golds, tops, strict=True))
    ]


def refused(base: str, candidate: str) -> tuple[str, str]:
    with pytest.raises(InputError) as caught:
        compare_sides(base, candidate)
    (problem,) = caught.value.problems
    return problem.what, problem.help


def shuffled(source: str, target: str, seed: int) -> str:
    head, *rows = Path(source).read_text(encoding="utf-8").splitlines()
    random.Random(seed).shuffle(rows)
    Path(target).write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return target


def accuracies(found: Compared) -> tuple[float, float]:
    (accuracy,) = (d for d in found.comparison.differences if d.name == "accuracy")
    return accuracy.base, accuracy.candidate


def of_config(**how: Any) -> Compared:
    return compare_sides("v1", "v2", config=EVAL, **how)


def test_two_sets_of_a_config_are_compared(answered: Path) -> None:
    found = of_config(reference=True)
    assert (found.comparison.base, found.comparison.candidate) == ("v1", "v2")
    assert found.reference["contingency"] == {
        "both": 1, "only_a": 0, "only_b": 5, "neither": 0
    }  # fmt: skip
    assert found.verdict == found.comparison.verdict.outcome == "cannot tell"
    assert (found.labels, found.not_comparable, found.still_wrong) == ((), (), ())


def test_saved_runs_and_tables_give_the_numbers_of_the_config(answered: Path) -> None:
    config = of_config(reference=True)
    runs = compare_sides(f"{RUN}:v1", f"{RUN}:v2", reference=True)
    tables = compare_sides(f"{TABLE}:v1", f"{TABLE}:v2", reference=True)
    assert config.reference
    assert runs == config
    assert tables.reference == config.reference
    assert tables.comparison == config.comparison
    assert tables.rubrics == ()


def test_the_order_of_the_rows_of_a_table_changes_nothing(answered: Path) -> None:
    first = shuffled(TABLE, "a.csv", 1)
    second = shuffled(TABLE, "b.csv", 2)
    before = compare_sides(f"{TABLE}:v1", f"{TABLE}:v2")
    assert compare_sides(f"{first}:v1", f"{second}:v2") == before


def test_the_oracle_pair_gives_the_quantities_and_the_values_of_the_reference() -> None:
    entries = json.loads((ORACLES / "oracle_values.json").read_text("utf-8"))["p_paired"]
    products = {
        name: entry
        for name, entry in entries.items()
        if isinstance(entry, dict) and entry["role"] == "product"
    }
    pair = [str(ORACLES / f"p_paired_rubric_{side}.csv") for side in "ab"]
    found = compare_sides(pair[0], pair[1], reference=True).reference
    assert set(found) == set(products)
    for name in ("accuracy_a", "accuracy_b", "diff_b_minus_a", "mcnemar_midp", "contingency"):
        assert found[name] == pytest.approx(products[name]["value"], abs=1e-9)


def test_the_oracle_pair_in_another_order_gives_the_same_numbers(tmp_path: Path) -> None:
    pair = [str(ORACLES / f"p_paired_rubric_{side}.csv") for side in "ab"]
    turned = [shuffled(path, str(tmp_path / Path(path).name), 7) for path in pair]
    before, after = (compare_sides(*sides, reference=True) for sides in (pair, turned))
    assert after.reference == before.reference
    assert after.comparison == before.comparison


def test_the_policy_is_that_of_the_candidate_and_options_replace_it(answered: Path) -> None:
    found = of_config(overrides=["policy.threshold=0.7", "choose.costs.review=3"])
    assert (found.policy, found.costs) == (Policy(threshold=0.7), Costs(review=3.0))
    own = ["policy.label_thresholds={billing: 0.9}"]
    by_option = of_config(threshold=0.99, escalate_above=0.5, overrides=own)
    assert by_option.policy == Policy(threshold=0.99, escalate_above=0.5)
    tables = compare_sides(f"{TABLE}:v1", f"{TABLE}:v2")
    assert (tables.policy, tables.costs) == (Policy(), Costs())


def coverage(found: Compared) -> tuple[float, float]:
    (one,) = [d for d in found.comparison.differences if d.name == "coverage"]
    return one.base, one.candidate


def test_a_threshold_decides_what_is_routed(answered: Path) -> None:
    assert coverage(of_config()) == (1 / 7, 6 / 7)
    assert coverage(of_config(threshold=1.01)) == (0, 0)


def test_flips_name_the_rubrics_that_changed(answered: Path) -> None:
    Path("v2.yaml").write_text(
        'extends: v1.yaml\nlabels:\n  - {name: account, rubric: "Is it about a password?"}\n'
    )
    found = of_config(mode="auto")
    assert [change.label for change in found.rubrics] == ["account"]
    flipped = {one.flip.ticket_id: one for one in (*found.flips, *found.still_wrong)}
    assert flipped
    for one in flipped.values():
        labels = (one.flip.gold, one.flip.base_label, one.flip.candidate_label)
        assert one.changed == (("account",) if "account" in labels else ())
    assert {one.changed for one in flipped.values()} == {("account",), ()}


def test_a_flip_names_gold_before_the_labels_that_were_answered(answered: Path) -> None:
    found = of_config()
    by_id = {one.flip.ticket_id: one.changed for one in found.flips}
    assert by_id["t1"] == ("billing", "account")
    assert by_id["t5"] == ("account", "technical")


def test_other_ids_are_other_datasets(project: Path) -> None:
    a = predictions("a.csv", "xy", tickets("xxy", (0, 0, 1), 2))
    b = predictions("b.csv", "xy", tickets("xxyy", (0, 0, 1, 1), 2))
    for first, second in ((a, b), (b, a)):
        what, help_ = refused(first, second)
        assert "different datasets: 3 tickets in both, 1 only in b (t003)" in what
        assert "--common" in help_


def test_other_gold_labels_are_other_datasets(project: Path) -> None:
    a = predictions("a.csv", "xy", tickets("xxy", (0, 0, 1), 2))
    b = predictions("b.csv", "xy", tickets("xyy", (0, 0, 1), 2))
    what, _ = refused(a, b)
    assert what.endswith("ticket 't001' has the gold label 'x' in a and 'y' in b")
    c = predictions("c.csv", "xy", tickets(("x", "x", "__none__"), (0, 0, 1), 2))
    assert refused(a, c)[0].endswith("'t002' has the gold label 'y' in a and '__none__' in c")


def test_other_texts_are_other_datasets_even_with_the_same_ids(answered: Path) -> None:
    shutil.copytree(RUN, "old")
    edit("tickets.csv", "Nothing loads", "Nothing at all loads")
    run(EVAL)
    assert "texts, columns or order are not" in refused("old:v1", f"{RUN}:v1")[0]
    assert compare_sides("old/predictions.csv:v1", f"{TABLE}:v1").comparison.n_paired == 6


def test_a_ticket_that_failed_on_one_side_is_unpaired_and_not_refused(project: Path) -> None:
    rows = tickets("xxyy", (0, 0, 1, 1), 2)
    a = predictions("a.csv", "xy", rows)
    b = predictions("b.csv", "xy", [*rows[:3], ("t003", "y", ["", ""])])  # type: ignore[list-item]
    found = compare_sides(a, b).comparison
    assert (found.n_paired, found.unpaired) == (3, 1)


def test_a_rubric_file_alone_has_no_answers(answered: Path) -> None:
    with pytest.raises(NoAnswersError, match="v1 is a rubric file: it has no answers"):
        compare_sides("v1.yaml", f"{RUN}:v2")
    with pytest.raises(NoAnswersError, match="v2 is a rubric file"):
        compare_sides(f"{RUN}:v1", "v2.yaml")


def test_missing_answers_are_incomplete(project: Path) -> None:
    with pytest.raises(IncompleteError, match="7 answers missing for rubric set 'v1'"):
        of_config()


def test_a_side_compared_with_itself_makes_no_difference(answered: Path) -> None:
    for pair in ((f"{RUN}:v2", f"{RUN}:v2"), (f"{TABLE}:v2", f"{RUN}:v2")):
        found = compare_sides(*pair)
        assert found.verdict == "no relevant difference"
        assert (found.flips, found.rubrics) == ((), ())
        assert (found.comparison.base, found.comparison.candidate) == pair


GOLDS = ["billing"] * 60 + ["account"] * 60
TOPS = [0] * 60 + [0] * 30 + [1] * 30


def old_table(golds: Sequence[str] = GOLDS) -> str:
    return predictions("a.csv", ("billing", "account"), tickets(golds, TOPS, 2))


@pytest.mark.parametrize("words", ["old", "new"])
def test_a_renamed_label_is_compared_with_gold_in_either_vocabulary(
    project: Path, words: str
) -> None:
    names = {"billing": "money", "account": "access"}
    golds = GOLDS if words == "old" else [names[gold] for gold in GOLDS]
    new = predictions("b.csv", ("money", "access"), tickets(golds, [0] * 60 + [1] * 60, 2))
    mapping = {old: (name,) for old, name in names.items()}
    found = compare_sides(old_table(), new, mapping=mapping)
    assert accuracies(found) == (0.75, 1.0)
    assert [(one.name, one.kind, one.n) for one in found.labels] == [
        ("billing = money", "renamed", 60),
        ("account = access", "renamed", 60),
    ]
    assert found.not_comparable == ()
    assert set(OF_ALL_SCORES) <= {d.name for d in found.comparison.differences}


def test_merged_labels_count_as_one(project: Path) -> None:
    golds = ["billing"] * 60 + ["login"] * 30 + ["privacy"] * 30
    old = predictions(
        "a.csv", ("billing", "login", "privacy"), tickets(golds, [0] * 60 + [2] * 60, 3)
    )
    new = predictions(
        "b.csv", ("billing", "account"), tickets(golds, [0] * 60 + [1] * 30 + [0] * 30, 2)
    )
    found = compare_sides(old, new, mapping={"login": ["account"], "privacy": ["account"]})
    assert accuracies(found) == (1.0, 0.75)
    assert [(one.name, one.kind, one.n) for one in found.labels] == [
        ("billing", "same", 60),
        ("login + privacy = account", "merged", 60),
    ]
    assert found.not_comparable == OF_ALL_SCORES
    assert not set(OF_ALL_SCORES) & {d.name for d in found.comparison.differences}


def test_a_split_label_counts_whichever_part_is_answered(project: Path) -> None:
    new = predictions(
        "b.csv", ("money", "access", "privacy"), tickets(GOLDS, [0] * 60 + [1, 2] * 30, 3)
    )
    mapping = {"billing": ["money"], "account": ["access", "privacy"]}
    found = compare_sides(old_table(), new, mapping=mapping)
    assert accuracies(found) == (0.75, 1.0)
    assert [one.kind for one in found.labels] == ["renamed", "split"]
    assert found.not_comparable == OF_ALL_SCORES


def test_a_label_without_a_partner_is_wrong_for_the_other_side(project: Path) -> None:
    new = predictions("b.csv", ("money", "account"), tickets(GOLDS, [0] * 60 + [1] * 60, 2))
    found = compare_sides(old_table(), new)
    assert accuracies(found) == (0.75, 0.5)
    assert [(one.name, one.kind, one.n) for one in found.labels] == [
        ("billing", "only in the base", 60),
        ("account", "same", 60),
        ("money", "only in the candidate", 0),
    ]


def test_an_unknown_label_of_a_map_gets_the_nearest_name(project: Path) -> None:
    new = predictions("b.csv", ("money", "account"), tickets(GOLDS, [0] * 120, 2))
    with pytest.raises(InputError, match="'biling', which the base does not have") as caught:
        compare_sides(old_table(), new, mapping={"biling": ["money"]})
    assert caught.value.problems[0].help == "did you mean 'billing'?"


def test_routing_under_a_map_is_what_each_side_decided_by_itself(project: Path) -> None:
    new = predictions(
        "b.csv", ("money", "access", "privacy"), tickets(GOLDS, [0] * 60 + [1, 2] * 30, 3)
    )
    mapping = {"billing": ["money"], "account": ["access", "privacy"]}
    found = compare_sides(old_table(), new, mapping=mapping, threshold=0.85)
    assert coverage(found) == (0, 0)
    assert coverage(compare_sides(old_table(), new, mapping=mapping)) == (1, 1)


def test_a_renamed_rubric_is_one_change_and_its_flips_are_counted(answered: Path) -> None:
    Path("v2.yaml").write_text(
        "extends: v1.yaml\nlabels:\n"
        '  - {name: money, rubric: "Is the customer asking about an invoice or a payment?"}\n'
        "remove: [billing]\n"
    )
    found = of_config(mode="auto", mapping={"billing": ["money"]})
    assert [(change.label, change.before) for change in found.rubrics] == [
        ("money", "Is this about money?")
    ]
    flips = [one for one in found.flips if one.flip.gold == "billing = money"]
    assert {one.changed for one in flips} == {("money",)}
    assert found.rubrics[0].fixed == sum(one.flip.kind == "fixed" for one in flips) == 2


def test_renames_are_the_labels_of_one_name_on_each_side() -> None:
    mapping = {"a": ["x"], "b": ["y", "z"]}
    commons = common_labels(("a", "b", "c", "d"), ("x", "y", "z", "c"), mapping)
    assert renames(commons) == {"a": "x"}


def test_questions_that_are_not_known_have_no_changes(answered: Path) -> None:
    found = of_config()
    flips = found.comparison.flips
    assert changes_of(None, None, flips, ()) == ()
    assert compare_sides(f"{TABLE}:v1", f"{RUN}:v2").rubrics == ()


def test_equal_sides_give_equal_results(answered: Path) -> None:
    assert of_config() == of_config()
    assert of_config() != of_config(threshold=0.7)
