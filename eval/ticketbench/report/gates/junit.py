"""Gates as JUnit XML: one test case a gate, for whatever CI shows such files."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from ticketbench.measure.gates.results import GateReport, GateResult
from ticketbench.report.gates.verdict import GateVerdict, gate_words
from ticketbench.report.rendering import visible

_ILLEGAL = re.compile("[\ud800-\udfff\ufffe\uffff\x00-\x08\x0b\x0c\x0e-\x1f]")


def junit_xml(report: GateReport, verdict: GateVerdict) -> bytes:
    """The suite as UTF-8 XML.

    A failed gate is a failure; an inconclusive or skipped one, and missing answers, are skipped
    unless the verdict makes the command fail for them.
    """
    suite = ET.Element("testsuite", name=_legal(f"ticketbench {report.name}"))
    if verdict.outcome == "incomplete":
        case = ET.SubElement(suite, "testcase", classname=_legal(report.name), name="answers")
        kind = "failure" if verdict.red else "skipped"
        ET.SubElement(case, kind, message=_legal(verdict.headline)).text = verdict.action
    for result in report.results:
        _add_case(suite, report, result, verdict)
    for kind in ("failure", "skipped"):
        n = sum(case.find(kind) is not None for case in suite)
        suite.set({"failure": "failures"}.get(kind, kind), str(n))
    suite.set("tests", str(len(suite)))
    suite.set("errors", "0")
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    body: bytes = ET.tostring(root, "utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + body + b"\n"


def _add_case(
    suite: ET.Element, report: GateReport, result: GateResult, verdict: GateVerdict
) -> None:
    words = gate_words(result)
    classname = _legal(f"{report.name}.{result.rubric_set}")
    case = ET.SubElement(suite, "testcase", classname=classname, name=_legal(words.demand))
    undecided = result.outcome in ("inconclusive", "skipped")
    message = f"{result.outcome}: {words.found}"
    if result.outcome == "fail" or (undecided and verdict.outcome == "undecided" and verdict.red):
        ET.SubElement(case, "failure", message=_legal(message), type=result.outcome)
    elif undecided:
        ET.SubElement(case, "skipped", message=_legal(message))
    else:
        ET.SubElement(case, "system-out").text = _legal(words.found)


def _legal(text: str) -> str:
    """`text` without what XML cannot hold; invisible characters are written out."""
    return _ILLEGAL.sub("\ufffd", visible(text))
