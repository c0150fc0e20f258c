"""What of a run goes into batches, and what the run says of them."""

from __future__ import annotations

import json
import math
import re
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from batch_project import CONFIG, OUT, Asked, batch_server, write_project
from ticketbench.core.errors import EndpointError, IncompleteError, InputError
from ticketbench.edge.batches import every_batch, uploads
from ticketbench.edge.serving.batches.conduct import Conduct
from ticketbench.flow.answers.cache import cache_info
from ticketbench.flow.plan import plan_run
from ticketbench.flow.run import RunOutcome, run
from ticketbench.flow.steps.inputs import read_inputs
from ticketbench.flow.steps.sources.batches import BatchWishes
from ticketbench.flow.steps.tables import scored

pytestmark = pytest.mark.loopback

BATCH, SINGLE = BatchWishes(use=True), BatchWishes(use=False)
EVAL = Path(CONFIG)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Waits of moments, in a folder of one's own."""
    monkeypatch.setattr(every_batch, "FIRST_WAIT_S", 0.01)
    monkeypatch.setattr(every_batch, "LONGEST_WAIT_S", 0.05)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def asked() -> Iterator[Asked]:
    with batch_server(Conduct(order="shuffled")) as found:
        yield found


def numbers() -> dict[str, int]:
    """What the manifest says of batches."""
    manifest = json.loads((OUT / "manifest.json").read_text())
    found = manifest.get("batches", {})
    assert isinstance(found, dict)
    return found


def predictions(outcome: RunOutcome) -> str:
    return (outcome.out / "predictions.csv").read_text()


def interrupt(asked: Asked) -> None:
    """End the next run as Ctrl-C does, where it would wait for a batch."""

    def stop(what: str) -> None:
        if what == "state":
            asked.at = lambda what: None
            raise RuntimeError("the server is gone for a moment")

    asked.at = stop


def test_a_run_in_batches_has_the_results_of_one_that_asks_one_by_one(asked: Asked) -> None:
    write_project(Path(), asked.server.url, tickets=40, sets=2)
    said: list[str] = []
    batched = run(EVAL, batches=BATCH, tell=said.append)
    assert [len(one) for one in asked.uploads] == [80]
    assert said[0].startswith("1 batch of 80 questions, ")
    assert asked.ids[0] in said[1]
    assert (batched.asked, batched.sources) == (80, ("v1: 40 asked", "v2: 40 asked"))
    assert numbers() == {"uploaded": 1, "questions": 80, "taken_up": 0, "strays": 0,
                         "miscounted": 0, "failed": 0}  # fmt: skip
    results = (OUT / "results.json").read_bytes()
    Path("answers.sqlite").unlink()
    single = run(EVAL, batches=SINGLE, out=Path("single"))
    assert len(asked.uploads) == 1
    assert predictions(single) == predictions(batched)
    assert (Path("single") / "results.json").read_bytes() == results


def test_what_batches_answered_is_cached_for_single_questions_and_the_other_way_round(
    asked: Asked,
) -> None:
    write_project(Path(), asked.server.url, tickets=6)
    run(EVAL, batches=BATCH)
    assert run(EVAL).asked == 0
    write_project(Path(), asked.server.url, tickets=9)
    run(EVAL)
    write_project(Path(), asked.server.url, tickets=10)
    assert run(EVAL, batches=BATCH).sources == ("v1: 9 cached, 1 asked",)
    assert [len(one) for one in asked.uploads] == [6, 1]


def test_nothing_goes_into_a_batch_unless_somebody_says_so(asked: Asked) -> None:
    write_project(Path(), asked.server.url, tickets=4)
    run(EVAL)
    assert asked.uploads == []
    assert numbers() == {}


