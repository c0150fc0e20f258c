"""The policy file: all that a router needs to decide as the evaluation did, and nothing secret."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field

from ticketbench.core import policy as core_policy
from ticketbench.core.errors import InputError
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.production.json_text import digest, laid_out, read_strictly
from ticketbench.production.policy_schema import (
    RULE,
    VERSION,
    refuse_other_version,
    refuse_unfit,
    refuse_unknown_keys,
)
from ticketbench.production.policy_sense import refuse_contradictions

TYPE_CHECKING = False  # of our own: `typing` takes longer to load than the rest of this file
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from typing import Any, Self, TypeVar

    T = TypeVar("T")

ANY_LABEL = "*"
"""The key of the prompt for whatever is not routed to a label with a prompt of its own."""

_MOST_BYTES = 5_000_000


@dataclass(frozen=True, slots=True)
class Judged:
    """What the policy did to the tickets of the evaluation: `routed` of `of`, `right` of these.

    low, high  interval of the share right, at the confidence of the promise
    """

    routed: int
    of: int
    right: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Promise:
    """That with `confidence` at least a share `right_at_least` of what is routed is right.

    chosen_on, groups   tickets that the threshold was chosen on, and how many are independent
    dataset, recording  sha256 of the tickets and of the answers
    """

    kind: str
    right_at_least: float
    confidence: float
    chosen_on: int
    groups: int
    judged: Judged
    dataset: str
    recording: str | None


@dataclass(frozen=True, slots=True)
class Reference:
    """What the tickets of the evaluation looked like; drift is measured against it.

    top_score_quantiles  101 quantiles of the raw top score, from the lowest to the highest
    top_labels, outcomes, model  counts by name; a model without a name is called `null`
    confusion            counts: rows gold in label order, then `__none__` when there is one;
                         columns the top label
    """

    n: int
    top_score_quantiles: tuple[float, ...]
    top_labels: dict[str, int]
    outcomes: dict[str, int]
    confusion: tuple[tuple[int, ...], ...]
    model: dict[str, int]


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A policy as `ticketbench policy export` writes it.

    rubric_set  the questions it was chosen for, in request order
    url, model  whom it was chosen for; None where no answer named its model
    policy      the rules that decide
    prompts     system prompts by label; `*` for anything else
    promise     what holds for what it routes; None: nothing
    review_by   the last day before somebody should look again, as 2027-05-29
    edited      somebody changed it by hand since, and said so
    sha256      of all the rest, which tells what was changed by accident; it is no signature
    """

    created: str
    tool: str
    rubric_set: RubricSet
    url: str
    model: str | None
    policy: core_policy.Policy
    prompts: dict[str, str]
    promise: Promise | None
    reference: Reference
    review_by: str
    edited: bool = False
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha256", digest(_rest(self)))

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels in request order."""
        return self.rubric_set.labels

    @property
    def rubrics(self) -> tuple[Rubric, ...]:
        """Labels and questions, in request order."""
        return self.rubric_set.rubrics

    @property
    def fingerprint(self) -> str:
        """Of the rubrics, as it stands in the file and in each line of a log: sha256:..."""
        return f"sha256:{self.rubric_set.fingerprint}"

    @property
    def holding_promise(self) -> Promise | None:
        """The promise; None too where the file was edited, as it was made for another policy."""
        return None if self.edited else self.promise

    @classmethod
    def load(cls, source: str | os.PathLike[str] | bytes, *, allow_edited: bool = False) -> Self:
        """The policy of a file, or of its bytes.

        `allow_edited` takes one whose values were changed by hand, and marks it. Raises InputError
        for what cannot be read, is no policy of this version, was changed, or contradicts itself.
        """
        where = "" if isinstance(source, bytes) else os.fspath(source)
        try:
            return cls._read(_content(source), allow_edited)
        except InputError as error:
            raise error.located(where) from None

    @classmethod
    def _read(cls, content: bytes, allow_edited: bool) -> Self:
        try:
            value = read_strictly(content)
        except ValueError as error:
            raise InputError(f"this is no policy: {error}") from None
        refuse_other_version(value)
        refuse_unknown_keys(value)
        changed = value.get("sha256") != digest(value)
        if changed and not allow_edited:
            raise InputError(
                "the policy was changed after it was made: its sha256 is another one",
                help="export it again; or, if it was changed on purpose, "
                "'ticketbench policy show --allow-edited' marks it so",
            )
        if changed:
            value = {**value, "edited": True}
        refuse_unfit(value)
        refuse_contradictions(value, fingerprint_may_differ=changed)
        return cls._of(value)

    @classmethod
    def _of(cls, value: Mapping[str, Any]) -> Self:
        """From the JSON of a policy that was checked."""
        named, endpoint = value["rubric_set"], value["endpoint"]
        rubrics = tuple(Rubric(one["name"], one["rubric"]) for one in named["labels"])
        labels = [rubric.label for rubric in rubrics]
        return cls(
            created=value["created"],
            tool=value["tool"],
            rubric_set=RubricSet(named["name"], rubrics),
            url=endpoint["url"],
            model=endpoint["model"],
            policy=_policy(value["decide"], labels),
            prompts=_in_order(value["prompts"], [*labels, ANY_LABEL]),
            promise=_promise(value["promise"]),
            reference=_reference(value["reference"], labels),
            review_by=value["review_by"],
            edited="edited" in value,
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to `path`, as a whole or not at all; raises OSError where that cannot be."""
        beside = f"{os.fspath(path)}.{os.getpid()}.new"
        try:
            with open(beside, "wb") as file:
                file.write(policy_bytes(self))
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, path)
        except OSError:
            if os.path.exists(beside):
                os.remove(beside)
            raise

    def warnings(self, now: date) -> tuple[str, ...]:
        """What every decision on the day `now` carries: policy_expired, policy_edited."""
        # Of a time, the day alone: both are written as 2027-05-29, so that texts compare.
        expired = now.isoformat()[:10] > self.review_by
        found = {"policy_expired": expired, "policy_edited": self.edited}
        return tuple(name for name, holds in found.items() if holds)


