"""Which key goes to which endpoint of a config, and what to say where it is refused."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ticketbench.core.errors import EndpointError
from ticketbench.edge.inputs.config import Config
from ticketbench.edge.inputs.endpoint_config import NamedEndpoint
from ticketbench.flow.steps.inputs import ConfigInputs

if TYPE_CHECKING:
    from ticketbench.edge.endpoints import Connection
    from ticketbench.edge.key_hosts.bindings import Grant


def key_grant(config: Config, endpoint: NamedEndpoint) -> Grant:
    """The key for an endpoint of a config, if this machine lets it go there; the one place where a
    key is read for sending.

    Raises InputError, at its line, for a key that the config names and that is bound to other hosts
    or none, or is no usable key.
    """
    from ticketbench.edge.key_hosts.bindings import granted

    settings = endpoint.settings
    return granted(
        settings.url,
        settings.key_env,
        named="key_env" in settings.model_fields_set,
        environment=os.environ,
        where=config.document.where((*endpoint.place, "key_env")),
    )


def connection_of(config: Config, endpoint: NamedEndpoint, grant: Grant) -> Connection:
    """How to connect to an endpoint of a config, with the key that was granted."""
    from ticketbench.edge.endpoints import Connection

    settings = endpoint.settings
    return Connection(
        grant.key,
        settings.timeout_s,
        config.ca_path(endpoint),
        settings.proxy,
        settings.key_header or "",
    )


@contextmanager
def naming_the_key(inputs: ConfigInputs) -> Iterator[None]:
    """An endpoint that refuses the key is told apart from one that got none."""
    from ticketbench.edge.asking.one_question import KeyRefused

    try:
        yield
    except KeyRefused as error:
        raise _naming_the_key(error, inputs) from None


def _naming_the_key(error: EndpointError, inputs: ConfigInputs) -> EndpointError:
    """The error of an endpoint that refused the key, with the variable of the key that it wants."""
    from ticketbench.edge.redaction import shown_url
    from ticketbench.edge.replay.source import full_url

    where = error.problems[0].where
    refused = [e for e in inputs.endpoints if shown_url(full_url(e.settings.url)) == where]
    endpoint = (refused or inputs.endpoints)[0]
    variable = endpoint.settings.key_env
    if os.environ.get(variable, "").strip():
        named = f"{endpoint.written}.key_env"
        help_ = f"check the key in {variable}, which {named} names; nothing was lost"
        return EndpointError(str(error), where=where, help=help_)
    help_ = f"export {variable}=... and run again; nothing was lost"
    return EndpointError(f"{variable} is not set: {error}", where=where, help=help_)