def test_auto_uploads_from_a_thousand_questions_on(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert uploads.PAYS_FROM == 1_000
    monkeypatch.setattr(uploads, "PAYS_FROM", 5)
    write_project(Path(), asked.server.url, tickets=4, endpoint=", batch: auto")
    run(EVAL)
    assert asked.uploads == []
    write_project(Path(), asked.server.url, tickets=9, endpoint=", batch: auto")
    run(EVAL)
    assert [len(one) for one in asked.uploads] == [5]


def test_the_option_goes_over_the_config(asked: Asked) -> None:
    write_project(Path(), asked.server.url, tickets=3, endpoint=", batch: always")
    run(EVAL, batches=SINGLE)
    assert asked.uploads == []


def test_items_that_fail_are_failures_of_those_tickets(monkeypatch: pytest.MonkeyPatch) -> None:
    with batch_server(Conduct(fail=0.2)) as asked:
        write_project(Path(), asked.server.url, tickets=20)
        with pytest.raises(IncompleteError, match="4 answers of 4 tickets failed"):
            run(EVAL, batches=BATCH)
        data = json.loads((OUT / "results.json").read_text())["data"]
        (counts,) = [one["tickets"] for one in data["evaluations"]]
        assert counts["n_requested"] == counts["n_scored"] + counts["n_failed"] == 20
        assert {(one["kind"], one["status"]) for one in counts["failures"]} == {("http", 500)}
        assert numbers()["failed"] == 4
        assert run(EVAL, batches=BATCH, allow_failures=1).sources == ("v1: 16 cached, 4 asked",)


def test_a_batch_that_is_open_is_read_by_a_run_that_would_ask_one_by_one(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_project(Path(), asked.server.url, tickets=7)
    with monkeypatch.context() as patch:
        patch.setattr("ticketbench.edge.batches.polls._MOST_IN_A_ROW", 1)
        interrupt(asked)
        with pytest.raises(EndpointError, match="nothing can be learned of batch batch_"):
            run(EVAL, batches=BATCH)
    (shown,) = cache_info(EVAL).open_batches
    assert re.match(rf"batch {asked.ids[0]} of 7 questions, uploaded at .* to http://127", shown)
    (plan,) = plan_run(EVAL).batches
    assert (plan.batches, plan.waiting, len(plan.open)) == (0, 7, 1)
    with pytest.raises(IncompleteError, match="7 because the question waits in a batch that is"):
        run(EVAL, mode="replay")
    assert plan_run(EVAL).requests == 0
    said: list[str] = []
    assert run(EVAL, batches=SINGLE, tell=said.append).asked == 7
    assert asked.ids[0] in said[0]
    assert (len(asked.uploads), numbers()["taken_up"]) == (1, 1)
    assert cache_info(EVAL).open_batches == ()


def test_two_runs_at_once_on_one_cache_upload_a_question_once(asked: Asked) -> None:
    write_project(Path(), asked.server.url, tickets=12)
    said: list[str] = []
    waits = threading.Event()

    def tell(words: str) -> None:
        said.append(words)
        waits.set()

    def second() -> RunOutcome:
        return run(EVAL, batches=BATCH, tell=tell, out=Path("reports") / "second")

    with ThreadPoolExecutor(1) as pool:
        begun: list[Future[RunOutcome]] = []

        def begin_another(what: str) -> None:
            if what == "taken" and not begun:
                begun.append(pool.submit(second))
                assert waits.wait(30)

        asked.at = begin_another
        first = run(EVAL, batches=BATCH)
        assert predictions(begun[0].result()) == predictions(first)
    assert set(asked.n_asked.values()) == {1}
    assert said[0] == "another run on this cache is uploading: waiting until it has"


def test_strict_replay_knows_no_batches(asked: Asked) -> None:
    write_project(Path(), asked.server.url, tickets=3, endpoint=", batch: always")
    with pytest.raises(IncompleteError):
        run(EVAL, mode="replay", batches=BATCH)
    assert asked.uploads == []


def test_a_refresh_in_a_batch_asks_everything_again(asked: Asked) -> None:
    write_project(Path(), asked.server.url, tickets=5)
    run(EVAL)
    assert run(EVAL, mode="refresh", batches=BATCH).sources == ("v1: 5 asked",)
    assert [len(one) for one in asked.uploads] == [5]


def test_an_open_batch_of_a_refresh_outlives_a_run_that_has_all_answers(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_project(Path(), asked.server.url, tickets=5)
    run(EVAL)
    with monkeypatch.context() as patch:
        patch.setattr("ticketbench.edge.batches.polls._MOST_IN_A_ROW", 1)
        interrupt(asked)
        with pytest.raises(EndpointError):
            run(EVAL, mode="refresh", batches=BATCH)
    run(EVAL)
    run(EVAL, mode="refresh", batches=BATCH)
    assert [len(one) for one in asked.uploads] == [5]


def test_a_limit_stops_before_the_upload_and_the_same_command_goes_on(asked: Asked) -> None:
    write_project(Path(), asked.server.url, tickets=5)
    with pytest.raises(IncompleteError, match="--max-requests 3 was reached"):
        run(EVAL, batches=BATCH, most_requests=3)
    run(EVAL, batches=BATCH, most_requests=3)
    assert [len(one) for one in asked.uploads] == [3, 2]


def test_a_deadline_ends_the_run_with_the_id_and_the_next_one_waits_on() -> None:
    with batch_server(Conduct(delay_s=0.4)) as asked:
        write_project(Path(), asked.server.url, tickets=5, endpoint=", batch_timeout_s: 0.1")
        with pytest.raises(IncompleteError, match=r"is not finished after 0\.1 s") as caught:
            run(EVAL, batches=BATCH)
        assert f"--resume-batch {asked.ids[0]}" in str(caught.value)
        assert not OUT.exists()
        run(EVAL, overrides=["endpoint.batch_timeout_s=60"])
    assert len(asked.uploads) == 1


def test_a_plan_names_batches_size_and_price_and_sends_nothing(asked: Asked) -> None:
    priced = ", price_per_million_tokens: 1000, price_per_request: 1"
    write_project(Path(), asked.server.url, tickets=8, endpoint=priced, sets=2)
    plan = plan_run(EVAL, wishes=BATCH)
    (found,) = plan.batches
    assert (found.batches, found.questions, found.waiting) == (1, 16, 0)
    assert found.cost == plan.cost > 16
    assert re.fullmatch(r"1 batch of 16 questions, \d kB to upload, cost about \d+", found.text)
    assert asked.uploads == []
    run(EVAL, batches=BATCH)
    assert plan_run(EVAL, wishes=BATCH).batches == ()


def test_a_plan_without_a_price_names_none(asked: Asked) -> None:
    write_project(Path(), asked.server.url, tickets=2)
    (found,) = plan_run(EVAL, wishes=BATCH).batches
    assert math.isnan(found.cost)
    assert found.text == "1 batch of 2 questions, 1 kB to upload"


@pytest.mark.parametrize("wishes", [BATCH, BatchWishes(resume=("b-1",))])
def test_a_wish_that_no_endpoint_can_meet_is_refused_at_the_line_of_its_url(
    wishes: BatchWishes,
) -> None:
    write_project(Path(), "local://lexical/v1/classify", tickets=2)
    with pytest.raises(InputError, match="no batch API beside this URL") as caught:
        run(EVAL, batches=wishes)
    assert caught.value.problems[0].where == f"{CONFIG}:2:12"


@pytest.mark.parametrize("batch_id", ["", "../models", "b/1", "b?x", "b 1", "b\n", "x" * 129])
def test_what_is_no_id_is_sent_nowhere(batch_id: str) -> None:
    write_project(Path(), "http://127.0.0.1:9/classify", tickets=2)
    with pytest.raises(InputError, match="is no id of a batch"):
        run(EVAL, batches=BatchWishes(resume=(batch_id,)))


def test_a_batch_is_not_taken_up_where_nothing_is_sent() -> None:
    write_project(Path(), "http://127.0.0.1:9/classify", tickets=2)
    with pytest.raises(InputError, match="strict replay sends nothing"):
        run(EVAL, mode="replay", batches=BatchWishes(resume=("b-1",)))


def test_always_is_refused_at_its_line_where_there_is_no_batch_api() -> None:
    write_project(Path(), "local://lexical/v1/classify", tickets=2, endpoint=", batch: always")
    with pytest.raises(InputError, match="no batch API beside this URL") as caught:
        run(EVAL)
    assert re.fullmatch(rf"{CONFIG}:2:\d+", caught.value.problems[0].where)


def test_lines_that_belong_to_no_question_are_a_finding(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_project(Path(), asked.server.url, tickets=3)
    output = asked.server.batches.output
    stray = b'{"custom_id": "of-nobody", "error": "x"}\n'
    monkeypatch.setattr(asked.server.batches, "output", lambda batch_id: output(batch_id) + stray)
    findings = run(EVAL, batches=BATCH).results.findings
    (found,) = [one for one in findings if one.code == "TB313"]
    assert found.evidence.startswith("1 line of the output answered no question")


def test_no_other_command_asks_what_waits_in_an_open_batch(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_project(Path(), asked.server.url, tickets=6)
    with monkeypatch.context() as patch:
        patch.setattr("ticketbench.edge.batches.polls._MOST_IN_A_ROW", 1)
        interrupt(asked)
        with pytest.raises(EndpointError):
            run(EVAL, batches=BATCH)
    table = scored(read_inputs(EVAL), ["v1"], mode="auto")["v1"]
    assert {failure.kind for failure in table.failures} == {"not_run"}
    assert table.n_failed == 6
    assert asked.ids[0] in table.failures[0].detail
    assert "`ticketbench run CONFIG` waits for it" in table.failures[0].detail
