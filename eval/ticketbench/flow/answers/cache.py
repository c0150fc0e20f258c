"""The answer cache of a config: what is in it, and cleaning it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.types import Missing
from ticketbench.edge.redaction import shown_url
from ticketbench.flow.steps.inputs import read_inputs
from ticketbench.flow.steps.sources.answers import answer_source

if TYPE_CHECKING:
    from ticketbench.core.rubrics import RubricSet


@dataclass(frozen=True, slots=True)
class SetInfo:
    """Where the answers of one rubric set are, and why some are missing; of these the endpoint
    refused `refused`.
    """

    rubric_set: str
    questions: int
    recorded: int
    cached: int
    missing: int
    reasons: tuple[Missing, ...]
    refused: int = 0


@dataclass(frozen=True, slots=True)
class CacheInfo:
    """The cache and recording of a config; `stored` counts all answers in the cache file, `refused`
    the questions that were refused since they were last answered, if they ever were, and
    `open_batches` names the batches that no run has read yet.
    """

    cache: str
    bytes: int
    stored: int
    recording: str
    rubric_sets: tuple[SetInfo, ...]
    refused: int = 0
    open_batches: tuple[str, ...] = ()


def cache_info(config: Path, *, overrides: Sequence[str] = ()) -> CacheInfo:
    """Count what is stored for the config; sends nothing."""
    from ticketbench.edge.replay.every_ticket import plan

    inputs = read_inputs(config, overrides=overrides, search=False)
    recording = inputs.config.recording_path
    with answer_source(inputs, mode="replay") as sources:
        path = sources.cache.path
        stored, refused = len(sources.cache.stored_keys()), len(sources.cache.refusals())
        batches = sources.cache.open_batches()
        plans = {r.name: plan(inputs.dataset, r, sources.of(r)) for r in inputs.rubric_sets}
    return CacheInfo(
        cache=str(path),
        bytes=path.stat().st_size if path.exists() else 0,
        stored=stored,
        recording=str(recording or ""),
        rubric_sets=tuple(
            SetInfo(name, p.questions, p.recorded, p.cached, p.missing, p.reasons, p.refused)
            for name, p in plans.items()
        ),
        refused=refused,
        open_batches=tuple(f"{one.shown} to {shown_url(one.url)}" for one in batches),
    )


@dataclass(frozen=True, slots=True)
class Pruned:
    """Answers of one cache file: how many are used by the given configs, how many are not; and how
    many refusals are of no question of theirs.
    """

    cache: str
    kept: int
    removed: int
    refusals_removed: int = 0


def prune(
    configs: Sequence[Path], *, dry_run: bool = False, overrides: Sequence[str] = ()
) -> tuple[Pruned, ...]:
    """Remove from each cache of `configs` the answers and refusals that none of them uses.

    With `dry_run` only counted. Raises MachineError when a cache cannot be written.
    """
    from ticketbench.edge.answers.cache import AnswerCache
    from ticketbench.edge.answers.cache_file import real_path
    from ticketbench.edge.answers.memo import Memo
    from ticketbench.edge.replay.questions import questions

    used: dict[Path, set[str]] = {}
    rubrics_of: dict[Path, list[RubricSet]] = {}
    shown: dict[Path, Path] = {}
    for config in configs:
        inputs = read_inputs(config, overrides=overrides, search=False)
        # However two configs spell it, one file is one cache.
        path = real_path(inputs.config.cache_path).resolve()
        shown.setdefault(path, real_path(inputs.config.cache_path))
        for rubrics in inputs.rubric_sets:
            asked = questions(inputs.dataset, rubrics, inputs.url_of(rubrics))
            used.setdefault(path, set()).update(asked.position, asked.in_file)
            rubrics_of.setdefault(path, []).append(rubrics)
    found = []
    for path, keys in used.items():
        with AnswerCache(path) as cache:
            stored = cache.stored_keys()
            unused = [key for key in stored if key not in keys]
            refused = [key for key in cache.refusals() if key not in keys]
            if (unused or refused) and not dry_run:
                Memo.beside(cache.path).forget()
                cache.delete([*unused, *refused], rubrics_of[path])
        kept = len(stored) - len(unused)
        found.append(Pruned(str(shown[path]), kept, len(unused), len(refused)))
    return tuple(found)
