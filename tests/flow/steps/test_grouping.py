"""Groups: of the mapped column, or of near-duplicate texts where no column is mapped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ticketbench.core.types import Dataset, Ticket
from ticketbench.edge.inputs.dataset import Columns, LoadedDataset
from ticketbench.flow.answers.cache import cache_info, prune
from ticketbench.flow.answers.recheck import recheck
from ticketbench.flow.answers.recordings import export_recording, import_recordings
from ticketbench.flow.plan import plan_run
from ticketbench.flow.run import run
from ticketbench.flow.score import Choices
from ticketbench.flow.steps import grouping
from ticketbench.flow.steps.grouping import Grouped, grouped

LETTER = "I was charged twice on the last invoice and I would like to have my money back"
SAYS = (
    "The lift was stuck between floors",
    "Nobody answered my call about the parcel",
    "We need a new badge for the warehouse",
    "A window in the meeting room is broken",
    "The kitchen ran out of cups",
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FOOTER = (
    "This message is meant for the person named above only; if that is not you, delete it and tell "
    "the sender. Views are those of the sender. No virus check replaces yours. Think of the trees "
    "before you print. Calls are kept for training, and our staff sign no contracts by mail. Our "
    "house is open from nine to five, on holidays not at all, and nothing said here binds anybody. "
    "Registered in Nowhere under number nothing, directed by nobody, at one and two Sample Street."
)
OTHERS = ("The app crashes with an error", "Please delete my account", "Where is the manual?")


def loaded(*texts: str, groups: dict[int, str] | None = None) -> LoadedDataset:
    tickets = [
        Ticket(f"t{i}", text, "a", group=(groups or {}).get(i)) for i, text in enumerate(texts)
    ]
    lines = tuple(range(2, len(texts) + 2))
    return LoadedDataset(Dataset("d.csv", tuple(tickets)), Path("d.csv"), lines)


def group_of(found: Grouped) -> list[str | None]:
    return [ticket.group for ticket in found.loaded.dataset.tickets]


def test_a_mapped_column_is_kept_even_where_texts_are_equal() -> None:
    data = loaded(LETTER, LETTER, groups={0: "anna", 1: "ben"})
    found = grouped(data, Columns(group="customer"))
    assert found == Grouped(data, "column customer", ())


def test_near_duplicates_are_tied_and_all_others_stay_alone() -> None:
    found = grouped(loaded(LETTER, OTHERS[0], f"{LETTER.upper()}!!", OTHERS[1]), Columns())
    assert group_of(found) == ["near-duplicates 0", None, "near-duplicates 0", None]
    assert (found.grouped_by, found.findings) == ("near-duplicates", ())


def test_two_form_letters_are_two_groups() -> None:
    other = "The export page shows an error message and nothing is downloaded at all"
    found = grouped(loaded(LETTER, other, f"{other}.", f"{LETTER}."), Columns())
    first, second, third, fourth = group_of(found)
    assert (first, second) == (fourth, third)
    assert first != second
    assert None not in (first, second)


def test_tickets_without_a_twin_have_no_group() -> None:
    assert group_of(grouped(loaded(*OTHERS), Columns())) == [None, None, None]


def test_the_data_keep_their_fingerprint_lines_and_order() -> None:
    data = loaded(LETTER, *OTHERS, LETTER)
    tied = grouped(data, Columns()).loaded
    assert tied.dataset.fingerprint == data.dataset.fingerprint
    assert (tied.lines, tied.path, tied.dataset.name) == (data.lines, data.path, "d.csv")
    assert [t.id for t in tied.dataset.tickets] == [t.id for t in data.dataset.tickets]
    assert [t.text for t in tied.dataset.tickets] == [t.text for t in data.dataset.tickets]


def test_a_footer_that_many_share_unties_nobody_and_is_named() -> None:
    letters = [f"{SAYS[i % 5]} {i:02d} times on {DAYS[i % 7]}. {FOOTER}" for i in range(30)]
    found = grouped(loaded(*letters, f"{letters[0]}!!", LETTER, f"{LETTER}.", *OTHERS), Columns())
    assert found.grouped_by == "near-duplicates, a text that 31 tickets share left out"
    groups = group_of(found)
    assert groups[0] == groups[30] is not None
    assert groups[31] == groups[32] is not None
    assert groups[1:30] == [None] * 29
    assert (found.findings, found.untied) == ((), 0)


def test_a_form_letter_that_ties_too_many_leaves_only_equal_texts_tied_and_is_told() -> None:
    letters = [f"{LETTER}, order {i:02d}" for i in range(30)]
    found = grouped(loaded(*letters, letters[0], *OTHERS), Columns())
    assert found.grouped_by == "near-duplicates, a text that 31 tickets share left out"
    assert found.untied == 31
    groups = group_of(found)
    assert groups[0] == groups[30] == "near-duplicates 0"
    assert [g for i, g in enumerate(groups) if i not in (0, 30)] == [None] * 32
    (finding,) = found.findings
    assert (finding.code, finding.severity) == ("TB108", "warning")
    assert finding.title == "31 tickets say little beside a text that many share"
    assert "`dataset: {columns: {group: COLUMN}}`" in finding.action


@pytest.mark.parametrize("n", [0, 1])
def test_a_dataset_of_hardly_any_ticket_has_nothing_to_tie(n: int) -> None:
    found = grouped(loaded(*[LETTER] * n), Columns())
    assert group_of(found) == [None] * n
    assert found.findings == ()


SEARCH_NOTHING: dict[str, Callable[[Path], object]] = {
    "run --dry-run": plan_run,
    "cache info": cache_info,
    "cache prune": lambda config: prune([config], dry_run=True),
    "cache export": lambda config: export_recording(config, to=Path("answers.jsonl")),
    "cache import": lambda config: import_recordings(config, [Path("answers.jsonl")]),
    "cache recheck": recheck,
    "score --config": lambda config: Choices(config).settings(),
}


def test_commands_that_compute_no_interval_search_no_near_duplicates(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = Path("eval.yaml")
    run(config)
    monkeypatch.setattr(grouping, "near_duplicate_groups", _never)
    for name, command in SEARCH_NOTHING.items():
        assert command(config) is not None, name
    with pytest.raises(AssertionError, match="searched"):
        run(config)


def _never(texts: object) -> None:
    raise AssertionError("searched")
