"""Gates that could not be judged are refused with their place in the config, before anything."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.quotes import clipped, quoted
from ticketbench.core.registry import suggestion
from ticketbench.core.rubrics import RubricSet
from ticketbench.core.types import Dataset
from ticketbench.edge.inputs.config import Config
from ticketbench.edge.inputs.gate_config import BASELINE, GateConfig
from ticketbench.measure.gates.metrics import (
    gate_metric,
    has_interval,
    has_paired_test,
    held_by_baseline,
)
from ticketbench.measure.kinds import LabelMetric, Metric, RoutingMetric, registered


def refuse_bad_gates(config: Config, rubric_sets: tuple[RubricSet, ...], dataset: Dataset) -> None:
    """Raise InputError that holds every gate whose rubric set, metric, label, margin or ticket is
    not there, or cannot go with the rest of the gate.
    """
    tickets = dict.fromkeys(ticket.id for ticket in dataset.tickets)
    gold = {ticket.label for ticket in dataset.tickets}
    problems = _bad(config, rubric_sets, gold, tickets)
    if not dataset.has_all_labels:
        problems += _of_all_labels(config)
    if problems:
        raise InputError.of(problems)


def refuse_gates_of_parts(config: Config, rubric_sets: tuple[RubricSet, ...]) -> None:
    """The same before any ticket of a dataset in parts is read, with the gates that need single
    tickets, or what is not told of parts.

    What only the tickets can show is left to `refuse_untold_gates`.
    """
    gold = {label for rubrics in rubric_sets for label in rubrics.labels}
    named = dict.fromkeys(one for gate in config.file.gates for one in gate.must_pass or ())
    problems = _bad(config, rubric_sets, gold, named)
    for number, gate in enumerate(config.file.gates):
        for key, what, help_ in _of_one_file(gate, config):
            problems.append(Problem(what, config.document.where(("gates", number, key)), help_))
    if problems:
        raise InputError.of(problems)


def refuse_untold_gates(
    config: Config, labels: Mapping[str, Sequence[str]], *, all_labels: bool
) -> None:
    """Raise InputError for gates on a label that neither the set nor a ticket has, given the gold
    labels of each set, and where no ticket lists `all_labels` for those that need them.
    """
    problems = [] if all_labels else _of_all_labels(config)
    for number, gate in enumerate(config.file.gates):
        if gate.label is not None and gate.label not in labels[gate.on]:
            what, help_ = _no_label(gate, labels[gate.on])
            place = config.document.where(("gates", number, "label"))
            problems.append(Problem(what, place, help_))
    if problems:
        raise InputError.of(problems)


def _of_one_file(gate: GateConfig, config: Config) -> Iterator[tuple[str, str, str]]:
    """What a gate asks that parts do not tell: the key, what, and what to do."""
    from ticketbench.measure.parts.metrics import told
    from ticketbench.measure.parts.pairs.comparison import change_told

    one_file = "put the tickets into one file, or "
    if gate.must_pass is not None:
        what = "must_pass is about single tickets, and these lie in parts and are only counted"
        yield "must_pass", what, "put those tickets into a file, with a config and gates of its own"
    if against_baseline(gate, config):
        what = "a baseline holds single tickets, and these lie in parts and are only counted"
        yield "not_worse_than", what, f"{one_file}compare with another rubric set"
    metric = _metric_of(gate)
    if metric is None:
        return
    if not told(metric):
        what = f"{gate.metric} is not told of tickets in parts"
        yield "metric", what, f"{one_file}take another metric"
    elif gate.not_worse_than is not None and not change_told(metric):
        what = f"the change of {gate.metric} has no interval where tickets lie in parts"
        yield "metric", what, f"{one_file}take min or max, or another metric"


def _metric_of(gate: GateConfig) -> Metric | None:
    """None where there is none, or none of that name, which is told elsewhere."""
    with suppress(InputError):
        return None if gate.metric is None else gate_metric(gate.metric)
    return None


def _bad(
    config: Config,
    rubric_sets: tuple[RubricSet, ...],
    gold: Collection[str],
    tickets: Collection[str],
) -> list[Problem]:
    labels = dict.fromkeys(label for rubrics in rubric_sets for label in rubrics.labels)
    names = [rubrics.name for rubrics in rubric_sets]
    problems = _two_baselines(config, names)
    own = {rubrics.name: {*rubrics.labels, *gold} for rubrics in rubric_sets}
    for number, gate in enumerate(config.file.gates):
        known = [label for label in labels if label in own.get(gate.on, labels)]
        for key, what, help_ in _wrong(gate, config, names, known, tickets):
            place = ("gates", number, *key)
            problems.append(Problem(what, config.document.where(place), help_))
    return problems


def _two_baselines(config: Config, names: list[str]) -> list[Problem]:
    if BASELINE not in names or config.baseline_path is None:
        return []
    where = config.document.where(("rubric_sets", BASELINE))
    what = "a rubric set is called `baseline`, and so is the committed reference"
    return [Problem(what, where, "give the rubric set another name")]


def _of_all_labels(config: Config) -> list[Problem]:
    """Gates on what needs every label that fits a ticket, where the dataset does not say them."""
    of_all = [m.name for m in registered(RoutingMetric) if m.needs_all_labels]
    return [
        Problem(
            f"{gate.metric} needs every label that fits a ticket, and the dataset has one each",
            config.document.where(("gates", number, "metric")),
            "add a column `all_labels` to the dataset, or take another metric",
        )
        for number, gate in enumerate(config.file.gates)
        if gate.metric in of_all
    ]


def against_baseline(gate: GateConfig, config: Config) -> bool:
    """Whether the gate compares with the committed file; a rubric set may have its name too."""
    return gate.not_worse_than == BASELINE and config.baseline_path is not None


Wrong = tuple[tuple[str | int, ...], str, str]
"""A key of the gate, what is wrong there, and what to do."""


def _wrong(
    gate: GateConfig, config: Config, names: list[str], labels: list[str], tickets: Collection[str]
) -> Iterator[Wrong]:
    if gate.on not in names:
        yield ("on",), f"there is no rubric set {quoted(gate.on)}", suggestion(gate.on, names)
    if gate.label is not None and gate.label not in labels:
        yield ("label",), *_no_label(gate, labels)
    for i, ticket in enumerate(gate.must_pass or ()):
        if ticket not in tickets:
            what = f"the dataset has no ticket {quoted(ticket)}"
            near = suggestion(ticket, tickets)
            help_ = near if near.startswith("did you mean") else "ids are those of the dataset"
            yield ("must_pass", i), what, help_
    yield from _wrong_base(gate, config, names)
    if gate.metric is not None:
        try:
            metric = gate_metric(gate.metric)
        except InputError as error:
            yield ("metric",), str(error), error.problems[0].help
        else:
            yield from _wrong_metric(gate, metric, against_baseline(gate, config))


def _no_label(gate: GateConfig, labels: Sequence[str]) -> tuple[str, str]:
    assert gate.label is not None
    what = f"neither {clipped(gate.on)} nor a ticket has the label {quoted(gate.label)}"
    return what, suggestion(gate.label, labels)


def _wrong_base(gate: GateConfig, config: Config, names: list[str]) -> Iterator[Wrong]:
    base = gate.not_worse_than
    if base is None or base in names or against_baseline(gate, config):
        return
    if base == BASELINE:
        help_ = "name a file, like `baseline: baselines/support.json`, then bless it"
        yield ("not_worse_than",), "the config names no baseline", help_
    else:
        what = f"there is neither a rubric set nor a baseline {quoted(base)}"
        yield ("not_worse_than",), what, suggestion(base, [*names, BASELINE])


def _wrong_metric(gate: GateConfig, metric: Metric, baseline: bool) -> Iterator[Wrong]:
    if isinstance(metric, LabelMetric) and gate.label is None:
        yield ("metric",), f"{gate.metric} is about one label", "add `label: ...`"
    if not isinstance(metric, LabelMetric) and gate.label is not None:
        what = f"{gate.metric} is about all tickets, not about a label"
        yield ("label",), what, f"take {', '.join(m.name for m in registered(LabelMetric))}"
    if gate.bound in ("low", "high") and not has_interval(metric):
        what = f"{gate.metric} has no interval"
        yield ("bound",), what, "leave `bound` out: the value itself is judged"
    for key, limit in (("min", gate.min), ("max", gate.max)):
        if metric.share and limit is not None and not 0 <= limit <= 1:
            yield (key,), f"{gate.metric} is a share: {limit:g} is outside 0 to 1", "85 % is 0.85"
    if gate.not_worse_than is None:
        return
    if not has_paired_test(metric):
        yield ("metric",), f"{gate.metric} has no paired test", "take min or max"
    if not metric.share and gate.margin is None:
        what = f"{gate.metric} needs a margin: the loss that does not matter, in its own unit"
        yield ("not_worse_than",), what, "add `margin: ...`"
    if gate.margin is not None and metric.share and gate.margin >= 1:
        yield ("margin",), f"a margin of {gate.margin:g} is everything", "2 points are 0.02"
    if baseline and not held_by_baseline(metric):
        needed = "every label that fits" if isinstance(metric, RoutingMetric) else "every score"
        what = f"a baseline does not hold what {gate.metric} needs: {needed}"
        yield ("metric",), what, "compare with another rubric set, or take another metric"
