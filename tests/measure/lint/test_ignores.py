"""Which remarks are hidden, and which ignores hide none."""

from __future__ import annotations

import pytest

from ticketbench.core.types import Finding
from ticketbench.measure.lint.ignores import Ignore, sifted, unused_finding
from ticketbench.measure.lint.rule import Remark


def remark(code: str, *labels: str) -> Remark:
    return Remark(Finding(code, "warning", "title", "evidence", "action"), labels)


PAIR, OTHER, WHOLE = remark("TB126", "a", "b"), remark("TB125", "a"), remark("TB130")
FOUND = (OTHER, PAIR, WHOLE)


@pytest.mark.parametrize(
    ("code", "label", "hidden"),
    [
        ("TB126", "a", PAIR), ("TB126", "b", PAIR), ("TB126", None, PAIR), ("TB125", "a", OTHER),
        ("TB130", None, WHOLE), ("TB126", "c", None), ("TB125", "b", None), ("TB130", "a", None),
    ],
)  # fmt: skip
def test_an_ignore_hides_the_code_of_its_label_and_nothing_else(
    code: str, label: str | None, hidden: Remark | None
) -> None:
    ignore = Ignore(code, label, "v1.yaml:1")
    left = sifted(FOUND, [ignore])
    assert left.kept == tuple(one for one in FOUND if one is not hidden)
    assert left.n_ignored == (0 if hidden is None else 1)
    assert left.used == (() if hidden is None else (ignore,))


def test_two_that_cover_one_remark_are_both_used() -> None:
    both = (Ignore("TB126", "a", "v1.yaml:1"), Ignore("TB126", None, "v1.yaml:9"))
    assert sifted(FOUND, both).used == both
    assert sifted(FOUND, both).n_ignored == 1


def test_an_unused_one_says_of_what_nothing_is_found() -> None:
    found = unused_finding(Ignore("TB126", "a", "v1.yaml:1"), ["TB126"])
    assert (found.code, found.severity) == ("TB134", "warning")
    assert found.action == "lint says nothing of the kind about 'a': take it out"


def test_a_code_that_lint_does_not_have_is_told_with_the_nearest() -> None:
    found = unused_finding(Ignore("TB162", None, "v1.yaml:1"), ["TB124", "TB126"])
    assert found.evidence == "lint has no such code"
    assert found.action.startswith("did you mean 'TB126'")
