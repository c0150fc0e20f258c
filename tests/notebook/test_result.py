"""Every function of the notebook gives what its command prints, and shows the answer first."""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import ticketbench as tb
from forked import ticketbench, ticketbench_in
from gated_project import blessed, with_gates
from quickstart import QUICKSTART, Demo
from tables import ORACLES, random_table, table
from ticketbench.core.policy import Policy
from ticketbench.notebook.comparison import ComparedSets
from ticketbench.notebook.evaluation import Evaluated
from ticketbench.notebook.report import FreshRun, SavedRun
from ticketbench.notebook.result import Result
from ticketbench.notebook.threshold import AdvisedThreshold

PAIRED = ("p_paired_rubric_a", "p_paired_rubric_b")
SMALL = ORACLES / "c_tiny_n40_k3.csv"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The first tickets of two tables, so that measuring them takes no time."""
    folder, found = tmp_path_factory.mktemp("pair"), []
    for name in PAIRED:
        lines = (ORACLES / f"{name}.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        found.append(folder / f"{name}.csv")
        found[-1].write_text("".join(lines[:121]), encoding="utf-8")
    return found[0], found[1]


@pytest.fixture(scope="module")
def both(pair: tuple[Path, Path]) -> tuple[Evaluated, Evaluated]:
    return tb.evaluate(pair[0]), tb.evaluate(pair[1])


@pytest.fixture(scope="module")
def compared(pair: tuple[Path, Path]) -> ComparedSets:
    return tb.compare(*pair)


@pytest.fixture(scope="module")
def advised(pair: tuple[Path, Path]) -> AdvisedThreshold:
    return tb.threshold(str(pair[0]))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The quickstart without what takes long."""
    folder = tmp_path_factory.mktemp("demo")
    quick = (
        "trained_baselines=false",
        "report.figures=false",
        f"cache={folder / 'answers.sqlite'}",
    )
    given = [word for one in quick for word in ("--set", one)]
    done = ticketbench_in(folder, "run", str(QUICKSTART), *given, "--out", "out")
    return Demo(done.stdout, done.stderr, folder / "out")


@pytest.fixture(scope="module")
def saved(demo: Demo) -> SavedRun:
    return tb.load(demo.out)


def printed(*arguments: object) -> str:
    done = ticketbench(*map(str, arguments), "--json")
    assert done.stdout, done.stderr
    return done.stdout


def test_evaluate_compare_and_threshold_give_what_their_commands_print(
    pair: tuple[Path, Path],
    both: tuple[Evaluated, Evaluated],
    compared: ComparedSets,
    advised: AdvisedThreshold,
) -> None:
    assert both[0].to_json() == printed("score", pair[0])
    assert compared.to_json() == printed("compare", *pair)
    assert advised.to_json() == printed("threshold", pair[0])
    same = tb.threshold(both[0]).to_dict() | {"source": str(pair[0])}
    assert same == advised.to_dict()


def test_load_gives_the_results_of_the_run(saved: SavedRun, demo: Demo) -> None:
    assert saved.to_json() == (demo.out / "results.json").read_text(encoding="utf-8")


def test_run_and_gate_give_what_their_commands_print(answered: Path) -> None:
    run = tb.run("eval.yaml", out="other")
    assert run.to_json() == printed("run", "eval.yaml")
    assert tb.load("other").results == run.results
    assert isinstance(run, FreshRun)
    assert (run.asked, run.out, len(run.sources)) == (0, Path("other"), 2)
    config = with_gates("{metric: accuracy, on: v2, not_worse_than: baseline}")
    blessed()
    judged = tb.gate(str(config))
    assert judged.to_json() == printed("gate", config)
    assert len(judged.to_frame()) == len(judged.report.results)
    assert_shown(judged, ticketbench("gate", str(config)).stdout.splitlines()[0].removesuffix("."))
    before = shutil.copytree(".", "../before")
    config.write_text(config.read_text(encoding="utf-8").replace("v2, not", "v1, not"))
    judged = tb.gate(str(config), against=str(before))
    assert judged.to_json() == printed("gate", config, "--against", str(before))
    assert judged.report.rules is not None


def test_compare_takes_results_frames_tables_and_paths_alike(
    pair: tuple[Path, Path], both: tuple[Evaluated, Evaluated], compared: ComparedSets
) -> None:
    a, b = both
    frames = (a.to_frame("tickets"), b.to_frame("tickets"))
    for one, other in ((a, b), (str(pair[0]), b), (a, b.predictions.table), frames):
        assert tb.compare(one, other).comparison == compared.comparison


