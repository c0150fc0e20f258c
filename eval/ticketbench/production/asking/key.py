"""The key that a router sends, and only to a host that this machine or the caller named."""

from __future__ import annotations

from ticketbench.core.errors import InputError
from ticketbench.core.keys.host import LOOPBACK, Host, PlainUrl, has_shape, plain_url
from ticketbench.core.keys.sources import VARIABLE, written_hosts
from ticketbench.core.keys.value import key_value
from ticketbench.core.quotes import quoted

TYPE_CHECKING = False  # of our own: `typing` takes longer to load than the rest of this file
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ticketbench.core.shapes.contract import Shape

USUAL = "SCALEDOWN_API_KEY"
"""The variable of the key where the caller names none."""


def plain_endpoint(url: str) -> PlainUrl:
    """The parts of a policy's URL. Raises InputError for a URL that can be read in two ways, and
    for plain http to another machine, on which a key and a ticket would be overheard.
    """
    if url.startswith("local://"):
        what = "the policy's endpoint is an engine within ticketbench, which a router does not load"
        help_ = "export with the URL of a server; for tests: 'ticketbench serve'"
        raise InputError(what, help=help_)
    if has_shape(url):
        from ticketbench.core.shapes.address import address

        url = address(url).server
    found = plain_url(url)
    if found is None:
        help_ = "write https://host/path, a name outside ASCII as xn--..., and export again"
        raise InputError("the URL of the policy's endpoint is not plain", help=help_)
    if not found.encrypted and found.host.name.strip("[]") not in LOOPBACK:
        what = f"the endpoint {found.host} is not encrypted"
        raise InputError(what, help="export the policy again with an https:// URL")
    return found


def shape_of(url: str) -> Shape | None:
    """How the endpoint at `url` is asked; None: as /classify is. InputError for an odd URL."""
    if not has_shape(url):
        return None
    from ticketbench.core.shapes.address import address

    return address(url).shape


def key_for(
    endpoint: PlainUrl, variable: str | None, host: str | None, environment: Mapping[str, str]
) -> str | None:
    """The key for an endpoint, or None where it is asked without one.

    `variable` None: the usual one where it may go there; empty: no key at all. `host`: where the
    caller says that the policy's endpoint is. Raises InputError when the endpoint is at another
    host than that, when a variable that was named may not go there, and when there is no key for
    an https endpoint.
    """
    vouched = host is not None and _is_host(host, endpoint.host)
    if host is not None and not vouched:
        what = f"the policy's endpoint is at {endpoint.host}, and not at {quoted(host)}"
        raise InputError(what, help="if the endpoint moved, export the policy again")
    if variable == "":
        return None
    name = variable or USUAL
    allowed = vouched or _is_bound(name, endpoint.host, environment)
    if allowed and (key := key_value(name, environment)) is not None:
        return key
    if variable and environment.get(name, "").strip() and not allowed:
        raise _not_bound(name, endpoint.host)
    if not endpoint.encrypted:
        return None
    raise _no_key(name, endpoint.host) if allowed else _not_bound(name, endpoint.host)


def stands_in(key: str, text: str) -> bool:
    """Whether a text holds the key, in any case, in hexadecimal digits or in base64."""
    import base64

    forms = {key, key.encode().hex()}
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + key.encode()).decode()
        # The characters at both ends also hold bits of what stands beside the key.
        forms.add(encoded[(0, 2, 3)[before] : len(encoded) // 4 * 4 - 4])
    plain = text.lower().translate({ord("-"): "+", ord("_"): "/"})
    return any(form.lower().translate({ord("-"): "+", ord("_"): "/"}) in plain for form in forms)


def _is_bound(variable: str, host: Host, environment: Mapping[str, str]) -> bool:
    """Whether this machine says so, outside of every project."""
    return any(_is_host(text, host) for text in written_hosts(environment).get(variable, ()))


def _is_host(text: str, host: Host) -> bool:
    found = plain_url(f"https://{text}")
    return found is not None and found.target == "/" and found.host == host


def _not_bound(variable: str, host: Host) -> InputError:
    return InputError(
        f"{variable} is not bound to {host}: 'ticketbench key bind {variable} {host}' "
        "if you trust this policy with it",
        help=f'or {VARIABLE}="{variable}={host}"; or Router(host="{host}") in the code; '
        'an endpoint that wants no key: key_env=""',
    )


def _no_key(variable: str, host: Host) -> InputError:
    return InputError(
        f"there is no key for {host}: {variable} is not set",
        help='set it, or name another as key_env; an endpoint that wants no key: key_env=""',
    )
