"""The host of a URL: only one that every reader sees alike."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ticketbench.core.keys.host import Host, PlainUrl, plain_url
from ticketbench.edge.key_hosts.host import host_of


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://api.example.com/classify", PlainUrl(True, Host("api.example.com"), "/classify")),
        ("HTTPS://API.Example.com", PlainUrl(True, Host("api.example.com"), "/")),
        ("http://127.0.0.1:8080/a?b=c", PlainUrl(False, Host("127.0.0.1", 8080), "/a?b=c")),
        ("http://localhost/x", PlainUrl(False, Host("localhost", 80), "/x")),
        ("https://[::1]:8443/x", PlainUrl(True, Host("[::1]", 8443), "/x")),
    ],
)
def test_a_plain_url_has_its_parts(url: str, found: PlainUrl) -> None:
    assert plain_url(url) == found


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/x", "a.example", "https://", "https://user@a.example/",
        "https://a.example\\@b.example/", "https://a.example:0/", "https://a.example:99999/",
        "https://a.example:/", "https://a.example /", "https://a.example/x y", "https://a.example/#b",
        "https://a.example./", "https://.a.example/", "https://a..example/", "https://münchen.example/",
        f"https://{'a' * 64}.example/", "https://a.example/\r\nX: y", "https://a.example/\u2028",
        "https://%61.example/", "https://a.example?x=1",
    ],
)  # fmt: skip
def test_what_two_readers_may_see_in_two_ways_is_none(url: str) -> None:
    assert plain_url(url) is None


_PARTS = st.sampled_from(
    ["https://", "http://", "a", "b.example", ".", ":", "@", "/", "?", "#", "80", "443", "[", "]",
     "::1", "%41", "\\\\", "é", "xn--a", "-", "_", " ", "\t", "A"]
)  # fmt: skip


@settings(deadline=None)
@given(url=st.lists(_PARTS, max_size=8).map("".join))
@example(url="https://b.example:443/")
def test_what_is_plain_has_the_host_that_the_evaluation_sees(url: str) -> None:
    plain = plain_url(url)
    assert plain is None or plain.host == host_of(url)
