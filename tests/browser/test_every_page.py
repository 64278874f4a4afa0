"""Every page there is, on a phone, light and dark: taken from the table of doors, so that none is forgotten.

Each page is opened once by the first persona that may (tests/meta/matrix_urls.py), in one browser. The states a page
goes through are walked in test_accessible_pages.py and the tests of each area; officials' pages in tests/officials.
"""

from __future__ import annotations

import pytest
from django.db import transaction
from playwright.sync_api import Page

from tests.browser.conftest import violations
from tests.browser.watch import fits
from tests.meta import matrix_urls, street, visits

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]

COLOURS = ["color-contrast", "link-in-text-block"]  # all that the dark mode can change
# Who opens a page: members before staff, staff before officials.
ORDER = ("villager", "keeper", "courier", "enterprise_admin", "township_official", "county_official", "administrator")


def pages(built) -> list[tuple[str, str, str]]:
    """(route, address, persona) of every address that answers a person with a page."""
    routes = visits.routes()
    found = []
    for row in matrix_urls.rows():
        if row.method != "GET" or row.route.startswith(("admin", "api")):
            continue
        name = next((n for n in ("anonymous", *ORDER) if row.answers[n] == "200"), None)
        if name is None:
            continue
        path = visits.address(routes[row.route], built)
        answer = built.browser(name).get(path)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            found.append((row.route, path, name))
    return sorted(found, key=lambda page: page[2])


def enter(page: Page, home: str, built, name: str) -> None:
    page.context.clear_cookies()
    cookie = built.browser(name).cookies.get("sessionid")
    if cookie is not None:
        page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": home}])


def test_no_page_puts_up_a_barrier(visit, live_server, settings, tmp_path, record_property):
    settings.MEDIA_ROOT = tmp_path
    with transaction.atomic():
        built = street.build()
    listed = pages(built)
    assert {"home", "stations", "help_page", "my_parcels", "work", "track"} <= {route for route, _path, _name in listed}
    page = visit("/accounts/inactive/")
    wrong, entered = [], ""
    for route, path, name in listed:
        if name != entered:
            enter(page, live_server.url, built, name)
            entered = name
        answer = page.goto(live_server.url + path)
        if answer.status != 200 or page.url != live_server.url + path:
            wrong.append(f"{route}: {answer.status} {page.url}")
            continue
        wrong += [f"{route}: {line}" for line in problems(page)]
    record_property("pages", len(listed))
    assert not wrong, "\n".join(wrong)


def problems(page: Page) -> list[str]:
    found = violations(page)
    try:
        fits(page)
    except AssertionError as error:
        found.append(str(error))
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {line}" for line in violations(page, COLOURS)]
    page.emulate_media(color_scheme="light")
    return found
