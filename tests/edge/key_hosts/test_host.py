"""Hosts are compared as the library that connects sees them."""

from __future__ import annotations

import pytest

from ticketbench.core.errors import InputError
from ticketbench.core.keys.host import Host
from ticketbench.edge.key_hosts.host import host_of, read_host

API = Host("api.scaledown.xyz")


@pytest.mark.parametrize(
    "url",
    [
        "https://api.scaledown.xyz/classify",
        "https://API.ScaleDown.XYZ/classify",
        "HTTPS://api.scaledown.xyz",
        "https://api.scaledown.xyz:443/",
        "https://api.scaledown.xyz:/x",
        "https://api.scaledown.xyz?x=https://evil.example",
        "https://api.scaledown.xyz#@evil.example",
    ],
)
def test_the_same_host_in_another_spelling(url: str) -> None:
    assert host_of(url) == API


@pytest.mark.parametrize(
    "url",
    [
        "https://api.scaledown.xyz./classify",
        "https://api.scaledown.xyz:8443/classify",
        "http://api.scaledown.xyz/classify",
        "https://www.api.scaledown.xyz/classify",
        "https://scaledown.xyz/classify",
        "https://api.scaledown.xyz.evil.example/classify",
        "https://api-scaledown.xyz/classify",
        "https://api%2fscaledown.xyz/classify",
        "https://api.scaledown.xyz%00.evil.example/classify",
        "https://api.scaledown.xyz@evil.example/classify",
        "https://user:word@api.scaledown.xyz/classify",
        "https://evil.example\\@api.scaledown.xyz/classify",
        "https://evil.example/@api.scaledown.xyz",
        "https://аpi.scaledown.xyz/classify",  # not a Latin a
        "https://api.scaledοwn.xyz/classify",  # not a Latin o
        "https://api。scaledown。xyz.evil.example/",
        "https://api.scaledown.xyz\u200b/classify",
        "local://api.scaledown.xyz/v1",
        "https:api.scaledown.xyz",
        "//api.scaledown.xyz/",
        "api.scaledown.xyz",
        "",
    ],
)
def test_another_host_however_alike(url: str) -> None:
    assert host_of(url) != API


def test_a_name_in_other_letters_is_compared_in_ascii() -> None:
    assert host_of("https://BÜCHER.example/") == read_host("xn--bcher-kva.example")
    assert read_host("bücher.example") == read_host("xn--bcher-kva.example")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("router.shop.example", "router.shop.example"),
        ("Router.Shop.Example:443", "router.shop.example"),
        ("127.0.0.1:8080", "127.0.0.1:8080"),
        ("[::1]:8080", "[::1]:8080"),
        ("localhost:80", "localhost:80"),
    ],
)
def test_a_host_of_a_binding_is_read_and_shown(text: str, shown: str) -> None:
    assert str(read_host(text)) == shown


@pytest.mark.parametrize(
    "text",
    ["", "*", "*.shop.example", "https://shop.example", "shop.example/classify", "me@shop.example",
     "shop.example:99999", "shop.example:x", "a b", "shop.example?x", "shop%2eexample", "[::1",
     "a..example", ".example", "a" * 64],
)  # fmt: skip
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is not a host"):
        read_host(text)
