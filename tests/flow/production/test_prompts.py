from __future__ import annotations

from pathlib import Path

import pytest

from ticketbench.core.errors import InputError
from ticketbench.flow.production.prompts import read_prompts

LABELS = ("billing", "general")


def test_yaml_and_json_say_the_same(tmp_path: Path) -> None:
    yaml, json = tmp_path / "p.yaml", tmp_path / "p.json"
    yaml.write_text('general: Be kind.\n"*": Help.\n')
    json.write_text('{"*": "Help.", "general": "Be kind."}')
    assert read_prompts(yaml, LABELS) == read_prompts(json, LABELS)
    assert list(read_prompts(yaml, LABELS).items()) == [("general", "Be kind."), ("*", "Help.")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "prompts are texts by label"),
        ("- billing", "prompts are texts by label"),
        ("biling: x", "'biling', which is no label"),
        ("billing: 1", "the prompt of 'billing' is no text"),
        ('billing: " "', "the prompt of 'billing' is no text"),
    ],
)
def test_what_is_no_prompt_is_refused_at_its_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "p.yaml").write_text(text)
    with pytest.raises(InputError, match=said) as caught:
        read_prompts(tmp_path / "p.yaml", LABELS)
    assert (
        caught.value.problems[0].where.endswith("p.yaml:1:1")
        or ":1:" in caught.value.problems[0].where
    )
