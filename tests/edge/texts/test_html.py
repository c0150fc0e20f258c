"""HTML becomes lines; what is no HTML stays to the byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketbench.edge.texts.html import holds_markup, plain, to_text


@pytest.mark.parametrize(
    "text",
    [
        "a < b and c > d",
        "<title> is missing",
        "<title>Shop</title> is what the page shows",
        "what is <b> for?",
        "How do I write `<b>bold</b>` in a note?",
        "This fails:\n```\n<p>one</p>\n```\nWhy?",
        "List<String> a; </String>",
        "<id>1</id><label>x</label><data>y</data>",
        "Mail <anna@example.com> or </anna@example.com>",
        "use <br> or <br/>?",
        "one <br> alone<br>",
        "5 &lt; 6 &amp; so on",
        "</p> closed before it is opened <p>",
        "<p>never closed",
        "lines  with \t blanks \r\n\r\nstay ",
        "",
    ],
)
def test_what_is_no_html_stays_to_the_byte(text: str) -> None:
    assert not holds_markup(text)
    assert to_text(text) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<DIV>one<BR>two</DIV>", "one\ntwo"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("Hello,<br>it fails.<br/><br />Anna", "Hello,\nit fails.\n\nAnna"),
        ("<ul><li>a<li>b</ul>end", "- a\n- b\n\nend"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3"),
        ("<p>a &lt;b&gt; &amp; c&nbsp;d&#39;s &euro;</p>", "a <b> & c d's €"),
        ("<p>one\n  two\r\n three</p>", "one two three"),
        ("<div><pre>a\n  b</pre></div>", "a\n  b"),
        ("Hello <b>you</b>\n\nsecond\nthird", "Hello you\n\nsecond\nthird"),
        ("<html><head><title>t</title><style>p{}</style></head><body>x</body></html>", "x"),
        ("<p>a<script>if (a < b) { x() }</script>b</p>", "ab"),
        ("<style>p{margin:0}</style><p>x</p>", "x"),
        ("<div>a<!-- <b>hidden</b> -->b</div>", "ab"),
        ("<p>x<o:p>&nbsp;</o:p></p>", "x"),
        ("<!DOCTYPE html><?xml?><p>x</p>", "x"),
        ("<p title='a > b'>x</p><p title=don't>y</p>", "x\n\ny"),
        ("<p>Mail <anna@example.com> about List<String></p>", None),
        ("<div>x<blockquote>a<br><br>b</blockquote>y</div>", "x\n\n> a\n>\n> b\n\ny"),
        ("<p>x</p><blockquote>a<blockquote>b</blockquote></blockquote>", "x\n\n> a\n>\n> > b"),
        ("<p>x</p><div>&#" + "9" * 5000 + "</div>", "x\n\n&#" + "9" * 5000),
    ],
)
def test_blocks_break_lines_and_entities_are_decoded(markup: str, text: str | None) -> None:
    assert to_text(markup) == (
        "Mail <anna@example.com> about List<String>" if text is None else text
    )


def test_an_image_alone_has_no_words_and_keeps_its_markup() -> None:
    markup = "<p><img src='cid:1'></p>"
    assert plain(markup) == ""
    assert to_text(markup) == markup


@given(st.lists(st.sampled_from(["<", ">", "p", "/", "<p>", "</p>", "<!--", "-->", "'", '"', " "])))
def test_any_soup_of_markup_becomes_text_without_an_error(pieces: list[str]) -> None:
    assert isinstance(to_text("<p>x</p>" + "".join(pieces)), str)


@given(st.text(alphabet=st.characters(exclude_characters="<&`\xa0", exclude_categories=("C", "Z"))))
def test_words_survive_the_markup_around_them(words: str) -> None:
    assert plain(f"<div><p>{words}</p></div>") == words


@pytest.mark.parametrize(
    "piece",
    ["<!--", "<a ", "<a x='", "<", "</a ", "<script>", "<blockquote>x<br>", "&", "`", "<!x"],
)
def test_two_hundred_thousand_signs_of_any_markup_are_read_in_one_pass(piece: str) -> None:
    text = "<p>x</p>" + piece * (200_000 // len(piece))
    assert len(to_text(text)) < 2 * len(text)
