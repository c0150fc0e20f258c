"""Which key a router sends, and to which host."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from canary import KEY
from ticketbench.core.errors import InputError
from ticketbench.production.asking.key import key_for, plain_endpoint

HOME = "https://api.scaledown.xyz/classify"
SHOP = "https://router.shop.example/classify"
LOCAL = "http://127.0.0.1:8080/classify"
SET = {"SCALEDOWN_API_KEY": KEY, "SHOP_KEY": KEY, "HOME": "/nowhere"}
BOUND = {**SET, "TICKETBENCH_KEY_HOSTS": "SHOP_KEY=router.shop.example"}


def key(url: str, variable: str | None, host: str | None, environment: dict[str, str]) -> bool:
    """Whether the key goes there."""
    return key_for(plain_endpoint(url), variable, host, environment) == KEY


@pytest.mark.parametrize(
    ("url", "variable", "host", "environment", "sent"),
    [
        (HOME, None, None, SET, True),
        (HOME, "SCALEDOWN_API_KEY", None, SET, True),
        (HOME, "", None, SET, False),
        (SHOP, "SHOP_KEY", None, BOUND, True),
        (SHOP, "SHOP_KEY", "router.shop.example", SET, True),
        (SHOP, None, "Router.Shop.Example", SET, True),
        (SHOP, "", "router.shop.example", SET, False),
        (LOCAL, None, None, SET, False),
        (LOCAL, None, None, {}, False),
        (LOCAL, "SHOP_KEY", None, {}, False),
        (LOCAL, "SHOP_KEY", "127.0.0.1:8080", SET, True),
    ],
)
def test_a_key_goes_where_this_machine_or_the_caller_said(
    url: str, variable: str | None, host: str | None, environment: dict[str, str], sent: bool
) -> None:
    assert key(url, variable, host, environment) == sent


def test_the_file_of_the_user_binds_as_it_does_for_an_evaluation(tmp_path: Path) -> None:
    folder = tmp_path / "ticketbench"
    folder.mkdir(mode=0o755)
    (folder / "keys.toml").write_text('SHOP_KEY = ["router.shop.example"]\n')
    (folder / "keys.toml").chmod(0o600)
    tmp_path.chmod(0o755)
    assert key(SHOP, "SHOP_KEY", None, {**SET, "XDG_CONFIG_HOME": str(tmp_path)})


@pytest.mark.parametrize(
    ("url", "variable", "host", "environment", "said"),
    [
        (SHOP, "SHOP_KEY", None, SET, "SHOP_KEY is not bound to router.shop.example"),
        (SHOP, None, None, SET, "SCALEDOWN_API_KEY is not bound to router.shop.example"),
        (SHOP, None, None, {}, "SCALEDOWN_API_KEY is not bound to router.shop.example"),
        (LOCAL, "SHOP_KEY", None, SET, "SHOP_KEY is not bound to 127.0.0.1:8080"),
        (SHOP, "SHOP_KEY", None, {"TICKETBENCH_KEY_HOSTS": "SHOP_KEY=router.shop.example"},
         "no key for router.shop.example"),
        (HOME, None, None, {"HOME": "/nowhere"}, "SCALEDOWN_API_KEY is not set"),
        (HOME, None, "router.shop.example", SET, "is at api.scaledown.xyz, and not at"),
        (SHOP, "", "api.scaledown.xyz", SET, "is at router.shop.example, and not at"),
        ("https://a.api.scaledown.xyz/", None, None, SET, "not bound to a.api.scaledown.xyz"),
        ("https://api.scaledown.xyz:8443/", None, None, SET, "not bound to api.scaledown.xyz:8443"),
        (HOME, None, None, {"SCALEDOWN_API_KEY": "short"}, "fewer than 8 characters"),
    ],
)  # fmt: skip
def test_a_key_goes_nowhere_else_and_the_message_does_not_hold_it(
    url: str, variable: str | None, host: str | None, environment: dict[str, str], said: str
) -> None:
    with pytest.raises(InputError, match=re.escape(said)) as refused:
        key(url, variable, host, environment)
    (problem,) = refused.value.problems
    assert problem.help
    assert KEY not in str(refused.value) + problem.help


@pytest.mark.parametrize(
    "url",
    ["http://router.shop.example/", "https://api.scaledown.xyz@evil.example/", "https://a b/x",
     "https://api.scaledown.xyz./", "https://api.scáledown.xyz/"],
)  # fmt: skip
def test_an_endpoint_that_is_not_plain_to_see_or_not_encrypted_is_refused(url: str) -> None:
    with pytest.raises(InputError, match=r"not plain|not encrypted"):
        plain_endpoint(url)
