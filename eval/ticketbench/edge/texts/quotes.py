"""The reply that a mail program put below what the customer wrote.

What a header looks like in which language is known by mail-parser-reply; it is asked about single
headers only. Its patterns take minutes for a hostile text of 200 kB, it loses blanks and lines of
what it keeps, and takes "On startup the program wrote:" for a mail.
"""

from __future__ import annotations

import re

from ticketbench.edge.texts.html import to_text

LANGUAGES = ("en", "de", "fr", "es", "it", "nl")
LONGEST_HEADER = 300
MOST_HEADERS = 50
"""Lines that look like a header and are none: after so many the text is kept as it is."""

_SIGNS = (
    *("\n>", "\n >", "wrote:", "schrieb", "écrit", "escribió", "ha scritto", "schreef"),
    *("From:", "Von:", "De:", "De :", "De\xa0:", "Da:", "Van:", "---", "-##"),
)
_WROTE = re.compile(r"\s*(?:On|Am|Le|El|Il|Op)\s")
_ENDS = re.compile(r"(?:wrote|schrieb.*|écrit.*|escribió|scritto|schreef)\s*:\s*$")
_DATE = re.compile(
    r"@|\d{1,2}[:.h]\d{2}|\d{1,4}[./-]\d{1,2}[./-]\d{2,4}"
    r"|\d{1,2}(?:st|nd|rd|th)?\.?,?\s(?:de\s)?(?:jan|feb|fe[bv]|fév|mar|mär|maa|apr|avr|abr|ma[iyg]|"
    r"mei|ju[nil]|gi?u|lug|aug|ago|aoû|sep|set|o[kct]t|nov|de[cz]|déc|dic|ene|gen)"
    r"|(?:jan|feb|mar|apr|may|ju[nl]|aug|sep|oct|nov|dec)[a-z]*\.?\s\d{1,2}\b",
    re.IGNORECASE,
)
_FROM = re.compile(r"[\s*]*(?:From|Von|De|Da|Van)\s?:")
_SENT = re.compile(
    r"[\s*]*(?:Sent|Date|Gesendet|Datum|Envoyé|Enviado|Fecha|Inviato|Data|Verzonden)(?: \w+)?\s?:"
)
_SUBJECT = re.compile(r"[\s*]*(?:Subject|Betreff|Objet|Asunto|Oggetto|Onderwerp)\s?:|[^@]*\S@\S")
_ORIGINAL = re.compile(
    r"\s*(?:-{3,}\s?(?:Original Message|Ursprüngliche Nachricht|Originalnachricht|"
    r"Message d['’]origine|Message original|Mensaje original|Messaggio originale|"
    r"Oorspronkelijk bericht)\s?-{3,}|##- .{1,120} -##)\s*$",
    re.IGNORECASE,
)
_FORWARD = re.compile(
    r"forwarded message|weitergeleitete nachricht|message transféré|mensaje reenviado|"
    r"messaggio inoltrato|doorgestuurd bericht",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\s{0,3}>(?!>> )")
_RULE = re.compile(r"\s*[_-]{20,}\s*$")


def cut_quotes(text: str) -> str:
    """`text` without the quoted reply at its end; as it is where that is all there is.

    Answers between quoted lines, a quotation that a sentence introduces or follows, and forwarded
    mails are what the customer has to say: such a text stays as it is.
    """
    return own_words(text) or text


def own_words(text: str) -> str:
    """What `cut_quotes` leaves, but empty where all of the text is quoted."""
    if "\n" not in text or not any(sign in text for sign in _SIGNS):
        return text
    lines = text.split("\n")
    start = _first_quoted(lines)
    return text if start is None else "\n".join(lines[:start]).rstrip()


def holds_quote(text: str) -> bool:
    """Whether there is a quoted reply to cut, in a text or below the markup of one."""
    if "\n" not in text and "<" not in text:
        return False
    shown = to_text(text)
    return cut_quotes(shown) != shown


def _first_quoted(lines: list[str]) -> int | None:
    header = _first_header(lines)
    if header is None:
        return _quoted_end(lines)
    before = [line for line in lines[:header] if line.strip()]
    if not before or _FORWARD.search(before[-1][:LONGEST_HEADER]):
        return None
    if _answered_inline(lines[header + 1 :]):
        return None
    while header and (not lines[header - 1].strip() or _RULE.match(lines[header - 1])):
        header -= 1
    return header


def _first_header(lines: list[str]) -> int | None:
    asked = 0
    for i, line in enumerate(lines):
        if len(line) > LONGEST_HEADER:
            continue
        if _ORIGINAL.match(line):
            return i
        header = _attribution(lines, i) or _mail_head(lines, i)
        if header:
            asked += 1
            if _known(header):
                return i
            if asked == MOST_HEADERS:
                return None
    return None


def _attribution(lines: list[str], i: int) -> str:
    """The line that says when who wrote, which may be broken into three; empty for another."""
    if not _WROTE.match(lines[i]):
        return ""
    joined = ""
    for line in lines[i : i + 3]:
        joined = f"{joined} {line.strip()}".strip().replace("\xa0", " ")
        if len(joined) > LONGEST_HEADER:
            return ""
        if _ENDS.search(joined):
            return joined if _DATE.search(joined) else ""
    return ""


def _mail_head(lines: list[str], i: int) -> str:
    """Sender, date and more of a mail, a line each; empty for what has no date, or neither a
    subject nor an address: a journey has From, To and Date as well.
    """
    if not _FROM.match(lines[i]):
        return ""
    below = [line[:LONGEST_HEADER] for line in lines[i + 1 : i + 6]]
    head = (lines[i], *below)
    if not (any(map(_SENT.match, below)) and any(map(_SUBJECT.match, head))):
        return ""
    return "\n".join(head).replace("\xa0", " ")


def _known(header: str) -> bool:
    from mailparser_reply import EmailReplyParser

    replies = EmailReplyParser(languages=list(LANGUAGES)).read(f"own\n\n{header}\n").replies
    return len(replies) > 1 and str(replies[0].content) == "own"


def _answered_inline(below: list[str]) -> bool:
    """Whether own words follow a quoted line; true as well where nothing follows the header."""
    written = [line for line in below if line.strip()]
    marks = [bool(_QUOTED.match(line)) for line in written]
    return not written or (any(marks) and not all(marks[marks.index(True) :]))


def _quoted_end(lines: list[str]) -> int | None:
    """Where the lines with `>` begin that the text ends in, and who wrote them."""
    start = end = len(lines)
    while start and (not lines[start - 1].strip() or _QUOTED.match(lines[start - 1])):
        start -= 1
    quoted = [line for line in lines[start:end] if line.strip()]
    if not quoted:
        return None
    if start == 0:
        return 0
    above = lines[start - 1][:LONGEST_HEADER]
    if _ENDS.search(above):
        return start - 1
    if above.rstrip().endswith(":"):
        return None  # a sentence of the customer introduces what is quoted
    return start if len(quoted) > 1 or not lines[start].strip() else None
