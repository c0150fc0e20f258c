"""The generated half of the reference: a file for each page, each made from what the package says.

In order: markdown, commands, configuration, codes, formats, python. `PAGES` names for each page of
`docs/reference/` the function whose text follows what is written there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from generated import codes, commands, configuration, formats, python

PAGES: Mapping[str, Callable[[], str]] = {
    "reference/commands": commands.page,
    "reference/configuration": configuration.page,
    "reference/python": python.page,
    "reference/codes": codes.page,
    "reference/formats": formats.page,
}
