"""New categories of a log and of a run: by words without weights, and nothing personal shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from decision_logs import written
from ticketbench.edge.engines import minilm
from ticketbench.flow.logs.tell import Asked, logs
from ticketbench.flow.report.folder import report_folder
from ticketbench.flow.run import run
from ticketbench.measure.categories.found import Categories
from ticketbench.report.categories.words import (
    categories_text,
    cluster_line,
    how_text,
    worth_showing,
)

SECRET = "zanzibari"
NEW = ("pool too cold to swim", "swim lane of the pool closed", "cold pool so no swim")
KNOWN = ("invoice of may is wrong", "please refund my invoice", "my parcel is lost")


@pytest.fixture(autouse=True)
def _without_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TICKETBENCH_MINILM_DIR", str(tmp_path / "nowhere"))
    # Another test of this process may have read them already.
    monkeypatch.setattr(minilm, "minilm", minilm.minilm.__wrapped__)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """200 decisions; thirty are about a pool, score low and name somebody: two of them the same."""
    rows: list[dict[str, Any]] = []
    texts = []
    for i in range(200):
        new = i < 30
        score = 0.3 if new else 0.7 + (i * 37 % 100) / 400
        rows.append({"ticket_id": f"T-{i}", "top_label": "billing", "score": score})
        text = f"{NEW[i % 3]}, visit {i // 3} now" if new else f"{KNOWN[i % 3]}, case {i // 3}"
        who = f"{SECRET} mia{i}@example.com key sk-live-{i:024d}" if i in (3, 4) else "thanks"
        texts.append(f'T-{i},"{text}, {who}"')
    written(tmp_path / "decisions.jsonl", rows)
    (tmp_path / "tickets.csv").write_text("\n".join(["id,text", *texts, ""]), "utf-8")
    return tmp_path


def told(folder: Path, against: str = "") -> Categories:
    asked = Asked(against=against, texts=folder / "tickets.csv")
    found = logs([folder / "decisions.jsonl"], asked).categories
    assert found is not None
    return found


def in_words(found: Categories) -> str:
    lines = [cluster_line(one, found, str) for one in worth_showing(found)]
    return "\n".join([categories_text(found), *lines, how_text(found)])


def test_without_texts_there_are_no_categories(folder: Path) -> None:
    assert logs([folder / "decisions.jsonl"], Asked()).categories is None


def test_a_log_alone_has_clusters_and_says_why_none_is_called_new(folder: Path) -> None:
    found = told(folder)
    assert (found.method, found.n, found.n_under, found.why) == ("tf-idf", 200, 30, "no rubrics")
    assert any(one.may_be_new and "pool" in one.words for one in found.clusters)
    assert "told --against a policy or a run" in in_words(found)
    assert "not by meaning" in in_words(found)


def test_what_a_single_customer_writes_and_what_is_masked_stands_nowhere(folder: Path) -> None:
    found = told(folder)
    everything = in_words(found) + json.dumps([one.words for one in found.clusters])
    assert "pool" in everything
    assert not any(
        s in everything for s in (SECRET, "mia", "example", "sk-live", "live", "visit 1")
    )


def test_the_same_log_tells_the_same(folder: Path) -> None:
    assert told(folder) == told(folder)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """120 tickets for the lexical engine; twenty are about a pool, one of them names somebody."""
    rows = ["id,text,label,customer"]
    for i in range(120):
        text = NEW[i % 3] if i < 20 else KNOWN[i % 3]
        who = SECRET if i < 9 else "thanks"
        rows.append(f"t{i},{text} {who},{'billing' if i % 2 else 'shipping'},c{i // 9}")
    (tmp_path / "t.csv").write_text("\n".join([*rows, ""]), "utf-8")
    rubrics = (
        "- {name: billing, rubric: 'Is this about an invoice or a refund?'}\n"
        "- {name: shipping, rubric: 'Is this about a parcel that is lost?'}\n"
    )
    (tmp_path / "r.yaml").write_text(rubrics, "utf-8")
    made = tmp_path / "eval.yaml"
    made.write_text(
        "version: 1\nendpoint: {url: 'local://lexical/v1/classify'}\nrubric_sets: {v1: r.yaml}\n"
        "dataset: {path: t.csv, columns: {group: customer}}\n"
        "report: {figures: false, texts: masked, categories: true}\n",
        "utf-8",
    )
    return made


def test_a_run_tells_what_is_new_on_its_page_in_words_of_three_customers(config: Path) -> None:
    found = run(config, out=config.with_name("out"))
    (of_set,) = found.results.categories
    assert of_set.found.called_new
    assert {name for one in of_set.found.new for name in one.ids} == {f"t{i}" for i in range(20)}
    page = (config.with_name("out") / "index.html").read_text("utf-8")
    fold = page[page.index('id="audit-categories"') :].split("</details>")[0]
    assert "v1: 20 tickets, new?" in fold
    assert "pool" in fold
    assert SECRET not in fold
    assert report_folder(config.with_name("out"), texts=False).results == found.results


def test_where_no_text_may_be_shown_no_word_of_one_is_written(config: Path) -> None:
    found = run(config, out=config.with_name("out"), overrides=["report.texts=none"])
    assert found.results.categories[0].found.called_new
    for name in ("index.html", "results.json", "summary.md"):
        assert "pool" not in (config.with_name("out") / name).read_text("utf-8")


def test_a_run_that_is_not_asked_for_categories_has_none(config: Path) -> None:
    found = run(config, out=config.with_name("out"), overrides=["report.categories=false"])
    assert found.results.categories == ()
    assert "audit-categories" not in (config.with_name("out") / "index.html").read_text("utf-8")