def test_compare_with_a_config_takes_names_of_sets(answered: Path) -> None:
    found = tb.compare("v1", "v2", config="eval.yaml")
    assert found.to_json() == printed("compare", "v1", "v2", "--config", "eval.yaml")
    with pytest.raises(tb.TicketbenchError, match="names of rubric sets"):
        tb.compare(SMALL, "v2", config="eval.yaml")


def test_probabilities_of_a_classifier_are_judged_in_three_lines() -> None:
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(80, 2)), np.repeat(["bill", "tech"], 40)
    x[:40] += 1.5
    model = LogisticRegression().fit(x, y)

    proba = pd.DataFrame(model.predict_proba(x), columns=model.classes_)
    found = tb.evaluate(proba, labels=y)
    assert found.accuracy.value == model.score(x, y)

    assert found.accuracy.n == 80
    assert found.to_frame("labels").label.tolist() == ["bill", "tech"]


def test_two_frames_of_probabilities_are_compared_with_one_column_of_labels() -> None:
    rng = np.random.default_rng(1)
    y = rng.choice(["a", "b"], 60)
    sure = np.where(y == "a", 0.9, 0.1)
    weak = np.where(rng.random(60) < 0.5, sure, 1 - sure)
    frames = (pd.DataFrame({"a": p, "b": 1 - p}) for p in (weak, sure))
    found = tb.compare(*frames, labels=y)
    assert found.verdict == "better"
    assert (found.comparison.base, found.comparison.candidate) == ("a", "b")
    tb.assert_no_regression(found)


def test_every_frame_has_rows_columns_once_and_an_unknown_name_lists_all(
    both: tuple[Evaluated, Evaluated], compared: ComparedSets, advised: AdvisedThreshold
) -> None:
    results: list[Result] = [both[0], compared, advised]
    for result in results:
        for name in result.frames:
            frame = result.to_frame(name)
            assert frame.columns.is_unique
            assert len(frame) or name == "repeats", name
        with pytest.raises(tb.TicketbenchError) as caught:
            result.to_frame("nonsense")
        assert all(name in caught.value.problems[0].help for name in result.frames)


def test_the_frames_hold_the_numbers_of_the_json(saved: SavedRun) -> None:
    data = saved.to_dict()
    e = data["evaluations"][1]
    metrics = saved.to_frame("metrics").query("rubric_set == 'v2'")
    told = [*e["metrics"], *e["routing"]["summary"]["metrics"]]
    assert metrics.metric.tolist() == [one["name"] for one in told]
    for end in ("value", "low", "high", "n"):
        assert list(map(null, metrics[end])) == [one["estimate"][end] for one in told]
    labels = saved.to_frame("labels").query("rubric_set == 'v2'")
    own = e["by_label"]["results"]
    recalls = [next(m for m in r["metrics"] if m["name"] == "recall") for r in own]
    assert labels.recall_high.tolist() == [r["estimate"]["high"] for r in recalls]
    assert labels.recall_n.tolist() == [r["estimate"]["n"] for r in recalls]
    matrix = saved.to_frame("confusions").query("rubric_set == 'v2'")
    assert matrix.tickets.tolist() == np.ravel(e["by_label"]["confusion"]["counts"]).tolist()
    flips = saved.to_frame("flips")
    assert flips.ticket_id.tolist() == [f["ticket_id"] for f in data["comparisons"][0]["flips"]]
    bins = saved.to_frame("calibration").query("rubric_set == 'v2'")
    assert bins.accuracy.tolist() == [b["accuracy"] for b in e["calibration"]["reliability"]]
    chosen = saved.to_frame("thresholds").query("rubric_set == 'v2'")
    assert list(map(null, chosen.threshold)) == [t["threshold"] for t in e["thresholds"]]


def null(value: float) -> float | None:
    return None if value != value else value


def test_the_tickets_of_a_run_are_its_predictions(saved: SavedRun, demo: Demo) -> None:
    kept = pd.read_csv(demo.out / "predictions.csv", keep_default_na=False)
    frame = saved.to_frame("tickets")
    for name in frame.columns.drop("right"):
        assert frame[name].tolist() == kept[name].tolist(), name


