"""Predictions in parts give the same bytes for any cut, and what one file gives of counts."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from part_files import Record, parts, records, write
from ticketbench.core.errors import InputError
from ticketbench.core.policy import Costs, Policy
from ticketbench.edge.results.forms.options import AS_OURS, Form
from ticketbench.edge.results.store import envelope
from ticketbench.flow.parts.engine import Where
from ticketbench.flow.parts.score import PartScore, score_parts
from ticketbench.flow.score import score
from ticketbench.measure.evaluation import Settings

SETTINGS = Settings(policy=Policy(threshold=0.6, escalate_above=0.3))


def found(folder: Path, rows: list[Record], n: int, *, suffix: str = ".csv") -> PartScore:
    return score_parts(parts(folder, rows, n, suffix=suffix), settings=SETTINGS)


def as_json(of: PartScore) -> bytes:
    return envelope("score", of.score)


@pytest.mark.parametrize("groups", [0, 30])
def test_any_number_and_order_of_parts_give_the_same_bytes(tmp_path: Path, groups: int) -> None:
    rows = records(400, groups=groups, failed=8)
    one = as_json(found(tmp_path / "1" / "p", rows, 1))
    random.Random(1).shuffle(rows)
    for n in (2, 7):
        assert as_json(found(tmp_path / str(n) / "p", rows, n)) == one
    packed = found(tmp_path / "gz" / "p", rows, 3, suffix=".csv.gz")
    assert (as_json(packed), packed.n_parts) == (one, 3)


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_any_format_gives_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    rows = records(200)
    expected = as_json(found(tmp_path / "csv" / "p", rows, 2))
    assert as_json(found(tmp_path / "other" / "p", rows, 3, suffix=suffix)) == expected


def test_what_counts_alone_tell_is_what_one_file_tells(tmp_path: Path) -> None:
    rows = records(400, groups=40, failed=8)
    here = found(tmp_path / "p", rows, 3).score
    whole = score(write(tmp_path / "p.csv", rows), settings=SETTINGS)
    assert here.evaluation.by_label.confusion == whole.evaluation.by_label.confusion
    assert here.evaluation.accuracy_bounds == whole.evaluation.accuracy_bounds
    told = replace(whole.evaluation.tickets, failures=())
    assert here.evaluation.tickets == told
    assert repr(here.evaluation.accuracy) == repr(whole.evaluation.accuracy)
    own, other = here.recommendation, whole.recommendation
    assert own.mixed == other.mixed
    assert own.kind == other.kind
    assert own.today.routing.right == other.today.routing.right
    assert repr(own.today.share_wrong) == repr(other.today.share_wrong)
    assert (own.n_failed, own.rubric_set) == (other.n_failed, other.rubric_set)
    assert own.setting is not None
    assert other.setting is not None
    assert own.setting.threshold == other.setting.threshold
    assert (own.moves, own.challenger, own.versus) == ((), "", None)


def test_too_few_tickets_recommend_nothing(tmp_path: Path) -> None:
    assert found(tmp_path / "p", records(30), 2).score.recommendation.kind == "too few"


def test_too_many_without_an_answer_recommend_nothing(tmp_path: Path) -> None:
    rows = records(100, failed=20)
    assert found(tmp_path / "p", rows, 2).score.recommendation.kind == "incomplete"


def test_parts_whose_tickets_all_failed_are_counted(tmp_path: Path) -> None:
    rows = records(100, failed=20)
    folder = tmp_path / "p"
    write(folder / "a.csv", rows[80:])  # the first part has no answer
    write(folder / "b.csv", rows[:80])
    assert score_parts(folder).score.evaluation.tickets.n_failed == 20


def test_one_set_of_several_is_counted_wherever_its_rows_are(tmp_path: Path) -> None:
    one, other = ([{"rubric_set": s, **r} for r in records(90, seed=k)]
                  for k, s in enumerate(("v1", "v2")))  # fmt: skip
    folder = parts(tmp_path / "p", one, 2)
    write(folder / "z.csv", other)
    assert score_parts(folder, rubric_set="v2").score.evaluation.n_scored == 90
    for asked, told in ((None, "several rubric sets"), ("v3", "no rubric set")):
        with pytest.raises(InputError, match=told):
            score_parts(folder, rubric_set=asked)
    with pytest.raises(InputError, match="empty scores are to be 0"):
        score_parts(folder, rubric_set="v1", form=Form(empty_scores="zero"))


def refusal(folder: Path, form: Form = AS_OURS) -> str:
    with pytest.raises(InputError) as error:
        score_parts(folder, form=form)
    return error.value.problems[0].what


def test_a_ticket_in_two_parts_is_an_error_with_both(tmp_path: Path) -> None:
    folder = parts(tmp_path / "p", records(60), 2)
    write(folder / "z.csv", [row | {"ticket_id": f"z{i}"} for i, row in enumerate(records(5))])
    write(folder / "y.csv", [*[r | {"ticket_id": f"y{i}"} for i, r in enumerate(records(5))],
                             records(60)[31]])  # fmt: skip
    told = refusal(folder)
    assert "the ticket 't31' stands in two parts" in told
    assert "part-1.csv and" in told
    assert "y.csv" in told


def test_a_ticket_without_an_answer_is_found_twice_too(tmp_path: Path) -> None:
    rows = records(60, failed=10)
    folder = parts(tmp_path / "p", rows, 2)
    write(folder / "z.csv", [rows[55]])
    assert "'t55' stands in two parts" in refusal(folder)


def test_no_gold_label_with_scores_in_any_part_is_an_error(tmp_path: Path) -> None:
    rows = [row | {"label": "legal"} for row in records(20)]
    assert "no gold label has a score column" in refusal(parts(tmp_path / "p", rows, 2))
    rows[3]["label"] = "billing"
    assert found(tmp_path / "q", rows, 2).score.evaluation.n_scored == 20


def test_top_labels_that_all_contradict_the_scores_are_an_error(tmp_path: Path) -> None:
    rows = records(20)
    for row in rows:
        scores = {k.removeprefix("score_"): float(v) for k, v in row.items() if k[:6] == "score_"}
        row["top_label"] = min(scores, key=scores.__getitem__)
    assert "20 of 20 rows: top_label" in refusal(parts(tmp_path / "p", rows, 2))
    scores = {k.removeprefix("score_"): float(v) for k, v in rows[0].items() if k[:6] == "score_"}
    rows[0]["top_label"] = max(scores, key=scores.__getitem__)
    assert found(tmp_path / "q", rows, 20).score.evaluation.n_scored == 20


def test_what_was_decided_in_reading_is_told_once_with_a_part_and_beside_the_result(
    tmp_path: Path,
) -> None:
    number = {"billing": "0", "delivery": "1", "returns": "2"}
    rows = [
        {
            "ticket_id": row["ticket_id"],
            "label": number.get(row["label"], "0") + ".0",
            **{f"score_{number[x]}": row[f"score_{x}"] for x in number},
        }
        for row in records(60)
    ]
    one, three = (found(tmp_path / str(n) / "p", rows, n) for n in (1, 3))
    assert as_json(one) == as_json(three)
    assert one.score.notes == ()
    (note,) = three.notes
    assert note.startswith(f"{tmp_path / '3' / 'p' / 'part-0.csv'}: ")
    assert note.endswith(" (so in 3 parts)")


def test_a_part_without_rows_changes_nothing_but_a_note(tmp_path: Path) -> None:
    rows = records(60)
    folder = parts(tmp_path / "p", rows, 2)
    before = score_parts(folder)
    (folder / "z.csv").write_text(",".join(rows[0]) + "\n")
    after = score_parts(folder)
    assert as_json(after) == as_json(before)
    assert after.notes == (f"{folder / 'z.csv'}: there are no rows in it",)


def test_what_parts_cannot_tell_is_refused(tmp_path: Path) -> None:
    folder = parts(tmp_path / "p", records(60), 2)
    with pytest.raises(InputError, match="missed_escalation"):
        score_parts(folder, settings=Settings(costs=Costs(missed=2.0)))
    assert "more than once" in refusal(folder, Form(columns={"repeat": "failure"}))
    top = parts(tmp_path / "q", [{"ticket_id": r["ticket_id"], "label": "a", "top_label": "b"}
                                 for r in records(8)], 2)  # fmt: skip
    assert "every label" in refusal(top)


def test_a_scheduler_goes_with_dask_alone(tmp_path: Path) -> None:
    folder = parts(tmp_path / "p", records(60), 2)
    with pytest.raises(InputError, match="knows no scheduler"):
        score_parts(folder, where=Where("serial", "tcp://127.0.0.1:1"))
    with pytest.raises(InputError, match="unknown engine"):
        score_parts(folder, where=Where("spark"))


def test_progress_is_told_part_by_part(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    folder = parts(tmp_path / "p", records(60), 3)
    score_parts(folder, told=lambda done, of: seen.append((done, of)))
    assert seen == [(1, 3), (2, 3), (3, 3)]
