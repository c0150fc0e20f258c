"""Digits that are about no person: dates, times, years, amounts, coordinates, versions, numbers of
orders. They are left out before phones and other numbers are looked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from ticketbench.report.masking.hosts import version_before
from ticketbench.report.masking.links import Span

Guard = Callable[[str, int, int], bool]
"""Whether the digits from start to end of a text are what they look like."""

BETWEEN_DIGITS = r"[ \t]{0,2}(?:(?:[()\-/\u00b7']|\.(?! ))[ \t]?){0,3}"
"""How digits of one number are grouped: a dot before a blank ends a sentence."""

_ROW = re.compile(rf"[+(]{{0,2}}[0-9](?:{BETWEEN_DIGITS}[0-9]){{4,}}")
_AROUND = 24

_DAY = "(?:0?[1-9]|[12][0-9]|3[01])(?![0-9])"
_MONTH, _YEAR = "(?:0?[1-9]|1[0-2])(?![0-9])", "(?:19|20)[0-9]{2}"
_CLOCK = "(?:[01]?[0-9]|2[0-4]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{1,9})?)?"
_AMOUNT = (
    r"[0-9]{1,3}([.,' ])[0-9]{3}(?:\1[0-9]{3})*(?:[.,][0-9]{1,2})?|[0-9]{1,9}(?:[.,][0-9]{1,2})?"
)
_THOUSANDS = (
    r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]{1,3}(?:[. '][0-9]{3})+,[0-9]{1,2}|"
    r"[0-9]{1,3}(?:'[0-9]{3})+(?:\.[0-9]{1,2})?"
)
_HOUR = r"(?:[01]?[0-9]|2[0-4])\.[0-5][0-9]"
_CURRENCY = (
    r"[$\u20ac\u00a3\u00a5\u20b9\u20bd\u20ba\u20a9\u20aa\u20ab\u0e3f]|"
    r"(?:EUR|USD|GBP|CHF|JPY|CNY|SEK|NOK|DKK|ISK|PLN|CZK|HUF|RON|BGN|UAH|RUB|TRY|ILS|INR|IDR|KRW|"
    r"THB|VND|BRL|MXN|ARS|CLP|COP|CAD|AUD|NZD|SGD|HKD|ZAR|AED|SAR|Euros?|euros?|dollars?|pounds?|"
    r"kr|z\u0142|K\u010d|Ft|Rs|lei|Fr|yen)(?![A-Za-z])\.?"
)
_CURRENCY_BEFORE = re.compile(rf"(?:^|[^A-Za-z])(?:{_CURRENCY})[ ]?-?$")
_CURRENCY_AFTER = re.compile(rf"[ ]?(?:,--?|\.-)?[ ]?(?:{_CURRENCY})")
_ID_BEFORE = re.compile(
    r"[A-Za-z]{1,8}[-_/#:]$|#$|(?:\bn\u00b0|\bno|\bnr|\u2116|order|invoice|case|ticket|bill|receipt|"
    r"rechnung|bestellung|auftrag|angebot|facture|commande|factura|pedido|fattura|ordine|fatura|"
    r"faktura|inv|rma|po|re|ref)[.:]?[ ]?#?$",
    re.IGNORECASE,
)
_CODE_BEFORE = re.compile(
    r"(?:^|[^A-Za-z])(?!TEL|FAX|MOB|SSN|VAT|TAX|CHE|UID|NIF|DNI|FN|ID)[A-Z]{2,6}-$"
)
_NEAR = 16
_PHONE_BEFORE = re.compile(
    r"(?:tel|tlf|telefone?|telefono|tel\u00e9fono|t\u00e9l|phone|mobile?|mobil|cell|m\u00f3vil|handy|"
    r"fax|call|dial|ring|sms|text|whats\s?app|signal|telegram|ruf|anruf|hotline|nummer|"
    r"\u0442\u0435\u043b|\u0442\u0435\u043b\u0435\u0444\u043e\u043d|\u7535\u8bdd|\u96fb\u8a71|\u260e|\u260f|\u2706)"
    r"[.:]?[ \t]*(?:nr|no|number|is|me|at|on|under|unter)?[.:-]?[ \t]*$",
    re.IGNORECASE,
)
_FAR = 28


def rows_of_digits(text: str) -> Iterator[Span]:
    """Five digits or more, in groups or not: where any number may stand."""
    return (row.span() for row in _ROW.finditer(text))


def phone_before(text: str, start: int) -> bool:
    """Whether the words before `start` say that a number to dial comes."""
    return _PHONE_BEFORE.search(text, max(0, start - _FAR), start) is not None


def look_alikes(text: str) -> list[Span]:
    """Where dates, amounts and the like stand around rows of digits, in order, none in another."""
    found = sorted(
        span
        for near in _windows(text)
        for pattern, guard in _LOOKS
        for span in _of(text, near, pattern, guard)
    )
    spans, done = [], 0
    for start, end in found:
        if end > done:
            spans.append((max(start, done), end))
            done = end
    return spans


def _windows(text: str) -> Iterator[Span]:
    """Rows with what stands around them, neighbours as one."""
    start = end = -_AROUND
    for first, last in rows_of_digits(text):
        if first - end > _AROUND:
            if end >= 0:
                yield start, end
            start = max(0, first - _AROUND)
        end = min(len(text), last + _AROUND)
    if end >= 0:
        yield start, end


def _of(text: str, near: Span, pattern: re.Pattern[str], guard: Guard) -> Iterator[Span]:
    for found in pattern.finditer(text, *near):
        if guard(text, *found.span()):
            yield found.span()


def _free(text: str, start: int, end: int) -> bool:
    """No digit goes on, before or after, nor does a number across a dot, a dash or a slash."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if before[-1:].isdigit() or after[:1].isdigit() or before[-1:] == "+":
        return False
    joined_before = before[-1:] in (*"-./",) and before[:1].isdigit() and len(before) == 2
    joined_after = after[:1] in (*"-./",) and after[1:].isdigit()
    return not (joined_before or joined_after)


