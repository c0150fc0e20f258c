"""Gates as Markdown: a comment in which no text of a ticket or rubric can do anything."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import settings as options
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

import hostile_gates
from hostile_gates import HOSTILE, LABEL, flips, gate, same_as_golden
from tables import table
from ticketbench.core.types import Estimate, Finding, Missing
from ticketbench.measure.compare import compare
from ticketbench.measure.gates.completeness import Answered
from ticketbench.measure.gates.results import GateReport, WrongTicket
from ticketbench.report.gates.markdown import MOST_CHARACTERS, gate_markdown
from ticketbench.report.gates.verdict import gate_verdict

OWN_TAGS = {"<details>", "<summary>", "</summary>", "</details>"}
OWN_TAGS |= {"<del>", "</del>", "<ins>", "</ins>"}


def written(of: GateReport, texts: dict[str, str] | None = None) -> str:
    shown = hostile_gates.texts() if texts is None else texts
    return gate_markdown(of, gate_verdict(of), shown, tool_version="0.1.0").decode("utf-8")


def tokens(text: str) -> list[Token]:
    """All tokens, inline ones, too, of a CommonMark parser with GitHub's tables."""
    parsed = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    return [one for block in parsed for one in (block, *(block.children or ()))]


def tags(text: str) -> list[str]:
    """Every HTML tag that a renderer would take as one, without the marker's line."""
    raw = [t.content for t in tokens(text) if t.type in ("html_block", "html_inline")]
    assert raw[0].startswith("<!-- ticketbench-gate:")
    return re.findall(r"<[^>]*>", "".join(raw[1:]))


def cells(row: str) -> int:
    """How many cells a renderer makes of a row: only an unescaped pipe parts them."""
    return len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) - 1


def rows(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.startswith("|")]


def is_harmless(text: str) -> None:
    """Nothing but what the tool writes itself is markup."""
    kinds = {token.type for token in tokens(text)}
    assert not kinds & {"image", "link_open", "s_open", "fence", "code_block", "hr"}
    assert set(tags(text)) <= OWN_TAGS
    assert tags(text).count("<details>") == tags(text).count("</details>")
    assert "![" not in text
    assert not re.search(r"@\w", text)
    codes = [token.content for token in tokens(text) if token.type == "code_inline"]
    assert all(re.fullmatch("[0-9a-f]{12}", code) for code in codes)
    assert len(text) < MOST_CHARACTERS


def test_the_markdown_of_hostile_gates_is_the_golden_file() -> None:
    same_as_golden("gate.md", written(hostile_gates.report()).encode("utf-8"))


def test_nothing_in_hostile_gates_is_markup() -> None:
    is_harmless(written(hostile_gates.report()))


def test_every_row_of_a_table_has_the_cells_of_its_head() -> None:
    found = [cells(row) for row in rows(written(hostile_gates.report()))]
    assert found == [5] * (2 + 2) + [3] * (2 + 10) + [4] * (2 + 3) + [5] * (2 + 10)
    without = [cells(row) for row in rows(written(hostile_gates.report(), texts={}))]
    assert without[-12:] == [4] * 12


def test_a_parser_sees_the_tables_as_they_are_meant() -> None:
    kinds = [token.type for token in tokens(written(hostile_gates.report()))]
    assert kinds.count("table_open") == 4
    assert kinds.count("tr_open") == (1 + 2) + (1 + 10) + (1 + 3) + (1 + 10)
    assert kinds.count("heading_open") == 1


@pytest.mark.parametrize(
    ("name", "marker"),
    [
        ("support", "support"),
        ("a --> b", "a-b"),
        ("x\n<script>", "xscript"),
        ("-->", "gate"),
        ("v1.2_x", "v1.2_x"),
    ],
)
def test_the_first_line_is_a_marker_that_no_name_can_close(name: str, marker: str) -> None:
    first = written(replace(hostile_gates.report(), name=name)).split("\n")[0]
    assert first == f"<!-- ticketbench-gate: {marker} -->"


@options(max_examples=60, deadline=None, derandomize=True)
@given(st.text(max_size=40) | st.text("->!<|`@[](){}\n\r a1#*_~\\:/", max_size=40))
def test_no_text_becomes_markup_or_breaks_a_row(text: str) -> None:
    of = hostile_gates.report()
    wrong = WrongTicket(f"t{text}", text)
    named = gate("must pass", "fail", rubric_set=text, tickets=(wrong,))
    (against,) = of.comparisons
    flip = replace(flips()[0], ticket_id=f"t{text}", gold=text, candidate_label=text)
    comparison = replace(against.comparison, base=text, flips=(flip,))
    found = written(
        replace(
            of,
            name=f"n{text}",
            results=(named,),
            comparisons=(replace(against, base=text, comparison=comparison, rubrics=()),),
        ),
        texts={f"t{text}": text},
    )
    is_harmless(found)
    assert [cells(row) for row in rows(found)] == [5] * 4 + [3] * 3 + [4] * 5 + [5] * 3
    assert re.fullmatch(r"<!-- ticketbench-gate: [\w.-]+ -->", found.split("\n")[0])


