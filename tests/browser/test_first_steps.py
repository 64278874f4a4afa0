"""A newcomer ticks off the first steps and sees how far they have come; putting the panel away needs no script."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_ticks_are_remembered_and_shown_in_the_panel(visit, live_server, villager):
    page = visit("/my/", client=villager.client)
    page.get_by_role("link", name="一步一步看").click()
    expect(page.get_by_role("checkbox")).to_have_count(6)
    page.get_by_role("checkbox").first.check()
    page.get_by_role("checkbox").nth(2).check()
    page.reload()
    expect(page.locator("input:checked")).to_have_count(2)
    page.goto(f"{live_server.url}/my/")
    expect(page.locator("[data-progress]")).to_have_text("做了 2 步，共 6 步")


def test_the_panel_is_put_away_without_a_script(visit, villager):
    page = visit("/my/", client=villager.client, javascript=False)
    page.get_by_role("button", name="我会了，不再显示").click()
    expect(page.get_by_role("link", name="一步一步看")).to_have_count(0)
