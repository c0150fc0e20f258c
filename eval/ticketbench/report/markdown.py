"""summary.md: the verdict and the main numbers, short enough for a pull request."""

from __future__ import annotations

import re

from ticketbench.measure.compare import Comparison
from ticketbench.measure.evaluation import Evaluation
from ticketbench.measure.trained.classifier import TrainedClassifier
from ticketbench.report.masking.texts import Masking
from ticketbench.report.rendering import Report, visible
from ticketbench.report.words import numbers
from ticketbench.report.words.mix import refusal_text
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


def markdown_summary(report: Report) -> bytes:
    """The summary as UTF-8 Markdown."""
    results = report.results
    chosen, verdicts = preferred(results), verdict_texts(results)
    advice = setting_text(results.recommendation, results.evaluations)
    title = _small(advice.headline, keep=chosen.provenance.rubric_set)
    lines = [f"# {escaped(results.name)}: {escaped(title)}", ""]
    lines += [part for line in advice.lines for part in (f"{escaped(line)}.", "")]
    for i, words in enumerate(verdicts):
        lines += [f"**{escaped(words.headline)}.** {escaped(words.evidence)}.", ""]
        lines += [f"{'' if i else 'Next: '}{escaped(words.action)}.", ""]
        lines += [f"{escaped(words.rests_on)}.", ""] if words.rests_on else []
    for e in results.evaluations:
        if e.n_failed:
            name = escaped(e.provenance.rubric_set)
            text = f"{e.n_failed} of {e.n_requested} tickets have no answer under {name}"
            lines += [f"**{text}**; they are counted, not scored.", ""]
    lines += _table(results.evaluations)
    lines += ["", f"Threshold for {escaped(chosen.provenance.rubric_set)}:", ""]
    lines += [f"- {rule}: {escaped(text)}" for rule, text in told(chosen)]
    lines += [f"- {escaped(none_chosen_text(chosen))}"] if not chosen.thresholds else []
    if results.trained_missing:
        lines += ["", f"{escaped(results.trained_missing)}."]
    if results.trained:
        lines += ["", "Trained on these tickets instead, judged on others:", ""]
        lines += _trained(results.trained)
    for mix in results.production:
        if not mix.usable:
            lines += ["", f"At the mix of production: {escaped(refusal_text(mix))}"]
    for comparison in results.comparisons:
        lines += _broken(comparison, report.masked)
    if results.findings:
        lines += ["", "Before you rely on this:", ""]
        lines += [
            f"- {escaped(f'{f.title}: {f.evidence}')} – {escaped(f.action)} ({f.code})"
            for f in results.findings
        ]
    lines += ["", *_origin(report)]
    return ("\n".join(lines) + "\n").encode("utf-8")


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


def _trained(baselines: tuple[TrainedClassifier, ...]) -> list[str]:
    lines = []
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
    lines = ["", f"<details><summary>{title}</summary>", ""]
    lines += [f"| ticket | gold | {escaped(comparison.base)} | {escaped(comparison.candidate)} |"]
    lines += ["|---|---|---|---|"]
    for flip in broken[:_MOST_BROKEN]:
        base = f"{escaped(flip.base_label)} {flip.base_score:.2f}"
        candidate = f"{escaped(flip.candidate_label)} {flip.candidate_score:.2f}"
        ticket = escaped(masked.shown_id(flip.ticket_id))
        lines.append(f"| {ticket} | {escaped(flip.gold)} | {base} | {candidate} |")
    return [*lines, "", "</details>"]


def _origin(report: Report) -> list[str]:
    results = report.results
    source = results.evaluations[0].provenance
    return [
        f"Dataset {escaped(results.dataset.name)} ({results.dataset.n} tickets, "
        f"sha256 `{results.dataset.fingerprint[:12]}`), answers of "
        f"{escaped(source.endpoint)}, ticketbench {report.tool_version}.",
    ]
