"""Help desks: the customer's words, the team, and nobody's name; what is no ticket is counted."""

from __future__ import annotations

from typing import Any

import pytest

from ticketbench.core.errors import InputError
from ticketbench.edge.imports.desk import person, tagged, utc
from ticketbench.edge.imports.looks import named_preset
from ticketbench.edge.imports.preset import Asked, LeftOut, Raw
from ticketbench.edge.imports.record import Record

TAG, ALL = Asked(label_tag="team_*"), Asked(label_tag="team_*", parts="all")
USER = {"type": "user", "id": "c1", "name": "Ann Example", "email": "ann@example.com"}
BOT, ADMIN = {"type": "bot", "id": "b"}, {"type": "admin", "id": "a"}


def read(preset: str, asked: Asked = TAG, /, **values: Any) -> tuple[Record | None, dict[str, int]]:
    left_out = LeftOut()
    return named_preset(preset).read(Raw(1, values), asked, left_out), dict(left_out.counts)


def texts(preset: str, asked: Asked = TAG, /, **values: Any) -> tuple[str, ...]:
    found, _ = read(preset, asked, **values)
    assert found is not None
    return tuple(filter(None, found.texts))


def labels(preset: str, asked: Asked, /, **values: Any) -> tuple[str, ...]:
    found, _ = read(preset, asked, **values)
    return () if found is None else found.answers[0].labels


def zendesk(**more: Any) -> dict[str, Any]:
    ticket = {"id": 7, "subject": "Export", "description": "It fails.", "requester_id": 1}
    return {**ticket, "tags": ["web", "team_billing"], **more}


def freshdesk(**more: Any) -> dict[str, Any]:
    return {"id": 7, "subject": "Export", "description_text": "It fails.", "type": "x", **more}


def intercom(*parts: Any, author: Any = USER, **more: Any) -> dict[str, Any]:
    source = {"subject": "", "body": "<p>It fails.</p>", "author": author}
    tags = {"tags": [{"name": "team_billing"}]}
    return {"id": "7", "source": source, "tags": tags, "conversation_parts": list(parts), **more}


def part(body: str, author: Any, kind: str = "comment") -> dict[str, Any]:
    return {"part_type": kind, "body": body, "author": author}


def test_a_tag_says_the_label_by_what_the_star_stands_for() -> None:
    assert tagged(["web", "team_billing", "team_", "my_team_x"], "team_*") == ("billing",)
    assert tagged(["a-queue", "queue"], "*-queue, queue") == ("a", "queue")
    assert labels("zendesk", TAG, **zendesk(tags=["team_a", "team_b"])) == ("a", "b")
    with pytest.raises(InputError, match="more than one star"):
        tagged(["a"], "a*b*")


def test_a_field_says_the_label_wherever_the_tool_keeps_it() -> None:
    custom = zendesk(custom_fields=[{"id": 31, "value": "team_billing"}, {"id": 32, "value": None}])
    assert labels("zendesk", Asked(label_field="31"), **custom) == ("team_billing",)
    assert labels("zendesk", Asked(label_field="31", label_tag="team_*"), **custom) == ("billing",)
    of_desk = freshdesk(custom_fields={"cf_team": "billing"}, group_id=5)
    for name, label in (("team", "billing"), ("cf_team", "billing"), ("group", "5"), ("Type", "x")):
        assert labels("freshdesk", Asked(label_field=name), **of_desk) == (label,)
    told = intercom(team_assignee_id=5, custom_attributes={"Team": "billing"})
    assert labels("intercom", Asked(label_field="team"), **told) == ("5",)
    assert labels("intercom", Asked(label_field="Team"), **told) == ("billing",)
    issue = {"customfield_1": {"value": "billing"}, "components": [{"name": "a"}, {"name": "b"}]}
    assert labels("jira", Asked(label_field="customfield_1"), key="A", fields=issue) == ("billing",)
    assert labels("jira", Asked(label_field="components"), key="A", fields=issue) == ("a", "b")
    row = {"Labels#1": "web", "Labels#2": "team_billing", "Custom field (Team)": "billing"}
    assert labels("jira", TAG, **row) == labels("jira", Asked(label_field="Team"), **row)


@pytest.mark.parametrize("preset", ["zendesk", "freshdesk", "intercom", "jira"])
def test_a_label_that_is_not_asked_for_is_an_error_and_a_missing_one_is_counted(
    preset: str,
) -> None:
    with pytest.raises(InputError, match="which tag or field holds the label is not said"):
        read(preset, Asked(), id=1)
    assert read(preset, Asked(label_field="x"), id=1) == (None, {"tickets without the field x": 1})


@pytest.mark.parametrize(
    ("preset", "values", "reason"),
    [
        ("zendesk", zendesk(status="deleted"), "deleted tickets"),
        ("zendesk", zendesk(tags=["closed_by_merge"]), "tickets merged into another"),
        ("freshdesk", freshdesk(spam=True), "spam"),
        ("freshdesk", freshdesk(deleted="true"), "deleted tickets"),
        ("freshdesk", freshdesk(source=10), "mails that an agent began"),
    ],
)
def test_what_is_no_ticket_is_left_out_and_counted(
    preset: str, values: dict[str, Any], reason: str
) -> None:
    assert read(preset, **values) == (None, {reason: 1})


