"""What the checks of a page notice: each finds the fault on a small page that has it, alone."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from browser import Opened

Open = Callable[..., Opened]

SOUND = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>t</title>
<meta name="viewport" content="width=device-width,initial-scale=1">{head}</head>
<body><main><h1>One</h1>{body}</main></body></html>"""


def page(body: str, head: str = "") -> str:
    return SOUND.replace("{head}", head).replace("{body}", body)


def words(seen: Opened, **how: object) -> str:
    return " ".join(seen.probe("words", how))


def test_a_sound_page_has_no_complaint(opened: Open) -> None:
    seen = opened(page("<p>two words</p>"))
    assert seen.violations() == []
    assert seen.complaints == []
    assert seen.faint("body", least=4.5) == []
    assert seen.probe("wide") == []
    assert words(seen) == "One two words"


HIDDEN = (
    "<p hidden>attribute</p>",
    "<p style='visibility:hidden'>visibility</p>",
    "<p style='opacity:0'>opacity</p>",
    "<p style='position:absolute;left:-99rem'>place</p>",
    "<p style='position:absolute;width:1px;height:1px;overflow:hidden'>size</p>",
    "<div style='height:0;overflow:hidden'><p>box</p></div>",
    "<details><summary>–</summary><p>fold</p></details>",
    "<svg width='9' height='9'><title>title</title></svg>",
    "<script type='application/json'>data</script><template>template</template>",
    "<p>– · [ ] →</p>",
)
SHOWN = {
    "<details open><summary>fold</summary>open</details>": "fold open",
    "<svg width='99' height='20'><text y='15'>drawn</text></svg>": "drawn",
    "<select><option>not<option selected>chosen</select>": "chosen",
    "<input value='typed'><input placeholder='hint'><input type='range'>": "typed hint",
    "<p aria-hidden='true'>unspoken</p>": "unspoken",
    "<p>1,234 [1, 2]</p>": "1,234 [1, 2]",
}


def test_words_that_nobody_sees_are_not_counted(opened: Open) -> None:
    assert words(opened(page("".join(HIDDEN)))) == "One"


def test_words_that_are_seen_are_counted(opened: Open) -> None:
    assert words(opened(page("".join(SHOWN)))) == " ".join(["One", *SHOWN.values()])


def test_the_screen_ends_where_the_window_ends(opened: Open) -> None:
    seen = opened(page("<p style='margin-top:900px'>far</p>"))
    assert words(seen, inView=True) == "One"
    assert words(seen) == "One far"
    assert words(seen, without="p") == "One"
    assert words(seen, within="p") == "far"


FAINT = (
    "<p style='color:#888'>{}</p>",
    "<p style='color:#000;opacity:.4'>{}</p>",
    "<p style='color:rgb(0 0 0 / 40%)'>{}</p>",
    "<div style='background:#444'><p style='color:#000'>{}</p></div>",
    "<div style='background:rgb(0 0 0 / 70%)'><p style='color:#000'>{}</p></div>",
    "<p style='background:linear-gradient(#fff,#fff)'>{}</p>",
    "<svg width='99' height='30'><rect width='99' height='30' fill='#333'/>"
    "<text y='20'>{}</text></svg>",
    "<svg width='99' height='30'><text y='20' fill='#999'>{}</text></svg>",
    "<svg width='100%' height='30'><circle cx='1%' cy='15' r='60' fill='#333'/>"
    "<text y='20'>{}</text></svg>",
)
CLEAR = (
    "<p style='color:#767676'>x</p>",
    "<p style='color:#fff;background:#000'>x</p>",
    "<svg width='99' height='30'><text y='20'>x</text>"
    "<rect x='50' width='9' height='30' fill='#333'/></svg>",
    "<svg width='99' height='30'><rect width='99' height='30' fill='none' stroke='#000'/>"
    "<text y='20'>x</text></svg>",
    "<p hidden style='color:#fff'>x</p>",
)


def test_faint_text_is_found_on_whatever_ground(opened: Open) -> None:
    body = "".join(one.format(i) for i, one in enumerate(FAINT))
    found = opened(page(body)).faint("body", least=4.5)
    assert [line.split(": ")[1] for line in found] == [str(i) for i in range(len(FAINT))]


def test_clear_text_is_not_called_faint(opened: Open) -> None:
    assert opened(page("".join(CLEAR))).faint("body", least=4.5) == []


