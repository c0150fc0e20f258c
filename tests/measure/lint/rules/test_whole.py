"""TB130 to TB133: what the whole set shows."""

from __future__ import annotations

from lint_sets import GOOD, rubric_set
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.measure.lint.rule import remarks

WHOLE = ("TB130", "TB131", "TB132", "TB133")


def found(rubrics: RubricSet) -> dict[str, str]:
    return {
        one.finding.code: one.finding.evidence
        for one in remarks(rubrics)
        if one.finding.code in WHOLE
    }


def labels(n: int) -> RubricSet:
    rubrics = (Rubric(f"l{i}", f"Is it fee{i} or tax{i}?") for i in range(n - 1))
    return RubricSet("many", (*rubrics, Rubric("other", "Is it anything else?")))


def test_a_set_without_a_label_for_the_rest_is_told() -> None:
    without = {label: text for label, text in GOOD.items() if label != "other"}
    assert [*found(rubric_set(without))] == ["TB130"]
    assert found(rubric_set(GOOD)) == {}


def test_a_rubric_longer_than_four_times_the_median_is_told() -> None:
    texts = {"a": "x" * 9 + "?", "b": "y" * 9 + "?", "other": "z" * 40}
    assert "TB131" not in found(rubric_set(texts))
    told = found(rubric_set({**texts, "other": "z" * 41}))
    assert told["TB131"] == "41 signs, the median rubric has 10"


def test_eleven_labels_are_many_and_ten_are_not() -> None:
    assert [*found(labels(11))] == ["TB132"]
    assert found(labels(10)) == {}


def test_the_limits_of_endpoints_are_told_when_they_are_passed() -> None:
    assert "TB133" not in found(labels(26))
    assert "over 255" not in found(labels(255))["TB133"]
    assert found(labels(256))["TB133"] == (
        "256 labels, over 26 where a model answers with a letter; "
        "over 255 where it chooses among options"
    )


def test_a_long_text_is_told_in_bytes() -> None:
    size = sum(len(label) + len(text) for label, text in GOOD.items() if label != "billing")
    rest = 12_000 - size - len("billing")
    assert "TB133" not in found(rubric_set(GOOD, billing="x" * rest))
    told = found(rubric_set(GOOD, billing="ü" + "x" * (rest - 1)))
    assert told["TB133"].startswith("12,001 bytes of rubrics, over 12,000")
