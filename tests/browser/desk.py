"""How people work on a scan page: a scanner that types, and what they look at."""

from __future__ import annotations

from playwright.sync_api import Locator, Page


def ready(page: Page) -> Page:
    """Waits for the script: from then on the page takes what a scanner types."""
    page.wait_for_selector("html[data-desk=ready]")
    return page


def wedge(page: Page, number: str, end: str = "Enter") -> None:
    """A scanner types at a few milliseconds a character, wherever the focus is."""
    page.keyboard.type(number)
    if end:
        page.keyboard.press(end)


def rows(page: Page, result: str = "ok") -> Locator:
    """Lines of the last scans."""
    return page.locator(f"#scans > li[data-result={result}]")


def card(page: Page, name: str) -> Locator:
    """A button of the page itself, not of its header."""
    return page.locator("main").get_by_role("button", name=name, exact=True)
