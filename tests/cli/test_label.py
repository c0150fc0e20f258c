"""A verdict with few labels, walked as a team walks it: 2,000 logged tickets, four batches."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Thread

import pytest

from crash.forks import Runs
from crash.killed_run import Job
from forked import ticketbench_in
from logged_project import WEEK, kept, labelled, write_log
from terminal import longest, shown

SETTLES = ("candidate", "candidate", "base", "candidate", "neither", "candidate", "base",
           "candidate", "candidate", "candidate")  # fmt: skip
"""For whom the tickets of a batch speak."""


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 logged tickets, 12 of which are to be labelled, and the first sheet."""
    made = tmp_path_factory.mktemp("begun")
    write_log(made, n=60)
    label(made, "next", *WEEK)
    return made


@pytest.fixture
def folder(begun: Path, tmp_path: Path) -> Path:
    shutil.copytree(begun, tmp_path, dirs_exist_ok=True)
    return tmp_path


def label(folder: Path, *words: str) -> str:
    done = ticketbench_in(folder, "label", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(folder: Path, *words: str) -> str:
    """What is said where nothing may change; the state must stay as it was."""
    before = (folder / "labels.json").read_bytes()
    done = ticketbench_in(folder, "label", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    assert (folder / "labels.json").read_bytes() == before
    return " ".join(done.stderr.split())


def speaking(folder: Path, sheet: str) -> None:
    """Label a sheet so that its tickets speak as SETTLES has it."""
    data = kept(folder)
    names: list[str] = data["labels"]  # type: ignore[assignment]
    ids: list[str] = data["log"]["ids"]  # type: ignore[index]

    def one(i: int, row: Mapping[str, str]) -> str:
        side = SETTLES[i % 10]
        if side == "neither":
            return "__none__"
        return names[data[side]["tops"][ids.index(row["ticket_id"])]]  # type: ignore[index]

    labelled(folder / sheet, one)


def verdict(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(label(folder, "verdict", "--json"))["data"]
    return found


def test_four_batches_settle_2000_tickets_and_every_look_is_allowed(tmp_path: Path) -> None:
    folder = tmp_path
    write_log(folder, n=2000)
    label(folder, "next", *WEEK)
    first = verdict(folder)
    assert (first["n_log"], first["n_agree"], first["n_to_label"]) == (2000, 1600, 400)
    outcomes = []
    for _ in range(4):
        sheet = str(json.loads(label(folder, "next", "--json"))["data"]["sheet"])
        speaking(folder, sheet)
        label(folder, "import", sheet)
        outcomes.append(verdict(folder)["verdict"]["outcome"])  # type: ignore[index]
    assert outcomes[0] == "cannot tell"
    assert outcomes[3] == "better"
    said = label(folder, "verdict")
    assert said.startswith("On these 2,000 tickets v2 is right more often: settled after ")
    assert "Of 40 labels 28 speak for v2, 8 for v1, 4 for neither" in " ".join(said.split())


def test_a_batch_twice_out_of_order_and_with_gaps_loses_nothing(folder: Path) -> None:
    first = "labels-001-010.csv"
    speaking(folder, first)
    whole = (folder / first).read_text("utf-8-sig").splitlines(keepends=True)
    (folder / "odd.csv").write_text("".join([whole[0], *whole[10:6:-1], *whole[1:4]]))
    said = label(folder, "import", "odd.csv")
    assert "7 new labels; 7 of 12 tickets are labelled" in said
    skipped = ", ".join(line.split(",")[1] for line in whole[4:7])
    assert f"Without a label: {skipped}." in " ".join(said.split())
    assert "7 given before, the same" in label(folder, "import", "odd.csv")
    assert label(folder, "import", first).startswith(
        "3 new labels, 7 given before, the same; 10 of"
    )
    assert "for v2, 2 for v1" in label(folder, "verdict")


def test_a_foreign_ticket_another_label_and_a_typo_are_refused_by_name(folder: Path) -> None:
    sheet = "labels-001-010.csv"
    speaking(folder, sheet)
    label(folder, "import", sheet)
    rows = (folder / sheet).read_text("utf-8-sig").splitlines()
    ticket = rows[1].split(",")[1]
    for name, row, words in (
        ("foreign", "T9999,billing", "'T9999' is none of the tickets to label"),
        ("other", f"{ticket},billing", f"1 ticket had another label before: {ticket} ("),
        ("typo", f"{ticket},biling", "no set has the label 'biling'"),
        ("missing", "T0", "1 field where the header has 2"),
    ):
        (folder / f"{name}.csv").write_text(f"ticket_id,label\n{row}\n")
        said = refused(folder, "import", f"{name}.csv")
        assert words in said, said
        assert f"{name}.csv:2" in said


def test_two_imports_at_the_same_time_lose_nothing(folder: Path) -> None:
    shutil.copy(folder / "labels-001-010.csv", folder / "anna.csv")
    speaking(folder, "labels-001-010.csv")
    speaking(folder, "anna.csv")
    imports = [
        Thread(target=label, args=(folder, "import", "labels-001-010.csv")),
        Thread(target=label, args=(folder, "import", "anna.csv", "--annotator", "anna")),
    ]
    for one in imports:
        one.start()
    for one in imports:
        one.join()
    given: Mapping[str, object] = kept(folder)["given"]  # type: ignore[assignment]
    assert [len(given[who]) for who in ("", "anna")] == [10, 10]  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def runs() -> Iterator[Runs]:
    with Runs() as found:
        yield found


def killed(runs: Runs, made: Path, folder: Path, *words: str) -> list[Path]:
    """Kill a command at each of its writes to a state or a sheet; the same command then ends as
    if nothing had been. Gives the folder of each.
    """
    shutil.copytree(made, folder / "plain")
    counted = runs.outcome(Job(str(folder / "plain"), words, how="count")).at.splitlines()
    found = []
    for at in (i for i, what in enumerate(counted, start=1) if "labels" in what):
        here = folder / str(at)
        shutil.copytree(made, here)
        assert runs.outcome(Job(str(here), words, how="kill", at=at)).code == -9
        again = runs.outcome(Job(str(here), words))
        assert again.code == 0, (counted[at - 1], again.printed)
        assert (here / "labels.json").read_bytes() == (folder / "plain/labels.json").read_bytes()
        found.append(here)
    return found


def test_an_import_that_is_killed_at_any_write_is_done_by_the_same_command(
    runs: Runs, begun: Path, tmp_path: Path
) -> None:
    shutil.copytree(begun, tmp_path / "made")
    speaking(tmp_path / "made", "labels-001-010.csv")
    places = killed(runs, tmp_path / "made", tmp_path, "label", "import", "labels-001-010.csv")
    assert len(places) >= 3
    assert len(kept(tmp_path / "plain")["given"][""]) == 10  # type: ignore[index]


def test_a_beginning_that_is_killed_at_any_write_is_done_by_the_same_command(
    runs: Runs, begun: Path, tmp_path: Path
) -> None:
    shutil.copytree(begun, tmp_path / "made")
    for left in (tmp_path / "made").glob("*labels*"):
        left.unlink()
    places = killed(runs, tmp_path / "made", tmp_path, "label", "next", *WEEK)
    assert len(places) >= 4
    sheets = {(one / "labels-001-010.csv").read_bytes() for one in places}
    assert sheets == {(begun / "labels-001-010.csv").read_bytes()}


def test_two_people_are_told_how_far_they_agree_and_what_is_disputed(folder: Path) -> None:
    speaking(folder, "labels-001-010.csv")
    rows = (folder / "labels-001-010.csv").read_text("utf-8-sig").splitlines()[1:]
    pairs = [(row.split(",")[1], row.split(",")[-1]) for row in rows]
    table = "".join(f"{t},{x},{x if i else '__none__'}\n" for i, (t, x) in enumerate(pairs))
    (folder / "both.csv").write_text(f"ticket_id,anna,ben\n{table}")
    label(folder, "import", "both.csv", "--annotators", "anna,ben")
    said = " ".join(label(folder, "verdict", "--all").split())
    assert "two people agree on 90% of 10" in said
    assert "Cohen's kappa" in said
    assert "points below that" in said
    assert f"1 {pairs[0][0]} anna: {pairs[0][1]}, ben: __none__ neither" in said
    ruled = json.loads(label(folder, "verdict", "--disagree", "ben", "--json"))["data"]
    assert (ruled["resolution"]["rule"], ruled["disputed"][0]["label"]) == ("ben", "__none__")


def test_the_differences_are_listed_with_texts_only_where_the_config_shows_them(
    folder: Path,
) -> None:
    speaking(folder, "labels-001-010.csv")
    label(folder, "import", "labels-001-010.csv")
    label(folder, "verdict", "--csv", "d.csv")
    head, first, *_ = (folder / "d.csv").read_text().splitlines()
    assert head.endswith("candidate_label,candidate_outcome,speaks_for")
    assert first.startswith("1,T")
    assert first.endswith(",v2")
    config = (folder / "eval.yaml").read_text()
    (folder / "eval.yaml").write_text(config.replace("{figures: false}", "{texts: full}"))
    label(folder, "verdict", "--csv", "d.csv")
    assert (folder / "d.csv").read_text().splitlines()[1].count("page") <= 1
    assert (folder / "d.csv").read_text().splitlines()[0].endswith(",text")


def test_no_line_is_wider_than_the_narrowest_terminal(folder: Path) -> None:
    speaking(folder, "labels-001-010.csv")
    label(folder, "import", "labels-001-010.csv")
    assert longest(shown(folder, "label", "verdict", "--all", columns=60).stdout) <= 60


def test_what_is_to_be_typed_next_says_whose_labels_they_are(folder: Path) -> None:
    said = " ".join(label(folder, "next", "--annotator", "anna").split())
    assert "ticketbench label import labels-anna-001-010.csv --annotator anna" in said


@pytest.mark.parametrize(
    "words",
    [
        ("--a", "v1"), ("--target", "cost"), ("--margin", "0.1"), ("--customers",), ("--seed", "9"),
        ("--set", "policy.threshold=0.9"), ("--texts", "texts.csv"), ("--columns", "text=body"),
    ],
)  # fmt: skip
def test_no_option_of_the_first_call_is_passed_over_later(
    folder: Path, words: tuple[str, ...]
) -> None:
    said = refused(folder, "next", *words)
    assert f"{words[0]} is of the first call, which names --a, --b, --config and --from" in said


def test_a_verdict_without_a_state_says_how_to_begin(tmp_path: Path) -> None:
    done = ticketbench_in(tmp_path, "label", "verdict")
    assert done.returncode == 2
    assert "label next --a SET --b SET" in " ".join(done.stderr.split())
