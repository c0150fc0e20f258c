"""Numbers of bank accounts (IBAN, ISO 13616) and of payment cards (ISO/IEC 7812)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ticketbench.report.masking.links import Span

_LENGTHS = """
AD24 AE23 AL28 AO25 AT20 AZ28 BA20 BE16 BF28 BG22 BH22 BI27 BJ28 BR29 BY28 CF27 CG27 CH21 CI28
CM27 CR22 CV25 CY28 CZ24 DE22 DJ27 DK18 DO28 DZ26 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GA27 GB22
GE22 GI23 GL18 GQ27 GR27 GT28 GW25 HN28 HR21 HU28 IE22 IL23 IQ23 IR26 IS26 IT27 JO30 KM27 KW30
KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MA28 MC27 MD24 ME22 MG27 MK19 ML28 MN20 MR27 MT31 MU30
MZ25 NE28 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19
SK24 SM27 SN28 SO23 ST25 SV28 TD27 TG28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30
"""
IBAN_LENGTHS = {one[:2]: int(one[2:]) for one in _LENGTHS.split()}
"""How long the IBAN of a country is, by the registry of ISO 13616."""

_CHECK_DIGITS = re.compile("[0-9][ ]?[0-9]")
_COUNTRY = re.compile(r"([A-Za-z]{2})[ .\-_/]{0,2}$")
_ELSEWHERE = re.compile(
    r"[A-Z]{2}[0-9]{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,3})?(?![A-Za-z0-9])"
)
"""Of a country that is not in the registry of today."""
_GROUPED = re.compile(r"[0-9](?:[ .\-_/]{0,2}[0-9]){12,}")
_LEAST_CARD, _MOST_CARD, _LEAST_GROUP = 13, 19, 3
_JOINED = re.compile("[A-Za-z0-9]")
_DOUBLED = {str(n): sum(divmod(2 * n, 10)) for n in range(10)}


def ibans(text: str) -> Iterator[Span]:
    """IBANs in any grouping and either case; the length of the country, or right check digits.

    A wrong check digit is a slip of the pen: the account is still someone's.
    """
    done = 0
    for digits in _CHECK_DIGITS.finditer(text):
        country = _COUNTRY.search(text, max(0, digits.start() - 4), digits.start())
        if country is None or country.start() < done or not _begins_a_word(text, country.start()):
            continue
        start, letters = country.start(), country[1]
        if letters.istitle() and country.end() - start > 2:  # "No 12", "At 20": words
            continue
        end = _iban_end(text, start, letters.upper())
        if end:
            done = end
            yield start, end


def _begins_a_word(text: str, start: int) -> bool:
    before = text[max(0, start - 4) : start]
    return not _JOINED.match(before[-1:]) or before.lower() == "iban"


def _iban_end(text: str, start: int, country: str) -> int:
    """Where an IBAN that starts here ends; 0 where none does."""
    length = IBAN_LENGTHS.get(country)
    found = (_of_length(length) if length else _ELSEWHERE).match(text, start)
    if found is None:
        return 0
    solid = re.sub(r"[^A-Za-z0-9]", "", found[0]).upper()
    inner = solid[4:]
    fits = length is not None and 2 * sum(c.isdigit() for c in inner) >= len(inner)
    return found.end() if fits or _checked(solid) else 0


@lru_cache(maxsize=64)
def _of_length(n: int) -> re.Pattern[str]:
    return re.compile(rf"[A-Za-z0-9](?:[\s.\-_/]{{0,3}}[A-Za-z0-9]){{{n - 1}}}(?![A-Za-z0-9])")


def _checked(solid: str) -> bool:
    """Whether the check digits are right (ISO 7064, mod 97-10)."""
    return int("".join(str(int(c, 36)) for c in solid[4:] + solid[:4])) % 97 == 1


def cards(text: str) -> Iterator[Span]:
    """13 to 19 digits, grouped or not, whose last one checks the others (Luhn)."""
    for run in _GROUPED.finditer(text):
        before = text[max(0, run.start() - 1) : run.start()]
        if before == "+" or _JOINED.match(before) or _JOINED.match(text, run.end()):
            continue
        if sum(c.isdigit() for c in run[0][: 3 * _MOST_CARD + 1]) <= _MOST_CARD and _luhn(run[0]):
            yield run.span()
        else:
            yield from _cards_among(run[0], run.start())


def _cards_among(run: str, offset: int) -> Iterator[Span]:
    """Cards beside other numbers: whole groups of three digits or more."""
    groups = [one.span() for one in re.finditer("[0-9]+", run)]
    done = 0
    for i, (start, _) in enumerate(groups):
        if start < done:
            continue
        n = 0
        for begin, end in groups[i : i + _MOST_CARD]:
            n += end - begin
            if end - begin < _LEAST_GROUP or n > _MOST_CARD:
                break
            if n >= _LEAST_CARD and _luhn(run[start:end]):
                done = end
                yield offset + start, offset + end
                break


def _luhn(text: str) -> bool:
    """Whether the digits of `text`, 13 to 19, pass the check of Luhn."""
    digits = [c for c in text if c.isdigit()]
    if not _LEAST_CARD <= len(digits) <= _MOST_CARD:
        return False
    return (sum(map(int, digits[-1::-2])) + sum(_DOUBLED[c] for c in digits[-2::-2])) % 10 == 0
