"""How people work on a scan page: a scanner that types, and what they look at."""

from __future__ import annotations

import time

from playwright.sync_api import Locator, Page

from tests.browser.conftest import violations
from tests.browser.watch import fits

COLOURS = ["color-contrast", "link-in-text-block"]  # all that the dark mode can change


def ready(page: Page) -> Page:
    """Waits for the script: from then on the page takes what a scanner types."""
    page.wait_for_selector("html[data-desk=ready]")
    return page


def wedge(page: Page, number: str, end: str = "Enter") -> None:
    """A scanner types at a few milliseconds a character, wherever the focus is."""
    page.keyboard.type(number)
    if end:
        page.keyboard.press(end)


def swift(page: Page, number: str) -> None:
    """The same with the pace of a scanner, 5 ms a character, on however busy a machine: each key carries its moment."""
    browser = page.context.new_cdp_session(page)
    moment = time.time()
    for character in [*number, "\r"]:
        moment += 0.005
        key = {"key": "Enter" if character == "\r" else character, "text": character, "timestamp": moment}
        browser.send("Input.dispatchKeyEvent", {"type": "keyDown", **key})
        browser.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": key["key"], "timestamp": moment})
    browser.detach()


def rows(page: Page, result: str = "ok") -> Locator:
    """Lines of the last scans."""
    return page.locator(f"#scans > li[data-result={result}]")


def card(page: Page, name: str) -> Locator:
    """A button of the page itself, not of its header."""
    return page.locator("main").get_by_role("button", name=name, exact=True)


def look(page: Page) -> None:
    """The page as it is now: no barrier that axe-core finds, light or dark, and nothing beyond the screen's edge."""
    found = violations(page)
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {line}" for line in violations(page, COLOURS)]
    page.emulate_media(color_scheme="light")
    assert found == []
    fits(page)