MANY = 100_000
GATES = 20_000


def test_20000_gates_are_cut_at_the_end_of_a_row() -> None:
    of = replace(hostile_gates.report(), results=(gate(label=LABEL),) * GATES)
    found = written(of)
    is_harmless(found)
    assert found.endswith("\n\n*Cut here: the rest is in the JSON of the gate.*\n")
    assert {cells(row) for row in rows(found.partition("<details>")[2])} == {3}
    assert len(found) > MOST_CHARACTERS - 10_000


def test_100000_broken_tickets_are_ten_rows() -> None:
    (against,) = hostile_gates.report().comparisons
    broken = flips()[:12] * (MANY // 12)
    many = replace(against, comparison=replace(against.comparison, flips=broken))
    found = written(replace(hostile_gates.report(), comparisons=(many,)))
    is_harmless(found)
    assert "<summary>99,996 tickets broken, 0 fixed" in found
    assert "The 10 most confidently wrong; the others are in the JSON." in found
    assert [cells(row) for row in rows(found)].count(5) == 4 + 12


def test_100000_rubrics_are_eight_and_a_count() -> None:
    (against,) = hostile_gates.report().comparisons
    many = replace(against, rubrics=against.rubrics * (MANY // 4))
    found = written(replace(hostile_gates.report(), comparisons=(many,)))
    is_harmless(found)
    assert "- and 99992 more rubrics" in found.replace("99,992", "99992")
    assert found.count("\n- ") == 9


def test_a_cut_within_details_closes_them() -> None:
    (against,) = hostile_gates.report().comparisons
    long = "word " * 400
    broken = tuple(replace(flip, gold=long, base_label=long) for flip in flips())
    one = replace(against, comparison=replace(against.comparison, flips=broken), rubrics=())
    found = written(replace(hostile_gates.report(), results=(gate(),), comparisons=(one,) * 3))
    is_harmless(found)
    assert found.endswith("\n\n</details>\n\n*Cut here: the rest is in the JSON of the gate.*\n")


def test_a_text_of_a_million_characters_leaves_the_verdict() -> None:
    huge = HOSTILE * 5_000
    of = replace(
        hostile_gates.report(),
        results=tuple(gate(outcome="fail", label=huge) for _ in range(30)),
        comparisons=(replace(hostile_gates.against(), changed=(huge,)),),
    )
    found = written(of, texts={flips()[0].ticket_id: huge})
    is_harmless(found)
    assert found.split("\n")[1].endswith("30 gates failed")


def test_a_short_report_is_not_cut() -> None:
    of = replace(hostile_gates.report(), comparisons=(), results=(gate(rubric_set="v2"),))
    found = written(of)
    assert "Cut here" not in found
    assert found.endswith("ticketbench 0.1.0.\n\n</details>\n")


def test_the_gates_are_a_table_with_failures_in_bold() -> None:
    of = replace(
        hostile_gates.report(),
        comparisons=(),
        results=(gate(rubric_set="v2"), gate(outcome="fail", rubric_set="v2")),
    )
    lines = written(of).split("\n")
    assert lines[1] == "### sup\\|port --\\> @\u2060me \\<b\\>: 1 gate failed, 1 passed"
    assert lines[3].startswith("Next: read the broken tickets")
    finding = "80.0% \\[72.0, 86.0\\] on 120 tickets"
    assert lines[5] == f"**fail:** Accuracy \\(v2\\) at least 70%: {finding}."
    assert lines[7:13] == [
        "<details><summary>Every gate (2)</summary>",
        "",
        "| gate | found | |",
        "|---|---|---|",
        f"| Accuracy \\(v2\\) at least 70% | {finding} | pass |",
        f"| Accuracy \\(v2\\) at least 70% | {finding} | **fail** |",
    ]


def test_texts_are_shown_only_where_they_are_given_and_only_their_beginning() -> None:
    id_ = flips()[0].ticket_id
    with_texts = written(hostile_gates.report(), texts={id_: "x" * 300})
    assert f"| {'x' * 200} \\(cut\\) |" in with_texts
    assert "x" * 201 not in with_texts
    assert "text |" not in written(hostile_gates.report(), texts={})


def test_labels_that_lost_recall_are_rows_and_those_that_won_are_not() -> None:
    found = [row for row in rows(written(hostile_gates.report())) if "recall of" in row]
    assert len(found) == 1
    assert found[0].endswith("| 90.0% | 60.0% | -30.0 \\[-40.0, -20.0\\] |")


def test_the_three_labels_that_lost_most_are_told_worst_first() -> None:
    (against,) = hostile_gates.report().comparisons
    (one, _) = against.comparison.label_differences
    losses = [
        replace(one, label=f"l{loss}", difference=Estimate(-loss / 100, -0.5, 0.1, 9, ""))
        for loss in (1, 40, 3, 20)
    ]
    changed = replace(against.comparison, label_differences=tuple(losses))
    of = replace(hostile_gates.report(), comparisons=(replace(against, comparison=changed),))
    found = re.findall(r"recall of (l\d+)", written(of))
    assert found == ["l40", "l20", "l3"]


def test_missing_answers_leave_verdict_next_step_and_counts() -> None:
    of = replace(
        hostile_gates.report(),
        name="support",
        answered=(Answered("v2", 7, 0, 7, 7, (Missing(7, "nobody asked"),)),),
        allowed=0,
        results=(),
        comparisons=(),
    )
    text = written(of)
    assert rows(text) == []
    assert "### support: 7 answers missing: 7 because nobody asked; no gate was judged" in text
    assert "Next: someone with a key asks for them" in text
    assert "v2: 7 requested = 0 scored \\+ 7 failed" in text


def test_the_same_gates_give_the_same_bytes() -> None:
    assert written(hostile_gates.report()) == written(hostile_gates.report())


def test_a_finding_is_a_paragraph_that_no_path_can_leave() -> None:
    found = Finding("TB305", "warning", "it slid", "3 changes", f"pin {hostile_gates.HOSTILE}")
    shown = written(replace(hostile_gates.report(), findings=(found,)))
    assert "\n**Warning: it slid:** 3 changes. Next: pin 50% off" in shown
    is_harmless(shown)


def before_folds(text: str) -> list[str]:
    """The lines that are seen before the first fold; the marker is seen by a bot alone."""
    first, *lines = text.partition("<details>")[0].splitlines()
    assert first.startswith("<!--")
    return [line for line in lines if line]


def test_at_most_twelve_lines_stand_before_the_folds() -> None:
    full = hostile_gates.report()
    finding = Finding("TB305", "warning", "it slid", "3 changes", "pin it")
    (against,) = full.comparisons
    for of in (
        full,
        replace(full, findings=(finding,) * 5),
        replace(full, comparisons=(against,) * 6, findings=(finding,)),
        replace(full, comparisons=()),
    ):
        assert len(before_folds(written(of))) <= 12


def test_the_first_gate_that_did_not_pass_is_told_and_how_many_more() -> None:
    (told,) = [line for line in before_folds(written(hostile_gates.report())) if "below." in line]
    assert told.startswith("**fail:** every ticket and label of the baseline is there")
    assert told.endswith(" And 7 more below.")
    open_ = (gate(outcome="skipped", n=3, n_needed=9), gate(outcome="inconclusive", reason="few"))
    of = replace(hostile_gates.report(), comparisons=(), results=open_)
    assert before_folds(written(of))[2].startswith("**inconclusive:** Accuracy ")


def test_what_changed_is_four_rows_with_a_word_each() -> None:
    lines = before_folds(written(hostile_gates.report()))
    assert lines[-4].endswith(" | change (95%) | |")
    assert lines[-2].startswith("| right of 100 | 84 | 74 | -10 ")
    assert lines[-2].endswith(" | worse |")
    assert lines[-1].startswith("| cost a ticket | 1.10 | 1.25 | ")
    verdict = next(line for line in lines if line.startswith("**v2"))
    assert "is worse** than base" in verdict
    assert verdict.endswith("Of 110 tickets with a label 1 is fixed and 12 broken.")


def test_where_every_gate_passed_and_no_ticket_turned_two_lines_stand_before_the_folds() -> None:
    row = [0.8, 0.1, 0.1]
    tiny = compare(table([row], ["a"]), table([row], ["a"], rubric_set="v2"))
    quiet = replace(hostile_gates.against(), comparison=tiny, still_wrong=())
    of = replace(hostile_gates.report(), name="s", results=(gate(),), comparisons=(quiet,))
    text = written(of)
    assert before_folds(text) == [
        "### s: 1 gate passed",
        "**v2 is v1**: no answer differs. Of 1 ticket with a label 0 are fixed and 0 broken.",
    ]
    assert "<summary>Every gate (1)</summary>" in text
    assert "<summary>Measures against v1</summary>" in text


def test_nothing_of_before_is_lost_in_the_folds() -> None:
    """Every gate, finding, measure, rubric and ticket, and the origin, each under its title."""
    finding = Finding("TB305", "warning", "it slid", "3 changes", "pin it")
    text = written(replace(hostile_gates.report(), findings=(finding,)))
    titles = re.findall("<summary>(.*?)</summary>", text)
    assert [title.partition(" ")[0] for title in titles] == [
        "Every", "Before", "Measures", "Rubrics", "12", "Data",
    ]  # fmt: skip
    folds = text.partition("<details>")[2]
    for part in ("**Warning: it slid:** 3 changes. Next: pin it.", "The verdict rests on ",
                 "Changed since it was blessed: ", "2 tickets not in ", "| recall of ",
                 "- quiet: 0 fixed", "318 scored"):  # fmt: skip
        assert part in folds
