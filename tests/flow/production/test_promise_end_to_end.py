"""What a policy file promises holds for what its router sends out, in 9 of 10 teams or more."""

from __future__ import annotations

import math

import pytest

from simulated_teams import CONFIDENCE, TARGET, Routed, teams

TEAMS = 40


def broken(found: list[Routed | None]) -> int:
    return sum(one is not None and one.right < TARGET for one in found)


def test_a_team_routes_fresh_tickets_with_the_policy_it_exported() -> None:
    (one,) = teams("calibrated", 1000, 1, copies=False, seed=3)
    assert one is not None
    assert 0.5 < one.share < 1
    assert one.right > 0.85


@pytest.mark.evidence
@pytest.mark.parametrize("copies", [False, True])
def test_hardly_a_tenth_of_the_teams_route_worse_than_promised(copies: bool) -> None:
    found = teams("calibrated", 1000, TEAMS, copies=copies, seed=20261130)
    assert sum(one is not None for one in found) > TEAMS / 2
    limit = 1 - CONFIDENCE
    most = limit + 2 * math.sqrt(limit * CONFIDENCE / TEAMS)
    assert broken(found) / TEAMS <= most
