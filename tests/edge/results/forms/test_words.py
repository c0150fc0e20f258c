"""What a user says of a form, taken apart; and how a message says it to a shell and to Python."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.core.errors import InputError
from ticketbench.edge.results.forms.options import ROLES
from ticketbench.edge.results.forms.origin import Origin
from ticketbench.edge.results.forms.words import form_of, pairs_of

NAMES = st.text(
    st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=9
).filter(lambda name: name == name.strip())


def origin(chosen_by: str) -> Origin:
    return Origin("p.csv", "p.csv", "p", "p.csv:1", str, chosen_by)


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["label=y_true,top_label=y_pred"], {"label": "y_true", "top_label": "y_pred"}),
        (["label=a", "score=b"], {"label": "a", "score": "b"}),
        (["label=team, final"], {"label": "team, final"}),
        (["label=a=b,group_id=c"], {"label": "a=b", "group_id": "c"}),
        ([" label = a , score = b"], {"label": "a", "score": "b"}),
    ],
)
def test_columns_are_apart_by_commas_before_a_role(texts: list[str], found: dict[str, str]) -> None:
    assert pairs_of("columns", texts) == found


@pytest.mark.parametrize("text", ["label", "label=", "=", ""])
def test_what_names_no_column_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="takes ROLE=COLUMN"):
        pairs_of("columns", [text])


@settings(derandomize=True, max_examples=50, deadline=None)
@given(st.dictionaries(st.sampled_from(ROLES), NAMES, min_size=1, max_size=4))
def test_what_a_message_says_to_a_shell_is_what_the_command_reads(columns: dict[str, str]) -> None:
    option, text = shlex.split(origin("FILE:SET").say(columns=columns))
    assert option == "--columns"
    assert pairs_of("columns", [text]) == columns


def test_a_notebook_is_told_in_python() -> None:
    said = origin("rubric_set=").say(columns={"label": "y"}, scale="log")
    assert said == "columns={'label': 'y'}, scale='log'"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"scale": "logit"}, "cannot be 'logit'"),
        ({"colums": {}}, "no 'colums'"),
        ({"columns": {"lable": "x"}}, "'lable' is no role"),
        ({"columns": ["label"]}, "takes names by names"),
        ({"delimiter": ""}, "is no delimiter"),
        ({"encoding": "base64"}, "no encoding of text"),
    ],
)
def test_a_form_that_cannot_be_is_refused(said: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        form_of(said)


def test_tab_is_said_as_a_word() -> None:
    assert form_of({"delimiter": "tab", "encoding": "CP1252"}).delimiter == "\t"
