"""Gates as Markdown for a pull request: the answer in twelve lines, everything else in folds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ticketbench.measure.compare import Comparison, Flip
from ticketbench.measure.gates.results import Against, GateReport, GateResult
from ticketbench.measure.kinds import RoutingMetric, registered
from ticketbench.report.changes import change_rows, headline_text, turned_text
from ticketbench.report.gates.rules import change_texts, decided_text, new_answers_text, own_text
from ticketbench.report.gates.verdict import GateVerdict, gate_words
from ticketbench.report.markdown import escaped, folded
from ticketbench.report.masking.mask import cut
from ticketbench.report.masking.texts import NO_TEXTS, Masking
from ticketbench.report.words import numbers
from ticketbench.report.words.masks import masked_text
from ticketbench.report.words.missing import answered_text
from ticketbench.report.words.rubrics import change_title, marked, still_wrong_text
from ticketbench.report.words.verdict import fragility_text, losses_text, verdict_text

MOST_CHARACTERS = 60_000
"""GitHub refuses a comment of more than 65,536."""

_MOST_FLIPS = 10
_MOST_COMPARED = 3
_MOST_RUBRICS = 8
_MOST_TEXT = 200
_MOST_CHANGES = 5
_MAIN = ("accuracy", "macro_f1", "ece_equal_mass_10")
"""Shown beside every metric of routing."""
_CUT = "\n\n*Cut here: the rest is in the JSON of the gate.*\n"


def gate_markdown(
    report: GateReport,
    verdict: GateVerdict,
    texts: Mapping[str, str],
    *,
    tool_version: str,
    masked: Masking = NO_TEXTS,
) -> bytes:
    """UTF-8 Markdown of less than 60,000 characters; `texts` by id where they may be shown.

    Its first line is a comment by which a bot finds its own earlier comment again. At most twelve
    lines stand before the folds, and two where every gate passed and no ticket turned.
    """
    lines = [f"<!-- ticketbench-gate: {_marker(report.name)} -->"]
    lines += [f"### {escaped(report.name)}: {escaped(verdict.headline)}", ""]
    lines += _first_lines(report, verdict, masked)
    rows = [_gate_row(one, masked) for one in report.results]
    gates = ["| gate | found | |", "|---|---|---|", *rows]
    lines += _all_changes(report, masked)
    lines += folded(f"Every gate ({len(report.results)})", gates if report.results else [])
    lines += folded(f"Before you rely on this ({len(report.findings)})", _findings(report))
    for against in report.comparisons:
        lines += _against(against, texts, masked)
    lines += folded("Data", [_data(report, tool_version)])
    return _cut("\n".join(lines).rstrip("\n") + "\n").encode("utf-8")


def _first_lines(report: GateReport, verdict: GateVerdict, masked: Masking) -> list[str]:
    """What to do next, gates that did not pass, and what changed."""
    lines = [] if verdict.outcome == "pass" else [f"Next: {escaped(verdict.action)}.", ""]
    lines += _rules(report, masked)
    lines += _not_passed(report, masked)
    if report.findings:
        titles = "; ".join(found.title for found in report.findings)
        lines += [f"**Before you rely on this:** {_cell(titles)}.", ""]
    compared = [one.comparison for one in report.comparisons]
    word = report.evaluations[-1].settings.label_word if report.evaluations else "label"
    for one in compared[:_MOST_COMPARED]:
        head, rest = headline_text(one)
        turned = turned_text(one, label_word=word)
        gap = " " if rest.startswith(" ") else ""
        lines += [f"**{_cell(head)}**{gap}{_cell(rest)}. {escaped(turned)}.", ""]
    if len(compared) == 1 and compared[0].flips:
        lines += _rows(compared[0])
    return lines


def _rules(report: GateReport, masked: Masking) -> list[str]:
    """Whose rules decided, in one line; all that is altered of them stands in a fold."""
    if report.rules is None or not (told := decided_text(report.rules)):
        return []
    changes = change_texts(report.rules, masked)
    more = f"; and {len(changes) - _MOST_CHANGES:,} more" if len(changes) > _MOST_CHANGES else ""
    listed = "; ".join(_cell(one) for one in changes[:_MOST_CHANGES])
    altered = f" {listed}{more}." if changes else ""
    own = f" {escaped(own)}" if (own := own_text(report)) else ""
    return [f"**{escaped(told)}**{altered}{own}", ""]


def _all_changes(report: GateReport, masked: Masking) -> list[str]:
    changes = change_texts(report.rules, masked) if report.rules else []
    listed = [f"- {_cell(one)}" for one in changes] if len(changes) > _MOST_CHANGES else []
    return folded(f"What this change alters of its judge ({len(changes)})", listed)


def _not_passed(report: GateReport, masked: Masking) -> list[str]:
    """The first gate that did not pass, failed ones before others, and how many more."""
    order = {"fail": 0, "inconclusive": 1, "skipped": 2}
    left = sorted((r for r in report.results if r.outcome in order), key=lambda r: order[r.outcome])
    if not left:
        return []
    words = gate_words(left[0], masked)
    more = f" And {len(left) - 1:,} more below." if len(left) > 1 else ""
    return [f"**{left[0].outcome}:** {_cell(words.demand)}: {_cell(words.found)}.{more}", ""]


def _rows(comparison: Comparison) -> list[str]:
    names = f"| | {escaped(comparison.base)} | {escaped(comparison.candidate)} | change (95%) | |"
    rows = [names, "|---|---|---|---|---|"]
    for row in change_rows(comparison):
        change = escaped(row.change)
        rows.append(f"| {row.name} | {row.base} | {row.candidate} | {change} | {row.word} |")
    return [*rows, ""]


def _findings(report: GateReport) -> list[str]:
    lines = []
    for found in report.findings:
        told = f"{escaped(found.evidence)}. Next: {escaped(found.action)}"
        lines += [f"**{found.severity.capitalize()}: {escaped(found.title)}:** {told}.", ""]
    return lines


def _data(report: GateReport, tool_version: str) -> str:
    answered = "; ".join(answered_text(one) for one in report.answered)
    dataset = f"{report.dataset.name} ({numbers.count(report.dataset.n, 'ticket')}, sha256"
    new = new_answers_text(report.rules) if report.rules else ""
    judged = "".join(f"{escaped(one)}. " for one in (answered, new) if one)
    return (
        f"{judged}{escaped(dataset)} "
        f"`{report.dataset.fingerprint[:12]}`), ticketbench {tool_version}."
    )


def _gate_row(result: GateResult, masked: Masking) -> str:
    words = gate_words(result, masked)
    outcome = f"**{result.outcome}**" if result.outcome == "fail" else result.outcome
    return f"| {_cell(words.demand)} | {_cell(words.found)} | {outcome} |"


def _against(against: Against, texts: Mapping[str, str], masked: Masking) -> list[str]:
    comparison = against.comparison
    words = verdict_text(comparison)
    lines = [f"**{escaped(words.headline)}.** {escaped(words.evidence)}.", ""]
    lines += [" ".join(f"{escaped(said)}." for said in _rests_on(comparison)), ""]
    if against.changed:
        changed = f"Changed since it was blessed: {', '.join(against.changed)}."
        lines += [escaped(changed), ""]
    if against.n_new:
        lines += [f"{numbers.count(against.n_new, 'ticket')} not in {escaped(against.base)}.", ""]
    lines += _differences(against)
    measured = folded(f"Measures against {comparison.base}", lines)
    rubrics = folded(f"Rubrics that changed against {comparison.base}", _rubrics(against))
    broken = [flip for flip in comparison.flips if flip.kind == "broken"]
    return [*measured, *rubrics, *_flips(against, broken, texts, masked)]


def _rests_on(comparison: Comparison) -> list[str]:
    return [said for said in (fragility_text(comparison), losses_text(comparison)) if said]


def _differences(against: Against) -> list[str]:
    comparison = against.comparison
    names = f"| | {escaped(comparison.base)} | {escaped(comparison.candidate)} | change (95%) |"
    rows = [names, "|---|---|---|---|"]
    main = (*_MAIN, *(metric.name for metric in registered(RoutingMetric)))
    for d in (d for d in comparison.differences if d.name in main):
        show = numbers.percent if d.share else numbers.number
        change = numbers.difference(d.difference, share=d.share)
        rows.append(
            f"| {_cell(d.title)} | {show(d.base)} | {show(d.candidate)} | {escaped(change)} |"
        )
    worst = sorted(
        (one for one in comparison.of_labels("recall") if one.difference.value < 0),
        key=lambda one: one.difference.value,
    )
    for one in worst[:3]:
        change = numbers.difference(one.difference)
        rows.append(
            f"| recall of {_cell(one.label)} | {numbers.percent(one.base)} | "
            f"{numbers.percent(one.candidate)} | {escaped(change)} |"
        )
    return [*rows, ""]


def _rubrics(against: Against) -> list[str]:
    lines = []
    for change in against.rubrics[:_MOST_RUBRICS]:
        text = marked(
            change,
            removed=lambda words: f"<del>{escaped(words)}</del>",
            added=lambda words: f"<ins>{escaped(words)}</ins>",
            plain=escaped,
        )
        shown = " ".join(text.split()).replace("</del><ins>", "</del> <ins>")
        lines += [f"- {escaped(change_title(change))}  ", f"  {shown}"]
    if len(against.rubrics) > _MOST_RUBRICS:
        lines.append(f"- and {len(against.rubrics) - _MOST_RUBRICS} more rubrics")
    return [*lines, ""] if lines else []


def _flips(
    against: Against, broken: Sequence[Flip], texts: Mapping[str, str], masked: Masking
) -> list[str]:
    if not broken:
        return []
    comparison = against.comparison
    fixed = len(comparison.flips) - len(broken)
    same = sum(flip.base_label == flip.candidate_label for flip in against.still_wrong)
    counts = f"{numbers.count(len(broken), 'ticket')} broken, {fixed:,} fixed, "
    counts += still_wrong_text(len(against.still_wrong), same)
    names = f"| ticket | gold | {escaped(comparison.base)} | {escaped(comparison.candidate)} |"
    lines = [names + (" text |" if texts else ""), "|---|---|---|---|" + ("---|" if texts else "")]
    for flip in broken[:_MOST_FLIPS]:
        base = f"{_cell(flip.base_label)} {flip.base_score:.2f}"
        candidate = f"{_cell(flip.candidate_label)} {flip.candidate_score:.2f}"
        ticket = _cell(masked.shown_id(flip.ticket_id))
        row = f"| {ticket} | {_cell(flip.gold)} | {base} | {candidate} |"
        text = texts.get(flip.ticket_id, "")
        lines.append(row + (f" {_cell(cut(text, _MOST_TEXT))} |" if texts else ""))
    if len(broken) > _MOST_FLIPS:
        lines += ["", f"The {_MOST_FLIPS} most confidently wrong; the others are in the JSON."]
    said = masked_text(masked) if texts else ""
    lines += ["", escaped(said)] if said else []
    return folded(counts, lines)


def _cell(text: str) -> str:
    return escaped(text[: 10 * _MOST_TEXT])


def _marker(name: str) -> str:
    """A name that cannot end the comment."""
    kept = "".join(c for c in name if c.isalnum() or c in "._-")
    return re.sub("-+", "-", kept).strip("-") or "gate"


def _cut(text: str) -> str:
    """`text`, or as many whole lines of it as fit, with every open tag closed."""
    if len(text) < MOST_CHARACTERS:
        return text
    closing = "\n\n</details>"
    kept = text[: MOST_CHARACTERS - len(_CUT) - len(closing) - 1].rpartition("\n")[0]
    open_tags = kept.count("<details>") - kept.count("</details>")
    return kept + closing * open_tags + _CUT
