"""The minilm engine: its rule by hand, each text encoded once, the same bits everywhere."""

from __future__ import annotations

import hashlib
import json
import math
import os
import subprocess
import sys
import threading
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.core.classify import check_sum, parse_answer
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.edge.contract import request_body
from ticketbench.edge.endpoints import Connection, connect
from ticketbench.edge.engines.encoder import Encoder, Floats
from ticketbench.edge.engines.minilm import MiniLM, RubricVectors
from ticketbench.edge.engines.rubric_words import phrases
from ticketbench.edge.engines.weights import FOLDER_VARIABLE

SETTINGS = settings(deadline=None, database=None, derandomize=True, max_examples=25)

JSON = {"Content-Type": "application/json"}
RUBRICS = (
    ("billing", "Is the customer asking about an invoice, a payment or a refund?"),
    ("technical", "Does the customer report an error, a crash or an empty page?"),
    ("account", "Is the customer asking about a password, a profile or sign in?"),
)
TEXTS = (
    "I was charged twice on the last invoice and want a refund",
    "The app crashes with an error when I open the page",
    "I forgot my password and cannot sign in",
    "Grüße, die Rechnung ist falsch 😀",
    "refund " * 300,
    "",
)


class Counting:
    """Stands in for the encoder, whose weights may be missing: counts, and answers by rule."""

    def __init__(self, vectors: dict[str, Sequence[float]] | None = None) -> None:
        self.encoded: Counter[str] = Counter()
        self._vectors = vectors or {}

    def encode(self, texts: Sequence[str]) -> Floats:
        """Known texts as given, any other by its digest."""
        self.encoded.update(texts)
        threading.Event().wait(0.001)  # lets other threads in
        return np.array([self._vectors.get(text) or self._any(text) for text in texts], np.float32)

    def _any(self, text: str) -> list[float]:
        angle = hashlib.sha256(text.encode()).digest()[0] / 255
        return [math.cos(angle), math.sin(angle)]


def engine_on(encoder: Counting) -> MiniLM:
    return MiniLM(cast(Encoder, encoder))


def softmax(logits: Sequence[float], temperature: float) -> list[float]:
    weights = np.exp((np.array(logits) - max(logits)) / temperature)
    return [float(weight) for weight in weights / weights.sum()]


def test_the_logit_is_half_the_whole_rubric_and_half_its_nearest_phrase() -> None:
    vectors = RubricVectors(
        np.array([0.6, 0.8], np.float32), np.array([[0, 1], [0.8, 0.6], [-1, 0]], np.float32)
    )
    assert vectors.logit(np.array([1, 0], np.float32)) == pytest.approx(0.5 * 0.6 + 0.5 * 0.8)


def test_scores_by_hand() -> None:
    # billing: 0.5 · 0.6 + 0.5 · max(0.8, 0) = 0.70; account: 0.5 · 0.8 + 0.5 · 0.5 = 0.65
    encoder = Counting(
        {
            "ticket": [1, 0],
            "Is this about money or tax?": [0.6, 0.8],
            "money": [0.8, 0.6],
            "tax": [0, 1],
            "Is this about a login?": [0.8, 0.6],
            "a login": [0.5, math.sqrt(0.75)],
        }
    )
    labels = [("billing", "Is this about money or tax?"), ("account", "Is this about a login?")]
    scores = engine_on(encoder).classify("ticket", labels)
    assert scores == {"billing": round(1 / (1 + math.exp(-1)), 6), "account": 0.268941}


@pytest.mark.parametrize("text", TEXTS, ids=[text[:10] for text in TEXTS])
def test_scores_follow_from_the_vectors(model: MiniLM, text: str) -> None:
    asked = model._encoder.encode([text])[0].astype(np.float64)
    logits = []
    for _, rubric in RUBRICS:
        whole, *rest = model._encoder.encode([rubric, *phrases(rubric)]).astype(np.float64)
        assert len(rest) == 3
        logits.append(0.5 * (whole @ asked) + 0.5 * max(phrase @ asked for phrase in rest))
    expected = dict(zip(("billing", "technical", "account"), softmax(logits, 0.05), strict=True))
    assert model.classify(text, RUBRICS) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Please give me my money back", "billing"),
        ("Everything breaks since this morning", "technical"),
        ("How do I log on?", "account"),
    ],
)
def test_a_text_of_the_meaning_without_the_words_finds_its_label(
    model: MiniLM, text: str, label: str
) -> None:
    scores = model.classify(text, RUBRICS)
    assert max(scores, key=lambda name: scores[name]) == label