def assert_shown(result: Result, headline: str) -> None:
    """The headline comes first, and what is shown asks for nothing and takes any background."""
    shown = result._repr_html_()
    first = re.search(r"<b>(.*?)</b>", shown, re.S)
    assert first is not None
    assert html.unescape(first[1]).rstrip(".").endswith(headline)
    assert shown.index("<b>") < shown.find("<table") or "<table" not in shown
    assert not re.search(r"<script|<img|<link|url\(|https?:|color|background", shown)
    assert len(shown) < 6000
    assert len(repr(result)) <= 200


def test_what_is_shown_begins_with_the_sentence_of_the_command(
    saved: SavedRun,
    demo: Demo,
    pair: tuple[Path, Path],
    both: tuple[Evaluated, Evaluated],
    compared: ComparedSets,
    advised: AdvisedThreshold,
) -> None:
    assert demo.stdout.startswith("Use v2")
    results: tuple[tuple[Result, str], ...] = (
        (saved, demo.stdout),
        (both[0], ticketbench("score", str(pair[0])).stdout),
        (compared, ticketbench("compare", *map(str, pair)).stdout),
        (advised, ticketbench("threshold", str(pair[0])).stdout),
    )
    for result, said in results:
        shown = html.unescape(re.findall(r"<b>(.*?)</b>", result._repr_html_())[0])
        assert " ".join(said.split()).startswith(shown.removesuffix("."))
        assert_shown(result, shown.removesuffix("."))
    assert "--" not in advised._repr_html_()


def test_hostile_names_are_escaped_and_a_long_one_keeps_the_repr_short() -> None:
    name = "<script>alert(1)</script>\u202e" + "x" * 300
    two = [tb.evaluate(random_table(60, seed=seed, rubric_set=name + str(seed))) for seed in (1, 1)]
    found = tb.compare(two[0], two[1])
    assert "<script" not in found._repr_html_()
    assert "\u202e" not in found._repr_html_() + repr(found)
    assert len(repr(found)) <= 200


@pytest.mark.parametrize("few", [table([], []), table([[0.5, 0.3, 0.2]], ["a"])])
def test_too_few_tickets_are_said_and_every_frame_is_there(few: Any) -> None:
    found = tb.evaluate(few)
    assert "Too few tickets" in repr(found)
    assert all(found.to_frame(name).columns.size for name in found.frames)
    assert found._repr_html_()


def test_settings_are_those_that_are_given() -> None:
    policy = Policy(threshold=0.9, escalate_above=1)
    found = tb.evaluate(SMALL, settings=tb.Settings(policy=policy))
    assert found.to_frame("tickets").query("outcome == 'route'").score.min() >= 0.9
    assert "today" in tb.threshold(found).to_dict()["recommendation"]


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (lambda: tb.evaluate([[0.1, 0.9]]), "type list"),  # type: ignore[arg-type]
        (lambda: tb.evaluate(np.eye(2), labels=["a", "b"]), "type ndarray"),  # type: ignore[arg-type]
        (lambda: tb.evaluate(SMALL, labels=["a"]), "go with a DataFrame"),
        (lambda: tb.evaluate(pd.DataFrame({"a": [1.0], "b": [0.0]})), "says no gold labels"),
        (lambda: tb.evaluate(pd.read_csv(SMALL), labels=["a"] * 40), "given twice"),
        (lambda: tb.evaluate(pd.read_csv(SMALL), groups=["a"] * 40), "goes with labels="),
        (lambda: tb.threshold("x", rubric_set="y"), "without these arguments"),
        (lambda: tb.load("nowhere"), "no such file"),
    ],
)
def test_what_cannot_be_taken_says_so(call: Any, what: str) -> None:
    with pytest.raises(tb.TicketbenchError, match=re.escape(what)):
        call()


def test_one_of_several_sets_is_chosen_by_the_argument_that_there_is(demo: Demo) -> None:
    file = demo.out / "predictions.csv"
    with pytest.raises(tb.TicketbenchError) as caught:
        tb.evaluate(file)
    assert caught.value.problems[0].help == "choose one: rubric_set=, of v1, v2"
    with pytest.raises(tb.TicketbenchError) as caught:
        tb.threshold(file)
    assert caught.value.problems[0].help == f"choose one: {file}:SET, of v1, v2"
    assert tb.threshold(f"{file}:v2").recommendation.rubric_set == "v2"


def test_prices_may_be_costs_or_some_by_name() -> None:
    small = Path(__file__).parents[1] / "oracles" / "c_tiny_n40_k3.csv"
    whole = tb.threshold(small, costs=tb.Costs(misroute=8.0))
    some = tb.threshold(small, costs={"misroute": 8.0})
    assert whole.to_json() == some.to_json()
    assert whole.recommendation.prices_stated
