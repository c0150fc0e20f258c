"""summary.md: the answer in twelve lines at most, and every number in folds below it."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from ticketbench.measure.compare import Comparison
from ticketbench.measure.evaluation import Evaluation
from ticketbench.measure.results import RunResults
from ticketbench.measure.trained.classifier import TrainedClassifier
from ticketbench.report.endpoints.words import board_heads, board_note, board_rows
from ticketbench.report.masking.texts import Masking
from ticketbench.report.policy_line import set_now_text, yaml_text
from ticketbench.report.rendering import Report, visible
from ticketbench.report.words import numbers
from ticketbench.report.words.answers import NOT_SHOWN, answers
from ticketbench.report.words.production import refusal_text
from ticketbench.report.words.recommendation import preferred, verdict_texts
from ticketbench.report.words.setting import setting_text
from ticketbench.report.words.thresholds import none_chosen_text, told
from ticketbench.report.words.verdict import needed_text

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|@~&])")
_LINK = re.compile(r"\b(https?|ftp)(?=:)|\b(www)(?=\.)", re.IGNORECASE)
_MOST_BROKEN = 10


def escaped(text: str) -> str:
    """`text` as plain words of a Markdown table cell: no markup, mentions, links, line ends."""
    flat = " ".join(visible(text).split())
    plain = _SPECIAL.sub(r"\\\1", flat).replace("\\@", "@\u2060")
    return _LINK.sub(r"\g<0>\\", plain)


def folded(title: str, lines: Sequence[str]) -> list[str]:
    """Lines that are read on demand, under a title; none: nothing."""
    kept = list(lines)
    while kept and not kept[-1]:
        kept.pop()
    if not kept:
        return []
    return [f"<details><summary>{_in_html(title)}</summary>", "", *kept, "", "</details>", ""]


def _in_html(text: str) -> str:
    """`text` where Markdown is not read but HTML is, and where a mention would still be one."""
    flat = html.escape(" ".join(visible(text).split()))
    return re.sub("[@#]", "\\g<0>\u2060", flat)


def markdown_summary(report: Report) -> bytes:
    """The summary as UTF-8 Markdown: two lines before the folds where no ticket turned."""
    results = report.results
    chosen, advice = preferred(results), setting_text(results.recommendation, results.evaluations)
    title = _small(advice.headline, keep=chosen.provenance.rubric_set)
    lines = [f"# {escaped(results.name)}: {escaped(title)}", ""]
    lines += [f"{escaped(advice.of_100)}.", ""] if advice.of_100 else []
    first = _first_lines(results, target=advice.target)
    if results.comparisons and not any(c.contingency.turned for c in results.comparisons):
        lines += folded("Which set, does it pay, who is hurt, what to fix", first)
    else:
        lines += first
    lines += _folds(report)
    return ("\n".join(lines).rstrip("\n") + "\n").encode("utf-8")


def _first_lines(results: RunResults, *, target: str) -> list[str]:
    """Four rows, what is promised, what to know, and what to do next."""
    lines = [f"- {escaped(f'{one.name}: {one.row}')}" for one in answers(results)]
    lines += [""] if lines else []
    lines += [f"{escaped(target)}.", ""] if target else []
    for e in results.evaluations:
        if e.n_failed:
            name = escaped(e.provenance.rubric_set)
            text = f"{e.n_failed} of {e.n_requested} tickets have no answer under {name}"
            why = f" ({e.n_refused} refused by the endpoint)" if e.n_refused else ""
            lines += [f"**{text}**{why}; they are counted, not scored."]
    warnings = sum(found.severity != "note" for found in results.findings)
    if warnings:
        lines += [f"{numbers.count(warnings, 'warning')} before you rely on this: below."]
    lines += [""] if lines and lines[-1] else []
    return [*lines, *_next(results)]


def _next(results: RunResults) -> list[str]:
    """What to set, and what to read in the page beside this file."""
    found = results.recommendation
    if found is None or found.setting is None:
        return []
    chosen = preferred(results)
    line, now = yaml_text(found, chosen), escaped(set_now_text(found, chosen))
    if results.in_parts:
        return [f"Next: set `{line}` ({now}).", "", f"{escaped(NOT_SHOWN)}.", ""]
    show, what = "wrong", "the wrong tickets"
    if found.challenger:
        broken = results.broken(found.today.rubric_set, found.challenger)
        show = "broken"
        what = "the broken tickets" if broken is None else numbers.count(broken, "broken ticket")
    return [f"Next: set `{line}` ({now}); read {what}: `index.html#show={show}`.", ""]


def _folds(report: Report) -> list[str]:
    """Everything that was measured, a fold a question."""
    results, chosen = report.results, preferred(report.results)
    name = chosen.provenance.rubric_set
    thresholds = [f"- {rule}: {escaped(text)}" for rule, text in told(chosen)]
    thresholds += [] if chosen.thresholds else [f"- {escaped(none_chosen_text(chosen))}"]
    mixes = [f"- {escaped(refusal_text(mix))}" for mix in results.production if not mix.usable]
    findings = [
        f"- {escaped(f'{f.title}: {f.evidence}')} – {escaped(f.action)} ({f.code})"
        for f in results.findings
    ]
    lines = folded("What it rests on", _rests_on(results))
    lines += folded("Endpoints side by side", _board(results))
    lines += folded("Every measure", _table(results.evaluations))
    lines += folded(f"Every way to choose a threshold for {name}", thresholds)
    lines += folded("Trained on these tickets instead, judged on others", _trained(results))
    lines += folded("At the mix of production", mixes)
    for comparison in results.comparisons:
        lines += _broken(comparison, report.masked)
    lines += folded(f"Before you rely on this ({len(findings)})", findings)
    return lines + folded("Data", _origin(report))


def _rests_on(results: RunResults) -> list[str]:
    """The recommendation and the verdicts with their figures."""
    advice = setting_text(results.recommendation, results.evaluations)
    said = [line for line in advice.lines if line != advice.of_100]
    lines = [part for line in said for part in (f"{escaped(line)}.", "")]
    for words in verdict_texts(results):
        lines += [f"**{escaped(words.headline)}.** {escaped(words.evidence)}.", ""]
        lines += [f"So: {escaped(words.action)}.", ""]
        lines += [f"{escaped(words.rests_on)}.", ""] if words.rests_on else []
    return lines


def _small(sentence: str, *, keep: str) -> str:
    """With a small first letter, unless it begins with the name to `keep`."""
    return sentence if sentence.startswith(keep) else sentence[:1].lower() + sentence[1:]


def _table(evaluations: tuple[Evaluation, ...]) -> list[str]:
    names = [escaped(e.provenance.rubric_set) for e in evaluations]
    rows = [f"| metric | {' | '.join(names)} |", "|---|" + "---|" * len(names)]
    of_each = [(*e.metrics, *e.routing.summary.metrics) for e in evaluations]
    for results in zip(*of_each, strict=True):
        cells = [escaped(numbers.estimate(r.estimate, share=r.share)) for r in results]
        rows.append(f"| {escaped(results[0].title)} | {' | '.join(cells)} |")
    by_hand = [numbers.number(evaluations[0].settings.costs.review)] * len(names)
    rows.append(f"| Cost, a person reading every ticket | {' | '.join(by_hand)} |")
    threshold = numbers.threshold(evaluations[0].settings.policy.threshold)
    rows.append(f"| threshold of the policy | {' | '.join([threshold] * len(names))} |")
    answered = [f"{e.n_requested} = {e.n_scored} + {e.n_failed}" for e in evaluations]
    rows.append(f"| requested = scored + failed | {' | '.join(answered)} |")
    return rows


def _board(results: RunResults) -> list[str]:
    """A line a set, the most accurate first; nothing for a single endpoint."""
    board = results.leaderboard
    if board is None:
        return []
    rows = [board_heads(board), *board_rows(results, board)]
    lines = [f"| {' | '.join(map(escaped, row))} |" for row in rows]
    rule = f"|{'---|' * len(rows[0])}"
    return [lines[0], rule, *lines[1:], "", escaped(f"{board_note(board)}.")]


def _trained(results: RunResults) -> list[str]:
    lines = [f"{escaped(results.trained_missing)}.", ""] if results.trained_missing else []
    baselines: tuple[TrainedClassifier, ...] = results.trained
    for baseline in baselines:
        accuracy = numbers.estimate(baseline.metric("accuracy"))
        lines.append(f"- {escaped(f'{baseline.title}: accuracy {accuracy}')}")
        lines += [f"- {escaped(needed_text(baseline, needed))}" for needed in baseline.needed]
    return lines


def _broken(comparison: Comparison, masked: Masking) -> list[str]:
    broken = [flip for flip in comparison.flips if flip.kind == "broken"]
    if not broken:
        return []
    title = f"{numbers.count(len(broken), 'ticket')} broken by {comparison.candidate}"
    lines = [f"| ticket | gold | {escaped(comparison.base)} | {escaped(comparison.candidate)} |"]
    lines += ["|---|---|---|---|"]
    for flip in broken[:_MOST_BROKEN]:
        base = f"{escaped(flip.base_label)} {flip.base_score:.2f}"
        candidate = f"{escaped(flip.candidate_label)} {flip.candidate_score:.2f}"
        ticket = escaped(masked.shown_id(flip.ticket_id))
        lines.append(f"| {ticket} | {escaped(flip.gold)} | {base} | {candidate} |")
    return folded(title, lines)


def _origin(report: Report) -> list[str]:
    results = report.results
    asked = dict.fromkeys(e.provenance.endpoint for e in results.evaluations)
    return [
        f"Dataset {escaped(results.dataset.name)} ({results.dataset.n} tickets, "
        f"sha256 `{results.dataset.fingerprint[:12]}`), answers of "
        f"{escaped(', '.join(asked))}, ticketbench {report.tool_version}.",
        *_read(results),
    ]


def _read(results: RunResults) -> list[str]:
    """What was done to the table before its tickets were judged; nothing for most."""
    texts = results.report.intake.texts
    return ["", f"Read: {escaped('; '.join(texts))}."] if texts else []