def test_names_do_not_matter(model: MiniLM) -> None:
    renamed = [(f"refund {i}", rubric) for i, (_, rubric) in enumerate(RUBRICS)]
    for text in TEXTS:
        scores = model.classify(text, RUBRICS).values()
        assert list(model.classify(text, renamed).values()) == list(scores)


def test_equal_rubrics_get_equal_scores(model: MiniLM) -> None:
    assert model.classify("refund", [("a", "Is it so?"), ("b", "Is it so?")]) == {
        "a": 0.5,
        "b": 0.5,
    }


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_another_order_of_rubrics_permutes_the_scores_only(
    model: MiniLM, order: tuple[int, ...]
) -> None:
    labels = [RUBRICS[i] for i in order]
    for text in TEXTS:
        scores = model.classify(text, labels)
        assert scores == model.classify(text, RUBRICS)
        assert list(scores) == [name for name, _ in labels]


def test_one_label_gets_everything(model: MiniLM) -> None:
    assert model.classify("refund", RUBRICS[:1]) == {"billing": 1.0}


def test_scores_have_at_most_six_decimals(model: MiniLM) -> None:
    assert all(round(score, 6) == score for score in model.classify(TEXTS[0], RUBRICS).values())


@SETTINGS
@given(
    text=st.text(),
    rubrics=st.dictionaries(
        st.text(min_size=1, max_size=9), st.text(min_size=1, max_size=60), min_size=1, max_size=5
    ),
)
def test_any_text_and_rubrics_give_a_distribution(
    model: MiniLM, text: str, rubrics: dict[str, str]
) -> None:
    scores = model.classify(text, list(rubrics.items()))
    check_sum(list(scores.values()), decimals=6)
    assert list(scores) == list(rubrics)
    assert all(0 <= score <= 1 for score in scores.values())


@pytest.mark.parametrize("n", [2, 50, 200])
def test_many_labels_give_a_distribution_too(n: int) -> None:
    scores = engine_on(Counting()).classify("x", [(f"l{i}", f"Is it {i}?") for i in range(n)])
    check_sum(list(scores.values()), decimals=6)


@pytest.mark.usefixtures("model")
def test_an_answer_keeps_the_contract() -> None:
    url = "local://minilm/v1/classify"
    rubrics = RubricSet("v1", tuple(Rubric(name, text) for name, text in RUBRICS))
    reply = connect(url, Connection()).ask(url, request_body(TEXTS[2], rubrics))
    assert parse_answer(reply.body, rubrics.labels).top_label == "account"


def test_a_text_is_encoded_once_for_two_rubric_sets() -> None:
    encoder = Counting()
    engine = engine_on(encoder)
    for labels in (RUBRICS, [("other", "Is this about something else?")]):
        engine.classify("my ticket", labels)
    assert encoder.encoded["my ticket"] == 1


def test_rubrics_are_encoded_once_for_many_texts() -> None:
    encoder = Counting()
    engine = engine_on(encoder)
    for i in range(5):
        engine.classify(f"ticket {i}", RUBRICS)
    assert set(encoder.encoded.values()) == {1}
    assert len(encoder.encoded) == 5 + 3 * 4  # a rubric as a whole and its three phrases


def test_a_rubric_under_another_name_is_not_encoded_again() -> None:
    encoder = Counting()
    engine = engine_on(encoder)
    for name in ("billing", "money"):
        engine.classify("my ticket", [(name, "Is this about tax?")])
    assert encoder.encoded["Is this about tax?"] == 1


def test_eight_threads_at_once_encode_each_rubric_once() -> None:
    encoder, together = Counting(), threading.Barrier(8)
    engine = engine_on(encoder)

    def ask(i: int) -> dict[str, float]:
        together.wait(10)
        return engine.classify(f"ticket {i}", RUBRICS)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(8)))
    assert [encoder.encoded[rubric] for _, rubric in RUBRICS] == [1, 1, 1]


