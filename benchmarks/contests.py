"""Contests: a job done by us and by others, or by us at several sizes, and what each run cost.

Kept as JSON: nothing in it names a machine or a folder.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from cost import Cost, cpu_ratios, median

OURS = "ticketbench"
GROWTH = "growth of "
"""How the name of a contest of sizes begins."""
KEPT = Path(__file__).with_name("peers.json")


@dataclass(frozen=True)
class Contest:
    """The cost of every counted run by who ran it, in the order of the rounds, or why there is
    none.
    """

    name: str
    costs: Mapping[str, Sequence[Cost] | str]

    def ran(self, who: str) -> Sequence[Cost]:
        """The runs of one of them; none where it could not run."""
        costs = self.costs.get(who, ())
        return () if isinstance(costs, str) else costs

    def why_not(self, who: str) -> str:
        """Why one of them did not run; empty if it did."""
        costs = self.costs.get(who, "was not measured")
        return costs if isinstance(costs, str) else ""

    def median(self, who: str) -> Cost:
        """The median of each measure over the rounds."""
        return median(self.ran(who))

    def times(self, who: str, base: str = OURS) -> list[float]:
        """CPU seconds over those of `base`, round by round."""
        return list(cpu_ratios(self.ran(who), self.ran(base)))


@dataclass(frozen=True)
class Measured:
    """A whole measurement: on what, in how many rounds, and every contest by its name."""

    machine: Mapping[str, str]
    rounds: int
    contests: Mapping[str, Contest]


def spread(ratios: Sequence[float]) -> str:
    """Median and range, such as "8.3x (8.1 to 8.6)"."""
    mid = statistics.median(ratios)
    digits = 2 if mid < 1 else 1 if mid < 10 else 0
    return f"{mid:.{digits}f}x ({min(ratios):.{digits}f} to {max(ratios):.{digits}f})"


def told(contest: Contest, who: str) -> str:
    """In words: seconds of one core and MiB, or why there are none."""
    if reason := contest.why_not(who):
        return f"it {reason}"
    one = contest.median(who)
    return f"{one.cpu_s:.{1 if one.cpu_s >= 1 else 2}f} seconds of one core, {one.peak_mib:.0f} MiB"


def table(contest: Contest, names: Mapping[str, str]) -> str:
    """Markdown: a line for each of `names`, called as there; ratios are to the first."""
    first, *_ = names
    lines = ["| | CPU | wall | peak | CPU, times the first |", "|---|---|---|---|---|"]
    for who, called in names.items():
        if reason := contest.why_not(who):
            lines.append(f"| {called} | {reason} | | | |")
        else:
            one = contest.median(who)
            ratio = "1" if who == first else spread(contest.times(who, first))
            lines.append(
                f"| {called} | {one.cpu_s:.2f} s | {one.wall_s:.2f} s | {one.peak_mib:.0f} MiB "
                f"| {ratio} |"
            )
    return "\n".join(lines)


def growth(contests: Sequence[Contest]) -> str:
    """Markdown: a line a contest whose entries are numbers of tickets, the fewest first."""
    if not contests:
        return "It was not measured."
    sizes = list(contests[0].costs)
    heads = ["", *(f"{n} tickets" for n in sizes), "CPU a ticket, last to first"]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for contest in contests:
        medians = [contest.median(n) for n in sizes]
        cells = [f"{one.cpu_s:.2f} s, {one.peak_mib:.0f} MiB" for one in medians]
        fewer = _number(sizes[0]) / _number(sizes[-1])
        ratio = spread([x * fewer for x in contest.times(sizes[-1], sizes[0])])
        lines.append(f"| {contest.name.removeprefix(GROWTH)} | {' | '.join(cells)} | {ratio} |")
    return "\n".join(lines)


def _number(size: str) -> int:
    return int(size.replace(",", ""))


def as_json(measured: Measured) -> str:
    """Indented; numbers to three decimals."""
    contests = {
        name: {who: _written(costs) for who, costs in contest.costs.items()}
        for name, contest in measured.contests.items()
    }
    found = {"machine": measured.machine, "rounds": measured.rounds, "contests": contests}
    return json.dumps(found, indent=1) + "\n"


def from_json(text: str) -> Measured:
    """What `as_json` wrote."""
    found = json.loads(text)
    contests = {
        name: Contest(name, {who: _read(costs) for who, costs in entries.items()})
        for name, entries in found["contests"].items()
    }
    return Measured(found["machine"], found["rounds"], contests)


def _written(costs: Sequence[Cost] | str) -> object:
    if isinstance(costs, str):
        return costs
    return [{name: round(x, 3) for name, x in asdict(one).items()} for one in costs]


def _read(costs: list[dict[str, float]] | str) -> Sequence[Cost] | str:
    return costs if isinstance(costs, str) else tuple(Cost(**one) for one in costs)
