"""The same components as from the exact similarity of all pairs, with few of them checked."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from all_pairs import components_of
from ticketbench.core.types import IntArray
from ticketbench.measure.sample.alike import components as module
from ticketbench.measure.sample.alike.candidates import HASHES, sign
from ticketbench.measure.sample.alike.components import components
from ticketbench.measure.sample.alike.shingles import Hashes, Texts
from ticketbench.measure.sample.near_duplicates import normalised

ROOT = Path(__file__).resolve().parents[4]
LETTERS = list("abcdefghijklmnopqrstuvwxyz0123456789")
WORDS = [f"{a}{b}{c}{a}" for a in "bdfgk" for b in "aeiou" for c in "lmnrst"]
FOOTER = (
    "this message is meant for the person named above only if that is not you delete it and tell "
    "the sender who is neither bound by it nor liable for what a machine made of it on the way"
)


def found(plain: list[str]) -> IntArray:
    """Our components."""
    texts, rows = Texts(plain), np.arange(len(plain))
    signatures = np.empty((len(plain), HASHES), np.uint32)
    sign(signatures, texts, rows)
    return components(texts, signatures, rows, rows)


def different(texts: list[str]) -> list[str]:
    return sorted(set(normalised(texts)))


def rows_of(file: Path) -> list[str]:
    with file.open(encoding="utf-8", newline="") as lines:
        return [row["text"] for row in csv.DictReader(lines)]


@pytest.mark.parametrize("name", ["banking77-grouped", "bitext-support", "clinc-oos"])
def test_public_sets_have_the_components_components_of(name: str) -> None:
    folder = os.environ.get("TICKETBENCH_TEST_DATA")
    if not folder:
        pytest.skip("TICKETBENCH_TEST_DATA names the folder of labelled sets")
    texts = different(rows_of(Path(folder, name, "data.csv"))[:2000])
    ours = found(texts)
    assert ours.tolist() == components_of(texts).tolist()
    assert len(set(ours.tolist())) < len(texts)


def test_shipped_tickets_have_the_components_components_of() -> None:
    texts = different(rows_of(ROOT / "datasets" / "support_tickets.csv"))
    assert found(texts).tolist() == components_of(texts).tolist()


def sentences(rng: np.random.Generator, n: int, n_words: int) -> list[str]:
    return [" ".join(rng.choice(WORDS, n_words)) for _ in range(n)]


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by an entry with every exact check."""
    checks: list[int] = []

    def alike(a: Hashes, b: Hashes) -> bool:
        checks.append(1)
        return plain(a, b)

    plain = module.alike
    monkeypatch.setattr(module, "alike", alike)
    return checks


@pytest.mark.parametrize("n", [250, 1000])
def test_near_copies_are_one_component_after_few_checks(
    monkeypatch: pytest.MonkeyPatch, n: int
) -> None:
    checks = counted(monkeypatch)
    assert not found([f"{FOOTER} {i}" for i in range(1000, 1000 + n)]).any()
    assert len(checks) <= module._PAIRS + 2 * n  # all pairs that are checked at once may be one's


@pytest.mark.parametrize("n", [200, 600])
def test_tickets_with_one_long_footer_need_checks_in_proportion(
    monkeypatch: pytest.MonkeyPatch, n: int
) -> None:
    rng = np.random.default_rng(7)
    own = sentences(rng, n, 7)
    twins = [f"{text[:-1]}x" for text in own[:20]]
    texts = sorted({f"{text} {FOOTER}" for text in (*own, *twins)})
    checks = counted(monkeypatch)
    ours = found(texts)
    assert len(checks) <= 40 * n
    assert ours.tolist() == components_of(texts).tolist()
    assert len(set(ours.tolist())) == len(texts) - 20


@pytest.mark.parametrize("seed", [3, 8])
def test_what_only_a_shared_text_ties_ties_to_the_few_with_least_of_their_own(seed: int) -> None:
    rng = np.random.default_rng(seed)
    own = ["".join(rng.choice(LETTERS, rng.integers(4, 33))) for _ in range(400)]
    texts = different([f"{text} {FOOTER}" for text in own])
    ours = found(texts)
    assert ours.tolist() == components_of(texts).tolist()
    assert 2 < len(set(ours.tolist())) < len(texts)


def test_what_is_known_to_be_tied_is_not_checked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    plain = [f"{text} {FOOTER}" for text in sentences(rng, 60, 2)]
    texts, rows, signatures = Texts(plain), np.arange(60), np.empty((60, HASHES), np.uint32)
    sign(signatures, texts, rows)
    once = components(texts, signatures, rows, rows)
    assert len(set(once.tolist())) < 60
    checks = counted(monkeypatch)
    assert components(texts, signatures, rows, once).tolist() == once.tolist()
    before = len(checks)
    components(texts, signatures, rows, rows)
    assert before < (len(checks) - before) / 2


def test_the_components_of_a_subset_leave_others_alone() -> None:
    plain = [
        "the invoice is wrong again",
        "the invoice is wrong again.",
        "the invoice is wrong agai",
    ]
    texts, signatures = Texts(plain), np.empty((3, HASHES), np.uint32)
    sign(signatures, texts, np.arange(3))
    of_all = components(texts, signatures, np.arange(3), np.arange(3))
    of_two = components(texts, signatures, np.array([1, 2]), np.arange(3))
    assert (of_all.tolist(), of_two.tolist()) == ([0, 0, 0], [0, 1, 1])
