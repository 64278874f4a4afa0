"""A real Chromium for journeys, shared by all browser tests.

`visit(path, …)` opens a page on the live server in a fresh browser context and watches it (watch.py). The pictures in
docs/screenshots/ are taken by shots.py.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.watch import Watch
from tests.public.conftest import desk, nothing_kept  # noqa: F401  fixtures
from tests.suite import find_browser, find_shell

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
]  # fmt: skip
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1100, "height": 800}
AXE = Axe().axe_script
# Put into lines where it is found: the whole result is a hundred times longer.
FIND = """async options => {
    if (!("axe" in window)) return null;
    const { violations } = await axe.run(options);
    return violations.flatMap(v => v.nodes.map(
        n => `${v.id}: ${v.help} — ${n.html.slice(0, 160)} ${JSON.stringify(n.any.map(c => c.message))}`));
}"""

# Playwright's loop runs in this thread, which Django would take for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def browser_path() -> str:
    path = os.environ.get("CHROMIUM") or find_browser()
    if not path or not Path(path).exists():
        pytest.fail("No browser. Install chromium, or set CHROMIUM to its path.")
    return path


@pytest.fixture(scope="session")
def launch(browser_path):
    """launch(whole) → a browser, started when it is first asked for: the shell, or the whole of Chromium."""
    shell = (not os.environ.get("CHROMIUM") and find_shell()) or browser_path
    with sync_playwright() as playwright:
        running: dict[str, Browser] = {}

        def start(whole: bool) -> Browser:
            path = browser_path if whole else shell
            if path not in running:
                running[path] = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            return running[path]

        yield start
        for browser in running.values():
            browser.close()


@pytest.fixture
def chromium(request, launch) -> Browser:
    """The shell draws nothing for a screen and takes a third less of the processor. `@pytest.mark.whole_browser` asks
    for what it has not: a service worker whose line is cut, a camera."""
    return launch(request.node.get_closest_marker("whole_browser") is not None)


@pytest.fixture
def visit(chromium, live_server):
    """visit(path, size=PHONE, javascript=True, dark=False, language="zh-CN", client=None, trouble=False) → Page.

    Afterwards no page may have complained in the console or asked another host (watch.py).
    """
    contexts = []

    def go(path, *, size=PHONE, javascript=True, dark=False, language="zh-CN", client=None, trouble=False) -> Page:
        context = chromium.new_context(
            viewport=size,
            java_script_enabled=javascript,
            color_scheme="dark" if dark else "light",
            locale=language,
            reduced_motion="reduce",
        )
        contexts.append((context, Watch(context, live_server.url, trouble=trouble)))
        if client is not None:
            cookie = client.cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(live_server.url + path)
        return page

    yield go
    for context, _watch in contexts:
        context.close()
    assert [line for _context, watch in contexts for line in watch.complaints] == []


def violations(page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe-core finds against WCAG 2.2 A and AA and its best practices (or only `rules`), one line each."""
    page.wait_for_load_state()
    only = {"runOnly": {"type": "rule", "values": rules}} if rules else {}
    options = {"resultTypes": ["violations"], **only}
    found = page.evaluate(FIND, options)
    if found is None:
        page.evaluate(AXE)
        found = page.evaluate(FIND, options)
    return found


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the window.

    A click that leads elsewhere returns as soon as the new page has begun: neither its root nor its styles need
    be there.
    """
    page.wait_for_load_state()
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
