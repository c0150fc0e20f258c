"""Gates as JUnit XML, read back with junitparser."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import settings as options
from hypothesis import strategies as st
from junitparser import Failure, JUnitXml, Skipped, TestCase, TestSuite

import hostile_gates
from hostile_gates import CONFIG, gate, same_as_golden
from ticketbench.core.types import Missing
from ticketbench.measure.gates.completeness import Answered
from ticketbench.measure.gates.results import GateReport
from ticketbench.measure.gates.rule import Undecided
from ticketbench.report.gates.junit import junit_xml
from ticketbench.report.gates.places import Places
from ticketbench.report.gates.verdict import OnMissing, gate_verdict, gate_words
from ticketbench.report.rendering import visible

OUTCOMES = ("pass", "fail", "inconclusive", "skipped")


def report(*outcomes: str) -> GateReport:
    results = tuple(gate(outcome=outcome, number=i) for i, outcome in enumerate(outcomes))
    return replace(hostile_gates.report(), name="support", results=results, comparisons=())


def written(of: GateReport, undecided: Undecided = "warn", missing: OnMissing = "fail") -> bytes:
    judged = replace(of, undecided=undecided)
    return junit_xml(judged, gate_verdict(judged, missing=missing), hostile_gates.places())


def suite_of(content: bytes) -> TestSuite:
    (suite,) = JUnitXml.fromstring(content)
    assert isinstance(suite, TestSuite)
    return suite


def kinds(suite: TestSuite) -> list[str]:
    """What each case is: failure, skipped or passed."""
    found = []
    for case in suite:
        assert isinstance(case, TestCase)
        names = {Failure: "failure", Skipped: "skipped"}
        found.append(names[type(case.result[0])] if case.result else "passed")
    return found


def counts_agree(suite: TestSuite) -> bool:
    found = kinds(suite)
    counted = (len(found), found.count("failure"), found.count("skipped"), 0)
    return counted == (suite.tests, suite.failures, suite.skipped, suite.errors)


def test_the_xml_of_hostile_gates_is_the_golden_file() -> None:
    same_as_golden("gate.xml", written(hostile_gates.report()))


def test_hostile_gates_parse_and_their_numbers_agree() -> None:
    suite = suite_of(written(hostile_gates.report()))
    assert (suite.tests, suite.failures, suite.skipped, suite.errors) == (10, 5, 3, 0)
    assert counts_agree(suite)


def test_no_hostile_text_is_lost_but_for_what_xml_and_eyes_cannot_hold() -> None:
    given_report = hostile_gates.report()
    for case, result in zip(suite_of(written(given_report)), given_report.results, strict=True):
        words = gate_words(result)
        assert case.name == visible(words.demand)
        assert case.classname == f"{given_report.name}.{result.rubric_set}"
        if case.result:
            assert case.result[0].message == visible(f"{result.outcome}: {words.found}")


@pytest.mark.parametrize(
    ("undecided", "expected"),
    [
        ("warn", ["passed", "skipped", "skipped"]),
        ("fail", ["passed", "failure", "failure"]),
    ],
)
def test_an_undecided_gate_is_skipped_unless_the_command_fails_for_it(
    undecided: Undecided, expected: list[str]
) -> None:
    suite = suite_of(written(report("pass", "inconclusive", "skipped"), undecided))
    assert kinds(suite) == expected
    assert counts_agree(suite)


def test_a_failed_gate_is_a_failure_with_its_finding() -> None:
    suite = suite_of(written(report("pass", "fail")))
    assert kinds(suite) == ["passed", "failure"]
    (failure,) = [case.result[0] for case in suite if case.result]
    assert failure.type == "fail"
    assert failure.message == "fail: 80.0% [72.0, 86.0] on 120 tickets"


def test_missing_answers_are_one_case_that_says_how_many() -> None:
    incomplete = replace(
        report(),
        results=(),
        answered=(Answered("v2", 7, 0, 7, 7, (Missing(7, "nobody asked"),)),),
        allowed=0,
    )
    suite = suite_of(written(incomplete, missing="warn"))
    assert (suite.tests, suite.failures, suite.skipped) == (1, 0, 1)
    (case,) = suite
    assert (case.classname, case.name) == ("support", "answers")
    assert case.result[0].message == "7 answers missing: 7 because nobody asked; no gate was judged"
    assert "ticketbench run CONFIG" in case.result[0].text


def test_each_case_names_file_and_line_and_takes_no_time() -> None:
    of = report("fail", "skipped")
    cases = ET.fromstring(written(of)).findall("testsuite/testcase")
    places = [(case.get("file"), case.get("line"), case.get("time")) for case in cases]
    assert places == [(CONFIG, "10", "0"), (CONFIG, "11", "0")]
    unknown = junit_xml(of, gate_verdict(of), Places())
    assert not any(case.get("file") for case in ET.fromstring(unknown).iter("testcase"))


@options(max_examples=60, deadline=None, derandomize=True)
@given(
    st.text(min_size=1, max_size=40),
    st.sampled_from([*product(OUTCOMES, ("pass", "warn", "fail"))]),
)
def test_any_text_gives_xml_whose_numbers_agree(text: str, how: tuple[str, Undecided]) -> None:
    outcome, undecided = how
    one = gate(outcome=outcome, label=text, rubric_set=text, reason=text, title=text)
    content = written(replace(report(), name=text, results=(one,)), undecided)
    suite = suite_of(content)
    assert counts_agree(suite)
    assert suite.tests == 1
    assert suite_of(content.decode("utf-8").encode("utf-8")).name == suite.name


@pytest.mark.parametrize("text", ["\x00", "\x1b[31m", "\ud800", "\uffff", "\ufffe", "\u202e"])
def test_what_xml_or_eyes_cannot_hold_is_written_out(text: str) -> None:
    of = replace(report("fail"), name=f"a{text}b")
    content = written(of)
    assert text not in content.decode("utf-8")
    assert suite_of(content).name.startswith("ticketbench a")


def test_the_same_gates_give_the_same_bytes() -> None:
    of = hostile_gates.report()
    assert written(of) == written(hostile_gates.report())
    assert written(of).startswith(b'<?xml version="1.0" encoding="utf-8"?>\n<testsuites>')
