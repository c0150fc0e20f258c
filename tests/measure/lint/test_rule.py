"""Which sets the rules speak of: good ones, first drafts, and the public ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from lint_sets import GOOD, OWN, guide_set, public_set, rubric_set
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.edge.inputs.rubric_files import read_rubrics
from ticketbench.measure.lint.rule import remarks, rules

LEVELS = {
    "TB124": "warning", "TB125": "warning", "TB126": "warning", "TB127": "warning",
    "TB128": "note", "TB129": "note", "TB130": "note", "TB131": "note", "TB132": "note",
    "TB133": "note",
}  # fmt: skip
PUBLIC = ("banking77-grouped", "bitext-support", "clinc-oos")


def warnings(rubrics: RubricSet) -> list[tuple[str, tuple[str, ...]]]:
    found = [one for one in remarks(rubrics) if one.finding.severity == "warning"]
    return [(one.finding.code, one.labels) for one in found]


def shared(rubrics: RubricSet) -> list[tuple[str, ...]]:
    return [labels for code, labels in warnings(rubrics) if code == "TB126"]


def test_the_levels_are_those_of_the_contract() -> None:
    assert {one.code: one.level for one in rules()} == LEVELS


def test_nothing_is_said_of_a_good_set() -> None:
    assert remarks(rubric_set(GOOD)) == ()


def test_no_rule_warns_of_our_second_draft_and_of_the_guide(tmp_path: Path) -> None:
    assert warnings(read_rubrics(OWN / "support-v2.yaml")) == []
    assert warnings(guide_set(tmp_path)) == []


def test_the_pair_planted_in_our_first_draft_is_found() -> None:
    assert shared(read_rubrics(OWN / "support-v1.yaml")) == [("billing", "account")]


@pytest.mark.parametrize("name", PUBLIC)
def test_no_rule_warns_of_a_second_draft_of_the_public_sets(name: str) -> None:
    assert warnings(public_set(f"{name}/rubrics-v2.yaml")) == []


@pytest.mark.parametrize(
    ("name", "pairs"), [(PUBLIC[0], [("transfer", "top_up")]), (PUBLIC[1], []), (PUBLIC[2], [])]
)
def test_one_pair_of_the_public_first_drafts_shares_its_words(
    name: str, pairs: list[tuple[str, ...]]
) -> None:
    assert shared(public_set(f"{name}/rubrics-v1.yaml")) == pairs


def test_remarks_are_in_the_order_of_codes_and_the_same_each_time() -> None:
    first_draft = read_rubrics(OWN / "support-v1.yaml")
    codes = [one.finding.code for one in remarks(first_draft)]
    assert codes == ["TB125", "TB125", "TB126", "TB127"]
    assert remarks(first_draft) == remarks(read_rubrics(OWN / "support-v1.yaml"))


def test_of_a_thousand_labels_that_share_their_words_twenty_pairs_are_told() -> None:
    words = [a + b + c for a in "bdfgklmnprst" for b in "aeiou" for c in ("lk", "nt", "rm", "sp")]
    texts = (", ".join(words[(i * j) % len(words)] for j in range(1, 16)) for i in range(1, 1001))
    rubrics = tuple(Rubric(f"l{i}", f"Is it about {text}?") for i, text in enumerate(texts))
    found = remarks(RubricSet("large", rubrics))
    assert sum(one.finding.code == "TB126" for one in found) == 20


@pytest.mark.parametrize(
    "text",
    [
        "and" + " " * 200_000 + "x", "billing, not " * 20_000, "the the's " * 30_000,
        "x" * 300_000 + "ing?", "about " * 50_000, "'billing' " * 30_000, ", also " * 20_000,
        "e" * 300_000,
    ],
    ids=["blanks", "negations", "articles", "one word", "abouts", "names", "alsos", "vowels"],
)  # fmt: skip
def test_a_text_made_to_be_slow_is_read_at_once(text: str) -> None:
    found = remarks(rubric_set(GOOD, other=text))
    assert "TB133" in {one.finding.code for one in found}
