"""A real Chromium for journeys, shared by all browser tests.

`visit(path, …)` opens a page on the live server in a fresh browser context and watches it (watch.py). The pictures in
docs/screenshots/ are taken by shots.py.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

from tests.browser.watch import Watch
from tests.public.conftest import desk, nothing_kept  # noqa: F401  fixtures

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
]  # fmt: skip
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1100, "height": 800}
AXE = Axe().axe_script

# Playwright's loop runs in this thread, which Django would take for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def chromium():
    if not Path(CHROMIUM).exists():
        pytest.fail(f"No browser at {CHROMIUM}. Install chromium, or set CHROMIUM to its path.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


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
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    only = {"runOnly": {"type": "rule", "values": rules}} if rules else {}
    results = page.evaluate("options => axe.run(options)", {"resultTypes": ["violations"], **only})
    return [
        f"{v['id']}: {v['help']} — {node['html'][:160]} {[c['message'] for c in node['any']]}"
        for v in results["violations"]
        for node in v["nodes"]
    ]


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
