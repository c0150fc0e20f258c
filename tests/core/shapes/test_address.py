"""The full URL of an endpoint, under which its answers are kept."""

from __future__ import annotations

import pytest

from ticketbench.core.errors import InputError
from ticketbench.core.shapes.address import address


@pytest.mark.parametrize(
    ("url", "full", "server"),
    [
        (
            "systemone+https://API.example/v1/systemone?model=jev-1.13.0",
            "systemone+https://api.example/v1/systemone?ask=choice&model=jev-1.13.0&via=1",
            "https://api.example/v1/systemone",
        ),
        (
            "Decisions+https://h:8443/x?version=2&model=openai/gpt-6&ask=yesno&via=1",
            "decisions+https://h:8443/x?ask=yesno&model=openai/gpt-6&version=2&via=1",
            "https://h:8443/x?version=2",
        ),
        (
            "scaledown+https://api.scaledown.xyz/v1/scaledown",
            "scaledown+https://api.scaledown.xyz/v1/scaledown?ask=choice&model=classify-1&via=1",
            "https://api.scaledown.xyz/v1/scaledown",
        ),
        (
            "chat+http://127.0.0.1:1/v1?model=a&top=5&instructions=Which%20one%3F",
            "chat+http://127.0.0.1:1/v1?instructions=Which%20one%3F&model=a&top=5&via=1",
            "http://127.0.0.1:1/v1",
        ),
        (
            "chat+http://127.0.0.1:1/v1?model=a&instructions=Which+label+applies+to+this+text%3F",
            "chat+http://127.0.0.1:1/v1?model=a&top=20&via=1",
            "http://127.0.0.1:1/v1",
        ),
        ("zeroshot+https://h", "zeroshot+https://h/?text=rubric&via=1", "https://h/"),
    ],
)
def test_the_full_url_says_all_that_shapes_an_answer(url: str, full: str, server: str) -> None:
    found = address(url)
    assert (found.full, found.server) == (full, server)
    assert address(found.full).full == full


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("other+https://h/?model=a", "no shape 'other'"),
        ("systemone+https://h/", "does not say model"),
        ("systemone+https://h/?model=a&model=b", "model twice"),
        ("systemone+https://h/?model=a&ask=maybe", "choice, yesno or yesno1"),
        ("systemone+https://h/?model=a&ask=yesno&instructions=x", "ask=choice alone"),
        ("systemone+https://h/?model=a&via=2", "another translation"),
        ("chat+https://h/?model=a&top=21", "2 to 20"),
        ("chat+https://h/?model=a%20b", "name of a model"),
        ("zeroshot+https://h/?text=both", "rubric or name"),
    ],
)
def test_an_odd_url_is_refused_with_what_to_write(url: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        address(url)
    assert caught.value.problems[0].help
