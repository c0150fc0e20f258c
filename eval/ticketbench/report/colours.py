"""The colours of pages and figures: blue is right, orange is wrong, grey is with a person.

No hue tells rubric sets apart; their lines differ in stroke. Light paper; a page that goes dark
has its own by the class of a shape.
"""

from __future__ import annotations

INK = "#17191c"
RIGHT = "#1d5fc4"
WRONG = "#e07a2c"
PERSON = "#8f959c"
PERSON_SQUARE = "#c6c9cd"
"""Lighter, beside the darker grey of what two teams decide."""
SECOND = "#5d646c"
GREY = "#767d85"
"""Secondary lines: told from white and from a dark page (3 to 1 at least on both)."""
HAIRLINE = "#e4e4e0"
RAIL = "#dddddd"
