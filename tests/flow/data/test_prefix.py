"""What the values of a field of tags all begin with is taken off and said; else nothing is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ticketbench.edge.imports.looks import named_preset
from ticketbench.edge.imports.preset import Asked
from ticketbench.flow.data.asked import ImportAsked
from ticketbench.flow.data.prefix import without_prefix


@pytest.mark.parametrize(
    ("values", "asked", "pattern"),
    [
        (["team_a", "team_b"], Asked(label_field="1"), "team_*"),
        (["team_a", "team_a"], Asked(label_field="1"), ""),
        (["team_a", "b"], Asked(label_field="1"), ""),
        (["team_a", "crew_b"], Asked(label_field="1"), ""),
        (["team_a", "team_"], Asked(label_field="1"), ""),
        (["a", "b"], Asked(label_field="1"), ""),
        (["team_a", "team_b"], Asked(label_field="1", label_tag="*"), "*"),
        (["team_a", "team_b"], Asked(), ""),
    ],
)
def test_the_pattern_is_the_one_that_fits_every_value(
    tmp_path: Path, values: list[str], asked: Asked, pattern: str
) -> None:
    path = tmp_path / "t.ndjson"
    tickets = [
        {"id": i, "description": "x", "custom_fields": [{"id": 1, "value": value}]}
        for i, value in enumerate(values)
    ]
    path.write_text("\n".join(map(json.dumps, tickets)), encoding="utf-8")
    found, remark = without_prefix(path, named_preset("zendesk"), ImportAsked("zendesk", asked))
    assert found.of_preset.label_tag == pattern
    assert ("team_" in remark) == (pattern == "team_*")
