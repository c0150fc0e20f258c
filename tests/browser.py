"""A page in Chromium, opened from disk (or from a strict server) and watched.

Playwright talks to its driver and the driver to Chromium through pipes: no test that uses this
opens a socket, and the pages have no network. One browser serves all tests of a worker; each page
has a context of its own. While it runs, asyncio counts as running in the main thread: no test of
the same worker may call `asyncio.run`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Request, Route

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")
SERVER = "http://report.invalid/"
"""Where a page that comes with a header stands; the browser never asks for it."""

DESK, PHONE = (1280, 900), (390, 844)
_RUN_AXE = """(skipped) => axe.run(document, {
  resultTypes: ["violations"], selectors: false,
  rules: Object.fromEntries(skipped.map((rule) => [rule, {enabled: false}])),
})"""
"""Selectors of elements that are well would take longer than all rules."""
_PROBES = Path(__file__).parent / "probes"


@dataclass
class Opened:
    """A page that is open, and what it said and asked for meanwhile."""

    page: Page
    console: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    """Every address but that of the page itself."""

    @property
    def complaints(self) -> list[str]:
        """What a page that is well and alone has none of."""
        return [*self.console, *self.errors, *self.requests]

    def probe(self, name: str, argument: object = None) -> Any:
        """What the function in `probes/<name>.js` returns; the page's policy does not bind it."""
        source = (_PROBES / f"{name}.js").read_text(encoding="utf-8")
        return self.page.evaluate(source, {} if argument is None else argument)

    def texts(self, selector: str) -> list[str]:
        """The text of every element that is named, shown or not."""
        return self.page.locator(selector).all_text_contents()

    def settle(self) -> None:
        """Wait until what the last step changed is drawn."""
        self.page.evaluate(
            "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
        )

    def open_folds(self) -> None:
        """Open every fold."""
        self._folds(opened=True)

    def close_folds(self) -> None:
        """Close every fold."""
        self._folds(opened=False)

    def violations(self, *, without: Sequence[str] = ()) -> list[str]:
        """What axe finds, but for some rules: the rule, and each element that breaks it."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(_axe())
        found = self.page.evaluate(_RUN_AXE, list(without))
        return [
            f"{rule['id']}: {node['html'][:120]}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    def faint(self, selector: str, *, least: float) -> list[str]:
        """Texts under these elements whose contrast is less, or not known."""
        return [
            f"{one['ratio']}: {one['text'][:60]}"
            for one in self.probe("contrast", selector)
            if one["ratio"] is None or one["ratio"] < least
        ]

    def _folds(self, *, opened: bool) -> None:
        self.page.evaluate(
            "(open) => document.querySelectorAll('details').forEach((d) => { d.open = open; })",
            opened,
        )


@contextmanager
def started() -> Iterator[Browser]:
    """Chromium without a window, until the end of the block."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, chromium_sandbox=False)
        yield browser
        browser.close()


def opened_in(
    browser: Browser,
    page: Path,
    *,
    size: tuple[int, int] = DESK,
    dark: bool = False,
    script: bool = True,
    fragment: str = "",
    policy: str | None = None,
) -> Opened:
    """`page` at rest; with `policy` as a server that sends this header would give it."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        java_script_enabled=script,
    )
    address = page.as_uri() if policy is None else SERVER
    if policy is None:
        context.set_offline(True)
    else:
        _serve(context, page.read_bytes(), policy)
    seen = Opened(context.new_page())
    _watch(seen, address)
    seen.page.goto(f"{address}#{fragment}" if fragment else address)
    if script:
        seen.settle()
    return seen


@cache
def _axe() -> str:
    # Only the library that this package carries is wanted; its wrapper reports no elements.
    from axe_playwright_python.base import AXE_SCRIPT

    return str(AXE_SCRIPT)


def _serve(context: BrowserContext, content: bytes, policy: str) -> None:
    def answer(route: Route) -> None:
        if route.request.url.split("#")[0] == SERVER:
            headers = {"Content-Security-Policy": policy, "Content-Type": "text/html"}
            route.fulfill(body=content, headers=headers)
        else:
            route.abort()

    context.route("**", answer)


def _watch(seen: Opened, address: str) -> None:
    def asked(request: Request) -> None:
        if request.url.split("#")[0] != address:
            seen.requests.append(request.url)

    seen.page.on("request", asked)
    seen.page.on("console", lambda line: seen.console.append(line.text))
    seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