def test_spam_is_no_label_that_is_called_spam() -> None:
    assert labels("freshdesk", Asked(label_field="type"), **freshdesk(type="spam")) == ("spam",)


def test_zendesk_takes_the_description_or_all_public_comments_of_the_requester() -> None:
    comments = [
        {"author_id": 1, "plain_body": "It fails.", "public": True},
        {"author_id": 9, "plain_body": "Did you try?", "public": True},
        {"author_id": 9, "plain_body": "Known.", "public": False},
        {"author_id": 1, "html_body": "<p>Yes</p>", "public": True},
    ]
    assert texts("zendesk", **zendesk(comments=comments)) == ("Export", "It fails.")
    found, counts = read("zendesk", ALL, **zendesk(comments=comments))
    assert found is not None
    assert found.texts == ("Export", "It fails.", "<p>Yes</p>")
    assert counts == {"comments of agents and bots": 1, "internal notes": 1}


def test_a_ticket_that_an_agent_opened_has_the_first_words_of_the_requester() -> None:
    agent = {"author_id": 9, "body": "Called us about the export."}
    answer = {"author_id": 1, "body": "It fails."}
    assert texts("zendesk", **zendesk(comments=[agent, answer])) == ("Export", "It fails.")
    found, counts = read("zendesk", **zendesk(comments=[agent]))
    assert found is None
    assert counts["tickets that an agent opened, without a word of the requester"] == 1


def test_freshdesk_takes_the_plain_description_before_the_markup() -> None:
    assert texts("freshdesk", Asked(label_field="type"), **freshdesk(description="<p>x</p>")) == (
        "Export",
        "It fails.",
    )
    html = freshdesk(description_text="", description="<p>x</p>")
    assert texts("freshdesk", Asked(label_field="type"), **html)[1] == "<p>x</p>"


def test_intercom_takes_the_words_of_the_customer_alone() -> None:
    ai = {**USER, "from_ai_agent": True}
    parts = (part("<p>Hi</p>", BOT), part("ai", ai), part("note", ADMIN, "note"))
    parts = (*parts, part("Solved?", ADMIN), part("<p>No.</p>", USER), part("", ADMIN, "close"))
    found, counts = read("intercom", ALL, **intercom(*parts))
    assert found is not None
    assert found.texts == ("", "<p>It fails.</p>", "<p>No.</p>")
    assert counts == {"messages of bots": 2, "internal notes": 1, "messages of agents": 1}
    assert texts("intercom", **intercom(part("<p>No.</p>", USER), author=BOT)) == ("<p>No.</p>",)
    assert read("intercom", **intercom(author=BOT))[0] is None


def test_no_name_and_no_address_of_a_person_reaches_a_record() -> None:
    who = {"name": "Ann Example", "displayName": "Ann Example", "emailAddress": "ann@example.com"}
    mail = {"email": "ann@example.com", "full_name": "Ann Example", "ticket_id": "7"}
    found = [
        read("zendesk", **zendesk(requester={"id": 1, "email": "ann@example.com"})),
        read("freshdesk", Asked(label_field="type"), **freshdesk(**mail)),
        read("intercom", ALL, **intercom(part("No.", USER))),
        read("jira", Asked(label_field="t"), key="A", fields={"reporter": who, "t": "x"}),
        read("jira", Asked(label_field="t"), **{"Issue key": "A", "Reporter": "Ann", "t": "x"}),
    ]
    assert "Ann" not in repr(found)
    assert "ann@" not in repr(found)
    groups = [record.group for record, _ in found if record is not None]
    assert groups == ["1", person("ann@example.com"), "c1", person("Ann Example"), person("ann")]


def test_a_pseudonym_is_the_same_for_one_address_and_empty_for_none() -> None:
    assert person(" Ann@Example.com") == person("ann@example.com") != person("bob@example.com")
    assert person(None) == person(" ") == ""


def test_seconds_become_a_time_and_a_time_stays_as_it_stands() -> None:
    assert utc(1777626000) == "2026-05-01T09:00:00Z"
    assert utc("2026-05-01") == "2026-05-01"
    assert utc(10**30) == utc(None) == ""


@pytest.mark.parametrize("preset", ["zendesk", "freshdesk", "intercom", "jira"])
@pytest.mark.parametrize("odd", [None, 7, "x", [], [1, None], {}, {"a": [{}]}, True, -1e300])
def test_a_value_of_any_form_in_any_place_is_no_fault_of_ours(preset: str, odd: Any) -> None:
    keys = (
        "id tags subject description custom_fields comments requester source contacts key fields "
        "conversation_parts conversations custom_attributes created_at ticket helpdesk_ticket"
    )
    for key in keys.split():
        for asked in (TAG, ALL, Asked(label_field="id", parts="all")):
            read(preset, asked, **{"id": 1, "tags": "team_a", "Labels": "team_a", key: odd})


def test_markup_that_somebody_asks_about_in_an_issue_stays_by_default() -> None:
    assert [
        one for one in ("zendesk", "freshdesk", "intercom", "jira") if named_preset(one).html
    ] == [
        "zendesk",
        "freshdesk",
        "intercom",
    ]


def test_zendesk_keeps_a_ticket_of_which_only_the_subject_has_words() -> None:
    nothing = {"id": 1, "description": None, "tags": ["team_a"]}
    assert texts("zendesk", **nothing, subject="Broken") == ("Broken",)