def _short_date(text: str, start: int, end: int) -> bool:
    """With two digits of the year more digits may follow: then it is the start of a number."""
    four = text[end - 4 : end].isdigit() or text[start : start + 4].isdigit()
    goes_on = (
        re.match(r"[ ]?[0-9]{2,}(?!:)", text[end : end + 4])
        or text[max(0, start - 2) : start - 1].isdigit()
    )
    return _free(text, start, end) and (four or not goes_on)


def _money(text: str, start: int, end: int) -> bool:
    if not _free(text, start, end):
        return False
    near = text[max(0, start - _NEAR) : start]
    return bool(_CURRENCY_BEFORE.search(near) or _CURRENCY_AFTER.match(text, end))


def _coordinate(text: str, start: int, end: int) -> bool:
    whole = re.split("[.,]", text[start:end])[0]
    return _free(text, start, end) and int(whole) <= 180 and (whole == "0" or whole[0] != "0")


def _version(text: str, start: int, end: int) -> bool:
    if not _free(text, start, end):
        return False
    parts = text[start:end].split(".")
    if version_before(text, start):
        return True
    thousands = all(len(part) == 3 for part in parts[1:])
    single = any(len(part) == 1 for part in parts)
    return len(parts) > 2 and single and not thousands and not _dialled(parts)


def _dialled(parts: list[str]) -> bool:
    """Such as 1.800.555.0100 or 8.800.555.01.00: a number that is dialled."""
    return len(parts[0]) == 1 and all(len(part) > 1 for part in parts[1:]) and len(parts) > 3


def _of_year(text: str, start: int, end: int) -> bool:
    near = text[max(0, start - _NEAR) : start]
    return (
        _free(text, start, end) and bool(_ID_BEFORE.search(near)) and not phone_before(text, start)
    )


def _of_code(text: str, start: int, end: int) -> bool:
    few = sum(c.isdigit() for c in text[start:end]) <= 9
    return (
        few
        and _free(text, start, end)
        and bool(_CODE_BEFORE.search(text[max(0, start - 8) : start]))
    )


def _update(text: str, start: int, end: int) -> bool:
    return text[max(0, start - 2) : start] == "KB" and not text[end : end + 1].isalnum()


def _hash(text: str, start: int, end: int) -> bool:
    """Letters and digits that change often: a hash, not a number with a letter beside it."""
    token = text[start:end]
    changes = sum(a.isdigit() != b.isdigit() for a, b in pairwise(token))
    return changes > 2 and _alone(text, start, end)


def _alone(text: str, start: int, end: int) -> bool:
    return not (text[max(0, start - 1) : start].isalnum() or text[end : end + 1].isalnum())


_LOOKS: tuple[tuple[re.Pattern[str], Guard], ...] = (
    # Times and days
    (re.compile(_CLOCK), _free),
    (re.compile(rf"{_HOUR} ?- ?{_HOUR}"), _free),
    (re.compile(rf"{_YEAR}([-/.]){_MONTH}\1{_DAY}(?:[T ]{_CLOCK})?"), _free),
    (
        re.compile(
            rf"(?:{_DAY}([-/.]){_MONTH}|{_MONTH}([-/.]){_DAY})(?:\1|\2)(?:{_YEAR}|[0-9]{{2}})"
        ),
        _short_date,
    ),
    (re.compile(rf"{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:T[0-9]{{4,6}}Z?)?"), _free),
    (re.compile(rf"{_YEAR}(?:[ ]?[-/ ,&][ ]?{_YEAR})+"), _free),
    # Amounts and measures
    (re.compile(_AMOUNT), _money),
    (re.compile(_THOUSANDS), _free),
    (re.compile(r"[0-9]{1,3}[.,][0-9]{3,15}"), _coordinate),
    # Versions, numbers of orders, codes
    (re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,6}){1,4}"), _version),
    (re.compile(rf"{_YEAR}[-/._][0-9]{{1,6}}(?:[-/][0-9]{{1,4}})?"), _of_year),
    (re.compile(r"[0-9]{2,5}(?:-[0-9]{2,5}){1,2}"), _of_code),
    (re.compile("0x[0-9A-Fa-f]{1,16}"), _alone),
    (re.compile("[0-9]{6,7}"), _update),
    (re.compile("[0-9a-fA-F]{7,23}"), _hash),
)
