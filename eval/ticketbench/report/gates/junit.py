"""Gates as JUnit XML: one test case a gate, for whatever CI shows such files."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from ticketbench.measure.gates.results import GateReport, GateResult
from ticketbench.report.gates.places import Places, file_and_line, place_of
from ticketbench.report.gates.rules import change_texts, decided_text, own_text
from ticketbench.report.gates.verdict import GateVerdict, gate_words
from ticketbench.report.masking.texts import NO_TEXTS, Masking
from ticketbench.report.rendering import visible

_ILLEGAL = re.compile("[\ud800-\udfff\ufffe\uffff\x00-\x08\x0b\x0c\x0e-\x1f]")


def junit_xml(
    report: GateReport, verdict: GateVerdict, places: Places, *, masked: Masking = NO_TEXTS
) -> bytes:
    """The suite as UTF-8 XML; each case names file and line where they are known.

    A failed gate is a failure; an inconclusive or skipped one, and missing answers, are skipped
    unless the verdict makes the command fail for them.
    """
    suite = ET.Element("testsuite", name=_legal(f"ticketbench {report.name}"))
    if verdict.outcome == "incomplete":
        case = _case(suite, report.name, "answers", places.config)
        kind = "failure" if verdict.red else "skipped"
        ET.SubElement(case, kind, message=_legal(verdict.headline)).text = verdict.action
    for result in report.results:
        classname = f"{report.name}.{result.rubric_set}"
        case = _case(suite, classname, gate_words(result).demand, place_of(result, places))
        _tell(case, result, verdict, masked)
    if report.rules is not None and (told := decided_text(report.rules)):
        listed = "\n".join((told, *change_texts(report.rules, masked), own_text(report)))
        ET.SubElement(suite, "system-out").text = _legal(listed.rstrip())
    for kind in ("failure", "skipped"):
        n = sum(case.find(kind) is not None for case in suite)
        suite.set({"failure": "failures"}.get(kind, kind), str(n))
    suite.set("tests", str(len(suite.findall("testcase"))))
    suite.set("errors", "0")
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    body: bytes = ET.tostring(root, "utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + body + b"\n"


def _case(suite: ET.Element, classname: str, name: str, where: str) -> ET.Element:
    """A test case that takes no time."""
    file, line = file_and_line(where)
    known = {"file": file, "line": line}
    given = {key: _legal(value) for key, value in known.items() if value}
    own = {"classname": _legal(classname), "name": _legal(name), "time": "0"}
    return ET.SubElement(suite, "testcase", own | given)


def _tell(case: ET.Element, result: GateResult, verdict: GateVerdict, masked: Masking) -> None:
    undecided = result.outcome in ("inconclusive", "skipped")
    found = gate_words(result, masked).found
    message = f"{result.outcome}: {found}"
    if result.outcome == "fail" or (undecided and verdict.outcome == "undecided" and verdict.red):
        ET.SubElement(case, "failure", message=_legal(message), type=result.outcome)
    elif undecided:
        ET.SubElement(case, "skipped", message=_legal(message))
    else:
        ET.SubElement(case, "system-out").text = _legal(found)


def _legal(text: str) -> str:
    """`text` without what XML cannot hold; invisible characters are written out."""
    return _ILLEGAL.sub("\ufffd", visible(text))
