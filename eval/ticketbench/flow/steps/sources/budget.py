"""What may be spent on the answers of a config, at the price of each endpoint."""

from __future__ import annotations

import math

from ticketbench.core.errors import InputError
from ticketbench.edge.asking.pacing import Budget, Price
from ticketbench.edge.endpoints import is_local
from ticketbench.edge.inputs.endpoint_config import NamedEndpoint
from ticketbench.flow.steps.inputs import ConfigInputs


def budget_of(inputs: ConfigInputs, most_requests: int | None, most_cost: float | None) -> Budget:
    """What a whole run may send and spend, over all its endpoints; None is no limit.

    Raises InputError for a cost that is no number, and where an endpoint has no price.
    """
    if most_cost is not None and not math.isfinite(most_cost):
        raise InputError(f"--max-cost takes a number, got {most_cost}")
    unpriced = [one for one in inputs.endpoints if _is_unpriced(one)]
    if most_cost is not None and unpriced:
        raise InputError(
            "--max-cost needs a price",
            where=str(inputs.config.path),
            help=f"write what a million tokens cost there: `{_priced(unpriced[0])}`",
        )
    return Budget(most_requests, most_cost)


def part_of(whole: Budget, endpoint: NamedEndpoint) -> Budget:
    """What of a run's budget one endpoint may take, at its own price."""
    limits = (f"{endpoint.written}.max_requests", f"{endpoint.written}.max_cost")
    settings = endpoint.settings
    return Budget(
        settings.max_requests, settings.max_cost, price_of(endpoint), within=whole, limits=limits
    )


def price_of(endpoint: NamedEndpoint) -> Price | None:
    """What the config says a request costs there; None where it names no price."""
    settings = endpoint.settings
    of_tokens, of_request = settings.price_per_million_tokens, settings.price_per_request
    if of_tokens is None and of_request is None:
        return None
    return Price(of_tokens or 0.0, settings.characters_per_token, of_request or 0.0)


def _is_unpriced(endpoint: NamedEndpoint) -> bool:
    """Whether nobody knows what a request costs; beside others, an engine in process is free."""
    free = bool(endpoint.name) and is_local(endpoint.settings.url)
    return price_of(endpoint) is None and not free


def _priced(endpoint: NamedEndpoint) -> str:
    if not endpoint.name:
        return "endpoint: {price_per_million_tokens: 0.5}"
    return f"endpoints: {{{endpoint.name}: {{price_per_million_tokens: 0.5}}}}"