def test_threads_and_one_after_another_score_alike(model: MiniLM) -> None:
    fresh = MiniLM(model._encoder)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda text: fresh.classify(text, RUBRICS), TEXTS * 4))
    assert found == [model.classify(text, RUBRICS) for text in TEXTS] * 4


def test_vectors_come_in_the_order_of_the_texts(model: MiniLM) -> None:
    vectors = model.vectors([*TEXTS, TEXTS[0]])
    assert vectors.tobytes() == model._encoder.encode([*TEXTS, TEXTS[0]]).tobytes()


def test_no_text_gives_no_vector() -> None:
    vectors = engine_on(Counting()).vectors([])
    assert (vectors.shape, vectors.dtype) == ((0, 384), np.float32)


def test_a_text_that_was_scored_is_not_encoded_again_for_its_vector() -> None:
    encoder = Counting()
    engine = engine_on(encoder)
    engine.classify("my ticket", RUBRICS)
    engine.vectors(["my ticket", "another"])
    assert (encoder.encoded["my ticket"], encoder.encoded["another"]) == (1, 1)


PROGRAM = """\
import json, sys
from ticketbench.edge.engines.minilm import minilm
texts, rubrics = json.load(sys.stdin)
scored = {text: minilm().classify(text, rubrics) for text in texts}
bits = {text: minilm().vectors([text]).tobytes().hex() for text in texts}
print(json.dumps([scored, bits], sort_keys=True))
"""


def printed(program: str, weights: Path, given: object = None, **variables: str) -> str:
    """What a new process prints that finds the weights."""
    return subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(given),
        env={**os.environ, FOLDER_VARIABLE: str(weights), **variables},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_processes_with_other_hash_seeds_and_order_of_texts_agree_to_the_bit(
    model: MiniLM, weights: Path
) -> None:
    found = {
        printed(PROGRAM, weights, [texts, RUBRICS], PYTHONHASHSEED=seed)
        for seed, texts in (("1", TEXTS), ("2", TEXTS), ("1", TEXTS[::-1]))
    }
    here = [
        {text: model.classify(text, RUBRICS) for text in TEXTS},
        {text: model.vectors([text]).tobytes().hex() for text in TEXTS},
    ]
    assert [json.loads(out) for out in found] == [here]


def test_blas_computes_with_one_thread_once_the_engine_is_ready(weights: Path) -> None:
    program = (
        "from threadpoolctl import threadpool_info; import numpy; "
        "from ticketbench.edge.engines import engines; engines().get('minilm').ready(); "
        "pools = [pool for pool in threadpool_info() if pool['user_api'] == 'blas']; "
        "print(bool(pools), {pool['num_threads'] for pool in pools})"
    )
    variables = {"OPENBLAS_NUM_THREADS": "2", "MKL_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"}
    assert printed(program, weights, **variables) == "True {1}\n"


@pytest.fixture
def served(weights: Path) -> Iterator[str]:
    """A `ticketbench serve` of the engine; its URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "ticketbench", "serve", "--engine", "minilm"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, FOLDER_VARIABLE: str(weights)},
    )
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.terminate()
    process.wait(timeout=20)
    process.stdout.close()


@pytest.mark.loopback
def test_over_http_and_in_process_the_answers_are_the_same_bytes(served: str) -> None:
    url = "local://minilm/v1/classify"
    assert served.endswith("/minilm/v1/classify")
    rubrics = RubricSet("v1", tuple(Rubric(name, text) for name, text in RUBRICS))
    bodies = [request_body(text, rubrics) for text in TEXTS if text]

    def asked(body: bytes) -> bytes:
        with urllib.request.urlopen(
            urllib.request.Request(served, body, JSON), timeout=30
        ) as answer:
            return bytes(answer.read())

    with ThreadPoolExecutor(5) as pool:
        over_http = list(pool.map(asked, bodies))
    assert over_http == [connect(url, Connection()).ask(url, body).body for body in bodies]
