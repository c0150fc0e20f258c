"""Who gets a ticket: a handler by label, and a fallback for everything else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import listed, quoted

TYPE_CHECKING = False  # of our own: `typing` takes longer to load than the rest of this file
if TYPE_CHECKING:
    from typing import Any

    from ticketbench.production.decision import Decision


class Handlers:
    """The callables of a router, checked against the labels of its policy.

    Raises InputError for a handler of no label, for a label without one unless `missing` is
    "fallback", for handlers without a fallback, and for what cannot be called.
    """

    def __init__(
        self,
        labels: Sequence[str],
        handlers: Mapping[str, Callable[[str], Any]] | None,
        fallback: Callable[[str, Decision], Any] | None,
        escalate: Callable[[str, Decision], Any] | None,
        *,
        missing: str,
    ) -> None:
        self._decides_only = handlers is None and fallback is None and escalate is None
        self._handlers = dict(handlers or {})
        self._fallback, self._escalate = fallback, escalate
        if missing not in ("error", "fallback"):
            raise InputError("missing must be 'error' or 'fallback'")
        if self._decides_only:
            return
        if fallback is None:
            what = "there is no fallback for what is not routed"
            raise InputError(what, help="give fallback=, called with (text, decision)")
        self._refuse_unknown(labels)
        self._refuse_missing(labels, missing)
        self._refuse_uncallable()

    def has(self, label: str) -> bool:
        """Whether a ticket with this label can be handed over; always where nothing is called."""
        return self._decides_only or label in self._handlers

    def refuse_if_none(self) -> None:
        """Raise InputError when there is nothing to call."""
        if self._decides_only:
            what = "this router has neither handlers nor a fallback"
            raise InputError(what, help="give Router handlers= and fallback=, or call decide")

    def call(self, text: str, decision: Decision) -> Any:
        """What the one who gets the ticket returned."""
        if decision.outcome == "route" and decision.label is not None:
            return self._handlers[decision.label](text)
        if decision.outcome == "escalate" and self._escalate is not None:
            return self._escalate(text, decision)
        assert self._fallback is not None  # refused without one
        return self._fallback(text, decision)

    def _refuse_unknown(self, labels: Sequence[str]) -> None:
        for label in self._handlers:
            if label not in labels:
                from ticketbench.core.registry import suggestion

                what = f"the policy has no label {quoted(str(label))}"
                raise InputError(what, help=suggestion(str(label), labels))

    def _refuse_missing(self, labels: Sequence[str], missing: str) -> None:
        without = [label for label in labels if label not in self._handlers]
        if without and missing == "error":
            raise InputError(
                f"no handler for {listed(without)}",
                help='add them to handlers, or say missing="fallback"',
            )

    def _refuse_uncallable(self) -> None:
        named = {**self._handlers, "fallback": self._fallback, "escalate": self._escalate}
        for name, one in named.items():
            if one is not None and not callable(one):
                raise InputError(f"the handler {quoted(name)} cannot be called")
