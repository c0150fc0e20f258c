"""Waiting for batches: asked again and again, in growing distances, until a deadline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from ticketbench.core.errors import EndpointError
from ticketbench.edge.batches.every_batch import Clock, EveryBatch
from ticketbench.edge.batches.server import Later
from ticketbench.edge.redaction import shown_url

_MOST_IN_A_ROW = 10
"""Answers that say nothing of a batch; as many as single questions may fail in a row."""


def wait_for(
    batches: Sequence[EveryBatch], *, clock: Clock, progress: Callable[[int, int], None] | None
) -> None:
    """Return when no batch is pending; those that are not over in time stay open.

    Asked after 2, 4, ... and then every 60 seconds, at once where every batch is of an earlier run.
    Raises EndpointError where one cannot be read, or an endpoint says nothing of it ten times in a
    row; batches that are over by then are stored.
    """
    began, total, silent = clock.now(), _n_pending(batches), Counter[str]()
    wait_s = clock.wait_s(0.0) if any(one.counts.uploaded for one in batches) else 0.0
    while waiting := [one for one in batches if one.pending]:
        until = began + min(one.timeout_s for one in waiting)
        clock.sleep(min(wait_s, max(0.0, until - clock.now())))
        asked_s = max(_round(one, silent) for one in waiting)
        wait_s = max(asked_s, clock.wait_s(wait_s))
        for one in waiting:
            if one.pending and clock.now() - began >= one.timeout_s:
                one.give_up(_too_late(one))
        if progress is not None:
            progress(total - _n_pending(batches), total)


def _n_pending(batches: Sequence[EveryBatch]) -> int:
    return sum(len(batch.custom_ids) for one in batches for batch in one.pending)


def _round(batches: EveryBatch, silent: Counter[str]) -> float:
    """Ask for every pending batch of an endpoint; seconds that it wants to be left alone."""
    asked_s = 0.0
    for batch in tuple(batches.pending):
        try:
            batches.look(batch)
            silent[batch.mark] = 0
        except Later as error:
            silent[batch.mark] += 1
            asked_s = max(asked_s, error.wait_s)
            if silent[batch.mark] >= _MOST_IN_A_ROW:
                raise EndpointError(
                    f"nothing can be learned of batch {batch.id}: {error}",
                    where=shown_url(batches.wanted.url),
                    help="the batch goes on without this run: the same command takes it up",
                ) from None
    return asked_s


def _too_late(batches: EveryBatch) -> str:
    """Such as "batch b-1 is not finished after 24 h: ... --resume-batch b-1"."""
    ids, timeout_s = [batch.id for batch in batches.pending], batches.timeout_s
    name = f"batch {ids[0]} is" if len(ids) == 1 else f"batches {', '.join(ids)} are"
    after = f"{timeout_s / 3600:g} h" if timeout_s >= 3600 else f"{timeout_s:g} s"
    told = " ".join(f"--resume-batch {one}" for one in ids)
    return f"{name} not finished after {after}; elsewhere {told} takes up the same"
