"""An official's work on their site: log in with the second factor, filter, try a bulk action, do it, take it back.

Each kind of page on the way is held to axe-core in light and dark.
"""

from __future__ import annotations

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from playwright.sync_api import Page, expect

from logistics.parcels.models import Parcel
from logistics.registry.models import Station
from logistics.registry.states import State
from members.access.models import BulkRun
from tests.browser.conftest import violations
from tests.personas import PASSWORD
from tests.public.conftest import desk  # noqa: F401  fixture

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WIDE = {"width": 1280, "height": 800}  # narrower windows put the menu away
COLOURS = ["color-contrast", "link-in-text-block"]  # all that the dark mode can change


def barriers(page: Page) -> list[str]:
    name = page.url.split("/admin/")[1]
    found = [f"{name}: {line}" for line in violations(page)]
    page.emulate_media(color_scheme="dark")
    found += [f"{name} dark: {line}" for line in violations(page, COLOURS)]
    page.emulate_media(color_scheme="light")
    return found


def log_in(page: Page, user, secret: str) -> None:
    page.locator("[name=login]").fill(user.phone)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button[value=password]").click()
    page.locator("[name=code]").fill(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    page.locator("main form button").first.click()


def test_suspending_stations_in_one_go_and_taking_it_back(visit, world, county_official, settings):
    settings.MFA_TOTP_TOLERANCE = 1  # a code may turn while it is being typed
    secret = generate_totp_secret()
    TOTP.activate(county_official.user, secret)
    page = visit("/admin/", size=WIDE)
    log_in(page, county_official.user, secret)
    expect(page).to_have_url(re.compile("/admin/$"))
    found = barriers(page)
    page.locator("a[href='/admin/registry/station/']").first.click()
    expect(page).to_have_url(re.compile("/admin/registry/station/"))
    page.goto(f"{page.url}?kind__exact=village")
    expect(page.locator("#result_list tbody tr")).to_have_count(3)
    found += barriers(page)
    for station in (world.village, world.far_village):
        page.locator(f"input.action-select[value='{station.pk}']").check()
    page.locator("select[name=action]").select_option("bulk_station_suspend")
    page.locator("#changelist-actions button[type=submit]").click()
    expect(page).to_have_url(re.compile("/bulkrun/"))
    expect(page.locator("table tbody tr")).to_have_count(2)
    assert states() == {State.ACTIVE}
    found += barriers(page)
    page.locator("#reason").fill("停业整顿")
    page.get_by_role("button", name="确认办理 2 项").click()
    expect(page.locator("#undo-reason")).to_be_visible()
    assert states() == {State.ACTIVE, State.SUSPENDED}
    assert BulkRun.objects.get().why == "停业整顿"
    page.locator("#undo-reason").fill("恢复营业")
    page.get_by_role("button", name="撤销这次办理").click()
    expect(page.get_by_text("撤销原因：恢复营业")).to_be_visible()
    assert states() == {State.ACTIVE}
    found += barriers(page)
    assert found == []


def states() -> set[str]:
    return set(Station.objects.values_list("state", flat=True))


def test_detail_list_and_map_put_up_no_barrier(visit, live_server, desk, county_official):  # noqa: F811
    parcel = Parcel.objects.get(pk=desk.waiting().pk)
    page = visit(f"/admin/parcels/parcel/{parcel.pk}/change/", size=WIDE, client=county_official.client)
    found = barriers(page)
    for path in ("parcels/parcel/", "map/"):
        page.goto(f"{live_server.url}/admin/{path}")
        found += barriers(page)
    assert found == []
