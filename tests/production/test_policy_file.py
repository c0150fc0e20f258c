"""The policy file: one canonical form, what is refused, and the way there and back."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import ticketbench
from policies import POLICY
from ticketbench.core.errors import InputError
from ticketbench.core.policy import Policy
from ticketbench.core.rubrics import fingerprint
from ticketbench.production import Policy as Exported
from ticketbench.production.json_text import digest
from ticketbench.production.policy_file import PolicyFile, as_json, policy_bytes
from ticketbench.production.policy_schema import SCHEMA

WHOLE = policy_bytes(POLICY)
SOURCES = Path(ticketbench.__file__).parent.parent


def _signed(value: dict[str, Any]) -> bytes:
    """As somebody writes it who makes the digest anew: what it refuses is the value itself."""
    return json.dumps({**value, "sha256": digest(value)}).encode()


def _leaves(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(one, (*place, key))
    else:
        yield place


def _with(value: Any, place: tuple[Any, ...], change: Callable[[Any], Any]) -> Any:
    if not place:
        return change(value)
    copy = value.copy()
    copy[place[0]] = _with(value[place[0]], place[1:], change)
    return copy


def _other(value: Any) -> Any:
    """A value of the same type that differs as little as it can."""
    if isinstance(value, str):
        return value[:-1] + chr(ord(value[-1]) ^ 1)
    return (not value) if isinstance(value, bool) else "x" if value is None else value + 1e-12


def test_what_was_written_is_read_back_and_written_alike(tmp_path: Path) -> None:
    POLICY.save(tmp_path / "policy.json")
    read = PolicyFile.load(tmp_path / "policy.json")
    assert read == POLICY
    assert policy_bytes(read) == (tmp_path / "policy.json").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["policy.json"]


def test_what_a_router_decides_by_is_the_policy_of_the_evaluation() -> None:
    read = Exported.load(WHOLE)
    assert read.policy == Policy(0.6, 0.3, 1.0, (("billing", 0.55),), "manual_review")
    assert read.labels == ("billing", "general")
    assert read.rubrics[0].text.startswith("Is this about a charge")
    assert read.fingerprint == f"sha256:{POLICY.rubric_set.fingerprint}"


@pytest.mark.parametrize("place", list(_leaves(as_json(POLICY)))[1:], ids=str)
def test_the_smallest_change_of_any_value_is_refused(place: tuple[Any, ...]) -> None:
    changed = json.dumps(_with(as_json(POLICY), place, _other)).encode()
    with pytest.raises(InputError, match="changed after it was made"):
        PolicyFile.load(changed)


@pytest.mark.parametrize(
    "respelled",
    [
        json.dumps(as_json(POLICY)).encode(),
        json.dumps(as_json(POLICY), indent=7, sort_keys=True).encode(),
        WHOLE.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + WHOLE,
        WHOLE.replace(b'"threshold": 0.6,', b'"threshold": 0.600,'),
        WHOLE.replace(b'"temperature": 1.0', b'"temperature": 1'),
        WHOLE.replace(b'"n": 408', b'"n": 4.08e2'),
        WHOLE.replace("ü".encode(), b"\\u00fc"),
    ],
    ids=["compact", "indented", "CRLF", "BOM", "zeros", "integer", "exponent", "escape"],
)
def test_another_spelling_of_the_same_values_is_the_same_policy(respelled: bytes) -> None:
    assert respelled != WHOLE
    assert policy_bytes(PolicyFile.load(respelled)) == WHOLE


_COUNTS = [
    ("reference", "n"),
    ("reference", "top_labels", "billing"),
    ("reference", "confusion", 0, 0),
    ("promise", "judged", "routed"),
]


@pytest.mark.parametrize(
    ("place", "number"),
    [
        *(
            (place, 10**400)
            for place in [*_COUNTS, ("decide", "threshold"), ("decide", "temperature")]
        ),
        *((place, 10**308) for place in _COUNTS),
        (("decide", "threshold"), 10**308),
    ],
    ids=lambda one: str(one)[:40],
)
def test_an_integer_too_large_for_a_float_is_refused(place: tuple[Any, ...], number: int) -> None:
    value = _with(as_json(POLICY), place, lambda _: number)
    with pytest.raises(InputError, match=r"too large|out of range"):
        PolicyFile.load(json.dumps(value).encode(), allow_edited=True)


def test_a_key_that_stands_twice_behind_many_others_is_found_at_once() -> None:
    keys = ", ".join(f'"k{i}": 0' for i in range(20_000))
    with pytest.raises(InputError, match="'k1' stands there twice"):
        PolicyFile.load(f'{{{keys}, "k1": 0}}'.encode())


def test_a_changed_rubric_is_taken_when_said_aloud_and_marked_for_good() -> None:
    text = WHOLE.replace(b"a refund", b"a return")
    taken = PolicyFile.load(text, allow_edited=True)
    assert taken.edited
    assert taken.fingerprint != POLICY.fingerprint
    assert taken.sha256 != POLICY.sha256
    assert taken.holding_promise is None
    assert taken.promise == POLICY.promise
    again = PolicyFile.load(policy_bytes(taken))
    assert again == taken
    assert again.warnings(date(2027, 1, 1)) == ("policy_edited",)


def test_the_mark_of_an_edit_cannot_be_taken_out_unseen() -> None:
    edited = policy_bytes(replace(POLICY, edited=True))
    with pytest.raises(InputError, match="changed after it was made"):
        PolicyFile.load(edited.replace(b'  "edited": true,\n', b""))


@pytest.mark.parametrize(
    ("place", "key", "named"),
    [
        ((), "canary", "'canary' in the policy"),
        (("decide",), "veto", "'veto' in decide"),
        (("rubric_set", "labels", 1), "weight", r"'weight' in rubric_set.labels\[1\]"),
        (("promise", "judged"), "lucky", "'lucky' in promise.judged"),
    ],
)
def test_a_key_that_is_not_known_is_refused_by_its_name(
    place: tuple[Any, ...], key: str, named: str
) -> None:
    value = _with(as_json(POLICY), place, lambda one: {**one, key: 1})
    for content in (_signed(value), json.dumps(value).encode()):
        with pytest.raises(InputError, match=named) as caught:
            PolicyFile.load(content)
        assert "newer ticketbench" in caught.value.problems[0].help


@pytest.mark.parametrize("version", ["ticketbench/policy@2", "ticketbench/policy@10"])
def test_another_version_is_refused_before_anything_else_of_it_is_read(version: str) -> None:
    with pytest.raises(InputError, match=version) as caught:
        PolicyFile.load(json.dumps({"schema": version, "anything": []}).encode())
    assert "newer ticketbench" in caught.value.problems[0].help


def test_a_rule_that_is_not_known_is_refused() -> None:
    value = _with(as_json(POLICY), ("decide", "rule"), lambda _: "threshold_then_dice")
    with pytest.raises(InputError, match=r"decide.rule is 'threshold_then_dice'") as caught:
        PolicyFile.load(_signed(value))
    assert "newer ticketbench" in caught.value.problems[0].help


@pytest.mark.parametrize(
    ("place", "wrong", "said"),
    [
        (("rubric_set", "labels", 1, "name"), "billing", "'billing' stands twice"),
        (("rubric_set", "labels", 1, "rubric"), "Another?", "fingerprint is not that"),
        (("decide", "label_thresholds"), {"biling": 0.5}, "'biling', which is no label"),
        (("prompts",), {"sales": "Sell."}, "'sales', which is no label"),
        (("decide", "threshold"), "0.6", "decide.threshold is no number"),
        (("decide", "threshold"), True, "decide.threshold is no number"),
        (("decide", "temperature"), 0, "decide.temperature cannot be 0"),
        (("promise", "right_at_least"), 1, "right_at_least cannot be 1"),
        (("promise", "judged", "right"), 172, "more tickets right than routed"),
        (("promise", "judged", "low"), 0.99, "low is above"),
        (("reference", "n"), 400, "counts 408 tickets, reference.n is 400"),
        (("reference", "n"), 408.5, "reference.n is no integer"),
        (("reference", "top_score_quantiles"), [0.5] * 100, "100 entries, it needs 101"),
        (("reference", "top_score_quantiles"), [0.5, 0.4] + [0.6] * 99, "do not rise"),
        (("reference", "confusion"), [[1, 2], [3]], "has not 2 columns"),
        (("reference", "confusion"), [[400, 2], [3, 9]], "confusion counts 414 tickets"),
        (("created",), "2026-13-29T09:00:00Z", "days that there are"),
        (("review_by",), "29 May", "review_by is not written"),
        (("edited",), False, "edited is 'False'"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    place: tuple[Any, ...], wrong: Any, said: str
) -> None:
    value = as_json(POLICY)
    value = {**value, "edited": True} if place == ("edited",) else value
    value = _with(value, place, lambda _: wrong)
    if place == ("rubric_set", "labels", 1, "name"):
        labels = value["rubric_set"]["labels"]
        whole = fingerprint(part for one in labels for part in (one["name"], one["rubric"]))
        value["rubric_set"]["fingerprint"] = f"sha256:{whole}"
    with pytest.raises(InputError, match=said):
        PolicyFile.load(_signed(value))


@pytest.mark.parametrize("missing", sorted(as_json(POLICY).keys() - {"schema", "sha256"}))
def test_a_policy_without_one_of_its_parts_is_refused(missing: str) -> None:
    value = as_json(POLICY)
    del value[missing]
    with pytest.raises(InputError, match=f"has no '{missing}'"):
        PolicyFile.load(_signed(value))


@pytest.mark.parametrize(
    "url",
    [
        "https://ann:pa55word@router.shop.example/classify",
        "https://router.shop.example/classify?api_key=pa55word",
        "https://router.shop.example/classify?v=1&x=pa55wordpa55wordpa55",
        "https://router.shop.example/classify#pa55word",
        "router.shop.example/classify/pa55word",
    ],
)
def test_an_address_that_may_hold_a_secret_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(InputError) as caught:
        PolicyFile.load(_signed(_with(as_json(POLICY), ("endpoint", "url"), lambda _: url)))
    assert "pa55word" not in f"{caught.value} {caught.value.problems}"


def test_an_address_with_a_plain_parameter_is_kept() -> None:
    url = "http://127.0.0.1:8080/classify?version=2026-11"
    assert PolicyFile.load(policy_bytes(replace(POLICY, url=url))).url == url


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no JSON: line 1, column 1"),
        (b"[1]", "no policy"),
        (b'{"schema": "ticketbench/results@3"}', "no policy"),
        (b'{"a": NaN}', "NaN is no number"),
        (b'{"a": 1e999}', "too large"),
        (b'{"a": 1, "a": 1}', "'a' stands there twice"),
        (b'{"a": "\\ud800"}', "lone surrogate"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"schema": "ticketbench/policy@1", "n": ' + b"1" * 5000 + b"}", "no policy"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_policy_is_refused_in_words(content: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        PolicyFile.load(content)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path, Path("a\0b")):
        with pytest.raises(InputError) as caught:
            PolicyFile.load(path)
        assert caught.value.problems[0].where == str(path)


def test_a_policy_expires_on_the_day_after_its_last() -> None:
    assert POLICY.warnings(date(2027, 5, 29)) == ()
    assert POLICY.warnings(date(2027, 5, 30)) == ("policy_expired",)
    assert POLICY.warnings(datetime(2027, 5, 30, tzinfo=UTC)) == ("policy_expired",)


def test_the_schema_is_one_and_fits_the_policy() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    for policy in (POLICY, replace(POLICY, promise=None), replace(POLICY, edited=True)):
        Draft202012Validator(SCHEMA).validate(as_json(policy))


@given(
    place=st.sampled_from(list(_leaves(as_json(POLICY)))),
    up=st.integers(0, 2),
    wrong=st.sampled_from([None, True, -1, 0, 0.5, 2, 1e9, "", "x", [], [[]], {}, {"a": 1}]),
)
def test_what_the_schema_refuses_is_refused(place: tuple[Any, ...], up: int, wrong: Any) -> None:
    value = _with(as_json(POLICY), place[: max(1, len(place) - up)], lambda _: wrong)
    value = {**value, "sha256": digest(value)}
    if not Draft202012Validator(SCHEMA).is_valid(value):
        with pytest.raises(InputError):
            PolicyFile.load(json.dumps(value).encode())


def test_a_service_that_loads_a_policy_loads_the_standard_library_alone() -> None:
    code = (
        "import sys; from ticketbench.production import Policy;"
        "Policy.load(sys.stdin.buffer.read());"
        "own = {name.partition('.')[0] for name in sys.modules};"
        "print(sorted(own - sys.stdlib_module_names - {'__main__', 'ticketbench'}))"
    )
    ran = subprocess.run(
        [sys.executable, "-S", "-c", code],
        input=WHOLE,
        capture_output=True,
        check=True,
        env={"PYTHONPATH": str(SOURCES), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert ran.stdout.decode().strip() == "[]"
