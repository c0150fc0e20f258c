"""The answer cache of a config: what is in it, and cleaning it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.types import Missing
from ticketbench.flow.steps.inputs import read_inputs
from ticketbench.flow.steps.sources.answers import answer_source

if TYPE_CHECKING:
    from ticketbench.core.rubrics import RubricSet


@dataclass(frozen=True, slots=True)
class SetInfo:
    """Where the answers of one rubric set are, and why some are missing."""

    rubric_set: str
    questions: int
    recorded: int
    cached: int
    missing: int
    reasons: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class CacheInfo:
    """The cache and recording of a config; `stored` counts all answers in the cache file."""

    cache: str
    bytes: int
    stored: int
    recording: str
    rubric_sets: tuple[SetInfo, ...]


def cache_info(config: Path, *, overrides: Sequence[str] = ()) -> CacheInfo:
    """Count what is stored for the config; sends nothing."""
    from ticketbench.edge.replay.every_ticket import plan

    inputs = read_inputs(config, overrides=overrides)
    recording = inputs.config.recording_path
    with answer_source(inputs, mode="replay") as sources:
        path = sources.cache.path
        stored = len(sources.cache.stored_keys())
        plans = {r.name: plan(inputs.dataset, r, sources.of(r)) for r in inputs.rubric_sets}
    return CacheInfo(
        cache=str(path),
        bytes=path.stat().st_size if path.exists() else 0,
        stored=stored,
        recording=str(recording or ""),
        rubric_sets=tuple(
            SetInfo(name, p.questions, p.recorded, p.cached, p.missing, p.why)
            for name, p in plans.items()
        ),
    )


@dataclass(frozen=True, slots=True)
class Pruned:
    """Answers of one cache file: how many are used by the given configs, how many are not."""

    cache: str
    kept: int
    removed: int


def prune(
    configs: Sequence[Path], *, dry_run: bool = False, overrides: Sequence[str] = ()
) -> tuple[Pruned, ...]:
    """Remove from each cache of `configs` the answers that none of them uses.

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
        inputs = read_inputs(config, overrides=overrides)
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
            if unused and not dry_run:
                Memo.beside(cache.path).forget()
                cache.delete(unused, rubrics_of[path])
        found.append(Pruned(str(shown[path]), len(stored) - len(unused), len(unused)))
    return tuple(found)
