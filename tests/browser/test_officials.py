"""The officials' site in a browser: its theme works under its policy, which `visit` holds it to."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_theme_works_under_its_policy(visit, live_server, county_official):
    page = visit("/admin/registry/station/", size=DESK, client=county_official.client)
    bar = page.locator("#changelist-actions")
    expect(bar).to_be_hidden()
    page.locator("input.action-select").first.check()
    expect(bar).to_be_visible()
    assert bar.bounding_box()["width"] > 400  # set by the script, as wide as the list
    page.get_by_role("button", name="筛选").click()
    expect(page.locator("#changelist-filter")).to_be_visible()
    assert page.locator("aside, nav").first.evaluate("e => getComputedStyle(e).getPropertyValue('--color-primary-600')")
    page.goto(f"{live_server.url}/admin/audit/auditentry/")
    page.get_by_role("button", name="筛选").click()
    page.goto(f"{live_server.url}/admin/registry/station/add/")
    page.locator(".select2-selection").first.click()
    expect(page.locator(".select2-dropdown")).to_be_visible()
