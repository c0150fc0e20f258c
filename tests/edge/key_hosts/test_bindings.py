"""A key goes to a host that it is bound to, and to no other."""

from __future__ import annotations

from pathlib import Path

import pytest

import ticketbench
from house import read_house
from ticketbench.core.errors import InputError
from ticketbench.core.keys.host import Host
from ticketbench.edge.key_hosts.bindings import granted, is_of_others
from ticketbench.edge.secret import ApiKey

VALUE = "zq-own-0123456789"
HOME = "https://api.scaledown.xyz/classify"


def test_the_key_of_scaledown_goes_to_scaledown() -> None:
    found = granted(HOME, "SCALEDOWN_API_KEY", named=True, environment={"SCALEDOWN_API_KEY": VALUE})
    assert found.key == ApiKey(VALUE)
    assert found.words == "key SCALEDOWN_API_KEY goes to api.scaledown.xyz"


def test_a_key_goes_where_the_machine_says() -> None:
    environment = {"SHOP": VALUE, "TICKETBENCH_KEY_HOSTS": "SHOP=127.0.0.1:8080"}
    found = granted("http://127.0.0.1:8080/x", "SHOP", named=True, environment=environment)
    assert (found.key, found.words) == (ApiKey(VALUE), "key SHOP goes to 127.0.0.1:8080")


@pytest.mark.parametrize("variable", ["SHOP_KEY", "SCALEDOWN_API_KEY", "GITHUB_TOKEN"])
def test_a_named_key_for_another_host_is_refused_with_what_to_do(variable: str) -> None:
    with pytest.raises(InputError) as refused:
        granted(
            "https://router.shop.example/classify",
            variable,
            named=True,
            environment={variable: VALUE, "TICKETBENCH_KEY_HOSTS": "A=b.example"},
            where="c.yaml:2:3",
        )
    (problem,) = refused.value.problems
    assert problem.what.startswith(
        f"{variable} is not bound to router.shop.example: 'ticketbench key bind {variable} "
        "router.shop.example' if you trust this config with it"
    )
    assert problem.where == "c.yaml:2:3"
    pair = f"{variable}=router.shop.example"
    assert f'TICKETBENCH_KEY_HOSTS="A=b.example {pair}"' in problem.help
    action = "router.shop.example" if variable == "SCALEDOWN_API_KEY" else pair
    assert f'key-host: "{action}"' in problem.help
    assert ("somebody else's" in problem.what) == (variable == "GITHUB_TOKEN")
    assert VALUE not in f"{problem}"


def test_a_default_key_for_another_host_stays_here_and_a_line_says_so() -> None:
    url = "http://127.0.0.1:8080/lexical/v1/classify"
    environment = {"SCALEDOWN_API_KEY": VALUE}
    found = granted(url, "SCALEDOWN_API_KEY", named=False, environment=environment)
    assert found.key is None
    assert found.words.startswith("no key goes to 127.0.0.1:8080")
    assert "ticketbench key bind SCALEDOWN_API_KEY 127.0.0.1:8080" in found.words


@pytest.mark.parametrize("url", [HOME, "http://127.0.0.1:1/", "local://lexical/v1/classify"])
def test_without_a_key_there_is_nothing_to_say(url: str) -> None:
    found = granted(url, "SCALEDOWN_API_KEY", named=True, environment={"SCALEDOWN_API_KEY": " "})
    assert (found.key, found.words) == (None, "")


def test_a_key_that_is_not_bound_is_not_even_read() -> None:
    with pytest.raises(InputError, match="is not bound"):
        granted("https://other.example/", "SHOP", named=True, environment={"SHOP": "short"})


@pytest.mark.parametrize(
    "name",
    "GITHUB_TOKEN ACTIONS_RUNTIME_TOKEN AWS_SECRET_ACCESS_KEY AZURE_X GOOGLE_X CI_JOB_TOKEN "
    "NPM_TOKEN PYPI_TOKEN SSH_KEY OPENAI_API_KEY ANTHROPIC_API_KEY DB_PASSWORD".split(),
)
def test_names_of_other_services_are_known(name: str) -> None:
    assert is_of_others(name)
    assert not is_of_others(f"MY_{name}X")


def test_a_key_is_nobody_elses_at_home() -> None:
    assert not is_of_others("OPENAI_API_KEY", Host("api.openai.com"))
    assert is_of_others("OPENAI_API_KEY", Host("api.openai.com.example"))
    assert is_of_others("ANTHROPIC_API_KEY", Host("api.openai.com"))


def test_no_other_place_reads_a_key_for_sending() -> None:
    ours = read_house(Path(ticketbench.__file__).parent)
    readers = {name for name, source in ours.sources.items() if "read_key(" in source}
    # `serve` reads the key that it asks others for, and sends it nowhere.
    assert readers == {"edge.secret", "edge.key_hosts.bindings", "cli.serve"}