def test_contrast_is_that_of_the_wcag(opened: Open) -> None:
    found = opened(page("<p style='color:#767676'>x</p>")).probe("contrast", "p")
    assert found == [{"text": "x", "ratio": pytest.approx(4.5422, abs=1e-4)}]


def test_dark_is_dark(opened: Open) -> None:
    head = "<meta name='color-scheme' content='light dark'>"
    seen = opened(page("<p style='color:#333'>x</p>", head), dark=True)
    assert len(seen.faint("p", least=4.5)) == 1


def test_what_reaches_past_the_window_is_found(opened: Open) -> None:
    body = "<p style='width:400px'>x</p><svg width='500' height='9'></svg>"
    found = opened(page(body), size=(390, 844)).probe("wide")
    assert found == ["page 508", "p", "svg"]


def test_what_scrolls_in_a_box_of_its_own_is_no_wider_page(opened: Open) -> None:
    body = "<div style='overflow-x:auto'><p style='width:900px'>x</p></div>"
    assert opened(page(body), size=(390, 844)).probe("wide") == []


BROKEN = {
    "button-name": "<button></button>",
    "color-contrast": "<p style='color:#888'>faint words</p>",
    "heading-order": "<h3>x</h3>",
    "image-alt": "<img src='data:,'>",
    "label": "<input>",
}
BARE = (
    "<svg width='9'><path fill='#000' d='M0 0h9'/></svg>",
    "<svg width='9' height='9'><rect width='9' height='9'/></svg>",
    "<svg width='9' height='9'><line x2='9'/></svg>",
    "<svg width='9' height='9'><path fill='none' d='M0 0h9'/></svg>",
)
DRESSED = (
    "<svg width='9' height='9'><g fill='#000'><rect width='9' height='9'/></g></svg>"
    "<svg width='9' height='9'><line stroke='#000' x2='9'/></svg>"
)


def test_axe_names_the_rules_and_the_elements(opened: Open) -> None:
    seen = opened(page("".join(BROKEN.values())))
    found = dict(one.split(": ", 1) for one in seen.violations())
    assert sorted(found) == sorted(BROKEN)
    assert found["label"] == "<input>"
    assert seen.violations(without=list(BROKEN)) == []


def test_drawings_that_need_a_style_are_found(opened: Open) -> None:
    assert len(opened(page("".join(BARE) + DRESSED)).probe("bare")) == len(BARE)


def test_requests_console_lines_and_errors_are_heard(opened: Open) -> None:
    image = "<img alt='x' src='http://elsewhere.invalid/x.png'>"
    body = f"{image}<script>console.log('said'); oh()</script>"
    seen = opened(page(body))
    assert seen.requests == ["http://elsewhere.invalid/x.png"]
    assert seen.errors == ["oh is not defined"]
    assert "said" in seen.console


def test_a_style_that_the_policy_forbids_is_heard(opened: Open) -> None:
    head = "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'\">"
    seen = opened(page("<p style='color:#888'>x</p>", head))
    assert len(seen.console) == 1
    assert seen.faint("p", least=4.5) == []


def test_a_strict_server_drops_styles_and_scripts(opened: Open) -> None:
    body = "<p>x</p><style>p{display:none}</style><script>document.body.remove()</script>"
    assert words(opened(page(body))) == ""
    assert words(opened(page(body), script=False)) == "One"
    assert words(opened(page(body), policy="default-src 'none'")) == "One x"


def test_the_focus_is_named_and_what_hides_it(opened: Open) -> None:
    bar = "<div id='bar' style='position:sticky;top:0;height:90px;background:#fff'>bar</div>"
    body = (
        f"{bar}<p style='height:2000px'>x</p><button id='b'>b</button><p style='height:2000px'></p>"
    )
    seen = opened(page(body))
    assert seen.probe("focus")["name"] == "body"
    seen.page.keyboard.press("Tab")
    assert seen.probe("focus") == {"name": "#b", "seen": True, "covered": None}
    seen.page.evaluate("() => scrollTo(0, document.querySelector('#b').offsetTop - 40)")
    assert seen.probe("focus")["covered"] == "#bar"
    seen.page.add_style_tag(content="*{outline:none!important}")
    assert seen.probe("focus")["seen"] is False


def test_no_socket_is_opened_for_the_browser(opened: Open) -> None:
    # This test has no mark: the guard of conftest.py would fail it.
    opened(page("<p>x</p>"))
    with pytest.raises(AssertionError, match="reached for the network"), socket.socket() as one:
        one.connect(("127.0.0.1", 9))
