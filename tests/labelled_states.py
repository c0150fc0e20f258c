"""States of labels as `label next` leaves them, made without any set being run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ticketbench.core.policy import Costs, Policy
from ticketbench.edge.labels.state import (
    LabelState,
    LogOf,
    SideOf,
    Source,
    order_digest,
    state_bytes,
)

OLD, NEW, OTHER, NONE = "x", "y", "z", "__none__"
"""What the base says where the sets differ, what the candidate says, a third label, and none."""


def state(
    n: int = 40,
    differ: Sequence[int] = range(1, 41),
    *,
    target: str = "accuracy",
    outcomes: tuple[int, int] = (0, 0),
    n_first: int = 0,
    groups: Sequence[int] = (),
) -> LabelState:
    """Tickets T1 .. Tn in their order: at the places `differ` the base says x, the candidate y.

    Elsewhere both say x. `outcomes` are those of base and candidate, of every ticket.
    """
    ids, places = tuple(f"T{i}" for i in range(1, n + 1)), tuple(differ)
    tops = tuple(int(place in places) for place in range(1, n + 1))
    url = "local://lexical/v1/classify"
    return LabelState(
        source=Source("eval.yaml", (), "week.csv", "", ()),
        target=target,
        margin=0.02,
        seed=0,
        costs=Costs(),
        labels=(OLD, NEW, OTHER),
        log=LogOf(
            fingerprint="log",
            order=order_digest(ids),
            left_out={},
            grouped_by="customer" if groups else "",
            n_first=n_first,
            ids=ids,
            groups=tuple(groups) or tuple(range(n)),
            hashes=tuple(f"{i:016x}" for i in range(1, n + 1)),
        ),
        base=SideOf("v1", "r1", url, Policy(), (0,) * n, (outcomes[0],) * n, {}),
        candidate=SideOf("v2", "r2", url, Policy(), tops, (outcomes[1],) * n, {}),
        to_label=places,
    )


def labelled(of: LabelState, *labels: str, annotator: str = "") -> LabelState:
    """The state with these labels on the first tickets of those to label."""
    return of.with_labels(annotator, dict(zip(of.ids_to_label, labels, strict=False)))


def given(of: LabelState, **labels: Mapping[str, str]) -> LabelState:
    """The state with labels by annotator and ticket."""
    return replace(of, given=labels)


def kept(of: LabelState, folder: Path) -> Path:
    """The state as a file."""
    path = folder / "labels.json"
    path.write_bytes(state_bytes(of))
    return path


def sheet(
    folder: Path, rows: Mapping[str, str] | Sequence[tuple[str, str]], name: str = "s"
) -> Path:
    """A filled-in sheet of ticket and label."""
    pairs = rows.items() if isinstance(rows, Mapping) else rows
    path = folder / f"{name}.csv"
    table = "".join(f"{ticket},{label}\n" for ticket, label in pairs)
    path.write_text(f"ticket_id,label\n{table}", encoding="utf-8")
    return path
