"""What no page may ever do, noted while a browser walks: complain, break its own policy, call another host."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, WebError, expect


class Watch:
    """`complaints` of all pages of a context. A refused address (404, 429 …) is an answer, not a complaint.

    With `trouble` the test breaks the line or the session on purpose: requests may fail, nothing else.
    """

    def __init__(self, context: BrowserContext, home: str, *, trouble: bool = False):
        self.home, self.trouble = urlsplit(home).netloc, trouble
        self.pages: set[str] = set()
        self.said: list[tuple[str, str]] = []
        context.on("request", self._requested)
        context.on("console", self._spoke)
        context.on("weberror", self._failed)

    def _requested(self, request: Request) -> None:
        url = urlsplit(request.url)
        if request.is_navigation_request():
            self.pages.add(request.url)
        if url.scheme in ("http", "https", "ws", "wss") and url.netloc != self.home:
            self.said.append(("", f"asked another host: {request.url}"))

    def _spoke(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.said.append((message.location.get("url", ""), f"{message.type}: {message.text}"))

    def _failed(self, error: WebError) -> None:
        self.said.append(("", f"exception: {error.error.message}"))

    @property
    def complaints(self) -> list[str]:
        return [
            f"{text} ({url})"
            for url, text in self.said
            if not ("Failed to load resource" in text and (self.trouble or url in self.pages))
        ]


def tab_to(page: Page, selector: str, most: int = 40) -> None:
    """Presses Tab until the focus is on `selector`, as somebody without a mouse does."""
    page.wait_for_load_state()
    for _step in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{most} times Tab and never at {selector}")


def fits(page: Page) -> None:
    """No sideways scrolling of the page, in normal and in large type."""
    page.wait_for_load_state()
    for large in (False, True):
        wide = page.evaluate(
            """large => {
                const root = document.documentElement;
                const before = root.className;
                if (large) root.className = "large";
                const wide = root.scrollWidth - root.clientWidth;
                root.className = before;
                return wide;
            }""",
            large,
        )
        assert wide <= 0, f"{page.url}: {wide} px too wide{' in large type' if large else ''}"


def title_reads(page: Page, text: str) -> None:
    """The page's one main heading, and that it fits."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(text)
    fits(page)
