"""HTML as plain text: blocks become lines, quotes get `> `, and what is no HTML stays as it is.

The markup is read by our own scanner in one pass: `html.parser` of Python 3.11 takes 16 seconds for
200 kB of `<!--`, and a text comes from anybody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape

TELLING = frozenset(
    "a b blockquote body center code div em font h1 h2 h3 h4 h5 h6 html i li ol p pre small span "
    "strong sub sup table tbody td th tr u ul".split()
)
"""A text is HTML where one of these is opened and closed. Names that XML has too (title, label,
data, time) tell nothing, so a pasted file stays."""

PARAGRAPHS = frozenset("blockquote dl h1 h2 h3 h4 h5 h6 hr ol p pre table ul".split())
LINES = frozenset(
    "address article aside body caption center dd details div dt fieldset figcaption figure footer "
    "form header html legend li main nav option section select summary tbody tfoot thead tr".split()
)
INLINE = frozenset(
    "a abbr acronym area audio b base basefont bdi bdo big br button canvas cite code col colgroup "
    "data datalist del dfn em embed font frame frameset i iframe img input ins kbd label link map "
    "mark meta meter noframes noscript object optgroup output param picture progress q rp rt ruby "
    "s samp small source span strike strong sub sup svg td textarea th time track tt u var video "
    "wbr".split()
)
DROPPED = {name: re.compile(f"</{name}\\b", re.I) for name in ("script", "style", "template")}
DROPPED |= {"title": re.compile("</title\\b", re.I), "head": re.compile("</head\\b|<body\\b", re.I)}
KNOWN = TELLING | PARAGRAPHS | LINES | INLINE | DROPPED.keys()

DEEPEST = 5
"""So many `>` a line at most, however deep quotes are nested."""

# Nothing before the next `<` is looked at twice, so that any text takes one pass.
_TAG = re.compile(
    r"<(?:(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9:._-]*)"
    r"(?:[\s/](?:(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+|[^<>]*))?"
    r"|(?P<comment>!--)|[!?][^<>]*)(?(comment)|>)"
)
_BREAK = re.compile(r"(?<![\s\"'`(])<br\s*/?>", re.IGNORECASE)
_CODE = re.compile(r"```[^`]*```|`[^`\n]*`")
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_BLANKS_OF_A_LINE = re.compile(r"[ \t\f]+")


def holds_markup(text: str) -> bool:
    """Whether `text` is HTML: an element of TELLING opened and closed, or two `<br>` that each
    follow a word. What stands between backticks is code that somebody asks about.
    """
    if "</" not in text and "<br" not in text and "<BR" not in text:
        return False
    text = _CODE.sub("", text)
    opened = set()
    for tag in _TAG.finditer(text):
        name = (tag["name"] or "").lower()
        if name in TELLING:
            if tag["end"] and name in opened:
                return True
            opened.add(name)
    return len(_BREAK.findall(text)) > 1


def plain(text: str) -> str:
    """`text` without its markup; as it is where it has none. May be empty: an image has no words.

    Scripts, styles and the head are dropped, entities decoded, table cells set apart by a blank,
    items of a list begin with `- `, and the lines of a blockquote with `> `.
    """
    if not holds_markup(text):
        return text
    page = _Page(text, keeps_lines=not _has_blocks(text))
    at = 0
    for tag in _TAG.finditer(text):
        if tag.start() < at:
            continue
        page.words(text[at : tag.start()])
        at = page.tag(tag)
    page.words(text[at:])
    return page.written()


def to_text(text: str) -> str:
    """`text` without its markup, or as it is where nothing would be left."""
    return plain(text) or text


def _has_blocks(text: str) -> bool:
    names = ((tag["name"] or "").lower() for tag in _TAG.finditer(text))
    return any(name in PARAGRAPHS or name in LINES or name == "br" for name in names)


@dataclass(slots=True)
class _Page:
    """Lines so far, each with the depth of its quote, and the pieces of the one being written."""

    text: str
    keeps_lines: bool
    lines: list[tuple[int, str]] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    depth: int = 0
    pre: int = 0
    unclosed: set[str] = field(default_factory=set)

    def words(self, raw: str) -> None:
        """Text between two tags; its line ends count where the page sets its lines by them."""
        if not raw:
            return
        if not (self.pre or self.keeps_lines):
            self.pieces.append(_decoded(_BLANKS.sub(" ", raw)))
            return
        first, *more = raw.split("\n")
        self.pieces.append(_decoded(first))
        for line in more:
            self.line()
            self.pieces.append(_decoded(line))

    def tag(self, tag: re.Match[str]) -> int:
        """What a tag does to the page. Returns where in the text to go on."""
        if tag["comment"]:
            return self._after_comment(tag)
        name = (tag["name"] or "").lower()
        if name in DROPPED:
            return tag.end() if tag["end"] else self._after_dropped(name, tag)
        if name and name not in KNOWN and ":" not in name and "-" not in name:
            self.words(tag[0])  # `<anna@example.com>`, `List<String>`: words in angle brackets
        elif name:
            self._element(name, closes=bool(tag["end"]))
        return tag.end()

    def line(self) -> None:
        """Ends the line; two blank ones are one."""
        line = "".join(self.pieces).replace("\xa0", " ")
        line = line.rstrip() if self.pre else _BLANKS_OF_A_LINE.sub(" ", line).strip()
        self.pieces.clear()
        if line or (self.lines and self.lines[-1][1]):
            self.lines.append((min(self.depth, DEEPEST), line))

    def written(self) -> str:
        """All lines; a blank one is quoted where those around it are."""
        self.line()
        while self.lines and not self.lines[-1][1]:
            self.lines.pop()
        depths = [depth for depth, _ in self.lines]
        shown = [
            "> " * (depth if line else min(depths[i - 1], depths[i + 1])) + line
            for i, (depth, line) in enumerate(self.lines)
        ]
        return "\n".join(line.rstrip() for line in shown)

    def _element(self, name: str, *, closes: bool) -> None:
        if name == "br":
            self.line()
        elif name in ("td", "th"):
            self.pieces.append(" ")
        elif name in PARAGRAPHS or name in LINES:
            if "".join(self.pieces).strip():
                self.line()
            self.pieces.clear()
            if name in PARAGRAPHS:
                self.line()
            step = -1 if closes else 1
            self.depth = max(0, self.depth + step * (name == "blockquote"))
            self.pre = max(0, self.pre + step * (name == "pre"))
            if name == "li" and not closes:
                self.pieces.append("- ")

    def _after_comment(self, tag: re.Match[str]) -> int:
        end = -1 if "!--" in self.unclosed else self.text.find("-->", tag.end())
        if end >= 0:
            return end + 3
        self.unclosed.add("!--")
        self.words(tag[0])
        return tag.end()

    def _after_dropped(self, name: str, tag: re.Match[str]) -> int:
        found = None if name in self.unclosed else DROPPED[name].search(self.text, tag.end())
        if found:
            return found.start()
        self.unclosed.add(name)
        return tag.end()


def _decoded(text: str) -> str:
    if "&" not in text:
        return text
    try:
        return unescape(text)
    except ValueError:  # a number of more digits than Python reads
        return text