def policy_bytes(policy: PolicyFile) -> bytes:
    """The file of a policy: JSON in UTF-8, a line feed at its end; same policy, same bytes."""
    rest = _rest(policy)
    return (laid_out({**rest, "sha256": policy.sha256}) + "\n").encode("utf-8")


def as_json(policy: PolicyFile) -> dict[str, Any]:
    """The value that stands in the file."""
    return {**_rest(policy), "sha256": policy.sha256}


def _content(source: str | os.PathLike[str] | bytes) -> bytes:
    if isinstance(source, bytes):
        return source
    try:
        with open(source, "rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no file can be called so"
        raise InputError(f"the policy cannot be read: {reason}") from None
    if len(content) > _MOST_BYTES:
        raise InputError("this is no policy: it is larger than 5 MB")
    return content


def _rest(policy: PolicyFile) -> dict[str, Any]:
    """All but the digest, in the order of the file."""
    decide, promise, reference = policy.policy, policy.promise, asdict(policy.reference)
    labels = [{"name": one.label, "rubric": one.text} for one in policy.rubrics]
    quantiles, confusion = policy.reference.top_score_quantiles, policy.reference.confusion
    return {
        "schema": VERSION,
        "created": policy.created,
        "tool": policy.tool,
        "rubric_set": {
            "name": policy.rubric_set.name,
            "fingerprint": policy.fingerprint,
            "labels": labels,
        },
        "endpoint": {"url": policy.url, "model": policy.model},
        "decide": {
            "rule": RULE,
            "temperature": decide.temperature,
            "threshold": decide.threshold,
            "label_thresholds": dict(decide.label_thresholds),
            "escalate_above": decide.escalate_above,
            "fallback": decide.fallback,
        },
        "prompts": dict(policy.prompts),
        "promise": None if promise is None else asdict(promise),
        "reference": reference
        | {"top_score_quantiles": list(quantiles), "confusion": [list(row) for row in confusion]},
        "review_by": policy.review_by,
        **({"edited": True} if policy.edited else {}),
    }


def _policy(value: Mapping[str, Any], labels: Sequence[str]) -> core_policy.Policy:
    own = _in_order(value["label_thresholds"], labels)
    return core_policy.Policy(
        threshold=float(value["threshold"]),
        escalate_above=float(value["escalate_above"]),
        temperature=float(value["temperature"]),
        label_thresholds=tuple((label, float(one)) for label, one in own.items()),
        fallback=value["fallback"],
    )


def _promise(value: Mapping[str, Any] | None) -> Promise | None:
    if value is None:
        return None
    judged = value["judged"]
    return Promise(
        kind=value["kind"],
        right_at_least=float(value["right_at_least"]),
        confidence=float(value["confidence"]),
        chosen_on=int(value["chosen_on"]),
        groups=int(value["groups"]),
        judged=Judged(
            routed=int(judged["routed"]),
            of=int(judged["of"]),
            right=int(judged["right"]),
            low=float(judged["low"]),
            high=float(judged["high"]),
        ),
        dataset=value["dataset"],
        recording=value["recording"],
    )


def _reference(value: Mapping[str, Any], labels: Sequence[str]) -> Reference:
    return Reference(
        n=int(value["n"]),
        top_score_quantiles=tuple(map(float, value["top_score_quantiles"])),
        top_labels=_counts(value["top_labels"], labels),
        outcomes=_counts(value["outcomes"], core_policy.OUTCOMES),
        confusion=tuple(tuple(map(int, row)) for row in value["confusion"]),
        model=_counts(value["model"], sorted(value["model"])),
    )


def _counts(value: Mapping[str, float], names: Sequence[str]) -> dict[str, int]:
    return {name: int(count) for name, count in _in_order(value, names).items()}


def _in_order(value: Mapping[str, T], names: Sequence[str]) -> dict[str, T]:
    """Those of `names` that are there: a program that sorted the keys changes no byte of ours."""
    return {name: value[name] for name in names if name in value}
